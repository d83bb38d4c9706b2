//! Calls to us, until they are up.

use super::call::{Applying, Call, CallTimer, State};
use super::fields::Fields;
use super::outgoing::{Outgoing, digits, line};
use super::reply::{Asked, Kind};
use super::{Agent, Key, Timer, description};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::dialog::State as DialogState;
use headset_sip::{Dialog, Method, Request};

/// It rings on: 180 again after this long, in milliseconds.
const RING: u64 = 60_000;

impl Agent {
    /// An INVITE outside any dialog.
    pub(super) fn invited(&mut self, key: Key, request: Request) {
        if request.contact().is_none() {
            return self.refuse(key, &request, 500, "Missing Contact Header Field", "");
        }
        if !request.body().is_empty() && description(&request).is_none() {
            return self.refuse(key, &request, 415, "Unsupported Media Type", "");
        }
        let replaced = match request.replaces() {
            None => 0,
            Some(replaces) => match replaces.ok().and_then(|one| self.replaced(one)) {
                Some(call) => call,
                None => {
                    return self.refuse(key, &request, 481, "Call/Transaction Does Not Exist", "");
                }
            },
        };
        let tag = self.entropy.token(10);
        let Ok(dialog) = Dialog::uas(&request, &tag, DialogState::Early) else {
            return self.refuse(key, &request, 400, "Bad Request", "");
        };
        let handle = self.handle();
        let mut call = Call::new(handle, State::Ringing, tag);
        call.key = Some(key);
        call.dialog = Some(dialog);
        self.asked.push(Asked {
            handle,
            key,
            dialog: handle,
            kind: Kind::Invitation,
            request: request.clone(),
        });
        self.event_of("incoming", handle, &[&digits(replaced), &call.tag, request.as_str()]);
        if self.account.no_answer > 0 {
            self.after(Timer::Call(handle, CallTimer::NoAnswer), u64::from(self.account.no_answer) * 1000);
        }
        if let Some(expires) = request.expires() {
            self.after(Timer::Call(handle, CallTimer::Expires), u64::from(expires) * 1000);
        }
        call.request = Some(request);
        self.calls.push(Box::new(call));
    }

    /// RFC 3891 §3.
    fn replaced(&self, replaces: headset_sip::Replaces<'_>) -> Option<u32> {
        let is = |dialog: &Dialog| {
            dialog.call_id == replaces.call_id
                && dialog.local_tag == replaces.to_tag
                && (dialog.remote_tag == replaces.from_tag || replaces.from_tag == "0")
        };
        self.calls.iter().find(|call| call.dialog.as_ref().is_some_and(is)).map(|call| call.id)
    }

    pub(super) fn ring(&mut self, call: &mut Call, headers: &str) {
        let (State::Ringing, Some(key), Some(request)) = (&call.state, call.key, &call.request) else {
            return;
        };
        let mut lines = String::new();
        line(&mut lines, "Contact", &[&self.account.contact(false, false)]);
        lines.push_str(headers);
        self.respond(key, request, 180, "Ringing", &lines, None, &call.tag);
        self.after(Timer::Call(call.id, CallTimer::Ring), RING);
    }

    /// Headers, Session-Expires to grant, and the description. Whether it went out.
    pub(super) fn accept(&mut self, fields: &mut Fields<'_>) -> bool {
        let id = fields.number();
        let headers = fields.lines();
        let expires = fields.number();
        let sdp = fields.0;
        let mut went_out = false;
        self.with_call(id, |agent, call| went_out = agent.accept_call(call, &headers, expires, sdp));
        went_out
    }

    fn accept_call(&mut self, call: &mut Call, headers: &str, expires: u32, sdp: &str) -> bool {
        let (State::Ringing, Some(key), Some(request)) = (&call.state, call.key, call.request.clone()) else {
            return false;
        };
        if self.flow.is_none() {
            call.state = State::Over;
            return false;
        }
        call.session.expires = expires;
        let mut lines = String::new();
        line(&mut lines, "Contact", &[&self.account.contact(false, false)]);
        lines.push_str(headers);
        self.session_granted(call, &request, &mut lines);
        let went_out = self.respond(key, &request, 200, "OK", &lines, Some(sdp), &call.tag);
        if !went_out {
            call.state = State::Over;
            return false;
        }
        call.clear_timers(&mut self.timers);
        self.asked.retain(|asked| asked.key != key);
        call.state = State::Accepted;
        call.ack_answers = description(&request).is_none();
        if let Some(dialog) = &mut call.dialog {
            dialog.state = DialogState::Confirmed;
        }
        self.arm_session(call);
        true
    }

