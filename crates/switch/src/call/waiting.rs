//! A caller without an answer: arrival, the place in the queue, giving up, refusal.

use std::time::Duration;

use headset_sip::{Method, Name, Request, Response};

use super::offer::Offer;
use super::{Call, Calls, State, Use, reason_header, with_contact};
use crate::edge::{Edge, Key, Timer};
use crate::io::{OfferEnd, Report, Side};

/// How long a waiting caller whose connection is gone may take to come back.
const GRACE: Duration = Duration::from_secs(5);

/// A caller without an answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) invite: Request,
    /// The caller's INVITE transaction.
    pub(super) key: Key,
    /// Our tag in the caller's dialog.
    pub(super) tag: String,
    pub(super) shown: Shown,
    /// The connection is gone, and the caller may yet come back on another.
    pub(super) is_lost: bool,
    pub(super) offers: Vec<Offer>,
    /// What the last refusal gave as its Reason, with its status.
    pub(super) refused: Option<(u16, String)>,
}

/// What the caller was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// 100 only.
    Nothing,
    /// 180: somebody rings.
    Ringing,
    /// 183 or 180 with the SDP of the party that was dialled: what they let the caller hear already.
    Early { status: u16, content_type: String, sdp: String },
    /// 182: in a queue. It stays so while operators ring.
    Place { position: u32, waiting: u32 },
}

impl Calls {
    /// An authenticated INVITE without a To tag.
    pub(crate) fn arrived(&mut self, edge: &mut Edge, key: Key, caller: String, invite: Request) {
        if self.came_back(edge, key, &caller, &invite) {
            return;
        }
        let target = match self.admit(edge, &caller, &invite) {
            Ok(target) => target,
            Err((status, reason)) => return edge.refuse(key, &invite, status, reason),
        };
        let number = self.number();
        let id = edge.entropy.uuid();
        let from = invite.from().ok();
        let display_name = from.as_ref().and_then(|from| from.display_name());
        let caller_name = display_name.map_or_else(|| caller.clone(), |name| name.into_owned());
        let tag = edge.entropy.token(16);
        self.by_id.insert(id.clone(), number);
        self.index_login(&caller, number);
        self.uses.insert(key, Use::Caller(number));
        edge.report(Report::CallArrived {
            call: id.clone(),
            caller: caller.clone(),
            caller_name,
            target: target.clone(),
        });
        let waiting = Waiting {
            invite,
            key,
            tag,
            shown: Shown::Nothing,
            is_lost: false,
            offers: Vec::new(),
            refused: None,
        };
        let state = State::Waiting(Box::new(waiting));
        self.calls.insert(number, Call { number, id, caller, target, state });
    }

    /// What keeps an INVITE from becoming a call; else whom it is for.
    fn admit(&self, edge: &Edge, caller: &str, invite: &Request) -> Result<String, (u16, &'static str)> {
        let target = headset_sip::Uri::parse(invite.uri()).ok().and_then(|uri| edge.own_user(&uri));
        let Some(target) = target else { return Err((404, "Not Found")) };
        if invite.contact().is_none() {
            return Err((400, "Missing Contact"));
        }
        if !invite.body().is_empty() && !invite.content_is("application/sdp") {
            return Err((415, "Unsupported Media Type"));
        }
        if self.calls.len() >= edge.limits.calls {
            return Err((503, "Too many calls"));
        }
        let own = self.by_login.get(caller).map_or(0, |calls| calls.len());
        if own >= edge.limits.calls_per_login {
            return Err((486, "Too many calls of this login"));
        }
        Ok(target)
    }

