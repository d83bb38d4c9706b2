//! Talking: what the two ends have agreed on, keys, and the end of it.

use super::farewell::Farewell;
use super::info::Infos;
use super::recent::Copy;
use super::referral::Referral;
use super::renegotiation::{Ask, Hold, Renegotiation};
use super::session_timer::SessionTimer;
use super::transfer::Transfer;
use super::{Call, CallState, Ending, cause, text};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{CallEvent, CallId, EndOptions, Originator, Outcome, PeerEvent, PeerId, PeerRequest};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Headers, Name, Request, Response, Time, sdp};

/// How long media may be down before ICE is restarted: the caller's end first, so that the two do not collide.
const RESTART_CALLER: Duration = Duration::from_secs(2);
const RESTART_CALLEE: Duration = Duration::from_secs(5);

/// An answered call.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) call: CallId,
    pub(super) dialog: Dialog,
    /// We made the Call-ID.
    pub(super) caller: bool,
    /// The answer to our first offer is being applied.
    pub(super) accepting: bool,
    pub(super) answered_at: Time,
    /// Our 2xx that waits for its ACK.
    pub(super) unacknowledged: Option<Answer>,
    /// Our last ACK of a 2xx, for a copy of it that comes on another flow.
    pub(super) ack: Option<Request>,
    pub(super) renegotiation: Renegotiation,
    pub(super) hold: Hold,
    pub(super) held_by_remote: bool,
    /// Of the far end's peer connection.
    pub(super) fingerprint: Option<String>,
    pub(super) restart_ice: bool,
    pub(super) ask: Ask,
    pub(super) session: SessionTimer,
    /// The session is to be refreshed.
    pub(super) refresh: bool,
    /// The far end takes UPDATE (RFC 3311 §4: its Allow says so).
    pub(super) takes_update: bool,
    pub(super) transfer: Option<Transfer>,
    pub(super) referral: Option<Box<Referral>>,
    pub(super) infos: Infos,
    /// Our last CSeq when the call was stored.
    pub(super) stored_seq: Option<u32>,
    /// The page has come back, and the far end has not answered it yet.
    pub(super) resuming: bool,
}

/// A 2xx of ours to an INVITE.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) key: Key,
    /// The INVITE that made the call; `None` for one within it.
    initial: Option<Box<(Request, Response)>>,
    /// The ACK brings the answer to our offer.
    pub(super) late_offer: bool,
    /// We are handed on: the offer is from this peer connection, and who it is that answers is in the re-INVITE.
    handed_on: Option<(PeerId, Box<Request>)>,
}

impl Answer {
    /// The 200 to a re-INVITE.
    pub(super) fn within(key: Key, late_offer: bool, handed_on: Option<(PeerId, Box<Request>)>) -> Answer {
        Answer { key, initial: None, late_offer, handed_on }
    }
}

impl Active {
    /// We have answered.
    pub(super) fn answered(
        ctx: &Context,
        call: CallId,
        dialog: Dialog,
        invite: &Request,
        key: Key,
        ok: Response,
    ) -> Active {
        let offer = invite.body();
        let mut active = Active::new(ctx, call, dialog, false, offer);
        let initial = Some(Box::new((invite.clone(), ok)));
        active.unacknowledged = Some(Answer { key, initial, late_offer: offer.is_empty(), handed_on: None });
        active
    }

    /// They have answered.
    pub(super) fn accepted(
        ctx: &Context,
        call: CallId,
        dialog: Dialog,
        ack: Request,
        answer: &str,
    ) -> Active {
        Active { ack: Some(ack), accepting: true, ..Active::new(ctx, call, dialog, true, answer) }
    }

    pub(super) fn new(ctx: &Context, call: CallId, dialog: Dialog, caller: bool, remote_sdp: &str) -> Active {
        Active {
            call,
            dialog,
            caller,
            accepting: false,
            answered_at: ctx.now,
            unacknowledged: None,
            ack: None,
            renegotiation: Renegotiation::None,
            hold: Hold::default(),
            held_by_remote: sdp::is_held_by_remote(remote_sdp),
            fingerprint: sdp::fingerprint(remote_sdp).map(ToString::to_string),
            restart_ice: false,
            ask: Ask::default(),
            session: SessionTimer::default(),
            refresh: false,
            takes_update: false,
            transfer: None,
            referral: None,
            infos: Infos::default(),
            stored_seq: None,
            resuming: false,
        }
    }

    /// Takes what a message says of what the far end can do.
    pub(super) fn learn(&mut self, message: &Headers) {
        if message.get(Name::Allow).is_some() {
            self.takes_update = message.lists(Name::Allow, "UPDATE");
        }
    }

