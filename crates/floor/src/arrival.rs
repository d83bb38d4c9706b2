//! A call arrives: who may call whom, and what is done at once.

use crate::call::{Call, Route};
use crate::events::{CALL_ARRIVED, CALL_CONSULTATION, CALL_QUEUED};
use crate::floor::Floor;
use crate::io::{CallId, CallRecord, Login, OfferOutcome, Outcome, Reachability, Side, Status};
use crate::offer::{DIRECT_RINGING, RESERVED_BEYOND_RINGING};
use crate::operator::Work;
use crate::timers::Timer;

const GUEST: &str = "guest-";

impl Floor {
    pub(crate) fn call_arrived(&mut self, id: CallId, caller: Login, caller_name: String, target: String) {
        if self.calls.contains_key(&id) {
            return;
        }
        let route = self.route(&caller, &target);
        let queue = match &route {
            Route::Queue(queue) => Some(queue.clone()),
            _ => None,
        };
        let record = CallRecord {
            id: id.clone(),
            caller: caller.clone(),
            target: target.clone(),
            queue,
            operator: None,
            arrived_at: self.wall,
            answered_at: None,
            ended_at: None,
            outcome: None,
            ended_by: None,
            offers: Vec::new(),
            transfers: Vec::new(),
        };
        let turn = self.count();
        self.calls.insert(id.clone(), Call::new(record, caller_name, route.clone(), turn, self.now));
        self.note_call(CALL_ARRIVED, &id, None, vec![("caller", caller.clone()), ("target", target)]);

        if let Err((status, reason, outcome)) = self.engage_caller(&id, &caller) {
            return self.reject(&id, status, reason, outcome);
        }
        match route {
            Route::Queue(queue) => self.join_queue(&id, &queue),
            Route::Operator(login) => self.call_operator(&id, login),
            Route::Guest(login) => self.call_guest(&id, &login),
            Route::Nowhere(status, reason) => self.reject(&id, status, reason, Outcome::Failed),
        }
    }

    pub(crate) fn route(&self, caller: &str, target: &str) -> Route {
        if self.lines.contains_key(target) {
            Route::Queue(target.to_owned())
        } else if !self.operators.contains_key(caller) {
            Route::Nowhere(403, "Guests may call queues only")
        } else if self.operators.contains_key(target) {
            Route::Operator(target.to_owned())
        } else if let Some(number) = number(target) {
            Route::Guest(format!("{GUEST}{number}"))
        } else {
            Route::Nowhere(404, "Nobody of that name")
        }
    }

    /// An operator who calls out is in a call from this moment, or in a second one beside it. What was about to be offered to them goes to
    /// the next: they have chosen.
    fn engage_caller(&mut self, call: &CallId, caller: &Login) -> Result<(), (u16, &'static str, Outcome)> {
        let Some(operator) = self.operators.get_mut(caller) else {
            let known = caller.strip_prefix(GUEST).is_some();
            return if known { Ok(()) } else { Err((403, "Unknown caller", Outcome::Failed)) };
        };
        if !operator.enabled {
            return Err((403, "The account is disabled", Outcome::Failed));
        }
        let in_call = Work::InCall { call: call.clone(), side: Side::Caller, held: false, beside: None };
        match std::mem::replace(&mut operator.work, in_call) {
            Work::Idle => {}
            Work::Offered { call: offered, .. } => {
                operator.unconfirmed = Some(offered.clone());
                self.revoke(&offered, OfferOutcome::Busy, "They called out");
            }
            Work::InCall { call: first, side, held, beside: None } if self.may_consult(&first) => {
                let work = Work::InCall { call: first.clone(), side, held, beside: Some(call.clone()) };
                self.set_work(caller, work);
                self.note_call(CALL_CONSULTATION, call, Some(caller), vec![("beside", first)]);
            }
            talking @ Work::InCall { .. } => {
                self.set_work(caller, talking);
                return Err((486, "Already in a call", Outcome::Failed));
            }
        }
        self.hold_parties(call);
        self.touch(caller);
        Ok(())
    }

    /// Whether a second call may be made beside this one: it was answered, and is not being handed over.
    fn may_consult(&self, first: &str) -> bool {
        self.calls.get(first).and_then(Call::talk).is_some_and(|talk| talk.transfer.is_none())
    }

    fn set_work(&mut self, login: &Login, work: Work) {
        if let Some(operator) = self.operators.get_mut(login) {
            operator.work = work;
        }
    }

    pub(crate) fn join_queue(&mut self, call: &CallId, queue: &str) {
        let Some(line) = self.lines.get_mut(queue) else { return };
        let position = line.join(call.clone());
        if let Some(wait) = line.config.max_wait_time {
            self.timers.set(Timer::MaxWait(call.clone()), self.now + wait);
        }
        let fields = vec![("queue", queue.to_owned()), ("position", position.to_string())];
        self.note_call(CALL_QUEUED, call, None, fields);
        self.stir();
    }

    /// A colleague's call rings whoever is on line and not in a call; delays and wrap-up are the queues'.
    pub(crate) fn call_operator(&mut self, call: &CallId, login: Login) {
        let Some(operator) = self.operators.get(&login) else { return };
        if operator.is_occupied() {
            return self.reject(call, 486, "Busy", Outcome::Rejected);
        }
        if !operator.enabled || operator.ledger.record().status != Status::Connected {
            return self.reject(call, 480, "Not on line", Outcome::Failed);
        }
        if self.reachability(&login) != Reachability::Registered {
            return self.reject(call, 480, "Not reachable", Outcome::Failed);
        }
        let until = self.wall + DIRECT_RINGING + RESERVED_BEYOND_RINGING;
        self.reserve(call.clone(), vec![login], until);
    }

    /// Guests are reserved nowhere: only this node's calls reach them.
    pub(crate) fn call_guest(&mut self, call: &CallId, login: &Login) {
        if self.reachability(login) != Reachability::Registered {
            return self.reject(call, 480, "Not reachable", Outcome::Failed);
        }
        if self.calls.values().any(|of| of.is_open() && of.involves(login)) {
            return self.reject(call, 486, "Busy", Outcome::Rejected);
        }
        self.offer(call, login);
    }
}

/// The number of a guest's login, or one that is dialled: digits, perhaps after a plus.
fn number(target: &str) -> Option<&str> {
    let number = target.strip_prefix(GUEST).unwrap_or(target);
    let digits = number.strip_prefix('+').unwrap_or(number);
    ((3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_dialled_in_several_ways() {
        for target in ["guest-79991234567", "79991234567", "+79991234567", "guest-+79991234567"] {
            assert_eq!(number(target), Some("79991234567"), "{target}");
        }
        for target in ["", "12", "guest-", "anna", "7999123456789012", "7 999"] {
            assert_eq!(number(target), None, "{target}");
        }
    }
}
