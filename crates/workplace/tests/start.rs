//! From a cookie to a registered phone, and what stands in the way.

mod support;

use headset_softphone::{CallCommand, CallId, CallOptions, CallStatus, Command, FlowStatus};
use headset_workplace::{HttpRequest, Input, Output, Slice, Status};
use support::{LATENCY, Shift, backend::error};

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
}

#[test]
fn a_slice_is_said_to_have_changed_only_when_it_has() {
    let mut shift = Shift::started();
    let quiet = shift.now;
    shift.run(60_000);
    for slice in
        [Slice::Hash, Slice::Launch, Slice::Status, Slice::UserAgent, Slice::Session, Slice::Registrars]
    {
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
    assert_eq!(shift.workplace.launch().error.as_ref().map(|error| error.code.as_str()), Some("network"));
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
    let mut shift = Shift::started();
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.run(20_000);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    shift.backend.login = "boris".into();
    shift.backend.record.version = 1;
    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.run(3_000);
    assert_eq!(shift.workplace.launch().data.as_ref().map(|launch| launch.login.as_str()), Some("boris"));
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.edge.login, "boris");
    assert_eq!(shift.edge.connected().len(), 2, "the old flows are gone");
}

#[test]
fn stopping_unregisters_and_closes_everything_and_leaves_the_status() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    shift.tell(Input::Stop);
    shift.run(5_000);
    assert!(shift.edge.connected().is_empty(), "{:?}", shift.edge.connected());
    let gone = shift.edge.bindings.iter().filter(|(at, _, bound)| *at >= begun && !bound).count();
    assert_eq!(gone, 2);
    assert_eq!(shift.count(|output| *output == Output::CloseStream), 1);
    assert_eq!(shift.backend.record.status, Status::Connected);
    assert_eq!(shift.user_agent(), "Disconnected");
    let stopped = shift.now;
    shift.run(600_000);
    assert_eq!(shift.asked(stopped, |_| true), 0);

    shift.start();
    shift.run(1_000);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn leaving_the_page_unregisters_and_hands_out_the_events_and_leaves_the_status() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    shift.tell(Input::Unload);
    let events = |shift: &Shift| shift.asked(begun, |request| matches!(request, HttpRequest::Events(_)));
    assert_eq!(events(&shift), 1, "at once");
    shift.run(1_000);
    let gone = shift.edge.bindings.iter().filter(|(at, _, bound)| *at >= begun && !bound).count();
    assert_eq!(gone, 2);
    assert_eq!(shift.asked(begun, |request| matches!(request, HttpRequest::PutStatus { .. })), 0);
}

#[test]
fn leaving_the_page_in_a_call_hangs_up_nothing_and_the_page_may_come_back() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.tell(Input::Unload);
    shift.run(1_000);
    assert!(!shift.edge.received.iter().any(|line| line.starts_with("BYE")), "{:?}", shift.edge.received);
    assert!(shift.workplace.session().is_some());

    shift.start();
    shift.run(1_000);
    assert_eq!(shift.user_agent(), "Registered");
    assert_eq!(shift.status(), Some(Status::Connected));
    assert!(shift.workplace.session().is_some());
}

/// Anna talks, or not, and calls somebody who is rung; then she leaves the page.
fn left_while_somebody_is_rung(command: CallCommand, talks: bool) -> Shift {
    let mut shift = Shift::on_line();
    if talks {
        shift.talk();
    }
    shift.edge.only_rings = true;
    shift.command(Command::Call(CallId::ONE, command));
    shift.run(200);
    shift.edge.received.clear();
    shift.tell(Input::Unload);
    shift
}

#[test]
fn leaving_the_page_cancels_a_call_that_nobody_has_answered_and_no_other() {
    let (target, options) = (String::from("boris"), Box::<CallOptions>::default());
    let consult = CallCommand::Consult { new: CallId(2), target: target.clone(), options: options.clone() };
    let mut shift = left_while_somebody_is_rung(consult, true);
    assert_eq!(shift.edge.received, ["CANCEL sip:boris@example.org"], "at once");
    shift.run(1_000);
    assert!(!shift.edge.received.iter().any(|line| line.starts_with("BYE")), "{:?}", shift.edge.received);
    assert_eq!(shift.workplace.session().map(|call| call.status), Some(CallStatus::Hold), "who waits, waits");
    assert!(shift.workplace.consultation().is_none());

    let shift = left_while_somebody_is_rung(CallCommand::Dial { target, options }, false);
    assert_eq!(shift.edge.received, ["CANCEL sip:boris@example.org"]);
    assert!(shift.workplace.session().is_none());
    let gone = shift.edge.bindings.iter().filter(|(_, _, bound)| !bound).count();
    assert_eq!(gone, 2, "nothing is left to come back to");
}
