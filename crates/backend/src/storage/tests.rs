//! What the floor's writes do, on a real database file.

use headset_floor::{
    By, CallRecord, Event, NextStatus, OfferOutcome, OfferRecord, Outcome, Side, Status, StatusRecord,
    Stored, TransferKind, TransferOutcome, TransferRecord, WallTime, Write,
};
use tempfile::TempDir;

use super::Storage;
use crate::accounts::{Account, Role};
use crate::clock;

async fn storage() -> (TempDir, Storage) {
    let folder = TempDir::new().expect("a folder");
    let storage = Storage::open(&folder.path().join("test.db")).await.expect("opened");
    for login in ["anna", "boris", "clara"] {
        let account = Account {
            login: login.into(),
            display_name: login.into(),
            role: Role::Operator,
            is_operator: true,
            enabled: true,
        };
        storage.add_account(&account, "no hash".into(), "test").await.expect("added");
    }
    (folder, storage)
}

async fn done(storage: &Storage, write: Write) -> Stored {
    storage.carry_out(&[write]).await.pop().expect("an answer")
}

fn reserve(call: &str, order: &[&str], for_ms: u64) -> Write {
    let order = order.iter().map(|login| (*login).to_owned()).collect();
    Write::Reserve { call: call.into(), order, until: WallTime(clock::wall().0 + for_ms) }
}

fn release(call: &str, login: &str) -> Write {
    Write::Release { call: call.into(), login: login.into() }
}

fn event(name: &'static str) -> Event {
    Event { name, at: clock::wall(), login: None, call: None, fields: vec![("why", "test".into())] }
}

#[tokio::test]
async fn the_first_free_of_the_order_is_reserved_and_nobody_twice() {
    let (_folder, storage) = storage().await;
    let everyone = ["boris", "anna", "clara"];
    assert_eq!(done(&storage, reserve("c1", &everyone, 60_000)).await, Stored::Reserved("boris".into()));
    assert_eq!(done(&storage, reserve("c2", &everyone, 60_000)).await, Stored::Reserved("anna".into()));
    assert_eq!(done(&storage, reserve("c3", &["anna", "boris"], 60_000)).await, Stored::NobodyFree);
    assert_eq!(done(&storage, reserve("c3", &[], 60_000)).await, Stored::NobodyFree);
    // Only the call that has them lets them go.
    done(&storage, release("c3", "boris")).await;
    assert_eq!(done(&storage, reserve("c3", &["boris"], 60_000)).await, Stored::NobodyFree);
    done(&storage, release("c1", "boris")).await;
    assert_eq!(done(&storage, reserve("c3", &["boris"], 60_000)).await, Stored::Reserved("boris".into()));
}

#[tokio::test]
async fn a_reservation_that_ran_out_holds_nobody_and_a_call_answered_does() {
    let (_folder, storage) = storage().await;
    assert_eq!(done(&storage, reserve("c1", &["anna"], 0)).await, Stored::Reserved("anna".into()));
    assert_eq!(done(&storage, reserve("c2", &["anna"], 0)).await, Stored::Reserved("anna".into()));
    let until = WallTime(clock::wall().0 + 60_000);
    let hold = Write::Hold { call: "c2".into(), login: "anna".into(), until };
    assert_eq!(done(&storage, hold).await, Stored::Done);
    assert_eq!(done(&storage, reserve("c3", &["anna"], 60_000)).await, Stored::NobodyFree);
}

#[tokio::test]
async fn many_calls_at_once_never_share_an_operator() {
    let (_folder, storage) = storage().await;
    let calls = (0..20).map(|number| {
        let storage = storage.clone();
        tokio::spawn(async move {
            done(&storage, reserve(&format!("c{number}"), &["anna", "boris", "clara"], 60_000)).await
        })
    });
    let mut reserved = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        if let Stored::Reserved(login) = call.await.expect("ran") {
            reserved.push(login);
        }
    }
    reserved.sort();
    assert_eq!(reserved, ["anna", "boris", "clara"]);
}

#[tokio::test]
async fn a_status_is_written_over_the_version_that_was_seen_or_not_at_all() {
    let (_folder, storage) = storage().await;
    let record = StatusRecord {
        status: Status::Paused,
        sub_status: Some("lunch".into()),
        since: WallTime(1_700_000_000_000),
        version: 2,
        by: By::Supervisor,
        next: Some(NextStatus {
            status: Status::Disconnected,
            sub_status: Some("end".into()),
            by: By::Operator,
        }),
    };
    let write = |expected_version| Write::Status {
        login: "anna".into(),
        expected_version,
        record: record.clone(),
        event: event("operator.status_changed"),
    };
    assert_eq!(done(&storage, write(1)).await, Stored::Done);
    assert_eq!(done(&storage, write(1)).await, Stored::StatusConflict(record.clone()));
    let operators = storage.operators().await.expect("read");
    assert_eq!(operators.iter().find(|who| who.login == "anna").map(|who| &who.status), Some(&record));
}

