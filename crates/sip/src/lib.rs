//! SIP as RFC 3261 has it, without I/O: messages, URIs, digest, transactions, dialogs.
//!
//! Nothing here opens a socket, reads a clock or draws randomness by itself: time comes in as [`Time`], randomness as
//! a seeded [`Entropy`]. The floors, each on the one below: [`message`] (text and what it says), [`transaction`]
//! (retransmission and matching), [`dialog`] (what two ends agree on). [`digest`] and [`sdp`] stand beside them.
#![forbid(unsafe_code)]
#![no_std]
extern crate alloc;

pub mod dialog;
pub mod digest;
mod entropy;
mod inspection;
pub mod message;
mod method;
pub mod sdp;
pub mod stored;
pub mod text;
mod time;
pub mod timer;
pub mod transaction;

pub use dialog::Dialog;
pub use entropy::Entropy;
pub use inspection::{inspect, unknown_extensions};
pub use message::{
    CSeq, Headers, Message, Name, NameAddr, Params, ParseError, ParseErrorKind, RAck, Refresher, Replaces,
    Request, RequestBuilder, Response, ResponseBuilder, Scheme, SessionExpires, Uri, Value, Via, parse,
    parse_bytes, push_number, push_quoted,
};
pub use method::Method;
pub use time::Time;
pub use timer::{TimerKey, TimerTable};
pub use transaction::{TransactionKey, TransactionOutput, Transactions};

/// A keep-alive ping (RFC 5626 §3.5.1), sent as a frame of its own.
pub const PING: &str = "\r\n\r\n";

/// The answer to a [`PING`].
pub const PONG: &str = "\r\n";

/// What is wrong with a URI, a header value or a stored value, in a few English words; without them in the browser, where
/// nobody reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid(#[cfg(not(target_family = "wasm"))] &'static str);

impl Invalid {
    #[cfg_attr(target_family = "wasm", expect(unused_variables, reason = "nobody reads them"))]
    pub(crate) const fn new(words: &'static str) -> Invalid {
        Invalid(
            #[cfg(not(target_family = "wasm"))]
            words,
        )
    }

    /// In a few English words.
    pub const fn words(&self) -> &'static str {
        #[cfg(target_family = "wasm")]
        return "invalid";
        #[cfg(not(target_family = "wasm"))]
        self.0
    }
}

impl core::fmt::Display for Invalid {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.words())
    }
}

impl core::error::Error for Invalid {}
