//! Being handed on: REFER of the far end (RFC 3515), which only an application can decide about.

use super::active::Active;
use super::calls::Calls;
use super::incoming::reason_or_default;
use super::text;
use crate::context::{Context, Key};
use crate::{CallEvent, CallId, CallOptions};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use headset_sip::text::{concat, decimal};
use headset_sip::{Method, Name, NameAddr, Request, Uri};

/// A REFER that was taken; its CSeq names it in NOTIFYs.
#[derive(Debug)]
pub(super) struct Referral {
    id: u32,
    /// Whom to call: Refer-To's URI.
    target: String,
    referred_by: String,
    /// RFC 4488: the far end does not want to know how it goes.
    silent: bool,
}

/// How far the call is that a REFER asked for.
#[derive(Debug)]
pub(crate) struct Notice {
    /// The call that it came in.
    to: CallId,
    id: u32,
    status: u16,
    reason: String,
}

/// Whom a call of ours is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sponsor {
    call: CallId,
    id: u32,
}

impl Sponsor {
    /// Tells them how far it is.
    pub(super) fn tell(self, ctx: &mut Context, status: u16, reason: &str) {
        ctx.notices.push(Notice { to: self.call, id: self.id, status, reason: reason.into() });
    }
}

impl Active {
    /// REFER of the far end.
    pub(super) fn referred(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let mut targets = request.all(Name::ReferTo);
        // RFC 3515 §2.4.2: exactly one.
        let only = targets.next().filter(|_| targets.next().is_none());
        let target = match only.map(NameAddr::parse) {
            Some(Ok(target)) if target.uri.is_sip() => target.uri.to_string(),
            _ => return ctx.reply(key, request, 400, "Bad Refer-To"),
        };
        if !ctx.supervised() || self.referral.is_some() {
            return ctx.reply(key, request, 603, "Decline");
        }
        let wants = |value: &str| !value.trim_ascii_start().starts_with("false");
        let silent = !request.get_named("Refer-Sub").is_none_or(wants);
        let id = request.number(Name::CSeq).unwrap_or(0);
        let referred_by = request.get(Name::ReferredBy).unwrap_or("").to_string();
        let contact = ctx.account.contact("");
        let mut accepted = ctx.start_reply(request, 202, "Accepted").header(Name::Contact, &contact);
        if silent {
            // RFC 4488 §4
            accepted = accepted.raw_header("Refer-Sub", "false");
        }
        ctx.respond(key, accepted);
        self.referral = Some(Box::new(Referral { id, target, referred_by, silent }));
        let trying = Notice { to: self.call, id, status: 100, reason: "Trying".into() };
        ctx.notices.push(trying);
        ctx.tell(self.call, CallEvent::Referred, request.as_str());
    }

    /// NOTIFY (RFC 3515 §2.4.4); nothing where nobody wants it or there is no flow.
    fn notify(&mut self, ctx: &mut Context, notice: &Notice) {
        let Some(referral) = self.referral.as_ref().filter(|referral| referral.id == notice.id) else {
            return;
        };
        let (silent, is_final) = (referral.silent, notice.status >= 200);
        if is_final {
            self.referral = None;
        }
        let Some(socket) = ctx.routes.best(ctx.now).filter(|_| !silent) else { return };
        let state = if is_final { "terminated;reason=noresource" } else { "active;expires=300" };
        let id = decimal(notice.id);
        let status = decimal(notice.status.into());
        let notify = self
            .dialog
            .request(Method::Notify)
            .header(Name::Contact, &ctx.account.contact(";ob"))
            .header(Name::Event, &concat(&["refer;id=", &id]))
            .header(Name::SubscriptionState, state)
            .body(
                "message/sipfrag;version=2.0",
                &concat(&["SIP/2.0 ", &status, " ", &notice.reason, "\r\n"]),
            );
        ctx.send(socket, notify, "outbound");
    }
}

impl Calls {
    /// The application takes the REFER: whom it names is called.
    pub(super) fn accept_referral(
        &mut self,
        ctx: &mut Context,
        id: CallId,
        new: CallId,
        options: &mut CallOptions,
    ) {
        let Some(active) = self.talked(id) else { return };
        let Some(referral) = &active.referral else { return };
        let sponsor = Sponsor { call: active.call, id: referral.id };
        let mut line = |name: &str, value: &str| {
            if !options.headers.is_empty() && !options.headers.ends_with('\n') {
                options.headers.push('\n');
            }
            options.headers.extend([name, ": ", value, "\n"]);
        };
        // RFC 3892 §2.2, RFC 5589 §7: who asked, and in whose place.
        if !referral.referred_by.is_empty() {
            line("Referred-By", &referral.referred_by);
        }
        let replaces = Uri::parse(&referral.target).ok().and_then(|uri| uri.header("Replaces"));
        if let Some(replaces) = replaces {
            line("Replaces", &replaces);
        }
        let target = text::request_uri(&referral.target).unwrap_or_default();
        match self.start(ctx, new, &target, options) {
            Some(call) => call.sponsor = Some(sponsor),
            None => sponsor.tell(ctx, 503, "Service Unavailable"),
        }
    }

    pub(super) fn refuse_referral(&mut self, ctx: &mut Context, id: CallId, status: u16, reason: &str) {
        let Some(active) = self.talked(id) else { return };
        if let Some(referral) = &active.referral {
            let status = if (300..700).contains(&status) { status } else { 603 };
            let reason = reason_or_default(reason, status);
            Sponsor { call: active.call, id: referral.id }.tell(ctx, status, reason);
        }
    }

    /// Sends the NOTIFYs that are due.
    pub(super) fn pursue_referrals(&mut self, ctx: &mut Context) {
        while !ctx.notices.is_empty() {
            let notice = ctx.notices.remove(0);
            if let Some(active) = self.talked(notice.to) {
                active.notify(ctx, &notice);
            }
        }
    }
}
