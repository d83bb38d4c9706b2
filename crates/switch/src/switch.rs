//! The machine: takes inputs, hands messages to its rooms, gives outputs.

use headset_sip::{
    Entropy, Method, Name, Request, Response, ResponseBuilder, Time, TransactionOutput, inspect, parse,
    unknown_extensions,
};

use crate::access::Access;
use crate::call::Calls;
use crate::config::Config;
use crate::edge::{ALLOW, Connection, Edge, Key, Timer};
use crate::io::{ConnectionId, Input, Output, Report};
use crate::keep_alive::{self, Verdict};
use crate::registrar::{self, Change, Flow, Origin};
use crate::trace::{self, Way};
use std::time::Duration;

/// Larger messages close their connection.
const MAX_MESSAGE: usize = 64 * 1024;
/// A connection on which nobody has authenticated for so long is closed.
const STRANGERS_STAY: Duration = Duration::from_secs(30);
/// Extensions that a request may require.
const SUPPORTED: [&str; 5] = ["outbound", "path", "gruu", "norefersub", "replaces"];

/// What the wall clock showed when the switch's clock was at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// Milliseconds since the Unix epoch.
    pub unix_ms_at_start: u64,
}

impl Wall {
    pub(crate) fn unix_seconds(self, now: Time) -> u64 {
        self.unix_ms_at_start.saturating_add(now.0) / 1000
    }
}

/// The telephony edge without its sockets.
#[derive(Debug)]
pub struct Switch {
    edge: Edge,
    access: Access,
    calls: Calls,
}

impl Switch {
    /// A switch without connections. `seed` makes every tag and nonce unguessable, or repeatable; `secure`
    /// says that the connections run over TLS.
    pub fn new(config: Config, seed: [u8; 32], wall: Wall, secure: bool) -> Self {
        let mut entropy = Entropy::new(seed);
        let mut nonce_key = [0; 32];
        for chunk in nonce_key.chunks_mut(8) {
            chunk.copy_from_slice(&entropy.next_u64().to_le_bytes());
        }
        Self {
            access: Access::new(&config, nonce_key, wall),
            edge: Edge::new(&config, entropy, secure),
            calls: Calls::new(),
        }
    }

    /// Something happened.
    pub fn handle_input(&mut self, now: Time, input: Input) {
        self.edge.now = self.edge.now.max(now);
        match input {
            Input::Opened { connection, listener, remote } => {
                let now = self.edge.now;
                self.edge.connections.insert(connection, Connection::new(listener, remote.ip(), now));
                self.edge.timers.set(Timer::Ping(connection), now + keep_alive::PING_EVERY);
                self.edge.timers.set(Timer::Silence(connection), now + keep_alive::STALE_AFTER);
                self.edge.timers.set(Timer::Stranger(connection), now + STRANGERS_STAY);
            }
            Input::Received { connection, text } => self.received(connection, text),
            Input::Closed { connection, how } => {
                tracing::debug!(connection = connection.0, ?how, "connection closed");
                self.drop_connection(connection);
            }
            Input::Command(command) => self.calls.command(&mut self.edge, command),
        }
        self.settle();
    }

