//! A call centre in simulated time: a real floor, a storage in memory that answers late or fails when told
//! to, and a switch that obeys. Each test file uses a part of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use headset_floor::*;

pub const WALL: u64 = 1_795_000_000_000;

pub struct World {
    pub floor: Floor,
    pub now: u64,
    pub storage: Storage,
    /// Commands since the last `commands()`.
    commands: Vec<Command>,
    pub pushes: Vec<(String, Push)>,
    pub answers: BTreeMap<u64, Result<StatusRecord, FloorError>>,
    requests: u64,
    flows: u64,
    /// Who is rung at this moment, by call; as the switch would know it.
    pub ringing: BTreeMap<String, String>,
    /// Both parties of answered calls, by call.
    pub talking: BTreeMap<String, (String, String)>,
    pub callers: BTreeMap<String, String>,
    /// Calls whose party has asked for a transfer and hung up: which side it was.
    pub left: BTreeMap<String, Side>,
    /// Transfers under way, and who asked.
    pub transfers: BTreeMap<String, Side>,
    /// How long the switch takes to confirm that an offer was taken back, ms; `None`: it never does.
    pub switch_lag: Option<u64>,
    unconfirmed: Vec<(u64, String, String)>,
}

#[derive(Default)]
pub struct Storage {
    /// How long a write takes, ms.
    pub delay: u64,
    /// Every write fails.
    pub failing: bool,
    /// The next reservation finds nobody free.
    pub taken_elsewhere: bool,
    waiting: VecDeque<(u64, WriteId, Write)>,
    pub reserved: BTreeMap<String, (String, u64)>,
    pub statuses: BTreeMap<String, StatusRecord>,
    pub calls: BTreeMap<String, CallRecord>,
    pub events: Vec<Event>,
    pub asked_to_reserve: Vec<(String, Vec<String>)>,
}

pub fn operator(login: &str) -> OperatorRecord {
    OperatorRecord {
        login: login.to_owned(),
        display_name: login.to_uppercase(),
        enabled: true,
        status: StatusRecord {
            status: Status::Disconnected,
            sub_status: None,
            since: WallTime(WALL - 1000),
            version: 1,
            by: By::System,
            next: None,
        },
    }
}

pub fn registrar(id: &str, reg_id: u32) -> RegistrarConfig {
    RegistrarConfig {
        id: id.to_owned(),
        uri: format!("ws://localhost/{id}"),
        weight: 1,
        reg_id,
        state: RegistrarState::Active,
    }
}

pub fn support() -> QueueConfig {
    QueueConfig::new("support", "Support")
}

impl World {
    pub fn new(logins: &[&str]) -> Self {
        Self::with(logins, vec![support()])
    }

    pub fn with(logins: &[&str], queues: Vec<QueueConfig>) -> Self {
        let operators: Vec<_> = logins.iter().map(|login| operator(login)).collect();
        let mut storage = Storage::default();
        for operator in &operators {
            storage.statuses.insert(operator.login.clone(), operator.status.clone());
        }
        let snapshot = Snapshot {
            operators,
            queues,
            registrars: vec![registrar("r1", 1), registrar("r2", 2), registrar("r3", 3)],
            registrars_per_operator: 2,
        };
        Self::start(snapshot, storage)
    }

    pub fn start(snapshot: Snapshot, storage: Storage) -> Self {
        let now = 1000;
        let mut world = Self {
            floor: Floor::new(snapshot, Time(now), WallTime(WALL + now)),
            now,
            storage,
            commands: Vec::new(),
            pushes: Vec::new(),
            answers: BTreeMap::new(),
            requests: 0,
            flows: 0,
            ringing: BTreeMap::new(),
            talking: BTreeMap::new(),
            callers: BTreeMap::new(),
            left: BTreeMap::new(),
            transfers: BTreeMap::new(),
            switch_lag: Some(0),
            unconfirmed: Vec::new(),
        };
        world.drain();
        world
    }

    pub fn input(&mut self, input: Input) {
        self.floor.handle_input(Time(self.now), WallTime(WALL + self.now), input);
        self.drain();
    }

    pub fn report(&mut self, report: Report) {
        self.input(Input::Switch(report));
    }

