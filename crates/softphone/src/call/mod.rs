//! Calls, and what is left of those that ended.

mod active;
mod arrivals;
mod calls;
mod cause;
mod dial;
mod dtmf;
mod early;
mod farewell;
mod incoming;
mod info;
mod outgoing;
mod recent;
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
pub(crate) use referral::Notice;
#[cfg(feature = "full")]
pub(crate) use requests::abilities;
pub(crate) use requests::{not_allowed, options, unknown};
#[cfg(feature = "full")]
pub(crate) use text::target;

use crate::context::{CallTimer, Context, FULL, Key, Timer};
use crate::{
    CallCommand, CallDirection, CallEnd, CallId, CallStatus, CallView, Direction, EndOptions, MediaOptions,
    Originator, Outcome, Party, PeerEvent, PeerId, PeerRequest,
};
use active::Active;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use cause::{Failure, Reason};
use core::mem;
use core::time::Duration;
use dial::Dial;
use farewell::Farewell;
use headset_sip::{Headers, Request, Response};
use referral::Sponsor;
use renegotiation::Ask;
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
    /// What is to be said to the other forks of our INVITE that answer.
    other_forks: Option<Farewell>,
    /// Whose REFER it carries out.
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
fn wake(ctx: &mut Context, call: CallId, timer: CallTimer, after: Duration) {
    ctx.timers.set(Timer::Call(call, timer), ctx.now + after);
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
            asserted: None,
        })
    }

    /// Takes what a message of the far end says of who it is.
    fn learn(&mut self, message: &Headers) {
        let asserted = text::asserted(message);
        if asserted.is_some() {
            self.asserted = asserted;
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

/// The call's peer connection.
#[derive(Debug)]
struct Media {
    call: CallId,
    peer: Option<PeerId>,
    options: MediaOptions,
    muted: bool,
    connected: bool,
}

/// How a call ends.
#[derive(Debug)]
struct Ending {
    originator: Originator,
    outcome: Outcome,
    cause: String,
    status_code: Option<u16>,
    reason_phrase: Option<String>,
    /// What is still to be said to the far end.
    farewell: Option<Farewell>,
    /// The message that ended it.
    message: String,
    /// Where a 3xx points.
    contacts: Vec<String>,
    /// Another call that ends with it.
    also: Option<CallId>,
}

impl Ending {
    fn new(originator: Originator, outcome: Outcome, cause: &str) -> Box<Ending> {
        Box::new(Ending {
            originator,
            outcome,
            cause: cause.into(),
            status_code: None,
            reason_phrase: None,
            farewell: None,
            message: String::new(),
            contacts: Vec::new(),
            also: None,
        })
    }

    fn status(mut self: Box<Self>, status: u16, reason: &str) -> Box<Ending> {
        self.status_code = Some(status);
        self.reason_phrase = (!reason.is_empty()).then(|| reason.into());
        self
    }

    /// As the user has asked for it; `cause` is the word for it where they gave none.
    fn asked(originator: Originator, outcome: Outcome, cause: &str, options: &EndOptions) -> Box<Ending> {
        let mut ending = Ending::new(originator, outcome, options.cause.as_deref().unwrap_or(cause));
        ending.status_code = options.status_code;
        ending.reason_phrase.clone_from(&options.reason_phrase);
        ending
    }

    /// For the reason that the far end's request gives.
    fn because(mut self: Box<Self>, ctx: &Context, request: &Request, reason: &Reason<'_>) -> Box<Ending> {
        self.status_code = reason.cause;
        self.reason_phrase = reason.text.map(Into::into);
        self.message(ctx, request.as_str())
    }

    /// An application that decides by itself reads the message.
    fn message(mut self: Box<Self>, ctx: &Context, message: &str) -> Box<Ending> {
        if ctx.supervised() {
            self.message = message.into();
        }
        self
    }

    #[inline(never)]
    fn farewell(mut self: Box<Self>, farewell: Option<Farewell>) -> Box<Ending> {
        self.farewell = farewell;
        self
    }

    /// The end of a call that was this.
    fn of(self, call: CallId, facts: Box<Facts>) -> CallEnd {
        CallEnd {
            call,
            id: facts.id,
            direction: facts.direction,
            originator: self.originator,
            outcome: self.outcome,
            cause: self.cause,
            status_code: self.status_code,
            reason_phrase: self.reason_phrase,
            remote: facts.remote,
            message: self.message,
            contacts: self.contacts,
        }
    }
}

impl Media {
    fn new(call: CallId, options: MediaOptions) -> Media {
        Media { call, peer: None, options, muted: false, connected: false }
    }

    /// Asks for a step; nothing where there is no peer connection.
    fn ask(&self, ctx: &mut Context, request: PeerRequest) {
        if let Some(peer) = self.peer {
            ctx.peer(self.call, peer, request);
        }
    }

    /// Has the peer connection make an offer, or answer the far end's where that is not empty.
    fn describe(&self, ctx: &mut Context, direction: Direction, offer: &str) {
        self.describe_on(ctx, self.peer, direction, offer);
    }

    fn describe_on(&self, ctx: &mut Context, peer: Option<PeerId>, direction: Direction, offer: &str) {
        let (media, ice_restart) = (self.options, false);
        let request = match offer {
            "" => PeerRequest::Offer { media, direction, ice_restart },
            offer => PeerRequest::Answer { media, direction, offer: offer.into() },
        };
        if let Some(peer) = peer {
            ctx.peer(self.call, peer, request);
        }
    }

    fn accept(&self, ctx: &mut Context, answer: &str) {
        self.ask(ctx, PeerRequest::Accept { answer: answer.into() });
    }

    fn open_microphone(&self, ctx: &mut Context) {
        self.ask(ctx, PeerRequest::OpenMicrophone { media: self.options });
    }

    /// A new peer connection is told what the one before knew.
    fn keep_muted(&self, ctx: &mut Context) {
        if self.muted {
            self.ask(ctx, PeerRequest::Mute(true));
        }
    }

    /// Another peer connection in place of this one.
    fn renew(&mut self, ctx: &mut Context) {
        let peer = ctx.new_peer();
        self.change(ctx, peer);
    }

    fn change(&mut self, ctx: &mut Context, peer: PeerId) {
        self.ask(ctx, PeerRequest::Close);
        self.connected = false;
        self.peer = Some(peer);
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
            other_forks: None,
            sponsor: None,
            state,
        }
    }

    fn trace(&self, ctx: &mut Context, step: &'static str) {
        ctx.trace(step, &[("call", &self.facts.id)]);
    }

    /// Tells whoever asked us to make this call how far it is.
    fn tell_sponsor(&self, ctx: &mut Context, status: u16, reason: &str) {
        if FULL && let Some(sponsor) = self.sponsor {
            sponsor.tell(ctx, status, reason);
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
        let own = self.media.peer == Some(peer);
        match event {
            PeerEvent::Connected if own => self.media.connected = true,
            PeerEvent::Disconnected if own => self.media.connected = false,
            // It may be a peer connection that is none of the call's yet.
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
            CallState::Active(active) => active.resuming.then(|| active.not_resumed(failure.cause)),
        }
    }

    fn command(&mut self, ctx: &mut Context, command: &mut CallCommand) -> Option<Box<Ending>> {
        match command {
            // `Calls` does them.
            CallCommand::Dial { .. }
            | CallCommand::Consult { .. }
            | CallCommand::Transfer { .. }
            | CallCommand::AcceptReferral { .. }
            | CallCommand::RefuseReferral { .. }
            | CallCommand::Resume { .. } => {}
            CallCommand::Ring { status, reason, headers } => self.say_ringing(ctx, *status, reason, headers),
            CallCommand::Answer { media, headers } => self.answer(ctx, *media, mem::take(headers)),
            CallCommand::End(options) => return Some(self.end(ctx, options)),
            CallCommand::Hold { on, update, headers } => {
                let ask = Ask { renegotiate: false, update: *update, headers: mem::take(headers) };
                self.want_hold(ctx, *on, ask);
            }
            CallCommand::Renegotiate { restart_ice, update, headers } => {
                if let CallState::Active(active) = &mut self.state {
                    active.restart_ice |= *restart_ice;
                    active.ask = Ask { renegotiate: true, update: *update, headers: mem::take(headers) };
                }
            }
            CallCommand::TakeOffer => self.decided(ctx, None),
            CallCommand::RefuseOffer { status, reason, headers } => {
                self.decided(ctx, Some((*status, reason, headers)));
            }
            CallCommand::Mute(on) => {
                self.media.muted = *on;
                self.media.ask(ctx, PeerRequest::Mute(*on));
                ctx.calls_changed = true;
                self.store(ctx);
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

    fn decided(&mut self, ctx: &mut Context, refusal: Option<(u16, &str, &str)>) {
        if FULL && let CallState::Active(active) = &mut self.state {
            active.decided(ctx, &self.media, refusal);
        }
    }

    fn timer(&mut self, ctx: &mut Context, timer: CallTimer) -> Option<Box<Ending>> {
        match (timer, &mut self.state) {
            (CallTimer::GiveUp, CallState::Dialling(dial)) => return dial.gave_up(),
            (CallTimer::GiveUp, CallState::Active(active)) if active.resuming => {
                return Some(active.not_resumed("Connection Error"));
            }
            (CallTimer::GiveUp, CallState::Incoming(ring)) => return Some(ring.rang_out(ctx)),
            (CallTimer::Expires, CallState::Incoming(ring)) if !ring.is_answering() => {
                return Some(ring.expired(ctx));
            }
            (CallTimer::Reliable, CallState::Incoming(ring)) => return ring.repeat(ctx),
            (CallTimer::Refresh, CallState::Active(active)) => active.refresh = true,
            (CallTimer::Session, CallState::Active(active)) => return Some(active.session_over()),
            (CallTimer::Glare, CallState::Active(active)) => active.glare_over(ctx, &self.media),
            (CallTimer::IceRestart, CallState::Active(active)) => {
                active.restart_ice = !self.media.connected;
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
