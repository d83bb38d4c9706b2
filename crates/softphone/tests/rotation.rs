//! Other registrars than before: none is left before there is another, and then none is kept.

mod support;

use headset_softphone::{Command, FlowStatus, Registrar, UserAgentStatus};
use std::time::Duration;
use support::{Reply, World};

const MINUTE: Duration = Duration::from_secs(60);

fn status(world: &World, phone: usize) -> UserAgentStatus {
    world.phones[phone].softphone.user_agent_status()
}

fn flows(world: &World, phone: usize) -> Vec<FlowStatus> {
    world.phones[phone].softphone.flows().iter().map(|flow| flow.status).collect()
}

/// Anna, registered with the first of two.
fn first_of_two() -> (World, usize) {
    let mut world = World::new(2);
    let anna = world.new_phone("anna");
    world.start(anna, &[0]);
    world.run(Duration::from_secs(1));
    (world, anna)
}

fn move_to(world: &mut World, phone: usize, registrars: &[usize]) {
    let list = registrars.iter().map(|index| world.registrars[*index].description());
    let list: Vec<Registrar> = list.collect();
    world.command(phone, Command::SetRegistrars(list));
}

#[test]
fn rotation_brings_the_new_registrar_before_the_old_one_goes() {
    let mut world = World::new(3);
    let anna = world.new_phone("anna");
    world.start(anna, &[0, 1]);
    world.run(Duration::from_secs(1));
    world.registrars[2].down = true;
    move_to(&mut world, anna, &[1, 2]);
    world.run(Duration::from_secs(5));
    // The new one does not answer: nothing is left yet.
    assert_eq!(world.registrars[0].bindings.len(), 1);
    assert_eq!(flows(&world, anna)[0], FlowStatus::Leaving);
    world.registrars[2].down = false;
    for _ in 0..500 {
        world.run_ms(10);
        let reachable = world.registrars.iter().filter(|registrar| !registrar.bindings.is_empty()).count();
        assert!(reachable >= 2, "never fewer than before");
    }
    assert!(world.registrars[0].bindings.is_empty());
    assert_eq!(world.registrars[0].seen.last().map(|seen| seen.expires), Some(0));
    assert!(world.links_of(anna, 0).is_empty());
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
    assert_eq!(world.registrars[1].seen.len(), 2, "the one in both lists is not touched");
}

#[test]
fn a_registrar_that_never_comes_up_does_not_keep_a_drained_one_for_ever() {
    let mut world = World::new(3);
    let anna = world.new_phone("anna");
    world.start(anna, &[0, 1]);
    world.run(Duration::from_secs(1));
    world.registrars[2].down = true;
    move_to(&mut world, anna, &[1, 2]);
    world.run(Duration::from_secs(12));
    assert!(world.registrars[0].bindings.is_empty());
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
}

#[test]
fn the_only_one_that_works_is_kept_until_another_does() {
    let (mut world, anna) = first_of_two();
    world.registrars[1].down = true;
    move_to(&mut world, anna, &[1]);
    world.run(5 * MINUTE);
    assert_eq!((status(&world, anna), world.registrars[0].bindings.len()), (UserAgentStatus::Registered, 1));
    world.registrars[1].down = false;
    world.run(MINUTE);
    assert_eq!((world.links_of(anna, 0).len(), world.registrars[0].bindings.len()), (0, 0));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
}

#[test]
fn one_that_is_being_left_and_hangs_up_is_left_for_good() {
    let (mut world, anna) = first_of_two();
    world.registrars[1].down = true;
    move_to(&mut world, anna, &[1]);
    world.run(Duration::from_secs(1));
    world.cut(anna, 0);
    world.run(MINUTE);
    assert_eq!(world.links.iter().filter(|link| link.registrar == 0).count(), 1, "no other connection to it");
}

#[test]
fn one_that_comes_back_while_goodbye_is_said_to_it_is_registered_with_anew() {
    let (mut world, anna) = first_of_two();
    let seen = world.registrars[0].seen.len();
    move_to(&mut world, anna, &[1]);
    world.registrars[0].script.push_back(Reply::Silence);
    while world.registrars[0].seen.len() == seen {
        world.run_ms(10);
    }
    assert_eq!(world.registrars[0].seen.last().map(|seen| seen.expires), Some(0));
    move_to(&mut world, anna, &[0]);
    world.run(Duration::from_secs(5));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
    assert_eq!(world.links_of(anna, 0).len(), 1);
}

#[test]
fn one_that_has_moved_to_another_address_is_another() {
    let (mut world, anna) = first_of_two();
    let (old, new) = (world.registrars[0].description(), world.registrars[1].description());
    world
        .command(anna, Command::SetRegistrars(vec![Registrar::new(old.id, new.uri, old.weight, old.reg_id)]));
    world.run(Duration::from_secs(2));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
    assert_eq!((world.links_of(anna, 0).len(), world.links_of(anna, 1).len()), (0, 1));
}

#[test]
fn a_list_of_none_is_a_mistake_that_changes_nothing() {
    let (mut world, anna) = first_of_two();
    move_to(&mut world, anna, &[]);
    world.run(MINUTE);
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
    assert_eq!(world.links.len(), 1);
}
