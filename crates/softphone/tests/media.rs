//! What peer connections say by themselves during a call.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::Method;
use headset_softphone::{CallCommand, CallOptions, CallStatus, Direction, Event, Input, PeerEvent, Settings};
use std::time::Duration;
use support::answered::Story;
use support::{Step, calling, say, wire};

/// The peer connection says that something went wrong: keys that it could not send, for one.
fn failed() -> PeerEvent {
    PeerEvent::Failed { message: "no keys in RTP".into() }
}

#[test]
fn media_that_came_back_by_itself_is_not_restarted_when_there_is_a_flow_again() {
    let mut story = Story::new();
    let peer = story.world.phones[story.anna].last_peer();
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.world.body_says(story.anna, peer, PeerEvent::Disconnected);
    story.world.run(Duration::from_secs(6));
    story.world.body_says(story.anna, peer, PeerEvent::Connected);
    story.world.registrars[0].down = false;
    story.world.input(story.anna, Input::Nudge);
    story.world.run(Duration::from_secs(6));
    assert!(story.call().connected);
    assert_eq!(story.steps(), []);
    let steps = story.world.phones[story.anna].events.iter().filter_map(|event| match event {
        Event::Trace { name, .. } => Some(*name).filter(|name| name.starts_with("media_")),
        _ => None,
    });
    assert_eq!(steps.collect::<Vec<_>>(), ["media_connected", "media_disconnected", "media_connected"]);
}

#[test]
fn a_key_that_cannot_be_sent_ends_no_call_whose_answer_was_taken() {
    let mut story = calling::Story::new();
    let ok = wire::response(&story.invite, 200, "", Some(&calling::sdp("far")));
    story.world.send(story.link, &ok);
    // The answer is applied; ICE is still under way.
    story.world.run_ms(30);
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, failed());
    story.world.run_ms(100);
    assert_eq!(story.status(), Some(CallStatus::Active));
    assert_eq!(story.world.phones[story.anna].errors(), ["media_failed"]);
}

#[cfg(feature = "full")]
#[test]
fn nor_a_call_in_which_the_far_end_made_the_offer() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = calling::Story::calling(options, Settings::default());
    let ok = wire::response(&story.invite, 200, "", Some(&calling::sdp("far")));
    story.world.send(story.link, &ok);
    story.world.run_ms(60);
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, failed());
    story.world.run_ms(100);
    assert!(story.world.request(Method::Ack).is_some());
    assert_eq!(story.status(), Some(CallStatus::Active));
}

#[test]
fn a_page_that_comes_back_is_not_refused_for_what_the_old_peer_connection_cannot_do() {
    let mut story = Story::new();
    let old = story.world.phones[story.anna].last_peer();
    story.world.phones[story.anna].gathering = 200;
    story.tell("INVITE", Some(&wire::described("new", "sendrecv")));
    story.world.run_ms(50);
    story.world.body_says(story.anna, old, failed());
    story.world.run_ms(300);
    assert!(story.world.response(200).is_some());
    assert_eq!(
        story.steps(),
        [Step::Answer { candidates: true }, Step::Close, Step::OpenMicrophone],
        "the call goes on over the new one"
    );
    assert!(story.call().connected);
    // It hangs up before its ACK.
    story.tell("BYE", None);
    story.world.run_ms(100);
    assert_eq!(story.steps(), [Step::Close]);
}

#[test]
fn a_hold_that_the_far_end_is_being_told_of_does_not_fail_for_something_else() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, failed());
    // Nor is what was not asked for anybody's offer.
    story.world.body_says(story.anna, peer, PeerEvent::Described("late".into()));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Invite).is_none());
    story.world.send(link, &wire::response(&ours, 200, "", Some(&wire::described("caller", "recvonly"))));
    story.world.run_ms(100);
    assert_eq!(story.call().status, CallStatus::Hold);
    assert_eq!(story.steps(), [Step::Hold(true), Step::Offer(Direction::SendOnly, false), Step::Accept]);
}

#[test]
fn a_restart_whose_flow_is_lost_is_asked_for_on_the_next() {
    let mut story = Story::new();
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, PeerEvent::Disconnected);
    story.world.run_ms(5_100);
    let (_, ours) = story.world.request(Method::Invite).expect("a re-INVITE");
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    let (_, again) = story.world.request(Method::Invite).expect("another re-INVITE");
    assert_eq!(again.body(), ours.body());
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, true)]);
}

/// An offer of the far end that the application has not decided about.
#[cfg(feature = "full")]
fn undecided() -> Story {
    let mut story = Story::new();
    story.world.phones[story.anna].settings = Settings { supervised: true, ..Settings::default() };
    story.world.start(story.anna, &[0]);
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(100);
    story
}

#[cfg(feature = "full")]
#[test]
fn an_offer_that_nobody_has_decided_about_is_not_refused_for_something_else() {
    let mut story = undecided();
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, failed());
    story.world.body_says(story.anna, peer, PeerEvent::Described("late".into()));
    story.world.run_ms(100);
    assert!(story.world.response(200).is_none());
    story.world.command(story.anna, say::call(CallCommand::TakeOffer));
    story.world.run_ms(100);
    assert!(story.world.response(200).is_some() && story.world.response(488).is_none());
}

#[cfg(feature = "full")]
#[test]
fn an_offer_is_decided_about_once() {
    let mut story = undecided();
    let refuse = CallCommand::RefuseOffer { status: 0, reason: String::new(), headers: String::new() };
    for decision in [CallCommand::TakeOffer, CallCommand::TakeOffer, refuse] {
        story.world.command(story.anna, say::call(decision));
    }
    story.world.run_ms(100);
    assert!(story.world.response(200).is_some() && story.world.response(403).is_none());
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
}

#[cfg(feature = "full")]
#[test]
fn of_an_offer_that_was_lost_before_it_was_decided_about_nothing_is_taken_back() {
    let mut story = undecided();
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    assert_eq!(story.steps(), []);
}

#[test]
fn a_restart_that_is_refused_is_asked_for_again_while_media_is_down() {
    let mut story = Story::new();
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, PeerEvent::Disconnected);
    for _ in 0..3 {
        story.world.run_ms(5_200);
        let (link, restart) = story.world.request(Method::Invite).expect("a re-INVITE");
        story.world.send(link, &wire::response(&restart, 500, "", None));
    }
    story.world.run_ms(100);
    let one = [Step::Offer(Direction::SendRecv, true), Step::Rollback];
    assert_eq!(story.steps(), [&one[..]; 3].concat());
    // Nobody had asked for it.
    assert_eq!(story.world.phones[story.anna].errors(), [""; 0]);
}

#[test]
fn a_hold_that_is_refused_when_nobody_wants_it_any_more_is_no_error() {
    let mut story = Story::new();
    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("our re-INVITE");
    story.world.command(story.anna, say::hold(false));
    story.world.send(link, &wire::response(&ours, 500, "", None));
    story.world.run(Duration::from_secs(1));
    assert_eq!(story.world.phones[story.anna].errors(), [""; 0]);
    assert_eq!(story.call().status, CallStatus::Active);
    assert!(story.world.request(Method::Invite).is_none());
}
