//! Whether the page behind a connection still answers (RFC 5626 §3.5.1, with the server asking).
//!
//! The server asks, since only the page's own message handler answers: a frozen page's browser goes on
//! answering WebSocket pings. A connection's deadline for silence is set once and moved when it comes, not
//! with every frame.

use std::time::Duration;

use headset_sip::Time;

/// Between two questions.
pub(crate) const PING_EVERY: Duration = Duration::from_secs(5);
/// No frame for so long: the flow is stale.
pub(crate) const STALE_AFTER: Duration = Duration::from_secs(10);
/// No frame for so long: the connection is closed.
pub(crate) const CLOSE_AFTER: Duration = Duration::from_secs(20);

/// How a connection's silence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// Heard within `STALE_AFTER`, as far as is known.
    Live { last: Time },
    /// Not heard for `STALE_AFTER`.
    Stale { last: Time },
}

/// What a silence comes to when its deadline does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was heard meanwhile: look again then.
    Wait(Time),
    /// It is stale from now on: look again then.
    NowStale(Time),
    Close,
}

impl Hearing {
    pub(crate) fn new(now: Time) -> Self {
        Self::Live { last: now }
    }

    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Live { .. })
    }

    /// A frame came. True when that makes a stale connection live again.
    pub(crate) fn heard(&mut self, now: Time) -> bool {
        let was_stale = !self.is_live();
        *self = Self::Live { last: now };
        was_stale
    }

    /// The deadline for silence has come.
    pub(crate) fn judge(&mut self, now: Time) -> Verdict {
        match *self {
            Self::Live { last } if last + STALE_AFTER > now => Verdict::Wait(last + STALE_AFTER),
            Self::Live { last } | Self::Stale { last } if last + CLOSE_AFTER <= now => Verdict::Close,
            Self::Live { last } => {
                *self = Self::Stale { last };
                Verdict::NowStale(last + CLOSE_AFTER)
            }
            Self::Stale { last } => Verdict::Wait(last + CLOSE_AFTER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_stale_then_closed_and_a_frame_makes_it_live_again() {
        let mut hearing = Hearing::new(Time(0));
        assert!(!hearing.heard(Time(4_000)));
        assert_eq!(hearing.judge(Time(10_000)), Verdict::Wait(Time(14_000)));
        assert_eq!(hearing.judge(Time(14_000)), Verdict::NowStale(Time(24_000)));
        assert!(!hearing.is_live());
        assert!(hearing.heard(Time(20_000)));
        assert_eq!(hearing.judge(Time(24_000)), Verdict::Wait(Time(30_000)));
        assert_eq!(hearing.judge(Time(30_000)), Verdict::NowStale(Time(40_000)));
        assert_eq!(hearing.judge(Time(40_000)), Verdict::Close);
    }

    #[test]
    fn a_switch_that_slept_closes_what_was_silent_all_along() {
        assert_eq!(Hearing::new(Time(0)).judge(Time(60_000)), Verdict::Close);
    }
}
