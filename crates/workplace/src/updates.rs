//! News from the backend: the event stream, the polls beside it, and the registrars that they announce.

use crate::io::{HttpAnswer, Output};
use crate::requests::{Resource, delay_ms};
use crate::rotation::{Rotator, Step};
use crate::timers::Timer;
use crate::workplace::Workplace;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::Time;
use headset_softphone::{Command, Registrar};

const REOPEN_CAP_MS: u64 = 30_000;
const REOPEN_URGENT_CAP_MS: u64 = 3_000;
/// A stream that lasted this long was a good one.
const GOOD_STREAM_MS: u64 = 10_000;
/// While the stream is open, every so many polls ask for the status too, should the stream be silently dead.
const STATUS_EVERY: u32 = 4;

/// The event stream. `failures` in a row are counted over openings that did not last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Closed,
    Opening { failures: u32 },
    Open { since: Time, failures: u32 },
    Waiting { failures: u32 },
}

#[derive(Debug, Default)]
pub(crate) struct Polls {
    count: u32,
    pub(crate) failing: bool,
}

impl Workplace {
    pub(crate) fn open_stream(&mut self) {
        if !self.running() || self.launch.data.is_none() {
            return;
        }
        self.stream = match self.stream {
            Stream::Closed => Stream::Opening { failures: 0 },
            Stream::Waiting { failures } => Stream::Opening { failures },
            Stream::Opening { .. } | Stream::Open { .. } => return,
        };
        self.timers.clear(Timer::Stream);
        self.outputs.push(Output::OpenStream);
    }

    pub(crate) fn close_stream(&mut self) {
        if matches!(self.stream, Stream::Opening { .. } | Stream::Open { .. }) {
            self.outputs.push(Output::CloseStream);
        }
        self.timers.clear(Timer::Stream);
        self.stream = Stream::Closed;
    }

    pub(crate) fn stream_opened(&mut self, now: Time) {
        let Stream::Opening { failures } = self.stream else { return };
        self.stream = Stream::Open { since: now, failures };
        self.trace(now, "stream_opened", &[]);
        self.network_answers(now);
    }

    pub(crate) fn stream_closed(&mut self, now: Time) {
        let failures = match self.stream {
            Stream::Open { since, .. } if now >= since.after(GOOD_STREAM_MS) => 0,
            Stream::Open { failures, .. } | Stream::Opening { failures } => failures + 1,
            Stream::Closed | Stream::Waiting { .. } => return,
        };
        if matches!(self.stream, Stream::Open { .. }) {
            self.trace(now, "stream_closed", &[]);
        }
        if !self.running() {
            self.stream = Stream::Closed;
            return;
        }
        self.stream = Stream::Waiting { failures };
        let cap = if self.urgent() { REOPEN_URGENT_CAP_MS } else { REOPEN_CAP_MS };
        let delay = delay_ms(failures, cap, &mut self.entropy);
        self.timers.set(Timer::Stream, now.after(delay));
    }

    pub(crate) fn pushed(&mut self, now: Time, news: HttpAnswer) {
        match news {
            _ if self.launch.data.is_none() => {}
            HttpAnswer::Status(record) => self.adopt(now, record),
            HttpAnswer::Registrars { registrars, version } => {
                self.registrars_announced(now, registrars, &version);
            }
            _ => {}
        }
    }

    /// Asks for all that may have changed unseen, and reopens the stream if it waits.
    pub(crate) fn refresh(&mut self, now: Time) {
        if self.launch.data.is_some() {
            self.open_stream();
            self.request(now, Resource::Status);
            self.poll_backend(now);
        }
    }

    pub(crate) fn poll_backend(&mut self, now: Time) {
        self.schedule_poll(now);
        self.polls.count = self.polls.count.wrapping_add(1);
        self.request(now, Resource::Registrars);
        let streaming = matches!(self.stream, Stream::Open { .. });
        let next_is_due = !self.in_call() && self.status.has_next();
        if !streaming || next_is_due || self.polls.count.is_multiple_of(STATUS_EVERY) {
            self.request(now, Resource::Status);
        }
    }

    pub(crate) fn schedule_poll(&mut self, now: Time) {
        let Some(launch) = &self.launch.data else { return };
        let period = u64::from(launch.poll_s.clamp(1, 3600)) * 1000;
        // Spread, so that all the clients of a call centre do not ask at once.
        let spread = self.entropy.jitter(period / 10);
        self.timers.set(Timer::Poll, now.after(period - spread));
    }

    pub(crate) fn registrars_announced(&mut self, now: Time, registrars: Vec<Registrar>, version: &str) {
        if !self.phone_started() {
            if !registrars.is_empty() {
                self.rotator = Rotator::new(registrars);
            }
            return;
        }
        let (from, to) = (names(self.rotator.assigned()), names(&registrars));
        let step = match self.rotator.announced(registrars, self.in_call()) {
            Step::Nothing => return,
            Step::Move => return self.move_phone(now),
            Step::Withdrawn => "rotation_withdrawn from to version",
            Step::Pending => "rotation_pending from to version",
        };
        self.trace(now, step, &[&from, &to, version]);
        self.observe_flows(now);
    }

    /// To the registrars that are assigned now.
    pub(crate) fn move_phone(&mut self, now: Time) {
        let registrars = self.rotator.assigned().to_vec();
        self.trace(now, "rotation_moving to", &[&names(&registrars)]);
        self.tell_phone(now, Command::SetRegistrars(registrars));
        self.observe_flows(now);
    }
}

fn names(registrars: &[Registrar]) -> String {
    let mut names = String::new();
    for registrar in registrars {
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(&registrar.id);
    }
    names
}
