//! What the wire really carries is read; what cannot be is refused in a way that can be answered.

use headset_sip::{Message, Method, Name, NameAddr, ParseErrorKind, Request, Response, Uri, Via, parse};

fn request(text: &str) -> Request {
    match parse(text.replace('\n', "\r\n")) {
        Ok(Message::Request(request)) => request,
        other => panic!("no request: {other:?}"),
    }
}

fn response(text: &str) -> Response {
    match parse(text.to_owned()) {
        Ok(Message::Response(response)) => response,
        other => panic!("no response: {other:?}"),
    }
}

/// An INVITE with this line in place of its From.
fn invite_from(from: &str) -> String {
    format!(
        "INVITE sip:op@desk.invalid SIP/2.0\n\
         Via: SIP/2.0/WS edge.example;branch=z9hG4bKa1\n\
         {from}\n\
         To: <sip:op@demo.example>\n\
         Call-ID: c1\n\
         CSeq: 7 INVITE\n\
         Contact: <sip:b2bua@edge.example>\n\
         Content-Length: 0\n\n"
    )
}

#[test]
fn an_invite_of_a_call_centres_edge() {
    let Ok(Message::Request(invite)) = parse(include_str!("messages/invite.sip").to_owned()) else {
        panic!("the INVITE is read")
    };
    assert_eq!(invite.method(), &Method::Invite);
    assert_eq!(invite.uri(), "sip:k3m9s1q2@df7jal23ls0d.invalid;transport=ws");
    let from = invite.from().expect("good");
    assert_eq!(from.display_name().as_deref(), Some("Support queue - ACME Ltd."));
    assert_eq!(from.uri.user, Some("+442079460123"));
    assert_eq!(
        (from.tag(), invite.from_tag(), invite.to_tag()),
        (Some("as4f2c6d1e"), Some("as4f2c6d1e"), None)
    );
    let via = invite.via().expect("good");
    assert_eq!((via.transport, via.host, via.port), ("WSS", "203.0.113.5", Some(443)));
    assert_eq!(via.branch(), Some("z9hG4bK5d2a.9a1b2c3d4e5f.0"));
    assert_eq!(invite.all(Name::Via).count(), 2);
    assert_eq!(invite.values(Name::RecordRoute).count(), 2);
    assert_eq!(invite.cseq().expect("good").number, 102);
    assert_eq!(invite.get_named("x-queue"), Some("support-tier1"));
    assert_eq!(invite.max_forwards(), Some(69));
    assert!(invite.lists(Name::Allow, "update") && !invite.lists(Name::Allow, "PRACK"));
    assert!(invite.content_is("application/sdp"));
    assert!(invite.body().starts_with("v=0\r\n") && invite.body().len() == 2551);
}

#[test]
fn a_registrars_200_lists_every_contact_with_its_parameters() {
    let ok = response(include_str!("messages/register-200.sip"));
    let contacts: Vec<NameAddr<'_>> = ok.contacts().map(|contact| contact.expect("good")).collect();
    assert_eq!(contacts.len(), 4);
    assert_eq!(contacts[0].param("+sip.instance"), Some("<urn:uuid:8f1fa16a-1165-4a96-8341-785b1ef24f12>"));
    assert_eq!(contacts[0].param("reg-id"), Some("1"));
    assert_eq!(contacts[0].param("+sip.ice"), Some(""));
    assert_eq!(contacts[0].uri.param("transport"), Some("ws"));
    assert_eq!(contacts[2].display_name().as_deref(), Some("Desk phone"));
    assert_eq!(contacts[3].param("expires"), Some("300"));
    assert!(ok.lists(Name::Supported, "gruu"));
}

