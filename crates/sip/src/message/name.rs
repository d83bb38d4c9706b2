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

names! {
    To "To" Via "Via" From "From" Join "Join" Path "Path" RAck "RAck" RSeq "RSeq" CSeq "CSeq" Allow "Allow"
    Event "Event" Route "Route" MinSe "Min-SE" Accept "Accept" Reason "Reason" Server "Server"
    CallId "Call-ID" Contact "Contact" Expires "Expires" Privacy "Privacy" Require "Require" Subject "Subject"
    ReferTo "Refer-To" Identity "Identity" Replaces "Replaces" Supported "Supported" Timestamp "Timestamp"
    UserAgent "User-Agent" MinExpires "Min-Expires" ReferredBy "Referred-By" Unsupported "Unsupported"
    RetryAfter "Retry-After" AllowEvents "Allow-Events" ContentType "Content-Type" MaxForwards "Max-Forwards"
    RecordRoute "Record-Route" ServiceRoute "Service-Route" Authorization "Authorization"
    ProxyRequire "Proxy-Require" AcceptContact "Accept-Contact" ContentLength "Content-Length"
    RejectContact "Reject-Contact" RemotePartyId "Remote-Party-ID" SessionExpires "Session-Expires"
    AcceptEncoding "Accept-Encoding" ContentEncoding "Content-Encoding" WwwAuthenticate "WWW-Authenticate"
    ProxyAuthenticate "Proxy-Authenticate" SubscriptionState "Subscription-State"
    AuthenticationInfo "Authentication-Info" ContentDisposition "Content-Disposition"
    ProxyAuthorization "Proxy-Authorization" RequestDisposition "Request-Disposition"
    PAssertedIdentity "P-Asserted-Identity" PPreferredIdentity "P-Preferred-Identity"
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

const COUNT: usize = Name::Other as usize;

/// Where each spelling begins, and where the last one ends.
static STARTS: [u16; COUNT + 1] = {
    let mut starts = [0; COUNT + 1];
    let mut index = 0;
    while index < COUNT {
        starts[index + 1] = starts[index] + LENGTHS[index] as u16;
        index += 1;
    }
    starts
};

/// Names at the slots of their spellings, or at the next that was free; [`Name::Other`] where none is.
static TABLE: [u8; SLOTS] = {
    let mut table = [COUNT as u8; SLOTS];
    let mut index = 0;
    while index < COUNT {
        let (start, end) = (STARTS[index] as usize, STARTS[index + 1] as usize);
        let mut at = slot(end - start, SPELLINGS.as_bytes()[start], SPELLINGS.as_bytes()[end - 1]);
        while table[at % SLOTS] != COUNT as u8 {
            at += 1;
        }
        table[at % SLOTS] = index as u8;
        index += 1;
    }
    table
};

const SLOTS: usize = 128;

/// Where a spelling is looked for first: most are told apart by their length, first and last letter.
const fn slot(length: usize, first: u8, last: u8) -> usize {
    length + (first | 0x20) as usize * 37 + (last | 0x20) as usize * 33
}

/// Empty for [`Name::Other`].
fn spelling(index: u8) -> &'static str {
    let Some([start, end]) = STARTS.get(usize::from(index)..).and_then(|starts| starts.first_chunk()) else {
        return "";
    };
    slice(SPELLINGS, usize::from(*start), usize::from(*end))
}

impl Name {
    /// The header of this spelling, long or compact, in any case.
    pub fn new(text: &str) -> Name {
        Name::of(text.as_bytes())
    }

    pub(super) fn of(text: &[u8]) -> Name {
        let (Some(first), Some(last)) = (text.first(), text.last()) else { return Name::Other };
        let slot = slot(text.len(), *first, *last);
        // Most spellings are the usual ones: comparing those is quicker.
        let index = TABLE[slot % SLOTS];
        let found = if is_same(spelling(index).as_bytes(), text) { Some(index) } else { search(text, slot) };
        found.and_then(|index| ALL.get(usize::from(index)).copied()).unwrap_or(Name::Other)
    }

    /// Its usual spelling; empty for [`Name::Other`].
    pub fn as_str(self) -> &'static str {
        spelling(self as u8)
    }
}

/// `==` without a call for what is short.
#[cfg(not(target_family = "wasm"))]
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    match a.len() {
        _ if a.len() != b.len() => false,
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        _ => a == b,
    }
}

#[cfg(target_family = "wasm")]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a == b
}

#[cold]
fn search(text: &[u8], slot: usize) -> Option<u8> {
    if let [letter] = text {
        let letter = letter | 0x20;
        return COMPACT.iter().find(|(compact, _)| *compact == letter).map(|(_, name)| *name as u8);
    }
    let mut slot = slot;
    loop {
        let index = TABLE[slot % SLOTS];
        if index == COUNT as u8 {
            return None;
        }
        if spelling(index).as_bytes().eq_ignore_ascii_case(text) {
            return Some(index);
        }
        slot += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn every_name_is_found_by_its_spellings() {
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
