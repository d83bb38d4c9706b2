//! Events on their way to the backend: kept until it has acknowledged them.

use crate::io::Event;
use alloc::string::String;
use alloc::vec::Vec;

/// Most events in one request.
pub(crate) const BATCH: usize = 50;
/// More than these are not kept; the oldest go.
const CAPACITY: usize = 1_000;
/// How long those of an operator who has not signed in here again are kept: a week, whatever their shifts.
pub(crate) const OTHERS_FOR_MS: u64 = 7 * 24 * 3_600_000;

const REPEATING: &str = "registration_failed";
const REPEATING_AMONG: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Vec<Waiting>,
    dropped: u32,
}

#[derive(Debug)]
struct Waiting {
    event: Event,
    /// Part of the batch that was asked for last.
    in_flight: bool,
}

impl Waiting {
    fn is_of(&self, login: &str) -> bool {
        self.event.login.is_empty() || self.event.login == login
    }
}

impl Outbox {
    pub(crate) fn push(&mut self, event: Event) {
        // Two registrars that are tried every few seconds would drive out all that happened before the outage.
        let again = |known: &Waiting| known.event.name == event.name && known.event.fields == event.fields;
        let last = self.queue.len().saturating_sub(REPEATING_AMONG);
        if event.name == REPEATING && self.queue.get(last..).is_some_and(|last| last.iter().any(again)) {
            return;
        }
        self.insert(self.queue.len(), event);
        self.trim();
    }

    /// Puts what an earlier page kept in front.
    pub(crate) fn restore(&mut self, events: Vec<Event>) {
        let mut place = 0;
        for event in events {
            if !self.queue.iter().any(|known| known.event.id == event.id) {
                self.insert(place, event);
                place += 1;
            }
        }
        self.trim();
    }

    fn insert(&mut self, place: usize, event: Event) {
        self.queue.insert(place, Waiting { event, in_flight: false });
    }

    fn trim(&mut self) {
        while self.queue.len() > CAPACITY {
            self.queue.remove(0);
            self.dropped += 1;
        }
    }

    /// Says whose the events of before the login was known are.
    pub(crate) fn sign(&mut self, login: &str) {
        for Waiting { event, .. } in &mut self.queue {
            if event.login.is_empty() {
                event.login = login.into();
            }
        }
    }

    /// Drops what an operator other than `login` left from before `before_ms`: whose it was and how much, one operator at
    /// a time.
    pub(crate) fn expire(&mut self, login: &str, before_ms: u64) -> Option<(String, u32)> {
        let is_old = |one: &&Waiting| one.event.at_ms < before_ms && !one.is_of(login);
        let whose = self.queue.iter().find(is_old)?.event.login.clone();
        let mut count = 0;
        while let Some(place) = self.queue.iter().position(|one| is_old(&one) && one.is_of(&whose)) {
            self.queue.remove(place);
            count += 1;
        }
        Some((whose, count))
    }

    pub(crate) fn all(&self) -> Vec<Event> {
        self.queue.iter().map(|waiting| waiting.event.clone()).collect()
    }

    /// How many the backend takes from `login`: those of whoever used the page before wait until they are back.
    pub(crate) fn waiting(&self, login: &str) -> usize {
        self.queue.iter().filter(|waiting| waiting.is_of(login)).count()
    }

    /// The oldest `most` events that it takes from `login`, which are in flight from now on.
    pub(crate) fn batch(&mut self, login: &str, most: usize) -> Vec<Event> {
        let mut batch = Vec::new();
        for waiting in &mut self.queue {
            waiting.in_flight = batch.len() < most && waiting.is_of(login);
            if waiting.in_flight {
                batch.push(waiting.event.clone());
            }
        }
        batch
    }

    /// The batch in flight arrived, or will never be taken.
    pub(crate) fn settle(&mut self) {
        while let Some(place) = self.queue.iter().position(|waiting| waiting.in_flight) {
            self.queue.remove(place);
        }
    }

    /// How many events had to be dropped since this was last asked.
    pub(crate) fn take_dropped(&mut self) -> u32 {
        core::mem::take(&mut self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn event(n: usize) -> Event {
        Event { id: format!("{n}"), name: "x".into(), at_ms: 0, login: String::new(), fields: Vec::new() }
    }

    #[test]
    fn an_event_stays_until_its_batch_is_settled_and_others_are_untouched() {
        let mut outbox = Outbox::default();
        outbox.push(event(1));
        assert_eq!(outbox.batch("", BATCH).len(), 1);
        outbox.push(event(2));
        outbox.settle();
        assert_eq!(outbox.all(), [event(2)]);
    }

    #[test]
    fn an_outage_is_told_once_for_each_registrar() {
        let mut outbox = Outbox::default();
        for n in 0..20 {
            let fields = ["registrar".into(), if n % 2 == 0 { "r1".into() } else { "r2".into() }].into();
            outbox.push(Event { name: REPEATING.into(), fields, ..event(n) });
        }
        assert_eq!(outbox.all().len(), 2);
        outbox.push(event(20));
        outbox.push(event(21));
        assert_eq!(outbox.all().len(), 4, "others are all kept");
    }

    #[test]
    fn what_another_operator_left_expires_after_the_moment_and_not_at_it() {
        let mut outbox = Outbox::default();
        let left = |n, at_ms| Event { at_ms, login: "boris".into(), ..event(n) };
        outbox.restore([left(1, 99), left(2, 100)].into());
        assert_eq!(outbox.expire("boris", 100), None, "his own");
        assert_eq!(outbox.expire("anna", 100), Some(("boris".into(), 1)));
        assert_eq!(outbox.expire("anna", 100), None);
        assert_eq!(outbox.all(), [left(2, 100)]);
    }

    #[test]
    fn restored_events_go_first_and_once() {
        let mut outbox = Outbox::default();
        outbox.push(event(3));
        outbox.restore([event(1), event(3), event(1)].into());
        assert_eq!(outbox.all(), [event(1), event(3)]);
    }

    #[test]
    fn a_full_outbox_drops_the_oldest_and_counts() {
        let mut outbox = Outbox::default();
        (0..CAPACITY + 2).for_each(|n| outbox.push(event(n)));
        assert_eq!((outbox.all().len(), outbox.take_dropped()), (CAPACITY, 2));
        assert_eq!(outbox.all()[0], event(2));
    }
}
