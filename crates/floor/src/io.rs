//! The floor's contract: what it is told, and what it asks for.

use std::fmt;
use std::time::Duration;

/// Milliseconds on the server's monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

impl std::ops::Add<Duration> for Time {
    type Output = Self;
    fn add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }
}

/// Wall-clock milliseconds since the Unix epoch: what is stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime(pub u64);

impl std::ops::Add<Duration> for WallTime {
    type Output = Self;
    fn add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

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
    /// Nothing: may be offered a call if nothing else speaks against it.
    Idle,
    /// A call was given to them, their client does not ring yet.
    Reserved,
    /// Their client rings.
    Ringing,
    /// In a call, in either direction; one who calls out is from the moment of the call's arrival.
    OnCall,
    /// In a call that they hold.
    OnHold,
    /// After a queue's call, before they are offered the next.
    WrapUp,
}

/// Whether an operator's client can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reachability {
    /// At least one flow whose page answers.
    Registered,
    /// A flow exists, but its page has stopped answering.
    Stale,
    /// No flow.
    Unregistered,
}

/// Who wrote a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The operator themselves.
    Operator,
    /// The floor: the watch, the limit of missed calls, the account's end.
    System,
    /// Someone else, over the admin API.
    Supervisor,
}

/// A status with its reason and version, as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRecord {
    /// What holds now.
    pub status: Status,
    /// `smoking`, `registration_lost`, `unreachable`, `page_closed`, `ring_no_answer` …
    pub sub_status: Option<String>,
    /// When `status` or `sub_status` last changed; a choice of `next` leaves it alone.
    pub since: WallTime,
    /// Grows by one with each write; `If-Match` compares with it.
    pub version: u64,
    /// Who wrote `status`.
    pub by: By,
    /// Chosen during a call, taken when the call ends.
    pub next: Option<NextStatus>,
}

/// A status that waits for the end of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStatus {
    /// What will hold.
    pub status: Status,
    /// With which reason.
    pub sub_status: Option<String>,
    /// Who chose it.
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
    /// The directly called party refused, or was busy.
    Rejected,
    /// Could not be set up: unknown target, unreachable, not allowed, an error in signalling, or the
    /// server restarted before it was answered.
    Failed,
}

/// How one offer of a call to one operator ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferOutcome {
    /// Taken.
    Answered,
    /// Rang for the queue's no-answer time.
    RingNoAnswer,
    /// The operator, or the application on their behalf (480 with a reason), refused; or they went off
    /// line while it rang.
    Rejected,
    /// 486: already in a call that this server does not know of; or they called out meanwhile.
    Busy,
    /// No flow took the call.
    Unreachable,
    /// The caller gave up while this operator rang.
    CallerGone,
}

/// A registrar's place in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrarState {
    /// Operators are assigned to it.
    Active,
    /// Being emptied: operators are assigned elsewhere, calls in progress go on.
    Draining,
}

/// A registrar as clients are told of it, and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrarConfig {
    /// As in the configuration.
    pub id: RegistrarId,
    /// `ws://…` or `wss://…`, as clients are told.
    pub uri: String,
    /// Its share of operators against the others'; 0: only when the others are too few.
    pub weight: u32,
    /// Stable, shared by no two registrars: RFC 5626's reg-id.
    pub reg_id: u32,
    /// Whether operators are assigned to it.
    pub state: RegistrarState,
}

/// The registrars a client is told to register with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The preferred first.
    pub registrars: Vec<RegistrarConfig>,
    /// Changes when, and only when, the set (ids, URIs, reg-ids) changes; the same after a restart.
    pub version: String,
}

/// Which free operator is rung first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Strategy {
    /// mod_callcenter's `longest-idle-agent`: idle since the end of the last call, or since they came on
    /// line.
    #[default]
    LongestIdleAgent,
}

/// A queue and its delays (mod_callcenter's names and defaults).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// As it is dialled.
    pub name: QueueName,
    /// Shown to operators as the caller's display name.
    pub display_name: String,
    /// Who is rung first.
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
    /// Operators who serve it; `*` stands for every operator.
    pub members: Vec<Login>,
}

impl QueueConfig {
    /// A queue that every operator serves, with mod_callcenter's delays and 20 s of ringing.
    pub fn new(name: impl Into<QueueName>, display_name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            display_name: display_name.into(),
            strategy: Strategy::default(),
            no_answer_timeout: Duration::from_secs(20),
            reject_delay: Duration::from_secs(10),
            busy_delay: Duration::from_secs(10),
            no_answer_delay: Duration::from_secs(10),
            wrap_up_time: Duration::ZERO,
            max_no_answer: 3,
            max_wait_time: None,
            members: vec!["*".to_owned()],
        }
    }
}

/// An operator's account, as far as the floor needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorRecord {
    /// Unique short name.
    pub login: Login,
    /// Shown to those they call.
    pub display_name: String,
    /// A disabled operator keeps the record and takes no calls.
    pub enabled: bool,
    /// The stored status. In `Input::OperatorChanged` it counts only if its version is newer than the floor's.
    pub status: StatusRecord,
}

