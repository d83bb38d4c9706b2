//! An INVITE of ours and what it has met.

use super::early::{Answering, EarlyMedia, Fork};
use super::farewell::{self, Farewell};
use super::session_timer::SessionTimer;
use super::{Ending, cause, text};
use crate::authorization::Series;
use crate::context::{CallTimer, Context, Key, Timer, cseq};
use crate::{CallId, CallOptions, EndOptions, Event, Originator, Outcome, SocketId};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Method, Name, NameAddr, Request, RequestBuilder, Response, Uri};

/// For a flow to send INVITE on.
const FLOW: Duration = Duration::from_secs(10);
/// 422s answered in a row.
const ROUNDS: u8 = 3;

/// A call of ours that was not answered yet.
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) call: CallId,
    pub(super) options: Box<CallOptions>,
    /// A URI.
    pub(super) to: String,
    /// Where the INVITE goes: To's URI, or where a 3xx pointed.
    pub(super) target: String,
    /// Where else a 3xx pointed.
    pub(super) alternatives: Vec<String>,
    pub(super) call_id: String,
    pub(super) tag: String,
    pub(super) cseq: u32,
    series: Series,
    pub(super) rounds: u8,
    pub(super) redirects: u8,
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
    /// The offer is being made.
    Description,
    /// The far end makes the offer: the microphone is being opened.
    Microphone,
    /// A flow to send the INVITE on.
    Flow {
        offer: String,
    },
    Inviting {
        key: Key,
        invite: Request,
    },
}

impl Dial {
    pub(super) fn new(
        ctx: &mut Context,
        call: CallId,
        target: String,
        options: Box<CallOptions>,
        step: Step,
    ) -> Dial {
        let expires = match options.session_expires {
            0 => ctx.settings.session_expires,
            seconds => seconds,
        };
        Dial {
            call,
            redirects: options.redirects,
            options,
            to: target.clone(),
            target,
            alternatives: Vec::new(),
            call_id: ctx.entropy.token(22),
            tag: ctx.entropy.token(10),
            cseq: 1 + ctx.entropy.jitter(9999) as u32,
            series: Series::default(),
            rounds: 0,
            session: SessionTimer::wanted(expires),
            ringing: false,
            queue_place: None,
            forks: Vec::new(),
            early_media: None,
            answering: None,
            step,
        }
    }

    /// One whose offer is made already.
    pub(super) fn with_offer(
        ctx: &mut Context,
        call: CallId,
        to: String,
        options: Box<CallOptions>,
        offer: String,
    ) -> Dial {
        let mut dial = Dial::new(ctx, call, to, options, Step::Description);
        dial.wait_for_flow(ctx, offer);
        dial
    }

    pub(super) fn is(&self, key: Key) -> bool {
        matches!(&self.step, Step::Inviting { key: own, .. } if *own == key)
    }

    /// The INVITE under way.
    pub(super) fn invite(&self) -> Option<&Request> {
        match &self.step {
            Step::Inviting { invite, .. } => Some(invite),
            _ => None,
        }
    }

    /// Its transaction.
    pub(super) fn key(&self) -> Option<Key> {
        match &self.step {
            Step::Inviting { key, .. } => Some(*key),
            _ => None,
        }
    }

