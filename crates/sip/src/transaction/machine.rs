//! What one transaction does. The four machines of RFC 3261 §17 (with RFC 6026) are one here: most of what they do is the
//! same, and where they differ is said. Of messages it knows what it must: `Q` and `R`, requests and responses, go through
//! as they are.

use super::{TransactionKey, TransactionOutput};
use crate::{Time, TimerKey, TimerTable};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

// In milliseconds.

/// RFC 3261 §17.1.1.1: an estimate of the round trip.
const T1: u64 = 500;
/// The longest interval between retransmissions.
const T2: u64 = 4_000;
/// How long a message can stay in the network.
const T4: u64 = 5_000;
/// How long anything is tried: timers B, F, H, L, M, and D and J on unreliable transports.
const PATIENCE: u64 = 32_000;

/// A transaction never has more than two deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// RFC 3261's A, E and G, and the 2xx's of §13.3.1.4.
    Retransmit,
    /// The end of the state: B, D, F, H, I, J, K and RFC 6026's L and M.
    Lifetime,
}

/// Of the transaction with this number.
impl TimerKey for (u64, Timer) {
    fn number(self) -> u64 {
        self.0 << 1 | self.1 as u64
    }

    fn of(number: u64) -> Self {
        (number >> 1, if number & 1 == 0 { Timer::Retransmit } else { Timer::Lifetime })
    }
}