/// Everything that the floor starts from, read from storage after what a killed server left open was
/// closed: there are no calls and no reservations.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// All accounts, disabled ones too.
    pub operators: Vec<OperatorRecord>,
    /// All queues.
    pub queues: Vec<QueueConfig>,
    /// All registrars, draining ones too.
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
    SetStatus {
        /// Carried by the answer.
        request: RequestId,
        /// Whose status.
        login: Login,
        /// What is wanted.
        change: StatusChange,
    },
    /// A page's event stream opened or closed; a page is also live while a flow of it is.
    StreamOpened {
        /// Whose page.
        login: Login,
    },
    /// One stream less; each `StreamOpened` is followed by one of these.
    StreamClosed {
        /// Whose page.
        login: Login,
    },
    /// An account was created or changed in storage.
    OperatorChanged(OperatorRecord),
    /// A queue was created or changed in storage.
    QueueChanged(QueueConfig),
    /// A registrar was created or changed (drained, activated) in storage.
    RegistrarChanged(RegistrarConfig),
}

/// A wanted status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// What is wanted.
    pub status: Status,
    /// With which reason.
    pub sub_status: Option<String>,
    /// Who wants it.
    pub by: By,
    /// Refused with `VersionMismatch` unless it is the current version.
    pub if_match: Option<u64>,
}

/// What the switch reports.
#[allow(missing_docs)] // the fields' names say it: whose login, which call
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
    /// This side put the other on hold.
    Held { call: CallId, by: Side },
    /// This side took the other off hold.
    Resumed { call: CallId, by: Side },
    /// The call is over: the caller gave up, a party hung up, or `Command::Reject`/`HangUp` was done.
    CallEnded { call: CallId, by: Side },
}

/// How an offer ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// Refused by the party's client.
    Refused {
        /// The SIP status: 400..=699.
        status: u16,
        /// Its reason phrase.
        reason: String,
    },
    /// No flow took it.
    Unreachable,
    /// `Command::CancelOffer` was done, or the caller has gone.
    Cancelled,
}

/// Which side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who called.
    Caller,
    /// Who was called.
    Callee,
    /// The server.
    System,
}

/// What storage answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Carried out: it survives a crash.
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
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Carry out in storage, in the order in which they come, then feed `Input::Stored`, exactly once for
    /// each.
    Store(WriteId, Write),
    /// Tell the switch.
    Switch(Command),
    /// Tell the pages of one operator, after it is stored.
    Push(Login, Push),
    /// Answer `Input::SetStatus`.
    Answer(RequestId, Result<StatusRecord, FloorError>),
}

/// What storage is asked to do. A write that failed may be asked for again under another id; each is
/// safe to repeat.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// One transaction: the status if storage still holds `expected_version`, and the event.
    /// Answers: `Done`, `StatusConflict`, `Failed`.
    Status {
        /// Whose.
        login: Login,
        /// `record.version` less one.
        expected_version: u64,
        /// What to store.
        record: StatusRecord,
        /// Stored with it, or neither.
        event: Event,
    },
    /// One atomic statement: the first of `order` who is not reserved (or whose reservation has run out)
    /// becomes reserved for `call` until `until`. Answers: `Reserved`, `NobodyFree`, `Failed`.
    Reserve {
        /// For which call.
        call: CallId,
        /// Whom to try, the best first.
        order: Vec<Login>,
        /// When the reservation lapses by itself.
        until: WallTime,
    },
    /// The operator is in this call: theirs until `until`, whatever the reservation said before. Asked for
    /// when a call is answered or an operator calls out, and again each minute while the call lasts, so
    /// that a crashed server's operators come free. Answers: `Done`, `Failed`.
    Hold {
        /// The call they are in.
        call: CallId,
        /// Who.
        login: Login,
        /// When it lapses unless renewed.
        until: WallTime,
    },
    /// Free the operator if still reserved or held by this call. Answers: `Done`, `Failed`.
    Release {
        /// By which call.
        call: CallId,
        /// Who.
        login: Login,
    },
    /// A call's record, created or replaced, with the events that belong to it. Answers: `Done`, `Failed`.
    Call {
        /// The whole record.
        record: CallRecord,
        /// What happened since the last such write.
        events: Vec<Event>,
    },
    /// Events alone. Answers: `Done`, `Failed`.
    Events(Vec<Event>),
}

