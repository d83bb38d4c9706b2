//! The engine's browser boundary: an operator's [`Workplace`], and a [`Phone`] alone for guests.
//!
//! Both are told what happened by methods that take `now` (`performance.now()`, milliseconds), are asked for
//! `pollOutput()` until it gives nothing, and woken at `pollTimeout()`. What goes over the boundary are plain objects,
//! read field by field; the hooks package has their types.

#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod calls;
mod js;
mod phone;
mod read;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod workplace;
mod write;

pub use phone::Phone;
pub use workplace::Workplace;
