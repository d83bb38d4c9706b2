//! Calling: offer, INVITE, ringing, answer, cancel.

use super::active::Active;
use super::farewell::{self, Farewell};
use super::{Call, CallState, Ending, Facts, Media, cause, text};
use crate::authorization::Nonce;
use crate::context::{CallTimer, Context, Key, Timer, cseq};
use crate::{
    CallDirection, Direction, EndOptions, Event, MediaOptions, Originator, Outcome, PeerEvent, PeerRequest,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Method, Name, NameAddr, Request, Response};

/// For a flow to send INVITE on.
const FLOW: Duration = Duration::from_secs(10);
/// Challenges answered in a row.
const ROUNDS: u8 = 3;

/// A call of ours that was not answered yet.
#[derive(Debug)]
pub(super) struct Dial {
    /// A URI.
    target: String,
    call_id: String,
    tag: String,
    cseq: u32,
    nonce: Option<Nonce>,
    rounds: u8,
    pub(super) ringing: bool,
    pub(super) queue_place: Option<(u32, u32)>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The offer is being made.
    Description,
    /// A flow to send the INVITE on.
    Flow {
        offer: String,
    },
    Inviting {
        key: Key,
        invite: Request,
    },
}

impl Call {
    pub(super) fn dial(ctx: &mut Context, target: String, media: MediaOptions) -> Call {
        let call_id = ctx.entropy.token(22);
        let peer = ctx.new_peer();
        ctx.peer(peer, PeerRequest::Offer { media, direction: Direction::SendRecv, ice_restart: false });
        let facts = Facts {
            id: call_id.clone(),
            direction: CallDirection::Outgoing,
            local: text::party_in(&ctx.account.address(Some(""))),
            remote: text::party_in(&NameAddr::format("", &target, "")),
            invite: String::new(),
        };
        let dial = Dial {
            target,
            call_id,
            tag: ctx.entropy.token(10),
            cseq: 1 + ctx.entropy.jitter(9999) as u32,
            nonce: None,
            rounds: 0,
            ringing: false,
            queue_place: None,
            step: Step::Description,
        };
        Call {
            facts,
            media: Media { peer: Some(peer), options: media, muted: false, connected: false },
            state: CallState::Dialling(Box::new(dial)),
        }
    }

    pub(super) fn dialling_peer_event(&mut self, ctx: &mut Context, event: PeerEvent) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(offer) if matches!(dial.step, Step::Description) => {
                dial.wait_for_flow(ctx, offer);
                None
            }
            PeerEvent::MicrophoneFailed { name, message } => {
                let (code, cause, _) = cause::of_microphone(&name);
                ctx.error(code, &message);
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::Local, Outcome::Failed, cause) })
            }
            PeerEvent::Failed { message } => {
                ctx.error("media_failed", &message);
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::System, Outcome::Failed, "WebRTC Error") })
            }
            _ => None,
        }
    }

    /// Sends the INVITE when there is an offer and a flow.
    pub(super) fn invite_if_ready(&mut self, ctx: &mut Context) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let Step::Flow { offer } = &dial.step else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let offer = offer.clone();
        let uri = dial.target.clone();
        let contact = ctx.account.contact(";ob");
        let mut builder = Request::build(Method::Invite, &uri)
            .header(Name::MaxForwards, "69")
            .header(Name::To, &NameAddr::format("", &uri, ""))
            .header(Name::From, &ctx.account.address(Some(&dial.tag)))
            .header(Name::CallId, &dial.call_id)
            .header(Name::CSeq, &cseq(dial.cseq, &Method::Invite))
            .header(Name::Contact, &contact);
        if let Some(nonce) = &mut dial.nonce {
            let (name, value) = ctx.authorization(nonce, &Method::Invite, &uri, &offer);
            builder = builder.header(name, &value);
        }
        let invite = ctx.complete(socket, builder.body("application/sdp", &offer), "outbound");
        self.facts.invite = invite.as_str().into();
        let key = ctx.transactions.request(ctx.now, socket, invite.clone());
        dial.step = Step::Inviting { key, invite };
        ctx.timers.clear(Timer::Call(CallTimer::GiveUp));
        ctx.call_changed = true;
    }

    /// A response to our INVITE.
    pub(super) fn dial_response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let Step::Inviting { key: own, invite } = &dial.step else { return None };
        if *own != key {
            return None;
        }
        ctx.call_changed = true;
        match response.status() {
            status if status < 200 => {
                dial.progress(status, response);
                None
            }
            200..=299 => {
                let invite = invite.clone();
                self.dial_answered(ctx, key, &invite, response)
            }
            401 | 407 => dial.challenged(ctx, response),
            status => {
                let ending = Ending::new(
                    Originator::Remote,
                    cause::outcome_of_status(status),
                    cause::of_status(status),
                );
                Some(ending.status(status, response.reason()))
            }
        }
    }

    /// Answered, or not to be: a 2xx by another fork is hung up (RFC 3261 §13.2.2.4).
    fn dial_answered(
        &mut self,
        ctx: &mut Context,
        key: Key,
        invite: &Request,
        response: &Response,
    ) -> Option<Ending> {
        let failed = |originator| Ending::new(originator, Outcome::Failed, "Bad Media Description");
        let Ok(dialog) = Dialog::uac(invite, response) else { return Some(failed(Originator::Remote)) };
        let ack = farewell::acknowledge(ctx, &dialog, key, invite);
        if response.body().is_empty() {
            let reason = text::reason_header(488, "Bad Media Description");
            return Some(failed(Originator::Remote).farewell(Farewell::bye(dialog, Some(reason))));
        }
        self.media.ask(ctx, PeerRequest::Accept { answer: response.body().into() });
        if self.media.muted {
            self.media.ask(ctx, PeerRequest::Mute(true));
        }
        self.state = CallState::Active(Box::new(Active::accepted(ctx, dialog, ack, response.body())));
        ctx.trace("call_answered", &[("call", &self.facts.id)]);
        None
    }
}

