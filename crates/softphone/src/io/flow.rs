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
    /// The WebSocket is open, REGISTER under way.
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
