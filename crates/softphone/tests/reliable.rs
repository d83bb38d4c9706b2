//! Provisional responses that are acknowledged (RFC 3262), both ways.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{CallCommand, CallOptions, CallStatus, MediaOptions, Outcome, Settings};
use std::time::Duration;
use support::calling::{Story, sdp};
use support::ringing::rung;
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

#[cfg(feature = "full")]
#[test]
fn reliable_provisional_responses_are_acknowledged_once_and_in_order() {
    let settings = Settings { reliable_provisional: true, ..Settings::default() };
    let mut story = Story::calling(CallOptions::default(), settings);
    assert!(story.invite.lists(Name::Supported, "100rel"));
    let reliable = |rseq: u32| format!("Require: 100rel\r\nRSeq: {rseq}\r\n");
    story.says("a", 180, &reliable(7), None);
    let (_, prack) = story.world.request(Method::Prack).expect("PRACK");
    let cseq = story.invite.cseq().expect("CSeq").number;
    assert_eq!(prack.get(Name::RAck), Some(&*format!("7 {cseq} INVITE")));
    assert_eq!((prack.to_tag(), prack.cseq().expect("CSeq").number), (Some("a"), cseq + 1));
    // RFC 3262 §4: a copy, and one that has overtaken another.
    story.says("a", 180, &reliable(7), None);
    story.says("a", 183, &reliable(9), Some(&sdp("a")));
    assert!(story.world.request(Method::Prack).is_none());
    assert_eq!(story.steps(), []);
    // Another fork counts for itself.
    story.says("b", 180, &reliable(100), None);
    assert!(story.world.request(Method::Prack).is_some_and(|(_, prack)| prack.to_tag() == Some("b")));
    // The dialog goes on where PRACK left it.
    story.says("a", 200, "", Some(&sdp("a")));
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert_eq!(ack.cseq().expect("CSeq").number, cseq, "an ACK has its INVITE's number");
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    let (_, bye) = story.world.request(Method::Bye).expect("BYE");
    assert_eq!(bye.cseq().expect("CSeq").number, cseq + 2);
}

#[test]
fn an_answer_that_was_acknowledged_is_the_last_word() {
    let mut story = Story::new();
    story.says("a", 183, "Require: 100rel\r\nRSeq: 1\r\n", Some(&sdp("a")));
    story.says("a", 200, "", Some(&sdp("something else")));
    // RFC 3262 §5
    assert_eq!(story.steps(), [Step::Accept]);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[cfg(feature = "full")]
#[test]
fn an_offer_in_a_reliable_provisional_response_is_answered_in_the_prack() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.says("a", 183, "Require: 100rel\r\nRSeq: 1\r\n", Some(&sdp("a")));
    let (_, prack) = story.world.request(Method::Prack).expect("PRACK");
    assert!(prack.body().contains("anna-"), "{}", prack.body());
    story.says("a", 200, "", None);
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert!(ack.body().is_empty());
    assert_eq!(story.status(), Some(CallStatus::Active));
}

/// The switch calls Anna and requires reliable provisional responses.
fn rung_reliably() -> (World, usize, usize, String) {
    let (mut world, anna, link) = rung(Settings::default(), "Require: 100rel\r\n");
    let (_, ringing) = world.response(180).expect("180");
    assert!(ringing.lists(Name::Require, "100rel"));
    let rack = format!("RAck: {} 7 INVITE\r\nContact", ringing.number(Name::RSeq).expect("RSeq"));
    let tag = ringing.to_tag().expect("a tag");
    let prack = wire::within("PRACK", "anna", "c1", tag, 8, None).replace("Contact", &rack);
    (world, anna, link, prack)
}

#[test]
fn whoever_requires_it_is_rung_reliably() {
    let (mut world, anna, link, prack) = rung_reliably();
    // RFC 3262 §3: sent again until it is acknowledged.
    world.run_ms(1_600);
    assert!(world.response(180).is_some() && world.response(180).is_some());
    assert!(world.response(180).is_none());
    world.send(link, &prack);
    world.run_ms(50);
    assert!(world.response(200).is_some());
    world.run(Duration::from_secs(40));
    assert!(world.response(180).is_none());
    // What was acknowledged already, or never sent, is unknown.
    world.send(link, &prack.replace("CSeq: 8", "CSeq: 9").replace("PRACK8", "PRACK9"));
    world.run_ms(50);
    assert!(world.response(481).is_some());
    world.command(anna, say::answer(DEFAULT));
    world.run_ms(100);
    assert!(world.response(200).is_some_and(|(_, ok)| ok.get(Name::RSeq).is_none()));
    // The next caller's begin elsewhere.
    world.command(anna, say::end());
    world.run_ms(100);
    world.send(
        link,
        &wire::invite("anna", "c2", "b2").replace("Max-Forwards", "Require: 100rel\r\nMax-Forwards"),
    );
    world.run_ms(100);
    let (_, ringing) = world.response(180).expect("180");
    assert!(!prack.contains(&format!("RAck: {} ", ringing.number(Name::RSeq).expect("RSeq"))));
}

