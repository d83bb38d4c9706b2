//! Being called: ringing, preparing, answering.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_softphone::{
    CallDirection, CallStatus, Input, MediaOptions, Originator, Outcome, Permission, Settings,
};
use std::time::Duration;
use support::answered::Story;
use support::ringing::{DEFAULT, acknowledge, answer, ringing, rung};
use support::{Step, World, say, wire};

#[test]
fn a_call_from_a_queue_rings_with_its_name_and_number() {
    let (mut world, anna, _) = ringing(Permission::Prompt);
    let call = world.phones[anna].softphone.call().expect("a call");
    assert_eq!((call.status, call.direction), (CallStatus::Starting, CallDirection::Incoming));
    assert_eq!(call.id, "call-c1");
    assert_eq!((&*call.remote.display_name, &*call.remote.user), ("Support", "79991234567"));
    assert_eq!((&*call.local.user, &*call.local.display_name), ("anna", "ANNA"));
    assert!(call.invite.starts_with("INVITE sip:anna@"));
    assert!(world.response(100).is_some());
    let (_, ringing) = world.response(180).expect("180");
    assert!(ringing.contact().is_some() && ringing.to_tag().is_some());
}

#[test]
fn with_permission_the_answer_is_prepared_without_the_candidates() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    assert_eq!(world.phones[anna].take_steps(), [Step::Answer { candidates: false }]);
    world.command(anna, say::answer(DEFAULT));
    // At once: nothing is waited for.
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
    assert_eq!(world.phones[anna].take_steps(), [Step::AddCandidates, Step::OpenMicrophone]);
    world.run_ms(100);
    let (_, ok) = world.response(200).expect("200");
    assert!(ok.body().contains("a=fingerprint:sha-256 anna-") && ok.content_is("application/sdp"));
    let call = world.phones[anna].softphone.call().expect("a call");
    assert!(call.connected && call.answered_at.is_some());
    world.send(link, &wire::within("ACK", "anna", "c1", ok.to_tag().unwrap_or(""), 1, None));
    // Longer than it may ring.
    world.run(Duration::from_secs(200));
    assert!(world.response(200).is_none(), "acknowledged: not sent again");
    assert!(world.phones[anna].end().is_none());
}

#[test]
fn a_click_before_the_answer_is_prepared_waits_for_it() {
    let (mut world, anna, link) = ringing(Permission::Prompt);
    world.phones[anna].gathering = 300;
    world.input(anna, Input::MicrophonePermission(Permission::Granted));
    world.command(anna, say::answer(DEFAULT));
    assert!(world.phones[anna].softphone.call().is_some_and(|call| call.answering));
    world.run_ms(400);
    assert_eq!(
        world.phones[anna].take_steps(),
        [Step::Answer { candidates: false }, Step::AddCandidates, Step::OpenMicrophone]
    );
    acknowledge(&mut world, link);
}

#[test]
fn without_permission_the_microphone_comes_first() {
    let (mut world, anna, link) = ringing(Permission::Prompt);
    assert_eq!(world.phones[anna].take_steps(), []);
    world.command(anna, say::answer(DEFAULT));
    assert_eq!(world.phones[anna].take_steps(), [Step::OpenMicrophone]);
    assert!(world.phones[anna].softphone.call().is_some_and(|call| call.answering));
    world.run_ms(200);
    assert_eq!(world.phones[anna].take_steps(), [Step::Answer { candidates: true }]);
    acknowledge(&mut world, link);
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn other_media_options_at_the_click_rebuild_the_peer_and_are_remembered() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    let first = world.phones[anna].peer_id();
    world.command(anna, say::answer(MediaOptions(4)));
    world.run_ms(100);
    let steps = world.phones[anna].steps.clone();
    assert_eq!(steps[1], (first, Step::Close));
    assert_eq!(steps[2].1, Step::Answer { candidates: true });
    assert_ne!(steps[2].0, first);
    let tag = acknowledge(&mut world, link);
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    world.phones[anna].take_steps();
    world.send(link, &wire::invite("anna", "c2", "b2"));
    world.run_ms(100);
    world.command(anna, say::answer(MediaOptions(4)));
    let steps = world.phones[anna].take_steps();
    assert_eq!(steps, [Step::Answer { candidates: false }, Step::AddCandidates, Step::OpenMicrophone]);
}

#[test]
fn a_denied_microphone_refuses_the_call_and_says_why() {
    for (name, code, reason) in [
        ("NotAllowedError", "microphone_denied", "Microphone denied"),
        ("NotFoundError", "microphone_missing", "No microphone"),
        ("NotReadableError", "microphone_busy", "Microphone in use"),
    ] {
        let (mut world, anna, _) = ringing(Permission::Prompt);
        world.phones[anna].microphone = Some(name);
        answer(&mut world, anna);
        let (_, refusal) = world.response(480).expect("480");
        assert_eq!(refusal.reason(), reason);
        assert_eq!(world.phones[anna].errors(), [code]);
        let end = world.phones[anna].end().expect("an end");
        assert_eq!((end.outcome, end.status_code), (Outcome::Failed, Some(480)));
        assert_eq!(end.cause == "User Denied Media Access", name == "NotAllowedError");
        assert!(world.phones[anna].softphone.call().is_none());
    }
}

