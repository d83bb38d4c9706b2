use super::machine::{Cancelled, Context, Event, Machine, Role, Timer};
use super::matching::Index;
use super::{TransactionKey, TransactionOutput};
use crate::message::hash;
use crate::{Time, TimerTable};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// Transactions for somebody who reads messages by himself: their states, deadlines and texts. `Q` and `R` are what his
/// requests and responses are.
///
/// Messages belong to a transaction by marks: texts that they share ([`Transactions`](super::Transactions) says which).
#[derive(Debug)]
pub struct Exchanges<C, Q, R> {
    /// By id, which ascends.
    entries: Vec<(u64, Box<Entry<C>>)>,
    index: Index,
    timers: TimerTable<(u64, Timer)>,
    outputs: VecDeque<TransactionOutput<C, Q, R>>,
    last_id: u64,
}

#[derive(Debug)]
struct Entry<C> {
    connection: C,
    /// What its messages share: on its connection, and at the server's side on any.
    marks: Vec<String>,
    machine: Machine,
}

impl<C: Copy + Ord, Q, R> Exchanges<C, Q, R> {
    /// None yet.
    pub const fn new() -> Self {
        Exchanges {
            entries: Vec::new(),
            index: Index::new(),
            timers: TimerTable::new(),
            outputs: VecDeque::new(),
            last_id: 0,
        }
    }

    /// Begins one. `text` is our request, or our first answer where there is one. Nobody is told how one that is `silent`
    /// goes.
    #[allow(clippy::too_many_arguments, reason = "they are what a transaction begins with")]
    pub fn start(
        &mut self,
        now: Time,
        connection: C,
        role: Role,
        marks: Vec<String>,
        text: String,
        reliable: bool,
        silent: bool,
    ) -> TransactionKey<C> {
        self.last_id += 1;
        let key = TransactionKey { connection, id: self.last_id };
        for mark in &marks {
            self.index.insert(hash(&[mark]), key.id);
        }
        let mut context =
            Context { now, key, timers: &mut self.timers, outputs: &mut self.outputs, cancel: None };
        let machine = Machine::start(&mut context, role, text, reliable, silent);
        self.entries.push((key.id, Box::new(Entry { connection, marks, machine })));
        key
    }

    /// Something happened to one; nothing where it is over. What is given back must be done.
    pub fn handle(&mut self, now: Time, id: u64, event: Event<'_, Q, R>) -> Option<Cancelled> {
        let at = self.position(id).ok()?;
        let (_, entry) = self.entries.get_mut(at)?;
        let key = TransactionKey { connection: entry.connection, id };
        let mut context =
            Context { now, key, timers: &mut self.timers, outputs: &mut self.outputs, cancel: None };
        let goes_on = entry.machine.handle(&mut context, event);
        let cancel = context.cancel;
        if !goes_on {
            self.remove(at, key);
        }
        cancel
    }

    fn remove(&mut self, at: usize, key: TransactionKey<C>) {
        let (_, entry) = self.entries.remove(at);
        for mark in &entry.marks {
            self.index.remove(hash(&[mark]), key.id);
        }
        for &timer in &[Timer::Retransmit, Timer::Lifetime] {
            self.timers.clear((key.id, timer));
        }
        if !entry.machine.silent {
            self.outputs.push_back(TransactionOutput::Ended { key });
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some((id, timer)) = self.timers.expired(now) {
            // Time cancels nothing.
            self.handle(now, id, Event::Timer(timer));
        }
    }

    /// When to call [`Exchanges::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Every transaction on a connection that is gone fails. Only a 2xx that waits for its ACK stays: the ACK may come
    /// another way.
    pub fn connection_lost(&mut self, now: Time, connection: C) {
        let mut last = 0;
        while let Some((id, _)) =
            self.entries.iter().find(|(id, entry)| *id > last && entry.connection == connection)
        {
            last = *id;
            self.handle(now, last, Event::ConnectionLost);
        }
    }

    /// What to do next, until `None`.
    pub fn poll_output(&mut self) -> Option<TransactionOutput<C, Q, R>> {
        self.outputs.pop_front()
    }

    /// Adds something to what is to be done.
    pub fn output(&mut self, output: TransactionOutput<C, Q, R>) {
        self.outputs.push_back(output);
    }

    /// Whose messages have this mark; where there is a connection, on that one.
    pub fn find(&self, connection: Option<C>, mark: &str) -> Option<TransactionKey<C>> {
        self.index.find(hash(&[mark]), |id| {
            let entry = self.entry(id)?;
            let is_there = connection.is_none_or(|connection| connection == entry.connection)
                && entry.marks.iter().any(|own| own == mark);
            is_there.then_some(TransactionKey { connection: entry.connection, id })
        })
    }

    /// Whether an answer with this status would still be sent.
    pub fn can_respond(&self, id: u64, status: u16) -> bool {
        self.entry(id).is_some_and(|entry| entry.machine.can_respond(status))
    }

    /// What it would send again; empty where it is over.
    pub fn text(&self, id: u64) -> &str {
        self.entry(id).map_or("", |entry| entry.machine.text())
    }

    /// Where its messages go.
    pub fn connection(&self, id: u64) -> Option<C> {
        Some(self.entry(id)?.connection)
    }

    /// Whether it is not over.
    pub fn is_alive(&self, id: u64) -> bool {
        self.position(id).is_ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, id: u64) -> Result<usize, usize> {
        self.entries.binary_search_by(|(own, _)| own.cmp(&id))
    }

    fn entry(&self, id: u64) -> Option<&Entry<C>> {
        Some(&*self.entries.get(self.position(id).ok()?)?.1)
    }
}

impl<C: Copy + Ord, Q, R> Default for Exchanges<C, Q, R> {
    fn default() -> Self {
        Self::new()
    }
}
