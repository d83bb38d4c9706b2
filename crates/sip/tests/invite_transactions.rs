//! INVITE from both ends (RFC 3261 §17.1.1, §17.2.1; RFC 6026).

mod support;

use headset_sip::{Message, Method, Name, Response, TransactionOutput, parse};
use support::{Pair, names};

#[test]
fn over_a_websocket_nothing_is_sent_twice() {
    let mut pair = Pair::over("WS");
    let key = pair.request(pair.invite());
    pair.run(20);
    pair.answer(180);
    pair.run(3_000);
    assert!(pair.answer(200));
    pair.run(20);
    pair.acknowledge(key);
    pair.run(60_000);
    assert_eq!(pair.wire, ["0 > INVITE", "10 < 100", "20 < 180", "3020 < 200", "3040 > ACK"]);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 180", "Response 200", "Ended"]);
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Ack of it", "Ended"]);
    assert!(pair.client.is_empty() && pair.server.is_empty());
    assert_eq!((pair.client.poll_timeout(), pair.server.poll_timeout()), (None, None));
}

#[test]
fn over_udp_every_loss_is_made_good() {
    // The first INVITE, the first 100, the first 200, the first ACK.
    let mut pair = Pair::over("UDP").losing([0, 2, 5, 7]);
    let key = pair.request(pair.invite());
    pair.run(1_600);
    pair.answer(200);
    pair.run(600);
    pair.acknowledge(key);
    pair.run(60_000);
    assert_eq!(
        pair.wire,
        [
            "0 > INVITE lost",
            "500 > INVITE",
            "510 < 100 lost",
            "1500 > INVITE",
            "1510 < 100",
            "1600 < 200 lost",
            "2100 < 200",
            "2200 > ACK lost",
            "3100 < 200",
            "3110 > ACK",
        ]
    );
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 200", "Ended"]);
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Ack of it", "Ended"]);
}

#[test]
fn nobody_answers() {
    let mut pair = Pair::over("UDP").losing(0..100);
    pair.request(pair.invite());
    pair.run(31_999);
    assert_eq!(names(&pair.client_heard), [""; 0]);
    pair.run(1);
    assert_eq!(names(&pair.client_heard), ["Timeout", "Ended"]);
    let times: Vec<_> = pair.wire.iter().map(|line| line.split(' ').next().expect("a time")).collect();
    assert_eq!(times, ["0", "500", "1500", "3500", "7500", "15500", "31500"]);
}

#[test]
fn ringing_may_last() {
    let mut pair = Pair::over("WS");
    pair.request(pair.invite());
    pair.run(20);
    pair.answer(180);
    pair.run(600_000);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 180"]);
    assert!(pair.answer(486));
    pair.run(100);
    assert_eq!(pair.wire[3..], ["600020 < 486", "600030 > ACK"]);
    assert_eq!(names(&pair.client_heard[2..]), ["Response 486", "Ended"]);
    assert_eq!(
        names(&pair.server_heard),
        ["Request INVITE", "Ended"],
        "the ACK of a refusal is nobody's business"
    );
}

#[test]
fn a_refusal_over_udp_is_repeated_until_acknowledged() {
    // 0 INVITE, 1 100, 2 300, 3 ACK lost, 4 300 again, 5 ACK.
    let mut pair = Pair::over("UDP").losing([3]);
    pair.request(pair.invite());
    pair.run(100);
    pair.answer(300);
    pair.run(31_000);
    assert_eq!(pair.wire[2..], ["100 < 300", "110 > ACK lost", "600 < 300", "610 > ACK"]);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 300"], "copies are absorbed");
    pair.run(5_000);
    assert!(pair.client.is_empty() && pair.server.is_empty());
}

#[test]
fn the_ack_of_a_refusal_goes_where_the_invite_went() {
    let mut pair = Pair::over("WS");
    let invite = pair.invite();
    pair.client.request(pair.now, 'u', invite.clone());
    let refusal = Response::reply_to(&invite, 404, "Not Found").to_tag("x").finish();
    pair.client.receive(pair.now, 'u', Message::Response(refusal.clone()));
    let mut sent = Vec::new();
    while let Some(output) = pair.client.poll_output() {
        if let TransactionOutput::Send { text, .. } = output {
            sent.push(text);
        }
    }
    let Ok(Message::Request(ack)) = parse(sent.pop().expect("an ACK")) else { panic!("an ACK") };
    assert_eq!((ack.method(), ack.uri()), (&Method::Ack, invite.uri()));
    assert_eq!(ack.via(), invite.via());
    assert_eq!(ack.get(Name::To), refusal.get(Name::To), "RFC 3261 §17.1.1.3: To is the response's");
    assert_eq!(ack.get(Name::CSeq), Some("1 ACK"));
    for name in [Name::From, Name::CallId, Name::Route] {
        assert_eq!(ack.get(name), invite.get(name));
    }
}

#[test]
fn an_answer_that_is_never_acknowledged_times_out() {
    for (transport, status) in [("WS", 200), ("UDP", 200), ("WS", 486), ("UDP", 486)] {
        let mut pair = Pair::over(transport).losing(3..1000);
        pair.request(pair.invite());
        pair.run(20);
        pair.answer(status);
        pair.run(40_000);
        assert_eq!(names(&pair.server_heard), ["Request INVITE", "Timeout", "Ended"], "{transport} {status}");
        let copies = pair.wire.iter().filter(|line| line.contains(&format!("< {status}"))).count();
        // RFC 3261 §13.3.1.4: a 2xx is repeated on reliable transports too, a refusal is not.
        assert_eq!(copies, if (transport, status) == ("WS", 486) { 1 } else { 11 }, "{transport} {status}");
    }
}

#[test]
fn two_phones_answer_a_forked_invite() {
    let mut pair = Pair::over("UDP");
    let invite = pair.invite();
    let key = pair.request(invite.clone());
    for tag in ["one", "two"] {
        let ok = Response::reply_to(&invite, 200, "OK").to_tag(tag).finish();
        pair.client.receive(pair.now, 'u', Message::Response(ok.clone()));
        pair.client.receive(pair.now, 'u', Message::Response(ok));
    }
    pair.drain();
    assert_eq!(names(&pair.client_heard), ["Response 200"; 4], "until it is acknowledged, each copy is told");
    pair.acknowledge(key);
    let ok = Response::reply_to(&invite, 200, "OK").to_tag("op").finish();
    pair.client.receive(pair.now, 'u', Message::Response(ok));
    pair.drain();
    assert_eq!(pair.client_heard.len(), 4);
    assert_eq!(pair.wire, ["0 > INVITE", "0 > ACK", "0 > ACK"]);
}

#[test]
fn a_final_answer_is_final() {
    let mut pair = Pair::over("WS");
    pair.request(pair.invite());
    pair.run(20);
    assert!(pair.answer(486));
    assert!(!pair.answer(200));
    pair.run(40_000);
    assert!(!pair.answer(200), "over");
    assert_eq!(pair.wire.iter().filter(|line| line.contains("< 200")).count(), 0);
}