    /// Nobody has refreshed the session in time (RFC 4028 §10).
    pub(super) fn session_over(&mut self) -> Ending {
        let cause = "Session Timer Expired";
        let reason = text::reason_header(408, cause);
        let ending = Ending::new(Originator::System, Outcome::Answered, "Request Timeout").status(408, cause);
        ending.farewell(self.farewell(Some(reason)))
    }

    /// The peer connection that is to replace the call's.
    pub(super) fn new_peer(&self) -> Option<PeerId> {
        match &self.renegotiation {
            Renegotiation::Answering { new_peer, .. } => *new_peer,
            _ => self.unacknowledged.as_ref()?.handed_on.as_ref().map(|(peer, _)| *peer),
        }
    }

    /// Their offer, which is being answered.
    pub(super) fn unanswered(&self) -> Option<(Key, &Request)> {
        match &self.renegotiation {
            Renegotiation::Answering { key, request, .. } | Renegotiation::Offered { key, request } => {
                Some((*key, request))
            }
            _ => None,
        }
    }

    pub(super) fn hang_up(&mut self, options: EndOptions) -> Ending {
        let reason = options
            .status_code
            .filter(|status| (200..700).contains(status))
            .map(|status| text::reason_header(status, options.reason_phrase.as_deref().unwrap_or("")));
        let cause = options.cause.as_deref().unwrap_or("Terminated");
        let mut ending = Ending::new(Originator::Local, Outcome::Answered, cause);
        ending.status_code = options.status_code;
        ending.reason_phrase.clone_from(&options.reason_phrase);
        ending.farewell(self.farewell(reason).with(options))
    }

    pub(super) fn farewell(&self, reason: Option<String>) -> Farewell {
        match &self.unacknowledged {
            Some(answer) => Farewell::bye_after_ack(answer.key, self.dialog.clone(), reason),
            None => Farewell::bye(self.dialog.clone(), reason),
        }
    }

    /// The INVITE that we answered came again: our 200 did not get there.
    pub(super) fn move_to(&mut self, ctx: &mut Context, key: Key, request: &Request) -> Option<bool> {
        let answer = self.unacknowledged.as_mut()?;
        let (invite, ok) = &**answer.initial.as_ref()?;
        if Copy::of(invite) != Copy::of(request) {
            return None;
        }
        if ctx.routes.is_open(answer.key.connection) {
            return Some(false);
        }
        answer.key = key;
        // As it was but for where it goes.
        let mut again = Response::reply_to(request, 200, "OK").to_tag(&self.dialog.local_tag);
        let ours = [Name::Contact, Name::Allow, Name::Supported, Name::Require, Name::SessionExpires];
        for name in ours {
            for value in ok.all(name) {
                again = again.header(name, value);
            }
        }
        for (name, value) in ok.iter().filter(|(name, _)| Name::new(name) == Name::Other) {
            again = again.raw_header(name, value);
        }
        ctx.transactions.respond(ctx.now, key, again.body("application/sdp", ok.body()).finish());
        Some(true)
    }

    /// The INVITE that made the call, while its copies may still come.
    pub(super) fn unacknowledged_copy(&self) -> Option<Copy> {
        let (invite, _) = &**self.unacknowledged.as_ref()?.initial.as_ref()?;
        Some(Copy::of(invite))
    }

    /// Whether media has come back is seen again after a while.
    pub(super) fn watch_media(&self, ctx: &mut Context) {
        let delay = if self.caller { RESTART_CALLER } else { RESTART_CALLEE };
        ctx.timers.set(Timer::Call(self.call, CallTimer::IceRestart), ctx.now + delay);
    }
}

