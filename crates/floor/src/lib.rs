//! What a call centre decides: who may be offered calls, who is rung next, where callers stand,
//! how a call ended, and which registrars an operator belongs to. No I/O, no SIP, no storage.
//!
//! [`Floor`] is a machine: [`Input`]s go in (what the switch reports, what storage answered, what people
//! want), [`Output`]s come out (commands to the switch, writes to storage, news for pages). Storage holds the
//! truth: nothing is answered or pushed before it is stored, and no operator is rung before storage has
//! reserved them.
#![forbid(unsafe_code)]

mod arrival;
mod assignment;
mod call;
mod ending;
mod events;
mod floor;
mod io;
mod offer;
mod operator;
mod operators;
mod queue;
mod reach;
mod status;
mod strategy;
mod timers;

pub use events::EVENTS;
pub use floor::Floor;
pub use io::*;
