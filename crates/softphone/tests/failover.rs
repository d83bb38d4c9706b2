//! One registrar at a time: the best that works, and back to it.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::Name;
use headset_softphone::{AccountOptions, Command, Credentials, Registrar, UserAgentStatus};
use std::collections::BTreeSet;
use support::hand::{Hand, challenge, registrar};

/// Bindings last for a day.
fn start(registrars: Vec<Registrar>) -> Hand {
    let options =
        AccountOptions { one_at_a_time: true, reports: true, expires: 86_400, ..AccountOptions::default() };
    Hand::start(options, Credentials::new("anna".into(), "secret".into()), registrars)
}

fn three() -> Vec<Registrar> {
    vec![registrar("low", 1), registrar("high", 9), registrar("middle", 5)]
}

/// Time passes until a socket is asked for.
fn next(hand: &mut Hand) -> String {
    while hand.wanted.is_empty() {
        let at = hand.phone.poll_timeout().expect("another attempt");
        hand.run(at.since(hand.now));
    }
    assert_eq!(hand.wanted.len(), 1);
    hand.wanted[0].1.clone()
}

#[test]
fn the_heaviest_comes_first_and_when_all_have_failed_all_get_another_chance() {
    let mut hand = start(three());
    let mut order = Vec::new();
    for _ in 0..7 {
        order.push(next(&mut hand));
        hand.refuse();
    }
    let round = ["wss://high.example", "wss://middle.example", "wss://low.example"];
    assert_eq!(order, [round, round, round].concat()[..7]);
    assert_eq!(hand.phone.flows().len(), 1);
}

#[test]
fn among_equals_chance_decides_and_a_failed_one_waits_its_turn() {
    let mut firsts = BTreeSet::new();
    for seed in 0..20 {
        let options = AccountOptions { one_at_a_time: true, ..AccountOptions::default() };
        let list = vec![registrar("a", 1), registrar("b", 1)];
        let credentials = Credentials::new("anna".into(), "secret".into());
        let mut hand = Hand::seeded(seed, options, credentials, list);
        let first = next(&mut hand);
        hand.refuse();
        assert_ne!(next(&mut hand), first);
        firsts.insert(first);
    }
    assert_eq!(firsts.len(), 2);
}

#[test]
fn a_registrar_that_asks_for_patience_and_hangs_up_is_not_waited_for() {
    let mut hand = start(three());
    hand.open();
    let register = hand.request("REGISTER");
    hand.answer(&register, 503, "Retry-After: 40\r\n");
    let socket = hand.socket;
    hand.close(socket);
    hand.run_s(5);
    assert_eq!(hand.refuse(), "wss://middle.example");
}

/// RFC 7616 §3.3: a nonce is good where it was given.
#[test]
fn what_one_registrar_asked_for_is_not_shown_to_the_next() {
    let mut hand = start(three());
    hand.open();
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &challenge("WWW-Authenticate", "home", "n"));
    let register = hand.grant("");
    assert!(register.get(Name::Authorization).is_some());
    let high = hand.socket;
    hand.close(high);
    assert_eq!(next(&mut hand), "wss://middle.example");
    hand.open();
    assert_eq!(hand.request("REGISTER").get(Name::Authorization), None);
}

#[test]
fn it_goes_back_to_the_preferred_one_when_that_is_there_and_leaves_the_other_after() {
    let mut hand = start(three());
    hand.refuse();
    next(&mut hand);
    hand.open();
    hand.grant("");
    let middle = hand.socket;
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
    hand.words();
    // Not back yet: nobody hears of it, and the look is repeated later.
    assert_eq!(next(&mut hand), "wss://high.example");
    hand.refuse();
    let before = hand.now;
    assert_eq!(next(&mut hand), "wss://high.example");
    assert!(hand.now.since(before).as_secs() >= 15);
    assert_eq!(hand.words(), Vec::<String>::new());
    assert_eq!(hand.phone.flows().len(), 1);
    // A call that is being set up depends on the flow that it is set up on.
    let invite = hand.call();
    hand.open();
    hand.answer(&invite, 180, "");
    hand.grant("");
    assert!(hand.closed.is_empty(), "make before break, and not during a set-up");
    hand.run_s(5);
    assert!(hand.closed.is_empty());
    let high = hand.socket;
    hand.socket = middle;
    hand.answer(&invite, 486, "");
    assert_eq!(hand.closed, [(middle, 1000)]);
    assert!(hand.find("REGISTER").is_none(), "the same reg-id: the new binding has replaced the old one");
    assert_eq!(hand.words().iter().filter(|word| *word == "moved").count(), 1);
    let flows: Vec<String> = hand.phone.flows().into_iter().map(|flow| flow.registrar.id).collect();
    assert_eq!(flows, ["high"]);
    hand.socket = high;
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
    // New calls go there.
    hand.dial("bob");
    assert_eq!(hand.sent.back().map(|(socket, _)| *socket), Some(high));
    // And that was the last look.
    hand.sent.clear();
    hand.run_s(200);
    assert!(hand.wanted.is_empty());
}