    /// Lets time pass, with everything that falls due in it.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + u64::try_from(time.as_millis()).unwrap();
        loop {
            let timer = self.floor.poll_timeout().map(|at| at.0.max(self.now));
            let write = self.storage.waiting.front().map(|(at, ..)| (*at).max(self.now));
            let confirmed = self.unconfirmed.iter().map(|(at, ..)| (*at).max(self.now)).min();
            match timer.into_iter().chain(write).chain(confirmed).min().filter(|at| *at <= end) {
                Some(at) => self.now = at,
                None => break,
            }
            self.floor.handle_timeout(Time(self.now), WallTime(WALL + self.now));
            self.drain();
        }
        self.now = end;
    }

    pub fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    fn drain(&mut self) {
        loop {
            if let Some(due) = self.unconfirmed.iter().position(|(at, ..)| *at <= self.now) {
                let (_, call, login) = self.unconfirmed.remove(due);
                self.confirm(call, login);
            }
            while let Some(output) = self.floor.poll_output() {
                match output {
                    Output::Store(id, write) => {
                        self.storage.waiting.push_back((self.now + self.storage.delay, id, write));
                    }
                    Output::Switch(command) => self.obey(command),
                    Output::Push(login, push) => self.pushes.push((login, push)),
                    Output::Answer(RequestId(id), answer) => {
                        assert!(self.answers.insert(id, answer).is_none(), "answered twice");
                    }
                }
            }
            let due = self.storage.waiting.front().is_some_and(|(at, ..)| *at <= self.now);
            if !due && self.unconfirmed.iter().all(|(at, ..)| *at > self.now) {
                break;
            }
            if !due {
                continue;
            }
            let (_, id, write) = self.storage.waiting.pop_front().unwrap();
            let stored = self.storage.carry_out(WALL + self.now, write);
            self.floor.handle_input(Time(self.now), WallTime(WALL + self.now), Input::Stored(id, stored));
        }
    }

    /// What the switch does by itself when it is told something.
    fn obey(&mut self, command: Command) {
        self.commands.push(command.clone());
        if let Command::EndTransfer { call, .. }
        | Command::Reject { call, .. }
        | Command::HangUp { call, .. } = &command
        {
            self.transfers.remove(call);
        }
        let report = match command {
            // The caller has gone; the report of it is on its way.
            Command::Offer { call, .. } if !self.callers.contains_key(&call) => return,
            Command::Offer { call, login, .. } => {
                let busy = self.ringing.values().any(|other| *other == login)
                    || self.talking.values().any(|(caller, callee)| *caller == login || *callee == login);
                assert!(!busy, "{login} is offered {call} while already in a call");
                assert!(self.ringing.insert(call, login).is_none(), "two parties rung for one call");
                return;
            }
            Command::CancelOffer { call, login } => match self.switch_lag {
                Some(0) => return self.confirm(call, login),
                Some(lag) => return self.unconfirmed.push((self.now + lag, call, login)),
                None => return,
            },
            // Who asked has hung up: nobody is left for the other to talk to.
            Command::EndTransfer { call, .. } if self.left.remove(&call).is_some() => {
                self.talking.remove(&call);
                self.callers.remove(&call);
                Report::CallEnded { call, by: Side::System }
            }
            Command::Reject { call, .. } | Command::HangUp { call, .. } => {
                self.left.remove(&call);
                self.talking.remove(&call);
                if self.callers.remove(&call).is_none() {
                    return;
                }
                Report::CallEnded { call, by: Side::System }
            }
            _ => return,
        };
        self.floor.handle_input(Time(self.now), WallTime(WALL + self.now), Input::Switch(report));
    }

    /// The offer that was taken back is over, unless it was answered meanwhile.
    fn confirm(&mut self, call: String, login: String) {
        if self.ringing.get(&call) == Some(&login) {
            self.ringing.remove(&call);
            let report = Report::OfferEnded { call, login, end: OfferEnd::Cancelled };
            self.floor.handle_input(Time(self.now), WallTime(WALL + self.now), Input::Switch(report));
        }
    }

    /// What the switch was told since this was asked last.
    pub fn commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// The offers among [`World::commands`]: call and login.
    pub fn offers(&mut self) -> Vec<(String, String)> {
        self.commands()
            .into_iter()
            .filter_map(|command| match command {
                Command::Offer { call, login, .. } => Some((call, login)),
                _ => None,
            })
            .collect()
    }

    /// The places among [`World::commands`]: call, position, waiting.
    pub fn places(&mut self) -> Vec<(String, u32, u32)> {
        self.commands()
            .into_iter()
            .filter_map(|command| match command {
                Command::ShowPlace { call, position, waiting } => Some((call, position, waiting)),
                _ => None,
            })
            .collect()
    }

    /// What a call was refused with, among [`World::commands`].
    pub fn refusal(&mut self) -> Option<(u16, String)> {
        self.commands().into_iter().find_map(|command| match command {
            Command::Reject { status, reason, .. } => Some((status, reason)),
            _ => None,
        })
    }

    pub fn flow(&mut self, login: &str) -> u64 {
        self.flows += 1;
        let flow = self.flows;
        self.report(Report::FlowLive { login: login.to_owned(), registrar: "r1".to_owned(), flow });
        flow
    }

    pub fn flow_gone(&mut self, login: &str, flow: u64, goodbye: bool) {
        self.report(Report::FlowGone { login: login.to_owned(), flow, goodbye });
    }

    /// Registers and goes on line; gives the flow.
    pub fn on_line(&mut self, login: &str) -> u64 {
        let flow = self.flow(login);
        self.choose(login, Status::Connected, None).unwrap();
        self.pass(Duration::from_millis(1));
        flow
    }

    /// Asks for a status and gives the request's number.
    pub fn ask(
        &mut self,
        login: &str,
        status: Status,
        sub_status: Option<&str>,
        if_match: Option<u64>,
    ) -> u64 {
        self.requests += 1;
        let change =
            StatusChange { status, sub_status: sub_status.map(str::to_owned), by: By::Operator, if_match };
        let request = RequestId(self.requests);
        self.input(Input::SetStatus { request, login: login.to_owned(), change });
        self.requests
    }

    /// Asks for a status and gives what was answered at once.
    pub fn choose(
        &mut self,
        login: &str,
        status: Status,
        sub_status: Option<&str>,
    ) -> Result<StatusRecord, FloorError> {
        let request = self.ask(login, status, sub_status, None);
        self.answers.remove(&request).expect("answered at once")
    }

    pub fn arrives(&mut self, call: &str, caller: &str, target: &str) {
        self.callers.insert(call.to_owned(), caller.to_owned());
        self.report(Report::CallArrived {
            call: call.to_owned(),
            caller: caller.to_owned(),
            caller_name: if caller.starts_with("guest-") { "Customer" } else { "" }.to_owned(),
            target: target.to_owned(),
        });
    }

    /// A guest with the call's own name as number calls the queue.
    pub fn guest_calls(&mut self, call: &str) {
        self.arrives(call, &format!("guest-{call}"), "support");
    }

    pub fn rings(&mut self, call: &str) {
        let login = self.ringing[call].clone();
        self.report(Report::Ringing { call: call.to_owned(), login });
    }

    pub fn answer(&mut self, call: &str) -> String {
        let login = self.ringing.remove(call).expect("someone rings");
        self.talking.insert(call.to_owned(), (self.callers[call].clone(), login.clone()));
        self.report(Report::Answered { call: call.to_owned(), login: login.clone() });
        login
    }

    /// A party asks to hand the other over.
    pub fn transfer(&mut self, call: &str, by: Side, target: &str) {
        self.transfers.insert(call.to_owned(), by);
        let (call, target) = (call.to_owned(), target.to_owned());
        self.report(Report::TransferAsked { call, by, target, with: None });
    }

    /// A party asks to leave the other to whom they talk to in the second call.
    pub fn transfer_with(&mut self, call: &str, by: Side, with: &str) {
        self.transfers.insert(call.to_owned(), by);
        let (call, target, with) = (call.to_owned(), String::new(), Some(with.to_owned()));
        self.report(Report::TransferAsked { call, by, target, with });
    }

    /// Who is rung for a transfer picks up and is joined.
    pub fn takes_over(&mut self, call: &str, by: Side) -> String {
        let login = self.ringing.remove(call).expect("someone rings");
        self.report(Report::Answered { call: call.to_owned(), login: login.clone() });
        self.joined(call, by, &login);
        login
    }

    /// The switch has put them into the call.
    pub fn joined(&mut self, call: &str, by: Side, login: &str) {
        self.left.remove(call);
        self.transfers.remove(call);
        if let Some((caller, callee)) = self.talking.get_mut(call) {
            let place = if by == Side::Caller { caller } else { callee };
            *place = login.to_owned();
        }
        let to = login.to_owned();
        self.report(Report::Transferred { call: call.to_owned(), by, to });
    }

    /// Who asked for a transfer hangs up.
    pub fn leaves(&mut self, call: &str, by: Side) {
        self.left.insert(call.to_owned(), by);
        if let Some((caller, callee)) = self.talking.get_mut(call) {
            let place = if by == Side::Caller { caller } else { callee };
            *place = format!("who left {call}");
        }
        self.report(Report::PartyLeft { call: call.to_owned(), by });
    }

    /// What a transfer was refused with, among [`World::commands`].
    pub fn transfer_refusal(&mut self) -> Option<(u16, String)> {
        self.commands().into_iter().find_map(|command| match command {
            Command::EndTransfer { status, reason, .. } => Some((status, reason)),
            _ => None,
        })
    }

    /// How a call's transfers ended, in order.
    pub fn transfers(&self, call: &str) -> Vec<(TransferKind, Option<TransferOutcome>, Option<&str>)> {
        let transfers = self.storage.calls[call].transfers.iter();
        transfers.map(|transfer| (transfer.kind, transfer.outcome, transfer.to.as_deref())).collect()
    }

    pub fn refuse(&mut self, call: &str, status: u16, reason: &str) {
        let end = OfferEnd::Refused { status, reason: reason.to_owned() };
        self.offer_ends(call, end);
    }

    pub fn offer_ends(&mut self, call: &str, end: OfferEnd) {
        let login = self.ringing.remove(call).expect("someone rings");
        self.report(Report::OfferEnded { call: call.to_owned(), login, end });
    }

    pub fn ends(&mut self, call: &str, by: Side) {
        self.talking.remove(call);
        self.callers.remove(call);
        self.left.remove(call);
        self.transfers.remove(call);
        if let Some(login) = self.ringing.remove(call) {
            self.report(Report::OfferEnded { call: call.to_owned(), login, end: OfferEnd::Cancelled });
        }
        self.report(Report::CallEnded { call: call.to_owned(), by });
    }

    pub fn activity(&self, login: &str) -> Activity {
        self.floor.operator(login).unwrap().activity
    }

    pub fn status(&self, login: &str) -> (Status, Option<&str>) {
        let record = self.floor.status(login).unwrap();
        (record.status, record.sub_status.as_deref())
    }

    pub fn next(&self, login: &str) -> Option<Status> {
        self.floor.status(login).unwrap().next.as_ref().map(|next| next.status)
    }

    pub fn outcome(&self, call: &str) -> Option<Outcome> {
        self.storage.calls[call].outcome
    }

    /// The outcomes of a call's offers, in order.
    pub fn offered(&self, call: &str) -> Vec<(&str, Option<OfferOutcome>)> {
        self.storage.calls[call].offers.iter().map(|offer| (offer.login.as_str(), offer.outcome)).collect()
    }

    pub fn events(&self, name: &str) -> usize {
        self.storage.events.iter().filter(|event| event.name == name).count()
    }
}

