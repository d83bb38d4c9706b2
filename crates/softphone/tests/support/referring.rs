//! A call of ours that the switch, played by hand, has answered; and handing it on.

use super::{World, say, wire};
use headset_sip::{Message, Method, Name, Request};
use headset_softphone::{CallCommand, CallEvent, CallId, CallView, Command, Event, MediaOptions, Settings};
use std::time::Duration;

pub fn calls(world: &World, phone: usize) -> Vec<CallView> {
    world.phones[phone].softphone.calls()
}

pub fn transfer(target: &str, with: Option<CallId>) -> Command {
    say::call(CallCommand::Transfer { target: target.into(), with, headers: "X-Why: lunch".into() })
}

/// Anna has called the switch, who has answered.
pub struct Story {
    pub world: World,
    pub anna: usize,
    pub link: usize,
    pub invite: Request,
    pub cseq: u32,
}

impl Story {
    pub fn new(supervised: bool) -> Story {
        Story::dialled(supervised, MediaOptions(0))
    }

    /// The same of a call that was dialled with these options.
    pub fn dialled(supervised: bool, media: MediaOptions) -> Story {
        let settings = Settings { supervised, one_call: !supervised, ..Settings::default() };
        let (mut world, anna) = World::with(settings);
        world.command(anna, say::dial("support", media));
        world.run_ms(100);
        let (link, invite) = world.request(Method::Invite).expect("an INVITE");
        world.send(link, &wire::response(&invite, 200, "", Some(&wire::described("far", "sendrecv"))));
        world.run_ms(100);
        world.inbox.clear();
        Story { world, anna, link, invite, cseq: 10 }
    }

    /// A request of the far end with these headers more, and the status that it is answered with.
    pub fn ask(&mut self, method: &str, extra: &str, content: Option<(&str, &str)>) -> u16 {
        self.cseq += 1;
        let own = self.invite.from_tag().expect("a tag");
        let text = wire::within(method, "anna", self.invite.call_id(), own, self.cseq, content)
            .replace("tag=switch", "tag=far")
            .replacen("Contact", &format!("{extra}Contact"), 1);
        self.world.send(self.link, &text);
        self.world.run_ms(100);
        let answer = self.world.inbox.iter().find_map(|(_, message)| match message {
            Message::Response(response) => Some(response.status()),
            Message::Request(_) => None,
        });
        self.world.inbox.retain(|(_, message)| matches!(message, Message::Request(_)));
        answer.expect("an answer")
    }

    pub fn notify(&mut self, id: u32, state: &str, line: &str) -> u16 {
        let extra = format!("Event: refer;id={id}\r\nSubscription-State: {state}\r\n");
        self.ask("NOTIFY", &extra, Some(("message/sipfrag", line)))
    }

    /// Hands the call on to Boris; the REFER's CSeq once it is taken.
    pub fn refer(&mut self, status: u16, extra: &str) -> u32 {
        self.world.command(self.anna, transfer("boris", None));
        self.world.run_ms(100);
        let (link, refer) = self.world.request(Method::Refer).expect("REFER");
        assert_eq!(refer.get(Name::ReferTo), Some("<sip:boris@demo.example>"));
        assert_eq!(refer.get(Name::ReferredBy), Some("<sip:anna@demo.example>"));
        // Headers of their own are an application's.
        assert_eq!(refer.get_named("X-Why"), cfg!(feature = "full").then_some("lunch"));
        assert!(calls(&self.world, self.anna)[0].transferring);
        self.world.send(link, &wire::response(&refer, status, extra, None));
        self.world.run_ms(100);
        refer.cseq().expect("CSeq").number
    }

    #[cfg(feature = "full")]
    pub fn heard(&self) -> Vec<&CallEvent> {
        let events = self.world.phones[self.anna].events.iter();
        events
            .filter_map(|event| match event {
                Event::Call(_, event) => Some(event),
                _ => None,
            })
            .collect()
    }
}

/// What the NOTIFYs say that have come, and how the last one leaves the subscription.
pub fn notified(world: &mut World) -> (Vec<String>, String) {
    let (mut lines, mut state) = (Vec::new(), String::new());
    while let Some((_, notify)) = world.request(Method::Notify) {
        assert!(notify.get(Name::Event).is_some_and(|event| event.starts_with("refer;id=")));
        lines.push(notify.body().trim_end().to_string());
        state = notify.get(Name::SubscriptionState).unwrap_or("").to_string();
    }
    (lines, state)
}
