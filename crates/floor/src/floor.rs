//! The machine itself: one input at a time, then everything that follows from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::assignment::Registrars;
use crate::call::{Ask, Call, Search};
use crate::events::EVENTS_DROPPED;
use crate::io::{
    Assignment, CallId, Command, Event, Input, Login, OperatorView, Output, QueueName, Reachability, Report,
    Snapshot, StatusRecord, Stored, Time, WallTime, Write, WriteId,
};
use crate::operator::Operator;
use crate::queue::Line;
use crate::reach::Client;
use crate::timers::{Timer, TimerTable, backoff};

/// Events that wait for storage beyond these are forgotten, the oldest first.
const EVENTS_KEPT: usize = 10_000;

/// What a call centre decides.
///
/// Feed it with [`Floor::handle_input`] and [`Floor::handle_timeout`]; after each, carry out what
/// [`Floor::poll_output`] gives until `None`, and wake it at [`Floor::poll_timeout`].
#[derive(Debug)]
pub struct Floor {
    /// Of the input being handled.
    pub(crate) now: Time,
    pub(crate) wall: WallTime,
    pub(crate) operators: BTreeMap<Login, Operator>,
    /// Operators always, guests while they have a flow.
    pub(crate) clients: BTreeMap<Login, Client>,
    pub(crate) lines: BTreeMap<QueueName, Line>,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) registrars: Registrars,
    pub(crate) timers: TimerTable,
    pub(crate) outputs: VecDeque<Output>,
    writes: BTreeMap<WriteId, Pending>,
    journal: Journal,
    counted: u64,
    /// Operators about whom something changed, to be settled before the input is done with.
    touched: BTreeSet<Login>,
    /// Calls whose record is to be looked at before the input is done with.
    unwritten: BTreeSet<CallId>,
    /// A waiting call may perhaps have an operator now.
    stirred: bool,
}

/// What a write under way is for.
#[derive(Clone, Debug)]
pub(crate) enum Pending {
    Status(Login),
    Reserve { call: CallId, order: Vec<Login> },
    Release { call: CallId, login: Login },
    Hold { call: CallId },
    Record(CallId),
    Events,
}

/// Events that belong to no call, until storage has them.
#[derive(Debug, Default)]
struct Journal {
    events: VecDeque<Event>,
    in_flight: Vec<Event>,
    failures: u32,
    backing_off: bool,
    dropped: u64,
}

impl Floor {
    /// A floor without calls, from what storage holds. Watches over clients start now.
    pub fn new(snapshot: Snapshot, now: Time, wall: WallTime) -> Self {
        let mut floor = Self {
            now,
            wall,
            operators: BTreeMap::new(),
            clients: BTreeMap::new(),
            lines: BTreeMap::new(),
            calls: BTreeMap::new(),
            registrars: Registrars::new(snapshot.registrars, snapshot.registrars_per_operator),
            timers: TimerTable::default(),
            outputs: VecDeque::new(),
            writes: BTreeMap::new(),
            journal: Journal::default(),
            counted: 0,
            touched: BTreeSet::new(),
            unwritten: BTreeSet::new(),
            stirred: false,
        };
        let mut operators = snapshot.operators;
        // Who came on line first has been idle longest.
        operators
            .sort_by(|one, other| (one.status.since, &one.login).cmp(&(other.status.since, &other.login)));
        for operator in operators {
            floor.add_operator(operator);
        }
        for queue in snapshot.queues {
            floor.lines.insert(queue.name.clone(), Line::new(queue));
        }
        floor.settle();
        floor
    }

    /// Tells the floor what happened.
    pub fn handle_input(&mut self, now: Time, wall: WallTime, input: Input) {
        self.tick(now, wall);
        match input {
            Input::Switch(report) => self.report(report),
            Input::Stored(write, stored) => self.stored(write, stored),
            Input::SetStatus { request, login, change } => self.status_wanted(request, login, change),
            Input::StreamOpened { login } => self.client(&login, None, |client| client.stream_opened(now)),
            Input::StreamClosed { login } => self.client(&login, None, |client| client.stream_closed(now)),
            Input::OperatorChanged(operator) => self.operator_changed(operator),
            Input::QueueChanged(queue) => {
                match self.lines.get_mut(&queue.name) {
                    Some(line) => line.reconfigure(queue),
                    None => drop(self.lines.insert(queue.name.clone(), Line::new(queue))),
                }
                self.stir();
            }
            Input::RegistrarChanged(registrar) => self.registrar_changed(registrar),
        }
        self.settle();
    }

