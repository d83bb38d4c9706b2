//! One flow: connect, register, stay registered, try again.

use super::backoff::Backoff;
use super::pulse::Pulse;
use super::register::{Ask, Registration, Verdict, refresh_after};
use super::state::State;
use super::{FlowId, FlowTimer};
use crate::context::{Context, Key, Timer};
use crate::{Event, FlowEvent, Output, Registrar, SocketEvent, SocketId};
use alloc::string::String;
use headset_sip::text::{concat, decimal, trim};
use headset_sip::{Name, Response, Time};

const CONNECT_MS: u64 = 10_000;
/// For an answer to REGISTER: shorter than the transaction's 32 s, which nobody wants to be unreachable for.
const ANSWER_MS: u64 = 10_000;
/// For any sign of life from a flow that may have died while we slept.
const PROBE_MS: u64 = 3_000;

/// "Of no more use": browsers let pages say 1000 and 3000 to 4999.
const REPLACED: u16 = 3000;

#[derive(Debug)]
pub(super) struct Flow {
    pub(super) id: FlowId,
    pub(super) registrar: Registrar,
    /// Another registrar takes its place; it stays until that one is registered.
    pub(super) outgoing: bool,
    /// Nobody is told of it: it tries whether the preferred registrar is back, or has given way to that.
    #[cfg(feature = "full")]
    pub(super) quiet: bool,
    pub(super) state: State,
    pub(super) registration: Registration,
    pub(super) pulse: Pulse,
    backoff: Backoff,
    pub(super) ever_up: bool,
    pub(super) error: Option<String>,
}

impl Flow {
    pub(super) fn new(id: FlowId, registrar: Registrar, ctx: &mut Context) -> Flow {
        Flow {
            id,
            registration: Registration::new(&mut ctx.entropy, registrar.reg_id),
            registrar,
            outgoing: false,
            #[cfg(feature = "full")]
            quiet: false,
            state: State::Gone,
            pulse: Pulse::default(),
            backoff: Backoff::default(),
            ever_up: false,
            error: None,
        }
    }

    /// The next attempt goes to another registrar.
    #[cfg(feature = "full")]
    pub(super) fn turn_to(&mut self, ctx: &mut Context, registrar: Registrar) {
        if self.registrar != registrar {
            ctx.realms.forget(self.id.0);
            self.registration = Registration::new(&mut ctx.entropy, registrar.reg_id);
            self.pulse = Pulse::default();
            self.registrar = registrar;
        }
    }

    /// What the socket did. Gives back a frame that is a SIP message.
    pub(super) fn socket_event(&mut self, ctx: &mut Context, event: SocketEvent) -> Option<String> {
        match event {
            SocketEvent::Opened => {
                if let State::Connecting { socket } = self.state {
                    self.clear(ctx, FlowTimer::Connect);
                    ctx.routes.opened(socket, self.id.0, &self.registrar, ctx.now);
                    self.usable(ctx, false);
                    self.new_pulse(ctx);
                    self.trace(ctx, "socket_opened", "");
                    self.report(ctx, || FlowEvent::Connected);
                    self.opened(ctx, socket);
                }
                None
            }
            SocketEvent::Received(text) => self.received(ctx, text),
            SocketEvent::Closed { code, reason } => {
                let error = concat(&["connection closed: ", &decimal(code.into()), " ", &reason]);
                self.forget_socket(ctx, code, &reason);
                self.failed(ctx, trim(&error), None);
                None
            }
        }
    }

    pub(super) fn timer(&mut self, ctx: &mut Context, timer: FlowTimer) {
        match timer {
            FlowTimer::Connect => self.replace(ctx, "no connection within 10 s"),
            FlowTimer::Answer => self.no_answer(ctx),
            FlowTimer::Silence => self.silent(ctx),
            FlowTimer::Refresh if ctx.options().refresh => self.refresh(ctx),
            FlowTimer::Refresh => self.report(ctx, || FlowEvent::Expiring),
            FlowTimer::Expiry => self.expired(ctx),
            FlowTimer::Retry => self.try_now(ctx),
            FlowTimer::Goodbye => self.unbound(ctx, None),
        }
    }

    /// Attempts now what waits for a back-off.
    pub(super) fn try_now(&mut self, ctx: &mut Context) {
        match self.state {
            State::Waiting { socket: Some(socket), .. } => self.opened(ctx, socket),
            State::Waiting { socket: None, .. } => self.connect(ctx),
            _ => {}
        }
    }

    /// The network is back: no reason to wait, but where the server has said for how long.
    pub(super) fn nudge(&mut self, ctx: &mut Context) {
        if !matches!(self.state, State::Waiting { told, .. } if told > ctx.now) {
            self.try_now(ctx);
        }
    }

    /// Attempts now what was refused.
    pub(super) fn new_credentials(&mut self, ctx: &mut Context) {
        match self.state {
            State::Refused { .. } => self.want(ctx),
            State::Registered { refused: true, .. } => self.refresh(ctx),
            _ => {}
        }
    }

