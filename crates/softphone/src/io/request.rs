//! Requests outside calls, and subscriptions (feature `full`): what is asked, and what is heard of them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A request of ours. The application chooses the number; it is free again when the request is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// A request of somebody else that waits for [`Reply`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyId(pub u32);

/// A subscription, ours or to us. The application chooses the number; it is free again when the subscription is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u32);

/// What of the requests outside calls the application answers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Supervision {
    /// MESSAGE, OPTIONS, NOTIFY, SUBSCRIBE and all that is unknown become [`crate::Event::Requested`]. Without it OPTIONS
    /// is answered 200 and the others are refused.
    pub requests: bool,
    /// Event packages that can be subscribed to; a SUBSCRIBE for another is answered 489. Empty: the application sees
    /// every SUBSCRIBE.
    pub packages: Vec<String>,
}

/// Who a request is said to be from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Sender {
    /// The user part of From, in place of the login.
    pub user: Option<String>,
    /// The display name of From, in place of the identity's.
    pub display_name: Option<String>,
    /// Nobody (RFC 3323): an anonymous From, `Privacy: id`, and who we are only in P-Preferred-Identity (RFC 3325),
    /// for the servers that we trust.
    pub anonymous: bool,
}

/// A request outside calls: MESSAGE, OPTIONS, PUBLISH …
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NewRequest {
    /// Its number.
    pub request: RequestId,
    /// `MESSAGE` …, in upper case. Not INVITE, ACK, CANCEL, BYE, PRACK, UPDATE or REGISTER, which the engine sends.
    pub method: String,
    /// A user part, or a whole SIP URI.
    pub target: String,
    /// More headers, a line each: `Name: value\n…`.
    pub headers: String,
    /// Of the body; `text/plain` where it is empty.
    pub content_type: String,
    /// Empty for none.
    pub body: String,
    /// Who it is from.
    pub sender: Sender,
    /// How long it waits for a flow, in ms; with 0 it fails at once where there is none.
    pub wait_ms: u32,
}

/// Why a request has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestFailure {
    /// No answer within 32 s.
    Timeout,
    /// There is no flow, or it was lost while the request was under way.
    Transport,
    /// The method, the target or the number cannot be used.
    Invalid,
}

/// The answer to an [`crate::Event::Requested`].
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reply {
    /// What is answered.
    pub reply: ReplyId,
    /// 200–699.
    pub status: u16,
    /// May be empty.
    pub reason: String,
    /// More headers, a line each.
    pub headers: String,
    /// Of the body; `text/plain` where it is empty.
    pub content_type: String,
    /// Empty for none.
    pub body: String,
}

/// A subscription to somebody else's state (RFC 6665).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NewSubscription {
    /// Its number.
    pub subscription: SubscriptionId,
    /// A user part, or a whole SIP URI.
    pub target: String,
    /// The Event header: `presence`, `dialog;id=7` …
    pub event: String,
    /// The Accept header; none where it is empty.
    pub accept: String,
    /// Seconds asked for; 0 fetches the state once.
    pub expires: u32,
    /// More headers of the first SUBSCRIBE, a line each.
    pub headers: String,
    /// Of the body; `text/plain` where it is empty.
    pub content_type: String,
    /// Of the first SUBSCRIBE; empty for none.
    pub body: String,
    /// Who it is from.
    pub sender: Sender,
    /// How long the first SUBSCRIBE waits for a flow, in ms; with 0 it fails at once where there is none.
    pub wait_ms: u32,
    /// Subscribe anew, when the subscription is lost, wherever the reason says that this makes sense.
    pub renew: bool,
}

/// SUBSCRIBE again in a subscription of ours.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Resubscription {
    /// Which.
    pub subscription: SubscriptionId,
    /// Seconds asked for, as before if `None`; 0 un-subscribes.
    pub expires: Option<u32>,
    /// Of the body; `text/plain` where it is empty.
    pub content_type: String,
    /// Empty for none.
    pub body: String,
}

/// Takes a SUBSCRIBE of somebody else: it is answered 200, and a NOTIFY follows.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Acceptance {
    /// The SUBSCRIBE.
    pub reply: ReplyId,
    /// The new subscription's number.
    pub subscription: SubscriptionId,
    /// Seconds granted at most, and where the SUBSCRIBE names none; 3600 if `None`.
    pub expires: Option<u32>,
    /// More headers of the 200, a line each.
    pub headers: String,
    /// The state that the first NOTIFY tells, unless [`Notification`] is asked for at once.
    pub first: Notification,
}

/// Tells a subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Notification {
    /// Whom.
    pub subscription: SubscriptionId,
    /// How far the subscription is.
    pub phase: Phase,
    /// More headers, a line each.
    pub headers: String,
    /// Of the body; `text/plain` where it is empty.
    pub content_type: String,
    /// The state; empty for none.
    pub body: String,
}

/// How far a subscription is (RFC 6665 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Phase {
    /// Taken, and not yet allowed.
    Pending,
    /// Allowed.
    #[default]
    Active,
    /// Over.
    Terminated {
        /// `deactivated`, `probation`, `rejected`, `timeout`, `giveup`, `noresource`, `invariant`; may be empty.
        reason: String,
        /// Seconds after which to subscribe again.
        retry_after: Option<u32>,
    },
}

/// What happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// Ours was taken: the 2xx to the first SUBSCRIBE.
    Accepted {
        /// The 2xx.
        message: String,
    },
    /// Ours is not yet allowed.
    Pending,
    /// Ours is allowed.
    Active,
    /// A NOTIFY came in ours.
    Notified {
        /// The NOTIFY.
        message: String,
        /// It is the last.
        last: bool,
    },
    /// The subscriber sent SUBSCRIBE again. A NOTIFY follows by itself, with the last state, unless
    /// [`crate::Command::Notify`] is asked for at once.
    Subscribed {
        /// The SUBSCRIBE.
        message: String,
        /// It un-subscribes; the NOTIFY that follows is the last.
        last: bool,
    },
    /// It is over.
    Terminated(Box<SubscriptionEnd>),
}

/// How a subscription ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionEnd {
    /// What ended it.
    pub cause: SubscriptionCause,
    /// Subscription-State's reason; empty where there is none.
    pub reason: String,
    /// Subscription-State's or the response's retry-after, in seconds.
    pub retry_after: Option<u32>,
    /// The NOTIFY or response that ended it.
    pub message: Option<String>,
    /// The engine subscribes anew by itself ([`NewSubscription::renew`]); the number stays.
    pub again: bool,
}

/// What ended a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionCause {
    /// SUBSCRIBE or NOTIFY was not answered.
    Timeout,
    /// There is no flow, or it was lost.
    Transport,
    /// SUBSCRIBE or NOTIFY was refused.
    Refused,
    /// The challenge could not be answered.
    Authentication,
    /// SUBSCRIBE was taken and no NOTIFY came.
    NoNotify,
    /// The last NOTIFY was received, or sent as the application asked.
    Final,
    /// The subscriber un-subscribed.
    Unsubscribed,
    /// Its time is over and it was not renewed.
    Expired,
    /// The target, the event or the number cannot be used.
    Invalid,
}
