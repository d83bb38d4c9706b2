//! Offers: one party at a time is rung for a call, and each offer has one outcome.

use std::time::Duration;

use crate::call::{Ask, Route, Search, Stage};
use crate::events::{CALL_OFFER_ENDED, CALL_OFFERED, CALL_RINGING};
use crate::floor::Floor;
use crate::io::{CallId, Command, Login, OfferEnd, OfferOutcome, Outcome, Reachability, Stored};
use crate::operator::{Operator, Work};
use crate::timers::{Timer, backoff};

/// How long a directly called party rings.
pub(crate) const DIRECT_RINGING: Duration = Duration::from_secs(60);
/// A reservation outlives the ringing by this, so that it lapses only if this server is gone.
pub(crate) const RESERVED_BEYOND_RINGING: Duration = Duration::from_secs(5);
/// How long the switch may take to confirm that an offer was taken back; within the reservation.
const REVOKED_WITHIN: Duration = Duration::from_secs(4);
/// Nobody was at fault: the operator's flow had just gone.
const UNREACHABLE_DELAY: Duration = Duration::from_secs(5);
/// However a queue is configured, a phone rings at least for this.
const RINGING_AT_LEAST: Duration = Duration::from_secs(1);
/// Another node has reserved them, or storage has not yet let them go.
const TAKEN_ELSEWHERE_DELAY: Duration = Duration::from_secs(1);

impl Floor {
    pub(crate) fn reserve_answered(&mut self, id: &CallId, order: &[Login], stored: Stored) {
        for login in order {
            if let Some(operator) = self.operators.get_mut(login).filter(|op| op.picked.as_ref() == Some(id))
            {
                operator.picked = None;
            }
        }
        let asking = self
            .calls
            .get_mut(id)
            .filter(|call| matches!(call.search(), Some(Search::Waiting(Ask::InFlight))));
        let direct = asking.map(|call| {
            call.ask(Ask::Ready);
            call.queue().is_none()
        });
        self.stir();
        match (stored, direct) {
            (Stored::Reserved(login), None) => self.release(id, &login),
            (Stored::Reserved(login), Some(direct)) => self.reserved(id, &login, direct),
            (_, None) => {}
            (Stored::NobodyFree, Some(true)) => self.reject(id, 486, "Busy", Outcome::Rejected),
            (Stored::NobodyFree, Some(false)) => {
                for login in order {
                    self.rest(login, TAKEN_ELSEWHERE_DELAY, false);
                }
            }
            (_, Some(true)) => self.reject(id, 503, "Try again", Outcome::Failed),
            (_, Some(false)) => {
                let Some(call) = self.calls.get_mut(id) else { return };
                call.ask(Ask::BackingOff);
                call.ask_failures += 1;
                self.timers.set(Timer::Ask(id.clone()), self.now + backoff(call.ask_failures));
            }
        }
    }

    /// Storage gave this operator. What has changed since they were asked for counts.
    fn reserved(&mut self, id: &CallId, login: &Login, direct: bool) {
        let reachable = self.reachability(login) == Reachability::Registered;
        let Some(call) = self.calls.get_mut(id) else { return };
        call.ask_failures = 0;
        let serves =
            call.queue().and_then(|queue| self.lines.get(queue)).is_none_or(|line| line.is_served_by(login));
        let operator = self.operators.get_mut(login);
        let willing = operator.filter(|operator| {
            reachable && serves && if direct { operator.may_be_called() } else { operator.is_free() }
        });
        let Some(operator) = willing else {
            self.release(id, login);
            if direct && self.operators.get(login).is_some_and(Operator::is_occupied) {
                self.reject(id, 486, "Busy", Outcome::Rejected);
            } else if direct {
                self.reject(id, 480, "Not reachable", Outcome::Failed);
            }
            return;
        };
        operator.work = Work::Offered { call: id.clone(), ringing: false };
        self.touch(login);
        self.offer(id, login);
    }

