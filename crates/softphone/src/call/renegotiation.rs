//! re-INVITE both ways: hold and resume, ICE restart, a far end that comes back with a new peer connection, glare.

use super::active::{Active, Answer};
use super::{Ending, Media, farewell};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{Direction, Originator, Outcome, PeerId, PeerRequest};
use alloc::string::{String, ToString};
use core::mem;
use core::time::Duration;
use headset_sip::{Method, Name, Request, Response, sdp};

/// 491s in a row before a wish is given up.
const GLARES: u8 = 8;

/// Held here: what the user wants, and what the far end has agreed to.
#[derive(Debug, Default)]
pub(super) struct Hold {
    wanted: bool,
    agreed: bool,
    /// What the peer connection was told.
    applied: bool,
}

impl Hold {
    /// On from the click that asks for it until the far end knows that it is over.
    pub(super) fn is_on(&self) -> bool {
        self.wanted || self.agreed
    }

    fn is_settled(&self) -> bool {
        self.wanted == self.agreed
    }

    /// Nobody is overheard while the far end is being told.
    fn apply(&mut self, ctx: &mut Context, media: &Media) {
        if self.applied != self.is_on() {
            self.applied = self.is_on();
            media.ask(ctx, PeerRequest::Hold(self.applied));
        }
    }
}

/// The one offer and answer that may be under way.
#[derive(Debug)]
pub(super) enum Renegotiation {
    None,
    /// Our offer is being made.
    Describing {
        wish: Wish,
    },
    /// Our offer waits for a flow.
    Flow {
        wish: Wish,
        offer: String,
    },
    Inviting {
        wish: Wish,
        key: Key,
        invite: Request,
    },
    /// After a 491; the next attempt waits.
    Glare {
        glares: u8,
    },
    /// Their offer is being answered.
    Answering {
        key: Key,
        request: Request,
        new_peer: Option<PeerId>,
    },
}

/// What an offer of ours is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    hold: bool,
    restart_ice: bool,
    /// 491s that it met.
    glares: u8,
}

impl Active {
    /// Hold or resume was clicked.
    pub(super) fn want_hold(&mut self, ctx: &mut Context, media: &Media, on: bool) {
        self.hold.wanted = on;
        self.hold.apply(ctx, media);
        ctx.call_changed = true;
    }

    /// Starts what is wanted when nothing else is under way and there is a flow.
    pub(super) fn pursue_renegotiation(&mut self, ctx: &mut Context, media: &Media) {
        let wanted = (!self.hold.is_settled() || self.restart_ice) && self.unacknowledged.is_none();
        match &mut self.renegotiation {
            Renegotiation::None if wanted && ctx.routes.best(ctx.now).is_some() => {
                self.describe(ctx, media, 0);
            }
            Renegotiation::Flow { wish, offer } => {
                let Some(socket) = ctx.routes.best(ctx.now) else { return };
                let builder = self
                    .dialog
                    .request(Method::Invite)
                    .header(Name::Contact, &ctx.account.contact(";ob"))
                    .body("application/sdp", offer);
                let wish = *wish;
                let invite = ctx.complete(socket, builder, "outbound");
                let key = ctx.transactions.request(ctx.now, socket, invite.clone());
                self.renegotiation = Renegotiation::Inviting { wish, key, invite };
            }
            _ => {}
        }
    }

    fn describe(&mut self, ctx: &mut Context, media: &Media, glares: u8) {
        let wish = Wish { hold: self.hold.wanted, restart_ice: mem::take(&mut self.restart_ice), glares };
        let request = PeerRequest::Offer {
            media: media.options,
            direction: direction(wish.hold),
            ice_restart: wish.restart_ice,
        };
        media.ask(ctx, request);
        self.renegotiation = Renegotiation::Describing { wish };
    }

