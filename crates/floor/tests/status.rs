//! What operators choose, when it is taken, and when the floor chooses for them.

#![allow(clippy::unwrap_used)]

mod world;

use std::time::Duration;

use headset_floor::*;
use world::{World, operator, registrar, support};

#[test]
fn a_status_is_answered_and_pushed_only_after_it_is_stored() {
    let mut world = World::new(&["anna"]);
    world.storage.delay = 50;
    let request = world.ask("anna", Status::Paused, Some("lunch"), None);
    world.pass(Duration::from_millis(49));
    assert!(world.answers.is_empty() && world.pushes.is_empty());
    assert_eq!(world.status("anna").0, Status::Disconnected);
    world.pass(Duration::from_millis(1));
    let record = world.answers.remove(&request).unwrap().unwrap();
    assert_eq!(
        (record.status, record.sub_status.as_deref(), record.version),
        (Status::Paused, Some("lunch"), 2)
    );
    assert_eq!(record.since, WallTime(world::WALL + world.now - 50));
    assert_eq!(world.pushes, [("anna".to_owned(), Push::Status(record))]);
    assert_eq!(world.events("operator.status_changed"), 1);
}

#[test]
fn a_pause_chosen_in_a_call_is_stored_as_next_and_taken_at_its_end() {
    let wrap_up_time = Duration::from_secs(5);
    let mut world = World::with(&["anna"], vec![QueueConfig { wrap_up_time, ..support() }]);
    world.on_line("anna");
    world.guest_calls("100");
    world.answer("100");
    let record = world.choose("anna", Status::Paused, Some("smoking")).unwrap();
    assert_eq!((record.status, world.next("anna")), (Status::Connected, Some(Status::Paused)));
    assert_eq!(world.storage.statuses["anna"].next.as_ref().unwrap().sub_status.as_deref(), Some("smoking"));
    world.guest_calls("101");
    world.ends("100", Side::Callee);
    assert_eq!(world.status("anna").0, Status::Connected, "the wrap-up belongs to the call");
    world.commands();
    world.seconds(5);
    assert_eq!(world.status("anna"), (Status::Paused, Some("smoking")));
    assert_eq!(world.next("anna"), None);
    world.seconds(60);
    assert_eq!(world.offers(), []);
    assert_eq!(world.floor.status("anna").unwrap().by, By::Operator);
}

#[test]
fn a_pause_chosen_while_the_phone_rings_waits_and_the_offer_stays_valid() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.rings("100");
    world.choose("anna", Status::Paused, None).unwrap();
    assert_eq!(world.next("anna"), Some(Status::Paused));
    world.answer("100");
    world.ends("100", Side::Caller);
    assert_eq!(world.status("anna").0, Status::Paused);

    // Unanswered, it is taken as soon as the ringing is over.
    world.choose("anna", Status::Connected, None).unwrap();
    world.guest_calls("101");
    world.choose("anna", Status::Paused, None).unwrap();
    world.refuse("101", 480, "");
    assert_eq!(world.status("anna").0, Status::Paused);
}

#[test]
fn going_off_line_while_the_phone_rings_passes_the_call_on() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    world.choose("anna", Status::Disconnected, None).unwrap();
    assert_eq!(world.status("anna").0, Status::Disconnected);
    assert_eq!(world.ringing["100"], "boris");
    assert_eq!(world.offered("100")[0], ("anna", Some(OfferOutcome::Rejected)));
}

#[test]
fn another_version_than_the_expected_is_refused_with_the_current() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    let request = world.ask("anna", Status::Paused, None, Some(1));
    let current = world.floor.status("anna").unwrap().clone();
    assert_eq!(world.answers.remove(&request), Some(Err(FloorError::VersionMismatch(current))));
    let request = world.ask("anna", Status::Paused, None, Some(2));
    assert_eq!(world.answers.remove(&request).unwrap().unwrap().version, 3);
}

