//! Blind transfers: who asked is told, the new party is rung, media is joined, and nobody is lost.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Dialog, Method, Name, Request, Response, dialog, sdp};
use headset_switch::{Command, OfferEnd, Report, Side};
use support::{ANSWER, Client, DOMAIN, OFFER, Talk, World, offer, talk};

const SDP: &str = "application/sdp";

/// Anna, who talks with a guest, asks to hand the guest over. The 202 and the first NOTIFY have been read.
fn refer(world: &mut World, talk: &mut Talk, target: &str) {
    let to = format!("<sip:{target}@{DOMAIN}>");
    send_refer(world, talk, &to, &[]);
    world.response(talk.callee.connection, 202);
    notified(world, &talk.callee, 100);
    let expected =
        Report::TransferAsked { call: talk.id.clone(), by: Side::Callee, target: target.into(), with: None };
    assert_eq!(world.report(), expected);
}

fn send_refer(world: &mut World, talk: &mut Talk, refer_to: &str, more: &[(&str, &str)]) -> Request {
    let branch = world.entropy.branch();
    let mut request = talk.callee_dialog.request(Method::Refer).via("WS", "client.invalid", &branch);
    request = request.header(Name::Contact, &talk.callee.contact()).header(Name::ReferTo, refer_to);
    for (name, value) in more {
        request = request.raw_header(name, value);
    }
    let request = request.finish();
    world.send(talk.callee.connection, request.as_str());
    request
}

/// Reads a NOTIFY that says this status, and answers it.
fn notified(world: &mut World, client: &Client, status: u16) -> Request {
    let notify = world.request(client.connection, Method::Notify);
    assert!(notify.body().starts_with(&format!("SIP/2.0 {status} ")), "{}", notify.as_str());
    assert!(notify.content_is("message/sipfrag"));
    let state = notify.get(Name::SubscriptionState).unwrap();
    assert_eq!(state.starts_with("terminated"), status >= 200, "{state}");
    client.reply(world, &notify, 200, "OK");
    notify
}

/// Boris is rung without an offer, and rings.
fn ring(world: &mut World, talk: &Talk, boris: &Client) -> Request {
    offer(world, &talk.id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    assert_eq!(ringing.body(), "");
    boris.reply(world, &ringing, 180, "Ringing");
    assert_eq!(world.report(), Report::Ringing { call: talk.id.clone(), login: "boris".into() });
    notified(world, &talk.callee, 180);
    ringing
}

/// Boris picks up; the re-INVITE that brings the guest the offer of his page.
fn pick_up(world: &mut World, talk: &Talk, boris: &Client, ringing: &Request) -> Request {
    boris.send_ok(world, ringing);
    assert_eq!(world.report(), Report::Answered { call: talk.id.clone(), login: "boris".into() });
    world.nothing(boris.connection);
    let renewed = world.request(talk.caller.connection, Method::Invite);
    assert_eq!(renewed.body(), ANSWER);
    renewed
}

fn answer(world: &mut World, client: &Client, invite: &Request) {
    let ok = Response::reply_to(invite, 200, "OK")
        .header(Name::Contact, &client.contact())
        .body(SDP, OFFER)
        .finish();
    world.send(client.connection, ok.into_string());
    world.request(client.connection, Method::Ack);
}

fn transferred(talk: &Talk, to: &str) -> Report {
    Report::Transferred { call: talk.id.clone(), by: Side::Callee, to: to.into() }
}

#[test]
fn a_blind_transfer_joins_the_caller_with_the_new_party_and_lets_the_first_go() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    assert!(ringing.get(Name::From).unwrap().contains("sip:79991234567@"), "{}", ringing.as_str());
    assert_eq!(ringing.get(Name::ReferredBy), Some(&*format!("<sip:anna@{DOMAIN}>")));
    assert_eq!(ringing.get_named("X-Headset-Call"), Some(&*talk.id));
    let renewed = pick_up(&mut world, &talk, &boris, &ringing);
    answer(&mut world, &talk.caller, &renewed);

    let ack = world.request(boris.connection, Method::Ack);
    assert_eq!((ack.content_type(), ack.body()), (Some(SDP), OFFER));
    notified(&mut world, &talk.callee, 200);
    let bye = world.request(talk.callee.connection, Method::Bye);
    talk.callee.reply(&mut world, &bye, 200, "OK");
    assert_eq!(world.all_reports(), [transferred(&talk, "boris")]);

    // The call is the two of them.
    let mut boris_dialog = Dialog::uas(&ringing, &boris.tag(), dialog::State::Confirmed).unwrap();
    let held = sdp::set_direction(OFFER, sdp::Direction::SendOnly);
    boris.ask(&mut world, &mut boris_dialog, Method::Invite, Some((SDP, &held)));
    world.response(boris.connection, 100);
    let hold = world.request(talk.caller.connection, Method::Invite);
    answer(&mut world, &talk.caller, &hold);
    world.response(boris.connection, 200);
    assert_eq!(world.report(), Report::Held { call: talk.id.clone(), by: Side::Callee });
    let Talk { caller, mut caller_dialog, .. } = talk;
    caller.ask(&mut world, &mut caller_dialog, Method::Bye, None);
    world.response(caller.connection, 200);
    world.request(boris.connection, Method::Bye);
    assert_eq!(world.report(), Report::CallEnded { call: talk.id, by: Side::Caller });
}