    /// What to do next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.edge.poll_output()
    }

    /// When to call [`Switch::handle_timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.edge.next_deadline()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.edge.now = self.edge.now.max(now);
        self.edge.transactions.handle_timeout(self.edge.now);
        self.settle();
        while let Some(timer) = self.edge.timers.expired(self.edge.now) {
            match timer {
                Timer::Ping(connection) => {
                    let next = self.edge.now + keep_alive::PING_EVERY;
                    self.edge.timers.set(timer, next);
                    self.edge.send(connection, headset_sip::PING.to_owned());
                }
                Timer::Silence(connection) => self.silent(connection),
                Timer::Stranger(connection) => {
                    if self.edge.connections.get(&connection).is_some_and(Connection::is_stranger) {
                        self.close(connection, 1008, "nobody has registered here");
                    }
                }
                Timer::Expiry(flow) => {
                    if let Some(flow) = self.edge.location.remove(flow) {
                        self.flow_gone(flow, false);
                    }
                }
                Timer::Grace(call) => self.calls.grace_over(&mut self.edge, call),
                Timer::NextFlow(call, offer) => self.calls.next_flow(&mut self.edge, call, offer),
                Timer::AckDue(call) => self.calls.ack_missing(&mut self.edge, call),
                Timer::Orphan(call) => self.calls.orphaned(&mut self.edge, call),
                Timer::Forward(call, forward) => self.calls.forward_waited(&mut self.edge, call, forward),
                Timer::Join(call) => self.calls.join_timed_out(&mut self.edge, call),
                Timer::JoinAgain(call) => self.calls.join_again(&mut self.edge, call),
                Timer::Parting(parting) => self.calls.parting_waited(parting),
            }
            self.settle();
        }
    }

    fn received(&mut self, id: ConnectionId, text: String) {
        let now = self.edge.now;
        let limit = self.edge.limits.messages_per_10_s;
        // Not there: we have closed it, and this crossed the Close.
        let Some(connection) = self.edge.connections.get_mut(&id) else { return };
        let is_back = connection.hearing.heard(now);
        let within_budget = connection.spend(now, text.len(), limit);
        if is_back {
            self.edge.timers.set(Timer::Silence(id), now + keep_alive::STALE_AFTER);
            for flow in self.edge.location.set_live(id, true) {
                self.flow_live(&flow);
            }
            self.signalling_of_connection_changed(id);
        }
        if text.len() > MAX_MESSAGE {
            return self.close(id, 1009, "messages may have 64 KiB");
        }
        if !within_budget {
            return self.close(id, 1008, "too many messages");
        }
        if text.bytes().all(|b| matches!(b, b'\r' | b'\n')) {
            // RFC 5626 §3.5.1: a ping has two line ends, a pong one.
            if text.len() >= headset_sip::PING.len() {
                self.edge.send(id, headset_sip::PONG.to_owned());
            }
            return;
        }
        trace::message(Way::In, id, &text);
        match parse(text) {
            Ok(message) => self.edge.transactions.receive(now, id, message),
            Err(error) => match error.reply() {
                Some(reply) => {
                    tracing::warn!(connection = id.0, detail = error.detail, "answered a malformed request");
                    self.edge.send(id, reply.into_string());
                }
                None => {
                    tracing::warn!(connection = id.0, detail = error.detail, "dropped a malformed message")
                }
            },
        }
    }

    /// Hands out what the transactions have to say, until they are silent.
    fn settle(&mut self) {
        while let Some(output) = self.edge.transactions.poll_output() {
            match output {
                TransactionOutput::Send { key, text } => self.edge.send(key.connection, text),
                TransactionOutput::Request { key, request } => self.request(key, request),
                TransactionOutput::Merged { key, first, request } => {
                    if self.edge.connections.contains_key(&first.connection) {
                        self.edge.refuse(key, &request, 482, "Loop Detected");
                    } else {
                        self.request(key, request);
                    }
                }
                TransactionOutput::Cancel { key, invite, request } => {
                    self.calls.cancel(&mut self.edge, key, invite, &request);
                }
                TransactionOutput::Response { key, response } => {
                    self.calls.response(&mut self.edge, key, &response);
                }
                TransactionOutput::Ack { request, .. } => self.calls.acknowledged(&mut self.edge, &request),
                TransactionOutput::Stray { connection, .. } => {
                    tracing::debug!(connection = connection.0, "dropped a response that nobody waits for");
                }
                TransactionOutput::Timeout { key } | TransactionOutput::TransportError { key } => {
                    self.calls.failed(&mut self.edge, key);
                }
                TransactionOutput::Ended { key } => self.calls.forget(key),
            }
        }
    }

    fn request(&mut self, key: Key, request: Request) {
        if request.max_forwards() == Some(0) {
            return self.edge.refuse(key, &request, 483, "Too Many Hops");
        }
        if let Some(refusal) = inspect(&request, &SUPPORTED).or_else(|| beyond_a_proxy(&request)) {
            return self.edge.respond(key, refusal);
        }
        match request.method() {
            Method::Register => self.register(key, &request),
            Method::Options => self.options(key, &request),
            Method::Other(_) => {
                let reply = Response::reply_to(&request, 501, "Not Implemented").header(Name::Allow, ALLOW);
                self.edge.respond(key, reply);
            }
            _ if request.to_tag().is_some() => self.calls.in_dialog(&mut self.edge, key, request),
            Method::Invite => self.invite(key, request),
            Method::Bye | Method::Info | Method::Update | Method::Prack => {
                self.edge.refuse(key, &request, 481, "Call/Transaction Does Not Exist");
            }
            _ => {
                let reply =
                    Response::reply_to(&request, 405, "Method Not Allowed").header(Name::Allow, ALLOW);
                self.edge.respond(key, reply);
            }
        }
    }

    fn options(&mut self, key: Key, request: &Request) {
        let reply = Response::reply_to(request, 200, "OK")
            .header(Name::Allow, ALLOW)
            .header(Name::Accept, "application/sdp")
            .header(Name::Supported, "path, outbound");
        self.edge.respond(key, reply);
    }

    /// The login that a request comes from; `None` when it was refused.
    fn authenticate(&mut self, key: Key, request: &Request) -> Option<String> {
        let address = self.edge.connections.get(&key.connection)?.address;
        let login = match self.access.check(self.edge.now, address, request) {
            Ok(login) => login,
            Err(refusal) => {
                self.edge.respond(key, refusal);
                return None;
            }
        };
        let from = request.from().ok().and_then(|from| self.edge.own_user(&from.uri));
        if from.as_deref() != Some(login.as_str()) {
            tracing::warn!(login = trace::masked_login(&login), "refused a From of somebody else");
            self.edge.refuse(key, request, 403, "From is not who you authenticated as");
            return None;
        }
        let room = self.edge.connections.get_mut(&key.connection)?.note(&login);
        if !room {
            self.edge.refuse(key, request, 403, "Too many logins on this connection");
            return None;
        }
        self.edge.timers.clear(Timer::Stranger(key.connection));
        Some(login)
    }

    fn register(&mut self, key: Key, request: &Request) {
        let Some(login) = self.authenticate(key, request) else { return };
        let to = request.to().ok().and_then(|to| self.edge.own_user(&to.uri));
        if to.as_deref() != Some(login.as_str()) {
            return self.edge.refuse(key, request, 403, "Only your own address can be registered");
        }
        let Some(listener) = self.edge.connections.get(&key.connection).map(|c| c.listener) else { return };
        let origin = Origin { login: &login, connection: key.connection, listener };
        let registered = registrar::register(&mut self.edge.location, self.edge.now, origin, request);
        self.edge.respond(key, registered.reply);
        for change in registered.changes {
            match change {
                Change::Added(id) => {
                    if let Some(flow) = self.edge.location.get(id).cloned() {
                        self.edge.timers.set(Timer::Expiry(id), flow.expires);
                        self.flow_live(&flow);
                    }
                }
                Change::Refreshed(id) => {
                    if let Some(flow) = self.edge.location.get(id) {
                        self.edge.timers.set(Timer::Expiry(id), flow.expires);
                    }
                }
                Change::Replaced(old) => {
                    let connection = old.connection;
                    self.flow_gone(old, false);
                    // The client has let go of it: what is under way there must move.
                    if self.edge.location.of_connection(connection).is_empty() {
                        self.close(connection, 1000, "replaced by a newer connection");
                    }
                }
                Change::Removed(flow) => self.flow_gone(flow, true),
            }
        }
    }

    fn invite(&mut self, key: Key, request: Request) {
        let Some(login) = self.authenticate(key, &request) else { return };
        if request.get(Name::Replaces).is_some() {
            return self.calls.replace(&mut self.edge, key, &login, request);
        }
        self.calls.arrived(&mut self.edge, key, login, request);
    }

    fn flow_live(&mut self, flow: &Flow) {
        self.edge.report_live(flow);
        self.calls.signalling_changed(&mut self.edge, &flow.login);
    }

    fn flow_gone(&mut self, flow: Flow, goodbye: bool) {
        self.edge.timers.clear(Timer::Expiry(flow.id));
        self.edge.report(Report::FlowGone { login: flow.login.clone(), flow: flow.id, goodbye });
        self.calls.signalling_changed(&mut self.edge, &flow.login);
    }

    fn silent(&mut self, id: ConnectionId) {
        let now = self.edge.now;
        let Some(connection) = self.edge.connections.get_mut(&id) else { return };
        match connection.hearing.judge(now) {
            Verdict::Wait(until) => self.edge.timers.set(Timer::Silence(id), until),
            Verdict::NowStale(until) => {
                self.edge.timers.set(Timer::Silence(id), until);
                for flow in self.edge.location.set_live(id, false) {
                    self.edge.report(Report::FlowStale { login: flow.login, flow: flow.id });
                }
                self.signalling_of_connection_changed(id);
            }
            Verdict::Close => self.close(id, 1008, "no answer for 20 s"),
        }
    }

    fn signalling_of_connection_changed(&mut self, id: ConnectionId) {
        let Some(connection) = self.edge.connections.get(&id) else { return };
        for login in connection.logins().to_vec() {
            self.calls.signalling_changed(&mut self.edge, &login);
        }
    }

    fn close(&mut self, id: ConnectionId, code: u16, reason: &'static str) {
        if self.edge.connections.contains_key(&id) {
            tracing::debug!(connection = id.0, code, reason, "closing a connection");
            self.edge.close(id, code, reason);
            self.drop_connection(id);
        }
    }

    fn drop_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.edge.connections.remove(&id) else { return };
        for timer in [Timer::Ping(id), Timer::Silence(id), Timer::Stranger(id)] {
            self.edge.timers.clear(timer);
        }
        for flow in self.edge.location.of_connection(id) {
            if let Some(flow) = self.edge.location.remove(flow) {
                self.flow_gone(flow, false);
            }
        }
        self.edge.transactions.connection_lost(self.edge.now, id);
        for login in connection.logins() {
            self.calls.signalling_changed(&mut self.edge, login);
        }
    }
}

/// 420 for a request that requires of the proxies on its way what is not here (RFC 3261 §20.29).
fn beyond_a_proxy(request: &Request) -> Option<ResponseBuilder> {
    let unknown = unknown_extensions(request, Name::ProxyRequire, &SUPPORTED);
    let refusal = || Response::reply_to(request, 420, "Bad Extension").header(Name::Unsupported, &unknown);
    (!unknown.is_empty()).then(refusal)
}
