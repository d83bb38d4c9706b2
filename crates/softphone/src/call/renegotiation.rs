//! re-INVITE and UPDATE of ours: hold and resume, ICE restart, refresh, and what stands in their way.

use super::active::Active;
use super::hold::Hold;
use super::requests::{Lines, start, with_description, with_headers};
use super::session_timer::SessionTimer;
use super::{Media, farewell, wake};
use crate::SocketId;
use crate::authorization::Series;
use crate::context::{CallTimer, Context, Key, SUPPORTED};
use crate::{CallEvent, Direction, PeerId, PeerRequest};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use headset_sip::{Dialog, Method, Request, RequestBuilder, Response, sdp};

/// 491s in a row before a wish is given up.
const GLARES: u8 = 8;

/// The one offer and answer that may be under way.
#[derive(Debug)]
pub(super) enum Renegotiation {
    None,
    Ours(Box<Wish>),
    /// After a 491; the next attempt waits.
    Glare {
        glares: u8,
    },
    Theirs(Box<Offered>),
    /// Nobody can be answered any more, but the description for it is still being made.
    Abandoned,
}

impl Renegotiation {
    /// Nothing is under way any more.
    pub(super) fn take(&mut self) -> Renegotiation {
        mem::replace(self, Renegotiation::None)
    }
}

/// What the application asked for beside hold, until it is under way.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// A new offer and answer, whatever for.
    pub(super) renegotiate: bool,
    /// By UPDATE.
    pub(super) update: bool,
    pub(super) headers: Lines,
}

/// What a request of ours is for, and how far it is.
#[derive(Debug)]
pub(super) struct Wish {
    hold: bool,
    restart_ice: bool,
    ask: Ask,
    /// 491s that it met.
    glares: u8,
    /// The challenges that it met.
    series: Series,
    /// Empty where it only refreshes, and while it is being made.
    pub(super) offer: String,
    pub(super) step: Step,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Our offer is being made.
    Describing,
    /// A flow to send the request on.
    Flow,
    Asking {
        key: Key,
        request: Box<Request>,
    },
}

/// A request of theirs that is not answered yet.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) key: Key,
    pub(super) request: Request,
    /// The application is asked about it.
    pub(super) undecided: bool,
    /// The peer connection that makes our description, where that is not the call's.
    pub(super) new_peer: Option<PeerId>,
}

impl Offered {
    /// Whether this peer connection makes our description.
    pub(super) fn is_answered_by(&self, peer: PeerId) -> bool {
        !self.undecided && self.new_peer.is_none_or(|new| new == peer)
    }
}

impl Active {
    /// Hold or resume was asked for.
    pub(super) fn want_hold(&mut self, ctx: &mut Context, media: &Media, on: bool, ask: Ask) {
        self.hold.wanted = on;
        self.ask = ask;
        self.hold.apply(ctx, media);
        ctx.calls_changed = true;
    }

    /// Starts what is wanted when nothing else is under way and there is a flow.
    pub(super) fn pursue_renegotiation(&mut self, ctx: &mut Context, media: &Media) {
        if self.unacknowledged.is_some() {
            return;
        }
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        if let Renegotiation::None = self.renegotiation {
            if self.wants_offer() || (self.refresh && !self.takes_update) {
                self.describe(ctx, media, 0);
            } else if self.refresh {
                let mut wish = self.wish(0);
                wish.ask.update = true;
                wish.step = Step::Flow;
                self.renegotiation = Renegotiation::Ours(wish);
            }
        }
        let Renegotiation::Ours(wish) = &mut self.renegotiation else { return };
        if let Step::Flow = wish.step {
            let request = wish.request(ctx, socket, &mut self.dialog, &self.session);
            let request = Box::new(ctx.complete(socket, request, SUPPORTED));
            let key = ctx.transactions.request(ctx.now, socket, (*request).clone());
            wish.step = Step::Asking { key, request };
        }
    }

    fn wants_offer(&self) -> bool {
        !self.hold.is_settled() || self.restart_ice || self.ask.renegotiate
    }

    /// What is wanted now.
    fn wish(&mut self, glares: u8) -> Box<Wish> {
        self.refresh = false;
        Box::new(Wish {
            hold: self.hold.wanted,
            restart_ice: mem::take(&mut self.restart_ice),
            ask: mem::take(&mut self.ask),
            glares,
            series: Series::default(),
            offer: String::new(),
            step: Step::Describing,
        })
    }

