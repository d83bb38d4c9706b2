//! The user agent's contract: what it is told, and what it asks its body to do.
//!
//! Media belongs to the body (a browser's `RTCPeerConnection`, natively str0m); the user agent speaks of
//! it in whole steps ([`PeerRequest`]) and hears how they went ([`PeerEvent`]).

use alloc::string::String;
use alloc::vec::Vec;

/// One WebSocket, made anew for every connection attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u32);

/// One peer connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

/// The body's media options for a call (`pcConfig`, `mediaConstraints`), kept by the body. Equal
/// handles mean equal options; 0 is the body's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MediaOptions(pub u32);

/// Who this user agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SIP user of From, To and Contact.
    pub login: String,
    /// The SIP domain: host of From, To and of the REGISTER's request URI.
    pub domain: String,
    /// Display name of From; may be empty.
    pub display_name: String,
    /// `urn:uuid:…`, stable per browser profile and login (RFC 5626 §4.1).
    pub instance_id: String,
    /// `Headset/0.1.0` …
    pub user_agent: String,
}

/// The hash: what Authorization is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `<unix expiry>:<login>`.
    pub username: String,
    /// The shared-secret digest.
    pub password: String,
}

/// A registrar to hold a flow to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrar {
    /// The registrar's stable name.
    pub id: String,
    /// `ws://…` or `wss://…`.
    pub uri: String,
    /// Of two live flows the heavier carries new requests.
    pub weight: u32,
    /// RFC 5626 §4.2; never shared by two registrars.
    pub reg_id: u32,
}

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

/// How a [`PeerRequest`] went, or what the peer connection did by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerEvent {
    /// Our description with our candidates, after `Offer` or `Answer`.
    Described(String),
    /// `Accept` was applied.
    Accepted,
    /// A request could not be carried out.
    Failed {
        /// The exception's text.
        message: String,
    },
    /// After `OpenMicrophone`.
    MicrophoneOpened,
    /// `name` is the DOMException's: `NotAllowedError`, `NotFoundError`, `NotReadableError` …
    MicrophoneFailed {
        /// The DOMException's name.
        name: String,
        /// The DOMException's text.
        message: String,
    },
    /// Media flows (ICE and DTLS are up).
    Connected,
    /// ICE is disconnected or failed.
    Disconnected,
    /// Nothing was received for 5 s although it should have been.
    NoMedia,
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
    },
    /// Un-REGISTER, hang up, close every socket.
    Stop,
    /// A renewed hash; used from the next challenge on.
    SetCredentials(Credentials),
    /// Make before break: register with the new ones, then leave those that are no longer in the list.
    SetRegistrars(Vec<Registrar>),
    /// While set, incoming calls are refused with 480 and it as the reason phrase.
    RefuseCalls(Option<String>),
    /// Call `target`: a user part, or a whole SIP URI.
    Call {
        /// A user part, or a whole SIP URI.
        target: String,
        /// Options of the new peer connection.
        media: MediaOptions,
    },
    /// Answer the ringing call. Other `media` than prepared rebuilds the peer connection and is remembered.
    Answer {
        /// Options that the answer must have been made with.
        media: MediaOptions,
    },
    /// Refuse, cancel or hang up: what ending means in the call's state.
    End(EndOptions),
    /// Hold or resume.
    Hold(bool),
    /// The microphone; kept over holds and new peer connections.
    Mute(bool),
    /// Keys to press one after the other.
    SendDtmf {
        /// `0-9 A-D # *`; `,` pauses 2 s.
        tones: String,
    },
}

/// JsSIP's `terminate(options)`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EndOptions {
    /// 300–699 while it rings (480 if absent); the Reason header's cause afterwards.
    pub status_code: Option<u16>,
    /// The response's reason phrase, or the Reason header's text.
    pub reason_phrase: Option<String>,
    /// The word that [`CallEnd::cause`] then carries.
    pub cause: Option<String>,
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
    /// A peer connection is created by the first `Offer`, `Answer` or `OpenMicrophone` that names it. What is asked of
    /// one peer is carried out in the order given. After `Close` nothing more is heard of it.
    Peer(PeerId, PeerRequest),
    /// For the application.
    Event(Event),
}

/// One step on a peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerRequest {
    /// Make an offer in this direction, gather, then `Described`. A new peer connection opens the
    /// microphone first, and says `MicrophoneFailed` if that fails.
    Offer {
        /// Options of a new peer connection.
        media: MediaOptions,
        /// What we will; the far end's will is its own.
        direction: Direction,
        /// With new ICE credentials.
        ice_restart: bool,
    },
    /// Apply this offer, set its transceiver to `direction` with one stream, answer, gather, then `Described`. Does not
    /// open the microphone; one that is open joins.
    Answer {
        /// Options of a new peer connection.
        media: MediaOptions,
        /// The far end's description, with or without its candidates.
        offer: String,
        /// What we will; the far end's will is in the offer.
        direction: Direction,
    },
    /// The far end's answer to our offer; then `Accepted` or `Failed`.
    Accept {
        /// The far end's description.
        answer: String,
    },
    /// The candidates that were withheld from `Answer::offer`.
    AddCandidates {
        /// The whole offer.
        description: String,
    },
    /// Take back our unanswered offer.
    Rollback,
    /// Open the microphone and join it by `replaceTrack`, or keep it for the description to come; then
    /// `MicrophoneOpened` or `MicrophoneFailed`.
    OpenMicrophone {
        /// Which microphone.
        media: MediaOptions,
    },
    /// The microphone's track, now and after any replacement.
    Mute(bool),
    /// While held here, neither the microphone nor the far end is heard.
    Hold(bool),
    /// Release it and its microphone.
    Close,
}

