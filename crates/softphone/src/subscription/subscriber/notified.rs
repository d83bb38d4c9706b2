//! What the notifier says.

use super::super::state::{Told, is_same, package};
use super::super::{End, SubscriptionTimer as At, clear, tell};
use super::{State, Subscriber};
use crate::context::{Context, Key};
use crate::{Phase, SubscriptionCause as Cause, SubscriptionChange};
use alloc::boxed::Box;
use headset_sip::dialog::State as DialogState;
use headset_sip::{Dialog, Method, Name, Request};

impl Subscriber {
    /// A request with a To tag; `false` where it is not of this subscription.
    pub(in crate::subscription) fn request(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
    ) -> bool {
        let ours = request.call_id() == self.opening.call_id
            && request.to_tag() == Some(&self.opening.tag)
            && matches!(self.state, State::Opening | State::Live { .. });
        if !ours {
            return false;
        }
        match request.method() {
            Method::Notify => self.notified(ctx, key, request),
            Method::Options => crate::call::options(ctx, key, request),
            _ => crate::call::not_allowed(ctx, key, request),
        }
        true
    }

    fn notified(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        // RFC 6665 §4.1.3
        let event = request.get(Name::Event).unwrap_or("");
        if package(event) != package(&self.order.event) {
            return ctx.reply(key, request, 489, "Bad Event");
        }
        let Some(told) = Told::read(request) else {
            return ctx.reply(key, request, 400, "Missing Subscription-State");
        };
        let over = matches!(told.phase, Phase::Terminated { .. });
        let phase = match &mut self.state {
            State::Live { dialog, phase } if dialog.matches_request(request) => {
                if !is_same(event, &self.order.event) {
                    return no_such(ctx, key, request);
                }
                // RFC 3261 §12.2.2
                if let Err(refusal) = dialog.accepts(request) {
                    return ctx.reply(key, request, refusal.status, refusal.reason);
                }
                Some(core::mem::replace(phase, told.phase.clone()))
            }
            // RFC 6665 §5.4.9: another fork; one is enough.
            State::Live { .. } => return no_such(ctx, key, request),
            _ if !is_same(event, &self.order.event) => return no_such(ctx, key, request),
            // RFC 6665 §4.4.1: the first NOTIFY makes the dialog, one that is the last does not.
            _ if over => None,
            _ => match Dialog::uas(request, &self.opening.tag, DialogState::Confirmed) {
                Ok(mut dialog) => {
                    dialog.local_seq = self.opening.cseq;
                    let phase = told.phase.clone();
                    self.state = State::Live { dialog: Box::new(dialog), phase };
                    None
                }
                Err(problem) => return ctx.reply(key, request, 400, problem.words()),
            },
        };
        taken(ctx, key, request);
        if !self.leaving || over {
            clear(ctx, self.id, &[At::Notify]);
        }
        self.tell(ctx, phase, told, request.as_str());
    }

    fn tell(&mut self, ctx: &mut Context, before: Option<Phase>, told: Told, message: &str) {
        let change = match &told.phase {
            Phase::Active => Some(SubscriptionChange::Active),
            Phase::Pending => Some(SubscriptionChange::Pending),
            Phase::Terminated { .. } => None,
        };
        if let Some(change) = change.filter(|_| before.as_ref() != Some(&told.phase)) {
            tell(ctx, self.id, change);
        }
        let last = matches!(told.phase, Phase::Terminated { .. });
        tell(ctx, self.id, SubscriptionChange::Notified { message: message.into(), last });
        if let Phase::Terminated { reason, retry_after } = told.phase {
            let message = Some(message.into());
            return self.end(ctx, End { reason, retry_after, message, ..End::new(Cause::Final) });
        }
        // RFC 6665 §4.1.3: the notifier's word counts. Without one, the first NOTIFY does not wait for the 2xx.
        if !self.leaving
            && let Some(granted) =
                told.expires.or((before.is_none() && !self.accepted).then_some(self.expires))
        {
            self.lives_for(ctx, granted);
        }
    }
}

/// 200 to a NOTIFY, which may have made a dialog (RFC 3261 §12.1.1).
fn taken(ctx: &mut Context, key: Key, request: &Request) {
    let contact = ctx.account.contact("");
    let mut builder = ctx.start_reply(request, 200, "OK");
    for route in request.all(Name::RecordRoute) {
        builder = builder.header(Name::RecordRoute, route);
    }
    ctx.respond(key, builder.header(Name::Contact, &contact));
}

fn no_such(ctx: &mut Context, key: Key, request: &Request) {
    ctx.reply(key, request, 481, "Subscription Does Not Exist");
}
