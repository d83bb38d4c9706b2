//! What the four machines have in common.

use super::client::{InviteClient, PlainClient};
use super::server::{InviteServer, PlainServer};
use super::{TransactionKey, TransactionOutput};
use crate::{Request, Response, Time, TimerKey, TimerTable};
use alloc::collections::VecDeque;
use alloc::string::String;
use core::time::Duration;

/// RFC 3261 §17.1.1.1: an estimate of the round trip.
pub(super) const T1: Duration = Duration::from_millis(500);
/// The longest interval between retransmissions.
pub(super) const T2: Duration = Duration::from_secs(4);
/// How long a message can stay in the network.
pub(super) const T4: Duration = Duration::from_secs(5);
/// How long anything is tried: timers B, F, H, L, M, and D and J on unreliable transports.
pub(super) const PATIENCE: Duration = Duration::from_secs(32);

/// A transaction never has more than two deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
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
pub(super) enum Event<'a> {
    Timer(Timer),
    /// The request came again.
    Retransmission,
    Ack(Request),
    Response(Response),
    Respond(Response),
    Acknowledge(Request),
    Cancel(Option<&'a str>),
    ConnectionLost,
}

/// A machine takes an event by value and is what it returns; `None` is the end.
#[derive(Debug)]
pub(super) enum Machine {
    InviteClient(InviteClient),
    PlainClient(PlainClient),
    InviteServer(InviteServer),
    PlainServer(PlainServer),
}

impl Machine {
    pub(super) fn handle<C: Copy + Ord>(
        self,
        context: &mut Context<'_, C>,
        event: Event<'_>,
    ) -> Option<Machine> {
        match self {
            Machine::InviteClient(state) => state.handle(context, event).map(Machine::InviteClient),
            Machine::PlainClient(state) => state.handle(context, event).map(Machine::PlainClient),
            Machine::InviteServer(state) => state.handle(context, event).map(Machine::InviteServer),
            Machine::PlainServer(state) => state.handle(context, event).map(Machine::PlainServer),
        }
    }

    /// Whether [`Event::Respond`] with this status would still be sent.
    pub(super) fn can_respond(&self, status: u16) -> bool {
        match self {
            Machine::InviteServer(state) => state.can_respond(status),
            Machine::PlainServer(state) => state.can_respond(),
            Machine::InviteClient(_) | Machine::PlainClient(_) => false,
        }
    }
}

/// What a machine acts through.
pub(super) struct Context<'a, C> {
    pub(super) now: Time,
    pub(super) key: TransactionKey<C>,
    pub(super) reliable: bool,
    pub(super) timers: &'a mut TimerTable<(u64, Timer)>,
    pub(super) outputs: &'a mut VecDeque<TransactionOutput<C>>,
    /// A CANCEL to be sent in a transaction of its own.
    pub(super) cancel: Option<Request>,
}

impl<C: Copy + Ord> Context<'_, C> {
    pub(super) fn send(&mut self, text: &str) {
        let (key, text) = (self.key, String::from(text));
        self.tell(TransactionOutput::Send { key, text });
    }

    pub(super) fn tell(&mut self, output: TransactionOutput<C>) {
        self.outputs.push_back(output);
    }

    pub(super) fn set(&mut self, timer: Timer, after: Duration) {
        self.timers.set((self.key.id, timer), self.now + after);
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.timers.clear((self.key.id, timer));
    }

    /// Sends `text` again and says when the next time is.
    pub(super) fn retransmit(&mut self, text: &str, interval: Duration) {
        self.send(text);
        self.set(Timer::Retransmit, interval);
    }

    pub(super) fn timed_out(&mut self) {
        let key = self.key;
        self.tell(TransactionOutput::Timeout { key });
    }

    pub(super) fn transport_failed(&mut self) {
        let key = self.key;
        self.tell(TransactionOutput::TransportError { key });
    }

    /// Waits for stragglers, where the transport can have some: `state` for `unreliable` long, or the end at once.
    pub(super) fn linger<S>(&mut self, state: S, unreliable: Duration) -> Option<S> {
        self.clear(Timer::Retransmit);
        if self.reliable {
            return None;
        }
        self.set(Timer::Lifetime, unreliable);
        Some(state)
    }
}
