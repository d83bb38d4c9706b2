//! The named steps: recorded, shown to the application, kept, and sent in batches.

use crate::io::{Event, HttpError, Output};
use crate::outbox::{BATCH, OTHERS_FOR_MS};
use crate::requests::{Resource, is_refusal};
use crate::timers::Timer;
use crate::workplace::Workplace;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::Time;
use headset_sip::text::{cut_or_all, decimal};

/// How long an event waits for others to be sent with.
const SEND_AFTER_MS: u64 = 5_000;
/// How long a burst of events is waited out before it is kept.
const KEEP_AFTER_MS: u64 = 1_000;
/// As many as a browser sends along with leaving a page.
const LAST_BATCH: usize = 100;

impl Workplace {
    /// `step`: the name, and after it the names of the values.
    pub(crate) fn trace(&mut self, now: Time, step: &str, values: &[&str]) {
        let (name, mut keys) = cut_or_all(step, b' ');
        let mut fields = Vec::new();
        for value in values {
            let (key, others) = cut_or_all(keys, b' ');
            keys = others;
            fields.push(key.into());
            fields.push((*value).into());
        }
        self.record(now, name, fields);
    }

    pub(crate) fn record(&mut self, now: Time, name: &str, fields: Vec<String>) {
        let event = Event {
            id: self.entropy.uuid(),
            name: name.into(),
            at_ms: self.wall_ms(now),
            login: self.login().unwrap_or_default().into(),
            fields,
        };
        self.outputs.push(Output::Event(event.clone()));
        self.outbox.push(event);
        self.schedule_events(now);
    }

    fn wall_ms(&self, now: Time) -> u64 {
        self.wall.0 + now.0.saturating_sub(self.wall.1.0)
    }

    /// The backend has said who the operator is.
    pub(crate) fn sign_events(&mut self, now: Time, login: &str) {
        self.outbox.sign(login);
        let before_ms = self.wall_ms(now).saturating_sub(OTHERS_FOR_MS);
        while let Some((whose, count)) = self.outbox.expire(login, before_ms) {
            self.trace(now, "events_dropped count of", &[&decimal(count), &whose]);
        }
    }

    /// The operator's login, as soon as the backend has said it.
    pub(crate) fn login(&self) -> Option<&str> {
        let of_launch = self.launch.data.as_ref().map(|launch| launch.login.as_str());
        of_launch.or(self.credential.slice.data.as_ref().map(|hash| hash.login.as_str()))
    }

    pub(crate) fn schedule_events(&mut self, now: Time) {
        if !self.timers.runs(Timer::KeepEvents) {
            self.timers.set(Timer::KeepEvents, now.after(KEEP_AFTER_MS));
        }
        let waiting = self.outbox.waiting(self.login().unwrap_or_default());
        if !self.running() || waiting == 0 || self.timers.runs(Timer::Http(Resource::Events)) {
            return;
        }
        if waiting >= BATCH {
            self.send_events(now);
        } else if !self.timers.runs(Timer::SendEvents) {
            self.timers.set(Timer::SendEvents, now.after(SEND_AFTER_MS));
        }
    }

    pub(crate) fn send_events(&mut self, now: Time) {
        self.timers.clear(Timer::SendEvents);
        self.request(now, Resource::Events);
    }

    pub(crate) fn keep_events(&mut self) {
        self.timers.clear(Timer::KeepEvents);
        self.outputs.push(Output::KeepEvents(self.outbox.all()));
    }

    /// Hands out what there is at once: the page may be gone in a moment.
    pub(crate) fn flush_events(&mut self, now: Time) {
        self.timers.clear(Timer::SendEvents);
        self.requests.idle(Resource::Events);
        self.ask(now, Resource::Events, LAST_BATCH);
        self.keep_events();
    }

    pub(crate) fn events_accepted(&mut self, now: Time) {
        self.requests.succeeded(Resource::Events);
        self.outbox.settle();
        self.schedule_events(now);
        let dropped = self.outbox.take_dropped();
        if dropped > 0 {
            self.trace(now, "events_dropped count", &[&decimal(dropped)]);
        }
    }

    pub(crate) fn events_not_taken(&mut self, now: Time, error: &HttpError) {
        match error.status {
            _ if is_refusal(error) => self.requests.refused(Resource::Events),
            // Nobody will ever take these, and others wait behind them.
            400 | 404..=407 | 409..=428 => self.events_accepted(now),
            _ if self.running() => self.request_later(now, Resource::Events, error),
            _ => {}
        }
    }
}
