//! The operator's client's contract: what it is told, and what it asks its body to do.

use alloc::string::String;
use alloc::vec::Vec;
use headset_softphone as softphone;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Sockets, peers and call commands are the softphone's. `Start`, `Stop`, `SetRegistrars` and
    /// `SetCredentials` are given by the workplace itself and ignored here.
    Softphone(softphone::Input),
    /// Begin a shift. While one is under way this only replaces the options.
    Start(Options),
    /// Close everything; the operator's status stays as it is.
    Stop,
    /// An answer to [`Output::Http`]. Answers to requests that are no longer waited for are ignored.
    Http(HttpId, Result<HttpAnswer, HttpError>),
    /// The stream that [`Output::OpenStream`] asked for is open.
    StreamOpened,
    /// The stream ended, or never opened.
    StreamClosed,
    /// The stream told of a status or of registrars, as an answer would.
    Pushed(HttpAnswer),
    /// The operator chose a status; `request` comes back in [`Output::StatusSet`].
    SetStatus {
        /// The caller's own number for this choice.
        request: u32,
        /// The status chosen.
        status: Status,
        /// The reason, as a pause reason's code; empty for none.
        sub_status: String,
    },
    /// While set, incoming calls are refused with it as the reason.
    RefuseCalls(Option<String>),
    /// The user asked to try this part again.
    Retry(Slice),
    /// `online`, became visible.
    NetworkBack,
    /// Focus, or a login in any tab: 401 and 403 are tried again.
    Focused,
    /// The machine slept: every flow and the hash's clock are suspect.
    Woke {
        /// The wall clock now, ms since the Unix epoch, where the body knows it.
        wall_ms: Option<u64>,
    },
    /// The page is being left: un-REGISTER and hand out the events, nothing else. [`Input::Start`] begins anew,
    /// should the page come back.
    Unload,
    /// Events that an earlier page could not send.
    RestoreEvents(Vec<Event>),
}

/// What the body knows of itself. The application's project, environment and version are the body's to send along with
/// the events.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// A v4 UUID that the body keeps per browser profile.
    pub profile_id: String,
    /// Wall-clock ms since the Unix epoch at this input's `now`.
    pub wall_ms: u64,
}

/// One request to the backend.
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
    PutStatus {
        /// The status asked for.
        status: Status,
        /// Its reason; empty for none.
        sub_status: String,
        /// The version that it replaces.
        if_match: Option<u64>,
    },
    /// `GET /v1/telephony/registrars`
    Registrars,
    /// `POST /v1/telephony/events`
    Events(Vec<Event>),
}

/// A 2xx.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpAnswer {
    /// To [`HttpRequest::Hash`].
    Hash(Hash),
    /// To [`HttpRequest::Launch`].
    Launch {
        /// Who the operator is.
        launch: Launch,
        /// The status at launch.
        status: StatusRecord,
        /// The registrars assigned.
        registrars: Vec<softphone::Registrar>,
    },
    /// To [`HttpRequest::Status`] and [`HttpRequest::PutStatus`]; over the stream: it changed, or the stream has just
    /// opened.
    Status(StatusRecord),
    /// Over the stream as with a status. To [`HttpRequest::Registrars`].
    Registrars {
        /// The registrars that the client belongs to.
        registrars: Vec<softphone::Registrar>,
        /// The assignment's version.
        version: String,
    },
    /// To [`HttpRequest::Events`].
    Events,
}

/// Anything but a 2xx that could be read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HttpError {
    /// The HTTP status. 0: the network failed. A 2xx: its body was not what it should be.
    pub status: u16,
    /// The problem document's `code`: `unauthenticated`, `not_an_operator`, `version_mismatch` …; empty if none.
    pub code: String,
    /// The problem document's `detail`, or the failure in words.
    pub detail: String,
    /// Where to log in, with `unauthenticated`; else empty.
    pub login_url: String,
    /// 412: the current record.
    pub current: Option<StatusRecord>,
    /// 429 and 503: seconds to wait.
    pub retry_after_s: Option<u32>,
}

impl HttpError {
    /// Of which nothing but the status is known.
    pub const fn new(status: u16) -> HttpError {
        HttpError {
            status,
            code: String::new(),
            detail: String::new(),
            login_url: String::new(),
            current: None,
            retry_after_s: None,
        }
    }
}

/// The telephony credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hash {
    /// Whose it is.
    pub login: String,
    /// `<unix expiry>:<login>`
    pub username: String,
    /// The password.
    pub hash: String,
    /// Seconds.
    pub expires_in: u32,
}

