//! Requests of theirs: what the engine answers, what the page does, and how a response looks.

use super::call::State;
use super::fields::Fields;
use super::outgoing::{digits, finish, line};
use super::requests::ends;
use super::{Agent, Key, description};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::dialog::State as DialogState;
use headset_sip::message::Name;
use headset_sip::{Dialog, Message, Method, Request, Response, Uri, parse};

const ACCEPT: &str = "application/sdp, application/dtmf-relay";

/// A request of theirs that the page is to answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) handle: u32,
    pub(crate) key: Key,
    /// 0 outside.
    pub(crate) dialog: u32,
    pub(crate) kind: Kind,
    pub(crate) request: Request,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Invitation,
    /// A re-INVITE or UPDATE.
    Offer,
}

impl Agent {
    pub(super) fn request_came(&mut self, key: Key, request: Request) {
        self.announce(key, &request, true);
        if let Some((status, reason)) = self.objection(&request) {
            return self.refuse(key, &request, status, reason, "");
        }
        if request.to_tag().is_none() {
            return match request.method() {
                Method::Invite => self.invited(key, request),
                Method::Bye => self.refuse(key, &request, 481, "Call/Transaction Does Not Exist", ""),
                _ => self.hand_over(key, request, 0),
            };
        }
        if let Some(id) = self.call_with(&request) {
            return self.came_within(id, key, request);
        }
        if *request.method() == Method::Notify && self.dialog_with(&request).is_none() {
            self.subscribed_by_notify(&request);
        }
        let Some(handle) = self.dialog_with(&request) else {
            let reason = match request.method() {
                Method::Notify => "Subscription does not exist",
                _ => "Call/Transaction Does Not Exist",
            };
            return self.refuse(key, &request, 481, reason, "");
        };
        match self.dialog_mut(handle).map(|dialog| dialog.accepts(&request)) {
            Some(Err(refusal)) => self.refuse(key, &request, refusal.status, refusal.reason, ""),
            _ => self.hand_over(key, request, handle),
        }
    }

    /// Why it cannot be for us.
    fn objection(&self, request: &Request) -> Option<(u16, &'static str)> {
        let is_sip = |uri: &Uri<'_>| uri.scheme == headset_sip::Scheme::Sip;
        if request.to().is_ok_and(|to| to.uri.scheme == headset_sip::Scheme::Sips) {
            return Some((416, "Unsupported URI Scheme"));
        }
        if request.to_tag().is_some() {
            return None;
        }
        // RFC 3261 §16.3: a request of our own came back.
        if request.call_id().starts_with(&self.account.call_id_prefix) {
            return Some((482, "Loop Detected"));
        }
        let Some(uri) = Uri::parse(request.uri()).ok().filter(is_sip) else {
            return Some((416, "Unsupported URI Scheme"));
        };
        let user = uri.decoded_user();
        let is_us = |own: &&String| Uri::parse(own).is_ok_and(|own| own.decoded_user() == user);
        let account = &self.account;
        let known = [&account.uri, &account.contact_uri, &account.public_gruu, &account.temporary_gruu];
        if known.into_iter().filter(|own| !own.is_empty()).any(|own| is_us(&own)) {
            None
        } else {
            Some((404, "Not Found"))
        }
    }

    fn came_within(&mut self, id: u32, key: Key, request: Request) {
        self.with_call(id, |agent, call| {
            let mut dialogs = call.dialog.iter_mut().chain(&mut call.early);
            let refusal = dialogs
                .find(|dialog| dialog.matches_request(&request))
                .and_then(|dialog| dialog.accepts(&request).err());
            if let Some(refusal) = refusal {
                return agent.refuse(key, &request, refusal.status, refusal.reason, "");
            }
            let is_up = matches!(call.state, State::Up);
            match request.method() {
                Method::Bye => {
                    agent.respond(key, &request, 200, "OK", "", None, "");
                    agent.bye_came(call, &request);
                }
                Method::Invite | Method::Update if !is_up => {
                    agent.refuse(key, &request, 403, "Wrong Status", "");
                }
                Method::Invite | Method::Update => {
                    let is_offer = *request.method() == Method::Invite || !request.body().is_empty();
                    if is_offer && call.their_offer.is_some() {
                        // RFC 3261 §14.2
                        let wait = digits(agent.entropy.jitter(10) as u32 + 1);
                        let lines = ["Retry-After: ", &wait, "\r\n"].concat();
                        return agent.refuse(key, &request, 500, "Server Internal Error", &lines);
                    }
                    if is_offer && call.is_offering() {
                        return agent.refuse(key, &request, 491, "Request Pending", "");
                    }
                    let handle = agent.handle();
                    if is_offer {
                        call.their_offer = Some(handle);
                    }
                    agent.event_of("reoffered", id, &[&digits(handle), request.as_str()]);
                    agent.asked.push(Asked { handle, key, dialog: id, kind: Kind::Offer, request });
                }
                _ => agent.hand_over(key, request, id),
            }
        });
    }

    fn hand_over(&mut self, key: Key, request: Request, dialog: u32) {
        let handle = self.handle();
        self.event_of("request", handle, &[&digits(dialog), request.as_str()]);
        self.asked.push(Asked { handle, key, dialog, kind: Kind::Plain, request });
    }

