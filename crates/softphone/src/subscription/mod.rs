//! Subscriptions (RFC 6665): ours to somebody's state, and others' to what the application knows.

mod notifier;
mod state;
mod subscriber;

pub(crate) use state::package;

use crate::context::{Context, Key, Timer};
use crate::{
    Acceptance, Event, NewSubscription, Notification, Resubscription, SubscriptionCause, SubscriptionChange,
    SubscriptionEnd, SubscriptionId,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Request, Response};
use notifier::Notifier;
use subscriber::Subscriber;

/// RFC 6665 §4.1.2: 64·T1 for a NOTIFY to follow a SUBSCRIBE.
const TIMER_N: Duration = Duration::from_secs(32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubscriptionTimer {
    /// The first SUBSCRIBE has waited long enough for a flow.
    Flow,
    /// RFC 6665's N: no NOTIFY came.
    Notify,
    /// It is time to SUBSCRIBE again.
    Refresh,
    /// Its time is over.
    Expiry,
    /// A new subscription takes the place of a lost one; or a NOTIFY that was put off is due.
    Retry,
    /// The application had its turn: the NOTIFY that a SUBSCRIBE asks for is due.
    Owed,
}

impl SubscriptionTimer {
    pub(crate) const ALL: [SubscriptionTimer; 6] = [
        SubscriptionTimer::Flow,
        SubscriptionTimer::Notify,
        SubscriptionTimer::Refresh,
        SubscriptionTimer::Expiry,
        SubscriptionTimer::Retry,
        SubscriptionTimer::Owed,
    ];
}

#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    subscribers: Vec<Subscriber>,
    notifiers: Vec<Notifier>,
}

/// What the application asks for.
impl Subscriptions {
    pub(crate) fn subscribe(&mut self, ctx: &mut Context, order: Box<NewSubscription>) {
        let id = order.subscription;
        let subscriber = if self.knows(id) { None } else { Subscriber::new(ctx, order) };
        match subscriber {
            Some(subscriber) => self.subscribers.push(subscriber),
            None => ended(ctx, id, End::new(SubscriptionCause::Invalid)),
        }
    }

    pub(crate) fn resubscribe(&mut self, ctx: &mut Context, asked: Resubscription) {
        match self.subscribers.iter_mut().find(|own| own.id == asked.subscription) {
            Some(subscriber) => subscriber.resubscribe(ctx, asked),
            None => unknown(ctx),
        }
        self.forget();
    }

    pub(crate) fn accept(&mut self, ctx: &mut Context, key: Key, request: &Request, acceptance: Acceptance) {
        let id = acceptance.subscription;
        if self.knows(id) {
            ctx.reply(key, request, 500, "Server Internal Error");
            return ended(ctx, id, End::new(SubscriptionCause::Invalid));
        }
        self.notifiers.extend(Notifier::new(ctx, key, request, acceptance));
    }

    pub(crate) fn notify(&mut self, ctx: &mut Context, told: Notification) {
        match self.notifiers.iter_mut().find(|own| own.id == told.subscription) {
            Some(notifier) => notifier.notify(ctx, told),
            None => unknown(ctx),
        }
    }

    pub(crate) fn stop(&mut self, ctx: &mut Context) {
        for subscriber in &mut self.subscribers {
            subscriber.stop(ctx);
        }
        for notifier in &mut self.notifiers {
            notifier.stop(ctx);
        }
        self.forget();
    }

    fn knows(&self, id: SubscriptionId) -> bool {
        self.subscribers.iter().any(|own| own.id == id) || self.notifiers.iter().any(|own| own.id == id)
    }

    fn forget(&mut self) {
        self.subscribers.retain(|own| !own.is_over());
        self.notifiers.retain(|own| !own.is_over());
    }
}

/// What comes in by SIP, and time.
impl Subscriptions {
    /// A request with a To tag; `false` where it belongs to no subscription.
    pub(crate) fn request(&mut self, ctx: &mut Context, key: Key, request: &Request) -> bool {
        let taken = self.subscribers.iter_mut().any(|own| own.request(ctx, key, request))
            || self.notifiers.iter_mut().any(|own| own.request(ctx, key, request));
        self.forget();
        taken
    }

    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let taken = self.subscribers.iter_mut().any(|own| own.response(ctx, key, response))
            || self.notifiers.iter_mut().any(|own| own.response(ctx, key, response));
        self.forget();
        taken
    }

    pub(crate) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        let taken = self.subscribers.iter_mut().any(|own| own.failed(ctx, key, timeout))
            || self.notifiers.iter_mut().any(|own| own.failed(ctx, key, timeout));
        self.forget();
        taken
    }

    pub(crate) fn timer(&mut self, ctx: &mut Context, id: SubscriptionId, timer: SubscriptionTimer) {
        for own in self.subscribers.iter_mut().filter(|own| own.id == id) {
            own.timer(ctx, timer);
        }
        for own in self.notifiers.iter_mut().filter(|own| own.id == id) {
            own.timer(ctx, timer);
        }
        self.forget();
    }

    /// Sends whatever waits for a flow or its turn.
    pub(crate) fn pursue(&mut self, ctx: &mut Context) {
        for own in &mut self.subscribers {
            own.pursue(ctx);
        }
        for own in &mut self.notifiers {
            own.pursue(ctx);
        }
    }
}

/// How a subscription ends.
struct End {
    cause: SubscriptionCause,
    reason: String,
    retry_after: Option<u32>,
    message: Option<String>,
    again: bool,
}

impl End {
    fn new(cause: SubscriptionCause) -> End {
        End { cause, reason: String::new(), retry_after: None, message: None, again: false }
    }

    fn refused(cause: SubscriptionCause, response: &Response) -> End {
        End {
            retry_after: response.number(headset_sip::Name::RetryAfter),
            message: Some(response.as_str().to_string()),
            ..End::new(cause)
        }
    }
}

fn ended(ctx: &mut Context, id: SubscriptionId, end: End) {
    let End { cause, reason, retry_after, message, again } = end;
    let end = SubscriptionEnd { cause, reason, retry_after, message, again };
    tell(ctx, id, SubscriptionChange::Terminated(Box::new(end)));
}

fn tell(ctx: &mut Context, subscription: SubscriptionId, change: SubscriptionChange) {
    ctx.event(Event::Subscription { subscription, change });
}

fn unknown(ctx: &mut Context) {
    ctx.error("no_such_subscription", "there is no such subscription any more");
}

fn set(ctx: &mut Context, id: SubscriptionId, timer: SubscriptionTimer, after: Duration) {
    ctx.timers.set(Timer::Subscription(id, timer), ctx.now + after);
}

fn clear(ctx: &mut Context, id: SubscriptionId, timers: &[SubscriptionTimer]) {
    for timer in timers {
        ctx.timers.clear(Timer::Subscription(id, *timer));
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
