//! All deadlines of a machine in one place.

use crate::Time;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// What a deadline is for.
pub trait TimerKey: Copy {
    /// A number for each key; of equal deadlines that of the lesser number comes first.
    fn number(self) -> u64;

    /// The key of a number that [`TimerKey::number`] gave.
    fn of(number: u64) -> Self;
}

/// One deadline for each key. Small code, for the browser: setting and clearing search by halves and move what lies
/// behind the key, and only where the earliest deadline goes are all looked at. A thousand cost a microsecond.
#[derive(Clone, Debug)]
pub struct TimerTable<K> {
    deadlines: Deadlines,
    key: PhantomData<K>,
}

impl<K: TimerKey> TimerTable<K> {
    /// An empty table.
    pub const fn new() -> Self {
        TimerTable { deadlines: Deadlines { list: Vec::new(), earliest: None }, key: PhantomData }
    }

    /// Sets `key`'s deadline, in place of the one it had.
    pub fn set(&mut self, key: K, at: Time) {
        self.deadlines.set(key.number(), at);
    }

    /// Removes `key`'s deadline, if it has one.
    pub fn clear(&mut self, key: K) {
        self.deadlines.clear(key.number());
    }

    /// `key`'s deadline.
    pub fn get(&self, key: K) -> Option<Time> {
        self.deadlines.get(key.number())
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Time> {
        self.deadlines.earliest.map(|(time, _)| time)
    }

    /// Takes out one key whose deadline is not after `now`, the earliest first; of equal ones the lesser key.
    pub fn expired(&mut self, now: Time) -> Option<K> {
        let (_, key) = self.deadlines.earliest.filter(|(time, _)| *time <= now)?;
        self.deadlines.clear(key);
        Some(K::of(key))
    }
}

impl<K: TimerKey> Default for TimerTable<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Debug)]
struct Deadlines {
    /// By key.
    list: Vec<(u64, Time)>,
    /// The earliest of `list`.
    earliest: Option<(Time, u64)>,
}

impl Deadlines {
    fn position(&self, key: u64) -> Result<usize, usize> {
        self.list.binary_search_by_key(&key, |(key, _)| *key)
    }

    fn get(&self, key: u64) -> Option<Time> {
        self.position(key).ok().map(|index| self.list[index].1)
    }

    fn set(&mut self, key: u64, at: Time) {
        match self.position(key) {
            Ok(index) => self.list[index].1 = at,
            Err(index) => self.list.insert(index, (key, at)),
        }
        match self.earliest {
            Some((time, first)) if first == key && at > time => self.find_earliest(),
            Some((time, first)) if (time, first) < (at, key) => {}
            _ => self.earliest = Some((at, key)),
        }
    }

    fn clear(&mut self, key: u64) {
        if let Ok(index) = self.position(key) {
            self.list.remove(index);
            if self.earliest.is_some_and(|(_, first)| first == key) {
                self.find_earliest();
            }
        }
    }

    fn find_earliest(&mut self) {
        self.earliest = None;
        for &(key, time) in &self.list {
            if self.earliest.is_none_or(|(earliest, _)| time < earliest) {
                self.earliest = Some((time, key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl TimerKey for char {
        fn number(self) -> u64 {
            u32::from(self).into()
        }

        fn of(number: u64) -> char {
            char::from(number as u8)
        }
    }

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
        table.set('1', Time(10));
        table.set('2', Time(15));
        table.set('1', Time(40));
        assert_eq!(table.next(), Some(Time(15)));
        table.clear('2');
        assert_eq!(table.next(), Some(Time(40)));
        table.set('1', Time(5));
        assert_eq!(table.next(), Some(Time(5)));
        assert_eq!(table.get('1'), Some(Time(5)));
        table.clear('1');
        table.clear('7');
        assert_eq!(table.next(), None);
    }
}
