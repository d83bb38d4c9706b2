//! What all rooms of the switch stand on: connections, the location store, transactions, timers, outputs.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use headset_sip::{
    Entropy, Name, Request, RequestBuilder, Response, ResponseBuilder, Time, TransactionKey, Transactions,
};

use crate::config::{Config, Limits};
use crate::io::{ConnectionId, ListenerId, Output, Report};
use crate::keep_alive::Hearing;
use crate::registrar::{Flow, Location};
use crate::timers::Timers;
use crate::trace::{self, Way};

/// Names a SIP transaction on a connection.
pub(crate) type Key = TransactionKey<ConnectionId>;

/// User-Agent and Server.
pub(crate) const PRODUCT: &str = concat!("Headset/", env!("CARGO_PKG_VERSION"));
/// What Allow says.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, REGISTER, OPTIONS, INFO, UPDATE, MESSAGE, REFER";
/// More logins than this one connection does not speak for.
const LOGINS_PER_CONNECTION: usize = 32;

/// All deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// Ask whether the page answers.
    Ping(ConnectionId),
    /// It has been silent for long, perhaps.
    Silence(ConnectionId),
    /// Nobody has said yet who they are.
    Stranger(ConnectionId),
    /// A flow's registration ends.
    Expiry(u64),
    /// A waiting caller's connection is gone.
    Grace(u64),
    /// An offer's flow has not answered: call, offer.
    NextFlow(u64, u64),
    /// A caller has not acknowledged the answer.
    AckDue(u64),
    /// Both ends of a call have no signalling.
    Orphan(u64),
    /// A forwarded request waits for a flow: call, forward.
    Forward(u64, u64),
    /// A transfer's new party is not joined in time.
    Join(u64),
    /// The two offers of a join have crossed: it is tried again.
    JoinAgain(u64),
    /// A BYE waits for a flow.
    Parting(u64),
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) listener: ListenerId,
    pub(crate) address: IpAddr,
    pub(crate) hearing: Hearing,
    /// Who has authenticated on it.
    logins: Vec<String>,
    budget: Budget,
}

/// How much a connection has sent lately.
#[derive(Debug)]
struct Budget {
    since: Time,
    spent: usize,
}

const BUDGET_WINDOW: Duration = Duration::from_secs(10);
/// A message counts once more for each of these that it is long.
const LONG_MESSAGE: usize = 4096;
/// What part of the budget there is before anybody has authenticated.
const STRANGERS_SHARE: usize = 10;

impl Connection {
    pub(crate) fn new(listener: ListenerId, address: IpAddr, now: Time) -> Self {
        Self {
            listener,
            address,
            hearing: Hearing::new(now),
            logins: Vec::new(),
            budget: Budget { since: now, spent: 0 },
        }
    }

    /// Whether this login has authenticated here.
    pub(crate) fn speaks_for(&self, login: &str) -> bool {
        self.logins.iter().any(|known| known == login)
    }

    /// Whether nobody has authenticated here.
    pub(crate) fn is_stranger(&self) -> bool {
        self.logins.is_empty()
    }

    pub(crate) fn logins(&self) -> &[String] {
        &self.logins
    }

    /// Notes a login; false when there are too many.
    pub(crate) fn note(&mut self, login: &str) -> bool {
        if self.speaks_for(login) {
            return true;
        }
        let room = self.logins.len() < LOGINS_PER_CONNECTION;
        if room {
            self.logins.push(login.to_owned());
        }
        room
    }

    /// Counts a message of this length; false when it is one too many.
    pub(crate) fn spend(&mut self, now: Time, length: usize, limit: u32) -> bool {
        if self.budget.since + BUDGET_WINDOW <= now {
            self.budget = Budget { since: now, spent: 0 };
        }
        self.budget.spent += 1 + length / LONG_MESSAGE;
        let share = if self.is_stranger() { STRANGERS_SHARE } else { 1 };
        self.budget.spent <= limit as usize / share
    }
}