#[test]
fn when_storage_knows_better_its_truth_is_taken_and_the_request_decided_again() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    let elsewhere = StatusRecord {
        status: Status::Paused,
        sub_status: Some("lunch".to_owned()),
        since: WallTime(world::WALL),
        version: 7,
        by: By::Supervisor,
        next: None,
    };
    world.storage.statuses.insert("anna".to_owned(), elsewhere.clone());
    world.pushes.clear();
    let record = world.choose("anna", Status::Disconnected, None).unwrap();
    assert_eq!((record.status, record.version), (Status::Disconnected, 8));
    assert_eq!(
        world.pushes,
        [("anna".to_owned(), Push::Status(elsewhere.clone())), ("anna".to_owned(), Push::Status(record))]
    );

    // With a version given, the truth refuses it.
    world.storage.statuses.insert("anna".to_owned(), StatusRecord { version: 20, ..elsewhere.clone() });
    let request = world.ask("anna", Status::Connected, None, Some(8));
    let truth = StatusRecord { version: 20, ..elsewhere };
    assert_eq!(world.answers.remove(&request), Some(Err(FloorError::VersionMismatch(truth))));
}

#[test]
fn requests_at_once_are_answered_in_order_and_the_same_again_writes_nothing() {
    let mut world = World::new(&["anna"]);
    world.storage.delay = 10;
    let first = world.ask("anna", Status::Connected, None, None);
    let second = world.ask("anna", Status::Connected, None, None);
    let third = world.ask("anna", Status::Paused, None, None);
    world.flow("anna");
    world.seconds(1);
    let versions: Vec<_> =
        [first, second, third].map(|id| world.answers[&id].as_ref().unwrap().version).into();
    assert_eq!(versions, [2, 2, 3]);
}

#[test]
fn unknown_and_disabled_operators_are_told_so() {
    let mut world = World::new(&["anna"]);
    assert_eq!(world.choose("nobody", Status::Connected, None), Err(FloorError::UnknownOperator));
    world.input(Input::OperatorChanged(OperatorRecord { enabled: false, ..operator("anna") }));
    assert_eq!(world.choose("anna", Status::Connected, None), Err(FloorError::Disabled));
}

#[test]
fn a_disabled_operator_stops_ringing_and_goes_off_line_but_a_call_goes_on() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.guest_calls("100");
    let disabled = |login| Input::OperatorChanged(OperatorRecord { enabled: false, ..operator(login) });
    world.input(disabled("anna"));
    assert_eq!(world.status("anna"), (Status::Disconnected, Some("disabled")));
    assert_eq!(world.ringing["100"], "boris");
    world.answer("100");
    world.input(disabled("boris"));
    assert_eq!((world.activity("boris"), world.status("boris").0), (Activity::OnCall, Status::Connected));
    world.ends("100", Side::Caller);
    assert_eq!(world.status("boris"), (Status::Disconnected, Some("disabled")));
}

#[test]
fn the_watch_tells_a_closed_page_from_a_lost_one() {
    for (goodbye, sub_status) in [(true, "page_closed"), (false, "unreachable")] {
        let mut world = World::new(&["anna"]);
        let flow = world.on_line("anna");
        let other = world.flow("anna");
        world.flow_gone("anna", flow, goodbye);
        world.seconds(60);
        assert_eq!(world.status("anna").0, Status::Connected, "one flow is enough");
        world.flow_gone("anna", other, goodbye);
        world.pass(Duration::from_millis(14_999));
        assert_eq!(world.status("anna").0, Status::Connected);
        world.pass(Duration::from_millis(1));
        assert_eq!(world.status("anna"), (Status::Disconnected, Some(sub_status)));
        assert_eq!(world.floor.status("anna").unwrap().by, By::System);
    }
}

#[test]
fn a_page_that_comes_back_in_time_stays_on_line() {
    let mut world = World::new(&["anna"]);
    let flow = world.on_line("anna");
    world.flow_gone("anna", flow, true);
    world.seconds(14);
    world.flow("anna");
    world.seconds(60);
    assert_eq!(world.status("anna").0, Status::Connected);
}

