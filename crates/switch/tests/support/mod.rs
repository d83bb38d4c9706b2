//! A switch on simulated time, and scripted SIP clients around it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use headset_sip::digest::{self, Challenge};
use headset_sip::{
    Dialog, Entropy, Message, Method, Name, Request, RequestBuilder, Response, Time, dialog, parse,
};
use headset_switch::{
    Closed, Command, Config, ConnectionId, Input, Limits, ListenerId, Output, Registrar, Report, Secret,
    Switch, Wall,
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

/// A client with one connection.
pub struct Client {
    pub login: String,
    pub connection: ConnectionId,
    pub instance: String,
    pub reg_id: u32,
    pub username: String,
    pub password: String,
    pub call_id: String,
    pub cseq: u32,
}

impl Client {
    /// Connected, and nothing more.
    pub fn new(world: &mut World, login: &str) -> Self {
        Self::on(world, login, 0)
    }

    pub fn on(world: &mut World, login: &str, listener: usize) -> Self {
        let username = format!("{}:{login}", START + 600);
        Self {
            login: login.into(),
            connection: world.connect_to(listener),
            instance: format!("<urn:uuid:{login}>"),
            reg_id: listener as u32 + 1,
            password: password(&username),
            username,
            call_id: world.entropy.token(22),
            cseq: 0,
        }
    }

    /// Connected and registered.
    pub fn registered(world: &mut World, login: &str) -> Self {
        Self::registered_on(world, login, 0)
    }

    pub fn registered_on(world: &mut World, login: &str, listener: usize) -> Self {
        let mut client = Self::on(world, login, listener);
        client.register(world, 600);
        world.reports.clear();
        client
    }

    /// The same client on a new connection, after the old one has gone.
    pub fn reconnect(&mut self, world: &mut World) {
        self.connection = world.connect_to(self.reg_id as usize - 1);
        self.register(world, 600);
    }

    pub fn aor(&self) -> String {
        format!("sip:{}@{DOMAIN}", self.login)
    }

    pub fn contact(&self) -> String {
        format!("<sip:{}-{}@client.invalid;transport=ws>", self.login, self.connection.0)
    }

    fn start(&mut self, world: &mut World, method: Method, uri: &str) -> RequestBuilder {
        self.cseq += 1;
        Request::build(method.clone(), uri)
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &format!("{} {method}", self.cseq))
    }

    pub fn register_request(&mut self, world: &mut World, expires: u32) -> RequestBuilder {
        let contact = format!(
            "{};+sip.instance=\"{}\";reg-id={};expires={expires}",
            self.contact(),
            self.instance,
            self.reg_id
        );
        let tag = world.entropy.token(8);
        self.start(world, Method::Register, &format!("sip:{DOMAIN}"))
            .header(Name::From, &format!("<{}>;tag={tag}", self.aor()))
            .header(Name::To, &format!("<{}>", self.aor()))
            .header(Name::Supported, "path, outbound")
            .header(Name::Contact, &contact)
    }

    /// Registers, by way of the challenge; the 200.
    pub fn register(&mut self, world: &mut World, expires: u32) -> Response {
        let challenge = self.challenged(world);
        let request = self.register_request(world, expires);
        self.send_answer(world, request, &challenge);
        world.response(self.connection, 200)
    }

    pub fn challenged(&mut self, world: &mut World) -> Challenge {
        let request = self.register_request(world, 600).finish();
        world.send(self.connection, request.into_string());
        let refused = world.response(self.connection, 401);
        Challenge::parse(refused.get(Name::WwwAuthenticate).unwrap()).unwrap()
    }

    /// Sends a request with this client's answer to a challenge.
    pub fn send_answer(&self, world: &mut World, request: RequestBuilder, challenge: &Challenge) {
        let plain = request.clone().finish();
        let answer = digest::respond(
            challenge,
            &self.username,
            &self.password,
            plain.method(),
            plain.uri(),
            1,
            "cnonce",
        );
        let name =
            if *plain.method() == Method::Register { Name::Authorization } else { Name::ProxyAuthorization };
        world.send(self.connection, request.header(name, &answer).finish().into_string());
    }

    pub fn invite_request(&mut self, world: &mut World, target: &str) -> RequestBuilder {
        self.call_id = world.entropy.token(22);
        self.cseq = 0;
        let tag = world.entropy.token(8);
        let uri = format!("sip:{target}@{DOMAIN}");
        self.start(world, Method::Invite, &uri)
            .header(Name::From, &format!("\"Name of {}\" <{}>;tag={tag}", self.login, self.aor()))
            .header(Name::To, &format!("<{uri}>"))
            .header(Name::Contact, &self.contact())
            .body("application/sdp", OFFER)
    }

    /// Calls somebody; the INVITE that got through the challenge. The 100 has been read.
    pub fn call(&mut self, world: &mut World, target: &str) -> Request {
        let request = self.invite_request(world, target);
        let first = request.clone().finish();
        world.send(self.connection, first.as_str());
        world.response(self.connection, 100);
        let refused = world.response(self.connection, 407);
        self.acknowledge_refusal(world, &first, &refused);
        let challenge = Challenge::parse(refused.get(Name::ProxyAuthenticate).unwrap()).unwrap();
        self.cseq += 1;
        let again = Request::build(Method::Invite, first.uri())
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &format!("{} INVITE", self.cseq))
            .header(Name::From, first.get(Name::From).unwrap())
            .header(Name::To, first.get(Name::To).unwrap())
            .header(Name::Contact, &self.contact())
            .body("application/sdp", OFFER);
        let answer = digest::respond(
            &challenge,
            &self.username,
            &self.password,
            &Method::Invite,
            first.uri(),
            1,
            "cnonce",
        );
        let again = again.header(Name::ProxyAuthorization, &answer).finish();
        world.send(self.connection, again.as_str());
        world.response(self.connection, 100);
        again
    }

    /// ACK of a refusal, on the INVITE's branch.
    pub fn acknowledge_refusal(&self, world: &mut World, invite: &Request, refusal: &Response) {
        let ack = on_branch_of(invite, Method::Ack).header(Name::To, refusal.get(Name::To).unwrap());
        world.send(self.connection, ack.finish().into_string());
    }

    pub fn cancel(&self, world: &mut World, invite: &Request) {
        let cancel = on_branch_of(invite, Method::Cancel).header(Name::To, invite.get(Name::To).unwrap());
        world.send(self.connection, cancel.finish().into_string());
    }

    /// Acknowledges the 200 to our INVITE; the dialog.
    pub fn confirm(&self, world: &mut World, invite: &Request, ok: &Response) -> Dialog {
        let dialog = Dialog::uac(invite, ok).unwrap();
        let ack = dialog.ack(invite.cseq().unwrap().number);
        let ack = ack.via("WS", "client.invalid", &world.entropy.branch());
        world.send(self.connection, ack.finish().into_string());
        dialog
    }

    pub fn reply(&self, world: &mut World, request: &Request, status: u16, reason: &str) {
        let reply = Response::reply_to(request, status, reason).to_tag(&self.tag());
        world.send(self.connection, reply.finish().into_string());
    }

    pub fn tag(&self) -> String {
        format!("tag-{}", self.login)
    }

    /// Answers an INVITE with 200 and reads the ACK; the dialog.
    pub fn answer(&self, world: &mut World, invite: &Request) -> Dialog {
        self.send_ok(world, invite);
        world.request(self.connection, Method::Ack);
        Dialog::uas(invite, &self.tag(), dialog::State::Confirmed).unwrap()
    }

    pub fn send_ok(&self, world: &mut World, invite: &Request) {
        let ok = Response::reply_to(invite, 200, "OK")
            .to_tag(&self.tag())
            .header(Name::Contact, &self.contact())
            .body("application/sdp", ANSWER)
            .finish();
        world.send(self.connection, ok.into_string());
    }

    /// Sends a request in a dialog.
    pub fn ask(
        &self,
        world: &mut World,
        dialog: &mut Dialog,
        method: Method,
        body: Option<(&str, &str)>,
    ) -> Request {
        let branch = world.entropy.branch();
        let mut request = dialog.request(method).via("WS", "client.invalid", &branch);
        request = request.header(Name::Contact, &self.contact());
        if let Some((content_type, text)) = body {
            request = request.body(content_type, text);
        }
        let request = request.finish();
        world.send(self.connection, request.as_str());
        request
    }
}

fn on_branch_of(invite: &Request, method: Method) -> RequestBuilder {
    let number = invite.cseq().unwrap().number;
    Request::build(method.clone(), invite.uri())
        .header(Name::Via, invite.get(Name::Via).unwrap())
        .header(Name::MaxForwards, "69")
        .header(Name::CallId, invite.call_id())
        .header(Name::CSeq, &format!("{number} {method}"))
        .header(Name::From, invite.get(Name::From).unwrap())
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
