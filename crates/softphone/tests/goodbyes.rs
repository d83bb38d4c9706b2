//! Who says BYE, why and when: before the answer, around its ACK, and in a call.

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{Command, EndOptions, Input, Originator, Outcome, Permission};
use std::time::Duration;
use support::calling::Story;
use support::ringing::{acknowledge, answer, ringing, talking};
use support::{Step, World, say, wire};

/// Anna, registered with two registrars, whose phone rings on the first one; her tag.
fn early() -> (World, usize, usize, String) {
    let (mut world, anna, link) = ringing(Permission::Granted);
    let tag = world.response(180).expect("180").1.to_tag().expect("a tag").to_string();
    world.inbox.clear();
    (world, anna, link, tag)
}

/// She has answered, and the ACK has not come.
fn answered() -> (World, usize, usize, String) {
    let (mut world, anna, link, tag) = early();
    answer(&mut world, anna);
    assert!(world.response(200).is_some());
    (world, anna, link, tag)
}

/// RFC 3261 §15
#[test]
fn the_ack_that_bye_waits_for_may_come_on_another_flow() {
    let (mut world, anna, _, tag) = answered();
    world.command(anna, say::end());
    world.run_ms(100);
    assert!(world.request(Method::Bye).is_none());
    let other = world.link(anna, 1);
    // Nobody else's will do.
    for (call, tag) in [("c2", &*tag), ("c1", "other")] {
        world.send(other, &wire::within("ACK", "anna", call, tag, 1, None).replace(": 7 ACK", ": 6 ACK"));
        world.run_ms(50);
        assert!(world.request(Method::Bye).is_none());
    }
    world.send(other, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(50);
    assert!(world.request(Method::Bye).is_some());
}

#[test]
fn bye_does_not_wait_for_ever_for_an_ack() {
    let (mut world, anna, _, _) = answered();
    world.command(anna, say::end());
    world.run(Duration::from_secs(31));
    assert!(world.request(Method::Bye).is_none());
    // RFC 3261 §13.3.1.4: 64·T1.
    world.run(Duration::from_secs(2));
    assert!(world.request(Method::Bye).is_some());
}

#[test]
fn a_bye_whose_flow_is_lost_goes_out_on_the_next() {
    let (mut world, anna, link, tag) = answered();
    world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(50);
    world.command(anna, say::end());
    world.run_ms(30);
    let (on, bye) = world.request(Method::Bye).expect("BYE");
    let registrar = world.links[on].registrar;
    world.cut(anna, registrar);
    world.run_ms(100);
    let (then, again) = world.request(Method::Bye).expect("another BYE");
    assert_ne!(world.links[then].registrar, registrar);
    assert!(again.cseq().expect("CSeq").number > bye.cseq().expect("CSeq").number);
}

/// RFC 3261 §15: whoever calls may say BYE before the answer.
#[test]
fn a_caller_who_says_bye_before_the_answer_is_gone() {
    let (mut world, anna, link, tag) = early();
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert!(world.response(200).is_some() && world.response(487).is_some());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator), (Outcome::Cancelled, Originator::Remote));
}

