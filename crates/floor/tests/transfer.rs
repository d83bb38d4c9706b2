//! Transfers: who may hand whom over to whom, who is rung for it, and what becomes of everybody.
#![allow(clippy::unwrap_used)]

mod world;

use std::time::Duration;

use headset_floor::TransferKind::{Attended, Blind};
use headset_floor::TransferOutcome::{CallEnded, Completed, Failed};
use headset_floor::*;
use world::{World, support};

fn sales() -> QueueConfig {
    QueueConfig {
        wrap_up_time: Duration::from_secs(30),
        members: vec!["boris".to_owned()],
        ..QueueConfig::new("sales", "Sales")
    }
}

/// Anna and Boris are on line; Anna has answered guest 100, who came through the queue.
fn talking() -> World {
    let support =
        QueueConfig { wrap_up_time: Duration::from_secs(10), members: vec!["anna".to_owned()], ..support() };
    let mut world = World::with(&["anna", "boris", "clara"], vec![support, sales()]);
    world.on_line("anna");
    world.on_line("boris");
    world.flow("guest-100");
    world.guest_calls("100");
    assert_eq!(world.answer("100"), "anna");
    world.commands();
    world
}

#[test]
fn a_colleague_is_reserved_and_rung_and_takes_over() {
    let mut world = talking();
    world.transfer("100", Side::Callee, "boris");
    assert_eq!(world.storage.reserved["boris"].0, "100");
    let command = Command::Offer {
        call: "100".to_owned(),
        login: "boris".to_owned(),
        display_name: "Customer".to_owned(),
    };
    assert_eq!(world.commands(), [command]);
    world.rings("100");
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnCall, Activity::Ringing));
    assert_eq!(world.takes_over("100", Side::Callee), "boris");
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::WrapUp, Activity::OnCall));
    assert_eq!(world.storage.reserved.keys().collect::<Vec<_>>(), ["boris"]);
    // The new party's hold counts, and the call is theirs to end.
    world.report(Report::Held { call: "100".to_owned(), by: Side::Callee });
    assert_eq!(world.activity("boris"), Activity::OnHold);
    world.ends("100", Side::Callee);
    assert_eq!(world.activity("boris"), Activity::WrapUp);
    assert!(world.storage.reserved.is_empty());

    assert_eq!(world.transfers("100"), [(Blind, Some(Completed), Some("boris"))]);
    let record = &world.storage.calls["100"];
    assert_eq!((record.outcome, record.operator.as_deref()), (Some(Outcome::Answered), Some("anna")));
    assert_eq!(record.transfers[0].by, "anna");
    for (name, times) in
        [("call.answered", 1), ("call.transfer_asked", 1), ("call.transferred", 1), ("call.ended", 1)]
    {
        assert_eq!(world.events(name), times, "{name}");
    }
}

#[test]
fn wrap_up_begins_for_each_when_their_own_part_ends() {
    let mut world = talking();
    world.transfer("100", Side::Callee, "sales");
    world.takes_over("100", Side::Callee);
    world.seconds(11);
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::Idle, Activity::OnCall));
    world.ends("100", Side::Caller);
    world.seconds(29);
    assert_eq!(world.activity("boris"), Activity::WrapUp, "of the queue that he was found through");
    world.seconds(1);
    assert_eq!(world.activity("boris"), Activity::Idle);
    assert_eq!(world.events("operator.wrap_up_started"), 2);
}

#[test]
fn a_queue_is_waited_in_and_its_next_free_operator_takes_over() {
    let mut world = talking();
    world.guest_calls("200");
    world.choose("boris", Status::Paused, None).unwrap();
    world.transfer("100", Side::Callee, "sales");
    assert_eq!(world.places(), [("200".into(), 1, 1), ("100".into(), 1, 1)]);
    let waiting = world.floor.waiting("sales");
    assert_eq!((&*waiting[0].caller, waiting[0].since.0), ("guest-100", world::WALL + world.now));
    world.seconds(600);
    assert_eq!(world.transfers("100"), [(Blind, None, None)]);
    assert_eq!(world.activity("anna"), Activity::OnCall);
    world.choose("boris", Status::Connected, None).unwrap();
    assert_eq!(world.offers(), [("100".to_owned(), "boris".to_owned())]);
    assert_eq!(world.takes_over("100", Side::Callee), "boris");
    assert!(world.floor.waiting("sales").is_empty());
}

#[test]
fn a_queue_that_nobody_serves_in_time_gives_the_caller_back() {
    let mut world = talking();
    world.input(Input::QueueChanged(QueueConfig { max_wait_time: Some(Duration::from_secs(60)), ..sales() }));
    world.choose("boris", Status::Paused, None).unwrap();
    world.transfer("100", Side::Callee, "sales");
    world.seconds(60);
    assert_eq!(world.transfer_refusal(), Some((480, "No operator answered".to_owned())));
    assert_eq!(world.transfers("100"), [(Blind, Some(Failed), None)]);
    assert_eq!(world.activity("anna"), Activity::OnCall);
    assert!(world.floor.waiting("sales").is_empty());
    assert_eq!(world.outcome("100"), None);
}

