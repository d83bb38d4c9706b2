//! BYE, to ends that may not be reachable just now.

use std::collections::BTreeMap;
use std::time::Duration;

use headset_sip::{Dialog, Method, Name, Request};

use super::{Calls, Use};
use crate::edge::{Edge, Timer};
use crate::io::ConnectionId;

/// How long a BYE waits for a flow.
const FLOW_WAIT: Duration = Duration::from_secs(10);

/// The BYEs that are not answered.
#[derive(Debug, Default)]
pub(super) struct Partings(BTreeMap<u64, Parting>);

#[derive(Debug)]
struct Parting {
    login: String,
    /// Where its end was heard last.
    connection: ConnectionId,
    dialog: Dialog,
    reason: Option<String>,
    is_sent: bool,
}

impl Partings {
    pub(super) fn done(&mut self, number: u64) {
        self.0.remove(&number);
    }

    /// Whether a request belongs to a dialog that is being ended.
    pub(super) fn contains(&self, request: &Request) -> bool {
        self.0.values().any(|parting| parting.dialog.matches_request(request))
    }
}

impl Calls {
    /// Sends a BYE, now or when its end can be reached.
    pub(super) fn part(
        &mut self,
        edge: &mut Edge,
        login: &str,
        connection: ConnectionId,
        dialog: Dialog,
        reason: Option<String>,
    ) {
        let number = self.number();
        let login = login.to_owned();
        self.partings.0.insert(number, Parting { login, connection, dialog, reason, is_sent: false });
        edge.timers.set(Timer::Parting(number), edge.now + FLOW_WAIT);
        self.send_parting(edge, number);
    }

    fn send_parting(&mut self, edge: &mut Edge, number: u64) {
        let Some(parting) = self.partings.0.get_mut(&number) else { return };
        let Some(path) = edge.path(&parting.login, parting.connection) else { return };
        let mut bye = parting.dialog.request(Method::Bye);
        if let Some(reason) = &parting.reason {
            bye = bye.header(Name::Reason, reason);
        }
        let (key, _) = edge.request(path, bye);
        parting.is_sent = true;
        parting.connection = path;
        self.uses.insert(key, Use::Parting(number));
    }

    /// The BYE's connection is gone, or nobody answered: again elsewhere, while its time lasts.
    pub(super) fn parting_failed(&mut self, edge: &mut Edge, number: u64) {
        if !edge.timers.is_set(Timer::Parting(number)) {
            return self.partings.done(number);
        }
        if let Some(parting) = self.partings.0.get_mut(&number) {
            parting.is_sent = false;
            self.send_parting(edge, number);
        }
    }

    /// A BYE's time to find a flow is over; one that was sent may still be answered.
    pub(crate) fn parting_waited(&mut self, number: u64) {
        if self.partings.0.get(&number).is_some_and(|parting| !parting.is_sent) {
            self.partings.done(number);
        }
    }

    pub(super) fn retry_partings(&mut self, edge: &mut Edge, login: &str) {
        let unsent = self.partings.0.iter().filter(|(_, parting)| !parting.is_sent && parting.login == login);
        let unsent: Vec<u64> = unsent.map(|(number, _)| *number).collect();
        for number in unsent {
            self.send_parting(edge, number);
        }
    }
}
