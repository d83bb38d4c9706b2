//! The user agent's contract: what it is told, and what it asks its body to do.
//!
//! Media belongs to the body (a browser's `RTCPeerConnection`, natively str0m); the user agent speaks of
//! it in whole steps ([`PeerRequest`]) and hears how they went ([`PeerEvent`]).

mod account;
mod call;
mod call_command;
mod call_event;
mod flow;
mod peer;
#[cfg(feature = "full")]
mod request;
mod settings;

pub use account::*;
pub use call::*;
pub use call_command::*;
pub use call_event::*;
pub use flow::*;
pub use peer::*;
#[cfg(feature = "full")]
pub use request::*;
pub use settings::*;

#[cfg(feature = "full")]
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// One WebSocket, made anew for every connection attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u32);

/// One peer connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// What a WebSocket did. Sockets that were closed from here are no longer listened to.
    Socket(SocketId, SocketEvent),
    /// What a peer connection did.
    Peer(PeerId, PeerEvent),
    /// What the application asks for.
    Command(Command),
    /// The network came back, the page became visible, an HTTP answer arrived after failures: attempt now
    /// whatever waits for a back-off.
    Nudge,
    /// The engine slept (the wall clock jumped against the engine's): every flow is suspect.
    Woke,
    /// What the browser's permission is, at start and at each change.
    MicrophonePermission(Permission),
}

/// What a WebSocket did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// The handshake is done.
    Opened,
    /// One frame.
    Received(String),
    /// Also when it never opened.
    Closed {
        /// The Close frame's code; 1006 where there was none.
        code: u16,
        /// The Close frame's text.
        reason: String,
    },
}

/// The browser's answer to "may this page use the microphone?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Opens without asking.
    Granted,
    /// The browser would ask.
    Prompt,
    /// Refused until the user changes the page's settings.
    Denied,
}

/// What an application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Who we are and with whom to register. A different `identity` restarts everything.
    Start {
        /// Who we are.
        identity: Identity,
        /// What Authorization is made with.
        credentials: Credentials,
        /// All are registered with at once.
        registrars: Vec<Registrar>,
        /// Who decides.
        settings: Settings,
    },
    /// Un-REGISTER, hang up, close every socket.
    Stop,
    /// How the account is used from now on. The defaults hold until this is first said.
    #[cfg(feature = "full")]
    Configure(Box<AccountOptions>),
    /// Registers on every flow, now and whenever one is opened.
    #[cfg(feature = "full")]
    Register,
    /// Un-REGISTERs on every flow; the flows stay open and are not registered until `Register`.
    #[cfg(feature = "full")]
    Unregister {
        /// Every binding of the address of record, other devices' too (RFC 3261 §10.2.2).
        all: bool,
    },
    /// A renewed hash; used from the next challenge on.
    SetCredentials(Credentials),
    /// Make before break: register with the new ones, then leave those that are no longer in the list.
    SetRegistrars(Vec<Registrar>),
    /// While set, incoming calls are refused with 480 and it as the reason phrase.
    RefuseCalls(Option<String>),
    /// What one call is to do.
    Call(CallId, CallCommand),
    /// Take up the calls that [`Event::KeepCalls`] told to store, from new peer connections. Before there are others.
    Resume {
        /// Options of the peer connections.
        media: MediaOptions,
        /// What was stored.
        stored: String,
    },
    /// The page is being left. Those of our calls that nobody has answered end; what was answered can be taken up by the
    /// next page. Where there is nothing of the kind, as `Stop`.
    Leave,
    /// Who answers requests outside calls.
    #[cfg(feature = "full")]
    Supervise(Supervision),
    /// Send a request outside calls.
    #[cfg(feature = "full")]
    Request(Box<NewRequest>),
    /// Answer one. A SUBSCRIBE is taken by `Accept` instead.
    #[cfg(feature = "full")]
    Reply(Box<Reply>),
    /// Subscribe to somebody's state.
    #[cfg(feature = "full")]
    Subscribe(Box<NewSubscription>),
    /// SUBSCRIBE again in a subscription of ours, or un-subscribe.
    #[cfg(feature = "full")]
    Resubscribe(Box<Resubscription>),
    /// Take somebody's SUBSCRIBE.
    #[cfg(feature = "full")]
    Accept(Box<Acceptance>),
    /// Tell a subscriber.
    #[cfg(feature = "full")]
    Notify(Box<Notification>),
}