/// SDP's, from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// Held here.
    SendOnly,
    /// We only hear.
    RecvOnly,
    /// Neither.
    Inactive,
}

/// What applications hear. State is read from [`FlowView`]s and the [`CallView`].
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `user_agent_status()` or a flow's view changed.
    FlowsChanged,
    /// `call()` changed; `None` there means it has ended.
    CallChanged,
    /// A call of ours, or one that we refused before it became ours, is over.
    CallEnded(CallEnd),
    /// The far end pressed a key. `duration` in ms.
    DtmfReceived {
        /// `0-9 A-D # *`.
        tone: char,
        /// Milliseconds.
        duration: u16,
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
        /// What is worth knowing about it.
        fields: Vec<(&'static str, String)>,
    },
    /// Something went wrong that the user should know of (`docs/errors.md`).
    Error {
        /// snake_case, stable.
        code: &'static str,
        /// For developers, in English.
        message: String,
    },
}

/// Over all flows, the first that holds: `registered` (any flow is), `error` (every registrar's last answer is a
/// refusal that a retry will not mend), `connected` (any WebSocket is open), `connecting` (an attempt under way,
/// or scheduled and none ever succeeded), `disconnected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAgentStatus {
    /// An attempt is under way, or scheduled and none ever succeeded.
    Connecting,
    /// A WebSocket is open.
    Connected,
    /// None of the others.
    Disconnected,
    /// Every registrar refuses.
    Error,
    /// A flow is registered.
    Registered,
}

/// A flow as applications see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowView {
    /// Whom it leads to.
    pub registrar: Registrar,
    /// How far it is.
    pub status: FlowStatus,
    /// The last refusal or failure, in words.
    pub error: Option<String>,
}

/// How far a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStatus {
    /// The WebSocket is being opened.
    Connecting,
    /// The WebSocket is open, REGISTER under way.
    Connected,
    /// Calls can come and go.
    Registered,
    /// Waiting to try again.
    Disconnected,
    /// Refused in a way that a retry will not mend.
    Refused,
    /// Being left: another registrar takes its place.
    Leaving,
}

/// How far the call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// Ringing here, or set up by us and not answered.
    Starting,
    /// Talking.
    Active,
    /// Held here.
    Hold,
}

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallDirection {
    /// We are called.
    Incoming,
    /// We call.
    Outgoing,
}

/// The call as applications see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallView {
    /// `X-Headset-Call`, or the Call-ID where that is absent.
    pub id: String,
    /// How far it is.
    pub status: CallStatus,
    /// Who called whom.
    pub direction: CallDirection,
    /// Us.
    pub local: Party,
    /// The far end; for an operator, the queue's name and the caller's number.
    pub remote: Party,
    /// The far end rings (18x on a call of ours).
    pub ringing: bool,
    /// Place in the queue and callers waiting (`X-Headset-Queue` of a 182).
    pub queue_place: Option<(u32, u32)>,
    /// The microphone is muted by the user.
    pub muted: bool,
    /// The other side holds us.
    pub held_by_remote: bool,
    /// Media flows.
    pub connected: bool,
    /// Answer was clicked and is being carried out.
    pub answering: bool,
    /// Engine milliseconds when it became active.
    pub answered_at: Option<u64>,
    /// The text of the INVITE: JsSIP's `request`, whose headers applications read.
    pub invite: String,
}

/// A name-addr.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Party {
    /// Empty where there is none.
    pub display_name: String,
    /// `sip:…` as text.
    pub uri: String,
    /// The URI's user part, unescaped.
    pub user: String,
    /// The URI's host.
    pub host: String,
}

/// `TerminateOptions` and what else is known of a call's end.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEnd {
    /// The same as [`CallView::id`].
    pub id: String,
    /// Who called whom.
    pub direction: CallDirection,
    /// Who ended it.
    pub originator: Originator,
    /// What became of it.
    pub outcome: Outcome,
    /// JsSIP's words: `Terminated`, `Canceled`, `Rejected`, `Busy`, `User Denied Media Access` …
    pub cause: String,
    /// The final response's, or the Reason header's.
    pub status_code: Option<u16>,
    /// The final response's, or the Reason header's text.
    pub reason_phrase: Option<String>,
    /// The far end.
    pub remote: Party,
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Originator {
    /// This client, on the user's behalf.
    Local,
    /// The far end.
    Remote,
    /// Nobody: a failure or a deadline.
    System,
}

/// Exactly one for every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was talked.
    Answered,
    /// Nobody answered in time.
    Missed,
    /// Refused by whoever was called.
    Rejected,
    /// Cancelled by the caller.
    Cancelled,
    /// Another operator was faster.
    AnsweredElsewhere,
    /// Something broke before it was answered.
    Failed,
}
