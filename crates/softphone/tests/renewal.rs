//! Subscriptions of ours (RFC 6665 §4.1): how long they last, what a refusal means, and when they are made anew.
#![cfg(feature = "full")]

mod support;

use headset_softphone::NewSubscription;
use std::time::Duration;
use support::subscribing::{Story, order, state_line};

/// Anew wherever that makes sense.
fn renewed() -> NewSubscription {
    NewSubscription { renew: true, ..order() }
}

fn within(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// That no SUBSCRIBE comes for so long.
fn nothing_for(story: &mut Story, seconds: u64) {
    story.run(seconds);
    assert!(story.world.is_silent());
}

#[test]
fn the_answer_may_make_it_shorter_and_nobody_waits_for_the_answer() {
    let mut story = Story::begin(order());
    story.answer(200, "Expires: 60\r\n");
    story.notify("active", "open");
    nothing_for(&mut story, 46);
    story.next_subscribe(within(9));
    // The answer is lost; the NOTIFY has come.
    let mut story = Story::begin(order());
    story.notify("active", "open");
    nothing_for(&mut story, 470);
    story.next_subscribe(within(75));
}

#[test]
fn not_everybody_refreshes_in_the_same_instant() {
    let mut story = Story::active(order());
    let mut gaps = Vec::new();
    for _ in 0..4 {
        let since = story.world.now;
        story.next_subscribe(within(545));
        gaps.push(story.world.now.since(since).as_secs());
        story.answer(200, "Expires: 600\r\n");
        story.notify("active;expires=600", "open");
    }
    assert!(gaps.windows(2).any(|pair| pair[0].abs_diff(pair[1]) > 1), "{gaps:?}");
}

/// RFC 6665 §4.1.2.1
#[test]
fn what_the_notifier_wants_at_least_is_heeded_within_reason() {
    for least in ["10", "60", "2592001", "soon"] {
        let mut story = Story::begin(NewSubscription { expires: 60, ..order() });
        story.answer(423, &format!("Min-Expires: {least}\r\n"));
        assert_eq!(story.changes(), ["Refused"], "{least}");
        assert!(story.world.is_silent());
    }
    // It is kept, and each SUBSCRIBE that was taken may be raised twice again.
    let mut story = Story::begin(NewSubscription { expires: 60, ..order() });
    let mut least = 60;
    for _ in 0..3 {
        for _ in 0..2 {
            least += 60;
            story.answer(423, &format!("Min-Expires: {least}\r\n"));
            story.next_subscribe(within(1));
            assert_eq!(story.expires(), Some(least));
        }
        story.answer(200, &format!("Expires: {least}\r\n"));
        story.notify("active", "open");
        story.next_subscribe(within(600));
        assert_eq!(story.expires(), Some(least));
    }
    // Whoever leaves does not stay longer for it.
    let mut story = Story::active(order());
    story.again(Some(0), "");
    story.next_subscribe(within(1));
    story.answer(423, "Min-Expires: 60\r\n");
    assert_eq!(story.changes(), ["Refused"]);
    nothing_for(&mut story, 700);
}

#[test]
fn whoever_leaves_neither_refreshes_nor_comes_back() {
    let mut story = Story::active(order());
    story.notify("active;expires=20", "open");
    story.again(Some(0), "");
    story.next_subscribe(within(1));
    story.again(Some(300), "");
    story.answer(200, "Expires: 0\r\n");
    nothing_for(&mut story, 25);
    // One that says that it goes on says nothing of when it ends.
    story.notify("active", "crossed");
    story.changes();
    story.run(10);
    assert_eq!(story.changes(), ["NoNotify"]);
    // Timer N begins with the wish, whether or not there is a flow to tell of it.
    let mut story = Story::active(order());
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.run(1);
    story.again(Some(0), "");
    story.run(33);
    assert_eq!(story.changes().len(), 1);
}

/// RFC 6665 §4.1.2.2
#[test]
fn a_refusal_of_a_refresh_that_is_none_of_the_subscription_leaves_it() {
    for (status, more) in [(486, ""), (503, "Retry-After: 1\r\n"), (600, "")] {
        let mut story = Story::active(order());
        story.next_subscribe(within(545));
        story.answer(status, more);
        assert_eq!(story.changes(), [""; 0], "{status}");
        nothing_for(&mut story, 29);
        story.next_subscribe(within(3));
    }
}

#[test]
fn one_subscribe_waits_for_the_other() {
    let mut story = Story::active(order());
    story.again(Some(300), "");
    story.again(Some(200), "");
    story.next_subscribe(within(1));
    assert_eq!(story.expires(), Some(300));
    assert!(story.world.is_silent());
    story.answer(200, "Expires: 300\r\n");
    story.next_subscribe(within(1));
    assert_eq!(story.expires(), Some(200));
}

#[test]
fn one_that_has_run_out_is_made_anew_at_once() {
    let mut story = Story::active(renewed());
    let first = story.subscribe.call_id().to_string();
    story.next_subscribe(within(545));
    story.answer(503, "Retry-After: 900\r\n");
    while story.world.is_silent() {
        story.run(1);
        assert!(story.world.now.0 < 700_000);
    }
    assert_eq!(story.changes(), ["Expired again"]);
    story.next_subscribe(within(1));
    assert_ne!(story.subscribe.call_id(), first);
}

#[test]
fn one_that_nobody_answered_is_tried_again_after_a_while() {
    // No answer at all, none but the 200, and no flow.
    for (cause, fate) in [("Timeout again", 0), ("NoNotify again", 1), ("Transport again", 2)] {
        let mut story = Story::begin(renewed());
        match fate {
            0 => {}
            1 => story.answer(200, "Expires: 600\r\n"),
            _ => story.world.cut(story.anna, 0),
        }
        story.run(if fate == 2 { 1 } else { 33 });
        assert_eq!(story.changes().last().map(String::as_str), Some(cause));
        nothing_for(&mut story, 28);
        story.next_subscribe(within(4));
    }
}

/// RFC 6665 §4.1.3
#[test]
fn a_reason_that_nobody_knows_is_waited_out_and_words_count_in_any_case() {
    let mut story = Story::active(renewed());
    story.run(40);
    story.notify("terminated;reason=Odd;retry-after=90", "");
    nothing_for(&mut story, 88);
    story.next_subscribe(within(4));
    let mut story = Story::active(renewed());
    story.run(40);
    story.notify("terminated;reason=Rejected", "");
    assert_eq!(story.changes(), ["notified  last", "Final"]);
    nothing_for(&mut story, 100);
}

#[test]
fn one_that_is_to_be_made_anew_can_be_given_up() {
    let mut story = Story::active(renewed());
    story.notify("terminated;reason=probation;retry-after=60", "");
    assert_eq!(story.changes(), ["notified  last", "Final again"]);
    story.again(Some(0), "");
    assert_eq!(story.changes(), ["Unsubscribed"]);
    nothing_for(&mut story, 100);
}

/// RFC 6665 §4.1.3, §4.4.1: Call-ID, our tag, package and id.
#[test]
fn the_first_notify_must_fit_the_subscribe() {
    let mut story = Story::begin(order());
    let state = state_line("active");
    let right = story.notify_text("far", 5, "presence;id=7", &state, "");
    let own = story.subscribe.from_tag().expect("a tag").to_string();
    let call_id = story.subscribe.call_id().to_string();
    for wrong in [
        right.replace(&own, "somebody"),
        right.replace(&call_id, "another-call"),
        right.replace("presence;id=7", "presence;id=8"),
    ] {
        assert_eq!(story.tell(&wrong.replace("far5", &format!("x{}", wrong.len()))), 481, "{wrong}");
    }
    assert_eq!(story.tell(&right), 200);
    assert_eq!(story.changes(), ["active", "notified "]);
}

/// RFC 6665 §4.1.3
#[test]
fn a_subscription_state_that_says_nothing_is_none() {
    let mut story = Story::active(order());
    for state in ["", ";expires=5"] {
        assert_eq!(story.notify(state, ""), 400, "{state}");
    }
    assert_eq!(story.changes(), [""; 0]);
}
