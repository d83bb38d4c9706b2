//! The end of a shift, and leaving the page.

mod support;

use headset_softphone::{CallCommand, CallId, CallOptions, CallStatus, Command};
use headset_workplace::{HttpRequest, Input, Output, Slice, Status};
use support::{LATENCY, Shift, backend::error};

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
    assert_eq!(shift.workplace.consultation().is_some(), talks);
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

#[test]
fn what_was_asked_before_the_stop_is_not_heard_after_it() {
    let mut shift = Shift::new();
    shift.start();
    shift.run(LATENCY);
    shift.tell(Input::Stop);
    assert!(!shift.workplace.hash().loading && !shift.workplace.launch().loading);
    shift.run(1_000);
    assert!(shift.workplace.hash().data.is_none() && shift.workplace.launch().data.is_none());

    shift.backend.silent_at = vec!["Hash", "Launch"];
    shift.start();
    shift.run(1_000);
    shift.tell(Input::Stop);
    shift.backend.silent_at.clear();
    shift.start();
    shift.run(1_000);
    assert_eq!(shift.user_agent(), "Registered", "nothing waits for what was asked in the last shift");
}

#[test]
fn a_shift_that_was_refused_may_end_and_begin_again() {
    let mut shift = Shift::new();
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.start();
    shift.run(1_000);
    shift.tell(Input::Stop);
    assert_eq!((shift.hash_error(), shift.launch_error(), shift.status_error()), (None, None, None));
    let stopped = shift.now;
    for input in
        [Input::Focused, Input::NetworkBack, Input::Retry(Slice::Hash), Input::Woke { wall_ms: None }]
    {
        shift.tell(input);
    }
    shift.run(1_000);
    assert_eq!(shift.asked(stopped, |request| !matches!(request, HttpRequest::Events(_))), 0);
    shift.backend.failing = None;
    shift.start();
    shift.run(1_000);
    assert_eq!(shift.user_agent(), "Registered");
}

#[test]
fn a_choice_that_the_stop_overtakes_resolves() {
    let mut shift = Shift::on_line();
    shift.backend.silent_at = vec!["PutStatus"];
    let begun = shift.now;
    for request in [5, 6] {
        shift.tell(Input::SetStatus { request, status: Status::Paused, sub_status: String::new() });
    }
    shift.tell(Input::Stop);
    for request in [5, 6] {
        assert_eq!(shift.count(|output| *output == Output::StatusSet { request }), 1, "{request}");
    }
    assert_eq!(shift.told(begun, "engine_stopped"), [""]);
    assert!(shift.workplace.status().data.is_none());
}

#[test]
fn events_that_were_refused_at_the_stop_wait_for_the_next_shift() {
    let mut shift = Shift::started();
    shift.registrars_down(&["r1", "r2"]);
    shift.run(1_000);
    shift.backend.failing_at = vec![("Events", error(401, "unauthenticated"))];
    let stopped = shift.now;
    shift.tell(Input::Stop);
    shift.tell(Input::Focused);
    shift.run(60_000);
    let batches = shift.asked(stopped, |request| matches!(request, HttpRequest::Events(_)));
    assert_eq!(batches, 1, "nobody is logged in whose they could be");
    shift.backend.failing_at.clear();
    shift.registrars_back();
    shift.start();
    shift.run(6_000);
    assert!(shift.backend.accepted.iter().any(|event| event.name == "engine_stopped"));
}
