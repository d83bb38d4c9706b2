//! The hash, renewed in time; and a session that expires in mid-shift.

mod support;

use headset_workplace::{HttpRequest, Input, Output, Slice, Status};
use support::{Shift, backend::error};

fn hashes(shift: &Shift, since: u64) -> usize {
    shift.asked(since, |request| *request == HttpRequest::Hash)
}

#[test]
fn the_hash_is_renewed_before_it_expires_and_nothing_else_notices() {
    let mut shift = Shift::on_line();
    shift.talk();
    let begun = shift.now;
    shift.run(440_000);
    assert_eq!(hashes(&shift, begun), 0, "not too early");
    shift.run(60_000);
    assert_eq!(hashes(&shift, begun), 1);
    assert!(!shift.workplace.hash().loading);
    assert_eq!(shift.changed(begun, Slice::UserAgent), 0);
    assert!(shift.workplace.session().is_some());
    let username = shift.workplace.hash().data.as_ref().map(|hash| hash.username.clone());
    assert_eq!(username.as_deref(), Some("2:anna"));
}

#[test]
fn a_hash_that_cannot_be_renewed_shows_no_error_while_the_old_one_is_good() {
    let mut shift = Shift::started();
    shift.run(440_000);
    shift.backend.failing_at = vec![("Hash", error(503, ""))];
    shift.run(100_000);
    assert_eq!(shift.hash_error(), None);
    shift.run(120_000);
    assert_eq!(shift.hash_error(), Some("server_error"));
    assert!(shift.workplace.hash().data.is_some());
}

#[test]
fn after_a_success_the_next_outage_is_counted_from_its_start() {
    let mut shift = Shift::new();
    shift.backend.failing_at = vec![("Hash", error(503, ""))];
    shift.start();
    shift.run(60_000);
    shift.backend.failing_at.clear();
    shift.run(31_000);
    assert!(shift.workplace.hash().data.is_some());
    shift.backend.failing_at = vec![("Hash", error(503, ""))];
    let begun = shift.now;
    shift.run(490_000);
    let asked = shift.backend.asked.iter();
    let at: Vec<u64> = asked
        .filter(|(at, request)| *at >= begun && *request == HttpRequest::Hash)
        .map(|(at, _)| *at)
        .collect();
    assert!(at.len() >= 2 && at[1] - at[0] < 1_000, "{at:?}");
}

#[test]
fn registrars_that_refuse_the_hash_get_a_new_one_by_a_single_request() {
    let mut shift = Shift::started();
    shift.edge.first_good_hash = 2;
    let begun = shift.now;
    shift.registrars_down(&["r1", "r2"]);
    shift.registrars_back();
    shift.run(3_000);
    assert_eq!(hashes(&shift, begun), 1, "both registrars refused");
    assert_eq!(shift.user_agent(), "Registered");
    assert!(shift.events(begun).contains(&"credentials_refused".to_string()));
}

#[test]
fn a_registrar_that_refuses_every_hash_does_not_make_us_storm_the_backend() {
    let mut shift = Shift::started();
    shift.edge.refuses_all = true;
    let begun = shift.now;
    shift.registrars_down(&["r1", "r2"]);
    shift.registrars_back();
    shift.run(120_000);
    let asked = hashes(&shift, begun);
    assert!((2..=20).contains(&asked), "{asked}");
    assert_eq!(shift.user_agent(), "Error");
    let seen = shift.workplace.user_agent().error.clone().expect("an error");
    assert_eq!(seen.code, "registration_refused");

    shift.edge.refuses_all = false;
    shift.run(31_000);
    assert_eq!(shift.user_agent(), "Registered");

    // A refusal after all were content is the first again.
    shift.run(60_000);
    shift.tell(Input::Retry(Slice::Hash));
    shift.run(100);
    shift.edge.first_good_hash = shift.backend.hashes + 1;
    shift.registrars_down(&["r1", "r2"]);
    shift.registrars_back();
    shift.run(3_000);
    assert_eq!(shift.user_agent(), "Registered", "another hash was fetched at once");
}

