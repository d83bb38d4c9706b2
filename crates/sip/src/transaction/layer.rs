use super::exchange::Exchanges;
use super::follow_up::{ack_of_failure, cancel_of};
use super::machine::{Event, Role};
use super::{TransactionKey, TransactionOutput, matching};
use crate::{Message, Method, Request, Response, Time};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// All transactions of one user agent.
#[derive(Debug)]
pub struct Transactions<C>(Exchanges<C, Request, Response>);

impl<C: Copy + Ord> Transactions<C> {
    /// None yet.
    pub const fn new() -> Self {
        Transactions(Exchanges::new())
    }

    /// Sends a request, anything but ACK and CANCEL, whose topmost Via has a fresh branch.
    pub fn request(&mut self, now: Time, connection: C, request: Request) -> TransactionKey<C> {
        self.start_client(now, connection, request, false)
    }

    /// Answers a request. False, and nothing sent, when the transaction is over or was finally answered before.
    pub fn respond(&mut self, now: Time, key: TransactionKey<C>, response: Response) -> bool {
        let status = response.status();
        let can = self.0.can_respond(key.id, status);
        if can {
            self.handle(now, key.id, Event::Respond { status, text: response.into_string() });
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
        if self.0.is_alive(key.id) {
            let tag: String = ack.to_tag().unwrap_or("").into();
            self.handle(now, key.id, Event::Acknowledge { tag: &tag, text: ack.into_string() });
        } else {
            self.0.output(TransactionOutput::Send { key, text: ack.into_string() });
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
        self.0.connection_lost(now, connection);
    }

    /// What to do next, until `None`.
    pub fn poll_output(&mut self) -> Option<TransactionOutput<C>> {
        self.0.poll_output()
    }

    /// When to call [`Transactions::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        self.0.poll_timeout()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.0.handle_timeout(now);
    }

    /// How many transactions there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn receive_request(&mut self, now: Time, connection: C, request: Request) {
        if *request.method() == Method::Ack {
            return self.receive_ack(now, connection, request);
        }
        let mark = matching::of_server(&request, request.method().as_str());
        match self.0.find(Some(connection), &mark) {
            Some(key) => self.handle(now, key.id, Event::Retransmission),
            None => self.start_server(now, connection, request, mark),
        }
    }

    fn receive_ack(&mut self, now: Time, connection: C, request: Request) {
        let found = self
            .0
            .find(Some(connection), &matching::of_server(&request, "INVITE"))
            .or_else(|| self.0.find(None, &matching::of_origin(&request, "INVITE")));
        match found {
            Some(key) => self.handle(now, key.id, Event::Ack(request)),
            None => self.0.output(TransactionOutput::Ack { connection, invite: None, request }),
        }
    }

    fn receive_response(&mut self, now: Time, connection: C, response: Response) {
        let found = matching::of_response(&response).and_then(|mark| self.0.find(Some(connection), &mark));
        let Some(key) = found else {
            return self.0.output(TransactionOutput::Stray { connection, response });
        };
        let status = response.status();
        let tag: String = response.to_tag().unwrap_or("").into();
        let ack = if status < 300 { String::new() } else { ack_of_failure(self.0.text(key.id), &response) };
        self.handle(now, key.id, Event::Response { status, tag: &tag, ack, response });
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
        let mut marks = Vec::new();
        if let Some(mark) = matching::of_client(&request) {
            marks.push(mark);
        }
        let reliable = is_reliable(&request);
        self.0.start(now, connection, role, marks, request.into_string(), reliable, silent)
    }

    fn start_server(&mut self, now: Time, connection: C, request: Request, mark: String) {
        let method = request.method();
        let origin = matching::of_origin(&request, method.as_str());
        // RFC 3261 §8.2.2.2. A registrar is asked by each flow for itself (RFC 5626 §4.2).
        let may_merge = !matches!(method, Method::Cancel | Method::Register) && request.to_tag().is_none();
        let first = if may_merge { self.0.find(None, &origin) } else { None };
        let (mut role, mut answer, mut invite) = (Role::PlainServer, String::new(), None);
        match method {
            // RFC 3261 §17.2.1 wants a 100 within 200 ms unless a better answer is sure to come: it is sent at once.
            Method::Invite => {
                role = Role::InviteServer;
                answer = Response::reply_to(&request, 100, "Trying").finish().into_string();
            }
            // RFC 3261 §9.2
            Method::Cancel => {
                invite = self.0.find(Some(connection), &matching::of_server(&request, "INVITE"));
            }
            _ => {}
        }
        let is_cancel = *method == Method::Cancel;
        let marks = vec![mark, origin];
        let key = self.0.start(now, connection, role, marks, answer, is_reliable(&request), false);
        self.0.output(match first {
            _ if is_cancel => TransactionOutput::Cancel { key, invite, request },
            Some(first) => TransactionOutput::Merged { key, first, request },
            None => TransactionOutput::Request { key, request },
        });
    }

    fn handle(&mut self, now: Time, id: u64, event: Event<'_, Request, Response>) {
        let connection = self.0.connection(id);
        let cancelled = self.0.handle(now, id, event);
        if let (Some(connection), Some(cancelled)) = (connection, cancelled)
            && let Some(cancel) = cancel_of(&cancelled.invite, cancelled.reason.as_deref())
        {
            self.start_client(now, connection, cancel, true);
        }
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
