//! What the floor does about its operators: their status, their delays, the watch over their clients.

use std::time::Duration;

use crate::events::{
    ASSIGNMENT_CHANGED, OPERATOR_REGISTERED, OPERATOR_STALE, OPERATOR_UNREGISTERED, REGISTRAR_CHANGED,
    WRAP_UP_ENDED,
};
use crate::floor::{Floor, Pending};
use crate::io::{
    By, CallId, FloorError, Login, OfferOutcome, OperatorRecord, Output, Push, Reachability, RegistrarConfig,
    RequestId, Status, StatusChange, StatusRecord, Stored, Write, WriteId,
};
use crate::operator::{Operator, Rest, Work};
use crate::reach::Client;
use crate::status::{self, Asked, Decision, Writing};
use crate::timers::{Timer, backoff};

/// Storage knew better so often: something is wrong with it.
const CONFLICTS: u8 = 5;

impl Floor {
    pub(crate) fn status_wanted(&mut self, request: RequestId, login: Login, change: StatusChange) {
        let Some(operator) = self.operators.get_mut(&login) else {
            self.outputs.push_back(Output::Answer(request, Err(FloorError::UnknownOperator)));
            return;
        };
        operator.ledger.ask(Asked { request, change, conflicts: 0 });
        self.touch(&login);
    }

    /// Brings an operator's consequences in line with what has changed about them.
    pub(crate) fn settle_operator(&mut self, login: &Login) {
        let Some(operator) = self.operators.get(login) else { return };
        if let (false, Work::Offered { call, .. }) = (operator.enabled, &operator.work) {
            let call = call.clone();
            self.revoke(&call, OfferOutcome::Rejected, "The account was disabled");
        }
        self.work_on_status(login);
        self.watch(login);
        self.stir();
    }

    fn work_on_status(&mut self, login: &Login) {
        while let Some(operator) = self.operators.get_mut(login) {
            if operator.ledger.is_writing() {
                return;
            }
            let doing = operator.doing();
            let Some(asked) = operator.ledger.next_asked() else { break };
            match status::decide(operator.ledger.record(), &asked.change, doing, operator.enabled, self.wall)
            {
                Decision::Write(record) => return self.write_status(login, record, Some(asked)),
                Decision::Keep => {
                    let record = operator.ledger.record().clone();
                    self.outputs.push_back(Output::Answer(asked.request, Ok(record)));
                }
                Decision::Refuse(error) => self.outputs.push_back(Output::Answer(asked.request, Err(error))),
            }
        }
        if let Some(record) = self.own_decision(login) {
            self.write_status(login, record, None);
        }
    }

    /// The status that the floor itself wants for them now. Never during a call; asked for again whenever
    /// anything about them changes, so nothing has to be remembered.
    fn own_decision(&self, login: &Login) -> Option<StatusRecord> {
        let operator = self.operators.get(login)?;
        let record = operator.ledger.record();
        if operator.is_in_call() || operator.ledger.backing_off {
            return None;
        }
        let off = |sub_status: &str, status| {
            Some(status::changed(record, status, Some(sub_status.to_owned()), By::System, self.wall))
        };
        let on_line = record.status == Status::Connected;
        if !operator.enabled {
            let is_off = record.status == Status::Disconnected && record.next.is_none();
            return if is_off { None } else { off("disabled", Status::Disconnected) };
        }
        if let (Some(next), Work::Idle, false) = (&record.next, &operator.work, operator.is_wrapping_up()) {
            return Some(status::taken(record, next, self.wall));
        }
        let client = self.clients.get(login)?;
        if on_line && client.deadline().is_some_and(|at| at <= self.now) {
            return off(client.verdict(), Status::Disconnected);
        }
        if on_line && operator.missed_too_many && operator.work == Work::Idle {
            return off("ring_no_answer", Status::Paused);
        }
        None
    }

    fn write_status(&mut self, login: &Login, record: StatusRecord, asked: Option<Asked>) {
        let Some(operator) = self.operators.get_mut(login) else { return };
        let before = operator.ledger.record();
        let event = status::event(login, before, &record, self.wall);
        let expected_version = before.version;
        let write = Write::Status { login: login.clone(), expected_version, record: record.clone(), event };
        let id = self.store(Pending::Status(login.clone()), write);
        if let Some(operator) = self.operators.get_mut(login) {
            operator.ledger.begin(Writing { write: id, record, asked });
        }
    }

