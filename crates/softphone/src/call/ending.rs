//! How a call ends.

use super::Facts;
use super::cause::Reason;
use super::farewell::Farewell;
use crate::context::Context;
use crate::{CallEnd, CallId, EndOptions, Originator, Outcome};
use alloc::boxed::Box;
use alloc::string::String;
#[cfg(feature = "full")]
use alloc::vec::Vec;
use headset_sip::Request;

/// How a call ends.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) originator: Originator,
    pub(super) outcome: Outcome,
    pub(super) cause: String,
    pub(super) status_code: Option<u16>,
    pub(super) reason_phrase: Option<String>,
    /// What is still to be said to the far end.
    pub(super) farewell: Option<Farewell>,
    /// The message that ended it.
    #[cfg(feature = "full")]
    pub(super) message: String,
    /// Where a 3xx points.
    #[cfg(feature = "full")]
    pub(super) contacts: Vec<String>,
    /// Another call that ends with it.
    pub(super) also: Option<CallId>,
}

impl Ending {
    pub(super) fn new(originator: Originator, outcome: Outcome, cause: &str) -> Box<Ending> {
        Box::new(Ending {
            originator,
            outcome,
            cause: cause.into(),
            status_code: None,
            reason_phrase: None,
            farewell: None,
            #[cfg(feature = "full")]
            message: String::new(),
            #[cfg(feature = "full")]
            contacts: Vec::new(),
            also: None,
        })
    }

    pub(super) fn status(mut self: Box<Self>, status: u16, reason: &str) -> Box<Ending> {
        self.status_code = Some(status);
        self.reason_phrase = (!reason.is_empty()).then(|| reason.into());
        self
    }

    /// As the user has asked for it; `cause` is the word for it where they gave none.
    pub(super) fn asked(
        originator: Originator,
        outcome: Outcome,
        cause: &str,
        options: &EndOptions,
    ) -> Box<Ending> {
        let mut ending = Ending::new(originator, outcome, options.cause.as_deref().unwrap_or(cause));
        ending.status_code = options.status_code;
        ending.reason_phrase.clone_from(&options.reason_phrase);
        ending
    }

    /// For the reason that the far end's request gives.
    pub(super) fn because(
        mut self: Box<Self>,
        ctx: &Context,
        request: &Request,
        reason: &Reason<'_>,
    ) -> Box<Ending> {
        self.status_code = reason.cause;
        self.reason_phrase = reason.text.map(Into::into);
        self.message(ctx, request.as_str())
    }

    /// An application that decides by itself reads the message.
    #[cfg(feature = "full")]
    pub(super) fn message(mut self: Box<Self>, ctx: &Context, message: &str) -> Box<Ending> {
        if ctx.supervised() {
            self.message = message.into();
        }
        self
    }

    /// Here nobody does.
    #[cfg(not(feature = "full"))]
    pub(super) fn message(self: Box<Self>, _: &Context, _: &str) -> Box<Ending> {
        self
    }

    #[cfg(feature = "full")]
    pub(super) fn contacts(mut self: Box<Self>, contacts: Vec<String>) -> Box<Ending> {
        self.contacts = contacts;
        self
    }

    #[inline(never)]
    pub(super) fn farewell(mut self: Box<Self>, farewell: Option<Farewell>) -> Box<Ending> {
        self.farewell = farewell;
        self
    }

    /// The end of a call that was this.
    pub(super) fn of(self, call: CallId, facts: Box<Facts>) -> CallEnd {
        CallEnd {
            call,
            id: facts.id,
            direction: facts.direction,
            originator: self.originator,
            outcome: self.outcome,
            cause: self.cause,
            status_code: self.status_code,
            reason_phrase: self.reason_phrase,
            remote: facts.remote,
            #[cfg(feature = "full")]
            message: self.message,
            #[cfg(feature = "full")]
            contacts: self.contacts,
        }
    }
}
