//! The machine's deadlines: at most one for each of its few timers.

use crate::requests::Resource;
use headset_sip::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The end of waiting: for the answer, or between two attempts.
    Http(Resource),
    HashRenewal,
    Poll,
    Stream,
    Watchdog,
    SendEvents,
    KeepEvents,
}

const TIMERS: [Timer; 12] = [
    Timer::Http(Resource::Hash),
    Timer::Http(Resource::Launch),
    Timer::Http(Resource::Status),
    Timer::Http(Resource::PutStatus),
    Timer::Http(Resource::Registrars),
    Timer::Http(Resource::Events),
    Timer::HashRenewal,
    Timer::Poll,
    Timer::Stream,
    Timer::Watchdog,
    Timer::SendEvents,
    Timer::KeepEvents,
];

/// By the timers' places; where none runs, [`Timers::NEVER`].
#[derive(Debug)]
pub(crate) struct Timers([Time; TIMERS.len()]);

impl Timers {
    pub(crate) const NEVER: Time = Time(u64::MAX);

    pub(crate) fn new() -> Self {
        Self([Self::NEVER; TIMERS.len()])
    }

    pub(crate) fn set(&mut self, timer: Timer, at: Time) {
        self.0[timer.place()] = at;
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        self.set(timer, Self::NEVER);
    }

    pub(crate) fn get(&self, timer: Timer) -> Time {
        self.0[timer.place()]
    }

    pub(crate) fn runs(&self, timer: Timer) -> bool {
        self.get(timer) != Self::NEVER
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Time {
        self.0.iter().fold(Self::NEVER, |earliest, at| earliest.min(*at))
    }

    /// Stops one whose deadline is not after `now`, the earliest first.
    pub(crate) fn expired(&mut self, now: Time) -> Option<Timer> {
        let earliest = self.next();
        if earliest > now || earliest == Self::NEVER {
            return None;
        }
        let timer = TIMERS.iter().find(|timer| self.get(**timer) == earliest)?;
        self.clear(*timer);
        Some(*timer)
    }
}

impl Timer {
    fn place(self) -> usize {
        match self {
            Timer::Http(resource) => resource as usize,
            Timer::HashRenewal => 6,
            Timer::Poll => 7,
            Timer::Stream => 8,
            Timer::Watchdog => 9,
            Timer::SendEvents => 10,
            Timer::KeepEvents => 11,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_out_in_order_once() {
        assert!(TIMERS.iter().enumerate().all(|(place, timer)| timer.place() == place));
        let mut timers = Timers::new();
        assert_eq!((timers.next(), timers.expired(Time(u64::MAX))), (Timers::NEVER, None));
        timers.set(Timer::Poll, Time(20));
        timers.set(Timer::Stream, Time(30));
        timers.set(Timer::Http(Resource::Hash), Time(20));
        assert_eq!((timers.next(), timers.expired(Time(19))), (Time(20), None));
        assert_eq!(timers.expired(Time(25)), Some(Timer::Http(Resource::Hash)));
        assert_eq!(timers.expired(Time(25)), Some(Timer::Poll));
        assert_eq!(timers.expired(Time(25)), None);
        timers.clear(Timer::Stream);
        assert!(!timers.runs(Timer::Stream) && timers.next() == Timers::NEVER);
    }
}
