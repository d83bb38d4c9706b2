//! The operator's status: choosing it, hearing of it, and the watch that takes an operator off line whom no call
//! can reach.

use crate::io::{Error, HttpError, HttpRequest, Output, Remote, Slice, Status, StatusRecord};
use crate::requests::{Resource, describe, is_refusal};
use crate::timers::Timer;
use crate::workplace::{Life, Workplace};
use alloc::string::String;
use headset_sip::Time;
use headset_softphone::{Permission, UserAgentStatus};

/// On line and not registered for this long: off line.
const WATCHDOG_MS: u64 = 15_000;
/// A choice that has not got through by then is given up, and the operator told.
const GIVE_UP_MS: u64 = 10_000;
const REGISTRATION_LOST: &str = "registration_lost";

#[derive(Debug)]
pub(crate) struct StatusBook {
    pub(crate) slice: Remote<StatusRecord>,
    intent: Intent,
    /// Chosen while the intent's request was in flight.
    following: Option<Choice>,
}

#[derive(Clone, Debug)]
struct Choice {
    request: u32,
    status: Status,
    sub_status: String,
    give_up: Time,
}

#[derive(Debug)]
enum Intent {
    None,
    /// The operator's; `again`: a 412 has been answered with the fresh version.
    Choice {
        choice: Choice,
        again: bool,
    },
    /// The watchdog's, for the record that it saw.
    OffLine {
        version: u64,
    },
}

impl StatusBook {
    pub(crate) fn new() -> Self {
        Self { slice: Remote::waiting(), intent: Intent::None, following: None }
    }

    pub(crate) fn on_line(&self) -> bool {
        self.slice.data.as_ref().is_some_and(|record| record.status == Status::Connected)
    }

    pub(crate) fn has_next(&self) -> bool {
        self.slice.data.as_ref().is_some_and(|record| record.next.is_some())
    }

    /// What is to be asked of the backend now.
    pub(crate) fn request(&self) -> Option<HttpRequest> {
        let (status, sub_status, if_match) = match &self.intent {
            Intent::None => return None,
            Intent::Choice { choice, .. } => {
                let current = self.slice.data.as_ref().map(|record| record.version);
                (choice.status, &*choice.sub_status, current)
            }
            Intent::OffLine { version } => (Status::Disconnected, REGISTRATION_LOST, Some(*version)),
        };
        Some(HttpRequest::PutStatus { status, sub_status: sub_status.into(), if_match })
    }

    fn takes_off_line(&self) -> bool {
        matches!(self.intent, Intent::OffLine { .. })
    }

    fn is_chosen(&self) -> bool {
        matches!(self.intent, Intent::Choice { .. })
    }
}

impl Workplace {
    pub(crate) fn set_status(&mut self, now: Time, request: u32, status: Status, sub_status: String) {
        if self.life == Life::Stopped {
            return self.outputs.push(Output::StatusSet { request });
        }
        self.trace(now, "status_requested status sub_status", &[status.as_str(), &sub_status]);
        if status == Status::Connected && !self.status.on_line() && self.microphone != Permission::Granted {
            self.outputs.push(Output::AskMicrophone);
        }
        self.status.slice.loading = true;
        self.status.slice.error = None;
        self.mark(Slice::Status);
        let choice = Choice { request, status, sub_status, give_up: now.after(GIVE_UP_MS) };
        if self.requests.in_flight(Resource::PutStatus) {
            self.drop_following();
            self.status.following = Some(choice);
        } else {
            self.resolve_choice();
            self.status.intent = Intent::Choice { choice, again: false };
            self.request(now, Resource::PutStatus);
        }
    }

    /// The intent's request was answered with the new record.
    pub(crate) fn status_was_set(&mut self, now: Time, record: StatusRecord) {
        let next = record.next.as_ref().map_or("", |(status, _)| status.as_str());
        let by = if self.status.takes_off_line() { "watchdog" } else { "operator" };
        self.trace(now, "status_set status next for", &[record.status.as_str(), next, by]);
        self.status.slice.error = None;
        self.finish_intent(now);
        self.adopt(now, record);
        self.come_back(now);
    }

    pub(crate) fn status_not_set(&mut self, now: Time, mut error: HttpError) {
        let current = error.current.take();
        let conflict = error.status == 412;
        match &mut self.status.intent {
            Intent::None => {}
            Intent::Choice { .. } if self.status.following.is_some() => {}
            Intent::Choice { again, .. } if conflict && !*again => {
                *again = true;
                self.adopt_current(now, current);
                return self.request(now, Resource::PutStatus);
            }
            Intent::Choice { choice, .. } => {
                if passes(&error) && now < choice.give_up && self.life == Life::Running {
                    return self.request_later(now, Resource::PutStatus, &error);
                }
                self.status.slice.error = Some(Error { recovering: false, ..describe(&error) });
                self.mark(Slice::Status);
            }
            Intent::OffLine { .. } if conflict || self.status.following.is_some() => {}
            Intent::OffLine { .. } if is_refusal(&error) => {
                return self.refused(now, Resource::PutStatus, describe(&error));
            }
            Intent::OffLine { .. } => return self.request_later(now, Resource::PutStatus, &error),
        }
        self.requests.succeeded(Resource::PutStatus);
        if conflict {
            self.adopt_current(now, current);
        }
        self.finish_intent(now);
        if tells_who(&error) {
            self.refused(now, Resource::Status, describe(&error));
        }
    }

