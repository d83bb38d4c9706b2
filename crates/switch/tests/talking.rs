//! Answered calls: hold, keys, hanging up, and what happens when signalling goes away.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name, sdp};
use headset_switch::{Command, Report, Side};
use support::{ANSWER, Client, OFFER, Talk, World, talk};

const SDP: &str = "application/sdp";
const DTMF: &str = "application/dtmf-relay";
const MEDIA: &str = "application/x-headset-media";

fn held() -> String {
    sdp::set_direction(OFFER, sdp::Direction::SendOnly)
}

fn ended(call: &str, by: Side) -> Report {
    Report::CallEnded { call: call.into(), by }
}

#[test]
fn the_caller_hangs_up() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    caller.hang_up(&mut world, &mut caller_dialog);
    let bye = world.request(callee.connection, Method::Bye);
    callee.reply(&mut world, &bye, 200, "OK");
    assert_eq!(world.all_reports(), [ended(&id, Side::Caller)]);
    // What comes later finds no call.
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((DTMF, "Signal=1\r\n")));
    world.response(caller.connection, 481);
}

#[test]
fn the_callee_hangs_up_and_the_byes_may_cross() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, mut callee_dialog } = talk(&mut world);
    callee.hang_up(&mut world, &mut callee_dialog);
    let bye = world.request(caller.connection, Method::Bye);
    caller.hang_up(&mut world, &mut caller_dialog);
    caller.reply(&mut world, &bye, 200, "OK");
    assert_eq!(world.all_reports(), [ended(&id, Side::Callee)]);
}

#[test]
fn the_system_hangs_up_with_a_reason() {
    let mut world = World::new();
    let Talk { id, caller, callee, .. } = talk(&mut world);
    world.command(Command::HangUp { call: id.clone(), reason: "The shift is over".into() });
    for client in [&caller, &callee] {
        let bye = world.request(client.connection, Method::Bye);
        assert_eq!(bye.get(Name::Reason), Some("SIP;cause=200;text=\"The shift is over\""));
    }
    assert_eq!(world.all_reports(), [ended(&id, Side::System)]);
}

#[test]
fn hold_and_resume_pass_through_and_are_reported_when_accepted() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut callee_dialog, .. } = talk(&mut world);
    for (body, report) in [
        (held(), Report::Held { call: id.clone(), by: Side::Callee }),
        (OFFER.to_owned(), Report::Resumed { call: id.clone(), by: Side::Callee }),
    ] {
        callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &body)));
        world.response(callee.connection, 100);
        let forwarded = world.request(caller.connection, Method::Invite);
        assert_eq!(forwarded.body(), body);
        world.no_report();
        caller.send_ok(&mut world, &forwarded);
        world.request(caller.connection, Method::Ack);
        assert_eq!(world.response(callee.connection, 200).body(), ANSWER);
        let ack = callee_dialog.ack(callee_dialog.local_seq);
        let ack = ack.via("WS", "client.invalid", &world.entropy.branch()).finish();
        world.send(callee.connection, ack.into_string());
        assert_eq!(world.report(), report);
    }
    world.seconds(40);
    world.nothing(callee.connection);
    world.no_report();
}

#[test]
fn a_refused_hold_is_refused_with_the_same_answer_and_changes_nothing() {
    let mut world = World::new();
    let Talk { caller, callee, mut callee_dialog, .. } = talk(&mut world);
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &held())));
    world.response(callee.connection, 100);
    let forwarded = world.request(caller.connection, Method::Invite);
    caller.refuse(&mut world, &forwarded, 488, "Not Acceptable Here");
    assert_eq!(world.response(callee.connection, 488).reason(), "Not Acceptable Here");
    world.no_report();
}

#[test]
fn two_offers_that_cross_are_both_answered_491() {
    let mut world = World::new();
    let Talk { caller, callee, mut caller_dialog, mut callee_dialog, .. } = talk(&mut world);
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &held())));
    world.response(callee.connection, 100);
    let forwarded = world.request(caller.connection, Method::Invite);
    caller.ask(&mut world, &mut caller_dialog, Method::Invite, Some((SDP, &held())));
    world.response(caller.connection, 100);
    world.response(caller.connection, 491);
    caller.refuse(&mut world, &forwarded, 491, "Request Pending");
    world.response(callee.connection, 491);
    world.no_report();
}

