//! Talking: what the two ends have agreed on, keys, and the end of it.

use super::farewell::Farewell;
use super::hold::Hold;
use super::info::Infos;
use super::recent::Copy;
#[cfg(feature = "full")]
use super::referral::Referral;
use super::renegotiation::{Ask, Offered, Renegotiation};
use super::requests::{agreeing, described};
use super::ring::Ring;
use super::session_timer::SessionTimer;
use super::transfer::Transfer;
use super::{Call, CallState, Ending, text, wake};
use crate::context::{CallTimer, Context, FULL, Key};
use crate::{CallEvent, CallId, EndOptions, Originator, Outcome, PeerEvent, PeerId};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use headset_sip::dialog::Dialog;
use headset_sip::{Headers, Name, Request, Response, Time, sdp};

/// How long media may be down before ICE is restarted: the caller's end first, so that the two do not collide.
const RESTART_CALLER_MS: u64 = 2_000;
const RESTART_CALLEE_MS: u64 = 5_000;

/// An answered call.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) call: CallId,
    pub(super) dialog: Dialog,
    /// We made the Call-ID.
    pub(super) caller: bool,
    /// The answer to the first offer of our peer connection is being applied: without it nobody is heard.
    pub(super) accepting: bool,
    pub(super) answered_at: Time,
    /// Our 2xx that waits for its ACK.
    pub(super) unacknowledged: Option<Answer>,
    /// Our last ACK of a 2xx, for a copy of it that comes on another flow.
    pub(super) ack: Option<Box<Request>>,
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
    #[cfg(feature = "full")]
    pub(super) referral: Option<Box<Referral>>,
    pub(super) infos: Infos,
}

/// A 2xx of ours to an INVITE.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) key: Key,
    /// The INVITE that made the call; `None` for one within it.
    initial: Option<Box<(Copy, Response)>>,
    /// The ACK brings the answer to our offer.
    pub(super) late_offer: bool,
    /// We are handed on: the offer is from a new peer connection, and who it is that answers is in the re-INVITE.
    handed_on: Option<Box<Offered>>,
}

impl Answer {
    /// The 200 to a re-INVITE.
    pub(super) fn within(key: Key, late_offer: bool, handed_on: Option<Box<Offered>>) -> Answer {
        Answer { key, initial: None, late_offer, handed_on }
    }
}

impl Active {
    /// We have answered.
    pub(super) fn answered(ctx: &Context, ring: &Ring, key: Key, ok: Response) -> Box<Active> {
        let offer = ring.offer();
        let mut active = Active::new(ctx, ring.call, ring.dialog.clone(), false, offer);
        let initial = Some(Box::new((ring.copy.clone(), ok)));
        active.unacknowledged = Some(Answer { key, initial, late_offer: offer.is_empty(), handed_on: None });
        active.learn(&ring.invite);
        active.session = ring.session;
        active
    }

    pub(super) fn new(
        ctx: &Context,
        call: CallId,
        dialog: Dialog,
        caller: bool,
        remote_sdp: &str,
    ) -> Box<Active> {
        let mut active = Box::new(Active {
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
            fingerprint: None,
            restart_ice: false,
            ask: Ask::default(),
            session: SessionTimer::default(),
            refresh: false,
            takes_update: false,
            transfer: None,
            #[cfg(feature = "full")]
            referral: None,
            infos: Infos::default(),
        });
        active.see(remote_sdp);
        active
    }

    /// Takes from the far end's description which peer connection it is of.
    pub(super) fn see(&mut self, remote_sdp: &str) {
        if let Some(fingerprint) = sdp::fingerprint(remote_sdp) {
            self.fingerprint = Some(fingerprint.into());
        }
    }

    /// Takes what a message says of what the far end can do.
    pub(super) fn learn(&mut self, message: &Headers) {
        if message.get(Name::Allow).is_some() {
            self.takes_update = message.lists(Name::Allow, "UPDATE");
        }
    }

    /// Nobody has refreshed the session in time (RFC 4028 §10).
    pub(super) fn session_over(&self) -> Box<Ending> {
        self.lost("Request Timeout", "Session Timer Expired")
    }

    /// The far end is silent, or not there.
    fn lost(&self, cause: &str, reason: &str) -> Box<Ending> {
        self.given_up(Outcome::Answered, cause, 408, reason)
    }

    /// The answer to our first offer is missing or of no use: there is no call.
    pub(super) fn unheard(&self, cause: &str, status: u16) -> Box<Ending> {
        self.given_up(Outcome::Failed, cause, status, cause)
    }

