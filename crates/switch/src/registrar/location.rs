//! Who can be reached where.

use std::collections::BTreeMap;

use headset_sip::Time;

use crate::io::{ConnectionId, ListenerId};

/// One client's connection to one registrar (RFC 5626).
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) id: u64,
    pub(crate) login: String,
    pub(crate) connection: ConnectionId,
    pub(crate) listener: ListenerId,
    pub(crate) name: FlowName,
    /// The Contact's URI: where requests are addressed to.
    pub(crate) contact: String,
    pub(crate) expires: Time,
    /// The page behind it answers.
    pub(crate) live: bool,
    call_id: String,
    cseq: u32,
}

/// What tells one client's flows apart: RFC 5626 §4.1's instance and reg-id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowName {
    /// `<urn:uuid:…>`; the contact's URI for a client that knows no outbound.
    pub(crate) instance: String,
    /// 0 for a client that knows no outbound.
    pub(crate) reg_id: u32,
}

/// A binding that a REGISTER asks for.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) name: FlowName,
    pub(crate) contact: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
}

/// Where a REGISTER came in, and for whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) login: &'a str,
    pub(crate) connection: ConnectionId,
    pub(crate) listener: ListenerId,
}

/// What became of a binding.
#[derive(Debug)]
pub(crate) enum Bound {
    /// The flow was known on this connection and lives longer now.
    Refreshed {
        flow: u64,
    },
    /// A new flow, in place of an older one of the same name.
    New {
        flow: u64,
        replaced: Option<Flow>,
    },
    /// A REGISTER that was overtaken by a later one of the same Call-ID (RFC 3261 §10.3).
    Overtaken,
    TooMany,
}

/// The location store, shared by all registrars.
#[derive(Debug)]
pub(crate) struct Location {
    flows: BTreeMap<u64, Flow>,
    by_login: BTreeMap<String, Vec<u64>>,
    by_connection: BTreeMap<ConnectionId, Vec<u64>>,
    next_id: u64,
    per_login: usize,
}

impl Location {
    pub(crate) fn new(per_login: usize) -> Self {
        Self {
            flows: BTreeMap::new(),
            by_login: BTreeMap::new(),
            by_connection: BTreeMap::new(),
            next_id: 1,
            per_login,
        }
    }

    pub(crate) fn bind(&mut self, origin: Origin<'_>, binding: Binding, expires: Time) -> Bound {
        let known = self.of_login(origin.login).find(|flow| flow.name == binding.name).map(|flow| flow.id);
        let mut replaced = None;
        if let Some(id) = known
            && let Some(flow) = self.flows.get_mut(&id)
        {
            if flow.call_id == binding.call_id && binding.cseq <= flow.cseq {
                return Bound::Overtaken;
            }
            if flow.connection == origin.connection {
                flow.contact = binding.contact;
                flow.expires = expires;
                flow.call_id = binding.call_id;
                flow.cseq = binding.cseq;
                return Bound::Refreshed { flow: id };
            }
            replaced = self.remove(id);
        } else if self.by_login.get(origin.login).is_some_and(|flows| flows.len() >= self.per_login) {
            return Bound::TooMany;
        }
        let id = self.next_id;
        self.next_id += 1;
        self.by_login.entry(origin.login.to_owned()).or_default().push(id);
        self.by_connection.entry(origin.connection).or_default().push(id);
        self.flows.insert(
            id,
            Flow {
                id,
                login: origin.login.to_owned(),
                connection: origin.connection,
                listener: origin.listener,
                name: binding.name,
                contact: binding.contact,
                expires,
                live: true,
                call_id: binding.call_id,
                cseq: binding.cseq,
            },
        );
        Bound::New { flow: id, replaced }
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<Flow> {
        let flow = self.flows.remove(&id)?;
        forget(&mut self.by_login, &flow.login, id);
        forget(&mut self.by_connection, &flow.connection, id);
        Some(flow)
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Flow> {
        self.flows.get(&id)
    }

    /// A login's flows, the oldest first.
    pub(crate) fn of_login(&self, login: &str) -> impl Iterator<Item = &Flow> {
        self.by_login.get(login).into_iter().flatten().filter_map(|id| self.flows.get(id))
    }

    /// A login's flows whose page answers, the newest first: after a reload it is the one that is heard.
    pub(crate) fn live_of_login(&self, login: &str) -> impl Iterator<Item = &Flow> {
        let ids = self.by_login.get(login).into_iter().flat_map(|ids| ids.iter().rev());
        ids.filter_map(|id| self.flows.get(id)).filter(|flow| flow.live)
    }

    pub(crate) fn of_connection(&self, connection: ConnectionId) -> Vec<u64> {
        self.by_connection.get(&connection).cloned().unwrap_or_default()
    }

    /// Notes whether the page behind a connection answers; gives the flows for which that is news.
    pub(crate) fn set_live(&mut self, connection: ConnectionId, live: bool) -> Vec<Flow> {
        let mut changed = Vec::new();
        for id in self.of_connection(connection) {
            if let Some(flow) = self.flows.get_mut(&id)
                && flow.live != live
            {
                flow.live = live;
                changed.push(flow.clone());
            }
        }
        changed
    }
}

fn forget<K: Ord>(index: &mut BTreeMap<K, Vec<u64>>, key: &K, id: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.retain(|other| *other != id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(connection: u64) -> Origin<'static> {
        Origin { login: "anna", connection: ConnectionId(connection), listener: ListenerId(0) }
    }

    fn binding(reg_id: u32, cseq: u32) -> Binding {
        Binding {
            name: FlowName { instance: "<urn:uuid:1>".into(), reg_id },
            contact: "sip:x@y.invalid".into(),
            call_id: "c".into(),
            cseq,
        }
    }

    fn new_flow(bound: Bound) -> u64 {
        match bound {
            Bound::New { flow, .. } => flow,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_registrars_are_two_flows_and_a_refresh_is_none() {
        let mut location = Location::new(4);
        let first = new_flow(location.bind(origin(1), binding(1, 1), Time(10)));
        let second = new_flow(location.bind(origin(2), binding(2, 1), Time(10)));
        assert_ne!(first, second);
        let bound = location.bind(origin(1), binding(1, 2), Time(20));
        assert!(matches!(bound, Bound::Refreshed { flow } if flow == first));
        assert_eq!(location.of_login("anna").count(), 2);
        assert_eq!(location.live_of_login("anna").next().map(|flow| flow.id), Some(second));
    }

    #[test]
    fn a_new_connection_takes_the_place_of_the_old_one() {
        let mut location = Location::new(1);
        let old = new_flow(location.bind(origin(1), binding(1, 1), Time(10)));
        let Bound::New { flow, replaced } = location.bind(origin(2), binding(1, 2), Time(10)) else {
            panic!("not new")
        };
        assert_eq!(replaced.map(|flow| flow.id), Some(old));
        assert!(location.of_connection(ConnectionId(1)).is_empty());
        assert_eq!(location.of_connection(ConnectionId(2)), [flow]);
    }

    #[test]
    fn an_overtaken_or_surplus_register_changes_nothing() {
        let mut location = Location::new(1);
        new_flow(location.bind(origin(1), binding(1, 5), Time(10)));
        assert!(matches!(location.bind(origin(1), binding(1, 5), Time(20)), Bound::Overtaken));
        assert!(matches!(location.bind(origin(2), binding(2, 1), Time(20)), Bound::TooMany));
        assert_eq!(location.of_login("anna").map(|flow| flow.expires).collect::<Vec<_>>(), [Time(10)]);
    }
}
