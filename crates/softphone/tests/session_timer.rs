//! Sessions that expire (RFC 4028).
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name, Request};
use headset_softphone::{CallOptions, CallStatus, Settings};
use std::time::Duration;
use support::answered::Story;
use support::ringing::rung;
use support::{World, calling, wire};

fn expiring(session_expires: u32) -> Settings {
    Settings { session_expires, ..Settings::default() }
}

/// Anna has called; her INVITE was answered with these headers more.
fn called(session_expires: u32, extra: &str) -> (World, usize, usize, Request) {
    let mut story = calling::Story::calling(CallOptions::default(), expiring(session_expires));
    story.says("far", 200, extra, Some(&calling::sdp("far")));
    story.world.inbox.clear();
    let calling::Story { world, anna, link, invite } = story;
    (world, anna, link, invite)
}

/// Anna has answered an INVITE with these headers more; the 200's text.
fn answered(session_expires: u32, extra: &str) -> (World, usize, usize, String) {
    let (Story { world, anna, link, .. }, ok) = Story::of(expiring(session_expires), extra);
    (world, anna, link, ok.as_str().into())
}

fn is_over(world: &mut World, anna: usize) -> bool {
    world.phones[anna].end().is_some()
}

#[test]
fn unasked_no_session_expires() {
    let (mut world, anna, _, invite) = called(0, "");
    assert!(invite.get(Name::SessionExpires).is_none() && invite.lists(Name::Supported, "timer"));
    world.run(Duration::from_secs(4000));
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
    assert_eq!(world.count("UPDATE") + world.count("BYE"), 0);
    let (.., ok) = answered(0, "Supported: timer\r\n");
    assert!(!ok.contains("Session-Expires"));
}

#[cfg(feature = "full")]
#[test]
fn the_caller_refreshes_by_update_at_half_the_time() {
    let extra = "Session-Expires: 120;refresher=uac\r\nAllow: INVITE, UPDATE\r\n";
    let (mut world, anna, link, invite) = called(120, extra);
    assert_eq!((invite.get(Name::SessionExpires), invite.get(Name::MinSe)), (Some("120"), None));
    world.phones[anna].take_steps();
    world.run(Duration::from_secs(58));
    assert_eq!(world.count("UPDATE"), 0);
    world.run(Duration::from_secs(3));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    assert!(update.body().is_empty());
    assert_eq!(update.get(Name::SessionExpires), Some("120;refresher=uac"));
    world.send(link, &wire::response(&update, 200, "Session-Expires: 120;refresher=uac\r\n", None));
    world.run(Duration::from_secs(61));
    assert!(world.request(Method::Update).is_some(), "and again");
    assert_eq!(world.phones[anna].take_steps(), [], "nothing was offered, so nothing is taken back");
    // RFC 4028 §10: unanswered it ends with BYE, before the far end forgets it.
    assert!(!is_over(&mut world, anna));
    world.run(Duration::from_secs(29));
    assert!(is_over(&mut world, anna));
    world.run_ms(100);
    let (_, bye) = world.request(Method::Bye).expect("BYE");
    assert!(bye.get(Name::Reason).is_some_and(|reason| reason.contains("cause=408")));
}

