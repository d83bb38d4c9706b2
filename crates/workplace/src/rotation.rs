//! Which registrars the client belongs to, and how it moves when that changes.

use crate::io::Rotation;
use alloc::string::String;
use alloc::vec::Vec;
use headset_softphone::{FlowStatus, FlowView, Registrar};

#[derive(Debug)]
pub(crate) struct Rotator {
    assigned: Vec<Registrar>,
    /// While moving: those that are not yet registered with. The move lasts until they are and nobody is being left.
    joining: Vec<String>,
    state: State,
}

#[derive(Debug)]
enum State {
    None,
    Pending(Vec<Registrar>),
    Moving,
    Completed,
}

/// What an announced set comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    Nothing,
    /// A pending change was taken back.
    Withdrawn,
    /// Wait for the call to end.
    Pending,
    /// Move to what is assigned now.
    Move,
}

impl Rotator {
    /// The user agent starts with these.
    pub(crate) fn new(assigned: Vec<Registrar>) -> Self {
        Self { assigned, joining: Vec::new(), state: State::None }
    }

    /// The backend said where the client belongs. An empty set is no answer.
    pub(crate) fn announced(&mut self, registrars: Vec<Registrar>, in_call: bool) -> Step {
        if registrars.is_empty() {
            return Step::Nothing;
        }
        if same(&registrars, &self.assigned) {
            if let State::Pending(_) = self.state {
                self.state = State::None;
                return Step::Withdrawn;
            }
            return Step::Nothing;
        }
        if !in_call {
            self.move_to(registrars);
            return Step::Move;
        }
        match &self.state {
            State::Pending(pending) if same(pending, &registrars) => Step::Nothing,
            _ => {
                self.state = State::Pending(registrars);
                Step::Pending
            }
        }
    }

    /// Whether a set was waiting for the call, which is to be moved to now.
    pub(crate) fn call_ended(&mut self) -> bool {
        let State::Pending(pending) = &mut self.state else { return false };
        let registrars = core::mem::take(pending);
        self.move_to(registrars);
        true
    }

    /// Whether the move has just been completed. Every assigned registrar has a flow.
    pub(crate) fn flows_changed(&mut self, flows: &[FlowView]) -> bool {
        if !matches!(self.state, State::Moving) {
            return false;
        }
        let settled = flows.iter().all(|flow| {
            flow.status != FlowStatus::Leaving
                && has(&self.assigned, &flow.registrar)
                && (flow.status == FlowStatus::Registered || !self.joining.contains(&flow.registrar.id))
        });
        if settled {
            self.joining.clear();
            self.state = State::Completed;
        }
        settled
    }

    pub(crate) fn assigned(&self) -> &[Registrar] {
        &self.assigned
    }

    pub(crate) fn view(&self) -> Rotation {
        match self.state {
            State::None => Rotation::None,
            State::Pending(_) => Rotation::Pending,
            State::Moving => Rotation::Moving,
            State::Completed => Rotation::Completed,
        }
    }

    fn move_to(&mut self, registrars: Vec<Registrar>) {
        let mut joining = Vec::new();
        for registrar in &registrars {
            if !has(&self.assigned, registrar) || self.joining.contains(&registrar.id) {
                joining.push(registrar.id.clone());
            }
        }
        self.joining = joining;
        self.assigned = registrars;
        self.state = State::Moving;
    }
}

/// The weight is no reason to move.
fn has(registrars: &[Registrar], one: &Registrar) -> bool {
    registrars.iter().any(|r| r.id == one.id && r.uri == one.uri && r.reg_id == one.reg_id)
}

fn same(a: &[Registrar], b: &[Registrar]) -> bool {
    a.len() == b.len() && a.iter().all(|one| has(b, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;

    fn set(ids: &[u32]) -> Vec<Registrar> {
        let one = |n: &u32| Registrar::new(format!("r{n}"), format!("ws://{n}"), 1, *n);
        ids.iter().map(one).collect()
    }

    fn flows(of: &[(u32, FlowStatus)]) -> Vec<FlowView> {
        let one = |(n, status): &(u32, FlowStatus)| FlowView {
            registrar: set(&[*n]).remove(0),
            status: *status,
            error: None,
        };
        of.iter().map(one).collect()
    }

    fn started(ids: &[u32]) -> Rotator {
        Rotator::new(set(ids))
    }

    #[test]
    fn the_same_set_in_another_order_or_weight_is_nothing() {
        let mut rotator = started(&[1, 2]);
        let mut again = set(&[2, 1]);
        again[0].weight = 9;
        assert_eq!(rotator.announced(again, false), Step::Nothing);
        assert_eq!(rotator.announced(Vec::new(), false), Step::Nothing, "empty");
        assert_eq!(rotator.view(), Rotation::None);
    }

    #[test]
    fn a_move_is_completed_when_the_new_is_registered_and_the_old_has_gone() {
        use FlowStatus::{Connecting, Leaving, Registered};
        let mut rotator = started(&[1, 2]);
        assert_eq!(rotator.announced(set(&[1, 3]), false), Step::Move);
        assert_eq!(rotator.assigned(), set(&[1, 3]));
        assert!(!rotator.flows_changed(&flows(&[(1, Registered), (2, Registered), (3, Connecting)])));
        assert!(!rotator.flows_changed(&flows(&[(1, Registered), (2, Leaving), (3, Registered)])));
        assert!(!rotator.flows_changed(&flows(&[(1, Registered), (3, Connecting)])));
        assert!(rotator.flows_changed(&flows(&[(1, Registered), (3, Registered)])));
        assert_eq!(rotator.view(), Rotation::Completed);
    }

    #[test]
    fn in_a_call_a_change_waits_and_the_newest_one_is_carried_out() {
        let mut rotator = started(&[1, 2]);
        assert_eq!(rotator.announced(set(&[1, 3]), true), Step::Pending);
        assert_eq!(rotator.announced(set(&[3, 1]), true), Step::Nothing, "known");
        assert_eq!(rotator.announced(set(&[2, 3]), true), Step::Pending);
        assert!(rotator.call_ended());
        assert_eq!(rotator.assigned(), set(&[2, 3]));
        assert!(!rotator.call_ended());
    }

    #[test]
    fn a_change_taken_back_during_the_call_moves_nothing() {
        let mut rotator = started(&[1, 2]);
        assert_eq!(rotator.announced(set(&[1, 3]), true), Step::Pending);
        assert_eq!(rotator.announced(set(&[1, 2]), true), Step::Withdrawn);
        assert!(!rotator.call_ended());
        assert_eq!(rotator.assigned(), set(&[1, 2]));
        assert_eq!(rotator.view(), Rotation::None);
    }

    #[test]
    fn a_registrar_that_moved_to_another_address_is_another_registrar() {
        let mut rotator = started(&[1]);
        let moved = vec![Registrar { uri: "ws://elsewhere".into(), ..set(&[1]).remove(0) }];
        assert_eq!(rotator.announced(moved.clone(), false), Step::Move);
        assert_eq!(rotator.assigned(), moved);
    }
}
