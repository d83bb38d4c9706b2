//! An answered call: two legs, hanging up, and what holds it while signalling is away.

use std::time::Duration;

use headset_sip::dialog::State as DialogState;
use headset_sip::{Dialog, Method, Name, Request, Response, Time};

use super::forward::Forward;
use super::transfer::{Promise, Transfer};
use super::waiting::Shown;
use super::{Call, Calls, DialogName, State, Use, acknowledge_with, answer_of, reason_header, with_contact};
use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{ConnectionId, OfferEnd, Report, Side};

/// 64 × T1: a caller who has not acknowledged the answer by then is not there (RFC 3261 §13.3.1.4).
const ACK_WAIT: Duration = Duration::from_secs(32);
/// How long "I hear nothing" is taken as true: signalling that died with media is found dead within 20 s, and
/// media that came back by itself is not reported.
const REPORT_HOLDS: Duration = Duration::from_secs(30);
/// A call is over when neither end has had signalling for so long.
const ORPHAN: Duration = Duration::from_secs(60);

/// An answered call.
#[derive(Debug)]
pub(super) struct Talking {
    pub(super) caller: Leg,
    pub(super) callee: Leg,
    /// Requests of one end that the other has not answered.
    pub(super) forwards: Vec<Forward>,
    /// The answer, until the caller has acknowledged it.
    pub(super) unacknowledged: Option<Unacknowledged>,
    /// One party is being handed over.
    pub(super) transfer: Option<Box<Transfer>>,
    /// One party is to take over in another call.
    pub(super) promise: Option<Promise>,
}

/// One end of an answered call.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) login: String,
    pub(super) dialog: Dialog,
    /// Where it was heard last.
    pub(super) connection: ConnectionId,
    /// This end has put the other on hold.
    pub(super) holds: bool,
    /// When this end said that it hears nothing.
    pub(super) hears_nothing: Option<Time>,
    /// It hung up on a call whose transfer it had asked for.
    pub(super) has_left: bool,
}

#[derive(Debug)]
pub(super) struct Unacknowledged {
    text: String,
    /// Where it was sent.
    connection: ConnectionId,
    /// It has the callee's offer: their INVITE's transaction and CSeq, to be acknowledged with the answer.
    offered: Option<(Key, u32)>,
}

impl Leg {
    pub(super) fn new(login: String, dialog: Dialog, connection: ConnectionId) -> Self {
        Self { login, dialog, connection, holds: false, hears_nothing: None, has_left: false }
    }

    pub(super) fn name(&self) -> DialogName {
        (self.dialog.call_id.clone(), self.dialog.local_tag.clone())
    }
}

impl Talking {
    pub(super) fn end(&self, side: Side) -> &Leg {
        if side == Side::Caller { &self.caller } else { &self.callee }
    }

    /// Whether the session is being changed: another offer would be glare.
    pub(super) fn has_offer_under_way(&self) -> bool {
        self.forwards.iter().any(Forward::is_offer)
    }

    pub(super) fn leg(&mut self, side: Side) -> &mut Leg {
        if side == Side::Caller { &mut self.caller } else { &mut self.callee }
    }
}

pub(super) fn other(side: Side) -> Side {
    if side == Side::Caller { Side::Callee } else { Side::Caller }
}

