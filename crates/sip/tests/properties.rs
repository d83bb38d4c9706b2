//! For every input: nothing panics, and what is printed reads back as what it was.

use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{
    Dialog, Message, Method, Name, NameAddr, Params, Replaces, Request, Response, Uri, Value, Via, parse,
    parse_bytes, push_quoted, sdp,
};
use proptest::prelude::*;

/// Lines that look like SIP, wrong in every way that a few edits can make.
fn nearly_sip() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("INVITE sip:a@b SIP/2.0\r\n".to_owned()),
        Just("SIP/2.0 200 OK\r\n".to_owned()),
        Just("Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1\r\n".to_owned()),
        Just("From: \"x\" <sip:a@b>;tag=1\r\n".to_owned()),
        Just("To: <sip:c@d>;tag=2\r\n".to_owned()),
        Just("Call-ID: c\r\nCSeq: 1 INVITE\r\n".to_owned()),
        Just("Contact: <sip:[::1]:99>;expires=1, *\r\n".to_owned()),
        Just("Content-Length: 3\r\n".to_owned()),
        Just("\r\n".to_owned()),
        Just(" folded\r\n".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
        "[<>\";,=:@%\\\\\r\n\t ж]{0,8}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Asks a message everything.
fn read_all(message: &Message) {
    let headers = message.headers();
    let _ = (headers.via(), headers.from(), headers.to(), headers.cseq(), headers.contacts().count());
    let _ = (headers.expires(), headers.max_forwards(), headers.content_type(), headers.contact());
    assert_eq!(
        headers.from().ok().and_then(|from| from.tag().map(str::to_owned)).as_deref().or(headers.from_tag()),
        headers.from_tag()
    );
    let _ = (headers.rack(), headers.session_expires(), headers.reason("SIP"), headers.asserted_identity());
    let _ = (headers.sdp(), headers.number(Name::RetryAfter), headers.replaces());
    for (name, value) in headers.iter() {
        assert!(!value.contains(['\r', '\n', '\0']), "{value:?}");
        assert!(headers.get_named(name).is_some());
        let _ =
            (NameAddr::parse(value), Via::parse(value), Challenge::parse(value), Authorization::parse(value));
    }
    if let Message::Request(request) = message {
        let _ = Uri::parse(request.uri());
        let _ = Dialog::uas(request, "t", headset_sip::dialog::State::Early);
        read_all(&Message::Response(Response::reply_to(request, 180, "Ringing").to_tag("t").finish()));
    }
}

/// The text of a URI: users are what people write, parameters are mostly not what they should be.
fn uri() -> impl Strategy<Value = String> {
    let host = prop_oneof!["[a-z0-9][a-z0-9.-]{0,12}", Just("[2001:db8::1]".to_owned())];
    let params = prop::collection::vec(("[a-z]{1,5}", prop::option::of("[!#-:A-~ж]{1,5}")), 0..3);
    ("[ -~ж]{0,8}", host, prop::option::of(any::<u16>()), params).prop_map(|(user, host, port, params)| {
        let mut uri = Uri::sip(&user, &host);
        uri.extend(port.map(|port| format!(":{port}")));
        for (name, value) in params {
            uri.push_str(&format!(";{name}"));
            uri.extend(value.map(|value| format!("={}", value.replace(['?', ';', '@'], "+"))));
        }
        uri
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        if let Ok(message) = parse(text) {
            read_all(&message);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in nearly_sip(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(message) = parse_bytes(bytes) {
            read_all(&message);
        }
    }

    #[test]
    fn nearly_sip_is_read_or_refused(text in nearly_sip()) {
        match parse(text) {
            Ok(message) => {
                read_all(&message);
                // What was read reads the same again: unfolding and cutting are done once.
                let again = parse(message.as_str().to_owned()).expect("read before");
                prop_assert_eq!(again, message);
            }
            Err(error) => {
                if let Some(reply) = error.reply() {
                    read_all(&Message::Response(reply));
                }
            }
        }
    }

    #[test]
    fn any_values_are_read_or_refused(text in "[<>\";,=:@%?&\\\\\\[\\] a-zж0-9/.*\r\n\t]{0,40}") {
        if let Ok(address) = NameAddr::parse(&text) {
            let _ = (address.to_string(), address.display_name(), address.uri == address.uri, address.params.iter().count());
            prop_assert!(NameAddr::parse(&address.to_string()).is_ok(), "{} of {}", address, text);
        }
        let _ = (Uri::parse(&text), Via::parse(&text), Params::parse(&text).to_string(), Value::parse(&text), Replaces::parse(&text));
        let _ = (Challenge::parse(&text), Challenge::parse(&format!("Digest {text}")));
        let _ = (Authorization::parse(&format!("Digest {text}")), Dialog::decode(&text));
        let _ = (sdp::direction(&text), sdp::without_candidates(&text), sdp::fingerprint(&text));
        let _ = (sdp::set_direction(&text, sdp::Direction::Inactive), sdp::is_held_by_remote(&text));
    }

    #[test]
    fn uris_print_and_read_back(text in uri()) {
        let uri = Uri::parse(&text).expect("read");
        let printed = uri.to_string();
        let again = Uri::parse(&printed).expect("own");
        prop_assert_eq!(again, uri);
        prop_assert_eq!(again.decoded_user(), uri.decoded_user());
        prop_assert_eq!(again.to_string(), printed.clone());
        prop_assert!(printed.bytes().all(|byte| byte.is_ascii_graphic()), "{}", printed);
    }

    #[test]
    fn addresses_print_and_read_back(name in "[ -~ж]{0,12}", uri in uri(), tag in "[a-z0-9]{1,8}", value in "[ -~ж]{0,9}") {
        let mut text = NameAddr::format(&name, &uri, &tag) + ";x=";
        push_quoted(&mut text, &value);
        let address = NameAddr::parse(&text).expect("own");
        let (read_name, read_value) = (address.display_name(), address.params.text("x"));
        prop_assert_eq!(read_name.as_deref().unwrap_or(""), name.as_str());
        prop_assert_eq!((address.tag(), read_value.as_deref()), (Some(tag.as_str()), Some(value.as_str())));
        let printed = address.to_string();
        prop_assert_eq!(NameAddr::parse(&printed), Ok(address));
    }

    #[test]
    fn requests_print_and_read_back(
        uri in uri(), from in "[ -~ж]{1,20}", extra in "[ -~ж\r\n]{0,40}", body in "\\PC{0,30}", number in 0u32..1 << 31,
    ) {
        let built = Request::build(Method::Info, &uri)
            .via("WS", "h.invalid", "z9hG4bK1")
            .header(Name::From, &NameAddr::format(&from, "sip:a@b", "1"))
            .header(Name::To, "<sip:c@d>")
            .header(Name::CallId, "c")
            .header(Name::CSeq, &format!("{number} INFO"))
            .raw_header("X-Extra", &extra)
            .body("text/plain", &body)
            .finish();
        let read = parse(built.as_str().to_owned());
        prop_assert_eq!(built.body(), body.as_str());
        prop_assert_eq!(built.cseq().expect("written so").number, number);
        prop_assert_eq!(read, Ok(Message::Request(built)));
    }
}
