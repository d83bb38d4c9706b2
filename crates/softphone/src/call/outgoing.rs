//! Calling: offer, INVITE, ringing, answer, cancel.

use super::active::Active;
use super::early::{Answering, Fork};
use super::farewell::{self, Farewell};
use super::session_timer::SessionTimer;
use super::{Call, CallState, Ending, Facts, Media, cause, text};
use crate::authorization::Nonce;
use crate::context::{CallTimer, Context, Key, SUPPORTED, Timer, cseq};
use crate::{
    CallDirection, CallEvent, CallId, CallOptions, Direction, EndOptions, Event, Originator, Outcome,
    PeerEvent, PeerRequest,
};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;
use core::time::Duration;
use headset_sip::dialog::Dialog;
use headset_sip::{Method, Name, NameAddr, Request, RequestBuilder, Response, Uri};

/// For a flow to send INVITE on.
const FLOW: Duration = Duration::from_secs(10);
/// Challenges answered, and timers lengthened, in a row.
const ROUNDS: u8 = 3;

/// A call of ours that was not answered yet.
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) call: CallId,
    options: Box<CallOptions>,
    to: Uri,
    /// Where the INVITE goes: To's URI, or where a 3xx pointed.
    target: Uri,
    /// Where else a 3xx pointed.
    alternatives: Vec<Uri>,
    call_id: String,
    tag: String,
    cseq: u32,
    nonce: Option<Nonce>,
    rounds: u8,
    redirects: u8,
    session: SessionTimer,
    pub(super) ringing: bool,
    pub(super) queue_place: Option<(u32, u32)>,
    /// Those who have said something with a tag of their own.
    pub(super) forks: Vec<Fork>,
    /// The answer before the answer: the fork's tag and what the peer connection was given.
    pub(super) early_media: Option<(String, String)>,
    /// An offer of the far end that the peer connection is answering.
    pub(super) answering: Option<Answering>,
    step: Step,
}

#[derive(Debug)]
enum Step {
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

impl Call {
    pub(super) fn dial(ctx: &mut Context, call: CallId, target: Uri, options: Box<CallOptions>) -> Call {
        let mut media = Media::new(call, options.media);
        let peer = media.renew(ctx);
        let (request, step) = match options.late_offer {
            true => (PeerRequest::OpenMicrophone { media: options.media }, Step::Microphone),
            false => {
                let (media, direction) = (options.media, Direction::SendRecv);
                (PeerRequest::Offer { media, direction, ice_restart: false }, Step::Description)
            }
        };
        ctx.peer(call, peer, request);
        let dial = Dial::new(ctx, call, target, options, step);
        let facts = Facts {
            id: dial.call_id.clone(),
            direction: CallDirection::Outgoing,
            local: text::party(&from(ctx, &dial.options, "")),
            remote: text::party_of(&dial.to),
            invite: String::new(),
            asserted: None,
        };
        Call::new(facts, media, CallState::Dialling(Box::new(dial)))
    }