impl Calls {
    /// A party answered, and was acknowledged unless the answer has an offer: now the caller is answered with
    /// the same SDP.
    pub(super) fn answered(
        &mut self,
        edge: &mut Edge,
        number: u64,
        offer_number: u64,
        key: Key,
        callee: Dialog,
        response: &Response,
    ) {
        let Some(mut call) = self.calls.remove(&number) else { return };
        let State::Waiting(mut waiting) = call.state else { return };
        edge.timers.clear(Timer::Grace(number));
        let Some(at) = waiting.offers.iter().position(|offer| offer.number == offer_number) else { return };
        let offer = waiting.offers.remove(at);
        let (login, user) = self.take_answered(edge, number, offer, key);
        for loser in std::mem::take(&mut waiting.offers) {
            let login = loser.login.clone();
            self.dismiss(edge, number, loser, 200, "Call completed elsewhere");
            self.end_offer(edge, &call.id, &login, OfferEnd::Cancelled);
        }

        if matches!(&waiting.shown, Shown::Early { sdp, .. } if *sdp != response.body()) {
            // Another fork's: an answer that was shown cannot change in its dialog (RFC 3261 §13.2.1).
            waiting.tag = edge.entropy.token(16);
        }
        let content_type = response.get(Name::ContentType).unwrap_or("application/sdp");
        let reply = Response::reply_to(&waiting.invite, 200, "OK").to_tag(&waiting.tag);
        let reply = with_contact(reply, &edge.contact(&call.id))
            .raw_header("X-Headset-Call", &call.id)
            .header(Name::Server, crate::edge::PRODUCT)
            .body(content_type, response.body())
            .finish();
        let cseq = response.cseq().map_or(0, |cseq| cseq.number);
        let offered = waiting.invite.body().is_empty().then_some((key, cseq));
        let text = reply.as_str().to_owned();
        edge.transactions.respond(edge.now, waiting.key, reply);
        self.uses.remove(&waiting.key);
        edge.timers.set(Timer::AckDue(number), edge.now + ACK_WAIT);
        edge.report(Report::Answered { call: call.id.clone(), login });

        // Admission has seen a Contact and a CSeq; without them there is no caller to talk to.
        let Ok(caller) = Dialog::uas(&waiting.invite, &waiting.tag, DialogState::Confirmed) else {
            self.by_id.remove(&call.id);
            self.unindex_login(&call.caller, number);
            edge.timers.clear(Timer::AckDue(number));
            self.part(edge, &user, key.connection, callee, None);
            return edge.report(Report::CallEnded { call: call.id, by: Side::System });
        };
        self.by_dialog.insert((caller.call_id.clone(), caller.local_tag.clone()), (number, Side::Caller));
        self.by_dialog.insert((callee.call_id.clone(), callee.local_tag.clone()), (number, Side::Callee));
        self.index_login(&call.caller, number);
        self.index_login(&user, number);
        call.state = State::Talking(Box::new(Talking {
            caller: Leg::new(call.caller.clone(), caller, waiting.key.connection),
            callee: Leg::new(user, callee, key.connection),
            forwards: Vec::new(),
            unacknowledged: Some(Unacknowledged { text, connection: waiting.key.connection, offered }),
            transfer: None,
            promise: None,
        }));
        self.calls.insert(number, call);
        self.resend_answer(edge, number);
        self.watch_signalling(edge, number);
    }

    pub(super) fn talking(&mut self, number: u64) -> Option<(&str, &mut Talking)> {
        match self.calls.get_mut(&number)? {
            Call { id, state: State::Talking(talking), .. } => Some((id, talking)),
            _ => None,
        }
    }

    /// A request in one of an answered call's dialogs.
    pub(super) fn in_call(&mut self, edge: &mut Edge, number: u64, side: Side, key: Key, request: Request) {
        let Some((id, talking)) = self.talking(number) else { return };
        let leg = talking.leg(side);
        // A page that comes back may speak before it has registered anew: the dialog's names are secret
        // enough for a connection on which nobody else has authenticated.
        let is_theirs = edge
            .connections
            .get(&key.connection)
            .is_some_and(|connection| connection.is_stranger() || connection.speaks_for(&leg.login));
        if !is_theirs || !leg.dialog.matches_request(&request) {
            return edge.refuse(key, &request, 481, "Call/Transaction Does Not Exist");
        }
        leg.connection = key.connection;
        if let Err(refusal) = leg.dialog.accepts(&request) {
            return edge.refuse(key, &request, refusal.status, refusal.reason);
        }
        match request.method() {
            Method::Bye => {
                edge.refuse(key, &request, 200, "OK");
                if talking.may_leave(side) {
                    return self.party_left(edge, number, side);
                }
                let reason = request.get(Name::Reason).map(str::to_owned);
                self.end_talking(edge, number, side, reason);
            }
            Method::Refer => self.refer(edge, number, side, key, &request),
            // RFC 4028: a refresh of this leg alone. Whoever wants a session timer keeps it themselves.
            Method::Update if request.body().is_empty() => {
                let contact = edge.contact(id);
                edge.respond(key, with_contact(Response::reply_to(&request, 200, "OK"), &contact));
            }
            Method::Invite | Method::Update | Method::Info | Method::Message => {
                self.forward(edge, number, side, key, request);
            }
            _ => {
                let reply =
                    Response::reply_to(&request, 405, "Method Not Allowed").header(Name::Allow, ALLOW);
                edge.respond(key, reply);
            }
        }
    }

