//! Callers in a queue, and the operators who are rung for them.

#![allow(clippy::unwrap_used)]

mod world;

use std::time::Duration;

use headset_floor::*;
use world::{World, support};

fn pair(call: &str, login: &str) -> (String, String) {
    (call.to_owned(), login.to_owned())
}

#[test]
fn the_longest_idle_operator_is_rung_first() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("boris");
    world.on_line("anna");
    world.guest_calls("100");
    assert_eq!(world.offers(), [pair("100", "boris")]);
    assert_eq!(world.activity("boris"), Activity::Reserved);
    world.rings("100");
    assert_eq!(world.activity("boris"), Activity::Ringing);
    world.answer("100");
    assert_eq!(world.activity("boris"), Activity::OnCall);

    // Boris has talked more recently than Anna has waited.
    world.ends("100", Side::Caller);
    assert_eq!(world.activity("boris"), Activity::Idle);
    world.guest_calls("101");
    assert_eq!(world.offers(), [pair("101", "anna")]);
    assert_eq!(world.outcome("100"), Some(Outcome::Answered));
    assert_eq!(world.storage.calls["100"].operator.as_deref(), Some("boris"));
    assert_eq!(world.offered("100"), [("boris", Some(OfferOutcome::Answered))]);
    assert_eq!(world.storage.calls["100"].ended_by, Some(Side::Caller));
}

#[test]
fn the_offer_shows_the_queues_name_and_places_are_told_as_they_change() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    let commands = world.commands();
    assert!(commands.contains(&Command::Offer {
        call: "100".to_owned(),
        login: "anna".to_owned(),
        display_name: "Support".to_owned()
    }));
    assert!(commands.contains(&Command::ShowPlace { call: "100".to_owned(), position: 1, waiting: 1 }));
    world.guest_calls("101");
    world.guest_calls("102");
    assert_eq!(world.places(), [("101".to_owned(), 2, 2), ("102".to_owned(), 3, 3)]);

    world.answer("100");
    assert_eq!(world.places(), [("101".to_owned(), 1, 2), ("102".to_owned(), 2, 2)]);
    world.ends("101", Side::Caller);
    assert_eq!(world.places(), [("102".to_owned(), 1, 1)]);
    let waiting = world.floor.waiting("support");
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].call.as_str(), waiting[0].position), ("102", 1));

    world.ends("100", Side::Callee);
    assert_eq!(world.offers(), [pair("102", "anna")]);
    assert_eq!(world.outcome("101"), Some(Outcome::Abandoned));
}

#[test]
fn who_does_not_answer_is_passed_over_and_the_caller_keeps_the_place() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    world.rings("100");
    assert_eq!(world.offers(), [pair("100", "anna")]);
    world.pass(Duration::from_millis(19_999));
    assert_eq!(world.commands(), []);
    world.pass(Duration::from_millis(1));
    let commands = world.commands();
    assert_eq!(commands[0], Command::CancelOffer { call: "100".to_owned(), login: "anna".to_owned() });
    assert!(matches!(&commands[1], Command::Offer { login, .. } if login == "boris"));
    assert_eq!(commands.len(), 2, "no new place");
    world.answer("100");
    world.ends("100", Side::Callee);
    assert_eq!(
        world.offered("100"),
        [("anna", Some(OfferOutcome::RingNoAnswer)), ("boris", Some(OfferOutcome::Answered))]
    );
    assert_eq!(world.events("call.ended"), 1);
}

#[test]
fn who_refused_is_not_offered_again_before_the_reject_delay_is_over() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.refuse("100", 480, "At the doctor's");
    assert_eq!(world.offers().len(), 1);
    world.pass(Duration::from_millis(9_999));
    assert_eq!(world.offers(), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.offers(), [pair("100", "anna")]);
    let offers = &world.storage.calls["100"].offers;
    assert_eq!(offers[0].outcome, Some(OfferOutcome::Rejected));
    assert_eq!(offers[0].reason.as_deref(), Some("At the doctor's"));
}

