//! An INVITE to us that has no final answer yet.

use super::incoming::default_reason;
use super::recent::Copy;
use super::reliable::Reliable;
use super::session_timer::SessionTimer;
use super::{Ending, text};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{CallId, EndOptions, Originator, Outcome};
use alloc::string::String;
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Name, Request, Response, ResponseBuilder};

/// The switch ends the ringing; this is for a switch that forgot.
const RING: Duration = Duration::from_secs(180);
/// For the caller's INVITE to come again on another flow.
const FLOW_LOST: Duration = Duration::from_secs(10);

/// Why an INVITE does not ring.
pub(super) enum Refusal {
    /// It makes no sense.
    Bad(&'static str),
    /// The session would expire too soon; this is the least, in seconds.
    TooShort(u32),
}

/// An INVITE that has no final answer yet.
#[derive(Debug)]
pub(super) struct Ring {
    pub(super) call: CallId,
    /// `None` while the flow that it came on is gone.
    pub(super) key: Option<Key>,
    pub(super) invite: Request,
    /// Early; confirmed by our 200.
    pub(super) dialog: Dialog,
    /// More headers of the 200.
    pub(super) headers: String,
    pub(super) reliable: Reliable,
    pub(super) session: SessionTimer,
    pub(super) step: Step,
}

/// The peer connection made ready while it rings.
#[derive(Debug)]
pub(super) enum Preparation {
    None,
    /// Answering the offer, which has no candidates.
    UnderWay,
    Ready {
        answer: String,
    },
}

#[derive(Debug)]
pub(super) enum Step {
    /// Answer was not clicked yet.
    Ringing {
        preparation: Preparation,
    },
    Microphone {
        preparation: Preparation,
    },
    /// `withheld`: the offer's candidates are still to be given. `microphone`: it is open.
    Description {
        withheld: bool,
        microphone: bool,
    },
    /// A flow to send the 200 on.
    Flow {
        answer: String,
        microphone: bool,
    },
}

impl Ring {
    pub(super) fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    pub(super) fn is_answering(&self) -> bool {
        !matches!(self.step, Step::Ringing { .. })
    }

    pub(super) fn copy(&self) -> Copy {
        Copy::of(&self.invite)
    }

    pub(super) fn key(&self) -> Option<Key> {
        self.key
    }

    pub(super) fn is(&self, key: Key) -> bool {
        self.key == Some(key)
    }

    /// The caller's offer; empty if we are to make one.
    pub(super) fn offer(&self) -> &str {
        self.invite.body()
    }

    pub(super) fn start(&mut self, ctx: &mut Context) {
        let give_up = Timer::Call(self.call, CallTimer::GiveUp);
        if ctx.supervised() {
            // How long it rings is the application's to say.
            ctx.timers.clear(give_up);
        } else {
            self.provisional(ctx, self.response(ctx, 180, "Ringing"));
            ctx.timers.set(give_up, ctx.now + RING);
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

    /// Gives the final answer that ends it.
    pub(super) fn reject(&self, ctx: &mut Context, status: u16, reason: &str) {
        self.respond(ctx, self.response(ctx, status, reason));
    }

    pub(super) fn refuse(&mut self, ctx: &mut Context, options: EndOptions) -> Ending {
        // RFC 3261 §8.1.3.4: 3xx would need Contacts to go to, but is the application's to choose.
        let status = options.status_code.filter(|status| (300..700).contains(status)).unwrap_or(480);
        let given = text::reason_phrase(options.reason_phrase.as_deref().unwrap_or(""));
        let reason = if given.is_empty() { default_reason(status) } else { &given };
        let mut response = self.response(ctx, status, reason);
        for (name, value) in text::lines(&options.headers) {
            response = response.raw_header(name, value);
        }
        if !options.body.is_empty() {
            response = response.body(&options.content_type, &options.body);
        }
        self.respond(ctx, response);
        let cause = options.cause.as_deref().unwrap_or("Rejected");
        Ending::new(Originator::Local, Outcome::Rejected, cause).status(status, reason)
    }

    /// The flow that it rings on is gone; the switch will try another one.
    pub(super) fn flow_lost(&mut self, ctx: &mut Context, key: Key) {
        if self.is(key) {
            self.key = None;
            ctx.timers.set(Timer::Call(self.call, CallTimer::GiveUp), ctx.now + FLOW_LOST);
        }
    }
}
