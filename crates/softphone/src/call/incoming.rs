//! Being called: ring, prepare, answer, refuse.

use super::active::Active;
use super::recent::Copy;
use super::reliable::Reliable;
use super::requests::{Lines, agreeing, answer_with_headers, described};
use super::ring::{Answering, Preparation, Refusal, Ring};
use super::session_timer::SessionTimer;
use super::{Call, CallState, Ending, Facts, Media, cause, text, wake};
use crate::context::{CallTimer, Context, Key};
use crate::{
    CallDirection, CallEvent, CallId, Direction, MediaOptions, Originator, Outcome, PeerEvent, PeerRequest,
    Permission,
};
use alloc::boxed::Box;
use core::mem;
use headset_sip::dialog::{Dialog, State};
use headset_sip::{Invalid, Request, sdp};

static REASONS: [(u16, &str); 12] = [
    (180, "Ringing"),
    (182, "Queued"),
    (183, "Session Progress"),
    (404, "Not Found"),
    (408, "Request Timeout"),
    (480, "Temporarily Unavailable"),
    (486, "Busy Here"),
    (487, "Request Terminated"),
    (488, "Not Acceptable Here"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
    (0, "Refused"),
];

pub(super) fn default_reason(status: u16) -> &'static str {
    let found = REASONS.iter().find(|(known, _)| *known == status || *known == 0);
    found.map_or("", |(_, reason)| reason)
}

/// The usual phrase where there is no other.
pub(super) fn reason_or_default(reason: &str, status: u16) -> &str {
    if reason.is_empty() { default_reason(status) } else { reason }
}

/// What an INVITE says about the call, before it is one.
pub(super) fn facts(ctx: &Context, invite: &Request) -> Result<Box<Facts>, Invalid> {
    let (to, from) = (invite.to()?, invite.from()?);
    let (mut local, remote) = (text::party(&to), text::party(&from));
    if local.display_name.is_empty() {
        local.display_name.clone_from(&ctx.account.identity.display_name);
    }
    let id = text::call_name(invite).unwrap_or(invite.call_id());
    let mut facts = Facts::new(id, local, remote);
    facts.direction = CallDirection::Incoming;
    facts.invite = invite.as_str().into();
    facts.learn(invite);
    Ok(facts)
}

impl Call {
    /// A call that rings from now on.
    pub(super) fn ring(
        ctx: &mut Context,
        call: CallId,
        key: Key,
        invite: &Request,
        copy: Copy,
        facts: Box<Facts>,
        media: MediaOptions,
    ) -> Result<Call, Refusal> {
        let mut session = SessionTimer::default();
        if !session.asked(invite, ctx.settings.session_expires) {
            return Err(Refusal::TooShort);
        }
        let tag = ctx.entropy.token(10);
        let dialog = Dialog::uas(invite, &tag, State::Early)
            // All else was read before.
            .map_err(|_| Refusal::Bad("no Contact"))?;
        if let Some(patience) = invite.expires().filter(|seconds| *seconds > 0) {
            wake(ctx, call, CallTimer::Expires, u64::from(patience) * 1000);
        }
        let mut ring = Box::new(Ring {
            call,
            key: Some(key),
            invite: invite.clone(),
            copy,
            dialog,
            headers: Lines::default(),
            reliable: Reliable::default(),
            session,
            preparation: Preparation::None,
            withheld: false,
            answering: Answering::No,
        });
        ring.start(ctx);
        let mut call = Call::new(facts, Media::new(call, media), CallState::Incoming(ring));
        call.prepare(ctx);
        Ok(call)
    }

    /// The call's INVITE came again on another flow. `true` where it goes on there, because the first one is dead.
    pub(super) fn move_to(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
        copy: &Copy,
    ) -> Option<bool> {
        match &mut self.state {
            CallState::Incoming(ring) => {
                if ring.copy != *copy {
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
            CallState::Active(active) => active.move_to(ctx, key, request, copy),
            CallState::Dialling(_) => None,
        }
    }

    /// Makes the peer connection ready, if it can be done without asking for the microphone.
    ///
    /// The candidates are withheld: with them ICE and DTLS would begin, the caller's browser would bind itself to us,
    /// and never connect to the operator who is rung next.
    pub(super) fn prepare(&mut self, ctx: &mut Context) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        if matches!((&ring.preparation, ring.answering), (Preparation::None, Answering::No))
            && !ctx.supervised()
            && ctx.permission == Permission::Granted
            && !ring.offer().is_empty()
        {
            self.media.renew(ctx);
            self.media.describe(ctx, Direction::SendRecv, &sdp::without_candidates(ring.offer()));
            ring.preparation = Preparation::UnderWay;
            ring.withheld = true;
        }
    }

    /// Answer was clicked.
    pub(super) fn answer(&mut self, ctx: &mut Context, media: MediaOptions, headers: Lines) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        if ring.is_answering() {
            return;
        }
        if self.media.options != media {
            self.media.options = media;
            ring.preparation = Preparation::None;
        }
        if let Preparation::None = ring.preparation {
            self.media.renew(ctx);
            ring.withheld = false;
        }
        ring.headers = headers;
        ctx.calls_changed = true;
        let late_offer = ring.offer().is_empty();
        if ctx.permission == Permission::Granted || late_offer {
            // An offer of ours opens the microphone first by itself.
            self.go_on(ctx, late_offer);
        } else {
            ring.answering = Answering::Microphone;
            self.media.open_microphone(ctx);
        }
    }

