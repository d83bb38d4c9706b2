//! Requests to us.

use super::TransactionOutput;
use super::machine::{Context, Event, PATIENCE, T1, T2, T4, Timer};
use crate::{Request, Response};
use alloc::string::String;
use core::time::Duration;

/// RFC 3261 §17.2.1 with RFC 6026 §7.1.
#[derive(Debug)]
pub(super) enum InviteServer {
    /// Not finally answered; `last` answers copies of the INVITE.
    Proceeding { last: String },
    /// Refused; waits for the ACK.
    Completed { response: String, interval: Duration },
    /// Refused and acknowledged; copies of the ACK are absorbed.
    Confirmed,
    /// Answered with 2xx, which is sent again until its ACK comes (RFC 3261 §13.3.1.4), on any transport.
    Accepted { response: String, interval: Duration },
    /// Answered with 2xx and acknowledged; copies of the INVITE and the ACK are absorbed.
    Acknowledged,
}

impl InviteServer {
    /// RFC 3261 §17.2.1 wants a 100 within 200 ms unless a better answer is sure to come: it is sent at once.
    pub(super) fn start<C: Copy + Ord>(context: &mut Context<'_, C>, request: &Request) -> InviteServer {
        let last = Response::reply_to(request, 100, "Trying").finish().into_string();
        context.send(&last);
        InviteServer::Proceeding { last }
    }

    pub(super) fn can_respond(&self, status: u16) -> bool {
        match self {
            InviteServer::Proceeding { .. } => true,
            InviteServer::Accepted { .. } => (200..300).contains(&status),
            _ => false,
        }
    }

    pub(super) fn handle<C: Copy + Ord>(
        self,
        context: &mut Context<'_, C>,
        event: Event<'_>,
    ) -> Option<Self> {
        match (self, event) {
            (InviteServer::Proceeding { last }, Event::Retransmission) => {
                context.send(&last);
                Some(InviteServer::Proceeding { last })
            }
            (InviteServer::Proceeding { .. }, Event::Respond(response)) => Some(respond(context, response)),
            (InviteServer::Completed { response, interval }, Event::Retransmission) => {
                context.send(&response);
                Some(InviteServer::Completed { response, interval })
            }
            (InviteServer::Completed { response, interval }, Event::Timer(Timer::Retransmit)) => {
                let interval = (interval * 2).min(T2);
                context.retransmit(&response, interval);
                Some(InviteServer::Completed { response, interval })
            }
            (InviteServer::Accepted { response, interval }, Event::Timer(Timer::Retransmit)) => {
                let interval = (interval * 2).min(T2);
                context.retransmit(&response, interval);
                Some(InviteServer::Accepted { response, interval })
            }
            // Timer I.
            (InviteServer::Completed { .. }, Event::Ack(_)) => context.linger(InviteServer::Confirmed, T4),
            (InviteServer::Accepted { .. }, Event::Ack(request)) => {
                context.clear(Timer::Retransmit);
                let (connection, invite) = (context.key.connection, Some(context.key));
                context.tell(TransactionOutput::Ack { connection, invite, request });
                Some(InviteServer::Acknowledged)
            }
            (InviteServer::Accepted { .. }, Event::Respond(response)) if response.is_success() => {
                Some(respond(context, response))
            }
            (
                InviteServer::Completed { .. } | InviteServer::Accepted { .. },
                Event::Timer(Timer::Lifetime),
            ) => {
                context.timed_out();
                None
            }
            (InviteServer::Confirmed | InviteServer::Acknowledged, Event::Timer(Timer::Lifetime)) => None,
            // The ACK of a 2xx may still come another way: the call is not lost with its connection.
            (state @ InviteServer::Accepted { .. }, Event::ConnectionLost) => {
                context.clear(Timer::Retransmit);
                Some(state)
            }
            (state @ InviteServer::Acknowledged, Event::ConnectionLost) => Some(state),
            (InviteServer::Confirmed, Event::ConnectionLost) => None,
            (_, Event::ConnectionLost) => {
                context.transport_failed();
                None
            }
            (state, _) => Some(state),
        }
    }
}

fn respond<C: Copy + Ord>(context: &mut Context<'_, C>, response: Response) -> InviteServer {
    let (status, response) = (response.status(), response.into_string());
    context.send(&response);
    if status < 200 {
        return InviteServer::Proceeding { last: response };
    }
    // Timers L and H.
    context.set(Timer::Lifetime, PATIENCE);
    if status < 300 {
        context.set(Timer::Retransmit, T1);
        return InviteServer::Accepted { response, interval: T1 };
    }
    if !context.reliable {
        context.set(Timer::Retransmit, T1);
    }
    InviteServer::Completed { response, interval: T1 }
}

/// RFC 3261 §17.2.2.
#[derive(Debug)]
pub(super) enum PlainServer {
    /// Not answered; copies are absorbed.
    Trying,
    /// Provisionally answered, with this.
    Proceeding { last: String },
    /// Answered, with this.
    Completed { response: String },
}

impl PlainServer {
    pub(super) fn can_respond(&self) -> bool {
        !matches!(self, PlainServer::Completed { .. })
    }

    pub(super) fn handle<C: Copy + Ord>(
        self,
        context: &mut Context<'_, C>,
        event: Event<'_>,
    ) -> Option<Self> {
        match (self, event) {
            (PlainServer::Trying | PlainServer::Proceeding { .. }, Event::Respond(response)) => {
                let (status, response) = (response.status(), response.into_string());
                context.send(&response);
                if status < 200 {
                    return Some(PlainServer::Proceeding { last: response });
                }
                // Timer J.
                context.linger(PlainServer::Completed { response }, PATIENCE)
            }
            (PlainServer::Proceeding { last }, Event::Retransmission) => {
                context.send(&last);
                Some(PlainServer::Proceeding { last })
            }
            (PlainServer::Completed { response }, Event::Retransmission) => {
                context.send(&response);
                Some(PlainServer::Completed { response })
            }
            (PlainServer::Completed { .. }, Event::Timer(Timer::Lifetime) | Event::ConnectionLost) => None,
            (_, Event::ConnectionLost) => {
                context.transport_failed();
                None
            }
            (state, _) => Some(state),
        }
    }
}
