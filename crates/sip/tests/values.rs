//! What single headers say, for the RFCs beyond 3261.

use headset_sip::{Message, Method, Name, RAck, Refresher, Replaces, Request, SessionExpires, parse};

/// An INVITE with these lines and this body.
fn invite(lines: &str, body: &str) -> Request {
    let head = "INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/WSS c;branch=1\nFrom: <sip:d@e>;tag=1\nTo: <sip:a@b>\nCall-ID: f\nCSeq: 1 INVITE";
    match parse(format!("{head}\n{lines}\n\n{body}").replace('\n', "\r\n")) {
        Ok(Message::Request(request)) => request,
        other => panic!("no request: {other:?}"),
    }
}

#[test]
fn a_session_description_is_found_in_a_multipart_however_deep() {
    let body = "before\n--x\nContent-Type: text/plain\n\nhello\n--x\nc: Multipart/Alternative; boundary=\"y z\"\n\n\
        --y z\nX: 1\nContent-Type: application/SDP;charset=utf-8\n\nv=0\ns=-\n--y z--\n--x--\nafter";
    assert_eq!(invite("Content-Type: Multipart/mixed;boundary=x", body).sdp(), "v=0\r\ns=-\r\n");
    assert_eq!(invite("c: application/sdp", "v=0").sdp(), "v=0");
    assert_eq!(invite("Subject: no type", "v=0").sdp(), "v=0");
    let mixed = "Content-Type: multipart/mixed;boundary=x";
    for (line, body, found) in [
        // The line end before a delimiter is the delimiter's, or not.
        (mixed, "--x\nContent-Type: application/sdp\n\nv=0\n\n--x--", "v=0\r\n"),
        (mixed, "--x\nContent-Type: application/sdp\n\nv=0\n--x--", "v=0\r\n"),
        // Cut off.
        (mixed, "--x\nContent-Type: application/sdp\n\nv=0", "v=0"),
        (mixed, "--x\nContent-Type: application/sdp\n\n", ""),
        (mixed, "--x\nContent-Type: application/sdp", ""),
        // The one with the type is another part than the one with the text.
        (mixed, "--x\nContent-Type: application/sdp\n--x\n\nv=0\n--x--", ""),
        (mixed, "--x\n\nContent-Type: application/sdp\n\nv=0\n--x--", ""),
        // Its type on two lines.
        (mixed, "--x\nContent-Type: application/sdp;\n charset=utf-8\nX: 1\n\nv=0\n--x--", "v=0\r\n"),
        ("Content-Type: text/plain", "v=0", ""),
        ("Content-Type: text/plain", "--x\nContent-Type: application/sdp\n\nv=0\n--x--", ""),
        (mixed, "", ""),
    ] {
        assert_eq!(invite(line, body).sdp(), found, "{body}");
    }
}

#[test]
fn whom_the_network_vouches_for_comes_before_a_remote_party() {
    let user = |lines| invite(lines, "").asserted_identity().and_then(|who| who.uri.user.map(str::to_owned));
    let both = "Remote-Party-ID: <sip:remote@b>;party=calling\nP-Asserted-Identity: nonsense, \"A\" <sip:asserted@b>, <tel:+1>";
    assert_eq!(user(both).as_deref(), Some("asserted"));
    assert_eq!(user("Remote-Party-ID: \"R\" <sip:remote@b>").as_deref(), Some("remote"));
    assert_eq!(user("P-Preferred-Identity: <sip:preferred@b>"), None);
}

#[test]
fn of_several_reasons_each_protocol_has_its_own() {
    let request = invite("Reason: Q.850;cause=16;text=\"Normal, clearing\", SIP;cause=200\nReason: X", "");
    let cause = |protocol| request.reason(protocol).and_then(|reason| reason.number("cause"));
    assert_eq!((cause("sip"), cause("Q.850"), cause("X"), cause("Y")), (Some(200), Some(16), None, None));
    let text = request.reason("q.850").and_then(|reason| reason.param("text"));
    assert_eq!(text, Some("Normal, clearing"));
}

#[test]
fn replaces_stands_in_a_header_and_in_whom_a_referral_is_to() {
    let request = invite(
        "Replaces: f@g;from-tag=me;to-tag=you;early-only\nRefer-To: <sip:h@i?Replaces=f%40g%3Bto-tag%3Dyou%3Bfrom-tag%3Dme>",
        "",
    );
    let replaces = Replaces { call_id: "f@g", to_tag: "you", from_tag: "me", early_only: true };
    assert_eq!(request.replaces(), Some(Ok(replaces)));
    let referred = request.address(Name::ReferTo).expect("read").uri.header("replaces").expect("there");
    assert_eq!(Replaces::parse(&referred), Ok(Replaces { early_only: false, ..replaces }));
    assert!(invite("Replaces: f;to-tag=1", "").replaces().is_some_and(|replaces| replaces.is_err()));
    assert_eq!(invite("", "").replaces(), None);
}

#[test]
fn numbers_of_reliable_answers_and_of_session_timers() {
    let request = invite(
        "RSeq: 988789\nRAck: 776656  1 INVITE\nx: 1800 ; Refresher=UAS\nMin-SE: 90;x=y\nEvent: refer;id=93809824",
        "",
    );
    assert_eq!(request.number(Name::RSeq), Some(988_789));
    assert_eq!(request.rack(), Some(RAck { rseq: 776_656, cseq: 1, method: Method::Invite }));
    let expires = SessionExpires { seconds: 1800, refresher: Some(Refresher::Uas) };
    assert_eq!((request.session_expires(), request.number(Name::MinSe)), (Some(expires), Some(90)));
    let event = request.value(Name::Event).expect("there");
    assert_eq!((event.is("Refer"), event.number("id")), (true, Some(93_809_824)));
    let strange = invite("Session-Expires: 1800;refresher=both", "").session_expires().expect("there");
    assert_eq!((strange.seconds, strange.refresher), (1800, None));
    let wrong = invite("RAck: 1 INVITE\nSession-Expires: soon\nRSeq: -1", "");
    assert_eq!((wrong.rack(), wrong.session_expires(), wrong.number(Name::RSeq)), (None, None, None));
}

#[test]
fn paths_and_service_routes_are_addresses_in_their_order() {
    let request = invite("Path: <sip:p1;lr>, <sip:p2;lr>\nService-Route: <sip:r1;lr>\nPath: <sip:p3;lr>", "");
    let paths: Vec<_> = request.values(Name::Path).collect();
    assert_eq!(paths, ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]);
    assert_eq!(request.first_address(Name::ServiceRoute).map(|route| route.uri.host), Some("r1"));
}
