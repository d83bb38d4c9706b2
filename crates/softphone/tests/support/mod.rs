//! Softphones and registrars on simulated time: latency, dead flows, scripted refusals.
//!
//! A registrar registers whoever knows the password and passes everything else on to the phone that it is for, on that
//! phone's first live flow. What is for nobody lies in the test's inbox; the test answers by hand.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "each story uses a part")]

pub mod answered;
pub mod calling;
#[cfg(feature = "full")]
pub mod hand;
#[cfg(feature = "full")]
pub mod outside;
mod phone;
pub mod referring;
mod registrar;
pub mod ringing;
pub mod say;
pub mod shown;
#[cfg(feature = "full")]
pub mod subscribing;
pub mod wire;

pub use phone::{Phone, Step};
pub use registrar::{Registrar, Reply};

use headset_sip::{Message, Method, Request, Response, parse};
use headset_softphone::{Command, Input, Output, PeerEvent, PeerId, Settings, SocketEvent, SocketId, Time};
use std::collections::VecDeque;
use std::time::Duration;

pub const DOMAIN: &str = "demo.example";
const LATENCY: Duration = Duration::from_millis(20);
const PING_EVERY: Duration = Duration::from_secs(5);

/// One WebSocket as both ends see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub phone: usize,
    pub socket: SocketId,
    pub registrar: usize,
    pub open: bool,
    /// Frames vanish in both directions and nobody is told.
    pub half_open: bool,
}

enum Delivery {
    ToPhone { phone: usize, input: Input },
    ToRegistrar { link: usize, text: String },
    Opening { link: usize },
}

pub struct World {
    pub now: Time,
    pub phones: Vec<Phone>,
    pub registrars: Vec<Registrar>,
    pub links: Vec<Link>,
    /// Messages that no phone is there for, and which link they came on.
    pub inbox: VecDeque<(usize, Message)>,
    /// Every message that a registrar got, as text.
    pub heard: Vec<(Time, usize, String)>,
    deliveries: Vec<(Time, Delivery)>,
    next_ping: Time,
}

impl World {
    /// Registrars `r1`, `r2` … and no phones.
    pub fn new(registrars: usize) -> World {
        World {
            now: Time(1_000),
            phones: Vec::new(),
            registrars: (0..registrars).map(Registrar::new).collect(),
            links: Vec::new(),
            inbox: VecDeque::new(),
            heard: Vec::new(),
            deliveries: Vec::new(),
            next_ping: Time(1_000),
        }
    }

    /// One registrar, and anna's phone with these settings, registered.
    pub fn with(settings: Settings) -> (World, usize) {
        let mut world = World::new(1);
        let anna = world.new_phone("anna");
        world.phones[anna].settings = settings;
        world.start(anna, &[0]);
        world.run(Duration::from_secs(1));
        (world, anna)
    }

    /// A phone of this login that registers with all registrars, and time for it to do so.
    pub fn phone(&mut self, login: &str) -> usize {
        let phone = self.new_phone(login);
        let all: Vec<usize> = (0..self.registrars.len()).collect();
        self.start(phone, &all);
        self.run(Duration::from_secs(1));
        phone
    }

    pub fn new_phone(&mut self, login: &str) -> usize {
        self.phones.push(Phone::new(login, self.phones.len()));
        self.phones.len() - 1
    }

    pub fn start(&mut self, phone: usize, registrars: &[usize]) {
        let command = Command::Start {
            identity: self.phones[phone].identity.clone(),
            credentials: wire::credentials(&self.phones[phone].identity.login, "secret"),
            registrars: registrars.iter().map(|index| self.registrars[*index].description()).collect(),
            settings: self.phones[phone].settings.clone(),
        };
        self.command(phone, command);
    }

    pub fn command(&mut self, phone: usize, command: Command) {
        self.input(phone, Input::Command(command));
    }

    pub fn input(&mut self, phone: usize, input: Input) {
        self.phones[phone].softphone.handle_input(self.now, input);
        self.drain(phone);
    }

