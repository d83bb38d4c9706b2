//! The engine's browser boundary: an operator's [`Workplace`], and a [`Phone`] alone for guests.
//!
//! Both have the same four functions, so that hardly any code is spent on crossing:
//!
//! - `new(seed)`: eight random 32-bit numbers, as fields;
//! - `input(now, kind, number, text)`: something happened. `now` is `performance.now()`, `kind` is one of [`kind`],
//!   `number` mostly names what it happened to, `text` has its fields, U+001F between them. The last may hold anything;
//!   items of a list within a field have U+001E between them; an empty field is one that is absent;
//! - `poll()`: what the page must do now, a JSON array that begins with a number of [`record`]; empty when there is
//!   nothing more;
//! - `timeout()`: when to tell [`kind::TICK`] if nothing else happens.
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
pub use phone::Phone;
#[cfg(feature = "workplace")]
pub use workplace::Workplace;
