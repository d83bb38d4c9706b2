//! What happens outside calls: requests of ours, requests of others, subscriptions.

mod incoming;
mod login;
mod opening;
mod outgoing;

pub(crate) use login::{Challenged, Login};
pub(crate) use opening::{Opening, content, more};

use crate::context::{ALLOW, ALLOW_SUPERVISED, Context, Key};
use crate::subscription::Subscriptions;
use crate::{Acceptance, NewRequest, NewSubscription, ReplyId, RequestId, Supervision};
use alloc::boxed::Box;
use headset_sip::{Method, Name, Request, Response};
use incoming::Inbox;
use outgoing::Outgoing;

#[derive(Debug, Default)]
pub(crate) struct Outside {
    supervision: Supervision,
    requests: Outgoing,
    inbox: Inbox,
    pub(crate) subscriptions: Subscriptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestTimer {
    /// A request of ours has waited long enough for a flow.
    Flow(RequestId),
    /// Somebody's request must be answered, or at least provisionally.
    Reply(ReplyId),
}

/// What the application asks for.
impl Outside {
    pub(crate) fn supervise(&mut self, ctx: &mut Context, supervision: Supervision) {
        ctx.allow = if supervision.requests { ALLOW_SUPERVISED } else { ALLOW };
        self.supervision = supervision;
    }

    pub(crate) fn ask(&mut self, ctx: &mut Context, request: Box<NewRequest>) {
        self.requests.ask(ctx, request);
    }

    pub(crate) fn reply(&mut self, ctx: &mut Context, reply: &crate::Reply) {
        self.inbox.reply(ctx, reply);
    }

    pub(crate) fn subscribe(&mut self, ctx: &mut Context, order: Box<NewSubscription>) {
        self.subscriptions.subscribe(ctx, order);
    }

    pub(crate) fn accept(&mut self, ctx: &mut Context, acceptance: Acceptance) {
        match self.inbox.take_subscribe(ctx, acceptance.reply) {
            Some((key, request)) => self.subscriptions.accept(ctx, key, &request, acceptance),
            None => ctx.error("reply_failed", "there is no such SUBSCRIBE any more"),
        }
    }

    /// Says what can still be said, and forgets everything.
    pub(crate) fn stop(&mut self, ctx: &mut Context) {
        self.requests.stop(ctx);
        self.inbox.stop(ctx);
        self.subscriptions.stop(ctx);
    }
}

/// What comes in by SIP, and time.
impl Outside {
    /// A request; `false` where it is for somebody else.
    pub(crate) fn request(&mut self, ctx: &mut Context, key: Key, request: &Request, started: bool) -> bool {
        if request.to_tag().is_some() {
            return self.subscriptions.request(ctx, key, request);
        }
        let is_ours = self.supervision.requests
            && !matches!(
                request.method(),
                Method::Invite | Method::Bye | Method::Update | Method::Prack | Method::Register
            );
        if !is_ours {
            return false;
        }
        if !started {
            ctx.reply(key, request, 480, "Temporarily Unavailable");
        } else if *request.method() != Method::Subscribe || self.is_known(ctx, key, request) {
            self.inbox.take(ctx, key, request.clone());
        }
        true
    }

    /// Whether a SUBSCRIBE asks for what there is; it is refused where not.
    fn is_known(&self, ctx: &mut Context, key: Key, request: &Request) -> bool {
        let package = request.get(Name::Event).map(crate::subscription::package).unwrap_or("");
        let packages = &self.supervision.packages;
        if package.is_empty() {
            ctx.reply(key, request, 400, "Missing Event");
            return false;
        }
        if packages.is_empty() || packages.iter().any(|known| known == package) {
            return true;
        }
        // RFC 6665 §4.2.1.1
        ctx.reply_with(key, request, 489, "Bad Event", &[(Name::AllowEvents, &packages.join(", "))]);
        false
    }

    /// `false` where it is not to a request of ours.
    pub(crate) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        self.requests.response(ctx, key, response) || self.subscriptions.response(ctx, key, response)
    }

    /// A transaction failed: its flow is gone, or (`timeout`) nobody answered. `false` where it was not ours.
    pub(crate) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        self.requests.failed(ctx, key, timeout)
            || self.inbox.failed(ctx, key)
            || self.subscriptions.failed(ctx, key, timeout)
    }

    pub(crate) fn timer(&mut self, ctx: &mut Context, timer: RequestTimer) {
        match timer {
            RequestTimer::Flow(request) => self.requests.gave_up(ctx, request),
            RequestTimer::Reply(reply) => self.inbox.timer(ctx, reply),
        }
    }

    /// Sends whatever waits for a flow or its turn.
    pub(crate) fn pursue(&mut self, ctx: &mut Context) {
        self.requests.pursue(ctx);
        self.subscriptions.pursue(ctx);
    }
}
