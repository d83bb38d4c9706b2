//! A subscription of ours (RFC 6665 §4.1): what is asked for, and when.

mod notified;

use super::state::package;
use super::{End, SubscriptionTimer as At, TIMER_N, clear, ended, seconds, set, tell};
use crate::context::{Context, Key};
use crate::request::{Challenged, Login, Opening, content, more};
use crate::{
    NewSubscription, Phase, Resubscription, SubscriptionCause as Cause, SubscriptionChange, SubscriptionId,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::{Dialog, Method, Name, RequestBuilder, Response, Time};

/// A subscription that is lost sooner than this is not made anew sooner either.
const LEAST_LIFE: Duration = Duration::from_secs(30);
/// How often 423 may raise what is asked for.
const RAISES: u8 = 2;
const EXPIRES_MAX: u32 = 30 * 24 * 3600;

#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) id: SubscriptionId,
    order: Box<NewSubscription>,
    /// Seconds asked for.
    expires: u32,
    raises: u8,
    opening: Opening,
    login: Login,
    began: Time,
    /// The SUBSCRIBE under way.
    asked: Option<(Key, Wish)>,
    /// The SUBSCRIBE that waits for a flow, its turn or its dialog.
    due: Option<Wish>,
    /// The first SUBSCRIBE was taken.
    accepted: bool,
    /// Only the last NOTIFY is waited for.
    leaving: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// No NOTIFY has come (RFC 6665 §4.1.2: `init`, `notify_wait`).
    Opening,
    /// The first NOTIFY has made the dialog (`pending`, `active`).
    Live {
        dialog: Box<Dialog>,
        phase: Phase,
    },
    /// Lost; made anew after a while.
    Lost,
    Over,
}

/// What a SUBSCRIBE asks for.
#[derive(Clone, Debug)]
struct Wish {
    expires: u32,
    content_type: String,
    body: String,
}