#[test]
fn the_caller_may_hand_over_too_and_the_new_party_takes_the_callers_side() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    let branch = world.entropy.branch();
    let refer = talk.caller_dialog.request(Method::Refer).via("WS", "client.invalid", &branch);
    let refer = refer.header(Name::ReferTo, &format!("<sip:boris@{DOMAIN}>")).finish();
    world.send(talk.caller.connection, refer.as_str());
    world.response(talk.caller.connection, 202);
    notified(&mut world, &talk.caller, 100);
    world.all_reports();
    offer(&mut world, &talk.id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    assert!(ringing.get(Name::From).unwrap().contains("sip:anna@"));
    boris.send_ok(&mut world, &ringing);
    let renewed = world.request(talk.callee.connection, Method::Invite);
    answer(&mut world, &talk.callee, &renewed);
    world.request(boris.connection, Method::Ack);
    notified(&mut world, &talk.caller, 200);
    world.request(talk.caller.connection, Method::Bye);
    world.all_reports();
    let mut dialog = Dialog::uas(&ringing, &boris.tag(), dialog::State::Confirmed).unwrap();
    boris.ask(&mut world, &mut dialog, Method::Bye, None);
    world.response(boris.connection, 200);
    world.request(talk.callee.connection, Method::Bye);
    assert_eq!(world.all_reports(), [Report::CallEnded { call: talk.id, by: Side::Caller }]);
}

#[test]
fn a_refusal_is_told_and_the_first_still_has_the_caller() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    boris.reply(&mut world, &ringing, 486, "Busy Here");
    world.request(boris.connection, Method::Ack);
    let end = OfferEnd::Refused { status: 486, reason: "Busy Here".into() };
    let ended = Report::OfferEnded { call: talk.id.clone(), login: "boris".into(), end };
    assert_eq!(world.all_reports(), [ended]);
    let reason = "Busy Here".to_owned();
    world.command(Command::EndTransfer { call: talk.id.clone(), status: 486, reason });
    notified(&mut world, &talk.callee, 486);
    still_talking(&mut world, &mut talk);
    // And may try somebody else.
    refer(&mut world, &mut talk, "support");
}

fn still_talking(world: &mut World, talk: &mut Talk) {
    let body = Some(("application/dtmf-relay", "Signal=1\r\n"));
    talk.callee.ask(world, &mut talk.callee_dialog, Method::Info, body);
    let info = world.request(talk.caller.connection, Method::Info);
    talk.caller.reply(world, &info, 200, "OK");
    world.response(talk.callee.connection, 200);
    world.no_report();
}

#[test]
fn no_answer_in_time_withdraws_the_ringing_and_the_caller_stays() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    world.command(Command::CancelOffer { call: talk.id.clone(), login: "boris".into() });
    world.request(boris.connection, Method::Cancel);
    boris.reply(&mut world, &ringing, 487, "Request Terminated");
    world.all_reports();
    world.command(Command::EndTransfer { call: talk.id.clone(), status: 480, reason: "No answer".into() });
    let last = notified(&mut world, &talk.callee, 480);
    assert_eq!(last.body(), "SIP/2.0 480 No answer\r\n");
    still_talking(&mut world, &mut talk);
}

#[test]
fn a_caller_who_hangs_up_meanwhile_ends_everything() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk;
    caller.ask(&mut world, &mut caller_dialog, Method::Bye, None);
    world.response(caller.connection, 200);
    world.request(boris.connection, Method::Cancel);
    boris.reply(&mut world, &ringing, 487, "Request Terminated");
    notified(&mut world, &callee, 487);
    world.request(callee.connection, Method::Bye);
    let cancelled = Report::OfferEnded { call: id.clone(), login: "boris".into(), end: OfferEnd::Cancelled };
    assert_eq!(world.all_reports(), [cancelled, Report::CallEnded { call: id, by: Side::Caller }]);
}

