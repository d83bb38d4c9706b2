//! An answer, a hold, an end: a call's way from the first word to its one outcome.

use std::time::Duration;

use crate::call::{Search, Stage, Talk};
use crate::events::{CALL_ANSWERED, CALL_ENDED, CALL_HELD, CALL_REJECTED, CALL_RESUMED, WRAP_UP_STARTED};
use crate::floor::{Floor, Pending};
use crate::io::{CallId, Command, Login, OfferOutcome, Outcome, Side, TransferOutcome, Write};
use crate::operator::Work;
use crate::timers::Timer;

/// How long the switch may take to report a call's end after it was told to end it.
pub(crate) const ENDED_WITHIN: Duration = Duration::from_secs(10);
/// A crashed server's operators come free after this.
const HELD_FOR: Duration = Duration::from_secs(180);
const HELD_AGAIN_AFTER: Duration = Duration::from_secs(60);

impl Floor {
    pub(crate) fn answered(&mut self, id: &CallId, login: &Login) {
        let Some(call) = self.calls.get(id) else { return };
        match &call.stage {
            Stage::Over => return,
            Stage::Talking(_) => return self.picked_up(id, login),
            Stage::Seeking(Search::Offered(offer)) if offer.login == *login => {}
            // An answer to an offer that the switch did not confirm to be over in time.
            Stage::Seeking(_) => {
                if let Some(other) = self.close_offer(id, OfferOutcome::CallerGone, None) {
                    self.command(Command::CancelOffer { call: id.clone(), login: other });
                }
            }
            Stage::Ending(_) => return self.hang_up(id, "The call was over"),
        }
        let operator = self.operators.get_mut(login);
        if operator.as_ref().is_some_and(|op| op.work != Work::Idle && !op.is_offered(id)) {
            self.close_offer(id, OfferOutcome::Busy, None);
            if let Some(call) = self.calls.get_mut(id) {
                call.stage = Stage::Ending(Outcome::Failed);
            }
            self.leave_line(id);
            return self.hang_up(id, "In another call");
        }
        if let Some(operator) = operator {
            operator.work = Work::InCall { call: id.clone(), side: Side::Callee, held: false, beside: None };
            operator.unconfirmed = None;
            operator.missed = 0;
            operator.missed_too_many = false;
        }
        self.now_talking(id, login);
    }

    fn now_talking(&mut self, id: &CallId, login: &Login) {
        for timer in [Timer::Offer(id.clone()), Timer::Overdue(id.clone()), Timer::MaxWait(id.clone())] {
            self.timers.clear(&timer);
        }
        self.leave_line(id);
        let Some(call) = self.calls.get_mut(id) else { return };
        call.close_offer(login, OfferOutcome::Answered, None, self.wall);
        let caller = call.record.caller.clone();
        call.stage = Stage::Talking(Talk { caller, callee: login.clone(), transfer: None });
        call.answered = Some(self.now);
        call.record.answered_at = Some(self.wall);
        call.record.operator = self.operators.contains_key(login).then(|| login.clone());
        let mut fields = vec![("wait_ms", (self.now.0 - call.arrived.0).to_string())];
        fields.extend(call.queue().map(|queue| ("queue", queue.clone())));
        self.note_call(CALL_ANSWERED, id, Some(login), fields);
        self.hold_parties(id);
        self.touch(login);
    }

    /// `held`: this side put the other on hold; or took it off.
    pub(crate) fn held(&mut self, id: &CallId, by: Side, held: bool) {
        let Some(call) = self.calls.get(id) else { return };
        let Some(talk) = call.talk().filter(|_| by != Side::System) else { return };
        let login = talk.party(by).clone();
        if let Some(Work::InCall { call, held: theirs, .. }) =
            self.operators.get_mut(&login).map(|op| &mut op.work)
            && call == id
        {
            *theirs = held;
        }
        let name = if held { CALL_HELD } else { CALL_RESUMED };
        self.note_call(name, id, Some(&login), vec![("by", by.to_string())]);
    }

    /// The caller has waited for long enough. One who is being rung for is not sent away before that is over.
    pub(crate) fn waited_too_long(&mut self, id: &CallId) {
        let Some(call) = self.calls.get_mut(id) else { return };
        match call.search() {
            Some(Search::Offered(_)) => call.overstayed = true,
            Some(Search::Waiting(_)) => self.reject(id, 480, "No operator answered", Outcome::Missed),
            None => {}
        }
    }

    /// Refuses a call that is not answered and not being offered; its outcome is decided by this. Of an answered
    /// one, the transfer.
    pub(crate) fn reject(&mut self, id: &CallId, status: u16, reason: &str, outcome: Outcome) {
        let Some(call) = self.calls.get_mut(id) else { return };
        if call.talk().is_some() {
            return self.fail_transfer(id, status, reason);
        }
        call.stage = Stage::Ending(outcome);
        self.leave_line(id);
        self.timers.clear(&Timer::MaxWait(id.clone()));
        self.timers.set(Timer::Overdue(id.clone()), self.now + ENDED_WITHIN);
        let fields = vec![("status", status.to_string()), ("reason", reason.to_owned())];
        self.note_call(CALL_REJECTED, id, None, fields);
        self.command(Command::Reject { call: id.clone(), status, reason: reason.to_owned() });
    }

    pub(crate) fn hang_up(&mut self, id: &CallId, reason: &str) {
        self.timers.set(Timer::Overdue(id.clone()), self.now + ENDED_WITHIN);
        self.command(Command::HangUp { call: id.clone(), reason: reason.to_owned() });
    }