#[test]
fn who_takes_no_update_is_refreshed_by_reinvite() {
    let (mut world, _, link, _) = called(90, "Session-Expires: 90;refresher=uac\r\nAllow: INVITE, BYE\r\n");
    world.run(Duration::from_secs(46));
    assert_eq!(world.count("UPDATE"), 0);
    let (_, again) = world.request(Method::Invite).expect("a re-INVITE");
    assert!(again.body().contains("a=sendrecv"));
    let sdp = wire::described("far", "sendrecv");
    world.send(link, &wire::response(&again, 200, "Session-Expires: 90;refresher=uac\r\n", Some(&sdp)));
    world.run_ms(100);
    assert!(world.request(Method::Ack).is_some());

    // Or by re-INVITE from then on, where Allow promised too much.
    let (mut world, _, link, _) = called(90, "Session-Expires: 90;refresher=uac\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(46));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    world.send(link, &wire::response(&update, 405, "", None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_some());
}

#[test]
fn a_refresh_that_fails_is_tried_again() {
    let (mut world, anna, link, _) = called(120, "Session-Expires: 120;refresher=uac\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(61));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    world.phones[anna].take_steps();
    world.send(link, &wire::response(&update, 503, "", None));
    world.run(Duration::from_secs(16));
    assert_eq!(world.phones[anna].take_steps(), [], "nothing was offered that could be taken back");
    let (_, update) = world.request(Method::Update).expect("another UPDATE");
    // RFC 4028 §10, RFC 3261 §12.2.1.2
    world.send(link, &wire::response(&update, 481, "", None));
    world.run_ms(100);
    assert!(is_over(&mut world, anna));
}

#[cfg(feature = "full")]
#[test]
fn a_session_that_is_too_short_is_made_longer() {
    let calling::Story { mut world, anna, link, invite } =
        calling::Story::calling(CallOptions::default(), expiring(90));
    // RFC 4028 §7.3
    world.send(link, &wire::response(&invite, 422, "Min-SE: 300\r\n", None));
    world.run_ms(100);
    let (_, again) = world.request(Method::Invite).expect("another INVITE");
    assert_eq!((again.get(Name::SessionExpires), again.get(Name::MinSe)), (Some("300"), Some("300")));
    assert_eq!(again.call_id(), invite.call_id());
    // Whoever asks for the same again is not heeded for ever.
    world.send(link, &wire::response(&again, 422, "Min-SE: 300\r\n", None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_none());
    assert_eq!(world.phones[anna].end().and_then(|end| end.status_code), Some(422));
}

#[cfg(feature = "full")]
#[test]
fn whoever_wants_a_longer_session_every_time_is_heeded_three_times() {
    let calling::Story { mut world, anna, link, mut invite } =
        calling::Story::calling(CallOptions::default(), expiring(90));
    for asked in ["200", "300", "400"] {
        world.send(link, &wire::response(&invite, 422, &format!("Min-SE: {asked}\r\n"), None));
        world.run_ms(100);
        invite = world.request(Method::Invite).expect("another INVITE").1;
        assert_eq!(invite.get(Name::SessionExpires), Some(asked));
    }
    world.send(link, &wire::response(&invite, 422, "Min-SE: 500\r\n", None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_none());
    assert_eq!(world.phones[anna].end().and_then(|end| end.status_code), Some(422));
}

#[test]
fn too_short_for_us_is_422() {
    let (mut world, anna, _) = rung(Settings::default(), "Supported: timer\r\nSession-Expires: 30\r\n");
    let (_, refusal) = world.response(422).expect("422");
    assert_eq!(refusal.get(Name::MinSe), Some("90"));
    assert!(world.phones[anna].softphone.call().is_none());
}

#[cfg(feature = "full")]
#[test]
fn the_callee_grants_what_was_asked_for() {
    // RFC 4028 §9: table 2.
    for (asked, granted, required) in [
        ("Supported: timer\r\nSession-Expires: 200;refresher=uac\r\n", "200;refresher=uac", true),
        ("Supported: timer\r\nSession-Expires: 200;refresher=uas\r\n", "200;refresher=uas", false),
        ("Supported: timer\r\nSession-Expires: 200\r\n", "200;refresher=uas", false),
        ("Session-Expires: 200\r\n", "200;refresher=uas", false),
    ] {
        let (.., ok) = answered(0, asked);
        assert!(ok.contains(&format!("Session-Expires: {granted}\r\n")), "{ok}");
        assert_eq!(ok.contains("Require: timer\r\n"), required, "{ok}");
    }
    let (.., ok) = answered(180, "Supported: timer\r\nMin-SE: 240\r\n");
    assert!(ok.contains("Session-Expires: 240;refresher=uas\r\n"), "{ok}");
}

#[test]
fn a_caller_who_does_not_refresh_is_hung_up() {
    let extra = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n";
    let (mut world, anna, link, ok) = answered(0, extra);
    world.run(Duration::from_secs(50));
    let update = wire::within("UPDATE", "anna", "c1", tag(&ok), 20, None);
    let asked = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\nContact";
    world.send(link, &update.replace("Contact", asked));
    world.run_ms(50);
    let (_, refreshed) = world.response(200).expect("200");
    assert_eq!(refreshed.get(Name::SessionExpires), Some("90;refresher=uac"));
    // RFC 4028 §10: a third of a short session before its end.
    world.run(Duration::from_secs(59));
    assert!(!is_over(&mut world, anna));
    world.run(Duration::from_secs(2));
    assert!(is_over(&mut world, anna));
    assert!(world.request(Method::Bye).is_some());
}

#[cfg(feature = "full")]
#[test]
fn nobody_asks_for_less_than_90_s_nor_for_more_than_a_day() {
    let (.., invite) = called(30, "");
    assert_eq!(invite.get(Name::SessionExpires), Some("90"));
    // RFC 4028 §6: a 422 is heeded within reason.
    let calling::Story { mut world, link, invite, .. } =
        calling::Story::calling(CallOptions::default(), expiring(90));
    world.send(link, &wire::response(&invite, 422, "Min-SE: 86401\r\n", None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_none());
}

/// RFC 4028 §7.3, §7.4
#[test]
fn a_refresh_that_is_too_short_is_made_longer() {
    let (mut world, anna, link, _) = called(90, "Session-Expires: 90;refresher=uac\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(46));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    world.phones[anna].take_steps();
    world.send(link, &wire::response(&update, 422, "Min-SE: 300\r\n", None));
    world.run_ms(100);
    assert_eq!(world.phones[anna].take_steps(), []);
    let (_, again) = world.request(Method::Update).expect("another UPDATE");
    assert_eq!(again.get(Name::SessionExpires), Some("300;refresher=uac"));
    assert_eq!(again.get(Name::MinSe), Some("300"));
    assert!(!is_over(&mut world, anna));
}

/// RFC 4028 §7.2, §10
#[test]
fn a_callee_who_is_to_refresh_is_waited_for_till_32_s_before_the_end() {
    let (mut world, anna, _, _) = called(300, "Session-Expires: 300;refresher=uas\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(266));
    assert_eq!(world.count("UPDATE"), 0);
    assert!(!is_over(&mut world, anna));
    world.run(Duration::from_secs(3));
    assert!(is_over(&mut world, anna));
}

#[test]
fn whether_a_session_expires_is_for_the_answer_to_say() {
    // Asked for, and not granted.
    let (mut world, anna, _, _) = called(120, "Allow: UPDATE\r\n");
    world.run(Duration::from_secs(4000));
    assert!(!is_over(&mut world, anna));
    assert_eq!(world.count("UPDATE"), 0);
    // Granted, and not asked for: somebody on the way has.
    let (mut world, anna, link, _) = called(0, "Session-Expires: 120;refresher=uac\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(61));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    // A refresh may change it.
    world.send(link, &wire::response(&update, 200, "Session-Expires: 600;refresher=uac\r\n", None));
    world.run(Duration::from_secs(298));
    assert!(world.request(Method::Update).is_none());
    world.run(Duration::from_secs(4));
    assert!(world.request(Method::Update).is_some() && !is_over(&mut world, anna));
}

/// RFC 4028 §9: whoever does not know of timers cannot read a 422, and refreshes nothing.
#[test]
fn who_knows_nothing_of_timers_has_them_made_long_enough() {
    let (.., ok) = answered(0, "Session-Expires: 30;refresher=uac\r\n");
    assert!(ok.contains("Session-Expires: 90;refresher=uas\r\n"), "{ok}");
    assert!(!ok.contains("Require: timer"), "{ok}");
}

fn tag(ok: &str) -> &str {
    let to = ok.split("To: ").nth(1).and_then(|to| to.split("tag=").nth(1)).expect("a tag");
    to.split('\r').next().expect("a tag")
}

#[test]
fn too_short_within_a_call_is_422_too() {
    for method in ["UPDATE", "INVITE"] {
        let (mut world, anna, link, ok) = answered(0, "Supported: timer\r\n");
        let request = wire::within(method, "anna", "c1", tag(&ok), 20, None);
        world.send(link, &request.replace("Contact", "Supported: timer\r\nSession-Expires: 30\r\nContact"));
        world.run_ms(100);
        let (_, refusal) = world.response(422).expect("422");
        assert_eq!(refusal.get(Name::MinSe), Some("90"));
        assert!(!is_over(&mut world, anna));
    }
}

#[test]
fn the_callee_who_is_to_refresh_does() {
    let extra = "Supported: timer\r\nAllow: UPDATE\r\nSession-Expires: 200;refresher=uas\r\n";
    let (mut world, anna, _, _) = answered(0, extra);
    world.run(Duration::from_secs(98));
    assert!(world.request(Method::Update).is_none());
    world.run(Duration::from_secs(3));
    let (_, update) = world.request(Method::Update).expect("UPDATE");
    // RFC 4028 §7.4: the one who refreshes goes on to.
    assert_eq!(update.get(Name::SessionExpires), Some("200;refresher=uac"));
    assert!(!is_over(&mut world, anna));
}

#[test]
fn a_refresh_that_nobody_answers_is_tried_again() {
    let (mut world, anna, _, _) = called(300, "Session-Expires: 300;refresher=uac\r\nAllow: UPDATE\r\n");
    world.run(Duration::from_secs(151));
    assert_eq!(world.count("UPDATE"), 1);
    world.phones[anna].take_steps();
    // 32 s of silence, then half of what is left.
    world.run(Duration::from_secs(34));
    assert!(!is_over(&mut world, anna));
    world.run(Duration::from_secs(45));
    assert_eq!(world.count("UPDATE"), 2);
    assert_eq!(world.phones[anna].take_steps(), []);
}
