//! Calls of ours, until they are up.

use super::call::{Applying, Call, State};
use super::fields::Fields;
use super::outgoing::{Outgoing, digits, line};
use super::{Agent, cause_of, description};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::{Dialog, Method, NameAddr, Response};

impl Agent {
    /// `CallSpec`: target, From's URI and name, whether anonymous, Session-Expires. Gives the draft.
    pub(super) fn call(&mut self, fields: &mut Fields<'_>) -> String {
        let target = fields.field();
        let (uri, name) = (fields.field(), fields.field());
        let (anonymous, expires) = (fields.flag(), fields.number());
        let tag = self.entropy.token(10);
        let mut invite = Outgoing::new(Method::Invite, target);
        self.preload(&mut invite);
        invite.to = NameAddr::format("", target, "");
        invite.from = self.from(uri, name, &tag);
        invite.call_id = self.call_id();
        invite.cseq = self.first_number();
        let own = &mut invite.own;
        if anonymous {
            invite.from = NameAddr::format("Anonymous", "sip:anonymous@anonymous.invalid", &tag);
            line(own, "P-Preferred-Identity", &[&self.account.uri]);
            line(own, "Privacy", &["id"]);
        }
        line(own, "Contact", &[&self.account.contact(anonymous, true)]);
        line(own, "Content-Type", &["application/sdp"]);
        if self.account.session_timers {
            let refresher = if self.account.force_refresher { ";refresher=uac" } else { "" };
            line(own, "Session-Expires", &[&digits(expires), refresher]);
        }
        let handle = self.handle();
        let mut call = Call::new(handle, State::Draft, tag);
        call.ours = true;
        call.session.expires = expires;
        let draft = self.shown(handle, &invite);
        call.invite = invite;
        self.calls.push(Box::new(call));
        draft
    }

    /// Headers and the offer.
    pub(super) fn invite(&mut self, call: &mut Call, fields: &mut Fields<'_>) {
        if !matches!(call.state, State::Draft) {
            return;
        }
        call.invite.given = fields.lines();
        call.invite.body = Some(fields.0.into());
        self.send_invite(call);
    }

    fn send_invite(&mut self, call: &mut Call) {
        match self.launch(&mut call.invite) {
            Some((key, request)) => {
                call.key = Some(key);
                call.request = Some(request);
                call.state = State::Calling;
            }
            None => self.invite_failed(call),
        }
    }

    /// No response, or no connection.
    pub(super) fn invite_failed(&mut self, call: &mut Call) {
        match call.state {
            State::Draft | State::Calling => self.over(call, true, "local", "Canceled", ""),
            State::Cancelled => call.state = State::Over,
            _ => {}
        }
    }

    pub(super) fn invite_answered(&mut self, call: &mut Call, response: Response) {
        match call.state {
            State::Calling if call.applying.is_some() => call.waiting.push_back(response),
            State::Calling if response.is_provisional() => self.invite_progresses(call, response),
            State::Calling if response.is_success() => self.invite_accepted(call, response),
            State::Calling => self.invite_refused(call, &response),
            _ if response.is_success() => self.leave_fork(call, &response, ""),
            _ => {}
        }
    }

    fn invite_progresses(&mut self, call: &mut Call, response: Response) {
        if response.status() == 100 {
            return self.event_of("progress", call.id, &[response.as_str()]);
        }
        let Some(request) = &call.request else { return };
        let Some(tag) = response.to_tag() else { return };
        match call.early.iter_mut().find(|dialog| dialog.remote_tag == tag) {
            Some(dialog) => drop(dialog.learn(&response)),
            None => call.early.extend(Dialog::uac(request, &response).ok()),
        }
        match description(&response) {
            Some(sdp) => {
                self.ask_to_apply(call.id, sdp, response.as_str());
                call.applying = Some(Applying::Progress(response));
            }
            None => self.event_of("progress", call.id, &[response.as_str()]),
        }
    }

    fn invite_accepted(&mut self, call: &mut Call, response: Response) {
        match description(&response) {
            Some(sdp) => {
                self.ask_to_apply(call.id, sdp, response.as_str());
                call.applying = Some(Applying::Answer(response));
            }
            None => {
                self.leave_fork(call, &response, "SIP ;cause=400; text=\"Missing SDP\"");
                self.over(call, true, "remote", "Bad Media Description", response.as_str());
                self.await_forks(call);
            }
        }
    }

    fn invite_refused(&mut self, call: &mut Call, response: &Response) {
        if self.take_challenge(&mut call.invite, response) {
            call.invite.cseq += 1;
            call.early.clear();
            self.send_invite(call);
            if let Some(request) = call.request.as_ref().map(|request| String::from(request.as_str())) {
                self.event_of("resent", call.id, &[&request]);
            }
            return;
        }
        self.over(call, true, "remote", cause_of(response.status()), response.as_str());
    }

    /// Their answer to INVITE's offer was applied.
    pub(super) fn answer_applied(&mut self, call: &mut Call, response: Response) {
        let Some(mut dialog) = self.fork(call, &response) else {
            return self.over(call, true, "remote", "Bad Media Description", response.as_str());
        };
        self.acknowledge(call, &mut dialog);
        call.dialog = Some(dialog);
        call.early.clear();
        call.state = State::Up;
        self.event_of("answered", call.id, &[response.as_str()]);
        self.session_agreed(call, &response);
    }

    pub(super) fn answer_not_applied(&mut self, call: &mut Call, response: &Response, reason: &str) {
        self.leave_fork(call, response, reason);
        self.over(call, true, "remote", "Bad Media Description", response.as_str());
        self.await_forks(call);
    }

    /// What came while a description was being applied.
    pub(super) fn go_on(&mut self, call: &mut Call) {
        while call.applying.is_none() {
            let Some(response) = call.waiting.pop_front() else { return };
            self.invite_answered(call, response);
        }
    }

    fn fork(&self, call: &Call, response: &Response) -> Option<Dialog> {
        let mut dialog = Dialog::uac(call.request.as_ref()?, response).ok()?;
        // It may have sent requests while it rang.
        if let Some(early) = call.early.iter().find(|early| early.remote_tag == dialog.remote_tag) {
            dialog.remote_seq = early.remote_seq;
            dialog.local_seq = dialog.local_seq.max(early.local_seq);
        }
        Some(dialog)
    }

    fn acknowledge(&mut self, call: &Call, dialog: &mut Dialog) {
        let mut ack = Outgoing::within(dialog, Method::Ack, call.invite.cseq);
        // RFC 3261 §22.1
        ack.credentials.push_str(&call.invite.credentials);
        if let (Some(key), Some(ack)) = (call.key, self.complete(&mut ack)) {
            self.transactions.acknowledge(self.now, key, ack);
        }
    }

    /// RFC 3261 §13.2.2.4: who answers and is not wanted hears BYE.
    pub(super) fn leave_fork(&mut self, call: &mut Call, response: &Response, reason: &str) {
        let Some(mut dialog) = self.fork(call, response) else { return };
        self.acknowledge(call, &mut dialog);
        // A copy of what was answered already.
        if call.dialog.as_ref().is_some_and(|own| own.remote_tag == dialog.remote_tag) {
            return;
        }
        let mut bye = Outgoing::within(&mut dialog, Method::Bye, 0);
        if !reason.is_empty() {
            line(&mut bye.given, "Reason", &[reason]);
        }
        self.launch(&mut bye);
    }

    /// Other forks may answer yet.
    pub(super) fn await_forks(&mut self, call: &mut Call) {
        call.state = State::Cancelled;
    }
}
