//! Challenges to requests outside calls.

use crate::Event;
use crate::authorization::Nonce;
use crate::context::Context;
use alloc::string::{String, ToString};
use headset_sip::{Method, RequestBuilder, Response};

/// Challenges answered in a row: the first, and those that say that the nonce was too old.
const ROUNDS: u8 = 3;

/// What a series of requests (one request and its repetitions, or those of a subscription) knows of its challenges.
#[derive(Debug, Default)]
pub(crate) struct Login {
    nonce: Option<Nonce>,
    rounds: u8,
}

/// What a response says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenged {
    /// It is no challenge.
    No,
    /// The same request is to be sent again, with the next CSeq.
    Again,
    /// The answer was wrong, or none can be given.
    Refused,
}

impl Login {
    /// The request with the answer to the last challenge.
    pub(crate) fn sign(
        &mut self,
        ctx: &mut Context,
        builder: RequestBuilder,
        method: &Method,
        uri: &str,
    ) -> RequestBuilder {
        match &mut self.nonce {
            Some(nonce) => {
                let (name, value) = ctx.authorization(nonce, method, uri);
                builder.header(name, &value)
            }
            None => builder,
        }
    }

    /// RFC 3261 §22.2: a challenge is answered once, and again where only the nonce was too old.
    pub(crate) fn heard(&mut self, ctx: &mut Context, response: &Response) -> Challenged {
        let status = response.status();
        if !matches!(status, 401 | 407) {
            self.rounds = 0;
            return Challenged::No;
        }
        let may = |nonce: &Nonce| self.rounds == 0 || (nonce.is_stale() && self.rounds < ROUNDS);
        self.nonce = Nonce::read(response).filter(may);
        if self.nonce.is_some() {
            self.rounds += 1;
            return Challenged::Again;
        }
        let reason = response.reason().to_string();
        ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
        Challenged::Refused
    }
}
