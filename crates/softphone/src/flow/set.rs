//! All flows: which there are, which come and go, and what they add up to.

#[cfg(feature = "full")]
use super::failover::Failover;
use super::machine::Flow;
use super::{FlowId, FlowTimer};
use crate::context::{Context, Key, Timer};
use crate::{FlowView, Registrar, SocketEvent, SocketId, UserAgentStatus};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::{Response, Time};

/// When new registrars do not come up, the old ones are left with what there is after this.
const MOVE_MS: u64 = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Flows {
    pub(super) list: Vec<Flow>,
    next: u32,
    /// One registrar at a time.
    #[cfg(feature = "full")]
    pub(super) failover: Failover,
    /// Old registrars are being left: until then wait for all of the new ones, afterwards for any.
    moving_until: Option<Time>,
}

impl Flows {
    /// Registers with those that are new; those that are gone from the list are left once that is done.
    pub(crate) fn set_registrars(&mut self, ctx: &mut Context, registrars: Vec<Registrar>) {
        #[cfg(feature = "full")]
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
                self.open(ctx, registrar);
            }
        }
        ctx.flows_changed = true;
        if self.list.iter().any(|flow| flow.outgoing) {
            self.moving_until = Some(ctx.now.after(MOVE_MS));
            ctx.timers.set(Timer::Moving, ctx.now.after(MOVE_MS));
        }
    }

    #[cfg(feature = "full")]
    pub(super) fn open_quietly(&mut self, ctx: &mut Context, registrar: Registrar) {
        self.next += 1;
        let mut flow = Flow::new(FlowId(self.next), registrar, ctx);
        flow.quiet = true;
        flow.connect(ctx);
        self.list.push(flow);
    }

    fn open(&mut self, ctx: &mut Context, registrar: Registrar) {
        self.next += 1;
        let mut flow = Flow::new(FlowId(self.next), registrar, ctx);
        flow.connect(ctx);
        self.list.push(flow);
    }

    /// Leaves old registrars when the new ones are there. `busy`: a call is being set up, whose messages may depend on
    /// a flow that is to be left.
    pub(crate) fn settle(&mut self, ctx: &mut Context, busy: bool) {
        self.forget_gone();
        #[cfg(feature = "full")]
        self.fail_over(ctx, busy);
        let Some(until) = self.moving_until else { return };
        let (mut any_up, mut all_up) = (false, true);
        for flow in &self.list {
            if !flow.outgoing && !flow.is_quiet() {
                any_up |= flow.is_up();
                all_up &= flow.is_up();
            }
        }
        let come = if ctx.now < until { all_up } else { any_up };
        if !busy && come {
            self.stay(ctx);
            self.leave_outgoing(ctx);
        }
    }

    /// Nobody is being left.
    fn stay(&mut self, ctx: &mut Context) {
        self.moving_until = None;
        ctx.timers.clear(Timer::Moving);
    }

    pub(super) fn forget_gone(&mut self) {
        while let Some(at) = self.list.iter().position(Flow::is_gone) {
            self.list.remove(at);
        }
    }

    /// Leaves those whose place is taken.
    pub(super) fn leave_outgoing(&mut self, ctx: &mut Context) {
        for at in 0..self.list.len() {
            let id = self.list[at].registrar.reg_id;
            let taken = self.list.iter().any(|flow| !flow.outgoing && flow.registrar.reg_id == id);
            if self.list[at].outgoing {
                self.list[at].leave(ctx, taken);
            }
        }
        self.forget_gone();
    }

    /// Un-REGISTERs everywhere.
    pub(crate) fn stop(&mut self, ctx: &mut Context) {
        self.stay(ctx);
        for flow in &mut self.list {
            flow.outgoing = true;
            flow.leave(ctx, false);
        }
        self.forget_gone();
    }

    /// Un-REGISTERs everywhere and does not wait for answers: somebody else starts in the same place.
    pub(crate) fn clear(&mut self, ctx: &mut Context) {
        for flow in &mut self.list {
            flow.leave_at_once(ctx);
        }
        self.list.clear();
        #[cfg(feature = "full")]
        {
            self.failover = Failover::default();
        }
        self.stay(ctx);
    }

    /// Closes flows that are saying goodbye, so that their un-REGISTER cannot hit a binding made after it.
    pub(crate) fn cut_goodbyes(&mut self, ctx: &mut Context) {
        for flow in &mut self.list {
            if flow.is_leaving() {
                flow.close(ctx);
            }
        }
        self.forget_gone();
    }

    /// Attempts now whatever waits.
    pub(crate) fn nudge(&mut self, ctx: &mut Context) {
        #[cfg(feature = "full")]
        self.turn(ctx);
        self.each(ctx, Flow::nudge);
    }

    /// What was refused is tried again.
    pub(crate) fn new_credentials(&mut self, ctx: &mut Context) {
        self.each(ctx, Flow::new_credentials);
    }

    /// Registers everywhere, now and from now on.
    #[cfg(feature = "full")]
    pub(crate) fn register(&mut self, ctx: &mut Context) {
        ctx.registering = true;
        self.each(ctx, Flow::want);
    }

    /// Un-REGISTERs everywhere and stays connected.
    #[cfg(feature = "full")]
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

    pub(crate) fn timer(&mut self, ctx: &mut Context, id: FlowId, timer: FlowTimer) {
        #[cfg(feature = "full")]
        if let FlowTimer::Retry = timer {
            self.turn(ctx);
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
        let mut views = Vec::new();
        for flow in &self.list {
            if !flow.is_quiet() {
                views.push(flow.view());
            }
        }
        views
    }

    pub(crate) fn status(&self) -> UserAgentStatus {
        let (mut registered, mut open, mut connecting) = (false, false, false);
        let (mut stays, mut works) = (false, false);
        for flow in &self.list {
            if flow.is_quiet() {
                continue;
            }
            registered |= flow.is_registered();
            open |= flow.is_open();
            connecting |= flow.is_connecting();
            stays |= !flow.outgoing;
            works |= !flow.outgoing && !flow.is_refused();
        }
        if registered {
            UserAgentStatus::Registered
        } else if stays && !works {
            UserAgentStatus::Error
        } else if open {
            UserAgentStatus::Connected
        } else if connecting {
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
