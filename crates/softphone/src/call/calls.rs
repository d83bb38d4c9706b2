//! The call slot: what happens to the one call, to a second caller, and to calls that are over.

use super::farewell::Farewell;
use super::recent::{Copy, Recent};
use super::{Call, CallState, Ending, Facts, incoming, text};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{
    CallEnd, CallView, EndOptions, Event, MediaOptions, Originator, Outcome, PeerEvent, PeerId, PeerRequest,
};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::{Name, Request, Response};

#[derive(Debug, Default)]
pub(crate) struct Calls {
    current: Option<Call>,
    farewells: Vec<Farewell>,
    recent: Recent,
    refuse: Option<String>,
    /// The options of the last answer; the next call is prepared with them.
    media: MediaOptions,
}

/// What the application asks of the call.
impl Calls {
    pub(crate) fn view(&self) -> Option<CallView> {
        self.current.as_ref().map(Call::view)
    }

    /// A call is being set up: its messages depend on the flow that they came on.
    pub(crate) fn is_setting_up(&self) -> bool {
        self.current.as_ref().is_some_and(|call| !matches!(call.state, CallState::Active(_)))
    }

    pub(crate) fn refuse_calls(&mut self, reason: Option<String>) {
        self.refuse = reason;
    }

    pub(crate) fn call(&mut self, ctx: &mut Context, target: &str, media: MediaOptions) {
        if self.current.is_some() {
            return ctx.error("call_in_progress", "one call at a time");
        }
        let Some(target) = text::target(target, &ctx.account.identity.domain) else {
            return ctx.error("invalid_target", "a target is a user or a SIP URI");
        };
        let call = Call::dial(ctx, target, media);
        ctx.trace("call_dialled", &[("call", &call.facts.id), ("target", &call.facts.remote.user)]);
        self.current = Some(call);
        ctx.call_changed = true;
    }

    pub(crate) fn answer(&mut self, ctx: &mut Context, media: MediaOptions) {
        if let Some(call) = &mut self.current {
            self.media = media;
            call.answer(ctx, media);
        }
    }

    pub(crate) fn end(&mut self, ctx: &mut Context, options: EndOptions) {
        if let Some(call) = &mut self.current {
            let ending = call.end(ctx, options);
            self.finish(ctx, ending);
        }
    }

    pub(crate) fn hold(&mut self, ctx: &mut Context, on: bool) {
        if let Some(Call { state: CallState::Active(active), media, .. }) = &mut self.current {
            active.want_hold(ctx, media, on);
        }
    }

    pub(crate) fn mute(&mut self, ctx: &mut Context, on: bool) {
        if let Some(call) = &mut self.current {
            call.media.muted = on;
            call.media.ask(ctx, PeerRequest::Mute(on));
            ctx.call_changed = true;
        }
    }

    pub(crate) fn press(&mut self, ctx: &mut Context, tones: &str) {
        match &mut self.current {
            Some(call) => call.press(ctx, tones),
            None => ctx.error("dtmf_failed", "there is no call"),
        }
    }

    /// The microphone may be opened without asking from now on.
    pub(crate) fn microphone_granted(&mut self, ctx: &mut Context) {
        if let Some(call) = &mut self.current {
            call.prepare(ctx);
        }
    }

    /// Nothing more can be said to anybody.
    pub(crate) fn forget_farewells(&mut self, ctx: &mut Context) {
        for farewell in &mut self.farewells {
            farewell.done(ctx);
        }
        self.farewells.clear();
    }

    pub(crate) fn peer_event(&mut self, ctx: &mut Context, peer: PeerId, event: PeerEvent) {
        let Some(call) = self.current.as_mut().filter(|call| call.is(peer)) else { return };
        if let Some(ending) = call.peer_event(ctx, peer, event) {
            self.finish(ctx, ending);
        }
    }

