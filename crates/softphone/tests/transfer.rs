//! Calls that are handed on, and calls that take another's place.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{
    CallCommand, CallEvent, CallId, CallOptions, CallStatus, Event, MediaOptions, Outcome, PeerEvent,
    Settings,
};
use std::time::Duration;
use support::referring::{Story, calls, notified, transfer};
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

#[test]
fn a_call_that_was_handed_on_ends_when_the_other_has_answered() {
    let mut story = Story::new(false);
    let id = story.refer(202, "");
    assert_eq!(story.notify(id, "active;expires=60", "SIP/2.0 100 Trying\r\n"), 200);
    assert_eq!(story.notify(id, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 200);
    assert_eq!(calls(&story.world, story.anna).len(), 1);
    assert_eq!(story.notify(id, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), 200);
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Answered, "Transferred"));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Bye).is_some());
}

#[test]
fn a_call_that_could_not_be_handed_on_goes_on() {
    let mut story = Story::new(false);
    let id = story.refer(202, "");
    assert_eq!(story.notify(id, "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n"), 200);
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    story.refer(405, "");
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    let view = &calls(&story.world, story.anna)[0];
    assert_eq!((view.status, view.transferring), (CallStatus::Active, false));
    // One that tells no more than that it began, and no more of it either, is over too.
    let id = story.refer(202, "");
    assert_eq!(story.notify(id, "terminated;reason=giveup", "SIP/2.0 100 Trying\r\n"), 200);
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    // RFC 6665 §4.1.3: nothing was asked for any more.
    assert_eq!(story.notify(id, "active", "SIP/2.0 180 Ringing\r\n"), 481);
    let another = story.refer(202, "");
    assert_eq!(story.notify(another + 1, "active", "SIP/2.0 200 OK\r\n"), 481);
    assert_eq!(story.ask("NOTIFY", "Event: presence\r\n", None), 481);
}

/// RFC 6665 §4.1.3: a subscription lasts as long as its NOTIFYs say.
#[test]
fn a_transfer_of_which_nothing_is_told_any_more_has_failed() {
    for (told, seconds) in [(None, 180), (Some("active;expires=400"), 400), (Some("active"), 180)] {
        let mut story = Story::new(false);
        let id = story.refer(202, "");
        if let Some(state) = told {
            story.world.run(Duration::from_secs(100));
            assert_eq!(story.notify(id, state, "SIP/2.0 182 Queued\r\n"), 200);
        }
        story.world.run(Duration::from_secs(seconds - 5));
        assert!(calls(&story.world, story.anna)[0].transferring);
        story.world.run(Duration::from_secs(10));
        assert!(!calls(&story.world, story.anna)[0].transferring);
        assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    }
}

#[test]
fn a_refer_that_is_challenged_is_answered_with_the_hash() {
    let mut story = Story::new(false);
    let challenge = "WWW-Authenticate: Digest realm=\"demo.example\", nonce=\"n1\", qop=\"auth\"\r\n";
    story.refer(401, challenge);
    let (_, again) = story.world.request(Method::Refer).expect("another REFER");
    assert!(again.get(Name::Authorization).is_some());
    assert_eq!(again.get(Name::ReferTo), Some("<sip:boris@demo.example>"));
    assert_eq!(story.world.phones[story.anna].errors(), [""; 0]);
}

#[test]
fn without_a_subscription_the_answer_to_the_refer_is_all_there_is() {
    // RFC 4488 §4
    let mut story = Story::new(false);
    story.refer(200, "Refer-Sub: false\r\n");
    assert_eq!(story.world.phones[story.anna].end().map(|end| end.cause).as_deref(), Some("Transferred"));
}