    /// The same INVITE again, on a new connection, after the first one's was lost: the call goes on there.
    fn came_back(&mut self, edge: &mut Edge, key: Key, caller: &str, invite: &Request) -> bool {
        let numbers: Vec<u64> = self.by_login.get(caller).into_iter().flatten().copied().collect();
        for number in numbers {
            let Some(Call { id, state: State::Waiting(waiting), .. }) = self.calls.get_mut(&number) else {
                continue;
            };
            if waiting.is_lost
                && waiting.invite.call_id() == invite.call_id()
                && waiting.invite.from_tag() == invite.from_tag()
            {
                waiting.is_lost = false;
                waiting.key = key;
                waiting.invite = invite.clone();
                let id = id.clone();
                self.uses.insert(key, Use::Caller(number));
                edge.timers.clear(Timer::Grace(number));
                show(edge, &id, waiting);
                return true;
            }
        }
        false
    }

    pub(super) fn show_place(&mut self, edge: &mut Edge, call: u64, position: u32, of: u32) {
        if matches!(self.calls.get(&call).map(|call| &call.state), Some(State::Talking(_))) {
            return self.tell_progress(edge, call, 182, &format!("Queued, {position} of {of}"));
        }
        let Some(Call { id, state: State::Waiting(waiting), .. }) = self.calls.get_mut(&call) else { return };
        let place = Shown::Place { position, waiting: of };
        if waiting.shown != place {
            waiting.shown = place;
            show(edge, id, waiting);
        }
    }

    /// The party that was dialled rings. A caller in a queue keeps the place instead.
    pub(super) fn show_ringing(&mut self, edge: &mut Edge, call: u64) {
        let Some(Call { id, state: State::Waiting(waiting), .. }) = self.calls.get_mut(&call) else { return };
        match &mut waiting.shown {
            Shown::Nothing => waiting.shown = Shown::Ringing,
            Shown::Early { status, .. } if *status != 180 => *status = 180,
            Shown::Early { .. } | Shown::Ringing | Shown::Place { .. } => return,
        }
        show(edge, id, waiting);
    }

    /// Early media of the party that was dialled.
    pub(super) fn show_early(&mut self, edge: &mut Edge, call: u64, response: &Response) {
        let Some(Call { id, state: State::Waiting(waiting), .. }) = self.calls.get_mut(&call) else { return };
        let early = Shown::Early {
            status: if response.status() == 180 { 180 } else { 183 },
            content_type: response.get(Name::ContentType).unwrap_or("application/sdp").to_owned(),
            sdp: response.body().to_owned(),
        };
        if !matches!(waiting.shown, Shown::Place { .. }) && waiting.shown != early {
            waiting.shown = early;
            show(edge, id, waiting);
        }
    }

    pub(super) fn reject(&mut self, edge: &mut Edge, call: u64, status: u16, reason: &str) {
        if !matches!(self.calls.get(&call).map(|call| &call.state), Some(State::Waiting(_))) {
            return tracing::warn!("asked to reject a call that was answered");
        }
        let status = if (300..700).contains(&status) { status } else { 500 };
        self.end_waiting(edge, call, Side::System, status, reason);
    }

    /// CANCEL, perhaps with a Reason, which goes on to who is rung.
    pub(super) fn caller_gave_up(&mut self, edge: &mut Edge, call: u64, reason: Option<&str>) {
        if let Some(Call { id, state: State::Waiting(waiting), .. }) = self.calls.get_mut(&call) {
            let (id, offers) = (id.clone(), std::mem::take(&mut waiting.offers));
            let own = reason_header(487, "The caller has gone");
            for offer in offers {
                let login = offer.login.clone();
                self.dismiss_for(edge, call, offer, reason.unwrap_or(&own));
                self.end_offer(edge, &id, &login, OfferEnd::Cancelled);
            }
            self.end_waiting(edge, call, Side::Caller, 487, "Request Terminated");
        }
    }

