//! Transfers: one party of an answered call is replaced by another. The call and its record stay the same.

use crate::call::{Ask, Call, Route, Search, Stage, Transfer, Way};
use crate::events::{CALL_TRANSFER_ASKED, CALL_TRANSFER_FAILED, CALL_TRANSFER_LEFT, CALL_TRANSFERRED};
use crate::floor::Floor;
use crate::io::{
    CallId, Command, Login, OfferOutcome, Side, TransferKind, TransferOutcome, TransferRecord, WallTime,
};
use crate::operator::Work;
use crate::timers::Timer;

impl Floor {
    /// A party wants to hand the other one over.
    pub(crate) fn transfer_asked(&mut self, id: &CallId, by: Side, target: String, with: Option<CallId>) {
        let Some(call) = self.calls.get_mut(id) else { return };
        let Some(talk) = call.talk().filter(|talk| talk.transfer.is_none()) else { return };
        let asker = talk.party(by).clone();
        let kind = if with.is_some() { TransferKind::Attended } else { TransferKind::Blind };
        call.record.transfers.push(TransferRecord {
            by: asker.clone(),
            target: target.clone(),
            kind,
            asked_at: self.wall,
            ended_at: None,
            outcome: None,
            to: None,
            reason: None,
        });
        let mut fields = vec![("target", target.clone()), ("kind", kind.to_string())];
        fields.extend(with.clone().map(|with| ("with", with)));
        self.note_call(CALL_TRANSFER_ASKED, id, Some(&asker), fields);

        if !self.operators.contains_key(&asker) {
            return self.fail_transfer(id, 403, "Guests may not transfer");
        }
        if let Some(with) = with {
            return self.join(id, by, &asker, &with);
        }
        if target == asker {
            return self.fail_transfer(id, 403, "You are in this call already");
        }
        let route = self.route(&asker, &target);
        let Some(call) = self.calls.get_mut(id) else { return };
        call.shown = 0;
        call.overstayed = false;
        call.seeking_since = self.wall;
        let way = Way::Blind { route: route.clone(), search: Search::Waiting(Ask::Ready) };
        call.begin_transfer(Transfer { by, since: self.now, way });
        match route {
            Route::Queue(queue) => self.join_queue(id, &queue),
            Route::Operator(login) => self.call_operator(id, login),
            Route::Guest(login) => self.call_guest(id, &login),
            Route::Nowhere(status, reason) => self.fail_transfer(id, status, reason),
        }
    }

    /// An attended transfer: the asker must be in both calls, and both must be answered.
    fn join(&mut self, id: &CallId, by: Side, asker: &Login, with: &CallId) {
        let consulted = self.calls.get(with).and_then(Call::talk);
        let is_theirs = consulted
            .is_some_and(|talk| talk.transfer.is_none() && (talk.caller == *asker || talk.callee == *asker));
        if with == id || !is_theirs {
            return self.fail_transfer(id, 481, "There is no such consultation");
        }
        if let Some(call) = self.calls.get_mut(id) {
            call.begin_transfer(Transfer { by, since: self.now, way: Way::Attended { with: with.clone() } });
        }
        self.command(Command::Join { call: id.clone() });
    }

    /// Who is rung for a transfer has picked up: what follows is the switch's to do, and quick.
    pub(crate) fn picked_up(&mut self, id: &CallId, login: &Login) {
        let offer = self.calls.get_mut(id).and_then(Call::offer_mut).filter(|offer| offer.login == *login);
        let Some(offer) = offer else { return };
        offer.revoked = None;
        offer.picked_up = true;
        self.timers.clear(&Timer::Offer(id.clone()));
        self.timers.clear(&Timer::Overdue(id.clone()));
    }

    /// Who asked has hung up, and the transfer goes on without them.
    pub(crate) fn party_left(&mut self, id: &CallId, by: Side) {
        let Some(login) = self.calls.get(id).and_then(Call::talk).map(|talk| talk.party(by).clone()) else {
            return;
        };
        self.note_call(CALL_TRANSFER_LEFT, id, Some(&login), Vec::new());
        self.free_party(id, &login);
        self.stir();
    }

