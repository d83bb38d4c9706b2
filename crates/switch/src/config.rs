//! What the switch is configured with.

use std::fmt;
use std::net::SocketAddr;

/// The switch's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The one SIP domain: host of every AOR, and the digest realm.
    pub domain: String,
    /// Shared with who makes the ephemeral credentials.
    pub secret: Secret,
    /// One listener each.
    pub registrars: Vec<Registrar>,
    /// Exact origins (`https://desk.example`) that a browser may connect from; `http://localhost:*` allows
    /// any port of that host. A client that sends no Origin is no browser, and is let in.
    pub allowed_origins: Vec<String>,
    /// What is too much.
    pub limits: Limits,
}

/// A registrar as the switch needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrar {
    /// Its id in reports.
    pub id: String,
    /// Where it listens.
    pub listen: SocketAddr,
}

/// Bounds; the defaults suit a call centre of some thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections over all listeners; more are refused at accept.
    pub connections: usize,
    /// Flows of one login.
    pub flows_per_login: usize,
    /// Calls that one login has made and that are not over.
    pub calls_per_login: usize,
    /// Calls that are not over.
    pub calls: usize,
    /// Wrong responses of one login from one address within a minute; then that pair is refused for the
    /// rest of it.
    pub failures_per_login: u32,
    /// The same for one address, whatever the login: a call centre is one address.
    pub failures_per_address: u32,
    /// Messages that one connection may send within 10 s; each 4 KiB of one count as one more. A tenth of it
    /// until somebody has authenticated there.
    pub messages_per_10_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            flows_per_login: 16,
            calls_per_login: 8,
            calls: 20_000,
            failures_per_login: 10,
            failures_per_address: 1_000,
            messages_per_10_s: 1_000,
        }
    }
}

/// A secret that does not show in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}
