//! Storage fails for a while: nothing is lost, nobody is stuck.

#![allow(clippy::unwrap_used)]

mod world;

use headset_floor::*;
use world::World;

#[test]
fn a_request_is_refused_and_nothing_changes() {
    let mut world = World::new(&["anna"]);
    world.storage.failing = true;
    assert_eq!(
        world.choose("anna", Status::Connected, None),
        Err(FloorError::Storage("the disk is full".to_owned()))
    );
    assert_eq!(world.status("anna").0, Status::Disconnected);
}

#[test]
fn a_waiting_call_is_served_and_recorded_once_storage_is_back() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.storage.failing = true;
    world.guest_calls("100");
    world.seconds(60);
    assert_eq!(world.offers(), []);
    world.storage.failing = false;
    world.seconds(6);
    assert_eq!(world.offers(), [("100".to_owned(), "anna".to_owned())]);
    for name in ["call.arrived", "call.queued", "call.offered"] {
        assert_eq!(world.events(name), 1, "{name}");
    }
    assert_eq!(world.storage.calls["100"].outcome, None);
}

#[test]
fn a_call_that_ends_while_storage_fails_keeps_its_one_outcome_and_frees_the_operator() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.answer("100");
    world.storage.failing = true;
    world.ends("100", Side::Callee);
    world.guest_calls("101");
    world.commands();
    world.seconds(30);
    assert_eq!(world.offers(), []);
    assert_eq!(world.storage.asked_to_reserve.len(), 1, "not free before storage has let them go");
    world.storage.failing = false;
    world.seconds(6);
    assert_eq!(world.outcome("100"), Some(Outcome::Answered));
    assert_eq!(world.events("call.ended"), 1);
    assert_eq!(world.offers(), [("101".to_owned(), "anna".to_owned())]);
}

#[test]
fn the_floors_own_statuses_are_written_once_storage_is_back() {
    let mut world = World::new(&["anna"]);
    let flow = world.on_line("anna");
    world.flow_gone("anna", flow, true);
    world.storage.failing = true;
    world.seconds(60);
    assert_eq!(world.status("anna").0, Status::Connected);
    world.storage.failing = false;
    world.seconds(6);
    assert_eq!(world.status("anna"), (Status::Disconnected, Some("page_closed")));
    assert_eq!(world.events("operator.unregistered"), 1);
}

#[test]
fn a_page_that_came_back_while_storage_failed_is_not_taken_off_line_afterwards() {
    let mut world = World::new(&["anna"]);
    let flow = world.on_line("anna");
    world.flow_gone("anna", flow, false);
    world.storage.failing = true;
    world.seconds(20);
    world.flow("anna");
    world.storage.failing = false;
    world.seconds(20);
    assert_eq!(world.status("anna").0, Status::Connected);
}

#[test]
fn a_colleagues_call_is_refused_when_it_cannot_be_reserved() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.storage.failing = true;
    world.arrives("1", "anna", "boris");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(503));
    world.storage.failing = false;
    world.seconds(6);
    assert_eq!(world.outcome("1"), Some(Outcome::Failed));
    assert!(world.storage.reserved.is_empty());
    assert_eq!(world.activity("anna"), Activity::Idle);
}

#[test]
fn a_reservation_that_comes_for_a_caller_who_has_gone_is_given_back() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.storage.delay = 100;
    world.guest_calls("100");
    world.ends("100", Side::Caller);
    world.seconds(1);
    assert_eq!(world.offers(), []);
    assert!(world.storage.reserved.is_empty());
    assert_eq!(world.outcome("100"), Some(Outcome::Abandoned));
    world.guest_calls("101");
    world.seconds(1);
    assert_eq!(world.offers().len(), 1);
}

#[test]
fn who_calls_out_while_rung_is_let_go_even_if_holding_them_for_that_call_failed() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.storage.failing = true;
    world.arrives("out", "anna", "boris");
    world.storage.failing = false;
    world.seconds(6);
    assert!(world.storage.reserved.is_empty(), "{:?}", world.storage.reserved);
}
