//! Flows: one connection and one registration for each registrar (RFC 5626).

mod backoff;
mod machine;
mod register;
mod set;

pub(crate) use set::Flows;

/// One flow; never used again, so that what was meant for a flow that is gone finds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlowId(pub(crate) u32);