    /// The wait after a 491 is over.
    pub(super) fn glare_over(&mut self, ctx: &mut Context, media: &Media) {
        let Renegotiation::Glare { glares } = self.renegotiation else { return };
        self.renegotiation = Renegotiation::None;
        if !self.hold.is_settled() || self.restart_ice {
            self.describe(ctx, media, glares);
        }
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
                if let Some(new) = new_peer {
                    self.change_peer(ctx, media, new);
                }
                self.answer(ctx, key, &request, &description);
            }
            other => self.renegotiation = other,
        }
    }

    /// The far end has a new peer connection, and so have we.
    fn change_peer(&mut self, ctx: &mut Context, media: &mut Media, new: PeerId) {
        media.ask(ctx, PeerRequest::Close);
        media.peer = Some(new);
        media.connected = false;
        media.ask(ctx, PeerRequest::OpenMicrophone { media: media.options });
        if media.muted {
            media.ask(ctx, PeerRequest::Mute(true));
        }
        if self.hold.is_on() {
            media.ask(ctx, PeerRequest::Hold(true));
        }
    }

    /// A response to our re-INVITE; `false` where it is to something else.
    pub(super) fn reinvite_answered(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        key: Key,
        response: &Response,
    ) -> bool {
        let Renegotiation::Inviting { wish, key: own, invite } = &self.renegotiation else { return false };
        if *own != key {
            return false;
        }
        let wish = *wish;
        match response.status() {
            200..=299 => {
                self.dialog.refresh_target(response);
                self.ack = Some(farewell::acknowledge(ctx, &self.dialog, key, invite));
                self.renegotiation = Renegotiation::None;
                self.agreed(ctx, media, wish, response.body());
            }
            491 if wish.glares < GLARES => {
                media.ask(ctx, PeerRequest::Rollback);
                self.restart_ice |= wish.restart_ice;
                self.renegotiation = Renegotiation::Glare { glares: wish.glares + 1 };
                let wait = glare_wait(ctx, self.caller);
                ctx.timers.set(Timer::Call(CallTimer::Glare), ctx.now + wait);
            }
            _ => self.refused(ctx, media, wish, response.reason()),
        }
        true
    }

    fn agreed(&mut self, ctx: &mut Context, media: &Media, wish: Wish, answer: &str) {
        media.ask(ctx, PeerRequest::Accept { answer: answer.into() });
        if self.hold.agreed != wish.hold {
            self.hold.agreed = wish.hold;
            self.hold.apply(ctx, media);
            ctx.trace(if wish.hold { "call_held" } else { "call_resumed" }, &[]);
        }
        self.fingerprint = sdp::fingerprint(answer).map(ToString::to_string).or(self.fingerprint.take());
        self.held_by_remote = match sdp::direction(answer) {
            sdp::Direction::Inactive => true,
            sdp::Direction::SendOnly => !wish.hold,
            _ => false,
        };
        if wish.restart_ice && !media.connected {
            self.watch_media(ctx);
        }
    }

    /// The call stays as it was before our offer (RFC 3261 §14.1).
    fn refused(&mut self, ctx: &mut Context, media: &Media, wish: Wish, reason: &str) {
        media.ask(ctx, PeerRequest::Rollback);
        self.failed(ctx, media, wish, reason);
    }

    fn failed(&mut self, ctx: &mut Context, media: &Media, wish: Wish, reason: &str) {
        self.renegotiation = Renegotiation::None;
        if self.hold.wanted == wish.hold && wish.hold != self.hold.agreed {
            self.hold.wanted = self.hold.agreed;
            ctx.error(if wish.hold { "hold_failed" } else { "resume_failed" }, reason);
        }
        self.hold.apply(ctx, media);
        if wish.restart_ice && !media.connected {
            self.watch_media(ctx);
        }
        ctx.call_changed = true;
    }

    /// Our re-INVITE's transaction failed.
    pub(super) fn reinvite_failed(&mut self, ctx: &mut Context, media: &Media, key: Key, timeout: bool) {
        match &self.renegotiation {
            Renegotiation::Inviting { wish, key: own, .. } if timeout && *own == key => {
                let wish = *wish;
                self.refused(ctx, media, wish, "no answer");
            }
            Renegotiation::Inviting { wish, key: own, invite } if *own == key => {
                let (wish, offer) = (*wish, invite.body().to_string());
                self.renegotiation = Renegotiation::Flow { wish, offer };
            }
            // Theirs will come again on another flow, as a new request.
            Renegotiation::Answering { key: own, new_peer, .. } if *own == key => {
                match *new_peer {
                    Some(peer) => ctx.peer(peer, PeerRequest::Close),
                    None => media.ask(ctx, PeerRequest::Rollback),
                }
                self.renegotiation = Renegotiation::None;
            }
            _ => {}
        }
    }

    /// The peer connection could not do what was asked.
    pub(super) fn peer_failed(
        &mut self,
        ctx: &mut Context,
        media: &mut Media,
        message: &str,
    ) -> Option<Ending> {
        match &self.renegotiation {
            Renegotiation::Describing { wish } | Renegotiation::Flow { wish, .. } => {
                let wish = *wish;
                self.failed(ctx, media, wish, message);
            }
            Renegotiation::Answering { key, request, new_peer } => {
                ctx.reply(*key, request, 488, "Not Acceptable Here");
                match *new_peer {
                    Some(peer) => ctx.peer(peer, PeerRequest::Close),
                    None => media.ask(ctx, PeerRequest::Rollback),
                }
                self.renegotiation = Renegotiation::None;
            }
            // The answer to our first offer was of no use: there is no call.
            _ if self.accepting => {
                ctx.error("media_failed", message);
                let ending = Ending::new(Originator::System, Outcome::Failed, "Bad Media Description");
                return Some(ending.farewell(self.farewell(None)));
            }
            _ => {}
        }
        ctx.error("media_failed", message);
        None
    }

    /// re-INVITE or UPDATE of the far end, whose CSeq is in order.
    pub(super) fn offered(&mut self, ctx: &mut Context, media: &Media, key: Key, request: Request) {
        let update = *request.method() == Method::Update;
        match &self.renegotiation {
            Renegotiation::Answering { .. } => {
                // RFC 3261 §14.2
                let wait = ctx.entropy.jitter(10).to_string();
                return ctx.reply_with(key, &request, 500, "Server Internal Error", |builder| {
                    builder.header(Name::RetryAfter, &wait)
                });
            }
            Renegotiation::Describing { .. }
            | Renegotiation::Flow { .. }
            | Renegotiation::Inviting { .. } => {
                return ctx.reply(key, &request, 491, "Request Pending");
            }
            Renegotiation::None | Renegotiation::Glare { .. } => {}
        }
        if !request.body().is_empty() && !request.content_is("application/sdp") {
            return ctx.reply_with(key, &request, 415, "Unsupported Media Type", |builder| {
                builder.header(Name::Accept, "application/sdp")
            });
        }
        if update && request.body().is_empty() {
            let contact = ctx.account.contact("");
            return ctx
                .reply_with(key, &request, 200, "OK", |builder| builder.header(Name::Contact, &contact));
        }
        // Our offer will be made anew when theirs is answered.
        if matches!(self.renegotiation, Renegotiation::Glare { .. }) {
            ctx.timers.clear(Timer::Call(CallTimer::Glare));
        }
        let (options, direction) = (media.options, direction(self.hold.wanted));
        let offer = request.body().to_string();
        let mut new_peer = None;
        if offer.is_empty() {
            media.ask(ctx, PeerRequest::Offer { media: options, direction, ice_restart: false });
        } else {
            let theirs = sdp::fingerprint(&offer);
            let is_new =
                theirs.is_some() && self.fingerprint.is_some() && theirs != self.fingerprint.as_deref();
            let peer = if is_new { Some(*new_peer.insert(ctx.new_peer())) } else { media.peer };
            if let Some(peer) = peer {
                ctx.peer(peer, PeerRequest::Answer { media: options, offer, direction });
            }
        }
        self.renegotiation = Renegotiation::Answering { key, request, new_peer };
    }

    /// Answers their offer, or makes the one that they asked for.
    fn answer(&mut self, ctx: &mut Context, key: Key, request: &Request, description: &str) {
        let (contact, allow) = (ctx.account.contact(""), ctx.allow);
        ctx.reply_with(key, request, 200, "OK", |builder| {
            builder
                .header(Name::Contact, &contact)
                .header(Name::Allow, allow)
                .header(Name::Supported, "outbound")
                .body("application/sdp", description)
        });
        let offer = request.body();
        if !offer.is_empty() {
            self.held_by_remote = sdp::is_held_by_remote(offer);
            self.fingerprint = sdp::fingerprint(offer).map(ToString::to_string).or(self.fingerprint.take());
        }
        if *request.method() == Method::Invite {
            self.unacknowledged = Some(Answer::within(key, offer.is_empty()));
        }
        ctx.call_changed = true;
    }
}

fn direction(hold: bool) -> Direction {
    if hold { Direction::SendOnly } else { Direction::SendRecv }
}

/// RFC 3261 §14.1: 2.1–4 s for the owner of the Call-ID, 0–2 s for the other, in units of 10 ms.
fn glare_wait(ctx: &mut Context, owner: bool) -> Duration {
    Duration::from_millis(if owner {
        2100 + 10 * ctx.entropy.jitter(190)
    } else {
        10 * ctx.entropy.jitter(200)
    })
}
