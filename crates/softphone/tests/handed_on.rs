//! Being handed on to somebody else within a call: the switch asks for an offer from a new peer connection.

mod support;

use headset_softphone::{CallView, Direction, Event, Input, MediaOptions, Permission};
use std::time::Duration;
use support::{Step, World, say, wire};

/// Boris has answered anna, who will hand a caller on to him; his tag.
struct Story {
    world: World,
    boris: usize,
    link: usize,
    tag: String,
}

impl Story {
    fn new() -> Story {
        let mut world = World::new(1);
        let boris = world.phone("boris");
        world.input(boris, Input::MicrophonePermission(Permission::Granted));
        let link = world.link(boris, 0);
        world.send(link, &wire::invite("boris", "c1", "b1"));
        world.run_ms(100);
        world.command(boris, say::answer(MediaOptions(0)));
        world.run_ms(100);
        let tag = world.response(200).expect("200").1.to_tag().expect("a tag").to_string();
        world.send(link, &wire::within("ACK", "boris", "c1", &tag, 1, None));
        world.run_ms(50);
        world.phones[boris].take_steps();
        world.inbox.clear();
        Story { world, boris, link, tag }
    }

    /// The re-INVITE by which Boris is handed on, and the status that it is answered with.
    fn hand_on(&mut self) -> u16 {
        let extra = "X-Headset-Media: renew\r\nX-Headset-Call: first\r\n\
                     P-Asserted-Identity: <sip:79990000000@demo.example>\r\nContact";
        let text = wire::within("INVITE", "boris", "c1", &self.tag, 8, None).replacen("Contact", extra, 1);
        self.world.send(self.link, &text);
        self.world.run_ms(150);
        let (_, message) = self.world.inbox.pop_back().expect("an answer");
        let headset_sip::Message::Response(response) = message else { panic!("no response") };
        response.status()
    }

    fn acknowledge(&mut self, sdp: Option<&str>) {
        let content = sdp.map(|sdp| ("application/sdp", sdp));
        let text = wire::within("ACK", "boris", "c1", &self.tag, 1008, content);
        self.world.send(self.link, &text.replace("CSeq: 7 ACK", "CSeq: 8 ACK"));
        self.world.run_ms(150);
    }

    fn steps(&mut self) -> Vec<Step> {
        self.world.phones[self.boris].take_steps()
    }

    fn call(&self) -> CallView {
        self.world.phones[self.boris].softphone.call().expect("a call")
    }

    fn stored(&self) -> String {
        let stored = self.world.phones[self.boris].events.iter().rev().find_map(|event| match event {
            Event::DialogChanged { stored, .. } => Some(stored.clone()),
            _ => None,
        });
        stored.expect("a stored call")
    }
}

#[test]
fn the_old_peer_connection_stays_until_the_new_one_is_answered() {
    let mut story = Story::new();
    let before = story.world.phones[story.boris].last_peer();
    assert_eq!(story.hand_on(), 200);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false)]);
    assert_ne!(story.world.phones[story.boris].last_peer(), before);
    assert_eq!(story.call().remote.user, "79991234567");
    story.acknowledge(Some(&wire::described("caller", "sendrecv")));
    assert_eq!(story.steps(), [Step::Close, Step::Accept]);
    let call = story.call();
    assert_eq!((&*call.remote.user, &*call.id), ("79990000000", "first"));
    assert!(call.connected);
    assert!(story.stored().contains("79990000000"), "a page that comes back knows who it is");
}

#[test]
fn an_offer_that_nobody_took_leaves_the_call_as_it_was() {
    let mut story = Story::new();
    assert_eq!(story.hand_on(), 200);
    story.steps();
    let made = story.world.phones[story.boris].last_peer();
    story.acknowledge(None);
    assert_eq!(story.world.phones[story.boris].peer_id(), made);
    assert_eq!(story.steps(), [Step::Close]);
    assert_eq!(story.call().remote.user, "79991234567");
    assert!(story.call().connected);
    story.world.run(Duration::from_secs(40));
    assert!(story.world.phones[story.boris].end().is_none());
}

#[test]
fn an_offer_that_nobody_acknowledged_ends_the_call_and_both_peer_connections() {
    let mut story = Story::new();
    assert_eq!(story.hand_on(), 200);
    story.steps();
    story.world.run(Duration::from_secs(33));
    assert_eq!(story.world.phones[story.boris].end().map(|end| end.cause), Some("No ACK".into()));
    assert_eq!(story.steps(), [Step::Close, Step::Close]);
}

#[test]
fn without_a_microphone_nobody_is_handed_on() {
    let mut story = Story::new();
    story.world.phones[story.boris].microphone = Some("NotReadableError");
    assert_eq!(story.hand_on(), 488);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false), Step::Close]);
    assert!(story.call().connected);
}

#[test]
fn a_plain_offer_that_nobody_took_is_rolled_back() {
    let mut story = Story::new();
    let text = wire::within("INVITE", "boris", "c1", &story.tag, 8, None);
    story.world.send(story.link, &text);
    story.world.run_ms(150);
    story.acknowledge(None);
    assert_eq!(story.steps(), [Step::Offer(Direction::SendRecv, false), Step::Rollback]);
}
