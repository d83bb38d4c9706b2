//! An operator's page that is loaded again while a colleague is asked.
#![allow(clippy::unwrap_used)]

mod support;

use headset_softphone::{CallCommand, CallId, CallOptions, CallStatus, Command as Ask, MediaOptions};
use headset_switch::{Closed, Command, OfferEnd, Report, Side};
use support::pages::{ANNA, GUEST, MEDIA, World, of_call};

const BORIS: usize = 2;

/// Anna talks to a guest and asks Boris, who is rung. The ids of the two calls.
fn asking() -> (World, String, String) {
    let mut world = World::new();
    world.open_page("boris", &["r1"]);
    world.seconds(2);
    world.take_reports();
    let first = world.talk();
    let options = Box::new(CallOptions::default());
    world.ask(ANNA, of_call(CallCommand::Consult { new: CallId(7), target: "boris".into(), options }));
    let reports = world.take_reports();
    let arrived = reports.iter().find_map(|report| match report {
        Report::CallArrived { call, .. } => Some(call.clone()),
        _ => None,
    });
    assert!(reports.contains(&Report::Held { call: first.clone(), by: Side::Callee }));
    let second = arrived.unwrap();
    let (login, display_name) = ("boris".into(), "Anna".into());
    world.command(Command::Offer { call: second.clone(), login, display_name });
    world.take_reports();
    (world, first, second)
}

/// And Boris answers.
fn talking() -> (World, String, String) {
    let (mut world, first, second) = asking();
    answer(&mut world);
    world.seconds(3);
    world.take_reports();
    (world, first, second)
}

fn answer(world: &mut World) {
    world.ask(BORIS, of_call(CallCommand::Answer { media: MEDIA, headers: String::new() }));
}

/// Anna's page is gone, and loaded again after some seconds. It has taken up what was kept.
fn reload(world: &mut World, how: Closed, seconds: u64) -> usize {
    let kept = world.pages[ANNA].kept();
    world.close_page(ANNA, how);
    world.seconds(seconds);
    world.open_page("anna", &["r1", "r2"]);
    let again = world.pages.len() - 1;
    world.ask(again, Ask::Resume { media: MediaOptions(0), stored: kept });
    world.seconds(2);
    again
}

fn states(world: &World, page: usize) -> Vec<(String, CallStatus)> {
    let calls = world.pages[page].phone.calls().into_iter();
    calls.map(|call| (call.remote.user, call.status)).collect()
}

fn is_held(world: &World, page: usize) -> bool {
    world.pages[page].phone.call().unwrap().held_by_remote
}

fn of(user: &str, status: CallStatus) -> (String, CallStatus) {
    (user.into(), status)
}

#[test]
fn both_calls_go_on_and_the_two_are_left_to_each_other() {
    let (mut world, first, second) = talking();
    let anna = reload(&mut world, Closed::Code(1001), 2);
    let both = [of("79991234567", CallStatus::Hold), of("boris", CallStatus::Active)];
    assert_eq!(states(&world, anna), both);
    assert!(is_held(&world, GUEST) && !is_held(&world, BORIS));
    let ours = |report: &Report| !matches!(report, Report::FlowLive { .. } | Report::FlowGone { .. });
    let reports: Vec<Report> = world.take_reports().into_iter().filter(ours).collect();
    assert_eq!(reports, [], "nothing has changed for the floor");

    let with = Some(CallId::CONSULTATION);
    let join = CallCommand::Transfer { target: String::new(), with, headers: String::new() };
    world.ask(anna, of_call(join));
    let asked = Report::TransferAsked {
        call: first.clone(),
        by: Side::Callee,
        target: "boris".into(),
        with: Some(second.clone()),
    };
    assert_eq!(world.take_reports(), [asked]);
    world.command(Command::Join { call: first.clone() });
    world.seconds(1);
    let done = [
        Report::Transferred { call: first, by: Side::Callee, to: "boris".into() },
        Report::CallEnded { call: second, by: Side::System },
    ];
    let reports: Vec<Report> = world.take_reports();
    assert!(done.iter().all(|report| reports.contains(report)), "{reports:?}");
    assert_eq!(states(&world, anna), []);
    assert_eq!(states(&world, BORIS), [of("79991234567", CallStatus::Active)]);
    assert!(!is_held(&world, GUEST) && !is_held(&world, BORIS));
}

#[test]
fn who_is_still_rung_when_the_page_is_left_rings_no_more_at_once() {
    let (mut world, first, second) = asking();
    world.ask(ANNA, Ask::Leave);
    assert_eq!(
        world.take_reports(),
        [
            Report::OfferEnded { call: second.clone(), login: "boris".into(), end: OfferEnd::Cancelled },
            Report::CallEnded { call: second, by: Side::Caller }
        ]
    );
    assert_eq!(states(&world, BORIS), []);
    let anna = reload(&mut world, Closed::Code(1001), 2);
    assert_eq!(states(&world, anna), [of("79991234567", CallStatus::Hold)]);
    assert!(is_held(&world, GUEST));
    world.ask(anna, of_call(CallCommand::Hold { on: false, update: false, headers: String::new() }));
    assert!(world.take_reports().contains(&Report::Resumed { call: first, by: Side::Callee }));
    assert!(!is_held(&world, GUEST));
}

#[test]
fn who_is_still_rung_when_the_page_crashes_rings_no_more_soon() {
    let (mut world, _, second) = asking();
    let anna = reload(&mut world, Closed::Lost, 1);
    assert_eq!(states(&world, anna), [of("79991234567", CallStatus::Hold)]);
    world.seconds(3);
    assert_eq!(states(&world, BORIS), []);
    assert!(world.take_reports().contains(&Report::CallEnded { call: second, by: Side::Caller }));
    assert!(is_held(&world, GUEST));
}

#[test]
fn who_answers_a_page_that_has_crashed_is_not_left_there() {
    let (mut world, _, second) = asking();
    world.close_page(ANNA, Closed::Lost);
    answer(&mut world);
    world.open_page("anna", &["r1", "r2"]);
    world.seconds(1);
    world.hear_nothing(BORIS);
    world.seconds(1);
    assert_eq!(states(&world, BORIS), []);
    assert!(
        world
            .take_reports()
            .iter()
            .any(|report| matches!(report, Report::CallEnded { call, .. } if *call == second))
    );
}

#[test]
fn a_colleague_who_has_hung_up_meanwhile_leaves_the_customer_on_hold() {
    let (mut world, _, second) = talking();
    let kept = world.pages[ANNA].kept();
    world.close_page(ANNA, Closed::Code(1001));
    world.seconds(1);
    world.ask(BORIS, of_call(CallCommand::End(Box::default())));
    world.open_page("anna", &["r1", "r2"]);
    let anna = world.pages.len() - 1;
    world.ask(anna, Ask::Resume { media: MediaOptions(0), stored: kept });
    world.seconds(3);
    assert!(world.take_reports().contains(&Report::CallEnded { call: second, by: Side::Callee }));
    assert_eq!(states(&world, anna), [of("79991234567", CallStatus::Hold)]);
    assert!(is_held(&world, GUEST));
}