#[tokio::test]
async fn a_write_that_fails_takes_none_of_its_neighbours_with_it() {
    let (_folder, storage) = storage().await;
    let record = storage.operators().await.expect("read").remove(0).status;
    let nobodys = Write::Status {
        login: "nobody".into(),
        expected_version: 1,
        record,
        event: event("operator.status_changed"),
    };
    let answers = storage
        .carry_out(&[reserve("c1", &["anna"], 60_000), nobodys, reserve("c2", &["anna", "boris"], 60_000)])
        .await;
    assert_eq!(answers[0], Stored::Reserved("anna".into()));
    assert!(matches!(answers[1], Stored::Failed(_)), "{:?}", answers[1]);
    assert_eq!(answers[2], Stored::Reserved("boris".into()));
}

fn call(id: &str) -> CallRecord {
    CallRecord {
        id: id.into(),
        caller: "guest-100".into(),
        target: "support".into(),
        queue: Some("support".into()),
        operator: None,
        arrived_at: WallTime(1_700_000_000_000),
        answered_at: None,
        ended_at: None,
        outcome: None,
        ended_by: None,
        offers: vec![],
        transfers: vec![],
    }
}

fn transfer(outcome: Option<TransferOutcome>) -> TransferRecord {
    TransferRecord {
        by: "anna".into(),
        target: "sales".into(),
        kind: TransferKind::Blind,
        asked_at: WallTime(1_700_000_003_000),
        ended_at: outcome.map(|_| WallTime(1_700_000_004_000)),
        outcome,
        to: outcome.map(|_| "clara".into()),
        reason: None,
    }
}

fn offer(login: &str, outcome: Option<OfferOutcome>) -> OfferRecord {
    OfferRecord {
        login: login.into(),
        offered_at: WallTime(1_700_000_001_000),
        ended_at: outcome.map(|_| WallTime(1_700_000_002_000)),
        outcome,
        reason: None,
    }
}

#[tokio::test]
async fn a_calls_record_is_replaced_as_it_goes_on() {
    let (_folder, storage) = storage().await;
    let mut record = call("c1");
    let write =
        |record: &CallRecord| Write::Call { record: record.clone(), events: vec![event("call.offered")] };
    record.offers = vec![offer("anna", None)];
    record.transfers = vec![transfer(None)];
    done(&storage, write(&record)).await;
    record.offers =
        vec![offer("anna", Some(OfferOutcome::RingNoAnswer)), offer("boris", Some(OfferOutcome::Answered))];
    record.transfers = vec![transfer(Some(TransferOutcome::Completed)), transfer(None)];
    record.operator = Some("boris".into());
    record.answered_at = Some(WallTime(1_700_000_002_000));
    record.ended_at = Some(WallTime(1_700_000_009_000));
    record.outcome = Some(Outcome::Answered);
    record.ended_by = Some(Side::Callee);
    done(&storage, write(&record)).await;
    assert_eq!(storage.latest_calls(10).await.expect("read"), [record]);
}

#[tokio::test]
async fn what_a_killed_server_left_open_is_closed_with_one_outcome_each() {
    let (folder, storage) = storage().await;
    let mut talking = call("talking");
    talking.answered_at = Some(WallTime(1_700_000_003_000));
    talking.transfers = vec![transfer(None)];
    let mut over = call("over");
    (over.ended_at, over.outcome) = (Some(WallTime(1_700_000_004_000)), Some(Outcome::Abandoned));
    for record in [call("waiting"), talking, over.clone()] {
        done(&storage, Write::Call { record, events: vec![] }).await;
    }
    done(&storage, reserve("talking", &["anna"], 60_000)).await;
    drop(storage);

    let storage = Storage::open(&folder.path().join("test.db")).await.expect("opened again");
    assert_eq!(storage.close_what_was_left_open().await.expect("closed"), 2);
    let calls = storage.latest_calls(10).await.expect("read");
    let outcome =
        |id: &str| calls.iter().find(|call| call.id == id).map(|call| (call.outcome, call.ended_by));
    assert_eq!(outcome("waiting"), Some((Some(Outcome::Failed), Some(Side::System))));
    assert_eq!(outcome("talking"), Some((Some(Outcome::Answered), Some(Side::System))));
    assert_eq!(calls.iter().find(|call| call.id == "over"), Some(&over));
    let transfers = calls.iter().flat_map(|call| &call.transfers);
    let outcomes: Vec<_> = transfers.map(|transfer| transfer.outcome).collect();
    assert_eq!(outcomes, [Some(TransferOutcome::CallEnded)]);
    assert_eq!(done(&storage, reserve("next", &["anna"], 60_000)).await, Stored::Reserved("anna".into()));
}
