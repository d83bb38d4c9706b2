//! Flows as applications see them.

use super::Registrar;
use alloc::string::String;

/// Over all flows, the first that holds: `registered` (any flow is), `error` (every registrar's last answer is a
/// refusal that a retry will not mend), `connected` (any WebSocket is open), `connecting` (an attempt under way,
/// or scheduled and none ever succeeded), `disconnected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAgentStatus {
    /// An attempt is under way, or scheduled and none ever succeeded.
    Connecting,
    /// A WebSocket is open.
    Connected,
    /// None of the others.
    Disconnected,
    /// Every registrar refuses.
    Error,
    /// A flow is registered.
    Registered,
}

/// A flow as applications see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowView {
    /// Whom it leads to.
    pub registrar: Registrar,
    /// How far it is.
    pub status: FlowStatus,
    /// The last refusal or failure, in words.
    pub error: Option<String>,
}

/// How far a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStatus {
    /// The WebSocket is being opened.
    Connecting,
    /// The WebSocket is open; REGISTER is under way, or not wanted.
    Connected,
    /// Calls can come and go.
    Registered,
    /// Waiting to try again.
    Disconnected,
    /// Refused in a way that a retry will not mend.
    Refused,
    /// Being left: another registrar takes its place.
    Leaving,
}

/// What happened to a flow, for applications that follow each step ([`crate::AccountOptions::reports`]); needs the
/// feature `full`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowEvent {
    /// A WebSocket is being opened.
    Connecting {
        /// Failures in a row before this.
        attempts: u32,
    },
    /// It is open.
    Connected,
    /// It is gone, or never opened.
    Disconnected {
        /// Neither end has closed it in order (code 1000).
        error: bool,
        /// The Close frame's code, the peer's or ours.
        code: u16,
        /// The Close frame's text, or what was wrong with the flow.
        reason: String,
    },
    /// A 2xx to REGISTER.
    Registered {
        /// There was no binding before.
        first: bool,
        /// The response's text.
        response: String,
    },
    /// There is no binding any more.
    Unregistered {
        /// The text of the answer to un-REGISTER; `None` where the flow is gone or the binding ran out.
        response: Option<String>,
    },
    /// REGISTER failed; unless the credentials are wrong it is tried again.
    RegistrationFailed {
        /// The refusal's text; `None` where no answer came.
        response: Option<String>,
        /// JsSIP's word where there is no response: `Request Timeout`, `Connection Error`.
        cause: &'static str,
    },
    /// It is time to register again, and left to the application.
    Expiring,
    /// The preferred registrar is back, and this flow to it has taken the place of another, of which nothing more is
    /// said. What was told of that one holds for this one.
    Moved,
}
