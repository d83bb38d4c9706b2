//! From a cookie to a registered phone, and what stands in the way.

mod support;

use headset_softphone::{Command, FlowStatus, Input as PhoneInput};
use headset_workplace::{HttpRequest, Input, Options, Rotation, Slice, Status};
use support::{LATENCY, Shift, backend::error, backend::registrar};

#[test]
fn hash_and_launch_are_asked_in_parallel_and_both_registrars_know_the_operator() {
    let mut shift = Shift::new();
    shift.start();
    assert_eq!(shift.asked(0, |request| *request == HttpRequest::Hash), 1);
    assert_eq!(shift.asked(0, |request| *request == HttpRequest::Launch), 1);
    assert!(
        shift.workplace.hash().loading
            && shift.workplace.launch().loading
            && shift.workplace.status().loading
    );
    assert_eq!(shift.user_agent(), "Connecting");

    shift.run(1_000);
    assert_eq!(shift.workplace.hash().data.as_ref().map(|hash| hash.login.as_str()), Some("anna"));
    assert_eq!(shift.status(), Some(Status::Disconnected));
    assert!(!shift.workplace.status().loading);
    let flows = &shift.workplace.registrars().flows;
    assert_eq!(flows.len(), 2);
    assert!(flows.iter().all(|flow| flow.status == FlowStatus::Registered), "{flows:?}");
    assert_eq!(shift.user_agent(), "Registered");
    assert!(shift.stream_open);
    for slice in Slice::ALL {
        let changes = shift.changed(0, slice);
        assert_eq!(changes > 0, slice != Slice::Session, "{slice:?}: {changes}");
    }
    shift.ring();
    assert!(shift.changed(1_000, Slice::Session) > 0);
}

#[test]
fn a_slice_is_said_to_have_changed_only_when_it_has() {
    let mut shift = Shift::started();
    let quiet = shift.now;
    shift.run(60_000);
    for slice in Slice::ALL {
        assert_eq!(shift.changed(quiet, slice), 0, "{slice:?}");
    }
    assert!(
        shift.asked(quiet, |request| *request == HttpRequest::Registrars) >= 3,
        "it was polled meanwhile"
    );
}

#[test]
fn a_failing_network_is_tried_again_and_the_error_says_so() {
    let mut shift = Shift::new();
    shift.backend.failing = Some(error(0, ""));
    shift.start();
    shift.run(60_000);
    let seen = shift.workplace.hash().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), ("network", false, true));
    assert_eq!(shift.workplace.launch().error.as_ref().map(|error| error.code.as_str()), Some("network"));
    assert!(!shift.workplace.hash().loading);
    let tries = shift.asked(0, |request| *request == HttpRequest::Hash);
    assert!((4..=16).contains(&tries), "backs off: {tries}");

    shift.backend.failing = None;
    shift.run(31_000);
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.workplace.hash().error, None);
}

#[test]
fn a_server_error_is_tried_again_and_online_does_not_wait_for_the_back_off() {
    let mut shift = Shift::new();
    shift.backend.failing = Some(error(503, ""));
    shift.start();
    shift.run(120_000);
    assert_eq!(shift.hash_error(), Some("server_error"));
    shift.backend.failing = None;
    shift.tell(Input::NetworkBack);
    shift.run(500);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn an_answer_to_anything_shows_that_the_network_is_back() {
    let mut shift = Shift::new();
    shift.backend.failing_at = vec![("Hash", error(0, "")), ("Launch", error(503, ""))];
    shift.start();
    shift.run(300_000);
    shift.backend.failing_at.clear();
    let begun = shift.now;
    shift.tell(Input::Retry(Slice::Launch));
    shift.run(100);
    assert_eq!(shift.asked(begun, |request| *request == HttpRequest::Hash), 1, "not a back-off later");
    assert!(shift.workplace.hash().data.is_some());
}

#[test]
fn an_answer_that_never_comes_is_asked_for_again() {
    let mut shift = Shift::new();
    shift.backend.silent_at = vec!["Launch"];
    shift.start();
    shift.run(20_000);
    let seen = shift.workplace.launch().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.message.as_str()), ("network", "No answer came."));
    shift.backend.silent_at.clear();
    shift.run(20_000);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn who_is_not_logged_in_is_told_where_to_and_asked_again_only_on_focus() {
    let mut shift = Shift::new();
    let mut refusal = error(401, "unauthenticated");
    refusal.login_url = "/login".into();
    shift.backend.failing = Some(refusal);
    shift.start();
    shift.run(600_000);
    let seen = shift.workplace.hash().error.clone().expect("an error");
    assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), ("unauthenticated", true, false));
    assert_eq!(seen.login_url, "/login");
    assert!(shift.workplace.launch().error.is_some() && shift.workplace.status().error.is_some());
    assert_eq!(shift.asked(0, |request| *request == HttpRequest::Hash), 1);
    assert_eq!(shift.asked(0, |request| *request == HttpRequest::Launch), 1);
    assert_eq!(shift.user_agent(), "Disconnected");

    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.run(1_000);
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.hash_error(), None);
    assert_eq!(shift.workplace.status().error, None);
}

