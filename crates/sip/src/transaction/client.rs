//! Requests of ours.

use super::TransactionOutput;
use super::follow_up::{ack_of_failure, cancel_of};
use super::machine::{Context, Event, PATIENCE, T1, T2, T4, Timer};
use crate::{Request, Response};
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// RFC 3261 §17.1.1 with RFC 6026 §7.2.
#[derive(Debug)]
pub(super) enum InviteClient {
    /// Nothing was heard yet. `cancel` is a CANCEL that waits for that (§9.1), its Reason inside.
    Calling { request: Request, interval: Duration, cancel: Option<Option<String>> },
    /// Provisionally answered.
    Proceeding { request: Request, cancelled: bool },
    /// Refused. `ack` answers the copies of the refusal.
    Completed { ack: String },
    /// Answered with 2xx: To tags of the forks that were acknowledged, and their ACKs.
    Accepted { acks: Vec<(String, String)> },
}

impl InviteClient {
    pub(super) fn start<C: Copy + Ord>(context: &mut Context<'_, C>, request: Request) -> InviteClient {
        context.send(request.as_str());
        if !context.reliable {
            context.set(Timer::Retransmit, T1);
        }
        context.set(Timer::Lifetime, PATIENCE);
        InviteClient::Calling { request, interval: T1, cancel: None }
    }

    pub(super) fn handle<C: Copy + Ord>(
        self,
        context: &mut Context<'_, C>,
        event: Event<'_>,
    ) -> Option<Self> {
        match (self, event) {
            (InviteClient::Calling { request, interval, cancel }, Event::Timer(Timer::Retransmit)) => {
                let interval = interval * 2;
                context.retransmit(request.as_str(), interval);
                Some(InviteClient::Calling { request, interval, cancel })
            }
            (
                InviteClient::Calling { .. } | InviteClient::Proceeding { .. },
                Event::Timer(Timer::Lifetime),
            ) => {
                context.timed_out();
                None
            }
            (InviteClient::Calling { request, interval, .. }, Event::Cancel(reason)) => {
                let cancel = Some(reason.map(Into::into));
                Some(InviteClient::Calling { request, interval, cancel })
            }
            (InviteClient::Proceeding { request, cancelled: false }, Event::Cancel(reason)) => {
                Some(cancel(context, request, reason))
            }
            (InviteClient::Calling { request, cancel, .. }, Event::Response(response)) => {
                on_response(context, request, response, cancel, false)
            }
            (InviteClient::Proceeding { request, cancelled }, Event::Response(response)) => {
                on_response(context, request, response, None, cancelled)
            }
            (InviteClient::Completed { ack }, Event::Response(response)) => {
                if response.status() >= 300 {
                    context.send(&ack);
                }
                Some(InviteClient::Completed { ack })
            }
            (InviteClient::Accepted { acks }, Event::Response(response)) => {
                if response.is_success() {
                    let tag = response.to_tag().unwrap_or("");
                    match acks.iter().find(|(acknowledged, _)| acknowledged == tag) {
                        Some((_, ack)) => context.send(ack),
                        None => tell(context, response),
                    }
                }
                Some(InviteClient::Accepted { acks })
            }
            (InviteClient::Accepted { mut acks }, Event::Acknowledge(ack)) => {
                let tag: String = ack.to_tag().unwrap_or("").into();
                context.send(ack.as_str());
                acks.retain(|(acknowledged, _)| *acknowledged != tag);
                acks.push((tag, ack.into_string()));
                Some(InviteClient::Accepted { acks })
            }
            (
                InviteClient::Completed { .. } | InviteClient::Accepted { .. },
                Event::Timer(Timer::Lifetime),
            ) => None,
            (state, Event::ConnectionLost) => {
                if matches!(state, InviteClient::Calling { .. } | InviteClient::Proceeding { .. }) {
                    context.transport_failed();
                }
                None
            }
            (state, _) => Some(state),
        }
    }
}

