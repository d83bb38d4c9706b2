//! Provisional responses of ours that are acknowledged (RFC 3262 §3).

use super::ring::Ring;
use super::{Ending, calm, wake};
use crate::context::{CallTimer, Context};
use crate::{Originator, Outcome};
use alloc::boxed::Box;
#[cfg(feature = "full")]
use alloc::vec::Vec;
use headset_sip::text::decimal;
use headset_sip::{Method, Name, Request, Response, ResponseBuilder, Time};

const T1_MS: u64 = 500;
/// 64·T1_MS.
const PATIENCE_MS: u64 = 32_000;
/// More than anybody says before answering.
#[cfg(feature = "full")]
const WAITING: usize = 8;

/// Numbers them and waits for their PRACKs, one at a time.
#[derive(Debug, Default)]
pub(super) struct Reliable {
    /// Of the last one; 0 before the first.
    rseq: u32,
    /// What no PRACK came for yet, how long to wait before it is sent again, and until when.
    pending: Option<(Response, u64, Time)>,
    #[cfg(feature = "full")]
    waiting: Vec<ResponseBuilder>,
}

impl Ring {
    /// Sends a provisional response, reliably where the caller requires it, or supports it and the settings ask for it.
    pub(super) fn provisional(&mut self, ctx: &mut Context, response: ResponseBuilder) {
        let required = self.invite.lists(Name::Require, "100rel");
        let wanted = ctx.settings.reliable_provisional && self.invite.lists(Name::Supported, "100rel");
        if !required && !wanted {
            return self.respond(ctx, response);
        }
        if self.reliable.pending.is_some() {
            #[cfg(feature = "full")]
            if self.reliable.waiting.len() < WAITING {
                self.reliable.waiting.push(response);
            }
            return;
        }
        let rseq = match self.reliable.rseq {
            0 => 1 + ctx.entropy.jitter(9999) as u32,
            last => last + 1,
        };
        self.reliable.rseq = rseq;
        let response = response.header(Name::Require, "100rel").header(Name::RSeq, &decimal(rseq));
        let response = ctx.finish(response);
        self.reliable.pending = Some((response, T1_MS, ctx.now.after(PATIENCE_MS)));
        self.send_pending(ctx);
    }

    /// It is time to send it again, or to give up (RFC 3262 §3).
    pub(super) fn repeat(&mut self, ctx: &mut Context) -> Option<Box<Ending>> {
        let (_, interval, until) = self.reliable.pending.as_mut()?;
        if ctx.now >= *until {
            let cause = "Request Timeout";
            return Some(self.give_up(ctx, Originator::System, Outcome::Failed, cause, 504, "No PRACK"));
        }
        *interval *= 2;
        self.send_pending(ctx);
        None
    }

    /// PRACK. `false` where it acknowledges nothing.
    pub(super) fn acknowledged(&mut self, ctx: &mut Context, prack: &Request) -> bool {
        let is_ours = prack.rack().is_some_and(|rack| {
            rack.rseq == self.reliable.rseq
                && Some(rack.cseq) == self.invite.number(Name::CSeq)
                && rack.method == Method::Invite
        });
        if !is_ours || self.reliable.pending.take().is_none() {
            return false;
        }
        calm(ctx, self.call, CallTimer::Reliable);
        #[cfg(feature = "full")]
        if !self.reliable.waiting.is_empty() {
            let next = self.reliable.waiting.remove(0);
            self.provisional(ctx, next);
        }
        true
    }

    fn send_pending(&mut self, ctx: &mut Context) {
        let Some((response, interval, until)) = &self.reliable.pending else { return };
        wake(ctx, self.call, CallTimer::Reliable, (*interval).min(until.ms_since(ctx.now)));
        if let Some(key) = self.key {
            ctx.transactions.respond(ctx.now, key, response.clone());
        }
    }
}