#[test]
fn a_login_while_the_page_is_still_asking_is_not_missed() {
    // What was asked before the login is refused after it.
    let mut starting = Shift::new();
    starting.backend.failing = Some(error(401, "unauthenticated"));
    starting.start();
    let mut renewing = Shift::on_line();
    renewing.backend.failing = Some(error(401, "unauthenticated"));
    renewing.tell(Input::Retry(Slice::Hash));
    renewing.tell(Input::Retry(Slice::Registrars));
    for shift in [&mut starting, &mut renewing] {
        shift.run(LATENCY / 2);
        shift.backend.failing = None;
        let back = shift.now;
        shift.tell(Input::Focused);
        shift.run(1_000);
        assert_eq!(shift.hash_error(), None);
        assert_eq!(shift.workplace.status().error, None);
        assert_eq!(shift.user_agent(), "Registered");
        assert_eq!(shift.asked(back, |request| *request == HttpRequest::Hash), 1);
    }
}

#[test]
fn an_account_that_is_no_operator_is_told_so_and_can_try_again() {
    for code in ["not_an_operator", "disabled"] {
        let mut shift = Shift::new();
        shift.backend.failing = Some(error(403, code));
        shift.start();
        shift.run(60_000);
        assert_eq!(shift.hash_error(), Some(code));
        assert_eq!(shift.asked(0, |request| *request == HttpRequest::Hash), 1);

        shift.backend.failing = None;
        shift.tell(Input::Retry(Slice::Hash));
        assert!(shift.workplace.hash().loading);
        shift.run(1_000);
        assert_eq!(shift.user_agent(), "Registered");
    }
}

#[test]
fn somebody_else_logging_in_restarts_the_phone_as_them() {
    let mut shift = Shift::on_line();
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.run(20_000);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    shift.backend.login = "boris".into();
    shift.backend.registrars = vec![registrar(2), registrar(3)];
    shift.backend.change(Status::Disconnected, "", "operator");
    shift.backend.record.version = 1;
    let begun = shift.now;
    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.run(3_000);
    assert_eq!(shift.workplace.launch().data.as_ref().map(|launch| launch.login.as_str()), Some("boris"));
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.edge.login, "boris");
    assert_eq!(shift.edge.connected().len(), 2, "the old flows are gone");
    assert_eq!(shift.status(), Some(Status::Disconnected));
    assert!(shift.told(begun, "status_changed").is_empty(), "the status of one is no change of the other's");
    assert_eq!(shift.workplace.registrars().rotation, Rotation::None);
}

#[test]
fn a_start_during_a_shift_asks_nothing_and_sets_the_clock() {
    let mut shift = Shift::started();
    let begun = shift.now;
    shift.tell(Input::Start(Options { profile_id: String::new(), wall_ms: 1_800_000_000_000 }));
    assert_eq!(shift.asked(begun, |_| true), 0);
    shift.run(1_000);
    shift.choose(Status::Connected);
    let event = shift.happened(begun).pop().expect("an event");
    assert_eq!((event.name.as_str(), event.at_ms), ("status_requested", 1_800_000_001_000));
    assert_eq!(shift.count(|output| matches!(output, headset_workplace::Output::OpenStream)), 1);
}

#[test]
fn the_phone_is_the_workplaces_to_start_and_stop() {
    let mut shift = Shift::on_line();
    shift.command(Command::Stop);
    shift.command(Command::SetRegistrars(Vec::new()));
    shift.run(1_000);
    assert_eq!(shift.edge.connected(), ["r1", "r2"]);
    assert_eq!(shift.user_agent(), "Registered");

    let begun = shift.now;
    shift.tell(Input::Softphone(PhoneInput::Woke));
    assert_eq!(shift.asked(begun, |request| *request == HttpRequest::Hash), 1, "the hash's clock is suspect");
}

