//! Whatever happens in whatever order: no operator in two calls, one outcome for each call, nobody stuck, and
//! no caller left waiting while an operator stands by.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use headset_floor::*;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use world::{World, operator, support};

const OPERATORS: [&str; 3] = ["anna", "boris", "clara"];

#[derive(Clone, Debug)]
enum Step {
    GuestCalls,
    OperatorCalls { who: usize, target: usize },
    Rings(usize),
    Answers(usize),
    Refuses(usize, u16),
    Unreachable(usize),
    Ends(usize, Side),
    Holds(usize, Side, bool),
    Chooses(usize, Status, bool),
    FlowComes(usize),
    FlowGoes { who: usize, goodbye: bool },
    FlowStale(usize),
    Stream { who: usize, open: bool },
    Enabled(usize, bool),
    ChangedElsewhere(usize, Status),
    TakenElsewhere,
    Storage { delay: u64, failing: bool },
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
        1 => (nth, side(), any::<bool>()).prop_map(|(n, by, on)| Step::Holds(n, by, on)),
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
        if !self.world.callers.values().any(|caller| caller == login) {
            self.world.answer(call);
        }
    }

    fn nobody_is_in_two_calls(&self) {
        let mut seen = BTreeSet::new();
        let live = |(call, _): &(&String, &(String, String))| self.world.callers.contains_key(*call);
        for (call, (caller, callee)) in self.world.talking.iter().filter(live) {
            assert!(seen.insert(caller) && seen.insert(callee), "{call} has somebody of another call");
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
            assert_eq!(answered, usize::from(call.answered_at.is_some()), "{id}");
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