    /// An ACK: the caller has the answer.
    pub(crate) fn acknowledged(&mut self, edge: &mut Edge, ack: &Request) {
        let name = (ack.call_id().to_owned(), ack.to_tag().unwrap_or_default().to_owned());
        let Some(&(number, side)) = self.by_dialog.get(&name) else { return };
        self.late_answer(edge, number, side, ack);
        let Some((_, talking)) = self.talking(number) else { return };
        if side == Side::Caller
            && let Some(answer) = talking.unacknowledged.take()
        {
            edge.timers.clear(Timer::AckDue(number));
            if let Some((key, cseq)) = answer.offered {
                acknowledge_with(edge, key, &talking.callee.dialog, cseq, answer_of(ack));
            }
        }
    }

    /// The caller lost the connection on which the answer was sent: it is sent again where it came back.
    pub(super) fn resend_answer(&mut self, edge: &mut Edge, number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let Talking { caller, unacknowledged: Some(answer), .. } = talking else { return };
        if edge.connections.contains_key(&answer.connection) {
            return;
        }
        if let Some(path) = edge.path(&caller.login, answer.connection) {
            answer.connection = path;
            caller.connection = path;
            let text = answer.text.clone();
            edge.send(path, text);
        }
    }

    /// The caller never acknowledged.
    pub(crate) fn ack_missing(&mut self, edge: &mut Edge, number: u64) {
        self.end_talking(edge, number, Side::System, Some(reason_header(408, "The caller did not answer")));
    }

    pub(super) fn hang_up(&mut self, edge: &mut Edge, number: u64, reason: &str) {
        match self.calls.get(&number).map(|call| &call.state) {
            Some(State::Waiting(_)) => self.end_waiting(edge, number, Side::System, 480, reason),
            Some(State::Talking(_)) => {
                self.end_talking(edge, number, Side::System, Some(reason_header(200, reason)));
            }
            None => {}
        }
    }

    /// Ends an answered call: BYE to every end that has not said it itself.
    pub(super) fn end_talking(&mut self, edge: &mut Edge, number: u64, by: Side, reason: Option<String>) {
        let Some(Call { id, state: State::Talking(talking), .. }) = self.remove(edge, number) else { return };
        let Talking { mut caller, mut callee, forwards, transfer, promise, unacknowledged } = *talking;
        if let Some((key, cseq)) = unacknowledged.and_then(|answer| answer.offered) {
            acknowledge_with(edge, key, &callee.dialog, cseq, None);
        }
        for forward in forwards {
            self.drop_forward(edge, number, forward, &caller.dialog, &callee.dialog);
        }
        if let Some(transfer) = transfer {
            let asker = if transfer.by == Side::Caller { &mut caller } else { &mut callee };
            let asker = (transfer.by != by).then_some(asker);
            self.drop_transfer(edge, (number, &id), *transfer, asker);
        }
        for (side, leg) in [(Side::Caller, caller), (Side::Callee, callee)] {
            self.by_dialog.remove(&(leg.dialog.call_id.clone(), leg.dialog.local_tag.clone()));
            self.unindex_login(&leg.login, number);
            if side != by && !leg.has_left {
                self.part(edge, &leg.login, leg.connection, leg.dialog, reason.clone());
            }
        }
        edge.report(Report::CallEnded { call: id, by });
        if let Some(promise) = promise {
            self.promise_broken(edge, promise.to);
        }
    }

