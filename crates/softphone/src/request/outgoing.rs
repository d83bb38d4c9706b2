//! Requests of ours outside calls.

use super::{Challenged, Login, Opening, RequestTimer, content, more};
use crate::context::{Context, Key, Timer};
use crate::{Event, NewRequest, RequestFailure, RequestId};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Method, Name, Response};

#[derive(Debug, Default)]
pub(super) struct Outgoing(Vec<Asking>);

/// One request, until its last response.
#[derive(Debug)]
struct Asking {
    order: Box<NewRequest>,
    method: Method,
    opening: Opening,
    login: Login,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A flow to send it on.
    Flow,
    Sent(Key),
}

impl Outgoing {
    pub(super) fn ask(&mut self, ctx: &mut Context, order: Box<NewRequest>) {
        let request = order.request;
        let method = Method::new(&order.method);
        let target = crate::call::target(&order.target, &ctx.account.identity.domain);
        let taken = self.0.iter().any(|asking| asking.order.request == request);
        let (Some(target), true, false) = (target, is_usable(&method), taken) else {
            return failed(ctx, request, RequestFailure::Invalid);
        };
        let opening = Opening::new(ctx, target);
        let wait = Duration::from_millis(u64::from(order.wait_ms));
        self.0.push(Asking { order, method, opening, login: Login::default(), step: Step::Flow });
        self.pursue(ctx);
        if self.0.last().is_some_and(|asking| asking.step == Step::Flow) {
            if wait.is_zero() {
                self.gave_up(ctx, request);
            } else {
                ctx.timers.set(Timer::Request(RequestTimer::Flow(request)), ctx.now + wait);
            }
        }
    }

    /// Sends what waits for a flow.
    pub(super) fn pursue(&mut self, ctx: &mut Context) {
        for asking in self.0.iter_mut().filter(|asking| asking.step == Step::Flow) {
            asking.send(ctx);
        }
    }

    pub(super) fn response(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let Some(at) = self.find(key) else { return false };
        let asking = &mut self.0[at];
        if response.status() == 100 {
            return true;
        }
        if !response.is_provisional() {
            if asking.heard(ctx, key, response) == Challenged::Again {
                asking.opening.cseq += 1;
                asking.step = Step::Flow;
                let wait = Duration::from_millis(u64::from(asking.order.wait_ms));
                ctx.timers.set(asking.timer(), ctx.now + wait);
                return true;
            }
            let request = self.0.remove(at).order.request;
            ctx.event(Event::RequestAnswered { request, message: response.as_str().into() });
            return true;
        }
        let request = asking.order.request;
        ctx.event(Event::RequestAnswered { request, message: response.as_str().into() });
        true
    }

    /// RFC 3261 §8.1.3.1. What may have arrived is not sent again: nobody wants a message twice.
    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        let Some(at) = self.find(key) else { return false };
        let request = self.0.remove(at).order.request;
        failed(ctx, request, if timeout { RequestFailure::Timeout } else { RequestFailure::Transport });
        true
    }

    /// No flow came up in time.
    pub(super) fn gave_up(&mut self, ctx: &mut Context, request: RequestId) {
        let waits = |asking: &Asking| asking.order.request == request && asking.step == Step::Flow;
        if let Some(at) = self.0.iter().position(waits) {
            self.0.remove(at);
            failed(ctx, request, RequestFailure::Transport);
        }
    }

    pub(super) fn stop(&mut self, ctx: &mut Context) {
        for asking in self.0.drain(..) {
            ctx.timers.clear(asking.timer());
            failed(ctx, asking.order.request, RequestFailure::Transport);
        }
    }

    fn find(&self, key: Key) -> Option<usize> {
        self.0.iter().position(|asking| asking.step == Step::Sent(key))
    }
}

impl Asking {
    fn send(&mut self, ctx: &mut Context) {
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let order = &*self.order;
        let method = &self.method;
        let uri = self.opening.target.clone();
        let mut builder = self.opening.build(ctx, socket, method.clone(), &order.sender);
        match method {
            // RFC 3261 §11.1
            Method::Options => builder = builder.header(Name::Accept, "application/sdp"),
            // RFC 3515 §2.2 and RFC 6665 §4.4.1: they may make a dialog. RFC 3428 §4: MESSAGE has no Contact.
            Method::Refer | Method::Subscribe | Method::Notify => {
                builder = builder.header(Name::Contact, &ctx.account.contact(";ob"));
            }
            _ => {}
        }
        builder = self.login.sign(ctx, socket, builder, (method, &uri, &order.body));
        builder = content(more(builder, &order.headers), &order.content_type, &order.body);
        let message = ctx.complete(socket, builder, "outbound");
        ctx.event(Event::RequestSent { request: order.request, message: message.as_str().into() });
        ctx.timers.clear(self.timer());
        self.step = Step::Sent(ctx.transactions.request(ctx.now, socket, message));
    }

    fn heard(&mut self, ctx: &mut Context, key: Key, response: &Response) -> Challenged {
        let uri = self.opening.target.clone();
        self.login.heard(ctx, key.connection, (&self.method, &uri), response)
    }

    fn timer(&self) -> Timer {
        Timer::Request(RequestTimer::Flow(self.order.request))
    }
}

fn failed(ctx: &mut Context, request: RequestId, cause: RequestFailure) {
    ctx.event(Event::RequestFailed { request, cause });
}

/// What does not belong to a call, a registration or a transaction.
fn is_usable(method: &Method) -> bool {
    match method {
        Method::Invite | Method::Ack | Method::Cancel | Method::Bye => false,
        Method::Prack | Method::Update | Method::Register => false,
        Method::Other(name) => {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
        }
        _ => true,
    }
}
