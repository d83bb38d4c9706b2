//! CANCEL from both ends (RFC 3261 §9).

mod support;

use headset_sip::{Message, Method, Name, TransactionOutput, parse};
use support::{Output, Pair, names};

/// Answers the CANCEL 200 and what it cancels 487.
fn obey(pair: &mut Pair, invite: &headset_sip::Request) {
    let Some(Output::Cancel { key, invite: Some(cancelled), request }) = pair.server_heard.last().cloned()
    else {
        panic!("no CANCEL: {:?}", names(&pair.server_heard))
    };
    assert!(pair.answer_to(key, &request, 200));
    pair.answer_to(cancelled, invite, 487);
}

#[test]
fn a_ringing_call_is_cancelled() {
    let mut pair = Pair::over("WS");
    let invite = pair.invite();
    let key = pair.request(invite.clone());
    pair.run(20);
    pair.answer(180);
    pair.run(1_000);
    pair.client.cancel(pair.now, key, Some("SIP;cause=200;text=\"Call completed elsewhere\""));
    pair.client.cancel(pair.now, key, None);
    pair.run(15);
    let (_, cancel) = pair.last_request();
    assert_eq!(cancel.get(Name::Reason), Some("SIP;cause=200;text=\"Call completed elsewhere\""));
    assert_eq!((cancel.via(), cancel.uri()), (invite.via(), invite.uri()));
    assert_eq!(cancel.get(Name::CSeq), Some("1 CANCEL"));
    obey(&mut pair, &invite);
    pair.run(40_000);
    assert_eq!(
        pair.wire[3..],
        ["1020 > CANCEL", "1035 < 200", "1035 < 487", "1045 > ACK"],
        "one CANCEL only"
    );
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 180", "Response 487", "Ended"]);
    assert!(pair.client.is_empty() && pair.server.is_empty());
}

#[test]
fn a_cancel_waits_for_a_sign_of_life() {
    // The INVITE is lost; nothing may be cancelled that may not have arrived.
    let mut pair = Pair::over("UDP").losing([0]);
    let invite = pair.invite();
    let key = pair.request(invite.clone());
    pair.client.cancel(pair.now, key, None);
    pair.run(530);
    obey(&mut pair, &invite);
    pair.run(1_000);
    assert_eq!(
        pair.wire,
        [
            "0 > INVITE lost",
            "500 > INVITE",
            "510 < 100",
            "520 > CANCEL",
            "530 < 200",
            "530 < 487",
            "540 > ACK"
        ]
    );
}

#[test]
fn an_answer_that_was_faster_than_the_cancel_wins() {
    let mut pair = Pair::over("WS");
    let invite = pair.invite();
    let key = pair.request(invite.clone());
    pair.run(20);
    pair.answer(200);
    pair.client.cancel(pair.now, key, None);
    pair.run(15);
    let Some(Output::Cancel { key: cancel, invite: Some(invited), request }) =
        pair.server_heard.last().cloned()
    else {
        panic!("the CANCEL arrives while the 200 waits for its ACK")
    };
    assert!(pair.answer_to(cancel, &request, 200));
    assert!(!pair.answer_to(invited, &invite, 487));
    pair.acknowledge(key);
    pair.run(100);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 200"]);
    pair.client.cancel(pair.now, key, None);
    pair.run(100);
    assert_eq!(pair.wire.iter().filter(|line| line.contains("CANCEL")).count(), 1, "what is answered stays");
}

#[test]
fn a_cancelled_call_that_never_ends_is_given_up() {
    let mut pair = Pair::over("WS");
    let key = pair.request(pair.invite());
    pair.run(20);
    pair.client.cancel(pair.now, key, None);
    // It rings on as if nothing had been said.
    let (invited, invite) = (pair.server_heard[0].clone(), pair.invite());
    let TransactionOutput::Request { key: invited, .. } = invited else { panic!("the INVITE") };
    pair.answer_to(invited, &invite, 180);
    pair.run(31_990);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 180"]);
    pair.run(20);
    assert_eq!(names(&pair.client_heard), ["Response 100", "Response 180", "Timeout", "Ended"]);
    assert!(pair.client.is_empty());
}

#[test]
fn a_cancel_of_nothing_and_a_strangers_cancel() {
    let mut pair = Pair::over("WS");
    pair.request(pair.invite());
    pair.run(20);
    let cancel = pair.make(Method::Cancel, "z9hG4bKinvite", 1);
    let Ok(Message::Request(cancel)) = parse(cancel.into_string()) else { panic!("a CANCEL") };
    pair.inject('x', cancel.as_str());
    pair.inject('u', &cancel.as_str().replace("z9hG4bKinvite", "z9hG4bKother"));
    assert_eq!(names(&pair.server_heard), ["Request INVITE", "Cancel of nothing", "Cancel of nothing"]);
    assert!(matches!(pair.server_heard[0], TransactionOutput::Request { .. }));
}