#[test]
fn the_other_real_messages() {
    let ok = response(include_str!("messages/invite-200.sip"));
    assert_eq!((ok.status(), ok.reason(), ok.values(Name::RecordRoute).count()), (200, "OK", 3));
    let ringing = response(include_str!("messages/ringing-180.sip"));
    assert!(ringing.is_provisional() && !ringing.is_success() && ringing.body().is_empty());
    let challenge = response(include_str!("messages/register-401.sip"));
    assert!(challenge.get(Name::WwwAuthenticate).is_some_and(|value| value.starts_with("Digest ")));
    let register = request(&include_str!("messages/register.sip").replace("\r\n", "\n"));
    assert_eq!((register.method(), register.expires()), (&Method::Register, Some(600)));
    let Ok(Message::Request(bye)) = parse(include_str!("messages/bye.sip").to_owned()) else { panic!("BYE") };
    assert_eq!(bye.get(Name::Reason), Some("Q.850;cause=16;text=\"Normal Clearing\""));
}

#[test]
fn froms_that_cost_calls_elsewhere() {
    for (from, name, uri) in [
        ("From: <sip:a@019f9ae299f5>;tag=t", None, "sip:a@019f9ae299f5"),
        ("From: <sip:a#1@demo.example>;tag=t", None, "sip:a%231@demo.example"),
        ("From: Анна Иванова <sip:a@demo.example>;tag=t", Some("Анна Иванова"), "sip:a@demo.example"),
        ("From: ACME Ltd. <sip:a@demo.example>;tag=t", Some("ACME Ltd."), "sip:a@demo.example"),
        ("From: Doe, John <sip:a@demo.example>;tag=t", Some("Doe, John"), "sip:a@demo.example"),
        ("From: \"Анна\" <sip:a@demo.example>;tag=t", Some("Анна"), "sip:a@demo.example"),
        ("From: \"\" <sip:a@demo.example>;tag=t", None, "sip:a@demo.example"),
        ("From: sip:a@demo.example;tag=t", None, "sip:a@demo.example"),
        ("From: <tel:+7-999-1234567;phone-context=x>;tag=t", None, "tel:+7-999-1234567;phone-context=x"),
        ("From: <sip:a@[2001:db8::1]:5061>;tag=t", None, "sip:a@[2001:db8::1]:5061"),
        ("From: <sip:a@my_host>;tag=t", None, "sip:a@my_host"),
        ("f:<sip:a@demo.example>;TAG=t", None, "sip:a@demo.example"),
        ("FROM : \"a\n b\"\n\t<sip:a@demo.example>\n  ;tag=t", Some("a   b"), "sip:a@demo.example"),
    ] {
        let invite = request(&invite_from(from));
        let address = invite.from().unwrap_or_else(|problem| panic!("{from}: {problem}"));
        assert_eq!(address.display_name().as_deref(), name, "{from}");
        assert_eq!(address.uri.to_string(), uri, "{from}");
        assert_eq!((address.tag(), invite.from_tag()), (Some("t"), Some("t")), "{from}");
    }
}

#[test]
fn compact_forms_odd_order_and_many_values_on_one_line() {
    let notify = request(
        "NOTIFY sip:a@b SIP/2.0\n\
         l: 4\n\
         c : text/plain ; charset=utf-8\n\
         i: call\n\
         t: <sip:a@b>;tag=2\n\
         CSEQ:\t9   NOTIFY\n\
         o: presence.winfo\n\
         m: <sip:x@y;a=1>;q=0.5, \"A, B\" <sip:z@y>\n\
         f: <sip:c@d>;tag=1\n\
         v: SIP/2.0/WS h1;branch=z9hG4bK1 , SIP/2.0/UDP h2;branch=z9hG4bK2\n\
         k: path,gruu\n\n\
         body and what follows it",
    );
    assert_eq!(
        (notify.call_id(), notify.body(), notify.content_type()),
        ("call", "body", Some("text/plain"))
    );
    assert_eq!(notify.get(Name::Event), Some("presence.winfo"));
    assert_eq!(notify.values(Name::Via).count(), 2);
    assert_eq!(notify.via().expect("good").host, "h1");
    assert_eq!(notify.cseq().expect("good").method, Method::Notify);
    let contacts: Vec<_> = notify.contacts().map(|c| c.expect("good").uri.to_string()).collect();
    assert_eq!(contacts, ["sip:x@y;a=1", "sip:z@y"]);
}

