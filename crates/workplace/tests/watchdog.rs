//! The watch that takes an operator off line whom no call can reach.

mod support;

use headset_workplace::{HttpAnswer, HttpRequest, Input, Output, Status};
use support::{Shift, backend::error};

fn put(request: &HttpRequest) -> bool {
    matches!(request, HttpRequest::PutStatus { .. })
}

#[test]
fn an_operator_whom_no_registrar_knows_for_15_s_is_taken_off_line() {
    let mut shift = Shift::on_line();
    shift.registrars_down(&["r1", "r2"]);
    let down = shift.now;
    shift.run(14_000);
    assert_eq!(shift.asked(down, put), 0, "not yet");
    shift.run(2_000);
    assert_eq!(shift.status(), Some(Status::Disconnected));
    assert_eq!(shift.backend.record.sub_status, "registration_lost");
    assert_eq!(shift.told(down, "watchdog_fired"), ["sub_status registration_lost in_call false"]);
    assert_eq!(shift.told(down, "status_set"), ["status disconnected next  for watchdog"]);

    shift.registrars_back();
    shift.run(60_000);
    assert_eq!(shift.user_agent(), "Registered", "registers again by itself");
    assert_eq!(shift.status(), Some(Status::Disconnected), "the status does not come back by itself");
}

#[test]
fn a_gap_of_less_than_15_s_changes_nothing() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    for _ in 0..3 {
        shift.registrars_down(&["r1", "r2"]);
        shift.run(10_000);
        shift.registrars_back();
        shift.run(5_000);
        assert_eq!(shift.user_agent(), "Registered");
    }
    assert_eq!(shift.asked(begun, put), 0);
}

#[test]
fn one_registrar_is_enough() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    shift.registrars_down(&["r2"]);
    shift.run(120_000);
    assert_eq!(shift.asked(begun, put), 0);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn the_watchdog_goes_on_until_it_gets_through() {
    let mut shift = Shift::on_line();
    shift.backend.failing = Some(error(0, ""));
    shift.registrars_down(&["r1", "r2"]);
    shift.run(60_000);
    assert_eq!(shift.status(), Some(Status::Connected), "nobody could be told");
    assert!(!shift.workplace.status().loading, "the operator can still choose");
    assert_eq!(shift.told(0, "watchdog_fired").len(), 1, "said once");
    shift.backend.failing = None;
    shift.run(4_000);
    assert_eq!(shift.status(), Some(Status::Disconnected));
}

#[test]
fn the_watchdog_yields_to_whoever_changed_the_status_before_it() {
    let mut shift = Shift::on_line();
    shift.stream_works = false;
    shift.close_stream();
    shift.registrars_down(&["r1", "r2"]);
    let down = shift.now;
    shift.backend.failing_at = vec![("Status", error(503, ""))];
    shift.backend.change(Status::Disconnected, "unreachable", "system");
    shift.run(20_000);
    assert_eq!(shift.asked(down, put), 1, "a 412 is not tried again");
    assert_eq!(shift.backend.record.sub_status, "unreachable");
    assert_eq!(shift.status(), Some(Status::Disconnected));
}

#[test]
fn the_watchdog_leaves_a_call_alone() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.registrars_down(&["r1", "r2"]);
    let down = shift.now;
    shift.run(16_000);
    assert_eq!(shift.backend.record.sub_status, "registration_lost");
    assert_eq!(shift.told(down, "watchdog_fired"), ["sub_status registration_lost in_call true"]);
    assert!(!shift.edge.received.iter().any(|line| line.starts_with("480") || line.starts_with("BYE")));
}

#[test]
fn the_watchdog_lets_the_operator_choose_first() {
    let mut shift = Shift::on_line();
    shift.registrars_down(&["r1", "r2"]);
    shift.run(12_000);
    shift.backend.failing_at = vec![("PutStatus", error(503, ""))];
    shift.tell(Input::SetStatus { request: 5, status: Status::Paused, sub_status: "lunch".into() });
    shift.run(6_000);
    assert!(shift.told(0, "watchdog_fired").is_empty());
    shift.backend.failing_at.clear();
    shift.run(4_000);
    assert_eq!(shift.status(), Some(Status::Paused), "what was chosen counts");
    assert_eq!(shift.count(|output| *output == Output::StatusSet { request: 5 }), 1);
    shift.run(30_000);
    assert_eq!(shift.status(), Some(Status::Paused), "there is nobody on line to watch any more");

    let mut shift = Shift::on_line();
    shift.registrars_down(&["r1", "r2"]);
    shift.run(12_000);
    shift.backend.failing_at = vec![("PutStatus", error(503, ""))];
    shift.choose(Status::Paused);
    shift.until(15_000, |shift| shift.status_error().is_some());
    shift.backend.failing_at.clear();
    shift.run(1_100);
    assert_eq!(shift.backend.record.sub_status, "registration_lost", "what came to nothing does not");
}

#[test]
fn the_watchdog_that_waits_yields_to_a_change_that_it_hears_of() {
    let mut shift = Shift::on_line();
    shift.backend.failing_at = vec![("PutStatus", error(503, ""))];
    shift.registrars_down(&["r1", "r2"]);
    shift.run(20_000);
    shift.backend.change(Status::Paused, "training", "supervisor");
    shift.tell(Input::Pushed(HttpAnswer::Status(shift.backend.record.clone())));
    shift.backend.failing_at.clear();
    let heard = shift.now;
    shift.run(60_000);
    assert_eq!(shift.asked(heard, put), 0);
    assert_eq!(shift.status(), Some(Status::Paused));

    // Whom a supervisor sends on line again is watched anew.
    shift.backend.change(Status::Connected, "", "supervisor");
    shift.tell(Input::Pushed(HttpAnswer::Status(shift.backend.record.clone())));
    let sent = shift.now;
    shift.run(14_000);
    assert_eq!(shift.asked(sent, put), 0);
    shift.run(1_100);
    assert_eq!(shift.status(), Some(Status::Disconnected));
}

#[test]
fn only_whoever_is_on_line_is_watched() {
    let mut shift = Shift::started();
    shift.choose(Status::Paused);
    shift.run(100);
    let begun = shift.now;
    shift.registrars_down(&["r1", "r2"]);
    shift.run(60_000);
    assert_eq!(shift.asked(begun, put), 0);
    shift.tell(Input::Stop);
    shift.run(60_000);
    assert_eq!(shift.asked(begun, put), 0);
}
