//! Before the answer: a dialog for each fork, reliable provisional responses, media that flows already.

use super::dial::{Dial, Step};
use super::requests::{not_yet, updated, with_description};
use super::{Call, CallState, text};
use crate::context::{Context, Key};
use crate::{CallEvent, Direction};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::dialog::Dialog;
use headset_sip::text::decimal;
use headset_sip::{Method, Name, Request, Response};

/// More forks than any call has.
const FORKS: usize = 16;

/// Somebody whom our INVITE reached.
#[derive(Debug)]
pub(super) struct Fork {
    pub(super) dialog: Dialog,
    /// The last reliable provisional response; 0 before the first.
    rseq: u32,
}

/// What the peer connection was given before the 2xx.
#[derive(Debug)]
pub(super) struct EarlyMedia {
    /// Of the fork that it is from.
    pub(super) tag: String,
    pub(super) sdp: String,
    /// Offer and answer are exchanged for good: a description in the 2xx says nothing new (RFC 3262 §5).
    pub(super) settled: bool,
}

/// An offer of the far end that the peer connection is answering before we talk.
#[derive(Debug)]
pub(super) enum Answering {
    /// In a reliable provisional response of the fork with this tag; the PRACK answers it.
    #[cfg(feature = "full")]
    Prack { tag: String, rack: String, offer: String },
    /// In an UPDATE.
    Update { key: Key, request: Box<Request> },
    /// In the 2xx; the ACK answers it.
    #[cfg(feature = "full")]
    Ok { key: Key, dialog: Dialog, response: Box<Response> },
}

impl EarlyMedia {
    /// Whether it is what the fork's 2xx with this body says.
    pub(super) fn gives(&self, tag: &str, body: &str) -> bool {
        self.tag == tag && (self.settled || body.is_empty() || body == self.sdp)
    }
}

impl Call {
    /// 101 to 199.
    pub(super) fn progress(&mut self, ctx: &mut Context, key: Key, response: &Response) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let dial = &mut **dial;
        let Step::Inviting { invite, .. } = &dial.step else { return };
        let Some(fork) = fork(&mut dial.forks, invite, response) else { return dial.rings(ctx, response) };
        let reliable = response.lists(Name::Require, "100rel");
        let rseq = response.number(Name::RSeq).filter(|_| reliable);
        if let Some(rseq) = rseq {
            // RFC 3262 §4: copies and what comes out of order are not for us.
            if fork.rseq != 0 && rseq != fork.rseq.wrapping_add(1) {
                return;
            }
            fork.rseq = rseq;
        }
        let body = response.sdp();
        let first = !body.is_empty() && dial.early_media.is_none();
        let (offered, tag) = (!invite.body().is_empty(), &fork.dialog.remote_tag);
        match rseq.map(|rseq| rack(rseq, invite)) {
            // RFC 3262 §5: an offer in it is answered in the PRACK.
            #[cfg(feature = "full")]
            Some(rack) if first && !offered && dial.answering.is_none() => {
                dial.answering = Some(Answering::Prack { tag: tag.clone(), rack, offer: body.into() });
                self.media.describe(ctx, Direction::SendRecv, body);
            }
            rack => {
                // The first who has something to say is heard; the peer connection can hear one.
                if first && offered {
                    let (tag, settled) = (tag.clone(), rack.is_some());
                    dial.early_media = Some(EarlyMedia { tag, sdp: body.into(), settled });
                    self.media.accept(ctx, body);
                }
                if let Some(rack) = rack {
                    acknowledge(ctx, key, &mut fork.dialog, &rack, "");
                }
            }
        }
        dial.rings(ctx, response);
        self.tell_sponsor(ctx, response.status(), response.reason());
    }

    /// The peer connection has answered an offer.
    pub(super) fn early_answered(&mut self, ctx: &mut Context, answering: Answering, answer: &str) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        match answering {
            Answering::Update { key, request } => {
                updated(ctx, key, &request, answer);
                let tag = request.from_tag().unwrap_or("").into();
                dial.early_media = Some(EarlyMedia { tag, sdp: request.sdp().into(), settled: true });
            }
            #[cfg(feature = "full")]
            Answering::Prack { tag, rack, offer } => {
                let Step::Inviting { key, .. } = dial.step else { return };
                if let Some(fork) = dial.forks.iter_mut().find(|fork| fork.dialog.remote_tag == tag) {
                    acknowledge(ctx, key, &mut fork.dialog, &rack, answer);
                }
                dial.early_media = Some(EarlyMedia { tag, sdp: offer, settled: true });
            }
            #[cfg(feature = "full")]
            Answering::Ok { key, dialog, response } => {
                self.talk(ctx, key, dialog, &response, response.sdp(), answer);
            }
        }
    }

    /// A request within an early dialog of a call of ours.
    pub(super) fn early_request(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let offer = request.sdp();
        match request.method() {
            Method::Update if dial.answering.is_some() => not_yet(ctx, key, request),
            Method::Update => {
                let settled = dial.early_media.as_ref().map(|early| &*early.tag);
                if settled.is_some() && settled == request.from_tag() {
                    self.media.describe(ctx, Direction::SendRecv, offer);
                    dial.answering = Some(Answering::Update { key, request: Box::new(request.clone()) });
                } else {
                    // RFC 3311 §5.2: our own offer is not answered yet.
                    ctx.reply(key, request, 491, "Request Pending");
                }
            }
            // RFC 3261 §15: whoever is called says BYE to nobody before answering.
            Method::Bye => super::unknown(ctx, key, request),
            _ => super::not_allowed(ctx, key, request),
        }
    }
}

