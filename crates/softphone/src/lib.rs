//! A SIP user agent without I/O: flows to several registrars, registration, calls.
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod io;
pub use io::*;