#[test]
fn a_colleague_who_does_not_answer_in_the_queues_time_gives_the_caller_back() {
    let mut world = talking();
    world.transfer("100", Side::Callee, "boris");
    world.rings("100");
    world.seconds(19);
    assert_eq!(world.transfer_refusal(), None);
    world.seconds(1);
    assert_eq!(world.transfer_refusal(), Some((480, "No answer".to_owned())));
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnCall, Activity::Idle));
    assert_eq!(world.storage.reserved.keys().collect::<Vec<_>>(), ["anna"]);
    let offered = [("anna", Some(OfferOutcome::Answered)), ("boris", Some(OfferOutcome::RingNoAnswer))];
    assert_eq!(world.offered("100"), offered);
    // It may be tried again, and the delays of the queue do not keep a colleague from being called.
    world.transfer("100", Side::Callee, "boris");
    world.takes_over("100", Side::Callee);
    assert_eq!(
        world.transfers("100"),
        [(Blind, Some(Failed), None), (Blind, Some(Completed), Some("boris"))]
    );
}

#[test]
fn who_cannot_take_over_is_said_at_once() {
    for (target, status, reason) in [
        ("nowhere", 404, "Nobody of that name"),
        ("anna", 403, "You are in this call already"),
        ("clara", 480, "Not on line"),
        ("boris", 480, "Not on line"),
        ("100", 486, "Busy"),
        ("79990000000", 480, "Not reachable"),
    ] {
        let mut world = talking();
        world.choose("boris", Status::Paused, Some("lunch")).unwrap();
        world.transfer("100", Side::Callee, target);
        assert_eq!(world.transfer_refusal(), Some((status, reason.to_owned())), "{target}");
        assert_eq!(world.activity("anna"), Activity::OnCall);
        let record = &world.storage.calls["100"].transfers[0];
        assert_eq!((record.outcome, record.reason.as_deref()), (Some(Failed), Some(reason)));
    }
}

#[test]
fn a_guest_may_not_transfer() {
    let mut world = talking();
    world.transfer("100", Side::Caller, "boris");
    assert_eq!(world.transfer_refusal().map(|(status, _)| status), Some(403));
    assert_eq!(world.offers(), []);
}

#[test]
fn a_customer_is_called_for_the_caller_who_is_an_operator() {
    let mut world = talking();
    world.flow("guest-79990000000");
    world.arrives("1", "boris", "79990000000");
    world.answer("1");
    // Boris, who called, leaves the customer to Clara.
    world.on_line("clara");
    world.commands();
    world.transfer("1", Side::Caller, "clara");
    world.takes_over("1", Side::Caller);
    assert_eq!((world.activity("boris"), world.activity("clara")), (Activity::Idle, Activity::OnCall));
    world.ends("1", Side::Caller);
    assert_eq!((world.activity("clara"), world.outcome("1")), (Activity::Idle, Some(Outcome::Answered)));
    assert_eq!(world.storage.calls["1"].caller, "boris");
}

#[test]
fn who_asks_and_hangs_up_is_free_while_the_caller_waits() {
    let mut world = talking();
    world.choose("boris", Status::Paused, None).unwrap();
    world.transfer("100", Side::Callee, "sales");
    world.leaves("100", Side::Callee);
    assert_eq!(world.activity("anna"), Activity::WrapUp);
    world.seconds(30);
    assert_eq!(world.activity("anna"), Activity::Idle);
    world.guest_calls("200");
    assert_eq!(world.answer("200"), "anna");
    world.choose("boris", Status::Connected, None).unwrap();
    assert_eq!(world.takes_over("100", Side::Callee), "boris");
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnCall, Activity::OnCall));
    assert_eq!(world.storage.reserved["anna"].0, "200");
    assert_eq!(world.transfers("100"), [(Blind, Some(Completed), Some("boris"))]);
}

#[test]
fn who_has_left_is_not_rung_for_the_call_that_they_handed_over() {
    let mut world = talking();
    world.choose("boris", Status::Paused, None).unwrap();
    world.transfer("100", Side::Callee, "support");
    world.leaves("100", Side::Callee);
    world.seconds(60);
    assert_eq!(world.offers(), []);
    assert_eq!(world.activity("anna"), Activity::Idle);
}

#[test]
fn a_transfer_that_fails_after_who_asked_has_left_ends_the_call_once() {
    let mut world = talking();
    world.transfer("100", Side::Callee, "boris");
    world.leaves("100", Side::Callee);
    world.refuse("100", 603, "Decline");
    assert_eq!(world.outcome("100"), Some(Outcome::Answered));
    assert_eq!(world.transfers("100"), [(Blind, Some(Failed), None)]);
    assert_eq!(world.floor.live_calls(), 0);
    assert!(world.storage.reserved.is_empty());
}

