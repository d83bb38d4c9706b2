//! Named steps, kept until the backend has them.

mod support;

use headset_softphone::{CallCommand, CallId, Command, Event as PhoneEvent};
use headset_workplace::{Event, HttpError, HttpRequest, Input, Output, Status};
use support::{Shift, backend::error};

fn batches(shift: &Shift, since: u64) -> Vec<usize> {
    let of = |(at, request): &(u64, HttpRequest)| match request {
        HttpRequest::Events(events) if *at >= since => Some(events.len()),
        _ => None,
    };
    shift.backend.asked.iter().filter_map(of).collect()
}

fn kept(shift: &Shift) -> Vec<Event> {
    let of = |(_, output): &(u64, Output)| match output {
        Output::KeepEvents(events) => Some(events.clone()),
        _ => None,
    };
    shift.outputs.iter().rev().find_map(of).unwrap_or_default()
}

/// An event of an earlier page of Anna's.
fn old(n: u32) -> Event {
    of("anna", n, 1_699_999_000_000)
}

fn of(login: &str, n: u32, at_ms: u64) -> Event {
    let login = login.into();
    Event { id: format!("old-{n}"), name: "call_ended".into(), at_ms, login, fields: Vec::new() }
}

#[test]
fn steps_are_sent_together_after_five_seconds_with_time_and_login() {
    let mut shift = Shift::started();
    assert!(batches(&shift, 0).is_empty());
    shift.run(5_000);
    assert_eq!(batches(&shift, 0).len(), 1);
    let first = &shift.backend.accepted[0];
    assert_eq!(
        (first.name.as_str(), first.at_ms, first.login.as_str()),
        ("engine_started", 1_700_000_000_000, "anna")
    );
    let names: Vec<_> = shift.backend.accepted.iter().map(|event| event.name.as_str()).collect();
    for name in ["hash_received", "launch_received", "registered", "user_agent_status", "stream_opened"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    shift.run(2_000);
    assert!(kept(&shift).is_empty(), "acknowledged");
}

#[test]
fn what_the_backend_does_not_take_is_kept_and_sent_again_once() {
    let mut shift = Shift::new();
    shift.backend.failing_at = vec![("Events", error(503, ""))];
    shift.start();
    shift.run(20_000);
    assert!(batches(&shift, 0).len() >= 2, "tried again");
    assert!(kept(&shift).iter().any(|event| event.name == "engine_started"));
    shift.backend.failing_at.clear();
    shift.run(31_000);
    let started = shift.backend.accepted.iter().filter(|event| event.name == "engine_started").count();
    assert_eq!(started, 1);
    assert!(kept(&shift).is_empty());
}

#[test]
fn steps_that_happen_while_a_batch_waits_to_be_sent_again_do_not_hasten_it() {
    let mut shift = Shift::started();
    let busy = HttpError { retry_after_s: Some(60), ..error(429, "") };
    shift.backend.failing_at = vec![("Events", busy)];
    shift.until(6_000, |shift| !batches(shift, 0).is_empty());
    let begun = shift.now;
    for n in 0..55 {
        shift.tell(Input::RestoreEvents(vec![old(n)]));
        shift.run(1_000);
    }
    assert_eq!(batches(&shift, begun).len(), 1);
    shift.run(10_000);
    assert_eq!(batches(&shift, begun).len(), 2, "after the minute that the backend asked for");
}

#[test]
fn a_batch_has_fifty_at_most_and_a_full_one_goes_at_once() {
    let mut shift = Shift::started();
    shift.run(6_000);
    let begun = shift.now;
    shift.tell(Input::RestoreEvents((0..120).map(old).collect()));
    shift.run(200);
    assert_eq!(batches(&shift, begun)[..2], [50, 50]);
    shift.run(6_000);
    assert_eq!(shift.backend.accepted.iter().filter(|event| event.id.starts_with("old")).count(), 120);
}

#[test]
fn events_of_a_page_that_is_gone_are_sent_by_the_next_one() {
    let mut shift = Shift::new();
    shift.tell(Input::RestoreEvents(vec![old(1), old(2)]));
    shift.start();
    shift.run(6_000);
    assert_eq!(shift.backend.accepted[..2], [old(1), old(2)]);
}

#[test]
fn events_of_whoever_used_the_page_before_wait_until_they_are_back() {
    let of_anna = |events: &[Event]| events.iter().filter(|event| event.id.starts_with("old")).count();
    let mut shift = Shift::new();
    shift.backend.login = "boris".into();
    shift.tell(Input::RestoreEvents((0..60).map(old).collect()));
    shift.start();
    shift.run(60_000);
    assert!(shift.backend.accepted.iter().any(|event| event.name == "engine_started"));
    assert_eq!((of_anna(&shift.backend.accepted), of_anna(&kept(&shift))), (0, 60));
    let idle = shift.now;
    shift.run(60_000);
    assert!(batches(&shift, idle).is_empty(), "nothing of boris's is left to be sent");

    let mut next = Shift::new();
    next.tell(Input::RestoreEvents(kept(&shift)));
    next.start();
    next.run(10_000);
    assert_eq!((of_anna(&next.backend.accepted), kept(&next).len()), (60, 0));
}

#[test]
fn events_of_whoever_has_not_been_back_for_a_week_are_dropped_and_counted() {
    const DAY: u64 = 24 * 3_600_000;
    let mut shift = Shift::new();
    let ago = |days: u64| 1_700_000_000_000 - days * DAY;
    shift.tell(Input::RestoreEvents(vec![
        of("boris", 1, ago(8)),
        of("clara", 2, ago(8)),
        of("boris", 3, ago(8)),
        of("boris", 4, ago(6)),
        of("anna", 5, ago(30)),
    ]));
    shift.start();
    shift.run(10_000);
    let dropped: Vec<_> =
        shift.backend.accepted.iter().filter(|event| event.name == "events_dropped").collect();
    let fields: Vec<_> = dropped.iter().map(|event| event.fields.join(" ")).collect();
    assert_eq!(fields, ["count 2 of boris", "count 1 of clara"]);
    assert!(shift.backend.accepted.contains(&of("anna", 5, ago(30))), "her own are sent however late");
    assert_eq!(kept(&shift), [of("boris", 4, ago(6))]);
    // A page that stays open sees that the week is over too.
    shift.run(DAY + 3_600_000);
    let last = shift.backend.accepted.iter().rfind(|event| event.name == "events_dropped");
    assert_eq!(last.map(|event| event.fields.join(" ")), Some("count 1 of boris".into()));
    assert!(kept(&shift).is_empty());
}

/// What came of the start's events, which the backend answered once with this status.
fn answered_once_with(status: u16) -> (Shift, bool) {
    let mut shift = Shift::started();
    shift.backend.failing_at = vec![("Events", error(status, ""))];
    shift.until(6_000, |shift| !batches(shift, 0).is_empty());
    shift.backend.failing_at.clear();
    shift.run(100);
    shift.choose(Status::Connected);
    shift.tell(Input::Focused);
    shift.run(31_000);
    assert!(shift.backend.accepted.iter().any(|event| event.name == "status_set"), "{status}: later ones");
    assert!(kept(&shift).is_empty(), "{status}");
    let sent = shift.backend.accepted.iter().any(|event| event.name == "engine_started");
    (shift, sent)
}

#[test]
fn a_batch_that_will_never_be_taken_does_not_block_the_others() {
    for status in [400, 404, 407, 409, 413, 415, 422, 428] {
        let (shift, sent) = answered_once_with(status);
        assert!(!sent, "{status}: was thrown away");
        assert!(batches(&shift, 0).len() <= 4, "{status}");
    }
}

#[test]
fn a_batch_that_may_be_taken_later_is_not_thrown_away() {
    for status in [0, 200, 401, 403, 408, 429, 500, 503] {
        let (_, sent) = answered_once_with(status);
        assert!(sent, "{status}: was sent again");
    }
}

#[test]
fn events_that_cannot_be_kept_are_counted() {
    let mut shift = Shift::started();
    shift.run(6_000);
    let known = shift.backend.accepted.len();
    shift.backend.failing_at = vec![("Events", error(503, ""))];
    shift.tell(Input::RestoreEvents((0..1_234).map(old).collect()));
    shift.run(6_000);
    assert_eq!(kept(&shift).len(), 1_000);
    shift.backend.failing_at.clear();
    shift.run(60_000);
    assert_eq!(shift.told(0, "events_dropped"), ["count 234"], "said once");
    assert!(shift.backend.accepted.len() >= known + 1_000);
    let mut quiet = Shift::started();
    quiet.run(60_000);
    assert!(quiet.told(0, "events_dropped").is_empty());
}

#[test]
fn who_has_stopped_or_is_refused_does_not_send_events_by_timer() {
    for refused in [false, true] {
        let mut shift = Shift::started();
        shift.backend.failing_at = vec![("Events", error(503, ""))];
        if refused {
            shift.backend.failing_at.push(("Registrars", error(401, "unauthenticated")));
            shift.run(16_000);
            assert_eq!(shift.hash_error(), Some("unauthenticated"));
        } else {
            shift.tell(Input::Stop);
        }
        shift.run(20);
        let begun = shift.now;
        shift.run(300_000);
        assert!(batches(&shift, begun).is_empty(), "refused: {refused}");
        shift.backend.failing_at.clear();
        if refused {
            shift.tell(Input::Focused)
        } else {
            shift.start()
        }
        shift.run(6_000);
        assert!(shift.backend.accepted.iter().any(|event| event.name == "engine_started"));
    }
}

#[test]
fn a_page_that_is_left_sends_what_is_under_way_once_more_and_a_hundred_at_most() {
    let mut shift = Shift::started();
    shift.run(6_000);
    shift.backend.silent_at = vec!["Events"];
    shift.tell(Input::RestoreEvents((0..20).map(old).collect()));
    shift.run(5_500);
    let left = shift.now;
    shift.tell(Input::Unload);
    let HttpRequest::Events(sent) = &shift.backend.asked.last().expect("a request").1 else {
        panic!("events")
    };
    assert_eq!(sent.iter().filter(|event| event.id.starts_with("old")).count(), 20);
    assert!(kept(&shift).len() >= 20, "until the backend has said that it has them");
    assert_eq!(batches(&shift, left).len(), 1);

    let mut shift = Shift::started();
    shift.backend.failing_at = vec![("Events", error(503, ""))];
    shift.tell(Input::RestoreEvents((0..300).map(old).collect()));
    shift.run(6_000);
    let left = shift.now;
    shift.tell(Input::Unload);
    assert_eq!(batches(&shift, left), [100]);
}

#[test]
fn a_status_change_tells_its_whole_story() {
    let mut shift = Shift::started();
    let begun = shift.now;
    shift.choose(Status::Connected);
    shift.run(100);
    assert_eq!(shift.events(begun), ["status_requested", "status_set", "status_changed"]);
    let told = |name| shift.told(begun, name);
    assert_eq!(told("status_requested"), ["status connected sub_status "]);
    assert_eq!(told("status_set"), ["status connected next  for operator"]);
    assert_eq!(told("status_changed"), ["previous disconnected status connected sub_status  by operator"]);
    shift.backend.change(Status::Paused, "lunch", "supervisor");
    shift.tell(Input::NetworkBack);
    shift.run(100);
    let changed = "previous connected status paused sub_status lunch by supervisor";
    assert_eq!(shift.told(begun, "status_changed").last().map(String::as_str), Some(changed));
}

#[test]
fn an_error_that_the_application_is_told_is_a_step_too() {
    let mut shift = Shift::started();
    let begun = shift.now;
    let (target, options) = (String::new(), Box::default());
    shift.command(Command::Call(CallId::ONE, CallCommand::Dial { target, options }));
    let told = shift.told(begun, "error");
    assert!(told.len() == 1 && told[0].starts_with("code invalid_target message "), "{told:?}");
    let is_error = |output: &Output| match output {
        Output::Softphone(headset_softphone::Output::Event(PhoneEvent::Error { code, .. })) => {
            *code == "invalid_target"
        }
        _ => false,
    };
    assert_eq!(shift.count(is_error), 1);
}

#[test]
fn a_start_that_fails_and_succeeds_says_how() {
    let mut shift = Shift::new();
    shift.backend.failing_at =
        vec![("Hash", error(500, "internal")), ("Launch", error(503, "storage_failed"))];
    shift.start();
    shift.run(100);
    assert_eq!(shift.told(0, "hash_failed"), ["status 500 code internal"]);
    assert_eq!(shift.told(0, "launch_failed"), ["status 503 code storage_failed"]);
    shift.backend.failing_at.clear();
    shift.run(5_000);
    assert_eq!(shift.told(0, "hash_received"), ["expires_in 600"]);
    assert_eq!(shift.told(0, "launch_received"), ["registrars 2"]);
    let states = ["disconnected connecting", "connecting connected", "connected registered"];
    let told = states.map(|state| state.split_once(' ').expect("two"));
    let told = told.map(|(previous, status)| format!("previous {previous} status {status}"));
    assert_eq!(shift.told(0, "user_agent_status"), told);

    shift.edge.refuses_all = true;
    shift.registrars_down(&["r1", "r2"]);
    let down = shift.now;
    shift.run(60_000);
    shift.registrars_back();
    shift.run(60_000);
    let last = shift.told(down, "user_agent_status").pop();
    assert!(last.is_some_and(|last| last.ends_with("status error")), "refused by all");
    shift.tell(Input::Stop);
    let last = shift.told(down, "user_agent_status").pop();
    assert_eq!(last.as_deref(), Some("previous error status disconnected"));
}
