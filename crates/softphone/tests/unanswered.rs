//! Calls to us that come to nothing: given up, refused, busy.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::Name;
use headset_softphone::{Command, EndOptions, MediaOptions, Originator, Outcome, Permission, Settings};
use std::time::Duration;
use support::ringing::{acknowledge, answer, ringing, rung};
use support::{Step, World, say, wire};

#[test]
fn a_cancel_ends_the_ringing_and_says_who_won() {
    for (reason, outcome) in [
        ("SIP;cause=487;text=\"Caller hung up\"", Outcome::Cancelled),
        ("SIP;cause=200;text=\"Call completed elsewhere\"", Outcome::AnsweredElsewhere),
        ("SIP;cause=487;text=\"No answer\"", Outcome::Missed),
    ] {
        let (mut world, anna, link) = ringing(Permission::Granted);
        world.send(link, &wire::cancel("anna", "c1", "b1", reason));
        world.run_ms(50);
        assert!(world.response(200).is_some_and(|(_, ok)| ok.get(Name::CSeq) == Some("7 CANCEL")));
        assert!(world.response(487).is_some());
        let end = world.phones[anna].end().expect("an end");
        assert_eq!((end.outcome, end.originator, &*end.cause), (outcome, Originator::Remote, "Canceled"));
        assert_eq!(world.phones[anna].take_steps().last(), Some(&Step::Close));
    }
}

#[test]
fn the_sip_reason_is_found_among_others() {
    let (mut world, anna, link) = ringing(Permission::Prompt);
    // RFC 3326 §2
    let reason = "Q.850;cause=26;text=\"a, b\", SIP;cause=200;text=\"Call completed elsewhere\"";
    world.send(link, &wire::cancel("anna", "c1", "b1", reason));
    world.run_ms(100);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.status_code), (Outcome::AnsweredElsewhere, Some(200)));
}

#[test]
fn a_cancel_of_nothing_is_481() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    world.send(link, &wire::cancel("anna", "c1", "b1", "SIP;cause=487"));
    world.run_ms(50);
    assert!(world.response(481).is_some());
}

#[test]
fn the_callers_patience_is_respected() {
    let (mut world, anna, _) = rung(Settings::default(), "Expires: 5\r\n");
    world.run(Duration::from_secs(6));
    assert!(world.response(487).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Missed));
    // No patience at all is nobody's.
    let (mut world, anna, _) = rung(Settings::default(), "Expires: 0\r\n");
    world.run(Duration::from_secs(6));
    assert!(world.response(487).is_none() && world.phones[anna].softphone.call().is_some());
    // Nor is who was answered in time turned away while the answer is made.
    let (mut world, anna, _) = rung(Settings::default(), "Expires: 5\r\n");
    world.run(Duration::from_secs(4));
    world.phones[anna].gathering = 2_000;
    world.command(anna, say::answer(MediaOptions(4)));
    world.run(Duration::from_secs(3));
    assert!(world.response(487).is_none() && world.response(200).is_some());
}

#[cfg(feature = "full")]
#[test]
fn refusing_gives_the_chosen_status_and_reason() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let options = EndOptions {
        status_code: Some(486),
        reason_phrase: Some("At\r\nlunch".into()),
        cause: Some("Lunch".into()),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    world.run_ms(50);
    assert_eq!(world.response(486).map(|(_, r)| r.reason().to_string()).as_deref(), Some("Atlunch"));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator, &*end.cause), (Outcome::Rejected, Originator::Local, "Lunch"));

    let (mut world, anna, _) = ringing(Permission::Granted);
    world.command(anna, say::end_with(EndOptions { status_code: Some(200), ..EndOptions::default() }));
    world.run_ms(50);
    assert!(world.response(480).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.cause).as_deref(), Some("Rejected"));
}

#[test]
fn a_second_caller_hears_busy_and_the_first_call_goes_on() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.send(other, &wire::invite("anna", "c2", "b2"));
    world.run_ms(50);
    assert!(world.response(486).is_some());
    let end = world.phones[anna].end().expect("the second's end");
    assert_eq!((&*end.id, end.outcome, &*end.cause), ("call-c2", Outcome::Rejected, "Busy"));
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.id).as_deref(), Some("call-c1"));
    answer(&mut world, anna);
    acknowledge(&mut world, link);
}

#[test]
fn while_calls_are_refused_the_caller_hears_why() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, Command::RefuseCalls(Some("Writing\r\n a letter\u{1b}".into())));
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(50);
    assert!(world.response(180).is_none());
    let (_, refusal) = world.response(480).expect("480");
    assert_eq!(refusal.reason(), "Writing a letter");
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.status_code, end.reason_phrase.as_deref()), (Some(480), Some("Writing a letter")));
    world.command(anna, Command::RefuseCalls(None));
    world.send(link, &wire::invite("anna", "c2", "b2"));
    world.run_ms(50);
    assert!(world.phones[anna].softphone.call().is_some());
}
