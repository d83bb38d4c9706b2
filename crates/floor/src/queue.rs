//! Queues: who waits in which order, what they are told, and who is asked for.

use std::collections::{BTreeSet, VecDeque};

use crate::call::{Ask, Call, Search};
use crate::floor::{Floor, Pending};
use crate::io::{
    CallId, Command, Login, Output, QueueConfig, QueueName, Reachability, WaitingCall, WallTime, Write,
};
use crate::offer::RESERVED_BEYOND_RINGING;
use crate::strategy;

/// A queue and those who wait in it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) config: QueueConfig,
    members: Members,
    /// The longest waiting first; who is being rung for keeps the place.
    pub(crate) waiting: VecDeque<CallId>,
    /// Places have to be told again.
    moved: bool,
}

#[derive(Debug)]
enum Members {
    Everyone,
    These(BTreeSet<Login>),
}

impl Line {
    pub(crate) fn new(config: QueueConfig) -> Self {
        let members = Members::of(&config);
        Self { config, members, waiting: VecDeque::new(), moved: false }
    }

    pub(crate) fn reconfigure(&mut self, config: QueueConfig) {
        self.members = Members::of(&config);
        self.config = config;
    }

    pub(crate) fn is_served_by(&self, login: &Login) -> bool {
        match &self.members {
            Members::Everyone => true,
            Members::These(logins) => logins.contains(login),
        }
    }

    /// Gives the place, from 1.
    pub(crate) fn join(&mut self, call: CallId) -> usize {
        self.waiting.push_back(call);
        self.moved = true;
        self.waiting.len()
    }

    pub(crate) fn leave(&mut self, call: &str) {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting != call);
        self.moved |= self.waiting.len() != before;
    }
}

impl Members {
    fn of(config: &QueueConfig) -> Self {
        if config.members.iter().any(|login| login == "*") {
            Self::Everyone
        } else {
            Self::These(config.members.iter().cloned().collect())
        }
    }
}

impl Floor {
    /// Who waits in a queue, the next to be served first. Empty for an unknown queue.
    pub fn waiting(&self, queue: &str) -> Vec<WaitingCall> {
        let calls = self.lines.get(queue).into_iter().flat_map(|line| &line.waiting);
        calls
            .filter_map(|id| self.calls.get(id))
            .zip(1..)
            .map(|(call, position)| WaitingCall {
                call: call.id().clone(),
                caller: call.waiter().clone(),
                position,
                since: call.seeking_since,
                offered_to: call.offer().map(|offer| offer.login.clone()),
            })
            .collect()
    }

    /// Asks storage for an operator for every waiting call that could have one, the longest waiting first.
    ///
    /// No two calls ask with the same operator as the likeliest, so that a hundred callers do not ask for
    /// the one who came free.
    pub(crate) fn serve_queues(&mut self) {
        if self.lines.values().all(|line| line.waiting.is_empty()) {
            return;
        }
        let mut free: BTreeSet<Login> = self
            .operators
            .iter()
            .filter(|(_, operator)| operator.is_free() && operator.picked.is_none())
            .filter(|(login, _)| self.reachability(login) == Reachability::Registered)
            .map(|(login, _)| login.clone())
            .collect();
        if free.is_empty() {
            return;
        }
        for (_, call, queue) in self.calls_in_turn() {
            let Some(line) = self.lines.get(&queue) else { continue };
            let asker = self.calls.get(&call).and_then(Call::asker);
            let candidates = free
                .iter()
                .filter(|login| line.is_served_by(login) && asker != Some(login))
                .filter_map(|login| self.operators.get_key_value(login));
            let order = strategy::order(line.config.strategy, candidates);
            let until = self.wall + line.config.no_answer_timeout + RESERVED_BEYOND_RINGING;
            if let Some(likeliest) = order.first() {
                free.remove(likeliest);
                self.reserve(call, order, until);
            }
        }
    }

    fn calls_in_turn(&self) -> Vec<(u64, CallId, QueueName)> {
        let mut calls: Vec<_> = self
            .lines
            .iter()
            .flat_map(|(queue, line)| line.waiting.iter().map(move |call| (queue, call)))
            .filter_map(|(queue, id)| self.calls.get(id).map(|call| (queue, call)))
            .filter(|(_, call)| matches!(call.search(), Some(Search::Waiting(Ask::Ready))))
            .map(|(queue, call)| (call.turn, call.id().clone(), queue.clone()))
            .collect();
        calls.sort();
        calls
    }

    /// Asks storage for the first free one of `order`.
    pub(crate) fn reserve(&mut self, call: CallId, order: Vec<Login>, until: WallTime) {
        let likeliest = order.first().and_then(|login| self.operators.get_mut(login));
        if let Some(operator) = likeliest {
            operator.picked = Some(call.clone());
        }
        if let Some(call) = self.calls.get_mut(&call) {
            call.ask(Ask::InFlight);
        }
        let pending = Pending::Reserve { call: call.clone(), order: order.clone() };
        self.store(pending, Write::Reserve { call, order, until });
    }

    /// Tells every waiting caller whose place has changed.
    pub(crate) fn show_places(&mut self) {
        for line in self.lines.values_mut().filter(|line| line.moved) {
            line.moved = false;
            let waiting = u32::try_from(line.waiting.len()).unwrap_or(u32::MAX);
            for (id, position) in line.waiting.iter().zip(1u32..) {
                let Some(call) = self.calls.get_mut(id).filter(|call| call.shown != position) else {
                    continue;
                };
                call.shown = position;
                let command = Command::ShowPlace { call: id.clone(), position, waiting };
                self.outputs.push_back(Output::Switch(command));
            }
        }
    }
}
