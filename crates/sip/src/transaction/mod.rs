//! Transactions (RFC 3261 §17 with RFC 6026): retransmission, matching, and when to give up.
//!
//! The layer is told what comes in ([`Transactions::receive`]), what to send ([`Transactions::request`],
//! [`Transactions::respond`]) and the time; it says what to do by [`Transactions::poll_output`]. Whether the transport
//! is reliable is read from the topmost Via.

mod exchange;
mod follow_up;
mod layer;
mod machine;
mod matching;

pub use exchange::Exchanges;
pub use layer::Transactions;
pub use machine::{Cancelled, Event, Role, Timer};

use crate::{Request, Response};
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
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum TransactionOutput<C, Q = Request, R = Response> {
    /// Send this on the key's connection.
    Send { key: TransactionKey<C>, text: String },
    /// A new request; answer it with [`Transactions::respond`]. An INVITE has been answered 100 already. Never ACK or
    /// CANCEL.
    Request { key: TransactionKey<C>, request: Q },
    /// A request that came another way too (same Call-ID, From tag and CSeq, another branch; never REGISTER) while
    /// `first` lives: answer it 482 (RFC 3261 §8.2.2.2), or go on with it if the first one's connection is dead. An
    /// INVITE has been answered 100 already.
    Merged { key: TransactionKey<C>, first: TransactionKey<C>, request: Q },
    /// A CANCEL, a transaction of its own. `invite` is what it cancels: answer this 200 and that 487; or, where there is
    /// none, this 481.
    Cancel { key: TransactionKey<C>, invite: Option<TransactionKey<C>>, request: Q },
    /// A response to a request of ours. A 2xx to INVITE comes again for each copy until
    /// [`Transactions::acknowledge`], and once for each fork.
    Response { key: TransactionKey<C>, response: R },
    /// The ACK of our 2xx to `invite`, once; or one that matches nothing.
    Ack { connection: C, invite: Option<TransactionKey<C>>, request: Q },
    /// A response that no request of ours asked for, or that was meant for somebody before us.
    Stray { connection: C, response: R },
    /// No answer (client), or our final answer to an INVITE was never acknowledged (server). `Ended` follows.
    Timeout { key: TransactionKey<C> },
    /// The connection failed while something was still expected of it. `Ended` follows.
    TransportError { key: TransactionKey<C> },
    /// The key is forgotten.
    Ended { key: TransactionKey<C> },
}