#[test]
fn a_bad_header_does_not_lose_the_others() {
    let mut text = invite_from("From: <sip:a@b>;tag=t").replace(
        "Contact: <sip:b2bua@edge.example>",
        "Session-Expires: soon\nEvent:\nthis is no header\n: nor this\nÜnnamed: 1\nExpires: -5\n\
         Contact: <sip:bad host>, <sip:good@host>",
    );
    text = text.replace("Content-Length: 0\n", "");
    let invite = request(&(text + "v=0"));
    assert_eq!(invite.number(Name::SessionExpires), None);
    assert_eq!(invite.expires(), None);
    assert_eq!(invite.get(Name::Event), Some(""));
    assert_eq!(invite.contacts().filter(Result::is_err).count(), 1);
    assert_eq!(invite.contact().map(|contact| contact.uri), Uri::parse("sip:good@host").ok());
    assert_eq!(invite.body(), "v=0", "without Content-Length all that follows is the body");
}

#[test]
fn bare_line_feeds_and_line_ends_in_front_are_read() {
    let text = format!("\r\n\n{}", invite_from("From: <sip:a@b>;tag=t"));
    assert!(matches!(parse(text), Ok(Message::Request(_))));
}

#[test]
fn a_lone_carriage_return_cannot_smuggle_a_header() {
    let invite = request(&invite_from("From: <sip:a@b>;tag=t\rX-Evil: 1"));
    assert_eq!(invite.get(Name::From), Some("<sip:a@b>;tag=t X-Evil: 1"));
    assert_eq!(invite.get_named("X-Evil"), None);
    assert!(!invite.as_str().replace("\r\n", "").contains('\r'));
}

#[test]
fn a_message_that_is_cut_off_has_the_headers_that_came() {
    let whole = invite_from("From: <sip:a@b>;tag=t").replace('\n', "\r\n");
    let last = whole.trim_end();
    let Ok(Message::Request(read)) = parse(last.into()) else { panic!("{last}") };
    assert_eq!(read.cseq().expect("CSeq").number, 7);
    for end in (0..last.len()).filter(|end| last.is_char_boundary(*end)) {
        let fields = match parse(last[..end].into()) {
            Ok(message) => message.headers().clone(),
            Err(_) => continue,
        };
        assert!(fields.from_tag().is_some(), "{}", &last[..end]);
    }
}

