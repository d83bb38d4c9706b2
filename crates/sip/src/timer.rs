//! All deadlines of a machine in one place.

use crate::Time;
use alloc::vec::Vec;

/// One deadline for each key. Small code, for the browser: setting and clearing search by halves and move what lies
/// behind the key, and only where the earliest deadline goes are all looked at. A thousand cost a microsecond.
#[derive(Clone, Debug)]
pub struct TimerTable<K: Ord + Copy> {
    /// By key.
    timers: Vec<(K, Time)>,
    /// The earliest of `timers`.
    earliest: Option<(Time, K)>,
}

impl<K: Ord + Copy> TimerTable<K> {
    /// An empty table.
    pub const fn new() -> Self {
        TimerTable { timers: Vec::new(), earliest: None }
    }

    /// Sets `key`'s deadline, in place of the one it had.
    pub fn set(&mut self, key: K, at: Time) {
        match self.timers.binary_search_by(|(k, _)| k.cmp(&key)) {
            Ok(index) => self.timers[index].1 = at,
            Err(index) => self.timers.insert(index, (key, at)),
        }
        match self.earliest {
            Some((time, first)) if first == key && at > time => self.find_earliest(),
            Some((time, first)) if (time, first) < (at, key) => {}
            _ => self.earliest = Some((at, key)),
        }
    }

    /// Removes `key`'s deadline, if it has one.
    pub fn clear(&mut self, key: K) {
        if let Ok(index) = self.timers.binary_search_by(|(k, _)| k.cmp(&key)) {
            self.timers.remove(index);
            if self.earliest.is_some_and(|(_, first)| first == key) {
                self.find_earliest();
            }
        }
    }

    /// `key`'s deadline.
    pub fn get(&self, key: K) -> Option<Time> {
        self.timers.binary_search_by(|(k, _)| k.cmp(&key)).ok().map(|index| self.timers[index].1)
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Time> {
        self.earliest.map(|(time, _)| time)
    }

    /// Takes out one key whose deadline is not after `now`, the earliest first; of equal ones the lesser key.
    pub fn expired(&mut self, now: Time) -> Option<K> {
        let (time, key) = self.earliest?;
        if time > now {
            return None;
        }
        self.clear(key);
        Some(key)
    }

    fn find_earliest(&mut self) {
        self.earliest = self.timers.iter().map(|&(key, time)| (time, key)).min();
    }
}

impl<K: Ord + Copy> Default for TimerTable<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_out_in_order_once() {
        let mut table = TimerTable::new();
        table.set('b', Time(20));
        table.set('a', Time(30));
        table.set('c', Time(20));
        assert_eq!(table.next(), Some(Time(20)));
        assert_eq!(table.expired(Time(19)), None);
        assert_eq!(table.expired(Time(25)), Some('b'));
        assert_eq!(table.expired(Time(25)), Some('c'));
        assert_eq!(table.expired(Time(25)), None);
        assert_eq!(table.next(), Some(Time(30)));
        assert_eq!(table.expired(Time(30)), Some('a'));
        assert_eq!(table.next(), None);
    }

    #[test]
    fn a_moved_or_cleared_deadline_no_longer_counts() {
        let mut table = TimerTable::new();
        table.set(1, Time(10));
        table.set(2, Time(15));
        table.set(1, Time(40));
        assert_eq!(table.next(), Some(Time(15)));
        table.clear(2);
        assert_eq!(table.next(), Some(Time(40)));
        table.set(1, Time(5));
        assert_eq!(table.next(), Some(Time(5)));
        assert_eq!(table.get(1), Some(Time(5)));
        table.clear(1);
        table.clear(7);
        assert_eq!(table.next(), None);
    }
}
