//! The telephony edge: SIP over WebSocket, registrar, back-to-back user agent.
//!
//! [`Switch`] is a machine without I/O; [`serve`] is its tokio rim. What goes in and comes out is
//! [`Input`] and [`Output`]; the floor's part of it is [`Command`] and [`Report`].
#![forbid(unsafe_code)]

mod access;
mod call;
mod config;
mod edge;
mod io;
mod keep_alive;
mod registrar;
mod rim;
mod switch;
mod timers;
mod trace;

pub use config::{Config, Limits, Registrar, Secret};
pub use io::*;
pub use rim::{Running, ServeError, Stop, TlsError, bind, serve, tls_config};
pub use switch::{Switch, Wall};
pub use trace::masked;
