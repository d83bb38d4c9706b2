//! Who the user agent is, and what it is to be like.

use alloc::string::String;

/// Who this user agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// SIP user of From and To.
    pub login: String,
    /// The SIP domain: host of From, To and of the REGISTER's request URI.
    pub domain: String,
    /// Display name of From; may be empty.
    pub display_name: String,
    /// `urn:uuid:…`, stable per browser profile and login (RFC 5626 §4.1). Empty: no outbound, no GRUU.
    pub instance_id: String,
    /// `Headset/0.1.0` …
    pub user_agent: String,
}

/// What Authorization is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `<unix expiry>:<login>`, or whatever name the password belongs to.
    pub username: String,
    /// What only that user knows.
    pub secret: Secret,
}

/// What a user proves to be himself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A password, for every realm; for operators the hash.
    Password(String),
    /// The password's MD5 (`username:realm:password`), good in one realm. Needs the feature `full`.
    #[cfg(feature = "full")]
    Ha1 {
        /// Where it is good.
        realm: String,
        /// 32 hexadecimal digits.
        ha1: String,
    },
    /// A whole value of Authorization (`Bearer …`), sent with every request; challenges are not answered. Needs the
    /// feature `full`.
    #[cfg(feature = "full")]
    Token(String),
}

impl Credentials {
    /// A user with a password.
    pub fn new(username: String, password: String) -> Credentials {
        Credentials { username, secret: Secret::Password(password) }
    }

    /// The value of Authorization, where it is given.
    pub(crate) fn token(&self) -> Option<&str> {
        match &self.secret {
            #[cfg(feature = "full")]
            Secret::Token(token) => Some(token),
            _ => None,
        }
    }
}

/// A registrar to hold a flow to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registrar {
    /// The registrar's stable name.
    pub id: String,
    /// `ws://…` or `wss://…`.
    pub uri: String,
    /// Of two live flows the heavier carries new requests.
    pub weight: u32,
    /// RFC 5626 §4.2; never shared by two registrars that are registered with at once.
    pub reg_id: u32,
    /// `<sip:…;lr>`: the Route of every request outside of a dialog (RFC 3261 §8.1.2), where there is to be one. Needs
    /// the feature `full`.
    #[cfg(feature = "full")]
    pub route: Option<String>,
    /// Via's word for the transport, where the URI does not say it. Needs the feature `full`.
    #[cfg(feature = "full")]
    pub transport: Option<String>,
}

impl Registrar {
    /// One with a name, a URI, a weight and a reg-id.
    pub fn new(id: String, uri: String, weight: u32, reg_id: u32) -> Registrar {
        Registrar {
            id,
            uri,
            weight,
            reg_id,
            #[cfg(feature = "full")]
            route: None,
            #[cfg(feature = "full")]
            transport: None,
        }
    }
}

/// How the account is used. May be changed at any time, for all that is sent from then on; without the feature `full` it
/// is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOptions {
    /// In place of [`Identity::display_name`].
    pub display_name: Option<String>,
    /// A SIP URI to be reached by instead of one that nobody can guess; its host is Via's too. Read at the start.
    pub contact_uri: Option<String>,
    /// REGISTER's Request-URI, where it is not the domain's.
    pub registrar_uri: Option<String>,
    /// Headers for every request and response, a line each: `Name: value\n`.
    pub headers: String,
    /// The same for REGISTER alone.
    pub register_headers: String,
    /// Of REGISTER's Contact: `;name=value…`.
    pub contact_params: String,
    /// Follows the tag of REGISTER's From.
    pub from_tag_trail: String,
    /// Whether to register from the start; `Command::Register` and `Unregister` change it afterwards.
    pub register: bool,
    /// Whether to renew a binding before it ends. Otherwise that it is time is only said
    /// ([`crate::FlowEvent::Expiring`]).
    pub refresh: bool,
    /// Seconds that REGISTER asks for; 0 leaves it to the registrar.
    pub expires: u32,
    /// Milliseconds of silence after which a server is asked whether it lives; 0: never.
    pub keep_alive_ms: u32,
    /// The least wait before another attempt, in ms.
    pub retry_min_ms: u32,
    /// The longest in the first five minutes of trouble.
    pub retry_early_max_ms: u32,
    /// The longest after that.
    pub retry_max_ms: u32,
    /// One registrar at a time, the heaviest that works, instead of all at once. Read when registrars are set.
    pub one_at_a_time: bool,
    /// Whether `Event::Flow` is said.
    pub reports: bool,
}

impl AccountOptions {
    pub(crate) const DEFAULT: AccountOptions = AccountOptions {
        display_name: None,
        contact_uri: None,
        registrar_uri: None,
        headers: String::new(),
        register_headers: String::new(),
        contact_params: String::new(),
        from_tag_trail: String::new(),
        register: true,
        refresh: true,
        expires: 600,
        keep_alive_ms: 8_000,
        retry_min_ms: 250,
        retry_early_max_ms: 3_000,
        retry_max_ms: 30_000,
        one_at_a_time: false,
        reports: false,
    };
}

impl Default for AccountOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Where this user agent can be reached, as URIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// What is registered.
    pub contact: String,
    /// The address that the registrar made for this device (RFC 5627); empty where it made none.
    pub public_gruu: String,
    /// One that tells nothing about the user.
    pub temporary_gruu: String,
}
