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
pub(crate) use requests::{not_allowed, options};
#[cfg(feature = "full")]
pub(crate) use text::target;

use crate::context::{CallTimer, Context, Key};
use crate::{
    CallCommand, CallDirection, CallId, CallStatus, CallView, EndOptions, MediaOptions, Originator, Outcome,
    Party, PeerEvent, PeerId, PeerRequest,
};
use active::Active;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use dial::Dial;
use farewell::Farewell;
use headset_sip::{Headers, Response};
use referral::Sponsor;
use renegotiation::Ask;
use ring::Ring;

/// A call of ours and how far it is.
#[derive(Debug)]
struct Call {
    call: CallId,
    facts: Facts,
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
    /// Takes what a message of the far end says of who it is.
    fn learn(&mut self, message: &Headers) {
        let asserted = text::asserted(message);
        if asserted.is_some() {
            self.asserted = asserted;
        }
    }

    /// We were handed on: it is another call from now on, with somebody else.
    fn become_with(&mut self, reinvite: &Headers) {
        if let Some(id) = reinvite.get_named("X-Headset-Call").map(str::trim).filter(|id| !id.is_empty()) {
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
    fn new(originator: Originator, outcome: Outcome, cause: &str) -> Ending {
        Ending {
            originator,
            outcome,
            cause: cause.into(),
            status_code: None,
            reason_phrase: None,
            farewell: None,
            message: String::new(),
            contacts: Vec::new(),
            also: None,
        }
    }

    fn status(mut self, status: u16, reason: &str) -> Ending {
        self.status_code = Some(status);
        self.reason_phrase = (!reason.is_empty()).then(|| reason.into());
        self
    }

    /// An application that decides by itself reads the message.
    fn message(mut self, ctx: &Context, message: &str) -> Ending {
        if ctx.supervised() {
            self.message = message.into();
        }
        self
    }

    fn farewell(mut self, farewell: Farewell) -> Ending {
        self.farewell = Some(farewell);
        self
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

    /// Another peer connection in place of this one.
    fn renew(&mut self, ctx: &mut Context) -> PeerId {
        self.ask(ctx, PeerRequest::Close);
        self.connected = false;
        *self.peer.insert(ctx.new_peer())
    }
}

impl Call {
    fn new(facts: Facts, media: Media, state: CallState) -> Call {
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

    fn peer_event(&mut self, ctx: &mut Context, peer: PeerId, event: PeerEvent) -> Option<Ending> {
        if self.media.peer == Some(peer) {
            match event {
                PeerEvent::Connected => self.media.connected = true,
                PeerEvent::Disconnected => self.media.connected = false,
                _ => {}
            }
        }
        ctx.calls_changed = true;
        match self.state {
            CallState::Incoming(_) => self.incoming_peer_event(ctx, event),
            CallState::Dialling(_) => self.dialling_peer_event(ctx, event),
            CallState::Active(_) => self.active_peer_event(ctx, peer, event),
        }
    }

    fn command(&mut self, ctx: &mut Context, command: CallCommand) -> Option<Ending> {
        match command {
            CallCommand::Dial { .. }
            | CallCommand::Consult { .. }
            | CallCommand::Transfer { .. }
            | CallCommand::AcceptReferral { .. }
            | CallCommand::RefuseReferral { .. }
            | CallCommand::Resume { .. } => {}
            CallCommand::Ring { status, reason, headers } => self.say_ringing(ctx, status, &reason, &headers),
            CallCommand::Answer { media, headers } => self.answer(ctx, media, headers),
            CallCommand::End(options) => return Some(self.end(ctx, *options)),
            CallCommand::Hold { on, update, headers } => {
                if let CallState::Active(active) = &mut self.state {
                    active.want_hold(ctx, &self.media, on, Ask { renegotiate: false, update, headers });
                }
            }
            CallCommand::Renegotiate { restart_ice, update, headers } => {
                if let CallState::Active(active) = &mut self.state {
                    active.restart_ice |= restart_ice;
                    active.ask = Ask { renegotiate: true, update, headers };
                }
            }
            CallCommand::TakeOffer => self.decided(ctx, None),
            CallCommand::RefuseOffer { status, reason, headers } => {
                self.decided(ctx, Some((status, reason, headers)));
            }
            CallCommand::Mute(on) => {
                self.media.muted = on;
                self.media.ask(ctx, PeerRequest::Mute(on));
                ctx.calls_changed = true;
                self.store(ctx);
            }
            CallCommand::SendDtmf { tones, dtmf } => self.press(ctx, &tones, dtmf),
        }
        None
    }

    fn want_hold(&mut self, ctx: &mut Context, on: bool) {
        if let CallState::Active(active) = &mut self.state {
            active.want_hold(ctx, &self.media, on, Ask::default());
        }
    }

    fn decided(&mut self, ctx: &mut Context, refusal: Option<(u16, String, String)>) {
        if let CallState::Active(active) = &mut self.state {
            active.decided(ctx, &self.media, refusal);
        }
    }

    fn timer(&mut self, ctx: &mut Context, timer: CallTimer) -> Option<Ending> {
        match (timer, &mut self.state) {
            (CallTimer::GiveUp, CallState::Dialling(dial)) => return dial.gave_up(),
            (CallTimer::GiveUp, CallState::Active(active)) if active.resuming => {
                return Some(self.not_resumed("Connection Error"));
            }
            (CallTimer::GiveUp, _) => return self.rang_out(ctx),
            (CallTimer::Expires, _) => return self.expired(ctx),
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
    fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> Result<Option<Ending>, ()> {
        match &self.state {
            CallState::Dialling(dial) if dial.is(key) => Ok(self.dial_response(ctx, key, response)),
            CallState::Active(_) => self.active_response(ctx, key, response),
            _ => Err(()),
        }
    }

    /// Refuse, cancel or hang up.
    fn end(&mut self, ctx: &mut Context, options: EndOptions) -> Ending {
        match &mut self.state {
            CallState::Incoming(ring) => ring.refuse(ctx, options),
            CallState::Dialling(dial) => dial.cancel(ctx, options),
            CallState::Active(active) => active.hang_up(options),
        }
    }

    /// The transaction failed under us: its socket is gone, or no answer came in 32 s.
    fn transaction_failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Ending> {
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
