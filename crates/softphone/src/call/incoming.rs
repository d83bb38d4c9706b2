//! Being called: ring, prepare, answer, refuse.

use super::active::Active;
use super::recent::Copy;
use super::reliable::Reliable;
use super::ring::{Preparation, Refusal, Ring, Step};
use super::session_timer::SessionTimer;
use super::{Call, CallState, Ending, Facts, Media, cause, text};
use crate::context::{CallTimer, Context, Key, SUPPORTED, Timer};
use crate::{
    CallDirection, CallEvent, CallId, Direction, MediaOptions, Originator, Outcome, PeerEvent, PeerRequest,
    Permission,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::mem;
use core::time::Duration;
use headset_sip::dialog::{Dialog, State};
use headset_sip::{Invalid, Name, Request, sdp};

pub(super) fn default_reason(status: u16) -> &'static str {
    match status {
        180 => "Ringing",
        182 => "Queued",
        183 => "Session Progress",
        404 => "Not Found",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        600 => "Busy Everywhere",
        603 => "Decline",
        _ => "Refused",
    }
}

/// What an INVITE says about the call, before it is one.
pub(super) fn facts(ctx: &Context, invite: &Request) -> Result<Facts, Invalid> {
    let (from, to) = (invite.from()?, invite.to()?);
    let id = invite.get_named("X-Headset-Call").map(str::trim).filter(|id| !id.is_empty());
    let mut local = text::party(&to);
    if local.display_name.is_empty() {
        local.display_name = ctx.account.identity.display_name.clone();
    }
    Ok(Facts {
        id: id.unwrap_or(invite.call_id()).into(),
        direction: CallDirection::Incoming,
        local,
        remote: text::party(&from),
        invite: invite.as_str().into(),
        asserted: text::asserted(invite),
    })
}

impl Call {
    /// A call that rings from now on.
    pub(super) fn ring(
        ctx: &mut Context,
        call: CallId,
        key: Key,
        invite: Request,
        facts: Facts,
        media: MediaOptions,
    ) -> Result<Call, Refusal> {
        let tag = ctx.entropy.token(10);
        let dialog = Dialog::uas(&invite, &tag, State::Early).map_err(|problem| Refusal::Bad(problem.0))?;
        if let Some(patience) = invite.expires().filter(|seconds| *seconds > 0) {
            let patience = Duration::from_secs(u64::from(patience));
            ctx.timers.set(Timer::Call(call, CallTimer::Expires), ctx.now + patience);
        }
        let step = Step::Ringing { preparation: Preparation::None };
        let mut session = SessionTimer::default();
        if let Err(least) = session.asked(&invite, ctx.settings.session_expires) {
            return Err(Refusal::TooShort(least));
        }
        let mut ring = Ring {
            call,
            key: Some(key),
            invite,
            dialog,
            headers: String::new(),
            reliable: Reliable::default(),
            session,
            step,
        };
        ring.start(ctx);
        let mut call = Call::new(facts, Media::new(call, media), CallState::Incoming(Box::new(ring)));
        call.prepare(ctx);
        Ok(call)
    }

    /// The call's INVITE came again on another flow. `true` where it goes on there, because the first one is dead.
    pub(super) fn move_to(&mut self, ctx: &mut Context, key: Key, request: &Request) -> Option<bool> {
        match &mut self.state {
            CallState::Incoming(ring) => {
                if ring.copy() != Copy::of(request) {
                    return None;
                }
                if ring.key.is_some_and(|first| ctx.routes.is_open(first.connection)) {
                    return Some(false);
                }
                ring.key = Some(key);
                // Where it came from: the answer goes back that way.
                ring.invite = request.clone();
                ring.reliable = Reliable::default();
                ring.start(ctx);
                self.answer_if_ready(ctx);
                Some(true)
            }
            CallState::Active(active) => active.move_to(ctx, key, request),
            CallState::Dialling(_) => None,
        }
    }