    /// What must be done now; `None`: nothing more until the next input or timeout.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Floor::handle_timeout`] if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Does what has fallen due. Harmless when nothing has.
    pub fn handle_timeout(&mut self, now: Time, wall: WallTime) {
        self.tick(now, wall);
        while let Some(timer) = self.timers.expired(self.now) {
            self.timeout(timer);
            self.settle();
        }
    }

    /// An operator's status as stored. `None`: no such operator.
    pub fn status(&self, login: &str) -> Option<&StatusRecord> {
        self.operators.get(login).map(|operator| operator.ledger.record())
    }

    /// The registrars that an operator or guest belongs to.
    pub fn assignment(&self, login: &str) -> Assignment {
        self.registrars.assignment(login)
    }

    /// All operators on their three axes, by login.
    pub fn operators(&self) -> Vec<OperatorView> {
        self.operators.keys().filter_map(|login| self.operator(login)).collect()
    }

    /// One operator on the three axes. `None`: no such operator.
    pub fn operator(&self, login: &str) -> Option<OperatorView> {
        let (login, operator) = self.operators.get_key_value(login)?;
        Some(OperatorView {
            login: login.clone(),
            display_name: operator.display_name.clone(),
            enabled: operator.enabled,
            status: operator.ledger.record().clone(),
            activity: operator.activity(),
            reachability: self.reachability(login),
            call: operator.call().cloned(),
        })
    }

    /// Calls that are not over: waiting, ringing, answered.
    pub fn live_calls(&self) -> usize {
        self.calls.values().filter(|call| !call.is_over()).count()
    }

    pub(crate) fn reachability(&self, login: &str) -> Reachability {
        self.clients.get(login).map_or(Reachability::Unregistered, Client::reachability)
    }

    fn tick(&mut self, now: Time, wall: WallTime) {
        self.now = self.now.max(now);
        self.wall = wall;
    }

    fn report(&mut self, report: Report) {
        let now = self.now;
        match report {
            Report::FlowLive { login, registrar, flow } => {
                self.client(&login, Some(&registrar), |client| client.flow_live(now, flow));
            }
            Report::FlowStale { login, flow } => {
                self.client(&login, None, |client| client.flow_stale(now, flow));
            }
            Report::FlowGone { login, flow, goodbye } => {
                self.client(&login, None, |client| client.flow_gone(now, flow, goodbye));
            }
            Report::CallArrived { call, caller, caller_name, target } => {
                self.call_arrived(call, caller, caller_name, target);
            }
            Report::Ringing { call, login } => self.ringing(&call, &login),
            Report::Answered { call, login } => self.answered(&call, &login),
            Report::OfferEnded { call, login, end } => self.offer_ended(&call, &login, end),
            Report::Held { call, by } => self.held(&call, by, true),
            Report::Resumed { call, by } => self.held(&call, by, false),
            Report::TransferAsked { call, by, target, with } => {
                self.transfer_asked(&call, by, target, with);
            }
            Report::PartyLeft { call, by } => self.party_left(&call, by),
            Report::Transferred { call, by, to } => self.transferred(&call, by, &to),
            Report::TransferFailed { call, status, reason } => {
                self.fail_transfer(&call, status, &reason);
            }
            Report::CallEnded { call, by } => self.call_ended(&call, by),
        }
    }

    fn stored(&mut self, write: WriteId, stored: Stored) {
        let Some(pending) = self.writes.remove(&write) else { return };
        let failed = matches!(stored, Stored::Failed(_));
        match pending {
            Pending::Status(login) => self.status_stored(&login, write, stored),
            Pending::Reserve { call, order } => self.reserve_answered(&call, &order, stored),
            Pending::Release { call, login } => self.released(call, login, &stored),
            Pending::Hold { call } => {
                if failed && self.calls.get(&call).is_some_and(|call| !call.is_over()) {
                    self.timers.set(Timer::Hold(call), self.now + backoff(3));
                }
            }
            Pending::Record(call) => self.record_stored(call, failed),
            Pending::Events => self.journal_stored(failed),
        }
    }