#[test]
fn busy_and_unreachable_have_delays_of_their_own() {
    let mut world =
        World::with(&["anna"], vec![QueueConfig { busy_delay: Duration::from_secs(3), ..support() }]);
    world.on_line("anna");
    world.guest_calls("100");
    world.refuse("100", 486, "Busy Here");
    world.seconds(3);
    assert_eq!(world.offers().len(), 2);
    world.offer_ends("100", OfferEnd::Unreachable);
    world.pass(Duration::from_millis(4_999));
    assert_eq!(world.offers(), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.offers().len(), 1);
    assert_eq!(
        world.offered("100")[..2],
        [("anna", Some(OfferOutcome::Busy)), ("anna", Some(OfferOutcome::Unreachable))]
    );
}

#[test]
fn a_caller_who_gives_up_is_abandoned_and_costs_the_operator_nothing() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    world.rings("100");
    world.ends("100", Side::Caller);
    assert_eq!(world.outcome("100"), Some(Outcome::Abandoned));
    assert_eq!(world.offered("100"), [("anna", Some(OfferOutcome::CallerGone))]);
    assert_eq!(world.activity("anna"), Activity::Idle);
    world.commands();
    world.guest_calls("101");
    assert_eq!(world.offers(), [pair("101", "anna")], "still the longest idle, with no delay");
    assert_eq!(world.floor.live_calls(), 1);
}

#[test]
fn two_callers_at_once_never_get_the_same_operator() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.storage.delay = 30;
    world.guest_calls("100");
    world.guest_calls("101");
    world.guest_calls("102");
    world.seconds(1);
    assert_eq!(world.offers(), [pair("100", "anna"), pair("101", "boris")]);
    assert_eq!(world.storage.asked_to_reserve.len(), 2, "the third did not ask in vain");
    // The longest waiting is served when someone comes free.
    world.guest_calls("103");
    world.answer("100");
    world.ends("100", Side::Caller);
    world.seconds(1);
    assert_eq!(world.offers(), [pair("102", "anna")]);
}

#[test]
fn a_hundred_callers_do_not_ask_for_the_one_operator_who_comes_free() {
    let mut world = World::new(&["anna"]);
    for call in 100..200 {
        world.guest_calls(&call.to_string());
    }
    world.on_line("anna");
    assert_eq!(world.offers(), [pair("100", "anna")]);
    assert_eq!(world.storage.asked_to_reserve.len(), 1);
}

#[test]
fn an_operator_whom_another_node_has_taken_is_asked_for_again_a_little_later() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.storage.taken_elsewhere = true;
    world.guest_calls("100");
    assert_eq!(world.offers(), []);
    world.pass(Duration::from_millis(999));
    assert_eq!(world.storage.asked_to_reserve.len(), 1);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.offers(), [pair("100", "anna")]);
}

#[test]
fn three_missed_in_a_row_pause_the_operator() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.seconds(20 + 10 + 20 + 10 + 19);
    assert_eq!(world.status("anna"), (Status::Connected, None));
    world.seconds(1);
    assert_eq!(world.status("anna"), (Status::Paused, Some("ring_no_answer")));
    assert_eq!(world.floor.status("anna").unwrap().by, By::System);
    assert_eq!(world.offers().len(), 3);
    world.seconds(60);
    assert_eq!(world.offers(), []);
    // Back on line, the count starts anew.
    world.choose("anna", Status::Connected, None).unwrap();
    assert_eq!(world.offers().len(), 1);
    world.seconds(20);
    assert_eq!(world.status("anna").0, Status::Connected);
}

#[test]
fn an_answered_call_between_forgives_what_was_missed() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    for call in ["100", "101"] {
        world.guest_calls(call);
        world.seconds(20 + 10 + 20 + 10);
        world.answer(call);
        world.ends(call, Side::Callee);
    }
    assert_eq!(world.status("anna").0, Status::Connected);
}

