//! The names of everything that the floor reports for analytics.

/// Every event's name, and what it says with which fields. `docs/events.md` is made from it.
pub const EVENTS: &[(&str, &str)] = &[
    (
        STATUS_CHANGED,
        "An operator's status changed. `status`, `sub_status`, `previous`, `previous_sub_status`, `by`, `version`.",
    ),
    (
        STATUS_PLANNED,
        "A status was chosen during a call, to be taken at its end. `status`, `sub_status`, `by`, `version`.",
    ),
    (STATUS_PLAN_DROPPED, "The status chosen for the call's end was taken back. `by`, `version`."),
    (OPERATOR_REGISTERED, "An operator's client can be reached again. `registrar`."),
    (OPERATOR_STALE, "Every flow of an operator's client has stopped answering."),
    (OPERATOR_UNREGISTERED, "An operator's last flow is gone. `goodbye`: `true` if it was un-REGISTERed."),
    (WRAP_UP_STARTED, "An operator's call ended and their wrap-up began. `duration_ms`, `queue`."),
    (WRAP_UP_ENDED, "An operator's wrap-up is over."),
    (CALL_ARRIVED, "A call came in. `caller`, `target`."),
    (CALL_QUEUED, "A call took its place in a queue. `queue`, `position`."),
    (CALL_OFFERED, "A call is offered to one party (`login`). `queue` if it waits in one."),
    (CALL_RINGING, "The offered party's client rings."),
    (
        CALL_OFFER_ENDED,
        "An offer ended without an answer. `outcome`: ring_no_answer, rejected, busy, unreachable, caller_gone; `reason`; `ring_ms`.",
    ),
    (CALL_ANSWERED, "A call was answered by `login`. `wait_ms` since its arrival; `queue`."),
    (CALL_HELD, "One side put the other on hold. `by`: caller, callee."),
    (CALL_RESUMED, "One side took the other off hold. `by`: caller, callee."),
    (
        CALL_CONSULTATION,
        "A call of an operator (`login`) beside the one that they are in. `beside`: that one.",
    ),
    (
        CALL_TRANSFER_ASKED,
        "A party (`login`) wants to hand the other one over. `target`, `kind`: blind, attended; `with`: the consultation's call.",
    ),
    (
        CALL_TRANSFER_LEFT,
        "Who asked for a transfer (`login`) hung up before it was done; the other party waits.",
    ),
    (
        CALL_TRANSFERRED,
        "A party (`login`) was replaced by another. `to`, `target`, `kind`; `ms` since it was asked for.",
    ),
    (
        CALL_TRANSFER_FAILED,
        "A transfer came to nothing; who asked for it (`login`) still has the call. `target`, `kind`, `status`, `reason`.",
    ),
    (CALL_REJECTED, "A call was refused by the floor. `status`, `reason`."),
    (
        CALL_ENDED,
        "A call is over. `outcome`: answered, abandoned, cancelled, missed, rejected, failed; `by`: caller, callee, system; `duration_ms`; `talk_ms` if it was answered; `queue`.",
    ),
    (REGISTRAR_CHANGED, "A registrar was added or changed. `registrar`, `state`, `uri`."),
    (ASSIGNMENT_CHANGED, "An operator belongs to other registrars. `registrars`, `version`."),
    (EVENTS_DROPPED, "Storage failed for so long that events had to be forgotten. `count`."),
];

pub(crate) const STATUS_CHANGED: &str = "operator.status_changed";
pub(crate) const STATUS_PLANNED: &str = "operator.status_planned";
pub(crate) const STATUS_PLAN_DROPPED: &str = "operator.status_plan_dropped";
pub(crate) const OPERATOR_REGISTERED: &str = "operator.registered";
pub(crate) const OPERATOR_STALE: &str = "operator.stale";
pub(crate) const OPERATOR_UNREGISTERED: &str = "operator.unregistered";
pub(crate) const WRAP_UP_STARTED: &str = "operator.wrap_up_started";
pub(crate) const WRAP_UP_ENDED: &str = "operator.wrap_up_ended";
pub(crate) const CALL_ARRIVED: &str = "call.arrived";
pub(crate) const CALL_QUEUED: &str = "call.queued";
pub(crate) const CALL_OFFERED: &str = "call.offered";
pub(crate) const CALL_RINGING: &str = "call.ringing";
pub(crate) const CALL_OFFER_ENDED: &str = "call.offer_ended";
pub(crate) const CALL_ANSWERED: &str = "call.answered";
pub(crate) const CALL_HELD: &str = "call.held";
pub(crate) const CALL_RESUMED: &str = "call.resumed";
pub(crate) const CALL_CONSULTATION: &str = "call.consultation_started";
pub(crate) const CALL_TRANSFER_ASKED: &str = "call.transfer_asked";
pub(crate) const CALL_TRANSFER_LEFT: &str = "call.transfer_asker_left";
pub(crate) const CALL_TRANSFERRED: &str = "call.transferred";
pub(crate) const CALL_TRANSFER_FAILED: &str = "call.transfer_failed";
pub(crate) const CALL_REJECTED: &str = "call.rejected";
pub(crate) const CALL_ENDED: &str = "call.ended";
pub(crate) const REGISTRAR_CHANGED: &str = "registrar.changed";
pub(crate) const ASSIGNMENT_CHANGED: &str = "operator.registrars_changed";
pub(crate) const EVENTS_DROPPED: &str = "server.events_dropped";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_docs_list_the_same_events() {
        let docs = include_str!("../../../docs/events.md");
        let (_, server) = docs.split_once("## The server's").expect("the docs have the server's events");
        let listed: Vec<&str> = server.lines().filter(|line| line.starts_with("| `")).collect();
        let ours: Vec<String> =
            super::EVENTS.iter().map(|(name, told)| format!("| `{name}` | {told} |")).collect();
        assert_eq!(listed, ours);
    }

    #[test]
    fn every_name_is_listed_once() {
        let names: BTreeSet<_> = super::EVENTS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), super::EVENTS.len());
    }
}
