//! A SIP user agent without I/O: flows to several registrars, registration, calls.
//!
//! [`Softphone`] is told what happened ([`Input`]) and says what its body must do ([`Output`]): open WebSockets, send
//! frames, work a peer connection. What applications read are views: [`Softphone::user_agent_status`],
//! [`Softphone::flows`], [`Softphone::call`].
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod account;
mod authorization;
mod call;
mod context;
mod dispatch;
mod flow;
mod io;
#[cfg(feature = "full")]
mod request;
mod routes;
mod softphone;
#[cfg(feature = "full")]
mod subscription;
mod timer;

pub use headset_sip::Time;
pub use io::*;
pub use softphone::Softphone;