#[test]
fn a_caller_who_hangs_up_while_being_joined_ends_the_new_party_too() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    pick_up(&mut world, &talk, &boris, &ringing);
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk;
    caller.ask(&mut world, &mut caller_dialog, Method::Bye, None);
    world.response(caller.connection, 200);
    assert_eq!(world.request(boris.connection, Method::Ack).body(), "");
    world.request(boris.connection, Method::Bye);
    notified(&mut world, &callee, 487);
    world.request(callee.connection, Method::Bye);
    let cancelled = Report::OfferEnded { call: id.clone(), login: "boris".into(), end: OfferEnd::Cancelled };
    assert_eq!(world.all_reports(), [cancelled, Report::CallEnded { call: id, by: Side::Caller }]);
}

#[test]
fn who_hangs_up_after_asking_has_left_and_the_transfer_goes_on() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    talk.callee.ask(&mut world, &mut talk.callee_dialog, Method::Bye, None);
    world.response(talk.callee.connection, 200);
    assert_eq!(world.report(), Report::PartyLeft { call: talk.id.clone(), by: Side::Callee });
    world.nothing(talk.caller.connection);
    // The caller hears nobody, and that is nobody's fault.
    let body = Some(("application/x-headset-media", "lost"));
    talk.caller.ask(&mut world, &mut talk.caller_dialog, Method::Info, body);
    world.response(talk.caller.connection, 200);
    world.seconds(70);
    world.no_report();

    offer(&mut world, &talk.id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    let renewed = pick_up(&mut world, &talk, &boris, &ringing);
    answer(&mut world, &talk.caller, &renewed);
    assert_eq!(world.request(boris.connection, Method::Ack).body(), OFFER);
    assert_eq!(world.all_reports(), [transferred(&talk, "boris")]);
    world.nothing(talk.callee.connection);
}

#[test]
fn a_transfer_that_fails_after_who_asked_has_left_ends_the_call() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    refer(&mut world, &mut talk, "boris");
    talk.callee.ask(&mut world, &mut talk.callee_dialog, Method::Bye, None);
    world.response(talk.callee.connection, 200);
    world.all_reports();
    world.command(Command::EndTransfer { call: talk.id.clone(), status: 480, reason: "No answer".into() });
    let bye = world.request(talk.caller.connection, Method::Bye);
    assert_eq!(bye.get(Name::Reason), Some("SIP;cause=480;text=\"No answer\""));
    assert_eq!(world.all_reports(), [Report::CallEnded { call: talk.id, by: Side::System }]);
}

#[test]
fn a_join_waits_for_an_offer_that_is_under_way_and_tries_again_after_glare() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    let held = sdp::set_direction(OFFER, sdp::Direction::SendOnly);
    talk.callee.ask(&mut world, &mut talk.callee_dialog, Method::Invite, Some((SDP, &held)));
    world.response(talk.callee.connection, 100);
    let hold = world.request(talk.caller.connection, Method::Invite);
    boris.send_ok(&mut world, &ringing);
    world.nothing(talk.caller.connection);
    answer(&mut world, &talk.caller, &hold);
    world.response(talk.callee.connection, 200);
    let renewed = world.request(talk.caller.connection, Method::Invite);
    talk.caller.reply(&mut world, &renewed, 491, "Request Pending");
    world.request(talk.caller.connection, Method::Ack);
    // The caller's own offer, which that one has crossed, finds the join and is glare too.
    talk.caller.ask(&mut world, &mut talk.caller_dialog, Method::Invite, Some((SDP, OFFER)));
    world.response(talk.caller.connection, 100);
    world.response(talk.caller.connection, 491);
    world.seconds(2);
    let renewed = world.request(talk.caller.connection, Method::Invite);
    answer(&mut world, &talk.caller, &renewed);
    world.request(boris.connection, Method::Ack);
    assert!(world.all_reports().contains(&transferred(&talk, "boris")));
}

#[test]
fn a_caller_who_refuses_the_new_media_stays_and_the_new_party_is_let_go() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    let renewed = pick_up(&mut world, &talk, &boris, &ringing);
    talk.caller.reply(&mut world, &renewed, 488, "Not Acceptable Here");
    world.request(talk.caller.connection, Method::Ack);
    assert_eq!(world.request(boris.connection, Method::Ack).body(), "");
    let bye = world.request(boris.connection, Method::Bye);
    boris.reply(&mut world, &bye, 200, "OK");
    let end = OfferEnd::Refused { status: 488, reason: "Not Acceptable Here".into() };
    assert_eq!(
        world.all_reports(),
        [Report::OfferEnded { call: talk.id.clone(), login: "boris".into(), end }]
    );
    let reason = "Not Acceptable Here".to_owned();
    world.command(Command::EndTransfer { call: talk.id.clone(), status: 488, reason });
    notified(&mut world, &talk.callee, 488);
    still_talking(&mut world, &mut talk);
}

