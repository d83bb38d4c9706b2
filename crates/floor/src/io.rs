//! The floor's contract: what it is told, and what it asks for.

use std::fmt;
use std::time::Duration;

/// Milliseconds on the server's monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// Wall-clock milliseconds since the Unix epoch: what is stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime(pub u64);

/// An operator's unique short name, also the SIP user: `[a-z0-9][a-z0-9._-]{1,31}`;
/// for a guest `guest-<number>`.
pub type Login = String;
/// The call's id everywhere, made by the switch, carried in `X-Headset-Call`.
pub type CallId = String;
/// A queue's name as it is dialled: the user part of its SIP URI.
pub type QueueName = String;
/// A registrar's id, as in the configuration.
pub type RegistrarId = String;

/// What the operator chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// On line: may be offered calls.
    Connected,
    /// Off line.
    Disconnected,
    /// On a break, counted in statistics.
    Paused,
}

/// What the system sees an operator do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activity {
    Idle,
    Reserved,
    Ringing,
    OnCall,
    OnHold,
    WrapUp,
}

/// Whether an operator's client can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reachability {
    Registered,
    /// A flow exists, but its page has stopped answering.
    Stale,
    Unregistered,
}

/// Who wrote a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    Operator,
    System,
    Supervisor,
}

/// A status with its reason and version, as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    pub status: Status,
    /// `smoking`, `registration_lost`, `unreachable`, `page_closed`, `ring_no_answer` …
    pub sub_status: Option<String>,
    pub since: WallTime,
    /// Grows by one with each write; `If-Match` compares with it.
    pub version: u64,
    pub by: By,
    /// Chosen during a call, taken when the call ends.
    pub next: Option<NextStatus>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStatus {
    pub status: Status,
    pub sub_status: Option<String>,
    pub by: By,
}

/// How a call ended; exactly one for every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Two people talked.
    Answered,
    /// The caller gave up while waiting in a queue.
    Abandoned,
    /// The caller gave up while a directly called party rang.
    Cancelled,
    /// Nobody answered a direct call in time, or a queue's max wait time passed.
    Missed,
    /// The directly called party refused.
    Rejected,
    /// Could not be set up: unknown target, unreachable, an error in signalling.
    Failed,
}

/// How one offer of a call to one operator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferOutcome {
    Answered,
    /// Rang for the queue's no-answer time.
    RingNoAnswer,
    /// The operator, or the application on their behalf (480 with a reason), refused.
    Rejected,
    /// 486: already in a call that this server does not know of.
    Busy,
    /// No flow took the call.
    Unreachable,
    /// The caller gave up while this operator rang.
    CallerGone,
}

/// A registrar's place in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrarState {
    Active,
    /// Being emptied: operators are assigned elsewhere, calls in progress go on.
    Draining,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrarConfig {
    pub id: RegistrarId,
    /// `ws://…` or `wss://…`, as clients are told.
    pub uri: String,
    pub weight: u32,
    /// Stable, shared by no two registrars: RFC 5626's reg-id.
    pub reg_id: u32,
    pub state: RegistrarState,
}

/// The registrars a client is told to register with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub registrars: Vec<RegistrarConfig>,
    /// Changes when, and only when, the set changes.
    pub version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// mod_callcenter's `longest-idle-agent`.
    LongestIdleAgent,
}

/// A queue and its delays (mod_callcenter's names and defaults).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    pub name: QueueName,
    /// Shown to operators as the caller's display name.
    pub display_name: String,
    pub strategy: Strategy,
    /// How long one operator rings.
    pub no_answer_timeout: Duration,
    /// After a refusal, before the same operator is offered a call again. 10 s.
    pub reject_delay: Duration,
    /// After 486. 10 s.
    pub busy_delay: Duration,
    /// After ringing out. 10 s.
    pub no_answer_delay: Duration,
    /// After a call, before the next. 0.
    pub wrap_up_time: Duration,
    /// Missed in a row before the operator is paused with `ring_no_answer`. 3; 0 never.
    pub max_no_answer: u32,
    /// How long a caller may wait; `None` without end.
    pub max_wait_time: Option<Duration>,
    /// Operators who serve it.
    pub members: Vec<Login>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorRecord {
    pub login: Login,
    pub display_name: String,
    /// A disabled operator keeps the record and takes no calls.
    pub enabled: bool,
    pub status: StatusRecord,
}

/// Everything that the floor starts from, read from storage.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub operators: Vec<OperatorRecord>,
    pub queues: Vec<QueueConfig>,
    pub registrars: Vec<RegistrarConfig>,
    /// How many registrars each operator is assigned (fewer if fewer are active).
    pub registrars_per_operator: usize,
}

/// Names one question to the floor; its answer carries the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);
/// Names one write; `Input::Stored` carries the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WriteId(pub u64);

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// The switch reports.
    Switch(Report),
    /// A write of this floor was carried out, or was not.
    Stored(WriteId, Stored),
    /// Someone wants a status. Answered by `Output::Answer` with the same id.
    SetStatus { request: RequestId, login: Login, change: StatusChange },
    /// A page's event stream opened or closed; a page is also live while a flow of it is.
    StreamOpened { login: Login },
    StreamClosed { login: Login },
    /// Accounts, queues or registrars were changed in storage.
    OperatorChanged(OperatorRecord),
    QueueChanged(QueueConfig),
    RegistrarChanged(RegistrarConfig),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    pub status: Status,
    pub sub_status: Option<String>,
    pub by: By,
    /// Refused with `VersionMismatch` unless it is the current version.
    pub if_match: Option<u64>,
}

