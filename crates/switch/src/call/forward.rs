//! Requests of one end of a call that the other end answers: re-INVITE, UPDATE, INFO, MESSAGE; and an INVITE
//! that replaces one end's own dialog (RFC 3891).

use std::time::Duration;

use headset_sip::sdp::{Direction, direction};
use headset_sip::{Method, Name, Request, Response};

use super::talking::{Talking, other};
use super::{Calls, Use, acknowledge, acknowledge_with, answer_of, reason_header, with_contact};
use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{Report, Side};

/// How long a request waits for the other end to be reachable.
const FLOW_WAIT: Duration = Duration::from_secs(10);
/// Requests of one call under way at once.
const MAX_FORWARDS: usize = 16;
/// A 2xx that brought an offer waits so long for its ACK: 64 × T1.
const ANSWER_WAIT: Duration = Duration::from_secs(32);
/// Headers that mean the same to both ends, and go with a request or its answer.
const END_TO_END: [&str; 9] = [
    "Reason",
    "Info-Package",
    "Recv-Info",
    "Content-Disposition",
    "Content-Language",
    "Subject",
    "Accept",
    "Warning",
    "X-Headset-Media",
];
/// How a page tells whether it hears the other.
const MEDIA: &str = "application/x-headset-media";

/// A request under way from one end to the other.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) number: u64,
    pub(super) from: Side,
    /// The end that asks.
    pub(super) asked: Key,
    pub(super) request: Request,
    /// It is an INVITE that replaces the asker's own dialog; our tag in the new one.
    replaces: Option<String>,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The other end cannot be reached just now.
    Waiting,
    Sent(Key),
    /// The other end's 2xx, to this INVITE, brought this offer; the asker's ACK is to bring the answer.
    AwaitsAnswer {
        key: Key,
        cseq: u32,
        offer: String,
    },
}

impl Forward {
    pub(super) fn sent(&self) -> Option<Key> {
        match self.stage {
            Stage::Sent(key) => Some(key),
            Stage::Waiting | Stage::AwaitsAnswer { .. } => None,
        }
    }

    fn waits_for_a_flow(&self) -> bool {
        matches!(self.stage, Stage::Waiting)
    }

    /// The INVITE that was answered with an offer, and its CSeq.
    pub(super) fn awaits_answer(&self) -> Option<(Key, u32)> {
        match self.stage {
            Stage::AwaitsAnswer { key, cseq, .. } => Some((key, cseq)),
            Stage::Waiting | Stage::Sent(_) => None,
        }
    }

    /// Whether it changes the session: two of those cannot be under way at once.
    pub(super) fn is_offer(&self) -> bool {
        is_offer(&self.request)
    }
}

/// RFC 3261 §12.2.1: a target refresh request, whose 2xx has a Contact.
fn refreshes_target(request: &Request) -> bool {
    matches!(request.method(), Method::Invite | Method::Update)
}

fn is_offer(request: &Request) -> bool {
    match request.method() {
        Method::Invite => true,
        Method::Update => !request.body().is_empty(),
        _ => false,
    }
}

impl Calls {
    /// Takes a request from one end for the other.
    pub(super) fn forward(&mut self, edge: &mut Edge, number: u64, from: Side, key: Key, request: Request) {
        if *request.method() == Method::Info && request.content_is(MEDIA) {
            let lost = request.body().trim() == "lost";
            if self.is_away(edge, number, other(from)) {
                edge.refuse(key, &request, 200, "OK");
                return self.media_reported(edge, number, from, lost);
            }
            self.media_reported(edge, number, from, lost);
        }
        self.begin_forward(edge, number, from, key, request, None);
    }

    pub(super) fn begin_forward(
        &mut self,
        edge: &mut Edge,
        number: u64,
        from: Side,
        key: Key,
        request: Request,
        replaces: Option<String>,
    ) {
        let forward_number = self.number();
        let Some((_, talking)) = self.talking(number) else { return };
        if let Err((status, reason)) = admit(talking, from, &request) {
            let mut reply = Response::reply_to(&request, status, reason);
            if status == 500 {
                reply = reply.header(Name::RetryAfter, &edge.entropy.jitter(10).to_string());
            }
            return edge.respond(key, reply);
        }
        let stage = Stage::Waiting;
        talking.forwards.push(Forward { number: forward_number, from, asked: key, request, replaces, stage });
        self.uses.insert(key, Use::Asked(number, forward_number));
        self.send_forward(edge, number, forward_number);
    }

