//! What is built is strict, whatever it is built from.

use headset_sip::{Message, Method, Name, NameAddr, Request, Response, Uri, parse};

fn invite() -> Request {
    Request::build(Method::Invite, "sip:support@demo.example")
        .via("WS", "abc.invalid", "z9hG4bKq")
        .header(Name::MaxForwards, "70")
        .header(Name::From, "\"Anna\" <sip:anna@demo.example>;tag=1")
        .header(Name::To, "<sip:support@demo.example>")
        .header(Name::CallId, "c")
        .header(Name::CSeq, "1 INVITE")
        .header(Name::RecordRoute, "<sip:edge.example;lr>")
        .raw_header("X-Headset-Call", "42")
        .body("application/sdp", "v=0\r\ns=ж\r\n")
        .finish()
}

#[test]
fn a_request_is_its_text() {
    let invite = invite();
    assert_eq!(
        invite.as_str(),
        "INVITE sip:support@demo.example SIP/2.0\r\n\
         Via: SIP/2.0/WS abc.invalid;branch=z9hG4bKq\r\n\
         Max-Forwards: 70\r\n\
         From: \"Anna\" <sip:anna@demo.example>;tag=1\r\n\
         To: <sip:support@demo.example>\r\n\
         Call-ID: c\r\n\
         CSeq: 1 INVITE\r\n\
         Record-Route: <sip:edge.example;lr>\r\n\
         X-Headset-Call: 42\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: 11\r\n\
         \r\n\
         v=0\r\ns=ж\r\n"
    );
    assert_eq!(parse(invite.as_str().to_owned()), Ok(Message::Request(invite)));
}

#[test]
fn a_via_added_late_is_still_on_top() {
    let request = Request::build(Method::Bye, "sip:a@b")
        .header(Name::To, "<sip:a@b>")
        .via("WS", "h2", "z9hG4bK2")
        .via("WS", "h1", "z9hG4bK1")
        .finish();
    assert_eq!(request.values(Name::Via).count(), 2);
    assert_eq!(request.via().expect("good").host, "h1");
}

#[test]
fn a_response_repeats_what_it_answers() {
    let ringing = Response::reply_to(&invite(), 180, "Ringing").to_tag("xyz").finish();
    assert_eq!((ringing.status(), ringing.reason()), (180, "Ringing"));
    assert_eq!(ringing.get(Name::To), Some("<sip:support@demo.example>;tag=xyz"));
    for name in [Name::Via, Name::From, Name::CallId, Name::CSeq, Name::RecordRoute] {
        assert_eq!(ringing.get(name), invite().get(name));
    }
    assert_eq!(ringing.get_named("X-Headset-Call"), None);
    assert_eq!(parse(ringing.as_str().to_owned()), Ok(Message::Response(ringing)));

    let refused = Response::reply_to(&invite(), 486, "Busy Here").to_tag("xyz").finish();
    assert_eq!(refused.get(Name::RecordRoute), None, "a refusal makes no dialog");
}

#[test]
fn a_tag_that_is_there_stays() {
    let request = Request::build(Method::Bye, "sip:a@b").header(Name::To, "<sip:a@b>;tag=old").finish();
    let ok = Response::reply_to(&request, 200, "OK").to_tag("new").finish();
    assert_eq!(ok.to_tag(), Some("old"));
}

#[test]
fn no_value_can_add_a_header_or_a_line() {
    let request = Request::build(Method::Message, "sip:a@b SIP/2.0\r\nX-Evil: 1\r\n")
        .header(Name::From, "<sip:a@b>\r\nX-Evil: 2\r\n\r\nbody")
        .raw_header("X-Evil: 3\r\nY", "4")
        .raw_header("", "5")
        .header(Name::Other, "6")
        .finish();
    assert_eq!(request.get_named("X-Evil"), None);
    assert_eq!(request.as_str().matches("\r\n").count(), 5, "{}", request.as_str());
    let response = Response::reply_to(&request, 480, "Gone\r\nX-Evil: 7").finish();
    assert_eq!(response.reason(), "Gone  X-Evil: 7");
    assert_eq!(response.get_named("X-Evil"), None);
}

#[test]
fn addresses_quote_and_escape_what_they_must() {
    let uri = Uri::sip("a b#ж%", "demo.example");
    let address = NameAddr::format("He said \"hi\\\", ok\r\nX: 1", &uri, "t");
    assert_eq!(address, "\"He said \\\"hi\\\\\\\", ok  X: 1\" <sip:a%20b%23%D0%B6%25@demo.example>;tag=t");
    let read = NameAddr::parse(&address).expect("good");
    assert_eq!(read.uri.decoded_user(), "a b#ж%");
    assert_eq!(read.to_string(), address);
    assert_eq!(NameAddr::format("", "sip:a@b", ""), "<sip:a@b>");
    assert_eq!(Uri::sip("", "demo.example"), "sip:demo.example");
    let careless = NameAddr::parse("Анна#1 <sip:a#1@b;x=<>;tag=a b").map(|address| address.to_string());
    assert!(careless.is_err(), "what no URI can have");
    let careless = NameAddr::parse("Анна#1 <sip:a#ж@b;x=y^?h=\\>;tag=a b").expect("read");
    assert_eq!(
        careless.to_string(),
        "\"Анна#1\" <sip:a%23%D0%B6@b;x=y%5E?h=%5C>;tag=\"a b\"",
        "read leniently, written strictly"
    );
}

#[test]
fn an_impossible_status_is_a_server_error() {
    assert_eq!(Response::reply_to(&invite(), 42, "?").finish().status(), 500);
    assert_eq!(Response::reply_to(&invite(), 60_000, "?").finish().status(), 500);
}
