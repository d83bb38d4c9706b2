//! Transactions over one connection at a time, for a page that reads messages by itself.

use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::transaction::{Event, Exchanges, Role};
use headset_sip::{Time, TransactionKey, TransactionOutput, push_number};

/// What [`Traffic::take`] is told; `number` is a transaction's where nothing else is said.
pub mod kind {
    /// Time has passed; gives how many transactions there are.
    pub const TICK: u32 = 0;
    /// The connection is lost, and there is another.
    pub const LOST: u32 = 1;
    /// A message with this mark came; gives the transaction that it belongs to, or 0. `number`: 1 where it may be another
    /// connection's.
    pub const FIND: u32 = 2;
    /// One begins and is given. `number`: 1 for a request of theirs, plus 2 for an INVITE, 4 on a transport that loses
    /// messages, 8 where nobody is told of it. The text: two marks, each a line, and what is sent first.
    pub const START: u32 = 3;
    /// The request came again.
    pub const AGAIN: u32 = 4;
    /// The ACK of our answer came.
    pub const ACKNOWLEDGED: u32 = 5;
    /// A response came: its status and its tag, each a line, and the ACK of a refusal.
    pub const ANSWERED: u32 = 6;
    /// Our response; gives whether it went out.
    pub const RESPOND: u32 = 7;
    /// Our ACK of a 2xx: the tag as a line, and it.
    pub const ACKNOWLEDGE: u32 = 8;
    /// The INVITE is to be cancelled.
    pub const CANCEL: u32 = 9;
}

/// The transactions of one user agent.
#[derive(Default)]
pub struct Traffic {
    now: Time,
    connection: u32,
    exchanges: Exchanges<u32, (), ()>,
    /// INVITEs whose CANCEL is to be sent.
    cancelled: Vec<u32>,
}

impl Traffic {
    /// Something happened at `now`, in milliseconds: what is said of its kind.
    pub fn take(&mut self, now: u64, kind: u32, number: u32, text: &str) -> u32 {
        self.now = self.now.max(Time(now));
        let (line, rest) = cut(text);
        let event = match kind {
            kind::TICK => {
                self.exchanges.handle_timeout(self.now);
                return self.exchanges.len() as u32;
            }
            kind::LOST => {
                self.exchanges.connection_lost(self.now, self.connection);
                self.connection += 1;
                return 0;
            }
            kind::FIND => {
                let connection = (number == 0).then_some(self.connection);
                return self.exchanges.find(connection, text).map_or(0, |key| key.id as u32);
            }
            kind::START => {
                const ROLES: [Role; 4] =
                    [Role::PlainClient, Role::PlainServer, Role::InviteClient, Role::InviteServer];
                let role = ROLES[(number & 3) as usize];
                let (other, first) = cut(rest);
                let mut marks = Vec::new();
                for mark in [line, other] {
                    if !mark.is_empty() {
                        marks.push(mark.into());
                    }
                }
                let (reliable, silent) = (number & 4 == 0, number & 8 != 0);
                let key = self.exchanges.start(
                    self.now,
                    self.connection,
                    role,
                    marks,
                    first.into(),
                    reliable,
                    silent,
                );
                return key.id as u32;
            }
            kind::AGAIN => Event::Retransmission,
            kind::ACKNOWLEDGED => Event::Ack(()),
            kind::ANSWERED => {
                let (tag, ack) = cut(rest);
                Event::Response { status: status(line), tag, ack: ack.into(), response: () }
            }
            kind::RESPOND => {
                // After `SIP/2.0 `.
                let status = status(text.get(8..11).unwrap_or_default());
                if !self.exchanges.can_respond(number.into(), status) {
                    return 0;
                }
                Event::Respond { status, text: text.into() }
            }
            kind::ACKNOWLEDGE if self.exchanges.is_alive(number.into()) => {
                Event::Acknowledge { tag: line, text: rest.into() }
            }
            kind::ACKNOWLEDGE => {
                let key = TransactionKey { connection: self.connection, id: number.into() };
                self.exchanges.output(TransactionOutput::Send { key, text: rest.into() });
                return 0;
            }
            kind::CANCEL => Event::Cancel(None),
            _ => return 0,
        };
        if self.exchanges.handle(self.now, number.into(), event).is_some() {
            self.cancelled.push(number);
        }
        1
    }

    /// What is to be done: `S` send the text; `A` the response that came is news; `K` so is the ACK; `C` send a CANCEL;
    /// `T` nothing came; `X` the connection broke; `E` the transaction is forgotten.
    pub fn poll(&mut self) -> String {
        let (letter, key, text) = match self.exchanges.poll_output() {
            Some(TransactionOutput::Send { key, text }) => ('S', key.id, text),
            Some(TransactionOutput::Response { key, .. }) => ('A', key.id, String::new()),
            Some(TransactionOutput::Ack { invite: Some(key), .. }) => ('K', key.id, String::new()),
            Some(TransactionOutput::Timeout { key }) => ('T', key.id, String::new()),
            Some(TransactionOutput::TransportError { key }) => ('X', key.id, String::new()),
            Some(TransactionOutput::Ended { key }) => ('E', key.id, String::new()),
            _ => match self.cancelled.pop() {
                Some(id) => ('C', id.into(), String::new()),
                None => return String::new(),
            },
        };
        let mut record = String::from(letter);
        push_number(&mut record, key as u32);
        record.push(' ');
        record.push_str(&text);
        record
    }

    /// When to say that time has passed; `None` where nothing is due.
    pub fn timeout(&self) -> Option<u64> {
        self.exchanges.poll_timeout().map(|time| time.0)
    }
}

/// What is before the first line end, and what after it.
fn cut(text: &str) -> (&str, &str) {
    let at = text.bytes().position(|byte| byte == b'\n').unwrap_or(text.len());
    (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())
}

fn status(digits: &str) -> u16 {
    digits.bytes().fold(0, |number: u16, digit| number.wrapping_mul(10).wrapping_add(u16::from(digit & 15)))
}
