//! Blind transfers: who asked is told, the new party is rung, media is joined.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name, sdp};
use headset_switch::{Command, OfferEnd, Report, Side};
use support::transfer::Story;
use support::{DOMAIN, OFFER, Talk, offer};

const SDP: &str = "application/sdp";

fn refused(status: u16, reason: &str) -> OfferEnd {
    OfferEnd::Refused { status, reason: reason.into() }
}

#[test]
fn a_blind_transfer_joins_the_caller_with_the_new_party_and_lets_the_first_go() {
    let (mut story, ringing) = Story::ringing();
    assert!(ringing.get(Name::From).unwrap().contains("sip:79991234567@"), "{}", ringing.as_str());
    assert_eq!(ringing.get(Name::ReferredBy), Some(&*format!("<sip:anna@{DOMAIN}>")));
    assert_eq!(ringing.get_named("X-Headset-Call"), Some(&*story.talk.id));
    let renewed = story.pick_up(&ringing);
    story.answered(&renewed);

    let ack = story.world.request(story.boris.connection, Method::Ack);
    assert_eq!((ack.content_type(), ack.body()), (Some(SDP), OFFER));
    story.notified(200);
    let bye = story.world.request(story.talk.callee.connection, Method::Bye);
    story.talk.callee.reply(&mut story.world, &bye, 200, "OK");
    assert_eq!(story.world.all_reports(), [story.transferred()]);

    // The call is the two of them.
    let mut boris_dialog = story.boris.dialog(&ringing);
    let held = sdp::set_direction(OFFER, sdp::Direction::SendOnly);
    story.boris.ask(&mut story.world, &mut boris_dialog, Method::Invite, Some((SDP, &held)));
    story.world.response(story.boris.connection, 100);
    let hold = story.renewed();
    story.answered(&hold);
    story.world.response(story.boris.connection, 200);
    assert_eq!(story.world.report(), Report::Held { call: story.id(), by: Side::Callee });
    story.guest_hangs_up();
    story.world.request(story.boris.connection, Method::Bye);
    assert_eq!(story.world.report(), story.ended(Side::Caller));
}

