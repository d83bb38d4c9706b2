//! The floor's contract: what it is told, and what it asks for. Its words are in `words.rs`.

use std::fmt;

pub use crate::words::*;

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
    /// The offered party answered; the caller has been answered with it. In a transfer: they picked up, and
    /// `Transferred` or `OfferEnded` follows.
    Answered { call: CallId, login: Login },
    /// An offer ended without an answer. After `Command::CancelOffer` this comes too.
    OfferEnded { call: CallId, login: Login, end: OfferEnd },
    /// This side put the other on hold.
    Held { call: CallId, by: Side },
    /// This side took the other off hold.
    Resumed { call: CallId, by: Side },
    /// A party wants to hand the other one over to `target`, or, `with` another call of theirs, to the other
    /// party of that.
    TransferAsked { call: CallId, by: Side, target: String, with: Option<CallId> },
    /// Who asked for a transfer hung up before it was done: the other party waits alone.
    PartyLeft { call: CallId, by: Side },
    /// `to` has taken the place of this side.
    Transferred { call: CallId, by: Side, to: Login },
    /// An attended transfer could not be carried out; both calls are as they were.
    TransferFailed { call: CallId, status: u16, reason: String },
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
    /// Every offer made, in order; those of transfers too.
    pub offers: Vec<OfferRecord>,
    /// Every transfer asked for, in order.
    pub transfers: Vec<TransferRecord>,
}

/// One wish to hand a call over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRecord {
    /// Who asked.
    pub by: Login,
    /// Whom or what they named: a queue, a login, a number.
    pub target: String,
    /// Whether they had talked to the new party before.
    pub kind: TransferKind,
    /// When they asked.
    pub asked_at: WallTime,
    /// When it was done or over.
    pub ended_at: Option<WallTime>,
    /// Set together with `ended_at`.
    pub outcome: Option<TransferOutcome>,
    /// Who took over.
    pub to: Option<Login>,
    /// Why it failed.
    pub reason: Option<String>,
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
    /// 182 with the place in the queue; in a transfer, to who asked for it.
    ShowPlace { call: CallId, position: u32, waiting: u32 },
    /// Ring this party, showing `display_name` (the queue's name) and the caller's number.
    Offer { call: CallId, login: Login, display_name: String },
    /// Stop ringing; `Report::OfferEnded` follows, unless the answer was there first.
    CancelOffer { call: CallId, login: Login },
    /// Refuse a call that was not answered.
    Reject { call: CallId, status: u16, reason: String },
    /// Carry out an attended transfer that was asked for.
    Join { call: CallId },
    /// A transfer has failed: who asked is told, and still has the call; if they have left, it ends.
    EndTransfer { call: CallId, status: u16, reason: String },
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