#[cfg(feature = "full")]
#[test]
fn an_application_hears_how_the_transfer_goes_and_ends_the_call_itself() {
    let mut story = Story::new(true);
    let id = story.refer(202, "");
    story.notify(id, "active", "SIP/2.0 180 Ringing\r\n");
    story.notify(id, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
    assert_eq!(calls(&story.world, story.anna).len(), 1);
    let bodies: Vec<_> = story
        .heard()
        .into_iter()
        .filter_map(|event| match event {
            CallEvent::ReferAnswered(text) => Some(text.split("\r\n").next()),
            CallEvent::ReferNotified(text) => Some(text.split("\r\n\r\n").nth(1).map(str::trim_end)),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(bodies, ["SIP/2.0 202 Reason 202", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]);
}

#[cfg(feature = "full")]
#[test]
fn an_application_carries_out_a_refer_and_tells_how_it_goes() {
    let mut story = Story::new(true);
    let refer = "Refer-To: <sip:boris@far.example?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2&X-Evil=1>\r\n\
        Referred-By: <sip:boss@far.example>\r\n";
    assert_eq!(story.ask("REFER", refer, None), 202);
    assert!(story.heard().iter().any(|event| matches!(event, CallEvent::Referred(_))));
    assert_eq!(notified(&mut story.world).0, ["SIP/2.0 100 Trying"]);
    let options = CallOptions { headers: "X-Floor: 3".into(), ..CallOptions::default() };
    let accept = CallCommand::AcceptReferral { new: CallId(5), options: Box::new(options) };
    story.world.command(story.anna, say::call(accept));
    story.world.run_ms(100);
    let (link, invite) = story.world.request(Method::Invite).expect("an INVITE");
    assert_eq!(invite.uri(), "sip:boris@far.example");
    assert_eq!(invite.get_named("X-Floor"), Some("3"));
    assert_eq!(invite.get(Name::Replaces), Some("x@y;to-tag=1;from-tag=2"));
    assert_eq!(invite.get(Name::ReferredBy), Some("<sip:boss@far.example>"));
    assert!(invite.get_named("X-Evil").is_none());
    story.world.send(link, &wire::response(&invite, 180, "", None));
    story.world.run_ms(100);
    story.world.send(link, &wire::response(&invite, 200, "", Some(&wire::described("b", "sendrecv"))));
    story.world.run_ms(100);
    let (lines, state) = notified(&mut story.world);
    assert_eq!(lines, ["SIP/2.0 180 Reason 180", "SIP/2.0 200 OK"]);
    assert_eq!(state, "terminated;reason=noresource");
    assert_eq!(calls(&story.world, story.anna).len(), 2);
}

#[cfg(feature = "full")]
#[test]
fn whom_a_refer_names_may_be_busy_or_not_be_called_at_all() {
    let mut story = Story::new(true);
    assert_eq!(story.ask("REFER", "Refer-To: <sip:boris@far.example>\r\n", None), 202);
    assert_eq!(story.ask("REFER", "Refer-To: <sip:boris@far.example>\r\n", None), 603, "one at a time");
    let refuse = CallCommand::RefuseReferral { status: 0, reason: String::new() };
    story.world.command(story.anna, say::call(refuse));
    story.world.run_ms(100);
    assert_eq!(notified(&mut story.world).0, ["SIP/2.0 100 Trying", "SIP/2.0 603 Decline"]);

    // RFC 4488 §4: it is not told, since it does not want to be.
    assert_eq!(story.ask("REFER", "Refer-Sub: false\r\nRefer-To: <sip:boris@far.example>\r\n", None), 202);
    let accepted = story.world.heard.iter().rev().find(|(_, _, text)| text.starts_with("SIP/2.0 202"));
    assert!(accepted.is_some_and(|(_, _, text)| text.contains("Refer-Sub: false\r\n")));
    let accept = CallCommand::AcceptReferral { new: CallId(5), options: Box::default() };
    story.world.command(story.anna, say::call(accept));
    story.world.run_ms(100);
    let (link, invite) = story.world.request(Method::Invite).expect("an INVITE");
    story.world.send(link, &wire::response(&invite, 486, "", None));
    story.world.run_ms(100);
    assert_eq!(notified(&mut story.world).0, [""; 0]);

    assert_eq!(story.ask("REFER", "Refer-To: <sip:boris@far.example>\r\n", None), 202);
    let accept = CallCommand::AcceptReferral { new: CallId(6), options: Box::default() };
    story.world.command(story.anna, say::call(accept));
    story.world.run_ms(100);
    let (link, invite) = story.world.request(Method::Invite).expect("an INVITE");
    story.world.send(link, &wire::response(&invite, 486, "", None));
    story.world.run_ms(100);
    assert_eq!(notified(&mut story.world).0.last().map(|line| &line[..11]), Some("SIP/2.0 486"));

    // A name that is taken cannot be called.
    assert_eq!(story.ask("REFER", "Refer-To: <sip:boris@far.example>\r\n", None), 202);
    let taken = calls(&story.world, story.anna)[0].call;
    let accept = CallCommand::AcceptReferral { new: taken, options: Box::default() };
    story.world.command(story.anna, say::call(accept));
    story.world.run_ms(100);
    assert_eq!(
        notified(&mut story.world).0.last().map(String::as_str),
        Some("SIP/2.0 503 Service Unavailable")
    );

    // RFC 3515 §2.4.2
    assert_eq!(story.ask("REFER", "Refer-To: <tel:+79991234567>\r\n", None), 400);
    assert_eq!(story.ask("REFER", "", None), 400);
    assert_eq!(story.ask("REFER", "Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n", None), 400);
    assert_eq!(story.ask("REFER", "Refer-To: <sip:a@b>, <sip:c@d>\r\n", None), 400);
    // Nobody sends an operator away.
    let mut story = Story::new(false);
    assert_eq!(story.ask("REFER", "Refer-To: <sip:boris@far.example>\r\n", None), 603);
}

/// Anna talks to Boris and asks Carol.
#[cfg(feature = "full")]
fn consulting(boris_supervised: bool) -> (World, [usize; 3]) {
    let mut world = World::new(1);
    let phones = ["anna", "boris", "carol"].map(|login| world.phone(login));
    let [anna, boris, carol] = phones;
    if boris_supervised {
        world.phones[boris].settings = Settings { supervised: true, one_call: false, ..Settings::default() };
        world.start(boris, &[0]);
    }
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    let options = Box::<CallOptions>::default();
    let consult = CallCommand::Consult { new: CallId::ONE, target: "carol".into(), options };
    world.command(anna, say::call(consult));
    world.run_ms(300);
    world.command(boris, say::call(CallCommand::TakeOffer));
    world.command(carol, say::answer(DEFAULT));
    world.run_ms(300);
    let views = calls(&world, anna);
    assert_eq!(
        views.iter().map(|view| view.status).collect::<Vec<_>>(),
        [CallStatus::Hold, CallStatus::Active]
    );
    assert_eq!(views[1].consults, Some(views[0].call));
    assert_eq!(world.phones[anna].softphone.consultation().as_ref(), views.get(1));
    assert!(calls(&world, boris)[0].held_by_remote);
    (world, phones)
}

#[cfg(feature = "full")]
#[test]
fn a_consultation_holds_the_caller_and_its_end_brings_them_back() {
    for who_ends in [0, 2] {
        let (mut world, phones) = consulting(false);
        let [anna, boris, carol] = phones;
        let consultation = calls(&world, anna)[1].call.0;
        let ender = phones[who_ends];
        let end = if ender == anna { say::to(consultation, say::end()) } else { say::end() };
        world.command(ender, end);
        world.run_ms(500);
        assert_eq!(
            calls(&world, anna).iter().map(|view| view.status).collect::<Vec<_>>(),
            [CallStatus::Active]
        );
        assert!(!calls(&world, boris)[0].held_by_remote && calls(&world, carol).is_empty());
        assert_eq!(world.phones[anna].errors(), [""; 0]);
    }
}

#[cfg(feature = "full")]
#[test]
fn who_calls_during_a_consultation_is_told_that_it_is_busy() {
    let (mut world, [anna, ..]) = consulting(false);
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c9", "b9"));
    world.run_ms(100);
    assert!(world.response(486).is_some());
    let consult = CallCommand::Consult { new: CallId::ONE, target: "x".into(), options: Box::default() };
    world.command(anna, say::call(consult));
    assert_eq!(world.phones[anna].errors(), ["call_in_progress"]);
}

#[cfg(feature = "full")]
#[test]
fn a_caller_who_hangs_up_leaves_the_consultation_as_the_one_call() {
    let (mut world, [anna, boris, carol]) = consulting(false);
    world.command(boris, say::end());
    world.run_ms(200);
    assert_eq!(calls(&world, anna).len(), 1);
    assert_eq!(world.phones[anna].softphone.consultation(), None);
    world.phones[anna].end();
    world.command(anna, say::end());
    world.run_ms(200);
    assert!(calls(&world, anna).is_empty() && calls(&world, carol).is_empty());
}

#[cfg(feature = "full")]
#[test]
fn two_who_were_talked_to_are_joined_and_talk_to_each_other() {
    let (mut world, [anna, boris, carol]) = consulting(true);
    world.phones[carol].take_steps();
    let before = calls(&world, carol)[0].call;
    let with = calls(&world, anna)[1].call;
    world.command(anna, transfer("", Some(with)));
    world.run_ms(200);
    let referral = calls(&world, boris)[0].call.0;
    let accept = CallCommand::AcceptReferral { new: CallId(77), options: Box::default() };
    world.command(boris, say::to(referral, say::call(accept)));
    world.run(Duration::from_secs(2));
    assert!(calls(&world, anna).is_empty(), "{:?}", calls(&world, anna));
    let ends: Vec<_> = world.phones[anna]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::CallEnded(end) => Some((end.outcome, &*end.cause)),
            _ => None,
        })
        .collect();
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(ends.contains(&(Outcome::Answered, "Transferred")));
    for (phone, other) in [(boris, "carol"), (carol, "boris")] {
        let views = calls(&world, phone);
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].status, &*views[0].remote.user), (CallStatus::Active, other));
        assert!(views[0].connected);
    }
    // Carol's phone did not ring again, and her old call is over.
    assert_ne!(calls(&world, carol)[0].call, before);
    assert_eq!(world.phones[carol].end().map(|end| end.cause).as_deref(), Some("Replaced"));
    assert!(world.phones[carol].take_steps().contains(&Step::Close));
}

