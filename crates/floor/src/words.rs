//! The words that the floor's contract is made of: times, names, states, configuration.

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

/// Whether the new party was spoken to before a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// They were not.
    Blind,
    /// They were, in a call beside this one.
    Attended,
}

/// How a transfer ended; exactly one for every transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferOutcome {
    /// The new party has taken over.
    Completed,
    /// Not allowed, refused, or nobody answered: who asked still had the call.
    Failed,
    /// The call ended meanwhile.
    CallEnded,
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
    TransferKind { Blind = "blind", Attended = "attended" }
    TransferOutcome { Completed = "completed", Failed = "failed", CallEnded = "call_ended" }
    RegistrarState { Active = "active", Draining = "draining" }
    Strategy { LongestIdleAgent = "longest-idle-agent" }
    Side { Caller = "caller", Callee = "callee", System = "system" }
}