    /// A request in the dialog that a provisional response made. True when there was one.
    pub(super) fn in_early_dialog(&mut self, edge: &mut Edge, key: Key, request: &Request) -> bool {
        let is_its = |call: &&Call| match &call.state {
            State::Waiting(waiting) => {
                waiting.invite.call_id() == request.call_id()
                    && request.to_tag() == Some(&waiting.tag)
                    && request.from_tag() == waiting.invite.from_tag()
            }
            State::Talking(_) => false,
        };
        let logins = edge.connections.get(&key.connection).map_or(&[][..], |c| c.logins());
        let numbers = logins.iter().filter_map(|login| self.by_login.get(login)).flatten();
        let found = numbers.filter_map(|number| self.calls.get(number)).find(is_its);
        let Some(number) = found.map(|call| call.number) else { return false };
        if *request.method() == Method::Bye {
            edge.refuse(key, request, 200, "OK");
            self.end_waiting(edge, number, Side::Caller, 487, "Request Terminated");
        } else {
            // 481 would end a call that has hardly begun.
            edge.refuse(key, request, 480, "Nobody has answered yet");
        }
        true
    }

    /// The caller's INVITE transaction failed: the connection is gone.
    pub(super) fn caller_lost(&mut self, edge: &mut Edge, call: u64, key: Key) {
        if let Some(Call { state: State::Waiting(waiting), .. }) = self.calls.get_mut(&call)
            && waiting.key == key
        {
            waiting.is_lost = true;
            edge.timers.set(Timer::Grace(call), edge.now + GRACE);
        }
    }

    /// A lost caller did not come back.
    pub(crate) fn grace_over(&mut self, edge: &mut Edge, call: u64) {
        if let Some(Call { state: State::Waiting(waiting), .. }) = self.calls.get(&call)
            && waiting.is_lost
        {
            self.end_waiting(edge, call, Side::Caller, 487, "Request Terminated");
        }
    }

    /// Ends a call that has no answer: the caller gets this final response, offers are withdrawn.
    pub(super) fn end_waiting(&mut self, edge: &mut Edge, number: u64, by: Side, status: u16, reason: &str) {
        let Some(Call { id, state: State::Waiting(waiting), .. }) = self.remove(edge, number) else { return };
        let Waiting { invite, key, tag, is_lost, offers, refused, .. } = *waiting;
        self.uses.remove(&key);
        if !is_lost {
            let mut reply = Response::reply_to(&invite, status, reason).to_tag(&tag);
            if let Some((_, why)) = refused.filter(|(refused, _)| *refused == status) {
                reply = reply.header(Name::Reason, &why);
            }
            edge.respond(key, reply);
        }
        let text = if by == Side::Caller { "The caller has gone" } else { "The call is over" };
        for offer in offers {
            let login = offer.login.clone();
            self.dismiss(edge, number, offer, 487, text);
            self.end_offer(edge, &id, &login, OfferEnd::Cancelled);
        }
        edge.report(Report::CallEnded { call: id, by });
    }
}

/// Sends the caller the provisional response for what there is to show.
fn show(edge: &mut Edge, id: &str, waiting: &Waiting) {
    let (status, reason, place) = match &waiting.shown {
        Shown::Nothing => return,
        Shown::Ringing | Shown::Early { status: 180, .. } => (180, "Ringing", None),
        Shown::Early { status, .. } => (*status, "Session Progress", None),
        Shown::Place { position, waiting } => {
            (182, "Queued", Some(format!("position={position};waiting={waiting}")))
        }
    };
    let reply = Response::reply_to(&waiting.invite, status, reason).to_tag(&waiting.tag);
    let mut reply = with_contact(reply, &edge.contact(id)).raw_header("X-Headset-Call", id);
    if let Some(place) = place {
        reply = reply.raw_header("X-Headset-Queue", &place);
    }
    if let Shown::Early { content_type, sdp, .. } = &waiting.shown {
        reply = reply.body(content_type, sdp);
    }
    let reply = reply.header(Name::Server, crate::edge::PRODUCT).finish();
    edge.transactions.respond(edge.now, waiting.key, reply);
}
