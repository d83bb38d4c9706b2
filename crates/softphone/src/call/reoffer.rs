//! re-INVITE and UPDATE of the far end: hold, new media, a page that came back with a new peer connection, refreshes.

use super::active::{Active, Answer};
use super::incoming::default_reason;
use super::renegotiation::{Renegotiation, direction};
use super::{Ending, Media, text};
use crate::context::{CallTimer, Context, Key, SUPPORTED, Timer};
use crate::{CallEvent, Originator, Outcome, PeerId, PeerRequest};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::mem;
use headset_sip::{Method, Name, Request, sdp};

impl Active {
    /// re-INVITE or UPDATE of the far end, whose CSeq is in order.
    pub(super) fn offered(&mut self, ctx: &mut Context, media: &Media, key: Key, request: Request) {
        let update = *request.method() == Method::Update;
        let bare = request.body().is_empty();
        // RFC 3311 §5.2: without an offer an UPDATE is in nobody's way.
        let refresh = update && bare;
        let our_offer_waits = self.unacknowledged.as_ref().is_some_and(|answer| answer.late_offer);
        match &self.renegotiation {
            _ if refresh => {}
            Renegotiation::Answering { .. } | Renegotiation::Offered { .. } => {
                // RFC 3261 §14.2
                let wait = ctx.entropy.jitter(10).to_string();
                return ctx.reply_with(key, &request, 500, "Server Internal Error", |builder| {
                    builder.header(Name::RetryAfter, &wait)
                });
            }
            Renegotiation::Describing { .. } | Renegotiation::Flow { .. } | Renegotiation::Asking { .. } => {
                return ctx.reply(key, &request, 491, "Request Pending");
            }
            _ if our_offer_waits => return ctx.reply(key, &request, 491, "Request Pending"),
            Renegotiation::None | Renegotiation::Glare { .. } => {}
        }
        if !bare && !request.content_is("application/sdp") {
            return ctx.reply_with(key, &request, 415, "Unsupported Media Type", |builder| {
                builder.header(Name::Accept, "application/sdp")
            });
        }
        // RFC 4028 §9. What no timer was agreed on for is not begun by us in the midst of it.
        if let Err(least) = self.session.asked(&request, 0) {
            let least = least.to_string();
            return ctx.reply_with(key, &request, 422, "Session Interval Too Small", |builder| {
                builder.header(Name::MinSe, &least)
            });
        }
        self.learn(&request);
        if refresh {
            return self.ok(ctx, key, &request, "");
        }
        // Our offer will be made anew when theirs is answered.
        if matches!(self.renegotiation, Renegotiation::Glare { .. }) {
            ctx.timers.clear(Timer::Call(self.call, CallTimer::Glare));
        }
        let request = Box::new(request);
        if ctx.supervised() {
            ctx.tell(self.call, CallEvent::Reoffered, request.as_str());
            self.renegotiation = Renegotiation::Offered { key, request };
        } else {
            self.take_offer(ctx, media, key, request);
        }
    }

    /// The application has decided about their offer: `None` takes it.
    pub(super) fn decided(
        &mut self,
        ctx: &mut Context,
        media: &Media,
        refusal: Option<(u16, String, String)>,
    ) {
        match mem::replace(&mut self.renegotiation, Renegotiation::None) {
            Renegotiation::Offered { key, request } => match refusal {
                None => self.take_offer(ctx, media, key, request),
                Some((status, reason, headers)) => {
                    let status = if (300..700).contains(&status) { status } else { 403 };
                    let reason = if reason.is_empty() { default_reason(status) } else { &reason };
                    ctx.reply_with(key, &request, status, reason, |mut builder| {
                        for (name, value) in text::lines(&headers) {
                            builder = builder.raw_header(name, value);
                        }
                        builder
                    });
                }
            },
            other => self.renegotiation = other,
        }
    }

    fn take_offer(&mut self, ctx: &mut Context, media: &Media, key: Key, request: Box<Request>) {
        let (options, direction) = (media.options, direction(self.hold.wanted));
        let offer = request.body().to_string();
        let mut new_peer = None;
        if offer.is_empty() {
            // The switch hands us on: who answers was never connected to the peer connection that we have.
            let renews = request.get_named("X-Headset-Media").is_some_and(|value| value.trim() == "renew");
            let peer = if renews { Some(*new_peer.insert(ctx.new_peer())) } else { media.peer };
            if let Some(peer) = peer {
                let request = PeerRequest::Offer { media: options, direction, ice_restart: false };
                ctx.peer(self.call, peer, request);
            }
        } else {
            let theirs = sdp::fingerprint(&offer);
            let is_new =
                theirs.is_some() && self.fingerprint.is_some() && theirs != self.fingerprint.as_deref();
            let peer = if is_new { Some(*new_peer.insert(ctx.new_peer())) } else { media.peer };
            if let Some(peer) = peer {
                ctx.peer(self.call, peer, PeerRequest::Answer { media: options, offer, direction });
            }
        }
        self.renegotiation = Renegotiation::Answering { key, request, new_peer };
    }

