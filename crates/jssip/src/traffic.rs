//! Transactions over one connection at a time, as texts and numbers.

use alloc::string::String;
use headset_sip::{
    Message, Method, Request, Response, Time, TransactionKey, TransactionOutput, Transactions, parse,
    push_number,
};

/// What [`Traffic::take`] is told.
pub(crate) mod kind {
    /// Time has passed.
    pub(crate) const TICK: u32 = 0;
    /// A frame came. `number`: 1 where requests are not answered.
    pub(crate) const RECEIVED: u32 = 1;
    /// The connection is lost, and there is another.
    pub(crate) const LOST: u32 = 2;
    /// A request of ours; gives its transaction, 0 where the text is none.
    pub(crate) const REQUEST: u32 = 3;
    /// A response to the transaction `number`; gives whether it went out.
    pub(crate) const RESPOND: u32 = 4;
    /// The INVITE `number` is cancelled; the text is Reason's.
    pub(crate) const CANCEL: u32 = 5;
    /// The ACK of a 2xx to the INVITE `number`.
    pub(crate) const ACK: u32 = 6;
    /// The request of the transaction `number`, whose URI nobody knows.
    pub(crate) const FOREIGN: u32 = 7;
}

#[derive(Default)]
pub(crate) struct Traffic {
    now: Time,
    connection: u32,
    transactions: Transactions<u32>,
    /// Why a frame was none, for who sent it.
    complaint: Option<Response>,
}

impl Traffic {
    pub(crate) fn take(&mut self, now: u64, kind: u32, number: u32, text: String) -> u32 {
        self.now = self.now.max(Time(now));
        let key = TransactionKey { connection: self.connection, id: number.into() };
        match kind {
            kind::TICK => self.transactions.handle_timeout(self.now),
            kind::RECEIVED => match parse(text) {
                Ok(Message::Request(request)) if number == 1 && *request.method() != Method::Ack => {}
                Ok(message) => self.transactions.receive(self.now, self.connection, message),
                Err(error) => self.complaint = error.reply(),
            },
            kind::LOST => {
                self.transactions.connection_lost(self.now, self.connection);
                self.connection += 1;
            }
            kind::CANCEL => {
                self.transactions.cancel(self.now, key, Some(&*text).filter(|reason| !reason.is_empty()));
            }
            _ => return self.take_message(kind, key, parse(text).ok()),
        }
        self.transactions.len() as u32
    }

    fn take_message(&mut self, kind: u32, key: TransactionKey<u32>, message: Option<Message>) -> u32 {
        let response = match (kind, message) {
            (kind::REQUEST, Some(Message::Request(request))) => {
                return self.transactions.request(self.now, self.connection, request).id as u32;
            }
            (kind::ACK, Some(Message::Request(request))) => {
                self.transactions.acknowledge(self.now, key, request);
                return 0;
            }
            (kind::FOREIGN, Some(Message::Request(request))) => {
                Response::reply_to(&request, 416, "Unsupported URI Scheme").finish()
            }
            (kind::RESPOND, Some(Message::Response(response))) => response,
            _ => return 0,
        };
        self.transactions.respond(self.now, key, response).into()
    }

    /// What is to be done: `S` send the text; `R` a request came, or `M` one that came another way too; `C` a CANCEL, of
    /// the other transaction where there is one; `A` an answer to ours; `K` the ACK of the other; `T` nothing came;
    /// `X` the connection broke; `E` the transaction is forgotten.
    pub(crate) fn poll(&mut self) -> String {
        if let Some(complaint) = self.complaint.take() {
            return record('S', 0, 0, complaint.as_str());
        }
        while let Some(output) = self.transactions.poll_output() {
            let request =
                |letter, key: TransactionKey<u32>, other: Option<TransactionKey<u32>>, request: Request| {
                    record(letter, key.id, other.map_or(0, |other| other.id), request.as_str())
                };
            return match output {
                TransactionOutput::Send { key, text } => record('S', key.id, 0, &text),
                TransactionOutput::Request { key, request: came } => request('R', key, None, came),
                TransactionOutput::Merged { key, request: came, .. } => request('M', key, None, came),
                TransactionOutput::Cancel { key, invite, request: came } => request('C', key, invite, came),
                TransactionOutput::Response { key, response } => record('A', key.id, 0, response.as_str()),
                TransactionOutput::Ack { invite: Some(invite), request: came, .. } => {
                    request('K', invite, None, came)
                }
                TransactionOutput::Timeout { key } => record('T', key.id, 0, ""),
                TransactionOutput::TransportError { key } => record('X', key.id, 0, ""),
                TransactionOutput::Ended { key } => record('E', key.id, 0, ""),
                TransactionOutput::Ack { .. } | TransactionOutput::Stray { .. } => continue,
            };
        }
        String::new()
    }

    pub(crate) fn timeout(&self) -> Option<u64> {
        self.transactions.poll_timeout().map(|time| time.0)
    }
}

fn record(letter: char, id: u64, other: u64, text: &str) -> String {
    let mut record = String::with_capacity(text.len() + 24);
    record.push(letter);
    for number in [id, other] {
        push_number(&mut record, number as u32);
        record.push(' ');
    }
    record.push_str(text);
    record
}
