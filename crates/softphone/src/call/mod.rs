//! Calls, and what is left of those that ended.

mod active;
mod arrivals;
mod calls;
mod cause;
mod dial;
mod dtmf;
mod early;
mod ending;
mod farewell;
mod hold;
mod incoming;
mod info;
mod media;
mod outgoing;
mod recent;
#[cfg(feature = "full")]
mod referral;
mod reliable;
mod renegotiation;
mod reoffer;
mod replaces;
mod requests;
mod resume;
mod ring;
mod session_timer;
mod text;
mod transfer;

pub(crate) use calls::Calls;
#[cfg(feature = "full")]
pub(crate) use referral::Notice;
#[cfg(feature = "full")]
pub(crate) use requests::abilities;
pub(crate) use requests::{not_allowed, options, unknown};
#[cfg(feature = "full")]
pub(crate) use text::target;

use crate::context::{CallTimer, Context, FULL, Key, Timer};
use crate::{
    CallCommand, CallDirection, CallId, CallStatus, CallView, EndOptions, Originator, Outcome, Party,
    PeerEvent, PeerId, PeerRequest,
};
use active::Active;
use alloc::boxed::Box;
use alloc::string::String;
use cause::Failure;
use core::mem;
use dial::Dial;
use ending::Ending;
use farewell::Farewell;
use headset_sip::{Headers, Response};
use media::Media;
#[cfg(feature = "full")]
use referral::Sponsor;
use renegotiation::Ask;
use requests::Lines;
use ring::Ring;

/// A call of ours and how far it is.
#[derive(Debug)]
struct Call {
    call: CallId,
    facts: Box<Facts>,
    media: Media,
    /// The call that waits while we ask here, and whether it is talked to again afterwards.
    consults: Option<(CallId, bool)>,
    /// The call whose place it takes once it is answered.
    replaces: Option<CallId>,
    /// The page has come back to it, and the far end has not answered yet.
    returning: bool,
    /// What is to be said to the other forks of our INVITE that answer.
    other_forks: Option<Farewell>,
    /// Whose REFER it carries out.
    #[cfg(feature = "full")]
    sponsor: Option<Sponsor>,
    state: CallState,
}

#[derive(Debug)]
enum CallState {
    /// Somebody calls us.
    Incoming(Box<Ring>),
    /// We call somebody.
    Dialling(Box<Dial>),
    /// A 2xx has been sent or received.
    Active(Box<Active>),
}

/// Wakes a call after a while.
fn wake(ctx: &mut Context, call: CallId, timer: CallTimer, ms: u64) {
    ctx.timers.set(Timer::Call(call, timer), ctx.now.after(ms));
}

/// Wakes it no more.
fn calm(ctx: &mut Context, call: CallId, timer: CallTimer) {
    ctx.timers.clear(Timer::Call(call, timer));
}

/// What does not change while a call lasts.
#[derive(Debug)]
struct Facts {
    id: String,
    direction: CallDirection,
    local: Party,
    remote: Party,
    /// The text of the INVITE; empty until it is sent.
    invite: String,
    /// Who the far end is, by the word of those who know it (RFC 3325).
    #[cfg(feature = "full")]
    asserted: Option<Party>,
}

impl Facts {
    /// Of a call of ours.
    fn new(id: &str, local: Party, remote: Party) -> Box<Facts> {
        Box::new(Facts {
            id: id.into(),
            direction: CallDirection::Outgoing,
            local,
            remote,
            invite: String::new(),
            #[cfg(feature = "full")]
            asserted: None,
        })
    }

    /// Takes what a message of the far end says of who it is.
    fn learn(&mut self, _message: &Headers) {
        #[cfg(feature = "full")]
        if let Some(party) = text::asserted(_message) {
            self.asserted = Some(party);
        }
    }

    /// We were handed on: it is another call from now on, with somebody else.
    fn become_with(&mut self, reinvite: &Headers) {
        if let Some(id) = text::call_name(reinvite) {
            self.id = id.into();
        }
        if let Some(party) = text::asserted(reinvite) {
            self.remote = party;
        }
    }
}

impl Call {
    fn new(facts: Box<Facts>, media: Media, state: CallState) -> Call {
        Call {
            call: media.call,
            facts,
            media,
            consults: None,
            replaces: None,
            returning: false,
            other_forks: None,
            #[cfg(feature = "full")]
            sponsor: None,
            state,
        }
    }

