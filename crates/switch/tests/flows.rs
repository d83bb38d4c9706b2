//! Which of an operator's flows rings, and what becomes of the others.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name, Request};
use headset_switch::{OfferEnd, Report};
use support::{Client, World, offer, ring, waiting};

fn unreachable(call: &str, login: &str) -> Report {
    Report::OfferEnded { call: call.into(), login: login.into(), end: OfferEnd::Unreachable }
}

/// Anna has two flows and a guest's call is offered to her: `one` is the first flow's INVITE.
struct Rung {
    world: World,
    first: Client,
    second: Client,
    guest: Client,
    call: String,
    one: Request,
}

fn rung() -> Rung {
    let mut world = World::new();
    let second = Client::registered_on(&mut world, "anna", 1);
    let first = Client::registered_on(&mut world, "anna", 0);
    let (guest, _, call) = waiting(&mut world);
    let one = ring(&mut world, &call, &first);
    Rung { world, first, second, guest, call, one }
}

#[test]
fn a_flow_that_is_silent_for_a_second_is_passed_over_with_the_same_call() {
    let Rung { mut world, first, second, guest, call, one } = rung();
    world.wait(std::time::Duration::from_millis(999));
    world.nothing(second.connection);
    world.wait(std::time::Duration::from_millis(1));
    let two = world.request(second.connection, Method::Invite);
    assert_eq!(
        (one.call_id(), one.from_tag(), one.cseq().unwrap()),
        (two.call_id(), two.from_tag(), two.cseq().unwrap())
    );
    assert_ne!(one.via().unwrap().branch(), two.via().unwrap().branch());

    // The page answers on the second; the first gets its CANCEL as soon as that can be sent.
    second.reply(&mut world, &two, 100, "Trying");
    second.answer(&mut world, &two);
    first.reply(&mut world, &one, 100, "Trying");
    let cancel = world.request(first.connection, Method::Cancel);
    assert_eq!(cancel.get(Name::Reason), Some("SIP;cause=200;text=\"Call completed elsewhere\""));
    world.response(guest.connection, 200);
    assert_eq!(world.report(), Report::Answered { call, login: "anna".into() });
}

#[test]
fn a_second_copy_refused_with_482_leaves_the_first_one_ringing() {
    let Rung { mut world, first, second, guest, call, one } = rung();
    world.seconds(1);
    let two = world.request(second.connection, Method::Invite);
    second.refuse(&mut world, &two, 482, "Loop Detected");
    first.reply(&mut world, &one, 180, "Ringing");
    world.seconds(10);
    first.answer(&mut world, &one);
    world.response(guest.connection, 200);
    assert_eq!(
        world.all_reports(),
        [
            Report::Ringing { call: call.clone(), login: "anna".into() },
            Report::Answered { call, login: "anna".into() }
        ]
    );
}

#[test]
fn two_answers_to_one_offer_make_one_call() {
    let Rung { mut world, first, second, guest, call, one } = rung();
    world.seconds(1);
    let two = world.request(second.connection, Method::Invite);
    second.answer(&mut world, &two);
    first.send_ok(&mut world, &one);
    world.request(first.connection, Method::Ack);
    world.request(first.connection, Method::Bye);
    world.nothing(second.connection);
    world.response(guest.connection, 200);
    assert_eq!(world.all_reports(), [Report::Answered { call, login: "anna".into() }]);
}

#[test]
fn a_ringing_flow_that_dies_hands_the_call_to_the_other_one() {
    let Rung { mut world, first, second, guest, call, one } = rung();
    first.reply(&mut world, &one, 180, "Ringing");
    world.lose(first.connection);
    let two = world.request(second.connection, Method::Invite);
    assert_eq!(one.call_id(), two.call_id());
    second.answer(&mut world, &two);
    world.response(guest.connection, 200);
    assert!(world.all_reports().contains(&Report::Answered { call, login: "anna".into() }));
}

#[test]
fn an_operator_who_rang_and_comes_back_within_5_s_rings_again() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    let (_, _, call) = waiting(&mut world);
    let one = ring(&mut world, &call, &anna);
    anna.reply(&mut world, &one, 180, "Ringing");
    world.lose(anna.connection);
    world.seconds(3);
    world.all_reports();
    anna.reconnect(&mut world);
    let two = world.request(anna.connection, Method::Invite);
    assert_eq!(one.call_id(), two.call_id());
    world.lose(anna.connection);
    world.seconds(6);
    assert_eq!(world.all_reports().last(), Some(&unreachable(&call, "anna")));
}

#[test]
fn an_operator_without_a_flow_or_whose_flows_stay_silent_is_unreachable() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (_, _, call) = waiting(&mut world);
    offer(&mut world, &call, "boris");
    assert_eq!(world.report(), unreachable(&call, "boris"));
    let ringing = ring(&mut world, &call, &anna);
    world.seconds(5);
    assert_eq!(world.report(), unreachable(&call, "anna"));
    // Should the page wake up after all, it does not ring for nobody.
    anna.reply(&mut world, &ringing, 180, "Ringing");
    world.request(anna.connection, Method::Cancel);
    world.no_report();
}

#[test]
fn a_stale_flow_is_not_offered_a_call() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (_, _, call) = waiting(&mut world);
    world.hang(anna.connection);
    world.seconds(15);
    world.all_reports();
    offer(&mut world, &call, "anna");
    assert_eq!(world.report(), unreachable(&call, "anna"));
}
