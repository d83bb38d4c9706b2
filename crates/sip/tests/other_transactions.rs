//! Requests other than INVITE, matching, and failing connections (RFC 3261 §17.1.2, §17.2.2, §17.2.3, §8.2.2.2).

mod support;

use headset_sip::{Message, Method, Response, TransactionOutput};
use support::{Output, Pair, names};

#[test]
fn over_a_websocket_it_is_over_with_the_answer() {
    let mut pair = Pair::over("WSS");
    pair.request(pair.make(Method::Register, "z9hG4bKr", 1));
    pair.run(700);
    pair.answer(200);
    pair.run(20);
    assert_eq!(pair.wire, ["0 > REGISTER", "700 < 200"]);
    assert_eq!(names(&pair.client_heard), ["Response 200", "Ended"]);
    assert_eq!(names(&pair.server_heard), ["Request REGISTER", "Ended"]);
    assert_eq!(
        (pair.client.poll_timeout(), pair.server.poll_timeout()),
        (None, None),
        "no deadline stays behind"
    );
}

#[test]
fn over_udp_losses_are_made_good_and_copies_absorbed() {
    let mut pair = Pair::over("UDP").losing([0, 2]);
    pair.request(pair.make(Method::Options, "z9hG4bKo", 1));
    pair.run(600);
    pair.answer(200);
    pair.run(60_000);
    assert_eq!(
        pair.wire,
        ["0 > OPTIONS lost", "500 > OPTIONS", "600 < 200 lost", "1500 > OPTIONS", "1510 < 200"]
    );
    assert_eq!(names(&pair.client_heard), ["Response 200", "Ended"]);
    assert_eq!(names(&pair.server_heard), ["Request OPTIONS", "Ended"]);
    assert!(pair.client.is_empty() && pair.server.is_empty());
}

#[test]
fn the_interval_doubles_up_to_four_seconds_and_a_provisional_answer_makes_it_four() {
    let mut pair = Pair::over("UDP").losing(0..100);
    pair.request(pair.make(Method::Info, "z9hG4bKi", 1));
    pair.run(40_000);
    let times: Vec<_> = pair.wire.iter().map(|line| line.split(' ').next().expect("a time")).collect();
    assert_eq!(
        times,
        ["0", "500", "1500", "3500", "7500", "11500", "15500", "19500", "23500", "27500", "31500"]
    );
    assert_eq!(names(&pair.client_heard), ["Timeout", "Ended"]);

    let mut pair = Pair::over("UDP");
    pair.request(pair.make(Method::Info, "z9hG4bKi", 1));
    pair.run(20);
    pair.answer(182);
    pair.run(9_000);
    assert_eq!(
        pair.wire,
        [
            "0 > INFO",
            "20 < 182",
            "500 > INFO",
            "510 < 182",
            "4500 > INFO",
            "4510 < 182",
            "8500 > INFO",
            "8510 < 182"
        ]
    );
}

#[test]
fn no_answer_over_a_websocket() {
    let mut pair = Pair::over("WS");
    pair.request(pair.make(Method::Register, "z9hG4bKr", 1));
    pair.run(32_000);
    assert_eq!(names(&pair.client_heard), ["Timeout", "Ended"]);
    assert_eq!(pair.wire, ["0 > REGISTER"]);
}

#[test]
fn an_answer_nobody_waits_for_is_a_stray() {
    let mut pair = Pair::over("WS");
    let request = pair.make(Method::Options, "z9hG4bKo", 1);
    pair.request(request.clone());
    let other = pair.make(Method::Options, "z9hG4bKother", 1);
    let answer = |request| Message::Response(Response::reply_to(request, 200, "OK").finish());
    pair.client.receive(pair.now, 'u', answer(&other));
    pair.client.receive(pair.now, 'x', answer(&request));
    let through_us = request.as_str().replacen("Via:", "Via: SIP/2.0/WS us;branch=z9hG4bKo\r\nVia:", 1);
    let Ok(Message::Request(through_us)) = headset_sip::parse(through_us) else { panic!("good") };
    pair.client.receive(pair.now, 'u', answer(&through_us));
    pair.drain();
    assert_eq!(names(&pair.client_heard), ["Stray 200"; 3]);
}

#[test]
fn one_call_that_comes_two_ways_is_told_so() {
    let mut pair = Pair::over("WS");
    pair.inject('a', pair.invite().as_str());
    pair.inject('b', pair.make(Method::Invite, "z9hG4bKsecond", 1).as_str());
    pair.inject('a', pair.invite().as_str());
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Merged INVITE"]);
    let (Output::Request { key: one, .. }, Output::Merged { key, first, request }) =
        (pair.server_heard[0].clone(), pair.server_heard[1].clone())
    else {
        panic!()
    };
    assert_eq!((first, key.connection), (one, 'b'));
    // The first flow dies: the second can carry the call.
    pair.server.connection_lost(pair.now, 'a');
    assert!(pair.answer_to(key, &request, 180));
    assert_eq!(names(&pair.server_heard[2..]), ["TransportError", "Ended"]);
    // Another CSeq is another request; so is a REGISTER on each flow.
    pair.inject('b', pair.make(Method::Invite, "z9hG4bKthird", 2).as_str());
    pair.inject('a', pair.make(Method::Register, "z9hG4bKr1", 1).as_str());
    pair.inject('b', pair.make(Method::Register, "z9hG4bKr2", 1).as_str());
    assert_eq!(names(&pair.server_heard[4..]), ["Request INVITE", "Request REGISTER", "Request REGISTER"]);
}

