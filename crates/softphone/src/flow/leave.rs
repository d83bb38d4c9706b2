//! Taking a binding back.

use super::FlowTimer;
use super::machine::Flow;
use super::register::Ask;
use super::state::State;
use crate::FlowEvent;
use crate::context::Context;
use headset_sip::Response;

/// For the answer to un-REGISTER.
const GOODBYE_MS: u64 = 2_000;
pub(super) const NORMAL: u16 = 1000;

impl Flow {
    /// Un-REGISTERs (RFC 3261 §10.2.2) and closes; at once where nothing is registered. `binding_taken`: another flow registers with the
    /// same reg-id, so that un-REGISTER would hit it.
    pub(super) fn leave(&mut self, ctx: &mut Context, binding_taken: bool) {
        match self.state {
            // A REGISTER under way may have been granted already.
            State::Registered { .. } | State::Registering { .. } | State::Unregistering { .. }
                if !binding_taken =>
            {
                if !self.is_leaving() {
                    self.unbind(ctx, Ask::Unbind, false);
                }
            }
            _ => self.close(ctx),
        }
    }

    /// Un-REGISTERs without waiting for the answer, and closes.
    pub(super) fn leave_at_once(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, .. } | State::Registering { socket } = self.state {
            self.registration.say_goodbye(ctx, socket);
        }
        self.close(ctx);
    }

    /// Un-REGISTERs and stays connected.
    #[cfg(feature = "full")]
    pub(super) fn unregister(&mut self, ctx: &mut Context, all: bool) {
        match self.state {
            State::Registered { .. } | State::Registering { .. } => {
                self.unbind(ctx, if all { Ask::UnbindAll } else { Ask::Unbind }, true);
            }
            // What an earlier life of this device has left behind can be removed too.
            State::Open { .. }
            | State::Waiting { socket: Some(_), .. }
            | State::Refused { socket: Some(_) }
                if all =>
            {
                self.unbind(ctx, Ask::UnbindAll, true);
            }
            State::Waiting { socket: Some(socket), .. } | State::Refused { socket: Some(socket) } => {
                self.opened(ctx, socket);
            }
            State::Refused { socket: None } => self.connect(ctx),
            _ => {}
        }
    }

    fn unbind(&mut self, ctx: &mut Context, ask: Ask, stay: bool) {
        let Some(socket) = self.socket() else { return };
        self.clear_timers(ctx);
        if stay {
            self.listen(ctx);
        }
        self.set(ctx, FlowTimer::Goodbye, GOODBYE_MS);
        self.usable(ctx, false);
        self.state = State::Unregistering { socket, stay };
        self.registration.send(ctx, socket, ask);
        ctx.flows_changed = true;
    }

    /// Un-REGISTER was answered, or will not be.
    pub(super) fn unbound(&mut self, ctx: &mut Context, response: Option<&Response>) {
        self.clear(ctx, FlowTimer::Goodbye);
        self.registration.abandon();
        self.report(ctx, || {
            let response = response.map(|response| response.as_str().into());
            FlowEvent::Unregistered { response }
        });
        match self.state {
            State::Unregistering { socket, stay: true } => {
                self.trace(ctx, "unregistered", "");
                // Meanwhile it may be wanted again.
                self.opened(ctx, socket);
            }
            State::Unregistering { socket, .. } => {
                self.state = State::Open { socket };
                self.end(ctx, "unregistered");
            }
            _ => {}
        }
    }

    pub(super) fn close(&mut self, ctx: &mut Context) {
        self.end(ctx, if self.is_leaving() { "unregistered" } else { "flow_left" });
    }

    fn end(&mut self, ctx: &mut Context, step: &'static str) {
        self.drop_socket(ctx, NORMAL, "");
        self.clear_timers(ctx);
        self.state = State::Gone;
        ctx.flows_changed = true;
        ctx.realms.forget(self.id.0);
        self.trace(ctx, step, "");
    }
}
