//! Before the answer: a dialog for each fork, reliable provisional responses, media that flows already.

use super::dial::Dial;
use super::{Call, CallState, Ending, text};
use crate::context::{Context, Key};
use crate::{CallEvent, Direction, PeerRequest};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use headset_sip::dialog::Dialog;
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
    Prack { tag: String, rack: String, offer: String },
    /// In an UPDATE of the fork with this tag.
    Update { key: Key, request: Request, tag: String },
    /// In the 2xx; the ACK answers it.
    Ok { key: Key, dialog: Dialog, response: Box<Response> },
}

impl Answering {
    pub(super) fn is_update(&mut self) -> bool {
        matches!(self, Answering::Update { .. })
    }
}

impl Call {
    /// 101 to 199.
    pub(super) fn progress(&mut self, ctx: &mut Context, key: Key, invite: &Request, response: &Response) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let Some(fork) = dial.fork(invite, response) else { return dial.rings(ctx, response) };
        let tag = fork.dialog.remote_tag.clone();
        let reliable = response.lists(Name::Require, "100rel");
        let rseq = response.number(Name::RSeq).filter(|_| reliable);
        if let Some(rseq) = rseq {
            // RFC 3262 §4: copies and what comes out of order are not for us.
            if fork.rseq != 0 && rseq != fork.rseq.wrapping_add(1) {
                return;
            }
            fork.rseq = rseq;
        }
        let rack = rseq.map(|rseq| rack(rseq, invite));
        let body = response.body();
        let offered = !body.is_empty() && invite.body().is_empty() && dial.early_media.is_none();
        match rack {
            // RFC 3262 §5: an offer in it is answered in the PRACK.
            Some(rack) if offered && dial.answering.is_none() => {
                let (media, offer) = (self.media.options, String::from(body));
                dial.answering = Some(Answering::Prack { tag, rack, offer: offer.clone() });
                self.media.ask(ctx, PeerRequest::Answer { media, offer, direction: Direction::SendRecv });
            }
            rack => {
                if let Some(rack) = rack {
                    fork_of(dial, &tag, |fork| acknowledge(ctx, key, &mut fork.dialog, &rack, ""));
                }
                // The first who has something to say is heard; the peer connection can hear one.
                if !body.is_empty() && !invite.body().is_empty() && dial.early_media.is_none() {
                    dial.early_media = Some(EarlyMedia { tag, sdp: body.into(), settled: rseq.is_some() });
                    self.media.ask(ctx, PeerRequest::Accept { answer: body.into() });
                }
            }
        }
        dial.rings(ctx, response);
        if let Some(sponsor) = self.sponsor {
            sponsor.tell(ctx, response.status(), response.reason());
        }
    }

    /// The peer connection has answered an offer.
    pub(super) fn early_answered(
        &mut self,
        ctx: &mut Context,
        answering: Answering,
        answer: String,
    ) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let invite = dial.invite()?.clone();
        match answering {
            Answering::Prack { tag, rack, offer } => {
                let key = dial.key()?;
                fork_of(dial, &tag, |fork| acknowledge(ctx, key, &mut fork.dialog, &rack, &answer));
                dial.early_media = Some(EarlyMedia { tag, sdp: offer, settled: true });
            }
            Answering::Update { key, request, tag } => {
                let contact = ctx.account.contact("");
                ctx.reply_with(key, &request, 200, "OK", |builder| {
                    builder.header(Name::Contact, &contact).body("application/sdp", &answer)
                });
                dial.early_media = Some(EarlyMedia { tag, sdp: request.body().into(), settled: true });
            }
            Answering::Ok { key, dialog, response } => {
                self.talk(ctx, key, &invite, dialog, &response, response.body(), &answer);
            }
        }
        None
    }

    /// The INVITE is made again: whatever was heard so far is over.
    pub(super) fn early_media_over(&mut self, ctx: &mut Context) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        if let Some(Answering::Update { key, request, .. }) = dial.answering.take() {
            ctx.reply(key, &request, 487, "Request Terminated");
        }
    }

    /// A request within an early dialog of a call of ours.
    pub(super) fn early_request(&mut self, ctx: &mut Context, key: Key, request: Request) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        match request.method() {
            Method::Update if request.body().is_empty() => {
                let contact = ctx.account.contact("");
                ctx.reply_with(key, &request, 200, "OK", |builder| builder.header(Name::Contact, &contact));
            }
            Method::Update if !request.content_is("application/sdp") => {
                ctx.reply(key, &request, 415, "Unsupported Media Type");
            }
            Method::Update => {
                let tag = request.from_tag().unwrap_or("").to_string();
                let settled = dial.early_media.as_ref().is_some_and(|early| early.tag == tag);
                if dial.answering.is_some() {
                    // RFC 3311 §5.2
                    let wait = ctx.entropy.jitter(10).to_string();
                    ctx.reply_with(key, &request, 500, "Server Internal Error", |builder| {
                        builder.header(Name::RetryAfter, &wait)
                    });
                } else if settled {
                    let (media, offer) = (self.media.options, request.body().into());
                    let direction = Direction::SendRecv;
                    self.media.ask(ctx, PeerRequest::Answer { media, offer, direction });
                    dial.answering = Some(Answering::Update { key, request, tag });
                } else {
                    // RFC 3311 §5.2: our own offer is not answered yet.
                    ctx.reply(key, &request, 491, "Request Pending");
                }
            }
            Method::Info => ctx.reply(key, &request, 200, "OK"),
            Method::Options => super::options(ctx, key, &request),
            // RFC 3261 §15: whoever is called says BYE to nobody before answering.
            Method::Bye => ctx.reply(key, &request, 403, "Not Answered Yet"),
            _ => super::not_allowed(ctx, key, &request),
        }
    }
}