impl Dial {
    pub(super) fn is(&self, key: Key) -> bool {
        matches!(&self.step, Step::Inviting { key: own, .. } if *own == key)
    }

    /// The INVITE under way.
    pub(super) fn invite(&self) -> Option<Request> {
        match &self.step {
            Step::Inviting { invite, .. } => Some(invite.clone()),
            _ => None,
        }
    }

    fn wait_for_flow(&mut self, ctx: &mut Context, offer: String) {
        self.step = Step::Flow { offer };
        ctx.timers.set(Timer::Call(CallTimer::GiveUp), ctx.now + FLOW);
    }

    fn progress(&mut self, status: u16, response: &Response) {
        match status {
            180 | 183 => {
                self.ringing = true;
                self.queue_place = None;
            }
            182 => {
                self.ringing = false;
                self.queue_place = response.get_named("X-Headset-Queue").and_then(text::queue_place);
            }
            _ => {}
        }
    }

    fn challenged(&mut self, ctx: &mut Context, response: &Response) -> Option<Ending> {
        let status = response.status();
        let nonce = Nonce::read(response).filter(|nonce| {
            let wrong = self.nonce.is_some() && !nonce.is_stale();
            !wrong && self.rounds < ROUNDS
        });
        let (Some(nonce), Step::Inviting { invite, .. }) = (nonce, &self.step) else {
            let reason = response.reason().to_string();
            ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
            let ending = Ending::new(Originator::Remote, Outcome::Failed, cause::of_status(status));
            return Some(ending.status(status, response.reason()));
        };
        let offer = invite.body().to_string();
        self.nonce = Some(nonce);
        self.rounds += 1;
        self.cseq += 1;
        self.wait_for_flow(ctx, offer);
        None
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Ending> {
        let Step::Inviting { key: own, invite } = &self.step else { return None };
        if *own != key {
            return None;
        }
        if timeout {
            let ending = Ending::new(Originator::System, Outcome::Failed, "Request Timeout");
            return Some(ending.status(408, "Request Timeout"));
        }
        // The flow is lost, not the call: the same INVITE goes out on the next one.
        let offer = invite.body().to_string();
        self.wait_for_flow(ctx, offer);
        None
    }

    /// No flow came up in time.
    pub(super) fn gave_up(&self) -> Option<Ending> {
        matches!(self.step, Step::Flow { .. })
            .then(|| Ending::new(Originator::System, Outcome::Failed, "Connection Error"))
    }

    pub(super) fn cancel(&mut self, ctx: &mut Context, options: EndOptions) -> Ending {
        let reason = options
            .status_code
            .map(|status| text::reason_header(status, options.reason_phrase.as_deref().unwrap_or("")));
        let farewell = self.withdraw(ctx, reason);
        let cause = options.cause.as_deref().unwrap_or("Canceled");
        let mut ending = Ending::new(Originator::Local, Outcome::Cancelled, cause);
        ending.status_code = options.status_code;
        ending.reason_phrase = options.reason_phrase;
        Ending { farewell, ..ending }
    }

    /// CANCELs what was sent.
    fn withdraw(&mut self, ctx: &mut Context, reason: Option<String>) -> Option<Farewell> {
        let Step::Inviting { key, invite } = &self.step else { return None };
        ctx.transactions.cancel(ctx.now, *key, reason.as_deref());
        Some(Farewell::unwanted(*key, invite.clone()))
    }
}