impl Subscriber {
    /// `None` where the order makes no sense.
    pub(super) fn new(ctx: &mut Context, order: Box<NewSubscription>) -> Option<Subscriber> {
        let target = crate::call::target(&order.target, &ctx.account.identity.domain)?;
        if package(&order.event).is_empty() {
            return None;
        }
        let mut subscriber = Subscriber {
            id: order.subscription,
            expires: order.expires,
            raises: 0,
            opening: Opening::new(ctx, target),
            login: Login::default(),
            began: ctx.now,
            asked: None,
            due: None,
            accepted: false,
            leaving: false,
            state: State::Over,
            order,
        };
        subscriber.open(ctx);
        Some(subscriber)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Begins, or begins anew: other tags, another Call-ID.
    fn open(&mut self, ctx: &mut Context) {
        self.opening = Opening::new(ctx, self.opening.target.clone());
        self.began = ctx.now;
        self.accepted = false;
        // RFC 6665 §4.4.3: a fetch.
        self.leaving = self.expires == 0;
        let NewSubscription { content_type, body, wait_ms, .. } = &*self.order;
        self.due =
            Some(Wish { expires: self.expires, content_type: content_type.clone(), body: body.clone() });
        self.state = State::Opening;
        set(ctx, self.id, At::Flow, Duration::from_millis(u64::from(*wait_ms)));
    }

    /// The application wants another SUBSCRIBE.
    pub(super) fn resubscribe(&mut self, ctx: &mut Context, asked: Resubscription) {
        let Resubscription { expires, content_type, body, .. } = asked;
        let expires = expires.unwrap_or(self.expires);
        match &self.state {
            // Nobody knows of it yet.
            State::Lost => return self.end(ctx, End::new(Cause::Unsubscribed)),
            State::Opening if expires == 0 && self.asked.is_none() && !self.accepted => {
                return self.end(ctx, End::new(Cause::Unsubscribed));
            }
            State::Over => return,
            _ if self.leaving => return,
            _ => {}
        }
        self.due = Some(Wish { expires, content_type, body });
        if expires > 0 {
            self.expires = expires;
        } else {
            self.leave(ctx);
        }
    }

    /// RFC 6665 §4.1.2.3: the last NOTIFY is waited for, however long SUBSCRIBE waits for a flow.
    fn leave(&mut self, ctx: &mut Context) {
        self.leaving = true;
        clear(ctx, self.id, &[At::Refresh, At::Expiry]);
        set(ctx, self.id, At::Notify, TIMER_N);
    }

    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        if self.asked.is_some() {
            return;
        }
        let Some(wish) = &self.due else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let (builder, uri) = match &mut self.state {
            // What else is wished before the first NOTIFY waits for the dialog that it makes.
            State::Opening if !self.accepted => {
                let builder = self.opening.build(ctx, socket, Method::Subscribe, &self.order.sender);
                (more(builder, &self.order.headers), self.opening.target.clone())
            }
            State::Live { dialog, .. } => (dialog.request(Method::Subscribe), dialog.remote_target.clone()),
            _ => return,
        };
        let builder = self.login.sign(ctx, socket, builder, (&Method::Subscribe, &uri, &wish.body));
        let builder = about(ctx, builder, &self.order, wish);
        let key = ctx.send(socket, builder, "outbound");
        self.asked = self.due.take().map(|wish| (key, wish));
        clear(ctx, self.id, &[At::Flow]);
        set(ctx, self.id, At::Notify, TIMER_N);
    }

    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let Some((_, wish)) = self.asked.take_if(|(own, _)| *own == key && !response.is_provisional()) else {
            return self.asked.as_ref().is_some_and(|(own, _)| *own == key);
        };
        let uri = match &self.state {
            State::Live { dialog, .. } => dialog.remote_target.clone(),
            _ => self.opening.target.clone(),
        };
        match self.login.heard(ctx, key.connection, (&Method::Subscribe, &uri), response) {
            Challenged::Again => return self.repeat(wish),
            Challenged::Refused => self.refused(ctx, response, Cause::Authentication),
            Challenged::No if response.is_success() => self.granted(ctx, response, &wish),
            // RFC 6665 §4.1.2.1
            Challenged::No if response.status() == 423 && self.raises < RAISES => {
                match response.number(Name::MinExpires) {
                    Some(least) if least > wish.expires && least <= EXPIRES_MAX && wish.expires > 0 => {
                        self.raises += 1;
                        self.expires = least;
                        return self.repeat(Wish { expires: least, ..wish });
                    }
                    _ => self.refused(ctx, response, Cause::Refused),
                }
            }
            Challenged::No => self.refused(ctx, response, Cause::Refused),
        }
        true
    }

    /// Sends the same again, with the next CSeq.
    fn repeat(&mut self, wish: Wish) -> bool {
        self.opening.cseq += 1;
        self.due.get_or_insert(wish);
        true
    }

    fn granted(&mut self, ctx: &mut Context, response: &Response, wish: &Wish) {
        self.raises = 0;
        // RFC 6665 §4.2.1.1: never longer than asked for.
        let granted = response.expires().unwrap_or(wish.expires).min(wish.expires);
        if !self.accepted {
            self.accepted = true;
            tell(ctx, self.id, SubscriptionChange::Accepted { message: response.as_str().into() });
        }
        if !self.leaving {
            self.lives_for(ctx, granted);
        }
    }

    /// It is refreshed when between eight and nine tenths of its time are over.
    fn lives_for(&self, ctx: &mut Context, granted: u32) {
        let granted = granted.max(1);
        let refresh = u64::from(granted) * 800 + ctx.entropy.jitter(u64::from(granted) * 100);
        set(ctx, self.id, At::Refresh, Duration::from_millis(refresh));
        set(ctx, self.id, At::Expiry, seconds(granted));
    }

    fn refused(&mut self, ctx: &mut Context, response: &Response, cause: Cause) {
        // RFC 6665 §4.1.2.2: these end the subscription; with others it lives as long as was granted before.
        let ends = matches!(response.status(), 404 | 405 | 410 | 416 | 480..=485 | 489 | 501 | 604);
        if ends || self.leaving || !matches!(self.state, State::Live { .. }) {
            return self.end(ctx, End::refused(cause, response));
        }
        clear(ctx, self.id, &[At::Notify]);
        let wait = seconds(response.number(Name::RetryAfter).unwrap_or(0)).max(LEAST_LIFE);
        set(ctx, self.id, At::Refresh, wait);
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        let Some((_, wish)) = self.asked.take_if(|(own, _)| *own == key) else { return false };
        match &self.state {
            State::Live { .. } => {
                // Timer N, which began with it, is about to end it.
                if !timeout {
                    self.due.get_or_insert(wish);
                }
            }
            _ if timeout => self.end(ctx, End::new(Cause::Timeout)),
            // Un-subscribed meanwhile, or nobody wants to wait.
            _ if self.order.wait_ms == 0 || (self.leaving && self.expires > 0) => {
                self.end(ctx, End::new(Cause::Transport));
            }
            _ => {
                clear(ctx, self.id, &[At::Notify]);
                self.open(ctx);
            }
        }
        true
    }

    pub(super) fn timer(&mut self, ctx: &mut Context, timer: At) {
        match (timer, &self.state) {
            (At::Flow, State::Opening) => self.end(ctx, End::new(Cause::Transport)),
            (At::Notify, State::Opening | State::Live { .. }) => {
                let unanswered = self.asked.is_some();
                self.end(ctx, End::new(if unanswered { Cause::Timeout } else { Cause::NoNotify }));
            }
            (At::Refresh, State::Live { .. }) => {
                let (content_type, body) = Default::default();
                let expires = self.expires;
                self.due.get_or_insert(Wish { expires, content_type, body });
            }
            (At::Expiry, State::Live { .. }) => self.end(ctx, End::new(Cause::Expired)),
            (At::Retry, State::Lost) => self.open(ctx),
            _ => {}
        }
    }

    /// Asks for the end while there is a flow, and waits for nothing.
    pub(super) fn stop(&mut self, ctx: &mut Context) {
        if let (State::Live { dialog, .. }, Some(socket)) = (&mut self.state, ctx.routes.best(ctx.now)) {
            let builder = dialog.request(Method::Subscribe);
            let wish = Wish { expires: 0, content_type: String::new(), body: String::new() };
            let builder =
                self.login.sign(ctx, socket, builder, (&Method::Subscribe, &dialog.remote_target, ""));
            let builder = about(ctx, builder, &self.order, &wish);
            ctx.send(socket, builder, "outbound");
        }
        self.leaving = true;
        if !self.is_over() {
            self.end(ctx, End::new(Cause::Unsubscribed));
        }
    }

    fn end(&mut self, ctx: &mut Context, mut end: End) {
        clear(ctx, self.id, &[At::Flow, At::Notify, At::Refresh, At::Expiry, At::Retry]);
        (self.asked, self.due, self.login) = Default::default();
        let wait = again(&end).filter(|_| self.order.renew && !self.leaving);
        self.state = State::Over;
        if let Some(wait) = wait {
            let lived = ctx.now.since(self.began);
            let wait = if lived < LEAST_LIFE { wait.max(LEAST_LIFE) } else { wait };
            set(ctx, self.id, At::Retry, wait);
            self.state = State::Lost;
            end.again = true;
        }
        ended(ctx, self.id, end);
    }
}

