//! A call that is handed over, blind.

use super::{ANSWER, Client, DOMAIN, OFFER, Talk, World, offer, talk};
use headset_sip::{Method, Request};
use headset_switch::{OfferEnd, Report, Side};

/// Anna talks with a guest; Boris is at his desk.
pub struct Story {
    pub world: World,
    pub talk: Talk,
    pub boris: Client,
}

impl Story {
    pub fn new() -> Self {
        let mut world = World::new();
        let talk = talk(&mut world);
        let boris = Client::registered(&mut world, "boris");
        Self { world, talk, boris }
    }

    /// Anna has asked to hand the guest over to Boris.
    pub fn asked() -> Self {
        let mut story = Self::new();
        story.refer("boris");
        story
    }

    /// And he is rung without an offer, and rings.
    pub fn ringing() -> (Self, Request) {
        let mut story = Self::asked();
        let ringing = story.invited();
        assert_eq!(ringing.body(), "");
        story.boris.reply(&mut story.world, &ringing, 180, "Ringing");
        assert_eq!(story.world.report(), Report::Ringing { call: story.id(), login: "boris".into() });
        story.notified(180);
        (story, ringing)
    }

    /// Anna asks to hand the guest over. The 202 and the first NOTIFY have been read.
    pub fn refer(&mut self, target: &str) {
        self.send_refer(&format!("<sip:{target}@{DOMAIN}>"), &[]);
        self.world.response(self.talk.callee.connection, 202);
        self.notified(100);
        let expected =
            Report::TransferAsked { call: self.id(), by: Side::Callee, target: target.into(), with: None };
        assert_eq!(self.world.report(), expected);
    }

    pub fn send_refer(&mut self, refer_to: &str, more: &[(&str, &str)]) {
        let Talk { callee, callee_dialog, .. } = &mut self.talk;
        callee.refer(&mut self.world, callee_dialog, refer_to, more);
    }

    /// Anna reads a NOTIFY that says this status.
    pub fn notified(&mut self, status: u16) -> Request {
        self.talk.callee.notified(&mut self.world, status)
    }

    pub fn invited(&mut self) -> Request {
        offer(&mut self.world, &self.talk.id, "boris");
        self.world.request(self.boris.connection, Method::Invite)
    }

    /// Boris picks up; the re-INVITE that brings the guest the offer of his page.
    pub fn pick_up(&mut self, ringing: &Request) -> Request {
        self.boris.send_ok(&mut self.world, ringing);
        assert_eq!(self.world.report(), Report::Answered { call: self.id(), login: "boris".into() });
        self.world.nothing(self.boris.connection);
        let renewed = self.renewed();
        assert_eq!(renewed.body(), ANSWER);
        renewed
    }

    /// The re-INVITE that the guest gets.
    pub fn renewed(&mut self) -> Request {
        self.world.request(self.talk.caller.connection, Method::Invite)
    }

    /// The guest takes it.
    pub fn answered(&mut self, renewed: &Request) {
        self.talk.caller.accept(&mut self.world, renewed, OFFER);
    }

    /// The ACK of Boris's 200 brings this; empty where he is not wanted any more.
    pub fn acknowledged_with(&mut self, body: &str) {
        assert_eq!(self.world.request(self.boris.connection, Method::Ack).body(), body);
    }

    pub fn boris_is_let_go(&mut self) {
        self.acknowledged_with("");
        let bye = self.world.request(self.boris.connection, Method::Bye);
        self.boris.reply(&mut self.world, &bye, 200, "OK");
    }

    pub fn anna_hangs_up(&mut self) {
        self.talk.callee.hang_up(&mut self.world, &mut self.talk.callee_dialog);
    }

    pub fn guest_hangs_up(&mut self) {
        self.talk.caller.hang_up(&mut self.world, &mut self.talk.caller_dialog);
    }

    /// The floor gives the transfer up.
    pub fn given_up(&mut self, status: u16, reason: &str) {
        self.world.end_transfer(&self.talk.id, status, reason);
    }

    /// With the guest gone Anna is told so and let go, and the call has ended.
    pub fn ended_by_the_guest(&mut self) {
        self.notified(487);
        self.world.request(self.talk.callee.connection, Method::Bye);
        assert_eq!(
            self.world.all_reports(),
            [self.offer_ended(OfferEnd::Cancelled), self.ended(Side::Caller)]
        );
    }

    pub fn still_talking(&mut self) {
        let Talk { caller, callee, callee_dialog, .. } = &mut self.talk;
        callee.key_reaches(&mut self.world, callee_dialog, caller);
        self.world.no_report();
    }

    pub fn id(&self) -> String {
        self.talk.id.clone()
    }

    pub fn transferred(&self) -> Report {
        Report::Transferred { call: self.id(), by: Side::Callee, to: "boris".into() }
    }

    pub fn offer_ended(&self, end: OfferEnd) -> Report {
        Report::OfferEnded { call: self.id(), login: "boris".into(), end }
    }

    pub fn ended(&self, by: Side) -> Report {
        Report::CallEnded { call: self.id(), by }
    }
}