    fn describe(&mut self, ctx: &mut Context, media: &Media, glares: u8) {
        let wish = self.wish(glares);
        let request = PeerRequest::Offer {
            media: media.options,
            direction: direction(wish.hold),
            ice_restart: wish.restart_ice,
        };
        media.ask(ctx, request);
        self.renegotiation = Renegotiation::Ours(wish);
    }

    /// The page has come back with a new peer connection.
    pub(super) fn offer_again(&mut self, ctx: &mut Context, media: &Media, hold: bool) {
        self.hold = Hold::settled(hold);
        self.ask.renegotiate = true;
        self.describe(ctx, media, 0);
        if hold {
            media.ask(ctx, PeerRequest::Hold(true));
        }
    }

    /// Nothing is under way, and nothing waits to be.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.renegotiation, Renegotiation::None) && !self.refresh
    }

    /// Whether this is the transaction of a re-INVITE or UPDATE of ours.
    pub(super) fn is_asking(&self, key: Key) -> bool {
        matches!(&self.renegotiation, Renegotiation::Ours(wish) if wish.is_asking(key))
    }

    /// The offer that the far end has not answered yet.
    pub(super) fn offer(&self) -> &str {
        match &self.renegotiation {
            Renegotiation::Ours(wish) => &wish.offer,
            _ => "",
        }
    }

    /// The wait after a 491 is over.
    pub(super) fn glare_over(&mut self, ctx: &mut Context, media: &Media) {
        let Renegotiation::Glare { glares } = self.renegotiation else { return };
        self.renegotiation = Renegotiation::None;
        if self.wants_offer() {
            self.describe(ctx, media, glares);
        }
    }

    /// A response to our re-INVITE or UPDATE; `false` where it is to something else.
    pub(super) fn asked_answered(
        &mut self,
        ctx: &mut Context,
        media: &Media,
        key: Key,
        response: &Response,
    ) -> bool {
        if !self.is_asking(key) {
            return false;
        }
        let Renegotiation::Ours(mut wish) = self.renegotiation.take() else { return false };
        let Step::Asking { request, .. } = &wish.step else { return false };
        let (offered, method) = (!wish.offer.is_empty(), request.method());
        match response.status() {
            200..=299 => {
                // RFC 3261 §12.2.1.2
                self.dialog.refresh_target(response);
                ctx.keep_calls = true;
                self.learn(response);
                if *method == Method::Invite {
                    self.ack = Some(farewell::acknowledge(ctx, &self.dialog, key, request, ""));
                }
                self.session.accepted(response);
                self.session.start(ctx, self.call);
                match response.sdp() {
                    _ if !offered => {}
                    // An answer is missing: nothing was agreed on.
                    "" => self.refused(ctx, media, &wish, "Missing SDP"),
                    answer => self.agreed(ctx, media, &wish, answer),
                }
            }
            401 | 407 => {
                if ctx.challenged(&mut wish.series, key.connection, method, request.uri(), response) {
                    wish.step = Step::Flow;
                    self.renegotiation = Renegotiation::Ours(wish);
                    return true;
                }
                self.refused(ctx, media, &wish, response.reason());
            }
            // RFC 4028 §7.3
            422 if self.session.lengthen(response) => {
                self.wish_again(ctx, media, *wish);
                self.refresh = true;
                return true;
            }
            // RFC 3261 §14.1
            491 if wish.glares < GLARES && offered => {
                self.renegotiation = Renegotiation::Glare { glares: wish.glares + 1 };
                self.wish_again(ctx, media, *wish);
                let wait = glare_wait(ctx, self.caller);
                wake(ctx, self.call, CallTimer::Glare, wait);
                return true;
            }
            status => {
                if matches!(status, 405 | 501) && *method == Method::Update {
                    self.takes_update = false;
                    self.refresh |= !offered;
                }
                // Where there is no call any more nothing need be as it was.
                if offered && !matches!(status, 408 | 481) {
                    self.refused(ctx, media, &wish, response.reason());
                }
                self.session.again(ctx, self.call);
            }
        }
        ctx.tell(self.call, CallEvent::Settled, response.as_str());
        true
    }

    /// The offer is taken back, and will be made anew.
    fn wish_again(&mut self, ctx: &mut Context, media: &Media, wish: Wish) {
        if !wish.offer.is_empty() {
            media.ask(ctx, PeerRequest::Rollback);
        }
        self.restart_ice |= wish.restart_ice;
        self.ask = wish.ask;
    }

    fn agreed(&mut self, ctx: &mut Context, media: &Media, wish: &Wish, answer: &str) {
        media.accept(ctx, answer);
        if self.hold.agreed != wish.hold {
            self.hold.agreed = wish.hold;
            self.hold.apply(ctx, media);
            ctx.trace(if wish.hold { "call_held" } else { "call_resumed" }, "", &[]);
        }
        self.see(answer);
        self.held(
            ctx,
            match sdp::direction(answer) {
                sdp::Direction::Inactive => true,
                sdp::Direction::SendOnly => !wish.hold,
                _ => false,
            },
        );
        if wish.restart_ice && !media.connected {
            self.watch_media(ctx);
        }
    }

    /// The far end holds us, or not (RFC 3264 §8.4).
    pub(super) fn held(&mut self, ctx: &mut Context, on: bool) {
        if mem::replace(&mut self.held_by_remote, on) != on && ctx.supervised() {
            ctx.decides(self.call, CallEvent::HeldByRemote(on));
        }
    }

    /// The call stays as it was before our offer (RFC 3261 §14.1).
    fn refused(&mut self, ctx: &mut Context, media: &Media, wish: &Wish, reason: &str) {
        media.ask(ctx, PeerRequest::Rollback);
        self.failed(ctx, media, wish, reason);
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, media: &Media, wish: &Wish, reason: &str) {
        if self.hold.wanted == wish.hold && wish.hold != self.hold.agreed {
            self.hold.wanted = self.hold.agreed;
            ctx.error(if wish.hold { "hold_failed" } else { "resume_failed" }, reason);
        }
        self.hold.apply(ctx, media);
        if wish.restart_ice && !media.connected {
            self.watch_media(ctx);
        }
        ctx.calls_changed = true;
    }

    /// The transaction of our request, or of theirs, failed.
    pub(super) fn renegotiation_failed(
        &mut self,
        ctx: &mut Context,
        media: &Media,
        key: Key,
        timeout: bool,
    ) -> bool {
        let is_ours = self.is_asking(key);
        if !is_ours && self.unanswered().is_none_or(|offered| offered.key != key) {
            return false;
        }
        match self.renegotiation.take() {
            Renegotiation::Ours(wish) if timeout => {
                if !wish.offer.is_empty() {
                    self.refused(ctx, media, &wish, "no answer");
                }
                self.session.again(ctx, self.call);
                ctx.tell(self.call, CallEvent::Settled, "");
            }
            Renegotiation::Ours(mut wish) => {
                wish.step = Step::Flow;
                self.renegotiation = Renegotiation::Ours(wish);
            }
            // Theirs will come again on another flow, as a new request.
            Renegotiation::Theirs(offered) if !offered.undecided => {
                self.take_back(ctx, media, offered.new_peer);
                if offered.new_peer.is_none() {
                    self.renegotiation = Renegotiation::Abandoned;
                }
            }
            _ => {}
        }
        is_ours && timeout
    }

    /// What was begun with their offer is undone.
    pub(super) fn take_back(&self, ctx: &mut Context, media: &Media, new_peer: Option<PeerId>) {
        match new_peer {
            Some(peer) => ctx.peer(self.call, peer, PeerRequest::Close),
            None => media.ask(ctx, PeerRequest::Rollback),
        }
    }
}

