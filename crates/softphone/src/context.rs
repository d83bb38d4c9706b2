//! What every part of the user agent works with: time, randomness, timers, transactions, what to put out.

use crate::authorization::Realms;
use crate::call::Notice;
use crate::flow::FlowId;
use crate::routes::Routes;
use crate::{
    AccountOptions, CallEvent, CallId, Credentials, Event, FlowEvent, Identity, Output, PeerId, PeerRequest,
    Permission, Reach, Registrar, Secret, Settings, SocketId,
};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use headset_sip::{
    Entropy, Method, Name, NameAddr, Request, RequestBuilder, Response, ResponseBuilder, Time, TimerTable,
    TransactionKey, Transactions, Uri,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The WebSocket must be open by now.
    Connect(FlowId),
    /// REGISTER must be answered by now.
    Answer(FlowId),
    /// Something must have been heard by now.
    Silence(FlowId),
    Refresh(FlowId),
    /// The binding ends.
    Expiry(FlowId),
    /// The back-off ends.
    Retry(FlowId),
    /// Un-REGISTER must be answered by now.
    Goodbye(FlowId),
    /// New registrars have had their time to come up.
    Moving,
    /// A call's next step is due.
    Call(CallId, CallTimer),
    /// The preferred registrar may be back.
    Return,
    /// A call that was hung up must be forgotten.
    Farewell(u32),
    #[cfg(feature = "full")]
    Request(crate::request::RequestTimer),
    #[cfg(feature = "full")]
    Subscription(crate::SubscriptionId, crate::subscription::SubscriptionTimer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallTimer {
    /// It has rung, or waited for a flow, long enough.
    GiveUp,
    /// Our reliable provisional response is to be sent again.
    Reliable,
    /// The caller's patience (Expires) ends.
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

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) now: Time,
    pub(crate) entropy: Entropy,
    pub(crate) timers: TimerTable<Timer>,
    pub(crate) transactions: Transactions<SocketId>,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) routes: Routes,
    pub(crate) account: Account,
    /// The Allow header.
    pub(crate) allow: &'static str,
    pub(crate) settings: Settings,
    pub(crate) credentials: Credentials,
    pub(crate) realms: Realms,
    /// How often they were changed.
    pub(crate) credentials_version: u32,
    pub(crate) permission: Permission,
    /// Flows are to be registered.
    pub(crate) registering: bool,
    pub(crate) flows_changed: bool,
    pub(crate) calls_changed: bool,
    /// What those must be told who asked us to call somebody.
    pub(crate) notices: VecDeque<Notice>,
    next_id: u32,
}

impl Context {
    pub(crate) fn new(seed: [u8; 32]) -> Context {
        Context {
            now: Time(0),
            entropy: Entropy::new(seed),
            timers: TimerTable::new(),
            transactions: Transactions::new(),
            outputs: VecDeque::new(),
            routes: Routes::default(),
            account: Account::default(),
            allow: ALLOW,
            settings: Settings::default(),
            credentials: Credentials::new(String::new(), String::new()),
            realms: Realms::default(),
            credentials_version: 0,
            permission: Permission::Prompt,
            registering: true,
            flows_changed: false,
            calls_changed: false,
            notices: VecDeque::new(),
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
        cfg!(feature = "full") && self.settings.supervised
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
        self.outputs.push_back(Output::Event(event));
    }

    /// Tells an application that decides by itself of a message.
    pub(crate) fn tell(&mut self, call: CallId, event: fn(String) -> CallEvent, message: &str) {
        if self.supervised() {
            self.event(Event::Call(call, event(message.into())));
        }
    }

    pub(crate) fn error(&mut self, code: &'static str, message: &str) {
        self.event(Event::Error { code, message: message.into() });
    }

    /// A step of a flow, for applications that follow each.
    pub(crate) fn report(&mut self, registrar: &Registrar, event: FlowEvent) {
        if self.reports() {
            self.event(Event::Flow { registrar: registrar.id.clone(), event });
        }
    }

    /// Whether steps of flows are said at all.
    pub(crate) fn reports(&self) -> bool {
        cfg!(feature = "full") && self.account.options.reports
    }

    /// A named step; fields without a value are left out.
    pub(crate) fn trace(&mut self, name: &'static str, fields: &[(&'static str, &str)]) {
        let fields: Vec<(&'static str, String)> = fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (*name, (*value).to_string()))
            .collect();
        self.event(Event::Trace { name, fields });
    }

    pub(crate) fn peer(&mut self, call: CallId, peer: PeerId, request: PeerRequest) {
        self.outputs.push_back(Output::Peer(call, peer, request));
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
        if let Secret::Token(token) = &self.credentials.secret {
            builder = builder.header(Name::Authorization, token);
        }
        if FULL {
            for (name, value) in header_lines(&self.account.options.headers) {
                builder = builder.raw_header(name, value);
            }
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
        if FULL {
            for (name, value) in header_lines(&self.account.options.headers) {
                builder = builder.raw_header(name, value);
            }
        }
        builder.finish()
    }

    /// The socket is gone: what was under way on it fails.
    pub(crate) fn socket_gone(&mut self, socket: SocketId) {
        self.routes.closed(socket);
        self.transactions.connection_lost(self.now, socket);
    }
}

/// Who we are on the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) identity: Identity,
    pub(crate) options: Box<AccountOptions>,
    pub(crate) reach: Reach,
    /// The host of our Contact and Via; unless told otherwise one that nobody can reach (RFC 7118 §5).
    pub(crate) host: String,
}

impl Account {
    /// Somebody else, with the options that were there.
    pub(crate) fn become_another(&mut self, identity: Identity, entropy: &mut Entropy) {
        let given = self.options.contact_uri.as_deref().and_then(|uri| Uri::parse(uri).ok());
        let (host, contact) = match given {
            Some(uri) => (uri.host.into(), uri.to_string()),
            None => {
                let host = [&entropy.token(12), ".invalid"].concat();
                let contact = ["sip:", &entropy.token(8), "@", &host, ";transport=ws"].concat();
                (host, contact)
            }
        };
        self.host = host;
        self.reach = Reach { contact, ..Reach::default() };
        self.identity = identity;
    }

    /// `<sip:user@host;transport=ws…>`, or the address that the registrar made for this device, which needs none of
    /// `params` (RFC 5627 §4.4.1).
    pub(crate) fn contact(&self, params: &str) -> String {
        match &*self.reach.public_gruu {
            "" => ["<", &self.reach.contact, params, ">"].concat(),
            gruu => ["<", gruu, ">"].concat(),
        }
    }

    /// Request-URI of REGISTER.
    pub(crate) fn registrar_uri(&self) -> String {
        let own = self.options.registrar_uri.as_deref();
        own.map_or_else(|| ["sip:", &self.identity.domain].concat(), Into::into)
    }

    pub(crate) fn display_name(&self) -> &str {
        self.options.display_name.as_ref().unwrap_or(&self.identity.display_name)
    }

    /// Our address of record, as From (with a tag) or To.
    pub(crate) fn address(&self, tag: Option<&str>) -> String {
        let uri = Uri::sip(&self.identity.login, &self.identity.domain);
        let name = self.display_name();
        match tag {
            Some(tag) => NameAddr::format(name, &uri, tag),
            None => NameAddr::format("", &uri, ""),
        }
    }
}

/// Names and values of header lines that an application wrote.
pub(crate) fn header_lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let text = if FULL { text } else { "" };
    text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

/// `1 INVITE`
pub(crate) fn cseq(number: u32, method: &Method) -> String {
    let mut text = number.to_string();
    text.push(' ');
    text.push_str(method.as_str());
    text
}
