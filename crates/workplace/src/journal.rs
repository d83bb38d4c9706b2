//! The named steps: recorded, shown to the application, kept, and sent in batches.

use crate::io::{Event, HttpError, HttpRequest, Output};
use crate::outbox::BATCH;
use crate::requests::{ANSWER_WITHIN_MS, Failure, Resource, after, classify};
use crate::workplace::{Timer, Workplace};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use headset_sip::Time;

/// How long an event waits for others to be sent with.
const SEND_AFTER_MS: u64 = 5_000;
/// How long a burst of events is waited out before it is kept.
const KEEP_AFTER_MS: u64 = 1_000;
/// As many as a browser sends along with leaving a page.
const LAST_BATCH: usize = 100;

impl Workplace {
    /// `step`: the name, and after it the names of the values.
    pub(crate) fn trace(&mut self, now: Time, step: &str, values: &[&str]) {
        let mut words = step.split(' ');
        let name = words.next().unwrap_or_default();
        let fields = words.zip(values).map(|(key, value)| (key.into(), (*value).into())).collect();
        self.record(now, name, fields);
    }

    /// What came of a request that failed.
    pub(crate) fn trace_failure(&mut self, now: Time, step: &str, error: &HttpError) {
        self.trace(now, step, &[&error.status.to_string(), &error.code]);
    }

    pub(crate) fn record(&mut self, now: Time, name: &str, fields: Vec<(String, String)>) {
        let event = Event {
            id: self.entropy.uuid(),
            name: name.into(),
            at_ms: self.wall.0 + now.0.saturating_sub(self.wall.1.0),
            login: self.login().unwrap_or_default().into(),
            fields,
        };
        self.outputs.push_back(Output::Event(event.clone()));
        self.outbox.push(event);
        self.schedule_events(now);
    }

    /// The operator's login, as soon as the backend has said it.
    pub(crate) fn login(&self) -> Option<&str> {
        let of_launch = self.launch.data.as_ref().map(|launch| launch.login.as_str());
        of_launch.or(self.credential.slice.data.as_ref().map(|hash| hash.login.as_str()))
    }

    pub(crate) fn schedule_events(&mut self, now: Time) {
        if self.timers.get(Timer::KeepEvents).is_none() {
            self.timers.set(Timer::KeepEvents, after(now, KEEP_AFTER_MS));
        }
        if !self.running()
            || self.outbox.is_empty()
            || self.timers.get(Timer::Http(Resource::Events)).is_some()
        {
            return;
        }
        if self.outbox.batch_is_full() {
            self.send_events(now);
        } else if self.timers.get(Timer::SendEvents).is_none() {
            self.timers.set(Timer::SendEvents, after(now, SEND_AFTER_MS));
        }
    }

    pub(crate) fn send_events(&mut self, now: Time) {
        self.timers.clear(Timer::SendEvents);
        self.request(now, Resource::Events);
    }

    pub(crate) fn next_batch(&mut self) -> Option<HttpRequest> {
        self.batch(BATCH)
    }

    fn batch(&mut self, most: usize) -> Option<HttpRequest> {
        let batch = self.outbox.batch(most);
        (!batch.is_empty()).then_some(HttpRequest::Events(batch))
    }

    pub(crate) fn keep_events(&mut self) {
        self.timers.clear(Timer::KeepEvents);
        self.outputs.push_back(Output::KeepEvents(self.outbox.all().to_vec()));
    }

    /// Hands out what there is at once: the page may be gone in a moment.
    pub(crate) fn flush_events(&mut self, now: Time) {
        self.timers.clear(Timer::SendEvents);
        self.requests.idle(Resource::Events);
        if let Some(request) = self.batch(LAST_BATCH)
            && let Some(id) = self.requests.begin(Resource::Events)
        {
            self.timers.set(Timer::Http(Resource::Events), after(now, ANSWER_WITHIN_MS));
            self.outputs.push_back(Output::Http(id, request));
        }
        self.keep_events();
    }

    pub(crate) fn events_accepted(&mut self, now: Time) {
        self.requests.succeeded(Resource::Events);
        self.outbox.settle();
        self.schedule_events(now);
        let dropped = self.outbox.take_dropped();
        if dropped > 0 {
            self.trace(now, "events_dropped count", &[&dropped.to_string()]);
        }
    }

    pub(crate) fn events_not_taken(&mut self, now: Time, error: &HttpError) {
        match (classify(error), error.status) {
            (Failure::Refused, _) => self.requests.refused(Resource::Events),
            // Nobody will ever take these, and others wait behind them.
            (_, 400 | 404..=407 | 409..=428) => self.events_accepted(now),
            _ if self.running() => self.request_later(now, Resource::Events, error),
            _ => {}
        }
    }
}
