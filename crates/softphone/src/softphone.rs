//! The machine and its verbs.

use crate::call::Calls;
use crate::context::{Context, Timer};
use crate::flow::Flows;
use crate::{
    CallCommand, CallView, Command, Credentials, Event, FlowView, Identity, Input, Output, Permission, Reach,
    Registrar, SocketEvent, SocketId, Time, UserAgentStatus,
};
use alloc::vec::Vec;

/// A SIP user agent. Hand it what happened, take out what to do until there is nothing, wake it when it asks to.
#[derive(Debug)]
pub struct Softphone {
    pub(crate) ctx: Context,
    pub(crate) flows: Flows,
    pub(crate) calls: Calls,
    #[cfg(feature = "full")]
    pub(crate) outside: crate::request::Outside,
    /// Between `Start` and `Stop`.
    pub(crate) started: bool,
}

impl Softphone {
    /// A user agent that has not started. `seed` must be unguessable: tags, branches and nonces come from it.
    pub fn new(seed: &str) -> Softphone {
        Softphone {
            ctx: Context::new(seed),
            flows: Flows::default(),
            calls: Calls::default(),
            #[cfg(feature = "full")]
            outside: Default::default(),
            started: false,
        }
    }

    /// Something happened. `now` must not be earlier than in any call before.
    pub fn handle_input(&mut self, now: Time, input: Input) {
        self.ctx.now = now;
        let ctx = &mut self.ctx;
        match input {
            Input::Socket(socket, event) => self.socket(socket, event),
            Input::Peer(peer, event) => self.calls.peer_event(ctx, peer, event),
            Input::Command(command) => self.command(command),
            Input::Nudge => self.flows.nudge(ctx),
            Input::Woke => self.flows.woke(ctx),
            Input::MicrophonePermission(permission) => {
                ctx.permission = permission;
                if permission == Permission::Granted {
                    self.calls.microphone_granted(ctx);
                }
            }
        }
        self.publish();
    }

    /// What the body must do next; `None` when there is nothing left until the next input or timeout.
    pub fn poll_output(&mut self) -> Option<Output> {
        (!self.ctx.outputs.is_empty()).then(|| self.ctx.outputs.remove(0))
    }

