//! What every part of the user agent works with: time, randomness, timers, transactions, what to put out.

use crate::authorization::Nonce;
use crate::flow::FlowId;
use crate::routes::Routes;
use crate::{Credentials, Event, Identity, Output, PeerId, PeerRequest, Permission, SocketId};
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use headset_sip::{
    Entropy, Method, Name, NameAddr, Request, RequestBuilder, Response, ResponseBuilder, Time, TimerTable,
    TransactionKey, Transactions, Uri,
};

pub(crate) type Key = TransactionKey<SocketId>;

/// Methods that are taken.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS";

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
    /// The call's next step is due.
    Call(CallTimer),
    /// A call that was hung up must be forgotten.
    Farewell(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallTimer {
    /// It has rung, or waited for a flow, long enough.
    GiveUp,
    /// The caller's patience (Expires) ends.
    Expires,
    /// The next key.
    Dtmf,
    /// After a 491.
    Glare,
    /// Media has been down long enough for an ICE restart.
    IceRestart,
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
    credentials: Credentials,
    /// How often they were changed.
    pub(crate) credentials_version: u32,
    pub(crate) permission: Permission,
    pub(crate) flows_changed: bool,
    pub(crate) call_changed: bool,
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
            credentials: Credentials { username: String::new(), password: String::new() },
            credentials_version: 0,
            permission: Permission::Prompt,
            flows_changed: false,
            call_changed: false,
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

    /// `false` where they are the same as before.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) -> bool {
        let changed = self.credentials != credentials;
        self.credentials = credentials;
        self.credentials_version += u32::from(changed);
        changed
    }

    /// The header that answers a challenge.
    pub(crate) fn authorization(
        &mut self,
        nonce: &mut Nonce,
        method: &Method,
        uri: &str,
        body: &str,
    ) -> (Name, String) {
        nonce.answer(&self.credentials, &mut self.entropy, method, uri, body)
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
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

    pub(crate) fn peer(&mut self, peer: PeerId, request: PeerRequest) {
        self.outputs.push_back(Output::Peer(peer, request));
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
            .header(Name::Allow, ALLOW)
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
    pub(crate) fn address(&self, tag: Option<&str>) -> String {
        let uri = Uri::sip(&self.identity.login, &self.identity.domain);
        let name = if tag.is_some() { self.identity.display_name.as_str() } else { "" };
        NameAddr::format(name, &uri, tag.unwrap_or(""))
    }
}

/// `1 INVITE`
pub(crate) fn cseq(number: u32, method: &Method) -> String {
    let mut text = number.to_string();
    text.push(' ');
    text.push_str(method.as_str());
    text
}
