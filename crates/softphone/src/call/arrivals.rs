//! What comes in by SIP, and which call it is for.

use super::calls::Calls;
use super::farewell::Farewell;
use super::recent::Copy;
use super::ring::Refusal;
use super::{Call, CallState, Facts, incoming, text};
use crate::context::{Context, Key};
use crate::{CallEnd, CallEvent, CallId, Event, Originator, Outcome};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use headset_sip::{Name, Request, Response};

impl Calls {
    /// An INVITE outside of any dialog, or a copy of one.
    pub(crate) fn invite(&mut self, ctx: &mut Context, key: Key, request: Request) {
        let copy = Copy::of(&request);
        if let Some(moved) = self.calls.iter_mut().find_map(|call| call.move_to(ctx, key, &request)) {
            if !moved {
                ctx.reply(key, &request, 482, "Loop Detected");
            }
            return;
        }
        if let Some((status, reason)) = self.recent.find(ctx.now, &copy) {
            let reason =
                String::from(if reason.is_empty() { incoming::default_reason(status) } else { reason });
            return ctx.reply(key, &request, status, &reason);
        }
        if !request.body().is_empty() && !request.content_is("application/sdp") {
            return ctx.reply_with(key, &request, 415, "Unsupported Media Type", |builder| {
                builder.header(Name::Accept, "application/sdp")
            });
        }
        let Ok(facts) = incoming::facts(ctx, &request) else {
            return ctx.reply(key, &request, 400, "From or To cannot be read");
        };
        let replaced = match self.replaced_by(&request) {
            Ok(replaced) => replaced,
            Err((status, reason)) => return ctx.reply(key, &request, status, reason),
        };
        let refuse = self.refuse.as_deref().filter(|_| replaced.is_none());
        if let Some(reason) = refuse.map(text::reason_phrase) {
            let reason = if reason.is_empty() { incoming::default_reason(480) } else { &reason };
            return self.turn_away(ctx, key, &request, facts, (480, reason, "Rejected"));
        }
        if ctx.settings.one_call && !self.calls.is_empty() && replaced.is_none() {
            let busy = (486, incoming::default_reason(486), "Busy");
            return self.turn_away(ctx, key, &request, facts, busy);
        }
        let (id, from) = (facts.id.clone(), facts.remote.user.clone());
        let call = new_id(ctx);
        match Call::ring(ctx, call, key, request.clone(), facts, self.media) {
            Ok(mut call) => {
                if let Some(old) = self.calls.iter().find(|call| Some(call.call) == replaced) {
                    call.replaces = replaced;
                    call.media.options = old.media.options;
                    call.media.muted = old.media.muted;
                }
                if ctx.supervised() {
                    let (message, replaces) = (request.as_str().into(), replaced);
                    ctx.event(Event::Call(call.call, CallEvent::Offered { message, replaces }));
                }
                if replaced.is_some() && !ctx.supervised() {
                    let media = call.media.options;
                    call.answer(ctx, media, String::new());
                }
                self.calls.push(call);
                ctx.trace("call_offered", &[("call", &id), ("from", &from)]);
                ctx.calls_changed = true;
            }
            Err(Refusal::Bad(problem)) => ctx.reply(key, &request, 400, problem),
            // RFC 4028 §9
            Err(Refusal::TooShort(least)) => {
                let least = least.to_string();
                ctx.reply_with(key, &request, 422, "Session Interval Too Small", |builder| {
                    builder.header(Name::MinSe, &least)
                });
            }
        }
    }

    /// Refuses a call that never becomes ours.
    fn turn_away(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
        facts: Facts,
        (status, reason, cause): (u16, &str, &str),
    ) {
        ctx.reply(key, request, status, reason);
        self.recent.remember(ctx.now, Copy::of(request), status, reason);
        ctx.trace("call_refused", &[("call", &facts.id), ("reason", reason)]);
        let call = new_id(ctx);
        ctx.event(Event::CallEnded(CallEnd {
            call,
            id: facts.id,
            direction: facts.direction,
            originator: Originator::Local,
            outcome: Outcome::Rejected,
            cause: cause.into(),
            status_code: Some(status),
            reason_phrase: Some(reason.into()),
            remote: facts.remote,
            message: String::new(),
            contacts: Vec::new(),
        }));
    }

    pub(crate) fn cancel(&mut self, ctx: &mut Context, key: Key, invite: Option<Key>, request: &Request) {
        let Some(invite) = invite else {
            return ctx.reply(key, request, 481, "Call/Transaction Does Not Exist");
        };
        ctx.reply(key, request, 200, "OK");
        let rings = |call: &&mut Call| matches!(&call.state, CallState::Incoming(ring) if ring.is(invite));
        let Some(call) = self.calls.iter_mut().find(rings) else { return };
        let (id, ending) = (call.call, call.cancelled(ctx, request, "Canceled"));
        self.finish(ctx, id, ending.map(|ending| ending.message(ctx, request.as_str())));
    }

    pub(crate) fn acknowledged(&mut self, ctx: &mut Context, invite: Option<Key>, ack: &Request) {
        for call in &mut self.calls {
            call.acknowledged(ctx, invite, ack);
        }
        for farewell in &mut self.farewells {
            farewell.acknowledged(invite, ack);
        }
    }

    /// A request with a To tag; a dialog that it belongs to is looked for.
    pub(crate) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: Request) {
        if let Some(call) = self.calls.iter_mut().find(|call| call.has_dialog(&request)) {
            let (id, ending) = (call.call, call.in_dialog(ctx, key, request));
            return self.finish(ctx, id, ending);
        }
        let crossed = |farewell: &&mut Farewell| farewell.has_dialog(&request);
        match self.farewells.iter_mut().find(crossed) {
            Some(farewell) => farewell.in_dialog(ctx, key, &request),
            None => ctx.reply(key, &request, 481, "Call/Transaction Does Not Exist"),
        }
    }

    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) {
        for index in 0..self.calls.len() {
            let Some(call) = self.calls.get_mut(index) else { return };
            let id = call.call;
            let Ok(ending) = call.response(ctx, key, response) else { continue };
            return self.finish(ctx, id, ending);
        }
        let said = self.farewells.iter_mut().find_map(|farewell| farewell.response(ctx, key, response));
        self.say_goodbye(ctx, said.flatten());
    }

    /// A 2xx that came on another flow than its INVITE went: acknowledged again.
    pub(crate) fn stray(&mut self, ctx: &mut Context, socket: crate::SocketId, response: &Response) {
        for call in &self.calls {
            if let CallState::Active(active) = &call.state {
                active.acknowledge_again(ctx, socket, response);
            }
        }
    }

    /// A transaction failed: its flow is gone, or (`timeout`) nobody answered.
    pub(crate) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) {
        for farewell in &mut self.farewells {
            farewell.failed(ctx, key, timeout);
        }
        for index in 0..self.calls.len() {
            let Some(call) = self.calls.get_mut(index) else { return };
            let (id, ending) = (call.call, call.transaction_failed(ctx, key, timeout));
            if ending.is_some() {
                return self.finish(ctx, id, ending);
            }
        }
    }
}

/// A name for a call to us.
fn new_id(ctx: &mut Context) -> CallId {
    CallId(CallId::INCOMING | ctx.new_id())
}
