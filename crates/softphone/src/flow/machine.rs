//! One flow: connect, register, stay registered, try again.

use super::FlowId;
use super::backoff::Backoff;
use super::register::{Registration, Verdict};
use crate::context::{Context, Key, Timer};
use crate::{Event, FlowStatus, FlowView, Output, Registrar, SocketEvent, SocketId};
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::{PING, PONG, Response};

const CONNECT: Duration = Duration::from_secs(10);
/// For an answer to REGISTER: shorter than the transaction's 32 s, which nobody wants to be unreachable for.
const ANSWER: Duration = Duration::from_secs(10);
/// For any sign of life from a flow that may have died while we slept.
const PROBE: Duration = Duration::from_secs(3);
/// Servers ping every 5 s.
const SILENCE: Duration = Duration::from_secs(15);
/// For the answer to un-REGISTER.
const GOODBYE: Duration = Duration::from_secs(2);

const NORMAL: u16 = 1000;
/// "Of no more use": browsers let pages say 1000 and 3000 to 4999.
const REPLACED: u16 = 3000;

#[derive(Debug)]
pub(super) struct Flow {
    pub(super) id: FlowId,
    pub(super) registrar: Registrar,
    /// Another registrar takes its place; it stays until that one is registered.
    pub(super) outgoing: bool,
    state: State,
    registration: Registration,
    backoff: Backoff,
    ever_registered: bool,
    error: Option<String>,
}

#[derive(Debug)]
enum State {
    Connecting {
        socket: SocketId,
    },
    /// The socket is open and the first REGISTER under way.
    Registering {
        socket: SocketId,
    },
    /// `refused`: the binding still holds, but will not be renewed with these credentials.
    Registered {
        socket: SocketId,
        refused: bool,
    },
    /// Until the retry timer; a socket that is still good is kept.
    Waiting {
        socket: Option<SocketId>,
    },
    /// Until new credentials or a nudge.
    Refused {
        socket: Option<SocketId>,
    },
    /// Un-REGISTER is under way.
    Unregistering {
        socket: SocketId,
    },
    /// To be forgotten.
    Gone,
}

impl Flow {
    pub(super) fn open(id: FlowId, registrar: Registrar, ctx: &mut Context) -> Flow {
        let mut flow = Flow {
            id,
            registrar,
            outgoing: false,
            state: State::Gone,
            registration: Registration::new(&mut ctx.entropy),
            backoff: Backoff::default(),
            ever_registered: false,
            error: None,
        };
        flow.connect(ctx);
        flow
    }

    pub(super) fn socket(&self) -> Option<SocketId> {
        match self.state {
            State::Connecting { socket }
            | State::Registering { socket }
            | State::Registered { socket, .. }
            | State::Unregistering { socket } => Some(socket),
            State::Waiting { socket } | State::Refused { socket } => socket,
            State::Gone => None,
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        matches!(self.state, State::Registered { .. })
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self.state, State::Gone)
    }