#[test]
fn whoever_never_acknowledges_the_ringing_is_refused() {
    let (mut world, anna, _, _) = rung_reliably();
    // RFC 3262 §3: 64·T1.
    world.run(Duration::from_millis(31_800));
    assert!(world.response(504).is_none());
    world.run_ms(300);
    assert!(world.response(504).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Failed));
}

#[test]
fn unasked_nobody_is_told_of_100rel_and_rseq_alone_asks_for_nothing() {
    let mut story = Story::new();
    assert!(!story.invite.lists(Name::Supported, "100rel"));
    story.says("a", 183, "RSeq: 1\r\n", Some(&sdp("a")));
    assert!(story.world.request(Method::Prack).is_none());
    // What nobody had to acknowledge may change still.
    story.says("a", 200, "", Some(&sdp("something else")));
    assert_eq!(story.steps(), [Step::Accept, Step::Accept]);
}

#[test]
fn what_one_fork_agreed_on_binds_no_other() {
    let mut story = Story::new();
    story.says("a", 183, "Require: 100rel\r\nRSeq: 1\r\n", Some(&sdp("a")));
    story.says("b", 200, "", Some(&sdp("b")));
    assert_eq!(story.steps(), [Step::Accept, Step::Accept]);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[cfg(feature = "full")]
#[test]
fn an_offer_that_a_prack_has_answered_is_the_last_word_too() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.says("a", 183, "Require: 100rel\r\nRSeq: 1\r\n", Some(&sdp("a")));
    story.says("a", 200, "", Some(&sdp("something else")));
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[cfg(feature = "full")]
#[test]
fn whoever_only_supports_it_is_rung_reliably_where_the_settings_say_so() {
    for (asked_for, supported, reliable) in
        [(true, "Supported: 100rel\r\n", true), (true, "", false), (false, "Supported: 100rel\r\n", false)]
    {
        let settings = Settings { reliable_provisional: asked_for, ..Settings::default() };
        let (mut world, ..) = rung(settings, supported);
        let (_, ringing) = world.response(180).expect("180");
        assert_eq!(ringing.get(Name::RSeq).is_some(), reliable, "{asked_for} {supported}");
    }
}

#[test]
fn a_prack_of_something_else_acknowledges_nothing() {
    let (mut world, _, link, prack) = rung_reliably();
    let rseq = prack.split("RAck: ").nth(1).and_then(|rest| rest.split(' ').next()).expect("RSeq");
    for (cseq, other) in [(8, "1000000 7 INVITE"), (9, "RSEQ 8 INVITE"), (10, "RSEQ 7 UPDATE")] {
        let other = other.replace("RSEQ", rseq);
        let text = prack
            .replace(&format!("{rseq} 7 INVITE"), &other)
            .replace("CSeq: 8", &format!("CSeq: {cseq}"))
            .replace("PRACK8", &format!("PRACK{cseq}"));
        world.send(link, &text);
        world.run_ms(50);
        assert!(world.response(481).is_some(), "{other}");
    }
    world.inbox.clear();
    world.run(Duration::from_secs(2));
    assert!(world.response(180).is_some(), "it is sent again");
}

/// RFC 3262 §3: one at a time, each with the next number.
#[cfg(feature = "full")]
#[test]
fn what_is_said_before_the_last_was_acknowledged_waits_its_turn() {
    let settings = Settings { supervised: true, ..Settings::default() };
    let (mut world, anna, link) = rung(settings, "Require: 100rel\r\n");
    for status in [180, 182, 183] {
        let ring = CallCommand::Ring { status, reason: String::new(), headers: String::new() };
        world.command(anna, say::call(ring));
    }
    world.run_ms(50);
    let mut last = None;
    for (cseq, status) in [(8, 180), (9, 182), (10, 183)] {
        let (_, said) = world.response(status).expect("that one");
        let rseq = said.number(Name::RSeq).expect("RSeq");
        assert!(last.is_none_or(|last| rseq == last + 1), "{last:?} {rseq}");
        last = Some(rseq);
        for later in status + 1..=183 {
            assert!(world.response(later).is_none(), "{later} does not wait for {status}");
        }
        let rack = format!("RAck: {rseq} 7 INVITE\r\nContact");
        let tag = said.to_tag().expect("a tag");
        world.send(link, &wire::within("PRACK", "anna", "c1", tag, cseq, None).replace("Contact", &rack));
        world.run_ms(50);
        assert!(world.response(200).is_some());
    }
}

#[test]
fn a_prack_that_nobody_answers_is_not_the_call() {
    let mut story = Story::new();
    story.says("a", 180, "Require: 100rel\r\nRSeq: 1\r\n", None);
    assert!(story.world.request(Method::Prack).is_some());
    story.world.run(Duration::from_secs(40));
    assert_eq!(story.status(), Some(CallStatus::Starting));
    assert_eq!(story.world.count("INVITE"), 1);
}
