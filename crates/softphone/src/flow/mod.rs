//! Flows: one connection and one registration for each registrar (RFC 5626).

mod backoff;
#[cfg(feature = "full")]
mod failover;
mod leave;
mod machine;
mod pulse;
mod register;
mod set;
mod state;

pub(crate) use set::Flows;

/// One flow; never used again, so that what was meant for a flow that is gone finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlowId(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowTimer {
    /// The WebSocket must be open by now.
    Connect,
    /// REGISTER must be answered by now.
    Answer,
    /// Something must have been heard by now.
    Silence,
    /// The binding is to be renewed.
    Refresh,
    /// The binding ends.
    Expiry,
    /// The back-off ends.
    Retry,
    /// Un-REGISTER must be answered by now.
    Goodbye,
}

impl FlowTimer {
    pub(crate) const ALL: [FlowTimer; 7] = [
        FlowTimer::Connect,
        FlowTimer::Answer,
        FlowTimer::Silence,
        FlowTimer::Refresh,
        FlowTimer::Expiry,
        FlowTimer::Retry,
        FlowTimer::Goodbye,
    ];
}
