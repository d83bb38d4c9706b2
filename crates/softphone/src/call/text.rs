//! Small texts of messages: reason phrases, parties, queue places.

use crate::Party;
use alloc::string::String;
use headset_sip::{NameAddr, Uri, push_number, push_quoted};

const REASON_MAX: usize = 128;

/// A reason phrase that somebody wrote: without control characters, at most 128 bytes.
pub(super) fn reason_phrase(text: &str) -> String {
    let mut clean = String::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        if clean.len() + c.len_utf8() > REASON_MAX {
            break;
        }
        clean.push(c);
    }
    clean.trim().into()
}

/// A Reason header (RFC 3326).
pub(super) fn reason_header(status: u16, text: &str) -> String {
    let mut header = String::from("SIP;cause=");
    push_number(&mut header, u32::from(status));
    let text = reason_phrase(text);
    if !text.is_empty() {
        header.push_str(";text=");
        push_quoted(&mut header, &text);
    }
    header
}

pub(super) fn party(address: &NameAddr<'_>) -> Party {
    let display_name = address.display_name().unwrap_or_default().into_owned();
    Party { display_name, ..party_of(&address.uri) }
}

/// The party of an address of our own making.
pub(super) fn party_in(address: &str) -> Party {
    NameAddr::parse(address).map(|address| party(&address)).unwrap_or_default()
}

fn party_of(uri: &Uri<'_>) -> Party {
    Party {
        display_name: String::new(),
        uri: uri.to_string(),
        user: uri.decoded_user(),
        host: uri.host.into(),
    }
}

/// `position=3;waiting=40`
pub(super) fn queue_place(header: &str) -> Option<(u32, u32)> {
    let value = |name: &str| {
        let mut pairs = header.split(';').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?.1.trim().parse().ok()
    };
    let position = value("position")?;
    Some((position, value("waiting").unwrap_or(position)))
}

/// Whom to call: a user part in our domain, or a whole URI. The answer is a URI's text.
pub(super) fn target(text: &str, domain: &str) -> Option<String> {
    let text = text.trim();
    let is_uri = ["sip:", "sips:"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    if is_uri {
        return Uri::parse(text).ok().map(|uri| uri.to_string());
    }
    let usable = !text.is_empty() && !text.contains(['@', '<', '>', '"']) && !text.contains(char::is_control);
    usable.then(|| Uri::sip(text, domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_phrase_is_one_short_line() {
        assert_eq!(reason_phrase("On a\r\nbreak\u{7}\u{85} "), "On abreak");
        let long = reason_phrase(&"й".repeat(200));
        assert_eq!((long.len(), long.chars().count()), (128, 64));
        assert_eq!(reason_header(480, "say \"no\""), "SIP;cause=480;text=\"say \\\"no\\\"\"");
        assert_eq!(reason_header(480, "\n"), "SIP;cause=480");
    }

    #[test]
    fn targets_are_users_or_uris() {
        let uri = |text| target(text, "demo.example");
        assert_eq!(uri("support").as_deref(), Some("sip:support@demo.example"));
        assert_eq!(uri(" +79991234567 ").as_deref(), Some("sip:+79991234567@demo.example"));
        assert_eq!(uri("SIP:a@b.example").as_deref(), Some("sip:a@b.example"));
        assert_eq!(uri(""), None);
        assert_eq!(uri("sip:"), None);
        assert_eq!(uri("a@b"), None);
        assert_eq!(uri("a\r\nX: y"), None);
    }

    #[test]
    fn places_are_read() {
        assert_eq!(queue_place("position=3;waiting=40"), Some((3, 40)));
        assert_eq!(queue_place(" waiting = 4 ; position = 1"), Some((1, 4)));
        assert_eq!(queue_place("position=2"), Some((2, 2)));
        assert_eq!(queue_place("waiting=2"), None);
    }
}
