//! What every part of the user agent works with: time, randomness, timers, transactions, what to put out.

use crate::account::Account;
use crate::authorization::Realms;
#[cfg(feature = "full")]
use crate::call::Notice;
use crate::flow::{FlowId, FlowTimer};
use crate::routes::Routes;
use crate::{
    AccountOptions, CallEvent, CallId, Credentials, Event, Output, PeerId, PeerRequest, Permission, Settings,
    SocketId,
};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::{Lines, concat, cut, cut_or_all, decimal, lines, trim};
use headset_sip::{
    Entropy, Method, Name, Request, RequestBuilder, Response, ResponseBuilder, Time, TimerTable,
    TransactionKey, Transactions,
};

pub(crate) type Key = TransactionKey<SocketId>;

/// Whether there is what only applications that decide for themselves need.
pub(crate) const FULL: bool = cfg!(feature = "full");

/// Methods that are taken.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, REFER, NOTIFY, OPTIONS";

/// Extensions that are understood in an INVITE and its answer.
pub(crate) const SUPPORTED: &str = "replaces, timer, outbound";
/// With those that the application answers.
#[cfg(feature = "full")]
pub(crate) const ALLOW_SUPERVISED: &str =
    "INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, OPTIONS, MESSAGE, NOTIFY, SUBSCRIBE";

/// Every deadline of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// A flow's next step is due.
    Flow(FlowId, FlowTimer),
    /// New registrars have had their time to come up.
    Moving,
    /// A call's next step is due.
    Call(CallId, CallTimer),
    /// The preferred registrar may be back.
    #[cfg(feature = "full")]
    Return,
    /// A call that was hung up must be forgotten.
    Farewell(u32),
    #[cfg(feature = "full")]
    Request(crate::request::RequestTimer),
    #[cfg(feature = "full")]
    Subscription(crate::SubscriptionId, crate::subscription::SubscriptionTimer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallTimer {
    /// It has rung, or waited for a flow, long enough.
    GiveUp,
    /// Our reliable provisional response is to be sent again.
    Reliable,
    /// The caller's patience (Expires) ends, or the subscription to how a transfer of ours goes.
    Expires,
    /// The next key.
    Dtmf,
    /// After a 491.
    Glare,
    /// Media has been down long enough for an ICE restart.
    IceRestart,
    /// The session is to be refreshed.
    Refresh,
    /// The session was not refreshed in time.
    Session,
}

impl CallTimer {
    pub(crate) const ALL: [CallTimer; 8] = [
        CallTimer::GiveUp,
        CallTimer::Reliable,
        CallTimer::Expires,
        CallTimer::Dtmf,
        CallTimer::Glare,
        CallTimer::IceRestart,
        CallTimer::Refresh,
        CallTimer::Session,
    ];
}

#[cfg(feature = "full")]
pub(crate) type Choice = Settings;

/// Settings of which there is no choice.
#[cfg(not(feature = "full"))]
#[derive(Debug)]
pub(crate) struct Choice;

#[cfg(not(feature = "full"))]
impl Choice {
    const DEFAULT: Choice = Choice;
}

#[cfg(not(feature = "full"))]
impl core::ops::Deref for Choice {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &Settings::DEFAULT
    }
}

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) now: Time,
    pub(crate) entropy: Entropy,
    pub(crate) timers: TimerTable<Timer>,
    pub(crate) transactions: Transactions<SocketId>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) routes: Routes,
    pub(crate) account: Account,
    /// The Allow header.
    pub(crate) allow: &'static str,
    pub(crate) settings: Choice,
    pub(crate) credentials: Credentials,
    pub(crate) realms: Realms,
    /// How often they were changed.
    pub(crate) credentials_version: u32,
    pub(crate) permission: Permission,
    /// Flows are to be registered.
    #[cfg(feature = "full")]
    pub(crate) registering: bool,
    pub(crate) flows_changed: bool,
    pub(crate) calls_changed: bool,
    /// What is kept of the calls is to be stored anew.
    pub(crate) keep_calls: bool,
    /// What those must be told who asked us to call somebody.
    #[cfg(feature = "full")]
    pub(crate) notices: Vec<Notice>,
    next_id: u32,
}

impl Context {
    pub(crate) fn new(seed: &str) -> Context {
        Context {
            now: Time(0),
            entropy: Entropy::of(seed),
            timers: TimerTable::new(),
            transactions: Transactions::new(),
            outputs: Vec::new(),
            routes: Routes::default(),
            account: Account::default(),
            allow: ALLOW,
            settings: Choice::DEFAULT,
            credentials: Credentials::new(String::new(), String::new()),
            realms: Realms::default(),
            credentials_version: 0,
            permission: Permission::Prompt,
            #[cfg(feature = "full")]
            registering: true,
            flows_changed: false,
            calls_changed: false,
            keep_calls: false,
            #[cfg(feature = "full")]
            notices: Vec::new(),
            next_id: 0,
        }
    }

    /// A number never used before.
    pub(crate) fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn new_socket(&mut self) -> SocketId {
        SocketId(self.new_id())
    }

    pub(crate) fn new_peer(&mut self) -> PeerId {
        PeerId(self.new_id())
    }

    /// The application decides.
    pub(crate) fn supervised(&self) -> bool {
        self.settings.supervised
    }

    pub(crate) fn choose(&mut self, settings: Settings) {
        #[cfg(feature = "full")]
        {
            self.settings = settings;
        }
        #[cfg(not(feature = "full"))]
        let _ = settings;
    }

