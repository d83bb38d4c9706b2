//! The backend's event stream, and the polls beside it.

mod support;

use headset_workplace::{HttpAnswer, HttpRequest, Input, Output, Status};
use support::{LATENCY, Shift, backend::error, backend::registrar};

/// When this was asked since `since`.
fn times(shift: &Shift, since: u64, what: &HttpRequest) -> Vec<u64> {
    let asked = shift.backend.asked.iter().filter(|(at, request)| *at >= since && request == what);
    asked.map(|(at, _)| *at).collect()
}

fn opened(shift: &Shift, since: u64) -> Vec<u64> {
    let opens = shift.outputs.iter().filter(|(at, output)| *at >= since && *output == Output::OpenStream);
    opens.map(|(at, _)| *at).collect()
}

fn gaps(times: &[u64]) -> Vec<u64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn polls_are_never_more_than_15_s_apart_and_not_in_step() {
    let mut shift = Shift::started();
    shift.run(600_000);
    let gaps = gaps(&times(&shift, 0, &HttpRequest::Registrars));
    assert!(gaps.iter().all(|gap| (13_500..=15_000).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().min() < gaps.iter().max(), "{gaps:?}");
}

#[test]
fn a_backend_that_wants_to_be_asked_all_the_time_is_asked_once_a_second() {
    let mut shift = Shift::new();
    shift.backend.poll_s = 0;
    shift.start();
    shift.run(11_000);
    let polls = times(&shift, 0, &HttpRequest::Registrars).len();
    assert!((8..=12).contains(&polls), "{polls}");
}

#[test]
fn a_stream_that_never_lasts_is_opened_less_and_less_often() {
    let mut shift = Shift::started();
    let begun = shift.now;
    while shift.now < begun + 300_000 {
        if shift.stream_open {
            shift.close_stream();
        }
        shift.run(100);
    }
    let opened = opened(&shift, begun);
    assert!((8..=30).contains(&opened.len()), "{opened:?}");
    let longest = gaps(&opened).into_iter().max();
    assert!(
        longest.is_some_and(|gap| (15_000..31_000).contains(&gap)),
        "off line, half a minute: {longest:?}"
    );

    shift.until(31_000, |shift| shift.stream_open);
    shift.run(11_000);
    let broken = shift.now;
    shift.close_stream();
    shift.run(600);
    assert!(shift.stream_open, "one that lasted is opened again at once");
    assert_eq!(shift.told(broken, "stream_closed").len(), 1);
}

#[test]
fn a_stream_that_was_not_open_long_enough_to_be_good_still_counts_as_a_failure() {
    let mut shift = Shift::on_line();
    shift.stream_works = false;
    shift.close_stream();
    shift.run(60_000);
    shift.stream_works = true;
    shift.until(3_100, |shift| shift.stream_open);
    shift.run(9_000);
    let broken = shift.now;
    shift.close_stream();
    shift.run(3_100);
    let again = opened(&shift, broken)[0] - broken;
    assert!((1_500..=3_000).contains(&again), "on line, never more than 3 s: {again}");
}

#[test]
fn a_stream_that_is_silently_dead_hides_a_status_for_a_minute_at_most() {
    let mut shift = Shift::on_line();
    shift.run(15_000);
    shift.backend.change(Status::Paused, "training", "supervisor");
    let changed = shift.now;
    let took = shift.until(61_000, |shift| shift.status() == Some(Status::Paused));
    let asked = times(&shift, changed, &HttpRequest::Status).len();
    assert_eq!(asked, 1, "not at every poll: {took}");
}

#[test]
fn a_status_chosen_for_the_calls_end_is_asked_for_even_while_a_stream_is_open() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.backend.record.version += 1;
    shift.backend.record.next = Some((Status::Paused, "lunch".into()));
    shift.tell(Input::Pushed(HttpAnswer::Status(shift.backend.record.clone())));
    let chosen = shift.now;
    shift.run(150_000);
    assert!(times(&shift, chosen, &HttpRequest::Status).len() <= 4, "nothing is due during the call");
    let ended = shift.now;
    shift.end_the_call();
    shift.run(40_000);
    let asked = times(&shift, ended, &HttpRequest::Status);
    assert!(asked.len() >= 3 && asked[0] <= ended + 1_100, "until it is taken: {asked:?}");
    shift.backend.change(Status::Paused, "lunch", "operator");
    shift.backend.record.next = None;
    shift.run(16_000);
    assert_eq!(shift.status(), Some(Status::Paused));
}

#[test]
fn a_call_that_ends_with_nothing_chosen_costs_the_backend_nothing() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.until(16_000, |shift| times(shift, shift.now - 10, &HttpRequest::Registrars).len() == 1);
    shift.run(100);
    let ended = shift.now;
    shift.end_the_call();
    shift.run(5_000);
    assert!(times(&shift, ended, &HttpRequest::Registrars).is_empty());
}

#[test]
fn polls_that_fail_are_told_once_until_they_work_again() {
    let mut shift = Shift::started();
    for outage in 1..=2 {
        shift.backend.failing_at = vec![("Registrars", error(503, "storage_failed"))];
        shift.run(80_000);
        assert_eq!(shift.told(0, "poll_failed"), vec!["status 503 code storage_failed"; outage]);
        shift.backend.failing_at.clear();
        shift.run(16_000);
    }
}

#[test]
fn news_that_comes_before_the_launch_is_not_believed() {
    let mut shift = Shift::new();
    shift.backend.silent_at = vec!["Launch"];
    shift.start();
    shift.run(100);
    shift.backend.change(Status::Connected, "", "supervisor");
    for push in shift.backend.pushes() {
        shift.tell(Input::Pushed(push));
    }
    assert_eq!(shift.status(), None);
}

#[test]
fn registrars_announced_before_the_phone_starts_are_the_ones_it_starts_with() {
    let mut shift = Shift::new();
    shift.backend.failing_at = vec![("Hash", error(503, ""))];
    shift.start();
    shift.run(1_000);
    shift.backend.registrars = vec![registrar(3)];
    for registrars in [shift.backend.registrars.clone(), Vec::new()] {
        shift.tell(Input::Pushed(HttpAnswer::Registrars { registrars, version: "2".into() }));
    }
    shift.backend.failing_at.clear();
    shift.tell(Input::NetworkBack);
    shift.until(1_000, |shift| shift.user_agent() == "Registered");
    assert_eq!(shift.edge.connected(), ["r3"]);
}

#[test]
fn an_answer_of_the_backend_makes_the_phone_try_its_registrars_at_once() {
    let mut shift = Shift::started();
    shift.backend.failing = Some(error(0, ""));
    shift.registrars_down(&["r1", "r2"]);
    shift.run(300_000);
    shift.registrars_back();
    shift.backend.failing = None;
    let back = shift.now;
    shift.until(31_000, |shift| shift.asked(back, |_| true) > 0);
    shift.run(2 * LATENCY + 200);
    assert_eq!(shift.user_agent(), "Registered");
}
