//! Five hundred operators who lose their server in the same instant must not come back in one (RFC 5626 §4.5).
#![cfg(feature = "full")]

mod support;

use headset_softphone::{AccountOptions, Credentials};
use std::time::Duration;
use support::hand::{Hand, registrar};

/// What each of forty user agents waits for, the shortest first, in ms.
fn waits(options: &AccountOptions, story: impl Fn(&mut Hand) -> Duration) -> Vec<u128> {
    let wait = |seed| {
        let credentials = Credentials::new("anna".into(), "secret".into());
        let registrars = vec![registrar("high", 10), registrar("low", 1)];
        let mut hand = Hand::seeded(seed, options.clone(), credentials, registrars);
        story(&mut hand).as_millis()
    };
    let mut waits: Vec<_> = (0..40).map(wait).collect();
    waits.sort_unstable();
    waits
}

/// None is outside, and they fill what is inside.
fn fill(waits: &[u128], shortest: u128, longest: u128) {
    let (first, last) = (waits[0], waits[waits.len() - 1]);
    assert!(first >= shortest && last <= longest, "{waits:?}");
    assert!(last - first > (longest - shortest) * 3 / 4, "{waits:?}");
    let gaps = waits.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.max().is_some_and(|widest| widest < (longest - shortest) / 4), "{waits:?}");
}

/// How long until another socket is asked for.
fn next(hand: &mut Hand) -> Duration {
    let since = hand.now;
    while hand.wanted.is_empty() {
        let at = hand.phone.poll_timeout().expect("another attempt");
        hand.run(at.since(hand.now));
    }
    hand.now.since(since)
}

fn one_at_a_time() -> AccountOptions {
    AccountOptions {
        one_at_a_time: true,
        retry_min_ms: 2_000,
        retry_early_max_ms: 30_000,
        retry_max_ms: 30_000,
        ..AccountOptions::default()
    }
}

#[test]
fn the_first_attempts_after_a_loss() {
    let waits = waits(&one_at_a_time(), |hand| {
        hand.open();
        hand.grant("");
        let socket = hand.socket;
        hand.close(socket);
        next(hand)
    });
    fill(&waits, 2_000, 4_000);
}

#[test]
fn attempts_after_a_server_asked_for_patience() {
    let waits = waits(&one_at_a_time(), |hand| {
        hand.open();
        let register = hand.request("REGISTER");
        hand.answer(&register, 503, "Retry-After: 80\r\n");
        let since = hand.now;
        while hand.find("REGISTER").is_none() {
            let at = hand.phone.poll_timeout().expect("another attempt");
            hand.run(at.since(hand.now));
        }
        hand.now.since(since)
    });
    fill(&waits, 80_000, 90_000);
}

#[test]
fn refreshes_of_bindings_made_in_the_same_instant() {
    let waits = waits(&one_at_a_time(), |hand| {
        hand.open();
        hand.grant("");
        let since = hand.now;
        hand.wait_for("REGISTER");
        hand.now.since(since)
    });
    fill(&waits, 300_000, 568_000);
}

#[test]
fn looks_for_the_preferred_registrar() {
    let waits = waits(&one_at_a_time(), |hand| {
        hand.refuse();
        next(hand);
        hand.open();
        hand.grant("");
        next(hand)
    });
    fill(&waits, 15_000, 30_000);
}
