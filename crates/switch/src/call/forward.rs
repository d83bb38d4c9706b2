//! Requests of one end of a call that the other end answers: re-INVITE, UPDATE, INFO.

use std::time::Duration;

use headset_sip::sdp::{Direction, direction};
use headset_sip::{Method, Name, Request, Response};

use super::talking::{Talking, other};
use super::{Calls, Use, acknowledge, with_contact};
use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{Report, Side};

/// How long a request waits for the other end to be reachable.
const FLOW_WAIT: Duration = Duration::from_secs(10);
/// Requests of one call under way at once.
const MAX_FORWARDS: usize = 16;
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
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The other end cannot be reached just now.
    Waiting,
    Sent(Key),
}

impl Forward {
    pub(super) fn sent(&self) -> Option<Key> {
        match self.stage {
            Stage::Sent(key) => Some(key),
            Stage::Waiting => None,
        }
    }

    /// Whether it changes the session: two of those cannot be under way at once.
    pub(super) fn is_offer(&self) -> bool {
        is_offer(&self.request)
    }
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
        talking.forwards.push(Forward { number: forward_number, from, asked: key, request, stage });
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
        if method != Method::Info {
            request = request
                .header(Name::Contact, &edge.contact(id))
                .header(Name::Allow, ALLOW)
                .header(Name::Supported, "outbound");
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
        let forward = talking.forwards.remove(at);
        let is_invite = *forward.request.method() == Method::Invite;
        let contact = edge.contact(id);
        let leg = talking.leg(other(forward.from));
        leg.connection = key.connection;
        if response.is_success() && forward.request.method() != &Method::Info {
            leg.dialog.refresh_target(response);
        }
        if response.is_success() && is_invite {
            acknowledge(edge, key, &leg.dialog, response);
        }
        // Credentials are our own affair, and silence is not the asker's fault: neither ends a call.
        let (status, reason) = match response.status() {
            401 | 407 => (500, "Server Internal Error"),
            408 => (480, "Temporarily Unavailable"),
            status => (status, response.reason()),
        };
        let mut reply = Response::reply_to(&forward.request, status, reason);
        if response.is_success() && forward.request.method() != &Method::Info {
            reply = with_contact(reply, &contact);
        }
        if let Some(after) = response.get(Name::RetryAfter) {
            reply = reply.header(Name::RetryAfter, after);
        }
        if let Some(content_type) = response.get(Name::ContentType) {
            reply = reply.body(content_type, response.body());
        }
        self.uses.remove(&forward.asked);
        edge.respond(forward.asked, reply);
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

    /// No flow came in time.
    pub(crate) fn forward_waited(&mut self, edge: &mut Edge, number: u64, forward_number: u64) {
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
        let waiting = talking.forwards.iter().filter(|forward| forward.sent().is_none());
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
    if *request.method() == Method::Invite && request.body().is_empty() {
        return Err((488, "An SDP offer is needed"));
    }
    if is_offer(request) {
        if talking.is_joining() {
            return Err((491, "Request Pending"));
        }
        if !request.content_is("application/sdp") {
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
