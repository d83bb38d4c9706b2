//! HTTP API, sign-in, accounts, events and storage around the floor.
//!
//! [`Backend::start`] puts a floor on what [`Storage`] holds and answers HTTP; [`Office`] is what the command line
//! administers a running server by.
#![forbid(unsafe_code)]

mod accounts;
mod api;
mod backend;
mod clock;
mod credentials;
mod error;
mod floor_task;
mod http;
mod hub;
mod limits;
mod passwords;
mod secrets;
mod settings;
mod storage;

pub use accounts::{Account, NewAccount, Role, check_login};
pub use backend::{AccountView, Backend, Office, Reports, SwitchLink};
pub use clock::rfc3339;
pub use error::Error;
pub use secrets::{Secret, random_token};
pub use settings::{GuestSettings, IceServer, LoginLimits, Network, PauseReason, Settings, Title};
pub use storage::Storage;