    pub(crate) fn timer(&mut self, ctx: &mut Context, timer: CallTimer) {
        let Some(call) = &mut self.current else { return };
        let ending = match (timer, &mut call.state) {
            (CallTimer::GiveUp, CallState::Dialling(dial)) => dial.gave_up(),
            (CallTimer::GiveUp, _) => call.rang_out(ctx),
            (CallTimer::Expires, _) => call.expired(ctx),
            (CallTimer::Glare, CallState::Active(active)) => {
                active.glare_over(ctx, &call.media);
                None
            }
            (CallTimer::IceRestart, CallState::Active(active)) => {
                active.restart_ice = !call.media.connected;
                None
            }
            // What else is due is done by `pursue`.
            _ => None,
        };
        if let Some(ending) = ending {
            self.finish(ctx, ending);
        }
    }

    pub(crate) fn farewell_timer(&mut self, id: u32) {
        for farewell in &mut self.farewells {
            farewell.timer(id);
        }
    }

    /// Sends whatever waits for a flow or its turn.
    pub(crate) fn pursue(&mut self, ctx: &mut Context) {
        if let Some(call) = &mut self.current {
            call.pursue(ctx);
        }
        for farewell in &mut self.farewells {
            farewell.pursue(ctx);
        }
        self.farewells.retain(|farewell| !farewell.is_done());
    }

    fn finish(&mut self, ctx: &mut Context, ending: Ending) {
        let Some(call) = self.current.take() else { return };
        if let Some(peer) = call.media.peer {
            ctx.peer(peer, PeerRequest::Close);
        }
        match call.state {
            CallState::Incoming(ring) => {
                let reason = ending.reason_phrase.as_deref().unwrap_or("");
                let status = ending.status_code.filter(|status| *status >= 300).unwrap_or(487);
                self.recent.remember(ctx.now, ring.copy(), status, reason);
            }
            CallState::Active(active) => {
                if let Some(copy) = active.unacknowledged_copy() {
                    self.recent.remember(ctx.now, copy, 487, incoming::default_reason(487));
                }
                active.abandon(ctx);
            }
            CallState::Dialling(_) => {}
        }
        for timer in
            [CallTimer::GiveUp, CallTimer::Expires, CallTimer::Dtmf, CallTimer::Glare, CallTimer::IceRestart]
        {
            ctx.timers.clear(Timer::Call(timer));
        }
        self.say_goodbye(ctx, ending.farewell);
        let end = CallEnd {
            id: call.facts.id,
            direction: call.facts.direction,
            originator: ending.originator,
            outcome: ending.outcome,
            cause: ending.cause,
            status_code: ending.status_code,
            reason_phrase: ending.reason_phrase,
            remote: call.facts.remote,
        };
        ctx.trace("call_ended", &[("call", &end.id), ("cause", &end.cause)]);
        ctx.event(Event::CallEnded(end));
        ctx.call_changed = true;
    }

    fn say_goodbye(&mut self, ctx: &mut Context, farewell: Option<Farewell>) {
        if let Some(mut farewell) = farewell {
            farewell.start(ctx);
            self.farewells.push(farewell);
        }
    }
}

