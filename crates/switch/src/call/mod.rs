//! Calls: a back-to-back user agent. The caller's leg, offers to those who may answer, the callee's leg.

mod forward;
mod handover;
mod join;
mod offer;
mod parting;
mod replaces;
mod talking;
mod transfer;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use headset_sip::{Dialog, Method, Name, Request, Response, ResponseBuilder};

use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{Command, OfferEnd, Report, Side};
use offer::Offer;
use parting::Partings;
use talking::Talking;
use waiting::Waiting;

/// All calls that are not over, and what is left of those that are.
#[derive(Debug)]
pub(crate) struct Calls {
    calls: BTreeMap<u64, Call>,
    by_id: BTreeMap<String, u64>,
    by_login: BTreeMap<String, BTreeSet<u64>>,
    /// Answered calls by (Call-ID, our tag).
    by_dialog: BTreeMap<DialogName, (u64, Side)>,
    /// Who has picked up for a transfer and is not joined yet, by the same.
    newcomers: BTreeMap<DialogName, u64>,
    /// What a transaction is for.
    uses: BTreeMap<Key, Use>,
    partings: Partings,
    /// Names calls, offers and forwards.
    next: u64,
}

type DialogName = (String, String);

#[derive(Debug)]
struct Call {
    number: u64,
    /// The call's id everywhere.
    id: String,
    /// The caller's login.
    caller: String,
    /// As it was dialled.
    target: String,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The caller has no answer yet.
    Waiting(Box<Waiting>),
    Talking(Box<Talking>),
}

/// What a transaction is for.
#[derive(Clone, Debug)]
enum Use {
    /// The caller's INVITE.
    Caller(u64),
    /// An INVITE of an offer: call, offer.
    Branch(u64, u64),
    /// An INVITE whose offer is over; kept to end what a late answer begins.
    Dismissed(Box<Dismissed>),
    /// A request of one end: call, forward.
    Asked(u64, u64),
    /// The same on its way to the other end.
    Forwarded(u64, u64),
    /// A re-INVITE that joins a new party: call.
    Join(u64),
    /// A re-INVITE of a call that is over: a late answer is still acknowledged.
    Abandoned(Box<Dialog>),
    /// A BYE.
    Parting(u64),
}

/// An INVITE whose answer is no longer wanted.
#[derive(Clone, Debug)]
struct Dismissed {
    login: String,
    invite: Request,
}

impl Call {
    /// Those who are rung, in a call where somebody may be.
    fn offers(&mut self) -> Option<&mut Vec<Offer>> {
        match &mut self.state {
            State::Waiting(waiting) => Some(&mut waiting.offers),
            State::Talking(talking) => talking.offers(),
        }
    }

    /// What is being looked for: who was dialled, or named by a transfer.
    fn target(&self) -> &str {
        match &self.state {
            State::Waiting(_) => &self.target,
            State::Talking(talking) => talking.transfer.as_ref().map_or(&self.target, |to| &to.target),
        }
    }

    fn is_party(&self, login: &str) -> bool {
        match &self.state {
            State::Waiting(_) => self.caller == login,
            State::Talking(talking) => {
                [&talking.caller, &talking.callee].iter().any(|leg| leg.login == login)
            }
        }
    }
}

