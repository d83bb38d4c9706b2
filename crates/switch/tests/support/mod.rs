//! A switch on simulated time, and scripted SIP clients around it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

mod client;
pub mod pages;
pub mod transfer;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
pub use client::Client;
use headset_sip::{Dialog, Entropy, Message, Method, Request, Response, Time, parse};
use headset_switch::{
    Closed, Command, Config, ConnectionId, Input, Limits, ListenerId, OfferEnd, Output, Registrar, Report,
    Secret, Switch, Wall,
};
use hmac::{Hmac, KeyInit, Mac};

pub const DOMAIN: &str = "demo.headset.example";
pub const SECRET: &str = "a shared secret";
/// What the wall clock shows when a story begins.
pub const START: u64 = 1_763_900_000;
pub const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF \
                         111\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n";
pub const ANSWER: &str = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF \
                          111\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n";

pub fn config() -> Config {
    let registrar = |id: &str| Registrar { id: id.into(), listen: ([127, 0, 0, 1], 0).into() };
    Config {
        domain: DOMAIN.into(),
        secret: Secret::new(SECRET),
        registrars: vec![registrar("r1"), registrar("r2")],
        allowed_origins: vec!["http://localhost:*".into()],
        limits: Limits::default(),
    }
}

pub fn password(username: &str) -> String {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(username.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

/// A switch, the network around it, and the floor's ear.
pub struct World {
    switch: Switch,
    pub now: Time,
    pub entropy: Entropy,
    next_connection: u64,
    inboxes: BTreeMap<ConnectionId, VecDeque<String>>,
    /// Connections whose page has stopped answering.
    frozen: BTreeSet<ConnectionId>,
    pub closes: Vec<(ConnectionId, u16)>,
    reports: VecDeque<Report>,
}

impl World {
    pub fn new() -> Self {
        Self::with(config())
    }

    pub fn with(config: Config) -> Self {
        let wall = Wall { unix_ms_at_start: START * 1000 };
        Self {
            switch: Switch::new(config, [1; 32], wall, false),
            now: Time(0),
            entropy: Entropy::new([2; 32]),
            next_connection: 1,
            inboxes: BTreeMap::new(),
            frozen: BTreeSet::new(),
            closes: Vec::new(),
            reports: VecDeque::new(),
        }
    }

    pub fn connect(&mut self) -> ConnectionId {
        self.connect_to(0)
    }

    pub fn connect_to(&mut self, listener: usize) -> ConnectionId {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let remote = SocketAddr::from(([203, 0, 113, 7], 40_000));
        self.inboxes.insert(connection, VecDeque::new());
        self.input(Input::Opened { connection, listener: ListenerId(listener), remote });
        connection
    }

    pub fn hang(&mut self, connection: ConnectionId) {
        self.frozen.insert(connection);
    }

    pub fn thaw(&mut self, connection: ConnectionId) {
        self.frozen.remove(&connection);
    }

    pub fn lose(&mut self, connection: ConnectionId) {
        self.inboxes.remove(&connection);
        self.input(Input::Closed { connection, how: Closed::Lost });
    }

    pub fn send(&mut self, connection: ConnectionId, text: impl Into<String>) {
        self.input(Input::Received { connection, text: text.into() });
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    /// The floor gives a transfer up.
    pub fn end_transfer(&mut self, call: &str, status: u16, reason: &str) {
        self.command(Command::EndTransfer { call: call.into(), status, reason: reason.into() });
    }

    fn input(&mut self, input: Input) {
        self.switch.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.switch.poll_output() {
            match output {
                Output::Send { connection, text } => {
                    if text == "\r\n\r\n" {
                        if !self.frozen.contains(&connection) {
                            let text = "\r\n".into();
                            self.switch.handle_input(self.now, Input::Received { connection, text });
                        }
                    } else if let Some(inbox) = self.inboxes.get_mut(&connection) {
                        inbox.push_back(text);
                    }
                }
                Output::Close { connection, code, .. } => {
                    self.inboxes.remove(&connection);
                    self.closes.push((connection, code));
                }
                Output::Report(report) => self.reports.push_back(report),
            }
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(due) = self.switch.poll_timeout().filter(|due| *due <= until) {
            assert!(due >= self.now || due.0 == 0, "a deadline in the past");
            self.now = self.now.max(due);
            self.switch.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    pub fn seconds(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    pub fn is_open(&self, connection: ConnectionId) -> bool {
        self.inboxes.contains_key(&connection)
    }

    /// The next message for a connection, read.
    pub fn next(&mut self, connection: ConnectionId) -> Option<Message> {
        let text = self.inboxes.get_mut(&connection)?.pop_front()?;
        Some(parse(text.clone()).unwrap_or_else(|error| panic!("{error:?} in {text}")))
    }

    /// The next frame for a connection, as it is.
    pub fn raw(&mut self, connection: ConnectionId) -> Option<String> {
        self.inboxes.get_mut(&connection)?.pop_front()
    }

    pub fn response(&mut self, connection: ConnectionId, status: u16) -> Response {
        match self.next(connection) {
            Some(Message::Response(response)) if response.status() == status => response,
            other => panic!("expected {status}, got {}", text_of(other.as_ref())),
        }
    }

    pub fn request(&mut self, connection: ConnectionId, method: Method) -> Request {
        match self.next(connection) {
            Some(Message::Request(request)) if *request.method() == method => request,
            other => panic!("expected {method}, got {}", text_of(other.as_ref())),
        }
    }

    pub fn nothing(&mut self, connection: ConnectionId) {
        if let Some(message) = self.next(connection) {
            panic!("expected nothing, got {}", message.as_str());
        }
    }

    pub fn report(&mut self) -> Report {
        self.reports.pop_front().expect("a report")
    }

    pub fn no_report(&mut self) {
        assert_eq!(self.reports.pop_front(), None);
    }

    pub fn all_reports(&mut self) -> Vec<Report> {
        self.reports.drain(..).collect()
    }
}

fn text_of(message: Option<&Message>) -> &str {
    message.map_or("nothing", Message::as_str)
}

/// A call between two clients that talk.
pub struct Talk {
    pub id: String,
    pub caller: Client,
    pub callee: Client,
    pub caller_dialog: Dialog,
    pub callee_dialog: Dialog,
}

/// `guest-79991234567` calls the queue `support`, `anna` answers.
pub fn talk(world: &mut World) -> Talk {
    let callee = Client::registered(world, "anna");
    let mut caller = Client::registered(world, "guest-79991234567");
    let invite = caller.call(world, "support");
    let id = arrived(world);
    offer(world, &id, "anna");
    let ringing = world.request(callee.connection, Method::Invite);
    callee.reply(world, &ringing, 100, "Trying");
    let callee_dialog = callee.answer(world, &ringing);
    let ok = world.response(caller.connection, 200);
    let caller_dialog = caller.confirm(world, &invite, &ok);
    assert_eq!(world.report(), Report::Answered { call: id.clone(), login: "anna".into() });
    world.no_report();
    Talk { id, caller, callee, caller_dialog, callee_dialog }
}

/// The id of the call that just arrived.
pub fn arrived(world: &mut World) -> String {
    match world.report() {
        Report::CallArrived { call, .. } => call,
        other => panic!("expected a call, got {other:?}"),
    }
}

pub fn offer(world: &mut World, call: &str, login: &str) {
    world.command(Command::Offer { call: call.into(), login: login.into(), display_name: "Support".into() });
}

/// `guest-100` waits in the queue `support`: with the INVITE, and the call's id.
pub fn waiting(world: &mut World) -> (Client, Request, String) {
    let mut guest = Client::registered(world, "guest-100");
    let invite = guest.call(world, "support");
    let call = arrived(world);
    (guest, invite, call)
}

/// Offers the call to an operator; the INVITE that they get.
pub fn ring(world: &mut World, call: &str, operator: &Client) -> Request {
    offer(world, call, &operator.login);
    world.request(operator.connection, Method::Invite)
}

pub fn cancelled(call: &str, login: &str) -> Report {
    Report::OfferEnded { call: call.into(), login: login.into(), end: OfferEnd::Cancelled }
}
