//! What is still to be said to the far end when the call is over for us: CANCEL's aftermath, and BYE.

use super::requests::{DialogName, with_description};
use crate::EndOptions;
use crate::authorization::Series;
use crate::context::{Context, Key, Timer};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::dialog::Dialog;
use headset_sip::{Method, Name, Request, Response};

/// RFC 3261's 64·T1, with room for another flow to come up.
const PATIENCE_MS: u64 = 40_000;

#[derive(Debug)]
pub(super) struct Farewell {
    id: u32,
    /// The transaction that it waits for; `None` while it waits for a flow.
    key: Option<Key>,
    word: Word,
}

#[derive(Debug)]
enum Word {
    /// A 2xx to this INVITE is not wanted: it was cancelled, or another fork answered first.
    Unwanted(Box<Request>),
    Bye(Box<Bye>),
    Done,
}

/// A BYE to be sent.
#[derive(Debug)]
struct Bye {
    dialog: Dialog,
    reason: Option<String>,
    /// What the application wants in it.
    #[cfg(feature = "full")]
    options: Option<Box<EndOptions>>,
    /// The challenges that it met.
    series: Series,
    /// It may not be sent before our 2xx is acknowledged (RFC 3261 §15).
    early: bool,
}

impl Farewell {
    pub(super) fn unwanted(key: Key, invite: Box<Request>) -> Farewell {
        Farewell { id: 0, key: Some(key), word: Word::Unwanted(invite) }
    }

    /// BYE, after the ACK of our 2xx where it waits for one in that transaction.
    pub(super) fn bye(unacknowledged: Option<Key>, dialog: Dialog, reason: Option<String>) -> Farewell {
        let (series, early) = (Series::default(), unacknowledged.is_some());
        let bye = Bye {
            dialog,
            reason,
            #[cfg(feature = "full")]
            options: None,
            series,
            early,
        };
        Farewell { id: 0, key: unacknowledged, word: Word::Bye(Box::new(bye)) }
    }

    /// With the headers and the body that the application wants in the BYE.
    #[cfg(feature = "full")]
    pub(super) fn with(mut self, options: &EndOptions) -> Farewell {
        if let Word::Bye(bye) = &mut self.word {
            bye.options = Some(Box::new(options.clone()));
        }
        self
    }

    #[cfg(not(feature = "full"))]
    pub(super) fn with(self, _: &EndOptions) -> Farewell {
        self
    }

    pub(super) fn start(&mut self, ctx: &mut Context) {
        self.id = ctx.new_id();
        ctx.timers.set(Timer::Farewell(self.id), ctx.now.after(PATIENCE_MS));
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.word, Word::Done)
    }

    /// Sends BYE when there is a flow.
    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        if self.key.is_none()
            && let Word::Bye(bye) = &mut self.word
            && let Some(socket) = ctx.routes.best(ctx.now)
        {
            self.key = Some(bye.send(ctx, socket));
        }
    }

    /// `None` where it is not an answer to one of ours; else perhaps what must be said to one more fork.
    pub(super) fn response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Option<Farewell>> {
        if self.key != Some(key) {
            return None;
        }
        match &mut self.word {
            // RFC 3261 §13.2.2.4: so is every other fork that answers.
            Word::Unwanted(invite) if response.is_success() => {
                let dialog = Dialog::uac(invite, response).ok();
                return Some(dialog.map(|dialog| {
                    acknowledge(ctx, &dialog, key, invite, "");
                    Farewell::bye(None, dialog, None)
                }));
            }
            Word::Bye(bye) if matches!(response.status(), 401 | 407) => {
                let uri = &bye.dialog.remote_target;
                if ctx.challenged(&mut bye.series, key.connection, &Method::Bye, uri, response) {
                    self.key = None;
                    return Some(None);
                }
            }
            _ => {}
        }
        if !response.is_provisional() {
            self.done();
        }
        Some(None)
    }

    pub(super) fn acknowledged(&mut self, name: DialogName<'_>) {
        if let Word::Bye(bye) = &mut self.word
            && bye.early
            && name.is(&bye.dialog)
        {
            bye.early = false;
            self.key = None;
        }
    }

    /// A transaction failed: its flow is gone, or nobody answered.
    pub(super) fn failed(&mut self, key: Key, timeout: bool) {
        if self.key == Some(key) {
            match &mut self.word {
                Word::Bye(bye) if bye.early || !timeout => {
                    bye.early = false;
                    self.key = None;
                }
                _ => self.done(),
            }
        }
    }

    pub(super) fn timer(&mut self, id: u32) {
        if self.id == id {
            self.done();
        }
    }

    /// Whether it is for this dialog, whose far end may say something that crosses our BYE.
    pub(super) fn has_dialog(&self, name: DialogName<'_>) -> bool {
        matches!(&self.word, Word::Bye(bye) if name.is(&bye.dialog))
    }

    /// The far end said BYE too.
    pub(super) fn done(&mut self) {
        self.word = Word::Done;
    }
}

impl Bye {
    fn send(&mut self, ctx: &mut Context, socket: crate::SocketId) -> Key {
        let mut builder = self.dialog.request(Method::Bye);
        if let Some(reason) = &self.reason {
            builder = builder.header(Name::Reason, reason);
        }
        let (content_type, body) = ("", "");
        #[cfg(feature = "full")]
        let (content_type, body) = match &self.options {
            Some(options) => {
                builder = super::requests::with_headers(builder, &options.headers);
                (&*options.content_type, &*options.body)
            }
            None => (content_type, body),
        };
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
    for &name in &[Name::Authorization, Name::ProxyAuthorization] {
        for value in invite.all(name).filter(|_| !is_token) {
            builder = builder.header(name, value);
        }
    }
    builder = with_description(builder, answer);
    let ack = Box::new(ctx.complete(key.connection, builder, "outbound"));
    ctx.transactions.acknowledge(ctx.now, key, (*ack).clone());
    ack
}