impl Dial {
    /// The early dialog of whoever sent this; `None` where it says nothing of whom it is from.
    fn fork(&mut self, invite: &Request, response: &Response) -> Option<&mut Fork> {
        let tag = response.to_tag()?;
        let at = match self.forks.iter().position(|fork| fork.dialog.remote_tag == tag) {
            Some(at) => at,
            None if self.forks.len() == FORKS => return None,
            None => {
                let dialog = Dialog::uac(invite, response).ok()?;
                self.forks.push(Fork { dialog, rseq: 0 });
                self.forks.len() - 1
            }
        };
        let fork = self.forks.get_mut(at)?;
        // RFC 3261 §12.1.2: what it says later may bring another target.
        let _ = fork.dialog.learn(response);
        Some(fork)
    }

    /// The dialog of the fork that has answered: the early one goes on (RFC 3261 §13.2.2.4).
    pub(super) fn confirmed(&mut self, invite: &Request, response: &Response) -> Option<Dialog> {
        let tag = response.to_tag()?;
        let early = self.forks.iter().position(|fork| fork.dialog.remote_tag == tag);
        let mut dialog = match early {
            Some(at) => self.forks.swap_remove(at).dialog,
            None => return Dialog::uac(invite, response).ok(),
        };
        dialog.learn(response).ok()?;
        Some(dialog)
    }

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
            199 => self.forks.retain(|fork| Some(&*fork.dialog.remote_tag) != response.to_tag()),
            _ => {}
        }
        ctx.tell(self.call, CallEvent::Progress, response.as_str());
    }
}

fn fork_of(dial: &mut Dial, tag: &str, then: impl FnOnce(&mut Fork)) {
    if let Some(fork) = dial.forks.iter_mut().find(|fork| fork.dialog.remote_tag == tag) {
        then(fork);
    }
}

/// RAck: RSeq and CSeq of what is acknowledged (RFC 3262 §7.2).
fn rack(rseq: u32, invite: &Request) -> String {
    let mut rack = rseq.to_string();
    rack.push(' ');
    rack.push_str(invite.get(Name::CSeq).unwrap_or(""));
    rack
}

/// PRACK, on the INVITE's flow.
fn acknowledge(ctx: &mut Context, key: Key, dialog: &mut Dialog, rack: &str, answer: &str) {
    let mut prack = dialog.request(Method::Prack).header(Name::RAck, rack);
    if !answer.is_empty() {
        prack = prack.body("application/sdp", answer);
    }
    ctx.send(key.connection, prack, "outbound");
}