/// What can happen to a transaction.
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Event<'a, Q, R> {
    /// One of its deadlines is past.
    Timer(Timer),
    /// The request came again.
    Retransmission,
    /// The ACK of what we answered.
    Ack(Q),
    /// An answer to ours. `tag` is To's, `ack` what acknowledges a refusal of an INVITE.
    Response { status: u16, tag: &'a str, ack: String, response: R },
    /// Our answer.
    Respond { status: u16, text: String },
    /// Our ACK of a 2xx.
    Acknowledge { tag: &'a str, text: String },
    /// Our INVITE is to be cancelled, with this in Reason.
    Cancel(Option<&'a str>),
    /// The connection is gone.
    ConnectionLost,
}

/// Whose request it is, and whether that is an INVITE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An INVITE of ours.
    InviteClient,
    /// Another request of ours.
    PlainClient,
    /// An INVITE of theirs.
    InviteServer,
    /// Another request of theirs.
    PlainServer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// No response yet.
    Trying,
    /// Provisionally answered.
    Proceeding,
    /// Finally answered, an INVITE with a refusal.
    Completed,
    /// That refusal was acknowledged; copies of the ACK are absorbed.
    Confirmed,
    /// An INVITE answered with 2xx. Ours: ACKs are sent again for its copies. Theirs: it is sent again until its ACK comes
    /// (RFC 3261 §13.3.1.4), on any transport.
    Accepted,
    /// That 2xx of ours was acknowledged; copies of the INVITE and the ACK are absorbed.
    Acknowledged,
}

/// What became of the wish to cancel an INVITE of ours.
#[derive(Debug)]
enum Cancel {
    None,
    /// Until something is heard (§9.1); Reason's value.
    Waits(Option<String>),
    Sent,
}

#[derive(Debug)]
pub(super) struct Machine {
    role: Role,
    state: State,
    /// What is sent again: our request, its ACK, our last response.
    text: String,
    interval: u64,
    reliable: bool,
    /// A CANCEL of the layer's own: nobody is told how it went.
    pub(super) silent: bool,
    cancel: Cancel,
    /// To tags of the forks whose 2xx were acknowledged, and their ACKs.
    acks: Vec<(String, String)>,
}

impl Machine {
    /// `text`: our request, or our first answer.
    pub(super) fn start<C: Copy + Ord, Q, R>(
        context: &mut Context<'_, C, Q, R>,
        role: Role,
        text: String,
        reliable: bool,
        silent: bool,
    ) -> Machine {
        let is_client = matches!(role, Role::InviteClient | Role::PlainClient);
        if is_client {
            context.set(Timer::Lifetime, PATIENCE);
            if !reliable {
                context.set(Timer::Retransmit, T1);
            }
        }
        if !text.is_empty() {
            context.send(&text);
        }
        let state = if role == Role::InviteServer { State::Proceeding } else { State::Trying };
        Machine { role, state, text, interval: T1, reliable, silent, cancel: Cancel::None, acks: Vec::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether [`Event::Respond`] with this status would still be sent.
    pub(super) fn can_respond(&self, status: u16) -> bool {
        match self.role {
            Role::InviteServer | Role::PlainServer => {
                self.state < State::Completed || self.state == State::Accepted && (200..300).contains(&status)
            }
            _ => false,
        }
    }

    /// False is the end.
    pub(super) fn handle<C: Copy + Ord, Q, R>(
        &mut self,
        context: &mut Context<'_, C, Q, R>,
        event: Event<'_, Q, R>,
    ) -> bool {
        match event {
            Event::Timer(Timer::Retransmit) => {
                let doubled = self.interval.saturating_mul(2);
                self.interval = match (self.role, self.state) {
                    (Role::InviteClient, _) => doubled,
                    (Role::PlainClient, State::Proceeding) => T2,
                    _ => doubled.min(T2),
                };
                context.send(&self.text);
                context.set(Timer::Retransmit, self.interval);
            }
            Event::Timer(Timer::Lifetime) => {
                if self.is_awaited() {
                    let key = context.key;
                    context.tell(TransactionOutput::Timeout { key });
                }
                return false;
            }
            Event::Retransmission => {
                if matches!(self.state, State::Proceeding | State::Completed) {
                    context.send(&self.text);
                }
            }
            Event::Ack(request) => match self.state {
                // Timer I.
                State::Completed => return self.linger(context, State::Confirmed, T4),
                State::Accepted => {
                    context.clear(Timer::Retransmit);
                    self.state = State::Acknowledged;
                    let (connection, invite) = (context.key.connection, Some(context.key));
                    context.tell(TransactionOutput::Ack { connection, invite, request });
                }
                _ => {}
            },
            Event::Response { status, tag, ack, response } => {
                return self.answered(context, status, tag, ack, response);
            }
            Event::Respond { status, text } => return self.respond(context, status, text),
            Event::Acknowledge { tag, text } => {
                if self.state == State::Accepted {
                    context.send(&text);
                    match self.acks.iter_mut().find(|(acknowledged, _)| acknowledged == tag) {
                        Some((_, ack)) => *ack = text,
                        None => self.acks.push((tag.into(), text)),
                    }
                }
            }
            Event::Cancel(reason) => match (self.role, self.state, &self.cancel) {
                (Role::InviteClient, State::Trying, _) => self.cancel = Cancel::Waits(reason.map(Into::into)),
                (Role::InviteClient, State::Proceeding, Cancel::None) => {
                    self.send_cancel(context, reason.map(Into::into));
                }
                _ => {}
            },
            Event::ConnectionLost => match (self.role, self.state) {
                // The ACK of a 2xx may still come another way: the call is not lost with its connection.
                (Role::InviteServer, State::Accepted | State::Acknowledged) => {
                    context.clear(Timer::Retransmit)
                }
                _ => {
                    if self.is_awaited() || self.state < State::Completed && !self.silent {
                        let key = context.key;
                        context.tell(TransactionOutput::TransportError { key });
                    }
                    return false;
                }
            },
        }
        true
    }

    /// Somebody waits for what the far end says.
    fn is_awaited(&self) -> bool {
        match self.role {
            Role::InviteServer => matches!(self.state, State::Completed | State::Accepted),
            Role::PlainServer => false,
            _ => self.state < State::Completed && !self.silent,
        }
    }

    fn answered<C: Copy + Ord, Q, R>(
        &mut self,
        context: &mut Context<'_, C, Q, R>,
        status: u16,
        tag: &str,
        ack: String,
        response: R,
    ) -> bool {
        let is_invite = self.role == Role::InviteClient;
        let is_success = (200..300).contains(&status);
        match self.state {
            State::Trying | State::Proceeding => {}
            State::Accepted => {
                if is_success {
                    match self.acks.iter().find(|(acknowledged, _)| acknowledged == tag) {
                        Some((_, ack)) => context.send(ack),
                        None => self.tell(context, response),
                    }
                }
                return true;
            }
            _ => {
                if is_invite && status >= 300 {
                    context.send(&self.text);
                }
                return true;
            }
        }
        if is_invite {
            context.clear(Timer::Retransmit);
        }
        if status < 200 {
            self.state = State::Proceeding;
            if is_invite && !matches!(self.cancel, Cancel::Sent) {
                context.clear(Timer::Lifetime);
            }
            self.tell(context, response);
            if let Cancel::Waits(reason) = &mut self.cancel {
                let reason = reason.take();
                self.send_cancel(context, reason);
            }
            return true;
        }
        if is_invite && is_success {
            // RFC 6026 §7.2, timer M.
            context.set(Timer::Lifetime, PATIENCE);
            self.tell(context, response);
            self.state = State::Accepted;
            return true;
        }
        let mut patience = T4;
        if is_invite {
            self.text = ack;
            context.send(&self.text);
            patience = PATIENCE;
        }
        self.tell(context, response);
        // Timers D and K.
        self.linger(context, State::Completed, patience)
    }

    fn respond<C: Copy + Ord, Q, R>(
        &mut self,
        context: &mut Context<'_, C, Q, R>,
        status: u16,
        text: String,
    ) -> bool {
        self.text = text;
        context.send(&self.text);
        if status < 200 {
            self.state = State::Proceeding;
        } else if self.role == Role::PlainServer {
            // Timer J.
            return self.linger(context, State::Completed, PATIENCE);
        } else {
            self.state = if status < 300 { State::Accepted } else { State::Completed };
            self.interval = T1;
            // Timers L and H.
            context.set(Timer::Lifetime, PATIENCE);
            if status < 300 || !self.reliable {
                context.set(Timer::Retransmit, T1);
            }
        }
        true
    }

    /// RFC 3261 §9.1: the far end has 64·T1 to end the INVITE once it was cancelled.
    fn send_cancel<C: Copy + Ord, Q, R>(
        &mut self,
        context: &mut Context<'_, C, Q, R>,
        reason: Option<String>,
    ) {
        self.cancel = Cancel::Sent;
        context.cancel = Some(Cancelled { invite: self.text.clone(), reason });
        context.set(Timer::Lifetime, PATIENCE);
    }

    fn tell<C: Copy + Ord, Q, R>(&self, context: &mut Context<'_, C, Q, R>, response: R) {
        if !self.silent {
            let key = context.key;
            context.tell(TransactionOutput::Response { key, response });
        }
    }

    /// Waits for stragglers, where the transport can have some: so long, or the end at once.
    fn linger<C: Copy + Ord, Q, R>(
        &mut self,
        context: &mut Context<'_, C, Q, R>,
        state: State,
        unreliable: u64,
    ) -> bool {
        context.clear(Timer::Retransmit);
        if !self.reliable {
            self.state = state;
            context.set(Timer::Lifetime, unreliable);
        }
        !self.reliable
    }
}

/// A CANCEL is to be sent, in a transaction of its own that nobody is told of.
pub struct Cancelled {
    /// The text of what it cancels.
    pub invite: String,
    /// Reason's value.
    pub reason: Option<String>,
}

/// What a machine acts through.
pub(super) struct Context<'a, C, Q, R> {
    pub(super) now: Time,
    pub(super) key: TransactionKey<C>,
    pub(super) timers: &'a mut TimerTable<(u64, Timer)>,
    pub(super) outputs: &'a mut VecDeque<TransactionOutput<C, Q, R>>,
    pub(super) cancel: Option<Cancelled>,
}

impl<C: Copy + Ord, Q, R> Context<'_, C, Q, R> {
    #[inline(never)]
    fn send(&mut self, text: &str) {
        let (key, text) = (self.key, String::from(text));
        self.tell(TransactionOutput::Send { key, text });
    }

    #[inline(never)]
    fn tell(&mut self, output: TransactionOutput<C, Q, R>) {
        self.outputs.push_back(output);
    }

    #[inline(never)]
    fn set(&mut self, timer: Timer, after: u64) {
        self.timers.set((self.key.id, timer), self.now.after(after));
    }

    #[inline(never)]
    fn clear(&mut self, timer: Timer) {
        self.timers.clear((self.key.id, timer));
    }
}
