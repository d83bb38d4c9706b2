//! An INVITE of ours and what it has met.

use super::early::{Answering, EarlyMedia, Fork};
use super::farewell::Farewell;
use super::requests::{with_description, with_headers};
use super::session_timer::SessionTimer;
use super::{Ending, cause, text, wake};
use crate::authorization::Series;
use crate::context::{CallTimer, Context, FULL, Key, cseq};
use crate::{CallId, CallOptions, EndOptions, Event, Originator, Outcome, SocketId};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use headset_sip::{Method, Name, NameAddr, Request, RequestBuilder, Response, Uri};

/// For a flow to send INVITE on.
const FLOW_MS: u64 = 10_000;
/// 422s answered in a row.
const ROUNDS: u8 = 3;

#[cfg(not(feature = "full"))]
static USUAL: CallOptions = CallOptions::DEFAULT;

/// A call of ours that was not answered yet.
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) call: CallId,
    #[cfg(feature = "full")]
    options: CallOptions,
    /// A URI.
    pub(super) to: String,
    /// Where the INVITE goes: To's URI, or where a 3xx pointed.
    target: String,
    /// Where 3xxs pointed.
    #[cfg(feature = "full")]
    targets: Vec<String>,
    /// How many of these were asked.
    #[cfg(feature = "full")]
    asked: usize,
    pub(super) call_id: String,
    tag: String,
    cseq: u32,
    /// The dialog whose place it is to take at the far end (RFC 3891); empty for none.
    pub(super) replaces: String,
    series: Series,
    rounds: u8,
    #[cfg(feature = "full")]
    redirects: u8,
    pub(super) session: SessionTimer,
    pub(super) ringing: bool,
    pub(super) queue_place: Option<(u32, u32)>,
    /// Those who have said something with a tag of their own.
    pub(super) forks: Vec<Fork>,
    /// The answer before the answer.
    pub(super) early_media: Option<EarlyMedia>,
    /// An offer of the far end that the peer connection is answering.
    pub(super) answering: Option<Answering>,
    pub(super) step: Step,
}

#[derive(Debug)]
pub(super) enum Step {
    /// The offer is being made; or the far end makes it, and the microphone is being opened.
    Preparing,
    /// A flow to send the INVITE on.
    Flow {
        offer: String,
    },
    Inviting {
        key: Key,
        invite: Box<Request>,
    },
}

impl Dial {
    pub(super) fn new(
        ctx: &mut Context,
        call: CallId,
        target: String,
        options: &mut CallOptions,
    ) -> Box<Dial> {
        let expires = match options.session_expires {
            0 => ctx.settings.session_expires,
            seconds => seconds,
        };
        Box::new(Dial {
            call,
            #[cfg(feature = "full")]
            redirects: options.redirects,
            #[cfg(feature = "full")]
            options: mem::take(options),
            to: target.clone(),
            target,
            #[cfg(feature = "full")]
            targets: Vec::new(),
            #[cfg(feature = "full")]
            asked: 0,
            call_id: ctx.entropy.token(22),
            tag: ctx.entropy.token(10),
            cseq: 1 + ctx.entropy.jitter(9999) as u32,
            replaces: String::new(),
            series: Series::default(),
            rounds: 0,
            session: SessionTimer::wanted(expires),
            ringing: false,
            queue_place: None,
            forks: Vec::new(),
            early_media: None,
            answering: None,
            step: Step::Preparing,
        })
    }

    /// What the application wants beside the usual; that needs the feature `full`.
    pub(super) fn options(&self) -> &CallOptions {
        #[cfg(feature = "full")]
        return &self.options;
        #[cfg(not(feature = "full"))]
        &USUAL
    }

    pub(super) fn is(&self, key: Key) -> bool {
        matches!(&self.step, Step::Inviting { key: own, .. } if *own == key)
    }