#[test]
fn a_microphone_that_fails_after_the_answer_does_not_hang_up_on_the_caller() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    world.phones[anna].microphone = Some("NotReadableError");
    answer(&mut world, anna);
    acknowledge(&mut world, link);
    assert_eq!(world.phones[anna].errors(), ["microphone_busy"]);
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn a_preparation_that_fails_is_made_again_at_the_click() {
    let (mut world, anna, link) = ringing(Permission::Prompt);
    world.phones[anna].broken = Some("no codecs");
    world.input(anna, Input::MicrophonePermission(Permission::Granted));
    world.run_ms(100);
    assert!(world.phones[anna].softphone.call().is_some());
    world.phones[anna].broken = None;
    answer(&mut world, anna);
    acknowledge(&mut world, link);
    let expected = [
        Step::Answer { candidates: false },
        Step::Close,
        Step::Answer { candidates: true },
        Step::OpenMicrophone,
    ];
    assert_eq!(world.phones[anna].take_steps(), expected);
}

#[test]
fn media_that_cannot_be_answered_is_488() {
    let (mut world, anna, _) = ringing(Permission::Prompt);
    world.phones[anna].broken = Some("no codecs");
    answer(&mut world, anna);
    assert!(world.response(488).is_some());
    assert_eq!(world.phones[anna].errors(), ["media_failed"]);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator), (Outcome::Failed, Originator::System));
    assert_eq!(end.cause, "WebRTC Error");
}

#[test]
fn strange_requests_get_the_right_answers() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    let ask = |world: &mut World, text: &str| {
        let before = world.heard.len();
        world.send(link, text);
        world.run_ms(50);
        let finals = world.heard[before..].iter().map(|(_, _, text)| text);
        finals
            .filter(|text| !text.starts_with("SIP/2.0 100"))
            .map(|text| text[8..11].to_string())
            .collect::<String>()
    };
    let plain = |method: &str| {
        wire::invite("anna", method, method)
            .replace("INVITE", method)
            .replace("application/sdp", "text/plain")
    };
    assert_eq!(ask(&mut world, &plain("OPTIONS")), "200");
    assert_eq!(ask(&mut world, &plain("MESSAGE")), "405");
    assert_eq!(ask(&mut world, &plain("SUBSCRIBE")), "405");
    assert_eq!(ask(&mut world, &plain("DANCE")), "501");
    assert_eq!(ask(&mut world, &plain("INVITE")), "415");
    assert_eq!(ask(&mut world, &plain("UPDATE")), "415");
    // RFC 3261 §12.2.2, §15.1.2, RFC 6665 §4.1.3
    for method in ["BYE", "INFO", "PRACK", "REFER", "NOTIFY"] {
        assert_eq!(ask(&mut world, &plain(method)), "481", "{method}");
    }
    assert_eq!(ask(&mut world, &wire::within("DANCE", "anna", "x", "y", 4, None)), "481");
    for method in ["INFO", "UPDATE"] {
        assert_eq!(ask(&mut world, &wire::within(method, "anna", "x", "y", 1, None)), "481");
    }
    assert_eq!(ask(&mut world, &wire::within("INVITE", "anna", "x", "y", 2, None)), "481");
    assert_eq!(ask(&mut world, &wire::within("ACK", "anna", "x", "y", 3, None)), "");
    let required =
        wire::invite("anna", "r", "r").replace("Max-Forwards", "Require: nothing-we-know\r\nMax-Forwards");
    assert_eq!(ask(&mut world, &required), "420");
    let broken = wire::invite("anna", "m", "m").replace("CSeq: 7 INVITE", "CSeq: seven INVITE");
    assert_eq!(ask(&mut world, &broken), "400");
    let without_contact =
        wire::invite("anna", "n", "n").replace("Contact: <sip:switch.example;transport=ws>\r\n", "");
    assert_eq!(ask(&mut world, &without_contact), "400");
    assert!(world.phones[anna].softphone.call().is_none());
    let charset = wire::invite("anna", "k", "k").replace("application/sdp", "Application/SDP;charset=utf-8");
    assert_eq!(ask(&mut world, &charset), "180");
}

/// RFC 3261 §8.2.1, §12.2.2
#[test]
fn what_is_not_known_or_not_taken_within_a_call_leaves_it_as_it_was() {
    let mut story = Story::new();
    assert_eq!(story.ask("DANCE", None).0, 501);
    assert_eq!(story.ask("MESSAGE", None).0, 405);
    assert_eq!(story.ask("OPTIONS", None).0, 200);
    assert_eq!(story.call().status, CallStatus::Active);
}

#[cfg(feature = "full")]
#[test]
fn who_really_calls_is_said_by_those_who_know() {
    for (header, user) in [
        // RFC 3325 §9.1
        ("P-Asserted-Identity: \"Boss\" <sip:100@demo.example>, <tel:+7>", Some("100")),
        ("Remote-Party-ID: \"Boss\" <sip:101@demo.example>;party=calling", Some("101")),
        ("P-Asserted-Identity: nonsense", None),
    ] {
        let (world, anna, _) = rung(Settings::default(), &format!("{header}\r\n"));
        let call = world.phones[anna].softphone.call().expect("a call");
        assert_eq!(call.asserted.map(|party| party.user).as_deref(), user);
        assert_eq!(&*call.remote.user, "79991234567");
    }
}
