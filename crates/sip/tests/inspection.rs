//! Requests that cannot be taken, whatever they ask for (RFC 3261 §8.2).
#![allow(clippy::unwrap_used)]

use headset_sip::{Message, Name, Request, Response, inspect, parse};

const SDP: &str = "Content-Type: application/sdp\r\n";

fn request(method: &str, uri: &str, headers: &str, body: &str) -> Request {
    let text = format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/WS edge.example;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=t\r\n\
         To: <sip:op@demo.example>\r\nCall-ID: c1\r\nCSeq: 7 {method}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    match parse(text) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

fn refusal(request: &Request) -> Option<Response> {
    inspect(request, &["timer"]).map(|reply| reply.finish())
}

fn status(method: &str, uri: &str, headers: &str, body: &str) -> Option<u16> {
    refusal(&request(method, uri, headers, body)).map(|refusal| refusal.status())
}

/// RFC 3261 §8.2.2.1, §19.1.1
#[test]
fn a_request_uri_must_be_one_that_can_be_ours() {
    for (uri, expected) in [
        ("sip:op@demo.example", None),
        ("sips:op@demo.example", None),
        ("tel:+15551234", None),
        ("http://demo.example", Some(416)),
        ("sip:op@demo.example?Subject=x", Some(400)),
        ("sip:2001:db8::10", Some(400)),
    ] {
        assert_eq!(status("OPTIONS", uri, "", ""), expected, "{uri}");
    }
}

/// RFC 3261 §8.2.2.3
#[test]
fn a_refusal_names_every_extension_that_is_not_known() {
    for (required, unsupported) in
        [("Timer", None), ("foo", Some("foo")), ("foo, timer, bar", Some("foo, bar"))]
    {
        let asked = request("BYE", "sip:op@demo.example", &format!("Require: {required}\r\n"), "");
        let refusal = refusal(&asked);
        assert_eq!(refusal.as_ref().map(|refusal| refusal.status()), unsupported.map(|_| 420), "{required}");
        assert_eq!(refusal.as_ref().and_then(|refusal| refusal.get(Name::Unsupported)), unsupported);
    }
}

/// RFC 3261 §8.2.2.3, §9.2, §17.1.1.3
#[test]
fn ack_and_cancel_are_never_refused() {
    for method in ["ACK", "CANCEL"] {
        assert_eq!(status(method, "http://demo.example", "Require: foo\r\n", ""), None);
    }
}

/// RFC 3261 §20.1
#[test]
fn who_calls_must_take_sdp() {
    for (accept, expected) in [
        ("text/plain", Some(406)),
        ("text/plain, application/sdp;q=0.1", None),
        ("application/*", None),
        ("*/*", None),
        ("", None),
    ] {
        let accept = format!("Accept: {accept}\r\n");
        assert_eq!(status("INVITE", "sip:op@demo.example", &accept, ""), expected, "{accept}");
        assert_eq!(status("OPTIONS", "sip:op@demo.example", &accept, ""), None);
    }
}

/// RFC 3261 §7.4.1, §8.2.3
#[test]
fn a_body_that_is_encoded_is_refused() {
    for (encoding, expected) in [("gzip", Some(415)), ("identity, gzip", Some(415)), ("Identity", None)] {
        let headers = format!("{SDP}Content-Encoding: {encoding}\r\n");
        let refusal = refusal(&request("INVITE", "sip:op@demo.example", &headers, "x"));
        assert_eq!(refusal.as_ref().map(|refusal| refusal.status()), expected, "{encoding}");
        let accepted = refusal.as_ref().and_then(|refusal| refusal.get(Name::AcceptEncoding));
        assert_eq!(accepted, expected.map(|_| "identity"));
    }
}

/// RFC 3261 §8.2.3, §20.11
#[test]
fn an_offer_must_be_sdp_unless_it_need_not_be_understood() {
    let optional = "Content-Type: text/plain\r\nContent-Disposition: render;handling=Optional\r\n";
    let required = "Content-Type: text/plain\r\nContent-Disposition: render;handling=required\r\n";
    for (headers, expected) in [(SDP, None), ("", None), (optional, None), (required, Some(415))] {
        for method in ["INVITE", "UPDATE"] {
            let refusal = refusal(&request(method, "sip:op@demo.example", headers, "v=0\r\n"));
            assert_eq!(refusal.as_ref().map(|refusal| refusal.status()), expected, "{headers}");
            let accepted = refusal.as_ref().and_then(|refusal| refusal.get(Name::Accept));
            assert_eq!(accepted, expected.map(|_| "application/sdp"));
        }
        // What else a request may carry is for whoever takes it to say.
        assert_eq!(status("MESSAGE", "sip:op@demo.example", headers, "v=0\r\n"), None);
    }
}
