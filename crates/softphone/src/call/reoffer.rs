//! re-INVITE and UPDATE of the far end: hold, new media, a page that came back with a new peer connection, refreshes.

use super::active::{Active, Answer};
#[cfg(feature = "full")]
use super::incoming::reason_or_default;
use super::renegotiation::{Offered, Renegotiation, Step, direction};
#[cfg(feature = "full")]
use super::requests::answer_with_headers;
use super::requests::{agreeing, described, not_yet, start_ok, too_short};
use super::{Ending, Facts, Media};
use crate::context::{Context, Key};
use crate::{CallEvent, PeerId, PeerRequest};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use headset_sip::{Method, Request, sdp};

impl Active {
    /// re-INVITE or UPDATE of the far end, whose CSeq is in order.
    pub(super) fn offered(
        &mut self,
        ctx: &mut Context,
        media: &Media,
        facts: &mut Facts,
        key: Key,
        request: &Request,
    ) {
        let bare = request.sdp().is_empty();
        // RFC 3311 §5.2: without an offer an UPDATE is in nobody's way.
        let refresh = bare && *request.method() == Method::Update;
        let our_offer_waits = self.unacknowledged.as_ref().is_some_and(|answer| answer.late_offer);
        let pending = match &self.renegotiation {
            _ if refresh => false,
            // RFC 3261 §14.2
            Renegotiation::Theirs(_) | Renegotiation::Abandoned => return not_yet(ctx, key, request),
            Renegotiation::Ours(_) => true,
            _ => our_offer_waits,
        };
        if pending {
            return ctx.reply(key, request, 491, "Request Pending");
        }
        // RFC 4028 §9. What no timer was agreed on for is not begun by us in the midst of it.
        if !self.session.asked(request, 0) {
            return too_short(ctx, key, request);
        }
        self.learn(request);
        if refresh {
            facts.learn(request);
            return self.ok(ctx, key, request, "");
        }
        let undecided = ctx.supervised();
        let mut offered = Box::new(Offered { key, request: request.clone(), undecided, new_peer: None });
        if undecided {
            ctx.tell(self.call, CallEvent::Reoffered, request.as_str());
        } else {
            self.take_offer(ctx, media, &mut offered);
        }
        self.renegotiation = Renegotiation::Theirs(offered);
    }

    /// The application has decided about their offer: `None` takes it.
    #[cfg(feature = "full")]
    pub(super) fn decided(&mut self, ctx: &mut Context, media: &Media, refusal: Option<(u16, &str, &str)>) {
        match self.renegotiation.take() {
            Renegotiation::Theirs(mut offered) if offered.undecided => match refusal {
                None => {
                    self.take_offer(ctx, media, &mut offered);
                    self.renegotiation = Renegotiation::Theirs(offered);
                }
                Some((status, reason, headers)) => {
                    let status = if (300..700).contains(&status) { status } else { 403 };
                    let reason = reason_or_default(reason, status);
                    let refusal = ctx.start_reply(&offered.request, status, reason);
                    ctx.respond(offered.key, answer_with_headers(refusal, headers));
                }
            },
            other => self.renegotiation = other,
        }
    }

    /// Has it answered.
    fn take_offer(&self, ctx: &mut Context, media: &Media, offered: &mut Offered) {
        let offer = offered.request.sdp();
        let renews = if offer.is_empty() {
            // The switch hands us on: who answers was never connected to the peer connection that we have.
            offered.request.get_named("X-Headset-Media") == Some("renew")
        } else {
            sdp::fingerprint(offer) != self.fingerprint.as_deref()
        };
        offered.undecided = false;
        offered.new_peer = renews.then(|| ctx.new_peer());
        media.describe_on(ctx, offered.new_peer.or(media.peer), direction(self.hold.wanted), offer);
    }

    pub(super) fn described(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        facts: &mut Facts,
        peer: PeerId,
        description: &mut String,
    ) {
        match self.renegotiation.take() {
            Renegotiation::Ours(mut wish) if matches!(wish.step, Step::Describing) => {
                wish.offer = mem::take(description);
                wish.step = Step::Flow;
                self.renegotiation = Renegotiation::Ours(wish);
            }
            Renegotiation::Theirs(offered) if offered.is_answered_by(peer) => {
                let (key, request) = (offered.key, &offered.request);
                let offer = request.sdp();
                self.ok(ctx, key, request, description);
                if !offer.is_empty() {
                    facts.learn(request);
                    if let Some(new) = offered.new_peer {
                        self.change_peer(ctx, media, new, false);
                    }
                    self.held(ctx, sdp::is_held_by_remote(offer));
                    self.see(offer);
                }
                ctx.calls_changed = true;
                if *request.method() == Method::Invite {
                    let late_offer = offer.is_empty();
                    let handed_on = Some(offered).filter(|_| late_offer);
                    self.unacknowledged = Some(Answer::within(key, late_offer, handed_on));
                }
            }
            Renegotiation::Abandoned => {}
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
        media.change(ctx, new);
        if !has_microphone {
            media.open_microphone(ctx);
        }
        media.keep_muted(ctx);
        if self.hold.is_on() {
            media.ask(ctx, PeerRequest::Hold(true));
        }
    }

    /// The peer connection could not do what was asked.
    pub(super) fn peer_failed(
        &mut self,
        ctx: &mut Context,
        media: &Media,
        peer: PeerId,
        message: &str,
    ) -> Option<Box<Ending>> {
        ctx.error("media_failed", message);
        // Steps are done in their turn: what else is under way comes later.
        if self.accepting && media.peer == Some(peer) {
            return Some(self.unheard("Bad Media Description", 488));
        }
        match self.renegotiation.take() {
            Renegotiation::Ours(wish) if !matches!(wish.step, Step::Asking { .. }) => {
                self.failed(ctx, media, &wish, message);
                ctx.tell(self.call, CallEvent::Settled, "");
            }
            Renegotiation::Theirs(offered) if offered.is_answered_by(peer) => {
                ctx.reply(offered.key, &offered.request, 488, "Not Acceptable Here");
                self.take_back(ctx, media, offered.new_peer);
            }
            Renegotiation::Abandoned => {}
            other => self.renegotiation = other,
        }
        None
    }

    /// 200 to a re-INVITE or UPDATE.
    fn ok(&mut self, ctx: &mut Context, key: Key, request: &Request, description: &str) {
        let ok = start_ok(ctx, request);
        let ok = agreeing(ctx, ok, &self.session);
        ctx.respond(key, described(ok, description));
        self.session.start(ctx, self.call);
    }
}
