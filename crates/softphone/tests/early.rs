//! Before the answer: forks, early media, late offers, UPDATE.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, Command, EndOptions, PeerEvent, Settings,
};
use std::time::Duration;
use support::calling::{Story, sdp};
use support::{Step, World, say, wire};

#[test]
fn the_first_fork_that_answers_is_the_call_and_every_other_is_hung_up() {
    let mut story = Story::new();
    for tag in ["a", "b", "c"] {
        story.says(tag, 180, "", None);
    }
    story.says("b", 200, "", Some(&sdp("b")));
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert_eq!(ack.to_tag(), Some("b"));
    // RFC 3261 §13.2.2.4
    for tag in ["c", "a"] {
        story.says(tag, 200, "", Some(&sdp(tag)));
        let (_, ack) = story.world.request(Method::Ack).expect("ACK");
        let (_, bye) = story.world.request(Method::Bye).expect("BYE");
        assert_eq!((ack.to_tag(), bye.to_tag()), (Some(tag), Some(tag)));
    }
    assert_eq!(story.status(), Some(CallStatus::Active));
    assert_eq!(story.steps(), [Step::Accept]);
}

#[test]
fn media_that_flows_before_the_answer_is_heard_and_the_answer_is_not_applied_twice() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    assert_eq!(story.steps(), [Step::Accept]);
    // The peer connection hears one.
    story.says("b", 183, "", Some(&sdp("b")));
    assert_eq!(story.steps(), []);
    story.says("a", 200, "", Some(&sdp("a")));
    assert_eq!(story.steps(), []);
    assert_eq!(story.status(), Some(CallStatus::Active));
    // RFC 6337 §3.1.1: nor must the 2xx repeat it.
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.says("a", 200, "", None);
    assert_eq!(story.status(), Some(CallStatus::Active));
    assert!(story.world.request(Method::Bye).is_none());
}

#[test]
fn another_fork_than_was_heard_answers() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.says("b", 200, "", Some(&sdp("b")));
    assert_eq!(story.steps(), [Step::Accept, Step::Accept]);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[test]
fn early_media_that_cannot_be_played_does_not_end_the_call() {
    let mut story = Story::new();
    story.world.phones[story.anna].broken = Some("no");
    story.says("a", 183, "", Some(&sdp("a")));
    assert_eq!(story.status(), Some(CallStatus::Starting));
    story.world.phones[story.anna].broken = None;
    story.says("a", 200, "", Some(&sdp("a")));
    assert_eq!(story.steps(), [Step::Accept, Step::Accept]);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[test]
fn the_far_end_changes_its_early_media_by_update() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    assert_eq!(story.asks("UPDATE", "a", 1, None).0, 200, "it only refreshes");
    // RFC 3311 §5.2: our own offer is not answered yet.
    assert_eq!(story.asks("UPDATE", "a", 2, Some(&sdp("a"))).0, 491);
    story.says("a", 183, "", Some(&sdp("a")));
    story.steps();
    let (status, body) = story.asks("UPDATE", "a", 3, Some(&wire::described("a", "sendonly")));
    assert_eq!((status, body.contains("a=recvonly")), (200, true));
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    assert_eq!(story.asks("UPDATE", "a", 3, None).0, 500, "an old CSeq");
    assert_eq!(story.asks("UPDATE", "x", 4, None).0, 481, "nobody of that tag");
    story.says("a", 200, "", Some(&wire::described("a", "sendonly")));
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[cfg(feature = "full")]
#[test]
fn an_offer_in_the_2xx_is_answered_in_the_ack() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    assert!(story.invite.body().is_empty());
    story.world.phones[story.anna].gathering = 300;
    story.says("a", 200, "", Some(&sdp("a")));
    story.says("a", 200, "", Some(&sdp("a")));
    story.world.run_ms(300);
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert!(ack.body().contains("anna-") && ack.content_is("application/sdp"));
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    assert_eq!(story.status(), Some(CallStatus::Active));
    assert!(story.world.request(Method::Bye).is_none());
}