    /// The end at `side` says whether it hears the other: if that cannot be reached either, it is gone.
    pub(super) fn media_reported(&mut self, edge: &mut Edge, number: u64, side: Side, lost: bool) {
        let Some((_, talking)) = self.talking(number) else { return };
        talking.leg(side).hears_nothing = lost.then_some(edge.now);
        self.watch_signalling(edge, number);
    }

    /// Whether an end cannot be reached now.
    pub(super) fn is_away(&mut self, edge: &Edge, number: u64, side: Side) -> bool {
        let Some((_, talking)) = self.talking(number) else { return true };
        let leg = talking.leg(side);
        leg.has_left || edge.path(&leg.login, leg.connection).is_none()
    }

    /// A call without signalling goes on as long as its media does, and not for ever.
    pub(super) fn watch_signalling(&mut self, edge: &mut Edge, number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let Talking { caller, callee, .. } = talking;
        let is_away = |leg: &Leg| leg.has_left || edge.path(&leg.login, leg.connection).is_none();
        let (caller_away, callee_away) = (is_away(caller), is_away(callee));
        let hears_nothing =
            |leg: &Leg| leg.hears_nothing.is_some_and(|since| since + REPORT_HOLDS > edge.now);
        let is_gone = |leg: &Leg, other: &Leg| is_away(leg) && !leg.has_left && hears_nothing(other);
        let gone = if is_gone(caller, callee) {
            Some(Side::Caller)
        } else if is_gone(callee, caller) {
            Some(Side::Callee)
        } else {
            None
        };
        if let Some(gone) = gone {
            return self.end_lost(edge, number, gone);
        }
        let timer = Timer::Orphan(number);
        if !(caller_away && callee_away) {
            edge.timers.clear(timer);
        } else if !edge.timers.is_set(timer) {
            edge.timers.set(timer, edge.now + ORPHAN);
        }
    }

    /// Neither end has had signalling for a minute.
    pub(crate) fn orphaned(&mut self, edge: &mut Edge, number: u64) {
        self.end_talking(edge, number, Side::System, Some(reason_header(408, "Both ends are gone")));
    }

    /// Ends a call one of whose ends has vanished, media and all. Both get a BYE: the vanished one, should
    /// it be back within its time.
    fn end_lost(&mut self, edge: &mut Edge, number: u64, gone: Side) {
        let Some((_, talking)) = self.talking(number) else { return };
        let leg = talking.leg(gone);
        let (login, connection, dialog) = (leg.login.clone(), leg.connection, leg.dialog.clone());
        let reason = reason_header(408, "The other side is gone");
        self.end_talking(edge, number, gone, Some(reason.clone()));
        self.part(edge, &login, connection, dialog, Some(reason));
    }

    /// What is left to do for a forward when its call ends.
    pub(super) fn drop_forward(
        &mut self,
        edge: &mut Edge,
        number: u64,
        forward: Forward,
        caller: &Dialog,
        callee: &Dialog,
    ) {
        edge.timers.clear(Timer::Forward(number, forward.number));
        self.uses.remove(&forward.asked);
        edge.refuse(forward.asked, &forward.request, 487, "Request Terminated");
        if let Some((key, cseq)) = forward.awaits_answer() {
            let dialog = if forward.from == Side::Caller { callee } else { caller };
            acknowledge_with(edge, key, dialog, cseq, None);
        }
        if let Some(sent) = forward.sent() {
            let dialog = if forward.from == Side::Caller { callee } else { caller };
            if *forward.request.method() == Method::Invite {
                self.uses.insert(sent, Use::Abandoned(Box::new(dialog.clone())));
            } else {
                self.uses.remove(&sent);
            }
        }
    }
}
