//! An operator's client without I/O: hash, launch, status, watchdog, registrar rotation, events.
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

mod io;
pub use io::*;