impl Dial {
    /// What the user sees of it.
    fn rings(&mut self, ctx: &mut Context, response: &Response) {
        match response.status() {
            180 | 183 => {
                self.ringing = true;
                self.queue_place = None;
            }
            182 => {
                self.ringing = false;
                self.queue_place = response.get_named("X-Headset-Queue").and_then(text::queue_place);
            }
            // RFC 6228: this fork is no more.
            199 => {
                if let Some(at) = find(&self.forks, response) {
                    self.forks.swap_remove(at);
                }
            }
            _ => {}
        }
        ctx.tell(self.call, CallEvent::Progress, response.as_str());
    }
}

/// Where the fork is that sent this.
fn find(forks: &[Fork], response: &Response) -> Option<usize> {
    let tag = response.to_tag()?;
    forks.iter().position(|fork| fork.dialog.remote_tag == tag)
}

/// The fork that sent this, and its dialog as it is now; `None` where it says nothing of whom it is from.
pub(super) fn fork<'a>(
    forks: &'a mut Vec<Fork>,
    invite: &Request,
    response: &Response,
) -> Option<&'a mut Fork> {
    let at = match find(forks, response) {
        Some(at) => at,
        None if forks.len() >= FORKS && response.is_provisional() => return None,
        None => {
            let dialog = Dialog::uac(invite, response).ok()?;
            forks.push(Fork { dialog, rseq: 0 });
            forks.len() - 1
        }
    };
    let fork = forks.get_mut(at)?;
    // RFC 3261 §12.1.2: what it says later may bring another target.
    let _ = fork.dialog.learn(response);
    Some(fork)
}

/// RAck: RSeq and CSeq of what is acknowledged (RFC 3262 §7.2).
fn rack(rseq: u32, invite: &Request) -> String {
    let mut rack = decimal(rseq);
    rack.push(' ');
    rack.push_str(invite.get(Name::CSeq).unwrap_or(""));
    rack
}

/// PRACK, on the INVITE's flow.
fn acknowledge(ctx: &mut Context, key: Key, dialog: &mut Dialog, rack: &str, answer: &str) {
    let prack = with_description(dialog.request(Method::Prack).header(Name::RAck, rack), answer);
    ctx.send(key.connection, prack, "outbound");
}
