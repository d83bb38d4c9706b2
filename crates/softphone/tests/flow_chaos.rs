//! Whatever registrars, networks and applications do in whatever order: what is told fits together, and it registers
//! when it can.
#![cfg(feature = "full")]

mod support;

use headset_sip::{Entropy, Request};
use headset_softphone::{
    AccountOptions, Command, Credentials, FlowEvent, Input, SocketEvent, UserAgentStatus,
};
use std::collections::BTreeMap;
use support::hand::{Hand, challenge, registrar};

fn pick(entropy: &mut Entropy, below: usize) -> usize {
    entropy.jitter(below as u64 - 1) as usize
}

/// What an application has been told of one registrar.
#[derive(Debug, Default)]
struct Told {
    connecting: bool,
    connected: bool,
    registered: bool,
}

struct Story {
    hand: Hand,
    entropy: Entropy,
    one_at_a_time: bool,
    told: BTreeMap<String, Told>,
    /// The first registrar in the list.
    first: u32,
    seed: u8,
}

impl Story {
    fn new(seed: u8) -> Story {
        let mut entropy = Entropy::new([seed; 32]);
        let one_at_a_time = pick(&mut entropy, 2) == 0;
        let options = AccountOptions {
            reports: true,
            one_at_a_time,
            refresh: pick(&mut entropy, 4) > 0,
            register: pick(&mut entropy, 4) > 0,
            expires: [0, 60, 600][pick(&mut entropy, 3)],
            ..AccountOptions::default()
        };
        let credentials = Credentials::new("anna".into(), "secret".into());
        let hand = Hand::seeded(seed, options, credentials, list(one_at_a_time, 1));
        Story { hand, entropy, one_at_a_time, told: BTreeMap::new(), first: 1, seed }
    }

    fn pick(&mut self, below: usize) -> usize {
        pick(&mut self.entropy, below)
    }

    fn disturb(&mut self) {
        match self.pick(20) {
            0..=4 if !self.hand.wanted.is_empty() => drop(self.hand.open()),
            5 if !self.hand.wanted.is_empty() => drop(self.hand.refuse()),
            6 => {
                let socket = self.hand.socket;
                if !self.hand.closed.iter().any(|(closed, _)| *closed == socket) {
                    self.hand
                        .input(Input::Socket(socket, SocketEvent::Closed { code: 1001, reason: "x".into() }));
                }
            }
            7..=11 => self.answer_one(),
            12 => self.hand.command(Command::Register),
            13 => {
                let all = self.pick(2) == 0;
                self.hand.command(Command::Unregister { all });
            }
            14 => {
                // One that was dropped never comes back: what is told names it.
                self.first += self.pick(3) as u32;
                let registrars = list(self.one_at_a_time, self.first);
                self.hand.command(Command::SetRegistrars(registrars));
            }
            15 => self.hand.input([Input::Nudge, Input::Woke][pick(&mut self.entropy, 2)].clone()),
            16 => self.hand.silent = !self.hand.silent,
            17 => {
                let password = ["secret", "other"][self.pick(2)];
                let credentials = Credentials::new("anna".into(), password.into());
                self.hand.command(Command::SetCredentials(credentials));
            }
            18 => self
                .hand
                .say(["\r\n\r\n", "\r\n", "nonsense", "SIP/2.0 200 OK\r\n\r\n"][pick(&mut self.entropy, 4)]),
            _ => {
                let ms = self.entropy.jitter(9).pow(4) * 30;
                self.hand.run(std::time::Duration::from_millis(ms));
            }
        }
        self.check();
    }

    fn answer_one(&mut self) {
        let Some(request) = self.hand.find("REGISTER") else { return };
        match self.pick(8) {
            0..=3 => self.grant(&request),
            4 => self.hand.answer(&request, 401, &challenge("WWW-Authenticate", "home", "n")),
            5 => self.hand.answer(&request, 503, "Retry-After: 3\r\n"),
            6 => self.hand.answer(&request, 403, ""),
            _ => {
                let status = [200, 302, 404, 408, 423, 439, 500, 600][self.pick(8)];
                self.hand.answer(&request, status, "Min-Expires: 900\r\n");
            }
        }
    }

    fn grant(&mut self, request: &Request) {
        let expires = request.expires().unwrap_or(60);
        match request.has_wildcard_contact() || expires == 0 {
            true => self.hand.answer(request, 200, ""),
            false => self.hand.grant_that(request, &format!(";expires={expires}"), "Flow-Timer: 30\r\n"),
        }
    }

    /// What is told fits what was told before.
    fn check(&mut self) {
        for (registrar, event) in self.hand.steps() {
            if event == FlowEvent::Moved {
                // Nothing more is heard of the one that gave way.
                self.told.clear();
            }
            let told = self.told.entry(registrar).or_default();
            let fits = match &event {
                FlowEvent::Connecting { .. } => {
                    !core::mem::replace(&mut told.connecting, true) && !told.connected
                }
                FlowEvent::Connected => {
                    core::mem::take(&mut told.connecting) && {
                        told.connected = true;
                        true
                    }
                }
                FlowEvent::Disconnected { .. } => {
                    let was = told.connecting || told.connected;
                    let fits = was && !told.registered;
                    *told = Told::default();
                    fits
                }
                FlowEvent::Registered { first, .. } => {
                    told.connected && core::mem::replace(&mut told.registered, true) != *first
                }
                FlowEvent::Unregistered { .. } => {
                    told.registered = false;
                    told.connected
                }
                FlowEvent::RegistrationFailed { .. } => told.connected,
                FlowEvent::Expiring => told.registered,
                FlowEvent::Moved => {
                    told.connected = true;
                    told.registered = self.hand.phone.user_agent_status() == UserAgentStatus::Registered;
                    true
                }
            };
            assert!(fits, "seed {}, one {}: {event:?} {told:?}", self.seed, self.one_at_a_time);
        }
    }

    /// Everything works from now on.
    fn mend(&mut self) {
        self.hand.silent = false;
        self.hand.command(Command::SetCredentials(Credentials::new("anna".into(), "right".into())));
        for second in 0..900 {
            // Where renewal is the application's.
            if second % 30 == 0 {
                self.hand.command(Command::Register);
            }
            while !self.hand.wanted.is_empty() {
                self.hand.open();
            }
            while let Some((socket, text)) = self.hand.sent.pop_front() {
                self.hand.sent.push_front((socket, text));
                match self.hand.find("REGISTER") {
                    Some(request) => {
                        self.hand.socket = socket;
                        self.grant(&request);
                    }
                    None => self.hand.sent.clear(),
                }
            }
            self.hand.run_s(1);
            self.check();
        }
    }
}

fn list(one_at_a_time: bool, first: u32) -> Vec<headset_softphone::Registrar> {
    let registrar = |index: u32| {
        let mut registrar = registrar(&format!("r{index}"), index % 3 + 1);
        registrar.reg_id = if one_at_a_time { 1 } else { index };
        registrar
    };
    (first..first + 3).map(registrar).collect()
}

fn story(seed: u8) {
    let mut story = Story::new(seed);
    for _ in 0..150 {
        story.disturb();
    }
    story.mend();
    let flows = story.hand.phone.flows();
    assert_eq!(story.hand.phone.user_agent_status(), UserAgentStatus::Registered, "seed {seed}: {flows:?}");
    if story.one_at_a_time {
        assert_eq!(flows.len(), 1, "seed {seed}: {flows:?}");
    }
}

#[test]
fn disorder_leaves_it_registered_and_what_it_tells_fits_together() {
    (0..60).for_each(story);
}
