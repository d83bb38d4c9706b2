//! Which transaction a message belongs to.

use crate::message::push_number;
use crate::{Headers, Name, Request, Response};
use alloc::string::String;
use alloc::vec::Vec;

// Marks: what the messages that belong together share, as one text. No piece has a line end in it, which keeps them
// apart.

/// What the messages of one transaction of ours share. `None` for a request without a branch.
pub(super) fn of_client(request: &Request) -> Option<String> {
    of_branch(request, request.method().as_str())
}

/// The same of a response (RFC 3261 §17.1.3). `None` for one that passed somebody before us, or has no branch.
pub(super) fn of_response(response: &Response) -> Option<String> {
    let mut hops = response.values(Name::Via);
    if hops.next().is_some() && hops.next().is_some() {
        return None;
    }
    of_branch(response, response.raw_cseq().ok()?.1)
}

fn of_branch(headers: &Headers, method: &str) -> Option<String> {
    Some(join(&["c", method, headers.via().ok()?.branch()?]))
}

/// What the copies of a request to us share (RFC 3261 §17.2.3), where `method` is INVITE for its ACK and its CANCEL.
pub(super) fn of_server(request: &Request, method: &str) -> String {
    if let Ok(via) = request.via()
        && let Some(branch) = via.branch().filter(|branch| is_of_rfc_3261(branch))
    {
        let mut mark = join(&["s", method, branch, &via.host.to_ascii_lowercase()]);
        push_number(&mut mark, via.port.map_or(0, u32::from));
        return mark;
    }
    // Those who came before RFC 3261. The To tag is left out: an ACK has one that its INVITE has not.
    let origin = of_origin(request, method);
    join(&["2543", &origin, request.uri(), request.get(Name::Via).unwrap_or("")])
}

/// What the copies of a request that forked share, and a 2xx's ACK with its INVITE (RFC 3261 §8.2.2.2,
/// §13.2.2.4).
pub(super) fn of_origin(request: &Request, method: &str) -> String {
    let mut mark = join(&["o", method, request.call_id(), request.from_tag().unwrap_or("")]);
    push_number(&mut mark, request.raw_cseq().map_or(0, |(number, _)| number));
    mark
}

fn join(pieces: &[&str]) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push_str(piece);
        text.push('\n');
    }
    text
}

/// From hashes to transactions: candidates, to be compared in full.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<(u64, u64)>);

impl Index {
    pub(super) const fn new() -> Index {
        Index(Vec::new())
    }

    pub(super) fn insert(&mut self, hash: u64, id: u64) {
        let at = self.place(hash, id);
        self.0.insert(at, (hash, id));
    }

    pub(super) fn remove(&mut self, hash: u64, id: u64) {
        let at = self.place(hash, id);
        if self.0.get(at) == Some(&(hash, id)) {
            self.0.remove(at);
        }
    }

    /// The oldest candidate that is it.
    pub(super) fn find<T>(&self, hash: u64, mut is_it: impl FnMut(u64) -> Option<T>) -> Option<T> {
        for (own, id) in self.0.get(self.place(hash, 0)..).unwrap_or_default() {
            if *own != hash {
                break;
            }
            if let Some(found) = is_it(*id) {
                return Some(found);
            }
        }
        None
    }

    fn place(&self, hash: u64, id: u64) -> usize {
        self.0.partition_point(|entry| *entry < (hash, id))
    }
}

fn is_of_rfc_3261(branch: &str) -> bool {
    const COOKIE: &str = "z9hG4bK";
    branch.len() > COOKIE.len() && branch.get(..COOKIE.len()).is_some_and(|c| c.eq_ignore_ascii_case(COOKIE))
}