/// How long after this moment each of the next looks comes, in vain.
fn looks(hand: &mut Hand, count: usize) -> Vec<u64> {
    let look = |_| {
        let since = hand.now;
        assert_eq!(next(hand), "wss://high.example");
        hand.refuse();
        hand.now.since(since).as_secs()
    };
    (0..count).map(look).collect()
}

#[test]
fn the_preferred_one_is_looked_for_after_half_a_minute_and_every_five_at_last() {
    let mut hand = start(three());
    hand.refuse();
    next(&mut hand);
    hand.open();
    hand.grant("");
    let waits = looks(&mut hand, 12);
    assert!((15..=30).contains(&waits[0]), "{waits:?}");
    assert!((60..=120).contains(&waits[2]), "{waits:?}");
    assert!(waits[5..].iter().all(|wait| (150..=300).contains(wait)), "{waits:?}");
    // It comes back and goes again: that is another story, and begins anew.
    next(&mut hand);
    hand.open();
    hand.grant("");
    let high = hand.socket;
    hand.close(high);
    next(&mut hand);
    hand.refuse();
    while next(&mut hand) == "wss://high.example" {
        hand.refuse();
    }
    hand.open();
    hand.grant("");
    let waits = looks(&mut hand, 1);
    assert!((15..=30).contains(&waits[0]), "{waits:?}");
}

#[test]
fn other_reg_ids_are_taken_back() {
    let mut list = three();
    for (index, registrar) in list.iter_mut().enumerate() {
        registrar.reg_id = index as u32 + 1;
    }
    let mut hand = start(list);
    hand.refuse();
    next(&mut hand);
    hand.open();
    hand.grant("");
    let middle = hand.socket;
    next(&mut hand);
    hand.open();
    hand.grant("");
    let (socket, goodbye) = hand.sent.pop_back().expect("un-REGISTER");
    assert_eq!(socket, middle);
    assert!(goodbye.contains("reg-id=3;expires=0"), "{goodbye}");
}

#[test]
fn the_loss_of_the_flow_during_a_look_is_repaired_by_the_best() {
    let mut hand = start(three());
    hand.refuse();
    next(&mut hand);
    hand.open();
    hand.grant("");
    let middle = hand.socket;
    next(&mut hand);
    let trial = hand.wanted.pop_front().expect("the look").0;
    hand.close(middle);
    assert!(hand.closed.iter().any(|(socket, _)| *socket == trial));
    assert_eq!(next(&mut hand), "wss://low.example", "those that failed wait their turn");
    hand.open();
    let register = hand.request("REGISTER");
    assert_eq!(register.contact().unwrap().param("reg-id"), Some("1"));
    assert!(register.get(Name::Authorization).is_none());
}

#[test]
fn another_list_during_a_look_ends_the_look() {
    let mut hand = start(three());
    hand.refuse();
    next(&mut hand);
    hand.open();
    hand.grant("");
    next(&mut hand);
    hand.open();
    hand.command(Command::SetRegistrars(three()));
    assert_eq!(hand.closed.len(), 1);
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
    // The one in use stays; the preferred one is looked for anew.
    assert_eq!(next(&mut hand), "wss://high.example");
}

#[test]
fn the_registrar_that_is_being_moved_to_stays_chosen_when_the_list_changes_again() {
    let mut hand = start(vec![registrar("old", 9)]);
    hand.open();
    hand.grant("");
    let old = hand.socket;
    hand.command(Command::SetRegistrars(vec![registrar("new", 1)]));
    assert_eq!(next(&mut hand), "wss://new.example");
    hand.command(Command::SetRegistrars(vec![registrar("old", 9), registrar("new", 1)]));
    assert_eq!(hand.wanted.len(), 1, "nothing is begun anew");
    hand.open();
    hand.grant("");
    assert_eq!(hand.closed, [(old, 1000)]);
}

#[test]
fn a_registrar_that_is_being_left_is_not_taken_for_another_when_the_network_is_back() {
    let mut hand = start(vec![registrar("old", 1)]);
    hand.refuse();
    hand.command(Command::SetRegistrars(vec![registrar("new", 1)]));
    hand.input(headset_softphone::Input::Nudge);
    // Nor does its own back-off take it there.
    hand.run_s(5);
    assert_eq!(hand.wanted.iter().filter(|(_, uri)| uri == "wss://new.example").count(), 1);
}

#[test]
fn the_network_s_return_moves_nobody_away_from_what_works() {
    let mut hand = start(vec![registrar("low", 1)]);
    hand.open();
    hand.grant("");
    hand.command(Command::SetRegistrars(three()));
    hand.input(headset_softphone::Input::Nudge);
    let flows: Vec<String> = hand.phone.flows().into_iter().map(|flow| flow.registrar.id).collect();
    assert_eq!(flows, ["low"]);
    assert!(hand.wanted.is_empty());
}
