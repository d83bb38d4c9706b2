//! Anna's phone rings; the caller is played by hand.

use super::{World, say, wire};
use headset_softphone::{Input, MediaOptions, Permission, Settings};

pub const DEFAULT: MediaOptions = MediaOptions(0);

/// Anna, registered with two registrars, whose phone rings on the first one.
pub fn ringing(permission: Permission) -> (World, usize, usize) {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    world.input(anna, Input::MicrophonePermission(permission));
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(100);
    (world, anna, link)
}

/// Anna, registered with one registrar, gets an INVITE with these header lines more.
pub fn rung(settings: Settings, extra: &str) -> (World, usize, usize) {
    let (mut world, anna) = World::with(settings);
    world.input(anna, Input::MicrophonePermission(Permission::Granted));
    let link = world.link(anna, 0);
    world.send(
        link,
        &wire::invite("anna", "c1", "b1").replace("Max-Forwards", &format!("{extra}Max-Forwards")),
    );
    world.run_ms(100);
    (world, anna, link)
}

pub fn answer(world: &mut World, anna: usize) {
    world.command(anna, say::answer(DEFAULT));
    world.run_ms(100);
}

/// Acknowledges the 200 that must be there, and gives the phone's tag.
pub fn acknowledge(world: &mut World, link: usize) -> String {
    let (_, ok) = world.response(200).expect("a 200");
    let tag = ok.to_tag().expect("a tag").to_string();
    world.send(link, &wire::within("ACK", "anna", "c1", &tag, 1, None));
    world.run_ms(50);
    tag
}

/// The ACK of the 200, with this answer in it.
pub fn say_ack(world: &mut World, link: usize, tag: &str, answer: Option<&str>) {
    let content = answer.map(|answer| ("application/sdp", answer));
    world.send(link, &wire::within("ACK", "anna", "c1", tag, 1, content));
    world.run_ms(100);
}

/// Talking, with the phone's tag.
pub fn talking() -> (World, usize, usize, String) {
    let (mut world, anna, link) = ringing(Permission::Granted);
    answer(&mut world, anna);
    let tag = acknowledge(&mut world, link);
    world.phones[anna].take_steps();
    world.inbox.clear();
    (world, anna, link, tag)
}
