//! Whether a client can be reached, and for how long it has not been.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::io::{Reachability, Time};

/// No live client at all (no live flow, no open stream): off line after this.
const ABSENT: Duration = Duration::from_secs(15);
/// The page is there but has no live flow. Its own watchdog acts at 15 s; this is for when it does not.
const FLOWLESS: Duration = Duration::from_secs(45);

/// The flows and streams of one login.
#[derive(Debug)]
pub(crate) struct Client {
    flows: BTreeMap<u64, Flow>,
    streams: u32,
    said_goodbye: bool,
    /// No live flow since.
    flowless_since: Option<Time>,
    /// No live flow and no stream since.
    absent_since: Option<Time>,
}

#[derive(Debug, PartialEq, Eq)]
enum Flow {
    Live,
    Stale,
}

impl Client {
    pub(crate) fn new(now: Time) -> Self {
        Self {
            flows: BTreeMap::new(),
            streams: 0,
            said_goodbye: false,
            flowless_since: Some(now),
            absent_since: Some(now),
        }
    }

    pub(crate) fn flow_live(&mut self, now: Time, flow: u64) {
        self.flows.insert(flow, Flow::Live);
        self.said_goodbye = false;
        self.count(now);
    }

    pub(crate) fn flow_stale(&mut self, now: Time, flow: u64) {
        if let Some(state) = self.flows.get_mut(&flow) {
            *state = Flow::Stale;
        }
        self.count(now);
    }

    pub(crate) fn flow_gone(&mut self, now: Time, flow: u64, goodbye: bool) {
        if self.flows.remove(&flow).is_some() {
            self.said_goodbye = goodbye;
        }
        self.count(now);
    }

    pub(crate) fn stream_opened(&mut self, now: Time) {
        self.streams += 1;
        self.count(now);
    }

    pub(crate) fn stream_closed(&mut self, now: Time) {
        self.streams = self.streams.saturating_sub(1);
        self.count(now);
    }

    pub(crate) fn reachability(&self) -> Reachability {
        if self.flows.values().any(|flow| *flow == Flow::Live) {
            Reachability::Registered
        } else if self.flows.is_empty() {
            Reachability::Unregistered
        } else {
            Reachability::Stale
        }
    }

    /// Nothing is left of it that would have to be remembered.
    pub(crate) fn is_gone(&self) -> bool {
        self.flows.is_empty() && self.streams == 0
    }

    pub(crate) fn said_goodbye(&self) -> bool {
        self.said_goodbye
    }

    /// Counts what is missing from now: the operator has just come on line.
    pub(crate) fn restart_watch(&mut self, now: Time) {
        for since in [&mut self.flowless_since, &mut self.absent_since].into_iter().flatten() {
            *since = now;
        }
    }

    /// When an operator who is on line is to be taken off, if nothing comes back.
    pub(crate) fn deadline(&self) -> Option<Time> {
        let absent = self.absent_since.map(|since| since + ABSENT);
        let flowless = self.flowless_since.map(|since| since + FLOWLESS);
        absent.into_iter().chain(flowless).min()
    }

    /// The sub_status with which they are taken off line.
    pub(crate) fn verdict(&self) -> &'static str {
        if self.said_goodbye && self.is_gone() { "page_closed" } else { "unreachable" }
    }

    fn count(&mut self, now: Time) {
        let flow = self.reachability() == Reachability::Registered;
        let since = |missing: bool, since: Option<Time>| missing.then(|| since.unwrap_or(now));
        self.flowless_since = since(!flow, self.flowless_since);
        self.absent_since = since(!flow && self.streams == 0, self.absent_since);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_comes_and_goes_does_not_restart_the_flows_count() {
        let mut client = Client::new(Time(0));
        client.stream_opened(Time(10_000));
        assert_eq!(client.deadline(), Some(Time(45_000)));
        client.stream_closed(Time(40_000));
        assert_eq!(client.deadline(), Some(Time(45_000)));
    }

    #[test]
    fn a_stale_flow_that_is_left_is_no_goodbye() {
        let mut client = Client::new(Time(0));
        client.flow_live(Time(1), 1);
        client.flow_live(Time(1), 2);
        client.flow_stale(Time(2), 1);
        client.flow_gone(Time(3), 2, true);
        assert_eq!(client.reachability(), Reachability::Stale);
        assert_eq!(client.verdict(), "unreachable");
        assert_eq!(client.deadline(), Some(Time(15_003)));
    }

    #[test]
    fn a_flow_that_was_never_live_cannot_become_stale() {
        let mut client = Client::new(Time(0));
        client.flow_stale(Time(1), 7);
        assert_eq!(client.reachability(), Reachability::Unregistered);
    }
}