/// After what time a subscription that ended so is worth making anew (RFC 6665 §4.1.3, §4.1.2.2).
fn again(end: &End) -> Option<Duration> {
    let told = end.retry_after.map(seconds);
    match (end.cause, &*end.reason) {
        (Cause::Final, "rejected" | "noresource" | "invariant") => None,
        (Cause::Final, "deactivated" | "timeout") | (Cause::Expired, _) => Some(Duration::ZERO),
        (Cause::Final, "probation") => Some(told.unwrap_or(LEAST_LIFE)),
        (Cause::Final, _) => Some(told.unwrap_or_default()),
        (Cause::Refused, _) => {
            let gone = end.message.as_deref().is_some_and(|message| message.starts_with("SIP/2.0 481"));
            told.or(gone.then_some(Duration::ZERO))
        }
        (Cause::Timeout | Cause::Transport | Cause::NoNotify, _) => Some(LEAST_LIFE),
        _ => None,
    }
}

/// What a SUBSCRIBE says of itself (RFC 6665 §4.1.2.1).
fn about(ctx: &Context, builder: RequestBuilder, order: &NewSubscription, wish: &Wish) -> RequestBuilder {
    let mut builder = builder
        .header(Name::Contact, &ctx.account.contact(";ob"))
        .header(Name::Event, &order.event)
        .header(Name::Expires, &wish.expires.to_string());
    if !order.accept.is_empty() {
        builder = builder.header(Name::Accept, &order.accept);
    }
    content(builder, &wish.content_type, &wish.body)
}
