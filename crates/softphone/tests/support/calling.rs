//! A call of ours that was not answered yet: the far end is played by hand, fork by fork.

use super::{Step, World, wire};
use headset_sip::{Method, Request};
use headset_softphone::{CallCommand, CallId, CallOptions, CallStatus, Command, Settings};
use std::time::Duration;

pub struct Story {
    pub world: World,
    pub anna: usize,
    pub link: usize,
    pub invite: Request,
}

impl Story {
    /// Anna calls so; the INVITE has arrived.
    pub fn calling(options: CallOptions, settings: Settings) -> Story {
        let (mut world, anna) = World::with(settings);
        let dial = CallCommand::Dial { target: "support".into(), options: Box::new(options) };
        world.command(anna, Command::Call(CallId::ONE, dial));
        world.run_ms(100);
        let (link, invite) = world.request(Method::Invite).expect("an INVITE");
        world.phones[anna].take_steps();
        Story { world, anna, link, invite }
    }

    pub fn new() -> Story {
        Story::calling(CallOptions::default(), Settings::default())
    }

    /// A response of the fork with this tag.
    pub fn says(&mut self, tag: &str, status: u16, extra: &str, sdp: Option<&str>) {
        let mut text =
            wire::response(&self.invite, status, extra, sdp).replace("tag=far", &format!("tag={tag}"));
        if extra.contains("Contact") {
            text = text.replacen("Contact: <sip:far.example;transport=ws>\r\n", "", 1);
        }
        self.world.send(self.link, &text);
        self.world.run_ms(100);
    }

    /// A request of that fork in its early dialog, and what it is answered with.
    pub fn asks(&mut self, method: &str, tag: &str, cseq: u32, sdp: Option<&str>) -> (u16, String) {
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

    pub fn steps(&mut self) -> Vec<Step> {
        self.world.phones[self.anna].take_steps()
    }

    pub fn status(&self) -> Option<CallStatus> {
        self.world.phones[self.anna].softphone.call().map(|call| call.status)
    }
}

pub fn sdp(of: &str) -> String {
    wire::described(of, "sendrecv")
}
