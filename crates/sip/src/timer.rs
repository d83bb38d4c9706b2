//! All deadlines of a machine in one place.

use crate::Time;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// One deadline for each key. Finding the next is immediate; a change costs a search, and a move of what lies behind the
/// key, which is least for keys that ascend.
#[derive(Clone, Debug)]
pub struct TimerTable<K: Ord + Copy> {
    /// The truth, by key.
    timers: Vec<(K, Time)>,
    /// Every deadline, and some that were moved or cleared since; the first is always a true one.
    queue: BinaryHeap<Reverse<(Time, K)>>,
}

impl<K: Ord + Copy> TimerTable<K> {
    /// An empty table.
    pub const fn new() -> Self {
        TimerTable { timers: Vec::new(), queue: BinaryHeap::new() }
    }

    /// Sets `key`'s deadline, in place of the one it had.
    pub fn set(&mut self, key: K, at: Time) {
        match self.find(key) {
            Ok(index) if self.timers[index].1 == at => return,
            Ok(index) => self.timers[index].1 = at,
            Err(index) => self.timers.insert(index, (key, at)),
        }
        self.queue.push(Reverse((at, key)));
        self.tidy();
    }

    /// Removes `key`'s deadline, if it has one.
    pub fn clear(&mut self, key: K) {
        if let Ok(index) = self.find(key) {
            self.timers.remove(index);
            self.tidy();
        }
    }

    /// `key`'s deadline.
    pub fn get(&self, key: K) -> Option<Time> {
        self.find(key).ok().map(|index| self.timers[index].1)
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Time> {
        self.queue.peek().map(|Reverse((time, _))| *time)
    }

    /// Takes out one key whose deadline is not after `now`, the earliest first; of equal ones the lesser key.
    pub fn expired(&mut self, now: Time) -> Option<K> {
        let Reverse((time, key)) = *self.queue.peek()?;
        if time > now {
            return None;
        }
        self.clear(key);
        Some(key)
    }

    fn find(&self, key: K) -> Result<usize, usize> {
        self.timers.binary_search_by(|(own, _)| own.cmp(&key))
    }

    /// Keeps a true deadline in front, and the others from outnumbering the true ones.
    fn tidy(&mut self) {
        while let Some(Reverse((time, key))) = self.queue.peek()
            && self.get(*key) != Some(*time)
        {
            self.queue.pop();
        }
        if self.queue.len() > 2 * self.timers.len() + 32 {
            self.queue = self.timers.iter().map(|&(key, time)| Reverse((time, key))).collect();
        }
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
    #[test]
    fn a_deadline_moved_all_the_time_takes_no_room() {
        let mut table = TimerTable::new();
        table.set(0, Time(1));
        for now in 0..10_000 {
            table.set(1, Time(now + 15_000));
            table.set(0, Time(now + 1));
            assert_eq!(table.next(), Some(Time(now + 1)));
        }
        assert!(table.queue.len() <= 40, "{}", table.queue.len());
        table.set(0, Time(5));
        table.set(0, Time(9));
        table.set(0, Time(5));
        assert_eq!(table.expired(Time(10)), Some(0));
        assert_eq!(table.expired(Time(10)), None, "once, however often it was set");
    }
}