fn on_response<C: Copy + Ord>(
    context: &mut Context<'_, C>,
    request: Request,
    response: Response,
    waiting_cancel: Option<Option<String>>,
    cancelled: bool,
) -> Option<InviteClient> {
    context.clear(Timer::Retransmit);
    if response.is_provisional() {
        if !cancelled {
            context.clear(Timer::Lifetime);
        }
        tell(context, response);
        return Some(match waiting_cancel {
            Some(reason) => cancel(context, request, reason.as_deref()),
            None => InviteClient::Proceeding { request, cancelled },
        });
    }
    if response.is_success() {
        // RFC 6026 §7.2, timer M.
        context.set(Timer::Lifetime, PATIENCE);
        tell(context, response);
        return Some(InviteClient::Accepted { acks: Vec::new() });
    }
    let ack = ack_of_failure(&request, &response).into_string();
    context.send(&ack);
    tell(context, response);
    // Timer D.
    context.linger(InviteClient::Completed { ack }, PATIENCE)
}

/// RFC 3261 §9.1: the far end has 64·T1 to end the INVITE once it was cancelled.
fn cancel<C: Copy + Ord>(
    context: &mut Context<'_, C>,
    request: Request,
    reason: Option<&str>,
) -> InviteClient {
    context.cancel = Some(cancel_of(&request, reason));
    context.set(Timer::Lifetime, PATIENCE);
    InviteClient::Proceeding { request, cancelled: true }
}

fn tell<C: Copy + Ord>(context: &mut Context<'_, C>, response: Response) {
    let key = context.key;
    context.tell(TransactionOutput::Response { key, response });
}

/// RFC 3261 §17.1.2.
#[derive(Debug)]
pub(super) enum PlainClient {
    /// Nothing was heard yet.
    Trying(Pending),
    /// Provisionally answered.
    Proceeding(Pending),
    /// Answered; copies of the answer are absorbed.
    Completed,
}

/// What an unanswered request needs.
#[derive(Debug)]
pub(super) struct Pending {
    text: String,
    interval: Duration,
    /// A CANCEL of the layer's own: nobody is told how it went.
    silent: bool,
}

impl PlainClient {
    pub(super) fn start<C: Copy + Ord>(
        context: &mut Context<'_, C>,
        request: Request,
        silent: bool,
    ) -> PlainClient {
        let text = request.into_string();
        context.send(&text);
        if !context.reliable {
            context.set(Timer::Retransmit, T1);
        }
        context.set(Timer::Lifetime, PATIENCE);
        PlainClient::Trying(Pending { text, interval: T1, silent })
    }

    pub(super) fn handle<C: Copy + Ord>(
        self,
        context: &mut Context<'_, C>,
        event: Event<'_>,
    ) -> Option<Self> {
        match (self, event) {
            (PlainClient::Trying(mut pending), Event::Timer(Timer::Retransmit)) => {
                pending.interval = (pending.interval * 2).min(T2);
                context.retransmit(&pending.text, pending.interval);
                Some(PlainClient::Trying(pending))
            }
            (PlainClient::Proceeding(pending), Event::Timer(Timer::Retransmit)) => {
                context.retransmit(&pending.text, T2);
                Some(PlainClient::Proceeding(pending))
            }
            (
                PlainClient::Trying(pending) | PlainClient::Proceeding(pending),
                Event::Timer(Timer::Lifetime),
            ) => {
                if !pending.silent {
                    context.timed_out();
                }
                None
            }
            (PlainClient::Trying(pending) | PlainClient::Proceeding(pending), Event::Response(response)) => {
                let provisional = response.is_provisional();
                if !pending.silent {
                    tell(context, response);
                }
                if provisional {
                    return Some(PlainClient::Proceeding(pending));
                }
                // Timer K.
                context.linger(PlainClient::Completed, T4)
            }
            (PlainClient::Trying(pending) | PlainClient::Proceeding(pending), Event::ConnectionLost) => {
                if !pending.silent {
                    context.transport_failed();
                }
                None
            }
            (PlainClient::Completed, Event::Timer(Timer::Lifetime) | Event::ConnectionLost) => None,
            (state, _) => Some(state),
        }
    }
}