    /// Un-REGISTER is under way: no new call is taken here.
    pub(super) fn is_unregistering(&self) -> bool {
        matches!(self.state, State::Unregistering { .. })
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.state, State::Refused { .. })
    }

    /// The WebSocket is open.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Connecting { .. }) && self.socket().is_some()
    }

    /// An attempt is under way, or scheduled and none ever succeeded.
    pub(super) fn is_connecting(&self) -> bool {
        match self.state {
            State::Connecting { .. } | State::Registering { .. } => true,
            State::Waiting { .. } => !self.ever_registered,
            _ => false,
        }
    }

    pub(super) fn view(&self) -> FlowView {
        let status = match self.state {
            _ if self.outgoing => FlowStatus::Leaving,
            State::Connecting { .. } => FlowStatus::Connecting,
            State::Registering { .. } => FlowStatus::Connected,
            State::Registered { .. } => FlowStatus::Registered,
            State::Waiting { .. } => FlowStatus::Disconnected,
            State::Refused { .. } => FlowStatus::Refused,
            State::Unregistering { .. } | State::Gone => FlowStatus::Leaving,
        };
        FlowView { registrar: self.registrar.clone(), status, error: self.error.clone() }
    }

    /// What the socket did. Gives back a frame that is a SIP message.
    pub(super) fn socket_event(&mut self, ctx: &mut Context, event: SocketEvent) -> Option<String> {
        match event {
            SocketEvent::Opened => {
                if let State::Connecting { socket } = self.state {
                    ctx.timers.clear(Timer::Connect(self.id));
                    ctx.timers.set(Timer::Silence(self.id), ctx.now + SILENCE);
                    ctx.routes.opened(socket, &self.registrar, ctx.now);
                    self.trace(ctx, "socket_opened", "");
                    self.register(ctx, socket);
                }
                None
            }
            SocketEvent::Received(text) if self.is_open() => self.received(ctx, text),
            SocketEvent::Received(_) => None,
            SocketEvent::Closed { code, reason } => {
                let mut error = String::from("connection closed: ");
                error.push_str(&code.to_string());
                error.push(' ');
                error.push_str(&reason);
                self.drop_socket(ctx, None);
                self.failed(ctx, error.trim_end().into(), None);
                None
            }
        }
    }

    fn received(&mut self, ctx: &mut Context, text: String) -> Option<String> {
        let socket = self.socket()?;
        ctx.timers.set(Timer::Silence(self.id), ctx.now + SILENCE);
        ctx.routes.heard(socket, ctx.now);
        if !text.trim_matches(['\r', '\n']).is_empty() {
            return Some(text);
        }
        if text == PING {
            ctx.outputs.push_back(Output::Send { socket, text: PONG.into() });
        }
        None
    }

    pub(super) fn timer(&mut self, ctx: &mut Context, timer: Timer) {
        match timer {
            Timer::Connect(_) => self.replace(ctx, "no connection within 10 s"),
            Timer::Answer(_) => self.replace(ctx, "no answer to REGISTER"),
            Timer::Silence(_) => self.replace(ctx, "nothing heard for 15 s"),
            Timer::Refresh(_) => self.refresh(ctx),
            Timer::Expiry(_) => self.expired(ctx),
            Timer::Retry(_) => self.try_now(ctx),
            Timer::Goodbye(_) => self.close(ctx),
            _ => {}
        }
    }

    /// Attempts now what waits for a back-off.
    pub(super) fn try_now(&mut self, ctx: &mut Context) {
        match self.state {
            State::Waiting { socket: Some(socket) } => self.register(ctx, socket),
            State::Waiting { socket: None } => self.connect(ctx),
            _ => {}
        }
    }

    /// Attempts now what was refused.
    pub(super) fn new_credentials(&mut self, ctx: &mut Context) {
        match self.state {
            State::Refused { socket: Some(socket) } => self.register(ctx, socket),
            State::Refused { socket: None } => self.connect(ctx),
            State::Registered { refused: true, .. } => self.refresh(ctx),
            _ => {}
        }
    }

    /// Finds out whether it still lives, after a sleep.
    pub(super) fn probe(&mut self, ctx: &mut Context) {
        match self.state {
            State::Registered { .. } => {
                self.refresh(ctx);
                ctx.timers.set(Timer::Answer(self.id), ctx.now + PROBE);
            }
            State::Connecting { .. } | State::Registering { .. } => {
                self.replace(ctx, "slept while connecting");
                self.try_now(ctx);
            }
            _ => self.try_now(ctx),
        }
    }

    /// The answer to a REGISTER; `false` where it is not this flow's.
    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let reg_id = self.registrar.reg_id;
        let Some(verdict) = self.registration.response(ctx, key, response, reg_id) else { return false };
        if !matches!(verdict, Verdict::Pending) {
            ctx.timers.clear(Timer::Answer(self.id));
        }
        if self.is_unregistering() {
            if !matches!(verdict, Verdict::Pending) {
                self.close(ctx);
            }
            return true;
        }
        match verdict {
            Verdict::Pending => {}
            Verdict::Granted { expires } => self.registered(ctx, expires),
            Verdict::Refused { status, reason } => self.refused(ctx, status, reason),
            Verdict::Failed { error, retry_after } => self.failed(ctx, error, retry_after),
        }
        true
    }

    /// No answer came to a REGISTER; `false` where it is not this flow's.
    pub(super) fn unanswered(&mut self, ctx: &mut Context, key: Key) -> bool {
        if !self.registration.is_pending(key) {
            return false;
        }
        self.replace(ctx, "no answer to REGISTER");
        true
    }

    /// Un-REGISTERs and closes; at once where nothing is registered. `binding_taken`: another flow registers with the
    /// same reg-id, so that un-REGISTER would hit it.
    pub(super) fn leave(&mut self, ctx: &mut Context, binding_taken: bool) {
        match self.state {
            State::Registered { socket, .. } if !binding_taken => {
                self.clear_timers(ctx);
                ctx.timers.set(Timer::Goodbye(self.id), ctx.now + GOODBYE);
                ctx.routes.registered(socket, false);
                self.state = State::Unregistering { socket };
                self.registration.send(ctx, socket, self.registrar.reg_id, true);
                ctx.flows_changed = true;
            }
            State::Unregistering { .. } if !binding_taken => {}
            _ => self.close(ctx),
        }
    }

    /// Un-REGISTERs without waiting for the answer, and closes.
    pub(super) fn leave_at_once(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, .. } = self.state {
            self.registration.say_goodbye(ctx, socket, self.registrar.reg_id);
        }
        self.close(ctx);
    }

    pub(super) fn close(&mut self, ctx: &mut Context) {
        let was = self.is_unregistering();
        self.drop_socket(ctx, Some(NORMAL));
        self.clear_timers(ctx);
        self.state = State::Gone;
        ctx.flows_changed = true;
        self.trace(ctx, if was { "unregistered" } else { "flow_left" }, "");
    }

    fn connect(&mut self, ctx: &mut Context) {
        self.clear_timers(ctx);
        let socket = ctx.new_socket();
        ctx.outputs.push_back(Output::OpenSocket { socket, uri: self.registrar.uri.clone() });
        ctx.timers.set(Timer::Connect(self.id), ctx.now + CONNECT);
        self.state = State::Connecting { socket };
        ctx.flows_changed = true;
    }

    fn register(&mut self, ctx: &mut Context, socket: SocketId) {
        ctx.timers.clear(Timer::Retry(self.id));
        ctx.timers.set(Timer::Answer(self.id), ctx.now + ANSWER);
        self.state = State::Registering { socket };
        self.registration.send(ctx, socket, self.registrar.reg_id, false);
        ctx.flows_changed = true;
    }

    fn refresh(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, refused } = &mut self.state {
            *refused = false;
            ctx.timers.clear(Timer::Refresh(self.id));
            ctx.timers.set(Timer::Answer(self.id), ctx.now + ANSWER);
            self.registration.send(ctx, *socket, self.registrar.reg_id, false);
        }
    }

    fn registered(&mut self, ctx: &mut Context, expires: u32) {
        let Some(socket) = self.socket() else { return };
        let first = !self.is_registered();
        self.state = State::Registered { socket, refused: false };
        self.backoff.reset();
        self.ever_registered = true;
        ctx.flows_changed |= self.error.take().is_some();
        let refresh_at = ctx.now + refresh_after(ctx, expires);
        ctx.timers.set(Timer::Refresh(self.id), refresh_at);
        ctx.timers.set(Timer::Expiry(self.id), ctx.now + Duration::from_secs(u64::from(expires)));
        ctx.routes.registered(socket, true);
        if first {
            ctx.flows_changed = true;
            self.trace(ctx, "registered", "");
        }
    }

    /// 401 or 403: these credentials are of no use here.
    fn refused(&mut self, ctx: &mut Context, status: u16, reason: String) {
        let mut error = status.to_string();
        error.push(' ');
        error.push_str(&reason);
        self.trace(ctx, "registration_refused", &error);
        self.error = Some(error);
        match &mut self.state {
            State::Registered { refused, .. } => *refused = true,
            _ => self.state = State::Refused { socket: self.socket() },
        }
        ctx.flows_changed = true;
        let registrar = self.registrar.id.clone();
        ctx.event(Event::CredentialsRefused { registrar, status, reason });
    }

    /// Any other failure; a socket that is still open is kept, and so is a binding that has not run out.
    fn failed(&mut self, ctx: &mut Context, error: String, retry_after: Option<Duration>) {
        if self.outgoing || self.is_unregistering() || self.is_gone() {
            // Its place is being taken anyway.
            return self.close(ctx);
        }
        let delay = self.backoff.next(ctx.now, &mut ctx.entropy, retry_after);
        self.trace(ctx, "registration_failed", &error);
        self.error = Some(error);
        ctx.timers.clear(Timer::Answer(self.id));
        match self.state {
            State::Registered { socket, .. } if ctx.routes.is_open(socket) => {
                // The binding still holds.
                ctx.timers.set(Timer::Refresh(self.id), ctx.now + delay);
            }
            State::Refused { .. } => {}
            _ => {
                let socket = self.socket().filter(|socket| ctx.routes.is_open(*socket));
                ctx.timers.set(Timer::Retry(self.id), ctx.now + delay);
                self.state = State::Waiting { socket };
            }
        }
        ctx.flows_changed = true;
    }

    /// The binding has run out while refreshing it failed.
    fn expired(&mut self, ctx: &mut Context) {
        if let State::Registered { socket, refused } = self.state {
            ctx.routes.registered(socket, false);
            if refused {
                self.state = State::Refused { socket: Some(socket) };
                ctx.flows_changed = true;
            } else {
                self.register(ctx, socket);
            }
        }
    }

    /// The socket is dead or of no use: another one, after a back-off.
    fn replace(&mut self, ctx: &mut Context, error: &str) {
        self.drop_socket(ctx, Some(REPLACED));
        self.failed(ctx, error.into(), None);
    }

    /// Forgets the socket; with a code, closes it too.
    fn drop_socket(&mut self, ctx: &mut Context, code: Option<u16>) {
        let Some(socket) = self.socket() else { return };
        self.clear_timers(ctx);
        self.registration.abandon();
        ctx.socket_gone(socket);
        if let Some(code) = code {
            ctx.outputs.push_back(Output::CloseSocket { socket, code });
        }
        match &mut self.state {
            State::Waiting { socket } | State::Refused { socket } => *socket = None,
            State::Unregistering { .. } | State::Gone => self.state = State::Gone,
            _ => self.state = State::Waiting { socket: None },
        }
    }

    fn clear_timers(&self, ctx: &mut Context) {
        let id = self.id;
        for timer in [
            Timer::Connect(id),
            Timer::Answer(id),
            Timer::Silence(id),
            Timer::Refresh(id),
            Timer::Expiry(id),
            Timer::Retry(id),
            Timer::Goodbye(id),
        ] {
            ctx.timers.clear(timer);
        }
    }

    fn trace(&self, ctx: &mut Context, name: &'static str, detail: &str) {
        ctx.trace(name, &[("registrar", &self.registrar.id), ("detail", detail)]);
    }
}

/// JsSIP's schedule: somewhere in the second half of the binding's life, half a minute before its end at the latest.
fn refresh_after(ctx: &mut Context, expires: u32) -> Duration {
    let ms = u64::from(expires) * 1000;
    Duration::from_millis(if expires > 64 {
        ms / 2 + ctx.entropy.jitter(ms / 2 - 32_000)
    } else {
        ms.saturating_sub(5000).max(1000)
    })
}
