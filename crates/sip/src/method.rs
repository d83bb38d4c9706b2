use alloc::boxed::Box;
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
    Other(Box<str>),
}

static KNOWN: [(&str, Method); 14] = [
    ("INVITE", Method::Invite),
    ("ACK", Method::Ack),
    ("BYE", Method::Bye),
    ("CANCEL", Method::Cancel),
    ("REGISTER", Method::Register),
    ("OPTIONS", Method::Options),
    ("INFO", Method::Info),
    ("UPDATE", Method::Update),
    ("PRACK", Method::Prack),
    ("REFER", Method::Refer),
    ("NOTIFY", Method::Notify),
    ("SUBSCRIBE", Method::Subscribe),
    ("MESSAGE", Method::Message),
    ("PUBLISH", Method::Publish),
];

impl Method {
    /// The method of this name; one that is not known here is kept as it is.
    pub fn new(name: &str) -> Method {
        KNOWN
            .iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| Method::Other(name.into()), |(_, method)| method.clone())
    }

    /// Its name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Method::Other(name) => name,
            known => KNOWN.iter().find(|(_, method)| method == known).map_or("", |(name, _)| name),
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
