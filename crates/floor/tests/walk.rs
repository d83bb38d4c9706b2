//! Whatever happens in whatever order: no operator in two calls, one outcome for each call, nobody stuck, and
//! no caller left waiting while an operator stands by.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use headset_floor::*;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use world::{World, operator, support};

const OPERATORS: [&str; 3] = ["anna", "boris", "clara"];

#[derive(Clone, Debug)]
enum Step {
    GuestCalls,
    OperatorCalls {
        who: usize,
        target: usize,
    },
    Rings(usize),
    Answers(usize),
    Refuses(usize, u16),
    Unreachable(usize),
    Ends(usize, Side),
    Holds(usize, Side, bool),
    Transfers {
        nth: usize,
        side: Side,
        target: usize,
    },
    /// An attended transfer to whoever is consulted, or to nobody; it may fail.
    Attends {
        nth: usize,
        succeeds: bool,
    },
    Leaves(usize),
    Chooses(usize, Status, bool),
    FlowComes(usize),
    FlowGoes {
        who: usize,
        goodbye: bool,
    },
    FlowStale(usize),
    Stream {
        who: usize,
        open: bool,
    },
    Enabled(usize, bool),
    ChangedElsewhere(usize, Status),
    TakenElsewhere,
    Storage {
        delay: u64,
        failing: bool,
    },
    SwitchLag(u64),
    Passes(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..OPERATORS.len();
    let nth = 0..6usize;
    let side = || prop_oneof![Just(Side::Caller), Just(Side::Callee), Just(Side::System)];
    let status = || prop_oneof![4 => Just(Status::Connected), 1 => Just(Status::Paused), 1 => Just(Status::Disconnected)];
    prop_oneof![
        6 => Just(Step::GuestCalls),
        2 => (who.clone(), 0..7usize).prop_map(|(who, target)| Step::OperatorCalls { who, target }),
        3 => nth.clone().prop_map(Step::Rings),
        5 => nth.clone().prop_map(Step::Answers),
        2 => (nth.clone(), prop_oneof![Just(480), Just(486), Just(603), Just(408)]).prop_map(|(n, s)| Step::Refuses(n, s)),
        1 => nth.clone().prop_map(Step::Unreachable),
        4 => (nth.clone(), side()).prop_map(|(n, by)| Step::Ends(n, by)),
        1 => (nth.clone(), side(), any::<bool>()).prop_map(|(n, by, on)| Step::Holds(n, by, on)),
        4 => (nth.clone(), prop_oneof![Just(Side::Caller), Just(Side::Callee)], 0..8usize)
            .prop_map(|(nth, side, target)| Step::Transfers { nth, side, target }),
        2 => (nth.clone(), any::<bool>()).prop_map(|(nth, succeeds)| Step::Attends { nth, succeeds }),
        1 => nth.prop_map(Step::Leaves),
        5 => (who.clone(), status(), any::<bool>()).prop_map(|(who, s, matching)| Step::Chooses(who, s, matching)),
        3 => who.clone().prop_map(Step::FlowComes),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, goodbye)| Step::FlowGoes { who, goodbye }),
        1 => who.clone().prop_map(Step::FlowStale),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, open)| Step::Stream { who, open }),
        1 => (who.clone(), prop::bool::weighted(0.8)).prop_map(|(who, on)| Step::Enabled(who, on)),
        1 => (who, status()).prop_map(|(who, s)| Step::ChangedElsewhere(who, s)),
        1 => Just(Step::TakenElsewhere),
        1 => (prop_oneof![Just(0), Just(5), Just(400)], prop::bool::weighted(0.3))
            .prop_map(|(delay, failing)| Step::Storage { delay, failing }),
        1 => prop_oneof![Just(0u64), Just(200), Just(3000)].prop_map(Step::SwitchLag),
        6 => prop_oneof![Just(1u64), Just(300), Just(2_500), Just(11_000), Just(21_000), Just(61_000)].prop_map(Step::Passes),
    ]
}

struct Walk {
    world: World,
    calls: usize,
    flows: [Vec<u64>; 3],
    streams: [u32; 3],
    asked: Vec<u64>,
}

impl Walk {
    fn new() -> Self {
        let sales = QueueConfig {
            name: "sales".to_owned(),
            wrap_up_time: Duration::from_secs(7),
            max_wait_time: Some(Duration::from_secs(45)),
            max_no_answer: 2,
            members: vec!["boris".to_owned(), "clara".to_owned()],
            ..support()
        };
        let mut world = World::with(&OPERATORS, vec![support(), sales]);
        world.flow("guest-555");
        Self { world, calls: 0, flows: Default::default(), streams: [0; 3], asked: Vec::new() }
    }

