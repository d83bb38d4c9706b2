//! One softphone whose server is the test itself, frame by frame.

use super::shown::Shown;
use super::{DOMAIN, wire};
use headset_sip::{Message, PING, PONG, Request, parse};
use headset_softphone::{
    AccountOptions, CallCommand, CallId, Command, Credentials, Event, FlowEvent, Identity, Input, Output,
    PeerEvent, PeerRequest, Registrar, Settings, SocketEvent, SocketId, Softphone, Time,
};
use std::collections::VecDeque;
use std::time::Duration;

pub const INSTANCE: &str = "urn:uuid:00000000-0000-4000-8000-000000000001";

pub struct Hand {
    pub phone: Softphone,
    pub now: Time,
    /// Sockets asked for and not yet opened or refused, by their URIs.
    pub wanted: VecDeque<(SocketId, String)>,
    /// The socket opened last.
    pub socket: SocketId,
    /// What was sent and not yet looked at.
    pub sent: VecDeque<(SocketId, String)>,
    pub closed: Vec<(SocketId, u16)>,
    pub events: Vec<Event>,
    /// What was asked of peer connections.
    pub asked: Vec<PeerRequest>,
    /// Pings are left to the test.
    pub silent: bool,
    shown: Shown,
}

impl Hand {
    /// Started, and its first socket asked for.
    pub fn start(options: AccountOptions, credentials: Credentials, registrars: Vec<Registrar>) -> Hand {
        Hand::seeded(9, options, credentials, registrars)
    }

    pub fn seeded(
        seed: u8,
        options: AccountOptions,
        credentials: Credentials,
        registrars: Vec<Registrar>,
    ) -> Hand {
        let mut hand = Hand {
            phone: Softphone::new(&seed.to_string()),
            now: Time(1_000),
            wanted: VecDeque::new(),
            socket: SocketId(0),
            sent: VecDeque::new(),
            closed: Vec::new(),
            events: Vec::new(),
            asked: Vec::new(),
            silent: false,
            shown: Shown::default(),
        };
        let identity = Identity {
            login: "anna".into(),
            domain: DOMAIN.into(),
            display_name: "Anna".into(),
            instance_id: INSTANCE.into(),
            user_agent: "Headset/test".into(),
        };
        hand.command(Command::Configure(Box::new(options)));
        hand.command(Command::Start { identity, credentials, registrars, settings: Settings::default() });
        hand
    }

    /// With these options, anna's password, one registrar, and an open socket.
    pub fn connected(options: AccountOptions) -> Hand {
        let credentials = Credentials::new("anna".into(), "secret".into());
        let mut hand = Hand::start(options, credentials, vec![registrar("r1", 1)]);
        hand.open();
        hand
    }

