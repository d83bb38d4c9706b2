//! A subscription of somebody else to what the application knows (RFC 6665 §4.2).

use super::state::{is_same, package, write};
use super::{End, SubscriptionTimer as At, TIMER_N, clear, ended, seconds, set, tell, unknown};
use crate::context::{Context, Key};
use crate::request::{Challenged, Login, content, more};
use crate::{
    Acceptance, Notification, Phase, SubscriptionCause as Cause, SubscriptionChange, SubscriptionId,
};
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use headset_sip::dialog::State as DialogState;
use headset_sip::{Dialog, Method, Name, Request, Response, Time};

/// Granted where neither side names a time.
const EXPIRES: u32 = 3600;
/// NOTIFYs that wait for a flow or their turn.
const WAITING_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct Notifier {
    pub(super) id: SubscriptionId,
    /// The SUBSCRIBE's Event.
    event: String,
    /// Seconds granted at most.
    most: u32,
    until: Time,
    dialog: Dialog,
    login: Login,
    /// The state that was told last: told again where a SUBSCRIBE asks for it.
    last: Notification,
    /// One after the other, so that they arrive in their order.
    waiting: VecDeque<Notification>,
    sent: Option<(Key, Notification)>,
    /// The subscriber has asked for patience (Retry-After).
    put_off: bool,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Un-subscribed; the application has its turn to say the last words.
    Parting,
    /// The last NOTIFY waits or is under way; the application knows that it is over.
    Closing,
    Over,
}

