//! Requests of others outside calls that the application answers.

use super::{RequestTimer, content, more};
use crate::context::{Context, Key, Timer};
use crate::{Event, Reply, ReplyId};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Method, Name, Request, Response, Time};

/// When timer E of whoever asks reaches T2: 0.5 + 1 + 2 s (RFC 4320 §4.1).
const TRYING: Duration = Duration::from_millis(3500);
/// Well before timer F of whoever asks, 32 s.
const PATIENCE: Duration = Duration::from_secs(25);
/// More at once is a flood.
const MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Inbox(Vec<Asked>);

#[derive(Debug)]
struct Asked {
    reply: ReplyId,
    key: Key,
    request: Request,
    at: Time,
}

impl Inbox {
    /// Hands a request to the application.
    pub(super) fn take(&mut self, ctx: &mut Context, key: Key, request: Request) {
        if self.0.len() == MAX {
            return ctx.reply_with(key, &request, 480, "Too Many Requests", &[(Name::RetryAfter, "10")]);
        }
        let reply = ReplyId(ctx.new_id());
        let message = request.as_str().into();
        ctx.timers.set(timer(reply), ctx.now + TRYING);
        self.0.push(Asked { reply, key, request, at: ctx.now });
        ctx.event(Event::Requested { reply, message });
    }

    /// The application's answer.
    pub(super) fn reply(&mut self, ctx: &mut Context, reply: &Reply) {
        // RFC 4320 §4.1: no provisional response but 100, which the engine sends by itself.
        if !(200..700).contains(&reply.status) {
            return ctx.error("reply_failed", "a reply's status is 200 to 699");
        }
        let Some(Asked { key, request, .. }) = self.remove(ctx, reply.reply) else {
            return ctx.error("reply_failed", "there is no such request any more");
        };
        let allow = ctx.allow;
        let mut builder = ctx.start_reply(&request, reply.status, &reply.reason);
        let abilities = crate::call::abilities(allow);
        let said = match (reply.status, request.method()) {
            // RFC 3261 §11.2
            (200..300, Method::Options) => &abilities[..],
            // RFC 3261 §21.4.6, and what else helps.
            (405 | 501, _) => &abilities[..1],
            _ => &[],
        };
        for (name, value) in said {
            builder = builder.header(*name, value);
        }
        ctx.respond(key, content(more(builder, &reply.headers), &reply.content_type, &reply.body));
    }

    /// A SUBSCRIBE that the application takes.
    pub(super) fn take_subscribe(&mut self, ctx: &mut Context, reply: ReplyId) -> Option<(Key, Request)> {
        let asked = self.0.iter().find(|asked| asked.reply == reply)?;
        if *asked.request.method() != Method::Subscribe {
            return None;
        }
        self.remove(ctx, reply).map(|asked| (asked.key, asked.request))
    }

    pub(super) fn timer(&mut self, ctx: &mut Context, reply: ReplyId) {
        let Some(asked) = self.0.iter().find(|asked| asked.reply == reply) else { return };
        if ctx.now < asked.at + PATIENCE {
            // RFC 4320 §4.1: so that whoever asks does not send it again.
            let trying = Response::reply_to(&asked.request, 100, "Trying").finish();
            ctx.transactions.respond(ctx.now, asked.key, trying);
            return ctx.timers.set(timer(reply), asked.at + PATIENCE);
        }
        // RFC 4320 §4.2 forbids 408.
        if let Some(Asked { key, request, .. }) = self.remove(ctx, reply) {
            ctx.reply(key, &request, 480, "Temporarily Unavailable");
        }
    }

    /// The flow that a request came on is gone, and whoever waits for the answer with it.
    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key) -> bool {
        let Some(asked) = self.0.iter().find(|asked| asked.key == key) else { return false };
        let reply = asked.reply;
        self.remove(ctx, reply).is_some()
    }

    pub(super) fn stop(&mut self, ctx: &mut Context) {
        while let Some(reply) = self.0.last().map(|asked| asked.reply) {
            if let Some(Asked { key, request, .. }) = self.remove(ctx, reply) {
                ctx.reply(key, &request, 480, "Temporarily Unavailable");
            }
        }
    }

    fn remove(&mut self, ctx: &mut Context, reply: ReplyId) -> Option<Asked> {
        let at = self.0.iter().position(|asked| asked.reply == reply)?;
        ctx.timers.clear(timer(reply));
        Some(self.0.remove(at))
    }
}

fn timer(reply: ReplyId) -> Timer {
    Timer::Request(RequestTimer::Reply(reply))
}