/// What a client needs to start.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The operator's login.
    pub login: String,
    /// The operator's name.
    pub display_name: String,
    /// The SIP domain.
    pub sip_domain: String,
    /// Seconds between two polls of the registrars.
    pub poll_s: u32,
    /// The whole answer as the body got it: what `useTelephonyLaunch` shows.
    pub json: String,
}

/// What an operator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On line: may be offered calls.
    Connected,
    /// Off line.
    Disconnected,
    /// On a break.
    Paused,
}

impl Status {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Connected => "connected",
            Status::Disconnected => "disconnected",
            Status::Paused => "paused",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(word: &str) -> Option<Status> {
        match word {
            "connected" => Some(Status::Connected),
            "disconnected" => Some(Status::Disconnected),
            "paused" => Some(Status::Paused),
            _ => None,
        }
    }
}

/// The operator's status as the backend holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    /// The status now.
    pub status: Status,
    /// Its reason; empty for none.
    pub sub_status: String,
    /// RFC 3339, as the backend wrote it.
    pub since: String,
    /// Grows with every change.
    pub version: u64,
    /// `operator`, `system`, `supervisor`.
    pub by: String,
    /// Chosen during a call, taken when it ends; with its reason, as above.
    pub next: Option<(Status, String)>,
}

/// A named step (`docs/events.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unique; makes sending idempotent.
    pub id: String,
    /// What happened.
    pub name: String,
    /// Wall-clock ms since the Unix epoch.
    pub at_ms: u64,
    /// To whom; empty while that is not known.
    pub login: String,
    /// Further particulars: key, value, key, value …
    pub fields: Vec<String>,
}

/// What the body must do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Sockets, peers, a call's end, keys and errors are the softphone's; its other events are taken in here.
    Softphone(softphone::Output),
    /// Ask the backend; [`Input::Http`] answers.
    Http(HttpId, HttpRequest),
    /// Open the server-sent event stream; [`Input::StreamOpened`] or [`Input::StreamClosed`] answers.
    OpenStream,
    /// Close it; not answered.
    CloseStream,
    /// Read this slice again and publish it.
    Changed(Slice),
    /// `onStatusChange(prev, next)`
    StatusChanged {
        /// The status until now.
        previous: Status,
        /// The status from now on.
        next: Status,
    },
    /// `setStatus`'s promise resolves; what came of it stands in the status slice.
    StatusSet {
        /// As given in [`Input::SetStatus`].
        request: u32,
    },
    /// Keep these over a reload, in place of what was kept before.
    KeepEvents(Vec<Event>),
    /// `useCallcenterEvents`
    Event(Event),
    /// Going on line asks for the microphone once, and releases it.
    AskMicrophone,
}

/// A part of the state that is replaced as a whole. What is read may be equal to what was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// `Workplace::hash`
    Hash,
    /// `Workplace::launch`
    Launch,
    /// `Workplace::status`
    Status,
    /// `Workplace::user_agent`
    UserAgent,
    /// `Workplace::session`
    Session,
    /// `Workplace::registrars`
    Registrars,
}

impl Slice {
    /// Each at its place.
    pub const ALL: [Slice; 6] =
        [Slice::Hash, Slice::Launch, Slice::Status, Slice::UserAgent, Slice::Session, Slice::Registrars];
}

/// `{loading, data, error}`
#[derive(Clone, Debug, PartialEq)]
pub struct Remote<T> {
    /// The first answer is awaited, or one that the user asked for. Renewals in the background do not show.
    pub loading: bool,
    /// The last good answer; stays while a newer one cannot be had.
    pub data: Option<T>,
    /// Why a newer one cannot be had.
    pub error: Option<Error>,
}

/// An error as applications see it (`docs/errors.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Stable.
    pub code: String,
    /// In words.
    pub message: String,
    /// Nothing works until it is mended.
    pub fatal: bool,
    /// The engine goes on trying by itself.
    pub recovering: bool,
    /// Where to log in, with `unauthenticated`; else empty.
    pub login_url: String,
}

/// The user agent as applications see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent {
    /// Over all flows.
    pub status: softphone::UserAgentStatus,
    /// Why it is not registered, where a registrar said so.
    pub error: Option<Error>,
}

/// The registrars as applications see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrars {
    /// One for each flow, those that are being left included.
    pub flows: Vec<softphone::FlowView>,
    /// How far a change of the assignment has come.
    pub rotation: Rotation,
}

/// The state of registrar rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// There was no change since the start.
    None,
    /// Another set was announced; waiting for the call to end.
    Pending,
    /// Registering with the new ones.
    Moving,
    /// The last change has been carried out.
    Completed,
}