    /// Flows are to be registered.
    pub(crate) fn registers(&self) -> bool {
        #[cfg(feature = "full")]
        let registers = self.registering;
        #[cfg(not(feature = "full"))]
        let registers = true;
        registers
    }

    pub(crate) fn options(&self) -> &AccountOptions {
        self.account.options()
    }

    /// `false` where they are the same as before.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) -> bool {
        let changed = self.credentials != credentials;
        self.credentials = credentials;
        if changed {
            self.credentials_version += 1;
            self.realms.new_secret();
        }
        changed
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    /// Tells an application that decides by itself of a message.
    pub(crate) fn tell(&mut self, call: CallId, event: fn(String) -> CallEvent, message: &str) {
        if self.supervised() {
            self.decides(call, event(message.into()));
        }
    }

    /// What an application that decides by itself must know of a call; it needs the feature `full`.
    pub(crate) fn decides(&mut self, _call: CallId, _event: CallEvent) {
        #[cfg(feature = "full")]
        self.event(Event::Call(_call, _event));
    }

    pub(crate) fn error(&mut self, code: &'static str, message: &str) {
        self.event(Event::Error { code, message: message.into() });
    }

    /// Whether steps of flows are said at all.
    pub(crate) fn reports(&self) -> bool {
        self.options().reports
    }

    /// A named step, and the names of the values; those that are empty are left out.
    pub(crate) fn trace(&mut self, name: &'static str, mut keys: &str, values: &[&str]) {
        let mut fields = Vec::new();
        for value in values {
            let (key, others) = cut_or_all(keys, b' ');
            keys = others;
            if !value.is_empty() {
                fields.push(key.into());
                fields.push((*value).into());
            }
        }
        self.event(Event::Trace { name, fields });
    }

    pub(crate) fn peer(&mut self, call: CallId, peer: PeerId, request: PeerRequest) {
        self.outputs.push(Output::Peer(call, peer, request));
    }

    /// Starts a request of a flow itself, to the registrar. `trail` follows From's tag.
    pub(crate) fn own_request(
        &mut self,
        socket: SocketId,
        method: Method,
        to: &str,
        trail: &str,
        call_id: &str,
        cseq: u32,
    ) -> RequestBuilder {
        let tag = concat(&[&self.entropy.token(10), trail]);
        self.routes
            .request(socket, method, &self.account.registrar_uri())
            .header(Name::To, to)
            .header(Name::From, &self.account.address(Some(&tag)))
            .header(Name::CallId, call_id)
            .cseq(cseq)
    }

    /// Sends a request in a client transaction of its own, with the headers that every request has.
    pub(crate) fn send(&mut self, socket: SocketId, builder: RequestBuilder, supported: &str) -> Key {
        let request = self.complete(socket, builder, supported);
        self.transactions.request(self.now, socket, request)
    }

    /// The request with Via and the headers that every request has.
    pub(crate) fn complete(&mut self, socket: SocketId, builder: RequestBuilder, supported: &str) -> Request {
        let branch = self.entropy.branch();
        let mut builder = builder;
        if let Some(token) = self.credentials.token() {
            builder = builder.header(Name::Authorization, token);
        }
        for (name, value) in header_lines(&self.options().headers) {
            builder = builder.raw_header(name, value);
        }
        builder
            .via(self.routes.transport(socket), &self.account.host, &branch)
            .header(Name::Allow, self.allow)
            .header(Name::Supported, supported)
            .header(Name::UserAgent, &self.account.identity.user_agent)
            .finish()
    }

    /// Answers a request that no dialog results from.
    pub(crate) fn reply(&mut self, key: Key, request: &Request, status: u16, reason: &str) {
        self.reply_with(key, request, status, reason, &[]);
    }

    /// The same with more headers.
    pub(crate) fn reply_with(
        &mut self,
        key: Key,
        request: &Request,
        status: u16,
        reason: &str,
        headers: &[(Name, &str)],
    ) {
        let mut builder = self.start_reply(request, status, reason);
        for (name, value) in headers {
            builder = builder.header(*name, value);
        }
        self.respond(key, builder);
    }

    /// Starts an answer that no dialog results from, for [`Context::respond`].
    pub(crate) fn start_reply(&mut self, request: &Request, status: u16, reason: &str) -> ResponseBuilder {
        let tag = self.entropy.token(10);
        Response::reply_to(request, status, reason).to_tag(&tag)
    }

    /// Sends a response, with the headers that every one has.
    pub(crate) fn respond(&mut self, key: Key, builder: ResponseBuilder) {
        let response = self.finish(builder);
        self.transactions.respond(self.now, key, response);
    }

    /// The response with the headers that every one has.
    pub(crate) fn finish(&self, mut builder: ResponseBuilder) -> Response {
        for (name, value) in header_lines(&self.options().headers) {
            builder = builder.raw_header(name, value);
        }
        builder.finish()
    }

    /// The socket is gone: what was under way on it fails.
    pub(crate) fn socket_gone(&mut self, socket: SocketId) {
        self.routes.closed(socket);
        self.transactions.connection_lost(self.now, socket);
    }
}

/// Names and values of header lines that an application wrote.
pub(crate) fn header_lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    HeaderLines(lines(text))
}

struct HeaderLines<'a>(Lines<'a>);

impl<'a> Iterator for HeaderLines<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        while FULL {
            if let Some((name, value)) = cut(self.0.next()?, b':') {
                return Some((trim(name), trim(value)));
            }
        }
        None
    }
}

/// `1 INVITE`
pub(crate) fn cseq(number: u32, method: &Method) -> String {
    concat(&[&decimal(number), " ", method.as_str()])
}