    /// The new party is there. What the floor had believed of the transfer does not count any more.
    pub(crate) fn transferred(&mut self, id: &CallId, by: Side, to: &Login) {
        if let Some(other) = self.calls.get(id).and_then(Call::offer).map(|offer| offer.login.clone())
            && other != *to
        {
            self.close_offer(id, OfferOutcome::CallerGone, None);
            self.command(Command::CancelOffer { call: id.clone(), login: other });
        }
        self.stop_seeking(id);
        let Some(call) = self.calls.get_mut(id) else { return };
        let Some(talk) = call.talk() else { return };
        let leaving = talk.party(by).clone();
        let queue = call.transfer().and_then(|_| call.queue().cloned());
        let with = match call.transfer().map(|transfer| &transfer.way) {
            Some(Way::Attended { with }) => Some(with.clone()),
            _ => None,
        };
        let since = call.transfer().map_or(self.now, |transfer| transfer.since);
        call.close_offer(to, OfferOutcome::Answered, None, self.wall);
        let record = call.end_transfer(TransferOutcome::Completed, Some(to), None, self.wall);
        let mut fields = vec![("to", to.clone()), ("ms", (self.now.0 - since.0).to_string())];
        fields.extend(record.map(|(target, _)| ("target", target)));
        fields.extend(record_kind(call));
        if let Stage::Talking(talk) = &mut call.stage {
            let place = if by == Side::Caller { &mut talk.caller } else { &mut talk.callee };
            place.clone_from(to);
        }
        self.note_call(CALL_TRANSFERRED, id, Some(&leaving), fields);
        self.free_party(id, &leaving);
        if let Some(call) = self.calls.get_mut(id)
            && queue.is_some()
        {
            call.served_by = queue;
        }
        self.take_over(id, by, to, with);
        self.stir();
    }

    /// Puts an operator into the call that they have taken over: out of the consultation, if it was attended.
    fn take_over(&mut self, id: &CallId, side: Side, login: &Login, with: Option<CallId>) {
        let Some(operator) = self.operators.get_mut(login) else { return };
        let is_elsewhere = match &operator.work {
            Work::Idle => false,
            Work::Offered { call, .. } => call != id,
            Work::InCall { call, beside, .. } => with.as_ref() != Some(call) || beside.is_some(),
        };
        if is_elsewhere {
            return self.hang_up(id, "In another call");
        }
        operator.work = Work::InCall { call: id.clone(), side, held: false, beside: None };
        operator.unconfirmed = None;
        operator.missed = 0;
        operator.missed_too_many = false;
        self.hold_parties(id);
        if let Some(with) = with {
            self.release(&with, login);
        }
        self.touch(login);
    }

    /// A transfer has come to nothing, and the call is what it was.
    pub(crate) fn fail_transfer(&mut self, id: &CallId, status: u16, reason: &str) {
        self.stop_seeking(id);
        let Some(call) = self.calls.get_mut(id) else { return };
        let ended = call.end_transfer(TransferOutcome::Failed, None, Some(reason), self.wall);
        let Some((target, by)) = ended else { return };
        let mut fields =
            vec![("target", target), ("status", status.to_string()), ("reason", reason.to_owned())];
        fields.extend(record_kind(call));
        self.note_call(CALL_TRANSFER_FAILED, id, Some(&by), fields);
        self.command(Command::EndTransfer { call: id.clone(), status, reason: reason.to_owned() });
    }

    fn stop_seeking(&mut self, id: &CallId) {
        self.leave_line(id);
        for timer in [Timer::Offer, Timer::Overdue, Timer::MaxWait, Timer::Ask] {
            self.timers.clear(&timer(id.clone()));
        }
    }
}

fn record_kind(call: &Call) -> Option<(&'static str, String)> {
    call.record.transfers.last().map(|transfer| ("kind", transfer.kind.to_string()))
}

impl Call {
    fn begin_transfer(&mut self, transfer: Transfer) {
        if let Stage::Talking(talk) = &mut self.stage {
            talk.transfer = Some(transfer);
        }
    }

    /// Takes the transfer away and gives its record its one outcome; what was named, and by whom.
    pub(crate) fn end_transfer(
        &mut self,
        outcome: TransferOutcome,
        to: Option<&Login>,
        reason: Option<&str>,
        wall: WallTime,
    ) -> Option<(String, Login)> {
        if let Stage::Talking(talk) = &mut self.stage {
            talk.transfer = None;
        }
        let record = self.record.transfers.last_mut().filter(|record| record.outcome.is_none())?;
        record.outcome = Some(outcome);
        record.ended_at = Some(wall);
        record.to = to.cloned();
        record.reason = reason.map(str::to_owned);
        Some((record.target.clone(), record.by.clone()))
    }
}
