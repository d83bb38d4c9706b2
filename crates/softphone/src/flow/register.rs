//! REGISTER: what is asked, and what the answer means.

use crate::authorization::Series;
use crate::context::{Context, Key, cseq, header_lines};
use crate::{Output, Reach, SocketId};
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::{Entropy, Headers, Method, Name, NameAddr, RequestBuilder, Response, Uri};

/// Seconds that a binding is taken to last where nobody has said.
const EXPIRES: u32 = 600;
/// A binding shorter than this is refreshed as if it were this long.
const EXPIRES_MIN: u32 = 10;
const EXPIRES_MAX: u32 = 24 * 3600;
/// Repetitions in a row with another expiry, or without outbound.
const ROUNDS: u8 = 4;

/// What a REGISTER is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Bind,
    Unbind,
    /// Removes every binding of the address of record.
    UnbindAll,
}

/// The series of REGISTERs of one flow (RFC 3261 §10.2: one Call-ID, rising CSeq).
#[derive(Debug)]
pub(super) struct Registration {
    call_id: String,
    cseq: u32,
    reg_id: u32,
    /// The least that the registrar takes (423); 0 where it has not said.
    expires_min: u32,
    /// The first hop knows nothing of outbound (439).
    plain: bool,
    attempt: Option<Attempt>,
}

#[derive(Debug)]
struct Attempt {
    key: Key,
    ask: Ask,
    rounds: u8,
    series: Series,
    /// Of the credentials that it was sent with.
    credentials: u32,
}