#[cfg(feature = "full")]
#[test]
fn other_forks_are_hung_up_after_a_late_offer_too() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.says("a", 200, "", Some(&sdp("a")));
    assert!(story.world.request(Method::Ack).is_some());
    story.says("b", 200, "", Some(&sdp("b")));
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    let (_, bye) = story.world.request(Method::Bye).expect("BYE");
    assert_eq!((ack.to_tag(), bye.to_tag()), (Some("b"), Some("b")));
    // Also where the first one's offer is being answered still: its 2xx comes again until it is acknowledged.
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.world.phones[story.anna].gathering = 400;
    story.says("a", 200, "", Some(&sdp("a")));
    story.says("b", 200, "", Some(&sdp("b")));
    story.world.run_ms(400);
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    assert!(story.world.request(Method::Ack).is_some_and(|(_, ack)| ack.to_tag() == Some("a")));
    story.says("b", 200, "", Some(&sdp("b")));
    assert!(story.world.request(Method::Ack).is_some_and(|(_, ack)| ack.to_tag() == Some("b")));
    assert!(story.world.request(Method::Bye).is_some_and(|(_, bye)| bye.to_tag() == Some("b")));
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[test]
fn where_a_fork_is_may_change_before_it_answers() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    story.says("a", 183, "Contact: <sip:moved.example>\r\n", Some(&sdp("a")));
    story.says("a", 200, "Contact: <sip:moved-again.example>\r\n", None);
    // RFC 3261 §12.1.2, §13.2.2.4
    assert!(story.world.request(Method::Ack).is_some_and(|(_, ack)| ack.uri() == "sip:moved-again.example"));
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    assert!(story.world.request(Method::Bye).is_some_and(|(_, bye)| bye.uri() == "sip:moved-again.example"));
}

#[test]
fn a_crowd_of_forks_does_not_fill_memory_and_whoever_answers_is_the_call() {
    let mut story = Story::new();
    for fork in 0..20 {
        story.says(&format!("f{fork}"), 180, "Require: 100rel\r\nRSeq: 1\r\n", None);
    }
    assert_eq!(story.world.count("PRACK"), 16);
    story.says("f19", 200, "", Some(&sdp("x")));
    assert!(story.world.request(Method::Ack).is_some_and(|(_, ack)| ack.to_tag() == Some("f19")));
    assert_eq!(story.status(), Some(CallStatus::Active));
}

/// RFC 3311 §5.2
#[test]
fn an_update_is_answered_one_at_a_time_and_to_whom_we_hear() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.says("b", 180, "", None);
    // Nothing was agreed on with this one.
    assert_eq!(story.asks("UPDATE", "b", 1, Some(&sdp("b"))).0, 491);
    story.world.phones[story.anna].gathering = 1_000;
    story.steps();
    let tells = |story: &mut Story, cseq| {
        let (own, call) = (story.invite.from_tag().expect("a tag"), story.invite.call_id());
        let text = wire::within("UPDATE", "anna", call, own, cseq, Some(("application/sdp", &sdp("a"))));
        story.world.send(story.link, &text.replace("tag=switch", "tag=a"));
        story.world.run_ms(100);
    };
    tells(&mut story, 2);
    tells(&mut story, 3);
    let (_, refusal) = story.world.response(500).expect("500");
    assert!(refusal.number(Name::RetryAfter).is_some_and(|wait| wait <= 10));
    story.world.run_ms(1_000);
    assert!(story.world.response(200).is_some());
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
}

/// RFC 3261 §8.2.3
#[test]
fn an_early_update_that_is_no_sdp_is_415() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.steps();
    let (own, call) = (story.invite.from_tag().expect("a tag"), story.invite.call_id());
    let text = wire::within("UPDATE", "anna", call, own, 1, Some(("text/plain", "hello")));
    story.world.send(story.link, &text.replace("tag=switch", "tag=a"));
    story.world.run_ms(100);
    assert!(story.world.response(415).is_some());
    assert_eq!(story.steps(), []);
}

