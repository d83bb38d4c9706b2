/// Which header: those that this crate or its users read by name. All others are [`Name::Other`], and are asked for by
/// their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
#[repr(u8)]
pub enum Name {
    To,
    Via,
    Date,
    From,
    Join,
    Path,
    RAck,
    RSeq,
    CSeq,
    Allow,
    Event,
    Route,
    MinSe,
    Accept,
    Reason,
    Server,
    CallId,
    Contact,
    Expires,
    Privacy,
    Require,
    Subject,
    Warning,
    ReferTo,
    Identity,
    Priority,
    Replaces,
    SipEtag,
    Diversion,
    Supported,
    Timestamp,
    AlertInfo,
    UserAgent,
    ErrorInfo,
    MinExpires,
    ReferredBy,
    Unsupported,
    RetryAfter,
    AllowEvents,
    SipIfMatch,
    ContentType,
    HistoryInfo,
    MaxForwards,
    RecordRoute,
    TargetDialog,
    ServiceRoute,
    Authorization,
    ProxyRequire,
    ContentLength,
    SessionExpires,
    ContentEncoding,
    WwwAuthenticate,
    ProxyAuthenticate,
    SubscriptionState,
    AuthenticationInfo,
    ContentDisposition,
    ProxyAuthorization,
    PAssertedIdentity,
    PPreferredIdentity,
    /// Any header that is not named above.
    Other,
}

/// Every named header once, the shorter first, with its usual spelling and its compact form (RFC 3261 §7.3.3 and the RFCs since).
static TABLE: &[(Name, &str, u8)] = &[
    (Name::To, "To", b't'),
    (Name::Via, "Via", b'v'),
    (Name::Date, "Date", 0),
    (Name::From, "From", b'f'),
    (Name::Join, "Join", 0),
    (Name::Path, "Path", 0),
    (Name::RAck, "RAck", 0),
    (Name::RSeq, "RSeq", 0),
    (Name::CSeq, "CSeq", 0),
    (Name::Allow, "Allow", 0),
    (Name::Event, "Event", b'o'),
    (Name::Route, "Route", 0),
    (Name::MinSe, "Min-SE", 0),
    (Name::Accept, "Accept", 0),
    (Name::Reason, "Reason", 0),
    (Name::Server, "Server", 0),
    (Name::CallId, "Call-ID", b'i'),
    (Name::Contact, "Contact", b'm'),
    (Name::Expires, "Expires", 0),
    (Name::Privacy, "Privacy", 0),
    (Name::Require, "Require", 0),
    (Name::Subject, "Subject", b's'),
    (Name::Warning, "Warning", 0),
    (Name::ReferTo, "Refer-To", b'r'),
    (Name::Identity, "Identity", b'y'),
    (Name::Priority, "Priority", 0),
    (Name::Replaces, "Replaces", 0),
    (Name::SipEtag, "SIP-ETag", 0),
    (Name::Diversion, "Diversion", 0),
    (Name::Supported, "Supported", b'k'),
    (Name::Timestamp, "Timestamp", 0),
    (Name::AlertInfo, "Alert-Info", 0),
    (Name::UserAgent, "User-Agent", 0),
    (Name::ErrorInfo, "Error-Info", 0),
    (Name::MinExpires, "Min-Expires", 0),
    (Name::ReferredBy, "Referred-By", b'b'),
    (Name::Unsupported, "Unsupported", 0),
    (Name::RetryAfter, "Retry-After", 0),
    (Name::AllowEvents, "Allow-Events", b'u'),
    (Name::SipIfMatch, "SIP-If-Match", 0),
    (Name::ContentType, "Content-Type", b'c'),
    (Name::HistoryInfo, "History-Info", 0),
    (Name::MaxForwards, "Max-Forwards", 0),
    (Name::RecordRoute, "Record-Route", 0),
    (Name::TargetDialog, "Target-Dialog", 0),
    (Name::ServiceRoute, "Service-Route", 0),
    (Name::Authorization, "Authorization", 0),
    (Name::ProxyRequire, "Proxy-Require", 0),
    (Name::ContentLength, "Content-Length", b'l'),
    (Name::SessionExpires, "Session-Expires", b'x'),
    (Name::ContentEncoding, "Content-Encoding", b'e'),
    (Name::WwwAuthenticate, "WWW-Authenticate", 0),
    (Name::ProxyAuthenticate, "Proxy-Authenticate", 0),
    (Name::SubscriptionState, "Subscription-State", 0),
    (Name::AuthenticationInfo, "Authentication-Info", 0),
    (Name::ContentDisposition, "Content-Disposition", 0),
    (Name::ProxyAuthorization, "Proxy-Authorization", 0),
    (Name::PAssertedIdentity, "P-Asserted-Identity", 0),
    (Name::PPreferredIdentity, "P-Preferred-Identity", 0),
];

impl Name {
    /// The header of this spelling, long or compact, in any case.
    pub fn new(text: &str) -> Name {
        let found = match *text.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => {
                TABLE.iter().find(|(_, _, compact)| *compact == letter.to_ascii_lowercase())
            }
            _ => TABLE[TABLE.partition_point(|(_, long, _)| long.len() < text.len())..]
                .iter()
                .take_while(|(_, long, _)| long.len() == text.len())
                .find(|(_, long, _)| long.eq_ignore_ascii_case(text)),
        };
        found.map_or(Name::Other, |(name, _, _)| *name)
    }

    /// Its usual spelling; empty for [`Name::Other`].
    pub fn as_str(self) -> &'static str {
        TABLE.get(self as usize).map_or("", |(_, long, _)| long)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_by_its_spellings() {
        for (index, (name, long, compact)) in TABLE.iter().enumerate() {
            assert_eq!(*name as usize, index, "{long}: the table is in the enum's order");
            assert_eq!(Name::new(long), *name);
            assert_eq!(Name::new(&long.to_ascii_uppercase()), *name);
            assert_eq!(name.as_str(), *long);
            if *compact != 0 {
                assert_eq!(Name::new(core::str::from_utf8(&[*compact]).expect("ASCII")), *name);
            }
        }
        assert_eq!(Name::Other as usize, TABLE.len());
        assert!(TABLE.is_sorted_by_key(|(_, long, _)| long.len()));
    }

    #[test]
    fn what_has_no_name_is_other() {
        for text in ["", "X-Queue", "q", "\0", "Ж", "Viа"] {
            assert_eq!(Name::new(text), Name::Other, "{text}");
        }
        assert_eq!(Name::Other.as_str(), "");
    }
}