    /// Registers now, unless that is under way.
    pub(super) fn want(&mut self, ctx: &mut Context) {
        match self.state {
            State::Refused { socket: Some(socket) } | State::Open { socket } => self.register(ctx, socket),
            State::Refused { socket: None } => self.connect(ctx),
            State::Registered { .. } if !self.registration.is_under_way() => self.refresh(ctx),
            _ => self.try_now(ctx),
        }
    }

    /// Finds out whether it still lives, after a sleep.
    pub(super) fn probe(&mut self, ctx: &mut Context) {
        match self.state {
            State::Registered { .. } => {
                self.refresh(ctx);
                self.set(ctx, FlowTimer::Answer, PROBE_MS);
            }
            State::Connecting { .. } | State::Registering { .. } => {
                self.replace(ctx, "slept while connecting");
                self.try_now(ctx);
            }
            State::Open { .. } => self.silent(ctx),
            _ => self.try_now(ctx),
        }
    }

    /// The answer to a request of the flow itself; `false` where it is not.
    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        if self.is_pulse(key) {
            return true;
        }
        let Some(verdict) = self.registration.response(ctx, key, response) else { return false };
        if matches!(verdict, Verdict::Pending) {
            return true;
        }
        self.clear(ctx, FlowTimer::Answer);
        if let State::Unregistering { .. } = self.state {
            self.unbound(ctx, Some(response));
            return true;
        }
        self.report(ctx, || {
            let response = response.as_str().into();
            match verdict {
                Verdict::Granted { .. } => FlowEvent::Registered { first: !self.is_registered(), response },
                _ => FlowEvent::RegistrationFailed { response: Some(response), cause: "" },
            }
        });
        match verdict {
            Verdict::Pending => {}
            Verdict::Granted { expires, flow_timer } => {
                self.registered(ctx, expires);
                self.pinged_within(ctx, flow_timer);
            }
            Verdict::Refused => self.refused(ctx, response),
            Verdict::Failed { listed } => {
                let error = match listed {
                    true => &*in_words(response),
                    false => "the registrar's answer does not list our contact",
                };
                // RFC 3261 §20.33: seconds, perhaps a comment and parameters.
                self.failed(ctx, error, response.number(Name::RetryAfter));
            }
        }
        true
    }

    /// No answer came to a request of the flow itself; `false` where it is not.
    pub(super) fn unanswered(&mut self, ctx: &mut Context, key: Key) -> bool {
        if self.registration.is_pending(key) {
            self.no_answer(ctx);
            return true;
        }
        self.is_pulse(key)
    }

    pub(super) fn connect(&mut self, ctx: &mut Context) {
        self.clear_timers(ctx);
        let socket = ctx.new_socket();
        ctx.outputs.push(Output::OpenSocket { socket, uri: self.registrar.uri.clone() });
        self.set(ctx, FlowTimer::Connect, CONNECT_MS);
        self.state = State::Connecting { socket };
        ctx.flows_changed = true;
        self.report(ctx, || FlowEvent::Connecting { attempts: self.backoff.failures() });
    }

    /// There is a connection: what to do with it?
    pub(super) fn opened(&mut self, ctx: &mut Context, socket: SocketId) {
        if ctx.registers() {
            return self.register(ctx, socket);
        }
        self.clear(ctx, FlowTimer::Retry);
        self.state = State::Open { socket };
        self.works(ctx);
        ctx.flows_changed = true;
    }

    fn register(&mut self, ctx: &mut Context, socket: SocketId) {
        self.clear(ctx, FlowTimer::Retry);
        self.set(ctx, FlowTimer::Answer, ANSWER_MS);
        self.state = State::Registering { socket };
        self.registration.send(ctx, socket, Ask::Bind);
        ctx.flows_changed = true;
    }

    fn refresh(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, .. } = self.state {
            self.state = State::Registered { socket, refused: false };
            self.clear(ctx, FlowTimer::Refresh);
            self.set(ctx, FlowTimer::Answer, ANSWER_MS);
            self.registration.send(ctx, socket, Ask::Bind);
        }
    }

    fn registered(&mut self, ctx: &mut Context, expires: u32) {
        let Some(socket) = self.socket() else { return };
        let first = !self.is_registered();
        self.state = State::Registered { socket, refused: false };
        let refresh_after = refresh_after(ctx, expires);
        self.set(ctx, FlowTimer::Refresh, refresh_after);
        self.set(ctx, FlowTimer::Expiry, u64::from(expires) * 1000);
        let had_error = self.error.is_some();
        self.works(ctx);
        ctx.flows_changed |= first || had_error;
        if first {
            self.trace(ctx, "registered", "");
        }
    }

    /// Calls can come and go.
    fn works(&mut self, ctx: &mut Context) {
        self.usable(ctx, true);
        self.backoff.works(ctx.now);
        self.ever_up = true;
        self.error = None;
    }

    /// Whether calls are to go out here. An application that follows each step decides for itself.
    pub(super) fn usable(&self, ctx: &mut Context, usable: bool) {
        if let Some(socket) = self.socket() {
            let usable = (usable || ctx.reports()) && !self.is_quiet();
            ctx.routes.usable(socket, usable);
        }
    }

    /// 401 or 403: these credentials are of no use here.
    fn refused(&mut self, ctx: &mut Context, response: &Response) {
        let error = in_words(response);
        self.trace(ctx, "registration_refused", &error);
        self.error = Some(error);
        match &mut self.state {
            State::Registered { refused, .. } => *refused = true,
            _ => self.state = State::Refused { socket: self.socket() },
        }
        ctx.flows_changed = true;
        if !self.is_quiet() {
            let registrar = self.registrar.id.clone();
            let (status, reason) = (response.status(), response.reason().into());
            ctx.event(Event::CredentialsRefused { registrar, status, reason });
        }
    }

    /// Any other failure; a socket that is still open is kept, and so is a binding that has not run out.
    /// `retry_after`: the least that the server asked for, in seconds.
    fn failed(&mut self, ctx: &mut Context, error: &str, retry_after: Option<u32>) {
        if self.outgoing {
            // Its place is being taken anyway.
            return self.close(ctx);
        }
        let options = ctx.account.options();
        let delay = self.backoff.next(ctx.now, &mut ctx.entropy, options, retry_after);
        self.trace(ctx, "registration_failed", error);
        self.error = Some(error.into());
        self.clear(ctx, FlowTimer::Answer);
        match self.state {
            State::Registered { .. } => {
                // The binding still holds.
                self.set(ctx, FlowTimer::Refresh, delay);
            }
            // An application that follows each step can call without being registered.
            State::Refused { .. } if !ctx.reports() => {}
            _ => {
                let socket = self.socket();
                let at = ctx.now.after(delay);
                // RFC 3261 §20.33: it holds though the connection is gone, where there is no other registrar to turn to.
                let told = match self.state {
                    _ if retry_after.is_some() => at,
                    State::Waiting { told, .. } if !ctx.options().one_at_a_time => told,
                    _ => Time(0),
                };
                ctx.timers.set(Timer::Flow(self.id, FlowTimer::Retry), told.max(at));
                self.state = State::Waiting { socket, told };
            }
        }
        ctx.flows_changed = true;
    }

    /// The binding has run out while refreshing it failed, or was left to an application that did not.
    fn expired(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, refused } = self.state {
            self.usable(ctx, false);
            self.report(ctx, || FlowEvent::Unregistered { response: None });
            ctx.flows_changed = true;
            if refused {
                self.state = State::Refused { socket: Some(socket) };
            } else if ctx.options().refresh {
                self.register(ctx, socket);
            } else {
                self.state = State::Open { socket };
            }
        }
    }

    fn no_answer(&mut self, ctx: &mut Context) {
        self.registration.abandon();
        self.report(ctx, || FlowEvent::RegistrationFailed { response: None, cause: "Request Timeout" });
        self.replace(ctx, "no answer to REGISTER");
    }

    /// The socket is dead or of no use: another one, after a back-off.
    pub(super) fn replace(&mut self, ctx: &mut Context, error: &str) {
        self.drop_socket(ctx, REPLACED, error);
        self.failed(ctx, error, None);
    }

    /// Closes the socket.
    pub(super) fn drop_socket(&mut self, ctx: &mut Context, code: u16, reason: &str) {
        if let Some(socket) = self.socket() {
            self.forget_socket(ctx, code, reason);
            ctx.outputs.push(Output::CloseSocket { socket, code });
        }
    }

    /// The socket is gone, and what was under way on it has failed.
    fn forget_socket(&mut self, ctx: &mut Context, code: u16, reason: &str) {
        let Some(socket) = self.socket() else { return };
        self.clear_timers(ctx);
        if self.registration.is_under_way() && !matches!(self.state, State::Unregistering { .. }) {
            self.report(ctx, || FlowEvent::RegistrationFailed { response: None, cause: "Connection Error" });
        }
        self.registration.abandon();
        if let State::Registered { .. } | State::Unregistering { .. } = self.state {
            self.report(ctx, || FlowEvent::Unregistered { response: None });
        }
        self.report(ctx, || FlowEvent::Disconnected {
            error: code != super::leave::NORMAL,
            code,
            reason: reason.into(),
        });
        ctx.socket_gone(socket);
        match &mut self.state {
            State::Waiting { socket, .. } | State::Refused { socket } => *socket = None,
            _ => self.state = State::Waiting { socket: None, told: Time(0) },
        }
    }

    pub(super) fn clear_timers(&self, ctx: &mut Context) {
        for timer in &FlowTimer::ALL {
            self.clear(ctx, *timer);
        }
    }

    pub(super) fn clear(&self, ctx: &mut Context, timer: FlowTimer) {
        ctx.timers.clear(Timer::Flow(self.id, timer));
    }

    pub(super) fn set(&self, ctx: &mut Context, timer: FlowTimer, ms: u64) {
        ctx.timers.set(Timer::Flow(self.id, timer), ctx.now.after(ms));
    }
}

/// `503 Service Unavailable`
fn in_words(response: &Response) -> String {
    concat(&[&decimal(response.status().into()), " ", response.reason()])
}