#[test]
fn a_second_offer_before_the_first_is_answered_is_500_with_retry_after() {
    let mut world = World::new();
    let Talk { caller, callee, mut callee_dialog, .. } = talk(&mut world);
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &held())));
    world.response(callee.connection, 100);
    world.request(caller.connection, Method::Invite);
    callee.ask(&mut world, &mut callee_dialog, Method::Update, Some((SDP, OFFER)));
    assert!(world.response(callee.connection, 500).get(Name::RetryAfter).is_some());
}

#[test]
fn keys_pass_through_and_get_the_other_ends_answer() {
    let mut world = World::new();
    let Talk { caller, callee, mut caller_dialog, .. } = talk(&mut world);
    for status in [200, 415] {
        let body = "Signal=5\r\nDuration=160\r\n";
        caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((DTMF, body)));
        let info = world.request(callee.connection, Method::Info);
        assert_eq!((info.content_type(), info.body()), (Some(DTMF), body));
        callee.reply(&mut world, &info, status, "So");
        world.response(caller.connection, status);
    }
}

#[test]
fn an_old_cseq_is_500_and_somebody_elses_request_finds_no_call() {
    let mut world = World::new();
    let Talk { id, caller, mut caller_dialog, .. } = talk(&mut world);
    let mallory = Client::registered(&mut world, "mallory");
    mallory.ask(&mut world, &mut caller_dialog.clone(), Method::Bye, None);
    world.response(mallory.connection, 481);
    caller_dialog.local_seq = 0;
    caller.ask(&mut world, &mut caller_dialog, Method::Bye, None);
    world.response(caller.connection, 500);
    assert!(!world.all_reports().contains(&ended(&id, Side::Caller)));
}

#[test]
fn a_lost_connection_loses_no_call_and_the_dialog_goes_on_on_a_new_one() {
    let mut world = World::new();
    let Talk { caller, mut callee, mut caller_dialog, mut callee_dialog, .. } = talk(&mut world);
    world.lose(callee.connection);
    world.all_reports();
    world.seconds(4);

    // What the caller asks meanwhile waits for the other to be back.
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((DTMF, "Signal=7\r\n")));
    world.nothing(caller.connection);
    callee.connection = world.connect();
    let challenge = callee.challenged(&mut world);
    let request = callee.register_request(&mut world, 600);
    callee.send_answer(&mut world, request, &challenge);
    world.response(callee.connection, 200);
    let info = world.request(callee.connection, Method::Info);
    assert_eq!(info.body(), "Signal=7\r\n");
    callee.reply(&mut world, &info, 200, "OK");
    world.response(caller.connection, 200);

    callee_dialog.local_seq += 100;
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, OFFER)));
    world.response(callee.connection, 100);
    let forwarded = world.request(caller.connection, Method::Invite);
    caller.send_ok(&mut world, &forwarded);
    world.request(caller.connection, Method::Ack);
    world.response(callee.connection, 200);
}

#[test]
fn a_request_to_an_end_that_stays_away_is_480_after_10_s_and_the_call_goes_on() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    world.lose(callee.connection);
    caller.ask(&mut world, &mut caller_dialog, Method::Invite, Some((SDP, &held())));
    world.response(caller.connection, 100);
    world.seconds(9);
    world.nothing(caller.connection);
    world.seconds(2);
    world.response(caller.connection, 480);
    assert!(!world.all_reports().contains(&ended(&id, Side::Callee)));
}

#[test]
fn a_request_under_way_on_a_connection_that_dies_is_asked_again_on_the_next() {
    let mut world = World::new();
    let Talk { caller, callee, mut caller_dialog, .. } = talk(&mut world);
    let other = Client::registered_on(&mut world, "anna", 1);
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((DTMF, "Signal=3\r\n")));
    let first = world.request(callee.connection, Method::Info);
    world.lose(callee.connection);
    let second = world.request(other.connection, Method::Info);
    assert!(second.cseq().unwrap().number > first.cseq().unwrap().number);
    other.reply(&mut world, &second, 200, "OK");
    world.response(caller.connection, 200);
}