    fn trace(&self, ctx: &mut Context, step: &'static str) {
        ctx.trace(step, "call", &[&self.facts.id]);
    }

    /// Tells whoever asked us to make this call how far it is.
    fn tell_sponsor(&self, _ctx: &mut Context, _status: u16, _reason: &str) {
        #[cfg(feature = "full")]
        if let Some(sponsor) = self.sponsor {
            sponsor.tell(_ctx, _status, _reason);
        }
    }

    fn view(&self) -> CallView {
        let facts = &self.facts;
        let mut view = CallView {
            call: self.call,
            id: facts.id.clone(),
            status: CallStatus::Starting,
            direction: facts.direction,
            local: facts.local.clone(),
            remote: facts.remote.clone(),
            ringing: false,
            queue_place: None,
            muted: self.media.muted,
            held_by_remote: false,
            connected: self.media.connected,
            consults: self.consults.map(|(call, _)| call),
            transferring: false,
            answering: false,
            answered_at: None,
            invite: facts.invite.clone(),
            #[cfg(feature = "full")]
            asserted: facts.asserted.clone(),
        };
        match &self.state {
            CallState::Incoming(ring) => view.answering = ring.is_answering(),
            CallState::Dialling(dial) => {
                view.ringing = dial.ringing;
                view.queue_place = dial.queue_place;
            }
            CallState::Active(active) => {
                view.status = if active.hold.is_on() { CallStatus::Hold } else { CallStatus::Active };
                view.held_by_remote = active.held_by_remote;
                view.transferring = active.transfer.is_some();
                view.answered_at = Some(active.answered_at.0);
            }
        }
        view
    }

    fn is(&self, peer: PeerId) -> bool {
        let new = match &self.state {
            CallState::Active(active) => active.new_peer(),
            _ => None,
        };
        self.media.peer == Some(peer) || new == Some(peer)
    }

    fn peer_event(&mut self, ctx: &mut Context, peer: PeerId, event: &mut PeerEvent) -> Option<Box<Ending>> {
        ctx.calls_changed = true;
        // It may be a peer connection that is none of the call's yet.
        let own = self.media.peer == Some(peer);
        match event {
            PeerEvent::Connected if own => self.media.connected = true,
            PeerEvent::Disconnected if own => self.media.connected = false,
            PeerEvent::MicrophoneFailed { name, message } if own => {
                let failure = cause::of_microphone(name);
                ctx.error(failure.code, message);
                return self.microphone_failed(ctx, failure);
            }
            _ => {}
        }
        match self.state {
            CallState::Incoming(_) => self.incoming_peer_event(ctx, event),
            CallState::Dialling(_) => self.dialling_peer_event(ctx, event),
            CallState::Active(_) => self.active_peer_event(ctx, peer, event),
        }
    }

    /// There is no microphone for the call's peer connection.
    fn microphone_failed(&mut self, ctx: &mut Context, failure: &Failure) -> Option<Box<Ending>> {
        match &mut self.state {
            CallState::Incoming(ring) => {
                let (outcome, cause) = (Outcome::Failed, failure.cause);
                Some(ring.give_up(ctx, Originator::Local, outcome, cause, 480, failure.reason))
            }
            CallState::Dialling(dial) => Some(dial.break_off(ctx, Originator::Local, failure.cause)),
            // The caller is heard and waited long for it: the operator can mend the device and go on.
            CallState::Active(active) => self.returning.then(|| active.not_resumed(failure.cause)),
        }
    }

