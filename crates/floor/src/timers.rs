//! The one table of deadlines.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::io::{CallId, Login, Time};

/// What can fall due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// An operator on line has had no live client for too long.
    Watch(Login),
    /// An operator's delay or wrap-up is over.
    Rest(Login),
    /// A status write of the floor's own failed: try again.
    Status(Login),
    /// A release failed: try again.
    Release(Login, CallId),
    /// A queued call may ask for an operator again.
    Ask(CallId),
    /// The offer has rung for long enough.
    Offer(CallId),
    /// The caller has waited for long enough.
    MaxWait(CallId),
    /// The switch owes a report about this call: of an offer that was taken back, or of its end.
    Overdue(CallId),
    /// Renew the hold on those who are in this call.
    Hold(CallId),
    /// The call's record could not be stored: try again.
    Record(CallId),
    /// Events could not be stored: try again.
    Events,
}

/// Deadlines by what they are for.
#[derive(Debug, Default)]
pub(crate) struct TimerTable {
    due: BTreeSet<(Time, Timer)>,
    at: BTreeMap<Timer, Time>,
}

impl TimerTable {
    pub(crate) fn set(&mut self, timer: Timer, at: Time) {
        if let Some(before) = self.at.insert(timer.clone(), at) {
            self.due.remove(&(before, timer.clone()));
        }
        self.due.insert((at, timer));
    }

    pub(crate) fn clear(&mut self, timer: &Timer) {
        if let Some(at) = self.at.remove(timer) {
            self.due.remove(&(at, timer.clone()));
        }
    }

    pub(crate) fn next(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due.
    pub(crate) fn expired(&mut self, now: Time) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}

/// How long to wait after so many failures in a row: 250 ms, doubled up to 5 s.
pub(crate) fn backoff(failures: u32) -> Duration {
    Duration::from_millis((250u64 << failures.saturating_sub(1).min(5)).min(5000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_set_again_falls_due_once_at_the_later_time() {
        let mut timers = TimerTable::default();
        timers.set(Timer::Events, Time(5));
        timers.set(Timer::Events, Time(9));
        assert_eq!(timers.expired(Time(8)), None);
        assert_eq!(timers.expired(Time(9)), Some(Timer::Events));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn the_backoff_grows_to_five_seconds() {
        assert_eq!(backoff(1), Duration::from_millis(250));
        assert_eq!(backoff(2), Duration::from_millis(500));
        assert_eq!(backoff(40), Duration::from_secs(5));
    }
}