#[test]
fn while_a_pages_stream_is_open_its_own_watchdog_goes_first() {
    let mut world = World::new(&["anna"]);
    world.input(Input::StreamOpened { login: "anna".to_owned() });
    let flow = world.on_line("anna");
    world.report(Report::FlowStale { login: "anna".to_owned(), flow });
    world.seconds(44);
    assert_eq!(world.status("anna").0, Status::Connected);
    world.seconds(1);
    assert_eq!(world.status("anna"), (Status::Disconnected, Some("unreachable")));
}

#[test]
fn going_on_line_unreachable_is_allowed_and_watched_from_then_on() {
    let mut world = World::new(&["anna"]);
    world.seconds(100);
    assert_eq!(world.choose("anna", Status::Connected, None).unwrap().status, Status::Connected);
    world.seconds(14);
    assert_eq!(world.status("anna").0, Status::Connected);
    world.seconds(1);
    assert_eq!(world.status("anna").0, Status::Disconnected);
}

#[test]
fn after_a_restart_the_watch_starts_anew_and_a_plan_left_over_is_carried_out() {
    let on_line = |login: &str, next| {
        let mut operator = operator(login);
        operator.status.status = Status::Connected;
        operator.status.next = next;
        operator
    };
    let next = NextStatus { status: Status::Paused, sub_status: Some("lunch".to_owned()), by: By::Operator };
    let operators = vec![on_line("anna", None), on_line("boris", Some(next))];
    let mut storage = world::Storage::default();
    for operator in &operators {
        storage.statuses.insert(operator.login.clone(), operator.status.clone());
    }
    let mut world = World::start(Snapshot { operators, ..Snapshot::default() }, storage);
    assert_eq!(world.status("boris"), (Status::Paused, Some("lunch")));
    world.seconds(14);
    assert_eq!(world.status("anna").0, Status::Connected);
    world.seconds(1);
    assert_eq!(world.status("anna"), (Status::Disconnected, Some("unreachable")));
}

#[test]
fn during_a_call_the_watch_waits_and_looks_again_at_its_end() {
    for comes_back in [true, false] {
        let mut world = World::new(&["anna"]);
        let flow = world.on_line("anna");
        world.guest_calls("100");
        world.answer("100");
        world.flow_gone("anna", flow, false);
        world.seconds(120);
        assert_eq!(world.status("anna").0, Status::Connected);
        assert_eq!(world.activity("anna"), Activity::OnCall);
        if comes_back {
            world.flow("anna");
        }
        world.ends("100", Side::Caller);
        world.seconds(1);
        let expected = if comes_back { Status::Connected } else { Status::Disconnected };
        assert_eq!(world.status("anna").0, expected);
    }
}

#[test]
fn draining_a_registrar_moves_those_who_had_it_and_tells_only_them() {
    let logins = ["anna", "boris", "clara", "dmitry", "elena", "fyodor"];
    let mut world = World::new(&logins);
    let ids = |world: &World, login: &str| {
        world.floor.assignment(login).registrars.into_iter().map(|registrar| registrar.id).collect::<Vec<_>>()
    };
    let before: Vec<_> = logins.iter().map(|login| ids(&world, login)).collect();
    assert!(before.iter().all(|ids| ids.len() == 2));
    world.pushes.clear();
    world.input(Input::RegistrarChanged(RegistrarConfig {
        state: RegistrarState::Draining,
        ..registrar("r1", 1)
    }));
    let mut told: Vec<_> = world.pushes.iter().map(|(login, _)| login.as_str()).collect();
    told.sort_unstable();
    let mut had: Vec<_> = logins
        .iter()
        .zip(&before)
        .filter(|(_, ids)| ids.contains(&"r1".to_owned()))
        .map(|(login, _)| *login)
        .collect();
    had.sort_unstable();
    assert_eq!(told, had);
    assert!(!had.is_empty() && had.len() < logins.len(), "the case shows both");
    for (login, before) in logins.iter().zip(&before) {
        let after = ids(&world, login);
        assert!(!after.contains(&"r1".to_owned()) && after.len() == 2);
        assert!(before.iter().filter(|id| *id != "r1").all(|id| after.contains(id)));
    }
    assert_eq!(world.events("operator.registrars_changed"), had.len());
}