    fn timeout(&mut self, timer: Timer) {
        match timer {
            Timer::Watch(login) => self.touch(&login),
            Timer::Rest(login) => self.rested(&login),
            Timer::Status(login) => self.status_retry(&login),
            Timer::Release(login, call) => self.release(&call, &login),
            Timer::Ask(call) => {
                if let Some(call) = self.calls.get_mut(&call)
                    && matches!(call.search(), Some(Search::Waiting(Ask::BackingOff)))
                {
                    call.ask(Ask::Ready);
                }
                self.stir();
            }
            Timer::Offer(call) => self.offer_timed_out(&call),
            Timer::MaxWait(call) => self.waited_too_long(&call),
            Timer::Overdue(call) => self.overdue(&call),
            Timer::Hold(call) => self.hold_parties(&call),
            Timer::Record(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.writer.backing_off = false;
                }
                self.unwritten.insert(id);
            }
            Timer::Events => self.journal.backing_off = false,
        }
    }

    /// Does everything that follows from what was just handled.
    fn settle(&mut self) {
        loop {
            if let Some(login) = self.touched.pop_first() {
                self.settle_operator(&login);
            } else if std::mem::take(&mut self.stirred) {
                self.serve_queues();
            } else {
                break;
            }
        }
        self.show_places();
        self.write_records();
        self.write_journal();
    }

    pub(crate) fn touch(&mut self, login: &Login) {
        if !self.touched.contains(login) {
            self.touched.insert(login.clone());
        }
    }

    pub(crate) fn stir(&mut self) {
        self.stirred = true;
    }

    pub(crate) fn count(&mut self) -> u64 {
        self.counted += 1;
        self.counted
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.outputs.push_back(Output::Switch(command));
    }

    pub(crate) fn store(&mut self, pending: Pending, write: Write) -> WriteId {
        let id = WriteId(self.count());
        self.writes.insert(id, pending);
        self.outputs.push_back(Output::Store(id, write));
        id
    }

    /// An event about a call, stored with its record.
    pub(crate) fn note_call(
        &mut self,
        name: &'static str,
        call: &CallId,
        login: Option<&Login>,
        fields: Vec<(&'static str, String)>,
    ) {
        let event = Event { name, at: self.wall, login: login.cloned(), call: Some(call.clone()), fields };
        if let Some(noted) = self.calls.get_mut(call) {
            noted.writer.note(event);
            self.unwritten.insert(call.clone());
        }
    }

    /// An event about no call.
    pub(crate) fn note(
        &mut self,
        name: &'static str,
        login: Option<&Login>,
        fields: Vec<(&'static str, String)>,
    ) {
        if self.journal.events.len() >= EVENTS_KEPT {
            self.journal.events.pop_front();
            self.journal.dropped += 1;
        }
        self.journal.events.push_back(Event {
            name,
            at: self.wall,
            login: login.cloned(),
            call: None,
            fields,
        });
    }

    fn write_records(&mut self) {
        while let Some(id) = self.unwritten.pop_first() {
            let write = WriteId(self.count());
            let Some(call) = self.calls.get_mut(&id) else { continue };
            if let Some(events) = call.writer.begin() {
                let record = call.record.clone();
                self.writes.insert(write, Pending::Record(id));
                self.outputs.push_back(Output::Store(write, Write::Call { record, events }));
            } else if call.is_over() && call.writer.is_clean() {
                self.calls.remove(&id);
            }
        }
    }

    fn record_stored(&mut self, id: CallId, failed: bool) {
        self.unwritten.insert(id.clone());
        let Some(call) = self.calls.get_mut(&id) else { return };
        if failed {
            let again = self.now + backoff(call.writer.failed());
            self.timers.set(Timer::Record(id), again);
        } else {
            call.writer.done();
        }
    }

    fn write_journal(&mut self) {
        let journal = &mut self.journal;
        if journal.backing_off || !journal.in_flight.is_empty() {
            return;
        }
        if journal.dropped > 0 {
            let fields = vec![("count", std::mem::take(&mut journal.dropped).to_string())];
            journal.events.push_back(Event {
                name: EVENTS_DROPPED,
                at: self.wall,
                login: None,
                call: None,
                fields,
            });
        }
        if journal.events.is_empty() {
            return;
        }
        let events: Vec<_> = journal.events.drain(..).collect();
        journal.in_flight.clone_from(&events);
        self.store(Pending::Events, Write::Events(events));
    }

    fn journal_stored(&mut self, failed: bool) {
        let journal = &mut self.journal;
        let in_flight = std::mem::take(&mut journal.in_flight);
        if !failed {
            journal.failures = 0;
            return;
        }
        for event in in_flight.into_iter().rev() {
            journal.events.push_front(event);
        }
        journal.failures += 1;
        journal.backing_off = true;
        let again = self.now + backoff(journal.failures);
        self.timers.set(Timer::Events, again);
    }
}
