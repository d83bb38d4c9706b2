//! Being called: ring, prepare, answer, refuse.

use super::active::Active;
use super::recent::Copy;
use super::{Call, CallState, Ending, Facts, Media, cause, text};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{
    CallDirection, Direction, EndOptions, MediaOptions, Originator, Outcome, PeerEvent, PeerRequest,
    Permission,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::mem;
use core::time::Duration;
use headset_sip::dialog::{Dialog, State};
use headset_sip::{Invalid, Name, Request, Response, ResponseBuilder, sdp};

/// The switch ends the ringing; this is for a switch that forgot.
const RING: Duration = Duration::from_secs(180);
/// For the caller's INVITE to come again on another flow.
const FLOW_LOST: Duration = Duration::from_secs(10);

/// An INVITE that has no final answer yet.
#[derive(Debug)]
pub(super) struct Ring {
    /// `None` while the flow that it came on is gone.
    key: Option<Key>,
    invite: Request,
    /// Early; confirmed by our 200.
    dialog: Dialog,
    step: Step,
}

/// The peer connection made ready while it rings.
#[derive(Debug)]
enum Preparation {
    None,
    /// Answering the offer, which has no candidates.
    UnderWay,
    Ready {
        answer: String,
    },
}

#[derive(Debug)]
enum Step {
    /// Answer was not clicked yet.
    Ringing {
        preparation: Preparation,
    },
    Microphone {
        preparation: Preparation,
    },
    /// `withheld`: the offer's candidates are still to be given. `microphone`: it is open.
    Description {
        withheld: bool,
        microphone: bool,
    },
    /// A flow to send the 200 on.
    Flow {
        answer: String,
        microphone: bool,
    },
}

impl Ring {
    pub(super) fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    pub(super) fn is_answering(&self) -> bool {
        !matches!(self.step, Step::Ringing { .. })
    }

    pub(super) fn copy(&self) -> Copy {
        Copy::of(&self.invite)
    }

    pub(super) fn is(&self, key: Key) -> bool {
        self.key == Some(key)
    }

    /// The caller's offer; empty if we are to make one.
    fn offer(&self) -> &str {
        self.invite.body()
    }

    fn start(&self, ctx: &mut Context) {
        self.respond(ctx, 180, "Ringing", |builder| builder);
        ctx.timers.set(Timer::Call(CallTimer::GiveUp), ctx.now + RING);
    }

    fn respond(
        &self,
        ctx: &mut Context,
        status: u16,
        reason: &str,
        more: impl FnOnce(ResponseBuilder) -> ResponseBuilder,
    ) {
        if let Some(key) = self.key {
            let contact = ctx.account.contact("");
            let builder = Response::reply_to(&self.invite, status, reason)
                .to_tag(&self.dialog.local_tag)
                .header(Name::Contact, &contact);
            ctx.respond(key, more(builder));
        }
    }

    /// Gives the final answer that ends it.
    pub(super) fn reject(&self, ctx: &mut Context, status: u16, reason: &str) {
        self.respond(ctx, status, reason, |builder| builder);
    }

    pub(super) fn refuse(&mut self, ctx: &mut Context, options: EndOptions) -> Ending {
        // RFC 3261 §8.1.3.4: 3xx would need Contacts to go to, but is the application's to choose.
        let status = options.status_code.filter(|status| (300..700).contains(status)).unwrap_or(480);
        let given = text::reason_phrase(options.reason_phrase.as_deref().unwrap_or(""));
        let reason = if given.is_empty() { default_reason(status) } else { &given };
        self.reject(ctx, status, reason);
        let cause = options.cause.as_deref().unwrap_or("Rejected");
        Ending::new(Originator::Local, Outcome::Rejected, cause).status(status, reason)
    }

    /// The flow that it rings on is gone; the switch will try another one.
    pub(super) fn flow_lost(&mut self, ctx: &mut Context, key: Key) {
        if self.is(key) {
            self.key = None;
            ctx.timers.set(Timer::Call(CallTimer::GiveUp), ctx.now + FLOW_LOST);
        }
    }
}

pub(super) fn default_reason(status: u16) -> &'static str {
    match status {
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
    })
}

