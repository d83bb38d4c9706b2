//! Registrars that answer by script.

use headset_sip::{Message, Method, Name, Request, Response, parse};
use headset_softphone::{SocketEvent, SocketId};
use std::collections::{BTreeMap, BTreeSet};

pub struct Edge {
    /// Cannot be reached.
    pub down: BTreeSet<String>,
    /// The number of the first hash that is accepted; an older one gets 403.
    pub first_good_hash: u32,
    /// Refuses every hash.
    pub refuses_all: bool,
    /// This one refuses every hash.
    pub refuses_at: Option<String>,
    /// When which registrar got a binding (`true`) or lost it by un-REGISTER.
    pub bindings: Vec<(u64, String, bool)>,
    /// Whoever is called is rung, and does not answer.
    pub only_rings: bool,
    /// Whose binding the last REGISTER was about.
    pub login: String,
    /// Requests other than REGISTER and responses that came, by first line.
    pub received: Vec<String>,
    sockets: BTreeMap<SocketId, String>,
    calls: u32,
}

impl Edge {
    pub fn new() -> Self {
        Self {
            down: BTreeSet::new(),
            first_good_hash: 0,
            refuses_all: false,
            refuses_at: None,
            only_rings: false,
            bindings: Vec::new(),
            login: String::new(),
            received: Vec::new(),
            sockets: BTreeMap::new(),
            calls: 0,
        }
    }

    pub fn open_sockets(&self) -> Vec<SocketId> {
        self.sockets.keys().copied().collect()
    }

    /// The registrars that a socket is open to.
    pub fn connected(&self) -> Vec<&str> {
        self.sockets.values().map(String::as_str).collect()
    }

    pub fn open(&mut self, _now: u64, socket: SocketId, uri: &str) -> Vec<SocketEvent> {
        let id = uri.trim_start_matches("wss://").split('.').next().unwrap_or_default().to_string();
        if self.down.contains(&id) {
            return vec![SocketEvent::Closed { code: 1006, reason: String::new() }];
        }
        self.sockets.insert(socket, id);
        vec![SocketEvent::Opened]
    }

    pub fn close(&mut self, ids: &[&str]) -> Vec<SocketId> {
        let closed: Vec<_> = self
            .sockets
            .iter()
            .filter(|(_, id)| ids.contains(&id.as_str()))
            .map(|(socket, _)| *socket)
            .collect();
        closed.iter().for_each(|socket| self.forget(*socket));
        closed
    }

    pub fn forget(&mut self, socket: SocketId) {
        self.sockets.remove(&socket);
    }

    pub fn receive(&mut self, now: u64, socket: SocketId, text: String) -> Vec<String> {
        let Some(id) = self.sockets.get(&socket).cloned() else { return Vec::new() };
        if text.trim().is_empty() {
            return Vec::new();
        }
        match parse(text).expect("what the client sends can be read") {
            Message::Request(request) if *request.method() == Method::Register => {
                vec![self.register(now, &id, &request)]
            }
            Message::Request(request) => {
                self.received.push(format!("{} {}", request.method().as_str(), request.uri()));
                if *request.method() == Method::Ack {
                    return Vec::new();
                }
                let rings = self.only_rings && *request.method() == Method::Invite;
                let (status, reason) = if rings { (180, "Ringing") } else { (200, "OK") };
                vec![Response::reply_to(&request, status, reason).to_tag("edge").finish().into_string()]
            }
            Message::Response(response) => {
                self.received.push(format!("{} {}", response.status(), response.reason()));
                self.acknowledge(&response).into_iter().collect()
            }
        }
    }

    /// A queue call, offered on the oldest socket.
    pub fn invite(&mut self) -> (SocketId, String) {
        self.calls += 1;
        let socket = *self.sockets.keys().next().expect("a socket is open");
        let n = self.calls;
        let text = Request::build(Method::Invite, "sip:anna@example.org")
            .via("WSS", "edge.example", &format!("z9hG4bKcall{n}"))
            .header(Name::MaxForwards, "70")
            .header(Name::From, "\"Support\" <sip:79991234567@example.org>;tag=caller")
            .header(Name::To, "<sip:anna@example.org>")
            .header(Name::CallId, &format!("call-{n}"))
            .header(Name::CSeq, "1 INVITE")
            .header(Name::Contact, "<sip:edge.example;transport=ws>")
            .raw_header("X-Headset-Call", &format!("id-{n}"))
            .body("application/sdp", "v=0\r\n")
            .finish()
            .into_string();
        (socket, text)
    }

    fn register(&mut self, now: u64, id: &str, request: &Request) -> String {
        let Some(authorization) = request.get(Name::Authorization) else {
            return Response::reply_to(request, 401, "Unauthorized")
                .to_tag("edge")
                .header(
                    Name::WwwAuthenticate,
                    "Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\", algorithm=MD5",
                )
                .finish()
                .into_string();
        };
        let number = authorization.split("username=\"").nth(1).and_then(|rest| rest.split(':').next());
        let number: u32 = number.and_then(|number| number.parse().ok()).expect("a username with a number");
        let refuses = self.refuses_all || self.refuses_at.as_deref() == Some(id);
        if refuses || number < self.first_good_hash {
            return Response::reply_to(request, 403, "Credentials expired")
                .to_tag("edge")
                .finish()
                .into_string();
        }
        self.login = request.to().ok().and_then(|to| to.uri.user).expect("a To").into();
        let contact = request.get(Name::Contact).expect("a Contact");
        let goodbye = contact.contains("expires=0");
        self.bindings.push((now, id.into(), !goodbye));
        let response = Response::reply_to(request, 200, "OK").to_tag("edge");
        if goodbye { response } else { response.header(Name::Contact, contact) }.finish().into_string()
    }

    fn acknowledge(&self, response: &Response) -> Option<String> {
        if response.status() < 200 || response.cseq().ok()?.method != Method::Invite {
            return None;
        }
        let n = self.calls;
        // RFC 3261 §17.1.1.3 and §13.2.2.4: the ACK to a 2xx is a transaction of its own.
        let success = response.status() < 300;
        let branch = if success { format!("z9hG4bKack{n}") } else { format!("z9hG4bKcall{n}") };
        let target =
            response.contact().map_or("sip:anna@example.org".into(), |contact| contact.uri.to_string());
        let ack = Request::build(Method::Ack, &target)
            .via("WSS", "edge.example", &branch)
            .header(Name::From, response.get(Name::From)?)
            .header(Name::To, response.get(Name::To)?)
            .header(Name::CallId, response.call_id())
            .header(Name::CSeq, "1 ACK");
        Some(ack.finish().into_string())
    }
}
