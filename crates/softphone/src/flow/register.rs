//! REGISTER: what is asked, and what the answer means.

use crate::authorization::Nonce;
use crate::context::{Context, Key, cseq};
use crate::{Output, SocketId};
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::{Entropy, Headers, Method, Name, Request, RequestBuilder, Response};

/// Seconds asked for.
const EXPIRES: u32 = 600;
/// A binding shorter than this is refreshed as if it were this long.
const EXPIRES_MIN: u32 = 10;
const EXPIRES_MAX: u32 = 24 * 3600;
const SUPPORTED: &str = "path, outbound";
/// Challenges and 423s answered in a row before giving up.
const ROUNDS: u8 = 4;

/// The series of REGISTERs of one flow (RFC 3261 §10.2: one Call-ID, rising CSeq).
#[derive(Debug)]
pub(super) struct Registration {
    call_id: String,
    cseq: u32,
    expires: u32,
    /// The last challenge, answered ahead of the next one.
    nonce: Option<Nonce>,
    attempt: Option<Attempt>,
}

#[derive(Debug)]
struct Attempt {
    key: Key,
    socket: SocketId,
    goodbye: bool,
    /// Its Authorization answers a challenge that came in this attempt.
    answered: bool,
    rounds: u8,
    /// Of the credentials that it was sent with.
    credentials: u32,
}

/// What an answer to REGISTER means.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Another request is under way, or the answer is provisional.
    Pending,
    /// Seconds.
    Granted {
        expires: u32,
    },
    /// 401 to a right answer, or 403.
    Refused {
        status: u16,
        reason: String,
    },
    Failed {
        error: String,
        retry_after: Option<Duration>,
    },
}

impl Registration {
    pub(super) fn new(entropy: &mut Entropy) -> Registration {
        Registration { call_id: entropy.token(22), cseq: 0, expires: EXPIRES, nonce: None, attempt: None }
    }

    /// Sends a REGISTER in place of one that may be pending; with `goodbye` one that removes the binding.
    pub(super) fn send(&mut self, ctx: &mut Context, socket: SocketId, reg_id: u32, goodbye: bool) {
        self.request(ctx, socket, reg_id, goodbye, false, 0);
    }

    pub(super) fn is_pending(&self, key: Key) -> bool {
        self.attempt.as_ref().is_some_and(|attempt| attempt.key == key)
    }

    /// The socket is gone, and whatever was asked on it.
    pub(super) fn abandon(&mut self) {
        self.attempt = None;
    }

    /// Judges an answer; `None` where it is not to the pending request.
    pub(super) fn response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
        reg_id: u32,
    ) -> Option<Verdict> {
        if !self.is_pending(key) {
            return None;
        }
        if response.is_provisional() {
            return Some(Verdict::Pending);
        }
        let Attempt { socket, goodbye, answered, rounds, credentials, .. } = self.attempt.take()?;
        let outdated = credentials != ctx.credentials_version && rounds < ROUNDS;
        let status = response.status();
        let failed = |error: String| Verdict::Failed { error, retry_after: retry_after(response) };
        Some(match status {
            200..=299 if goodbye => Verdict::Granted { expires: 0 },
            200..=299 => match self.granted(ctx, response, reg_id) {
                Some(expires) => Verdict::Granted { expires },
                None => failed("the registrar's answer does not list our contact".into()),
            },
            401 | 407 => {
                let Some(nonce) = Nonce::read(response) else {
                    return Some(failed("a challenge that cannot be answered".into()));
                };
                let wrong = answered && !nonce.is_stale() && !outdated;
                if rounds >= ROUNDS || wrong {
                    self.nonce = None;
                    return Some(Verdict::Refused { status, reason: response.reason().into() });
                }
                self.nonce = Some(nonce);
                self.request(ctx, socket, reg_id, goodbye, true, rounds + 1);
                Verdict::Pending
            }
            403 if outdated => {
                // It refused what was renewed meanwhile.
                self.request(ctx, socket, reg_id, goodbye, false, rounds + 1);
                Verdict::Pending
            }
            403 => {
                self.nonce = None;
                Verdict::Refused { status, reason: response.reason().into() }
            }
            423 if rounds < ROUNDS => match response.number(Name::MinExpires) {
                Some(least) if least > self.expires && least <= EXPIRES_MAX => {
                    self.expires = least;
                    self.request(ctx, socket, reg_id, goodbye, false, rounds + 1);
                    Verdict::Pending
                }
                _ => failed("423 without a usable Min-Expires".into()),
            },
            _ => {
                let mut error = status.to_string();
                error.push(' ');
                error.push_str(response.reason());
                failed(error)
            }
        })
    }

    fn request(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        reg_id: u32,
        goodbye: bool,
        answered: bool,
        rounds: u8,
    ) {
        let request = self.build(ctx, reg_id, goodbye);
        let key = ctx.send(socket, request, SUPPORTED);
        let credentials = ctx.credentials_version;
        self.attempt = Some(Attempt { key, socket, goodbye, answered, rounds, credentials });
    }

    /// Removes the binding and waits for no answer.
    pub(super) fn say_goodbye(&mut self, ctx: &mut Context, socket: SocketId, reg_id: u32) {
        let request = self.build(ctx, reg_id, true);
        let text = ctx.complete(socket, request, SUPPORTED).into_string();
        ctx.outputs.push_back(Output::Send { socket, text });
    }

    fn build(&mut self, ctx: &mut Context, reg_id: u32, goodbye: bool) -> RequestBuilder {
        self.cseq += 1;
        let expires = if goodbye { 0 } else { self.expires }.to_string();
        let identity = &ctx.account.identity;
        let uri = ["sip:", &identity.domain].concat();
        let contact = [
            &ctx.account.contact(""),
            ";+sip.instance=\"<",
            &identity.instance_id,
            ">\";reg-id=",
            &reg_id.to_string(),
            ";expires=",
            &expires,
        ]
        .concat();
        let builder = Request::build(Method::Register, &uri)
            .header(Name::MaxForwards, "69")
            .header(Name::To, &ctx.account.address(None))
            .header(Name::From, &ctx.account.address(Some(&ctx.entropy.token(10))))
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq(self.cseq, &Method::Register))
            .header(Name::Contact, &contact)
            .header(Name::Expires, &expires);
        match &mut self.nonce {
            Some(nonce) => {
                let (name, value) = ctx.authorization(nonce, &Method::Register, &uri, "");
                builder.header(name, &value)
            }
            None => builder,
        }
    }

    /// Seconds granted to our own binding among all that the answer lists (RFC 5626 §4.2.1).
    fn granted(&self, ctx: &Context, response: &Response, reg_id: u32) -> Option<u32> {
        let instance = ctx.account.identity.instance_id.as_str();
        let ours = response.contacts().flatten().find(|contact| {
            let same = |id: &str| id.trim_matches(['<', '>']).eq_ignore_ascii_case(instance);
            contact.param("+sip.instance").is_some_and(same)
                && contact.param("reg-id").and_then(|id| id.parse().ok()) == Some(reg_id)
        })?;
        let expires = ours.param("expires").and_then(|expires| expires.parse().ok());
        Some(expires.or(response.expires()).unwrap_or(self.expires).max(EXPIRES_MIN))
    }
}

/// RFC 3261 §20.33: seconds, perhaps a comment and parameters.
fn retry_after(headers: &Headers) -> Option<Duration> {
    headers.number(Name::RetryAfter).map(|seconds| Duration::from_secs(u64::from(seconds)))
}