/// What all rooms share.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) domain: String,
    pub(crate) limits: Limits,
    /// Registrars' ids, by listener.
    registrars: Vec<String>,
    /// Clients come over TLS.
    secure: bool,
    pub(crate) now: Time,
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    pub(crate) location: Location,
    pub(crate) transactions: Transactions<ConnectionId>,
    pub(crate) timers: Timers<Timer>,
    pub(crate) entropy: Entropy,
    outputs: VecDeque<Output>,
}

impl Edge {
    pub(crate) fn new(config: &Config, entropy: Entropy, secure: bool) -> Self {
        Self {
            domain: config.domain.to_ascii_lowercase(),
            limits: config.limits,
            registrars: config.registrars.iter().map(|registrar| registrar.id.clone()).collect(),
            secure,
            now: Time(0),
            connections: BTreeMap::new(),
            location: Location::new(config.limits.flows_per_login),
            transactions: Transactions::new(),
            timers: Timers::new(),
            entropy,
            outputs: VecDeque::new(),
        }
    }

    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Sends a SIP message, or a keep-alive.
    pub(crate) fn send(&mut self, connection: ConnectionId, text: String) {
        if self.connections.contains_key(&connection) {
            if text.len() > headset_sip::PING.len() {
                trace::message(Way::Out, connection, &text);
            }
            self.outputs.push_back(Output::Send { connection, text });
        }
    }

    pub(crate) fn close(&mut self, connection: ConnectionId, code: u16, reason: &'static str) {
        self.outputs.push_back(Output::Close { connection, code, reason });
    }

    pub(crate) fn report(&mut self, report: Report) {
        self.outputs.push_back(Output::Report(report));
    }

    pub(crate) fn report_live(&mut self, flow: &Flow) {
        let registrar = self.registrars.get(flow.listener.0).cloned().unwrap_or_default();
        self.report(Report::FlowLive { login: flow.login.clone(), registrar, flow: flow.id });
    }

    /// Answers a request; a To tag is added where there is none.
    pub(crate) fn respond(&mut self, key: Key, reply: ResponseBuilder) {
        let tag = self.entropy.token(12);
        let reply = reply.to_tag(&tag).header(Name::Server, PRODUCT).finish();
        self.transactions.respond(self.now, key, reply);
    }

    /// Answers a request with a status alone.
    pub(crate) fn refuse(&mut self, key: Key, request: &Request, status: u16, reason: &str) {
        self.respond(key, Response::reply_to(request, status, reason));
    }

    /// Sends a request, with a Via of its own.
    pub(crate) fn request(&mut self, connection: ConnectionId, request: RequestBuilder) -> (Key, Request) {
        let request = self.stamp(request);
        let key = self.transactions.request(self.now, connection, request.clone());
        (key, request)
    }

    /// Gives a request its Via and User-Agent.
    pub(crate) fn stamp(&mut self, request: RequestBuilder) -> Request {
        let transport = if self.secure { "WSS" } else { "WS" };
        let branch = self.entropy.branch();
        request.via(transport, &self.domain, &branch).header(Name::UserAgent, PRODUCT).finish()
    }

    /// Our Contact in the dialogs of a call.
    pub(crate) fn contact(&self, call: &str) -> String {
        format!("<sip:{call}@{};transport=ws>", self.domain)
    }

    /// `<sip:user@domain>`'s user, where an address is one of ours.
    pub(crate) fn own_user(&self, uri: &headset_sip::Uri) -> Option<String> {
        let ours = uri.is_sip() && uri.host.eq_ignore_ascii_case(&self.domain);
        let user = uri.decoded_user();
        (ours && !user.is_empty()).then_some(user)
    }

    /// How a login's page can be reached now: on the connection that it used last, else on its newest live
    /// flow.
    pub(crate) fn path(&self, login: &str, last: ConnectionId) -> Option<ConnectionId> {
        let is_good = |connection: &Connection| connection.hearing.is_live() && connection.speaks_for(login);
        if self.connections.get(&last).is_some_and(is_good) {
            return Some(last);
        }
        self.location.live_of_login(login).next().map(|flow| flow.connection)
    }

    /// The earliest deadline, transactions' included.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        [self.timers.next(), self.transactions.poll_timeout()].into_iter().flatten().min()
    }
}
