//! What a call centre decides: who may be offered calls, who is rung next, where callers stand,
//! how a call ended, and which registrars an operator belongs to. No I/O, no SIP, no storage.
#![forbid(unsafe_code)]

mod events;
mod io;

pub use events::EVENTS;
pub use io::*;
