//! An INVITE to us that has no final answer yet.

use super::incoming::{default_reason, reason_or_default};
use super::recent::Copy;
use super::reliable::Reliable;
use super::requests::Lines;
#[cfg(feature = "full")]
use super::requests::answer_with_headers;
use super::session_timer::SessionTimer;
use super::{Ending, calm, text, wake};
use crate::context::{CallTimer, Context, Key};
use crate::{CallId, EndOptions, Originator, Outcome};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::dialog::Dialog;
use headset_sip::{Name, Request, Response, ResponseBuilder};

/// The switch ends the ringing; this is for a switch that forgot.
const RING_MS: u64 = 180_000;
/// For the caller's INVITE to come again on another flow.
const FLOW_LOST_MS: u64 = 10_000;

/// Why an INVITE does not ring.
pub(super) enum Refusal {
    /// It makes no sense.
    Bad(&'static str),
    /// The session would expire too soon.
    TooShort,
}

/// An INVITE that has no final answer yet.
#[derive(Debug)]
pub(super) struct Ring {
    pub(super) call: CallId,
    /// `None` while the flow that it came on is gone.
    pub(super) key: Option<Key>,
    pub(super) invite: Request,
    /// What tells it from others.
    pub(super) copy: Copy,
    /// Early; confirmed by our 200.
    pub(super) dialog: Dialog,
    /// More headers of the 200.
    pub(super) headers: Lines,
    pub(super) reliable: Reliable,
    pub(super) session: SessionTimer,
    pub(super) preparation: Preparation,
    /// The offer's candidates are still to be given to the peer connection.
    pub(super) withheld: bool,
    pub(super) answering: Answering,
}

/// Our description.
#[derive(Debug)]
pub(super) enum Preparation {
    None,
    /// The peer connection makes it.
    UnderWay,
    Ready {
        answer: String,
    },
}

/// How far the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answering {
    /// Answer was not clicked yet.
    No,
    /// It was, and the microphone is being opened.
    Microphone,
    /// The 200 goes out when there are a description and a flow. `microphone`: it is open.
    Yes { microphone: bool },
}

impl Ring {
    pub(super) fn is_answering(&self) -> bool {
        self.answering != Answering::No
    }

    pub(super) fn is(&self, key: Key) -> bool {
        self.key == Some(key)
    }

    /// The caller's offer; empty if we are to make one.
    pub(super) fn offer(&self) -> &str {
        self.invite.sdp()
    }

    pub(super) fn start(&mut self, ctx: &mut Context) {
        if ctx.supervised() {
            // How long it rings is the application's to say.
            calm(ctx, self.call, CallTimer::GiveUp);
        } else {
            self.provisional(ctx, self.response(ctx, 180, "Ringing"));
            wake(ctx, self.call, CallTimer::GiveUp, RING_MS);
        }
    }

    pub(super) fn response(&self, ctx: &Context, status: u16, reason: &str) -> ResponseBuilder {
        Response::reply_to(&self.invite, status, reason)
            .to_tag(&self.dialog.local_tag)
            .header(Name::Contact, &ctx.account.contact(""))
    }

    pub(super) fn respond(&self, ctx: &mut Context, response: ResponseBuilder) {
        if let Some(key) = self.key {
            ctx.respond(key, response);
        }
    }

    /// Ends it with this final answer.
    pub(super) fn give_up(
        &self,
        ctx: &mut Context,
        originator: Originator,
        outcome: Outcome,
        cause: &str,
        status: u16,
        reason: &str,
    ) -> Box<Ending> {
        self.respond(ctx, self.response(ctx, status, reason));
        Ending::new(originator, outcome, cause).status(status, reason)
    }

    /// It rang, or waited for a flow, for too long.
    pub(super) fn rang_out(&self, ctx: &mut Context) -> Box<Ending> {
        let (outcome, cause, reason) = match self.key {
            Some(_) => (Outcome::Missed, "No Answer", "No Answer"),
            None => (Outcome::Failed, "Connection Error", default_reason(480)),
        };
        self.give_up(ctx, Originator::System, outcome, cause, 480, reason)
    }

    /// The caller's patience, told in Expires, has ended (RFC 3261 §13.3.1).
    pub(super) fn expired(&self, ctx: &mut Context) -> Box<Ending> {
        self.give_up(ctx, Originator::System, Outcome::Missed, "Expires", 487, default_reason(487))
    }

    pub(super) fn refuse(&mut self, ctx: &mut Context, options: &EndOptions) -> Box<Ending> {
        // RFC 3261 §8.1.3.4: 3xx would need Contacts to go to, but is the application's to choose.
        let status = options.status_code.filter(|status| (300..700).contains(status)).unwrap_or(480);
        let given = text::reason_phrase(options.reason_phrase.as_deref().unwrap_or(""));
        let reason = reason_or_default(&given, status);
        let response = self.response(ctx, status, reason);
        #[cfg(feature = "full")]
        let response = match answer_with_headers(response, &options.headers) {
            response if options.body.is_empty() => response,
            response => response.body(&options.content_type, &options.body),
        };
        self.respond(ctx, response);
        Ending::asked(Originator::Local, Outcome::Rejected, "Rejected", options).status(status, reason)
    }

    /// The flow that it rings on is gone; the switch will try another one.
    pub(super) fn flow_lost(&mut self, ctx: &mut Context, key: Key) {
        if self.is(key) {
            self.key = None;
            wake(ctx, self.call, CallTimer::GiveUp, FLOW_LOST_MS);
        }
    }
}
