//! Whether a flow lives, and what follows when it does not (RFC 5626).
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Name, PING, PONG};
use headset_softphone::{AccountOptions, Event, FlowStatus, Input, UserAgentStatus};
use std::collections::BTreeSet;
use std::time::Duration;
use support::hand::Hand;

fn silent() -> Hand {
    let mut hand = Hand::registered(AccountOptions::default());
    hand.silent = true;
    hand.sent.clear();
    hand
}

fn sent(hand: &mut Hand) -> Vec<String> {
    hand.sent.drain(..).map(|(_, text)| text.split(' ').next().unwrap_or("").to_string()).collect()
}

/// RFC 5626 §4.4.1
#[test]
fn pings_of_the_server_are_answered_and_are_life_enough() {
    let mut hand = silent();
    for _ in 0..20 {
        hand.run_s(5);
        hand.say(PING);
    }
    assert_eq!(sent(&mut hand), vec![PONG; 20]);
    assert!(hand.closed.is_empty());
}

/// There is nothing to renew that would show whether it lives.
#[test]
fn after_a_sleep_a_flow_without_a_registration_is_pinged() {
    let mut hand = Hand::connected(AccountOptions { register: false, ..AccountOptions::default() });
    hand.silent = true;
    hand.input(Input::Woke);
    assert_eq!(sent(&mut hand), [PING]);
}

/// RFC 5626 §3.5.1
#[test]
fn a_server_that_never_pings_is_pinged() {
    let mut hand = silent();
    for _ in 0..10 {
        hand.run_s(8);
        assert_eq!(sent(&mut hand), [PING]);
        hand.run_s(1);
        hand.say(PONG);
    }
    assert!(hand.closed.is_empty());
    // It falls silent: found within 20 s.
    hand.run_s(20);
    assert_eq!(sent(&mut hand), [PING]);
    assert_eq!(hand.closed.len(), 1);
    hand.run_s(1);
    assert_eq!(hand.wanted.len(), 1, "another socket");
}

#[test]
fn a_server_that_does_not_answer_pings_is_asked_by_options_and_is_not_given_up() {
    let mut hand = silent();
    hand.run_s(16);
    assert_eq!(hand.sent.pop_front().map(|(_, text)| text).as_deref(), Some(PING));
    let options = hand.request("OPTIONS");
    assert_eq!(options.uri(), "sip:demo.example");
    hand.answer(&options, 404, "");
    assert!(hand.closed.is_empty());
    // From now on that is how it is asked.
    for _ in 0..5 {
        hand.run_s(8);
        assert_eq!(hand.sent.len(), 1, "and not by pings");
        let options = hand.request("OPTIONS");
        hand.answer(&options, 200, "");
    }
    assert!(hand.closed.is_empty());
    hand.run_s(20);
    assert_eq!(hand.closed.len(), 1, "found within 20 s");
}

#[test]
fn a_silent_server_of_which_nothing_is_known_is_found_within_20_s() {
    let mut hand = silent();
    hand.run_s(20);
    assert_eq!(sent(&mut hand), [PING, "OPTIONS"]);
    assert_eq!(hand.closed.len(), 1);
}

#[test]
fn keep_alive_can_be_turned_off() {
    let options = AccountOptions { keep_alive_ms: 0, ..AccountOptions::default() };
    let mut hand = Hand::registered(options);
    hand.silent = true;
    hand.run_s(250);
    assert!(hand.sent.is_empty() && hand.closed.is_empty());
}