    /// The INVITE, with its offer where that is not empty.
    pub(super) fn request(&mut self, ctx: &mut Context, socket: SocketId, offer: &str) -> RequestBuilder {
        // What hosts our Contact says nothing of us, so it may stand there for those too who must not know us.
        let contact = ctx.account.contact(";ob");
        let mut builder = ctx
            .routes
            .request(socket, Method::Invite, &self.target)
            .header(Name::To, &NameAddr::format("", &self.to, ""))
            .header(Name::From, &from(ctx, self.options(), &self.tag))
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq(self.cseq, &Method::Invite))
            .header(Name::Contact, &contact);
        if self.options().anonymous {
            // RFC 3325 §9.2, §9.3
            let uri = ctx.account.address(None);
            builder = builder.header(Name::PPreferredIdentity, &uri).header(Name::Privacy, "id");
        }
        builder = self.session.ask(builder, None);
        if !self.replaces.is_empty() {
            builder = builder.header(Name::Replaces, &self.replaces);
        }
        builder = with_headers(builder, &self.options().headers);
        builder = ctx.authorize(&mut self.series, socket, builder, &Method::Invite, &self.target, offer);
        with_description(builder, offer)
    }

    pub(super) fn wait_for_flow(&mut self, ctx: &mut Context, offer: String) {
        self.step = Step::Flow { offer };
        wake(ctx, self.call, CallTimer::GiveUp, FLOW_MS);
    }

    /// The same INVITE goes out on the next flow.
    fn resend(&mut self, ctx: &mut Context) {
        if let Step::Inviting { invite, .. } = &self.step {
            let offer = invite.body().into();
            self.wait_for_flow(ctx, offer);
        }
    }

    /// The same once more, with what was learnt.
    fn again(&mut self, ctx: &mut Context) {
        self.cseq += 1;
        self.forks.clear();
        self.early_media = None;
        self.resend(ctx);
    }

    /// A final response that is no answer. `None` where it is tried again.
    pub(super) fn refused(
        &mut self,
        ctx: &mut Context,
        status: u16,
        response: &Response,
    ) -> Option<Box<Ending>> {
        match status {
            401 | 407 => {
                let Step::Inviting { key, invite } = &self.step else { return None };
                let (socket, uri) = (key.connection, invite.uri());
                if !ctx.challenged(&mut self.series, socket, &Method::Invite, uri, response) {
                    let reason = response.reason().into();
                    ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
                    return Some(refusal(status));
                }
                self.again(ctx);
                return None;
            }
            // RFC 4028 §7.3
            422 if self.rounds < ROUNDS && self.session.lengthen(response) => {
                self.rounds += 1;
                self.again(ctx);
                return None;
            }
            _ => {}
        }
        #[cfg(feature = "full")]
        if self.turns_elsewhere(status, response) {
            self.again(ctx);
            return None;
        }
        let ending = refusal(status);
        #[cfg(feature = "full")]
        let ending = ending.contacts(if status < 400 { text::contacts(response) } else { Vec::new() });
        Some(ending)
    }

    /// Whether there is somebody else to ask: where 3xxs pointed.
    #[cfg(feature = "full")]
    fn turns_elsewhere(&mut self, status: u16, response: &Response) -> bool {
        match status {
            300..=399 if self.redirects > 0 => {
                self.redirects -= 1;
                let mut at = self.asked;
                for uri in text::contacts(response) {
                    let Some(uri) = text::request_uri(&uri) else { continue };
                    // RFC 3261 §8.1.3.4: nobody is asked twice.
                    if uri != self.to && !self.targets.contains(&uri) {
                        self.targets.insert(at, uri);
                        at += 1;
                    }
                }
            }
            // RFC 3261 §21.6
            600.. => self.targets.truncate(self.asked),
            _ => {}
        }
        let Some(next) = self.targets.get(self.asked) else { return false };
        self.target.clone_from(next);
        self.asked += 1;
        self.series = Series::default();
        true
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Box<Ending>> {
        if !self.is(key) {
            return None;
        }
        if timeout {
            let ending = Ending::new(Originator::System, Outcome::Failed, "Request Timeout");
            return Some(ending.status(408, "Request Timeout"));
        }
        // The flow is lost, not the call.
        self.resend(ctx);
        None
    }

    pub(super) fn cancel(&mut self, ctx: &mut Context, options: &EndOptions) -> Box<Ending> {
        let reason = options
            .status_code
            .map(|status| text::reason_header(status, options.reason_phrase.as_deref().unwrap_or("")));
        let farewell = self.withdraw(ctx, reason);
        Ending::asked(Originator::Local, Outcome::Cancelled, "Canceled", options).farewell(farewell)
    }

    /// It cannot become a call.
    pub(super) fn break_off(
        &mut self,
        ctx: &mut Context,
        originator: Originator,
        cause: &str,
    ) -> Box<Ending> {
        let farewell = self.withdraw(ctx, None);
        Ending::new(originator, Outcome::Failed, cause).farewell(farewell)
    }

    /// CANCELs what was sent (RFC 3261 §9.1); what was answered already is hung up. The call is over.
    pub(super) fn withdraw(&mut self, ctx: &mut Context, reason: Option<String>) -> Option<Farewell> {
        let Step::Inviting { key, invite } = mem::replace(&mut self.step, Step::Preparing) else {
            return None;
        };
        self.refuse_update(ctx, 487, "Request Terminated");
        match self.answering.take() {
            #[cfg(feature = "full")]
            Some(Answering::Ok { key, dialog, .. }) => {
                super::farewell::acknowledge(ctx, &dialog, key, &invite, "");
                Some(Farewell::bye(None, dialog, reason))
            }
            _ => {
                ctx.transactions.cancel(ctx.now, key, reason.as_deref());
                Some(Farewell::unwanted(key, invite))
            }
        }
    }

    /// Refuses the UPDATE that is being answered, where there is one.
    pub(super) fn refuse_update(&mut self, ctx: &mut Context, status: u16, reason: &str) -> bool {
        let Some(Answering::Update { key, request }) = &self.answering else { return false };
        ctx.reply(*key, request, status, reason);
        self.answering = None;
        true
    }
}

/// The end that a final response of 300 or more means.
fn refusal(status: u16) -> Box<Ending> {
    let (cause, outcome) = cause::of_status(status);
    Ending::new(Originator::Remote, outcome, cause)
}

/// From: us, or who the application says that we are.
pub(super) fn from(ctx: &Context, options: &CallOptions, tag: &str) -> String {
    if FULL && options.anonymous {
        // RFC 3323 §4.1.1.3
        return NameAddr::format("Anonymous", &Uri::sip("anonymous", "anonymous.invalid"), tag);
    }
    if !FULL {
        return ctx.account.address(Some(tag));
    }
    let identity = &ctx.account.identity;
    let given = |given: &'_ str, own: &'_ str| String::from(if given.is_empty() { own } else { given });
    let user = given(&options.from_user, &identity.login);
    let name = given(&options.from_display_name, ctx.account.display_name());
    NameAddr::format(&name, &Uri::sip(&user, &identity.domain), tag)
}