    /// The answer to an INVITE of theirs was a final refusal by the page.
    pub(super) fn invitation_refused(&mut self, id: u32) {
        self.with_call(id, |_, call| call.state = State::Over);
    }

    /// ACK never came, or the connection broke while it rang.
    pub(super) fn invitation_failed(&mut self, call: &mut Call, why: &str) {
        match core::mem::replace(&mut call.state, State::Over) {
            State::Ringing => self.over(call, true, "system", "Connection Error", ""),
            State::Accepted if why == "timeout" => {
                self.hang_up(call, "", None);
                self.over(call, false, "remote", "No ACK", "");
            }
            State::Leaving(mut bye) => drop(self.launch(&mut bye)),
            state => call.state = state,
        }
    }

    /// RFC 3261 §13.3.1.4, §14.2: the ACK of our 200 to a re-INVITE never came.
    pub(super) fn reinvitation_failed(&mut self, call: &mut Call, why: &str) {
        call.reinvited = None;
        if why == "timeout" {
            self.hang_up(call, "", None);
            self.over(call, false, "remote", "No ACK", "");
        }
    }

    pub(super) fn cancel_came(&mut self, key: Key, invite: Option<Key>, cancel: &Request) {
        self.announce(key, cancel, true);
        let Some(invite) = invite else {
            return self.refuse(key, cancel, 481, "Call/Transaction Does Not Exist", "");
        };
        let found = self.calls.iter().find(|call| call.key == Some(invite));
        let id = found.map(|call| call.id);
        let tag = found.map(|call| call.tag.clone()).unwrap_or_default();
        self.respond(key, cancel, 200, "OK", "", None, &tag);
        let Some(id) = id else { return };
        self.with_call(id, |agent, call| {
            if matches!(call.state, State::Ringing) {
                agent.respond_to_invite(call, 487, "Request Terminated", "", None);
                agent.over(call, true, "remote", "Canceled", cancel.as_str());
            }
        });
    }

    pub(super) fn respond_to_invite(
        &mut self,
        call: &Call,
        status: u16,
        reason: &str,
        lines: &str,
        body: Option<&str>,
    ) {
        if let (Some(key), Some(request)) = (call.key, &call.request) {
            self.respond(key, request, status, reason, lines, body, &call.tag);
            self.asked.retain(|asked| asked.key != key);
        }
    }

    pub(super) fn ack_came(&mut self, invite: Option<Key>, ack: Request) {
        let Some(invite) = invite else { return };
        let mut calls = self.calls.iter();
        let found = calls.find(|call| call.key == Some(invite) || call.reinvited == Some(invite));
        let Some(id) = found.map(|call| call.id) else { return };
        self.with_call(id, |agent, call| agent.acknowledged(call, ack));
    }

    fn acknowledged(&mut self, call: &mut Call, ack: Request) {
        call.reinvited = None;
        match core::mem::replace(&mut call.state, State::Up) {
            State::Accepted | State::Up => {}
            State::Leaving(mut bye) => {
                self.launch(&mut bye);
                call.state = State::Over;
                return;
            }
            state => {
                call.state = state;
                return;
            }
        }
        if !core::mem::take(&mut call.ack_answers) {
            return self.event_of("acknowledged", call.id, &[ack.as_str()]);
        }
        match description(&ack) {
            Some(sdp) => {
                self.ask_to_apply(call.id, sdp, ack.as_str());
                call.applying = Some(Applying::Ack(ack));
            }
            None => {
                self.hang_up(call, "Reason: SIP ;cause=400; text=\"Bad Request\"\r\n", None);
                self.over(call, false, "local", "Missing SDP", "");
            }
        }
    }

    /// The page is to apply this answer.
    pub(super) fn ask_to_apply(&mut self, call: u32, sdp: &str, message: &str) {
        let units = sdp.chars().map(char::len_utf16).sum::<usize>();
        let text = [sdp, message].concat();
        self.event_of("answer", call, &[&digits(units as u32), &text]);
    }

    /// BYE with these lines.
    pub(super) fn hang_up(&mut self, call: &mut Call, lines: &str, body: Option<String>) {
        let Some(mut bye) = self.bye(call, lines, body) else { return };
        self.launch(&mut bye);
    }

    pub(super) fn bye(&mut self, call: &mut Call, lines: &str, body: Option<String>) -> Option<Outgoing> {
        let mut bye = Outgoing::within(call.dialog.as_mut()?, Method::Bye, 0);
        bye.given.push_str(lines);
        bye.body = body;
        Some(bye)
    }
}
