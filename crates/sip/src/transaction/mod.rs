//! Transactions (RFC 3261 §17 with RFC 6026): retransmission, matching, and when to give up.
//!
//! The layer is told what comes in ([`Transactions::receive`]), what to send ([`Transactions::request`],
//! [`Transactions::respond`]) and the time; it says what to do by [`Transactions::poll_output`]. Whether the transport
//! is reliable is read from the topmost Via.

use crate::{Message, Request, Response, Time};
use alloc::collections::VecDeque;
use alloc::string::String;

/// Names one transaction. `C` names the connection that it lives on, in the body's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionKey<C> {
    /// Where its messages go.
    pub connection: C,
    /// Unique in its layer, ascending.
    pub id: u64,
}

/// What the layer asks for and tells.
#[allow(missing_docs, reason = "the variants say what their fields are")]
#[derive(Clone, Debug, PartialEq)]
pub enum TransactionOutput<C> {
    /// Send this on the key's connection.
    Send { key: TransactionKey<C>, text: String },
    /// A new request; answer it with [`Transactions::respond`]. An INVITE has already been answered 100. Never ACK or CANCEL.
    Request { key: TransactionKey<C>, request: Request },
    /// A request that came by another way too (same Call-ID, From tag and CSeq, another branch; never REGISTER) while `first` lives: answer
    /// it 482 (RFC 3261 §8.2.2.2), or go on with it if the first one's connection is dead.
    Merged { key: TransactionKey<C>, first: TransactionKey<C>, request: Request },
    /// A CANCEL, a transaction of its own. `invite` is the one it cancels: answer this with 200 and that with 487, or, where there is none, this with 481.
    Cancel { key: TransactionKey<C>, invite: Option<TransactionKey<C>>, request: Request },
    /// A response to a request of ours. A 2xx to INVITE comes again for each copy until [`Transactions::acknowledge`].
    Response { key: TransactionKey<C>, response: Response },
    /// The ACK of a 2xx; `invite` is what it acknowledges. Also an ACK that matches nothing.
    Ack { connection: C, invite: Option<TransactionKey<C>>, request: Request },
    /// A response that no request of ours asked for.
    Stray { connection: C, response: Response },
    /// No answer (client), or our final answer to an INVITE was never acknowledged (server). `Ended` follows.
    Timeout { key: TransactionKey<C> },
    /// The connection failed under it. `Ended` follows.
    TransportError { key: TransactionKey<C> },
    /// The key is forgotten.
    Ended { key: TransactionKey<C> },
}

/// All transactions of one user agent.
#[derive(Debug)]
pub struct Transactions<C> {
    outputs: VecDeque<TransactionOutput<C>>,
    next_id: u64,
}

impl<C: Copy + Ord> Transactions<C> {
    /// None yet.
    pub fn new() -> Self {
        Transactions { outputs: VecDeque::new(), next_id: 0 }
    }

    /// Sends a request, anything but ACK and CANCEL, whose topmost Via has a fresh branch.
    pub fn request(&mut self, _now: Time, connection: C, request: Request) -> TransactionKey<C> {
        self.next_id += 1;
        let key = TransactionKey { connection, id: self.next_id };
        self.outputs.push_back(TransactionOutput::Send { key, text: request.into_string() });
        key
    }

    /// Answers a request. False, and nothing sent, when the transaction is over or was finally answered before.
    pub fn respond(&mut self, _now: Time, key: TransactionKey<C>, response: Response) -> bool {
        self.outputs.push_back(TransactionOutput::Send { key, text: response.into_string() });
        true
    }

    /// Cancels an INVITE of ours: at once where it was provisionally answered, else when that comes; nothing when it was
    /// finally answered. `reason` becomes the CANCEL's Reason header. The INVITE's own final response (487, or a 2xx that
    /// was faster) or `Timeout` still comes.
    pub fn cancel(&mut self, _now: Time, _key: TransactionKey<C>, _reason: Option<&str>) {}

    /// Sends the ACK of a 2xx, and again for every copy of that 2xx.
    pub fn acknowledge(&mut self, _now: Time, key: TransactionKey<C>, ack: Request) {
        self.outputs.push_back(TransactionOutput::Send { key, text: ack.into_string() });
    }

    /// A message came in.
    pub fn receive(&mut self, _now: Time, connection: C, message: Message) {
        match message {
            Message::Request(request) => {
                self.next_id += 1;
                let key = TransactionKey { connection, id: self.next_id };
                self.outputs.push_back(TransactionOutput::Request { key, request });
            }
            Message::Response(response) => {
                self.outputs.push_back(TransactionOutput::Stray { connection, response });
            }
        }
    }

    /// A `Send` of this transaction could not be carried out.
    pub fn transport_failed(&mut self, _now: Time, _key: TransactionKey<C>) {}

    /// A connection is gone: every transaction on it fails.
    pub fn connection_lost(&mut self, _now: Time, _connection: C) {}

    /// What to do next, until `None`.
    pub fn poll_output(&mut self) -> Option<TransactionOutput<C>> {
        self.outputs.pop_front()
    }

    /// When to call [`Transactions::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        None
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, _now: Time) {}
}

impl<C: Copy + Ord> Default for Transactions<C> {
    fn default() -> Self {
        Self::new()
    }
}