/// RFC 5626 §4.4.1: Flow-Timer.
#[test]
fn a_server_that_wants_to_be_pinged_is_however_much_it_says_itself() {
    let mut hand = Hand::connected(AccountOptions::default());
    hand.silent = true;
    let register = hand.request("REGISTER");
    hand.grant_that(&register, "", "Flow-Timer: 40\r\n");
    let mut pings = Vec::new();
    for _ in 0..200 {
        hand.run_s(1);
        for (_, text) in hand.sent.drain(..).collect::<Vec<_>>() {
            assert_eq!(text, PING);
            pings.push(hand.now);
        }
        hand.say(PONG);
    }
    assert!(pings.len() >= 4, "{pings:?}");
    for pair in pings.windows(2) {
        let gap = pair[1].since(pair[0]);
        assert!(gap >= Duration::from_secs(31) && gap <= Duration::from_secs(41), "{gap:?}");
    }
    let gaps: BTreeSet<_> = pings.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    assert!(gaps.len() > 1, "not all clients in the same rhythm");
}

#[test]
fn a_server_that_wants_to_be_pinged_within_no_time_is_pinged_as_others_are() {
    let mut hand = Hand::connected(AccountOptions::default());
    hand.silent = true;
    let register = hand.request("REGISTER");
    hand.grant_that(&register, "", "Flow-Timer: 0\r\n");
    hand.run_s(5);
    assert!(hand.sent.is_empty());
}

/// RFC 5626 §4.4.1: what Flow-Timer asks for is a ping, whatever was asked before.
#[test]
fn a_server_known_by_options_that_says_flow_timer_is_pinged() {
    let mut hand = silent();
    hand.run_s(16);
    let options = hand.request("OPTIONS");
    hand.answer(&options, 200, "");
    hand.reopen();
    let register = hand.request("REGISTER");
    hand.grant_that(&register, "", "Flow-Timer: 5\r\n");
    hand.run_s(5);
    assert_eq!(sent(&mut hand), [PING]);
}

#[test]
fn how_a_server_is_to_be_asked_is_known_from_the_socket_before() {
    // One that answers pings is dead where it does not.
    let mut hand = silent();
    hand.say(PONG);
    hand.reopen();
    hand.grant("");
    hand.run_s(16);
    assert_eq!(sent(&mut hand), [PING]);
    assert_eq!(hand.closed.len(), 1);
    // One that answers OPTIONS alone is not asked by pings again.
    let mut hand = silent();
    hand.run_s(16);
    let options = hand.request("OPTIONS");
    hand.answer(&options, 200, "");
    hand.reopen();
    hand.grant("");
    hand.run_s(9);
    assert_eq!(sent(&mut hand), ["OPTIONS"]);
}

#[test]
fn where_the_server_has_not_said_how_long_the_network_s_return_is_reason_enough() {
    let mut hand = Hand::connected(AccountOptions { retry_min_ms: 2_000, ..AccountOptions::default() });
    let register = hand.request("REGISTER");
    hand.answer(&register, 500, "");
    assert!(hand.find("REGISTER").is_none());
    hand.input(Input::Nudge);
    assert!(hand.find("REGISTER").is_some());
}

/// RFC 5626 §4.5 with RFC 3261 §20.33: every failure is followed by another attempt, and not before it is welcome.
#[test]
fn whatever_the_refusal_it_is_tried_again_when_the_server_says() {
    for status in [300, 301, 305, 400, 404, 430, 480, 486, 500, 503, 504, 600, 603, 606] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        let elsewhere = "Contact: <sip:elsewhere.example>\r\nRetry-After: 40\r\n";
        hand.answer(&register, status, elsewhere);
        assert_eq!(hand.phone.flows()[0].status, FlowStatus::Disconnected, "{status}");
        hand.run_s(39);
        assert!(hand.find("REGISTER").is_none(), "{status}: too early");
        // The network's coming back changes nothing about what the server said.
        hand.input(Input::Nudge);
        assert!(hand.find("REGISTER").is_none(), "{status}: nudged");
        hand.run_s(6);
        let again = hand.request("REGISTER");
        // RFC 3261 §21.3.4: nobody sends us elsewhere, 305 least of all.
        assert_eq!(again.uri(), "sip:demo.example", "{status}");
        assert!(again.cseq().unwrap().number > register.cseq().unwrap().number);
        hand.grant_that(&again, "", "");
        assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered, "{status}");
    }
}