/// A call's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// The call's id everywhere.
    pub id: CallId,
    /// Who called: an operator's login, or `guest-<number>`.
    pub caller: Login,
    /// What was dialled.
    pub target: String,
    /// The queue it waited in, if it was one that was dialled.
    pub queue: Option<QueueName>,
    /// The operator who answered; `None` when a guest did.
    pub operator: Option<Login>,
    /// When the INVITE came.
    pub arrived_at: WallTime,
    /// When it was answered.
    pub answered_at: Option<WallTime>,
    /// When it was over.
    pub ended_at: Option<WallTime>,
    /// Set once, together with `ended_at`.
    pub outcome: Option<Outcome>,
    /// Who ended it.
    pub ended_by: Option<Side>,
    /// Every offer made, in order.
    pub offers: Vec<OfferRecord>,
}

/// One offer of a call to one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferRecord {
    /// To whom.
    pub login: Login,
    /// When the switch was told to ring them.
    pub offered_at: WallTime,
    /// When it was answered or over.
    pub ended_at: Option<WallTime>,
    /// Set together with `ended_at`.
    pub outcome: Option<OfferOutcome>,
    /// The reason phrase of a refusal, or why the floor took the offer back.
    pub reason: Option<String>,
}

/// A named thing that happened; [`EVENTS`](crate::EVENTS) lists the names and their fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// One of [`EVENTS`](crate::EVENTS).
    pub name: &'static str,
    /// When.
    pub at: WallTime,
    /// The operator or guest it is about.
    pub login: Option<Login>,
    /// The call it is about.
    pub call: Option<CallId>,
    /// The rest.
    pub fields: Vec<(&'static str, String)>,
}

/// What the switch must do. A command about a call or an offer that is over is to be ignored.
#[allow(missing_docs)] // the fields' names say it
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 182 with the place in the queue.
    ShowPlace { call: CallId, position: u32, waiting: u32 },
    /// Ring this party, showing `display_name` (the queue's name) and the caller's number.
    Offer { call: CallId, login: Login, display_name: String },
    /// Stop ringing; `Report::OfferEnded` follows, unless the answer was there first.
    CancelOffer { call: CallId, login: Login },
    /// Refuse a call that was not answered.
    Reject { call: CallId, status: u16, reason: String },
    /// End an answered call on both sides.
    HangUp { call: CallId, reason: String },
}

/// What pages are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// The status, its `next` or its version changed.
    Status(StatusRecord),
    /// The set of registrars changed.
    Registrars(Assignment),
}

/// An operator on all three axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorView {
    /// Who.
    pub login: Login,
    /// Shown name.
    pub display_name: String,
    /// The account takes calls.
    pub enabled: bool,
    /// What they chose, as stored.
    pub status: StatusRecord,
    /// What they do.
    pub activity: Activity,
    /// Whether their client can be reached.
    pub reachability: Reachability,
    /// The call they ring for or are in.
    pub call: Option<CallId>,
}

/// A caller in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingCall {
    /// Which call.
    pub call: CallId,
    /// Who calls.
    pub caller: Login,
    /// From 1.
    pub position: u32,
    /// Since when they wait.
    pub since: WallTime,
    /// The operator who is rung for them at this moment.
    pub offered_to: Option<Login>,
}

/// Why the floor refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorError {
    /// No such login among operators.
    UnknownOperator,
    /// The account is disabled.
    Disabled,
    /// `if_match` is not the current version; here is the current record.
    VersionMismatch(StatusRecord),
    /// Nothing was changed.
    Storage(String),
}

impl fmt::Display for FloorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperator => f.write_str("no such operator"),
            Self::Disabled => f.write_str("the operator is disabled"),
            Self::VersionMismatch(now) => {
                write!(f, "the status has changed: it is at version {}", now.version)
            }
            Self::Storage(why) => write!(f, "storage failed: {why}"),
        }
    }
}

impl std::error::Error for FloorError {}

/// The stored and shown spelling of an enum without data, and the way back.
macro_rules! spelled {
    ($($of:ident { $($variant:ident = $name:literal),+ $(,)? })+) => {$(
        impl $of {
            /// As it is stored, sent and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            /// The reverse of [`Self::as_str`]; `None` for any other text.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
        impl fmt::Display for $of {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

spelled! {
    Status { Connected = "connected", Disconnected = "disconnected", Paused = "paused" }
    Activity {
        Idle = "idle", Reserved = "reserved", Ringing = "ringing", OnCall = "on_call", OnHold = "on_hold",
        WrapUp = "wrap_up",
    }
    Reachability { Registered = "registered", Stale = "stale", Unregistered = "unregistered" }
    By { Operator = "operator", System = "system", Supervisor = "supervisor" }
    Outcome {
        Answered = "answered", Abandoned = "abandoned", Cancelled = "cancelled", Missed = "missed",
        Rejected = "rejected", Failed = "failed",
    }
    OfferOutcome {
        Answered = "answered", RingNoAnswer = "ring_no_answer", Rejected = "rejected", Busy = "busy",
        Unreachable = "unreachable", CallerGone = "caller_gone",
    }
    RegistrarState { Active = "active", Draining = "draining" }
    Strategy { LongestIdleAgent = "longest-idle-agent" }
    Side { Caller = "caller", Callee = "callee", System = "system" }
}
