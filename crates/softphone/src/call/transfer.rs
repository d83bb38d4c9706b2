//! Handing a call on: REFER (RFC 3515), blind or to somebody whom we are talking to (RFC 5589), and how it goes.

use super::active::Active;
use super::calls::Calls;
use super::renegotiation::Ask;
use super::requests::{Lines, start, with_headers};
use super::{Ending, text, wake};
use crate::authorization::Series;
use crate::context::{CallTimer, Context, Key};
use crate::{CallEvent, CallId, CallOptions, Originator, Outcome};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::text::{concat, cut, push_escaped};
use headset_sip::{Dialog, Method, Name, Request, Response};

/// How long one lasts of which nothing is told.
const SILENCE_S: u32 = 180;

/// A REFER of ours whose end we wait for.
#[derive(Debug)]
pub(super) struct Transfer {
    refer_to: String,
    headers: Lines,
    /// The call whose place the far end is to take.
    with: Option<CallId>,
    /// The challenges that it met.
    series: Series,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A flow to send it on.
    Flow,
    /// `id` is its CSeq: NOTIFYs name it so.
    Asking { key: Key, id: u32 },
    /// It was taken; NOTIFY says how it goes.
    Taken { id: u32 },
}

impl Calls {
    /// Hands the call on to `target`, or to the far end of another call of ours.
    pub(super) fn transfer(
        &mut self,
        ctx: &mut Context,
        id: CallId,
        target: &str,
        with: Option<CallId>,
        headers: &mut String,
    ) {
        let other = with.and_then(|with| self.exactly(with)).and_then(|call| call.dialog());
        if with.is_some() && other.is_none() {
            return ctx.error("transfer_failed", "nobody answered there");
        }
        let uri = match other {
            // RFC 5589 §7
            Some(other) if target.is_empty() => Some(other.remote_uri.clone()),
            _ => text::target(target, &ctx.account.identity.domain),
        };
        let Some(mut uri) = uri else {
            return ctx.error("invalid_target", "neither a user nor a SIP URI");
        };
        if let Some(other) = other {
            // RFC 3891 §6.1: the tags as the far end sees them.
            uri.push_str(if cut(&uri, b'?').is_some() { "&Replaces=" } else { "?Replaces=" });
            push_escaped(&mut uri, &replaces(other));
        }
        let Some(active) = self.talked(id) else {
            return ctx.error("transfer_failed", "no active call");
        };
        if active.transfer.is_some() {
            return ctx.error("transfer_failed", "one is under way");
        }
        let refer_to = concat(&["<", &uri, ">"]);
        active.follow(ctx, refer_to, Lines::take(headers), with, Step::Flow);
        ctx.calls_changed = true;
    }

    /// Holds the call and calls somebody else beside it.
    pub(super) fn consult(
        &mut self,
        ctx: &mut Context,
        id: CallId,
        new: CallId,
        target: &str,
        options: &mut CallOptions,
    ) {
        let is_taken = self.calls.iter().any(|call| call.consults.is_some());
        let Some(active) = self.talked(id).filter(|_| !is_taken) else {
            return ctx.error("call_in_progress", "one at a time, in a call");
        };
        let (id, was_held) = (active.call, active.hold.is_on());
        let Some(consultation) = self.start(ctx, new, target, options) else { return };
        consultation.consults = Some((id, !was_held));
        if let Some(call) = self.find(id) {
            call.want_hold(ctx, true, Ask::default());
        }
    }

    /// A consultation is over: whoever waited for it is talked to again.
    pub(super) fn consultation_over(&mut self, ctx: &mut Context, (id, resume): (CallId, bool)) {
        if resume && let Some(call) = self.exactly(id) {
            call.want_hold(ctx, false, Ask::default());
        }
    }
}

/// The value of a Replaces header (RFC 3891 §6.1) for whoever is at the other end of this dialog.
pub(super) fn replaces(dialog: &Dialog) -> String {
    concat(&[&dialog.call_id, ";to-tag=", &dialog.remote_tag, ";from-tag=", &dialog.local_tag])
}

impl Active {
    fn follow(
        &mut self,
        ctx: &mut Context,
        refer_to: String,
        headers: Lines,
        with: Option<CallId>,
        step: Step,
    ) {
        self.transfer = Some(Transfer { refer_to, headers, with, series: Series::default(), step });
        self.told(ctx, None);
    }

    /// How long it is waited for what is told next.
    fn told(&self, ctx: &mut Context, seconds: Option<u32>) {
        wake(ctx, self.call, CallTimer::Expires, u64::from(seconds.unwrap_or(SILENCE_S)) * 1000);
    }

