//! Talking: what the two ends have agreed on, keys, and the end of it.

use super::dtmf::{self, Keys};
use super::farewell::Farewell;
use super::recent::Copy;
use super::renegotiation::{Hold, Renegotiation};
use super::{Call, CallState, Ending, cause, text};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{EndOptions, Event, Originator, Outcome, PeerEvent, PeerId, PeerRequest};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Method, Name, Request, Response, Time, sdp};

/// The content type by which one end says that it hears nothing any more.
const MEDIA_REPORT: &str = "application/x-headset-media";

/// How long media may be down before ICE is restarted: the caller's end first, so that the two do not collide.
const RESTART_CALLER: Duration = Duration::from_secs(2);
const RESTART_CALLEE: Duration = Duration::from_secs(5);

/// An answered call.
#[derive(Debug)]
pub(super) struct Active {
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
    keys: Keys,
    /// An INFO under way, one at a time.
    info: Option<(Key, Info)>,
    media_lost: bool,
}

/// A 2xx of ours to an INVITE.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) key: Key,
    /// The INVITE that made the call; `None` for one within it.
    initial: Option<Box<(Request, String)>>,
    /// The ACK brings the answer to our offer.
    pub(super) late_offer: bool,
}

impl Answer {
    /// The 200 to a re-INVITE.
    pub(super) fn within(key: Key, late_offer: bool) -> Answer {
        Answer { key, initial: None, late_offer }
    }
}

#[derive(Clone, Copy, Debug)]
enum Info {
    Key(char),
    MediaLost,
}

impl Active {
    /// We have answered.
    pub(super) fn answered(
        ctx: &Context,
        dialog: Dialog,
        invite: &Request,
        key: Key,
        body: String,
    ) -> Active {
        let offer = invite.body();
        let mut active = Active::new(ctx, dialog, false, offer);
        let initial = Some(Box::new((invite.clone(), body)));
        active.unacknowledged = Some(Answer { key, initial, late_offer: offer.is_empty() });
        active
    }

    /// They have answered.
    pub(super) fn accepted(ctx: &Context, dialog: Dialog, ack: Request, answer: &str) -> Active {
        Active { ack: Some(ack), accepting: true, ..Active::new(ctx, dialog, true, answer) }
    }

    fn new(ctx: &Context, dialog: Dialog, caller: bool, remote_sdp: &str) -> Active {
        Active {
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
            keys: Keys::default(),
            info: None,
            media_lost: false,
        }
    }

    /// The peer connection that is to replace the call's.
    pub(super) fn new_peer(&self) -> Option<PeerId> {
        match &self.renegotiation {
            Renegotiation::Answering { new_peer, .. } => *new_peer,
            _ => None,
        }
    }

