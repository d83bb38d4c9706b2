//! Whether the call is held here.

use super::Media;
use crate::PeerRequest;
use crate::context::Context;

/// Held here: what the user wants, and what the far end has agreed to.
#[derive(Debug, Default)]
pub(super) struct Hold {
    pub(super) wanted: bool,
    pub(super) agreed: bool,
    /// What the peer connection was told.
    pub(super) applied: bool,
}

impl Hold {
    /// As it is known here and there.
    pub(super) fn settled(on: bool) -> Hold {
        Hold { wanted: on, agreed: on, applied: on }
    }

    /// On from the click that asks for it until the far end knows that it is over.
    pub(super) fn is_on(&self) -> bool {
        self.wanted || self.agreed
    }

    pub(super) fn is_settled(&self) -> bool {
        self.wanted == self.agreed
    }

    /// Nobody is overheard while the far end is being told.
    pub(super) fn apply(&mut self, ctx: &mut Context, media: &Media) {
        if self.applied != self.is_on() {
            self.applied = self.is_on();
            ctx.keep_calls = true;
            media.ask(ctx, PeerRequest::Hold(self.applied));
        }
    }
}
