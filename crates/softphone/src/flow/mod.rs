//! Flows: one connection and one registration for each registrar (RFC 5626).

mod backoff;
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
