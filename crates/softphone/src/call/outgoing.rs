//! Calling: offer, INVITE, ringing, answer, cancel.

use super::active::Active;
use super::dial::{Dial, Step, from};
use super::early::Answering;
use super::farewell::{self, Farewell};
use super::{Call, CallState, Ending, Facts, Media, cause, text};
use crate::context::{CallTimer, Context, Key, SUPPORTED, Timer};
use crate::{
    CallDirection, CallEvent, CallId, CallOptions, Direction, Originator, Outcome, PeerEvent, PeerRequest,
};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use headset_sip::dialog::Dialog;
use headset_sip::{NameAddr, Request, Response};

impl Call {
    pub(super) fn dial(ctx: &mut Context, call: CallId, target: String, options: Box<CallOptions>) -> Call {
        let mut media = Media::new(call, options.media);
        let peer = media.renew(ctx);
        let (request, step) = match options.late_offer {
            true => (PeerRequest::OpenMicrophone { media: options.media }, Step::Microphone),
            false => {
                let (media, direction) = (options.media, Direction::SendRecv);
                (PeerRequest::Offer { media, direction, ice_restart: false }, Step::Description)
            }
        };
        ctx.peer(call, peer, request);
        let dial = Dial::new(ctx, call, target, options, step);
        let facts = Facts {
            id: dial.call_id.clone(),
            direction: CallDirection::Outgoing,
            local: text::party_in(&from(ctx, &dial.options, "")),
            remote: text::party_in(&NameAddr::format("", &dial.to, "")),
            invite: String::new(),
            asserted: None,
        };
        Call::new(facts, media, CallState::Dialling(Box::new(dial)))
    }

    pub(super) fn dialling_peer_event(&mut self, ctx: &mut Context, event: PeerEvent) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(text) => {
                if let Some(answering) = dial.answering.take() {
                    return self.early_answered(ctx, answering, text);
                }
                if let Step::Description = dial.step {
                    dial.wait_for_flow(ctx, text);
                }
                None
            }
            PeerEvent::MicrophoneOpened if matches!(dial.step, Step::Microphone) => {
                dial.wait_for_flow(ctx, String::new());
                None
            }
            PeerEvent::MicrophoneFailed { name, message } => {
                let (code, cause, _) = cause::of_microphone(&name);
                ctx.error(code, &message);
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::Local, Outcome::Failed, cause) })
            }
            // What rings before the answer is of no use; the answer itself may be.
            PeerEvent::Failed { .. } if dial.answering.is_none() && dial.early_media.take().is_some() => None,
            PeerEvent::Failed { message } => {
                ctx.error("media_failed", &message);
                if let Some(Answering::Update { key, request, .. }) =
                    dial.answering.take_if(Answering::is_update)
                {
                    ctx.reply(key, &request, 488, "Not Acceptable Here");
                    self.media.ask(ctx, PeerRequest::Rollback);
                    return None;
                }
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::System, Outcome::Failed, "WebRTC Error") })
            }
            _ => None,
        }
    }

    /// Sends the INVITE when there is an offer and a flow.
    pub(super) fn invite_if_ready(&mut self, ctx: &mut Context) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let Step::Flow { offer } = &mut dial.step else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let offer = mem::take(offer);
        let mut builder = dial.request(ctx, socket, &offer);
        if !offer.is_empty() {
            builder = builder.body("application/sdp", &offer);
        }
        // RFC 3262 §4
        let reliable = ["100rel, ", SUPPORTED].concat();
        let supported = if ctx.settings.reliable_provisional { &reliable } else { SUPPORTED };
        let invite = ctx.complete(socket, builder, supported);
        self.facts.invite = invite.as_str().into();
        ctx.tell(dial.call, CallEvent::Sending, invite.as_str());
        let key = ctx.transactions.request(ctx.now, socket, invite.clone());
        dial.step = Step::Inviting { key, invite };
        ctx.timers.clear(Timer::Call(dial.call, CallTimer::GiveUp));
        ctx.calls_changed = true;
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
        ctx.calls_changed = true;
        match response.status() {
            100 => None,
            status if status < 200 => {
                let invite = invite.clone();
                self.progress(ctx, key, &invite, response);
                None
            }
            200..=299 => {
                let invite = invite.clone();
                self.dial_answered(ctx, key, &invite, response)
            }
            status => {
                let Some(ending) = dial.refused(ctx, status, response) else {
                    self.early_media_over(ctx);
                    return None;
                };
                Some(ending.status(status, response.reason()).message(ctx, response.as_str()))
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
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let late_offer = invite.body().is_empty();
        if matches!(dial.answering, Some(Answering::Ok { .. })) {
            // A copy, while the offer in the first one is being answered.
            return None;
        }
        let failed = |originator| Ending::new(originator, Outcome::Failed, "Bad Media Description");
        let Some(dialog) = dial.confirmed(invite, response) else {
            return Some(failed(Originator::Remote).message(ctx, response.as_str()));
        };
        let early = dial.early_media.take().filter(|early| early.tag == dialog.remote_tag);
        let body = response.body();
        ctx.tell(self.call, CallEvent::Accepted, response.as_str());
        match early {
            // RFC 6337 §3.1.1: the answer was given before.
            Some(early) if early.settled || body.is_empty() || body == early.sdp => {
                self.talk(ctx, key, invite, dialog, response, &early.sdp, "");
                if let CallState::Active(active) = &mut self.state {
                    active.accepting = false;
                }
                None
            }
            _ if body.is_empty() => {
                farewell::acknowledge(ctx, &dialog, key, invite, "");
                let reason = text::reason_header(488, "Bad Media Description");
                let ending = failed(Originator::Remote).farewell(Farewell::bye(dialog, Some(reason)));
                Some(ending.message(ctx, response.as_str()))
            }
            None if late_offer => {
                // RFC 3261 §13.2.2.4: the ACK answers it.
                let (media, offer) = (self.media.options, body.into());
                self.media.ask(ctx, PeerRequest::Answer { media, offer, direction: Direction::SendRecv });
                dial.answering = Some(Answering::Ok { key, dialog, response: Box::new(response.clone()) });
                None
            }
            _ => {
                self.media.ask(ctx, PeerRequest::Accept { answer: body.into() });
                self.talk(ctx, key, invite, dialog, response, body, "");
                None
            }
        }
    }

    /// Acknowledges the 2xx, with our answer where the far end made the offer, and is a call from now on.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn talk(
        &mut self,
        ctx: &mut Context,
        key: Key,
        invite: &Request,
        dialog: Dialog,
        response: &Response,
        remote_sdp: &str,
        answer: &str,
    ) {
        let CallState::Dialling(dial) = &self.state else { return };
        let mut session = dial.session;
        session.accepted(response);
        let ack = farewell::acknowledge(ctx, &dialog, key, invite, answer);
        if self.media.muted {
            self.media.ask(ctx, PeerRequest::Mute(true));
        }
        let mut active = Active::accepted(ctx, self.call, dialog, ack, remote_sdp);
        active.learn(response);
        active.session = session;
        session.start(ctx, self.call);
        self.state = CallState::Active(Box::new(active));
        // RFC 3261 §13.2.2.4: others may answer too.
        self.other_forks = Some(Farewell::unwanted(key, invite.clone()));
        self.facts.learn(response);
        self.store(ctx);
        ctx.tell(self.call, CallEvent::Confirmed, "");
        if let Some(sponsor) = self.sponsor.take() {
            sponsor.tell(ctx, 200, "OK");
        }
        ctx.trace("call_answered", &[("call", &self.facts.id)]);
    }
}