#[test]
fn lost_media_and_lost_signalling_together_end_the_call() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    world.lose(callee.connection);
    world.all_reports();
    world.seconds(30);
    world.no_report();
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((MEDIA, "lost\r\n")));
    world.response(caller.connection, 200);
    let bye = world.request(caller.connection, Method::Bye);
    assert!(bye.get(Name::Reason).unwrap().contains("408"));
    assert_eq!(world.all_reports(), [ended(&id, Side::Callee)]);
}

#[test]
fn lost_media_alone_ends_nothing_until_signalling_goes_too() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((MEDIA, "lost")));
    let told = world.request(callee.connection, Method::Info);
    callee.reply(&mut world, &told, 200, "OK");
    world.response(caller.connection, 200);
    world.seconds(30);
    world.no_report();
    // Half a minute later the report is old news.
    world.hang(callee.connection);
    world.seconds(12);
    assert!(!world.all_reports().contains(&ended(&id, Side::Callee)));
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((MEDIA, "lost")));
    assert!(world.all_reports().contains(&ended(&id, Side::Callee)));
}

#[test]
fn signalling_that_dies_soon_after_media_ends_the_call_as_soon_as_it_is_noticed() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    world.hang(callee.connection);
    world.seconds(4);
    caller.ask(&mut world, &mut caller_dialog, Method::Info, Some((MEDIA, "lost")));
    world.no_report();
    world.seconds(10);
    assert!(world.all_reports().contains(&ended(&id, Side::Callee)));
    // The INFO was on its way to a page that no longer answers.
    world.response(caller.connection, 487);
    world.request(caller.connection, Method::Bye);
}

#[test]
fn a_call_that_neither_end_comes_back_to_is_over_after_a_minute() {
    let mut world = World::new();
    let Talk { id, caller, callee, .. } = talk(&mut world);
    world.lose(callee.connection);
    world.lose(caller.connection);
    world.all_reports();
    world.seconds(59);
    world.no_report();
    world.seconds(2);
    assert_eq!(world.all_reports(), [ended(&id, Side::System)]);
}

#[test]
fn one_end_that_is_back_within_the_minute_keeps_the_call() {
    let mut world = World::new();
    let Talk { id, mut caller, callee, .. } = talk(&mut world);
    world.lose(callee.connection);
    world.lose(caller.connection);
    world.seconds(50);
    caller.reconnect(&mut world);
    world.seconds(120);
    assert!(!world.all_reports().contains(&ended(&id, Side::System)));
}

#[test]
fn a_bye_waits_for_an_end_that_is_away_and_a_frozen_page_learns_of_it_when_it_wakes() {
    let mut world = World::new();
    let Talk { caller, mut callee, mut caller_dialog, .. } = talk(&mut world);
    world.lose(callee.connection);
    caller.hang_up(&mut world, &mut caller_dialog);
    world.seconds(8);
    callee.connection = world.connect();
    callee.challenged(&mut world);
    callee.reconnect(&mut world);
    world.request(callee.connection, Method::Bye);
}

#[test]
fn a_reinvite_taken_back_is_cancelled_at_the_other_end() {
    let mut world = World::new();
    let Talk { caller, callee, mut callee_dialog, .. } = talk(&mut world);
    let reinvite = callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &held())));
    world.response(callee.connection, 100);
    let forwarded = world.request(caller.connection, Method::Invite);
    caller.reply(&mut world, &forwarded, 100, "Trying");
    callee.cancel(&mut world, &reinvite);
    world.response(callee.connection, 200);
    let cancel = world.request(caller.connection, Method::Cancel);
    caller.reply(&mut world, &cancel, 200, "OK");
    caller.refuse(&mut world, &forwarded, 487, "Request Terminated");
    world.response(callee.connection, 487);
}

#[test]
fn hanging_up_while_a_reinvite_is_under_way_ends_that_too() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, mut callee_dialog } = talk(&mut world);
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, &held())));
    world.response(callee.connection, 100);
    let forwarded = world.request(caller.connection, Method::Invite);
    caller.hang_up(&mut world, &mut caller_dialog);
    world.response(callee.connection, 487);
    world.request(callee.connection, Method::Bye);
    caller.send_ok(&mut world, &forwarded);
    world.request(caller.connection, Method::Ack);
    assert_eq!(world.all_reports(), [ended(&id, Side::Caller)]);
}