    fn given_up(&self, outcome: Outcome, cause: &str, status: u16, reason: &str) -> Box<Ending> {
        let farewell = self.farewell(Some(text::reason_header(status, reason)));
        Ending::new(Originator::System, outcome, cause).status(status, reason).farewell(Some(farewell))
    }

    /// The page has come back, and the call cannot be taken up again.
    pub(super) fn not_resumed(&self, cause: &str) -> Box<Ending> {
        let ending = Ending::new(Originator::System, Outcome::Answered, cause);
        ending.farewell(Some(self.farewell(None)))
    }

    /// The peer connection that is to replace the call's.
    pub(super) fn new_peer(&self) -> Option<PeerId> {
        match &self.renegotiation {
            Renegotiation::Theirs(offered) => offered.new_peer,
            _ => self.unacknowledged.as_ref()?.handed_on.as_ref()?.new_peer,
        }
    }

    /// Their request, which is being answered.
    pub(super) fn unanswered(&self) -> Option<&Offered> {
        match &self.renegotiation {
            Renegotiation::Theirs(offered) => Some(offered),
            _ => None,
        }
    }

    pub(super) fn hang_up(&mut self, options: &EndOptions) -> Box<Ending> {
        let reason = options
            .status_code
            .filter(|status| (200..700).contains(status))
            .map(|status| text::reason_header(status, options.reason_phrase.as_deref().unwrap_or("")));
        let ending = Ending::asked(Originator::Local, Outcome::Answered, "Terminated", options);
        ending.farewell(Some(self.farewell(reason).with(options)))
    }

    pub(super) fn farewell(&self, reason: Option<String>) -> Farewell {
        let unacknowledged = self.unacknowledged.as_ref().map(|answer| answer.key);
        Farewell::bye(unacknowledged, self.dialog.clone(), reason)
    }

    /// The INVITE that we answered came again: our 200 did not get there.
    pub(super) fn move_to(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
        copy: &Copy,
    ) -> Option<bool> {
        let answer = self.unacknowledged.as_mut()?;
        let (own, ok) = answer.initial.as_deref()?;
        if own != copy {
            return None;
        }
        if ctx.routes.is_open(answer.key.connection) {
            return Some(false);
        }
        answer.key = key;
        // As it was but for where it goes.
        let contact = ok.get(Name::Contact).unwrap_or("");
        let again = Response::reply_to(request, 200, "OK").to_tag(&self.dialog.local_tag);
        let mut again = agreeing(ctx, again.header(Name::Contact, contact), &self.session);
        if FULL {
            for (name, value) in ok.iter().filter(|(name, _)| Name::new(name) == Name::Other) {
                again = again.raw_header(name, value);
            }
        }
        ctx.transactions.respond(ctx.now, key, described(again, ok.body()).finish());
        Some(true)
    }

    /// The INVITE that made the call, while its copies may still come.
    pub(super) fn unacknowledged_copy(&self) -> Option<Copy> {
        let (copy, _) = self.unacknowledged.as_ref()?.initial.as_deref()?;
        Some(copy.clone())
    }

    /// Whether media has come back is seen again after a while.
    pub(super) fn watch_media(&self, ctx: &mut Context) {
        let delay = if self.caller { RESTART_CALLER_MS } else { RESTART_CALLEE_MS };
        wake(ctx, self.call, CallTimer::IceRestart, delay);
    }
}

impl Call {
    pub(super) fn active_peer_event(
        &mut self,
        ctx: &mut Context,
        peer: PeerId,
        event: &mut PeerEvent,
    ) -> Option<Box<Ending>> {
        let CallState::Active(active) = &mut self.state else { return None };
        let own = self.media.peer == Some(peer);
        match event {
            PeerEvent::Described(description) => {
                active.described(ctx, &mut self.media, &mut self.facts, peer, description);
            }
            PeerEvent::Failed { message } => {
                let ending = active.peer_failed(ctx, &self.media, peer, message);
                if ending.is_none() && self.returning {
                    return Some(active.not_resumed("WebRTC Error"));
                }
                return ending;
            }
            // For a new peer connection: that of the call says so to `Call`.
            PeerEvent::MicrophoneFailed { message, .. } => {
                return active.peer_failed(ctx, &self.media, peer, message);
            }
            // A new one has nothing to say of the call's media until it is the call's.
            _ if !own => {}
            PeerEvent::Accepted => {
                active.accepting = false;
                if mem::take(&mut self.returning) {
                    self.trace(ctx, "call_returned");
                }
            }
            PeerEvent::Connected => {
                active.restart_ice = false;
                self.trace(ctx, "media_connected");
            }
            PeerEvent::Disconnected => {
                active.watch_media(ctx);
                self.trace(ctx, "media_disconnected");
            }
            PeerEvent::NoMedia => {
                active.infos.media_lost = true;
                self.trace(ctx, "media_lost");
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
            }
        }
    }