    fn take(&mut self, step: Step) {
        let ringing = |world: &World, n: usize| {
            let calls: Vec<_> = world.ringing.keys().cloned().collect();
            (!calls.is_empty()).then(|| calls[n % calls.len()].clone())
        };
        match step {
            Step::GuestCalls => {
                self.calls += 1;
                let target = if self.calls.is_multiple_of(3) { "sales" } else { "support" };
                self.world.arrives(
                    &format!("c{}", self.calls),
                    &format!("guest-{}", 1000 + self.calls),
                    target,
                );
            }
            Step::OperatorCalls { who, target } => {
                self.calls += 1;
                let target = ["anna", "boris", "clara", "support", "555", "nowhere", "1001"][target];
                self.world.arrives(&format!("c{}", self.calls), OPERATORS[who], target);
            }
            Step::Rings(n) => {
                if let Some(call) = ringing(&self.world, n) {
                    self.world.rings(&call);
                }
            }
            Step::Answers(n) => {
                if let Some(call) = ringing(&self.world, n) {
                    self.answers(&call);
                }
            }
            Step::Refuses(n, status) => {
                if let Some(call) = ringing(&self.world, n) {
                    self.world.refuse(&call, status, "No");
                }
            }
            Step::Unreachable(n) => {
                if let Some(call) = ringing(&self.world, n) {
                    self.world.offer_ends(&call, OfferEnd::Unreachable);
                }
            }
            Step::Ends(n, by) => {
                let calls: Vec<_> = self.world.callers.keys().cloned().collect();
                if !calls.is_empty() {
                    self.world.ends(&calls[n % calls.len()], by);
                }
            }
            Step::Holds(n, by, on) => {
                let call = self.world.callers.keys().nth(n).cloned().unwrap_or_default();
                self.world.report(if on { Report::Held { call, by } } else { Report::Resumed { call, by } });
            }
            Step::Transfers { nth, side, target } => {
                let target = ["anna", "boris", "clara", "support", "sales", "555", "nowhere", "1001"][target];
                if let Some(call) = self.talking(nth).filter(|call| !self.world.transfers.contains_key(call))
                {
                    self.world.transfer(&call, side, target);
                }
            }
            Step::Attends { nth, succeeds } => self.attends(nth, succeeds),
            Step::Leaves(n) => {
                let left = self.world.left.clone();
                let asked = self.world.transfers.iter().filter(|(call, _)| !left.contains_key(*call));
                if let Some((call, by)) = asked.map(|(call, by)| (call.clone(), *by)).nth(n) {
                    self.world.leaves(&call, by);
                }
            }
            Step::Chooses(who, status, matching) => {
                let version = self.world.floor.status(OPERATORS[who]).unwrap().version;
                let request = self.world.ask(OPERATORS[who], status, None, matching.then_some(version));
                self.asked.push(request);
            }
            Step::FlowComes(who) => {
                let flow = self.world.flow(OPERATORS[who]);
                self.flows[who].push(flow);
            }
            Step::FlowGoes { who, goodbye } => {
                if let Some(flow) = self.flows[who].pop() {
                    self.world.flow_gone(OPERATORS[who], flow, goodbye);
                }
            }
            Step::FlowStale(who) => {
                if let Some(flow) = self.flows[who].last().copied() {
                    self.world.report(Report::FlowStale { login: OPERATORS[who].to_owned(), flow });
                }
            }
            Step::Stream { who, open } => {
                let login = OPERATORS[who].to_owned();
                if open {
                    self.streams[who] += 1;
                    self.world.input(Input::StreamOpened { login });
                } else if self.streams[who] > 0 {
                    self.streams[who] -= 1;
                    self.world.input(Input::StreamClosed { login });
                }
            }
            Step::Enabled(who, enabled) => {
                self.world
                    .input(Input::OperatorChanged(OperatorRecord { enabled, ..operator(OPERATORS[who]) }));
            }
            Step::ChangedElsewhere(who, status) => {
                let record = self.world.storage.statuses.get_mut(OPERATORS[who]).unwrap();
                record.status = status;
                record.version += 1;
            }
            Step::TakenElsewhere => self.world.storage.taken_elsewhere = true,
            Step::Storage { delay, failing } => {
                self.world.storage.delay = delay;
                self.world.storage.failing = failing;
            }
            Step::SwitchLag(lag) => self.world.switch_lag = Some(lag),
            Step::Passes(time) => self.world.pass(Duration::from_millis(time)),
        }
        self.nobody_is_in_two_calls();
    }

    /// A client that calls out answers nothing.
    fn answers(&mut self, call: &str) {
        // An answer elsewhere may have ended this ringing meanwhile.
        let Some(login) = self.world.ringing.get(call) else { return };
        let login = login.clone();
        let waits =
            |(own, caller): (&String, &String)| *caller == login && !self.world.talking.contains_key(own);
        if self.world.callers.iter().any(waits) {
            return;
        }
        match self.world.transfers.get(call).copied() {
            Some(by) => drop(self.world.takes_over(call, by)),
            None => drop(self.world.answer(call)),
        }
    }

    /// An answered call.
    fn talking(&self, nth: usize) -> Option<String> {
        let live = self.world.talking.keys().filter(|call| self.world.callers.contains_key(*call));
        let live: Vec<_> = live.collect();
        (!live.is_empty()).then(|| live[nth % live.len()].clone())
    }

