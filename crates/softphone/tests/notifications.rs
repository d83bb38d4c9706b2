//! Subscriptions of others to us (RFC 6665 §4.2); the subscriber is played by hand.
#![cfg(feature = "full")]

mod support;

use headset_sip::digest::Challenge;
use headset_sip::{Name, Request, Response};
use headset_softphone::{Acceptance, Command, Input, Notification, Phase, SocketEvent, SubscriptionId};
use std::time::Duration;
use support::outside::{asks, reply, supervised};
use support::{World, wire};

struct Story {
    world: World,
    anna: usize,
    link: usize,
    /// Anna's tag.
    tag: String,
    cseq: u32,
}

const EVENT: &str = "Event: presence;id=7\r\n";

fn told(phase: Phase, body: &str) -> Notification {
    Notification { subscription: SubscriptionId(1), phase, body: body.into(), ..Notification::default() }
}

fn terminated(reason: &str, retry_after: Option<u32>) -> Phase {
    Phase::Terminated { reason: reason.into(), retry_after }
}

impl Story {
    /// A SUBSCRIBE has come; the application has not answered.
    fn begin(more: &str) -> Story {
        let mut world = World::new(1);
        let anna = world.phone("anna");
        world.command(anna, supervised(&["presence", "dialog"]));
        let link = world.link(anna, 0);
        let more = format!("{EVENT}Record-Route: <sip:r1.example;lr>\r\n{more}");
        world.send(link, &asks("SUBSCRIBE", "<sip:anna@demo.example>", "c1", 1, &more, ""));
        world.run_ms(100);
        Story { world, anna, link, tag: String::new(), cseq: 1 }
    }

    /// The application takes it; the 200.
    fn accept(&mut self, expires: Option<u32>, first: Notification) -> Response {
        let (id, _) = self.world.phones[self.anna].asked().remove(0);
        let subscription = SubscriptionId(1);
        let acceptance = Acceptance { reply: id, subscription, expires, first, ..Acceptance::default() };
        self.world.command(self.anna, Command::Accept(Box::new(acceptance)));
        self.world.run_ms(100);
        let (_, ok) = self.world.response(200).expect("200");
        self.tag = ok.to_tag().expect("a tag").into();
        ok
    }

    /// Subscribed for ten minutes, and told "open".
    fn active() -> Story {
        let mut story = Story::begin("Expires: 600\r\n");
        story.accept(None, told(Phase::Active, "open"));
        story.expect("active;expires=600", "open");
        story
    }

    /// The next NOTIFY, answered 200.
    fn expect(&mut self, state: &str, body: &str) -> Request {
        let notify = self.next();
        assert_eq!((notify.get(Name::SubscriptionState), notify.body()), (Some(state), body));
        self.answer(&notify, 200, "");
        notify
    }

    fn next(&mut self) -> Request {
        let (_, notify) = self.world.sent();
        assert_eq!(notify.method().as_str(), "NOTIFY");
        notify
    }

    fn answer(&mut self, notify: &Request, status: u16, more: &str) {
        self.world.send(self.link, &wire::response(notify, status, more, None));
        self.world.run_ms(100);
    }

    fn tell(&mut self, phase: Phase, body: &str) {
        self.world.command(self.anna, Command::Notify(Box::new(told(phase, body))));
        self.world.run_ms(100);
    }

    /// A SUBSCRIBE in the dialog, and the status of its answer.
    fn again(&mut self, more: &str) -> u16 {
        self.cseq += 1;
        let to = format!("<sip:anna@demo.example>;tag={}", self.tag);
        self.world.send(self.link, &asks("SUBSCRIBE", &to, "c1", self.cseq, more, ""));
        self.world.run_ms(100);
        let all = [200, 481, 489, 500];
        all.into_iter().find(|status| self.world.response(*status).is_some()).expect("an answer")
    }

    fn changes(&mut self) -> Vec<String> {
        self.world.phones[self.anna].changes(1)
    }

    fn run(&mut self, seconds: u64) {
        self.world.run(Duration::from_secs(seconds));
    }
}

