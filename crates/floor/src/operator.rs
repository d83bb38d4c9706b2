//! One operator: what they chose, what they do, and what stands between them and the next call.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::io::{Activity, CallId, OperatorRecord, QueueName, Side, Status, Time};
use crate::status::{Doing, Ledger};

#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) display_name: String,
    pub(crate) enabled: bool,
    pub(crate) ledger: Ledger,
    pub(crate) work: Work,
    pub(crate) rest: Option<Rest>,
    /// The wrap-up of a call that has ended, to begin when the one beside it has too: how long, which queue.
    pub(crate) owed_wrap_up: Option<(Duration, QueueName)>,
    /// When the last call ended or they came on line, and a count that makes it unique.
    pub(crate) idle_since: (Time, u64),
    /// Queue calls in a row that rang out.
    pub(crate) missed: u32,
    /// They missed as many as their queue allows: to be paused.
    pub(crate) missed_too_many: bool,
    /// A reservation is being asked for, with them as the likeliest.
    pub(crate) picked: Option<CallId>,
    /// An offer was taken back since they called out; the switch has not confirmed that it is over.
    pub(crate) unconfirmed: Option<CallId>,
    /// Calls whose reservation storage has not yet let go, and how often it failed to.
    pub(crate) releasing: BTreeMap<CallId, u32>,
    /// Of the registrars that their pages were told last.
    pub(crate) assignment: String,
}

/// What they do, seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Idle,
    /// Reserved by this call and told to the switch; `ringing` once their client says so.
    Offered {
        call: CallId,
        ringing: bool,
    },
    /// In this call, on this side of it; `held`: by them. `beside`: a call of their own, to a colleague.
    InCall {
        call: CallId,
        side: Side,
        held: bool,
        beside: Option<CallId>,
    },
}

/// Not to be offered queue calls until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) until: Time,
    pub(crate) wrap_up: bool,
}

impl Operator {
    pub(crate) fn new(record: OperatorRecord, idle_since: (Time, u64), assignment: String) -> Self {
        Self {
            display_name: record.display_name,
            enabled: record.enabled,
            ledger: Ledger::new(record.status),
            work: Work::Idle,
            rest: None,
            owed_wrap_up: None,
            idle_since,
            missed: 0,
            missed_too_many: false,
            picked: None,
            unconfirmed: None,
            releasing: BTreeMap::new(),
            assignment,
        }
    }

    /// May be reserved for a queue's call, as far as this node knows and apart from reachability.
    pub(crate) fn is_free(&self) -> bool {
        self.may_be_called()
            && self.rest.is_none()
            && !self.missed_too_many
            && self.releasing.is_empty()
            && self.ledger.is_settled()
    }

    /// May be reserved for a colleague's call: delays and wrap-up do not count.
    pub(crate) fn may_be_called(&self) -> bool {
        self.enabled && self.ledger.record().status == Status::Connected && !self.is_occupied()
    }

    /// In a call, or rung for one, even if only for as long as it takes to stop ringing.
    pub(crate) fn is_occupied(&self) -> bool {
        self.work != Work::Idle || self.unconfirmed.is_some()
    }

    pub(crate) fn call(&self) -> Option<&CallId> {
        match &self.work {
            Work::Idle => None,
            Work::Offered { call, .. } | Work::InCall { call, .. } => Some(call),
        }
    }

    pub(crate) fn is_offered(&self, of: &str) -> bool {
        matches!(&self.work, Work::Offered { call, .. } if call == of)
    }

    /// In this call, or in it beside another.
    pub(crate) fn is_in(&self, of: &str) -> bool {
        matches!(&self.work, Work::InCall { call, beside, .. } if call == of || beside.as_deref() == Some(of))
    }

    pub(crate) fn is_in_call(&self) -> bool {
        matches!(self.work, Work::InCall { .. })
    }

    pub(crate) fn is_wrapping_up(&self) -> bool {
        self.work == Work::Idle && self.rest.is_some_and(|rest| rest.wrap_up)
    }

    pub(crate) fn doing(&self) -> Doing {
        match self.work {
            Work::Idle => Doing::Nothing,
            Work::Offered { .. } => Doing::Ringing,
            Work::InCall { .. } => Doing::InCall,
        }
    }

    pub(crate) fn activity(&self) -> Activity {
        match &self.work {
            Work::Idle if self.is_wrapping_up() => Activity::WrapUp,
            Work::Idle => Activity::Idle,
            Work::Offered { ringing: false, .. } => Activity::Reserved,
            Work::Offered { ringing: true, .. } => Activity::Ringing,
            Work::InCall { held: true, beside: None, .. } => Activity::OnHold,
            Work::InCall { .. } => Activity::OnCall,
        }
    }
}