#[test]
fn a_caller_who_hangs_up_meanwhile_ends_the_transfer_too() {
    let mut world = talking();
    world.transfer("100", Side::Callee, "boris");
    world.ends("100", Side::Caller);
    assert_eq!(world.transfers("100"), [(Blind, Some(CallEnded), None)]);
    assert_eq!(world.offered("100")[1], ("boris", Some(OfferOutcome::CallerGone)));
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::WrapUp, Activity::Idle));
    assert!(world.storage.reserved.is_empty());
}

#[test]
fn a_consultation_beside_the_call_and_then_both_are_left_to_each_other() {
    let mut world = talking();
    world.report(Report::Held { call: "100".to_owned(), by: Side::Callee });
    world.arrives("2", "anna", "boris");
    assert_eq!(world.activity("anna"), Activity::OnCall);
    world.answer("2");
    assert_eq!(world.events("call.consultation_started"), 1);
    assert_eq!(world.storage.reserved["anna"].0, "100");
    world.commands();
    world.transfer_with("100", Side::Callee, "2");
    assert_eq!(world.commands(), [Command::Join { call: "100".to_owned() }]);
    world.talking.remove("2");
    world.joined("100", Side::Callee, "boris");
    world.ends("2", Side::System);
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::WrapUp, Activity::OnCall));
    assert_eq!(world.floor.operator("boris").unwrap().call.as_deref(), Some("100"));
    assert_eq!(world.storage.reserved["boris"].0, "100");
    assert_eq!(world.storage.reserved.get("anna"), None);
    assert_eq!(world.events("operator.wrap_up_started"), 1);
    assert_eq!((world.outcome("100"), world.outcome("2")), (None, Some(Outcome::Answered)));
    assert_eq!(world.transfers("100"), [(Attended, Some(Completed), Some("boris"))]);
    world.ends("100", Side::Caller);
    assert_eq!(world.outcome("100"), Some(Outcome::Answered));
    assert!(world.storage.reserved.is_empty());
}

#[test]
fn an_attended_transfer_that_fails_leaves_both_calls() {
    let mut world = talking();
    world.arrives("2", "anna", "boris");
    world.answer("2");
    world.transfer_with("100", Side::Callee, "2");
    let reason = "Not Acceptable Here".to_owned();
    world.report(Report::TransferFailed { call: "100".to_owned(), status: 488, reason: reason.clone() });
    assert_eq!(world.transfer_refusal(), Some((488, reason)));
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnCall, Activity::OnCall));
    assert_eq!(world.transfers("100"), [(Attended, Some(Failed), None)]);
    world.ends("2", Side::Caller);
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnCall, Activity::Idle));
    assert_eq!(world.storage.reserved.keys().collect::<Vec<_>>(), ["anna"]);
}

#[test]
fn only_a_consultation_of_ones_own_counts() {
    let mut world = talking();
    world.arrives("2", "anna", "boris");
    for with in ["2", "100", "nothing"] {
        world.transfer_with("100", Side::Callee, with);
        assert_eq!(world.transfer_refusal().map(|(status, _)| status), Some(481), "{with}: not answered yet");
    }
}

#[test]
fn when_the_first_call_ends_the_consultation_goes_on_and_wrap_up_waits_for_it() {
    let mut world = talking();
    world.arrives("2", "anna", "boris");
    world.answer("2");
    world.ends("100", Side::Caller);
    assert_eq!(world.activity("anna"), Activity::OnCall);
    assert_eq!(world.storage.reserved["anna"].0, "2");
    world.seconds(300);
    assert_eq!(world.storage.reserved["anna"].0, "2", "held anew each minute");
    world.ends("2", Side::Callee);
    assert_eq!(world.activity("anna"), Activity::WrapUp);
    world.seconds(10);
    assert_eq!(world.activity("anna"), Activity::Idle);
    assert!(world.storage.reserved.is_empty());
}

#[test]
fn there_is_room_for_one_consultation_and_beside_an_answered_call_alone() {
    let mut world = talking();
    world.arrives("2", "anna", "boris");
    world.arrives("3", "anna", "clara");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(486));
    world.ends("2", Side::Caller);
    assert_eq!(world.activity("boris"), Activity::Idle);
    world.transfer("100", Side::Callee, "boris");
    world.arrives("4", "anna", "sales");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(486), "not while handing over");
    assert_eq!(world.activity("anna"), Activity::OnCall);
}

#[test]
fn an_answer_that_crossed_the_end_of_the_ringing_counts() {
    let mut world = talking();
    world.switch_lag = Some(100);
    world.transfer("100", Side::Callee, "boris");
    world.seconds(20);
    assert_eq!(world.takes_over("100", Side::Callee), "boris");
    world.seconds(10);
    assert_eq!(world.transfers("100"), [(Blind, Some(Completed), Some("boris"))]);
    assert_eq!(world.transfer_refusal(), None);
    assert_eq!(world.activity("boris"), Activity::OnCall);
}