    pub(super) fn described(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        peer: PeerId,
        description: String,
    ) {
        match mem::replace(&mut self.renegotiation, Renegotiation::None) {
            Renegotiation::Describing { wish } => {
                self.renegotiation = Renegotiation::Flow { wish, offer: description };
            }
            Renegotiation::Answering { key, request, new_peer } if new_peer.is_none_or(|new| new == peer) => {
                let mut handed_on = None;
                match new_peer {
                    Some(new) if request.body().is_empty() => handed_on = Some((new, request.clone())),
                    Some(new) => {
                        self.change_peer(ctx, media, new, false);
                    }
                    None => {}
                }
                self.answer(ctx, key, &request, &description, handed_on);
            }
            other => self.renegotiation = other,
        }
    }

    /// The far end has a new peer connection, and so have we.
    pub(super) fn change_peer(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        new: PeerId,
        has_microphone: bool,
    ) {
        media.ask(ctx, PeerRequest::Close);
        media.peer = Some(new);
        media.connected = false;
        if !has_microphone {
            media.ask(ctx, PeerRequest::OpenMicrophone { media: media.options });
        }
        if media.muted {
            media.ask(ctx, PeerRequest::Mute(true));
        }
        if self.hold.is_on() {
            media.ask(ctx, PeerRequest::Hold(true));
        }
    }

    /// The peer connection could not do what was asked.
    pub(super) fn peer_failed(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        message: &str,
    ) -> Option<Ending> {
        match mem::replace(&mut self.renegotiation, Renegotiation::None) {
            Renegotiation::Describing { wish } | Renegotiation::Flow { wish, .. } => {
                self.failed(ctx, media, &wish, message);
                ctx.tell(self.call, CallEvent::Settled, "");
            }
            Renegotiation::Answering { key, request, new_peer } => {
                ctx.reply(key, &request, 488, "Not Acceptable Here");
                self.take_back(ctx, media, new_peer);
            }
            // The answer to our first offer was of no use: there is no call.
            _ if self.accepting => {
                ctx.error("media_failed", message);
                let ending = Ending::new(Originator::System, Outcome::Failed, "Bad Media Description");
                return Some(ending.farewell(self.farewell(None)));
            }
            other => self.renegotiation = other,
        }
        ctx.error("media_failed", message);
        None
    }

    /// Answers their offer, or makes the one that they asked for.
    fn answer(
        &mut self,
        ctx: &mut Context,
        key: Key,
        request: &Request,
        description: &str,
        handed_on: Option<(PeerId, Box<Request>)>,
    ) {
        self.ok(ctx, key, request, description);
        let offer = request.body();
        if !offer.is_empty() {
            self.held(ctx, sdp::is_held_by_remote(offer));
            self.fingerprint = sdp::fingerprint(offer).map(ToString::to_string).or(self.fingerprint.take());
        }
        if *request.method() == Method::Invite {
            self.unacknowledged = Some(Answer::within(key, offer.is_empty(), handed_on));
        }
        ctx.calls_changed = true;
    }

    /// 200 to a re-INVITE or UPDATE.
    fn ok(&mut self, ctx: &mut Context, key: Key, request: &Request, description: &str) {
        let (contact, allow) = (ctx.account.contact(""), ctx.allow);
        let session = self.session.grant();
        ctx.reply_with(key, request, 200, "OK", |mut builder| {
            builder = builder
                .header(Name::Contact, &contact)
                .header(Name::Allow, allow)
                .header(Name::Supported, SUPPORTED);
            // RFC 4028 §9
            if let Some((value, required)) = &session {
                builder = builder.header(Name::SessionExpires, value);
                if *required {
                    builder = builder.header(Name::Require, "timer");
                }
            }
            if description.is_empty() { builder } else { builder.body("application/sdp", description) }
        });
        self.session.start(ctx, self.call);
    }
}
