//! In whatever order things happen: nobody hears of a transaction after its end, and everything ends.

use headset_sip::{
    Message, Method, Name, Request, Response, Time, TransactionKey, TransactionOutput, Transactions,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    ReceiveRequest(usize, usize, usize),
    ReceiveResponse(usize, usize, usize, u16),
    Request(usize, usize, usize),
    Respond(usize, u16),
    Cancel(usize),
    Acknowledge(usize),
    Lose(usize),
    Fail(usize),
    Wait(u64),
}

const METHODS: [Method; 5] = [Method::Invite, Method::Ack, Method::Cancel, Method::Bye, Method::Register];

fn step() -> impl Strategy<Value = Step> {
    let (method, branch, connection) = (0..METHODS.len(), 0usize..3, 0usize..2);
    let status = prop::sample::select(vec![100u16, 180, 200, 302, 487, 600]);
    prop_oneof![
        4 => (method.clone(), branch.clone(), connection.clone()).prop_map(|(m, b, c)| Step::ReceiveRequest(m, b, c)),
        4 => (method, branch, connection, status.clone()).prop_map(|(m, b, c, s)| Step::ReceiveResponse(m, b, c, s)),
        2 => (0usize..3, 0usize..3, 0usize..2).prop_map(|(m, b, c)| Step::Request([0, 3, 4][m], b, c)),
        4 => (0usize..8, status).prop_map(|(k, s)| Step::Respond(k, s)),
        1 => (0usize..8).prop_map(Step::Cancel),
        1 => (0usize..8).prop_map(Step::Acknowledge),
        1 => (0usize..2).prop_map(Step::Lose),
        1 => (0usize..8).prop_map(Step::Fail),
        3 => (0u64..40_000).prop_map(Step::Wait),
    ]
}

fn message(method: &Method, branch: usize, transport: &str) -> Request {
    Request::build(method.clone(), "sip:a@b")
        .via(transport, "h.example", &format!("z9hG4bK{branch}"))
        .header(Name::From, "<sip:c@d>;tag=1")
        .header(Name::To, "<sip:a@b>")
        .header(Name::CallId, &format!("call-{}", branch / 2))
        .header(Name::CSeq, &format!("1 {method}"))
        .finish()
}

/// A layer under test, with what was heard of it.
struct World {
    layer: Transactions<usize>,
    now: Time,
    transport: &'static str,
    keys: Vec<TransactionKey<usize>>,
    to_answer: Vec<(TransactionKey<usize>, Request)>,
    ended: BTreeSet<TransactionKey<usize>>,
}

impl World {
    fn drain(&mut self) {
        while let Some(output) = self.layer.poll_output() {
            let alive = |key: &TransactionKey<usize>| {
                assert!(!self.ended.contains(key), "heard of {key:?} after its end")
            };
            match output {
                TransactionOutput::Request { key, request }
                | TransactionOutput::Merged { key, request, .. }
                | TransactionOutput::Cancel { key, request, .. } => {
                    alive(&key);
                    self.keys.push(key);
                    self.to_answer.push((key, request));
                }
                TransactionOutput::Response { key, .. }
                | TransactionOutput::Timeout { key }
                | TransactionOutput::TransportError { key } => alive(&key),
                TransactionOutput::Ended { key } => assert!(self.ended.insert(key), "{key:?} ended twice"),
                TransactionOutput::Send { .. }
                | TransactionOutput::Ack { .. }
                | TransactionOutput::Stray { .. } => {}
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while let Some(at) = self.layer.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.layer.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    fn take(&mut self, step: Step) {
        let now = self.now;
        let key = |index: usize| self.keys.get(index % self.keys.len().max(1)).copied();
        match step {
            Step::ReceiveRequest(method, branch, connection) => {
                let request = message(&METHODS[method], branch, self.transport);
                self.layer.receive(now, connection, Message::Request(request));
            }
            Step::ReceiveResponse(method, branch, connection, status) => {
                let request = message(&METHODS[method], branch, self.transport);
                let response = Response::reply_to(&request, status, "Reason").to_tag("t").finish();
                self.layer.receive(now, connection, Message::Response(response));
            }
            Step::Request(method, branch, connection) => {
                let request = message(&METHODS[method], branch, self.transport);
                let key = self.layer.request(now, connection, request);
                self.keys.push(key);
            }
            Step::Respond(index, status) => {
                if let Some((key, request)) = self.to_answer.get(index % self.to_answer.len().max(1)) {
                    let response = Response::reply_to(request, status, "Reason").to_tag("t").finish();
                    let sent = self.layer.respond(now, *key, response);
                    assert!(!(sent && self.ended.contains(key)), "answered after its end");
                }
            }
            Step::Cancel(index) => key(index).into_iter().for_each(|key| self.layer.cancel(now, key, None)),
            Step::Acknowledge(index) => {
                let ack = message(&Method::Ack, 9, self.transport);
                key(index).into_iter().for_each(|key| self.layer.acknowledge(now, key, ack.clone()));
            }
            Step::Lose(connection) => self.layer.connection_lost(now, connection),
            Step::Fail(index) => key(index).into_iter().for_each(|key| self.layer.transport_failed(now, key)),
            Step::Wait(ms) => self.wait(ms),
        }
        self.drain();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_ends_once(steps in prop::collection::vec(step(), 0..40), reliable: bool) {
        let mut world = World {
            layer: Transactions::new(),
            now: Time(0),
            transport: if reliable { "WS" } else { "UDP" },
            keys: Vec::new(),
            to_answer: Vec::new(),
            ended: BTreeSet::new(),
        };
        for step in steps {
            world.take(step);
        }
        // Answer what was left open, cancel what rings, and let an hour go by.
        for index in 0..world.to_answer.len() {
            world.take(Step::Respond(index, 600));
        }
        for index in 0..world.keys.len() {
            world.take(Step::Cancel(index));
        }
        world.wait(3_600_000);
        prop_assert!(world.layer.is_empty(), "{} left", world.layer.len());
        prop_assert_eq!(world.layer.poll_timeout(), None);
        prop_assert_eq!(world.ended.len(), world.keys.len());
    }
}