/// What an answer to REGISTER means.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Another request is under way, or the answer is provisional.
    Pending,
    /// Seconds that the binding lasts, and within which the registrar wants a ping.
    Granted {
        expires: u32,
        flow_timer: Option<u32>,
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
    pub(super) fn new(entropy: &mut Entropy, reg_id: u32) -> Registration {
        let call_id = entropy.token(22);
        Registration { call_id, cseq: 0, reg_id, expires_min: 0, plain: false, attempt: None }
    }

    /// Sends a REGISTER in place of one that may be pending.
    pub(super) fn send(&mut self, ctx: &mut Context, socket: SocketId, ask: Ask) {
        self.request(ctx, socket, ask, 0, Series::default());
    }

    pub(super) fn is_pending(&self, key: Key) -> bool {
        self.attempt.as_ref().is_some_and(|attempt| attempt.key == key)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.attempt.is_some()
    }

    /// The socket is gone, and whatever was asked on it.
    pub(super) fn abandon(&mut self) {
        self.attempt = None;
    }

    /// Judges an answer; `None` where it is not to the pending request.
    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> Option<Verdict> {
        if !self.is_pending(key) {
            return None;
        }
        if response.is_provisional() {
            return Some(Verdict::Pending);
        }
        let Attempt { ask, rounds, mut series, credentials, .. } = self.attempt.take()?;
        let socket = key.connection;
        let again = rounds < ROUNDS;
        let status = response.status();
        if response.is_success() {
            ctx.next_nonce(socket, response);
        }
        let repeat = match status {
            401 | 407 => {
                let uri = ctx.account.registrar_uri();
                let again = ctx.challenged(&mut series, socket, &Method::Register, &uri, response);
                if !again && ctx.can_answer(response) {
                    return Some(Verdict::Refused { status, reason: response.reason().into() });
                }
                again
            }
            // It refused what was renewed meanwhile.
            403 => again && credentials != ctx.credentials_version,
            // RFC 3261 §10.2.8
            423 => {
                let least = response.number(Name::MinExpires).unwrap_or(0);
                let usable = again && least > self.expires_min && least <= EXPIRES_MAX;
                if usable {
                    self.expires_min = least;
                }
                usable
            }
            // RFC 5626 §11.6: the first hop lacks outbound; a binding without it is better than none.
            439 if !self.plain => {
                self.plain = true;
                true
            }
            _ => false,
        };
        if repeat {
            self.request(ctx, socket, ask, rounds + 1, series);
            return Some(Verdict::Pending);
        }
        let failed = |error: String| Verdict::Failed { error, retry_after: retry_after(response) };
        Some(match status {
            200..=299 if ask != Ask::Bind => Verdict::Granted { expires: 0, flow_timer: None },
            200..=299 => match self.granted(ctx, socket, response) {
                Some(expires) => {
                    let flow_timer = response.get_named("Flow-Timer").and_then(|value| value.parse().ok());
                    Verdict::Granted { expires, flow_timer }
                }
                None => failed("the registrar's answer does not list our contact".into()),
            },
            403 => Verdict::Refused { status, reason: response.reason().into() },
            _ => failed([&status.to_string(), " ", response.reason()].concat()),
        })
    }

    fn request(&mut self, ctx: &mut Context, socket: SocketId, ask: Ask, rounds: u8, mut series: Series) {
        let request = self.build(ctx, socket, ask, &mut series);
        let key = ctx.send(socket, request, self.supported());
        let credentials = ctx.credentials_version;
        self.attempt = Some(Attempt { key, ask, rounds, series, credentials });
    }

    /// Removes the binding and waits for no answer.
    pub(super) fn say_goodbye(&mut self, ctx: &mut Context, socket: SocketId) {
        let request = self.build(ctx, socket, Ask::Unbind, &mut Series::default());
        let text = ctx.complete(socket, request, self.supported()).into_string();
        ctx.outputs.push_back(Output::Send { socket, text });
    }

    /// RFC 3327 §5.1, RFC 5627 §4.1, RFC 5626 §4.2.1.
    fn supported(&self) -> &'static str {
        if self.plain { "path, gruu" } else { "path, gruu, outbound" }
    }

    fn build(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        ask: Ask,
        series: &mut Series,
    ) -> RequestBuilder {
        self.cseq += 1;
        let asked = ctx.account.options.expires;
        let expires = match ask {
            Ask::Bind if asked == 0 => None,
            Ask::Bind => Some(asked.max(self.expires_min).to_string()),
            Ask::Unbind | Ask::UnbindAll => Some("0".into()),
        };
        let contact = match ask {
            Ask::UnbindAll => "*".into(),
            _ => self.contact(ctx, expires.as_deref()),
        };
        let mut tag = ctx.entropy.token(10);
        tag.push_str(&ctx.account.options.from_tag_trail);
        let uri = ctx.account.registrar_uri();
        let builder = ctx
            .routes
            .request(socket, Method::Register, &uri)
            .header(Name::To, &ctx.account.address(None))
            .header(Name::From, &ctx.account.address(Some(&tag)))
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq(self.cseq, &Method::Register));
        let mut builder = ctx
            .authorize(series, socket, builder, &Method::Register, &uri, "")
            .header(Name::Contact, &contact);
        if let Some(expires) = expires {
            builder = builder.header(Name::Expires, &expires);
        }
        for (name, value) in header_lines(&ctx.account.options.register_headers) {
            builder = builder.raw_header(name, value);
        }
        builder
    }

    fn contact(&self, ctx: &Context, expires: Option<&str>) -> String {
        let instance = &ctx.account.identity.instance_id;
        let mut contact = ["<", &ctx.account.reach.contact, ">"].concat();
        if !instance.is_empty() {
            contact.push_str(&[";+sip.instance=\"<", instance, ">\""].concat());
            // RFC 5626 §4.2: of no meaning without an instance.
            if !self.plain {
                contact.push_str(&[";reg-id=", &self.reg_id.to_string()].concat());
            }
        }
        if let Some(expires) = expires {
            contact.push_str(&[";expires=", expires].concat());
        }
        contact.push_str(&ctx.account.options.contact_params);
        contact
    }

    /// Seconds granted to our own binding among all that the answer lists, and what else it tells.
    fn granted(&self, ctx: &mut Context, socket: SocketId, response: &Response) -> Option<u32> {
        let instance = ctx.account.identity.instance_id.as_str();
        let own = Uri::parse(&ctx.account.reach.contact).ok()?;
        // RFC 5626 §4.2.1: by instance and reg-id.
        let same_flow = |contact: &NameAddr| {
            let same = |id: &str| id.trim_matches(['<', '>']).eq_ignore_ascii_case(instance);
            contact.param("+sip.instance").is_some_and(same)
                && contact.param("reg-id").and_then(|id| id.parse().ok()) == Some(self.reg_id)
        };
        // A registrar that knows nothing of outbound gives the URI back alone (RFC 3261 §10.2.4).
        let same_uri = |contact: &NameAddr| contact.uri.user == own.user && contact.uri.host == own.host;
        let contacts = || response.contacts().flatten();
        let ours = contacts().find(same_flow).or_else(|| contacts().find(same_uri))?;
        let expires = ours.param("expires").and_then(|expires| expires.parse().ok());
        let expires: u32 = expires.or(response.expires()).unwrap_or(match ctx.account.options.expires {
            0 => EXPIRES,
            asked => asked.max(self.expires_min),
        });
        if expires == 0 {
            return None;
        }
        let gruu = |name| {
            let gruu = ours.param(name).filter(|gruu| Uri::parse(gruu).is_ok());
            gruu.unwrap_or("").to_string()
        };
        // RFC 5627 §4.2
        ctx.account.reach = Reach {
            contact: core::mem::take(&mut ctx.account.reach.contact),
            public_gruu: gruu("pub-gruu"),
            temporary_gruu: gruu("temp-gruu"),
        };
        ctx.routes.served(socket, response.values(Name::ServiceRoute));
        Some(expires.max(EXPIRES_MIN))
    }
}

/// RFC 3261 §20.33: seconds, perhaps a comment and parameters.
fn retry_after(headers: &Headers) -> Option<Duration> {
    headers.number(Name::RetryAfter).map(|seconds| Duration::from_secs(u64::from(seconds)))
}

/// When to renew a binding; JsSIP's schedule: somewhere in the second half of its life, half a minute before its end at
/// the latest.
pub(super) fn refresh_after(ctx: &mut Context, expires: u32) -> Duration {
    let ms = u64::from(expires) * 1000;
    Duration::from_millis(if expires > 64 {
        ms / 2 + ctx.entropy.jitter(ms / 2 - 32_000)
    } else {
        ms.saturating_sub(5000).max(1000)
    })
}