    /// A response within the dialog. `Err` where it is not to a request of this call.
    pub(super) fn active_response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Result<Option<Box<Ending>>, ()> {
        let CallState::Active(active) = &mut self.state else { return Err(()) };
        if response.is_provisional() {
            return Err(());
        }
        let (status, reason) = (response.status(), response.reason());
        let referred = active.refer_answered(ctx, key, response);
        if let Some(Some(ending)) = referred {
            return Ok(Some(ending));
        }
        if self.returning && status == 481 && active.is_asking(key) {
            return Ok(self.replace(ctx));
        }
        let asked = active.asked_answered(ctx, &self.media, key, response);
        if !asked && referred.is_none() && !active.info_answered(ctx, key, response) {
            return Err(());
        }
        ctx.calls_changed = true;
        // The far end will not go on, or says nothing of how.
        if asked
            && self.returning
            && active.is_settled()
            && (!response.is_success() || response.sdp().is_empty())
        {
            return Ok(Some(active.not_resumed("Dialog Error")));
        }
        // RFC 3261 §12.2.1.2: the far end knows nothing of the call, or is not there.
        let (cause, farewell) = match status {
            481 => ("Dialog Error", None),
            408 => ("Request Timeout", Some(active.farewell(None))),
            _ => return Ok(None),
        };
        let ending = Ending::new(Originator::Remote, Outcome::Answered, cause).status(status, reason);
        Ok(Some(ending.message(ctx, response.as_str()).farewell(farewell)))
    }

    pub(super) fn active_failed(
        &mut self,
        ctx: &mut Context,
        key: Key,
        timeout: bool,
    ) -> Option<Box<Ending>> {
        let CallState::Active(active) = &mut self.state else { return None };
        if active.unacknowledged.as_ref().is_some_and(|answer| answer.key == key) {
            if !timeout {
                return None;
            }
            // The BYE waits for nothing; the copies that may still come, and a peer connection for the ACK, stay known.
            let answer = active.unacknowledged.take();
            let ending = active.lost("No ACK", "No ACK");
            active.unacknowledged = answer;
            return Some(ending);
        }
        if active.info_failed(ctx, key, timeout) {
            return None;
        }
        active.refer_failed(ctx, key, timeout);
        let gone = active.renegotiation_failed(ctx, &self.media, key, timeout);
        // RFC 3261 §12.2.1.2 ends a call whose far end is silent. We do when its media is too: the far end's page may be
        // on its way back.
        (gone && !self.media.connected).then(|| active.lost("Request Timeout", "Request Timeout"))
    }

    /// ACK of a 2xx of ours.
    pub(super) fn acknowledged(&mut self, ctx: &mut Context, ack: &Request) -> Option<Box<Ending>> {
        let CallState::Active(active) = &mut self.state else { return None };
        let answer = active.unacknowledged.take()?;
        if answer.initial.is_some() {
            ctx.tell(self.call, CallEvent::Confirmed, ack.as_str());
        }
        ctx.calls_changed = true;
        if !answer.late_offer {
            return None;
        }
        let description = ack.sdp();
        if !description.is_empty() {
            active.accepting = answer.initial.is_some();
            if let Some(Offered { new_peer, request, .. }) = answer.handed_on.as_deref() {
                self.facts.learn(request);
                if let Some(peer) = *new_peer {
                    active.change_peer(ctx, &mut self.media, peer, true);
                    self.facts.become_with(request);
                    active.accepting = true;
                }
            }
            active.held(ctx, sdp::is_held_by_remote(description));
            active.see(description);
            self.media.accept(ctx, description);
            ctx.keep_calls = true;
        } else if answer.initial.is_some() {
            // RFC 3261 §13.2.1: it must have been in the ACK.
            return Some(active.unheard("Missing SDP", 400));
        } else {
            // Nobody took our offer: all is as it was.
            active.take_back(ctx, &self.media, answer.handed_on.and_then(|offered| offered.new_peer));
        }
        None
    }
}
