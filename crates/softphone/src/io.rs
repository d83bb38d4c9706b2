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
    pub domain: String,
    pub display_name: String,
    /// `urn:uuid:…`, stable per browser profile and login (RFC 5626 §4.1).
    pub instance_id: String,
    /// `Headset/0.1.0` …
    pub user_agent: String,
}

/// The hash: what Authorization is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

/// A registrar to hold a flow to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrar {
    pub id: String,
    /// `ws://…` or `wss://…`.
    pub uri: String,
    pub weight: u32,
    pub reg_id: u32,
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    Socket(SocketId, SocketEvent),
    Peer(PeerId, PeerEvent),
    Command(Command),
    /// The network came back, the page became visible, an HTTP answer arrived after failures: attempt now
    /// whatever waits for a back-off.
    Nudge,
    /// The engine slept (the wall clock jumped against the engine's): every flow is suspect.
    Woke,
    MicrophonePermission(Permission),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    Opened,
    /// One frame.
    Received(String),
    /// Also when it never opened.
    Closed { code: u16, reason: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// The browser would ask.
    Prompt,
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
    Failed { message: String },
    MicrophoneOpened,
    /// `name` is the DOMException's: `NotAllowedError`, `NotFoundError`, `NotReadableError` …
    MicrophoneFailed { name: String, message: String },
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
    Start { identity: Identity, credentials: Credentials, registrars: Vec<Registrar> },
    /// Un-REGISTER, hang up, close every socket.
    Stop,
    /// A renewed hash; used from the next challenge on.
    SetCredentials(Credentials),
    /// Make before break: register with the new ones, then leave those that are no longer in the list.
    SetRegistrars(Vec<Registrar>),
    /// While set, incoming calls are refused with 480 and it as the reason phrase.
    RefuseCalls(Option<String>),
    /// Call `target`: a user part, or a whole SIP URI.
    Call { target: String, media: MediaOptions },
    Answer { media: MediaOptions },
    /// Refuse, cancel or hang up: what ending means in the call's state.
    End(EndOptions),
    Hold(bool),
    Mute(bool),
    /// `0-9 A-D # *`; `,` pauses 2 s.
    SendDtmf { tones: String },
}

/// JsSIP's `terminate(options)`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EndOptions {
    /// 300–699 while it rings (480 if absent); the Reason header's cause afterwards.
    pub status_code: Option<u16>,
    pub reason_phrase: Option<String>,
    pub cause: Option<String>,
}

/// What the body must do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    OpenSocket { socket: SocketId, uri: String },
    Send { socket: SocketId, text: String },
    CloseSocket { socket: SocketId, code: u16 },
    /// `peer` is created by the first `Offer` or `Answer` that names it.
    Peer(PeerId, PeerRequest),
    Event(Event),
}

/// One step on a peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerRequest {
    /// Make an offer in this direction, gather, then `Described`. A new peer connection opens the
    /// microphone first, and says `MicrophoneFailed` if that fails.
    Offer { media: MediaOptions, direction: Direction, ice_restart: bool },
    /// Apply this offer, set its transceiver to `sendrecv` (or `direction`) with one stream, answer, gather, then
    /// `Described`. Does not open the microphone.
    Answer { media: MediaOptions, offer: String, direction: Direction },
    /// The far end's answer to our offer.
    Accept { answer: String },
    /// The candidates that were withheld from `Answer::offer`.
    AddCandidates { description: String },
    /// Take back our unanswered offer.
    Rollback,
    /// Open the microphone and join it by `replaceTrack`; then `MicrophoneOpened` or `MicrophoneFailed`.
    OpenMicrophone { media: MediaOptions },
    Mute(bool),
    /// While held here, neither the microphone nor the far end is heard.
    Hold(bool),
    Close,
}

/// SDP's, from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
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
    DtmfReceived { tone: char, duration: u16 },
    /// A 401/403 said that the hash has expired or is wrong: fetch another.
    CredentialsRefused { registrar: String, status: u16, reason: String },
    /// A named step, for the event stream (`docs/events.md`).
    Trace { name: &'static str, fields: Vec<(&'static str, String)> },
    /// Something went wrong that the user should know of (`docs/errors.md`).
    Error { code: &'static str, message: String },
}

/// Over all flows, the first that holds: `registered` (any flow is), `error` (every registrar's last answer is a
/// refusal that a retry will not mend), `connected` (any WebSocket is open), `connecting` (an attempt under way,
/// or scheduled and none ever succeeded), `disconnected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAgentStatus {
    Connecting,
    Connected,
    Disconnected,
    Error,
    Registered,
}

/// A flow as applications see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowView {
    pub registrar: Registrar,
    pub status: FlowStatus,
    /// The last refusal or failure, in words.
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStatus {
    Connecting,
    /// The WebSocket is open, REGISTER under way.
    Connected,
    Registered,
    /// Waiting to try again.
    Disconnected,
    /// Refused in a way that a retry will not mend.
    Refused,
    /// Being left: another registrar takes its place.
    Leaving,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// Ringing here, or set up by us and not answered.
    Starting,
    Active,
    /// Held here.
    Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallDirection {
    Incoming,
    Outgoing,
}

/// The call as applications see it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallView {
    /// `X-Headset-Call`, or the Call-ID where that is absent.
    pub id: String,
    pub status: CallStatus,
    pub direction: CallDirection,
    pub local: Party,
    pub remote: Party,
    /// The far end rings (18x on a call of ours).
    pub ringing: bool,
    /// Place in the queue and callers waiting (`X-Headset-Queue` of a 182).
    pub queue_place: Option<(u32, u32)>,
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
    pub display_name: String,
    /// `sip:…` as text.
    pub uri: String,
    pub user: String,
    pub host: String,
}

/// `TerminateOptions` and what else is known of a call's end.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEnd {
    pub id: String,
    pub direction: CallDirection,
    pub originator: Originator,
    pub outcome: Outcome,
    /// JsSIP's words: `Terminated`, `Canceled`, `Rejected`, `Busy`, `User Denied Media Access` …
    pub cause: String,
    pub status_code: Option<u16>,
    pub reason_phrase: Option<String>,
    pub remote: Party,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Originator {
    Local,
    Remote,
    System,
}

/// Exactly one for every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    Missed,
    Rejected,
    /// Cancelled by the caller.
    Cancelled,
    AnsweredElsewhere,
    Failed,
}