#[test]
fn a_subscription_is_taken_and_told_the_state_at_once() {
    let mut story = Story::begin("Expires: 600\r\n");
    let ok = story.accept(Some(300), told(Phase::Pending, ""));
    // RFC 6665 §4.2.1.1: never longer than asked for; a dialog is made.
    assert_eq!((ok.expires(), ok.get(Name::RecordRoute)), (Some(300), Some("<sip:r1.example;lr>")));
    assert!(ok.contact().is_some());
    // RFC 6665 §4.2.1.2
    let notify = story.expect("pending;expires=300", "");
    assert_eq!(
        (notify.uri(), notify.get(Name::Event)),
        ("sip:far.example;transport=ws", Some("presence;id=7"))
    );
    assert_eq!(notify.get(Name::Route), Some("<sip:r1.example;lr>"));
    assert_eq!((notify.to_tag(), notify.from_tag()), (Some("far"), Some(&*story.tag)));
    story.run(20);
    story.tell(Phase::Active, "open");
    let second = story.next();
    assert!(second.get(Name::SubscriptionState).is_some_and(|state| state.starts_with("active;expires=27")));
    assert_eq!(second.get(Name::ContentType), Some("text/plain"));
    assert_eq!(second.cseq().expect("CSeq").number, notify.cseq().expect("CSeq").number + 1);
    assert_eq!(story.changes(), [""; 0]);
}

#[test]
fn the_time_is_the_subscribers_up_to_the_applications() {
    for (asked, most, granted) in [
        ("Expires: 600\r\n", None, 600),
        ("Expires: 9000\r\n", None, 3600),
        ("", Some(900), 900),
        ("", None, 3600),
        ("Expires: 600\r\n", Some(60), 60),
    ] {
        let mut story = Story::begin(asked);
        assert_eq!(story.accept(most, told(Phase::Active, "")).expires(), Some(granted), "{asked} {most:?}");
    }
}

#[test]
fn packages_that_there_are_not_are_refused() {
    let mut story = Story::begin("");
    let more = "Event: reg\r\n";
    story.world.send(story.link, &asks("SUBSCRIBE", "<sip:anna@demo.example>", "c2", 1, more, ""));
    story.world.send(story.link, &asks("SUBSCRIBE", "<sip:anna@demo.example>", "c3", 1, "", ""));
    story.world.run_ms(100);
    let (_, refusal) = story.world.response(489).expect("489");
    assert_eq!(refusal.get(Name::AllowEvents), Some("presence, dialog"));
    assert!(story.world.response(400).is_some());
    assert_eq!(story.world.phones[story.anna].asked().len(), 1);
}

#[test]
fn two_subscriptions_cannot_have_one_name() {
    let mut story = Story::active();
    let more = "Event: presence\r\n";
    story.world.send(story.link, &asks("SUBSCRIBE", "<sip:anna@demo.example>", "c2", 1, more, ""));
    story.world.run_ms(100);
    let (reply, _) = story.world.phones[story.anna].asked().remove(0);
    let again = Acceptance { reply, subscription: SubscriptionId(1), ..Acceptance::default() };
    story.world.command(story.anna, Command::Accept(Box::new(again)));
    story.world.run_ms(100);
    assert!(story.world.response(500).is_some());
    assert_eq!(story.changes(), ["Invalid"]);
    // The first goes on.
    story.tell(Phase::Active, "closed");
    story.expect("active;expires=599", "closed");
}

#[test]
fn the_application_may_refuse() {
    let mut story = Story::begin("");
    let (id, _) = story.world.phones[story.anna].asked().remove(0);
    story.world.command(story.anna, reply(id, 403));
    story.world.run_ms(100);
    assert!(story.world.response(403).is_some() && story.world.is_silent());
}

#[test]
fn a_refresh_is_answered_and_told_the_state_again() {
    let mut story = Story::active();
    story.run(500);
    assert_eq!(story.again(&format!("{EVENT}Expires: 100\r\n")), 200);
    assert_eq!(story.changes(), ["subscribed"]);
    story.expect("active;expires=100", "open");
    story.run(90);
    assert!(story.changes().is_empty());
    // The application may say something better in its turn.
    story.cseq += 1;
    let to = format!("<sip:anna@demo.example>;tag={}", story.tag);
    let text = asks("SUBSCRIBE", &to, "c1", story.cseq, EVENT, "");
    let socket = story.world.links[story.link].socket;
    story.world.input(story.anna, Input::Socket(socket, SocketEvent::Received(text)));
    assert_eq!(story.changes(), ["subscribed"]);
    story.tell(Phase::Active, "better");
    story.expect("active;expires=3600", "better");
    assert!(story.world.response(200).is_some() && story.world.is_silent());
}