#[test]
fn the_caller_may_hand_over_too_and_the_new_party_takes_the_callers_side() {
    let Story { mut world, mut talk, boris } = Story::new();
    talk.caller.refer(&mut world, &mut talk.caller_dialog, &format!("<sip:boris@{DOMAIN}>"), &[]);
    world.response(talk.caller.connection, 202);
    talk.caller.notified(&mut world, 100);
    world.all_reports();
    offer(&mut world, &talk.id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    assert!(ringing.get(Name::From).unwrap().contains("sip:anna@"));
    boris.send_ok(&mut world, &ringing);
    let renewed = world.request(talk.callee.connection, Method::Invite);
    talk.callee.accept(&mut world, &renewed, OFFER);
    world.request(boris.connection, Method::Ack);
    talk.caller.notified(&mut world, 200);
    world.request(talk.caller.connection, Method::Bye);
    world.all_reports();
    boris.hang_up(&mut world, &mut boris.dialog(&ringing));
    world.request(talk.callee.connection, Method::Bye);
    assert_eq!(world.all_reports(), [Report::CallEnded { call: talk.id, by: Side::Caller }]);
}

#[test]
fn a_refusal_is_told_and_the_first_still_has_the_caller() {
    let (mut story, ringing) = Story::ringing();
    story.boris.refuse(&mut story.world, &ringing, 486, "Busy Here");
    assert_eq!(story.world.all_reports(), [story.offer_ended(refused(486, "Busy Here"))]);
    story.given_up(486, "Busy Here");
    story.notified(486);
    story.still_talking();
    // And may try somebody else.
    story.refer("support");
}

#[test]
fn no_answer_in_time_withdraws_the_ringing_and_the_caller_stays() {
    let (mut story, ringing) = Story::ringing();
    story.world.command(Command::CancelOffer { call: story.id(), login: "boris".into() });
    story.world.request(story.boris.connection, Method::Cancel);
    story.boris.reply(&mut story.world, &ringing, 487, "Request Terminated");
    story.world.all_reports();
    story.given_up(480, "No answer");
    assert_eq!(story.notified(480).body(), "SIP/2.0 480 No answer\r\n");
    story.still_talking();
}

#[test]
fn a_join_waits_for_an_offer_that_is_under_way_and_tries_again_after_glare() {
    let (mut story, ringing) = Story::ringing();
    let held = sdp::set_direction(OFFER, sdp::Direction::SendOnly);
    let Talk { callee, callee_dialog, .. } = &mut story.talk;
    callee.ask(&mut story.world, callee_dialog, Method::Invite, Some((SDP, &held)));
    story.world.response(callee.connection, 100);
    let hold = story.renewed();
    story.boris.send_ok(&mut story.world, &ringing);
    story.world.nothing(story.talk.caller.connection);
    story.answered(&hold);
    story.world.response(story.talk.callee.connection, 200);
    let renewed = story.renewed();
    let Talk { caller, caller_dialog, .. } = &mut story.talk;
    caller.refuse(&mut story.world, &renewed, 491, "Request Pending");
    // The caller's own offer, which that one has crossed, finds the join and is glare too.
    caller.ask(&mut story.world, caller_dialog, Method::Invite, Some((SDP, OFFER)));
    story.world.response(caller.connection, 100);
    story.world.response(caller.connection, 491);
    story.world.seconds(2);
    let renewed = story.renewed();
    story.answered(&renewed);
    story.world.request(story.boris.connection, Method::Ack);
    assert!(story.world.all_reports().contains(&story.transferred()));
}

#[test]
fn a_caller_who_refuses_the_new_media_stays_and_the_new_party_is_let_go() {
    let (mut story, ringing) = Story::ringing();
    let renewed = story.pick_up(&ringing);
    story.talk.caller.refuse(&mut story.world, &renewed, 488, "Not Acceptable Here");
    story.boris_is_let_go();
    assert_eq!(story.world.all_reports(), [story.offer_ended(refused(488, "Not Acceptable Here"))]);
    story.given_up(488, "Not Acceptable Here");
    story.notified(488);
    story.still_talking();
}

#[test]
fn the_place_in_a_queue_is_told_to_who_asked() {
    let mut story = Story::new();
    story.refer("sales");
    for _ in 0..2 {
        story.world.command(Command::ShowPlace { call: story.id(), position: 2, waiting: 5 });
    }
    assert_eq!(story.notified(182).body(), "SIP/2.0 182 Queued, 2 of 5\r\n");
    story.world.nothing(story.talk.callee.connection);
    story.world.nothing(story.talk.caller.connection);
}

#[test]
fn who_wants_no_notifies_gets_none() {
    let mut story = Story::new();
    let to = format!("<sip:boris@{DOMAIN}>");
    story.send_refer(&to, &[("Refer-Sub", "false"), ("Require", "norefersub")]);
    let accepted = story.world.response(story.talk.callee.connection, 202);
    assert_eq!(accepted.get_named("Refer-Sub"), Some("false"));
    story.world.all_reports();
    story.given_up(404, "Nobody");
    story.world.nothing(story.talk.callee.connection);
}

#[test]
fn a_refer_that_cannot_be_followed_is_refused_or_told_so() {
    let mut story = Story::new();
    let anna = story.talk.callee.connection;
    for to in ["<nonsense>", "<sip:a@b?Replaces=nonsense>"] {
        story.send_refer(to, &[]);
        story.world.response(anna, 400);
    }
    story.send_refer(&format!("<sip:a@{DOMAIN}>"), &[("Refer-To", "<sip:b@c>")]);
    story.world.response(anna, 400);
    for (to, status) in [
        ("<sip:boris@elsewhere.example>".to_owned(), 404),
        (format!("<sip:boris@{DOMAIN}?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>"), 481),
    ] {
        story.send_refer(&to, &[]);
        story.world.response(anna, 202);
        story.notified(100);
        story.notified(status);
    }
    story.world.no_report();
    story.refer("tel");
    story.send_refer(&format!("<sip:boris@{DOMAIN}>"), &[]);
    story.world.response(anna, 491);
}
