//! The engine's browser boundary: an operator's `workplace`, and a `phone` alone for guests.
//!
//! Both have the same two functions, whose names begin with theirs, so that hardly any code is spent on crossing: each
//! instance of the module is one machine. They take fields, U+001F between them. The last may hold anything; items of a
//! list within a field have U+001E between them; an empty field is one that is absent.
//!
//! - `…_new(seed)`: any text that nobody can guess;
//! - `…_tell(text)`: something happened. First when, `performance.now()`; then one of [`kind`], and the number that it
//!   speaks of; then its own fields. The answer is a JSON array of what the page must do now: arrays that each begin
//!   with a number of [`record`], and at the end when to tell [`kind::TICK`] if nothing else happens, or null.
//!
//! The hooks package has the same numbers in `src/engine/contract.ts`; a test here holds the two together.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod calls;
#[cfg(test)]
mod contract;
mod fields;
pub mod kind;
#[cfg(feature = "phone")]
mod phone;
pub mod record;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod show;
#[cfg(feature = "workplace")]
mod workplace;

#[cfg(feature = "phone")]
pub use phone::{phone_new, phone_tell};
#[cfg(feature = "workplace")]
pub use workplace::{workplace_new, workplace_tell};
