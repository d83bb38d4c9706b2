//! Calling: offer, INVITE, ringing, answer, cancel.

use super::active::Active;
use super::dial::{Dial, Step, from};
use super::early::fork;
use super::farewell::{self, Farewell};
use super::hold::Hold;
use super::{Call, CallState, Ending, Facts, Media, calm, text};
use crate::context::{CallTimer, Context, FULL, Key, SUPPORTED};
use crate::{CallEvent, CallId, CallOptions, Direction, Originator, Outcome, PeerEvent, PeerRequest};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use headset_sip::dialog::Dialog;
use headset_sip::text::concat;
use headset_sip::{NameAddr, Response, sdp};

impl Call {
    pub(super) fn dial(ctx: &mut Context, call: CallId, target: String, options: &mut CallOptions) -> Call {
        let mut media = Media::new(call, options.media);
        media.renew(ctx);
        // RFC 3261 §13.2.1: the far end may make the offer.
        if FULL && options.late_offer {
            media.open_microphone(ctx);
        } else {
            media.describe(ctx, Direction::SendRecv, "");
        }
        let dial = Dial::new(ctx, call, target, options);
        let local = text::party_in(&from(ctx, dial.options(), ""));
        let remote = text::party_in(&NameAddr::format("", &dial.to, ""));
        let facts = Facts::new(&dial.call_id, local, remote);
        Call::new(facts, media, CallState::Dialling(dial))
    }

    pub(super) fn dialling_peer_event(
        &mut self,
        ctx: &mut Context,
        event: &mut PeerEvent,
    ) -> Option<Box<Ending>> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(text) => {
                if let Some(answering) = dial.answering.take() {
                    self.early_answered(ctx, answering, text);
                } else if let Step::Preparing = dial.step {
                    dial.wait_for_flow(ctx, mem::take(text));
                }
                None
            }
            PeerEvent::MicrophoneOpened if FULL && dial.options().late_offer => {
                if let Step::Preparing = dial.step {
                    dial.wait_for_flow(ctx, String::new());
                }
                None
            }
            // What rings before the answer is of no use; the answer itself may be.
            PeerEvent::Failed { .. } if dial.answering.is_none() && dial.early_media.is_some() => {
                dial.early_media = None;
                None
            }
            PeerEvent::Failed { message } => {
                ctx.error("media_failed", message);
                if dial.refuse_update(ctx, 488, "Not Acceptable Here") {
                    self.media.ask(ctx, PeerRequest::Rollback);
                    return None;
                }
                Some(dial.break_off(ctx, Originator::System, "WebRTC Error"))
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
        let builder = dial.request(ctx, socket, &offer);
        // RFC 3262 §4
        let reliable = concat(&["100rel, ", SUPPORTED]);
        let supported = if ctx.settings.reliable_provisional { &reliable } else { SUPPORTED };
        let invite = Box::new(ctx.complete(socket, builder, supported));
        self.facts.invite = invite.as_str().into();
        ctx.tell(dial.call, CallEvent::Sending, invite.as_str());
        let key = ctx.transactions.request(ctx.now, socket, (*invite).clone());
        dial.step = Step::Inviting { key, invite };
        calm(ctx, dial.call, CallTimer::GiveUp);
        ctx.calls_changed = true;
    }

    /// A response to our INVITE.
    pub(super) fn dial_response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Box<Ending>> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        ctx.calls_changed = true;
        match response.status() {
            100 => None,
            status if status < 200 => {
                self.progress(ctx, key, response);
                None
            }
            200..=299 => self.dial_answered(ctx, key, response),
            status => {
                let Some(ending) = dial.refused(ctx, status, response) else {
                    // The INVITE is made again: whatever was heard so far is over.
                    dial.refuse_update(ctx, 487, "Request Terminated");
                    return None;
                };
                Some(ending.status(status, response.reason()).message(ctx, response.as_str()))
            }
        }
    }

    /// Answered, or not to be: a 2xx by another fork is hung up (RFC 3261 §13.2.2.4).
    fn dial_answered(&mut self, ctx: &mut Context, key: Key, response: &Response) -> Option<Box<Ending>> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let dial = &mut **dial;
        let Step::Inviting { invite, .. } = &dial.step else { return None };
        #[cfg(feature = "full")]
        if matches!(dial.answering, Some(super::early::Answering::Ok { .. })) {
            // A copy, while the offer in the first one is being answered.
            return None;
        }
        let failed = |ctx: &Context, farewell: Option<Farewell>| {
            let ending = Ending::new(Originator::Remote, Outcome::Failed, "Bad Media Description");
            Some(ending.message(ctx, response.as_str()).farewell(farewell))
        };
        // The early dialog goes on, and its CSeq (RFC 3261 §13.2.2.4, §12.2.1.1).
        let Some(fork) = fork(&mut dial.forks, invite, response) else { return failed(ctx, None) };
        let dialog = fork.dialog.clone();
        let early = dial.early_media.take();
        let body = response.sdp();
        ctx.tell(self.call, CallEvent::Accepted, response.as_str());
        match early {
            // RFC 6337 §3.1.1: the answer was given before.
            Some(early) if early.gives(&dialog.remote_tag, body) => {
                self.talk(ctx, key, dialog, response, &early.sdp, "");
                if let CallState::Active(active) = &mut self.state {
                    active.accepting = false;
                }
            }
            _ if body.is_empty() => {
                farewell::acknowledge(ctx, &dialog, key, invite, "");
                let reason = text::reason_header(488, "Bad Media Description");
                return failed(ctx, Some(Farewell::bye(None, dialog, Some(reason))));
            }
            // RFC 3261 §13.2.2.4: the ACK answers it.
            #[cfg(feature = "full")]
            _ if invite.body().is_empty() => {
                self.media.describe(ctx, Direction::SendRecv, body);
                dial.answering =
                    Some(super::early::Answering::Ok { key, dialog, response: Box::new(response.clone()) });
            }
            _ => {
                self.media.accept(ctx, body);
                self.talk(ctx, key, dialog, response, body, "");
            }
        }
        None
    }

    /// Acknowledges the 2xx, with our answer where the far end made the offer, and is a call from now on.
    pub(super) fn talk(
        &mut self,
        ctx: &mut Context,
        key: Key,
        dialog: Dialog,
        response: &Response,
        remote_sdp: &str,
        answer: &str,
    ) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let Step::Inviting { invite, .. } = mem::replace(&mut dial.step, Step::Preparing) else { return };
        let mut active = Active::new(ctx, self.call, dialog, true, remote_sdp);
        active.accepting = answer.is_empty();
        // A call that came back may have been on hold.
        active.hold = Hold::settled(sdp::direction(invite.body()) == sdp::Direction::SendOnly);
        active.ack = Some(farewell::acknowledge(ctx, &active.dialog, key, &invite, answer));
        active.learn(response);
        active.session = dial.session;
        active.session.accepted(response);
        active.session.start(ctx, self.call);
        self.media.keep_muted(ctx);
        self.state = CallState::Active(active);
        // RFC 3261 §13.2.2.4: others may answer too.
        self.other_forks = Some(Farewell::unwanted(key, invite));
        self.facts.learn(response);
        self.returning = false;
        ctx.keep_calls = true;
        ctx.tell(self.call, CallEvent::Confirmed, "");
        self.tell_sponsor(ctx, 200, "OK");
        #[cfg(feature = "full")]
        {
            self.sponsor = None;
        }
        self.trace(ctx, "call_answered");
    }
}
