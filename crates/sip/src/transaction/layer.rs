use super::machine::{Context, Event, Machine, Role, Timer};
use super::matching::{Index, Mark};
use super::{TransactionKey, TransactionOutput};
use crate::{Message, Method, Request, Response, Time, TimerTable};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
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
    /// What its messages share: on its connection, and at the server's side on any.
    marks: Vec<Mark>,
    machine: Machine,
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
        let can = self.entry(key.id).is_some_and(|entry| entry.machine.can_respond(response.status()));
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
        if self.entry(key.id).is_some() {
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
        if *request.method() == Method::Ack {
            return self.receive_ack(now, connection, request);
        }
        let mark = Mark::of_server(&request, request.method().as_str());
        match self.find(Some(connection), &mark) {
            Some(key) => self.handle(now, key.id, Event::Retransmission),
            None => self.start_server(now, connection, request, mark),
        }
    }

    fn receive_ack(&mut self, now: Time, connection: C, request: Request) {
        let found = self
            .find(Some(connection), &Mark::of_server(&request, "INVITE"))
            .or_else(|| self.find(None, &Mark::of_origin(&request, "INVITE")));
        match found {
            Some(key) => self.handle(now, key.id, Event::Ack(request)),
            None => self.outputs.push_back(TransactionOutput::Ack { connection, invite: None, request }),
        }
    }

    fn receive_response(&mut self, now: Time, connection: C, response: Response) {
        let found = Mark::of_response(&response).and_then(|mark| self.find(Some(connection), &mark));
        match found {
            Some(key) => self.handle(now, key.id, Event::Response(response)),
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
        let is_invite = *request.method() == Method::Invite;
        let role = if is_invite { Role::InviteClient } else { Role::PlainClient };
        let marks = Mark::of_client(&request).into_iter().collect();
        let reliable = is_reliable(&request);
        self.start(now, connection, role, marks, request.into_string(), reliable, silent)
    }

    fn start_server(&mut self, now: Time, connection: C, request: Request, mark: Mark) {
        let method = request.method();
        let origin = Mark::of_origin(&request, method.as_str());
        // RFC 3261 §8.2.2.2. A registrar is asked by each flow for itself (RFC 5626 §4.2).
        let may_merge = !matches!(method, Method::Cancel | Method::Register) && request.to_tag().is_none();
        let first = if may_merge { self.find(None, &origin) } else { None };
        let (mut role, mut answer, mut invite) = (Role::PlainServer, String::new(), None);
        match method {
            // RFC 3261 §17.2.1 wants a 100 within 200 ms unless a better answer is sure to come: it is sent at once.
            Method::Invite => {
                role = Role::InviteServer;
                answer = Response::reply_to(&request, 100, "Trying").finish().into_string();
            }
            // RFC 3261 §9.2
            Method::Cancel => invite = self.find(Some(connection), &Mark::of_server(&request, "INVITE")),
            _ => {}
        }
        let is_cancel = *method == Method::Cancel;
        let marks = Vec::from([mark, origin]);
        let key = self.start(now, connection, role, marks, answer, is_reliable(&request), false);
        self.outputs.push_back(match first {
            _ if is_cancel => TransactionOutput::Cancel { key, invite, request },
            Some(first) => TransactionOutput::Merged { key, first, request },
            None => TransactionOutput::Request { key, request },
        });
    }

    #[allow(clippy::too_many_arguments, reason = "they are what a transaction begins with")]
    fn start(
        &mut self,
        now: Time,
        connection: C,
        role: Role,
        marks: Vec<Mark>,
        text: String,
        reliable: bool,
        silent: bool,
    ) -> TransactionKey<C> {
        self.last_id += 1;
        let key = TransactionKey { connection, id: self.last_id };
        for mark in &marks {
            self.index.insert(mark.hash(), key.id);
        }
        let machine = Machine::start(&mut self.context(now, key), role, text, reliable, silent);
        self.entries.push((key.id, Box::new(Entry { connection, marks, machine })));
        key
    }

    fn handle(&mut self, now: Time, id: u64, event: Event<'_>) {
        let Ok(at) = self.position(id) else { return };
        let Some((_, entry)) = self.entries.get_mut(at) else { return };
        let key = TransactionKey { connection: entry.connection, id };
        let mut context =
            Context { now, key, timers: &mut self.timers, outputs: &mut self.outputs, cancel: None };
        let goes_on = entry.machine.handle(&mut context, event);
        let cancel = context.cancel;
        if !goes_on {
            self.remove(at, key);
        }
        if let Some(cancel) = cancel {
            self.start_client(now, key.connection, cancel, true);
        }
    }

    fn context(&mut self, now: Time, key: TransactionKey<C>) -> Context<'_, C> {
        Context { now, key, timers: &mut self.timers, outputs: &mut self.outputs, cancel: None }
    }

    fn remove(&mut self, at: usize, key: TransactionKey<C>) {
        let (_, entry) = self.entries.remove(at);
        for mark in &entry.marks {
            self.index.remove(mark.hash(), key.id);
        }
        for timer in [Timer::Retransmit, Timer::Lifetime] {
            self.timers.clear((key.id, timer));
        }
        if !entry.machine.silent {
            self.outputs.push_back(TransactionOutput::Ended { key });
        }
    }

    /// Where there is a connection, on that one.
    fn find(&self, connection: Option<C>, mark: &Mark) -> Option<TransactionKey<C>> {
        self.index.candidates(mark.hash()).find_map(|id| {
            let entry = self.entry(id)?;
            let is_there = connection.is_none_or(|connection| connection == entry.connection);
            (is_there && entry.marks.contains(mark))
                .then_some(TransactionKey { connection: entry.connection, id })
        })
    }

    fn position(&self, id: u64) -> Result<usize, usize> {
        self.entries.binary_search_by(|(own, _)| own.cmp(&id))
    }

    fn entry(&self, id: u64) -> Option<&Entry<C>> {
        Some(&*self.entries.get(self.position(id).ok()?)?.1)
    }
}

fn is_reliable(request: &Request) -> bool {
    request.via().is_ok_and(|via| via.is_reliable())
}

impl<C: Copy + Ord> Default for Transactions<C> {
    fn default() -> Self {
        Self::new()
    }
}
