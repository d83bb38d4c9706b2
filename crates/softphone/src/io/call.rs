//! Calls: what is asked of them, what is heard of them, and how they look.

use alloc::string::String;

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