#[test]
fn subscribes_that_do_not_fit_are_refused() {
    let mut story = Story::active();
    assert_eq!(story.again("Event: dialog;id=7\r\n"), 489);
    assert_eq!(story.again("Event: presence;id=8\r\n"), 481);
    assert_eq!(story.again(&format!("{EVENT}Expires: 60\r\n")), 200);
    // RFC 3261 §12.2.2
    story.cseq = 1;
    assert_eq!(story.again(&format!("{EVENT}Expires: 60\r\n")), 500);
    story.tag = "other".into();
    story.cseq = 20;
    assert_eq!(story.again(EVENT), 481);
}

#[test]
fn un_subscribing_gets_a_last_word() {
    let mut story = Story::active();
    assert_eq!(story.again(&format!("{EVENT}Expires: 0\r\n")), 200);
    assert_eq!(story.changes(), ["subscribed last", "Unsubscribed"]);
    story.expect("terminated;reason=timeout", "open");
    assert_eq!(story.again(EVENT), 481);
    story.tell(Phase::Active, "late");
    assert_eq!(story.world.phones[story.anna].errors(), ["no_such_subscription"]);
    story.run(700);
    assert!(story.world.is_silent());
}

#[test]
fn a_fetch_is_answered_once() {
    let mut story = Story::begin("Expires: 0\r\n");
    let ok = story.accept(None, told(Phase::Active, "open"));
    assert_eq!(ok.expires(), Some(0));
    // RFC 6665 §4.4.3
    story.expect("terminated;reason=timeout", "open");
    assert_eq!(story.changes(), ["Unsubscribed"]);
}

#[test]
fn the_application_ends_it_with_a_reason() {
    let mut story = Story::active();
    story.tell(terminated("probation", Some(120)), "bye");
    assert_eq!(story.changes(), ["Final"]);
    story.expect("terminated;reason=probation;retry-after=120", "bye");
    assert_eq!(story.again(EVENT), 481);
}

#[test]
fn it_expires_with_a_last_word() {
    let mut story = Story::active();
    story.run(590);
    assert!(story.world.is_silent());
    story.run(15);
    assert_eq!(story.changes(), ["Expired"]);
    story.expect("terminated;reason=timeout", "open");
}

#[test]
fn notifies_go_one_after_the_other_in_their_order() {
    let mut story = Story::active();
    for body in ["1", "2", "3"] {
        story.tell(Phase::Active, body);
    }
    let first = story.next();
    assert!(story.world.is_silent());
    story.answer(&first, 200, "");
    let second = story.next();
    assert_eq!((first.body(), second.body()), ("1", "2"));
    // The flow is lost: what may not have arrived is told again, before the rest.
    story.world.cut(story.anna, 0);
    story.run(5);
    story.link = story.world.link(story.anna, 0);
    let second = story.next();
    assert_eq!(second.body(), "2");
    story.answer(&second, 200, "");
    assert_eq!(story.next().body(), "3");
    assert_eq!(story.changes(), [""; 0]);
}

#[test]
fn with_no_flow_notifies_wait_and_are_bounded() {
    let mut story = Story::active();
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.world.run_ms(100);
    for number in 0..40 {
        story.tell(Phase::Active, &number.to_string());
    }
    assert_eq!(story.world.phones[story.anna].errors().len(), 8);
    // The last word always finds room.
    story.tell(terminated("noresource", None), "");
    assert_eq!(story.changes(), ["Final"]);
    story.run(40);
    assert_eq!(story.world.count("NOTIFY"), 1);
}

#[test]
fn whoever_does_not_know_of_it_any_more_ends_it() {
    // RFC 6665 §4.2.2
    for status in [481, 404, 500] {
        let mut story = Story::active();
        story.tell(Phase::Active, "x");
        let notify = story.next();
        story.answer(&notify, status, if status == 481 { "Retry-After: 1\r\n" } else { "" });
        assert_eq!(story.changes(), ["Refused"], "{status}");
        assert_eq!(story.again(EVENT), 481);
    }
    let mut story = Story::active();
    story.tell(Phase::Active, "x");
    story.next();
    story.run(33);
    assert_eq!(story.changes(), ["Timeout"]);
}

