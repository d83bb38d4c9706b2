//! The status: one record, one write at a time, decided again whenever storage knows better.

use std::collections::VecDeque;

use crate::events::{STATUS_CHANGED, STATUS_PLAN_DROPPED, STATUS_PLANNED};
use crate::io::{
    By, Event, FloorError, Login, NextStatus, RequestId, Status, StatusChange, StatusRecord, WallTime,
    WriteId,
};

/// An operator's status as stored, the write under way, and who else wants one.
#[derive(Debug)]
pub(crate) struct Ledger {
    record: StatusRecord,
    writing: Option<Writing>,
    asked: VecDeque<Asked>,
    /// Writes of the floor's own that failed in a row.
    pub(crate) failures: u32,
    /// The floor's own writes wait for `Timer::Status`.
    pub(crate) backing_off: bool,
}

#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) write: WriteId,
    pub(crate) record: StatusRecord,
    /// `None`: the floor's own.
    pub(crate) asked: Option<Asked>,
}

/// A request for a status.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) request: RequestId,
    pub(crate) change: StatusChange,
    /// How often storage knew better.
    pub(crate) conflicts: u8,
}

/// What the operator does, as far as a status has to wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Nothing, wrap-up, or a reservation that has not reached them.
    Nothing,
    /// Being rung.
    Ringing,
    InCall,
}

/// What to do about a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Write(StatusRecord),
    /// It is so already.
    Keep,
    Refuse(FloorError),
}

impl Ledger {
    pub(crate) fn new(record: StatusRecord) -> Self {
        Self { record, writing: None, asked: VecDeque::new(), failures: 0, backing_off: false }
    }

    /// The last stored truth.
    pub(crate) fn record(&self) -> &StatusRecord {
        &self.record
    }