impl Call {
    pub(super) fn active_peer_event(
        &mut self,
        ctx: &mut Context,
        peer: PeerId,
        event: PeerEvent,
    ) -> Option<Ending> {
        let CallState::Active(active) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(description) => active.described(ctx, &mut self.media, peer, description),
            PeerEvent::Failed { message } => {
                let resuming = active.resuming;
                let ending = active.peer_failed(ctx, &mut self.media, &message);
                return ending.or_else(|| resuming.then(|| self.not_resumed("WebRTC Error")));
            }
            PeerEvent::Accepted => active.accepting = false,
            PeerEvent::Connected => {
                active.accepting = false;
                active.restart_ice = false;
                ctx.timers.clear(Timer::Call(self.call, CallTimer::IceRestart));
                ctx.trace("media_connected", &[("call", &self.facts.id)]);
            }
            PeerEvent::Disconnected if self.media.peer == Some(peer) => {
                active.watch_media(ctx);
                ctx.trace("media_disconnected", &[("call", &self.facts.id)]);
            }
            PeerEvent::NoMedia if self.media.peer == Some(peer) => {
                active.infos.media_lost = true;
                ctx.trace("media_lost", &[("call", &self.facts.id)]);
            }
            // It is no peer connection of the call yet.
            PeerEvent::MicrophoneFailed { message, .. } if active.new_peer() == Some(peer) => {
                return active.peer_failed(ctx, &mut self.media, &message);
            }
            PeerEvent::MicrophoneFailed { name, message } => {
                // The caller is heard and waited long for it: the operator can mend the device and go on.
                let (code, cause, _) = cause::of_microphone(&name);
                ctx.error(code, &message);
                if active.resuming {
                    return Some(self.not_resumed(cause));
                }
            }
            _ => {}
        }
        None
    }

    /// Everything that waits for a flow or its turn.
    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        match &mut self.state {
            CallState::Incoming(_) => {}
            CallState::Dialling(_) => self.invite_if_ready(ctx),
            CallState::Active(active) => {
                active.pursue_info(ctx);
                active.pursue_transfer(ctx);
                active.pursue_renegotiation(ctx, &self.media);
                self.pursue_store(ctx);
            }
        }
    }

    /// A response within the dialog. `Err` where it is not to a request of this call.
    pub(super) fn active_response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Result<Option<Ending>, ()> {
        let CallState::Active(active) = &mut self.state else { return Err(()) };
        if response.is_provisional() {
            return Err(());
        }
        let (status, reason) = (response.status(), response.reason());
        let referred = active.refer_answered(ctx, key, response);
        if let Some(Some(ending)) = referred {
            return Ok(Some(ending));
        }
        let offer = if active.resuming { String::from(active.offer()) } else { String::new() };
        let asked = active.asked_answered(ctx, &mut self.media, key, response);
        if !asked && referred.is_none() && !active.info_answered(ctx, key, response) {
            return Err(());
        }
        ctx.calls_changed = true;
        if asked && active.resuming && active.is_settled() {
            return Ok(self.returned(ctx, status, &offer));
        }
        // RFC 3261 §12.2.1.2: the far end knows nothing of the call, or is not there.
        let gone = |cause| {
            let ending = Ending::new(Originator::Remote, Outcome::Answered, cause).status(status, reason);
            ending.message(ctx, response.as_str())
        };
        Ok(match status {
            481 => Some(gone("Dialog Error")),
            408 => Some(gone("Request Timeout").farewell(active.farewell(None))),
            _ => None,
        })
    }

    pub(super) fn active_failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Ending> {
        let CallState::Active(active) = &mut self.state else { return None };
        if active.unacknowledged.as_ref().is_some_and(|answer| answer.key == key) {
            if !timeout {
                return None;
            }
            active.unacknowledged = None;
            let reason = text::reason_header(408, "No ACK");
            let ending = Ending::new(Originator::System, Outcome::Answered, "No ACK").status(408, "No ACK");
            return Some(ending.farewell(active.farewell(Some(reason))));
        }
        if active.info_failed(ctx, key, timeout) {
            return None;
        }
        active.refer_failed(ctx, key, timeout);
        let gone = active.renegotiation_failed(ctx, &self.media, key, timeout);
        // RFC 3261 §12.2.1.2 ends a call whose far end is silent. We do when its media is too: the far end's page may be
        // on its way back.
        if !gone || self.media.connected {
            return None;
        }
        let ending = Ending::new(Originator::System, Outcome::Answered, "Request Timeout");
        let farewell = active.farewell(Some(text::reason_header(408, "")));
        Some(ending.status(408, "Request Timeout").farewell(farewell))
    }

    /// ACK of a 2xx of ours.
    pub(super) fn acknowledged(&mut self, ctx: &mut Context, invite: Option<Key>, ack: &Request) {
        let CallState::Active(active) = &mut self.state else { return };
        let matches = |answer: &mut Answer| Some(answer.key) == invite || active.dialog.matches_request(ack);
        let Some(answer) = active.unacknowledged.take_if(matches) else { return };
        if answer.initial.is_some() {
            ctx.tell(self.call, CallEvent::Confirmed, ack.as_str());
        }
        if answer.late_offer && !ack.body().is_empty() {
            if let Some((peer, reinvite)) = answer.handed_on {
                active.change_peer(ctx, &mut self.media, peer, true);
                self.facts.become_with(&reinvite);
            }
            active.held(ctx, sdp::is_held_by_remote(ack.body()));
            active.fingerprint = sdp::fingerprint(ack.body()).map(ToString::to_string);
            self.media.ask(ctx, PeerRequest::Accept { answer: ack.body().into() });
            active.stored_seq = None;
        } else if answer.late_offer && answer.initial.is_none() {
            // Nobody took our offer: all is as it was.
            active.take_back(ctx, &self.media, answer.handed_on.map(|(peer, _)| peer));
        }
        ctx.calls_changed = true;
    }
}
