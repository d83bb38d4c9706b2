//! REGISTER: what is asked, and what the answer means.

use crate::authorization::Series;
use crate::context::{Context, Key, header_lines};
use crate::{Output, SocketId};
use alloc::string::String;
use headset_sip::text::{concat, decimal, number, push};
use headset_sip::{Entropy, Method, Name, NameAddr, RequestBuilder, Response, Uri};

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
    /// Removes every binding of the address of record (RFC 3261 §10.2.2).
    #[cfg(feature = "full")]
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
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    /// Another request is under way, or the answer is provisional.
    Pending,
    /// Seconds that the binding lasts, and within which the registrar wants a ping.
    Granted { expires: u32, flow_timer: Option<u32> },
    /// 401 to a right answer, or 403.
    Refused,
    /// Anything else. `listed`: it is no 2xx in which our binding is missing.
    Failed { listed: bool },
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
        if response.is_success() {
            ctx.next_nonce(socket, response);
            return Some(match ask {
                Ask::Bind => self.granted(ctx, socket, response),
                _ => Verdict::Granted { expires: 0, flow_timer: None },
            });
        }
        let repeat = match response.status() {
            401 | 407 => {
                let uri = ctx.account.registrar_uri();
                match ctx.judge(&mut series, socket, &Method::Register, &uri, response) {
                    Some(false) => return Some(Verdict::Refused),
                    again => again.is_some(),
                }
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
            439 => !core::mem::replace(&mut self.plain, true),
            // RFC 5626 §11.5: 430 too.
            _ => false,
        };
        Some(if repeat {
            self.request(ctx, socket, ask, rounds + 1, series);
            Verdict::Pending
        } else if response.status() == 403 {
            Verdict::Refused
        } else {
            Verdict::Failed { listed: true }
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
        ctx.outputs.push(Output::Send { socket, text });
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
        let asked = ctx.options().expires;
        // RFC 3261 §10.2.1.1
        let expires = match ask {
            Ask::Bind if asked == 0 => String::new(),
            Ask::Bind => decimal(asked.max(self.expires_min)),
            _ => "0".into(),
        };
        let contact = match ask {
            #[cfg(feature = "full")]
            Ask::UnbindAll => "*".into(),
            _ => self.contact(ctx, &expires),
        };
        let (uri, to) = (ctx.account.registrar_uri(), ctx.account.address(None));
        let trail = ctx.options().from_tag_trail.clone();
        let builder = ctx.own_request(socket, Method::Register, &to, &trail, &self.call_id, self.cseq);
        let mut builder = ctx
            .authorize(series, socket, builder, &Method::Register, &uri, "")
            .header(Name::Contact, &contact);
        if !expires.is_empty() {
            builder = builder.header(Name::Expires, &expires);
        }
        for (name, value) in header_lines(&ctx.options().register_headers) {
            builder = builder.raw_header(name, value);
        }
        builder
    }

    /// `expires`: empty where nothing is asked for.
    fn contact(&self, ctx: &Context, expires: &str) -> String {
        let instance = &*ctx.account.identity.instance_id;
        let mut contact = concat(&["<", &ctx.account.reach.contact, ">"]);
        if !instance.is_empty() {
            push(&mut contact, &[";+sip.instance=\"<", instance, ">\""]);
            // RFC 5626 §4.2: of no meaning without an instance.
            if !self.plain {
                push(&mut contact, &[";reg-id=", &decimal(self.reg_id)]);
            }
        }
        if !expires.is_empty() {
            push(&mut contact, &[";expires=", expires]);
        }
        contact.push_str(&ctx.options().contact_params);
        contact
    }

    /// Learns how long our own binding lasts among all that the answer lists, and what else it tells.
    fn granted(&self, ctx: &mut Context, socket: SocketId, response: &Response) -> Verdict {
        let Some(ours) = self.ours(ctx, response) else { return Verdict::Failed { listed: false } };
        let asked = match ctx.options().expires {
            0 => EXPIRES,
            asked => asked.max(self.expires_min),
        };
        // RFC 3261 §10.2.4
        let expires = ours.number("expires").or(response.expires()).unwrap_or(asked);
        if expires == 0 {
            return Verdict::Failed { listed: false };
        }
        // RFC 5627 §4.2
        ctx.account.reach.public_gruu = gruu(&ours, "pub-gruu");
        ctx.account.reach.temporary_gruu = gruu(&ours, "temp-gruu");
        ctx.routes.served(socket, response);
        let flow_timer = response.get_named("Flow-Timer").and_then(number);
        Verdict::Granted { expires: expires.max(EXPIRES_MIN), flow_timer }
    }

    /// Our own binding among all that an answer lists.
    fn ours<'a>(&self, ctx: &Context, response: &'a Response) -> Option<NameAddr<'a>> {
        let instance = &*ctx.account.identity.instance_id;
        let bracketed = concat(&["<", instance, ">"]);
        let own = Uri::parse(&ctx.account.reach.contact).ok()?;
        let mut ours = None;
        for value in response.values(Name::Contact) {
            let Ok(contact) = NameAddr::parse(value) else { continue };
            // RFC 5626 §4.2.1: by instance and reg-id.
            let id = contact.param("+sip.instance").unwrap_or("");
            let same = id.eq_ignore_ascii_case(&bracketed) || id.eq_ignore_ascii_case(instance);
            if same && contact.number("reg-id") == Some(self.reg_id) {
                ours = Some(value);
                break;
            }
            // A registrar that knows nothing of outbound gives the URI back alone (RFC 3261 §10.2.4).
            if ours.is_none() && contact.uri.user == own.user && contact.uri.host == own.host {
                ours = Some(value);
            }
        }
        NameAddr::parse(ours?).ok()
    }
}

/// What the registrar made for this device; empty where it is no URI.
fn gruu(ours: &NameAddr<'_>, name: &str) -> String {
    ours.param(name).filter(|gruu| Uri::parse(gruu).is_ok()).unwrap_or("").into()
}

/// When to renew a binding; JsSIP's schedule: somewhere in the second half of its life, half a minute before its end at
/// the latest; in ms.
pub(super) fn refresh_after(ctx: &mut Context, expires: u32) -> u64 {
    let ms = u64::from(expires) * 1000;
    if expires > 64 {
        ms / 2 + ctx.entropy.jitter(ms / 2 - 32_000)
    } else {
        ms.saturating_sub(5000).max(1000)
    }
}