impl Call {
    /// A call that rings from now on.
    pub(super) fn ring(
        ctx: &mut Context,
        key: Key,
        invite: Request,
        facts: Facts,
        media: MediaOptions,
    ) -> Result<Call, Invalid> {
        let tag = ctx.entropy.token(10);
        let dialog = Dialog::uas(&invite, &tag, State::Early)?;
        if let Some(patience) = invite.expires().filter(|seconds| *seconds > 0) {
            let patience = Duration::from_secs(u64::from(patience));
            ctx.timers.set(Timer::Call(CallTimer::Expires), ctx.now + patience);
        }
        let step = Step::Ringing { preparation: Preparation::None };
        let ring = Ring { key: Some(key), invite, dialog, step };
        ring.start(ctx);
        let mut call = Call {
            facts,
            media: Media { peer: None, options: media, muted: false, connected: false },
            state: CallState::Incoming(Box::new(ring)),
        };
        call.prepare(ctx);
        Ok(call)
    }

    /// The call's INVITE came again on another flow. `true` where it goes on there, because the first one is dead.
    pub(super) fn move_to(&mut self, ctx: &mut Context, key: Key, copy: &Copy) -> Option<bool> {
        match &mut self.state {
            CallState::Incoming(ring) => {
                if ring.copy() != *copy {
                    return None;
                }
                if ring.key.is_some_and(|first| ctx.routes.is_open(first.connection)) {
                    return Some(false);
                }
                ring.key = Some(key);
                ring.start(ctx);
                self.answer_if_ready(ctx);
                Some(true)
            }
            CallState::Active(active) => active.move_to(ctx, key, copy),
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
        if unprepared && ctx.permission == Permission::Granted && !ring.offer().is_empty() {
            let (media, offer) = (self.media.options, sdp::without_candidates(ring.offer()));
            let peer = *self.media.peer.insert(ctx.new_peer());
            ctx.peer(peer, PeerRequest::Answer { media, offer, direction: Direction::SendRecv });
            ring.step = Step::Ringing { preparation: Preparation::UnderWay };
        }
    }

    /// Answer was clicked.
    pub(super) fn answer(&mut self, ctx: &mut Context, media: MediaOptions) {
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
        ctx.call_changed = true;
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
        let (body, microphone) = (mem::take(answer), *microphone);
        ring.dialog.state = State::Confirmed;
        ring.respond(ctx, 200, "OK", |builder| {
            builder
                .header(Name::Allow, crate::context::ALLOW)
                .header(Name::Supported, "outbound")
                .body("application/sdp", &body)
        });
        let media = self.media.options;
        let active = Active::answered(ctx, ring.dialog.clone(), &ring.invite, key, body);
        self.state = CallState::Active(Box::new(active));
        if !microphone {
            self.media.ask(ctx, PeerRequest::OpenMicrophone { media });
        }
        if self.media.muted {
            self.media.ask(ctx, PeerRequest::Mute(true));
        }
        ctx.timers.clear(Timer::Call(CallTimer::GiveUp));
        ctx.timers.clear(Timer::Call(CallTimer::Expires));
        ctx.trace("call_answered", &[("call", &self.facts.id)]);
        ctx.call_changed = true;
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
    pub(super) fn cancelled(
        &mut self,
        ctx: &mut Context,
        reason: Option<&str>,
        cause: &str,
    ) -> Option<Ending> {
        let CallState::Incoming(ring) = &self.state else {
            return None;
        };
        ring.reject(ctx, 487, default_reason(487));
        let reason = cause::Reason::parse(reason);
        let mut ending = Ending::new(Originator::Remote, reason.outcome(), cause);
        ending.status_code = reason.cause;
        ending.reason_phrase = reason.text.map(ToString::to_string);
        Some(ending)
    }
}
