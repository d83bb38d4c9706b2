//! All flows: which there are, which come and go, and what they add up to.

use super::FlowId;
use super::failover::Failover;
use super::machine::Flow;
use crate::context::{Context, Key, Timer};
use crate::{FlowView, Registrar, SocketEvent, SocketId, UserAgentStatus};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Response, Time};

/// When new registrars do not come up, the old ones are left with what there is after this.
const MOVE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(crate) struct Flows {
    pub(super) list: Vec<Flow>,
    next: u32,
    /// One registrar at a time.
    pub(super) failover: Failover,
    /// Old registrars are being left: until then wait for all of the new ones, afterwards for any.
    moving_until: Option<Time>,
}

impl Flows {
    /// Registers with those that are new; those that are gone from the list are left once that is done.
    pub(crate) fn set_registrars(&mut self, ctx: &mut Context, registrars: Vec<Registrar>) {
        let registrars = self.candidates(ctx, registrars);
        for flow in &mut self.list {
            let kept = registrars.iter().find(|registrar| same(registrar, &flow.registrar));
            match kept {
                // A flow that is saying goodbye cannot be called back.
                Some(registrar) if !flow.is_leaving() => {
                    flow.outgoing = false;
                    flow.registrar.weight = registrar.weight;
                }
                _ => flow.outgoing = true,
            }
        }
        for registrar in registrars {
            if !self.list.iter().any(|flow| !flow.outgoing && same(&registrar, &flow.registrar)) {
                self.open(ctx, registrar, false);
            }
        }
        ctx.flows_changed = true;
        if self.list.iter().any(|flow| flow.outgoing) {
            self.moving_until = Some(ctx.now + MOVE);
            ctx.timers.set(Timer::Moving, ctx.now + MOVE);
        }
    }

    pub(super) fn open(&mut self, ctx: &mut Context, registrar: Registrar, quiet: bool) {
        self.next += 1;
        self.list.push(Flow::open(FlowId(self.next), registrar, quiet, ctx));
    }

    /// Leaves old registrars when the new ones are there. `busy`: a call is being set up, whose messages may depend on
    /// a flow that is to be left.
    pub(crate) fn settle(&mut self, ctx: &mut Context, busy: bool) {
        self.list.retain(|flow| !flow.is_gone());
        self.fail_over(ctx, busy);
        let Some(until) = self.moving_until else { return };
        let mut staying = self.list.iter().filter(|flow| !flow.outgoing && !flow.quiet);
        let come = if ctx.now < until { staying.all(Flow::is_up) } else { staying.any(Flow::is_up) };
        let none_stays = self.list.iter().all(|flow| flow.outgoing);
        if busy || !(come || none_stays) {
            return;
        }
        self.moving_until = None;
        ctx.timers.clear(Timer::Moving);
        self.leave_outgoing(ctx);
    }

    /// Leaves those whose place is taken.
    pub(super) fn leave_outgoing(&mut self, ctx: &mut Context) {
        let taken: Vec<u32> =
            self.list.iter().filter(|flow| !flow.outgoing).map(|flow| flow.registrar.reg_id).collect();
        for flow in self.list.iter_mut().filter(|flow| flow.outgoing) {
            flow.leave(ctx, taken.contains(&flow.registrar.reg_id));
        }
        self.list.retain(|flow| !flow.is_gone());
    }

    /// Un-REGISTERs everywhere.
    pub(crate) fn stop(&mut self, ctx: &mut Context) {
        self.moving_until = None;
        ctx.timers.clear(Timer::Moving);
        for flow in &mut self.list {
            flow.outgoing = true;
            flow.leave(ctx, false);
        }
        self.list.retain(|flow| !flow.is_gone());
    }

    /// Un-REGISTERs everywhere and does not wait for answers: somebody else starts in the same place.
    pub(crate) fn clear(&mut self, ctx: &mut Context) {
        for flow in &mut self.list {
            flow.leave_at_once(ctx);
        }
        self.list.clear();
        self.failover = Failover::default();
        self.moving_until = None;
        ctx.timers.clear(Timer::Moving);
    }