#[test]
fn a_caller_who_is_away_is_joined_when_back_and_given_up_after_20_s() {
    for comes_back in [true, false] {
        let mut world = World::new();
        let mut talk = talk(&mut world);
        let boris = Client::registered(&mut world, "boris");
        refer(&mut world, &mut talk, "boris");
        let ringing = ring(&mut world, &talk, &boris);
        let old = talk.caller.connection;
        world.lose(old);
        boris.send_ok(&mut world, &ringing);
        world.seconds(3);
        world.nothing(boris.connection);
        world.all_reports();
        if comes_back {
            talk.caller.reconnect(&mut world);
            let renewed = world.request(talk.caller.connection, Method::Invite);
            answer(&mut world, &talk.caller, &renewed);
            assert_eq!(world.request(boris.connection, Method::Ack).body(), OFFER);
            assert!(world.all_reports().contains(&transferred(&talk, "boris")));
        } else {
            world.seconds(17);
            assert_eq!(world.request(boris.connection, Method::Ack).body(), "");
            world.request(boris.connection, Method::Bye);
            assert!(matches!(world.report(), Report::OfferEnded { .. }));
        }
    }
}

#[test]
fn a_new_party_who_hangs_up_at_once_is_a_refusal() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let boris = Client::registered(&mut world, "boris");
    refer(&mut world, &mut talk, "boris");
    let ringing = ring(&mut world, &talk, &boris);
    let renewed = pick_up(&mut world, &talk, &boris, &ringing);
    let mut dialog = Dialog::uas(&ringing, &boris.tag(), dialog::State::Confirmed).unwrap();
    boris.ask(&mut world, &mut dialog, Method::Bye, None);
    assert!(matches!(world.report(), Report::OfferEnded { end: OfferEnd::Refused { status: 480, .. }, .. }));
    // The answer that comes anyway is acknowledged.
    answer(&mut world, &talk.caller, &renewed);
    world.no_report();
}

#[test]
fn the_place_in_a_queue_is_told_to_who_asked() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    refer(&mut world, &mut talk, "sales");
    for _ in 0..2 {
        world.command(Command::ShowPlace { call: talk.id.clone(), position: 2, waiting: 5 });
    }
    assert_eq!(notified(&mut world, &talk.callee, 182).body(), "SIP/2.0 182 Queued, 2 of 5\r\n");
    world.nothing(talk.callee.connection);
    world.nothing(talk.caller.connection);
}

#[test]
fn who_wants_no_notifies_gets_none() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    let to = format!("<sip:boris@{DOMAIN}>");
    send_refer(&mut world, &mut talk, &to, &[("Refer-Sub", "false"), ("Require", "norefersub")]);
    let accepted = world.response(talk.callee.connection, 202);
    assert_eq!(accepted.get_named("Refer-Sub"), Some("false"));
    world.all_reports();
    world.command(Command::EndTransfer { call: talk.id.clone(), status: 404, reason: "Nobody".into() });
    world.nothing(talk.callee.connection);
}

#[test]
fn a_refer_that_cannot_be_followed_is_refused_or_told_so() {
    let mut world = World::new();
    let mut talk = talk(&mut world);
    for to in ["<nonsense>", "<sip:a@b?Replaces=nonsense>"] {
        send_refer(&mut world, &mut talk, to, &[]);
        world.response(talk.callee.connection, 400);
    }
    send_refer(&mut world, &mut talk, &format!("<sip:a@{DOMAIN}>"), &[("Refer-To", "<sip:b@c>")]);
    world.response(talk.callee.connection, 400);
    for (to, status) in [
        ("<sip:boris@elsewhere.example>".to_owned(), 404),
        (format!("<sip:boris@{DOMAIN}?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>"), 481),
    ] {
        send_refer(&mut world, &mut talk, &to, &[]);
        world.response(talk.callee.connection, 202);
        notified(&mut world, &talk.callee, 100);
        notified(&mut world, &talk.callee, status);
    }
    world.no_report();
    refer(&mut world, &mut talk, "tel");
    send_refer(&mut world, &mut talk, &format!("<sip:boris@{DOMAIN}>"), &[]);
    world.response(talk.callee.connection, 491);
}