    /// The same, and registered.
    pub fn registered(options: AccountOptions) -> Hand {
        let mut hand = Hand::connected(options);
        hand.grant("");
        hand
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub fn input(&mut self, input: Input) {
        self.phone.handle_input(self.now, input);
        self.drain();
    }

    /// Opens the socket that is asked for.
    pub fn open(&mut self) -> String {
        let (socket, uri) = self.wanted.pop_front().expect("a socket is asked for");
        self.socket = socket;
        self.input(Input::Socket(socket, SocketEvent::Opened));
        uri
    }

    /// Refuses it.
    pub fn refuse(&mut self) -> String {
        let (socket, uri) = self.wanted.pop_front().expect("a socket is asked for");
        self.close(socket);
        uri
    }

    pub fn close(&mut self, socket: SocketId) {
        let event = SocketEvent::Closed { code: 1006, reason: String::new() };
        self.input(Input::Socket(socket, event));
    }

    /// The socket is lost, and another one is open a second later.
    pub fn reopen(&mut self) {
        self.close(self.socket);
        self.run_s(1);
        self.open();
    }

    pub fn say(&mut self, text: &str) {
        self.say_on(self.socket, text);
    }

    pub fn say_on(&mut self, socket: SocketId, text: &str) {
        self.input(Input::Socket(socket, SocketEvent::Received(text.into())));
    }

    /// The next request of this method; what was sent before it is forgotten.
    pub fn request(&mut self, method: &str) -> Request {
        self.find(method).unwrap_or_else(|| panic!("no {method} was sent"))
    }

    /// Lets time pass until a request of this method is sent.
    pub fn wait_for(&mut self, method: &str) -> Request {
        loop {
            if let Some(request) = self.find(method) {
                return request;
            }
            self.now = self.phone.poll_timeout().unwrap_or_else(|| panic!("no {method} will be sent"));
            self.phone.handle_timeout(self.now);
            self.drain();
        }
    }

    pub fn find(&mut self, method: &str) -> Option<Request> {
        let start = format!("{method} ");
        let at = self.sent.iter().position(|(_, text)| text.starts_with(&start))?;
        let (_, text) = self.sent.drain(..=at).next_back()?;
        match parse(text) {
            Ok(Message::Request(request)) => Some(request),
            other => panic!("{other:?}"),
        }
    }

    /// Answers on the socket opened last; `headers` are whole lines.
    pub fn answer(&mut self, request: &Request, status: u16, headers: &str) {
        let text = wire::response(request, status, headers, None);
        let text = match request.method().as_str() {
            "REGISTER" => text.replace("Contact: <sip:far.example;transport=ws>\r\n", ""),
            _ => text,
        };
        self.say(&text);
    }

    /// Grants the REGISTER that was sent as it asks; `params` go to its Contact.
    pub fn grant(&mut self, params: &str) -> Request {
        let register = self.request("REGISTER");
        self.grant_that(&register, params, "");
        register
    }

    pub fn grant_that(&mut self, register: &Request, params: &str, headers: &str) {
        let contact = register.get(headset_sip::Name::Contact).expect("a Contact");
        let headers = format!("Contact: {contact}{params}\r\n{headers}");
        self.answer(register, 200, &headers);
    }

    /// Calls somebody.
    pub fn dial(&mut self, target: &str) {
        let dial = CallCommand::Dial { target: target.into(), options: Box::default() };
        self.command(Command::Call(CallId(1), dial));
    }

    /// Calls bob and gives back the INVITE.
    pub fn call(&mut self) -> Request {
        self.dial("bob");
        self.request("INVITE")
    }

    /// Lets time pass.
    pub fn run(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.phone.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.phone.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    pub fn run_s(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// Steps of flows since this was last asked: registrar and step.
    pub fn steps(&mut self) -> Vec<(String, FlowEvent)> {
        let mut steps = Vec::new();
        for event in self.events.drain(..) {
            if let Event::Flow { registrar, event } = event {
                steps.push((registrar, event));
            }
        }
        steps
    }

    /// The same as single words.
    pub fn words(&mut self) -> Vec<String> {
        let word = |event: &FlowEvent| match event {
            FlowEvent::Connecting { attempts } => format!("connecting {attempts}"),
            FlowEvent::Connected => "connected".into(),
            FlowEvent::Disconnected { error, code, .. } => format!("disconnected {error} {code}"),
            FlowEvent::Registered { first: true, .. } => "registered".into(),
            FlowEvent::Registered { .. } => "renewed".into(),
            FlowEvent::Unregistered { response } => {
                format!("unregistered {}", response.as_deref().map_or("-", |text| &text[8..11]))
            }
            FlowEvent::RegistrationFailed { response: Some(response), .. } => {
                format!("failed {}", &response[8..11])
            }
            FlowEvent::RegistrationFailed { cause, .. } => format!("failed {cause}"),
            FlowEvent::Expiring => "expiring".into(),
            FlowEvent::Moved => "moved".into(),
        };
        self.steps().iter().map(|(_, event)| word(event)).collect()
    }

    fn drain(&mut self) {
        while let Some(output) = self.phone.poll_output() {
            match output {
                Output::OpenSocket { socket, uri } => self.wanted.push_back((socket, uri)),
                Output::Send { socket, text } if text == PING && !self.silent => {
                    let pong = SocketEvent::Received(PONG.into());
                    self.phone.handle_input(self.now, Input::Socket(socket, pong));
                }
                Output::Send { socket, text } => self.sent.push_back((socket, text)),
                Output::CloseSocket { socket, code } => {
                    self.wanted.retain(|(wanted, _)| *wanted != socket);
                    self.closed.push((socket, code));
                }
                Output::Peer(_, peer, request @ PeerRequest::Offer { .. }) => {
                    self.asked.push(request);
                    let offer = wire::described("anna", "sendrecv");
                    self.phone.handle_input(self.now, Input::Peer(peer, PeerEvent::Described(offer)));
                }
                Output::Peer(_, _, request) => self.asked.push(request),
                Output::Event(event) => {
                    self.shown.hear(&event);
                    self.events.push(event);
                }
            }
        }
        self.shown.look(&self.phone);
    }
}

pub fn registrar(id: &str, weight: u32) -> Registrar {
    Registrar::new(id.into(), format!("wss://{id}.example"), weight, 1)
}

/// A challenge of this realm.
pub fn challenge(name: &str, realm: &str, nonce: &str) -> String {
    format!("{name}: Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\"\r\n")
}