    /// The switch has not said what it owed: the floor does not wait for it any longer.
    pub(crate) fn overdue(&mut self, id: &CallId) {
        let Some(call) = self.calls.get(id) else { return };
        if let Some((outcome, reason)) = call.offer().and_then(|offer| offer.revoked) {
            return self.end_offer(id, outcome, Some(reason.to_owned()), 480);
        }
        match &call.stage {
            Stage::Ending(outcome) => {
                let outcome = *outcome;
                self.command(Command::Reject {
                    call: id.clone(),
                    status: 480,
                    reason: "The call is over".to_owned(),
                });
                self.finish(id, outcome, Side::System);
            }
            Stage::Seeking(_) | Stage::Talking(_) | Stage::Over => {}
        }
    }

    pub(crate) fn call_ended(&mut self, id: &CallId, by: Side) {
        let Some(call) = self.calls.get(id) else { return };
        let outcome = match &call.stage {
            Stage::Over => return,
            Stage::Talking(_) => Outcome::Answered,
            Stage::Ending(outcome) => *outcome,
            // In a queue nobody but the caller can end it, even if it was their connection that did.
            Stage::Seeking(_) if call.queue().is_some() => Outcome::Abandoned,
            Stage::Seeking(_) => match by {
                Side::Caller => Outcome::Cancelled,
                Side::Callee => Outcome::Rejected,
                Side::System => Outcome::Failed,
            },
        };
        if let Some(offer) = call.offer() {
            let (of_offer, reason) =
                offer.revoked.map_or((OfferOutcome::CallerGone, None), |(outcome, reason)| {
                    (outcome, Some(reason.to_owned()))
                });
            if let Some(login) = self.close_offer(id, of_offer, reason) {
                self.touch(&login);
            }
        }
        self.finish(id, outcome, by);
    }

    /// The one place where a call gets its outcome.
    fn finish(&mut self, id: &CallId, outcome: Outcome, by: Side) {
        self.leave_line(id);
        let timers = [Timer::Offer, Timer::Overdue, Timer::MaxWait, Timer::Ask, Timer::Hold];
        for timer in timers {
            self.timers.clear(&timer(id.clone()));
        }
        let Some(call) = self.calls.get_mut(id) else { return };
        call.end_transfer(TransferOutcome::CallEnded, None, None, self.wall);
        let parties = call.parties();
        call.stage = Stage::Over;
        call.record.ended_at = Some(self.wall);
        call.record.outcome = Some(outcome);
        call.record.ended_by = Some(by);
        let mut fields = vec![
            ("outcome", outcome.to_string()),
            ("by", by.to_string()),
            ("duration_ms", (self.now.0 - call.arrived.0).to_string()),
        ];
        fields.extend(call.answered.map(|at| ("talk_ms", (self.now.0 - at.0).to_string())));
        fields.extend(call.queue().map(|queue| ("queue", queue.clone())));
        let operator = call.record.operator.clone();
        self.note_call(CALL_ENDED, id, operator.as_ref(), fields);
        for login in parties {
            self.free_party(id, &login);
        }
        self.stir();
    }

    /// This operator is no longer in this call. The one beside it becomes theirs.
    pub(crate) fn free_party(&mut self, id: &CallId, login: &Login) {
        let count = self.count();
        let Some(call) = self.calls.get(id) else { return };
        let (talked, queue) = (call.answered.is_some(), call.served_by.clone());
        let Some(operator) = self.operators.get_mut(login).filter(|operator| operator.is_in(id)) else {
            return;
        };
        let Work::InCall { call, side, held, beside } = std::mem::replace(&mut operator.work, Work::Idle)
        else {
            return;
        };
        self.touch(login);
        let wrap_up = queue
            .filter(|_| side == Side::Callee && call == *id)
            .and_then(|queue| self.lines.get(&queue))
            .map(|line| (line.config.wrap_up_time, line.config.name.clone()))
            .filter(|(time, _)| !time.is_zero());
        let Some(operator) = self.operators.get_mut(login) else { return };
        operator.owed_wrap_up = wrap_up.or(operator.owed_wrap_up.take());
        match beside {
            Some(beside) if beside == *id => {
                operator.work = Work::InCall { call, side, held, beside: None };
            }
            Some(next) => {
                let (side, held) = (Side::Caller, false);
                operator.work = Work::InCall { call: next.clone(), side, held, beside: None };
                self.hold_parties(&next);
                self.release(id, login);
            }
            None => {
                if talked {
                    operator.idle_since = (self.now, count);
                }
                let owed = operator.owed_wrap_up.take();
                self.release(id, login);
                if let Some((time, queue)) = owed {
                    self.rest(login, time, true);
                    let fields = vec![("duration_ms", time.as_millis().to_string()), ("queue", queue)];
                    self.note(WRAP_UP_STARTED, Some(login), fields);
                }
            }
        }
    }

    /// Has storage hold every operator who is in this call, now and again while it lasts.
    pub(crate) fn hold_parties(&mut self, id: &CallId) {
        let Some(call) = self.calls.get(id) else { return };
        let parties = call.parties();
        let until = self.wall + HELD_FOR;
        for login in parties {
            let in_it = self.operators.get(&login).is_some_and(|op| op.is_in_call() && op.call() == Some(id));
            if in_it {
                let write = Write::Hold { call: id.clone(), login, until };
                self.store(Pending::Hold { call: id.clone() }, write);
                self.timers.set(Timer::Hold(id.clone()), self.now + HELD_AGAIN_AFTER);
            }
        }
    }

    pub(crate) fn leave_line(&mut self, id: &CallId) {
        let queue = self.calls.get(id).and_then(|call| call.queue());
        if let Some(line) = queue.and_then(|queue| self.lines.get_mut(queue)) {
            line.leave(id);
        }
    }
}
