//! How far a flow is, and how that looks from outside.

use super::machine::Flow;
#[cfg(feature = "full")]
use crate::Event;
use crate::context::Context;
use crate::{FlowEvent, FlowStatus, FlowView, SocketId, Time};

#[derive(Debug)]
pub(super) enum State {
    Connecting {
        socket: SocketId,
    },
    /// The socket is open, and to register is not wanted.
    Open {
        socket: SocketId,
    },
    /// The first REGISTER is under way.
    Registering {
        socket: SocketId,
    },
    /// `refused`: the binding still holds, but will not be renewed with these credentials.
    Registered {
        socket: SocketId,
        refused: bool,
    },
    /// Until the retry timer; a socket that is still good is kept. `told`: till when the server wants to be left alone
    /// (Retry-After); 0 where it has not said.
    Waiting {
        socket: Option<SocketId>,
        told: Time,
    },
    /// Until new credentials, or until somebody asks to register.
    Refused {
        socket: Option<SocketId>,
    },
    /// Un-REGISTER is under way. `stay`: the socket is kept after it.
    Unregistering {
        socket: SocketId,
        stay: bool,
    },
    /// To be forgotten.
    Gone,
}

impl Flow {
    pub(super) fn socket(&self) -> Option<SocketId> {
        match self.state {
            State::Connecting { socket }
            | State::Open { socket }
            | State::Registering { socket }
            | State::Registered { socket, .. }
            | State::Unregistering { socket, .. } => Some(socket),
            State::Waiting { socket, .. } | State::Refused { socket } => socket,
            State::Gone => None,
        }
    }

    /// Nobody is told of it.
    pub(super) fn is_quiet(&self) -> bool {
        #[cfg(feature = "full")]
        let quiet = self.quiet;
        #[cfg(not(feature = "full"))]
        let quiet = false;
        quiet
    }

    pub(super) fn is_registered(&self) -> bool {
        matches!(self.state, State::Registered { .. })
    }

    /// Calls can come and go.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Registered { .. } | State::Open { .. })
    }

    /// There is no connection, and none is being made.
    #[cfg(feature = "full")]
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.state, State::Waiting { socket: None, .. })
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self.state, State::Gone)
    }

    /// It is saying goodbye: no new call is taken here.
    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.state, State::Unregistering { stay: false, .. })
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.state, State::Refused { .. })
    }

    /// The WebSocket is open.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Connecting { .. }) && self.socket().is_some()
    }

    /// An attempt is under way, or scheduled and none ever succeeded.
    pub(super) fn is_connecting(&self) -> bool {
        match self.state {
            State::Connecting { .. } | State::Registering { .. } => true,
            State::Waiting { .. } => !self.ever_up,
            _ => false,
        }
    }

    pub(super) fn view(&self) -> FlowView {
        let status = match self.state {
            _ if self.outgoing => FlowStatus::Leaving,
            State::Connecting { .. } => FlowStatus::Connecting,
            State::Open { .. } | State::Registering { .. } => FlowStatus::Connected,
            State::Registered { .. } => FlowStatus::Registered,
            State::Waiting { .. } => FlowStatus::Disconnected,
            State::Refused { .. } => FlowStatus::Refused,
            State::Unregistering { stay: true, .. } => FlowStatus::Connected,
            State::Unregistering { .. } | State::Gone => FlowStatus::Leaving,
        };
        FlowView { registrar: self.registrar.clone(), status, error: self.error.clone() }
    }

    /// Tells an application that follows each step.
    pub(super) fn report(&self, ctx: &mut Context, event: impl FnOnce() -> FlowEvent) {
        #[cfg(feature = "full")]
        if !self.quiet && ctx.reports() {
            ctx.event(Event::Flow { registrar: self.registrar.id.clone(), event: event() });
        }
        #[cfg(not(feature = "full"))]
        let _ = (ctx, event);
    }

    pub(super) fn trace(&self, ctx: &mut Context, name: &'static str, detail: &str) {
        ctx.trace(name, "registrar detail", &[&self.registrar.id, detail]);
    }
}