impl Calls {
    pub(crate) fn new() -> Self {
        Self {
            calls: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_login: BTreeMap::new(),
            by_dialog: BTreeMap::new(),
            newcomers: BTreeMap::new(),
            uses: BTreeMap::new(),
            partings: Partings::default(),
            next: 1,
        }
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// The floor asks for something.
    pub(crate) fn command(&mut self, edge: &mut Edge, command: Command) {
        let id = match &command {
            Command::ShowPlace { call, .. }
            | Command::Offer { call, .. }
            | Command::CancelOffer { call, .. }
            | Command::Reject { call, .. }
            | Command::Join { call }
            | Command::EndTransfer { call, .. }
            | Command::HangUp { call, .. } => call,
        };
        let Some(&call) = self.by_id.get(id) else {
            tracing::debug!(call = id, "a command for a call that is over");
            return;
        };
        match command {
            Command::ShowPlace { position, waiting, .. } => self.show_place(edge, call, position, waiting),
            Command::Offer { login, display_name, .. } => self.offer(edge, call, login, &display_name),
            Command::CancelOffer { login, .. } => self.cancel_offer(edge, call, &login),
            Command::Reject { status, reason, .. } => self.reject(edge, call, status, &reason),
            Command::Join { .. } => self.join(edge, call),
            Command::EndTransfer { status, reason, .. } => self.end_transfer(edge, call, status, &reason),
            Command::HangUp { reason, .. } => self.hang_up(edge, call, &reason),
        }
    }

    /// A response to a request of ours.
    pub(crate) fn response(&mut self, edge: &mut Edge, key: Key, response: &Response) {
        let Some(used) = self.uses.get(&key).cloned() else { return };
        match used {
            Use::Branch(call, offer) => self.branch_answered(edge, call, offer, key, response),
            Use::Forwarded(call, forward) => self.forward_answered(edge, call, forward, key, response),
            Use::Join(call) => self.join_answered(edge, call, key, response),
            Use::Dismissed(dismissed) if response.is_success() => {
                self.undo_late_answer(edge, key, &dismissed, response);
            }
            Use::Abandoned(dialog) if response.is_success() => acknowledge(edge, key, &dialog, response),
            Use::Parting(parting) if !response.is_provisional() => self.partings.done(parting),
            Use::Dismissed(_) | Use::Abandoned(_) | Use::Parting(_) | Use::Caller(_) | Use::Asked(..) => {}
        }
    }

    /// A transaction ended without an answer: nobody is there, or the connection is gone.
    pub(crate) fn failed(&mut self, edge: &mut Edge, key: Key) {
        match self.uses.remove(&key) {
            Some(Use::Caller(call)) => self.caller_lost(edge, call, key),
            Some(Use::Branch(call, offer)) => self.branch_failed(edge, call, offer, key),
            Some(Use::Forwarded(call, forward)) => self.forward_failed(edge, call, forward, key),
            Some(Use::Join(call)) => self.join_unanswered(edge, call, key),
            Some(Use::Parting(parting)) => self.parting_failed(edge, parting),
            Some(Use::Dismissed(_) | Use::Abandoned(_) | Use::Asked(..)) | None => {}
        }
    }

    /// The transaction layer knows this key no longer.
    pub(crate) fn forget(&mut self, key: Key) {
        self.uses.remove(&key);
    }

    /// A CANCEL (RFC 3261 §9.2).
    pub(crate) fn cancel(&mut self, edge: &mut Edge, key: Key, invite: Option<Key>, request: &Request) {
        let Some(invite) = invite else {
            return edge.refuse(key, request, 481, "Call/Transaction Does Not Exist");
        };
        edge.refuse(key, request, 200, "OK");
        match self.uses.get(&invite) {
            Some(&Use::Caller(call)) => self.caller_gave_up(edge, call, request.get(Name::Reason)),
            Some(&Use::Asked(call, forward)) => self.forward_cancelled(edge, call, forward),
            _ => {}
        }
    }

    /// A request with a To tag.
    pub(crate) fn in_dialog(&mut self, edge: &mut Edge, key: Key, request: Request) {
        let name = (request.call_id().to_owned(), request.to_tag().unwrap_or_default().to_owned());
        if let Some(&(call, side)) = self.by_dialog.get(&name) {
            return self.in_call(edge, call, side, key, request);
        }
        if self.in_early_dialog(edge, key, &request) {
            return;
        }
        // Both hung up at once: their BYE and ours have crossed.
        let is_bye = *request.method() == Method::Bye;
        if is_bye && (self.partings.contains(&request) || self.newcomer_left(edge, &name)) {
            return edge.refuse(key, &request, 200, "OK");
        }
        edge.refuse(key, &request, 481, "Call/Transaction Does Not Exist");
    }

    /// A login has got or lost a way to be reached.
    pub(crate) fn signalling_changed(&mut self, edge: &mut Edge, login: &str) {
        self.retry_partings(edge, login);
        let calls: Vec<u64> = self.by_login.get(login).into_iter().flatten().copied().collect();
        for number in calls {
            match self.calls.get(&number).map(|call| &call.state) {
                Some(State::Talking(_)) => {
                    self.resend_answer(edge, number);
                    self.retry_forwards(edge, number);
                    self.retry_offers(edge, number);
                    self.go_on_joining(edge, number);
                    self.watch_signalling(edge, number);
                }
                Some(State::Waiting(_)) => self.retry_offers(edge, number),
                None => {}
            }
        }
    }

    fn index_login(&mut self, login: &str, call: u64) {
        self.by_login.entry(login.to_owned()).or_default().insert(call);
    }

    fn unindex_login(&mut self, login: &str, call: u64) {
        if let Some(calls) = self.by_login.get_mut(login) {
            calls.remove(&call);
            if calls.is_empty() {
                self.by_login.remove(login);
            }
        }
    }

    /// Takes a call out of all indexes. What happens to its legs is the caller's to do.
    fn remove(&mut self, edge: &mut Edge, number: u64) -> Option<Call> {
        let call = self.calls.remove(&number)?;
        self.by_id.remove(&call.id);
        self.unindex_login(&call.caller, number);
        let timers = [Timer::Grace, Timer::AckDue, Timer::Orphan, Timer::Join, Timer::JoinAgain];
        for timer in timers {
            edge.timers.clear(timer(number));
        }
        Some(call)
    }

    fn end_offer(&mut self, edge: &mut Edge, call_id: &str, login: &str, end: OfferEnd) {
        edge.report(Report::OfferEnded { call: call_id.to_owned(), login: login.to_owned(), end });
    }
}

/// Adds what our 200 to an INVITE says besides.
fn with_contact(reply: ResponseBuilder, contact: &str) -> ResponseBuilder {
    reply.header(Name::Contact, contact).header(Name::Allow, ALLOW).header(Name::Supported, "outbound")
}

/// Sends the ACK of a 2xx to an INVITE of ours.
fn acknowledge(edge: &mut Edge, key: Key, dialog: &Dialog, response: &Response) {
    let cseq = response.cseq().map_or(dialog.local_seq, |cseq| cseq.number);
    acknowledge_with(edge, key, dialog, cseq, None);
}

/// The same, with the answer to an offer that came in the 2xx: type and text.
fn acknowledge_with(edge: &mut Edge, key: Key, dialog: &Dialog, cseq: u32, answer: Option<(&str, &str)>) {
    let mut ack = dialog.ack(cseq);
    if let Some((content_type, text)) = answer {
        ack = ack.body(content_type, text);
    }
    let ack = edge.stamp(ack);
    edge.transactions.acknowledge(edge.now, key, ack);
}

/// The SDP of an ACK: type and text.
fn answer_of(ack: &Request) -> Option<(&str, &str)> {
    let content_type = ack.get(Name::ContentType)?;
    (!ack.body().is_empty()).then(|| (content_type, ack.body()))
}

/// A Reason header's value (RFC 3326).
fn reason_header(cause: u16, text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
    format!("SIP;cause={cause};text=\"{text}\"")
}