impl Wish {
    fn is_asking(&self, key: Key) -> bool {
        matches!(self.step, Step::Asking { key: own, .. } if own == key)
    }

    fn request(
        &mut self,
        ctx: &mut Context,
        socket: SocketId,
        dialog: &mut Dialog,
        session: &SessionTimer,
    ) -> RequestBuilder {
        let method = || if self.ask.update { Method::Update } else { Method::Invite };
        let builder = start(ctx, dialog, method());
        // RFC 4028 §7.4: every such request refreshes the session.
        let mut builder = session.ask(builder, Some(session.role()));
        builder = with_headers(builder, self.ask.headers.text());
        let uri = &dialog.remote_target;
        builder = ctx.authorize(&mut self.series, socket, builder, &method(), uri, &self.offer);
        with_description(builder, &self.offer)
    }
}

pub(super) fn direction(hold: bool) -> Direction {
    if hold { Direction::SendOnly } else { Direction::SendRecv }
}

/// RFC 3261 §14.1: 2.1–4 s for the owner of the Call-ID, 0–2 s for the other, in units of 10 ms.
fn glare_wait(ctx: &mut Context, owner: bool) -> u64 {
    if owner { 2100 + 10 * ctx.entropy.jitter(190) } else { 10 * ctx.entropy.jitter(200) }
}