/// What the body must do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Connect, subprotocol `sip`.
    OpenSocket {
        /// Never used before.
        socket: SocketId,
        /// `ws://…` or `wss://…`.
        uri: String,
    },
    /// Send one text frame.
    Send {
        /// An open socket.
        socket: SocketId,
        /// A SIP message or a keep-alive.
        text: String,
    },
    /// Close after what was sent; nothing more is heard of it.
    CloseSocket {
        /// The socket, open or still connecting.
        socket: SocketId,
        /// For the Close frame: 1000, or 3000 where it was silent or failing.
        code: u16,
    },
    /// A step on a call's peer connection, which is created by the first `Offer`, `Answer` or `OpenMicrophone` that
    /// names it. What is asked of one peer is carried out in the order given. After `Close` nothing more is heard of it.
    Peer(CallId, PeerId, PeerRequest),
    /// For the application.
    Event(Event),
}

/// What applications hear. State is read from [`FlowView`]s and [`CallView`]s.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `user_agent_status()` or a flow's view changed.
    FlowsChanged,
    /// `calls()` changed; one that is not there has ended.
    CallsChanged,
    /// Store this in place of what was stored before, so that `Resume` can take the answered calls up after a reload;
    /// empty where there is none. Comes before a far end may count on it. There is no secret in it. Not with
    /// `supervised` settings.
    KeepCalls(String),
    /// What an application that decides by itself must know of a call.
    #[cfg(feature = "full")]
    Call(CallId, CallEvent),
    /// A call of ours, or one that we refused before it became ours, is over.
    CallEnded(CallEnd),
    /// The far end pressed a key. `duration` in ms.
    DtmfReceived {
        /// In this call.
        call: CallId,
        /// `0-9 A-D # *`.
        tone: &'static str,
        /// Milliseconds.
        duration: u16,
    },
    /// What happened to a flow, step by step; only with [`AccountOptions::reports`].
    #[cfg(feature = "full")]
    Flow {
        /// [`Registrar::id`].
        registrar: String,
        /// What happened.
        event: FlowEvent,
    },
    /// A 401/403 said that the hash has expired or is wrong: fetch another.
    CredentialsRefused {
        /// [`Registrar::id`]; empty where a call was refused.
        registrar: String,
        /// 401, 403 or 407.
        status: u16,
        /// The response's reason phrase.
        reason: String,
    },
    /// A named step, for the event stream (`docs/events.md`).
    Trace {
        /// snake_case.
        name: &'static str,
        /// What is worth knowing about it: key, value, key, value …
        fields: Vec<String>,
    },
    /// Something went wrong that the user should know of (`docs/errors.md`).
    Error {
        /// snake_case, stable.
        code: &'static str,
        /// For developers, in English.
        message: String,
    },
    /// A request of ours went out; again when a challenge was answered.
    #[cfg(feature = "full")]
    RequestSent {
        /// Which.
        request: RequestId,
        /// Its text.
        message: String,
    },
    /// A response to a request of ours other than 100; below 200 it is not the last.
    #[cfg(feature = "full")]
    RequestAnswered {
        /// Which.
        request: RequestId,
        /// The response's text.
        message: String,
    },
    /// A request of ours will not be answered.
    #[cfg(feature = "full")]
    RequestFailed {
        /// Which.
        request: RequestId,
        /// Why.
        cause: RequestFailure,
    },
    /// Somebody asks, outside calls; answered with `Command::Reply` or `Command::Accept`.
    #[cfg(feature = "full")]
    Requested {
        /// For the answer.
        reply: ReplyId,
        /// The request's text.
        message: String,
    },
    /// Something happened to a subscription, ours or to us.
    #[cfg(feature = "full")]
    Subscription {
        /// Which.
        subscription: SubscriptionId,
        /// What.
        change: SubscriptionChange,
    },
}
