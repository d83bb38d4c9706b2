//! Session timers (RFC 4028).

use super::call::{Call, CallTimer, Session};
use super::outgoing::{digits, line};
use super::{Agent, Timer};
use alloc::string::String;
use headset_sip::message::Name;
use headset_sip::{Headers, Refresher, Request, Response};

/// Shorter ones are not taken, in seconds.
const LEAST: u32 = 60;

impl Agent {
    /// A 2xx to INVITE, re-INVITE or UPDATE of ours.
    pub(super) fn session_agreed(&mut self, call: &mut Call, response: &Response) {
        call.session.learn(response);
        call.session.take(response, Refresher::Uac);
        self.arm_session(call);
    }

    /// Adds Session-Expires to a 2xx of ours.
    pub(super) fn session_granted(&mut self, call: &mut Call, request: &Request, lines: &mut String) {
        if !self.account.session_timers {
            return;
        }
        call.session.learn(request);
        let refresher = call.session.take(request, Refresher::Uas);
        let refresher = if refresher == Refresher::Uac { ";refresher=uac" } else { ";refresher=uas" };
        line(lines, "Session-Expires", &[&digits(call.session.expires), refresher]);
    }

    /// From now on.
    pub(super) fn arm_session(&mut self, call: &Call) {
        let (refresh, end) =
            (Timer::Call(call.id, CallTimer::Refresh), Timer::Call(call.id, CallTimer::SessionEnd));
        self.timers.clear(refresh);
        self.timers.clear(end);
        let expires = u64::from(call.session.expires);
        if !self.account.session_timers || expires == 0 {
        } else if call.session.we_refresh {
            self.after(refresh, expires * 500);
        } else {
            self.after(end, expires * 1100);
        }
    }

    /// Of a request of ours within the dialog.
    pub(super) fn session_line(&self, call: &Call, refresh: bool) -> String {
        let mut lines = String::new();
        if self.account.session_timers && call.session.expires > 0 {
            let us = if refresh || call.session.we_refresh { ";refresher=uac" } else { ";refresher=uas" };
            line(&mut lines, "Session-Expires", &[&digits(call.session.expires), us]);
        }
        lines
    }
}

impl Session {
    /// Who refreshes, from whoever was asked's side.
    fn take(&mut self, headers: &Headers, otherwise: Refresher) -> Refresher {
        let asked = headers.session_expires().filter(|asked| asked.seconds >= LEAST);
        let refresher = asked.and_then(|asked| asked.refresher).unwrap_or(otherwise);
        if let Some(asked) = asked {
            self.expires = asked.seconds;
        }
        self.we_refresh = refresher == otherwise;
        refresher
    }

    fn learn(&mut self, headers: &Headers) {
        if headers.get(Name::Allow).is_some() {
            self.no_update = !headers.lists(Name::Allow, "UPDATE");
        }
    }
}
