//! Subscriptions of ours whose flow breaks, or that have none (RFC 6665 §4.1).
#![cfg(feature = "full")]

mod support;

use headset_softphone::{Command, Input, NewSubscription, Resubscription, SubscriptionId};
use std::time::Duration;
use support::World;
use support::subscribing::{Story, order};

#[test]
fn a_lost_flow_does_not_lose_a_subscription() {
    let mut story = Story::active(order());
    story.next_subscribe(Duration::from_secs(545));
    story.world.cut(story.anna, 0);
    story.run(5);
    story.link = story.world.link(story.anna, 0);
    let before = story.subscribe.cseq().expect("CSeq").number;
    story.next_subscribe(Duration::from_secs(5));
    assert_eq!(story.subscribe.cseq().expect("CSeq").number, before + 1);
    story.answer(200, "Expires: 600\r\n");
    story.notify("active;expires=600", "open");
    assert_eq!(story.changes(), ["notified open"]);
}

#[test]
fn a_first_subscribe_without_a_flow_fails_at_once_or_waits() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.registrars[0].down = true;
    world.cut(anna, 0);
    world.run_ms(100);
    world.command(anna, Command::Subscribe(Box::new(order())));
    world.run_ms(10);
    assert_eq!(world.phones[anna].changes(1), ["Transport"]);
    world.command(anna, Command::Subscribe(Box::new(NewSubscription { wait_ms: 60_000, ..order() })));
    world.registrars[0].down = false;
    world.input(anna, headset_softphone::Input::Nudge);
    world.run(Duration::from_secs(1));
    assert_eq!((world.phones[anna].changes(1), world.count("SUBSCRIBE")), (vec![], 1));
}

#[test]
fn what_nobody_knows_of_yet_is_taken_back_at_once() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.registrars[0].down = true;
    world.cut(anna, 0);
    world.run_ms(100);
    let patient = NewSubscription { wait_ms: 60_000, ..order() };
    let nothing =
        Resubscription { subscription: SubscriptionId(1), expires: Some(0), ..Resubscription::default() };
    for _ in 0..2 {
        world.command(anna, Command::Subscribe(Box::new(patient.clone())));
        world.command(anna, Command::Resubscribe(Box::new(nothing.clone())));
        assert_eq!(world.phones[anna].changes(1), ["Unsubscribed"]);
    }
    world.registrars[0].down = false;
    world.run(Duration::from_secs(60));
    assert_eq!(world.count("SUBSCRIBE"), 0);
}

/// The flow breaks while the first SUBSCRIBE is unanswered.
fn broken_at_first(order: NewSubscription) -> Story {
    let mut story = Story::begin(order);
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.world.run_ms(100);
    story
}

/// The server is there again; how many SUBSCRIBEs it gets.
fn repaired(story: &mut Story) -> usize {
    story.world.registrars[0].down = false;
    let before = story.world.count("SUBSCRIBE");
    story.world.input(story.anna, Input::Nudge);
    story.world.run(Duration::from_secs(5));
    story.world.count("SUBSCRIBE") - before
}

#[test]
fn a_first_subscribe_whose_flow_breaks_has_failed_for_who_does_not_wait() {
    let mut story = broken_at_first(order());
    assert_eq!(story.changes(), ["Transport"]);
    assert_eq!(repaired(&mut story), 0);
}

#[test]
fn a_first_subscribe_whose_flow_breaks_goes_by_the_next_for_who_waits() {
    for expires in [600, 0] {
        let mut story = broken_at_first(NewSubscription { wait_ms: 60_000, expires, ..order() });
        assert_eq!(story.changes(), [""; 0]);
        assert_eq!(repaired(&mut story), 1, "{expires}");
    }
}

#[test]
fn a_first_subscribe_that_is_taken_back_is_not_sent_again_when_its_flow_breaks() {
    let mut story = Story::begin(NewSubscription { wait_ms: 60_000, ..order() });
    let nothing =
        Resubscription { subscription: SubscriptionId(1), expires: Some(0), ..Resubscription::default() };
    story.world.command(story.anna, Command::Resubscribe(Box::new(nothing)));
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.world.run_ms(100);
    assert_eq!(story.changes(), ["Transport"]);
    assert_eq!(repaired(&mut story), 0);
}
