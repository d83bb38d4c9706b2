//! The operator's client's contract: what it is told, and what it asks its body to do.

use alloc::string::String;
use alloc::vec::Vec;
use headset_softphone as softphone;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Sockets, peers and call commands are the softphone's; `Start`, `Stop`, `SetRegistrars` and
    /// `SetCredentials` are given by the workplace itself.
    Softphone(softphone::Input),
    Start(Options),
    Stop,
    /// An answer to `Output::Http`; `None` where the network failed.
    Http(HttpId, Result<HttpAnswer, HttpError>),
    StreamOpened,
    StreamClosed,
    Pushed(Push),
    /// The operator chose a status; `request` comes back in `Output::StatusSet`.
    SetStatus { request: u32, status: Status, sub_status: Option<String> },
    RefuseCalls(Option<String>),
    Retry(Slice),
    /// `online`, became visible.
    NetworkBack,
    /// Focus, or a login in any tab: 401 and 403 are tried again.
    Focused,
    /// The page is being left: un-REGISTER and hand out the events, nothing else.
    Unload,
    /// Events that an earlier page could not send.
    RestoreEvents(Vec<Event>),
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Options {
    pub project: String,
    pub env: String,
    /// The application's version.
    pub version: String,
    /// A v4 UUID that the body keeps per browser profile.
    pub profile_id: String,
    /// Wall-clock ms since the Unix epoch at this input's `now`.
    pub wall_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpId(pub u32);

/// What to ask the backend. Paths, JSON and cookies are the body's.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpRequest {
    /// `POST /v1/telephony/hash`
    Hash,
    /// `GET /v1/telephony/launch`
    Launch,
    /// `GET /v1/telephony/status`
    Status,
    /// `PUT /v1/telephony/status`, `If-Match: "<version>"`.
    PutStatus { status: Status, sub_status: Option<String>, if_match: Option<u64> },
    /// `GET /v1/telephony/registrars`
    Registrars,
    /// `POST /v1/telephony/events`
    Events(Vec<Event>),
}

/// A 2xx.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpAnswer {
    Hash(Hash),
    Launch(Launch),
    Status(StatusRecord),
    Registrars { registrars: Vec<softphone::Registrar>, version: String },
    Events,
}

/// Anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpError {
    /// 0: the network failed.
    pub status: u16,
    /// The problem document's `code`: `unauthenticated`, `not_an_operator`, `version_mismatch` …; empty if none.
    pub code: String,
    pub detail: String,
    /// Where to log in, with `unauthenticated`.
    pub login_url: Option<String>,
    /// 412: the current record.
    pub current: Option<StatusRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash {
    pub login: String,
    pub username: String,
    pub hash: String,
    /// Seconds.
    pub expires_in: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    pub login: String,
    pub display_name: String,
    pub sip_uri: String,
    pub sip_domain: String,
    pub registrars: Vec<softphone::Registrar>,
    pub status: StatusRecord,
    /// Seconds between two polls of the registrars.
    pub poll_s: u32,
    /// The whole answer as the body got it: what `useTelephonyLaunch` shows.
    pub json: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Connected,
    Disconnected,
    Paused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    pub status: Status,
    pub sub_status: Option<String>,
    /// RFC 3339, as the backend wrote it.
    pub since: String,
    pub version: u64,
    /// `operator`, `system`, `supervisor`.
    pub by: String,
    pub next: Option<(Status, Option<String>)>,
}

/// Over the event stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Push {
    Status(StatusRecord),
    Registrars { registrars: Vec<softphone::Registrar>, version: String },
}

/// A named step (`docs/events.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unique; makes sending idempotent.
    pub id: String,
    pub name: String,
    /// Wall-clock ms since the Unix epoch.
    pub at_ms: u64,
    pub login: String,
    pub fields: Vec<(String, String)>,
}

/// What the body must do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    OpenSocket { socket: softphone::SocketId, uri: String },
    Send { socket: softphone::SocketId, text: String },
    CloseSocket { socket: softphone::SocketId, code: u16 },
    Peer(softphone::PeerId, softphone::PeerRequest),
    Http(HttpId, HttpRequest),
    /// Open or close the server-sent event stream.
    OpenStream,
    CloseStream,
    /// Read this slice again and publish it.
    Changed(Slice),
    /// `onStatusChange(prev, next)`
    StatusChanged { previous: Status, next: Status },
    /// `setStatus`'s promise resolves.
    StatusSet { request: u32 },
    /// `onSessionTerminate`
    CallEnded(softphone::CallEnd),
    DtmfReceived { tone: char, duration: u16 },
    /// Keep these over a reload, in place of what was kept before.
    KeepEvents(Vec<Event>),
    /// `useCallcenterEvents`
    Event(Event),
    /// An error that belongs to no slice (`docs/errors.md`).
    Error { code: String, message: String },
    /// Going on line asks for the microphone once, and releases it.
    AskMicrophone,
}

/// A part of the state that is replaced as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    Hash,
    Launch,
    Status,
    UserAgent,
    Session,
    Registrars,
}

/// `{loading, data, error}`
#[derive(Clone, Debug, PartialEq)]
pub struct Remote<T> {
    pub loading: bool,
    pub data: Option<T>,
    pub error: Option<Error>,
}

/// An error as applications see it (`docs/errors.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: String,
    pub message: String,
    /// Nothing works until it is mended.
    pub fatal: bool,
    /// The engine goes on trying by itself.
    pub recovering: bool,
    /// Where to log in, with `unauthenticated`.
    pub login_url: Option<String>,
}

/// The state of registrar rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    None,
    /// Another set was announced; waiting for the call to end.
    Pending,
    /// Registering with the new ones.
    Moving,
    Completed,
}
