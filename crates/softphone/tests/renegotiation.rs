//! The far end changes the call: re-INVITE and UPDATE by hand.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{CallCommand, CallEvent, CallStatus, Direction, Event, Settings};
use std::time::Duration;
use support::answered::Story;
use support::{Step, say, wire};

#[test]
fn the_far_end_holds_and_resumes() {
    let mut story = Story::new();
    let (status, body) = story.ask("INVITE", Some(&wire::described("caller", "sendonly")));
    assert_eq!(status, 200);
    assert!(body.contains("a=recvonly"), "{body}");
    assert!(story.call().held_by_remote);
    // The same peer connection: same fingerprint.
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    story.acknowledge(None);
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendrecv"))).0, 200);
    assert!(!story.call().held_by_remote);
    story.acknowledge(None);
    assert_eq!(
        story.steps(),
        [Step::Answer { candidates: true }],
        "an ACK without a body takes nothing back"
    );
    story.world.run(Duration::from_secs(40));
    assert!(story.world.phones[story.anna].end().is_none());
}

#[test]
fn an_update_is_as_good_as_a_reinvite() {
    let mut story = Story::new();
    assert_eq!(story.ask("UPDATE", None).0, 200);
    assert_eq!(story.ask("UPDATE", Some(&wire::described("caller", "inactive"))).0, 200);
    assert!(story.call().held_by_remote);
    story.world.run(Duration::from_secs(40));
    assert!(story.world.phones[story.anna].end().is_none(), "an UPDATE has no ACK");
}

#[test]
fn a_reinvite_without_an_offer_gets_one() {
    let mut story = Story::new();
    let (status, body) = story.ask("INVITE", None);
    assert_eq!(status, 200);
    assert!(body.contains("a=sendrecv") && body.contains("anna-"));
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false)]);
    story.acknowledge(Some(&wire::described("caller", "sendonly")));
    assert_eq!(story.steps(), [Step::Accept]);
    assert!(story.call().held_by_remote);
}

#[test]
fn what_cannot_be_taken_leaves_the_call_as_it_was() {
    let mut story = Story::new();
    story.world.phones[story.anna].broken = Some("no");
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendonly"))).0, 488);
    assert_eq!(story.steps(), [Step::Answer { candidates: true }, Step::Rollback]);
    // A new peer connection that fails is thrown away; the old one stays.
    assert_eq!(story.ask("INVITE", Some(&wire::described("new", "sendrecv"))).0, 488);
    let steps = story.world.phones[story.anna].steps.clone();
    assert_eq!(steps[0].0, steps[1].0);
    assert_eq!(steps[1].1, Step::Close);
    assert!(!story.call().held_by_remote);
    story.world.phones[story.anna].broken = None;
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendonly"))).0, 200);
}

#[test]
fn two_at_once_and_out_of_order_are_refused() {
    let mut story = Story::new();
    story.world.phones[story.anna].gathering = 500;
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(50);
    assert_eq!(story.ask("UPDATE", Some(&wire::described("caller", "sendonly"))).0, 500);
    story.world.run_ms(600);
    assert!(story.world.response(200).is_some());
    story.cseq -= 2;
    story.acknowledge(None);
    assert_eq!(story.ask("INFO", None).0, 500, "an old CSeq");
}

#[test]
fn an_offer_that_meets_ours_is_refused_with_491() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendonly"))).0, 491);
    let sdp = wire::described("caller", "recvonly");
    story.world.send(link, &wire::response(&ours, 200, "", Some(&sdp)));
    story.world.run_ms(100);
    assert_eq!(story.steps(), [Step::Hold(true), Step::Offer(Direction::SendOnly, false), Step::Accept]);
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert_eq!(ack.cseq().expect("CSeq").number, ours.cseq().expect("CSeq").number);
}

