//! What is still to be said to the far end when the call is over for us: CANCEL's aftermath, and BYE.

use crate::context::{Context, Key, Timer};
use alloc::string::String;
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Method, Name, Request, Response};

/// RFC 3261's 64·T1, with room for another flow to come up.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Debug)]
pub(super) struct Farewell {
    id: u32,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// A 2xx to this INVITE is not wanted: it was cancelled, or another fork answered first.
    Unwanted {
        key: Key,
        invite: Request,
    },
    /// BYE may not be sent before our 2xx is acknowledged (RFC 3261 §15).
    Acknowledgement {
        key: Key,
        dialog: Dialog,
        reason: Option<String>,
    },
    /// A flow to send BYE on.
    Flow {
        dialog: Dialog,
        reason: Option<String>,
    },
    Bye {
        key: Key,
        dialog: Dialog,
        reason: Option<String>,
    },
    Done,
}

impl Farewell {
    pub(super) fn unwanted(key: Key, invite: Request) -> Farewell {
        Farewell { id: 0, step: Step::Unwanted { key, invite } }
    }

    pub(super) fn bye(dialog: Dialog, reason: Option<String>) -> Farewell {
        Farewell { id: 0, step: Step::Flow { dialog, reason } }
    }

    pub(super) fn bye_after_ack(key: Key, dialog: Dialog, reason: Option<String>) -> Farewell {
        Farewell { id: 0, step: Step::Acknowledgement { key, dialog, reason } }
    }

    pub(super) fn start(&mut self, ctx: &mut Context) {
        self.id = ctx.new_id();
        ctx.timers.set(Timer::Farewell(self.id), ctx.now + PATIENCE);
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Sends BYE when there is a flow.
    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        let Step::Flow { dialog, reason } = &mut self.step else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let mut builder = dialog.request(Method::Bye);
        if let Some(reason) = reason {
            builder = builder.header(Name::Reason, reason);
        }
        let key = ctx.send(socket, builder, "outbound");
        self.step = Step::Bye { key, dialog: dialog.clone(), reason: reason.take() };
    }

    /// `None` where it is not an answer to one of ours; else perhaps what must be said to one more fork.
    pub(super) fn response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Option<Farewell>> {
        match &self.step {
            Step::Unwanted { key: own, invite } if *own == key => {
                if response.is_success() {
                    // RFC 3261 §13.2.2.4: so is every other fork that answers.
                    let dialog = Dialog::uac(invite, response).ok();
                    return Some(dialog.map(|dialog| {
                        acknowledge(ctx, &dialog, key, invite, "");
                        Farewell::bye(dialog, None)
                    }));
                }
                if !response.is_provisional() {
                    self.done(ctx);
                }
                Some(None)
            }
            Step::Bye { key: own, .. } if *own == key => {
                if !response.is_provisional() {
                    self.done(ctx);
                }
                Some(None)
            }
            _ => None,
        }
    }

    pub(super) fn acknowledged(&mut self, invite: Option<Key>, ack: &Request) {
        if let Step::Acknowledgement { key, dialog, reason } = &mut self.step
            && (Some(*key) == invite || dialog.matches_request(ack))
        {
            self.step = Step::Flow { dialog: dialog.clone(), reason: reason.take() };
        }
    }

    /// A transaction failed: its flow is gone, or nobody answered.
    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) {
        match &mut self.step {
            Step::Unwanted { key: own, .. } if *own == key => self.done(ctx),
            Step::Acknowledgement { key: own, dialog, reason } if *own == key => {
                self.step = Step::Flow { dialog: dialog.clone(), reason: reason.take() };
            }
            Step::Bye { key: own, dialog, reason } if *own == key => {
                if timeout {
                    self.done(ctx);
                } else {
                    self.step = Step::Flow { dialog: dialog.clone(), reason: reason.take() };
                }
            }
            _ => {}
        }
    }

    pub(super) fn timer(&mut self, id: u32) {
        if self.id == id {
            self.step = Step::Done;
        }
    }

    /// The dialog, for requests that crossed our BYE.
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        match &self.step {
            Step::Acknowledgement { dialog, .. } | Step::Flow { dialog, .. } | Step::Bye { dialog, .. } => {
                Some(dialog)
            }
            Step::Unwanted { .. } | Step::Done => None,
        }
    }

    /// The far end said BYE too.
    pub(super) fn done(&mut self, ctx: &mut Context) {
        ctx.timers.clear(Timer::Farewell(self.id));
        self.step = Step::Done;
    }
}

/// Sends the ACK of a 2xx to our INVITE (RFC 3261 §13.2.2.4), and gives it back for another flow. `answer` is to the
/// offer in the 2xx.
pub(super) fn acknowledge(
    ctx: &mut Context,
    dialog: &Dialog,
    key: Key,
    invite: &Request,
    answer: &str,
) -> Request {
    let cseq = invite.cseq().map_or(dialog.local_seq, |cseq| cseq.number);
    let mut builder = dialog.ack(cseq);
    if !answer.is_empty() {
        builder = builder.body("application/sdp", answer);
    }
    let ack = ctx.complete(key.connection, builder, "outbound");
    ctx.transactions.acknowledge(ctx.now, key, ack.clone());
    ack
}
