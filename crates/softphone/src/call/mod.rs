//! The call: one at a time, and what is left of those that ended.

mod active;
mod calls;
mod cause;
mod dtmf;
mod farewell;
mod incoming;
mod outgoing;
mod recent;
mod renegotiation;
mod requests;
mod text;

pub(crate) use calls::Calls;
#[cfg(feature = "full")]
pub(crate) use requests::abilities;
pub(crate) use requests::{not_allowed, options};
#[cfg(feature = "full")]
pub(crate) use text::target;

use crate::context::{Context, Key};
use crate::{
    CallDirection, CallStatus, CallView, EndOptions, MediaOptions, Originator, Outcome, Party, PeerEvent,
    PeerId, PeerRequest,
};
use active::Active;
use alloc::boxed::Box;
use alloc::string::String;
use farewell::Farewell;
use incoming::Ring;
use outgoing::Dial;

/// A call of ours and how far it is.
#[derive(Debug)]
struct Call {
    facts: Facts,
    media: Media,
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
}

/// The call's peer connection.
#[derive(Debug)]
struct Media {
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
        }
    }

    fn status(mut self, status: u16, reason: &str) -> Ending {
        self.status_code = Some(status);
        self.reason_phrase = (!reason.is_empty()).then(|| reason.into());
        self
    }

    fn farewell(mut self, farewell: Farewell) -> Ending {
        self.farewell = Some(farewell);
        self
    }
}

impl Media {
    /// Asks for a step; nothing where there is no peer connection.
    fn ask(&self, ctx: &mut Context, request: PeerRequest) {
        if let Some(peer) = self.peer {
            ctx.peer(peer, request);
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
    fn view(&self) -> CallView {
        let facts = &self.facts;
        let mut view = CallView {
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
            answering: false,
            answered_at: None,
            invite: facts.invite.clone(),
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
        ctx.call_changed = true;
        match self.state {
            CallState::Incoming(_) => self.incoming_peer_event(ctx, event),
            CallState::Dialling(_) => self.dialling_peer_event(ctx, event),
            CallState::Active(_) => self.active_peer_event(ctx, peer, event),
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