impl Notifier {
    /// Answers the SUBSCRIBE; `None` where no dialog can be made of it.
    pub(super) fn new(
        ctx: &mut Context,
        key: Key,
        request: &Request,
        acceptance: Acceptance,
    ) -> Option<Notifier> {
        let Acceptance { subscription: id, expires, headers, first, .. } = acceptance;
        let tag = ctx.entropy.token(10);
        let dialog = match Dialog::uas(request, &tag, DialogState::Confirmed) {
            Ok(dialog) => dialog,
            Err(problem) => {
                ctx.reply(key, request, 400, problem.words());
                ended(ctx, id, End::new(Cause::Invalid));
                return None;
            }
        };
        let mut notifier = Notifier {
            id,
            event: request.get(Name::Event).unwrap_or("").to_string(),
            most: expires.unwrap_or(EXPIRES),
            until: ctx.now,
            dialog,
            login: Login::default(),
            last: first,
            waiting: VecDeque::new(),
            sent: None,
            put_off: false,
            state: State::Open,
        };
        notifier.take(ctx, key, request, &headers);
        Some(notifier)
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// 200 to a SUBSCRIBE (RFC 6665 §4.2.1.1), and a NOTIFY soon. Whether it un-subscribes, or only fetches.
    fn take(&mut self, ctx: &mut Context, key: Key, request: &Request, headers: &str) -> bool {
        let granted = request.expires().unwrap_or(self.most).min(self.most);
        self.until = ctx.now + seconds(granted);
        let contact = ctx.account.contact("");
        let tag = self.dialog.local_tag.clone();
        let mut builder = Response::reply_to(request, 200, "OK")
            .to_tag(&tag)
            .header(Name::Contact, &contact)
            .header(Name::Expires, &granted.to_string());
        for route in request.all(Name::RecordRoute) {
            builder = builder.header(Name::RecordRoute, route);
        }
        ctx.respond(key, more(builder, headers));
        // RFC 6665 §4.2.1.2: at once; but the application may want to say more than was said last.
        set(ctx, self.id, At::Owed, seconds(0));
        if granted == 0 {
            self.state = State::Parting;
            clear(ctx, self.id, &[At::Expiry]);
        } else {
            set(ctx, self.id, At::Expiry, seconds(granted));
        }
        granted == 0
    }

    /// The application tells something.
    pub(super) fn notify(&mut self, ctx: &mut Context, mut told: Notification) {
        let is_last = matches!(told.phase, Phase::Terminated { .. });
        if self.state == State::Open && !is_last && self.waiting.len() >= WAITING_MAX {
            return ctx.error("notify_failed", "too many NOTIFYs wait for a flow");
        }
        clear(ctx, self.id, &[At::Owed]);
        let cause = match self.state {
            State::Open if !is_last => None,
            State::Open => Some(Cause::Final),
            State::Parting => Some(Cause::Unsubscribed),
            State::Closing | State::Over => return unknown(ctx),
        };
        if cause.is_some() && !is_last {
            told.phase = over("timeout");
        }
        self.last = told.clone();
        self.waiting.push_back(told);
        if let Some(cause) = cause {
            self.close(ctx, End::new(cause));
        }
    }

    /// Only the last NOTIFY is left to be sent.
    fn close(&mut self, ctx: &mut Context, end: End) {
        self.state = State::Closing;
        clear(ctx, self.id, &[At::Owed]);
        set(ctx, self.id, At::Expiry, TIMER_N);
        ended(ctx, self.id, end);
    }

    /// Sends the next NOTIFY (RFC 6665 §4.2.2).
    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        if self.sent.is_some() || self.put_off || self.waiting.is_empty() {
            return;
        }
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let Some(told) = self.waiting.pop_front() else { return };
        let left = self.until.since(ctx.now).as_secs() as u32;
        let builder = self
            .dialog
            .request(Method::Notify)
            .header(Name::Contact, &ctx.account.contact(""))
            .header(Name::Event, &self.event)
            .header(Name::SubscriptionState, &write(&told.phase, left));
        let builder =
            self.login.sign(ctx, socket, builder, (&Method::Notify, &self.dialog.remote_target, &told.body));
        let builder = content(more(builder, &told.headers), &told.content_type, &told.body);
        self.sent = Some((ctx.send(socket, builder, "outbound"), told));
    }

    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let Some((_, told)) = self.sent.take_if(|(own, _)| *own == key && !response.is_provisional()) else {
            return self.sent.as_ref().is_some_and(|(own, _)| *own == key);
        };
        let cause = match self.login.heard(
            ctx,
            key.connection,
            (&Method::Notify, &self.dialog.remote_target),
            response,
        ) {
            Challenged::Again => {
                self.waiting.push_front(told);
                return true;
            }
            Challenged::Refused => Cause::Authentication,
            Challenged::No => Cause::Refused,
        };
        if response.is_success() {
            if matches!(told.phase, Phase::Terminated { .. }) {
                self.forget(ctx);
            }
            return true;
        }
        // RFC 6665 §4.2.2: with Retry-After it has not failed; otherwise the subscription is removed.
        match response.number(Name::RetryAfter) {
            Some(wait) if self.state == State::Open && response.status() != 481 => {
                self.put_off = true;
                self.waiting.push_front(told);
                set(ctx, self.id, At::Retry, seconds(wait.max(1)));
            }
            _ => self.lost(ctx, End::refused(cause, response)),
        }
        true
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        let Some((_, told)) = self.sent.take_if(|(own, _)| *own == key) else { return false };
        if timeout {
            // RFC 6665 §4.2.2
            self.lost(ctx, End::new(Cause::Timeout));
        } else {
            self.waiting.push_front(told);
        }
        true
    }

    /// There is nobody to tell any more.
    fn lost(&mut self, ctx: &mut Context, end: End) {
        if self.state != State::Closing {
            ended(ctx, self.id, end);
        }
        self.forget(ctx);
    }

    fn forget(&mut self, ctx: &mut Context) {
        clear(ctx, self.id, &[At::Expiry, At::Retry, At::Owed]);
        self.state = State::Over;
    }

    pub(super) fn timer(&mut self, ctx: &mut Context, timer: At) {
        match (timer, self.state) {
            (At::Owed, State::Open | State::Parting) => {
                let last = self.last.clone();
                self.notify(ctx, last);
            }
            (At::Retry, _) => self.put_off = false,
            (At::Expiry, State::Open) => self.part(ctx, "timeout", Cause::Expired),
            (At::Expiry, State::Closing) => self.forget(ctx),
            _ => {}
        }
    }

    /// Says the last state once more, as the last.
    fn part(&mut self, ctx: &mut Context, reason: &str, cause: Cause) {
        let phase = over(reason);
        self.waiting.push_back(Notification { phase, ..self.last.clone() });
        self.close(ctx, End::new(cause));
    }

    /// A request with a To tag; `false` where it is not of this subscription.
    pub(super) fn request(&mut self, ctx: &mut Context, key: Key, request: &Request) -> bool {
        if !self.dialog.matches_request(request) {
            return false;
        }
        match request.method() {
            Method::Subscribe => self.subscribed(ctx, key, request),
            Method::Options => crate::call::options(ctx, key, request),
            _ => crate::call::not_allowed(ctx, key, request),
        }
        true
    }

    fn subscribed(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let event = request.get(Name::Event).unwrap_or("");
        if package(event) != package(&self.event) {
            return ctx.reply(key, request, 489, "Bad Event");
        }
        // RFC 6665 §4.5.2: one subscription in one dialog.
        if self.state != State::Open || !is_same(event, &self.event) {
            return ctx.reply(key, request, 481, "Subscription Does Not Exist");
        }
        // RFC 3261 §12.2.2
        if let Err(refusal) = self.dialog.accepts(request) {
            return ctx.reply(key, request, refusal.status, refusal.reason);
        }
        let last = self.take(ctx, key, request, "");
        tell(ctx, self.id, SubscriptionChange::Subscribed { message: request.as_str().into(), last });
    }

    /// Says goodbye while there is a flow, and waits for nothing: whoever subscribed may try again later.
    pub(super) fn stop(&mut self, ctx: &mut Context) {
        if matches!(self.state, State::Open | State::Parting) {
            (self.sent, self.put_off) = Default::default();
            self.waiting.clear();
            self.part(ctx, "probation", Cause::Final);
        }
        self.pursue(ctx);
        self.forget(ctx);
    }
}

fn over(reason: &str) -> Phase {
    Phase::Terminated { reason: reason.into(), retry_after: None }
}