#[test]
fn an_update_that_cannot_be_taken_leaves_what_was_heard() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.steps();
    story.world.phones[story.anna].broken = Some("no");
    assert_eq!(story.asks("UPDATE", "a", 1, Some(&wire::described("a", "sendonly"))).0, 488);
    assert_eq!(story.steps(), [Step::Answer { candidates: true }, Step::Rollback]);
    assert_eq!(story.status(), Some(CallStatus::Starting));
}

#[test]
fn an_answer_that_was_heard_before_is_in_use_and_what_fails_later_is_no_end() {
    let mut story = Story::new();
    story.says("a", 183, "", Some(&sdp("a")));
    story.says("a", 200, "", None);
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, PeerEvent::Failed { message: "no".into() });
    story.world.run_ms(100);
    assert_eq!(story.status(), Some(CallStatus::Active));
}

/// RFC 3264 §8.4
#[test]
fn whoever_does_not_listen_from_the_first_holds_us() {
    for (direction, held) in
        [("sendonly", true), ("inactive", true), ("sendrecv", false), ("recvonly", false)]
    {
        let mut story = Story::new();
        story.says("a", 200, "", Some(&wire::described("a", direction)));
        let call = story.world.phones[story.anna].softphone.call();
        assert_eq!(call.map(|call| call.held_by_remote), Some(held), "{direction}");
    }
}

#[test]
fn a_cancel_says_why() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    let options =
        EndOptions { status_code: Some(486), reason_phrase: Some("Lunch".into()), ..EndOptions::default() };
    story.world.command(story.anna, say::end_with(options));
    story.world.run_ms(100);
    let (_, cancel) = story.world.request(Method::Cancel).expect("CANCEL");
    // RFC 3326 §2
    assert_eq!(cancel.get(Name::Reason), Some("SIP;cause=486;text=\"Lunch\""));
}

/// RFC 3325 §9.1
#[cfg(feature = "full")]
#[test]
fn who_has_answered_is_said_by_those_who_know() {
    let mut story = Story::new();
    story.says("a", 200, "P-Asserted-Identity: \"Boss\" <sip:boss@far.example>\r\n", Some(&sdp("a")));
    let call = story.world.phones[story.anna].softphone.call().expect("a call");
    assert_eq!(call.asserted.map(|party| party.user).as_deref(), Some("boss"));
}

#[cfg(feature = "full")]
#[test]
fn a_late_offer_opens_the_microphone_before_anybody_is_called() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let options = Box::new(CallOptions { late_offer: true, ..CallOptions::default() });
    let dial = CallCommand::Dial { target: "support".into(), options };
    world.command(anna, Command::Call(CallId::ONE, dial.clone()));
    world.run_ms(100);
    assert_eq!(world.phones[anna].take_steps(), [Step::OpenMicrophone]);
    assert!(world.request(Method::Invite).is_some());
    world.command(anna, say::end());
    world.phones[anna].microphone = Some("NotAllowedError");
    world.run(Duration::from_secs(1));
    world.phones[anna].end();
    world.command(anna, Command::Call(CallId::ONE, dial));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_none());
    assert_eq!(world.phones[anna].errors(), ["microphone_denied"]);
}

#[test]
fn a_call_that_is_given_up_while_its_offer_is_answered_is_hung_up() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.world.phones[story.anna].gathering = 5_000;
    story.says("a", 200, "", Some(&sdp("a")));
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    assert!(story.world.request(Method::Ack).is_some() && story.world.request(Method::Bye).is_some());
    assert!(story.world.request(Method::Cancel).is_none());
}

#[test]
fn a_fork_that_is_no_more_is_nobody_and_none_hangs_up_before_it_answers() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    // RFC 3261 §15: the callee's end may not say BYE yet.
    assert_eq!(story.asks("BYE", "a", 1, None).0, 481);
    assert_eq!(story.status(), Some(CallStatus::Starting));
    // RFC 3261 §12.2.2: what it may say is taken.
    assert_eq!(story.asks("INFO", "a", 2, None).0, 200);
    assert_eq!(story.asks("OPTIONS", "a", 3, None).0, 200);
    assert_eq!(story.asks("REFER", "a", 4, None).0, 405);
    // RFC 6228
    story.says("a", 199, "", None);
    assert_eq!(story.asks("UPDATE", "a", 5, None).0, 481);
}
