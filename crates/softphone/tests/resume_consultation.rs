//! A page that is reloaded while a colleague is asked, and comes back to both calls.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, CallView, Command, MediaOptions, Outcome, PeerEvent,
    Settings,
};
use std::time::Duration;
use support::referring::{calls, transfer};
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

fn consult(target: &str) -> Command {
    consult_as(7, target)
}

fn consult_as(name: u32, target: &str) -> Command {
    let options = Box::<CallOptions>::default();
    say::call(CallCommand::Consult { new: CallId(name), target: target.into(), options })
}

fn states(world: &World, phone: usize) -> Vec<(String, CallStatus)> {
    calls(world, phone).into_iter().map(|view| (view.remote.user, view.status)).collect()
}

/// Anna talks to Boris, who waits while Carol is rung.
fn asking() -> (World, [usize; 3]) {
    let mut world = World::new(1);
    let [anna, boris, carol] = ["anna", "boris", "carol"].map(|login| world.phone(login));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    world.command(anna, consult("carol"));
    world.run_ms(300);
    assert_eq!(calls(&world, anna)[1].consults, Some(calls(&world, anna)[0].call));
    (world, [anna, boris, carol])
}

/// And Carol has answered.
fn talking() -> (World, [usize; 3]) {
    let (mut world, phones) = asking();
    world.command(phones[2], say::answer(DEFAULT));
    world.run_ms(300);
    (world, phones)
}

/// Anna's page is no more; the one that is loaded in its place, before it takes up anything.
fn gone(world: &mut World, anna: usize) -> (usize, String) {
    world.phones[anna].frozen = true;
    world.cut(anna, 0);
    let kept = world.phones[anna].kept().expect("kept calls").to_owned();
    (world.phone("anna"), kept)
}

fn reload(world: &mut World, anna: usize) -> usize {
    let (again, kept) = gone(world, anna);
    world.command(again, say::resume(&kept));
    world.run(Duration::from_secs(1));
    again
}

fn of(user: &str, status: CallStatus) -> (String, CallStatus) {
    (user.into(), status)
}

/// Nobody was un-held by surprise, or heard otherwise than before.
fn expect_as_before(world: &mut World, [anna, boris, carol]: [usize; 3]) -> Vec<CallView> {
    assert_eq!(states(world, anna), [of("boris", CallStatus::Hold), of("carol", CallStatus::Active)]);
    let views = calls(world, anna);
    assert_eq!(views[1].consults, Some(views[0].call));
    assert!(views.iter().all(|view| view.connected));
    let (customer, colleague) = (&calls(world, boris)[0], &calls(world, carol)[0]);
    assert!(customer.held_by_remote && !colleague.held_by_remote && colleague.connected);
    assert_eq!(world.phones[anna].errors(), [""; 0]);
    views
}

#[test]
fn both_calls_are_there_again_the_customer_held_and_the_colleague_talked_to() {
    let (mut world, [anna, boris, carol]) = talking();
    world.phones[boris].take_steps();
    let anna = reload(&mut world, anna);
    let views = expect_as_before(&mut world, [anna, boris, carol]);
    assert_eq!(views[1].call, CallId::CONSULTATION, "the page knows it by that name");
    assert!(world.phones[anna].take_steps().contains(&Step::Hold(true)));

    // Going back, as ever.
    world.command(anna, say::to(CallId::CONSULTATION.0, say::end()));
    world.run(Duration::from_secs(1));
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Active)]);
    assert!(!calls(&world, boris)[0].held_by_remote && calls(&world, carol).is_empty());
}

#[test]
fn it_can_be_loaded_again_and_again() {
    let (mut world, [mut anna, boris, carol]) = talking();
    for _ in 0..3 {
        anna = reload(&mut world, anna);
        expect_as_before(&mut world, [anna, boris, carol]);
    }
}

#[test]
fn the_two_can_still_be_connected() {
    let (mut world, [anna, boris, carol]) = talking();
    let anna = reload(&mut world, anna);
    let views = expect_as_before(&mut world, [anna, boris, carol]);
    world.command(anna, transfer("", Some(views[1].call)));
    assert!(calls(&world, anna)[0].transferring);
    world.run_ms(200);
    let refer = world.heard.iter().rev().find(|(_, _, text)| text.starts_with("REFER")).expect("REFER");
    assert!(refer.2.contains("Refer-To: <sip:carol@demo.example?Replaces="), "{}", refer.2);
}