    /// Makes the peer connection ready, if it can be done without asking for the microphone.
    ///
    /// The candidates are withheld: with them ICE and DTLS would begin, the caller's browser would bind itself to us,
    /// and never connect to the operator who is rung next.
    pub(super) fn prepare(&mut self, ctx: &mut Context) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let unprepared = matches!(ring.step, Step::Ringing { preparation: Preparation::None });
        if unprepared
            && !ctx.supervised()
            && ctx.permission == Permission::Granted
            && !ring.offer().is_empty()
        {
            let (media, offer) = (self.media.options, sdp::without_candidates(ring.offer()));
            self.media.peer = Some(ctx.new_peer());
            self.media.ask(ctx, PeerRequest::Answer { media, offer, direction: Direction::SendRecv });
            ring.step = Step::Ringing { preparation: Preparation::UnderWay };
        }
    }

    /// Answer was clicked.
    pub(super) fn answer(&mut self, ctx: &mut Context, media: MediaOptions, headers: String) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let Step::Ringing { preparation } = &mut ring.step else { return };
        let mut preparation = mem::replace(preparation, Preparation::None);
        if self.media.options != media {
            self.media.options = media;
            preparation = Preparation::None;
        }
        if matches!(preparation, Preparation::None) {
            self.media.renew(ctx);
        }
        ring.headers = headers;
        ctx.calls_changed = true;
        let late_offer = ring.offer().is_empty();
        if ctx.permission == Permission::Granted || late_offer {
            // An offer of ours opens the microphone first by itself.
            self.describe(ctx, preparation, late_offer);
        } else {
            ring.step = Step::Microphone { preparation };
            self.media.ask(ctx, PeerRequest::OpenMicrophone { media });
        }
    }

    /// The next step on the way to a description of ours.
    fn describe(&mut self, ctx: &mut Context, preparation: Preparation, microphone: bool) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let media = self.media.options;
        match preparation {
            Preparation::Ready { answer } => {
                self.media.ask(ctx, PeerRequest::AddCandidates { description: ring.offer().into() });
                ring.step = Step::Flow { answer, microphone };
                self.answer_if_ready(ctx);
            }
            Preparation::UnderWay => ring.step = Step::Description { withheld: true, microphone },
            Preparation::None => {
                let direction = Direction::SendRecv;
                let request = match ring.offer() {
                    "" => PeerRequest::Offer { media, direction, ice_restart: false },
                    offer => PeerRequest::Answer { media, offer: offer.into(), direction },
                };
                self.media.ask(ctx, request);
                ring.step = Step::Description { withheld: false, microphone };
            }
        }
    }

    /// Sends the 200 when there is an answer and a flow.
    fn answer_if_ready(&mut self, ctx: &mut Context) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let (Step::Flow { answer, microphone }, Some(key)) = (&mut ring.step, ring.key) else { return };
        let (body, microphone, allow) = (mem::take(answer), *microphone, ctx.allow);
        ring.dialog.state = State::Confirmed;
        let mut ok =
            ring.response(ctx, 200, "OK").header(Name::Allow, allow).header(Name::Supported, SUPPORTED);
        // RFC 4028 §9
        if let Some((value, required)) = ring.session.grant() {
            ok = ok.header(Name::SessionExpires, &value);
            if required {
                ok = ok.header(Name::Require, "timer");
            }
        }
        for (name, value) in text::lines(&ring.headers) {
            ok = ok.raw_header(name, value);
        }
        let ok = ctx.respond(key, ok.body("application/sdp", &body));
        let media = self.media.options;
        ctx.tell(ring.call, CallEvent::Accepted, ok.as_str());
        let mut active = Active::answered(ctx, ring.call, ring.dialog.clone(), &ring.invite, key, ok);
        active.learn(&ring.invite);
        active.session = ring.session;
        ring.session.start(ctx, ring.call);
        ctx.timers.clear(Timer::Call(ring.call, CallTimer::Reliable));
        self.state = CallState::Active(Box::new(active));
        self.store(ctx);
        if !microphone {
            self.media.ask(ctx, PeerRequest::OpenMicrophone { media });
        }
        if self.media.muted {
            self.media.ask(ctx, PeerRequest::Mute(true));
        }
        ctx.timers.clear(Timer::Call(self.call, CallTimer::GiveUp));
        ctx.timers.clear(Timer::Call(self.call, CallTimer::Expires));
        ctx.trace("call_answered", &[("call", &self.facts.id)]);
        ctx.calls_changed = true;
    }

    /// The application says that it rings.
    pub(super) fn say_ringing(&mut self, ctx: &mut Context, status: u16, reason: &str, headers: &str) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let status = if (101..200).contains(&status) { status } else { 180 };
        let reason = if reason.is_empty() { default_reason(status) } else { reason };
        let mut response = ring.response(ctx, status, reason);
        for (name, value) in text::lines(headers) {
            response = response.raw_header(name, value);
        }
        ring.provisional(ctx, response);
    }

    pub(super) fn incoming_peer_event(&mut self, ctx: &mut Context, event: PeerEvent) -> Option<Ending> {
        let CallState::Incoming(ring) = &mut self.state else { return None };
        match (event, &mut ring.step) {
            (
                PeerEvent::Described(answer),
                Step::Ringing { preparation } | Step::Microphone { preparation },
            ) => *preparation = Preparation::Ready { answer },
            (PeerEvent::Described(answer), Step::Description { withheld, microphone }) => {
                let (withheld, microphone) = (*withheld, *microphone);
                if withheld {
                    self.media.ask(ctx, PeerRequest::AddCandidates { description: ring.offer().into() });
                }
                ring.step = Step::Flow { answer, microphone };
                self.answer_if_ready(ctx);
            }
            (PeerEvent::MicrophoneOpened, Step::Microphone { preparation }) => {
                let preparation = mem::replace(preparation, Preparation::None);
                self.describe(ctx, preparation, true);
            }
            (PeerEvent::MicrophoneFailed { name, message }, _) => {
                let (code, cause, reason) = cause::of_microphone(&name);
                ctx.error(code, &message);
                return Some(self.give_up(ctx, 480, reason, Originator::Local, cause));
            }
            (PeerEvent::Failed { message }, Step::Ringing { preparation }) => {
                // The click tries again from the start.
                *preparation = Preparation::None;
                self.media.ask(ctx, PeerRequest::Close);
                self.media.peer = None;
                ctx.trace("preparation_failed", &[("call", &self.facts.id), ("detail", &message)]);
            }
            (PeerEvent::Failed { message }, _) => {
                ctx.error("media_failed", &message);
                let reason = default_reason(488);
                return Some(self.give_up(ctx, 488, reason, Originator::System, "WebRTC Error"));
            }
            _ => {}
        }
        None
    }

    /// Answers the INVITE so because it cannot become a call.
    fn give_up(
        &mut self,
        ctx: &mut Context,
        status: u16,
        reason: &str,
        originator: Originator,
        cause: &str,
    ) -> Ending {
        if let CallState::Incoming(ring) = &self.state {
            ring.reject(ctx, status, reason);
        }
        Ending::new(originator, Outcome::Failed, cause).status(status, reason)
    }

    /// It rang, or waited for a flow, for too long.
    pub(super) fn rang_out(&mut self, ctx: &mut Context) -> Option<Ending> {
        let CallState::Incoming(ring) = &self.state else {
            return None;
        };
        if ring.key.is_none() {
            return Some(
                Ending::new(Originator::System, Outcome::Failed, "Connection Error")
                    .status(480, default_reason(480)),
            );
        }
        ring.reject(ctx, 480, "No Answer");
        Some(Ending::new(Originator::System, Outcome::Missed, "No Answer").status(480, "No Answer"))
    }

    /// The caller's patience, told in Expires, has ended.
    pub(super) fn expired(&mut self, ctx: &mut Context) -> Option<Ending> {
        let CallState::Incoming(ring) = &self.state else { return None };
        if ring.is_answering() {
            return None;
        }
        ring.reject(ctx, 487, default_reason(487));
        Some(Ending::new(Originator::System, Outcome::Missed, "Expires").status(487, default_reason(487)))
    }

    /// CANCEL, or BYE in the early dialog.
    pub(super) fn cancelled(&mut self, ctx: &mut Context, request: &Request, cause: &str) -> Option<Ending> {
        let CallState::Incoming(ring) = &self.state else {
            return None;
        };
        ring.reject(ctx, 487, default_reason(487));
        let reason = cause::Reason::of(request);
        let mut ending = Ending::new(Originator::Remote, reason.outcome(), cause);
        ending.status_code = reason.cause;
        ending.reason_phrase = reason.text.map(ToString::to_string);
        Some(ending)
    }
}
