//! Requests outside calls and subscriptions, by hand and by an application that answers.

use super::{Phone, World};
use headset_sip::{Message, Request};
use headset_softphone::{
    Command, Event, NewRequest, Reply, ReplyId, RequestFailure, RequestId, SubscriptionChange,
    SubscriptionEnd, SubscriptionId, Supervision,
};

/// The application answers requests itself.
pub fn supervised(packages: &[&str]) -> Command {
    let packages = packages.iter().map(|package| package.to_string()).collect();
    Command::Supervise(Supervision { requests: true, packages })
}

pub fn request(number: u32, method: &str, target: &str, body: &str) -> NewRequest {
    NewRequest {
        request: RequestId(number),
        method: method.into(),
        target: target.into(),
        body: body.into(),
        ..NewRequest::default()
    }
}

pub fn reply(reply: ReplyId, status: u16) -> Command {
    Command::Reply(Box::new(Reply { reply, status, reason: "Word".into(), ..Reply::default() }))
}

/// A request of somebody at `far.example`. `to` is the whole To value; `more` are header lines.
pub fn asks(method: &str, to: &str, call_id: &str, cseq: u32, more: &str, body: &str) -> String {
    let content = if body.is_empty() { "" } else { "Content-Type: text/plain\r\n" };
    format!(
        "{method} sip:anna@x.invalid SIP/2.0\r\nVia: SIP/2.0/WS far.example;branch=z9hG4bK{method}{call_id}{cseq}\r\n\
         From: <sip:far@far.example>;tag=far\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
         Max-Forwards: 70\r\nContact: <sip:far.example;transport=ws>\r\n{more}{content}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub fn read(text: &str) -> Message {
    headset_sip::parse(text.into()).expect("a message")
}

impl World {
    /// The next request that the phones sent to nobody here, whatever its method.
    pub fn sent(&mut self) -> (usize, Request) {
        let at = self.inbox.iter().position(|(_, message)| matches!(message, Message::Request(_)));
        match at.and_then(|at| self.inbox.remove(at)) {
            Some((link, Message::Request(request))) => (link, request),
            _ => panic!("no request"),
        }
    }

    pub fn is_silent(&self) -> bool {
        self.inbox.is_empty()
    }
}

impl Phone {
    /// What was asked of the application since this was last asked.
    pub fn asked(&mut self) -> Vec<(ReplyId, Request)> {
        let mut asked = Vec::new();
        self.events.retain(|event| match event {
            Event::Requested { reply, message } => {
                let Message::Request(request) = read(message) else { panic!("no request: {message}") };
                asked.push((*reply, request));
                false
            }
            _ => true,
        });
        asked
    }

    /// Statuses of the responses to this request so far, and how it failed.
    pub fn answers(&self, number: u32) -> (Vec<u16>, Option<RequestFailure>) {
        let mut answers = (Vec::new(), None);
        for event in &self.events {
            match event {
                Event::RequestAnswered { request: RequestId(own), message } if *own == number => {
                    let Message::Response(response) = read(message) else { panic!("no response: {message}") };
                    answers.0.push(response.status());
                }
                Event::RequestFailed { request: RequestId(own), cause } if *own == number => {
                    assert!(answers.1.replace(*cause).is_none(), "failed twice");
                }
                _ => {}
            }
        }
        answers
    }

    /// What happened to this subscription since this was last asked, in short.
    pub fn changes(&mut self, number: u32) -> Vec<String> {
        self.take_changes(number).iter().map(|(word, _)| word.clone()).collect()
    }

    /// How this subscription ended.
    pub fn ended(&mut self, number: u32) -> SubscriptionEnd {
        let ends: Vec<_> = self.take_changes(number).into_iter().filter_map(|(_, end)| end).collect();
        assert_eq!(ends.len(), 1, "one end");
        ends.into_iter().next().expect("an end")
    }

    fn take_changes(&mut self, number: u32) -> Vec<(String, Option<SubscriptionEnd>)> {
        let mut changes = Vec::new();
        self.events.retain(|event| match event {
            Event::Subscription { subscription: SubscriptionId(own), change } if *own == number => {
                changes.push(match change {
                    SubscriptionChange::Accepted { .. } => ("accepted".into(), None),
                    SubscriptionChange::Pending => ("pending".into(), None),
                    SubscriptionChange::Active => ("active".into(), None),
                    SubscriptionChange::Notified { message, last } => {
                        let Message::Request(request) = read(message) else { panic!("no request") };
                        (format!("notified {}{}", request.body(), if *last { " last" } else { "" }), None)
                    }
                    SubscriptionChange::Subscribed { last, .. } => {
                        (format!("subscribed{}", if *last { " last" } else { "" }), None)
                    }
                    SubscriptionChange::Terminated(end) => {
                        let again = if end.again { " again" } else { "" };
                        (format!("{:?}{again}", end.cause), Some((**end).clone()))
                    }
                });
                false
            }
            _ => true,
        });
        changes
    }
}
