//! Which transaction a message belongs to.

use crate::message::hash;
use crate::{Method, Name, Request, Response};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// What the messages of one transaction share (RFC 3261 §17.1.3, §17.2.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hop {
    side: Side,
    /// An ACK belongs to its INVITE.
    method: Method,
    branch: Box<str>,
    /// Empty at the client's side: responses come back to us anyway.
    sent_by: Box<str>,
}

impl Hop {
    pub(super) fn of_request(side: Side, request: &Request, method: &Method) -> Hop {
        let (branch, sent_by): (String, String) = match request.via() {
            Ok(via) if via.branch().is_some_and(is_of_rfc_3261) => {
                let port = via.port.map_or(String::new(), |port| port.to_string());
                let host = via.host.to_ascii_lowercase();
                (via.branch().unwrap_or("").into(), [&host, ":", &port].concat())
            }
            _ => (branch_of_rfc_2543(request), String::new()),
        };
        let sent_by = if side == Side::Client { "".into() } else { sent_by.into() };
        Hop { side, method: method.clone(), branch: branch.into(), sent_by }
    }

    /// `None` for a response that passed somebody before us, or has no branch.
    pub(super) fn of_response(response: &Response) -> Option<Hop> {
        if response.values(Name::Via).nth(1).is_some() {
            return None;
        }
        let branch = response.via().ok()?.branch()?.into();
        Some(Hop { side: Side::Client, method: response.cseq().ok()?.method, branch, sent_by: "".into() })
    }

    pub(super) fn hash(&self) -> u64 {
        let side = if self.side == Side::Client { "c" } else { "s" };
        hash(&[side, self.method.as_str(), &self.branch, &self.sent_by])
    }
}

/// What the copies of a request that forked share, and a 2xx's ACK with its INVITE (RFC 3261 §8.2.2.2, §13.2.2.4).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    call_id: Box<str>,
    from_tag: Box<str>,
    number: u32,
    method: Method,
}

impl Origin {
    pub(super) fn of(request: &Request, method: &Method) -> Origin {
        Origin {
            call_id: request.call_id().into(),
            from_tag: request.from_tag().unwrap_or("").into(),
            number: request.cseq().map_or(0, |cseq| cseq.number),
            method: method.clone(),
        }
    }

    pub(super) fn hash(&self) -> u64 {
        hash(&["o", &self.call_id, &self.from_tag, &self.number.to_string(), self.method.as_str()])
    }
}

/// From hashes to transactions: candidates, to be compared in full.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<(u64, u64)>);

impl Index {
    pub(super) const fn new() -> Index {
        Index(Vec::new())
    }

    pub(super) fn insert(&mut self, hash: u64, id: u64) {
        let at = self.0.partition_point(|entry| *entry < (hash, id));
        self.0.insert(at, (hash, id));
    }

    pub(super) fn remove(&mut self, hash: u64, id: u64) {
        if let Ok(at) = self.0.binary_search(&(hash, id)) {
            self.0.remove(at);
        }
    }

    /// The oldest first.
    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = u64> {
        let start = self.0.partition_point(|entry| entry.0 < hash);
        self.0[start..].iter().take_while(move |entry| entry.0 == hash).map(|entry| entry.1)
    }
}

fn is_of_rfc_3261(branch: &str) -> bool {
    const COOKIE: &str = "z9hG4bK";
    branch.len() > COOKIE.len() && branch.get(..COOKIE.len()).is_some_and(|c| c.eq_ignore_ascii_case(COOKIE))
}

/// RFC 3261 §17.2.3's rules for those who came before it. The To tag is left out: an ACK has one that its INVITE has not.
fn branch_of_rfc_2543(request: &Request) -> String {
    let number = request.cseq().map_or(0, |cseq| cseq.number).to_string();
    let parts = [
        request.uri(),
        request.from_tag().unwrap_or(""),
        request.call_id(),
        &number,
        request.get(Name::Via).unwrap_or(""),
    ];
    parts.join(" ")
}
