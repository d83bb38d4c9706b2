//! One call that comes by several ways, or again after its end.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{CallCommand, CallStatus, MediaOptions, Outcome, Permission};
use std::time::Duration;
use support::ringing::{acknowledge, answer, ringing};
use support::{say, wire};

#[test]
fn a_second_copy_is_482_while_the_first_flow_lives() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(482).is_some());
    answer(&mut world, anna);
    assert_eq!(world.inbox.iter().filter(|(on, _)| *on == other).count(), 1, "100 only");
    acknowledge(&mut world, link);
}

#[test]
fn a_ringing_call_moves_to_the_second_copy_when_the_first_flow_is_dead() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.cut(anna, 0);
    world.run_ms(50);
    // Clicked while there is no way to say so.
    answer(&mut world, anna);
    assert!(world.phones[anna].softphone.call().is_some_and(|call| call.answering));
    world.inbox.clear();
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(180).is_some_and(|(on, _)| on == other));
    acknowledge(&mut world, other);
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn an_answer_that_was_lost_with_its_flow_is_given_on_the_next() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.half_open(anna, 0);
    answer(&mut world, anna);
    world.cut(anna, 0);
    world.run_ms(50);
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    acknowledge(&mut world, other);
    world.run(Duration::from_secs(60));
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[cfg(feature = "full")]
#[test]
fn an_answer_that_is_given_again_says_what_the_application_said_the_first_time() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.half_open(anna, 0);
    let (media, headers) = (MediaOptions(0), "X-Floor: 3".into());
    world.command(anna, say::call(CallCommand::Answer { media, headers }));
    world.run_ms(100);
    world.cut(anna, 0);
    world.run_ms(50);
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    let (_, ok) = world.response(200).expect("200");
    assert_eq!(ok.get_named("X-Floor"), Some("3"));
    let mut names: Vec<_> = ok.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "nothing is said twice: {}", ok.as_str());
}

#[test]
fn a_phone_does_not_ring_on_when_its_flow_died_and_no_copy_comes() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    world.cut(anna, 0);
    world.run(Duration::from_secs(11));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Connection Error"));
}

#[test]
fn a_late_copy_of_a_refused_call_does_not_ring_again() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.command(anna, say::end());
    world.cut(anna, 0);
    world.run_ms(50);
    world.phones[anna].end();
    world.inbox.clear();
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(480).is_some());
    assert!(world.phones[anna].softphone.call().is_none() && world.phones[anna].end().is_none());
}

#[test]
fn a_caller_who_comes_back_a_minute_after_a_refusal_does_not_ring_again() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.half_open(anna, 0);
    world.command(anna, say::end());
    world.run(Duration::from_secs(60));
    assert!(world.phones[anna].end().is_some());
    world.inbox.clear();
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(480).is_some());
    assert!(world.phones[anna].softphone.call().is_none());
    // Nobody waits longer than timer C.
    world.run(Duration::from_secs(125));
    world.send(other, &wire::invite("anna", "c1", "b3"));
    world.run_ms(50);
    assert!(world.phones[anna].softphone.call().is_some());
}

#[test]
fn a_late_copy_of_a_call_that_was_hung_up_before_its_ack_does_not_ring_again() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    answer(&mut world, anna);
    world.command(anna, say::end());
    world.cut(anna, 0);
    world.run_ms(50);
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(487).is_some());
    assert!(world.phones[anna].softphone.call().is_none());
}

#[test]
fn a_late_copy_of_a_call_whose_answer_nobody_acknowledged_does_not_ring_again() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    answer(&mut world, anna);
    world.run(Duration::from_secs(33));
    assert_eq!(world.phones[anna].end().map(|end| end.cause), Some("No ACK".into()));
    assert!(world.request(Method::Bye).is_some());
    world.send(other, &wire::invite("anna", "c1", "b2"));
    world.run_ms(50);
    assert!(world.response(487).is_some());
    assert!(world.phones[anna].softphone.call().is_none());
}

#[test]
fn the_answer_to_a_copy_goes_back_the_copys_way() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    world.cut(anna, 0);
    world.run_ms(50);
    world.inbox.clear();
    let other = world.link(anna, 1);
    world.send(other, &wire::invite("anna", "c1", "b9"));
    world.run_ms(100);
    let branch = |response: &headset_sip::Response| response.get(Name::Via).map(|via| via.contains("b9"));
    assert_eq!(branch(&world.response(180).expect("180").1), Some(true));
    answer(&mut world, anna);
    assert_eq!(branch(&world.response(200).expect("200").1), Some(true));
}