    /// What names the NOTIFYs of our REFER; they may be faster than the 202.
    pub(super) fn refer_id(&self) -> Option<u32> {
        match self.transfer.as_ref()?.step {
            Step::Asking { id, .. } | Step::Taken { id } => Some(id),
            Step::Flow => None,
        }
    }

    /// The page that was left has sent this REFER.
    pub(super) fn follow_on(&mut self, ctx: &mut Context, id: u32) {
        self.follow(ctx, String::new(), Lines::default(), None, Step::Taken { id });
    }

    /// Sends REFER when there is a flow.
    pub(super) fn pursue_transfer(&mut self, ctx: &mut Context) {
        let Some(transfer) = self.transfer.as_mut().filter(|it| matches!(it.step, Step::Flow)) else {
            return;
        };
        let Some(socket) = ctx.routes.best(ctx.now).filter(|_| self.unacknowledged.is_none()) else { return };
        // RFC 3892 §2.1
        let referred_by = concat(&["<", &self.dialog.local_uri, ">"]);
        let mut refer = start(ctx, &mut self.dialog, Method::Refer)
            .header(Name::ReferTo, &transfer.refer_to)
            .header(Name::ReferredBy, &referred_by);
        refer = with_headers(refer, transfer.headers.text());
        let uri = &self.dialog.remote_target;
        refer = ctx.authorize(&mut transfer.series, socket, refer, &Method::Refer, uri, "");
        transfer.step = Step::Asking { key: ctx.send(socket, refer, "outbound"), id: self.dialog.local_seq };
    }

    /// A final response to our REFER; `None` where it is to something else.
    pub(super) fn refer_answered(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Option<Box<Ending>>> {
        let transfer = self.transfer.as_mut()?;
        let Step::Asking { key: own, id } = transfer.step else { return None };
        if own != key {
            return None;
        }
        let (status, reason) = (response.status(), response.reason());
        let uri = &self.dialog.remote_target;
        if matches!(status, 401 | 407)
            && ctx.challenged(&mut transfer.series, key.connection, &Method::Refer, uri, response)
        {
            transfer.step = Step::Flow;
            return Some(None);
        }
        ctx.tell(self.call, CallEvent::ReferAnswered, response.as_str());
        transfer.step = Step::Taken { id };
        // RFC 4488 §4: nobody will tell how it went on.
        let unwatched = response.get_named("Refer-Sub").is_some_and(|value| value.starts_with("false"));
        Some(if status >= 300 || unwatched { self.transferred(ctx, status, reason) } else { None })
    }

    /// Our REFER's transaction failed.
    pub(super) fn refer_failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) {
        let Some(transfer) = self.transfer.as_mut() else { return };
        match transfer.step {
            Step::Asking { key: own, .. } if own == key && !timeout => transfer.step = Step::Flow,
            Step::Asking { key: own, .. } if own == key => {
                ctx.tell(self.call, CallEvent::ReferAnswered, "");
                self.transferred(ctx, 408, "no answer");
            }
            _ => {}
        }
    }

    /// NOTIFY of the far end: how far our transfer is (RFC 3515 §2.4.4).
    pub(super) fn notified(&mut self, ctx: &mut Context, key: Key, request: &Request) -> Option<Box<Ending>> {
        let own = self.refer_id();
        let event = request.value(Name::Event).filter(|event| own.is_some() && event.is("refer"));
        if event.is_none_or(|event| event.number("id").is_some_and(|id| Some(id) != own)) {
            // RFC 6665 §4.1.3
            ctx.reply(key, request, 481, "Subscription Does Not Exist");
            return None;
        }
        ctx.reply(key, request, 200, "OK");
        ctx.tell(self.call, CallEvent::ReferNotified, request.as_str());
        let (status, reason) = text::status_line(request.body()).unwrap_or((0, ""));
        let state = request.value(Name::SubscriptionState);
        if status < 200 && !state.as_ref().is_some_and(|it| it.is("terminated")) {
            // RFC 6665 §4.1.3
            self.told(ctx, state.and_then(|it| it.number("expires")));
            return None;
        }
        self.transferred(ctx, status, reason)
    }

    /// It has come to an end. One that succeeded ends our call, unless the application decides.
    pub(super) fn transferred(
        &mut self,
        ctx: &mut Context,
        status: u16,
        reason: &str,
    ) -> Option<Box<Ending>> {
        let transfer = self.transfer.take()?;
        ctx.calls_changed = true;
        ctx.keep_calls = true;
        if ctx.supervised() {
            return None;
        }
        if !(200..300).contains(&status) {
            ctx.error("transfer_failed", reason);
            return None;
        }
        let mut ending = Ending::new(Originator::Local, Outcome::Answered, "Transferred");
        ending.also = transfer.with;
        Some(ending.farewell(Some(self.farewell(None))))
    }
}
