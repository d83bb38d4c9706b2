use super::client::{InviteClient, PlainClient};
use super::machine::{Context, Event, Machine, Timer};
use super::matching::{Index, Mark};
use super::server::{InviteServer, PlainServer};
use super::{TransactionKey, TransactionOutput};
use crate::{Message, Method, Request, Response, Time, TimerTable};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// All transactions of one user agent.
#[derive(Debug)]
pub struct Transactions<C> {
    /// By id, which ascends.
    entries: Vec<(u64, Box<Entry<C>>)>,
    index: Index,
    timers: TimerTable<(u64, Timer)>,
    outputs: VecDeque<TransactionOutput<C>>,
    last_id: u64,
}

#[derive(Debug)]
struct Entry<C> {
    connection: C,
    reliable: bool,
    /// `None` for a request of ours that no answer can be matched to.
    hop: Option<Mark>,
    /// At the server's side.
    origin: Option<Mark>,
    /// `None` only while an event is being handled.
    machine: Option<Machine>,
    /// Of the layer's own making: nobody was told the key.
    silent: bool,
}

impl<C: Copy + Ord> Transactions<C> {
    /// None yet.
    pub const fn new() -> Self {
        Transactions {
            entries: Vec::new(),
            index: Index::new(),
            timers: TimerTable::new(),
            outputs: VecDeque::new(),
            last_id: 0,
        }
    }

    /// Sends a request, anything but ACK and CANCEL, whose topmost Via has a fresh branch.
    pub fn request(&mut self, now: Time, connection: C, request: Request) -> TransactionKey<C> {
        self.start_client(now, connection, request, false)
    }

    /// Answers a request. False, and nothing sent, when the transaction is over or was finally answered before.
    pub fn respond(&mut self, now: Time, key: TransactionKey<C>, response: Response) -> bool {
        let can = self.machine(key.id).is_some_and(|machine| machine.can_respond(response.status()));
        if can {
            self.handle(now, key.id, Event::Respond(response));
        }
        can
    }

    /// Cancels an INVITE of ours: at once where it was provisionally answered, else when that comes; nothing when it
    /// was finally answered. `reason` becomes the CANCEL's Reason header. The INVITE's own final response (487, or a 2xx
    /// that was faster) or `Timeout` still comes.
    pub fn cancel(&mut self, now: Time, key: TransactionKey<C>, reason: Option<&str>) {
        self.handle(now, key.id, Event::Cancel(reason));
    }

    /// Sends the ACK of a 2xx, and sends it again for every copy of that 2xx.
    pub fn acknowledge(&mut self, now: Time, key: TransactionKey<C>, ack: Request) {
        if self.machine(key.id).is_some() {
            self.handle(now, key.id, Event::Acknowledge(ack));
        } else {
            self.outputs.push_back(TransactionOutput::Send { key, text: ack.into_string() });
        }
    }

    /// A message came in.
    pub fn receive(&mut self, now: Time, connection: C, message: Message) {
        match message {
            Message::Request(request) => self.receive_request(now, connection, request),
            Message::Response(response) => self.receive_response(now, connection, response),
        }
    }

    /// A `Send` of this transaction could not be carried out (RFC 3261 §8.1.3.1, §18.4).
    pub fn transport_failed(&mut self, now: Time, key: TransactionKey<C>) {
        self.handle(now, key.id, Event::ConnectionLost);
    }

