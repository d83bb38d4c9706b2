//! Challenges to requests outside calls.

use crate::authorization::Series;
use crate::context::Context;
use crate::{Event, SocketId};
use alloc::string::{String, ToString};
use headset_sip::{Method, RequestBuilder, Response};

/// What a series of requests (one request and its repetitions, or those of a subscription) knows of its challenges.
#[derive(Debug, Default)]
pub(crate) struct Login(Series);

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
    /// The request with answers to the challenges that are known.
    pub(crate) fn sign(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        builder: RequestBuilder,
        (method, uri, body): (&Method, &str, &str),
    ) -> RequestBuilder {
        ctx.authorize(&mut self.0, socket, builder, method, uri, body)
    }

    /// RFC 3261 §22.2: a challenge is answered once, and again where only the nonce was too old.
    pub(crate) fn heard(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        (method, uri): (&Method, &str),
        response: &Response,
    ) -> Challenged {
        let status = response.status();
        if !matches!(status, 401 | 407) {
            self.0 = Series::default();
            return Challenged::No;
        }
        if ctx.challenged(&mut self.0, socket, method, uri, response) {
            return Challenged::Again;
        }
        let reason = response.reason().to_string();
        ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
        Challenged::Refused
    }
}
