//! Requests within the call's dialog.

use super::active::Active;
use super::farewell::Farewell;
use super::incoming::default_reason;
use super::session_timer::{LEAST, SessionTimer};
use super::{Call, CallState, Ending, cause};
use crate::context::{Context, FULL, Key, SUPPORTED, header_lines};
use crate::{Originator, Outcome, Output, PeerRequest, SocketId};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::text::decimal;
use headset_sip::{Dialog, Method, Name, Request, RequestBuilder, Response, ResponseBuilder, sdp};

/// What names a dialog, from our side.
#[derive(Clone, Copy)]
pub(super) struct DialogName<'a> {
    pub(super) call_id: &'a str,
    pub(super) local_tag: &'a str,
    pub(super) remote_tag: &'a str,
}

impl<'a> DialogName<'a> {
    /// The dialog that a request of the far end belongs to.
    pub(super) fn of(request: &'a Request) -> DialogName<'a> {
        DialogName {
            call_id: request.call_id(),
            local_tag: request.to_tag().unwrap_or(""),
            remote_tag: request.from_tag().unwrap_or(""),
        }
    }

    pub(super) fn is(self, dialog: &Dialog) -> bool {
        // RFC 3891 §3: a tag of 0 is none.
        let same = |named: &str, own: &str| named == own || (named == "0" && own.is_empty());
        self.call_id == dialog.call_id
            && same(self.local_tag, &dialog.local_tag)
            && same(self.remote_tag, &dialog.remote_tag)
    }
}

impl Call {
    /// The dialog of this name, where it belongs to the call.
    pub(super) fn named(&mut self, name: DialogName<'_>) -> Option<&mut Dialog> {
        let dialog = match &mut self.state {
            CallState::Incoming(ring) => &mut ring.dialog,
            CallState::Active(active) => &mut active.dialog,
            CallState::Dialling(dial) => {
                return dial.forks.iter_mut().map(|fork| &mut fork.dialog).find(|dialog| name.is(dialog));
            }
        };
        name.is(dialog).then_some(dialog)
    }

    pub(super) fn in_dialog(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
    ) -> Option<Box<Ending>> {
        // RFC 3261 §12.2.2
        if let Err(refusal) = self.named(DialogName::of(request))?.accepts(request) {
            ctx.reply(key, request, refusal.status, refusal.reason);
            return None;
        }
        // Its number, and where the far end is from now on.
        ctx.keep_calls = true;
        match (request.method(), &mut self.state) {
            (Method::Options, _) => options(ctx, key, request),
            (Method::Info, CallState::Active(active)) => active.info(ctx, key, request),
            (Method::Info, _) => ctx.reply(key, request, 200, "OK"),
            // RFC 3311 §5.2: the target may change before there is a call.
            (Method::Update, CallState::Incoming(_) | CallState::Dialling(_)) if request.sdp().is_empty() => {
                updated(ctx, key, request, "");
            }
            (_, CallState::Dialling(_)) => self.early_request(ctx, key, request),
            // RFC 3262 §3
            (Method::Prack, CallState::Incoming(ring)) => {
                if ring.acknowledged(ctx, request) {
                    ctx.reply(key, request, 200, "OK");
                } else {
                    unknown(ctx, key, request);
                }
            }
            (Method::Prack, _) => unknown(ctx, key, request),
            (Method::Bye, _) => {
                ctx.reply(key, request, 200, "OK");
                return self.bye(ctx, request);
            }
            (Method::Invite | Method::Update, CallState::Active(active)) => {
                ctx.calls_changed = true;
                active.offered(ctx, &self.media, &mut self.facts, key, request);
            }
            (Method::Invite | Method::Update, _) => not_yet(ctx, key, request),
            #[cfg(feature = "full")]
            (Method::Refer, CallState::Active(active)) => active.referred(ctx, key, request),
            // An operator is sent away by nobody.
            #[cfg(not(feature = "full"))]
            (Method::Refer, CallState::Active(_)) => ctx.reply(key, request, 603, "Decline"),
            (Method::Notify, CallState::Active(active)) => return active.notified(ctx, key, request),
            _ => not_allowed(ctx, key, request),
        }
        None
    }

    fn bye(&mut self, ctx: &mut Context, request: &Request) -> Option<Box<Ending>> {
        if let CallState::Incoming(_) = self.state {
            return self.cancelled(ctx, request, "BYE Received");
        }
        let ending = Ending::new(Originator::Remote, Outcome::Answered, "Terminated");
        Some(ending.because(ctx, request, &cause::Reason::of(request)))
    }
}

impl Active {
    /// The call is over while an offer of the far end is unanswered.
    pub(super) fn abandon(&self, ctx: &mut Context) {
        if let Some(offered) = self.unanswered() {
            ctx.reply(offered.key, &offered.request, 487, default_reason(487));
        }
        if let Some(peer) = self.new_peer() {
            ctx.peer(self.call, peer, PeerRequest::Close);
        }
    }