    pub(crate) fn status_stored(&mut self, login: &Login, write: WriteId, stored: Stored) {
        self.touch(login);
        let Some(operator) = self.operators.get_mut(login) else { return };
        let Some(Writing { record, asked, .. }) = operator.ledger.finish(write) else { return };
        match (stored, asked) {
            (Stored::Done, asked) => {
                operator.ledger.failures = 0;
                self.status_is(login, record.clone());
                if let Some(asked) = asked {
                    self.outputs.push_back(Output::Answer(asked.request, Ok(record)));
                }
            }
            (Stored::StatusConflict(truth), Some(mut asked)) => {
                asked.conflicts += 1;
                if asked.conflicts < CONFLICTS {
                    operator.ledger.ask_again(asked);
                } else {
                    let error = FloorError::Storage("the status keeps changing".to_owned());
                    self.outputs.push_back(Output::Answer(asked.request, Err(error)));
                }
                self.status_is(login, truth);
            }
            (Stored::StatusConflict(truth), None) => {
                operator.ledger.failures += 1;
                operator.ledger.backing_off = operator.ledger.failures > u32::from(CONFLICTS);
                if operator.ledger.backing_off {
                    let again = self.now + backoff(operator.ledger.failures);
                    self.timers.set(Timer::Status(login.clone()), again);
                }
                self.status_is(login, truth);
            }
            (other, asked) => {
                let why = match other {
                    Stored::Failed(why) => why,
                    other => format!("an answer that does not fit: {other:?}"),
                };
                if let Some(asked) = asked {
                    self.outputs.push_back(Output::Answer(asked.request, Err(FloorError::Storage(why))));
                    return;
                }
                operator.ledger.failures += 1;
                operator.ledger.backing_off = true;
                let again = self.now + backoff(operator.ledger.failures);
                self.timers.set(Timer::Status(login.clone()), again);
            }
        }
    }

    pub(crate) fn status_retry(&mut self, login: &Login) {
        if let Some(operator) = self.operators.get_mut(login) {
            operator.ledger.backing_off = false;
            self.touch(login);
        }
    }

    /// Takes a stored status as the truth, with what follows from it.
    fn status_is(&mut self, login: &Login, record: StatusRecord) {
        let count = self.count();
        let Some(operator) = self.operators.get_mut(login) else { return };
        let before = operator.ledger.take(record.clone());
        let came_on_line = record.status == Status::Connected && before.status != Status::Connected;
        if came_on_line {
            operator.idle_since = (self.now, count);
        }
        if record.status != before.status {
            operator.missed = 0;
            operator.missed_too_many = false;
        }
        if let (Status::Disconnected, Work::Offered { call, .. }) = (record.status, &operator.work) {
            let call = call.clone();
            self.revoke(&call, OfferOutcome::Rejected, "They went off line");
        }
        if let Some(client) = self.clients.get_mut(login).filter(|_| came_on_line) {
            client.restart_watch(self.now);
        }
        self.outputs.push_back(Output::Push(login.clone(), Push::Status(record)));
        self.touch(login);
    }

    /// Keeps the watch's timer: running only while they are on line and not in a call.
    fn watch(&mut self, login: &Login) {
        let timer = Timer::Watch(login.clone());
        let watched = self.operators.get(login).is_some_and(|operator| {
            operator.ledger.record().status == Status::Connected && !operator.is_in_call()
        });
        let deadline = self.clients.get(login).and_then(Client::deadline).filter(|_| watched);
        match deadline {
            Some(at) if at > self.now => self.timers.set(timer, at),
            // Past it the decision is already under way, or waits for storage.
            _ => self.timers.clear(&timer),
        }
    }

    /// Not to be offered queue calls for this long.
    pub(crate) fn rest(&mut self, login: &Login, delay: Duration, wrap_up: bool) {
        let Some(operator) = self.operators.get_mut(login) else { return };
        let until = self.now + delay;
        if !delay.is_zero() && operator.rest.is_none_or(|rest| rest.until < until) {
            let wrap_up = wrap_up || operator.is_wrapping_up();
            operator.rest = Some(Rest { until, wrap_up });
            self.timers.set(Timer::Rest(login.clone()), until);
        }
        self.touch(login);
    }

