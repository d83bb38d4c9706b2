//! Being called.

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{
    CallDirection, CallStatus, Command, Direction, EndOptions, Input, MediaOptions, Originator, Outcome,
    Permission,
};
use std::time::Duration;
use support::ringing::{DEFAULT, acknowledge, answer, ringing, talking};
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
    world.run(Duration::from_secs(60));
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
fn an_invite_without_an_offer_is_answered_with_one_that_has_a_microphone() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    let invite = wire::invite("anna", "c1", "b1");
    let (head, _) = invite.split_once("Content-Type").expect("a body");
    world.send(link, &format!("{head}Content-Length: 0\r\n\r\n"));
    world.run_ms(100);
    answer(&mut world, anna);
    assert_eq!(world.phones[anna].take_steps(), [Step::Offer(Direction::SendRecv, false)]);
    let (_, ok) = world.response(200).expect("200");
    let tag = ok.to_tag().expect("a tag");
    let content = ("application/sdp", &*wire::described("caller", "sendrecv"));
    world.send(link, &wire::within("ACK", "anna", "c1", tag, 1, Some(content)));
    world.run_ms(100);
    assert_eq!(world.phones[anna].take_steps(), [Step::Accept]);
}

#[test]
fn a_cancel_ends_the_ringing_and_says_who_won() {
    for (reason, outcome) in [
        ("SIP;cause=487;text=\"Caller hung up\"", Outcome::Cancelled),
        ("SIP;cause=200;text=\"Call completed elsewhere\"", Outcome::AnsweredElsewhere),
        ("SIP;cause=487;text=\"No answer\"", Outcome::Missed),
    ] {
        let (mut world, anna, link) = ringing(Permission::Granted);
        world.send(link, &wire::cancel("anna", "c1", "b1", reason));
        world.run_ms(50);
        assert!(world.response(200).is_some_and(|(_, ok)| ok.get(Name::CSeq) == Some("7 CANCEL")));
        assert!(world.response(487).is_some());
        let end = world.phones[anna].end().expect("an end");
        assert_eq!((end.outcome, end.originator, &*end.cause), (outcome, Originator::Remote, "Canceled"));
        assert_eq!(world.phones[anna].take_steps().last(), Some(&Step::Close));
    }
}

#[test]
fn a_cancel_of_nothing_is_481() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    world.send(link, &wire::cancel("anna", "c1", "b1", "SIP;cause=487"));
    world.run_ms(50);
    assert!(world.response(481).is_some());
}

#[test]
fn refusing_gives_the_chosen_status_and_reason() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    let options = EndOptions {
        status_code: Some(486),
        reason_phrase: Some("At\r\nlunch".into()),
        cause: Some("Lunch".into()),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    world.run_ms(50);
    assert_eq!(world.response(486).map(|(_, r)| r.reason().to_string()).as_deref(), Some("Atlunch"));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator, &*end.cause), (Outcome::Rejected, Originator::Local, "Lunch"));

    let (mut world, anna, _) = ringing(Permission::Granted);
    world.command(anna, say::end_with(EndOptions { status_code: Some(200), ..EndOptions::default() }));
    world.run_ms(50);
    assert!(world.response(480).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.cause).as_deref(), Some("Rejected"));
}

#[test]
fn a_second_caller_hears_busy_and_the_first_call_goes_on() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    let other = world.link(anna, 1);
    world.send(other, &wire::invite("anna", "c2", "b2"));
    world.run_ms(50);
    assert!(world.response(486).is_some());
    let end = world.phones[anna].end().expect("the second's end");
    assert_eq!((&*end.id, end.outcome, &*end.cause), ("call-c2", Outcome::Rejected, "Busy"));
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.id).as_deref(), Some("call-c1"));
    answer(&mut world, anna);
    acknowledge(&mut world, link);
}

#[test]
fn while_calls_are_refused_the_caller_hears_why() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, Command::RefuseCalls(Some("Writing\r\n a letter\u{1b}".into())));
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(50);
    assert!(world.response(180).is_none());
    let (_, refusal) = world.response(480).expect("480");
    assert_eq!(refusal.reason(), "Writing a letter");
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.status_code, end.reason_phrase.as_deref()), (Some(480), Some("Writing a letter")));
    world.command(anna, Command::RefuseCalls(None));
    world.send(link, &wire::invite("anna", "c2", "b2"));
    world.run_ms(50);
    assert!(world.phones[anna].softphone.call().is_some());
}