#[test]
fn the_same_branch_on_two_connections_is_two_requests() {
    let mut pair = Pair::over("WS");
    pair.inject('a', pair.make(Method::Register, "z9hG4bKr", 1).as_str());
    pair.inject('b', pair.make(Method::Register, "z9hG4bKr", 1).as_str());
    pair.inject('b', pair.make(Method::Register, "Z9HG4BKr", 1).as_str());
    assert_eq!(names(&pair.server_heard).len(), 3);
}

#[test]
fn the_same_branch_of_two_hosts_is_two_requests() {
    let mut pair = Pair::over("UDP");
    let request = pair.make(Method::Options, "z9hG4bKo", 1).into_string();
    pair.inject('u', &request);
    pair.inject('u', &request.replace("edge.example:5060", "EDGE.example:5060"));
    pair.inject('u', &request.replace("edge.example:5060", "edge.example:5062"));
    pair.inject('u', &request.replace("edge.example:5060", "other.example:5060"));
    // RFC 3261 §17.2.3: sent-by counts. That they share all else makes them copies of one that forked.
    assert_eq!(names(&pair.server_heard), ["Request OPTIONS", "Merged OPTIONS", "Merged OPTIONS"]);
}

#[test]
fn requests_from_before_rfc_3261_match_by_what_they_have() {
    let mut pair = Pair::over("UDP");
    let old = pair.invite().as_str().replace(";branch=z9hG4bKinvite", "");
    pair.inject('u', &old);
    pair.inject('u', &old);
    assert_eq!(names(&pair.server_heard), ["Request INVITE"]);
    assert_eq!(pair.wire, ["0 < 100", "0 < 100"]);
    pair.answer(486);
    let ack =
        old.replace("INVITE", "ACK").replace("To: <sip:op@demo.example>", "To: <sip:op@demo.example>;tag=op");
    pair.inject('u', &ack);
    pair.run(5_000);
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Ended"]);
}

#[test]
fn a_lost_connection_fails_what_was_expected_of_it() {
    let mut pair = Pair::over("WS");
    pair.request(pair.invite());
    pair.request(pair.make(Method::Info, "z9hG4bKi", 2));
    pair.client.request(pair.now, 'z', pair.make(Method::Info, "z9hG4bKz", 3));
    pair.client.connection_lost(pair.now, 'u');
    pair.drain();
    assert_eq!(names(&pair.client_heard), ["TransportError", "Ended", "TransportError", "Ended"]);
    assert_eq!(pair.client.len(), 1);
}

/// RFC 3261 §18.4
#[test]
fn a_request_that_could_not_be_sent_fails_alone() {
    let mut pair = Pair::over("WS");
    let invite = pair.request(pair.invite());
    pair.request(pair.make(Method::Info, "z9hG4bKi", 2));
    assert_eq!(pair.client.len(), 2);
    pair.client.transport_failed(pair.now, invite);
    pair.drain();
    assert_eq!(names(&pair.client_heard), ["TransportError", "Ended"]);
    assert!(pair.client.len() == 1 && !pair.client.is_empty());
}

#[test]
fn an_answered_call_outlives_its_connection() {
    let mut pair = Pair::over("WS").losing([2]);
    pair.request(pair.invite());
    pair.run(20);
    pair.answer(200);
    pair.server.connection_lost(pair.now, 'u');
    pair.run(5_000);
    let ack = pair.make(Method::Ack, "z9hG4bKack", 1);
    pair.inject('x', ack.as_str());
    pair.inject('x', ack.as_str());
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Ack of it"]);
    assert_eq!(
        pair.wire,
        ["0 > INVITE", "10 < 100", "20 < 200 lost"],
        "nothing is sent on a dead connection"
    );
    pair.inject('x', &ack.as_str().replace("call-1", "call-2"));
    assert_eq!(names(&pair.server_heard[2..]), ["Ack of nothing"]);
}

#[test]
fn ten_thousand_requests_leave_nothing_behind() {
    let mut pair = Pair::over("WS");
    for number in 0..10_000 {
        let request = pair.make(Method::Options, &format!("z9hG4bK{number}"), number);
        pair.server.receive(pair.now, 'u', Message::Request(request.clone()));
        while let Some(output) = pair.server.poll_output() {
            if let TransactionOutput::Request { key, request } = output {
                let ok = Response::reply_to(&request, 200, "OK").finish();
                assert!(pair.server.respond(pair.now, key, ok));
            }
        }
    }
    assert!(pair.server.is_empty());
    assert_eq!(pair.server.poll_timeout(), None);
}
