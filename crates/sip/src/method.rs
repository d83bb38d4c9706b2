use alloc::string::String;
use core::fmt;

/// A request's method. Case matters (RFC 3261 §7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Method {
    Invite,
    Ack,
    Bye,
    Cancel,
    Register,
    Options,
    Info,
    Update,
    Prack,
    Refer,
    Notify,
    Subscribe,
    Message,
    Publish,
    /// Any other token.
    Other(String),
}

static KNOWN: [Method; 14] = [
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
    Method::Register,
    Method::Options,
    Method::Info,
    Method::Update,
    Method::Prack,
    Method::Refer,
    Method::Notify,
    Method::Subscribe,
    Method::Message,
    Method::Publish,
];

impl Method {
    /// The method of this name; one that is not known here is kept as it is.
    pub fn new(name: &str) -> Method {
        match KNOWN.iter().find(|known| known.as_str() == name) {
            Some(known) => known.clone(),
            None => Method::Other(name.into()),
        }
    }

    /// Its name on the wire.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn as_str(&self) -> &str {
        match self {
            Method::Invite => "INVITE",
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
            Method::Register => "REGISTER",
            Method::Options => "OPTIONS",
            Method::Info => "INFO",
            Method::Update => "UPDATE",
            Method::Prack => "PRACK",
            Method::Refer => "REFER",
            Method::Notify => "NOTIFY",
            Method::Subscribe => "SUBSCRIBE",
            Method::Message => "MESSAGE",
            Method::Publish => "PUBLISH",
            Method::Other(name) => name,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_case_matters() {
        for name in ["INVITE", "ACK", "PUBLISH", "invite", "!interesting-Method0123456789_*+`.%indeed'~"] {
            assert_eq!(Method::new(name).as_str(), name);
        }
        assert_eq!(Method::new("PRACK"), Method::Prack);
        assert_ne!(Method::new("prack"), Method::Prack);
    }
}