    /// The next step on the way to the 200.
    fn go_on(&mut self, ctx: &mut Context, microphone: bool) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        ring.answering = Answering::Yes { microphone };
        if let Preparation::None = ring.preparation {
            self.media.describe(ctx, Direction::SendRecv, ring.offer());
            ring.preparation = Preparation::UnderWay;
        }
        self.answer_if_ready(ctx);
    }

    /// Sends the 200 when there is an answer and a flow.
    fn answer_if_ready(&mut self, ctx: &mut Context) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let (Preparation::Ready { answer }, Answering::Yes { microphone }) =
            (&ring.preparation, ring.answering)
        else {
            return;
        };
        if mem::take(&mut ring.withheld) {
            self.media.ask(ctx, PeerRequest::AddCandidates { description: ring.offer().into() });
        }
        let Some(key) = ring.key else { return };
        let ok = agreeing(ctx, ring.response(ctx, 200, "OK"), &ring.session);
        let ok = answer_with_headers(ok, ring.headers.text());
        let ok = ctx.finish(described(ok, answer));
        ctx.transactions.respond(ctx.now, key, ok.clone());
        ctx.tell(ring.call, CallEvent::Accepted, ok.as_str());
        ring.dialog.state = State::Confirmed;
        let active = Active::answered(ctx, ring, key, ok);
        active.session.start(ctx, self.call);
        self.state = CallState::Active(active);
        ctx.keep_calls = true;
        if !microphone {
            self.media.open_microphone(ctx);
        }
        self.media.keep_muted(ctx);
        self.trace(ctx, "call_answered");
        ctx.calls_changed = true;
    }

    /// The application says that it rings.
    #[cfg(feature = "full")]
    pub(super) fn say_ringing(&mut self, ctx: &mut Context, status: u16, reason: &str, headers: &str) {
        let CallState::Incoming(ring) = &mut self.state else { return };
        let status = if (101..200).contains(&status) { status } else { 180 };
        let response = ring.response(ctx, status, reason_or_default(reason, status));
        ring.provisional(ctx, answer_with_headers(response, headers));
    }

    pub(super) fn incoming_peer_event(
        &mut self,
        ctx: &mut Context,
        event: &mut PeerEvent,
    ) -> Option<Box<Ending>> {
        let CallState::Incoming(ring) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(answer) if matches!(ring.preparation, Preparation::UnderWay) => {
                ring.preparation = Preparation::Ready { answer: mem::take(answer) };
                self.answer_if_ready(ctx);
            }
            PeerEvent::MicrophoneOpened if ring.answering == Answering::Microphone => self.go_on(ctx, true),
            PeerEvent::Failed { message } if !ring.is_answering() => {
                // The click tries again from the start.
                ring.preparation = Preparation::None;
                self.media.ask(ctx, PeerRequest::Close);
                self.media.peer = None;
                ctx.trace("preparation_failed", "call detail", &[&self.facts.id, message]);
            }
            PeerEvent::Failed { message } => {
                ctx.error("media_failed", message);
                let (cause, reason) = ("WebRTC Error", default_reason(488));
                return Some(ring.give_up(ctx, Originator::System, Outcome::Failed, cause, 488, reason));
            }
            _ => {}
        }
        None
    }

    /// CANCEL, or BYE in the early dialog.
    pub(super) fn cancelled(
        &mut self,
        ctx: &mut Context,
        request: &Request,
        cause: &str,
    ) -> Option<Box<Ending>> {
        let CallState::Incoming(ring) = &self.state else { return None };
        let reason = cause::Reason::of(request);
        let (status, phrase) = (487, default_reason(487));
        let ending = ring.give_up(ctx, Originator::Remote, reason.outcome(), cause, status, phrase);
        Some(ending.because(ctx, request, &reason))
    }
}
