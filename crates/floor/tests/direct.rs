//! Calls that are dialled to someone, and who may dial whom.

#![allow(clippy::unwrap_used)]

mod world;

use std::time::Duration;

use headset_floor::*;
use world::World;

fn refused(target: &str, caller: &str) -> Option<(u16, Outcome)> {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.arrives("1", caller, target);
    let status = world.refusal().map(|(status, _)| status)?;
    assert_eq!(world.floor.live_calls(), 0);
    world.outcome("1").map(|outcome| (status, outcome))
}

#[test]
fn who_cannot_be_called_is_refused_with_the_reason() {
    for (caller, target, status) in [
        ("guest-100", "anna", 403),
        ("guest-100", "guest-200", 403),
        ("guest-100", "nowhere", 403),
        ("nobody", "support", 403),
        ("anna", "nowhere", 404),
        ("anna", "boris", 480),
        ("anna", "79990000000", 480),
    ] {
        assert_eq!(refused(target, caller), Some((status, Outcome::Failed)), "{caller} calls {target}");
    }
    assert_eq!(refused("support", "guest-100"), None);
}

#[test]
fn an_operator_calls_a_colleague_who_answers() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.arrives("1", "anna", "boris");
    assert_eq!(world.activity("anna"), Activity::OnCall);
    assert!(world.commands().contains(&Command::Offer {
        call: "1".to_owned(),
        login: "boris".to_owned(),
        display_name: "ANNA".to_owned()
    }));
    world.answer("1");
    world.report(Report::Held { call: "1".to_owned(), by: Side::Caller });
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::OnHold, Activity::OnCall));
    world.report(Report::Resumed { call: "1".to_owned(), by: Side::Caller });
    assert_eq!(world.activity("anna"), Activity::OnCall);
    world.ends("1", Side::Callee);
    assert_eq!((world.activity("anna"), world.activity("boris")), (Activity::Idle, Activity::Idle));
    assert_eq!(world.outcome("1"), Some(Outcome::Answered));
    assert!(world.storage.reserved.is_empty());
}

#[test]
fn a_colleague_in_a_call_is_busy_and_one_who_is_silent_rings_for_a_minute() {
    let mut world = World::new(&["anna", "boris", "clara"]);
    for login in ["anna", "boris", "clara"] {
        world.on_line(login);
    }
    world.arrives("1", "anna", "boris");
    world.arrives("2", "clara", "boris");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(486));
    assert_eq!(world.outcome("2"), Some(Outcome::Rejected));
    world.seconds(59);
    assert_eq!(world.refusal(), None);
    world.seconds(1);
    assert_eq!(world.refusal(), Some((480, "No answer".to_owned())));
    assert_eq!(world.outcome("1"), Some(Outcome::Missed));
    assert_eq!(world.offered("1"), [("boris", Some(OfferOutcome::RingNoAnswer))]);
}

#[test]
fn a_refusal_reaches_the_caller_as_it_was_given() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.arrives("1", "anna", "boris");
    world.refuse("1", 603, "Not today");
    assert_eq!(world.refusal(), Some((603, "Not today".to_owned())));
    assert_eq!(world.outcome("1"), Some(Outcome::Rejected));
    world.guest_calls("100");
    assert_eq!(world.offers().len(), 1, "a refused colleague has no queue delay");
}

#[test]
fn a_guest_is_called_by_number_and_the_caller_may_give_up() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.flow("guest-79990000000");
    world.arrives("1", "anna", "+79990000000");
    assert_eq!(world.offers(), [("1".to_owned(), "guest-79990000000".to_owned())]);
    world.ends("1", Side::Caller);
    assert_eq!(world.outcome("1"), Some(Outcome::Cancelled));

    world.arrives("2", "anna", "guest-79990000000");
    world.answer("2");
    world.ends("2", Side::Callee);
    assert_eq!(world.outcome("2"), Some(Outcome::Answered));
    assert_eq!(world.storage.calls["2"].operator, None);
}

#[test]
fn a_guest_who_waits_in_a_queue_is_busy() {
    let mut world = World::new(&["anna"]);
    world.flow("anna");
    world.flow("guest-100");
    world.guest_calls("100");
    world.arrives("1", "anna", "100");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(486));
}

#[test]
fn who_calls_out_is_not_offered_queue_calls_meanwhile() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.flow("guest-200");
    world.arrives("1", "anna", "200");
    world.commands();
    world.guest_calls("100");
    world.seconds(30);
    assert_eq!(world.offers(), []);
    world.answer("1");
    world.seconds(300);
    assert_eq!(world.offers(), []);
    assert_eq!(world.storage.reserved["anna"].0, "1");
    world.ends("1", Side::Caller);
    assert_eq!(world.offers(), [("100".to_owned(), "anna".to_owned())]);
}

#[test]
fn who_calls_out_while_being_rung_gives_that_call_to_the_next() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.flow("guest-200");
    world.guest_calls("100");
    world.arrives("1", "anna", "200");
    assert_eq!(
        world.offers(),
        [("100", "anna"), ("1", "guest-200"), ("100", "boris")]
            .map(|(call, login)| (call.to_owned(), login.to_owned()))
    );
    assert_eq!(world.activity("anna"), Activity::OnCall);
    assert_eq!(world.offered("100")[0], ("anna", Some(OfferOutcome::Busy)));
    assert_eq!(world.storage.reserved["anna"].0, "1");
}

#[test]
fn until_the_switch_says_that_an_offer_taken_back_is_over_nothing_else_rings_there() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.guest_calls("100");
    world.guest_calls("101");
    world.switch_lag = Some(500);
    world.arrives("1", "anna", "nowhere");
    world.offers();
    assert_eq!(world.activity("anna"), Activity::Idle, "the call out was refused at once");
    world.pass(Duration::from_millis(499));
    world.on_line("boris");
    assert_eq!(world.offers(), [("101".to_owned(), "boris".to_owned())]);
    world.arrives("2", "boris", "anna");
    world.pass(Duration::from_millis(1));
    assert_eq!(world.offered("100")[0], ("anna", Some(OfferOutcome::Busy)));
}

#[test]
fn a_second_call_out_is_refused_and_leaves_the_first_alone() {
    let mut world = World::new(&["anna"]);
    world.on_line("anna");
    world.arrives("1", "anna", "support");
    world.arrives("2", "anna", "support");
    assert_eq!(world.refusal().map(|(status, _)| status), Some(486));
    assert_eq!((world.activity("anna"), world.floor.live_calls()), (Activity::OnCall, 1));
    world.ends("1", Side::Caller);
    assert_eq!(world.activity("anna"), Activity::Idle);
}

#[test]
fn an_operator_who_calls_the_queue_is_not_rung_for_the_own_call() {
    let mut world = World::new(&["anna", "boris"]);
    world.on_line("anna");
    world.on_line("boris");
    world.arrives("1", "anna", "support");
    assert_eq!(world.offers(), [("1".to_owned(), "boris".to_owned())]);
}
