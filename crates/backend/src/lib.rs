//! HTTP API, sign-in, accounts, events and storage around the floor.
#![forbid(unsafe_code)]

mod accounts;
mod clock;
mod error;
mod passwords;
mod secrets;
mod storage;

pub use accounts::{Account, NewAccount, Role, check_login};
pub use clock::rfc3339;
pub use error::Error;
pub use secrets::{Secret, random_token};
pub use storage::Storage;
