//! Choosing a status, hearing of one, and being taken off line.

mod support;

use headset_softphone::{Input as PhoneInput, Permission};
use headset_workplace::{HttpAnswer, HttpRequest, Input, Output, Slice, Status};
use support::{Shift, backend::error};

fn put(request: &HttpRequest) -> bool {
    matches!(request, HttpRequest::PutStatus { .. })
}

fn changes(shift: &Shift) -> Vec<(Status, Status)> {
    let of = |(_, output): &(u64, Output)| match output {
        Output::StatusChanged { previous, next } => Some((*previous, *next)),
        _ => None,
    };
    shift.outputs.iter().filter_map(of).collect()
}

fn settled(shift: &Shift) -> Vec<u32> {
    let of = |(_, output): &(u64, Output)| match output {
        Output::StatusSet { request } => Some(*request),
        _ => None,
    };
    shift.outputs.iter().filter_map(of).collect()
}

#[test]
fn going_on_line_shows_only_loading_until_the_backend_has_agreed() {
    let mut shift = Shift::started();
    shift.choose(Status::Connected);
    assert!(shift.workplace.status().loading);
    assert_eq!(shift.status(), Some(Status::Disconnected), "not before the answer");
    assert_eq!(shift.count(|output| *output == Output::AskMicrophone), 1);
    shift.run(100);
    assert!(!shift.workplace.status().loading);
    assert_eq!(shift.status(), Some(Status::Connected));
    assert_eq!(changes(&shift), [(Status::Disconnected, Status::Connected)]);
    assert_eq!(settled(&shift), [1]);
}

#[test]
fn a_microphone_that_is_granted_is_not_asked_for() {
    let mut shift = Shift::started();
    shift.tell(Input::Softphone(PhoneInput::MicrophonePermission(Permission::Granted)));
    shift.choose(Status::Connected);
    assert_eq!(shift.count(|output| *output == Output::AskMicrophone), 0);
}

#[test]
fn a_change_made_elsewhere_is_heard_over_the_stream_or_by_polling() {
    let mut shift = Shift::on_line();
    shift.backend.change(Status::Paused, "lunch", "supervisor");
    let record = shift.backend.record.clone();
    shift.tell(Input::Pushed(HttpAnswer::Status(record)));
    assert_eq!(shift.status(), Some(Status::Paused));

    shift.stream_works = false;
    shift.close_stream();
    shift.backend.change(Status::Disconnected, "unreachable", "system");
    shift.run(16_000);
    assert_eq!(shift.status(), Some(Status::Disconnected));
    let all = [
        (Status::Disconnected, Status::Connected),
        (Status::Connected, Status::Paused),
        (Status::Paused, Status::Disconnected),
    ];
    assert_eq!(changes(&shift), all);
}

#[test]
fn an_older_record_that_comes_late_is_not_believed() {
    let mut shift = Shift::started();
    let old = shift.backend.record.clone();
    shift.choose(Status::Connected);
    shift.run(100);
    shift.tell(Input::Pushed(HttpAnswer::Status(old)));
    assert_eq!(shift.status(), Some(Status::Connected));
}

#[test]
fn a_click_that_meets_a_change_made_elsewhere_is_tried_once_more() {
    let mut shift = Shift::on_line();
    shift.backend.change(Status::Connected, "", "supervisor");
    let begun = shift.now;
    shift.tell(Input::SetStatus { request: 7, status: Status::Paused, sub_status: "lunch".into() });
    shift.run(200);
    assert_eq!(shift.asked(begun, put), 2);
    assert_eq!(shift.backend.record.sub_status, "lunch");
    assert_eq!(shift.workplace.status().error, None);
    assert_eq!(settled(&shift), [1, 7]);
}

#[test]
fn a_second_conflict_is_the_operators_to_see() {
    let mut shift = Shift::on_line();
    let mut conflict = error(412, "version_mismatch");
    conflict.current = Some(shift.backend.record.clone());
    shift.backend.failing_at = vec![("PutStatus", conflict)];
    let begun = shift.now;
    shift.choose(Status::Paused);
    shift.run(5_000);
    assert_eq!(shift.asked(begun, put), 2);
    let seen = shift.workplace.status().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.recovering), ("version_mismatch", false));
    assert!(!shift.workplace.status().loading);
    assert_eq!(settled(&shift), [1, 1]);
}

#[test]
fn a_click_that_cannot_get_through_is_given_up_after_ten_seconds() {
    let mut shift = Shift::on_line();
    shift.backend.failing_at = vec![("PutStatus", error(0, ""))];
    shift.tell(Input::SetStatus { request: 9, status: Status::Paused, sub_status: String::new() });
    shift.run(5_000);
    assert!(shift.workplace.status().loading, "still trying");
    shift.run(10_000);
    assert!(!shift.workplace.status().loading);
    assert_eq!(shift.workplace.status().error.as_ref().map(|error| error.code.as_str()), Some("network"));
    assert_eq!(settled(&shift), [1, 9]);

    shift.backend.failing_at.clear();
    shift.tell(Input::Retry(Slice::Status));
    shift.run(100);
    assert_eq!(shift.workplace.status().error, None);
    assert_eq!(shift.status(), Some(Status::Connected), "what was given up is not done later");
}

#[test]
fn of_clicks_in_a_hurry_the_last_one_wins_and_every_promise_resolves() {
    let mut shift = Shift::started();
    for (request, status) in [(1, Status::Connected), (2, Status::Paused), (3, Status::Disconnected)] {
        shift.tell(Input::SetStatus { request, status, sub_status: String::new() });
    }
    shift.run(500);
    assert_eq!(shift.backend.record.status, Status::Disconnected);
    let mut all = settled(&shift);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
    assert!(!shift.workplace.status().loading);
}

#[test]
fn a_status_chosen_in_a_call_is_the_next_one_and_asked_for_when_the_call_has_ended() {
    let mut shift = Shift::on_line();
    shift.stream_works = false;
    shift.close_stream();
    shift.talk();
    shift.backend.record.version += 1;
    shift.backend.record.next = Some((Status::Paused, "lunch".into()));
    shift.run(16_000);
    assert_eq!(shift.status(), Some(Status::Connected));
    let next = shift.workplace.status().data.as_ref().and_then(|record| record.next.clone());
    assert_eq!(next, Some((Status::Paused, "lunch".into())));
    shift.backend.change(Status::Paused, "lunch", "operator");
    shift.backend.record.next = None;
    shift.end_the_call();
    shift.run(1_500);
    assert_eq!(shift.status(), Some(Status::Paused));
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
    assert_eq!(shift.events(down).iter().filter(|name| *name == "watchdog_fired").count(), 1);

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
    shift.run(16_000);
    assert_eq!(shift.backend.record.sub_status, "registration_lost");
    assert!(!shift.edge.received.iter().any(|line| line.starts_with("480") || line.starts_with("BYE")));
}
