//! The telephony edge: SIP over WebSocket, registrar, back-to-back user agent.
//!
//! [`Switch`] is a machine without I/O; [`serve`] is its tokio rim.
#![forbid(unsafe_code)]

mod io;
pub use io::*;
