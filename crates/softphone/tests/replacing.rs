//! Calls that take another's place (RFC 3891).

mod support;

use headset_sip::{Message, Method, Response};
use headset_softphone::{Input, MediaOptions, Permission};
use support::referring::{Story, calls};
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

/// An INVITE that wants a call's place, and the status that it is finally answered with.
fn replacing(story: &mut Story, branch: &str, replaces: &str) -> u16 {
    answer(story, branch, replaces).status()
}

fn answer(story: &mut Story, branch: &str, replaces: &str) -> Response {
    let invite = wire::invite("anna", branch, branch);
    let invite = invite.replace("Max-Forwards", &format!("{replaces}\r\nMax-Forwards"));
    story.world.send(story.link, &invite);
    story.world.run_ms(300);
    loop {
        let (_, message) = story.world.inbox.pop_front().expect("an answer");
        match message {
            Message::Response(response) if response.status() >= 200 => return response,
            _ => {}
        }
    }
}

/// The Replaces that names the story's call.
fn its_place(story: &Story) -> String {
    let own = story.invite.from_tag().expect("a tag");
    format!("Replaces: {};to-tag={own};from-tag=far", story.invite.call_id())
}

#[test]
fn only_a_call_that_is_there_can_be_replaced() {
    let mut story = Story::new(false);
    let (call, own) =
        (story.invite.call_id().to_string(), story.invite.from_tag().expect("a tag").to_string());
    let right = its_place(&story);
    // RFC 3891 §3
    assert_eq!(replacing(&mut story, "r1", &format!("Replaces: {call};to-tag={own};from-tag=x")), 481);
    assert_eq!(replacing(&mut story, "r1b", &format!("Replaces: {call};to-tag=x;from-tag=far")), 481);
    assert_eq!(replacing(&mut story, "r1c", &format!("Replaces: x;to-tag={own};from-tag=far")), 481);
    assert_eq!(replacing(&mut story, "r1d", "Replaces: nonsense"), 481);
    assert_eq!(
        replacing(&mut story, "r1e", &format!("{right}\r\nJoin: {call};to-tag={own};from-tag=far")),
        400
    );
    assert_eq!(replacing(&mut story, "r2", &format!("{right};early-only")), 486);
    assert_eq!(replacing(&mut story, "r3", &format!("{right}\r\n{right}")), 400);
    assert_eq!(calls(&story.world, story.anna).len(), 1);
    assert_eq!(replacing(&mut story, "r4", &right), 200);
    story.world.run_ms(200);
    let bye = story.world.request(Method::Bye);
    assert!(bye.is_some_and(|(_, bye)| bye.call_id() == call), "the old call is hung up");
    assert_eq!(replacing(&mut story, "r5", &right), 603, "it is being hung up already");
    // Nobody takes the place of a call that only rings here.
    story.world.phones[story.anna].end();
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    story.world.send(story.link, &wire::invite("anna", "c2", "c2"));
    story.world.run_ms(100);
    let (_, ringing) = story.world.response(180).expect("180");
    story.world.inbox.clear();
    let tag = ringing.to_tag().expect("a tag");
    assert_eq!(replacing(&mut story, "r6", &format!("Replaces: c2;to-tag={tag};from-tag=switch")), 481);
}

#[test]
fn whom_we_are_calling_may_call_back_in_its_place() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, say::dial("support", DEFAULT));
    world.run_ms(100);
    let (link, invite) = world.request(Method::Invite).expect("an INVITE");
    world.send(link, &wire::response(&invite, 180, "", None));
    world.run_ms(100);
    let (call, own) = (invite.call_id(), invite.from_tag().expect("a tag"));
    let replaces = format!("Replaces: {call};to-tag={own};from-tag=far;early-only\r\nMax-Forwards");
    world.send(link, &wire::invite("anna", "c2", "c2").replace("Max-Forwards", &replaces));
    world.run_ms(300);
    assert!(world.response(200).is_some() && world.request(Method::Cancel).is_some());
    assert_eq!(calls(&world, anna).iter().map(|view| &*view.id).collect::<Vec<_>>(), ["call-c2"]);
}

#[test]
fn the_microphone_stays_off_where_it_was_off() {
    let mut story = Story::new(false);
    story.world.command(story.anna, say::mute(true));
    story.world.phones[story.anna].take_steps();
    let place = its_place(&story);
    assert_eq!(replacing(&mut story, "r1", &place), 200);
    assert!(story.world.phones[story.anna].take_steps().contains(&Step::Mute(true)));
    assert!(calls(&story.world, story.anna)[0].muted);
}

#[test]
fn the_call_goes_on_with_the_media_options_that_it_had() {
    const WANTED: MediaOptions = MediaOptions(3);
    for permission in [Permission::Granted, Permission::Prompt] {
        let mut story = Story::dialled(false, WANTED);
        story.world.input(story.anna, Input::MicrophonePermission(permission));
        story.world.phones[story.anna].media.clear();
        let place = its_place(&story);
        let ok = answer(&mut story, "r1", &place);
        assert_eq!(story.world.phones[story.anna].media, [WANTED; 2], "the answer and the microphone");
        // So does one that takes the place of that one.
        story.world.phones[story.anna].media.clear();
        let tag = ok.to_tag().expect("a tag");
        assert_eq!(replacing(&mut story, "r2", &format!("Replaces: r1;to-tag={tag};from-tag=switch")), 200);
        assert_eq!(story.world.phones[story.anna].media, [WANTED; 2]);
    }
}

#[test]
fn a_peer_without_a_tag_is_named_by_0() {
    let mut story = Story::new(false);
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    let invite = wire::invite("anna", "c0", "b0").replace(";tag=switch", "");
    story.world.send(story.link, &invite);
    story.world.run_ms(100);
    story.world.command(story.anna, say::answer(DEFAULT));
    story.world.run_ms(100);
    let (_, ok) = story.world.response(200).expect("200");
    story.world.inbox.clear();
    let named = format!("Replaces: c0;to-tag={};from-tag=0", ok.to_tag().expect("a tag"));
    assert_eq!(replacing(&mut story, "r1", &named), 200);
}