/// What the switch reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A flow registered, or answers again after having been stale.
    FlowLive { login: Login, registrar: RegistrarId, flow: u64 },
    /// The page behind a flow has stopped answering.
    FlowStale { login: Login, flow: u64 },
    /// A flow is gone. `goodbye`: it was un-REGISTERed, rather than lost.
    FlowGone { login: Login, flow: u64, goodbye: bool },
    /// An authenticated party calls `target`, the user part of the request URI.
    CallArrived { call: CallId, caller: Login, caller_name: String, target: String },
    /// The offered party's client rings.
    Ringing { call: CallId, login: Login },
    /// The offered party answered; the caller has been answered with it.
    Answered { call: CallId, login: Login },
    /// An offer ended without an answer. After `Command::CancelOffer` this comes too.
    OfferEnded { call: CallId, login: Login, end: OfferEnd },
    Held { call: CallId, by: Side },
    Resumed { call: CallId, by: Side },
    /// The call is over: the caller gave up, a party hung up, or `Command::Reject`/`HangUp` was done.
    CallEnded { call: CallId, by: Side },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// Refused with this status and reason phrase.
    Refused { status: u16, reason: String },
    /// No flow took it.
    Unreachable,
    /// `Command::CancelOffer` was done, or the caller has gone.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Caller,
    Callee,
    System,
}

/// What storage answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    Done,
    /// `Write::Reserve`: this operator was free and is now reserved.
    Reserved(Login),
    /// `Write::Reserve`: nobody in the order was free.
    NobodyFree,
    /// `Write::Status`: storage holds another version; here is the truth.
    StatusConflict(StatusRecord),
    /// Storage failed; the floor tries again or refuses what was asked.
    Failed(String),
}

/// What must be done now.
#[derive(Clone, Debug)]
pub enum Output {
    /// Carry out in storage, then feed `Input::Stored`.
    Store(WriteId, Write),
    /// Tell the switch.
    Switch(Command),
    /// Tell the pages of one operator, after it is stored.
    Push(Login, Push),
    /// Answer `Input::SetStatus`.
    Answer(RequestId, Result<StatusRecord, FloorError>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// One transaction: the status if storage still holds `expected_version`, and the event.
    Status { login: Login, expected_version: u64, record: StatusRecord, event: Event },
    /// One atomic statement: the first of `order` who is not reserved, until `until`, for `call`.
    Reserve { call: CallId, order: Vec<Login>, until: WallTime },
    /// Free the operator if still reserved by this call.
    Release { call: CallId, login: Login },
    /// A call's record, created or replaced, with the events that belong to it.
    Call { record: CallRecord, events: Vec<Event> },
    /// Events alone.
    Events(Vec<Event>),
}

/// A call's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub id: CallId,
    pub caller: Login,
    pub target: String,
    pub queue: Option<QueueName>,
    pub operator: Option<Login>,
    pub arrived_at: WallTime,
    pub answered_at: Option<WallTime>,
    pub ended_at: Option<WallTime>,
    pub outcome: Option<Outcome>,
    pub ended_by: Option<Side>,
    /// Every offer made, in order.
    pub offers: Vec<OfferRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRecord {
    pub login: Login,
    pub offered_at: WallTime,
    pub ended_at: Option<WallTime>,
    pub outcome: Option<OfferOutcome>,
    /// The reason phrase of a refusal.
    pub reason: Option<String>,
}

/// A named thing that happened; `docs/events.md` lists the names and their fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub name: &'static str,
    pub at: WallTime,
    pub login: Option<Login>,
    pub call: Option<CallId>,
    pub fields: Vec<(&'static str, String)>,
}

/// What the switch must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 182 with the place in the queue.
    ShowPlace { call: CallId, position: u32, waiting: u32 },
    /// Ring this party, showing `display_name` (the queue's name) and the caller's number.
    Offer { call: CallId, login: Login, display_name: String },
    CancelOffer { call: CallId, login: Login },
    /// Refuse a call that was not answered.
    Reject { call: CallId, status: u16, reason: String },
    /// End an answered call on both sides.
    HangUp { call: CallId, reason: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    Status(StatusRecord),
    Registrars(Assignment),
}

/// Why the floor refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorError {
    UnknownOperator,
    Disabled,
    /// Here is the current record.
    VersionMismatch(StatusRecord),
    Storage(String),
}

impl fmt::Display for FloorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperator => f.write_str("no such operator"),
            Self::Disabled => f.write_str("the operator is disabled"),
            Self::VersionMismatch(now) => write!(f, "the status has changed: it is at version {}", now.version),
            Self::Storage(why) => write!(f, "storage failed: {why}"),
        }
    }
}

impl std::error::Error for FloorError {}
