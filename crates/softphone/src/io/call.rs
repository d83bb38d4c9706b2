//! Calls as applications see them.

use alloc::string::String;
#[cfg(feature = "full")]
use alloc::vec::Vec;

/// Names a call. The application chooses those of calls that it makes, below 2³¹ and above 0; the user agent those of
/// calls to it, from 2³¹ up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CallId(pub u32);

impl CallId {
    /// The oldest call, for applications that have one at a time; a call that is made under this name gets another.
    pub const ONE: CallId = CallId(0);
    /// A consultation that was taken up after a reload.
    pub const CONSULTATION: CallId = CallId(1);
    /// Calls to us, and others that the application has not named, are named from here on.
    pub const INCOMING: u32 = 1 << 31;
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
    /// Its name in commands and events.
    pub call: CallId,
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
    /// Who the far end is by the word of the network (P-Asserted-Identity, Remote-Party-ID), where it gives one. Needs the
    /// feature `full`.
    #[cfg(feature = "full")]
    pub asserted: Option<Party>,
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
    /// We ask somebody here while this call waits.
    pub consults: Option<CallId>,
    /// It is being handed on.
    pub transferring: bool,
    /// Answer was clicked and is being carried out.
    pub answering: bool,
    /// Engine milliseconds when it became active.
    pub answered_at: Option<u64>,
    /// The text of the INVITE: JsSIP's `request`, whose headers applications read.
    pub invite: String,
}

/// A name-addr.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Party {
    /// Nobody.
    pub const NOBODY: Party =
        Party { display_name: String::new(), uri: String::new(), user: String::new(), host: String::new() };
}

impl Default for Party {
    fn default() -> Party {
        Party::NOBODY
    }
}

/// `TerminateOptions` and what else is known of a call's end.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEnd {
    /// Its name; one that nobody heard of before where the call was refused unasked.
    pub call: CallId,
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
    /// The message that ended it, as text; empty where there was none, or nobody supervises.
    #[cfg(feature = "full")]
    pub message: String,
    /// Where to go instead: the Contacts of a 3xx, as URIs, the most wanted first. Needs the feature `full`.
    #[cfg(feature = "full")]
    pub contacts: Vec<String>,
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
