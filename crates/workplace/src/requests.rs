//! What is asked of the backend: at most one request of a kind at a time, and when to ask again.

use crate::io::{Error, HttpError, HttpId};
use alloc::string::String;
use headset_sip::{Entropy, Time};

/// How long an answer is waited for.
pub(crate) const ANSWER_WITHIN_MS: u64 = 15_000;
const FIRST_DELAY_MS: u64 = 500;
const URGENT_CAP_MS: u64 = 3_000;
const CAP_MS: u64 = 30_000;
const URGENT_FOR_MS: u64 = 300_000;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Hash,
    Launch,
    Status,
    PutStatus,
    Registrars,
    Events,
}

impl Resource {
    pub(crate) const ALL: [Resource; 6] = [
        Resource::Hash,
        Resource::Launch,
        Resource::Status,
        Resource::PutStatus,
        Resource::Registrars,
        Resource::Events,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    InFlight(HttpId),
    /// Until the timer; `offline`: the network failed, so any sign of it ends the wait.
    Waiting {
        offline: bool,
    },
    /// 401 or 403: until the user comes back.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    phase: Phase,
    failures: u32,
    /// Where there were failures.
    failing_since: Time,
    /// The user has come back since it was asked: it may be refused for what is no longer so.
    outlived: bool,
}

impl Slot {
    const NEW: Slot = Slot { phase: Phase::Idle, failures: 0, failing_since: Time(0), outlived: false };
}

#[derive(Debug)]
pub(crate) struct Requests {
    slots: [Slot; 6],
    next_id: u32,
}

impl Requests {
    pub(crate) fn new() -> Self {
        Self { slots: [Slot::NEW; 6], next_id: 1 }
    }

    /// Forgets everything; answers to what was asked before find nobody.
    pub(crate) fn reset(&mut self) {
        self.slots = [Slot::NEW; 6];
    }

    pub(crate) fn phase(&self, resource: Resource) -> Phase {
        self.slots[resource as usize].phase
    }

    /// Waits for its time or for the network.
    pub(crate) fn waits(&self, resource: Resource) -> bool {
        matches!(self.phase(resource), Phase::Waiting { .. })
    }

    pub(crate) fn in_flight(&self, resource: Resource) -> bool {
        matches!(self.phase(resource), Phase::InFlight(_))
    }

    /// `None` while one is in flight.
    pub(crate) fn begin(&mut self, resource: Resource) -> Option<HttpId> {
        if self.in_flight(resource) {
            return None;
        }
        let id = HttpId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        let slot = &mut self.slots[resource as usize];
        slot.phase = Phase::InFlight(id);
        slot.outlived = false;
        Some(id)
    }

    /// The user came back: perhaps they have logged in.
    pub(crate) fn user_returned(&mut self) {
        for slot in &mut self.slots {
            slot.outlived = true;
        }
    }

    /// Whether the user has come back since the last request of this kind was made.
    pub(crate) fn outlived(&self, resource: Resource) -> bool {
        self.slots[resource as usize].outlived
    }

    /// What `id` asked for, if its answer is still waited for.
    pub(crate) fn take(&mut self, id: HttpId) -> Option<Resource> {
        let resource = *Resource::ALL.iter().find(|r| self.phase(**r) == Phase::InFlight(id))?;
        self.idle(resource);
        Some(resource)
    }

    pub(crate) fn succeeded(&mut self, resource: Resource) {
        self.idle(resource);
        self.slots[resource as usize].failures = 0;
    }

    pub(crate) fn idle(&mut self, resource: Resource) {
        self.slots[resource as usize].phase = Phase::Idle;
    }

    pub(crate) fn refused(&mut self, resource: Resource) {
        self.slots[resource as usize].phase = Phase::Refused;
    }

    /// Counts a failure and says when to ask again. `urgent`: the operator is on line or in a call.
    pub(crate) fn back_off(
        &mut self,
        resource: Resource,
        now: Time,
        urgent: bool,
        error: &HttpError,
        entropy: &mut Entropy,
    ) -> Time {
        let slot = &mut self.slots[resource as usize];
        if slot.failures == 0 {
            slot.failing_since = now;
        }
        let urgent = urgent && now.0.saturating_sub(slot.failing_since.0) < URGENT_FOR_MS;
        let delay = match error.retry_after_s {
            Some(seconds) => u64::from(seconds.min(3600)) * 1000 + entropy.jitter(1000),
            None => delay_ms(slot.failures, if urgent { URGENT_CAP_MS } else { CAP_MS }, entropy),
        };
        slot.failures = slot.failures.saturating_add(1);
        slot.phase = Phase::Waiting { offline: error.status == 0 };
        now.after(delay)
    }

