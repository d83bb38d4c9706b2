//! How calls end.

use super::call::{Call, CallTimer, State};
use super::fields::Fields;
use super::outgoing::{digits, line};
use super::reply::Kind;
use super::{Agent, Timer};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::Request;

impl Agent {
    /// `EndSpec`: status code, reason phrase, cause, originator, headers, body.
    pub(super) fn end(&mut self, call: &mut Call, fields: &mut Fields<'_>) {
        let (code, phrase) = (fields.number(), fields.field());
        let (cause, originator) = (fields.field(), fields.field());
        let (headers, body) = (fields.lines(), fields.body());
        match core::mem::replace(&mut call.state, State::Over) {
            State::Draft => self.over(call, true, originator, cause, ""),
            State::Calling => {
                self.give_up(call, code, phrase);
                self.over(call, true, originator, cause, "");
                self.await_forks(call);
            }
            State::Ringing => {
                let status = if code == 0 { 480 } else { code };
                self.respond_to_invite(call, status as u16, phrase, &headers, body.as_deref());
                self.over(call, true, originator, cause, "");
            }
            state @ (State::Accepted | State::Up) => {
                let mut lines = reason_line(code, phrase);
                lines.push_str(&headers);
                self.close_offer(call);
                let bye = self.bye(call, &lines, body);
                self.over(call, false, originator, cause, "");
                // RFC 3261 §15: whoever was called waits for the ACK.
                match (state, bye) {
                    (State::Accepted, Some(bye)) => call.state = State::Leaving(Box::new(bye)),
                    (_, Some(mut bye)) => drop(self.launch(&mut bye)),
                    _ => {}
                }
            }
            state => call.state = state,
        }
    }

    fn give_up(&mut self, call: &mut Call, code: u32, phrase: &str) {
        let reason = ["SIP ;cause=", &digits(code), " ;text=\"", phrase, "\""].concat();
        if let Some(key) = call.key {
            self.transactions.cancel(self.now, key, (code != 0).then_some(&reason));
        }
        // An answer that was being applied is answered after all.
        if let Some(super::call::Applying::Answer(response)) = call.applying.take() {
            self.leave_fork(call, &response, "");
        }
        while let Some(response) = call.waiting.pop_front() {
            if response.is_success() {
                self.leave_fork(call, &response, "");
            }
        }
    }

    /// A new offer of theirs is not going to be answered.
    fn close_offer(&mut self, call: &mut Call) {
        if let Some(handle) = call.their_offer.take() {
            self.refuse_asked(handle, 487, "Request Terminated");
        }
    }

    pub(super) fn bye_came(&mut self, call: &mut Call, bye: &Request) {
        match call.state {
            State::Ringing => self.respond_to_invite(call, 487, "Request Terminated", "", None),
            State::Leaving(_) | State::Cancelled => {
                call.state = State::Over;
                return;
            }
            _ => self.close_offer(call),
        }
        self.over(call, false, "remote", "Terminated", bye.as_str());
    }

    /// Says so; the call goes when it is let go of.
    pub(super) fn over(&mut self, call: &mut Call, failed: bool, originator: &str, cause: &str, text: &str) {
        call.state = State::Over;
        call.applying = None;
        call.waiting.clear();
        call.offers.clear();
        call.clear_timers(&mut self.timers);
        self.asked.retain(|asked| asked.handle != call.id || asked.kind != Kind::Invitation);
        self.event_of("ended", call.id, &[if failed { "1" } else { "" }, originator, cause, text]);
    }

    pub(super) fn call_timer(&mut self, call: &mut Call, timer: CallTimer) {
        match (timer, &call.state) {
            (CallTimer::NoAnswer, State::Ringing) => {
                self.respond_to_invite(call, 408, "Request Timeout", "", None);
                self.over(call, true, "local", "No Answer", "");
            }
            (CallTimer::Expires, State::Ringing) => {
                self.respond_to_invite(call, 487, "Request Terminated", "", None);
                self.over(call, true, "system", "Expires", "");
            }
            (CallTimer::Ring, State::Ringing) => {
                self.timers.clear(Timer::Call(call.id, CallTimer::Ring));
                self.ring(call, "");
            }
            (CallTimer::Refresh, State::Up | State::Accepted) => self.refresh(call),
            (CallTimer::SessionEnd, State::Up | State::Accepted) => {
                self.hang_up(call, &reason_line(408, "Session Timer Expired"), None);
                self.over(call, false, "local", "Request Timeout", "");
            }
            (CallTimer::Offer, State::Up) => self.offer_again(call),
            _ => {}
        }
    }

    /// The dialog is gone, or nobody answers in it.
    pub(super) fn dialog_lost(&mut self, call: &mut Call, code: u32, cause: &str) {
        self.hang_up(call, &reason_line(code, cause), None);
        self.over(call, false, "local", cause, "");
    }
}

fn reason_line(code: u32, phrase: &str) -> String {
    let mut lines = String::new();
    if code != 0 {
        line(&mut lines, "Reason", &["SIP ;cause=", &digits(code), "; text=\"", phrase, "\""]);
    }
    lines
}