    /// The INVITE without its offer.
    pub(super) fn request(&mut self, ctx: &mut Context, socket: SocketId, offer: &str) -> RequestBuilder {
        let uri = self.target.clone();
        // What hosts our Contact says nothing of us, so it may stand there for those too who must not know us.
        let contact = ctx.account.contact(";ob");
        let mut builder = ctx
            .routes
            .request(socket, Method::Invite, &uri)
            .header(Name::To, &NameAddr::format("", &self.to, ""))
            .header(Name::From, &from(ctx, &self.options, &self.tag))
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq(self.cseq, &Method::Invite))
            .header(Name::Contact, &contact);
        if self.options.anonymous {
            let uri = ctx.account.address(None);
            builder = builder.header(Name::PPreferredIdentity, &uri).header(Name::Privacy, "id");
        }
        // RFC 4028 §7.1, §7.4
        if let Some(value) = self.session.header(None) {
            builder = builder.header(Name::SessionExpires, &value);
            if self.session.min_se > 0 {
                builder = builder.header(Name::MinSe, &self.session.min_se.to_string());
            }
        }
        for (name, value) in text::lines(&self.options.headers) {
            builder = builder.raw_header(name, value);
        }
        ctx.authorize(&mut self.series, socket, builder, &Method::Invite, &uri, offer)
    }

    pub(super) fn wait_for_flow(&mut self, ctx: &mut Context, offer: String) {
        self.step = Step::Flow { offer };
        ctx.timers.set(Timer::Call(self.call, CallTimer::GiveUp), ctx.now + FLOW);
    }

    /// The same once more, with what was learnt.
    fn again(&mut self, ctx: &mut Context) {
        let offer = self.invite().map_or("", Request::body).to_string();
        self.cseq += 1;
        self.forks.clear();
        self.early_media = None;
        self.wait_for_flow(ctx, offer);
    }

    /// A final response that is no answer. `None` where it is tried again.
    pub(super) fn refused(&mut self, ctx: &mut Context, status: u16, response: &Response) -> Option<Ending> {
        match status {
            401 | 407 => return self.challenged(ctx, response),
            // RFC 4028 §7.3
            422 if self.rounds < ROUNDS && self.session.lengthen(response) => {
                self.rounds += 1;
                self.again(ctx);
                return None;
            }
            300..=399 if self.redirects > 0 => {
                self.redirects -= 1;
                let contacts = text::contacts(response).into_iter();
                let targets = contacts.filter_map(|uri| text::request_uri(&uri));
                // RFC 3261 §8.1.3.4: nobody is asked twice.
                self.alternatives = targets.filter(|uri| *uri != self.target).collect();
            }
            600.. => self.alternatives.clear(),
            _ => {}
        }
        if self.alternatives.is_empty() {
            let ending =
                Ending::new(Originator::Remote, cause::outcome_of_status(status), cause::of_status(status));
            let contacts = if status < 400 { text::contacts(response) } else { Vec::new() };
            return Some(Ending { contacts, ..ending });
        }
        self.target = self.alternatives.remove(0);
        self.series = Series::default();
        self.again(ctx);
        None
    }

    fn challenged(&mut self, ctx: &mut Context, response: &Response) -> Option<Ending> {
        let status = response.status();
        let Step::Inviting { key, invite } = &self.step else { return None };
        if !ctx.challenged(&mut self.series, key.connection, &Method::Invite, invite.uri(), response) {
            let reason = response.reason().to_string();
            ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
            return Some(Ending::new(Originator::Remote, Outcome::Failed, cause::of_status(status)));
        }
        self.again(ctx);
        None
    }

    pub(super) fn failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> Option<Ending> {
        let Step::Inviting { key: own, invite } = &self.step else { return None };
        if *own != key {
            return None;
        }
        if timeout {
            let ending = Ending::new(Originator::System, Outcome::Failed, "Request Timeout");
            return Some(ending.status(408, "Request Timeout"));
        }
        // The flow is lost, not the call: the same INVITE goes out on the next one.
        let offer = invite.body().to_string();
        self.wait_for_flow(ctx, offer);
        None
    }

    /// No flow came up in time.
    pub(super) fn gave_up(&self) -> Option<Ending> {
        matches!(self.step, Step::Flow { .. })
            .then(|| Ending::new(Originator::System, Outcome::Failed, "Connection Error"))
    }

    pub(super) fn cancel(&mut self, ctx: &mut Context, options: EndOptions) -> Ending {
        let reason = options
            .status_code
            .map(|status| text::reason_header(status, options.reason_phrase.as_deref().unwrap_or("")));
        let farewell = self.withdraw(ctx, reason);
        let cause = options.cause.as_deref().unwrap_or("Canceled");
        let mut ending = Ending::new(Originator::Local, Outcome::Cancelled, cause);
        ending.status_code = options.status_code;
        ending.reason_phrase = options.reason_phrase;
        Ending { farewell, ..ending }
    }

    /// CANCELs what was sent; what was answered already is hung up.
    pub(super) fn withdraw(&mut self, ctx: &mut Context, reason: Option<String>) -> Option<Farewell> {
        let Step::Inviting { key, invite } = &self.step else { return None };
        match self.answering.take() {
            Some(Answering::Ok { key, dialog, .. }) => {
                farewell::acknowledge(ctx, &dialog, key, invite, "");
                return Some(Farewell::bye(dialog, reason));
            }
            Some(Answering::Update { key, request, .. }) => {
                ctx.reply(key, &request, 487, "Request Terminated");
            }
            _ => {}
        }
        ctx.transactions.cancel(ctx.now, *key, reason.as_deref());
        Some(Farewell::unwanted(*key, invite.clone()))
    }
}

/// From: us, or who the application says that we are.
pub(super) fn from(ctx: &Context, options: &CallOptions, tag: &str) -> String {
    if options.anonymous {
        // RFC 3323 §4.1.1.3
        return NameAddr::format("Anonymous", &Uri::sip("anonymous", "anonymous.invalid"), tag);
    }
    if options.from_user.is_empty() && options.from_display_name.is_empty() {
        return ctx.account.address(Some(tag));
    }
    let identity = &ctx.account.identity;
    let given = |given: &'_ str, own: &'_ str| String::from(if given.is_empty() { own } else { given });
    let user = given(&options.from_user, &identity.login);
    let name = given(&options.from_display_name, ctx.account.display_name());
    NameAddr::format(&name, &Uri::sip(&user, &identity.domain), tag)
}