#[test]
fn wrap_up_holds_the_next_call_back() {
    let wrap_up_time = Duration::from_secs(15);
    let mut world = World::with(&["anna"], vec![QueueConfig { wrap_up_time, ..support() }]);
    world.on_line("anna");
    world.guest_calls("100");
    world.answer("100");
    world.guest_calls("101");
    world.commands();
    world.ends("100", Side::Callee);
    assert_eq!(world.activity("anna"), Activity::WrapUp);
    world.pass(Duration::from_millis(14_999));
    assert_eq!(world.offers(), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.offers(), [pair("101", "anna")]);
    assert_eq!((world.events("operator.wrap_up_started"), world.events("operator.wrap_up_ended")), (1, 1));
}

#[test]
fn a_caller_who_waited_too_long_is_sent_away_but_not_while_an_operator_rings() {
    let max_wait_time = Some(Duration::from_secs(30));
    let mut world = World::with(&["anna"], vec![QueueConfig { max_wait_time, ..support() }]);
    world.guest_calls("100");
    world.seconds(29);
    assert_eq!(world.refusal(), None);
    world.seconds(1);
    assert_eq!(world.refusal(), Some((480, "No operator answered".to_owned())));
    assert_eq!(world.outcome("100"), Some(Outcome::Missed));

    world.guest_calls("101");
    world.seconds(29);
    world.on_line("anna");
    world.seconds(10);
    assert_eq!(world.refusal(), None);
    world.seconds(10);
    assert_eq!(world.refusal().map(|(status, _)| status), Some(480));
    assert_eq!(world.outcome("101"), Some(Outcome::Missed));
    assert_eq!(world.offered("101"), [("anna", Some(OfferOutcome::RingNoAnswer))]);
}

#[test]
fn only_members_are_rung_and_a_changed_queue_counts_at_once() {
    let mut world =
        World::with(&["anna", "boris"], vec![QueueConfig { members: vec!["boris".to_owned()], ..support() }]);
    world.on_line("anna");
    world.guest_calls("100");
    world.seconds(5);
    assert_eq!(world.offers(), []);
    world.input(Input::QueueChanged(QueueConfig { members: vec!["anna".to_owned()], ..support() }));
    assert_eq!(world.offers(), [pair("100", "anna")]);
}

#[test]
fn a_stale_page_is_not_offered_calls() {
    let mut world = World::new(&["anna"]);
    let flow = world.on_line("anna");
    world.report(Report::FlowStale { login: "anna".to_owned(), flow });
    world.guest_calls("100");
    world.seconds(5);
    assert_eq!(world.offers(), []);
    assert_eq!(world.floor.operator("anna").unwrap().reachability, Reachability::Stale);
    world.report(Report::FlowLive { login: "anna".to_owned(), registrar: "r1".to_owned(), flow });
    assert_eq!(world.offers(), [pair("100", "anna")]);
}

#[test]
fn an_answer_that_crosses_the_no_answer_time_wins() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    world.switch_lag = None;
    world.seconds(20);
    assert!(matches!(world.commands().last(), Some(Command::CancelOffer { .. })));
    world.answer("100");
    world.seconds(60);
    assert_eq!(world.activity("anna"), Activity::OnCall);
    assert_eq!(world.offers(), []);
    assert_eq!(world.offered("100"), [("anna", Some(OfferOutcome::Answered))]);
}

#[test]
fn a_switch_that_never_confirms_a_cancelled_offer_does_not_keep_the_caller_waiting() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    world.switch_lag = None;
    world.seconds(20);
    world.ringing.clear();
    world.seconds(4);
    assert_eq!(world.offers(), [pair("100", "anna"), pair("100", "boris")]);
}

#[test]
fn the_reservation_outlives_the_ringing_and_a_call_is_held_while_it_lasts() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    let wall = world::WALL + world.now;
    assert_eq!(world.storage.reserved["anna"], ("100".to_owned(), wall + 25_000));
    world.seconds(10);
    world.answer("100");
    world.seconds(3600);
    let (by, until) = world.storage.reserved["anna"].clone();
    assert_eq!(by, "100");
    assert!(until > world::WALL + world.now + 60_000);
    world.ends("100", Side::Caller);
    assert_eq!(world.storage.reserved.get("anna"), None);
    world.seconds(600);
    assert_eq!(world.storage.reserved.get("anna"), None, "no hold after the end");
}
