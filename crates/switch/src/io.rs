//! The switch's contract: what it is told, and what it asks for.
//!
//! Names are the floor's, so that `headset` maps one to the other without thinking; the rooms do not
//! depend on each other.

/// One accepted WebSocket connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// A registrar's index in the configuration: which listener a connection came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListenerId(pub usize);

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    Opened { connection: ConnectionId, listener: ListenerId, remote: std::net::SocketAddr },
    /// A text or binary frame; keep-alives too.
    Received { connection: ConnectionId, text: String },
    Closed { connection: ConnectionId, how: Closed },
    Command(Command),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// A Close frame with this code.
    Code(u16),
    /// The transport ended without one.
    Lost,
}

/// What must be done now.
#[derive(Clone, Debug)]
pub enum Output {
    Send { connection: ConnectionId, text: String },
    /// Send a Close frame with this code, then drop the connection.
    Close { connection: ConnectionId, code: u16, reason: &'static str },
    /// Tell the floor.
    Report(Report),
}

/// What the floor is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A flow registered, or answers again after having been stale.
    FlowLive { login: String, registrar: String, flow: u64 },
    /// The page behind a flow has stopped answering.
    FlowStale { login: String, flow: u64 },
    /// A flow is gone. `goodbye`: it was un-REGISTERed, rather than lost.
    FlowGone { login: String, flow: u64, goodbye: bool },
    /// An authenticated party calls `target`, the user part of the request URI.
    CallArrived { call: String, caller: String, caller_name: String, target: String },
    Ringing { call: String, login: String },
    Answered { call: String, login: String },
    OfferEnded { call: String, login: String, end: OfferEnd },
    Held { call: String, by: Side },
    Resumed { call: String, by: Side },
    CallEnded { call: String, by: Side },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    Refused { status: u16, reason: String },
    Unreachable,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Caller,
    Callee,
    System,
}

/// What the floor asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 182 with `X-Headset-Queue: position=…;waiting=…`.
    ShowPlace { call: String, position: u32, waiting: u32 },
    Offer { call: String, login: String, display_name: String },
    CancelOffer { call: String, login: String },
    Reject { call: String, status: u16, reason: String },
    HangUp { call: String, reason: String },
}