    /// Whether a failed network is what a request waits for.
    pub(crate) fn waits_for_network(&self, resource: Resource) -> bool {
        self.phase(resource) == Phase::Waiting { offline: true }
    }
}

/// Exponential from half a second to `cap`, its upper half random.
pub(crate) fn delay_ms(failures: u32, cap: u64, entropy: &mut Entropy) -> u64 {
    let delay = (FIRST_DELAY_MS << failures.min(7)).min(cap);
    delay / 2 + entropy.jitter(delay / 2)
}

/// Time will not mend it, only the user can: log in, or be made an operator.
pub(crate) fn is_refusal(error: &HttpError) -> bool {
    matches!(error.status, 401 | 403)
}

/// The error as applications see it.
pub(crate) fn describe(error: &HttpError) -> Error {
    let (code, message) = match error.status {
        0 => ("network", "The server cannot be reached."),
        401 => ("unauthenticated", "Log in first."),
        403 => ("forbidden", "This account may not do that."),
        412 => ("version_mismatch", "It was changed elsewhere at the same moment."),
        429 => ("too_many_requests", "Too many requests; wait a little."),
        500.. => ("server_error", "The server failed."),
        _ => ("unexpected_answer", "The server's answer was not understood."),
    };
    let refused = is_refusal(error);
    let or = |given: &str, default: &str| String::from(if given.is_empty() { default } else { given });
    Error {
        code: if error.status == 0 { code.into() } else { or(&error.code, code) },
        message: or(&error.detail, message),
        fatal: refused,
        recovering: !refused,
        login_url: error.login_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: u16) -> HttpError {
        HttpError { status, ..HttpError::default() }
    }

    #[test]
    fn back_off_is_capped_at_3_s_for_five_minutes_of_urgency_and_at_30_s_after() {
        let mut entropy = Entropy::new([7; 32]);
        let mut requests = Requests::new();
        let mut now = Time(1_000);
        let mut longest = (0, 0);
        for _ in 0..400 {
            let at = requests.back_off(Resource::Hash, now, true, &failed(503), &mut entropy);
            let delay = at.0 - now.0;
            if now.0 < 301_000 {
                longest.0 = delay.max(longest.0)
            } else {
                longest.1 = delay.max(longest.1)
            }
            now = at;
        }
        assert!((2_000..=3_000).contains(&longest.0), "{longest:?}");
        assert!((20_000..=30_000).contains(&longest.1), "{longest:?}");
    }

    #[test]
    fn a_given_wait_is_kept() {
        let mut entropy = Entropy::new([7; 32]);
        let error = HttpError { retry_after_s: Some(20), ..failed(429) };
        let at = Requests::new().back_off(Resource::Hash, Time(0), true, &error, &mut entropy);
        assert!((20_000..21_001).contains(&at.0), "{at:?}");
    }

    #[test]
    fn one_request_of_a_kind_at_a_time() {
        let mut requests = Requests::new();
        let id = requests.begin(Resource::Hash).expect("free");
        assert_eq!(requests.begin(Resource::Hash), None);
        assert_eq!(requests.take(id), Some(Resource::Hash));
        assert_eq!(requests.take(id), None, "answered twice");
        assert!(requests.begin(Resource::Hash).is_some());
    }

    #[test]
    fn the_backends_code_wins_over_ours() {
        let error = HttpError { code: "not_an_operator".into(), ..failed(403) };
        let seen = describe(&error);
        assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), ("not_an_operator", true, false));
    }

    #[test]
    fn an_error_without_a_code_of_its_own_gets_the_one_in_the_docs() {
        let codes = [
            (0, "network"),
            (200, "unexpected_answer"),
            (401, "unauthenticated"),
            (403, "forbidden"),
            (404, "unexpected_answer"),
            (412, "version_mismatch"),
            (429, "too_many_requests"),
            (500, "server_error"),
            (502, "server_error"),
        ];
        for (status, code) in codes {
            let seen = describe(&failed(status));
            let refused = matches!(status, 401 | 403);
            assert_eq!((seen.code.as_str(), seen.fatal, seen.recovering), (code, refused, !refused));
            assert!(!seen.message.is_empty());
        }
        let offline = HttpError { code: "TypeError".into(), detail: "Failed to fetch".into(), ..failed(0) };
        let seen = describe(&offline);
        assert_eq!((seen.code.as_str(), seen.message.as_str()), ("network", "Failed to fetch"));
    }
}