#[test]
fn who_was_held_before_they_waited_stays_so_when_the_consultation_ends() {
    let (mut world, [anna, boris, _]) = {
        let (mut world, phones) = asking();
        world.command(phones[0], say::to(7, say::end()));
        world.run_ms(500);
        world.command(phones[0], say::hold(true));
        world.run_ms(300);
        world.command(phones[0], consult("carol"));
        world.run_ms(300);
        world.command(phones[2], say::answer(DEFAULT));
        world.run_ms(300);
        (world, phones)
    };
    let anna = reload(&mut world, anna);
    world.command(anna, say::to(CallId::CONSULTATION.0, say::end()));
    world.run(Duration::from_secs(1));
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Hold)]);
    assert!(calls(&world, boris)[0].held_by_remote);
}

#[test]
fn a_colleague_who_has_not_answered_is_told_when_the_page_is_left_and_the_customer_waits_on() {
    let (mut world, [anna, boris, carol]) = asking();
    world.command(anna, Command::Leave);
    world.run_ms(100);
    assert_eq!(world.phones[carol].end().map(|end| end.outcome), Some(Outcome::Cancelled));
    assert!(!world.links_of(anna, 0).is_empty(), "there is a call yet");
    let anna = reload(&mut world, anna);
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Hold)]);
    assert!(calls(&world, boris)[0].held_by_remote);
    world.command(anna, say::hold(false));
    world.run(Duration::from_secs(1));
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Active)]);
    assert!(!calls(&world, boris)[0].held_by_remote);
}

#[test]
fn one_who_has_not_answered_when_the_page_crashes_is_not_taken_up() {
    let (mut world, [anna, boris, _]) = asking();
    let anna = reload(&mut world, anna);
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Hold)]);
    assert!(calls(&world, boris)[0].held_by_remote);
    // And another may be asked.
    world.command(anna, consult("dora"));
    world.run_ms(100);
    assert_eq!(calls(&world, anna).len(), 2);
}

#[test]
fn who_was_called_first_and_has_not_answered_is_told_too_and_the_phone_stops() {
    let mut world = World::new(1);
    let [anna, boris] = ["anna", "boris"].map(|login| world.phone(login));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(anna, Command::Leave);
    world.run_ms(100);
    assert_eq!(world.phones[boris].end().map(|end| end.outcome), Some(Outcome::Cancelled));
    assert!(world.links_of(anna, 0).is_empty());
}

#[test]
fn who_calls_is_not_refused_by_a_page_that_is_left() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(100);
    world.command(anna, Command::Leave);
    world.run_ms(100);
    assert_eq!(calls(&world, anna).len(), 1);
    assert!(!world.links_of(anna, 0).is_empty());
}

#[test]
fn without_the_colleague_the_customer_is_there_and_still_held() {
    // Gone while the page was.
    let (mut world, [anna, boris, carol]) = talking();
    world.phones[carol].frozen = true;
    world.cut(carol, 0);
    let (anna, kept) = gone(&mut world, anna);
    world.command(anna, say::resume(&kept));
    world.run_ms(100);
    // 481 to the re-INVITE, and to the INVITE with Replaces.
    for is_first in [true, false] {
        let (link, ours) = world.request(Method::Invite).expect("an INVITE");
        assert_eq!(ours.to_tag().is_some(), is_first);
        assert_eq!(ours.get(Name::Replaces).is_some(), !is_first);
        world.send(link, &wire::response(&ours, 481, "", None));
        world.run_ms(100);
    }
    world.run(Duration::from_secs(1));
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Hold)]);
    assert!(calls(&world, boris)[0].held_by_remote);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.call, &*end.remote.user), (CallId::CONSULTATION, "carol"));
    world.command(anna, say::hold(false));
    world.run(Duration::from_secs(1));
    assert!(!calls(&world, boris)[0].held_by_remote);
    assert!(world.phones[anna].kept().is_some_and(|kept| !kept.contains("carol")));
}

