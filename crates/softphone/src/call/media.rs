//! A call's peer connection.

use crate::context::Context;
use crate::{CallId, Direction, MediaOptions, PeerId, PeerRequest};

/// The call's peer connection.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) call: CallId,
    pub(super) peer: Option<PeerId>,
    pub(super) options: MediaOptions,
    pub(super) muted: bool,
    pub(super) connected: bool,
}

impl Media {
    pub(super) fn new(call: CallId, options: MediaOptions) -> Media {
        Media { call, peer: None, options, muted: false, connected: false }
    }

    /// Asks for a step; nothing where there is no peer connection.
    pub(super) fn ask(&self, ctx: &mut Context, request: PeerRequest) {
        if let Some(peer) = self.peer {
            ctx.peer(self.call, peer, request);
        }
    }

    /// Has the peer connection make an offer, or answer the far end's where that is not empty.
    pub(super) fn describe(&self, ctx: &mut Context, direction: Direction, offer: &str) {
        self.describe_on(ctx, self.peer, direction, offer);
    }

    pub(super) fn describe_on(
        &self,
        ctx: &mut Context,
        peer: Option<PeerId>,
        direction: Direction,
        offer: &str,
    ) {
        let (media, ice_restart) = (self.options, false);
        let request = match offer {
            "" => PeerRequest::Offer { media, direction, ice_restart },
            offer => PeerRequest::Answer { media, direction, offer: offer.into() },
        };
        if let Some(peer) = peer {
            ctx.peer(self.call, peer, request);
        }
    }

    pub(super) fn accept(&self, ctx: &mut Context, answer: &str) {
        self.ask(ctx, PeerRequest::Accept { answer: answer.into() });
    }

    pub(super) fn open_microphone(&self, ctx: &mut Context) {
        self.ask(ctx, PeerRequest::OpenMicrophone { media: self.options });
    }

    /// A new peer connection is told what the one before knew.
    pub(super) fn keep_muted(&self, ctx: &mut Context) {
        if self.muted {
            self.ask(ctx, PeerRequest::Mute(true));
        }
    }

    /// Another peer connection in place of this one.
    pub(super) fn renew(&mut self, ctx: &mut Context) {
        let peer = ctx.new_peer();
        self.change(ctx, peer);
    }

    pub(super) fn change(&mut self, ctx: &mut Context, peer: PeerId) {
        self.ask(ctx, PeerRequest::Close);
        self.connected = false;
        self.peer = Some(peer);
    }
}