    /// Somebody who is in two answered calls leaves the other two to each other.
    fn attends(&mut self, nth: usize, succeeds: bool) {
        let Some(first) = self.talking(nth).filter(|call| !self.world.transfers.contains_key(call)) else {
            return;
        };
        let (caller, callee) = self.world.talking[&first].clone();
        let second = self.world.talking.iter().find_map(|(call, (own, other))| {
            let consults = *call != first
                && (*own == caller || *own == callee)
                && !self.world.transfers.contains_key(call);
            consults.then(|| (call.clone(), own.clone(), other.clone()))
        });
        let Some((second, asker, colleague)) = second else { return };
        let by = if asker == caller { Side::Caller } else { Side::Callee };
        self.world.commands();
        self.world.transfer_with(&first, by, &second);
        if !self.world.commands().contains(&Command::Join { call: first.clone() }) {
            return;
        }
        if succeeds {
            self.world.talking.remove(&second);
            self.world.joined(&first, by, &colleague);
            self.world.ends(&second, Side::System);
        } else {
            let reason = "No".to_owned();
            self.world.report(Report::TransferFailed { call: first, status: 488, reason });
        }
    }

    fn nobody_is_in_two_calls(&self) {
        let mut seen: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        let live = |(call, _): &(&String, &(String, String))| self.world.callers.contains_key(*call);
        for (call, (caller, callee)) in self.world.talking.iter().filter(live) {
            for login in [caller, callee] {
                seen.entry(login).or_default().push(call);
            }
        }
        for (login, calls) in seen {
            let consults = calls.iter().any(|call| self.world.callers[*call] == *login);
            assert!(calls.len() == 1 || calls.len() == 2 && consults, "{login} is in {calls:?}");
        }
    }

    /// Storage and switch work, whoever is rung answers: then all who could talk do.
    fn settle(&mut self) {
        self.take(Step::Storage { delay: 0, failing: false });
        self.take(Step::SwitchLag(0));
        self.world.seconds(10);
        for (who, login) in OPERATORS.into_iter().enumerate() {
            self.take(Step::FlowComes(who));
            // The news of what was changed elsewhere.
            let enabled = self.world.floor.operator(login).unwrap().enabled;
            let status = self.world.storage.statuses[login].clone();
            self.world.input(Input::OperatorChanged(OperatorRecord { enabled, status, ..operator(login) }));
        }
        for _ in 0..120 {
            for call in self.world.ringing.keys().cloned().collect::<Vec<_>>() {
                self.answers(&call);
            }
            self.take(Step::Passes(500));
        }
        for view in self.world.floor.operators() {
            let free = view.enabled
                && view.status.status == Status::Connected
                && view.reachability == Reachability::Registered
                && view.activity == Activity::Idle;
            let queues: &[&str] = if view.login == "anna" { &["support"] } else { &["support", "sales"] };
            for queue in queues.iter().filter(|_| free) {
                let waiting = self.world.floor.waiting(queue);
                assert!(waiting.is_empty(), "{} stands by while {waiting:?} wait", view.login);
            }
        }
    }

    /// Everyone hangs up: what is left must be what was at the beginning.
    fn close(&mut self) {
        while let Some(call) = self.world.callers.keys().next().cloned() {
            self.world.ends(&call, Side::Caller);
        }
        self.world.seconds(30);
        assert_eq!(self.world.floor.live_calls(), 0);
        assert!(self.world.storage.reserved.is_empty(), "{:?}", self.world.storage.reserved);
        for view in self.world.floor.operators() {
            assert_eq!((view.activity, view.call), (Activity::Idle, None), "{}", view.login);
            assert_eq!(view.status, self.world.storage.statuses[&view.login]);
            assert_eq!(view.status.next, None);
        }
        let storage = &self.world.storage;
        assert_eq!(storage.calls.len(), self.calls);
        for (id, call) in &storage.calls {
            let outcome = call.outcome.expect("an outcome");
            assert_eq!(outcome == Outcome::Answered, call.answered_at.is_some(), "{id}");
            let answered =
                call.offers.iter().filter(|offer| offer.outcome == Some(OfferOutcome::Answered)).count();
            let is_taken_over = |transfer: &&TransferRecord| {
                transfer.kind == TransferKind::Blind && transfer.outcome == Some(TransferOutcome::Completed)
            };
            let taken_over = call.transfers.iter().filter(is_taken_over).count();
            assert_eq!(answered, usize::from(call.answered_at.is_some()) + taken_over, "{id}");
            assert!(call.transfers.iter().all(|one| one.outcome.is_some() && one.ended_at.is_some()), "{id}");
            assert!(
                call.offers.iter().all(|offer| offer.outcome.is_some() && offer.ended_at.is_some()),
                "{id}"
            );
            let ended = storage
                .events
                .iter()
                .filter(|event| event.name == "call.ended" && event.call.as_ref() == Some(id));
            assert_eq!(ended.count(), 1, "{id}");
        }
        for request in &self.asked {
            assert!(self.world.answers.contains_key(request), "a request without an answer");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_call_centre_keeps_its_promises_whatever_happens(steps in prop::collection::vec(step(), 1..120)) {
        let mut walk = Walk::new();
        for step in steps {
            walk.take(step);
        }
        walk.settle();
        walk.close();
    }
}
