//! Who the user agent is, and what it is to be like.

use alloc::string::String;

/// Who this user agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SIP user of From, To and Contact.
    pub login: String,
    /// The SIP domain: host of From, To and of the REGISTER's request URI.
    pub domain: String,
    /// Display name of From; may be empty.
    pub display_name: String,
    /// `urn:uuid:…`, stable per browser profile and login (RFC 5626 §4.1).
    pub instance_id: String,
    /// `Headset/0.1.0` …
    pub user_agent: String,
}

/// The hash: what Authorization is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `<unix expiry>:<login>`.
    pub username: String,
    /// The shared-secret digest.
    pub password: String,
}

/// A registrar to hold a flow to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrar {
    /// The registrar's stable name.
    pub id: String,
    /// `ws://…` or `wss://…`.
    pub uri: String,
    /// Of two live flows the heavier carries new requests.
    pub weight: u32,
    /// RFC 5626 §4.2; never shared by two registrars.
    pub reg_id: u32,
}