    /// A copy of a 2xx to our INVITE came on another flow.
    pub(super) fn acknowledge_again(&self, ctx: &mut Context, socket: SocketId, response: &Response) {
        let Some(ack) = &self.ack else { return };
        let ours = response.is_success()
            && response.call_id() == self.dialog.call_id
            && response.to_tag() == Some(&*self.dialog.remote_tag)
            && response.number(Name::CSeq) == ack.number(Name::CSeq)
            && response.get(Name::CSeq).is_some_and(|cseq| cseq.ends_with("INVITE"));
        if ours {
            ctx.outputs.push(Output::Send { socket, text: ack.as_str().into() });
        }
    }
}

impl Farewell {
    /// A request that crossed our goodbye.
    pub(super) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        if *request.method() == Method::Bye {
            ctx.reply(key, request, 200, "OK");
            self.done();
        } else {
            unknown(ctx, key, request);
        }
    }
}

/// What we can do (RFC 3261 §11.2).
pub(crate) fn options(ctx: &mut Context, key: Key, request: &Request) {
    ctx.reply_with(key, request, 200, "OK", &abilities(ctx.allow));
}

pub(crate) fn abilities(allow: &str) -> [(Name, &str); 3] {
    [
        (Name::Allow, allow),
        (Name::Accept, "application/sdp, application/dtmf-relay"),
        (Name::Supported, "outbound"),
    ]
}

/// A method that we know and do not take, or do not know (RFC 3261 §8.2.1).
pub(crate) fn not_allowed(ctx: &mut Context, key: Key, request: &Request) {
    let (status, reason) = match request.method() {
        Method::Other(_) => (501, "Not Implemented"),
        _ => (405, "Method Not Allowed"),
    };
    ctx.reply_with(key, request, status, reason, &[(Name::Allow, ctx.allow)]);
}

/// A request for which there is no dialog, or nothing in it.
pub(crate) fn unknown(ctx: &mut Context, key: Key, request: &Request) {
    ctx.reply(key, request, 481, "Call/Transaction Does Not Exist");
}

/// RFC 3261 §14.2, RFC 3311 §5.2: another offer is not answered yet.
pub(super) fn not_yet(ctx: &mut Context, key: Key, request: &Request) {
    let wait = decimal(ctx.entropy.jitter(10) as u32);
    ctx.reply_with(key, request, 500, "Server Internal Error", &[(Name::RetryAfter, &wait)]);
}

/// RFC 4028 §9: the session would expire too soon.
pub(super) fn too_short(ctx: &mut Context, key: Key, request: &Request) {
    ctx.reply_with(key, request, 422, "Session Interval Too Small", &[(Name::MinSe, LEAST)]);
}

/// 200 to an UPDATE, with our description where it is not empty.
pub(super) fn updated(ctx: &mut Context, key: Key, request: &Request, description: &str) {
    let ok = start_ok(ctx, request);
    ctx.respond(key, described(ok, description));
}

/// Starts a 200 that says where we are.
pub(super) fn start_ok(ctx: &mut Context, request: &Request) -> ResponseBuilder {
    let contact = ctx.account.contact("");
    ctx.start_reply(request, 200, "OK").header(Name::Contact, &contact)
}

/// Starts a request in a dialog that says where we are. Its number is stored before it is sent.
pub(super) fn start(ctx: &mut Context, dialog: &mut Dialog, method: Method) -> RequestBuilder {
    ctx.keep_calls = true;
    dialog.request(method).header(Name::Contact, &ctx.account.contact(";ob"))
}

/// What every 2xx of ours to an INVITE says, and to an UPDATE with an offer.
pub(super) fn agreeing(ctx: &Context, ok: ResponseBuilder, session: &SessionTimer) -> ResponseBuilder {
    let ok = ok.header(Name::Allow, ctx.allow).header(Name::Supported, SUPPORTED);
    // RFC 4028 §9
    let Some((value, required)) = session.grant() else { return ok };
    let ok = ok.header(Name::SessionExpires, &value);
    if required { ok.header(Name::Require, "timer") } else { ok }
}

/// Header lines that an application adds to a message; none are kept without the feature `full`.
#[derive(Debug, Default)]
pub(super) struct Lines(#[cfg(feature = "full")] String);

impl Lines {
    pub(super) fn take(_lines: &mut String) -> Lines {
        Lines(
            #[cfg(feature = "full")]
            core::mem::take(_lines),
        )
    }

    pub(super) fn text(&self) -> &str {
        #[cfg(feature = "full")]
        return &self.0;
        #[cfg(not(feature = "full"))]
        ""
    }
}

/// With the header lines that an application wants in it.
pub(super) fn with_headers(mut builder: RequestBuilder, lines: &str) -> RequestBuilder {
    if FULL {
        for (name, value) in header_lines(lines) {
            builder = builder.raw_header(name, value);
        }
    }
    builder
}

/// With the header lines that an application wants in it.
pub(super) fn answer_with_headers(mut builder: ResponseBuilder, lines: &str) -> ResponseBuilder {
    if FULL {
        for (name, value) in header_lines(lines) {
            builder = builder.raw_header(name, value);
        }
    }
    builder
}

/// With our description, where it is not empty.
pub(super) fn with_description(builder: RequestBuilder, description: &str) -> RequestBuilder {
    if description.is_empty() { builder } else { builder.body(sdp::MEDIA_TYPE, description) }
}

/// With our description, where it is not empty.
pub(super) fn described(builder: ResponseBuilder, description: &str) -> ResponseBuilder {
    if description.is_empty() { builder } else { builder.body(sdp::MEDIA_TYPE, description) }
}
