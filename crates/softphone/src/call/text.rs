//! Small texts of messages: reason phrases, parties, queue places.

use crate::Party;
use alloc::string::String;
#[cfg(feature = "full")]
use alloc::vec::Vec;
#[cfg(feature = "full")]
use headset_sip::text::cut_or_all;
use headset_sip::text::{lines, position, trim};
use headset_sip::{Headers, NameAddr, Params, Uri, Value, push_number, push_quoted};

const REASON_MAX: usize = 128;

/// A reason phrase that somebody wrote: without control characters, at most 128 bytes.
pub(super) fn reason_phrase(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(c) = (1..=4).find_map(|length| rest.get(..length)) {
        if clean.len() + c.len() > REASON_MAX {
            break;
        }
        // C0, DEL and, in two bytes, C1.
        if !matches!(c.as_bytes(), [..=0x1f | 0x7f] | [0xc2, 0x80..=0x9f]) {
            clean.push_str(c);
        }
        rest = rest.get(c.len()..).unwrap_or("");
    }
    trim(&clean).into()
}

/// The name that the switch gives a call.
pub(super) fn call_name(message: &Headers) -> Option<&str> {
    message.get_named("X-Headset-Call").filter(|name| !name.is_empty())
}

/// Who the far end is by the word of those who know it: P-Asserted-Identity (RFC 3325 §9.1), or what came before it.
pub(super) fn asserted(message: &Headers) -> Option<Party> {
    message.asserted_identity().map(|address| party(&address))
}

/// Where a 3xx points (RFC 3261 §8.1.3.4), the most wanted first.
#[cfg(feature = "full")]
pub(super) fn contacts(response: &Headers) -> Vec<String> {
    let mut contacts: Vec<(u32, String)> = response
        .contacts()
        .filter_map(Result::ok)
        .map(|contact| (quality(contact.param("q")), contact.uri.to_string()))
        .collect();
    contacts.sort_by_key(|(quality, _)| u32::MAX - quality);
    contacts.into_iter().map(|(_, uri)| uri).collect()
}

/// `0.7` in thousandths (RFC 3261 §20.10); 1 where it is not said.
#[cfg(feature = "full")]
fn quality(q: Option<&str>) -> u32 {
    let Some((whole, part)) = q.map(|q| cut_or_all(q, b'.')) else { return 1000 };
    let digit =
        |at: usize| part.as_bytes().get(at).map_or(0, |digit| u32::from(digit.wrapping_sub(b'0') % 10));
    if trim(whole) == "1" { 1000 } else { 100 * digit(0) + 10 * digit(1) + digit(2) }
}

/// Status and reason phrase of a response's first line: what a `message/sipfrag` begins with (RFC 3420).
pub(super) fn status_line(text: &str) -> Option<(u16, &str)> {
    let line = lines(text).next()?.strip_prefix("SIP/2.0 ")?;
    let digits = line.as_bytes().get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let status = digits.iter().fold(0, |status, digit| 10 * status + u16::from(digit - b'0'));
    Some((status, trim(line.get(3..).unwrap_or(""))))
}

/// A SIP URI as a request may be sent to it: no header of a URI is taken unseen (RFC 3261 §19.1.1, §19.1.5).
#[cfg(feature = "full")]
pub(super) fn request_uri(uri: &str) -> Option<String> {
    let uri = Uri::parse(uri).ok().filter(Uri::is_sip)?;
    let mut text = String::new();
    uri.push_without_headers(&mut text);
    Some(text)
}

/// A Reason header (RFC 3326 §2).
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
    let mut party = party_of(&address.uri);
    if let Some(name) = address.display_name() {
        party.display_name = name.into_owned();
    }
    party
}

/// The party's address, for [`party_in`].
pub(super) fn address(party: &Party) -> String {
    NameAddr::format(&party.display_name, &party.uri, "")
}

/// The party of an address of our own making.
pub(super) fn party_in(address: &str) -> Party {
    NameAddr::parse(address).map(|address| party(&address)).unwrap_or_default()
}

pub(super) fn party_of(uri: &Uri<'_>) -> Party {
    Party {
        display_name: String::new(),
        uri: uri.to_string(),
        user: uri.decoded_user(),
        host: uri.host.into(),
    }
}

/// `position=3;waiting=40`
pub(super) fn queue_place(header: &str) -> Option<(u32, u32)> {
    let place = Value { value: "", params: Params::parse(header) };
    let position = place.number("position")?;
    Some((position, place.number("waiting").unwrap_or(position)))
}

/// Whom to call: a user part in our domain, or a whole URI. The answer is a URI's text.
pub(crate) fn target(text: &str, domain: &str) -> Option<String> {
    let text = trim(text);
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
    if begins("sip:") || begins("sips:") {
        return Uri::parse(text).ok().map(|uri| uri.to_string());
    }
    let is_bad = |byte: u8| matches!(byte, 0..=0x1f | 0x7f | b'@' | b'<' | b'>' | b'"');
    (!text.is_empty() && position(text, is_bad).is_none()).then(|| Uri::sip(text, domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headset_sip::text::push_escaped;

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
    fn headers_in_uris_are_escaped() {
        let value = "a@b.example;to-tag=1;from-tag=ж";
        let mut uri = String::from("sip:c@d?Replaces=");
        push_escaped(&mut uri, value);
        assert_eq!(uri, "sip:c@d?Replaces=a%40b.example%3Bto-tag%3D1%3Bfrom-tag%3D%D0%B6");
        assert_eq!(Uri::parse(&uri).expect("a URI").header("replaces").as_deref(), Some(value));
    }

    #[cfg(feature = "full")]
    #[test]
    fn what_a_referral_says_is_read() {
        assert_eq!(request_uri("sip:c@d?Replaces=a").as_deref(), Some("sip:c@d"));
        assert_eq!(status_line("SIP/2.0 180 Ringing\r\n"), Some((180, "Ringing")));
        assert_eq!(status_line("HTTP/1.1 200 OK"), None);
    }

    #[test]
    fn places_are_read() {
        assert_eq!(queue_place("position=3;waiting=40"), Some((3, 40)));
        assert_eq!(queue_place(" waiting = 4 ; position = 1"), Some((1, 4)));
        assert_eq!(queue_place("position=2"), Some((2, 2)));
        assert_eq!(queue_place("waiting=2"), None);
    }
}
