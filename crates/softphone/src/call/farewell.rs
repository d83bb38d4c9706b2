//! What is still to be said to the far end when the call is over for us: CANCEL's aftermath, and BYE.

use super::requests::{DialogName, with_description, with_headers};
use crate::EndOptions;
use crate::authorization::Series;
use crate::context::{Context, FULL, Key, Timer};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
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
        invite: Box<Request>,
    },
    /// BYE may not be sent before our 2xx is acknowledged (RFC 3261 §15).
    Acknowledgement {
        key: Key,
        bye: Box<Bye>,
    },
    /// A flow to send BYE on.
    Flow(Box<Bye>),
    Bye {
        key: Key,
        bye: Box<Bye>,
    },
    Done,
}

/// A BYE to be sent.
#[derive(Debug)]
struct Bye {
    dialog: Dialog,
    reason: Option<String>,
    /// What the application wants in it.
    options: Option<Box<EndOptions>>,
    /// The challenges that it met.
    series: Series,
}

impl Farewell {
    pub(super) fn unwanted(key: Key, invite: Box<Request>) -> Farewell {
        Farewell { id: 0, step: Step::Unwanted { key, invite } }
    }

    pub(super) fn bye(dialog: Dialog, reason: Option<String>) -> Farewell {
        Farewell { id: 0, step: Step::Flow(Bye::new(dialog, reason)) }
    }

    pub(super) fn bye_after_ack(key: Key, dialog: Dialog, reason: Option<String>) -> Farewell {
        Farewell { id: 0, step: Step::Acknowledgement { key, bye: Bye::new(dialog, reason) } }
    }

    /// With the headers and the body that the application wants in the BYE.
    pub(super) fn with(mut self, options: &EndOptions) -> Farewell {
        if FULL && let Step::Flow(bye) | Step::Acknowledgement { bye, .. } = &mut self.step {
            bye.options = Some(Box::new(options.clone()));
        }
        self
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
        let Step::Flow(_) = self.step else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        if let Step::Flow(mut bye) = mem::replace(&mut self.step, Step::Done) {
            let key = bye.send(ctx, socket);
            self.step = Step::Bye { key, bye };
        }
    }

    /// `None` where it is not an answer to one of ours; else perhaps what must be said to one more fork.
    pub(super) fn response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Option<Farewell>> {
        if self.key() != Some(key) {
            return None;
        }
        match &mut self.step {
            // RFC 3261 §13.2.2.4: so is every other fork that answers.
            Step::Unwanted { invite, .. } if response.is_success() => {
                let dialog = Dialog::uac(invite, response).ok();
                return Some(dialog.map(|dialog| {
                    acknowledge(ctx, &dialog, key, invite, "");
                    Farewell::bye(dialog, None)
                }));
            }
            Step::Bye { bye, .. } if matches!(response.status(), 401 | 407) => {
                let uri = &bye.dialog.remote_target;
                if ctx.challenged(&mut bye.series, key.connection, &Method::Bye, uri, response) {
                    self.once_more();
                    return Some(None);
                }
            }
            _ => {}
        }
        if !response.is_provisional() {
            self.done(ctx);
        }
        Some(None)
    }

    pub(super) fn acknowledged(&mut self, invite: Option<Key>, ack: &Request) {
        if let Step::Acknowledgement { key, bye } = &self.step
            && (Some(*key) == invite || bye.dialog.matches_request(ack))
        {
            self.once_more();
        }
    }

    /// A transaction failed: its flow is gone, or nobody answered.
    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) {
        match self.step {
            _ if self.key() != Some(key) => {}
            Step::Acknowledgement { .. } => self.once_more(),
            Step::Bye { .. } if !timeout => self.once_more(),
            _ => self.done(ctx),
        }
    }

    /// The transaction that it waits for.
    fn key(&self) -> Option<Key> {
        match &self.step {
            Step::Unwanted { key, .. } | Step::Acknowledgement { key, .. } | Step::Bye { key, .. } => {
                Some(*key)
            }
            Step::Flow(_) | Step::Done => None,
        }
    }

    /// The BYE goes out on the next flow.
    fn once_more(&mut self) {
        self.step = match mem::replace(&mut self.step, Step::Done) {
            Step::Acknowledgement { bye, .. } | Step::Bye { bye, .. } => Step::Flow(bye),
            other => other,
        };
    }

    pub(super) fn timer(&mut self, id: u32) {
        if self.id == id {
            self.step = Step::Done;
        }
    }

    /// Whether it is for this dialog, whose far end may say something that crosses our BYE.
    pub(super) fn has_dialog(&self, name: DialogName<'_>) -> bool {
        match &self.step {
            Step::Acknowledgement { bye, .. } | Step::Flow(bye) | Step::Bye { bye, .. } => {
                name.is(&bye.dialog)
            }
            Step::Unwanted { .. } | Step::Done => false,
        }
    }

    /// The far end said BYE too.
    pub(super) fn done(&mut self, ctx: &mut Context) {
        ctx.timers.clear(Timer::Farewell(self.id));
        self.step = Step::Done;
    }
}

impl Bye {
    fn new(dialog: Dialog, reason: Option<String>) -> Box<Bye> {
        Box::new(Bye { dialog, reason, options: None, series: Series::default() })
    }

    fn send(&mut self, ctx: &mut Context, socket: crate::SocketId) -> Key {
        let mut builder = self.dialog.request(Method::Bye);
        if let Some(reason) = &self.reason {
            builder = builder.header(Name::Reason, reason);
        }
        let (mut content_type, mut body) = ("", "");
        if let Some(options) = self.options.as_deref().filter(|_| FULL) {
            builder = with_headers(builder, &options.headers);
            (content_type, body) = (&options.content_type, &options.body);
        }
        let uri = &self.dialog.remote_target;
        builder = ctx.authorize(&mut self.series, socket, builder, &Method::Bye, uri, body);
        if !body.is_empty() {
            builder = builder.body(content_type, body);
        }
        ctx.send(socket, builder, "outbound")
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
) -> Box<Request> {
    let mut builder = dialog.ack(invite.number(Name::CSeq).unwrap_or(dialog.local_seq));
    // The same credentials as the INVITE: an ACK cannot be challenged.
    let is_token = ctx.credentials.token().is_some();
    for name in [Name::Authorization, Name::ProxyAuthorization] {
        for value in invite.all(name).filter(|_| !is_token) {
            builder = builder.header(name, value);
        }
    }
    builder = with_description(builder, answer);
    let ack = Box::new(ctx.complete(key.connection, builder, "outbound"));
    ctx.transactions.acknowledge(ctx.now, key, (*ack).clone());
    ack
}
