//! Two transaction layers on a simulated network: time, latency, loss.

#![allow(dead_code, reason = "each story file uses its part")]

use headset_sip::{
    Message, Method, Name, Request, Response, Time, TransactionKey, TransactionOutput, Transactions, parse,
};
use std::time::Duration;

pub(crate) type Key = TransactionKey<char>;
pub(crate) type Output = TransactionOutput<char>;

/// One way, in ms.
pub(crate) const LATENCY: u64 = 10;

/// `client` and `server` are roles in the story; both are whole layers. The connection is `'u'` between them.
pub(crate) struct Pair {
    pub(crate) now: Time,
    pub(crate) client: Transactions<char>,
    pub(crate) server: Transactions<char>,
    /// What each was told, without `Send`.
    pub(crate) client_heard: Vec<Output>,
    pub(crate) server_heard: Vec<Output>,
    /// `0 > INVITE`, `10 < 100`, `500 > INVITE lost` …: when it was sent, which way, what.
    pub(crate) wire: Vec<String>,
    transport: &'static str,
    lose: Vec<usize>,
    in_flight: Vec<(Time, bool, String)>,
}

impl Pair {
    pub(crate) fn over(transport: &'static str) -> Pair {
        Pair {
            now: Time(0),
            client: Transactions::new(),
            server: Transactions::new(),
            client_heard: Vec::new(),
            server_heard: Vec::new(),
            wire: Vec::new(),
            transport,
            lose: Vec::new(),
            in_flight: Vec::new(),
        }
    }

    /// These messages are lost, counted from 0 in the order of sending.
    pub(crate) fn losing(mut self, which: impl IntoIterator<Item = usize>) -> Pair {
        self.lose = which.into_iter().collect();
        self
    }

    pub(crate) fn invite(&self) -> Request {
        self.make(Method::Invite, "z9hG4bKinvite", 1)
    }

    pub(crate) fn make(&self, method: Method, branch: &str, cseq: u32) -> Request {
        Request::build(method.clone(), "sip:op@desk.invalid")
            .via(self.transport, "edge.example:5060", branch)
            .header(Name::MaxForwards, "70")
            .header(Name::Route, "<sip:proxy.example;lr>")
            .header(Name::From, "<sip:caller@demo.example>;tag=caller")
            .header(Name::To, "<sip:op@demo.example>")
            .header(Name::CallId, "call-1")
            .header(Name::CSeq, &format!("{cseq} {method}"))
            .header(Name::Contact, "<sip:caller@edge.example>")
            .finish()
    }

    pub(crate) fn request(&mut self, request: Request) -> Key {
        let key = self.client.request(self.now, 'u', request);
        self.drain();
        key
    }

    /// Lets the server answer the request that it heard of last.
    pub(crate) fn answer(&mut self, status: u16) -> bool {
        let (key, request) = self.last_request();
        self.answer_to(key, &request, status)
    }

    pub(crate) fn answer_to(&mut self, key: Key, request: &Request, status: u16) -> bool {
        let response = Response::reply_to(request, status, "Reason")
            .to_tag("op")
            .header(Name::Contact, "<sip:op@desk.invalid>")
            .finish();
        let sent = self.server.respond(self.now, key, response);
        self.drain();
        sent
    }

    pub(crate) fn last_request(&self) -> (Key, Request) {
        let found = self.server_heard.iter().rev().find_map(|output| match output {
            TransactionOutput::Request { key, request }
            | TransactionOutput::Merged { key, request, .. }
            | TransactionOutput::Cancel { key, request, .. } => Some((*key, request.clone())),
            _ => None,
        });
        found.expect("the server heard a request")
    }

    /// Acknowledges a 2xx as a dialog would.
    pub(crate) fn acknowledge(&mut self, key: Key) {
        let mut ack = self.make(Method::Ack, "z9hG4bKack", 1).into_string();
        ack = ack.replace("To: <sip:op@demo.example>", "To: <sip:op@demo.example>;tag=op");
        let Ok(Message::Request(ack)) = parse(ack) else { panic!("an ACK") };
        self.client.acknowledge(self.now, key, ack);
        self.drain();
    }

    /// Runs for so many ms.
    pub(crate) fn run(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        loop {
            self.drain();
            let arrival = self.in_flight.iter().map(|(at, _, _)| *at).min();
            let next =
                [arrival, self.client.poll_timeout(), self.server.poll_timeout()].into_iter().flatten().min();
            match next.filter(|next| *next <= end) {
                Some(next) => self.now = self.now.max(next),
                None => break,
            }
            while let Some(index) = self.in_flight.iter().position(|(at, _, _)| *at <= self.now) {
                let (_, to_server, text) = self.in_flight.remove(index);
                let message = parse(text).expect("what was sent is read");
                let layer = if to_server { &mut self.server } else { &mut self.client };
                layer.receive(self.now, 'u', message);
                self.drain();
            }
            self.client.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// Hands a message to the server as if it came on this connection.
    pub(crate) fn inject(&mut self, connection: char, text: &str) {
        self.server.receive(self.now, connection, parse(text.to_owned()).expect("read"));
        self.drain();
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.client.poll_output() {
            self.deliver(output, true);
        }
        while let Some(output) = self.server.poll_output() {
            self.deliver(output, false);
        }
    }

    fn deliver(&mut self, output: Output, from_client: bool) {
        match output {
            TransactionOutput::Send { text, .. } => {
                let lost = self.lose.contains(&self.wire.len());
                let (arrow, suffix) = (if from_client { '>' } else { '<' }, if lost { " lost" } else { "" });
                self.wire.push(format!("{} {arrow} {}{suffix}", self.now.0, first_word(&text)));
                if !lost {
                    self.in_flight.push((self.now + Duration::from_millis(LATENCY), from_client, text));
                }
            }
            heard if from_client => self.client_heard.push(heard),
            heard => self.server_heard.push(heard),
        }
    }
}

/// A request's method or a response's status.
fn first_word(text: &str) -> String {
    let mut words = text.split(' ');
    match (words.next(), words.next()) {
        (Some("SIP/2.0"), Some(status)) => status.to_owned(),
        (first, _) => first.unwrap_or("").to_owned(),
    }
}

/// `Response 180`, `Ended` …: what was heard, in short.
pub(crate) fn names(heard: &[Output]) -> Vec<String> {
    heard
        .iter()
        .map(|output| match output {
            TransactionOutput::Send { text, .. } => format!("Send {}", first_word(text)),
            TransactionOutput::Request { request, .. } => format!("Request {}", request.method()),
            TransactionOutput::Merged { request, .. } => format!("Merged {}", request.method()),
            TransactionOutput::Cancel { invite, .. } => {
                format!("Cancel of {}", if invite.is_some() { "it" } else { "nothing" })
            }
            TransactionOutput::Response { response, .. } => format!("Response {}", response.status()),
            TransactionOutput::Ack { invite, .. } => {
                format!("Ack of {}", if invite.is_some() { "it" } else { "nothing" })
            }
            TransactionOutput::Stray { response, .. } => format!("Stray {}", response.status()),
            TransactionOutput::Timeout { .. } => "Timeout".into(),
            TransactionOutput::TransportError { .. } => "TransportError".into(),
            TransactionOutput::Ended { .. } => "Ended".into(),
        })
        .collect()
}