impl Storage {
    fn carry_out(&mut self, wall: u64, write: Write) -> Stored {
        if let Write::Reserve { call, order, .. } = &write {
            self.asked_to_reserve.push((call.clone(), order.clone()));
        }
        if self.failing {
            return Stored::Failed("the disk is full".to_owned());
        }
        match write {
            Write::Status { login, expected_version, record, event } => {
                assert_eq!(record.version, expected_version + 1);
                let held = self.statuses.get(&login).expect("an operator");
                if held.version != expected_version {
                    return Stored::StatusConflict(held.clone());
                }
                self.statuses.insert(login, record);
                self.keep(vec![event]);
            }
            Write::Reserve { call, order, until } => {
                if std::mem::take(&mut self.taken_elsewhere) {
                    return Stored::NobodyFree;
                }
                let free = order
                    .into_iter()
                    .find(|login| self.reserved.get(login).is_none_or(|(_, at)| *at <= wall));
                let Some(login) = free else { return Stored::NobodyFree };
                self.reserved.insert(login.clone(), (call, until.0));
                return Stored::Reserved(login);
            }
            Write::Hold { call, login, until } => {
                self.reserved.insert(login, (call, until.0));
            }
            Write::Release { call, login } => {
                if self.reserved.get(&login).is_some_and(|(by, _)| *by == call) {
                    self.reserved.remove(&login);
                }
            }
            Write::Call { record, events } => {
                if let Some(outcome) = self.calls.get(&record.id).and_then(|before| before.outcome) {
                    assert_eq!(record.outcome, Some(outcome), "an outcome changed");
                }
                assert_eq!(record.outcome.is_some(), record.ended_at.is_some());
                self.calls.insert(record.id.clone(), record);
                self.keep(events);
            }
            Write::Events(events) => self.keep(events),
        }
        Stored::Done
    }

    fn keep(&mut self, events: Vec<Event>) {
        for event in &events {
            assert!(EVENTS.iter().any(|(name, _)| *name == event.name), "{} is not listed", event.name);
        }
        self.events.extend(events);
    }
}