#[test]
fn whoever_asks_for_patience_gets_it() {
    let mut story = Story::active();
    story.tell(Phase::Active, "x");
    let notify = story.next();
    story.tell(Phase::Active, "y");
    // RFC 6665 §4.2.2
    story.answer(&notify, 503, "Retry-After: 20\r\n");
    story.run(18);
    assert!(story.world.is_silent());
    story.run(3);
    let notify = story.next();
    assert_eq!(notify.body(), "x");
    story.answer(&notify, 200, "");
    assert_eq!(story.next().body(), "y");
}

#[test]
fn a_challenge_to_notify_is_answered() {
    let mut story = Story::active();
    story.tell(Phase::Active, "x");
    let (realm, nonce) = (support::DOMAIN.into(), "one".into());
    let challenge = Challenge { realm, nonce, qop_auth: true, ..Challenge::default() };
    let challenge = format!("Proxy-Authenticate: {challenge}\r\n");
    let first = story.next();
    story.answer(&first, 407, &challenge);
    let second = story.next();
    assert!(second.get(Name::ProxyAuthorization).is_some() && second.body() == "x");
    assert_eq!(second.cseq().expect("CSeq").number, first.cseq().expect("CSeq").number + 1);
    story.answer(&second, 407, &challenge);
    assert_eq!(story.changes(), ["Authentication"]);
}

#[test]
fn a_subscribe_that_cannot_make_a_dialog_is_refused() {
    let mut story = Story::begin("");
    story.world.phones[story.anna].asked();
    let text = asks("SUBSCRIBE", "<sip:anna@demo.example>", "c2", 1, EVENT, "");
    let text = text.replace("Contact: <sip:far.example;transport=ws>\r\n", "");
    story.world.send(story.link, &text);
    story.world.run_ms(100);
    let (id, _) = story.world.phones[story.anna].asked().remove(0);
    let acceptance = Acceptance { reply: id, subscription: SubscriptionId(1), ..Acceptance::default() };
    story.world.command(story.anna, Command::Accept(Box::new(acceptance)));
    story.world.run_ms(100);
    assert!(story.world.response(400).is_some());
    assert_eq!(story.changes(), ["Invalid"]);
}

/// RFC 6665 §4.2.1.1
#[test]
fn whoever_names_no_time_gets_the_applications() {
    let mut story = Story::begin("");
    let ok = story.accept(Some(120), told(Phase::Active, "open"));
    assert_eq!(ok.expires(), Some(120));
    story.expect("active;expires=120", "open");
    let mut story = Story::begin("");
    assert_eq!(story.accept(None, told(Phase::Active, "open")).expires(), Some(3600));
}

#[test]
fn a_refresh_is_told_what_was_said_last() {
    let mut story = Story::active();
    story.tell(Phase::Active, "closed");
    story.expect("active;expires=599", "closed");
    assert_eq!(story.again(&format!("{EVENT}Expires: 300\r\n")), 200);
    story.expect("active;expires=300", "closed");
}

#[test]
fn what_is_over_cannot_be_refreshed_and_is_not_kept_for_ever() {
    let mut story = Story::active();
    story.tell(terminated("noresource", None), "gone");
    let last = story.next();
    assert_eq!(story.again(&format!("{EVENT}Expires: 300\r\n")), 481);
    story.answer(&last, 481, "");
    assert_eq!(story.changes(), ["Final"], "it ends once");
    // Nor is a last word that finds no flow.
    let mut story = Story::active();
    story.world.registrars[0].down = true;
    story.world.cut(story.anna, 0);
    story.run(1);
    story.tell(terminated("noresource", None), "gone");
    story.run(40);
    story.world.registrars[0].down = false;
    story.run(40);
    assert!(story.world.is_silent());
}

#[test]
fn stopping_says_so_to_subscribers() {
    let mut story = Story::active();
    story.world.command(story.anna, Command::Stop);
    story.world.run_ms(200);
    story.expect("terminated;reason=probation", "open");
    assert_eq!(story.changes(), ["Final"]);
    story.run(700);
    assert_eq!(story.world.phones[story.anna].softphone.poll_timeout(), None);
}
