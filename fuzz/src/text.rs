//! Texts from outside: messages, URIs, digest headers, SDP.

use headset_sip::dialog::{Dialog, State};
use headset_sip::digest::{Authorization, Challenge, respond};
use headset_sip::{Headers, Message, Method, Name, NameAddr, Request, Response, Uri, parse, sdp};

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// Any text is a message or an error with an answer; what is read is written as it was, and whatever it holds can be
/// asked for.
pub fn message(data: &[u8]) {
    match parse(text(data)) {
        Ok(message) => {
            ask_everything(message.headers());
            let again = parse(message.as_str().into());
            assert_eq!(again.as_ref().map(Message::as_str), Ok(message.as_str()), "print and parse");
            if let Message::Request(request) = &message {
                answer(request);
            }
        }
        Err(problem) => {
            if let Some(reply) = problem.reply() {
                // What it copies may be as wrong as it was.
                assert!((400..600).contains(&reply.status()) && reply.body().is_empty());
            }
        }
    }
}

fn ask_everything(headers: &Headers) {
    let _ = (headers.via(), headers.from(), headers.to(), headers.cseq(), headers.contact());
    let _ = (headers.from_tag(), headers.to_tag(), headers.content_type(), headers.max_forwards());
    for (name, _) in headers.iter() {
        let known = Name::new(name);
        assert!(headers.get_named(name).is_some(), "{name}");
        for value in headers.values(known) {
            let _ = (NameAddr::parse(value), Challenge::parse(value), Authorization::parse(value));
        }
        headers.number(known);
    }
    headers.contacts().for_each(drop);
}

/// Our answer and the dialog that it makes can be read again.
fn answer(request: &Request) {
    let response =
        Response::reply_to(request, 200, "OK").to_tag("ours").header(Name::Contact, "<sip:us@here>");
    let response = response.body("text/plain", "body").finish();
    let read = parse(response.as_str().into());
    assert!(matches!(&read, Ok(Message::Response(read)) if *read == response), "{}", response.as_str());
    let Ok(mut dialog) = Dialog::uas(request, "ours", State::Confirmed) else { return };
    let mut text = String::new();
    dialog.encode(&mut text);
    assert_eq!(Dialog::decode(&text).as_ref(), Ok(&dialog), "stored and read");
    let _ = dialog.accepts(request);
    let within = dialog.request(Method::Bye).via("WS", "here.invalid", "z9hG4bKx").finish();
    assert!(parse(within.as_str().into()).is_ok(), "{}", within.as_str());
}

/// What is read as a URI or an address is printed as the same one.
pub fn uri(data: &[u8]) {
    let text = text(data);
    if let Ok(uri) = Uri::parse(&text) {
        let printed = uri.to_string();
        let again = Uri::parse(&printed).unwrap_or_else(|problem| panic!("{printed:?}: {problem}"));
        assert_eq!((&again.scheme, &again.host, again.port), (&uri.scheme, &uri.host, uri.port), "{text:?}");
        assert_eq!(again.decoded_user(), uri.decoded_user(), "{text:?}");
        assert_eq!(again.to_string(), printed);
    }
    let Ok(address) = NameAddr::parse(&text) else { return };
    let printed = address.to_string();
    let again = NameAddr::parse(&printed).unwrap_or_else(|problem| panic!("{printed:?}: {problem}"));
    assert_eq!(again.to_string(), printed, "{text:?}");
}

/// A challenge that is read can be answered, and the answer is right by the same password alone.
pub fn digest_header(data: &[u8]) {
    let lines = text(data);
    Challenge::best_of(lines.lines());
    // A header's value has no line end in it.
    let text: String = lines.chars().map(|c| if matches!(c, '\r' | '\n' | '\0') { ' ' } else { c }).collect();
    if let Ok(read) = Authorization::parse(&text) {
        let _ = (read.verify(&Method::Register, "secret"), read.nonce_count());
    }
    let Ok(challenge) = Challenge::parse(&text) else { return };
    assert_eq!(Challenge::parse(&challenge.to_string()).as_ref(), Ok(&challenge), "{text:?}");
    let value = respond(&challenge, "anna", "secret", &Method::Register, "sip:demo.example", 1, "c");
    let answer = Authorization::parse(&value).unwrap_or_else(|problem| panic!("{value:?}: {problem}"));
    assert!(answer.verify(&Method::Register, "secret"), "{text:?}");
    assert!(!answer.verify(&Method::Register, "other"), "{text:?}");
}

/// A direction that is set is read; what is left out does not come back.
pub fn sdp_direction(data: &[u8]) {
    let text = text(data);
    let _ = (sdp::direction(&text), sdp::is_held_by_remote(&text), sdp::fingerprint(&text));
    for direction in [
        sdp::Direction::SendRecv,
        sdp::Direction::SendOnly,
        sdp::Direction::RecvOnly,
        sdp::Direction::Inactive,
    ] {
        let set = sdp::set_direction(&text, direction);
        assert_eq!(sdp::set_direction(&set, direction), set, "once is enough: {text:?}");
        assert!(set.len() <= 2 * text.len() + 16 * (text.matches("m=").count() + 1), "{text:?}");
        // A description without live audio or video has no direction of its own.
        let read = sdp::direction(&set);
        assert!(read == direction || read == sdp::Direction::SendRecv, "{text:?}");
    }
    let without = sdp::without_candidates(&text);
    assert!(!without.contains("\na=candidate:") && sdp::without_candidates(&without) == without);
}
