//! What a call centre decides: who may be offered calls, who is rung next, where callers stand,
//! how a call ended, and which registrars an operator belongs to. No I/O, no SIP, no storage.
//!
//! [`Floor`] is a machine: [`Input`]s go in (what the switch reports, what storage answered, what people
//! want), [`Output`]s come out (commands to the switch, writes to storage, news for pages). Storage holds the
//! truth: nothing is answered or pushed before it is stored, and no operator is rung before storage has
//! reserved them.
//!
//! | decides | where |
//! |---|---|
//! | what becomes of a chosen status, now or after the call | `status.rs`, `operators.rs` |
//! | when a client counts as gone | `reach.rs` |
//! | who may call whom | `arrival.rs` |
//! | who waits where, and who is asked for next | `queue.rs`, `strategy.rs` |
//! | ringing, refusals, delays | `offer.rs` |
//! | answers, ends, outcomes, wrap-up | `ending.rs` |
//! | who may hand whom over to whom, and what becomes of it | `transfer.rs` |
//! | which registrars a client belongs to | `assignment.rs` |
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
mod transfer;
mod words;

pub use events::EVENTS;
pub use floor::Floor;
pub use io::*;