    fn adopt_current(&mut self, now: Time, current: Option<StatusRecord>) {
        match current {
            Some(record) => self.adopt(now, record),
            None => self.request(now, Resource::Status),
        }
    }

    /// An answer to a question about the status.
    pub(crate) fn status_arrived(&mut self, now: Time, record: StatusRecord) {
        let slice = &self.status.slice;
        // What came of a choice stays until the operator has done something about it.
        if slice.loading || slice.error.as_ref().is_some_and(|error| error.recovering) {
            self.status_is_known();
        }
        self.adopt(now, record);
    }

    pub(crate) fn status_failed(&mut self, error: &HttpError) {
        if self.status.slice.loading && !self.status.is_chosen() {
            self.note(Slice::Status, describe(error));
        }
    }

    /// Nothing is awaited any more, unless the operator is choosing.
    fn status_is_known(&mut self) {
        if !self.status.is_chosen() {
            self.status.slice.loading = false;
            self.status.slice.error = None;
            self.mark(Slice::Status);
        }
    }

    /// The backend's word at launch: right even where its version is lower than one that was seen before.
    pub(crate) fn launched_with_status(&mut self, now: Time, record: StatusRecord) {
        self.status_is_known();
        self.take_over(now, record);
    }

    /// Takes over a record, unless it or a later one is known.
    pub(crate) fn adopt(&mut self, now: Time, record: StatusRecord) {
        let known = self.status.slice.data.as_ref();
        if known.is_none_or(|known| known.version < record.version) {
            self.take_over(now, record);
        }
    }

    fn take_over(&mut self, now: Time, record: StatusRecord) {
        let next = record.status;
        let overtaken = matches!(self.status.intent, Intent::OffLine { version } if version != record.version || next != Status::Connected);
        if overtaken && !self.requests.in_flight(Resource::PutStatus) {
            self.status.intent = Intent::None;
            self.timers.clear(Timer::Http(Resource::PutStatus));
            self.requests.succeeded(Resource::PutStatus);
        }
        if let Some(StatusRecord { status: previous, .. }) = self.status.slice.data
            && previous != next
        {
            let values = [previous.as_str(), next.as_str(), &record.sub_status, &record.by];
            self.trace(now, "status_changed previous status sub_status by", &values);
            self.outputs.push(Output::StatusChanged { previous, next });
        }
        self.status.slice.data = Some(record);
        self.mark(Slice::Status);
    }

    /// A status chosen during the call is taken now: if no push says so, ask.
    pub(crate) fn next_status_is_due(&mut self, now: Time) {
        if self.running() && self.status.has_next() {
            self.timers.set(Timer::Poll, now.after(1_000));
        }
    }

    /// Settles every choice that will not be sent any more.
    pub(crate) fn drop_choices(&mut self) {
        self.resolve_choice();
        self.drop_following();
    }

    fn drop_following(&mut self) {
        if let Some(choice) = self.status.following.take() {
            self.outputs.push(Output::StatusSet { request: choice.request });
        }
    }

    /// On line and not registered: the watch runs. Else it does not.
    pub(crate) fn arm_watchdog(&mut self, now: Time) {
        let unreachable = self.life != Life::Stopped
            && self.status.on_line()
            && self.user_agent().status != UserAgentStatus::Registered
            && !self.status.takes_off_line();
        let armed = self.timers.runs(Timer::Watchdog);
        if unreachable && !armed {
            self.timers.set(Timer::Watchdog, now.after(WATCHDOG_MS));
        } else if armed && !unreachable {
            self.timers.clear(Timer::Watchdog);
        }
    }

    pub(crate) fn watchdog_fired(&mut self, now: Time) {
        let Some(record) = &self.status.slice.data else { return };
        if self.status.is_chosen() {
            // The operator is choosing: what comes of it decides.
            return self.timers.set(Timer::Watchdog, now.after(1_000));
        }
        self.status.intent = Intent::OffLine { version: record.version };
        let call = if self.in_call() { "true" } else { "false" };
        self.trace(now, "watchdog_fired sub_status in_call", &[REGISTRATION_LOST, call]);
        self.request(now, Resource::PutStatus);
    }

    /// The intent is settled; the choice that followed it is next.
    fn finish_intent(&mut self, now: Time) {
        self.resolve_choice();
        if let Some(mut choice) = self.status.following.take() {
            choice.give_up = now.after(GIVE_UP_MS);
            self.status.intent = Intent::Choice { choice, again: false };
            self.request(now, Resource::PutStatus);
        } else if self.status.slice.loading && !self.requests.in_flight(Resource::Launch) {
            self.status.slice.loading = false;
            self.mark(Slice::Status);
        }
    }

    fn resolve_choice(&mut self) {
        if let Intent::Choice { choice, .. } = core::mem::replace(&mut self.status.intent, Intent::None) {
            self.outputs.push(Output::StatusSet { request: choice.request });
        }
        if self.requests.waits(Resource::PutStatus) {
            self.timers.clear(Timer::Http(Resource::PutStatus));
            self.requests.succeeded(Resource::PutStatus);
        }
    }
}

/// Whether the same request may succeed in a moment.
fn passes(error: &HttpError) -> bool {
    matches!(error.status, 0 | 408 | 429 | 500..)
}

/// A 401, or a 403 that says that this is no operator: of more consequence than one request.
fn tells_who(error: &HttpError) -> bool {
    error.status == 401 || matches!(error.code.as_str(), "not_an_operator" | "disabled")
}