    /// Sends a forward to the other end, or waits for it to be reachable.
    fn send_forward(&mut self, edge: &mut Edge, number: u64, forward_number: u64) {
        let Some((id, talking)) = self.talking(number) else { return };
        let Talking { caller, callee, forwards, .. } = talking;
        let Some(forward) = forwards.iter_mut().find(|forward| forward.number == forward_number) else {
            return;
        };
        let leg = if forward.from == Side::Caller { callee } else { caller };
        let timer = Timer::Forward(number, forward_number);
        let Some(path) = edge.path(&leg.login, leg.connection) else {
            forward.stage = Stage::Waiting;
            if !edge.timers.is_set(timer) {
                edge.timers.set(timer, edge.now + FLOW_WAIT);
            }
            return;
        };
        edge.timers.clear(timer);
        let method = forward.request.method().clone();
        let mut request = leg.dialog.request(method.clone());
        if refreshes_target(&forward.request) {
            request = request
                .header(Name::Contact, &edge.contact(id))
                .header(Name::Allow, ALLOW)
                .header(Name::Supported, "outbound");
        }
        for name in END_TO_END {
            if let Some(value) = forward.request.get_named(name) {
                request = request.raw_header(name, value);
            }
        }
        if let Some(content_type) = forward.request.get(Name::ContentType) {
            request = request.body(content_type, forward.request.body());
        }
        let (key, _) = edge.request(path, request);
        forward.stage = Stage::Sent(key);
        self.uses.insert(key, Use::Forwarded(number, forward_number));
    }

    /// The other end's answer goes to the one who asked.
    pub(super) fn forward_answered(
        &mut self,
        edge: &mut Edge,
        number: u64,
        forward_number: u64,
        key: Key,
        response: &Response,
    ) {
        if response.is_provisional() {
            return;
        }
        self.uses.remove(&key);
        let Some((id, talking)) = self.talking(number) else { return };
        let Some(at) = talking.forwards.iter().position(|forward| forward.number == forward_number) else {
            return;
        };
        let mut forward = talking.forwards.remove(at);
        let is_invite = *forward.request.method() == Method::Invite;
        // RFC 3264 §4: a request without an offer gets one, and the ACK has the answer.
        let is_late = is_invite && forward.request.body().is_empty() && !response.body().is_empty();
        let contact = edge.contact(id);
        let leg = talking.leg(other(forward.from));
        leg.connection = key.connection;
        if response.is_success() && refreshes_target(&forward.request) {
            leg.dialog.refresh_target(response);
        }
        if response.is_success() && is_invite && !is_late {
            acknowledge(edge, key, &leg.dialog, response);
        }
        // Credentials are our own affair, and silence is not the asker's fault: neither ends a call.
        let (status, reason) = match response.status() {
            401 | 407 => (500, "Server Internal Error"),
            408 => (480, "Temporarily Unavailable"),
            status => (status, response.reason()),
        };
        let mut reply = Response::reply_to(&forward.request, status, reason);
        if response.is_success() && refreshes_target(&forward.request) {
            reply = with_contact(reply, &contact);
        }
        for name in END_TO_END {
            if let Some(value) = response.get_named(name) {
                reply = reply.raw_header(name, value);
            }
        }
        if let Some(after) = response.get(Name::RetryAfter) {
            reply = reply.header(Name::RetryAfter, after);
        }
        if let Some(content_type) = response.get(Name::ContentType) {
            reply = reply.body(content_type, response.body());
        }
        if let Some(tag) = &forward.replaces {
            reply = reply.to_tag(tag).raw_header("X-Headset-Call", id);
        }
        if response.is_success() && is_late {
            let cseq = response.cseq().map_or(0, |cseq| cseq.number);
            let offer = response.body().to_owned();
            let (asked, timer) = (forward.asked, Timer::Forward(number, forward.number));
            forward.stage = Stage::AwaitsAnswer { key, cseq, offer };
            talking.forwards.push(forward);
            edge.timers.set(timer, edge.now + ANSWER_WAIT);
            self.uses.remove(&asked);
            return edge.respond(asked, reply);
        }
        self.uses.remove(&forward.asked);
        edge.respond(forward.asked, reply);
        if let Some(tag) = forward.replaces.as_deref().filter(|_| response.is_success()) {
            self.leg_replaced(edge, number, &forward, tag);
        }
        if response.is_success() && is_offer(&forward.request) {
            self.session_changed(edge, number, forward.from, forward.request.body());
        }
        if response.status() == 481 {
            // RFC 5057 §5.1: the other end knows of no call.
            return self.end_talking(edge, number, other(forward.from), None);
        }
        self.go_on_joining(edge, number);
    }

    /// The other end did not answer, or its connection is gone. On a new one it is asked again.
    pub(super) fn forward_failed(&mut self, edge: &mut Edge, number: u64, forward_number: u64, key: Key) {
        let Some((_, talking)) = self.talking(number) else { return };
        let forwards = &mut talking.forwards;
        let Some(forward) = forwards.iter_mut().find(|forward| forward.number == forward_number) else {
            return;
        };
        if edge.connections.contains_key(&key.connection) {
            return self.give_up_forward(edge, number, forward_number);
        }
        forward.stage = Stage::Waiting;
        self.send_forward(edge, number, forward_number);
    }

