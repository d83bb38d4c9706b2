//! Being called without an offer: the 200 makes it, the ACK answers it.

mod support;

use headset_softphone::{CallEnd, CallStatus, Direction, Originator, Outcome};
use std::time::Duration;
use support::ringing::{answer, say_ack};
use support::{Step, World, wire};

/// Anna has answered an INVITE without SDP; her tag.
fn offered() -> (World, usize, usize, String) {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    let invite = wire::invite("anna", "c1", "b1");
    let (head, _) = invite.split_once("Content-Type").expect("a body");
    world.send(link, &format!("{head}Content-Length: 0\r\n\r\n"));
    world.run_ms(100);
    answer(&mut world, anna);
    // The microphone opens before the offer is made.
    assert_eq!(world.phones[anna].take_steps(), [Step::Offer(Direction::SendRecv, false)]);
    let (_, ok) = world.response(200).expect("200");
    assert!(!ok.body().is_empty());
    let tag = ok.to_tag().expect("a tag").to_string();
    (world, anna, link, tag)
}

/// How it ended, the Reason of our BYE, and that the peer connection is closed.
fn hung_up(world: &mut World, anna: usize) -> (CallEnd, String) {
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator), (Outcome::Failed, Originator::System));
    assert_eq!(world.phones[anna].take_steps().last(), Some(&Step::Close));
    let (on, bye) = world.request(headset_sip::Method::Bye).expect("BYE");
    world.send(on, &wire::response(&bye, 200, "", None));
    world.run(Duration::from_secs(60));
    assert!(world.request(headset_sip::Method::Bye).is_none() && world.phones[anna].end().is_none());
    (end, bye.get(headset_sip::Name::Reason).unwrap_or("").to_string())
}

#[test]
fn an_invite_without_an_offer_is_answered_with_one_that_has_a_microphone() {
    let (mut world, anna, link, tag) = offered();
    say_ack(&mut world, link, &tag, Some(&wire::described("caller", "sendrecv")));
    assert_eq!(world.phones[anna].take_steps(), [Step::Accept]);
    world.run(Duration::from_secs(40));
    let call = world.phones[anna].softphone.call().expect("a call");
    assert_eq!((call.status, call.connected), (CallStatus::Active, true));
}

/// RFC 3261 §13.2.1
#[test]
fn an_ack_without_an_answer_ends_the_call_and_says_so() {
    let (mut world, anna, link, tag) = offered();
    say_ack(&mut world, link, &tag, None);
    let (end, reason) = hung_up(&mut world, anna);
    assert_eq!((&*end.cause, end.status_code), ("Missing SDP", Some(400)));
    assert_eq!(reason, "SIP;cause=400;text=\"Missing SDP\"");
}

#[test]
fn an_ack_whose_answer_is_of_no_use_ends_the_call_and_says_so() {
    let (mut world, anna, link, tag) = offered();
    world.phones[anna].broken = Some("no codecs");
    say_ack(&mut world, link, &tag, Some(&wire::described("caller", "sendrecv")));
    let (end, reason) = hung_up(&mut world, anna);
    assert_eq!((&*end.cause, end.status_code), ("Bad Media Description", Some(488)));
    assert_eq!(reason, "SIP;cause=488;text=\"Bad Media Description\"");
    assert_eq!(world.phones[anna].errors(), ["media_failed"]);
}

/// A failure of later media is not the call's.
#[test]
fn an_answer_that_was_taken_is_in_use_and_what_fails_later_is_no_end() {
    let (mut world, anna, link, tag) = offered();
    say_ack(&mut world, link, &tag, Some(&wire::described("caller", "sendrecv")));
    let peer = world.phones[anna].last_peer();
    let failed = headset_softphone::PeerEvent::Failed { message: "later".into() };
    world.body_says(anna, peer, failed);
    assert!(world.phones[anna].end().is_none());
}