    /// Closes flows that are saying goodbye, so that their un-REGISTER cannot hit a binding made after it.
    pub(crate) fn cut_goodbyes(&mut self, ctx: &mut Context) {
        for flow in self.list.iter_mut().filter(|flow| flow.is_leaving()) {
            flow.close(ctx);
        }
        self.list.retain(|flow| !flow.is_gone());
    }

    /// Attempts now whatever waits.
    pub(crate) fn nudge(&mut self, ctx: &mut Context) {
        self.turn(ctx, |_| true);
        self.each(ctx, Flow::nudge);
    }

    /// What was refused is tried again.
    pub(crate) fn new_credentials(&mut self, ctx: &mut Context) {
        self.each(ctx, Flow::new_credentials);
    }

    /// Registers everywhere, now and from now on.
    pub(crate) fn register(&mut self, ctx: &mut Context) {
        ctx.registering = true;
        self.each(ctx, Flow::want);
    }

    /// Un-REGISTERs everywhere and stays connected.
    pub(crate) fn unregister(&mut self, ctx: &mut Context, all: bool) {
        ctx.registering = false;
        for flow in self.list.iter_mut().filter(|flow| !flow.outgoing) {
            flow.unregister(ctx, all);
        }
    }

    /// Every flow is suspect.
    pub(crate) fn woke(&mut self, ctx: &mut Context) {
        self.each(ctx, Flow::probe);
    }

    fn each(&mut self, ctx: &mut Context, act: fn(&mut Flow, &mut Context)) {
        for flow in self.list.iter_mut().filter(|flow| !flow.outgoing) {
            act(flow, ctx);
        }
    }

    /// A frame that is a SIP message comes back.
    pub(crate) fn socket_event(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        event: SocketEvent,
    ) -> Option<String> {
        self.list.iter_mut().find(|flow| flow.socket() == Some(socket))?.socket_event(ctx, event)
    }

    pub(crate) fn timer(&mut self, ctx: &mut Context, id: FlowId, timer: Timer) {
        if let Timer::Retry(_) = timer {
            self.turn(ctx, |flow| flow.id == id);
        }
        if let Some(flow) = self.list.iter_mut().find(|flow| flow.id == id) {
            flow.timer(ctx, timer);
        }
    }

    /// `false` where it is no answer to a REGISTER.
    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        self.list.iter_mut().any(|flow| flow.response(ctx, key, response))
    }

    /// `false` where it was no REGISTER.
    pub(crate) fn unanswered(&mut self, ctx: &mut Context, key: Key) -> bool {
        self.list.iter_mut().any(|flow| flow.unanswered(ctx, key))
    }

    pub(crate) fn views(&self) -> Vec<FlowView> {
        self.list.iter().filter(|flow| !flow.quiet).map(Flow::view).collect()
    }

    pub(crate) fn status(&self) -> UserAgentStatus {
        let any = |test: fn(&Flow) -> bool| self.list.iter().any(|flow| !flow.quiet && test(flow));
        let mut staying = self.list.iter().filter(|flow| !flow.outgoing && !flow.quiet).peekable();
        if any(Flow::is_registered) {
            UserAgentStatus::Registered
        } else if staying.peek().is_some() && staying.all(Flow::is_refused) {
            UserAgentStatus::Error
        } else if any(Flow::is_open) {
            UserAgentStatus::Connected
        } else if any(Flow::is_connecting) {
            UserAgentStatus::Connecting
        } else {
            UserAgentStatus::Disconnected
        }
    }
}

/// Whether a flow to one serves for the other.
pub(super) fn same(a: &Registrar, b: &Registrar) -> bool {
    a.id == b.id && a.uri == b.uri && a.reg_id == b.reg_id
}
