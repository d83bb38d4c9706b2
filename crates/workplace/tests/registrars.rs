//! Which registrars a client belongs to, and moving between them.

mod support;

use headset_workplace::{HttpAnswer, HttpRequest, Input, Rotation, Slice, Status};
use support::{Shift, backend::error, backend::registrar};

fn bound(shift: &Shift, id: &str) -> Vec<(u64, bool)> {
    shift.edge.bindings.iter().filter(|(_, of, _)| of == id).map(|(at, _, bound)| (*at, *bound)).collect()
}

fn rotation(shift: &Shift) -> Rotation {
    shift.workplace.registrars().rotation
}

#[test]
fn without_a_call_the_client_moves_at_the_next_poll_and_is_never_unreachable() {
    let mut shift = Shift::started();
    shift.backend.registrars = vec![registrar(1), registrar(3)];
    shift.run(16_000);
    let (joined, left) = (bound(&shift, "r3"), bound(&shift, "r2"));
    let (joined, left) = (joined.first().expect("r3"), left.last().expect("r2"));
    assert!(joined.1 && !left.1);
    assert!(joined.0 < left.0, "make before break: {joined:?} {left:?}");
    assert_eq!(bound(&shift, "r1").len(), 1, "who stays is not touched");
    let mut connected = shift.edge.connected();
    connected.sort_unstable();
    assert_eq!(connected, ["r1", "r3"]);
    assert_eq!(rotation(&shift), Rotation::Completed);
    let names = shift.events(0);
    let at = |name: &str| names.iter().position(|of| of == name);
    assert!(at("rotation_moving") < at("rotation_completed") && at("rotation_moving").is_some());
    assert_eq!(shift.told(0, "rotation_moving"), ["to r1 r3"]);
}

#[test]
fn a_push_moves_at_once() {
    let mut shift = Shift::started();
    shift.backend.registrars = vec![registrar(3), registrar(2)];
    let push = HttpAnswer::Registrars { registrars: shift.backend.registrars.clone(), version: "2".into() };
    shift.tell(Input::Pushed(push));
    assert_eq!(rotation(&shift), Rotation::Moving);
    shift.run(1_000);
    assert_eq!(rotation(&shift), Rotation::Completed);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn a_launch_that_is_asked_for_again_brings_what_has_changed_meanwhile() {
    let mut shift = Shift::on_line();
    shift.backend.registrars = vec![registrar(3), registrar(2)];
    shift.backend.change(Status::Paused, "training", "supervisor");
    let begun = shift.now;
    shift.tell(Input::Retry(Slice::Launch));
    shift.run(1_000);
    assert_eq!(rotation(&shift), Rotation::Completed);
    assert!(shift.edge.connected().contains(&"r3"));
    assert_eq!(shift.told(begun, "status_changed").len(), 1);
}

#[test]
fn in_a_call_nothing_moves_until_it_ends() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.backend.registrars = vec![registrar(1), registrar(3)];
    shift.run(20_000);
    assert_eq!(rotation(&shift), Rotation::Pending);
    assert_eq!(shift.told(0, "rotation_pending"), ["from r1 r2 to r1 r3 version 1"], "said once");
    assert!(bound(&shift, "r3").is_empty());
    assert!(shift.edge.connected().contains(&"r2"));

    shift.end_the_call();
    shift.run(1_000);
    assert_eq!(rotation(&shift), Rotation::Completed);
    assert!(!shift.edge.connected().contains(&"r2") && shift.edge.connected().contains(&"r3"));
}

#[test]
fn a_change_that_is_taken_back_during_the_call_moves_nothing() {
    let mut shift = Shift::on_line();
    shift.ring();
    let home = shift.backend.registrars.clone();
    shift.backend.registrars = vec![registrar(3)];
    shift.run(16_000);
    shift.backend.registrars = home;
    shift.run(16_000);
    assert_eq!(rotation(&shift), Rotation::None);
    assert_eq!(shift.told(0, "rotation_withdrawn"), ["from r1 r2 to r1 r2 version 1"]);
    shift.end_the_call();
    shift.run(16_000);
    assert!(bound(&shift, "r3").is_empty());
}

#[test]
fn an_empty_or_failed_answer_changes_nothing() {
    let mut shift = Shift::started();
    shift.backend.registrars.clear();
    shift.run(31_000);
    shift.backend.failing_at = vec![("Registrars", error(500, ""))];
    shift.run(31_000);
    assert_eq!(shift.edge.connected(), ["r1", "r2"]);
    assert_eq!(rotation(&shift), Rotation::None);
    assert_eq!(shift.events(0).iter().filter(|name| *name == "poll_failed").count(), 1, "said once");
}

#[test]
fn the_registrars_are_asked_for_every_15_s_whether_or_not_there_is_a_stream() {
    let mut shift = Shift::started();
    let begun = shift.now;
    shift.run(150_000);
    let polls = shift.asked(begun, |request| *request == HttpRequest::Registrars);
    assert!((9..=12).contains(&polls), "{polls}");
}

#[test]
fn a_stream_that_breaks_is_opened_again_and_brings_what_was_missed() {
    let mut shift = Shift::on_line();
    shift.stream_works = false;
    shift.close_stream();
    shift.run(5_000);
    assert!(!shift.stream_open);
    shift.stream_works = true;
    shift.backend.registrars = vec![registrar(1), registrar(3)];
    let took = shift.until(3_100, |shift| shift.stream_open);
    shift.run(500);
    assert_eq!(rotation(&shift), Rotation::Completed, "{took}");
}

#[test]
fn a_network_that_is_back_opens_the_stream_at_once() {
    let mut shift = Shift::started();
    shift.stream_works = false;
    shift.close_stream();
    shift.run(300_000);
    assert!(!shift.stream_open);
    shift.stream_works = true;
    shift.tell(Input::NetworkBack);
    shift.run(50);
    assert!(shift.stream_open);
}

#[test]
fn why_nobody_can_be_reached_is_told() {
    let mut shift = Shift::started();
    shift.registrars_down(&["r1", "r2"]);
    shift.until(30_000, |shift| shift.user_agent() == "Disconnected");
    let seen = shift.workplace.user_agent().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), ("registrars_unreachable", false, true));
    let flows = shift.workplace.registrars().flows;
    assert!(flows.iter().any(|flow| flow.error.as_ref() == Some(&seen.message)), "{seen:?} {flows:?}");

    shift.registrars_back();
    shift.until(31_000, |shift| shift.user_agent() == "Registered");
    assert_eq!(shift.workplace.user_agent().error, None);

    shift.edge.refuses_all = true;
    shift.registrars_down(&["r1", "r2"]);
    shift.registrars_back();
    shift.until(61_000, |shift| shift.user_agent() == "Error");
    let seen = shift.workplace.user_agent().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), ("registration_refused", true, false));
    assert!(seen.message.contains("Credentials expired"), "in the registrar's words: {seen:?}");
}
