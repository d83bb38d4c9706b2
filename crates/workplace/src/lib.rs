//! An operator's client without I/O: hash, launch, status, watchdog, registrar rotation, events.
//!
//! [`Workplace`] is a machine: its body (a browser page, a native process, a simulation) hands it [`Input`]s, carries
//! out its [`Output`]s and wakes it at [`Workplace::poll_timeout`]. It drives a softphone of its own.
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod io;
mod journal;
mod observe;
mod outbox;
mod requests;
mod rotation;
mod start;
mod status;
mod timers;
mod updates;
mod workplace;

pub use io::*;
pub use start::USER_AGENT;
pub use workplace::Workplace;