#[test]
fn after_491_the_callee_waits_up_to_2_s_with_a_new_cseq() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    story.world.send(link, &wire::response(&ours, 491, "", None));
    story.world.run_ms(2200);
    let (_, again) = story.world.request(Method::Invite).expect("another re-INVITE");
    assert!(again.cseq().expect("CSeq").number > ours.cseq().expect("CSeq").number);
    assert!(again.body().contains("a=sendonly"));
    // Hung up meanwhile: nothing more comes.
    story.world.send(link, &wire::response(&again, 491, "", None));
    story.world.run_ms(40);
    story.world.command(story.anna, say::end());
    story.world.run(Duration::from_secs(5));
    assert!(story.world.request(Method::Invite).is_none());
    assert!(story.world.request(Method::Bye).is_some());
}

#[test]
fn a_bye_while_their_offer_is_answered_ends_both() {
    let mut story = Story::new();
    story.world.phones[story.anna].gathering = 500;
    story.tell("INVITE", Some(&wire::described("new", "sendrecv")));
    story.world.run_ms(50);
    story.tell("BYE", None);
    story.world.run_ms(600);
    assert!(story.world.response(487).is_some());
    assert!(story.world.phones[story.anna].end().is_some());
    let closed = story.steps().into_iter().filter(|step| *step == Step::Close).count();
    assert_eq!(closed, 2, "the old peer connection and the new one");
}

#[test]
fn keys_of_the_far_end_are_heard_in_every_form() {
    let mut story = Story::new();
    for (content_type, body, status) in [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160", 200),
        ("application/dtmf-relay", "Signal= #\r\n", 200),
        ("application/dtmf", "9", 200),
        ("application/dtmf-relay", "Signal=?", 400),
        ("application/x-headset-media", "lost", 200),
        ("application/json", "{}", 415),
    ] {
        story.cseq += 1;
        let text = wire::within("INFO", "anna", "c1", &story.tag, story.cseq, Some((content_type, body)));
        story.world.send(story.link, &text);
        story.world.run_ms(50);
        let (_, response) = story.world.response(status).expect("that status");
        assert_eq!(response.lists(Name::Accept, "application/dtmf-relay"), status == 415);
    }
    assert_eq!(story.world.phones[story.anna].keys(), "5#9");
}

#[cfg(feature = "full")]
#[test]
fn hold_goes_by_update_when_asked() {
    let mut story = Story::new();
    let hold = CallCommand::Hold { on: true, update: true, headers: "X-Why: lunch".into() };
    story.world.command(story.anna, say::call(hold));
    story.world.run_ms(100);
    let (link, update) = story.world.request(Method::Update).expect("UPDATE");
    assert!(update.body().contains("a=sendonly"));
    assert_eq!(update.get_named("X-Why"), Some("lunch"));
    let sdp = wire::described("caller", "recvonly");
    story.world.send(link, &wire::response(&update, 200, "", Some(&sdp)));
    story.world.run_ms(100);
    assert_eq!(story.steps().last(), Some(&Step::Accept));
    assert!(story.world.request(Method::Ack).is_none());
    assert_eq!(story.call().status, CallStatus::Hold);
}

#[test]
fn a_2xx_without_an_answer_is_acknowledged_and_changes_nothing() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    story.world.send(link, &wire::response(&ours, 200, "", None));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Ack).is_some());
    assert_eq!(story.call().status, CallStatus::Active);
    assert_eq!(story.world.phones[story.anna].errors(), ["hold_failed"]);
    assert!(story.steps().contains(&Step::Rollback));
}

#[test]
fn a_far_end_that_is_not_there_any_more_ends_the_call() {
    for (status, byes) in [(481, 0), (408, 1)] {
        let mut story = Story::new();
        story.world.command(story.anna, say::hold(true));
        story.world.run_ms(100);
        let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
        // RFC 3261 §12.2.1.2
        story.world.send(link, &wire::response(&ours, status, "", None));
        story.world.run_ms(100);
        assert!(story.world.phones[story.anna].end().is_some(), "{status}");
        assert_eq!(story.world.count("BYE"), byes, "{status}");
    }
}

