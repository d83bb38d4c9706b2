//! For every input: nothing panics, and what is printed reads back as what it was.

use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{Dialog, Message, Method, Name, NameAddr, Params, Request, Response, Uri, Via, parse, sdp};
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

fn uri() -> impl Strategy<Value = Uri> {
    let host = prop_oneof!["[a-z0-9][a-z0-9.-]{0,12}", Just("[2001:db8::1]".to_owned())];
    let params = prop::collection::vec(("[a-z]{1,5}", prop::option::of("[!-~ж]{1,5}")), 0..3);
    ("[ -~ж]{0,8}", host, prop::option::of(any::<u16>()), params).prop_map(|(user, host, port, params)| {
        let mut uri = Uri::sip(&user, &host);
        uri.port = port;
        for (name, value) in params {
            uri.params.set(&name, value.as_deref());
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
        let _ = (Uri::parse(&text), NameAddr::parse(&text), Via::parse(&text), Params::parse(&text));
        let _ = (Challenge::parse(&text), Challenge::parse(&format!("Digest {text}")));
        let _ = (Authorization::parse(&format!("Digest {text}")), Dialog::decode(&text));
        let _ = (sdp::direction(&text), sdp::without_candidates(&text), sdp::fingerprint(&text));
        let _ = (sdp::set_direction(&text, sdp::Direction::Inactive), sdp::is_held_by_remote(&text));
    }

    #[test]
    fn uris_print_and_read_back(uri in uri()) {
        let read = Uri::parse(&uri.to_string());
        prop_assert_eq!(read.as_ref(), Ok(&uri));
        prop_assert_eq!(read.expect("read").to_string(), uri.to_string());
    }

    #[test]
    fn addresses_print_and_read_back(name in "[ -~ж]{0,12}", uri in uri(), tag in "[a-z0-9]{1,8}", value in "[ -~ж]{0,9}") {
        let mut address = NameAddr::new(uri).with_display_name(&name).with_tag(&tag);
        address.params.set("x", Some(&value));
        let read = NameAddr::parse(&address.to_string());
        prop_assert_eq!(read, Ok(address));
    }

    #[test]
    fn requests_print_and_read_back(
        uri in uri(), from in "[ -~ж]{1,20}", extra in "[ -~ж\r\n]{0,40}", body in "\\PC{0,30}", number in 0u32..1 << 31,
    ) {
        let built = Request::build(Method::Info, &uri.to_string())
            .via("WS", "h.invalid", "z9hG4bK1")
            .header(Name::From, &NameAddr::new(Uri::sip("a", "b")).with_display_name(&from).with_tag("1").to_string())
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