    /// The peer connection does something by itself; nothing if it is closed.
    pub fn body_says(&mut self, phone: usize, peer: PeerId, event: PeerEvent) {
        let input = Input::Peer(peer, event);
        if self.phones[phone].hears(&input) {
            self.input(phone, input);
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, span: Duration) {
        let until = self.now + span;
        loop {
            let delivery = self.deliveries.iter().map(|(at, _)| *at).min();
            let timeouts = self.phones.iter().filter(|phone| !phone.frozen);
            let timeout = timeouts.filter_map(|phone| phone.softphone.poll_timeout()).min();
            let next = [delivery, timeout, Some(self.next_ping)].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            self.step();
        }
        self.now = until;
    }

    pub fn run_ms(&mut self, ms: u64) {
        self.run(Duration::from_millis(ms));
    }

    /// Closes every flow between the two, as a lost network or a stopped server does.
    pub fn cut(&mut self, phone: usize, registrar: usize) {
        for index in self.links_of(phone, registrar) {
            self.links[index].open = false;
            self.registrars[registrar].bindings.retain(|binding| binding.link != index);
            let event = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.later(Delivery::ToPhone { phone, input: Input::Socket(self.links[index].socket, event) });
        }
    }

    /// Frames between the two vanish from now on; neither is told.
    pub fn half_open(&mut self, phone: usize, registrar: usize) {
        for index in self.links_of(phone, registrar) {
            self.links[index].half_open = true;
        }
    }

    /// Open links between the two.
    pub fn links_of(&self, phone: usize, registrar: usize) -> Vec<usize> {
        let all = self.links.iter().enumerate();
        all.filter(|(_, link)| link.open && link.phone == phone && link.registrar == registrar)
            .map(|(index, _)| index)
            .collect()
    }

    /// The open link between the two.
    pub fn link(&self, phone: usize, registrar: usize) -> usize {
        *self.links_of(phone, registrar).last().expect("an open link")
    }

    /// A message by hand.
    pub fn send(&mut self, link: usize, text: &str) {
        if self.links[link].open && !self.links[link].half_open {
            let Link { phone, socket, .. } = self.links[link];
            let input = Input::Socket(socket, SocketEvent::Received(text.into()));
            self.later(Delivery::ToPhone { phone, input });
        }
    }

    /// Takes the first request of this method out of the inbox.
    pub fn request(&mut self, method: Method) -> Option<(usize, Request)> {
        let is =
            |(_, message): &(usize, Message)| matches!(message, Message::Request(r) if *r.method() == method);
        let at = self.inbox.iter().position(is)?;
        match self.inbox.remove(at)? {
            (link, Message::Request(request)) => Some((link, request)),
            _ => None,
        }
    }

    /// Takes the first response of this status out of the inbox.
    pub fn response(&mut self, status: u16) -> Option<(usize, Response)> {
        let is =
            |(_, message): &(usize, Message)| matches!(message, Message::Response(r) if r.status() == status);
        let at = self.inbox.iter().position(is)?;
        match self.inbox.remove(at)? {
            (link, Message::Response(response)) => Some((link, response)),
            _ => None,
        }
    }

    /// How many requests of this method the registrars got.
    pub fn count(&self, method: &str) -> usize {
        self.heard.iter().filter(|(_, _, text)| text.starts_with(method)).count()
    }

    fn later(&mut self, delivery: Delivery) {
        self.deliveries.push((self.now + LATENCY, delivery));
    }

    fn step(&mut self) {
        let now = self.now;
        if self.next_ping <= now {
            self.next_ping = now + PING_EVERY;
            for link in 0..self.links.len() {
                self.send(link, "\r\n\r\n");
            }
        }
        // In the order in which they were sent.
        while let Some(at) = self.deliveries.iter().position(|(at, _)| *at <= now) {
            let (_, delivery) = self.deliveries.remove(at);
            self.deliver(delivery);
        }
        for phone in 0..self.phones.len() {
            let due = self.phones[phone].softphone.poll_timeout().is_some_and(|at| at <= now);
            if due && !self.phones[phone].frozen {
                self.phones[phone].softphone.handle_timeout(now);
                self.drain(phone);
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::ToPhone { phone, input } => {
                if self.phones[phone].hears(&input) {
                    self.input(phone, input);
                }
            }
            Delivery::Opening { link } => {
                let Link { phone, socket, registrar, .. } = self.links[link];
                if self.registrars[registrar].unreachable {
                    return;
                }
                let event = if self.registrars[registrar].down {
                    SocketEvent::Closed { code: 1006, reason: "refused".into() }
                } else {
                    self.links[link].open = true;
                    SocketEvent::Opened
                };
                self.later(Delivery::ToPhone { phone, input: Input::Socket(socket, event) });
            }
            Delivery::ToRegistrar { link, text } => self.registrar_got(link, text),
        }
    }

    fn registrar_got(&mut self, link: usize, text: String) {
        if !self.links[link].open || self.links[link].half_open || text.trim().is_empty() {
            return;
        }
        let index = self.links[link].registrar;
        self.heard.push((self.now, link, text.clone()));
        // The answer to what cannot be read has its faults.
        let Ok(message) = parse(text) else { return };
        if let Message::Request(request) = &message
            && *request.method() == Method::Register
        {
            let all: Vec<_> = self.registrars.iter().flat_map(|r| r.bindings.clone()).collect();
            if let Some(response) = self.registrars[index].register(self.now, link, request, &all) {
                self.send(link, response.as_str());
            }
            return;
        }
        self.pass_on(link, message);
    }

    /// A stateless proxy: requests go where their URI says, responses where their Via says.
    fn pass_on(&mut self, link: usize, message: Message) {
        match &message {
            Message::Request(request) => {
                let target = self.find(request.uri());
                match target.map(|login| self.first_flow(&login)) {
                    Some(Some(to)) => {
                        let text = wire::add_via(request.as_str(), link);
                        self.send(to, &text);
                    }
                    _ => self.inbox.push_back((link, message)),
                }
            }
            Message::Response(response) => match wire::take_via(response.as_str()) {
                Some((to, text)) => {
                    // The caller's flow may have been replaced meanwhile: any of its flows will do.
                    let phone = self.links[to].phone;
                    let login = self.phones[phone].identity.login.clone();
                    let to = if self.links[to].open { Some(to) } else { self.first_flow(&login) };
                    if let Some(to) = to {
                        self.send(to, &text);
                    }
                }
                None => self.inbox.push_back((link, message)),
            },
        }
    }

    /// Whose address or Contact this is.
    fn find(&self, uri: &str) -> Option<String> {
        let user = uri.strip_prefix("sip:")?.split(['@', ';']).next()?;
        let bindings = self.registrars.iter().flat_map(|registrar| &registrar.bindings);
        let found = bindings.into_iter().find(|b| b.login == user || b.contact_user == user);
        found.map(|binding| binding.login.clone())
    }

    fn first_flow(&self, login: &str) -> Option<usize> {
        let bindings = self.registrars.iter().flat_map(|registrar| &registrar.bindings);
        let mut links = bindings.filter(|b| b.login == login).map(|binding| binding.link);
        links.find(|link| self.links[*link].open && !self.links[*link].half_open)
    }

    fn drain(&mut self, phone: usize) {
        while let Some(output) = self.phones[phone].softphone.poll_output() {
            match output {
                Output::OpenSocket { socket, uri } => {
                    let registrar = self.registrars.iter().position(|r| r.uri == uri).expect("a registrar");
                    self.links.push(Link { phone, socket, registrar, open: false, half_open: false });
                    self.later(Delivery::Opening { link: self.links.len() - 1 });
                }
                Output::Send { socket, text } => {
                    let link = self.link_of(phone, socket);
                    self.later(Delivery::ToRegistrar { link, text });
                }
                Output::CloseSocket { socket, .. } => {
                    let link = self.link_of(phone, socket);
                    // What was sent before still arrives.
                    self.phones[phone].closed.push(socket);
                    self.deliveries
                        .push((self.now + LATENCY, Delivery::ToRegistrar { link, text: "".into() }));
                    self.close_later(link);
                }
                Output::Peer(_, peer, request) => {
                    for (delay, event) in self.phones[phone].peer(peer, request) {
                        let at = self.now + Duration::from_millis(delay);
                        let input = Input::Peer(peer, event);
                        self.deliveries.push((at, Delivery::ToPhone { phone, input }));
                    }
                }
                Output::Event(event) => self.phones[phone].event(event),
            }
        }
        self.phones[phone].look();
    }

    fn close_later(&mut self, link: usize) {
        let registrar = self.links[link].registrar;
        // A Close frame that vanishes leaves the server's end open.
        if !self.links[link].half_open {
            let now = self.now;
            let pending: Vec<String> = self
                .deliveries
                .iter()
                .filter_map(|(_, delivery)| match delivery {
                    Delivery::ToRegistrar { link: to, text } if *to == link => Some(text.clone()),
                    _ => None,
                })
                .collect();
            self.deliveries.retain(
                |(_, delivery)| !matches!(delivery, Delivery::ToRegistrar { link: to, .. } if *to == link),
            );
            for text in pending {
                self.registrar_got(link, text);
            }
            self.registrars[registrar].bindings.retain(|binding| binding.link != link);
            self.now = now;
        }
        self.links[link].open = false;
    }

    fn link_of(&self, phone: usize, socket: SocketId) -> usize {
        let found = self.links.iter().position(|link| link.phone == phone && link.socket == socket);
        found.expect("a socket that was opened")
    }
}