    pub(crate) fn rested(&mut self, login: &Login) {
        let Some(operator) = self.operators.get_mut(login) else { return };
        let rest = operator.rest.take();
        if rest.is_some_and(|rest| rest.wrap_up) {
            self.note(WRAP_UP_ENDED, Some(login), Vec::new());
        }
        self.touch(login);
    }

    /// Has storage let them go; until it has, they are not free.
    pub(crate) fn release(&mut self, call: &CallId, login: &Login) {
        if let Some(operator) = self.operators.get_mut(login) {
            operator.releasing.entry(call.clone()).or_insert(0);
        }
        let write = Write::Release { call: call.clone(), login: login.clone() };
        self.store(Pending::Release { call: call.clone(), login: login.clone() }, write);
        self.touch(login);
    }

    pub(crate) fn released(&mut self, call: CallId, login: Login, stored: &Stored) {
        let Some(operator) = self.operators.get_mut(&login) else { return };
        if let (Stored::Failed(_), Some(failures)) = (stored, operator.releasing.get_mut(&call)) {
            *failures += 1;
            let again = self.now + backoff(*failures);
            self.timers.set(Timer::Release(login, call), again);
            return;
        }
        operator.releasing.remove(&call);
        self.touch(&login);
    }

    /// A client's flows or streams changed.
    pub(crate) fn client(
        &mut self,
        login: &Login,
        registrar: Option<&str>,
        change: impl FnOnce(&mut Client),
    ) {
        let now = self.now;
        let client = self.clients.entry(login.clone()).or_insert_with(|| Client::new(now));
        let before = client.reachability();
        change(client);
        let (after, gone, goodbye) = (client.reachability(), client.is_gone(), client.said_goodbye());
        if !self.operators.contains_key(login) {
            if gone {
                self.clients.remove(login);
            }
            return;
        }
        if before != after {
            let (name, fields) = match after {
                Reachability::Registered => {
                    (OPERATOR_REGISTERED, vec![("registrar", registrar.unwrap_or_default().to_owned())])
                }
                Reachability::Stale => (OPERATOR_STALE, Vec::new()),
                Reachability::Unregistered => (OPERATOR_UNREGISTERED, vec![("goodbye", goodbye.to_string())]),
            };
            self.note(name, Some(login), fields);
        }
        self.touch(login);
    }

    pub(crate) fn operator_changed(&mut self, record: OperatorRecord) {
        let login = record.login.clone();
        let Some(operator) = self.operators.get_mut(&login) else {
            return self.add_operator(record);
        };
        operator.display_name = record.display_name;
        operator.enabled = record.enabled;
        // While a write is under way its answer will tell the truth.
        if !operator.ledger.is_writing() && record.status.version > operator.ledger.record().version {
            self.status_is(&login, record.status);
        }
        self.touch(&login);
    }

    pub(crate) fn add_operator(&mut self, record: OperatorRecord) {
        let login = record.login.clone();
        let idle_since = (self.now, self.count());
        let assignment = self.registrars.assignment(&login).version;
        let now = self.now;
        self.clients.entry(login.clone()).or_insert_with(|| Client::new(now));
        self.operators.insert(login.clone(), Operator::new(record, idle_since, assignment));
        self.touch(&login);
    }

    pub(crate) fn registrar_changed(&mut self, registrar: RegistrarConfig) {
        let fields = vec![
            ("registrar", registrar.id.clone()),
            ("state", registrar.state.to_string()),
            ("uri", registrar.uri.clone()),
        ];
        if !self.registrars.change(registrar) {
            return;
        }
        self.note(REGISTRAR_CHANGED, None, fields);
        let mut moved = Vec::new();
        for (login, operator) in &mut self.operators {
            let assignment = self.registrars.assignment(login);
            if assignment.version != operator.assignment {
                operator.assignment.clone_from(&assignment.version);
                moved.push((login.clone(), assignment));
            }
        }
        for (login, assignment) in moved {
            let ids: Vec<_> = assignment.registrars.iter().map(|registrar| registrar.id.as_str()).collect();
            let fields = vec![("registrars", ids.join(",")), ("version", assignment.version.clone())];
            self.note(ASSIGNMENT_CHANGED, Some(&login), fields);
            self.outputs.push_back(Output::Push(login, Push::Registrars(assignment)));
        }
    }
}