    /// When to call [`Softphone::handle_timeout`] if nothing else happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        match (self.ctx.timers.next(), self.ctx.transactions.poll_timeout()) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        }
    }

    /// Time has passed. Harmless when nothing is due.
    pub fn handle_timeout(&mut self, now: Time) {
        self.ctx.now = now;
        self.ctx.transactions.handle_timeout(now);
        while let Some(timer) = self.ctx.timers.expired(now) {
            self.timer(timer);
            // A timer's doing may unset another that is due too.
            self.settle();
        }
        self.publish();
    }

    /// What all flows add up to.
    pub fn user_agent_status(&self) -> UserAgentStatus {
        self.flows.status()
    }

    /// Every flow, those being left too.
    pub fn flows(&self) -> Vec<FlowView> {
        self.flows.views()
    }

    /// Every call, the oldest first.
    pub fn calls(&self) -> Vec<CallView> {
        self.calls.views()
    }

    /// Where this user agent can be reached.
    pub fn reach(&self) -> &Reach {
        &self.ctx.account.reach
    }

    /// The realm that asked for credentials last, and what stands for the password there (JsSIP's `realm` and `ha1`).
    pub fn ha1(&self) -> Option<(&str, &str)> {
        self.ctx.realms.last()
    }

    /// The oldest call, while there is one.
    pub fn call(&self) -> Option<CallView> {
        self.calls.first()
    }

    /// Whether there is a call.
    pub fn has_call(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The call to somebody who is asked while the oldest call waits.
    pub fn consultation(&self) -> Option<CallView> {
        self.calls.consultation()
    }

    fn command(&mut self, command: Command) {
        let ctx = &mut self.ctx;
        match command {
            Command::Start { identity, credentials, registrars, settings } => {
                ctx.choose(settings);
                self.start(identity, credentials, registrars);
            }
            Command::Stop => self.stop(),
            Command::Leave => {
                self.calls.end_all(ctx, true);
                if self.calls.is_empty() {
                    self.stop();
                }
            }
            #[cfg(feature = "full")]
            Command::Configure(options) => ctx.account.options = options,
            #[cfg(feature = "full")]
            Command::Register => self.flows.register(ctx),
            #[cfg(feature = "full")]
            Command::Unregister { all } => self.flows.unregister(ctx, all),
            Command::SetCredentials(credentials) => {
                if ctx.set_credentials(credentials) {
                    self.flows.new_credentials(ctx);
                }
            }
            Command::SetRegistrars(registrars) => {
                // Nobody wants to be nowhere: an empty list is somebody's mistake.
                if self.started && !registrars.is_empty() {
                    self.flows.set_registrars(ctx, registrars);
                }
            }
            Command::RefuseCalls(reason) => self.calls.refuse_calls(reason),
            Command::Call(_, CallCommand::Dial { .. }) | Command::Resume { .. } if !self.started => {
                ctx.error("not_started", "not started");
            }
            Command::Call(call, command) => self.calls.command(ctx, call, command),
            Command::Resume { media, stored } => self.calls.resume(ctx, media, &stored),
            #[cfg(feature = "full")]
            Command::Supervise(supervision) => self.outside.supervise(ctx, supervision),
            #[cfg(feature = "full")]
            Command::Request(request) => self.outside.ask(ctx, request),
            #[cfg(feature = "full")]
            Command::Reply(reply) => self.outside.reply(ctx, &reply),
            #[cfg(feature = "full")]
            Command::Subscribe(order) => self.outside.subscribe(ctx, order),
            #[cfg(feature = "full")]
            Command::Resubscribe(asked) => self.outside.subscriptions.resubscribe(ctx, *asked),
            #[cfg(feature = "full")]
            Command::Accept(acceptance) => self.outside.accept(ctx, *acceptance),
            #[cfg(feature = "full")]
            Command::Notify(told) => self.outside.subscriptions.notify(ctx, *told),
        }
    }

    fn start(&mut self, identity: Identity, credentials: Credentials, registrars: Vec<Registrar>) {
        if self.ctx.account.identity != identity {
            if self.started {
                self.calls.end_all(&mut self.ctx, false);
                #[cfg(feature = "full")]
                self.outside.stop(&mut self.ctx);
                self.settle();
            }
            self.flows.clear(&mut self.ctx);
            self.calls.forget_farewells();
            self.ctx.account.become_another(identity, &mut self.ctx.entropy);
        }
        self.flows.cut_goodbyes(&mut self.ctx);
        self.started = true;
        #[cfg(feature = "full")]
        {
            self.ctx.registering = self.ctx.options().register;
        }
        let renewed = self.ctx.set_credentials(credentials);
        self.flows.set_registrars(&mut self.ctx, registrars);
        if renewed {
            self.flows.new_credentials(&mut self.ctx);
        }
    }

    fn stop(&mut self) {
        self.calls.end_all(&mut self.ctx, false);
        #[cfg(feature = "full")]
        self.outside.stop(&mut self.ctx);
        // BYE or CANCEL first: un-REGISTER ends what they could go out on.
        self.settle();
        self.started = false;
        self.flows.stop(&mut self.ctx);
    }

    fn socket(&mut self, socket: SocketId, event: SocketEvent) {
        if let Some(text) = self.flows.socket_event(&mut self.ctx, socket, event) {
            self.message(socket, text);
        }
    }

    fn timer(&mut self, timer: Timer) {
        let ctx = &mut self.ctx;
        match timer {
            Timer::Flow(flow, timer) => self.flows.timer(ctx, flow, timer),
            // The next `settle` sees that the time has come.
            Timer::Moving => {}
            #[cfg(feature = "full")]
            Timer::Return => {}
            Timer::Call(call, timer) => self.calls.timer(ctx, call, timer),
            Timer::Farewell(id) => self.calls.farewell_timer(id),
            #[cfg(feature = "full")]
            Timer::Request(timer) => self.outside.timer(ctx, timer),
            #[cfg(feature = "full")]
            Timer::Subscription(id, timer) => self.outside.subscriptions.timer(ctx, id, timer),
        }
    }

    fn publish(&mut self) {
        self.settle();
        if core::mem::take(&mut self.ctx.flows_changed) {
            self.ctx.event(Event::FlowsChanged);
        }
        if core::mem::take(&mut self.ctx.calls_changed) {
            self.ctx.event(Event::CallsChanged);
        }
    }
}
