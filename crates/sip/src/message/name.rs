use super::scan::slice;

macro_rules! names {
    ($($name:ident $text:literal)*) => {
        /// Which header: those that this crate or its users read by name. All others are [`Name::Other`], and are
        /// asked for by their text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the names say it")]
        #[repr(u8)]
        pub enum Name {
            $($name,)*
            /// Any header that is not named above.
            Other,
        }

        static ALL: &[Name] = &[$(Name::$name),*];
        /// Every usual spelling, one after the other.
        static SPELLINGS: &str = concat!($($text),*);
        const LENGTHS: &[usize] = &[$($text.len()),*];
    };
}

// The shorter first.
names! {
    To "To" Via "Via" Date "Date" From "From" Join "Join" Path "Path" RAck "RAck" RSeq "RSeq" CSeq "CSeq"
    Allow "Allow" Event "Event" Route "Route" MinSe "Min-SE" Accept "Accept" Reason "Reason" Server "Server"
    CallId "Call-ID" Contact "Contact" Expires "Expires" Privacy "Privacy" Require "Require" Subject "Subject"
    Warning "Warning" ReferTo "Refer-To" Identity "Identity" Priority "Priority" Replaces "Replaces"
    SipEtag "SIP-ETag" CallInfo "Call-Info" Diversion "Diversion" ReferSub "Refer-Sub" Supported "Supported"
    Timestamp "Timestamp" AlertInfo "Alert-Info" FlowTimer "Flow-Timer" UserAgent "User-Agent"
    ErrorInfo "Error-Info" MinExpires "Min-Expires" ReferredBy "Referred-By" Unsupported "Unsupported"
    RetryAfter "Retry-After" AllowEvents "Allow-Events" SipIfMatch "SIP-If-Match" ContentType "Content-Type"
    HistoryInfo "History-Info" MaxForwards "Max-Forwards" RecordRoute "Record-Route" TargetDialog "Target-Dialog"
    ServiceRoute "Service-Route" Authorization "Authorization" ProxyRequire "Proxy-Require"
    AcceptContact "Accept-Contact" ContentLength "Content-Length" RejectContact "Reject-Contact"
    RemotePartyId "Remote-Party-ID" SessionExpires "Session-Expires" AcceptEncoding "Accept-Encoding"
    ContentEncoding "Content-Encoding" WwwAuthenticate "WWW-Authenticate" ProxyAuthenticate "Proxy-Authenticate"
    SubscriptionState "Subscription-State" AuthenticationInfo "Authentication-Info"
    ContentDisposition "Content-Disposition" ProxyAuthorization "Proxy-Authorization"
    RequestDisposition "Request-Disposition" PAssertedIdentity "P-Asserted-Identity"
    PPreferredIdentity "P-Preferred-Identity"
}

/// The compact forms (RFC 3261 §7.3.3 and the RFCs since).
static COMPACT: &[(u8, Name)] = &[
    (b'v', Name::Via),
    (b'f', Name::From),
    (b't', Name::To),
    (b'i', Name::CallId),
    (b'm', Name::Contact),
    (b'l', Name::ContentLength),
    (b'c', Name::ContentType),
    (b'k', Name::Supported),
    (b'x', Name::SessionExpires),
    (b'e', Name::ContentEncoding),
    (b'o', Name::Event),
    (b'u', Name::AllowEvents),
    (b'r', Name::ReferTo),
    (b'b', Name::ReferredBy),
    (b's', Name::Subject),
    (b'a', Name::AcceptContact),
    (b'j', Name::RejectContact),
    (b'd', Name::RequestDisposition),
    (b'y', Name::Identity),
];

const LONGEST: usize = LENGTHS[LENGTHS.len() - 1];

/// For each length: the index of the first name that is not shorter, and where its spelling begins.
const FIRST: [(u8, u16); LONGEST + 2] = {
    let mut first = [(0, 0); LONGEST + 2];
    let (mut length, mut index, mut start) = (0, 0, 0);
    while length < LONGEST + 2 {
        while index < LENGTHS.len() && LENGTHS[index] < length {
            start += LENGTHS[index];
            index += 1;
        }
        first[length] = (index as u8, start as u16);
        length += 1;
    }
    first
};

impl Name {
    /// The header of this spelling, long or compact, in any case.
    pub fn new(text: &str) -> Name {
        let length = text.len();
        if let [letter] = text.as_bytes() {
            let letter = letter | 0x20;
            let found = COMPACT.iter().find(|(compact, _)| *compact == letter);
            return found.map_or(Name::Other, |(_, name)| *name);
        }
        let (Some(&(first, start)), Some(&(_, end))) = (FIRST.get(length), FIRST.get(length + 1)) else {
            return Name::Other;
        };
        let spellings = slice(SPELLINGS, usize::from(start), usize::from(end)).as_bytes();
        let initial = text.as_bytes().first().map_or(0, |byte| byte | 0x20);
        for (index, spelling) in spellings.chunks_exact(length.max(1)).enumerate() {
            // Most spellings are the usual ones: comparing those is quicker.
            if spelling.first().is_some_and(|byte| byte | 0x20 == initial)
                && (spelling == text.as_bytes() || spelling.eq_ignore_ascii_case(text.as_bytes()))
            {
                return ALL.get(usize::from(first) + index).copied().unwrap_or(Name::Other);
            }
        }
        Name::Other
    }

    /// Its usual spelling; empty for [`Name::Other`].
    pub fn as_str(self) -> &'static str {
        let index = self as usize;
        // Names of one length stand side by side.
        let length = FIRST.iter().take_while(|(first, _)| usize::from(*first) <= index).count();
        let Some(&(first, start)) = length.checked_sub(1).and_then(|length| FIRST.get(length)) else {
            return "";
        };
        let length = length - 1;
        let start = usize::from(start) + (index - usize::from(first)) * length;
        slice(SPELLINGS, start, start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn every_name_is_found_by_its_spellings() {
        assert!(LENGTHS.is_sorted(), "the shorter first");
        let mut spellings = String::new();
        for (index, name) in ALL.iter().enumerate() {
            let long = name.as_str();
            spellings.push_str(long);
            assert_eq!(*name as usize, index, "{long}");
            assert_eq!(Name::new(long), *name);
            assert_eq!(Name::new(&long.to_ascii_uppercase()), *name);
            assert_eq!(Name::new(&long.to_ascii_lowercase()), *name);
        }
        assert_eq!(spellings, SPELLINGS);
        assert_eq!(Name::Other as usize, ALL.len());
        for (letter, name) in COMPACT {
            let text = String::from(char::from(*letter));
            assert_eq!((Name::new(&text), Name::new(&text.to_ascii_uppercase())), (*name, *name));
        }
        assert_eq!(
            (Name::PPreferredIdentity.as_str(), Name::To.as_str(), Name::MinSe.as_str()),
            ("P-Preferred-Identity", "To", "Min-SE")
        );
    }

    #[test]
    fn what_has_no_name_is_other() {
        for text in ["", "X-Queue", "q", "\0", "Ж", "Viа", "\u{16}", "A-header-longer-than-any-that-is-known"]
        {
            assert_eq!(Name::new(text), Name::Other, "{text}");
        }
        assert_eq!(Name::Other.as_str(), "");
    }
}
