//! 401 and 403: who is told, what is still asked, and what happens when the user comes back.

mod support;

use headset_workplace::{HttpAnswer, HttpRequest, Input, Slice, Status};
use support::{Shift, backend::error};

fn put(request: &HttpRequest) -> bool {
    matches!(request, HttpRequest::PutStatus { .. })
}

#[test]
fn a_refused_hash_ends_the_wait_for_the_launch_too() {
    let mut shift = Shift::new();
    shift.backend.failing_at = vec![("Hash", error(401, "unauthenticated"))];
    shift.backend.silent_at = vec!["Launch"];
    shift.start();
    shift.run(100);
    let seen = (shift.hash_error(), shift.launch_error(), shift.status_error());
    let code = Some("unauthenticated");
    assert_eq!(seen, (code, code, code));
    assert!(!shift.workplace.launch().loading && !shift.workplace.status().loading);
    assert_eq!(shift.told(0, "access_refused"), ["code unauthenticated"]);
}

#[test]
fn a_launch_that_was_had_before_shows_only_its_own_refusal() {
    let mut shift = Shift::started();
    shift.backend.failing_at = vec![("Registrars", error(401, "unauthenticated"))];
    shift.run(16_000);
    assert_eq!((shift.hash_error(), shift.launch_error()), (Some("unauthenticated"), None));

    let mut shift = Shift::started();
    shift.backend.failing_at = vec![("Launch", error(403, ""))];
    shift.tell(Input::Retry(Slice::Launch));
    shift.run(100);
    assert_eq!(shift.launch_error(), Some("forbidden"));
    let seen = shift.workplace.launch().error.clone().expect("an error");
    assert_eq!((seen.fatal, seen.recovering), (true, false));
    assert!(shift.workplace.launch().data.is_some());
}

#[test]
fn nothing_but_the_user_makes_a_refused_client_ask_again() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.backend.record.version += 1;
    shift.backend.record.next = Some((Status::Paused, "lunch".into()));
    shift.tell(Input::Pushed(HttpAnswer::Status(shift.backend.record.clone())));
    shift.stream_works = false;
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.run(16_000);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    let refused = shift.now;
    shift.close_stream();
    shift.end_the_call();
    shift.tell(Input::NetworkBack);
    shift.tell(Input::Woke { wall_ms: None });
    shift.run(300_000);
    assert_eq!(shift.asked(refused, |_| true), 0);
    assert_eq!(shift.count(|output| *output == headset_workplace::Output::OpenStream), 1);

    shift.stream_works = true;
    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.run(1_000);
    assert!(shift.stream_open);
    assert_eq!(shift.told(refused, "access_tried_again"), [""]);
    let back = shift.now;
    shift.tell(Input::Focused);
    assert_eq!(shift.asked(back, |_| true), 0, "a look at a page that works costs nothing");
}

#[test]
fn a_registrar_that_does_not_take_the_hash_does_not_make_a_refused_client_ask_for_another() {
    let mut shift = Shift::started();
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.run(16_000);
    let refused = shift.now;
    shift.edge.first_good_hash = 2;
    shift.registrars_down(&["r1", "r2"]);
    shift.registrars_back();
    shift.run(60_000);
    assert!(!shift.told(refused, "credentials_refused").is_empty());
    assert_eq!(shift.asked(refused, |_| true), 0);
    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.until(31_000, |shift| shift.user_agent() == "Registered");
}

#[test]
fn events_that_were_refused_are_sent_when_the_user_is_back() {
    let mut shift = Shift::started();
    shift.backend.failing_at = vec![("Events", error(401, "unauthenticated"))];
    shift.run(60_000);
    assert_eq!(shift.asked(0, |request| matches!(request, HttpRequest::Events(_))), 1);
    assert_eq!(shift.hash_error(), None, "the next poll tells whether it is more than that");
    shift.backend.failing_at = vec![("Registrars", error(401, "unauthenticated"))];
    shift.run(16_000);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    shift.backend.failing_at.clear();
    shift.tell(Input::Focused);
    shift.run(100);
    assert!(shift.backend.accepted.iter().any(|event| event.name == "engine_started"), "at once");
}

#[test]
fn a_status_that_is_refused_for_who_one_is_refuses_everything() {
    for (status, code) in [(401, "unauthenticated"), (403, "not_an_operator"), (403, "disabled")] {
        let mut shift = Shift::started();
        shift.backend.failing_at = vec![("PutStatus", error(status, code))];
        let begun = shift.now;
        shift.choose(Status::Connected);
        shift.run(60_000);
        assert_eq!((shift.hash_error(), shift.status_error()), (Some(code), Some(code)));
        assert_eq!(shift.asked(begun, |request| *request == HttpRequest::Registrars), 0, "{code}");
        assert!(!shift.workplace.status().loading);

        shift.backend.failing_at.clear();
        shift.choose(Status::Connected);
        shift.run(1_000);
        assert_eq!((shift.hash_error(), shift.status_error()), (None, None), "whom it knows again");
        assert_eq!(shift.status(), Some(Status::Connected));
        assert!(shift.asked(begun, |request| *request == HttpRequest::Hash) == 1, "all is asked again");
    }
}

#[test]
fn a_status_that_is_refused_for_another_reason_is_only_that() {
    for (status, code) in [(403, "csrf"), (422, "invalid_body")] {
        let mut shift = Shift::started();
        shift.backend.failing_at = vec![("PutStatus", error(status, code))];
        let begun = shift.now;
        shift.choose(Status::Connected);
        shift.run(30_000);
        assert_eq!(shift.asked(begun, put), 1, "trying again would not help");
        assert_eq!((shift.hash_error(), shift.status_error()), (None, Some(code)));
        let told = shift.told(begun, "status_not_set");
        assert_eq!(told, [format!("status {status} code {code}")]);
        assert!(shift.asked(begun, |request| *request == HttpRequest::Registrars) > 0, "the shift goes on");
    }
}

#[test]
fn the_watchdog_that_is_refused_goes_on_when_the_user_is_back() {
    let mut shift = Shift::on_line();
    shift.registrars_down(&["r1", "r2"]);
    shift.backend.failing_at = vec![("PutStatus", error(401, "unauthenticated"))];
    let down = shift.now;
    shift.run(60_000);
    assert_eq!(shift.asked(down, put), 1);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    shift.backend.failing_at.clear();
    shift.tell(Input::Focused);
    shift.run(100);
    assert_eq!(shift.status(), Some(Status::Disconnected));
    assert_eq!(shift.backend.record.sub_status, "registration_lost");
}