    /// Handle, status, reason, headers, To's tag, body. Whether it went out.
    pub(super) fn reply(&mut self, fields: &mut Fields<'_>) -> bool {
        let (handle, status) = (fields.number(), fields.number() as u16);
        let (reason, headers, tag) = (fields.field(), fields.lines(), fields.text());
        let body = fields.body();
        let Some(at) = self.asked.iter().position(|asked| asked.handle == handle) else { return false };
        if self.flow.is_none() {
            return false;
        }
        let asked = self.asked.swap_remove(at);
        let tag = if tag.is_empty() { self.entropy.token(10) } else { tag };
        let mut lines = headers;
        if asked.kind == Kind::Offer {
            self.answer_offer(&asked, status, &mut lines, body.as_deref());
        }
        let went_out = self.respond(asked.key, &asked.request, status, reason, &lines, body.as_deref(), &tag);
        if status < 200 {
            self.asked.push(asked);
        } else if asked.kind == Kind::Invitation {
            self.invitation_refused(handle);
        } else if *asked.request.method() == Method::Notify && ends(&asked.request) {
            self.forget_dialog(asked.dialog);
        } else if went_out
            && status < 300
            && *asked.request.method() == Method::Subscribe
            && asked.dialog == 0
        {
            // RFC 6665 §4.2.1
            if let Ok(dialog) = Dialog::uas(&asked.request, &tag, DialogState::Confirmed) {
                self.dialogs.push((handle, Box::new(dialog)));
            }
        }
        went_out
    }

    /// What a final response to their re-INVITE or UPDATE does to the call.
    fn answer_offer(&mut self, asked: &Asked, status: u16, lines: &mut String, body: Option<&str>) {
        if status < 200 {
            return;
        }
        self.with_call(asked.dialog, |agent, call| {
            call.close_their_offer(asked.handle);
            if status >= 300 {
                return;
            }
            let mut own = String::new();
            line(&mut own, "Contact", &[&agent.account.contact(false, false)]);
            agent.session_granted(call, &asked.request, &mut own);
            lines.insert_str(0, &own);
            agent.arm_session(call);
            if *asked.request.method() == Method::Invite {
                call.reinvited = Some(asked.key);
                call.ack_answers = body.is_some() && description(&asked.request).is_none();
            }
        });
    }

    /// Status, reason, and the request.
    pub(super) fn reply_stateless(&mut self, fields: &mut Fields<'_>) -> bool {
        let (status, reason) = (fields.number() as u16, fields.field());
        let Ok(Message::Request(request)) = parse(fields.0.into()) else { return false };
        let tag = self.entropy.token(10);
        let response = self.response(&request, status, reason, "", None, &tag);
        match response {
            Some(response) if self.flow.is_some() => {
                self.event("send", &[response.as_str()]);
                true
            }
            _ => false,
        }
    }

    /// The engine's own final response.
    pub(super) fn refuse(&mut self, key: Key, request: &Request, status: u16, reason: &str, lines: &str) {
        let tag = self.entropy.token(10);
        self.respond(key, request, status, reason, lines, None, &tag);
    }

    pub(super) fn refuse_asked(&mut self, handle: u32, status: u16, reason: &str) {
        if let Some(at) = self.asked.iter().position(|asked| asked.handle == handle) {
            let asked = self.asked.swap_remove(at);
            self.refuse(asked.key, &asked.request, status, reason, "");
        }
    }

    #[allow(clippy::too_many_arguments, reason = "they are what a response is made of")]
    pub(super) fn respond(
        &mut self,
        key: Key,
        request: &Request,
        status: u16,
        reason: &str,
        lines: &str,
        body: Option<&str>,
        tag: &str,
    ) -> bool {
        let Some(response) = self.response(request, status, reason, lines, body, tag) else { return false };
        self.transactions.respond(self.now, key, response)
    }

    fn response(
        &self,
        request: &Request,
        status: u16,
        reason: &str,
        lines: &str,
        body: Option<&str>,
        tag: &str,
    ) -> Option<Response> {
        let method = request.method();
        let mut text = String::with_capacity(1024);
        let reason = if reason.contains(['\r', '\n']) { "" } else { reason };
        for piece in ["SIP/2.0 ", &digits(u32::from(status)), " ", reason, "\r\n"] {
            text.push_str(piece);
        }
        // RFC 3261 §12.1.1
        if matches!(method, Method::Invite | Method::Subscribe) && (101..300).contains(&status) {
            copy(&mut text, request, Name::RecordRoute);
        }
        copy(&mut text, request, Name::Via);
        let to = request.get(Name::To).unwrap_or_default();
        let tagged = request.to_tag().is_some() || status == 100 || tag.is_empty();
        line(&mut text, "To", &[to, if tagged { "" } else { ";tag=" }, if tagged { "" } else { tag }]);
        copy(&mut text, request, Name::From);
        copy(&mut text, request, Name::CallId);
        copy(&mut text, request, Name::CSeq);
        text.push_str(lines);
        text.push_str(&self.account.headers);
        if *method == Method::Options || status == 405 {
            line(&mut text, "Allow", &[&self.account.allow]);
        }
        if *method == Method::Options || status == 415 {
            line(&mut text, "Accept", &[ACCEPT]);
        }
        line(&mut text, "Supported", &[&self.account.supported(method.as_str(), true)]);
        let has_type = lines
            .split("\r\n")
            .any(|line| line.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("content-type:")));
        if body.is_some() && !has_type {
            line(&mut text, "Content-Type", &["application/sdp"]);
        }
        finish(&mut text, body.unwrap_or_default());
        match parse(text) {
            Ok(Message::Response(response)) => Some(response),
            _ => None,
        }
    }
}

fn copy(text: &mut String, request: &Request, name: Name) {
    for value in request.all(name) {
        line(text, name.as_str(), &[value]);
    }
}
