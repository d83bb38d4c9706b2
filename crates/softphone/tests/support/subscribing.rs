//! A subscription of ours, to a notifier that the test plays by hand.

use super::{World, wire};
use headset_sip::{Method, Name, Request};
use headset_softphone::{Command, NewSubscription, Resubscription, SubscriptionId};
use std::time::Duration;

/// Who subscribes, what was sent first, and the notifier's own tag and CSeq.
pub struct Story {
    pub world: World,
    pub anna: usize,
    pub link: usize,
    pub subscribe: Request,
    pub cseq: u32,
}

pub fn order() -> NewSubscription {
    NewSubscription {
        subscription: SubscriptionId(1),
        target: "far".into(),
        event: "presence;id=7".into(),
        accept: "application/pidf+xml".into(),
        expires: 600,
        ..NewSubscription::default()
    }
}

impl Story {
    pub fn begin(order: NewSubscription) -> Story {
        let mut world = World::new(1);
        let anna = world.phone("anna");
        world.command(anna, Command::Subscribe(Box::new(order)));
        world.run_ms(100);
        let (link, subscribe) = world.sent();
        Story { world, anna, link, subscribe, cseq: 1 }
    }

    /// Subscribed, taken and notified.
    pub fn active(order: NewSubscription) -> Story {
        let mut story = Story::begin(order);
        story.answer(200, "Expires: 600\r\n");
        story.notify("active;expires=600", "open");
        assert_eq!(story.changes(), ["accepted", "active", "notified open"]);
        story
    }

    /// Answers the last SUBSCRIBE.
    pub fn answer(&mut self, status: u16, more: &str) {
        self.world.send(self.link, &wire::response(&self.subscribe, status, more, None));
        self.world.run_ms(100);
    }

    /// A NOTIFY in the subscription's dialog, and the status of its answer.
    pub fn notify(&mut self, state: &str, body: &str) -> u16 {
        self.cseq += 1;
        let text = self.notify_text("far", self.cseq, "presence;id=7", &state_line(state), body);
        self.tell(&text)
    }

    pub fn notify_text(&self, tag: &str, cseq: u32, event: &str, more: &str, body: &str) -> String {
        let (to, from) = (self.subscribe.get(Name::From), self.subscribe.get(Name::To));
        let from = from.expect("To").split(";tag=").next().unwrap_or("");
        format!(
            "NOTIFY sip:anna@x.invalid SIP/2.0\r\nVia: SIP/2.0/WS far.example;branch=z9hG4bK{tag}{cseq}\r\n\
             From: {from};tag={tag}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} NOTIFY\r\nMax-Forwards: 70\r\n\
             Contact: <sip:{tag}-contact.example;transport=ws>\r\nRecord-Route: <sip:r1.example;lr>, <sip:r2.example;lr>\r\n\
             Event: {event}\r\n{more}Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
            to.expect("From"),
            self.subscribe.call_id(),
            body.len()
        )
    }

    pub fn tell(&mut self, text: &str) -> u16 {
        self.world.send(self.link, text);
        self.world.run_ms(100);
        let all = [200, 400, 481, 489, 500];
        all.into_iter().find(|status| self.world.response(*status).is_some()).expect("an answer")
    }

    pub fn changes(&mut self) -> Vec<String> {
        self.world.phones[self.anna].changes(1)
    }

    pub fn again(&mut self, expires: Option<u32>, body: &str) {
        let subscription = SubscriptionId(1);
        let body = body.into();
        let asked = Resubscription { subscription, expires, body, ..Resubscription::default() };
        self.world.command(self.anna, Command::Resubscribe(Box::new(asked)));
        self.world.run_ms(100);
    }

    /// Waits for the next SUBSCRIBE; it is the one that is answered from now on.
    pub fn next_subscribe(&mut self, within: Duration) {
        let until = self.world.now + within;
        while self.world.is_silent() {
            assert!(self.world.now < until, "no SUBSCRIBE within {within:?}");
            self.world.run_ms(1000);
        }
        self.subscribe = self.world.sent().1;
        assert_eq!(*self.subscribe.method(), Method::Subscribe);
    }

    pub fn expires(&self) -> Option<u32> {
        self.subscribe.expires()
    }

    pub fn run(&mut self, seconds: u64) {
        self.world.run(Duration::from_secs(seconds));
    }
}

pub fn state_line(state: &str) -> String {
    format!("Subscription-State: {state}\r\n")
}
