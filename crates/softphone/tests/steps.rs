//! The named steps of a call, for the timeline of a shift (`docs/events.md`).

mod support;

use headset_softphone::{Event, Permission};
use support::World;
use support::ringing::{acknowledge, answer, ringing};
use support::wire;

/// Every step of a call since this was last asked, each with its names and values.
fn steps(world: &mut World, phone: usize) -> Vec<String> {
    let mut steps = Vec::new();
    for event in world.phones[phone].events.drain(..) {
        if let Event::Trace { name, fields } = event
            && name.starts_with("call_")
        {
            steps.push(format!("{name} {}", fields.join(" ")));
        }
    }
    steps
}

#[test]
fn a_call_is_told_step_by_step_with_its_name() {
    let (mut world, anna, link) = ringing(Permission::Granted);
    assert_eq!(steps(&mut world, anna), ["call_offered call call-c1 from 79991234567"]);
    answer(&mut world, anna);
    let tag = acknowledge(&mut world, link);
    assert_eq!(steps(&mut world, anna), ["call_answered call call-c1"]);
    world.send(link, &wire::within("BYE", "anna", "c1", &tag, 8, None));
    world.run_ms(50);
    assert_eq!(steps(&mut world, anna), ["call_ended call call-c1 cause Terminated"]);
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1").replace("sip:79991234567@", "sip:"));
    world.run_ms(100);
    assert_eq!(steps(&mut world, anna), ["call_offered call call-c1"]);
}