#[test]
fn a_refer_whose_flow_is_lost_goes_out_on_the_next() {
    let mut story = Story::new(false);
    story.world.command(story.anna, transfer("boris", None));
    story.world.run_ms(50);
    let (_, refer) = story.world.request(Method::Refer).expect("REFER");
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    let (_, again) = story.world.request(Method::Refer).expect("another REFER");
    assert_eq!(again.get(Name::ReferTo), refer.get(Name::ReferTo));
    assert!(again.cseq().expect("CSeq").number > refer.cseq().expect("CSeq").number);
}

#[test]
fn a_report_of_silence_whose_flow_is_lost_is_made_again() {
    let mut story = Story::new(false);
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, PeerEvent::NoMedia);
    story.world.run_ms(50);
    assert!(story.world.request(Method::Info).is_some());
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    assert!(story.world.request(Method::Info).is_some());
}

#[test]
fn joining_two_ends_both_calls_though_neither_of_them_hangs_up() {
    let mut story = Story::new(false);
    let options = Box::<CallOptions>::default();
    let consult = CallCommand::Consult { new: CallId::ONE, target: "carol".into(), options };
    story.world.command(story.anna, say::call(consult));
    story.world.run_ms(100);
    for _ in 0..2 {
        // The hold, and the call to Carol.
        let (link, invite) = story.world.request(Method::Invite).expect("an INVITE");
        let sdp = wire::described("far", if invite.to_tag().is_some() { "recvonly" } else { "sendrecv" });
        let answer = wire::response(&invite, 200, "", Some(&sdp));
        story.world.send(link, &answer.replace("\"carol\"", ""));
        story.world.run_ms(100);
    }
    let with = calls(&story.world, story.anna)[1].call;
    // What the URI says itself stays there (RFC 3261 §19.1.1).
    story.world.command(story.anna, transfer("sip:carol@demo.example?X-A=1", Some(with)));
    story.world.run_ms(100);
    let (link, refer) = story.world.request(Method::Refer).expect("REFER");
    let refer_to = refer.get(Name::ReferTo).expect("Refer-To");
    assert!(refer_to.starts_with("<sip:carol@demo.example?X-A=1&Replaces="), "{refer_to}");
    story.world.send(link, &wire::response(&refer, 202, "", None));
    story.world.run_ms(100);
    let id = refer.cseq().expect("CSeq").number;
    story.cseq += 100;
    assert_eq!(story.notify(id, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), 200);
    story.world.run_ms(100);
    assert!(calls(&story.world, story.anna).is_empty());
    assert_eq!(story.world.count("BYE"), 2);
}

#[test]
fn who_was_held_before_a_consultation_stays_so_after_it() {
    let mut world = World::new(1);
    let [anna, boris, _] = ["anna", "boris", "carol"].map(|login| world.phone(login));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    world.command(anna, say::hold(true));
    world.run_ms(300);
    let options = Box::<CallOptions>::default();
    let consult = CallCommand::Consult { new: CallId::ONE, target: "carol".into(), options };
    world.command(anna, say::call(consult));
    world.run_ms(300);
    let consultation = calls(&world, anna)[1].call.0;
    world.command(anna, say::to(consultation, say::end()));
    world.run_ms(500);
    assert_eq!(calls(&world, anna)[0].status, CallStatus::Hold);
    assert!(calls(&world, boris)[0].held_by_remote);
}

#[test]
fn one_transfer_at_a_time_and_one_that_nobody_answers_has_failed() {
    let mut story = Story::new(false);
    for _ in 0..2 {
        story.world.command(story.anna, transfer("boris", None));
        story.world.run_ms(100);
    }
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    assert_eq!(story.world.count("REFER"), 1);
    story.world.run(Duration::from_secs(33));
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    let view = &calls(&story.world, story.anna)[0];
    assert_eq!((view.status, view.transferring), (CallStatus::Active, false));
}