    /// The asker's ACK, with the answer to an offer that came in the 2xx.
    pub(super) fn late_answer(&mut self, edge: &mut Edge, number: u64, from: Side, ack: &Request) {
        let Some((_, talking)) = self.talking(number) else { return };
        let cseq = ack.cseq().ok().map(|cseq| cseq.number);
        let at = talking.forwards.iter().position(|forward| {
            forward.from == from
                && forward.awaits_answer().is_some()
                && forward.request.cseq().ok().map(|cseq| cseq.number) == cseq
        });
        let Some(at) = at else { return };
        let forward = talking.forwards.remove(at);
        edge.timers.clear(Timer::Forward(number, forward.number));
        let Stage::AwaitsAnswer { key, cseq, offer } = forward.stage else { return };
        let dialog = &talking.end(other(from)).dialog;
        acknowledge_with(edge, key, dialog, cseq, answer_of(ack));
        self.session_changed(edge, number, other(from), &offer);
        self.go_on_joining(edge, number);
    }

    /// No flow came in time, or no answer.
    pub(crate) fn forward_waited(&mut self, edge: &mut Edge, number: u64, forward_number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let found = talking.forwards.iter().find(|forward| forward.number == forward_number);
        if found.is_some_and(|forward| forward.awaits_answer().is_some()) {
            // RFC 3261 §13.3.1.4
            let reason = reason_header(408, "The answer never came");
            return self.end_talking(edge, number, Side::System, Some(reason));
        }
        self.give_up_forward(edge, number, forward_number);
    }

    /// 480 and not 408: on 408 the asker would hang up (RFC 3261 §12.2.1.2), and media may be well.
    fn give_up_forward(&mut self, edge: &mut Edge, number: u64, forward_number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let forwards = &mut talking.forwards;
        let Some(at) = forwards.iter().position(|forward| forward.number == forward_number) else { return };
        let forward = forwards.remove(at);
        self.uses.remove(&forward.asked);
        edge.refuse(forward.asked, &forward.request, 480, "The other side cannot be reached now");
        self.go_on_joining(edge, number);
    }

    /// An end may have a new flow.
    pub(super) fn retry_forwards(&mut self, edge: &mut Edge, number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let waiting = talking.forwards.iter().filter(|forward| forward.waits_for_a_flow());
        let waiting: Vec<u64> = waiting.map(|forward| forward.number).collect();
        for forward in waiting {
            self.send_forward(edge, number, forward);
        }
    }

    /// The asker takes a re-INVITE back. The other end's answer to the CANCEL is what the asker gets.
    pub(super) fn forward_cancelled(&mut self, edge: &mut Edge, number: u64, forward_number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let forwards = &mut talking.forwards;
        let Some(at) = forwards.iter().position(|forward| forward.number == forward_number) else { return };
        match forwards[at].stage {
            Stage::Sent(key) => edge.transactions.cancel(edge.now, key, None),
            Stage::AwaitsAnswer { .. } => {}
            Stage::Waiting => {
                let forward = forwards.remove(at);
                edge.timers.clear(Timer::Forward(number, forward_number));
                self.uses.remove(&forward.asked);
                edge.refuse(forward.asked, &forward.request, 487, "Request Terminated");
                self.go_on_joining(edge, number);
            }
        }
    }

    /// An offer of `by` was accepted: hold, resume, and media that has begun anew.
    fn session_changed(&mut self, edge: &mut Edge, number: u64, by: Side, offer: &str) {
        let Some((id, talking)) = self.talking(number) else { return };
        let call = id.to_owned();
        talking.caller.hears_nothing = None;
        talking.callee.hears_nothing = None;
        let leg = talking.leg(by);
        let holds = matches!(direction(offer), Direction::SendOnly | Direction::Inactive);
        if leg.holds != holds {
            leg.holds = holds;
            edge.report(if holds { Report::Held { call, by } } else { Report::Resumed { call, by } });
        }
    }
}

/// What keeps a request from being forwarded.
fn admit(talking: &Talking, from: Side, request: &Request) -> Result<(), (u16, &'static str)> {
    if talking.end(other(from)).has_left {
        return Err((480, "Nobody is there yet"));
    }
    if talking.forwards.len() >= MAX_FORWARDS {
        return Err((500, "Too many requests under way"));
    }
    if is_offer(request) {
        if talking.is_joining() {
            return Err((491, "Request Pending"));
        }
        if !request.body().is_empty() && !request.content_is("application/sdp") {
            return Err((415, "Unsupported Media Type"));
        }
        // RFC 3261 §14.2: one's own again is 500, the other's is glare.
        match talking.forwards.iter().find(|forward| forward.is_offer()) {
            Some(forward) if forward.from == from => return Err((500, "An offer is under way")),
            Some(_) => return Err((491, "Request Pending")),
            None => {}
        }
    }
    Ok(())
}
