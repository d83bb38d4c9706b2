//! Session timers (RFC 4028): a session that nobody refreshes is over.

use super::{calm, wake};
use crate::context::{CallTimer, Context, Timer};
use crate::{CallId, Time};
use alloc::string::String;
use headset_sip::text::decimal;
use headset_sip::{Headers, Name, Refresher, RequestBuilder, SessionExpires};

/// The least that we take, and what RFC 4028 §5 says when nobody said anything.
pub(super) const MIN_SE: u32 = 90;
/// The same as Min-SE.
pub(super) const LEAST: &str = "90";
/// A day: timers beyond are nobody's wish.
const MAX: u32 = 86_400;

/// What the two ends have agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SessionTimer {
    /// Seconds; 0 where sessions do not expire.
    pub(super) interval: u32,
    /// The most that any 422 or Min-SE on the way asked for.
    pub(super) min_se: u32,
    /// We refresh.
    pub(super) ours: bool,
}

impl SessionTimer {
    /// What to ask for: nothing at 0.
    pub(super) fn wanted(seconds: u32) -> SessionTimer {
        let interval = if seconds == 0 { 0 } else { seconds.clamp(MIN_SE, MAX) };
        SessionTimer { interval, min_se: 0, ours: true }
    }

    /// Adds Session-Expires and Min-SE to a request of ours; `role` where who refreshes is agreed already
    /// (RFC 4028 §7.1, §7.4).
    pub(super) fn ask(&self, mut builder: RequestBuilder, role: Option<Refresher>) -> RequestBuilder {
        if let Some(value) = self.header(role) {
            builder = builder.header(Name::SessionExpires, &value);
            if self.min_se > 0 {
                builder = builder.header(Name::MinSe, &decimal(self.min_se));
            }
        }
        builder
    }

    /// The value of Session-Expires.
    fn header(&self, role: Option<Refresher>) -> Option<String> {
        if self.interval == 0 {
            return None;
        }
        let mut value = decimal(self.interval.max(self.min_se));
        value.push_str(match role {
            Some(Refresher::Uac) => ";refresher=uac",
            Some(Refresher::Uas) => ";refresher=uas",
            None => "",
        });
        Some(value)
    }

    /// Whose turn it is in a request of ours.
    pub(super) fn role(&self) -> Refresher {
        if self.ours { Refresher::Uac } else { Refresher::Uas }
    }

    /// A 422 asks for longer sessions (RFC 4028 §6). `false` where that was heeded already.
    pub(super) fn lengthen(&mut self, response: &Headers) -> bool {
        let Some(asked) = response.number(Name::MinSe).filter(|asked| *asked <= MAX) else { return false };
        let more = asked > self.interval.max(self.min_se);
        self.min_se = self.min_se.max(asked);
        more
    }

    /// What a 2xx to our INVITE or UPDATE says (RFC 4028 §7.2).
    pub(super) fn accepted(&mut self, response: &Headers) {
        match read(response) {
            Some(SessionExpires { seconds, refresher }) => {
                self.interval = seconds;
                self.ours = refresher != Some(Refresher::Uas);
            }
            None => self.interval = 0,
        }
    }

    /// What a request of the far end asks for, and how it is granted (RFC 4028 §9). `false` where it is too little.
    pub(super) fn asked(&mut self, request: &Headers, own_wish: u32) -> bool {
        let supports = request.lists(Name::Supported, "timer") || request.lists(Name::Require, "timer");
        match read(request) {
            Some(it) if it.seconds < MIN_SE && supports => return false,
            Some(SessionExpires { seconds, refresher }) => {
                self.interval = seconds.max(MIN_SE);
                // Whoever does not know of timers refreshes nothing.
                self.ours = !supports || refresher != Some(Refresher::Uac);
            }
            None => {
                let least = request.number(Name::MinSe).unwrap_or(0).min(MAX);
                *self = SessionTimer { min_se: 0, ..SessionTimer::wanted(own_wish) };
                self.interval = if own_wish == 0 { 0 } else { self.interval.max(least) };
            }
        }
        true
    }

    /// The value of Session-Expires in our 2xx, and whether the far end must understand it (RFC 4028 §9).
    pub(super) fn grant(&self) -> Option<(String, bool)> {
        let role = if self.ours { Refresher::Uas } else { Refresher::Uac };
        Some((self.header(Some(role))?, !self.ours))
    }

    /// The session was just begun or refreshed.
    pub(super) fn start(&self, ctx: &mut Context, call: CallId) {
        calm(ctx, call, CallTimer::Refresh);
        calm(ctx, call, CallTimer::Session);
        let ms = |seconds: u32| u64::from(seconds) * 1000;
        if self.interval > 0 {
            if self.ours {
                // RFC 4028 §7.2: half of it.
                wake(ctx, call, CallTimer::Refresh, ms(self.interval / 2));
            }
            // RFC 4028 §10: a BYE while the far end still knows the session.
            let end = self.interval - 32.min(self.interval / 3);
            wake(ctx, call, CallTimer::Session, ms(end));
        }
    }

    /// A refresh failed in a way that another may mend: half of what is left, or at the end nothing.
    pub(super) fn again(&self, ctx: &mut Context, call: CallId) {
        let Some(Time(end)) = ctx.timers.get(Timer::Call(call, CallTimer::Session)) else { return };
        let left_ms = end.saturating_sub(ctx.now.0) / 2;
        if self.ours && left_ms > 1000 {
            wake(ctx, call, CallTimer::Refresh, left_ms);
        }
    }
}

/// Session-Expires.
fn read(headers: &Headers) -> Option<SessionExpires> {
    let mut asked = headers.session_expires().filter(|asked| asked.seconds > 0)?;
    asked.seconds = asked.seconds.min(MAX);
    Some(asked)
}