/// RFC 3311 §5.2, RFC 3261 §14.2
#[test]
fn a_caller_may_ask_before_the_answer_and_may_not_offer_again() {
    let (mut world, anna, link, tag) = early();
    world.send(link, &wire::within("UPDATE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert!(world.response(200).is_some_and(|(_, ok)| ok.contact().is_some()));
    let sdp = wire::described("caller", "sendrecv");
    world.send(link, &wire::within("UPDATE", "anna", "c1", &tag, 9, Some(("application/sdp", &sdp))));
    world.run_ms(50);
    let (_, refusal) = world.response(500).expect("500");
    assert!(refusal.number(Name::RetryAfter).is_some_and(|wait| wait <= 10));
    world.send(link, &wire::within("INFO", "anna", "c1", &tag, 10, None));
    world.run_ms(50);
    assert!(world.response(200).is_some());
    assert!(world.phones[anna].softphone.call().is_some());
}

/// RFC 3261 §14.1: nothing new is asked before our answer has arrived.
#[test]
fn what_is_wanted_before_the_ack_waits_for_it() {
    let (mut world, anna, link, tag) = answered();
    world.command(anna, say::hold(true));
    world.run_ms(200);
    assert!(world.request(Method::Invite).is_none());
    world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_some());
}

#[test]
fn a_bye_that_nobody_answers_is_not_said_again() {
    let (mut world, anna, link, tag) = answered();
    world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(50);
    world.command(anna, say::end());
    world.run(Duration::from_secs(60));
    assert_eq!(world.count("BYE"), 1);
}

/// Anna has hung up while there was no way to say so.
fn hung_up_without_a_flow() -> (World, usize) {
    let (mut world, anna, ..) = talking();
    for registrar in 0..2 {
        world.registrars[registrar].down = true;
        world.cut(anna, registrar);
    }
    world.run_ms(50);
    world.command(anna, say::end());
    (world, anna)
}

fn network_is_back(world: &mut World, phone: usize) {
    for registrar in &mut world.registrars {
        registrar.down = false;
    }
    world.input(phone, Input::Nudge);
    world.run(Duration::from_secs(2));
    assert!(!world.links_of(phone, 0).is_empty());
}

#[test]
fn a_bye_waits_for_a_flow_and_not_for_ever() {
    for (wait, byes) in [(30, 1), (45, 0)] {
        let (mut world, anna) = hung_up_without_a_flow();
        world.run(Duration::from_secs(wait));
        network_is_back(&mut world, anna);
        assert_eq!(world.count("BYE"), byes, "{wait}");
    }
}

#[test]
fn whoever_comes_next_does_not_say_goodbye_for_the_last_one() {
    let (mut world, anna) = hung_up_without_a_flow();
    world.phones[anna].identity.login = "boris".into();
    world.start(anna, &[0, 1]);
    network_is_back(&mut world, anna);
    assert_eq!(world.count("BYE"), 0);
}

#[test]
fn what_crosses_our_bye_is_answered() {
    let (mut world, anna, link, tag) = answered();
    world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(50);
    world.command(anna, say::end());
    world.run_ms(50);
    world.send(link, &wire::within("INFO", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert!(world.response(481).is_some());
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 9, None));
    world.run_ms(50);
    assert!(world.response(200).is_some());
}

/// RFC 3261 §9.1: the CANCEL has done what it was for.
#[test]
fn a_487_to_a_call_that_was_given_up_is_the_end_of_it() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    assert!(story.world.request(Method::Cancel).is_some());
    story.says("a", 487, "", None);
    story.world.run(Duration::from_secs(2));
    assert!(story.world.request(Method::Bye).is_none());
}

/// RFC 3261 §8.2.2.2
#[test]
fn a_copy_of_a_call_that_was_answered_is_482_while_its_flow_lives() {
    let (mut world, anna, ..) = answered();
    let other = world.link(anna, 1);
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(482).is_some() && world.response(200).is_none());
}

#[test]
fn an_answer_that_nobody_acknowledges_is_repeated_and_then_hung_up() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    answer(&mut world, anna);
    world.run(Duration::from_secs(33));
    let copies =
        world.inbox.iter().filter(|(_, message)| message.as_str().starts_with("SIP/2.0 200")).count();
    assert!(copies >= 8, "{copies}");
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((&*end.cause, end.outcome), ("No ACK", Outcome::Answered));
    assert!(world.request(Method::Bye).is_some());
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    answer(&mut world, anna);
    world.command(anna, say::end());
    world.run_ms(100);
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Answered));
    assert!(world.request(Method::Bye).is_none());
    acknowledge(&mut world, link);
    let (on, bye) = world.request(Method::Bye).expect("BYE");
    world.send(on, &wire::response(&bye, 200, "", None));
    world.run(Duration::from_secs(60));
    assert!(world.request(Method::Bye).is_none());
}

#[test]
fn the_far_end_hangs_up() {
    let (mut world, anna, link, tag) = talking();
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert!(world.response(200).is_some());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator), (Outcome::Answered, Originator::Remote));
    assert_eq!(end.cause, "Terminated");
    assert_eq!(world.phones[anna].take_steps(), [Step::Close]);
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 9, None));
    world.run_ms(50);
    assert!(world.response(481).is_some());
}

#[test]
fn hanging_up_says_why() {
    let (mut world, anna, _, _) = talking();
    let options = EndOptions {
        status_code: Some(480),
        reason_phrase: Some("Fire \"drill\"".into()),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    assert!(world.phones[anna].softphone.call().is_none());
    world.run_ms(50);
    let (_, bye) = world.request(Method::Bye).expect("BYE");
    assert_eq!(bye.get(Name::Reason), Some("SIP;cause=480;text=\"Fire \\\"drill\\\"\""));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!(
        (end.originator, &*end.cause, end.outcome),
        (Originator::Local, "Terminated", Outcome::Answered)
    );
}

#[test]
fn stop_in_a_call_hangs_up_before_it_leaves() {
    let (mut world, anna, _, _) = talking();
    world.command(anna, Command::Stop);
    world.run_ms(100);
    assert!(world.request(Method::Bye).is_some());
    assert!(world.registrars.iter().all(|registrar| registrar.bindings.is_empty()));
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Answered));
}