/// RFC 3261 §20.33: what the server said holds though its connection is gone.
#[test]
fn a_server_that_asks_for_patience_and_hangs_up_is_left_in_peace() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 503, "Retry-After: 40\r\n");
    hand.run_s(10);
    let socket = hand.socket;
    hand.close(socket);
    hand.run_s(29);
    hand.input(Input::Nudge);
    assert!(hand.wanted.is_empty());
    hand.run_s(6);
    hand.open();
    hand.grant("");
    // That was then: a loss later on is made good at once.
    hand.run_s(20);
    let socket = hand.socket;
    hand.close(socket);
    hand.run_s(1);
    assert_eq!(hand.wanted.len(), 1);
}

#[test]
fn a_2xx_that_does_not_list_our_contact_is_a_failure() {
    for headers in ["", "Contact: <sip:x@y.invalid>;expires=60\r\n"] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        hand.answer(&register, 200, headers);
        assert_ne!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
        hand.wait_for("REGISTER");
    }
    // Nor is one that has just ended.
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    let contact = register.get(Name::Contact).unwrap().replace("expires=600", "expires=0");
    hand.answer(&register, 200, &format!("Contact: {contact}\r\n"));
    assert_ne!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
}

#[test]
fn failures_in_a_row_are_answered_with_longer_waits_and_never_with_giving_up() {
    let mut hand = Hand::connected(AccountOptions::default());
    let mut last = hand.now;
    let mut waits = Vec::new();
    for _ in 0..400 {
        let register = hand.wait_for("REGISTER");
        waits.push(hand.now.since(last));
        last = hand.now;
        hand.answer(&register, 500, "");
    }
    let longest = |waits: &[Duration]| waits.iter().max().copied().unwrap_or_default();
    assert!(longest(&waits[..4]) <= Duration::from_secs(2), "{waits:?}");
    assert!(longest(&waits[380..]) > Duration::from_secs(20));
    assert!(longest(&waits) <= Duration::from_secs(30));
    assert!(hand.closed.is_empty(), "the socket is good");
}

#[test]
fn sockets_are_tried_again_within_the_bounds_that_the_application_sets() {
    let options = AccountOptions {
        retry_min_ms: 2_000,
        retry_early_max_ms: 30_000,
        retry_max_ms: 30_000,
        ..AccountOptions::default()
    };
    let mut hand = Hand::connected(options);
    let socket = hand.socket;
    hand.close(socket);
    let mut last = hand.now;
    let mut longest = Duration::ZERO;
    for attempt in 0..30 {
        while hand.wanted.is_empty() {
            let at = hand.phone.poll_timeout().expect("another attempt");
            hand.run(at.since(hand.now));
        }
        let wait = hand.now.since(last);
        assert!(wait >= Duration::from_secs(2) && wait <= Duration::from_secs(30), "{attempt}: {wait:?}");
        assert!(attempt > 0 || wait <= Duration::from_secs(4), "{wait:?}");
        longest = longest.max(wait);
        last = hand.now;
        hand.refuse();
    }
    assert!(longest > Duration::from_secs(20));
    assert!(!hand.events.iter().any(|event| matches!(event, Event::Error { .. })));
}

#[test]
fn a_server_that_takes_everybody_and_loses_all_again_is_not_hammered() {
    for register in [true, false] {
        let mut hand = Hand::connected(AccountOptions { register, ..AccountOptions::default() });
        let start = hand.now;
        for _ in 0..20 {
            if register {
                hand.grant("");
            }
            let socket = hand.socket;
            hand.close(socket);
            while hand.wanted.is_empty() {
                let at = hand.phone.poll_timeout().expect("another attempt");
                hand.run(at.since(hand.now));
            }
            hand.open();
        }
        assert!(hand.now.since(start) > Duration::from_secs(25), "{:?}", hand.now.since(start));
    }
}
