//! What every part of the user agent works with: time, randomness, timers, transactions, what to put out.

use crate::authorization::Nonce;
use crate::call::Notice;
use crate::flow::FlowId;
use crate::routes::Routes;
use crate::{
    CallEvent, CallId, Credentials, Event, Identity, Output, PeerId, PeerRequest, Permission, Settings,
    SocketId,
};
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use headset_sip::{
    Entropy, Method, Name, NameAddr, Request, RequestBuilder, Response, ResponseBuilder, Time, TimerTable,
    TransactionKey, Transactions, Uri,
};

pub(crate) type Key = TransactionKey<SocketId>;

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
    credentials: Credentials,
    /// How often they were changed.
    pub(crate) credentials_version: u32,
    pub(crate) permission: Permission,
    pub(crate) settings: Settings,
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
            credentials: Credentials { username: String::new(), password: String::new() },
            credentials_version: 0,
            permission: Permission::Prompt,
            settings: Settings::default(),
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
        self.credentials_version += u32::from(changed);
        changed
    }

    /// The header that answers a challenge.
    pub(crate) fn authorization(&mut self, nonce: &mut Nonce, method: &Method, uri: &str) -> (Name, String) {
        nonce.answer(&self.credentials, &mut self.entropy, method, uri)
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
        builder
            .via(self.routes.transport(socket), &self.account.host, &branch)
            .header(Name::Allow, self.allow)
            .header(Name::Supported, supported)
            .header(Name::UserAgent, &self.account.identity.user_agent)
            .finish()
    }

    /// Answers a request that no dialog results from.
    pub(crate) fn reply(&mut self, key: Key, request: &Request, status: u16, reason: &str) {
        self.reply_with(key, request, status, reason, |builder| builder);
    }

    /// The same with more headers.
    pub(crate) fn reply_with(
        &mut self,
        key: Key,
        request: &Request,
        status: u16,
        reason: &str,
        more: impl FnOnce(ResponseBuilder) -> ResponseBuilder,
    ) {
        let tag = self.entropy.token(10);
        let response = more(Response::reply_to(request, status, reason).to_tag(&tag)).finish();
        self.transactions.respond(self.now, key, response);
    }

    /// The socket is gone: what was under way on it fails.
    pub(crate) fn socket_gone(&mut self, socket: SocketId) {
        self.routes.closed(socket);
        self.transactions.connection_lost(self.now, socket);
    }
}

/// Who we are on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) identity: Identity,
    /// The user part of our Contact: nobody can guess it.
    user: String,
    /// The host of our Contact and Via, which nobody can reach (RFC 7118 §5).
    pub(crate) host: String,
}

impl Default for Account {
    fn default() -> Self {
        let none = String::new;
        let identity = Identity {
            login: none(),
            domain: none(),
            display_name: none(),
            instance_id: none(),
            user_agent: none(),
        };
        Account { identity, user: none(), host: none() }
    }
}

impl Account {
    pub(crate) fn new(identity: Identity, entropy: &mut Entropy) -> Account {
        let mut host = entropy.token(12);
        host.push_str(".invalid");
        Account { identity, user: entropy.token(8), host }
    }

    /// `<sip:user@host;transport=ws…>`
    pub(crate) fn contact(&self, params: &str) -> String {
        ["<sip:", &self.user, "@", &self.host, ";transport=ws", params, ">"].concat()
    }

    /// Our address of record, as From (with a tag) or To.
    pub(crate) fn address(&self, tag: Option<&str>) -> NameAddr {
        let uri = Uri::sip(&self.identity.login, &self.identity.domain);
        match tag {
            Some(tag) => NameAddr::new(uri).with_display_name(&self.identity.display_name).with_tag(tag),
            None => NameAddr::new(uri),
        }
    }
}

/// `1 INVITE`
pub(crate) fn cseq(number: u32, method: &Method) -> String {
    let mut text = number.to_string();
    text.push(' ');
    text.push_str(method.as_str());
    text
}