    /// Has the switch ring them.
    pub(crate) fn offer(&mut self, id: &CallId, login: &Login) {
        let Some(call) = self.calls.get_mut(id) else { return };
        call.open_offer(login, self.now, self.wall);
        let line = call.queue().and_then(|queue| self.lines.get(queue));
        let waiter = call.waiter().clone();
        let caller = self.operators.get(&waiter);
        let (display_name, ringing, fields) = match line {
            Some(line) => {
                let queue = vec![("queue", line.config.name.clone())];
                (line.config.display_name.clone(), line.config.no_answer_timeout.max(RINGING_AT_LEAST), queue)
            }
            None => {
                let by_name = if waiter == call.record.caller { &call.caller_name } else { &waiter };
                let name = caller.map_or(by_name, |operator| &operator.display_name);
                // A colleague who is to take over rings as long as the queue's operators do.
                let line = call.served_by.as_ref().and_then(|queue| self.lines.get(queue));
                let line = line.filter(|_| call.talk().is_some());
                let ringing = line.map_or(DIRECT_RINGING, |line| line.config.no_answer_timeout);
                (name.clone(), ringing.max(RINGING_AT_LEAST), Vec::new())
            }
        };
        self.timers.set(Timer::Offer(id.clone()), self.now + ringing);
        self.note_call(CALL_OFFERED, id, Some(login), fields);
        self.command(Command::Offer { call: id.clone(), login: login.clone(), display_name });
    }

    pub(crate) fn ringing(&mut self, id: &CallId, login: &Login) {
        let offered =
            self.calls.get(id).and_then(|call| call.offer()).is_some_and(|offer| offer.login == *login);
        if !offered {
            return;
        }
        if let Some(Work::Offered { call, ringing }) = self.operators.get_mut(login).map(|op| &mut op.work) {
            if call != id || *ringing {
                return;
            }
            *ringing = true;
        }
        self.note_call(CALL_RINGING, id, Some(login), Vec::new());
    }

    /// It has rung for long enough.
    pub(crate) fn offer_timed_out(&mut self, id: &CallId) {
        self.revoke(id, OfferOutcome::RingNoAnswer, "No answer");
    }

    /// Takes an offer back. It is over when the switch says so, since the answer may be on its way.
    pub(crate) fn revoke(&mut self, id: &CallId, outcome: OfferOutcome, reason: &'static str) {
        let offer = self.calls.get_mut(id).and_then(|call| call.offer_mut());
        let Some(offer) = offer.filter(|offer| offer.revoked.is_none() && !offer.picked_up) else { return };
        offer.revoked = Some((outcome, reason));
        let login = offer.login.clone();
        self.timers.clear(&Timer::Offer(id.clone()));
        self.timers.set(Timer::Overdue(id.clone()), self.now + REVOKED_WITHIN);
        self.command(Command::CancelOffer { call: id.clone(), login });
    }

    pub(crate) fn offer_ended(&mut self, id: &CallId, login: &Login, end: OfferEnd) {
        let offer = self.calls.get(id).and_then(|call| call.offer()).filter(|offer| offer.login == *login);
        let Some(offer) = offer else { return };
        if let Some((outcome, reason)) = offer.revoked {
            return self.end_offer(id, outcome, Some(reason.to_owned()), 480);
        }
        match end {
            OfferEnd::Unreachable => self.end_offer(id, OfferOutcome::Unreachable, None, 480),
            OfferEnd::Refused { status, reason } => {
                let outcome = match status {
                    486 | 600 => OfferOutcome::Busy,
                    // A time-out or an overload on the way to them, not their refusal.
                    408 | 430 | 503 | 504 => OfferOutcome::Unreachable,
                    _ => OfferOutcome::Rejected,
                };
                self.end_offer(id, outcome, Some(reason), status.clamp(400, 699));
            }
            OfferEnd::Cancelled => self.caller_left(id),
        }
    }