    fn command(&mut self, ctx: &mut Context, command: &mut CallCommand) -> Option<Box<Ending>> {
        match command {
            // `Calls` does them.
            CallCommand::Dial { .. } | CallCommand::Consult { .. } | CallCommand::Transfer { .. } => {}
            #[cfg(feature = "full")]
            CallCommand::AcceptReferral { .. } | CallCommand::RefuseReferral { .. } => {}
            #[cfg(feature = "full")]
            CallCommand::Ring { status, reason, headers } => self.say_ringing(ctx, *status, reason, headers),
            CallCommand::Answer { media, headers } => self.answer(ctx, *media, Lines::take(headers)),
            CallCommand::End(options) => return Some(self.end(ctx, options)),
            CallCommand::Hold { on, update, headers } => {
                let ask = Ask { renegotiate: false, update: FULL && *update, headers: Lines::take(headers) };
                self.want_hold(ctx, *on, ask);
            }
            #[cfg(feature = "full")]
            CallCommand::Renegotiate { restart_ice, update, headers } => {
                if let CallState::Active(active) = &mut self.state {
                    active.restart_ice |= *restart_ice;
                    active.ask = Ask { renegotiate: true, update: *update, headers: Lines::take(headers) };
                }
            }
            #[cfg(feature = "full")]
            CallCommand::TakeOffer => self.decided(ctx, None),
            #[cfg(feature = "full")]
            CallCommand::RefuseOffer { status, reason, headers } => {
                self.decided(ctx, Some((*status, reason, headers)));
            }
            CallCommand::Mute(on) => {
                self.media.muted = *on;
                self.media.ask(ctx, PeerRequest::Mute(*on));
                ctx.calls_changed = true;
                ctx.keep_calls = true;
            }
            CallCommand::SendDtmf { tones, dtmf } => self.press(ctx, mem::take(tones), *dtmf),
        }
        None
    }

    fn want_hold(&mut self, ctx: &mut Context, on: bool, ask: Ask) {
        if let CallState::Active(active) = &mut self.state {
            active.want_hold(ctx, &self.media, on, ask);
        }
    }

    #[cfg(feature = "full")]
    fn decided(&mut self, ctx: &mut Context, refusal: Option<(u16, &str, &str)>) {
        if let CallState::Active(active) = &mut self.state {
            active.decided(ctx, &self.media, refusal);
        }
    }

    fn timer(&mut self, ctx: &mut Context, timer: CallTimer) -> Option<Box<Ending>> {
        match (timer, &mut self.state) {
            // No flow came up in time.
            (CallTimer::GiveUp, CallState::Dialling(_)) => {
                return Some(Ending::new(Originator::System, Outcome::Failed, "Connection Error"));
            }
            // Nobody has answered the page that came back.
            (CallTimer::GiveUp, CallState::Active(active)) if self.returning => {
                return Some(active.not_resumed("Connection Error"));
            }
            (CallTimer::GiveUp, CallState::Incoming(ring)) => return Some(ring.rang_out(ctx)),
            (CallTimer::Expires, CallState::Incoming(ring)) if !ring.is_answering() => {
                return Some(ring.expired(ctx));
            }
            (CallTimer::Expires, CallState::Active(active)) => {
                return active.transferred(ctx, 408, "no word");
            }
            (CallTimer::Reliable, CallState::Incoming(ring)) => return ring.repeat(ctx),
            (CallTimer::Refresh, CallState::Active(active)) => active.refresh = true,
            (CallTimer::Session, CallState::Active(active)) => return Some(active.session_over()),
            (CallTimer::Glare, CallState::Active(active)) => active.glare_over(ctx, &self.media),
            (CallTimer::IceRestart, CallState::Active(active)) => {
                active.restart_ice |= !self.media.connected;
            }
            // What else is due is done by `pursue`.
            _ => {}
        }
        None
    }

    /// A response. `Err` where it is not to a request of this call.
    fn response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Result<Option<Box<Ending>>, ()> {
        match &self.state {
            CallState::Dialling(dial) if dial.is(key) => Ok(self.dial_response(ctx, key, response)),
            CallState::Active(_) => self.active_response(ctx, key, response),
            _ => Err(()),
        }
    }

    /// Refuse, cancel or hang up.
    fn end(&mut self, ctx: &mut Context, options: &EndOptions) -> Box<Ending> {
        match &mut self.state {
            CallState::Incoming(ring) => ring.refuse(ctx, options),
            CallState::Dialling(dial) => dial.cancel(ctx, options),
            CallState::Active(active) => active.hang_up(options),
        }
    }

    /// The transaction failed under us: its socket is gone, or no answer came in 32 s.
    fn transaction_failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Box<Ending>> {
        match &mut self.state {
            CallState::Incoming(ring) => {
                ring.flow_lost(ctx, key);
                None
            }
            CallState::Dialling(dial) => dial.failed(ctx, key, timeout),
            CallState::Active(_) => self.active_failed(ctx, key, timeout),
        }
    }
}
