//! What an application that decides by itself hears of its calls. Each carries the text of the message, where there is
//! one.

use super::CallId;
use alloc::string::String;

/// What happened to a call; only with `supervised` settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEvent {
    /// Somebody calls: their INVITE. `Ring`, `Answer` or `End` is the answer to it.
    Offered {
        /// The INVITE.
        message: String,
        /// The call whose place it wants to take (RFC 3891): that ends once this is answered.
        replaces: Option<CallId>,
    },
    /// Our INVITE, which goes out next.
    Sending(String),
    /// A provisional response to our INVITE.
    Progress(String),
    /// A 2xx: theirs to our INVITE, or ours to theirs.
    Accepted(String),
    /// Their ACK; empty where ours was sent.
    Confirmed(String),
    /// Their re-INVITE or UPDATE. `TakeOffer` or `RefuseOffer` is the answer to it.
    Reoffered(String),
    /// The final response to our re-INVITE or UPDATE; empty where none came.
    Settled(String),
    /// The final response to our REFER; empty where none came.
    ReferAnswered(String),
    /// Their NOTIFY, whose body begins with the status line of how far our transfer is.
    ReferNotified(String),
    /// Their REFER, which was answered 202. `AcceptReferral` or `RefuseReferral` tells them more.
    Referred(String),
    /// Their INFO, of whatever type. Where it is a key, [`super::Event::DtmfReceived`] follows.
    Info(String),
    /// The final response to the INFO of one of our keys; empty where none came.
    InfoAnswered(String),
    /// The far end holds us, or does so no more.
    HeldByRemote(bool),
}