#[test]
fn an_answer_that_nobody_acknowledges_is_repeated_and_then_hung_up() {
    let (mut world, anna, _) = ringing(Permission::Granted);
    answer(&mut world, anna);
    world.run(Duration::from_secs(33));
    let copies =
        world.inbox.iter().filter(|(_, message)| message.as_str().starts_with("SIP/2.0 200")).count();
    assert!(copies >= 8, "{copies}");
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((&*end.cause, end.outcome), ("No ACK", Outcome::Answered));
    assert!(world.request(Method::Bye).is_some());
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    answer(&mut world, anna);
    world.command(anna, say::end());
    world.run_ms(100);
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Answered));
    assert!(world.request(Method::Bye).is_none());
    acknowledge(&mut world, link);
    let (on, bye) = world.request(Method::Bye).expect("BYE");
    world.send(on, &wire::response(&bye, 200, "", None));
    world.run(Duration::from_secs(60));
    assert!(world.request(Method::Bye).is_none());
}

#[test]
fn the_far_end_hangs_up() {
    let (mut world, anna, link, tag) = talking();
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert!(world.response(200).is_some());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.originator), (Outcome::Answered, Originator::Remote));
    assert_eq!(end.cause, "Terminated");
    assert_eq!(world.phones[anna].take_steps(), [Step::Close]);
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 9, None));
    world.run_ms(50);
    assert!(world.response(481).is_some());
}

#[test]
fn hanging_up_says_why() {
    let (mut world, anna, _, _) = talking();
    let options = EndOptions {
        status_code: Some(480),
        reason_phrase: Some("Fire \"drill\"".into()),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    assert!(world.phones[anna].softphone.call().is_none());
    world.run_ms(50);
    let (_, bye) = world.request(Method::Bye).expect("BYE");
    assert_eq!(bye.get(Name::Reason), Some("SIP;cause=480;text=\"Fire \\\"drill\\\"\""));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!(
        (end.originator, &*end.cause, end.outcome),
        (Originator::Local, "Terminated", Outcome::Answered)
    );
}

#[test]
fn stop_in_a_call_hangs_up_before_it_leaves() {
    let (mut world, anna, _, _) = talking();
    world.command(anna, Command::Stop);
    world.run_ms(100);
    assert!(world.request(Method::Bye).is_some());
    assert!(world.registrars.iter().all(|registrar| registrar.bindings.is_empty()));
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Answered));
}

#[test]
fn the_callers_patience_is_respected() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    let invite = wire::invite("anna", "c1", "b1").replace("Max-Forwards", "Expires: 5\r\nMax-Forwards");
    world.send(link, &invite);
    world.run(Duration::from_secs(6));
    assert!(world.response(487).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Missed));
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
    assert_eq!(ask(&mut world, &wire::within("INFO", "anna", "x", "y", 1, None)), "481");
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

#[test]
fn who_really_calls_is_said_by_those_who_know() {
    for (header, user) in [
        // RFC 3325 §9.1
        ("P-Asserted-Identity: \"Boss\" <sip:100@demo.example>, <tel:+7>", Some("100")),
        ("Remote-Party-ID: \"Boss\" <sip:101@demo.example>;party=calling", Some("101")),
        ("P-Asserted-Identity: nonsense", None),
    ] {
        let mut world = World::new(1);
        let anna = world.phone("anna");
        let link = world.link(anna, 0);
        let invite = wire::invite("anna", "c1", "b1");
        world.send(link, &invite.replace("Max-Forwards", &format!("{header}\r\nMax-Forwards")));
        world.run_ms(100);
        let call = world.phones[anna].softphone.call().expect("a call");
        assert_eq!(call.asserted.map(|party| party.user).as_deref(), user);
        assert_eq!(&*call.remote.user, "79991234567");
    }
}

#[test]
fn the_sip_reason_is_found_among_others() {
    let (mut world, anna, link) = ringing(Permission::Prompt);
    // RFC 3326 §2
    let reason = "Q.850;cause=26;text=\"a, b\", SIP;cause=200;text=\"Call completed elsewhere\"";
    world.send(link, &wire::cancel("anna", "c1", "b1", reason));
    world.run_ms(100);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, end.status_code), (Outcome::AnsweredElsewhere, Some(200)));
}
