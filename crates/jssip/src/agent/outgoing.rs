//! Requests of ours as they are being made.

use super::account::Account;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::message::Name;
use headset_sip::{Dialog, Message, Method, Request, parse, push_number};

/// A request of ours, in the order of its lines. What is said of lines ends each with CR LF.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) uri: String,
    /// Lines.
    pub(crate) routes: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    /// Lines with credentials, of the last time it was sent.
    pub(crate) credentials: String,
    /// The application's lines.
    pub(crate) given: String,
    /// Ours.
    pub(crate) own: String,
    pub(crate) body: Option<String>,
    /// Whose challenges it answered.
    pub(crate) realms: Vec<String>,
}

impl Outgoing {
    pub(crate) fn new(method: Method, uri: &str) -> Outgoing {
        Outgoing {
            method,
            uri: uri.into(),
            routes: String::new(),
            to: String::new(),
            from: String::new(),
            call_id: String::new(),
            cseq: 1,
            credentials: String::new(),
            given: String::new(),
            own: String::new(),
            body: None,
            realms: Vec::new(),
        }
    }

    /// The next request in a dialog; ACK of the INVITE whose CSeq is `ack`.
    pub(crate) fn within(dialog: &mut Dialog, method: Method, ack: u32) -> Outgoing {
        let start = match method {
            Method::Ack => dialog.ack(ack),
            _ => dialog.request(method.clone()),
        }
        .finish();
        let mut outgoing = Outgoing::new(method, start.uri());
        for route in start.all(Name::Route) {
            line(&mut outgoing.routes, "Route", &[route]);
        }
        outgoing.to = start.get(Name::To).unwrap_or_default().into();
        outgoing.from = start.get(Name::From).unwrap_or_default().into();
        outgoing.call_id = dialog.call_id.clone();
        outgoing.cseq = start.cseq().map_or(1, |cseq| cseq.number);
        outgoing
    }

    /// `via`: all that follows `SIP/2.0/`.
    pub(crate) fn text(&self, account: &Account, via: &str) -> String {
        let method = self.method.as_str();
        let mut text = String::with_capacity(1024);
        for piece in [method, " ", &self.uri, " SIP/2.0\r\n", &self.routes] {
            text.push_str(piece);
        }
        line(&mut text, "Via", &["SIP/2.0/", via]);
        line(&mut text, "Max-Forwards", &["69"]);
        line(&mut text, "To", &[&self.to]);
        line(&mut text, "From", &[&self.from]);
        line(&mut text, "Call-ID", &[&self.call_id]);
        text.push_str("CSeq: ");
        push_number(&mut text, self.cseq);
        for piece in [" ", method, "\r\n", &self.credentials, &self.given, &self.own, &account.headers] {
            text.push_str(piece);
        }
        line(&mut text, "Allow", &[&account.allow]);
        line(&mut text, "Supported", &[&account.supported(method, false)]);
        line(&mut text, "User-Agent", &[&account.user_agent]);
        finish(&mut text, self.body.as_deref().unwrap_or_default());
        text
    }

    pub(crate) fn request(&self, account: &Account, via: &str) -> Option<Request> {
        match parse(self.text(account, via)) {
            Ok(Message::Request(request)) => Some(request),
            _ => None,
        }
    }
}

/// Adds a header line of these pieces.
pub(crate) fn line(text: &mut String, name: &str, pieces: &[&str]) {
    text.push_str(name);
    text.push_str(": ");
    for piece in pieces {
        text.push_str(piece);
    }
    text.push_str("\r\n");
}

/// Adds Content-Length and the body.
pub(crate) fn finish(text: &mut String, body: &str) {
    text.push_str("Content-Length: ");
    push_number(text, body.len() as u32);
    text.push_str("\r\n\r\n");
    text.push_str(body);
}

/// In decimal digits.
pub(crate) fn digits(number: u32) -> String {
    let mut text = String::new();
    push_number(&mut text, number);
    text
}