    pub(super) fn dialling_peer_event(&mut self, ctx: &mut Context, event: PeerEvent) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        match event {
            PeerEvent::Described(text) => {
                if let Some(answering) = dial.answering.take() {
                    return self.early_answered(ctx, answering, text);
                }
                if let Step::Description = dial.step {
                    dial.wait_for_flow(ctx, text);
                }
                None
            }
            PeerEvent::MicrophoneOpened if matches!(dial.step, Step::Microphone) => {
                dial.wait_for_flow(ctx, String::new());
                None
            }
            PeerEvent::MicrophoneFailed { name, message } => {
                let (code, cause, _) = cause::of_microphone(&name);
                ctx.error(code, &message);
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::Local, Outcome::Failed, cause) })
            }
            // What rings before the answer is of no use; the answer itself may be.
            PeerEvent::Failed { .. } if dial.early_media.take().is_some() && dial.answering.is_none() => None,
            PeerEvent::Failed { message } => {
                ctx.error("media_failed", &message);
                if let Some(Answering::Update { key, request, .. }) =
                    dial.answering.take_if(Answering::is_update)
                {
                    ctx.reply(key, &request, 488, "Not Acceptable Here");
                    self.media.ask(ctx, PeerRequest::Rollback);
                    return None;
                }
                let farewell = dial.withdraw(ctx, None);
                Some(Ending { farewell, ..Ending::new(Originator::System, Outcome::Failed, "WebRTC Error") })
            }
            _ => None,
        }
    }

    /// Sends the INVITE when there is an offer and a flow.
    pub(super) fn invite_if_ready(&mut self, ctx: &mut Context) {
        let CallState::Dialling(dial) = &mut self.state else { return };
        let Step::Flow { offer } = &mut dial.step else { return };
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let offer = mem::take(offer);
        let mut builder = dial.request(ctx);
        if !offer.is_empty() {
            builder = builder.body("application/sdp", &offer);
        }
        // RFC 3262 §4
        let reliable = ["100rel, ", SUPPORTED].concat();
        let supported = if ctx.settings.reliable_provisional { &reliable } else { SUPPORTED };
        let invite = ctx.complete(socket, builder, supported);
        self.facts.invite = invite.as_str().into();
        ctx.tell(dial.call, CallEvent::Sending, invite.as_str());
        let key = ctx.transactions.request(ctx.now, socket, invite.clone());
        dial.step = Step::Inviting { key, invite };
        ctx.timers.clear(Timer::Call(dial.call, CallTimer::GiveUp));
        ctx.calls_changed = true;
    }

    /// A response to our INVITE.
    pub(super) fn dial_response(
        &mut self,
        ctx: &mut Context,
        key: Key,
        response: &Response,
    ) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let Step::Inviting { key: own, invite } = &dial.step else { return None };
        if *own != key {
            return None;
        }
        ctx.calls_changed = true;
        match response.status() {
            100 => None,
            status if status < 200 => {
                let invite = invite.clone();
                self.progress(ctx, key, &invite, response);
                None
            }
            200..=299 => {
                let invite = invite.clone();
                self.dial_answered(ctx, key, &invite, response)
            }
            status => {
                let Some(ending) = dial.refused(ctx, status, response) else {
                    self.early_media_over(ctx);
                    return None;
                };
                Some(ending.status(status, response.reason()).message(ctx, response.as_str()))
            }
        }
    }

    /// Answered, or not to be: a 2xx by another fork is hung up (RFC 3261 §13.2.2.4).
    fn dial_answered(
        &mut self,
        ctx: &mut Context,
        key: Key,
        invite: &Request,
        response: &Response,
    ) -> Option<Ending> {
        let CallState::Dialling(dial) = &mut self.state else { return None };
        let late_offer = invite.body().is_empty();
        if matches!(dial.answering, Some(Answering::Ok { .. })) {
            // A copy, while the offer in the first one is being answered.
            return None;
        }
        let failed = |originator| Ending::new(originator, Outcome::Failed, "Bad Media Description");
        let Some(dialog) = dial.confirmed(invite, response) else {
            return Some(failed(Originator::Remote).message(ctx, response.as_str()));
        };
        let early = dial.early_media.take().filter(|(tag, _)| *tag == dialog.remote_tag);
        let body = response.body();
        ctx.tell(self.call, CallEvent::Accepted, response.as_str());
        match early {
            // RFC 3264 §8, RFC 6337 §3.1.1: the answer was given before.
            Some((_, answer)) if body.is_empty() || body == answer => {
                self.talk(ctx, key, invite, dialog, response, &answer, "");
                if let CallState::Active(active) = &mut self.state {
                    active.accepting = false;
                }
                None
            }
            _ if body.is_empty() => {
                farewell::acknowledge(ctx, &dialog, key, invite, "");
                let reason = text::reason_header(488, "Bad Media Description");
                let ending = failed(Originator::Remote).farewell(Farewell::bye(dialog, Some(reason)));
                Some(ending.message(ctx, response.as_str()))
            }
            None if late_offer => {
                // RFC 3261 §13.2.2.4: the ACK answers it.
                let (media, offer) = (self.media.options, body.into());
                self.media.ask(ctx, PeerRequest::Answer { media, offer, direction: Direction::SendRecv });
                dial.answering = Some(Answering::Ok { key, dialog, response: Box::new(response.clone()) });
                None
            }
            _ => {
                self.media.ask(ctx, PeerRequest::Accept { answer: body.into() });
                self.talk(ctx, key, invite, dialog, response, body, "");
                None
            }
        }
    }

    /// Acknowledges the 2xx, with our answer where the far end made the offer, and is a call from now on.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn talk(
        &mut self,
        ctx: &mut Context,
        key: Key,
        invite: &Request,
        dialog: Dialog,
        response: &Response,
        remote_sdp: &str,
        answer: &str,
    ) {
        let CallState::Dialling(dial) = &self.state else { return };
        let mut session = dial.session;
        session.accepted(response);
        let ack = farewell::acknowledge(ctx, &dialog, key, invite, answer);
        if self.media.muted {
            self.media.ask(ctx, PeerRequest::Mute(true));
        }
        let mut active = Active::accepted(ctx, self.call, dialog, ack, remote_sdp);
        active.learn(response);
        active.session = session;
        session.start(ctx, self.call);
        self.state = CallState::Active(Box::new(active));
        self.facts.learn(response);
        self.store(ctx);
        ctx.tell(self.call, CallEvent::Confirmed, "");
        if let Some(sponsor) = self.sponsor.take() {
            sponsor.tell(ctx, 200, "OK");
        }
        ctx.trace("call_answered", &[("call", &self.facts.id)]);
    }
}