#[test]
fn who_wants_to_try_again_asks_for_what_is_missing() {
    let asked = |shift: &Shift, since| {
        shift
            .backend
            .asked
            .iter()
            .filter(|(at, _)| *at >= since)
            .map(|(_, request)| request.clone())
            .collect()
    };
    let tried = |shift: &mut Shift, slice| -> Vec<HttpRequest> {
        shift.run(100);
        let begun = shift.now;
        shift.tell(Input::Retry(slice));
        asked(shift, begun)
    };
    let mut shift = Shift::started();
    assert_eq!(tried(&mut shift, Slice::Hash), [HttpRequest::Hash]);
    assert_eq!(tried(&mut shift, Slice::Launch), [HttpRequest::Launch]);
    assert_eq!(tried(&mut shift, Slice::Status), [HttpRequest::Status]);
    assert_eq!(tried(&mut shift, Slice::Registrars), [HttpRequest::Registrars]);
    assert_eq!(tried(&mut shift, Slice::Session), []);
    shift.registrars_down(&["r1", "r2"]);
    shift.run(300_000);
    shift.registrars_back();
    tried(&mut shift, Slice::UserAgent);
    shift.run(200);
    assert_eq!(shift.user_agent(), "Registered", "not a back-off later");

    let mut shift = Shift::new();
    tried(&mut shift, Slice::Hash);
    assert!(shift.backend.asked.is_empty() && !shift.workplace.hash().loading, "not before the start");
    shift.backend.failing = Some(error(503, ""));
    shift.start();
    shift.run(60_000);
    assert_eq!(tried(&mut shift, Slice::Status), [HttpRequest::Launch], "which brings the status");
}

#[test]
fn what_was_tried_again_in_vain_says_so_beside_what_is_known() {
    let mut shift = Shift::started();
    shift.backend.failing_at =
        vec![("Launch", error(503, "")), ("Status", error(503, "")), ("Hash", error(503, ""))];
    for slice in [Slice::Hash, Slice::Launch, Slice::Status] {
        shift.tell(Input::Retry(slice));
    }
    assert!(shift.workplace.launch().loading && shift.workplace.status().loading);
    shift.run(100);
    assert!(!shift.workplace.launch().loading && !shift.workplace.status().loading);
    assert_eq!((shift.launch_error(), shift.status_error()), (Some("server_error"), Some("server_error")));
    assert!(!shift.workplace.hash().loading && shift.workplace.hash().data.is_some());
    assert_eq!(shift.hash_error(), Some("server_error"));
    assert!(shift.workplace.launch().data.is_some() && shift.workplace.status().data.is_some());
    shift.backend.failing_at.clear();
    shift.run(31_000);
    shift.tell(Input::Retry(Slice::Status));
    shift.run(100);
    assert_eq!((shift.hash_error(), shift.launch_error(), shift.status_error()), (None, None, None));
}

#[test]
fn hash_and_launch_of_two_logins_are_not_mixed() {
    for late in ["Hash", "Launch"] {
        let mut shift = Shift::new();
        shift.backend.failing_at = vec![(late, error(503, ""))];
        shift.start();
        shift.run(100);
        // Boris logs in in another tab before the other answer comes.
        shift.backend.login = "boris".into();
        shift.backend.failing_at.clear();
        shift.run(3_000);
        assert_eq!(shift.user_agent(), "Registered", "{late}");
        assert_eq!(shift.edge.login, "boris");
        assert_eq!(shift.workplace.hash().data.as_ref().map(|hash| hash.login.as_str()), Some("boris"));
        assert_eq!(shift.workplace.launch().data.as_ref().map(|launch| launch.login.as_str()), Some("boris"));
    }
}

#[test]
fn somebody_else_logging_in_during_a_call_waits_for_its_end() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.backend.login = "boris".into();
    shift.tell(Input::Retry(Slice::Hash));
    shift.tell(Input::Retry(Slice::Launch));
    shift.run(10_000);
    assert!(shift.workplace.session().is_some());
    assert_eq!(shift.edge.login, "anna");
    shift.end_the_call();
    shift.run(1_000);
    assert_eq!((shift.edge.login.as_str(), shift.user_agent().as_str()), ("boris", "Registered"));
}