    /// Their offer, which is being answered.
    pub(super) fn unanswered(&self) -> Option<(Key, &Request)> {
        match &self.renegotiation {
            Renegotiation::Answering { key, request, .. } => Some((*key, request)),
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
        ending.reason_phrase = options.reason_phrase;
        ending.farewell(self.farewell(reason))
    }

    pub(super) fn farewell(&self, reason: Option<String>) -> Farewell {
        match &self.unacknowledged {
            Some(answer) => Farewell::bye_after_ack(answer.key, self.dialog.clone(), reason),
            None => Farewell::bye(self.dialog.clone(), reason),
        }
    }

    /// The INVITE that we answered came again: our 200 did not get there.
    pub(super) fn move_to(&mut self, ctx: &mut Context, key: Key, copy: &Copy) -> Option<bool> {
        let answer = self.unacknowledged.as_mut()?;
        let (invite, body) = &**answer.initial.as_ref()?;
        if Copy::of(invite) != *copy {
            return None;
        }
        if ctx.routes.is_open(answer.key.connection) {
            return Some(false);
        }
        answer.key = key;
        let contact = ctx.account.contact("");
        let response = Response::reply_to(invite, 200, "OK")
            .to_tag(&self.dialog.local_tag)
            .header(Name::Contact, &contact)
            .body("application/sdp", body);
        ctx.respond(key, response);
        Some(true)
    }

    /// The INVITE that made the call, while its copies may still come.
    pub(super) fn unacknowledged_copy(&self) -> Option<Copy> {
        let (invite, _) = &**self.unacknowledged.as_ref()?.initial.as_ref()?;
        Some(Copy::of(invite))
    }

    /// Sends what waits for a flow or its time.
    fn pursue_info(&mut self, ctx: &mut Context) {
        if self.info.is_some() || self.unacknowledged.is_some() {
            return;
        }
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let (info, builder) = if self.media_lost {
            self.media_lost = false;
            let builder = self.dialog.request(Method::Info).raw_header("X-Headset-Media", "lost");
            (Info::MediaLost, builder.body(MEDIA_REPORT, "lost"))
        } else {
            let key = self.keys.next(ctx.now);
            match self.keys.wake_at() {
                Some(at) => ctx.timers.set(Timer::Call(CallTimer::Dtmf), at),
                None => ctx.timers.clear(Timer::Call(CallTimer::Dtmf)),
            }
            let Some(key) = key else { return };
            let builder = self.dialog.request(Method::Info);
            (Info::Key(key), builder.body(dtmf::CONTENT_TYPE, &dtmf::body(key)))
        };
        let builder = builder.header(Name::Contact, &ctx.account.contact(";ob"));
        self.info = Some((ctx.send(socket, builder, "outbound"), info));
    }

    /// An INFO was answered, or not; `None` where it was not one of ours.
    fn info_done(&mut self, ctx: &mut Context, key: Key, status: u16, reason: &str) -> Option<()> {
        let (_, info) = self.info.take_if(|(own, _)| *own == key)?;
        if let (300.., Info::Key(_)) = (status, info) {
            self.keys.clear();
            ctx.error("dtmf_failed", reason);
        }
        Some(())
    }

    /// INFO of the far end.
    pub(super) fn info(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let content_type = request.content_type().unwrap_or("");
        let is = |own: &str| content_type.eq_ignore_ascii_case(own);
        if is(dtmf::CONTENT_TYPE) || is("application/dtmf") {
            match dtmf::parse(content_type, request.body()) {
                Some((tone, duration)) => {
                    ctx.reply(key, request, 200, "OK");
                    ctx.event(Event::DtmfReceived { tone, duration });
                }
                None => ctx.reply(key, request, 400, "No Such Tone"),
            }
        } else if is(MEDIA_REPORT) {
            ctx.reply(key, request, 200, "OK");
            ctx.trace("remote_media_lost", &[]);
        } else if request.body().is_empty() {
            ctx.reply(key, request, 200, "OK");
        } else {
            ctx.reply_with(key, request, 415, "Unsupported Media Type", |builder| {
                builder.header(Name::Accept, dtmf::CONTENT_TYPE)
            });
        }
    }

    /// Whether media has come back is seen again after a while.
    pub(super) fn watch_media(&self, ctx: &mut Context) {
        let delay = if self.caller { RESTART_CALLER } else { RESTART_CALLEE };
        ctx.timers.set(Timer::Call(CallTimer::IceRestart), ctx.now + delay);
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
            PeerEvent::Failed { message } => return active.peer_failed(ctx, &mut self.media, &message),
            PeerEvent::Accepted => active.accepting = false,
            PeerEvent::Connected => {
                active.accepting = false;
                active.restart_ice = false;
                ctx.timers.clear(Timer::Call(CallTimer::IceRestart));
                ctx.trace("media_connected", &[("call", &self.facts.id)]);
            }
            PeerEvent::Disconnected if self.media.peer == Some(peer) => {
                active.watch_media(ctx);
                ctx.trace("media_disconnected", &[("call", &self.facts.id)]);
            }
            PeerEvent::NoMedia if self.media.peer == Some(peer) => {
                active.media_lost = true;
                ctx.trace("media_lost", &[("call", &self.facts.id)]);
            }
            PeerEvent::MicrophoneFailed { name, message } => {
                // The caller is heard and waited long for it: the operator can mend the device and go on.
                let (code, ..) = cause::of_microphone(&name);
                ctx.error(code, &message);
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
                active.pursue_renegotiation(ctx, &self.media);
            }
        }
    }

    pub(super) fn press(&mut self, ctx: &mut Context, tones: &str) {
        let CallState::Active(active) = &mut self.state else {
            return ctx.error("dtmf_failed", "there is no active call");
        };
        if let Err(message) = active.keys.press(tones) {
            ctx.error("dtmf_failed", message);
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
            return Ok(None);
        }
        let (status, reason) = (response.status(), response.reason());
        let known = active.info_done(ctx, key, status, reason).is_some()
            || active.reinvite_answered(ctx, &mut self.media, key, response);
        if !known {
            return Err(());
        }
        ctx.call_changed = true;
        // RFC 3261 §12.2.1.2: the far end knows nothing of the call.
        let gone = Ending::new(Originator::Remote, Outcome::Answered, "Dialog Error").status(status, reason);
        Ok((status == 481).then_some(gone))
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
        match active.info.take_if(|(own, _)| *own == key) {
            Some((_, Info::Key(tone))) if !timeout => active.keys.put_back(tone),
            Some((_, Info::MediaLost)) if !timeout => active.media_lost = true,
            Some((_, Info::Key(_))) => {
                active.keys.clear();
                ctx.error("dtmf_failed", "no answer");
            }
            Some(_) => {}
            None => active.reinvite_failed(ctx, &self.media, key, timeout),
        }
        None
    }

    /// ACK of a 2xx of ours.
    pub(super) fn acknowledged(&mut self, ctx: &mut Context, invite: Option<Key>, ack: &Request) {
        let CallState::Active(active) = &mut self.state else { return };
        let matches = |answer: &mut Answer| Some(answer.key) == invite || active.dialog.matches_request(ack);
        let Some(answer) = active.unacknowledged.take_if(matches) else { return };
        if answer.late_offer && !ack.body().is_empty() {
            active.held_by_remote = sdp::is_held_by_remote(ack.body());
            active.fingerprint = sdp::fingerprint(ack.body()).map(ToString::to_string);
            self.media.ask(ctx, PeerRequest::Accept { answer: ack.body().into() });
        }
        ctx.call_changed = true;
    }
}
