//! Session timers (RFC 4028): a session that nobody refreshes is over.

use crate::context::{CallTimer, Context, Timer};
use crate::{CallId, Time};
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::{Headers, Name};

/// The least that we take, and what RFC 4028 §5 says when nobody said anything.
pub(super) const MIN_SE: u32 = 90;
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

/// Who refreshes, from the side of whoever sent the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresher {
    Uac,
    Uas,
}

impl SessionTimer {
    /// What to ask for: nothing at 0.
    pub(super) fn wanted(seconds: u32) -> SessionTimer {
        let interval = if seconds == 0 { 0 } else { seconds.clamp(MIN_SE, MAX) };
        SessionTimer { interval, min_se: 0, ours: true }
    }

    /// The value of Session-Expires in a request of ours; `role` where who refreshes is agreed already.
    pub(super) fn header(&self, role: Option<Refresher>) -> Option<String> {
        if self.interval == 0 {
            return None;
        }
        let mut value = self.interval.max(self.min_se).to_string();
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
            Some((interval, refresher)) => {
                self.interval = interval;
                self.ours = refresher != Some(Refresher::Uas);
            }
            None => self.interval = 0,
        }
    }

    /// What a request of the far end asks for, and how it is granted (RFC 4028 §9): `Err` is a Min-SE for a 422.
    pub(super) fn asked(&mut self, request: &Headers, own_wish: u32) -> Result<(), u32> {
        let supports = request.lists(Name::Supported, "timer") || request.lists(Name::Require, "timer");
        match read(request) {
            Some((interval, _)) if interval < MIN_SE && supports => return Err(MIN_SE),
            Some((interval, refresher)) => {
                self.interval = interval.max(MIN_SE);
                // Whoever does not know of timers refreshes nothing.
                self.ours = !supports || refresher != Some(Refresher::Uac);
            }
            None => {
                let least = request.number(Name::MinSe).unwrap_or(0).min(MAX);
                *self = SessionTimer { min_se: 0, ..SessionTimer::wanted(own_wish) };
                self.interval = if own_wish == 0 { 0 } else { self.interval.max(least) };
            }
        }
        Ok(())
    }

    /// The value of Session-Expires in our 2xx, and whether the far end must understand it (RFC 4028 §9).
    pub(super) fn grant(&self) -> Option<(String, bool)> {
        let role = if self.ours { Refresher::Uas } else { Refresher::Uac };
        Some((self.header(Some(role))?, !self.ours))
    }

    /// The session was just begun or refreshed.
    pub(super) fn start(&self, ctx: &mut Context, call: CallId) {
        let (refresh, end) = (Timer::Call(call, CallTimer::Refresh), Timer::Call(call, CallTimer::Session));
        ctx.timers.clear(refresh);
        ctx.timers.clear(end);
        if self.interval == 0 {
            return;
        }
        let interval = Duration::from_secs(u64::from(self.interval));
        if self.ours {
            // RFC 4028 §7.2: half of it.
            ctx.timers.set(refresh, ctx.now + interval / 2);
        }
        // RFC 4028 §10: a BYE while the far end still knows the session.
        ctx.timers.set(end, ctx.now + interval - Duration::from_secs(32).min(interval / 3));
    }

    /// A refresh failed in a way that another may mend: half of what is left, or at the end nothing.
    pub(super) fn again(&self, ctx: &mut Context, call: CallId) {
        let Some(end) = ctx.timers.get(Timer::Call(call, CallTimer::Session)) else { return };
        let left: Duration = end.since(ctx.now) / 2;
        if self.ours && left > Duration::from_secs(1) {
            let at: Time = ctx.now + left;
            ctx.timers.set(Timer::Call(call, CallTimer::Refresh), at);
        }
    }
}

/// Session-Expires.
fn read(headers: &Headers) -> Option<(u32, Option<Refresher>)> {
    let interval = headers.number(Name::SessionExpires).filter(|seconds| *seconds > 0)?.min(MAX);
    let value = headers.get(Name::SessionExpires).unwrap_or("");
    let refresher = value.split(';').skip(1).find_map(|param| {
        let (name, value) = param.split_once('=')?;
        let value = name.trim().eq_ignore_ascii_case("refresher").then_some(value.trim())?;
        match () {
            () if value.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            () if value.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            () => None,
        }
    });
    Some((interval, refresher))
}