#[test]
fn a_registrar_that_is_content_does_not_hide_one_that_refuses_every_hash() {
    let mut shift = Shift::started();
    shift.edge.refuses_at = Some("r2".into());
    let begun = shift.now;
    shift.registrars_down(&["r2"]);
    shift.registrars_back();
    shift.run(120_000);
    assert_eq!(shift.user_agent(), "Registered");
    let asked = hashes(&shift, begun);
    assert!((2..=20).contains(&asked), "{asked}");
}

#[test]
fn browsers_that_started_together_do_not_renew_together() {
    let renewals = ["1", "2", "3", "4", "5"].map(|seed| {
        let mut shift = Shift::of_seed(seed);
        shift.start();
        shift.run(100);
        shift.until(481_000, |shift| shift.backend.hashes == 2);
        let renewed = shift.backend.asked.iter().rfind(|(_, request)| *request == HttpRequest::Hash);
        renewed.expect("a renewal").0
    });
    assert!(renewals.iter().all(|at| (450_000..=480_100).contains(at)), "{renewals:?}");
    let spread = renewals.iter().max().unwrap_or(&0) - renewals.iter().min().unwrap_or(&0);
    assert!(spread > 5_000, "{renewals:?}");
}

#[test]
fn a_hash_that_hardly_lives_is_renewed_every_five_seconds_and_no_faster() {
    let mut shift = Shift::new();
    shift.backend.expires_in = 0;
    shift.start();
    shift.run(60_000);
    assert!((11..=13).contains(&shift.backend.hashes), "{}", shift.backend.hashes);
}

#[test]
fn a_session_that_expires_in_mid_shift_says_so_and_the_call_goes_on() {
    let mut shift = Shift::on_line();
    shift.talk();
    shift.backend.failing = Some(error(401, "unauthenticated"));
    shift.run(16_000);
    assert_eq!(shift.hash_error(), Some("unauthenticated"));
    assert_eq!(
        shift.workplace.status().error.as_ref().map(|error| error.code.as_str()),
        Some("unauthenticated")
    );
    assert!(shift.workplace.hash().data.is_some() && shift.workplace.launch().data.is_some());
    assert!(shift.workplace.session().is_some(), "the call is untouched");
    assert_eq!(shift.user_agent(), "Registered");
    let refused = shift.now;
    shift.run(300_000);
    assert_eq!(shift.asked(refused, |_| true), 0, "not by timer");

    shift.backend.failing = None;
    shift.tell(Input::Focused);
    shift.run(1_000);
    assert_eq!(shift.hash_error(), None);
    assert_eq!(shift.workplace.status().error, None);
    assert!(shift.workplace.session().is_some());
    assert_eq!(shift.status(), Some(Status::Connected));
    let back = shift.now;
    shift.run(20_000);
    assert!(shift.asked(back, |request| *request == HttpRequest::Registrars) > 0, "polls again");
    assert!(shift.stream_open);
}

#[test]
fn after_a_sleep_the_hash_is_renewed_and_the_clock_set() {
    let mut shift = Shift::on_line();
    let begun = shift.now;
    shift.tell(Input::Woke { wall_ms: Some(1_800_000_000_000) });
    shift.run(1_000);
    assert_eq!(hashes(&shift, begun), 1);
    let woke = shift.happened(begun).into_iter().find(|event| event.name == "woke").expect("an event");
    assert_eq!(woke.at_ms, 1_800_000_000_000);
    let of = |wanted: Output| {
        shift.outputs.iter().filter(|(at, output)| *at >= begun && *output == wanted).count()
    };
    assert_eq!((of(Output::CloseStream), of(Output::OpenStream)), (1, 1), "a stream that may be dead");
    assert!(shift.stream_open);
}
