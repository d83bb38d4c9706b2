//! A call to us that was answered: the far end changes it by hand.

use super::ringing::rung;
use super::{Step, World, say, wire};
use headset_sip::Response;
use headset_softphone::{CallView, MediaOptions, Settings};

/// What she answered with.
pub const MEDIA: MediaOptions = MediaOptions(3);

/// Anna has answered the switch's call; her tag.
pub struct Story {
    pub world: World,
    pub anna: usize,
    pub link: usize,
    pub tag: String,
    pub cseq: u32,
}

impl Story {
    pub fn new() -> Story {
        Story::of(Settings::default(), "").0
    }

    /// The same with these settings, of an INVITE with these header lines more; and the 200.
    pub fn of(settings: Settings, extra: &str) -> (Story, Response) {
        let (mut world, anna, link) = rung(settings, extra);
        world.command(anna, say::answer(MEDIA));
        world.run_ms(100);
        let (_, ok) = world.response(200).expect("200");
        let tag = ok.to_tag().expect("a tag").to_string();
        world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
        world.run_ms(50);
        world.phones[anna].take_steps();
        world.inbox.clear();
        (Story { world, anna, link, tag, cseq: 7 }, ok)
    }

    /// A request of the far end and what it is finally answered with: status and body.
    pub fn ask(&mut self, method: &str, sdp: Option<&str>) -> (u16, String) {
        self.ask_with(method, sdp, |text| text)
    }

    /// The same, of a request that is changed before it goes out.
    pub fn ask_with(
        &mut self,
        method: &str,
        sdp: Option<&str>,
        change: fn(String) -> String,
    ) -> (u16, String) {
        self.tell_with(method, sdp, change);
        self.world.run_ms(150);
        let (_, message) = self.world.inbox.pop_back().expect("an answer");
        self.world.inbox.clear();
        let headset_sip::Message::Response(response) = message else { panic!("no response") };
        (response.status(), response.body().to_string())
    }

    pub fn tell(&mut self, method: &str, sdp: Option<&str>) {
        self.tell_with(method, sdp, |text| text);
    }

    fn tell_with(&mut self, method: &str, sdp: Option<&str>, change: fn(String) -> String) {
        self.cseq += 1;
        let content = sdp.map(|sdp| ("application/sdp", sdp));
        let text = wire::within(method, "anna", "c1", &self.tag, self.cseq, content);
        self.world.send(self.link, &change(text));
    }

    /// The ACK of the INVITE sent last.
    pub fn acknowledge(&mut self, sdp: Option<&str>) {
        let content = sdp.map(|sdp| ("application/sdp", sdp));
        let text = wire::within("ACK", "anna", "c1", &self.tag, self.cseq + 1000, content);
        let text = text.replace("CSeq: 7 ACK", &format!("CSeq: {} ACK", self.cseq));
        self.world.send(self.link, &text);
        self.world.run_ms(50);
        self.world.inbox.clear();
    }

    pub fn steps(&mut self) -> Vec<Step> {
        self.world.phones[self.anna].take_steps()
    }

    pub fn call(&self) -> CallView {
        self.world.phones[self.anna].softphone.call().expect("a call")
    }
}
