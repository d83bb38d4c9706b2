//! Before the answer: forks, reliable provisional responses, early media, late offers, redirection.

mod support;

use headset_sip::{Method, Name, Request};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, Command, MediaOptions, Outcome, Settings,
};
use std::time::Duration;
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

struct Story {
    world: World,
    anna: usize,
    link: usize,
    invite: Request,
}

impl Story {
    /// Anna calls so; the INVITE has arrived.
    fn calling(options: CallOptions, settings: Settings) -> Story {
        let mut world = World::new(1);
        let anna = world.new_phone("anna");
        world.phones[anna].settings = settings;
        world.start(anna, &[0]);
        world.run(Duration::from_secs(1));
        let dial = CallCommand::Dial { target: "support".into(), options: Box::new(options) };
        world.command(anna, Command::Call(CallId::ONE, dial));
        world.run_ms(100);
        let (link, invite) = world.request(Method::Invite).expect("an INVITE");
        world.phones[anna].take_steps();
        Story { world, anna, link, invite }
    }

    fn new() -> Story {
        Story::calling(CallOptions::default(), Settings::default())
    }

    /// A response of the fork with this tag.
    fn says(&mut self, tag: &str, status: u16, extra: &str, sdp: Option<&str>) {
        let mut text =
            wire::response(&self.invite, status, extra, sdp).replace("tag=far", &format!("tag={tag}"));
        if extra.contains("Contact") {
            text = text.replacen("Contact: <sip:far.example;transport=ws>\r\n", "", 1);
        }
        self.world.send(self.link, &text);
        self.world.run_ms(100);
    }

    /// A request of that fork in its early dialog, and what it is answered with.
    fn asks(&mut self, method: &str, tag: &str, cseq: u32, sdp: Option<&str>) -> (u16, String) {
        let own = self.invite.from_tag().expect("a tag");
        let call = self.invite.call_id();
        let text = wire::within(method, "anna", call, own, cseq, sdp.map(|sdp| ("application/sdp", sdp)))
            .replace("tag=switch", &format!("tag={tag}"));
        self.world.inbox.clear();
        self.world.send(self.link, &text);
        self.world.run_ms(150);
        let (_, message) = self.world.inbox.pop_back().expect("an answer");
        let headset_sip::Message::Response(response) = message else { panic!("no response") };
        (response.status(), response.body().to_string())
    }

    fn steps(&mut self) -> Vec<Step> {
        self.world.phones[self.anna].take_steps()
    }

    fn status(&self) -> Option<CallStatus> {
        self.world.phones[self.anna].softphone.call().map(|call| call.status)
    }
}

fn sdp(of: &str) -> String {
    wire::described(of, "sendrecv")
}

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
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    let (_, bye) = story.world.request(Method::Bye).expect("BYE");
    assert_eq!(bye.cseq().expect("CSeq").number, cseq + 2);
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

#[test]
fn an_offer_in_the_2xx_is_answered_in_the_ack() {
    let options = CallOptions { late_offer: true, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    assert!(story.invite.body().is_empty());
    story.says("a", 200, "", Some(&sdp("a")));
    story.says("a", 200, "", Some(&sdp("a")));
    let (_, ack) = story.world.request(Method::Ack).expect("ACK");
    assert!(ack.body().contains("anna-") && ack.content_is("application/sdp"));
    assert_eq!(story.steps(), [Step::Answer { candidates: true }]);
    assert_eq!(story.status(), Some(CallStatus::Active));
    assert!(story.world.request(Method::Bye).is_none());
}

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
fn a_redirection_is_followed_only_when_asked() {
    let elsewhere = "Contact: <sip:b@far.example>;q=0.2, <sip:c@far.example>;q=0.8\r\n";
    let mut story = Story::new();
    story.says("a", 302, elsewhere, None);
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Redirected"));
    assert_eq!(end.contacts, ["sip:c@far.example", "sip:b@far.example"]);

    let options = CallOptions { redirects: 1, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.says("a", 302, elsewhere, None);
    for (target, status) in [("sip:c@far.example", 404), ("sip:b@far.example", 302)] {
        let (_, again) = story.world.request(Method::Invite).expect("an INVITE");
        assert_eq!(again.uri(), target);
        // RFC 3261 §8.1.3.4: all but the target is the same.
        assert_eq!(again.get(Name::To), story.invite.get(Name::To));
        assert_eq!(again.call_id(), story.invite.call_id());
        assert!(again.cseq().expect("CSeq").number > story.invite.cseq().expect("CSeq").number);
        assert_eq!(again.body(), story.invite.body());
        story.invite = again;
        story.says("x", status, "Contact: <sip:d@far.example>\r\n", None);
    }
    assert!(story.world.request(Method::Invite).is_none());
    assert!(story.world.phones[story.anna].end().is_some());
}

/// The switch calls Anna and requires reliable provisional responses.
fn rung_reliably() -> (World, usize, usize, String) {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    let invite = wire::invite("anna", "c1", "b1");
    world.send(link, &invite.replace("Max-Forwards", "Require: 100rel\r\nMax-Forwards"));
    world.run_ms(50);
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
}

#[test]
fn whoever_never_acknowledges_the_ringing_is_refused() {
    let (mut world, anna, _, _) = rung_reliably();
    world.run(Duration::from_secs(66));
    assert!(world.response(504).is_some());
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Failed));
}

#[test]
fn a_fork_that_is_no_more_is_nobody_and_none_hangs_up_before_it_answers() {
    let mut story = Story::new();
    story.says("a", 180, "", None);
    // RFC 3261 §15: the callee's end may not say BYE yet.
    assert_eq!(story.asks("BYE", "a", 1, None).0, 403);
    assert_eq!(story.status(), Some(CallStatus::Starting));
    // RFC 6228
    story.says("a", 199, "", None);
    assert_eq!(story.asks("UPDATE", "a", 2, None).0, 481);
}
