//! Requests within the call's dialog.

use super::active::Active;
use super::early::Fork;
use super::farewell::Farewell;
use super::incoming::default_reason;
use super::{Call, CallState, Ending, cause};
use crate::context::{Context, Key};
use crate::{Originator, Outcome, Output, PeerRequest, SocketId};
use alloc::string::ToString;
use headset_sip::{Dialog, Method, Name, Request, Response, ResponseBuilder};

impl Call {
    pub(super) fn has_dialog(&self, request: &Request) -> bool {
        match &self.state {
            CallState::Incoming(ring) => ring.dialog().matches_request(request),
            CallState::Active(active) => active.dialog.matches_request(request),
            CallState::Dialling(dial) => dial.forks.iter().any(|fork| fork.dialog.matches_request(request)),
        }
    }

    pub(super) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: Request) -> Option<Ending> {
        let dialog = match &mut self.state {
            CallState::Incoming(ring) => ring.dialog_mut(),
            CallState::Active(active) => &mut active.dialog,
            CallState::Dialling(dial) => {
                let own = |fork: &&mut Fork| fork.dialog.matches_request(&request);
                &mut dial.forks.iter_mut().find(own)?.dialog
            }
        };
        if !accepts(ctx, dialog, key, &request) {
            return None;
        }
        match (request.method(), &mut self.state) {
            (_, CallState::Dialling(_)) => self.early_request(ctx, key, request),
            // RFC 3262 §3
            (Method::Prack, CallState::Incoming(ring)) => {
                let (status, reason) = match ring.acknowledged(ctx, &request) {
                    true => (200, "OK"),
                    false => (481, "Call/Transaction Does Not Exist"),
                };
                ctx.reply(key, &request, status, reason);
            }
            (Method::Prack, _) => ctx.reply(key, &request, 481, "Call/Transaction Does Not Exist"),
            // RFC 3311 §5.2: the target may change before there is a call.
            (Method::Update, CallState::Incoming(_)) if request.body().is_empty() => {
                let contact = ctx.account.contact("");
                ctx.reply_with(key, &request, 200, "OK", |builder| builder.header(Name::Contact, &contact));
            }
            (Method::Bye, _) => {
                ctx.reply(key, &request, 200, "OK");
                return self.bye(ctx, &request);
            }
            (Method::Options, _) => options(ctx, key, &request),
            (Method::Info, CallState::Active(active)) => active.info(ctx, key, &request),
            (Method::Invite | Method::Update, CallState::Active(active)) => {
                self.facts.learn(&request);
                active.offered(ctx, &self.media, key, request);
            }
            // RFC 3261 §14.2, RFC 3311 §5.2: the first offer is not answered yet.
            (Method::Invite | Method::Update, _) => {
                let wait = ctx.entropy.jitter(10).to_string();
                ctx.reply_with(key, &request, 500, "Server Internal Error", |builder| {
                    builder.header(Name::RetryAfter, &wait)
                });
            }
            (Method::Info, _) => ctx.reply(key, &request, 200, "OK"),
            (Method::Refer, CallState::Active(active)) => active.referred(ctx, key, &request),
            (Method::Notify, CallState::Active(active)) => return active.notified(ctx, key, &request),
            _ => not_allowed(ctx, key, &request),
        }
        None
    }

    fn bye(&mut self, ctx: &mut Context, request: &Request) -> Option<Ending> {
        if let CallState::Incoming(_) = self.state {
            return self.cancelled(ctx, request, "BYE Received").map(|it| it.message(ctx, request.as_str()));
        }
        let reason = cause::Reason::of(request);
        let ending = Ending::new(Originator::Remote, Outcome::Answered, "Terminated");
        let mut ending = ending.message(ctx, request.as_str());
        ending.status_code = reason.cause;
        ending.reason_phrase = reason.text.map(ToString::to_string);
        Some(ending)
    }
}

impl Active {
    /// The call is over while an offer of the far end is unanswered.
    pub(super) fn abandon(&self, ctx: &mut Context) {
        if let Some((key, request)) = self.unanswered() {
            ctx.reply(key, request, 487, default_reason(487));
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
            && response.cseq().is_ok_and(|cseq| {
                cseq.method == Method::Invite && ack.cseq().is_ok_and(|own| own.number == cseq.number)
            });
        if ours {
            ctx.outputs.push_back(Output::Send { socket, text: ack.as_str().into() });
        }
    }
}

impl Farewell {
    pub(super) fn has_dialog(&self, request: &Request) -> bool {
        self.dialog().is_some_and(|dialog| dialog.matches_request(request))
    }

    /// A request that crossed our goodbye.
    pub(super) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        if *request.method() == Method::Bye {
            ctx.reply(key, request, 200, "OK");
            self.done(ctx);
        } else {
            ctx.reply(key, request, 481, "Call/Transaction Does Not Exist");
        }
    }
}

fn accepts(ctx: &mut Context, dialog: &mut Dialog, key: Key, request: &Request) -> bool {
    match dialog.accepts(request) {
        Ok(()) => true,
        Err(refusal) => {
            ctx.reply(key, request, refusal.status, refusal.reason);
            false
        }
    }
}

/// What we can do (RFC 3261 §11.2).
pub(crate) fn options(ctx: &mut Context, key: Key, request: &Request) {
    let allow = ctx.allow;
    ctx.reply_with(key, request, 200, "OK", |builder| abilities(builder, allow));
}

pub(crate) fn abilities(builder: ResponseBuilder, allow: &str) -> ResponseBuilder {
    builder
        .header(Name::Allow, allow)
        .header(Name::Accept, "application/sdp, application/dtmf-relay")
        .header(Name::Supported, "outbound")
}

/// A method that we know and do not take, or do not know.
pub(crate) fn not_allowed(ctx: &mut Context, key: Key, request: &Request) {
    let (status, reason) = match request.method() {
        Method::Other(_) => (501, "Not Implemented"),
        _ => (405, "Method Not Allowed"),
    };
    let allow = ctx.allow;
    ctx.reply_with(key, request, status, reason, |builder| builder.header(Name::Allow, allow));
}
