//! Being handed on to somebody else within a call: the switch asks for an offer from a new peer connection.

mod support;

use headset_softphone::{Direction, Event, Input, Outcome, PeerEvent};
use std::time::Duration;
use support::answered::{MEDIA, Story};
use support::{Step, wire};

/// The re-INVITE by which Anna is handed on, and the status that it is answered with.
fn hand_on(story: &mut Story) -> u16 {
    const EXTRA: &str = "X-Headset-Media: renew\r\nX-Headset-Call: first\r\n\
                 P-Asserted-Identity: <sip:79990000000@demo.example>\r\nContact";
    story.ask_with("INVITE", None, |text| text.replacen("Contact", EXTRA, 1)).0
}

#[test]
fn the_old_peer_connection_stays_until_the_new_one_is_answered() {
    let mut story = Story::new();
    let before = story.world.phones[story.anna].last_peer();
    story.world.phones[story.anna].media.clear();
    assert_eq!(hand_on(&mut story), 200);
    assert_eq!(story.world.phones[story.anna].media, [MEDIA]);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false)]);
    assert_ne!(story.world.phones[story.anna].last_peer(), before);
    assert_eq!(story.call().remote.user, "79991234567");
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    story.world.run_ms(100);
    assert_eq!(story.steps(), [Step::Close, Step::Accept]);
    let call = story.call();
    assert_eq!((&*call.remote.user, &*call.id), ("79990000000", "first"));
    assert!(call.connected);
    let kept = story.world.phones[story.anna].kept().expect("a kept call");
    assert!(kept.contains("79990000000"), "a page that comes back knows who it is");
}

#[test]
fn an_offer_that_nobody_took_leaves_the_call_as_it_was() {
    let mut story = Story::new();
    assert_eq!(hand_on(&mut story), 200);
    story.steps();
    let made = story.world.phones[story.anna].last_peer();
    story.acknowledge(None);
    assert_eq!(story.world.phones[story.anna].peer_id(), made);
    assert_eq!(story.steps(), [Step::Close]);
    assert_eq!(story.call().remote.user, "79991234567");
    assert!(story.call().connected);
    story.world.run(Duration::from_secs(40));
    assert!(story.world.phones[story.anna].end().is_none());
}

#[test]
fn an_offer_that_nobody_acknowledged_ends_the_call_and_both_peer_connections() {
    let mut story = Story::new();
    assert_eq!(hand_on(&mut story), 200);
    story.steps();
    story.world.run(Duration::from_secs(33));
    assert_eq!(story.world.phones[story.anna].end().map(|end| end.cause), Some("No ACK".into()));
    assert_eq!(story.steps(), [Step::Close, Step::Close]);
}

#[test]
fn without_a_microphone_nobody_is_handed_on() {
    let mut story = Story::new();
    story.world.phones[story.anna].microphone = Some("NotReadableError");
    assert_eq!(hand_on(&mut story), 488);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false), Step::Close]);
    assert!(story.call().connected);
}

#[test]
fn a_plain_offer_that_nobody_took_is_rolled_back() {
    let mut story = Story::new();
    assert_eq!(story.ask("INVITE", None).0, 200);
    story.acknowledge(None);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false), Step::Rollback]);
}

#[test]
fn an_answer_within_the_call_that_is_of_no_use_does_not_end_it() {
    let mut story = Story::new();
    assert_eq!(story.ask("INVITE", None).0, 200);
    story.world.phones[story.anna].broken = Some("no codecs");
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    story.world.run_ms(100);
    assert_eq!(story.world.phones[story.anna].errors(), ["media_failed"]);
    assert!(story.call().connected);
}

/// The old peer connection is gone, and its far end with it: there is nothing to go back to.
#[test]
fn an_answer_that_the_new_peer_connection_cannot_take_ends_the_call_and_says_why() {
    let mut story = Story::new();
    assert_eq!(hand_on(&mut story), 200);
    story.steps();
    story.world.phones[story.anna].broken = Some("no codecs");
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    // The BYE is among what the ACK brings about.
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!((&*end.cause, end.outcome), ("Bad Media Description", Outcome::Failed));
    assert_eq!((&*end.id, &*end.remote.user), ("first", "79990000000"));
    assert_eq!(story.world.phones[story.anna].errors(), ["media_failed"]);
    assert_eq!(story.steps(), [Step::Close, Step::Accept, Step::Close]);
    let (_, _, bye) = story.world.heard.iter().find(|(_, _, text)| text.starts_with("BYE")).expect("a BYE");
    assert!(bye.contains("Reason: SIP;cause=488;text=\"Bad Media Description\""), "{bye}");
}

/// Once it has taken one, it is as with any other.
#[test]
fn after_being_handed_on_a_later_answer_of_no_use_does_not_end_the_call() {
    let mut story = Story::new();
    assert_eq!(hand_on(&mut story), 200);
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    story.world.run_ms(100);
    assert_eq!(story.ask("INVITE", None).0, 200);
    story.world.phones[story.anna].broken = Some("no codecs");
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    story.world.run_ms(100);
    assert!(story.call().connected);
}

#[test]
fn what_the_new_peer_connection_says_before_it_is_the_calls_own_is_not_of_the_call() {
    let mut story = Story::new();
    let old = story.world.phones[story.anna].last_peer();
    assert_eq!(hand_on(&mut story), 200);
    let new = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, old, PeerEvent::Disconnected);
    for event in [PeerEvent::Disconnected, PeerEvent::NoMedia, PeerEvent::Accepted, PeerEvent::Connected] {
        story.world.body_says(story.anna, new, event);
    }
    assert!(!story.call().connected);
    story.acknowledge(None);
    story.steps();
    story.world.run(Duration::from_secs(6));
    // The call's own is down, and only that: it is restarted, and nobody is told of silence.
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, true)]);
    assert_eq!(story.world.count("INFO"), 0);
    let traces = story.world.phones[story.anna].events.iter().filter_map(|event| match event {
        Event::Trace { name, .. } => Some(*name).filter(|name| name.starts_with("media_")),
        _ => None,
    });
    assert_eq!(traces.collect::<Vec<_>>(), ["media_connected", "media_disconnected"]);
}

#[test]
fn what_the_old_peer_connection_still_says_after_the_new_one_took_its_place_is_not_heard() {
    let mut story = Story::new();
    let old = story.world.phones[story.anna].last_peer();
    assert_eq!(hand_on(&mut story), 200);
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    story.world.run_ms(100);
    story.steps();
    for event in [
        PeerEvent::Disconnected,
        PeerEvent::NoMedia,
        PeerEvent::Connected,
        PeerEvent::Failed { message: "closed".into() },
        PeerEvent::MicrophoneFailed { name: "AbortError".into(), message: "closed".into() },
    ] {
        // It was on its way when the peer connection was closed.
        story.world.input(story.anna, Input::Peer(old, event));
        assert!(story.call().connected);
    }
    story.world.run(Duration::from_secs(10));
    assert_eq!(story.steps(), []);
    assert_eq!((story.world.count("INFO"), story.world.count("INVITE")), (0, 0));
    assert_eq!(story.world.phones[story.anna].errors(), [""; 0]);
}
