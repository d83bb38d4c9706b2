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
fn the_microphone_is_asked_for_only_when_going_on_line() {
    let mut shift = Shift::on_line();
    for status in [Status::Connected, Status::Paused, Status::Disconnected] {
        shift.choose(status);
        shift.run(100);
    }
    assert_eq!(shift.count(|output| *output == Output::AskMicrophone), 1, "the first time");
    shift.choose(Status::Connected);
    assert_eq!(shift.count(|output| *output == Output::AskMicrophone), 2);
}

#[test]
fn a_status_is_read_as_it_is_written() {
    let words = [
        (Status::Connected, "connected"),
        (Status::Disconnected, "disconnected"),
        (Status::Paused, "paused"),
    ];
    for (status, word) in words {
        assert_eq!((status.as_str(), Status::parse(word)), (word, Some(status)));
    }
    assert_eq!((Status::parse(""), Status::parse("Paused")), (None, None));
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
fn a_look_in_the_background_that_fails_shows_nothing() {
    let mut shift = Shift::on_line();
    shift.stream_works = false;
    shift.close_stream();
    shift.backend.failing_at = vec![("Status", error(503, "")), ("PutStatus", error(503, ""))];
    let begun = shift.now;
    shift.run(32_000);
    assert!(shift.asked(begun, |request| *request == HttpRequest::Status) >= 2);
    assert_eq!(shift.workplace.status().error, None);
    shift.choose(Status::Paused);
    shift.tell(Input::NetworkBack);
    shift.run(5_000);
    assert_eq!(shift.workplace.status().error, None);
    assert!(shift.workplace.status().loading, "what was chosen is still tried");
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
fn of_two_clicks_only_the_last_is_tried_once_more() {
    let mut shift = Shift::on_line();
    shift.backend.change(Status::Connected, "", "supervisor");
    let begun = shift.now;
    for (request, sub_status) in [(7, "lunch"), (8, "training")] {
        let sub_status = sub_status.into();
        shift.tell(Input::SetStatus { request, status: Status::Paused, sub_status });
    }
    shift.run(500);
    assert_eq!(shift.asked(begun, put), 2);
    assert_eq!(shift.backend.record.sub_status, "training");
    assert_eq!(settled(&shift), [1, 7, 8]);
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
    shift.run(120_000);
    assert_eq!(shift.status_error(), Some("network"), "until the operator has done something about it");

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
fn a_choice_that_the_backend_is_too_busy_for_is_made_a_moment_later() {
    for status in [0, 408, 429, 500, 503] {
        let mut shift = Shift::started();
        shift.backend.failing_at = vec![("PutStatus", error(status, ""))];
        shift.choose(Status::Connected);
        shift.run(1_000);
        assert_eq!(shift.workplace.status().error, None, "{status}");
        shift.backend.failing_at.clear();
        shift.run(3_000);
        assert_eq!(shift.status(), Some(Status::Connected), "{status}");
    }
}

#[test]
fn a_new_choice_takes_the_place_of_one_that_waits() {
    let mut shift = Shift::on_line();
    shift.backend.failing_at = vec![("PutStatus", error(503, ""))];
    shift.tell(Input::SetStatus { request: 5, status: Status::Paused, sub_status: String::new() });
    shift.run(5_000);
    shift.backend.failing_at.clear();
    let begun = shift.now;
    shift.tell(Input::SetStatus { request: 6, status: Status::Disconnected, sub_status: String::new() });
    shift.run(100);
    assert_eq!(settled(&shift), [1, 5, 6]);
    assert_eq!(shift.status(), Some(Status::Disconnected), "at once");
    shift.run(30_000);
    assert_eq!(shift.asked(begun, put), 1);
}

#[test]
fn a_conflict_whose_record_is_not_told_is_asked_about() {
    let mut shift = Shift::on_line();
    shift.backend.change(Status::Connected, "", "supervisor");
    shift.backend.failing_at = vec![("PutStatus", error(412, "version_mismatch"))];
    let begun = shift.now;
    shift.choose(Status::Paused);
    shift.run(1_000);
    assert_eq!(shift.asked(begun, |request| *request == HttpRequest::Status), 2);
    assert_eq!(shift.workplace.status().data.as_ref().map(|record| record.version), Some(3));
    assert_eq!(shift.status_error(), Some("version_mismatch"));
}