    /// Nothing under way and nothing asked for.
    pub(crate) fn is_settled(&self) -> bool {
        self.writing.is_none() && self.asked.is_empty()
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    pub(crate) fn ask(&mut self, asked: Asked) {
        self.asked.push_back(asked);
    }

    /// Before all others: it was being answered already.
    pub(crate) fn ask_again(&mut self, asked: Asked) {
        self.asked.push_front(asked);
    }

    pub(crate) fn next_asked(&mut self) -> Option<Asked> {
        self.asked.pop_front()
    }

    pub(crate) fn begin(&mut self, writing: Writing) {
        self.writing = Some(writing);
    }

    /// Takes the write under way, if it is this one.
    pub(crate) fn finish(&mut self, write: WriteId) -> Option<Writing> {
        self.writing.take_if(|writing| writing.write == write)
    }

    /// Takes the truth; gives what was believed before.
    pub(crate) fn take(&mut self, truth: StatusRecord) -> StatusRecord {
        std::mem::replace(&mut self.record, truth)
    }
}

/// What becomes of a request.
///
/// In a call every change waits as `next`; so does a pause while the phone merely rings, since the offer
/// stays valid. Going off line while it rings is taken at once and takes the offer back.
pub(crate) fn decide(
    record: &StatusRecord,
    change: &StatusChange,
    doing: Doing,
    enabled: bool,
    wall: WallTime,
) -> Decision {
    if change.if_match.is_some_and(|version| version != record.version) {
        return Decision::Refuse(FloorError::VersionMismatch(record.clone()));
    }
    if !enabled {
        return Decision::Refuse(FloorError::Disabled);
    }
    let waits = match doing {
        Doing::Nothing => false,
        Doing::Ringing => change.status == Status::Paused,
        Doing::InCall => true,
    };
    if change.status == record.status && change.sub_status == record.sub_status {
        // Chosen again what holds: nothing but a plan can be changed by that.
        return match record.next {
            None => Decision::Keep,
            Some(_) => {
                Decision::Write(StatusRecord { next: None, version: record.version + 1, ..record.clone() })
            }
        };
    }
    if !waits {
        return Decision::Write(changed(record, change.status, change.sub_status.clone(), change.by, wall));
    }
    let next = NextStatus { status: change.status, sub_status: change.sub_status.clone(), by: change.by };
    if record.next.as_ref() == Some(&next) {
        return Decision::Keep;
    }
    Decision::Write(StatusRecord { next: Some(next), version: record.version + 1, ..record.clone() })
}

/// The record after it was changed now. A plan made earlier is void.
pub(crate) fn changed(
    record: &StatusRecord,
    status: Status,
    sub_status: Option<String>,
    by: By,
    wall: WallTime,
) -> StatusRecord {
    StatusRecord { status, sub_status, since: wall, version: record.version + 1, by, next: None }
}

/// The record after its plan was carried out now.
pub(crate) fn taken(record: &StatusRecord, next: &NextStatus, wall: WallTime) -> StatusRecord {
    changed(record, next.status, next.sub_status.clone(), next.by, wall)
}

/// The one event that is stored together with a new record.
pub(crate) fn event(login: &Login, before: &StatusRecord, after: &StatusRecord, at: WallTime) -> Event {
    let text = |sub_status: &Option<String>| sub_status.clone().unwrap_or_default();
    let version = ("version", after.version.to_string());
    let same = before.status == after.status && before.sub_status == after.sub_status;
    let (name, fields) = match &after.next {
        Some(next) => (
            STATUS_PLANNED,
            vec![
                ("status", next.status.to_string()),
                ("sub_status", text(&next.sub_status)),
                ("by", next.by.to_string()),
                version,
            ],
        ),
        None if same && before.next.is_some() => {
            (STATUS_PLAN_DROPPED, vec![("by", after.by.to_string()), version])
        }
        None => (
            STATUS_CHANGED,
            vec![
                ("status", after.status.to_string()),
                ("sub_status", text(&after.sub_status)),
                ("previous", before.status.to_string()),
                ("previous_sub_status", text(&before.sub_status)),
                ("by", after.by.to_string()),
                version,
            ],
        ),
    };
    Event { name, at, login: Some(login.clone()), call: None, fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_line() -> StatusRecord {
        StatusRecord {
            status: Status::Connected,
            sub_status: None,
            since: WallTime(1),
            version: 4,
            by: By::Operator,
            next: None,
        }
    }

    fn want(status: Status, sub_status: Option<&str>) -> StatusChange {
        StatusChange { status, sub_status: sub_status.map(str::to_owned), by: By::Operator, if_match: None }
    }

    fn after(record: &StatusRecord, change: &StatusChange, doing: Doing) -> StatusRecord {
        match decide(record, change, doing, true, WallTime(9)) {
            Decision::Write(record) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pause_waits_for_a_call_and_for_ringing_and_going_off_line_only_for_a_call() {
        let lunch = want(Status::Paused, Some("lunch"));
        let off = want(Status::Disconnected, None);
        assert_eq!(after(&on_line(), &lunch, Doing::Nothing).status, Status::Paused);
        for (change, doing) in [(&lunch, Doing::Ringing), (&lunch, Doing::InCall), (&off, Doing::InCall)] {
            let after = after(&on_line(), change, doing);
            assert_eq!((after.status, after.since, after.version), (Status::Connected, WallTime(1), 5));
            assert_eq!(after.next.map(|next| next.status), Some(change.status));
        }
        assert_eq!(after(&on_line(), &off, Doing::Ringing).status, Status::Disconnected);
    }

    #[test]
    fn choosing_what_holds_drops_the_plan_or_changes_nothing() {
        let planned = after(&on_line(), &want(Status::Paused, None), Doing::InCall);
        let dropped = after(&planned, &want(Status::Connected, None), Doing::InCall);
        assert_eq!(dropped.next, None);
        assert_eq!(event(&"anna".to_owned(), &planned, &dropped, WallTime(9)).name, STATUS_PLAN_DROPPED);
        assert_eq!(
            decide(&on_line(), &want(Status::Connected, None), Doing::Nothing, true, WallTime(9)),
            Decision::Keep
        );
    }

    #[test]
    fn another_version_is_refused_with_the_truth() {
        let change = StatusChange { if_match: Some(3), ..want(Status::Paused, None) };
        assert_eq!(
            decide(&on_line(), &change, Doing::Nothing, true, WallTime(9)),
            Decision::Refuse(FloorError::VersionMismatch(on_line()))
        );
    }
}
