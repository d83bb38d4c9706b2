//! All deadlines of the switch in one place.
//!
//! Not `headset_sip::TimerTable`: that one is made small for the browser and looks through all deadlines
//! when the earliest goes, and a switch holds tens of thousands.

use std::collections::{BTreeMap, BTreeSet};

use headset_sip::Time;

/// One deadline for each key.
#[derive(Debug)]
pub(crate) struct Timers<K: Ord + Copy> {
    by_time: BTreeSet<(Time, K)>,
    by_key: BTreeMap<K, Time>,
}

impl<K: Ord + Copy> Timers<K> {
    pub(crate) fn new() -> Self {
        Self { by_time: BTreeSet::new(), by_key: BTreeMap::new() }
    }

    /// Sets a key's deadline, in place of the one it had.
    pub(crate) fn set(&mut self, key: K, at: Time) {
        if let Some(before) = self.by_key.insert(key, at) {
            self.by_time.remove(&(before, key));
        }
        self.by_time.insert((at, key));
    }

    pub(crate) fn clear(&mut self, key: K) {
        if let Some(at) = self.by_key.remove(&key) {
            self.by_time.remove(&(at, key));
        }
    }

    pub(crate) fn is_set(&self, key: K) -> bool {
        self.by_key.contains_key(&key)
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Time> {
        self.by_time.first().map(|&(at, _)| at)
    }

    /// Takes out one key whose deadline is not after `now`, the earliest first.
    pub(crate) fn expired(&mut self, now: Time) -> Option<K> {
        let &(at, key) = self.by_time.first()?;
        if at > now {
            return None;
        }
        self.clear(key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_deadline_counts_once_and_a_cleared_one_not_at_all() {
        let mut timers = Timers::new();
        timers.set('a', Time(10));
        timers.set('b', Time(20));
        timers.set('a', Time(30));
        assert_eq!(timers.next(), Some(Time(20)));
        assert_eq!(timers.expired(Time(19)), None);
        assert_eq!(timers.expired(Time(30)), Some('b'));
        timers.clear('a');
        assert_eq!(timers.expired(Time(99)), None);
        assert!(!timers.is_set('a'));
    }
}