#[test]
fn a_reinvite_that_nobody_answers_ends_the_call_only_when_its_media_is_gone() {
    for media in [true, false] {
        let mut story = Story::new();
        if !media {
            let peer = story.world.phones[story.anna].last_peer();
            story.world.body_says(story.anna, peer, headset_softphone::PeerEvent::Disconnected);
        }
        story.world.command(story.anna, say::hold(true));
        story.world.run(Duration::from_secs(40));
        assert_eq!(story.world.phones[story.anna].end().is_none(), media);
        if media {
            // RFC 3261 §14.1: all is as it was.
            assert!(story.steps().contains(&Step::Rollback));
            assert_eq!(story.call().status, CallStatus::Active);
        }
    }
}

#[test]
fn a_reinvite_that_is_challenged_is_answered_with_the_hash() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    let challenge = "WWW-Authenticate: Digest realm=\"demo.example\", nonce=\"n1\", qop=\"auth\"\r\n";
    story.world.send(link, &wire::response(&ours, 401, challenge, None));
    story.world.run_ms(100);
    let (_, again) = story.world.request(Method::Invite).expect("another re-INVITE");
    assert!(again.get(Name::Authorization).is_some() && again.body() == ours.body());
    assert!(again.cseq().expect("CSeq").number > ours.cseq().expect("CSeq").number);
    story.world.send(link, &wire::response(&again, 401, challenge, None));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Invite).is_none());
    assert_eq!(story.world.phones[story.anna].errors(), ["hold_failed"]);
}

#[cfg(feature = "full")]
#[test]
fn the_application_decides_about_their_offers() {
    let mut story = Story::new();
    let settings = Settings { supervised: true, ..Settings::default() };
    story.world.phones[story.anna].settings = settings;
    story.world.start(story.anna, &[0]);
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(200);
    assert!(story.world.response(200).is_none());
    let refuse = CallCommand::RefuseOffer { status: 0, reason: String::new(), headers: "X-No: 1".into() };
    story.world.command(story.anna, say::call(refuse));
    story.world.run_ms(100);
    assert!(story.world.response(403).is_some_and(|(_, no)| no.get_named("X-No") == Some("1")));
    assert_eq!(story.steps(), []);
    story.tell("UPDATE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(100);
    story.world.command(story.anna, say::call(CallCommand::TakeOffer));
    story.world.run_ms(100);
    assert!(story.world.response(200).is_some());
    let heard = |event: &CallEvent| {
        let one = Event::Call(story.call().call, event.clone());
        story.world.phones[story.anna].events.contains(&one)
    };
    assert!(heard(&CallEvent::HeldByRemote(true)) && !heard(&CallEvent::HeldByRemote(false)));
}

#[test]
fn an_update_that_only_refreshes_is_in_nobodys_way() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Invite).is_some());
    assert_eq!(story.ask("UPDATE", None).0, 200);
}

#[test]
fn an_offer_before_theirs_to_ours_is_acknowledged_is_refused() {
    let mut story = Story::new();
    assert_eq!(story.ask("INVITE", None).0, 200);
    // RFC 3311 §5.2: our offer waits for its answer.
    assert_eq!(story.ask("UPDATE", Some(&wire::described("caller", "sendonly"))).0, 491);
}

#[cfg(feature = "full")]
#[test]
fn an_application_hears_every_info() {
    let mut story = Story::new();
    let settings = Settings { supervised: true, ..Settings::default() };
    story.world.phones[story.anna].settings = settings;
    story.world.start(story.anna, &[0]);
    for (content_type, body) in [("application/json", "{}"), ("application/dtmf-relay", "Signal=5")] {
        story.cseq += 1;
        let text = wire::within("INFO", "anna", "c1", &story.tag, story.cseq, Some((content_type, body)));
        story.world.send(story.link, &text);
        story.world.run_ms(50);
        assert!(story.world.response(200).is_some());
    }
    let infos = story.world.phones[story.anna].events.iter().filter_map(|event| match event {
        Event::Call(_, CallEvent::Info(text)) => text.split("\r\n\r\n").nth(1),
        _ => None,
    });
    assert_eq!(infos.collect::<Vec<_>>(), ["{}", "Signal=5"]);
    assert_eq!(story.world.phones[story.anna].keys(), "5");
}