#[test]
fn without_the_customer_the_colleague_is_the_one_call() {
    let (mut world, [anna, boris, carol]) = talking();
    world.phones[boris].frozen = true;
    world.cut(boris, 0);
    let (anna, kept) = gone(&mut world, anna);
    world.command(anna, say::resume(&kept));
    world.run_ms(100);
    for _ in 0..2 {
        let (link, ours) = world.request(Method::Invite).expect("an INVITE");
        world.send(link, &wire::response(&ours, 481, "", None));
        world.run_ms(100);
    }
    assert_eq!(states(&world, anna), [of("carol", CallStatus::Active)]);
    assert!(calls(&world, carol)[0].connected);
    // It is kept as such.
    let anna = reload(&mut world, anna);
    assert_eq!(states(&world, anna), [of("carol", CallStatus::Active)]);
    assert_eq!(calls(&world, anna)[0].consults, None);
}

#[test]
fn a_microphone_that_is_no_more_loses_both() {
    let (mut world, [anna, boris, carol]) = talking();
    let (anna, kept) = gone(&mut world, anna);
    world.phones[anna].microphone = Some("NotAllowedError");
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(1));
    assert!(calls(&world, anna).is_empty() && calls(&world, carol).is_empty());
    assert!(calls(&world, boris).is_empty());
    assert_eq!(world.phones[anna].kept(), None);
}

#[test]
fn what_has_ended_is_kept_no_more() {
    let (mut world, [anna, boris, carol]) = talking();
    assert!(world.phones[anna].kept().is_some_and(|kept| kept.contains("carol")));
    world.command(carol, say::end());
    world.run_ms(500);
    assert!(world.phones[anna].kept().is_some_and(|kept| !kept.contains("carol")));
    let anna = reload(&mut world, anna);
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Active)]);
    world.command(boris, say::end());
    world.run_ms(200);
    assert_eq!(world.phones[anna].kept(), None);
}

#[test]
fn a_caller_who_hung_up_leaves_room_for_another_to_be_asked() {
    let (mut world, [anna, boris, carol]) = talking();
    world.command(boris, say::end());
    world.run_ms(200);
    world.command(anna, consult_as(8, "dora"));
    world.run_ms(100);
    assert_eq!(world.phones[anna].errors(), [""; 0]);
    let views = calls(&world, anna);
    assert_eq!(views[1].consults, Some(views[0].call));
    assert!(calls(&world, carol)[0].held_by_remote);
}

#[cfg(feature = "full")]
#[test]
fn where_several_are_talked_to_nobody_else_is_taken_for_the_one_who_waits() {
    let mut world = World::new(1);
    let anna = world.new_phone("anna");
    world.phones[anna].settings = Settings { one_call: false, ..Settings::default() };
    world.start(anna, &[0]);
    world.run(Duration::from_secs(1));
    for login in ["boris", "carol", "dora"] {
        let phone = world.phone(login);
        match calls(&world, anna).last() {
            Some(carol) if login == "dora" => world.command(anna, say::to(carol.call.0, consult(login))),
            _ => world.command(anna, say::dial(login, DEFAULT)),
        }
        world.run_ms(300);
        world.command(phone, say::answer(DEFAULT));
        world.run_ms(300);
    }
    assert_eq!(calls(&world, anna)[2].consults, Some(calls(&world, anna)[1].call));
    let anna = reload(&mut world, anna);
    let status = [CallStatus::Active, CallStatus::Hold, CallStatus::Active];
    assert_eq!(calls(&world, anna).iter().map(|view| view.status).collect::<Vec<_>>(), status);
    assert!(calls(&world, anna).iter().all(|view| view.consults.is_none()));
}

#[test]
fn media_that_cannot_be_made_anew_for_one_loses_that_one() {
    let (mut world, [anna, boris, _]) = talking();
    let (anna, kept) = gone(&mut world, anna);
    world.command(anna, say::resume(&kept));
    let peer = world.phones[anna].last_peer();
    world.body_says(anna, peer, PeerEvent::Failed { message: "no".into() });
    world.run(Duration::from_secs(1));
    assert_eq!(states(&world, anna), [of("boris", CallStatus::Hold)]);
    assert!(calls(&world, boris)[0].held_by_remote);
}