#[test]
fn what_is_wrong_is_answered_where_it_can_be() {
    let good = invite_from("From: <sip:a@b>;tag=t").replace('\n', "\r\n");
    for (wrong, kind, status) in [
        (good.replace("CSeq: 7 INVITE", "CSeq: 7 BYE"), ParseErrorKind::Header, Some(400)),
        (good.replace("CSeq: 7", "CSeq: 2147483648"), ParseErrorKind::Header, Some(400)),
        (good.replace("CSeq: 7", "CSeq: -7"), ParseErrorKind::Header, Some(400)),
        (good.replace("Length: 0", "Length: 10"), ParseErrorKind::Truncated, Some(400)),
        (good.replace("Length: 0", "Length: -1"), ParseErrorKind::Header, Some(400)),
        (good.replace("Length: 0", "Length: 99999999999999999999"), ParseErrorKind::Header, Some(400)),
        (
            good.replace("<sip:op@demo.example>", "\"op <sip:op@demo.example>"),
            ParseErrorKind::Header,
            Some(400),
        ),
        (good.replace("Via: SIP/2.0/WS", "Via: SIP/2.0/"), ParseErrorKind::Header, Some(400)),
        (good.replace("Call-ID: c1", "Call-ID: c1\r\ni: c2"), ParseErrorKind::Header, Some(400)),
        (good.replace("op@desk", "op @desk"), ParseErrorKind::StartLine, Some(400)),
        (good.replace(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"), ParseErrorKind::Version, Some(505)),
        (good.replace("To: <sip:op@demo.example>\r\n", ""), ParseErrorKind::Missing, Some(400)),
        (good.replace("Via", "Vla"), ParseErrorKind::Missing, None),
        (
            good.replace("INVITE sip:op@desk.invalid SIP/2.0", "GET / HTTP/1.1"),
            ParseErrorKind::StartLine,
            None,
        ),
        (good.replace("INVITE", "ACK").replace("CSeq: 7", "CSeq: x"), ParseErrorKind::Header, None),
        ("\r\n\r\n".into(), ParseErrorKind::Empty, None),
        (String::new(), ParseErrorKind::Empty, None),
        ("SIP/2.0 99 Low\r\n\r\n".into(), ParseErrorKind::StartLine, None),
        ("SIP/2.0 2000 High\r\n\r\n".into(), ParseErrorKind::StartLine, None),
        (
            good.replace("Call-ID", &format!("{}Call-ID", "X: 1\r\n".repeat(300))),
            ParseErrorKind::TooLarge,
            Some(513),
        ),
        (
            good.replace("Call-ID", &format!("X: {}\r\nCall-ID", "1".repeat(70_000))),
            ParseErrorKind::TooLarge,
            None,
        ),
    ] {
        let Err(error) = parse(wrong.clone()) else { panic!("was read: {wrong:.300}") };
        let reply = error.reply();
        assert_eq!(
            (error.kind, reply.as_ref().map(Response::status)),
            (kind, status),
            "{error}: {wrong:.300}"
        );
        if let Some(reply) = reply {
            assert_eq!(reply.get(Name::CallId), reply.get(Name::CSeq).map(|_| "c1"));
            assert_eq!(parse(wrong).expect_err("as before").reply(), Some(reply), "copies get the same tag");
        }
    }
}

#[test]
fn a_body_is_cut_between_characters_only() {
    let text = invite_from("From: <sip:a@b>;tag=t").replace("Content-Length: 0", "Content-Length: 3") + "жж";
    let error = parse(text).expect_err("three bytes end inside the second letter");
    assert_eq!(error.kind, ParseErrorKind::Header);
}

#[test]
fn a_wildcard_contact_is_told_apart() {
    let text = invite_from("From: <sip:a@b>;tag=t").replace("<sip:b2bua@edge.example>", "*");
    let register = request(&text.replace("INVITE", "REGISTER"));
    assert!(register.has_wildcard_contact());
    assert_eq!(register.contacts().count(), 0);
}

#[test]
fn what_an_escape_stands_for_is_what_names_a_header_of_a_uri() {
    // RFC 3261 §19.1.4: a character is equal to its escape.
    let uri = Uri::parse("sip:a@b;%74ag=1?Re%70laces=c%3Bto-tag%3D1&x=2").expect("good");
    assert_eq!(uri.header("replaces").as_deref(), Some("c;to-tag=1"));
    assert_eq!(uri, Uri::parse("sip:a@b;tag=1?X=2&REPLACES=c%3Bto-tag%3D1").expect("good"));
    assert_ne!(uri, Uri::parse("sip:a@b;tag=2?X=2&REPLACES=c%3Bto-tag%3D1").expect("good"));
    assert_ne!(Uri::parse("sip:a@b;%75ser=phone"), Uri::parse("sip:a@b"), "user must be in both");
    assert_ne!(Uri::parse("sip:a@b?%58=1"), Uri::parse("sip:a@b?y=1"));
}

#[test]
fn a_parameter_whose_name_is_none_is_not_sent_on() {
    // RFC 3261 §25.1: generic-param is named by a token.
    let address = NameAddr::parse("<sip:a@b>;\"x;tag=1\"=2;tag=t;y z=3;q=1").expect("good");
    assert_eq!(address.tag(), Some("t"));
    assert_eq!(address.to_string(), "<sip:a@b>;tag=t;q=1");
}

#[test]
fn control_characters_around_a_value_are_none_of_it() {
    for around in ["\0", "\r", "\r\r", "\u{1}\t", " \0 ", "\n "] {
        let invite = request(&invite_from(&format!("From: <sip:a@b>;tag=t\nX-Queue:{around}sales{around}")));
        assert_eq!(invite.get_named("X-Queue"), Some("sales"), "{around:?}");
    }
}

#[test]
fn control_characters_before_a_colon_are_white_space_and_stay_so_when_read_again() {
    let lines = "From: <sip:a@b>;tag=t\nPriority\x02\0: urgent\nSubject \x7f: x";
    let invite = request(&invite_from(lines));
    assert_eq!((invite.get(Name::Subject), invite.get_named("Priority")), (None, Some("urgent")));
    assert_eq!(request(&invite.as_str().replace("\r\n", "\n")), invite);
}

#[test]
fn an_empty_header_and_a_full_one_are_two() {
    let text = invite_from("From: <sip:a@b>;tag=t\nCall-ID:").replace('\n', "\r\n");
    let error = parse(text).expect_err("two");
    assert_eq!((error.kind, error.detail), (ParseErrorKind::Header, "Several Call-ID"));
    assert!(parse(invite_from("Via:\nFrom: <sip:a@b>;tag=t").replace('\n', "\r\n")).is_ok());
}

#[test]
fn a_line_that_is_no_header_never_becomes_part_of_the_one_before() {
    // A control character is read as a space, but a space at the start of a line would be a fold.
    for line in ["\u{1}evil>;tag=x", "\0X-Evil: 1", "\rX-Evil: 1"] {
        let invite = request(&invite_from(&format!("From: <sip:a@b>;tag=t\n{line}")));
        assert_eq!((invite.from_tag(), invite.get_named("X-Evil")), (Some("t"), None), "{line:?}");
        let again = request(&invite.as_str().replace("\r\n", "\n"));
        assert_eq!(again, invite, "{line:?}");
    }
}

#[test]
fn numbers_are_read_with_what_follows_them() {
    // RFC 3261 §20.33: a comment or parameters.
    for (value, number) in [
        ("18000;duration=3600", Some(18_000)),
        ("120 (I'm in a meeting)", Some(120)),
        ("5(soon)", Some(5)),
        ("soon", None),
        ("99999999999", None),
        ("-1", None),
    ] {
        let invite = request(&invite_from(&format!("From: <sip:a@b>;tag=t\nRetry-After: {value}")));
        assert_eq!(invite.number(Name::RetryAfter), number, "{value}");
    }
}

/// What parsing has checked is remembered, and must be what reading the header by itself gives.
#[test]
fn what_is_remembered_of_a_message_is_what_its_headers_say() {
    for (via, from, to) in [
        (
            "SIP/2.0/WSS a.example:443;branch=z9hG4bK1;i=2",
            "\"A \\\"B\\\"\" <sip:a@b;x=1>;tag=3",
            "sip:c@d;tag=4",
        ),
        (" SIP / 2.0 / UDP [::1]:5070 , SIP/2.0/UDP b", "\"\" <sip:a@b>;tag=3", "Anna Müller <sips:c@d?e=f>"),
        ("SIP/2.0/TCP a", "<tel:+123>;tag=\"3\"", "\"\u{416}\"<sip:d>;x"),
        ("SIP/2.0/TCP a\r\n ;branch=1", "\"folded\r\n name\"\r\n\t<sip:a@b>\r\n ;tag=3", "<sip:c@d>"),
    ] {
        let text = format!(
            "OPTIONS sip:c@d SIP/2.0\r\nVia: {via}\r\nFrom: {from}\r\nt:{to}\r\nCall-ID: e\r\nCSeq: 7  OPTIONS\r\n\r\n"
        );
        let message = parse(text).expect(from);
        let headers = message.headers();
        let raw = |name| headers.get(name).expect("there");
        assert_eq!(headers.via(), Via::parse(headers.values(Name::Via).next().expect("there")));
        assert_eq!(headers.from(), NameAddr::parse(raw(Name::From)));
        assert_eq!(headers.to(), NameAddr::parse(raw(Name::To)));
        assert_eq!(headers.to_tag(), headers.to().expect("read").tag());
        let cseq = headers.cseq().expect("read");
        assert_eq!((cseq.number, cseq.method), (7, Method::Options));
    }
}