/// What comes in by SIP.
impl Calls {
    /// An INVITE outside of any dialog, or a copy of one.
    pub(crate) fn invite(&mut self, ctx: &mut Context, key: Key, request: Request) {
        let copy = Copy::of(&request);
        if let Some(call) = &mut self.current
            && let Some(moved) = call.move_to(ctx, key, &copy)
        {
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
        if let Some(reason) = self.refuse.as_deref().map(text::reason_phrase) {
            let reason = if reason.is_empty() { incoming::default_reason(480) } else { &reason };
            return self.turn_away(ctx, key, &request, facts, (480, reason, "Rejected"));
        }
        if self.current.is_some() {
            let busy = (486, incoming::default_reason(486), "Busy");
            return self.turn_away(ctx, key, &request, facts, busy);
        }
        let (id, from) = (facts.id.clone(), facts.remote.user.clone());
        match Call::ring(ctx, key, request.clone(), facts, self.media) {
            Ok(call) => {
                self.current = Some(call);
                ctx.trace("call_offered", &[("call", &id), ("from", &from)]);
                ctx.call_changed = true;
            }
            Err(problem) => ctx.reply(key, &request, 400, problem.0),
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
        ctx.event(Event::CallEnded(CallEnd {
            id: facts.id,
            direction: facts.direction,
            originator: Originator::Local,
            outcome: Outcome::Rejected,
            cause: cause.into(),
            status_code: Some(status),
            reason_phrase: Some(reason.into()),
            remote: facts.remote,
        }));
    }

    pub(crate) fn cancel(&mut self, ctx: &mut Context, key: Key, invite: Option<Key>, request: &Request) {
        let Some(invite) = invite else {
            return ctx.reply(key, request, 481, "Call/Transaction Does Not Exist");
        };
        ctx.reply(key, request, 200, "OK");
        let rings = |call: &&mut Call| matches!(&call.state, CallState::Incoming(ring) if ring.is(invite));
        let Some(call) = self.current.as_mut().filter(rings) else { return };
        if let Some(ending) = call.cancelled(ctx, request.get(Name::Reason), "Canceled") {
            self.finish(ctx, ending);
        }
    }

    pub(crate) fn acknowledged(&mut self, ctx: &mut Context, invite: Option<Key>, ack: &Request) {
        if let Some(call) = &mut self.current {
            call.acknowledged(ctx, invite, ack);
        }
        for farewell in &mut self.farewells {
            farewell.acknowledged(invite, ack);
        }
    }

    /// A request with a To tag; a dialog that it belongs to is looked for.
    pub(crate) fn in_dialog(&mut self, ctx: &mut Context, key: Key, request: Request) {
        if let Some(call) = self.current.as_mut().filter(|call| call.has_dialog(&request)) {
            if let Some(ending) = call.in_dialog(ctx, key, request) {
                self.finish(ctx, ending);
            }
            return;
        }
        let crossed = |farewell: &&mut Farewell| farewell.has_dialog(&request);
        match self.farewells.iter_mut().find(crossed) {
            Some(farewell) => farewell.in_dialog(ctx, key, &request),
            None => ctx.reply(key, &request, 481, "Call/Transaction Does Not Exist"),
        }
    }

    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) {
        let Some(call) = &mut self.current else { return self.farewell_response(ctx, key, response) };
        let ending = match &call.state {
            CallState::Dialling(dial) if dial.is(key) => {
                let invite = dial.invite();
                let ending = call.dial_response(ctx, key, response);
                if matches!(call.state, CallState::Active(_)) {
                    let other_forks = invite.map(|invite| Farewell::unwanted(key, invite));
                    self.say_goodbye(ctx, other_forks);
                }
                ending
            }
            CallState::Active(_) => match call.active_response(ctx, key, response) {
                Ok(ending) => ending,
                Err(()) => return self.farewell_response(ctx, key, response),
            },
            _ => return self.farewell_response(ctx, key, response),
        };
        if let Some(ending) = ending {
            self.finish(ctx, ending);
        }
    }

    fn farewell_response(&mut self, ctx: &mut Context, key: Key, response: &Response) {
        self.farewells.iter_mut().any(|farewell| farewell.response(ctx, key, response));
    }

    /// A 2xx that came on another flow than its INVITE went: acknowledged again.
    pub(crate) fn stray(&mut self, ctx: &mut Context, socket: crate::SocketId, response: &Response) {
        if let Some(Call { state: CallState::Active(active), .. }) = &self.current {
            active.acknowledge_again(ctx, socket, response);
        }
    }

    /// A transaction failed: its flow is gone, or (`timeout`) nobody answered.
    pub(crate) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) {
        for farewell in &mut self.farewells {
            farewell.failed(ctx, key, timeout);
        }
        let Some(call) = &mut self.current else { return };
        if let Some(ending) = call.transaction_failed(ctx, key, timeout) {
            self.finish(ctx, ending);
        }
    }
}
