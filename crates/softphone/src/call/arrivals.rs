//! What comes in by SIP, and which call it is for.

use super::calls::Calls;
use super::recent::Copy;
use super::requests::{DialogName, Lines, too_short, unknown};
use super::ring::Refusal;
use super::{Call, CallState, Ending, Facts, incoming, text};
use crate::context::{Context, Key};
use crate::{CallEvent, CallId, Event, Originator, Outcome};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::{Request, Response};

impl Calls {
    /// An INVITE outside of any dialog, or a copy of one.
    pub(crate) fn invite(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let copy = Copy::of(request);
        if let Some(moved) = self.calls.iter_mut().find_map(|call| call.move_to(ctx, key, request, &copy)) {
            if !moved {
                ctx.reply(key, request, 482, "Loop Detected");
            }
            return;
        }
        if let Some((status, reason)) = self.recent.find(ctx.now, &copy) {
            return ctx.reply(key, request, status, incoming::reason_or_default(reason, status));
        }
        let Ok(facts) = incoming::facts(ctx, request) else {
            return ctx.reply(key, request, 400, "From or To cannot be read");
        };
        let replaced = match self.replaced_by(request) {
            Ok(replaced) => replaced,
            Err((status, reason)) => return ctx.reply(key, request, status, reason),
        };
        let refused = match &self.refuse {
            _ if replaced.is_some() => None,
            Some(reason) => Some((480, text::reason_phrase(reason), "Rejected")),
            None if ctx.settings.one_call && !self.calls.is_empty() => Some((486, String::new(), "Busy")),
            None => None,
        };
        if let Some((status, reason, cause)) = refused {
            return self.turn_away(ctx, key, request, copy, facts, (status, &reason, cause));
        }
        let call = new_id(ctx);
        let old = self.calls.iter().find(|call| Some(call.call) == replaced);
        let (media, muted) = old.map_or((self.media, false), |old| (old.media.options, old.media.muted));
        match Call::ring(ctx, call, key, request, copy, facts, media) {
            Ok(mut call) => {
                call.replaces = replaced;
                call.media.muted = muted;
                if ctx.supervised() {
                    let (message, replaces) = (request.as_str().into(), replaced);
                    ctx.decides(call.call, CallEvent::Offered { message, replaces });
                }
                let facts = &call.facts;
                ctx.trace("call_offered", "call from", &[&facts.id, &facts.remote.user]);
                if replaced.is_some() && !ctx.supervised() {
                    let media = call.media.options;
                    call.answer(ctx, media, Lines::default());
                }
                self.calls.push(call);
                ctx.calls_changed = true;
            }
            Err(Refusal::Bad(problem)) => ctx.reply(key, request, 400, problem),
            Err(Refusal::TooShort) => too_short(ctx, key, request),
        }
    }

    /// Refuses a call that never becomes ours.
    fn turn_away(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
        copy: Copy,
        facts: Box<Facts>,
        (status, reason, cause): (u16, &str, &str),
    ) {
        let reason = incoming::reason_or_default(reason, status);
        ctx.reply(key, request, status, reason);
        self.recent.remember(ctx.now, copy, status, reason);
        ctx.trace("call_refused", "call reason", &[&facts.id, reason]);
        let ending = Ending::new(Originator::Local, Outcome::Rejected, cause).status(status, reason);
        let call = new_id(ctx);
        ctx.event(Event::CallEnded(ending.of(call, facts)));
    }

    pub(crate) fn cancel(&mut self, ctx: &mut Context, key: Key, invite: Option<Key>, request: &Request) {
        let Some(invite) = invite else { return unknown(ctx, key, request) };
        ctx.reply(key, request, 200, "OK");
        let rings = |call: &&mut Call| matches!(&call.state, CallState::Incoming(ring) if ring.is(invite));
        let Some(call) = self.calls.iter_mut().find(rings) else { return };
        let (id, ending) = (call.call, call.cancelled(ctx, request, "Canceled"));
        self.finish(ctx, id, ending);
    }

    pub(crate) fn acknowledged(&mut self, ctx: &mut Context, ack: &Request) {
        let name = DialogName::of(ack);
        for farewell in &mut self.farewells {
            farewell.acknowledged(name);
        }
        if let Some(call) = self.of_dialog(name) {
            let (id, ending) = (call.call, call.acknowledged(ctx, ack));
            self.finish(ctx, id, ending);
        }
    }

    /// The call that this dialog belongs to.
    pub(super) fn of_dialog(&mut self, name: DialogName<'_>) -> Option<&mut Call> {
        self.calls.iter_mut().find_map(|call| call.named(name).is_some().then_some(call))
    }

    /// A request with a To tag; a dialog that it belongs to is looked for.
    pub(crate) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let name = DialogName::of(request);
        if let Some(call) = self.of_dialog(name) {
            let (id, ending) = (call.call, call.in_dialog(ctx, key, request));
            return self.finish(ctx, id, ending);
        }
        match self.farewells.iter_mut().find(|farewell| farewell.has_dialog(name)) {
            Some(farewell) => farewell.in_dialog(ctx, key, request),
            None => unknown(ctx, key, request),
        }
    }

    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) {
        for call in &mut self.calls {
            if let Ok(ending) = call.response(ctx, key, response) {
                let id = call.call;
                return self.finish(ctx, id, ending);
            }
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
            farewell.failed(key, timeout);
        }
        for call in &mut self.calls {
            let ending = call.transaction_failed(ctx, key, timeout);
            if ending.is_some() {
                let id = call.call;
                return self.finish(ctx, id, ending);
            }
        }
    }
}

/// A name for a call that nobody has named.
pub(super) fn new_id(ctx: &mut Context) -> CallId {
    CallId(CallId::INCOMING | ctx.new_id())
}
