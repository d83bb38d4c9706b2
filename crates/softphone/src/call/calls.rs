//! The calls, and what is left of those that are over.

use super::active::Active;
use super::arrivals::new_id;
use super::farewell::Farewell;
use super::recent::Recent;
use super::{Call, CallState, Ending, text};
use crate::context::{CallTimer, Context};
use crate::{
    CallCommand, CallId, CallOptions, CallView, EndOptions, Event, MediaOptions, PeerEvent, PeerId,
    PeerRequest,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// The oldest first.
    pub(super) calls: Vec<Call>,
    pub(super) farewells: Vec<Farewell>,
    pub(super) recent: Recent,
    pub(super) refuse: Option<String>,
    /// The options of the last answer; the next call is prepared with them.
    pub(super) media: MediaOptions,
}

/// What the application asks of calls.
impl Calls {
    pub(crate) fn views(&self) -> Vec<CallView> {
        self.calls.iter().map(Call::view).collect()
    }

    pub(crate) fn first(&self) -> Option<CallView> {
        self.calls.first().map(Call::view)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(crate) fn consultation(&self) -> Option<CallView> {
        self.calls.get(1..)?.iter().find(|call| call.consults.is_some()).map(Call::view)
    }

    /// A call is being set up: its messages depend on the flow that they came on.
    pub(crate) fn is_setting_up(&self) -> bool {
        self.calls.iter().any(|call| !matches!(call.state, CallState::Active(_)))
    }

    pub(crate) fn refuse_calls(&mut self, reason: Option<String>) {
        self.refuse = reason;
    }

    pub(crate) fn command(&mut self, ctx: &mut Context, id: CallId, mut command: CallCommand) {
        match &mut command {
            CallCommand::Dial { target, options } => return self.dial(ctx, id, target, options),
            CallCommand::Consult { new, target, options } => {
                return self.consult(ctx, id, *new, target, options);
            }
            CallCommand::Transfer { target, with, headers } => {
                return self.transfer(ctx, id, target, *with, headers);
            }
            #[cfg(feature = "full")]
            CallCommand::AcceptReferral { new, options } => {
                return self.accept_referral(ctx, id, *new, options);
            }
            #[cfg(feature = "full")]
            CallCommand::RefuseReferral { status, reason } => {
                return self.refuse_referral(ctx, id, *status, reason);
            }
            _ => {}
        }
        let Some(call) = self.find(id) else {
            if let CallCommand::SendDtmf { .. } = command {
                ctx.error("dtmf_failed", "no call");
            }
            return;
        };
        let answered = match command {
            CallCommand::Answer { media, .. } => Some(media),
            _ => None,
        };
        let (id, ending) = (call.call, call.command(ctx, &mut command));
        self.media = answered.unwrap_or(self.media);
        self.finish(ctx, id, ending);
    }

    fn dial(&mut self, ctx: &mut Context, id: CallId, target: &str, options: &mut CallOptions) {
        if ctx.settings.one_call && !self.calls.is_empty() {
            return ctx.error("call_in_progress", "one call at a time");
        }
        self.start(ctx, id, target, options);
    }

    /// Calls somebody, whatever other calls there are.
    pub(super) fn start(
        &mut self,
        ctx: &mut Context,
        id: CallId,
        target: &str,
        options: &mut CallOptions,
    ) -> Option<&mut Call> {
        if self.calls.iter().any(|call| call.call == id) {
            ctx.error("call_in_progress", "a call has that name");
            return None;
        }
        let Some(target) = text::target(target, &ctx.account.identity.domain) else {
            ctx.error("invalid_target", "neither a user nor a SIP URI");
            return None;
        };
        let id = if id == CallId::ONE { new_id(ctx) } else { id };
        let call = Call::dial(ctx, id, target, options);
        ctx.trace("call_dialled", "call target", &[&call.facts.id, &call.facts.remote.user]);
        self.calls.push(call);
        ctx.calls_changed = true;
        self.calls.last_mut()
    }

    /// Ends every call, or those of ours only that nobody has answered. Whoever waits for one goes on waiting.
    pub(crate) fn end_all(&mut self, ctx: &mut Context, unanswered: bool) {
        for at in (0..self.calls.len()).rev() {
            let Some(call) = self.calls.get_mut(at) else { continue };
            if !unanswered || matches!(call.state, CallState::Dialling(_)) {
                call.consults = None;
                let (id, ending) = (call.call, call.end(ctx, &EndOptions::DEFAULT));
                self.finish(ctx, id, Some(ending));
            }
        }
    }

    /// Ends another call than the user meant.
    pub(super) fn end(&mut self, ctx: &mut Context, id: CallId, cause: &str) {
        if let Some(call) = self.exactly(id) {
            let options = EndOptions { cause: Some(cause.into()), ..EndOptions::DEFAULT };
            let ending = call.end(ctx, &options);
            self.finish(ctx, id, Some(ending));
        }
    }

    /// The microphone may be opened without asking from now on.
    pub(crate) fn microphone_granted(&mut self, ctx: &mut Context) {
        for call in &mut self.calls {
            call.prepare(ctx);
        }
    }

    /// Nothing more can be said to anybody.
    pub(crate) fn forget_farewells(&mut self) {
        self.farewells.clear();
    }

    pub(crate) fn peer_event(&mut self, ctx: &mut Context, peer: PeerId, mut event: PeerEvent) {
        let Some(call) = self.calls.iter_mut().find(|call| call.is(peer)) else { return };
        let (id, ending) = (call.call, call.peer_event(ctx, peer, &mut event));
        self.finish(ctx, id, ending);
    }

    pub(crate) fn timer(&mut self, ctx: &mut Context, id: CallId, timer: CallTimer) {
        let Some(call) = self.find(id) else { return };
        let ending = call.timer(ctx, timer);
        self.finish(ctx, id, ending);
    }

    pub(crate) fn farewell_timer(&mut self, id: u32) {
        for farewell in &mut self.farewells {
            farewell.timer(id);
        }
    }

    /// Sends whatever waits for a flow or its turn.
    pub(crate) fn pursue(&mut self, ctx: &mut Context) {
        self.pursue_replacements(ctx);
        #[cfg(feature = "full")]
        self.pursue_referrals(ctx);
        for index in 0..self.calls.len() {
            let Some(call) = self.calls.get_mut(index) else { break };
            call.pursue(ctx);
            let other_forks = call.other_forks.take();
            self.say_goodbye(ctx, other_forks);
        }
        let mut at = 0;
        while let Some(farewell) = self.farewells.get_mut(at) {
            farewell.pursue(ctx);
            if farewell.is_done() {
                self.farewells.swap_remove(at);
            } else {
                at += 1;
            }
        }
    }

    pub(super) fn find(&mut self, id: CallId) -> Option<&mut Call> {
        if id == CallId::ONE { self.calls.first_mut() } else { self.exactly(id) }
    }

    /// The call of this name, where it is one.
    pub(super) fn exactly(&mut self, id: CallId) -> Option<&mut Call> {
        self.calls.iter_mut().find(|call| call.call == id)
    }

    /// The call that a command is for, while it is talked.
    pub(super) fn talked(&mut self, id: CallId) -> Option<&mut Active> {
        match &mut self.find(id)?.state {
            CallState::Active(active) => Some(active),
            _ => None,
        }
    }

    /// The call is over, where it has an ending.
    pub(super) fn finish(&mut self, ctx: &mut Context, id: CallId, ending: Option<Box<Ending>>) {
        let Some(mut ending) = ending else { return };
        let Some(at) = self.calls.iter().position(|call| call.call == id) else { return };
        let call = self.calls.remove(at);
        let reason = ending.reason_phrase.as_deref();
        let status = ending.status_code.filter(|status| *status >= 300).unwrap_or(487);
        call.tell_sponsor(ctx, status, reason.unwrap_or(&ending.cause));
        call.media.ask(ctx, PeerRequest::Close);
        match call.state {
            CallState::Incoming(ring) => {
                self.recent.remember(ctx.now, ring.copy, status, reason.unwrap_or(""));
            }
            CallState::Active(active) => {
                if let Some(copy) = active.unacknowledged_copy() {
                    self.recent.remember(ctx.now, copy, 487, "");
                }
                active.abandon(ctx);
            }
            CallState::Dialling(_) => {}
        }
        for timer in CallTimer::ALL {
            super::calm(ctx, id, timer);
        }
        self.say_goodbye(ctx, call.other_forks);
        self.say_goodbye(ctx, ending.farewell.take());
        let also = ending.also;
        let end = ending.of(id, call.facts);
        ctx.trace("call_ended", "call cause", &[&end.id, &end.cause]);
        ctx.event(Event::CallEnded(end));
        ctx.calls_changed = true;
        ctx.keep_calls = true;
        for other in &mut self.calls {
            // Nobody waits any more.
            other.consults.take_if(|(waiting, _)| *waiting == id);
        }
        // A page that has just come back takes nobody off hold by surprise.
        if let Some(waiting) = call.consults.filter(|_| !call.returning) {
            self.consultation_over(ctx, waiting);
        }
        if let Some(also) = also {
            self.end(ctx, also, "Transferred");
        }
    }

    pub(super) fn say_goodbye(&mut self, ctx: &mut Context, farewell: Option<Farewell>) {
        if let Some(mut farewell) = farewell {
            farewell.start(ctx);
            self.farewells.push(farewell);
        }
    }
}