    /// A connection is gone: every transaction on it fails. Only a 2xx that waits for its ACK stays: the ACK may come
    /// another way.
    pub fn connection_lost(&mut self, now: Time, connection: C) {
        let lost: Vec<u64> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.connection == connection)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            self.handle(now, id, Event::ConnectionLost);
        }
    }

    /// What to do next, until `None`.
    pub fn poll_output(&mut self) -> Option<TransactionOutput<C>> {
        self.outputs.pop_front()
    }

    /// When to call [`Transactions::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some((id, timer)) = self.timers.expired(now) {
            self.handle(now, id, Event::Timer(timer));
        }
    }

    /// How many transactions there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn receive_request(&mut self, now: Time, connection: C, request: Request) {
        match request.method() {
            Method::Ack => self.receive_ack(now, connection, request),
            method => {
                let hop = Mark::of_server(&request, method.as_str());
                match self.find_hop(connection, &hop) {
                    Some(id) => self.handle(now, id, Event::Retransmission),
                    None => self.start_server(now, connection, request, hop),
                }
            }
        }
    }

    fn receive_ack(&mut self, now: Time, connection: C, request: Request) {
        let found = self
            .find_hop(connection, &Mark::of_server(&request, "INVITE"))
            .or_else(|| self.find_origin(&Mark::of_origin(&request, "INVITE")).map(|key| key.id));
        match found {
            Some(id) => self.handle(now, id, Event::Ack(request)),
            None => self.outputs.push_back(TransactionOutput::Ack { connection, invite: None, request }),
        }
    }

    fn receive_response(&mut self, now: Time, connection: C, response: Response) {
        let found = Mark::of_response(&response).and_then(|hop| self.find_hop(connection, &hop));
        match found {
            Some(id) => self.handle(now, id, Event::Response(response)),
            None => self.outputs.push_back(TransactionOutput::Stray { connection, response }),
        }
    }

    fn start_client(
        &mut self,
        now: Time,
        connection: C,
        request: Request,
        silent: bool,
    ) -> TransactionKey<C> {
        let reliable = request.via().is_ok_and(|via| via.is_reliable());
        let hop = Mark::of_client(&request);
        let key = self.insert(Entry { connection, reliable, hop, origin: None, machine: None, silent });
        let mut context = self.context(now, key, reliable);
        let machine = match request.method() {
            Method::Invite => Machine::InviteClient(InviteClient::start(&mut context, request)),
            _ => Machine::PlainClient(PlainClient::start(&mut context, request, silent)),
        };
        self.put_back(key.id, machine);
        key
    }

    fn start_server(&mut self, now: Time, connection: C, request: Request, hop: Mark) {
        let reliable = request.via().is_ok_and(|via| via.is_reliable());
        let method = request.method().clone();
        let origin = Mark::of_origin(&request, method.as_str());
        // RFC 3261 §8.2.2.2. A registrar is asked by each flow for itself (RFC 5626 §4.2).
        let may_merge = !matches!(method, Method::Cancel | Method::Register) && request.to_tag().is_none();
        let first = if may_merge { self.find_origin(&origin) } else { None };
        let invite = match method {
            // RFC 3261 §9.2
            Method::Cancel => {
                let invite = Mark::of_server(&request, "INVITE");
                self.find_hop(connection, &invite).map(|id| TransactionKey { connection, id })
            }
            _ => None,
        };
        let entry = Entry {
            connection,
            reliable,
            hop: Some(hop),
            origin: Some(origin),
            machine: None,
            silent: false,
        };
        let key = self.insert(entry);
        let mut context = self.context(now, key, reliable);
        let machine = match method {
            Method::Invite => Machine::InviteServer(InviteServer::start(&mut context, &request)),
            _ => Machine::PlainServer(PlainServer::Trying),
        };
        self.put_back(key.id, machine);
        self.outputs.push_back(match (method, first) {
            (Method::Cancel, _) => TransactionOutput::Cancel { key, invite, request },
            (_, Some(first)) => TransactionOutput::Merged { key, first, request },
            (_, None) => TransactionOutput::Request { key, request },
        });
    }

    fn handle(&mut self, now: Time, id: u64, event: Event<'_>) {
        let Some(entry) = self.entry_mut(id) else { return };
        let Some(machine) = entry.machine.take() else { return };
        let key = TransactionKey { connection: entry.connection, id };
        let reliable = entry.reliable;
        let mut context = self.context(now, key, reliable);
        let next = machine.handle(&mut context, event);
        let cancel = context.cancel;
        match next {
            Some(machine) => self.put_back(id, machine),
            None => self.remove(key),
        }
        if let Some(cancel) = cancel {
            self.start_client(now, key.connection, cancel, true);
        }
    }

    fn context(&mut self, now: Time, key: TransactionKey<C>, reliable: bool) -> Context<'_, C> {
        Context { now, key, reliable, timers: &mut self.timers, outputs: &mut self.outputs, cancel: None }
    }

    fn insert(&mut self, entry: Entry<C>) -> TransactionKey<C> {
        self.last_id += 1;
        let key = TransactionKey { connection: entry.connection, id: self.last_id };
        for mark in [&entry.hop, &entry.origin].into_iter().flatten() {
            self.index.insert(mark.hash(), key.id);
        }
        self.entries.push((key.id, Box::new(entry)));
        key
    }

    fn remove(&mut self, key: TransactionKey<C>) {
        let Ok(at) = self.position(key.id) else { return };
        let (_, entry) = self.entries.remove(at);
        for mark in [&entry.hop, &entry.origin].into_iter().flatten() {
            self.index.remove(mark.hash(), key.id);
        }
        self.timers.clear((key.id, Timer::Retransmit));
        self.timers.clear((key.id, Timer::Lifetime));
        if !entry.silent {
            self.outputs.push_back(TransactionOutput::Ended { key });
        }
    }

    fn find_hop(&self, connection: C, hop: &Mark) -> Option<u64> {
        self.index.candidates(hop.hash()).find(|id| {
            self.entry(*id)
                .is_some_and(|entry| entry.connection == connection && entry.hop.as_ref() == Some(hop))
        })
    }

    fn find_origin(&self, origin: &Mark) -> Option<TransactionKey<C>> {
        self.index.candidates(origin.hash()).find_map(|id| {
            let entry = self.entry(id).filter(|entry| entry.origin.as_ref() == Some(origin))?;
            Some(TransactionKey { connection: entry.connection, id })
        })
    }

    fn position(&self, id: u64) -> Result<usize, usize> {
        self.entries.binary_search_by(|(own, _)| own.cmp(&id))
    }

    fn entry(&self, id: u64) -> Option<&Entry<C>> {
        self.position(id).ok().map(|at| &*self.entries[at].1)
    }

    fn entry_mut(&mut self, id: u64) -> Option<&mut Entry<C>> {
        self.position(id).ok().map(|at| &mut *self.entries[at].1)
    }

    fn machine(&self, id: u64) -> Option<&Machine> {
        self.entry(id).and_then(|entry| entry.machine.as_ref())
    }

    fn put_back(&mut self, id: u64, machine: Machine) {
        if let Some(entry) = self.entry_mut(id) {
            entry.machine = Some(machine);
        }
    }
}

impl<C: Copy + Ord> Default for Transactions<C> {
    fn default() -> Self {
        Self::new()
    }
}