/// From: us, or who the application says that we are.
fn from(ctx: &Context, options: &CallOptions, tag: &str) -> NameAddr {
    if options.anonymous {
        // RFC 3323 §4.1.1.3
        let uri = Uri::sip("anonymous", "anonymous.invalid");
        return NameAddr::new(uri).with_display_name("Anonymous").with_tag(tag);
    }
    let mut from = ctx.account.address(Some(tag));
    if !options.from_user.is_empty() {
        from.uri = Uri::sip(&options.from_user, &ctx.account.identity.domain);
    }
    if !options.from_display_name.is_empty() {
        from = from.with_display_name(&options.from_display_name);
    }
    from
}

impl Dial {
    fn new(ctx: &mut Context, call: CallId, target: Uri, options: Box<CallOptions>, step: Step) -> Dial {
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
            nonce: None,
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
        to: Uri,
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
    fn request(&mut self, ctx: &mut Context) -> RequestBuilder {
        let uri = self.target.to_string();
        // What hosts our Contact says nothing of us, so it may stand there for those too who must not know us.
        let contact = ctx.account.contact(";ob");
        let mut builder = Request::build(Method::Invite, &uri)
            .header(Name::MaxForwards, "69")
            .header(Name::To, &NameAddr::new(self.to.clone()).to_string())
            .header(Name::From, &from(ctx, &self.options, &self.tag).to_string())
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq(self.cseq, &Method::Invite))
            .header(Name::Contact, &contact);
        if self.options.anonymous {
            let uri = ctx.account.address(None).to_string();
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
        if let Some(nonce) = &mut self.nonce {
            let (name, value) = ctx.authorization(nonce, &Method::Invite, &uri);
            builder = builder.header(name, &value);
        }
        builder
    }

    fn wait_for_flow(&mut self, ctx: &mut Context, offer: String) {
        self.step = Step::Flow { offer };
        ctx.timers.set(Timer::Call(self.call, CallTimer::GiveUp), ctx.now + FLOW);
    }

    /// The same once more, with what was learnt.
    fn again(&mut self, ctx: &mut Context) {
        let offer = self.invite().map_or("", Request::body).to_string();
        self.cseq += 1;
        self.forks.clear();
        self.wait_for_flow(ctx, offer);
    }

    /// A final response that is no answer. `None` where it is tried again.
    fn refused(&mut self, ctx: &mut Context, status: u16, response: &Response) -> Option<Ending> {
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
                let targets = contacts.filter_map(|uri| Uri::parse(&uri).ok().filter(Uri::is_sip));
                // RFC 3261 §8.1.3.4: nobody is asked twice.
                let tried = self.target.to_string();
                self.alternatives = targets.filter(|uri| uri.to_string() != tried).collect();
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
        self.target.headers.clear();
        self.nonce = None;
        self.again(ctx);
        None
    }

    fn challenged(&mut self, ctx: &mut Context, response: &Response) -> Option<Ending> {
        let status = response.status();
        let nonce = Nonce::read(response).filter(|nonce| {
            let wrong = self.nonce.is_some() && !nonce.is_stale();
            !wrong && self.rounds < ROUNDS
        });
        let Some(nonce) = nonce else {
            let reason = response.reason().to_string();
            ctx.event(Event::CredentialsRefused { registrar: String::new(), status, reason });
            return Some(Ending::new(Originator::Remote, Outcome::Failed, cause::of_status(status)));
        };
        self.nonce = Some(nonce);
        self.rounds += 1;
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
    fn withdraw(&mut self, ctx: &mut Context, reason: Option<String>) -> Option<Farewell> {
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
