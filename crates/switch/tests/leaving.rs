//! Who hangs up or is away while a call is handed over.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name};
use headset_switch::{OfferEnd, Report, Side};
use support::transfer::Story;
use support::{OFFER, Talk};

#[test]
fn a_caller_who_hangs_up_meanwhile_ends_everything() {
    let (mut story, ringing) = Story::ringing();
    story.guest_hangs_up();
    story.world.request(story.boris.connection, Method::Cancel);
    story.boris.reply(&mut story.world, &ringing, 487, "Request Terminated");
    story.ended_by_the_guest();
}

#[test]
fn a_caller_who_hangs_up_while_being_joined_ends_the_new_party_too() {
    let (mut story, ringing) = Story::ringing();
    story.pick_up(&ringing);
    story.guest_hangs_up();
    story.boris_is_let_go();
    story.ended_by_the_guest();
}

#[test]
fn who_hangs_up_after_asking_has_left_and_the_transfer_goes_on() {
    let mut story = Story::asked();
    story.anna_hangs_up();
    assert_eq!(story.world.report(), Report::PartyLeft { call: story.id(), by: Side::Callee });
    story.world.nothing(story.talk.caller.connection);
    // The caller hears nobody, and that is nobody's fault.
    let Talk { caller, caller_dialog, .. } = &mut story.talk;
    let body = Some(("application/x-headset-media", "lost"));
    caller.ask(&mut story.world, caller_dialog, Method::Info, body);
    story.world.response(caller.connection, 200);
    story.world.seconds(70);
    story.world.no_report();

    let ringing = story.invited();
    let renewed = story.pick_up(&ringing);
    story.answered(&renewed);
    story.acknowledged_with(OFFER);
    assert_eq!(story.world.all_reports(), [story.transferred()]);
    story.world.nothing(story.talk.callee.connection);
}

#[test]
fn a_transfer_that_fails_after_who_asked_has_left_ends_the_call() {
    let mut story = Story::asked();
    story.anna_hangs_up();
    story.world.all_reports();
    story.given_up(480, "No answer");
    let bye = story.world.request(story.talk.caller.connection, Method::Bye);
    assert_eq!(bye.get(Name::Reason), Some("SIP;cause=480;text=\"No answer\""));
    assert_eq!(story.world.all_reports(), [story.ended(Side::System)]);
}

#[test]
fn a_new_party_who_hangs_up_at_once_is_a_refusal() {
    let (mut story, ringing) = Story::ringing();
    let renewed = story.pick_up(&ringing);
    let mut dialog = story.boris.dialog(&ringing);
    story.boris.ask(&mut story.world, &mut dialog, Method::Bye, None);
    assert!(matches!(
        story.world.report(),
        Report::OfferEnded { end: OfferEnd::Refused { status: 480, .. }, .. }
    ));
    // The answer that comes anyway is acknowledged.
    story.answered(&renewed);
    story.world.no_report();
}

/// The caller is away when Boris picks up, and stays away for 3 s.
fn caller_away() -> Story {
    let (mut story, ringing) = Story::ringing();
    story.world.lose(story.talk.caller.connection);
    story.boris.send_ok(&mut story.world, &ringing);
    story.world.seconds(3);
    story.world.nothing(story.boris.connection);
    story.world.all_reports();
    story
}

#[test]
fn a_caller_who_is_away_is_joined_when_back() {
    let mut story = caller_away();
    story.talk.caller.reconnect(&mut story.world);
    let renewed = story.renewed();
    story.answered(&renewed);
    story.acknowledged_with(OFFER);
    assert!(story.world.all_reports().contains(&story.transferred()));
}

#[test]
fn a_caller_who_is_away_is_given_up_after_20_s() {
    let mut story = caller_away();
    story.world.seconds(17);
    story.boris_is_let_go();
    assert!(matches!(story.world.report(), Report::OfferEnded { .. }));
}