    /// Without the floor's asking an offer is cancelled only because the caller has gone; that report follows.
    fn caller_left(&mut self, id: &CallId) {
        self.close_offer(id, OfferOutcome::CallerGone, None);
        let Some(call) = self.calls.get_mut(id) else { return };
        if call.talk().is_some() {
            return call.ask(Ask::BackingOff);
        }
        call.stage =
            Stage::Ending(if call.queue().is_some() { Outcome::Abandoned } else { Outcome::Cancelled });
        self.leave_line(id);
        self.timers.set(Timer::Overdue(id.clone()), self.now + crate::ending::ENDED_WITHIN);
    }

    /// An offer is over and the caller is still there: the next operator, or an end.
    pub(crate) fn end_offer(
        &mut self,
        id: &CallId,
        outcome: OfferOutcome,
        reason: Option<String>,
        status: u16,
    ) {
        let Some(login) = self.close_offer(id, outcome, reason.clone()) else { return };
        let Some(call) = self.calls.get_mut(id) else { return };
        call.ask(Ask::Ready);
        let overstayed = call.overstayed;
        match call.route().clone() {
            Route::Queue(queue) => {
                self.penalise(&login, &queue, outcome);
                if overstayed {
                    self.reject(id, 480, "No operator answered", Outcome::Missed);
                }
                self.stir();
            }
            _ => {
                if let Some(queue) = call.served_by.clone().filter(|_| call.talk().is_some()) {
                    self.penalise(&login, &queue, outcome);
                }
                let reason = reason.filter(|reason| !reason.is_empty());
                let (status, default, of_call) = match outcome {
                    OfferOutcome::RingNoAnswer => (480, "No answer", Outcome::Missed),
                    OfferOutcome::Busy => (486, "Busy", Outcome::Rejected),
                    OfferOutcome::Rejected => (status, "Declined", Outcome::Rejected),
                    _ => (480, "Not reachable", Outcome::Failed),
                };
                self.reject(id, status, reason.as_deref().unwrap_or(default), of_call);
            }
        }
    }

    /// The delays of mod_callcenter, before the same operator is offered a call again.
    fn penalise(&mut self, login: &Login, queue: &str, outcome: OfferOutcome) {
        let (Some(line), Some(operator)) = (self.lines.get(queue), self.operators.get_mut(login)) else {
            return;
        };
        let config = &line.config;
        let delay = match outcome {
            OfferOutcome::RingNoAnswer => {
                operator.missed += 1;
                operator.missed_too_many |=
                    config.max_no_answer > 0 && operator.missed >= config.max_no_answer;
                config.no_answer_delay
            }
            OfferOutcome::Rejected => config.reject_delay,
            OfferOutcome::Busy => config.busy_delay,
            OfferOutcome::Unreachable => UNREACHABLE_DELAY,
            OfferOutcome::Answered | OfferOutcome::CallerGone => Duration::ZERO,
        };
        self.rest(login, delay, false);
    }

    /// Writes the offer's outcome and frees its operator; the call's stage is the caller's to set.
    pub(crate) fn close_offer(
        &mut self,
        id: &CallId,
        outcome: OfferOutcome,
        reason: Option<String>,
    ) -> Option<Login> {
        let call = self.calls.get_mut(id)?;
        let offer = call.offer()?;
        let (login, since) = (offer.login.clone(), offer.since);
        call.close_offer(&login, outcome, reason.clone(), self.wall);
        self.timers.clear(&Timer::Offer(id.clone()));
        self.timers.clear(&Timer::Overdue(id.clone()));
        let mut fields =
            vec![("outcome", outcome.to_string()), ("ring_ms", (self.now.0 - since.0).to_string())];
        fields.extend(reason.map(|reason| ("reason", reason)));
        self.note_call(CALL_OFFER_ENDED, id, Some(&login), fields);
        if let Some(operator) = self.operators.get_mut(&login) {
            operator.unconfirmed.take_if(|offered| offered == id);
            if operator.is_offered(id) {
                operator.work = Work::Idle;
            }
            // Also of one who has called out meanwhile: holding them for that call may have failed.
            if operator.call() != Some(id) {
                self.release(id, &login);
            }
            self.touch(&login);
        }
        Some(login)
    }
}
