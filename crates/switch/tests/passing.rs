//! What passes from one end of a call to the other, and what the switch answers for itself.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::digest::{self, Challenge};
use headset_sip::{Dialog, Method, Name, Request, RequestBuilder, Response};
use headset_switch::{Command, Report, Side};
use support::{ANSWER, Client, OFFER, Talk, World, arrived, offer, talk};

const SDP: &str = "application/sdp";
const RENEWED: &str = "v=0\r\no=- 9 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
                       a=fingerprint:sha-256 AB:CD\r\n";

fn send(world: &mut World, client: &Client, dialog: &mut Dialog, method: Method, more: &[(&str, &str)]) {
    let mut request = dialog.request(method).via("WS", "client.invalid", &world.entropy.branch());
    request = request.header(Name::Contact, &client.contact());
    for (name, value) in more {
        request = request.raw_header(name, value);
    }
    world.send(client.connection, request.finish().into_string());
}

fn acknowledge(world: &mut World, client: &Client, dialog: &Dialog, cseq: u32, body: &str) {
    let ack = dialog.ack(cseq).via("WS", "client.invalid", &world.entropy.branch());
    world.send(client.connection, ack.body(SDP, body).finish().into_string());
}

#[test]
fn an_info_of_any_package_and_a_message_pass_with_what_describes_them() {
    let mut world = World::new();
    let Talk { caller, callee, mut caller_dialog, .. } = talk(&mut world);
    for method in [Method::Info, Method::Message] {
        let branch = world.entropy.branch();
        let request = caller_dialog
            .request(method.clone())
            .via("WS", "client.invalid", &branch)
            .raw_header("Info-Package", "nodes")
            .raw_header("Content-Disposition", "Info-Package")
            .raw_header("X-Secret", "of this leg")
            .body("text/plain;charset=utf-8", "Привет");
        world.send(caller.connection, request.finish().into_string());
        let passed = world.request(callee.connection, method);
        assert_eq!(
            (passed.get(Name::ContentType), passed.body()),
            (Some("text/plain;charset=utf-8"), "Привет")
        );
        assert_eq!(passed.get_named("Info-Package"), Some("nodes"));
        assert_eq!(passed.get(Name::ContentDisposition), Some("Info-Package"));
        assert_eq!(passed.get_named("X-Secret"), None);
        let refused = Response::reply_to(&passed, 469, "Bad Info Package").raw_header("Recv-Info", "other");
        world.send(callee.connection, refused.finish().into_string());
        assert_eq!(world.response(caller.connection, 469).get_named("Recv-Info"), Some("other"));
    }
}

#[test]
fn an_update_with_an_offer_passes_and_one_without_is_a_refresh_that_the_switch_answers() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, .. } = talk(&mut world);
    let held = headset_sip::sdp::set_direction(OFFER, headset_sip::sdp::Direction::SendOnly);
    caller.ask(&mut world, &mut caller_dialog, Method::Update, Some((SDP, &held)));
    let update = world.request(callee.connection, Method::Update);
    assert_eq!(update.body(), held);
    callee.send_ok_with(&mut world, &update, ANSWER);
    let ok = world.response(caller.connection, 200);
    assert!(ok.body() == ANSWER && ok.contact().is_some());
    assert_eq!(world.report(), Report::Held { call: id, by: Side::Caller });

    let refresh = [("Supported", "timer"), ("Session-Expires", "90;refresher=uac")];
    send(&mut world, &caller, &mut caller_dialog, Method::Update, &refresh);
    let ok = world.response(caller.connection, 200);
    assert!(ok.contact().is_some() && ok.get(Name::SessionExpires).is_none());
    world.nothing(callee.connection);
}

#[test]
fn a_session_timer_of_one_leg_is_no_affair_of_the_other() {
    let mut world = World::new();
    let callee = Client::registered(&mut world, "anna");
    let mut caller = Client::registered(&mut world, "guest-79991234567");
    caller.call(&mut world, "support");
    let id = arrived(&mut world);
    offer(&mut world, &id, "anna");
    let ringing = world.request(callee.connection, Method::Invite);
    assert_eq!((ringing.get(Name::SessionExpires), ringing.get(Name::MinSe)), (None, None));
    assert!(!ringing.lists(Name::Supported, "timer") && !ringing.lists(Name::Supported, "100rel"));
    let ok = Response::reply_to(&ringing, 200, "OK")
        .to_tag(&callee.tag())
        .header(Name::Contact, &callee.contact())
        .header(Name::SessionExpires, "90;refresher=uas")
        .body(SDP, ANSWER);
    world.send(callee.connection, ok.finish().into_string());
    world.request(callee.connection, Method::Ack);
    assert_eq!(world.response(caller.connection, 200).get(Name::SessionExpires), None);
}

#[test]
fn who_requires_a_timer_or_reliable_responses_is_told_that_there_are_none() {
    let mut world = World::new();
    let mut caller = Client::registered(&mut world, "guest-79991234567");
    for option in ["timer", "100rel"] {
        let invite = caller.invite_request(&mut world, "support").header(Name::Require, option).finish();
        world.send(caller.connection, invite.as_str());
        world.response(caller.connection, 100);
        let refused = world.response(caller.connection, 420);
        assert_eq!(refused.get(Name::Unsupported), Some(option));
        caller.acknowledge_refusal(&mut world, &invite, &refused);
    }
}

#[test]
fn a_re_invite_without_an_offer_gets_one_and_the_ack_brings_the_answer() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut caller_dialog, mut callee_dialog } = talk(&mut world);
    let renew = [("X-Headset-Media", "renew")];
    send(&mut world, &callee, &mut callee_dialog, Method::Invite, &renew);
    world.response(callee.connection, 100);
    let invite = world.request(caller.connection, Method::Invite);
    assert_eq!((invite.body(), invite.get_named("X-Headset-Media")), ("", Some("renew")));
    let held = headset_sip::sdp::set_direction(RENEWED, headset_sip::sdp::Direction::SendOnly);
    caller.send_ok_with(&mut world, &invite, &held);
    assert_eq!(world.response(callee.connection, 200).body(), held);
    world.nothing(caller.connection);
    world.no_report();
    // Until then it is under way.
    caller.ask(&mut world, &mut caller_dialog, Method::Update, Some((SDP, OFFER)));
    world.response(caller.connection, 491);
    acknowledge(&mut world, &callee, &callee_dialog, callee_dialog.local_seq, ANSWER);
    let ack = world.request(caller.connection, Method::Ack);
    assert_eq!((ack.content_type(), ack.body()), (Some(SDP), ANSWER));
    assert_eq!(ack.cseq().unwrap().number, invite.cseq().unwrap().number);
    assert_eq!(world.report(), Report::Held { call: id, by: Side::Caller }, "the caller made the offer");
    world.seconds(40);
    world.no_report();
}

#[test]
fn an_answer_that_never_comes_ends_the_call() {
    let mut world = World::new();
    let Talk { id, caller, callee, mut callee_dialog, .. } = talk(&mut world);
    send(&mut world, &callee, &mut callee_dialog, Method::Invite, &[]);
    world.response(callee.connection, 100);
    let invite = world.request(caller.connection, Method::Invite);
    caller.send_ok_with(&mut world, &invite, RENEWED);
    world.seconds(33);
    assert_eq!(world.request(caller.connection, Method::Ack).body(), "");
    world.request(caller.connection, Method::Bye);
    assert_eq!(world.all_reports(), [Report::CallEnded { call: id, by: Side::System }]);
}

/// Calls with an INVITE of one's own making, through the challenge.
fn call_with(
    world: &mut World,
    caller: &mut Client,
    build: impl Fn(RequestBuilder) -> RequestBuilder,
) -> Request {
    let start = |world: &mut World, caller: &Client, cseq: u32| {
        let aor = caller.aor();
        let request = Request::build(Method::Invite, "sip:boris@demo.headset.example")
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::From, &format!("<{aor}>;tag=own"))
            .header(Name::To, "<sip:boris@demo.headset.example>")
            .header(Name::CallId, &caller.call_id)
            .header(Name::CSeq, &format!("{cseq} INVITE"))
            .header(Name::Contact, &caller.contact());
        build(request)
    };
    caller.call_id = world.entropy.token(20);
    let first = start(world, caller, 1).finish();
    world.send(caller.connection, first.as_str());
    world.response(caller.connection, 100);
    let refused = world.response(caller.connection, 407);
    caller.acknowledge_refusal(world, &first, &refused);
    let challenge = Challenge::parse(refused.get(Name::ProxyAuthenticate).unwrap()).unwrap();
    let (user, password) = (&caller.username, &caller.password);
    let answer = digest::respond(&challenge, user, password, &Method::Invite, first.uri(), 1, "cnonce");
    let again = start(world, caller, 2).header(Name::ProxyAuthorization, &answer).finish();
    world.send(caller.connection, again.as_str());
    world.response(caller.connection, 100);
    again
}

#[test]
fn a_call_without_an_offer_gets_the_callees_and_the_ack_brings_the_answer() {
    let mut world = World::new();
    let boris = Client::registered(&mut world, "boris");
    let mut anna = Client::registered(&mut world, "anna");
    let invite = call_with(&mut world, &mut anna, |request| request);
    let id = arrived(&mut world);
    offer(&mut world, &id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    assert_eq!(ringing.body(), "");
    boris.send_ok_with(&mut world, &ringing, RENEWED);
    let ok = world.response(anna.connection, 200);
    assert_eq!(ok.body(), RENEWED);
    world.nothing(boris.connection);
    let dialog = Dialog::uac(&invite, &ok).unwrap();
    acknowledge(&mut world, &anna, &dialog, 2, ANSWER);
    assert_eq!(world.request(boris.connection, Method::Ack).body(), ANSWER);
    world.seconds(40);
    world.nothing(boris.connection);
    assert_eq!(world.all_reports(), [Report::Answered { call: id, login: "boris".into() }]);
}

#[test]
fn what_the_dialled_party_lets_be_heard_passes_and_another_forks_answer_is_another_dialog() {
    for same in [true, false] {
        let mut world = World::new();
        let boris = Client::registered(&mut world, "boris");
        let mut anna = Client::registered(&mut world, "anna");
        let invite = anna.call(&mut world, "boris");
        let id = arrived(&mut world);
        offer(&mut world, &id, "boris");
        let ringing = world.request(boris.connection, Method::Invite);
        let early = Response::reply_to(&ringing, 183, "Session Progress").to_tag(&boris.tag());
        let early = early.header(Name::Contact, &boris.contact()).body(SDP, ANSWER);
        world.send(boris.connection, early.finish().into_string());
        let heard = world.response(anna.connection, 183);
        assert_eq!((heard.content_type(), heard.body()), (Some(SDP), ANSWER));
        boris.reply(&mut world, &ringing, 180, "Ringing");
        assert_eq!(world.response(anna.connection, 180).body(), ANSWER);
        boris.send_ok_with(&mut world, &ringing, if same { ANSWER } else { RENEWED });
        let ok = world.response(anna.connection, 200);
        assert_eq!(ok.to_tag() == heard.to_tag(), same);
        anna.confirm(&mut world, &invite, &ok);
        world.seconds(40);
        assert!(world.all_reports().contains(&Report::Answered { call: id, login: "boris".into() }));
    }
}

#[test]
fn reasons_pass_in_cancel_bye_and_refusal() {
    let why = "Q.850;cause=16;text=\"Done\"";
    let mut world = World::new();
    let boris = Client::registered(&mut world, "boris");
    let mut anna = Client::registered(&mut world, "anna");
    let invite = anna.call(&mut world, "boris");
    let id = arrived(&mut world);
    offer(&mut world, &id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    boris.reply(&mut world, &ringing, 100, "Trying");
    let cancel = Request::build(Method::Cancel, invite.uri())
        .header(Name::Via, invite.get(Name::Via).unwrap())
        .header(Name::MaxForwards, "69")
        .header(Name::From, invite.get(Name::From).unwrap())
        .header(Name::To, invite.get(Name::To).unwrap())
        .header(Name::CallId, invite.call_id())
        .header(Name::CSeq, &format!("{} CANCEL", invite.cseq().unwrap().number))
        .header(Name::Reason, why);
    world.send(anna.connection, cancel.finish().into_string());
    assert_eq!(world.request(boris.connection, Method::Cancel).get(Name::Reason), Some(why));

    let mut world = World::new();
    let boris = Client::registered(&mut world, "boris");
    let mut anna = Client::registered(&mut world, "anna");
    anna.call(&mut world, "boris");
    let id = arrived(&mut world);
    offer(&mut world, &id, "boris");
    let ringing = world.request(boris.connection, Method::Invite);
    let no = Response::reply_to(&ringing, 603, "Decline").to_tag("x").header(Name::Reason, why);
    world.send(boris.connection, no.finish().into_string());
    world.command(Command::Reject { call: id, status: 603, reason: "Decline".into() });
    assert_eq!(world.response(anna.connection, 603).get(Name::Reason), Some(why));

    let mut world = World::new();
    let Talk { caller, callee, mut callee_dialog, .. } = talk(&mut world);
    send(&mut world, &callee, &mut callee_dialog, Method::Bye, &[("Reason", why)]);
    world.response(callee.connection, 200);
    assert_eq!(world.request(caller.connection, Method::Bye).get(Name::Reason), Some(why));
}

#[test]
fn a_page_that_was_reloaded_goes_on_from_a_new_flow_with_a_cseq_far_ahead() {
    let mut world = World::new();
    let Talk { caller, mut callee, mut callee_dialog, .. } = talk(&mut world);
    world.lose(callee.connection);
    callee.reconnect(&mut world);
    world.all_reports();
    callee_dialog.local_seq += 100;
    callee.ask(&mut world, &mut callee_dialog, Method::Invite, Some((SDP, RENEWED)));
    world.response(callee.connection, 100);
    let renewed = world.request(caller.connection, Method::Invite);
    assert_eq!(headset_sip::sdp::fingerprint(renewed.body()), Some("sha-256 AB:CD"));
    caller.send_ok_with(&mut world, &renewed, ANSWER);
    world.request(caller.connection, Method::Ack);
    assert_eq!(world.response(callee.connection, 200).body(), ANSWER);
    // What the page that is gone had sent comes too late.
    callee_dialog.local_seq -= 50;
    callee.ask(
        &mut world,
        &mut callee_dialog,
        Method::Info,
        Some(("application/dtmf-relay", "Signal=1\r\n")),
    );
    world.response(callee.connection, 500);
}

#[test]
fn an_invite_with_replaces_takes_the_place_of_the_logins_own_dialog() {
    let mut world = World::new();
    let Talk { id, caller, mut callee, callee_dialog, mut caller_dialog } = talk(&mut world);
    world.lose(callee.connection);
    callee.reconnect(&mut world);
    world.all_reports();
    let Dialog { call_id, local_tag, remote_tag, .. } = &callee_dialog;
    let replaces = format!("{call_id};to-tag={remote_tag};from-tag={local_tag}");
    let invite = call_with(&mut world, &mut callee, |request| {
        request.header(Name::Replaces, &replaces).body(SDP, RENEWED)
    });
    let renewed = world.request(caller.connection, Method::Invite);
    assert_eq!(renewed.body(), RENEWED);
    caller.send_ok_with(&mut world, &renewed, ANSWER);
    world.request(caller.connection, Method::Ack);
    let ok = world.response(callee.connection, 200);
    assert_eq!((ok.body(), ok.get_named("X-Headset-Call")), (ANSWER, Some(&*id)));
    let mut dialog = callee.confirm(&mut world, &invite, &ok);
    let bye = world.request(callee.connection, Method::Bye);
    assert_eq!(bye.call_id(), callee_dialog.call_id);
    callee.reply(&mut world, &bye, 481, "Call/Transaction Does Not Exist");
    world.no_report();
    // The new dialog is the call.
    callee.ask(&mut world, &mut dialog, Method::Info, Some(("application/dtmf-relay", "Signal=1\r\n")));
    let info = world.request(caller.connection, Method::Info);
    caller.reply(&mut world, &info, 200, "OK");
    world.response(callee.connection, 200);
    caller.hang_up(&mut world, &mut caller_dialog);
    assert_eq!(world.request(callee.connection, Method::Bye).call_id(), dialog.call_id);
}

#[test]
fn replaces_of_somebody_elses_dialog_or_of_none_finds_nothing_and_a_refusal_changes_nothing() {
    let mut world = World::new();
    let Talk { caller, mut callee, mut callee_dialog, caller_dialog, .. } = talk(&mut world);
    let named = |dialog: &Dialog, more: &str| {
        let Dialog { call_id, local_tag, remote_tag, .. } = dialog;
        format!("{call_id};to-tag={remote_tag};from-tag={local_tag}{more}")
    };
    for (replaces, status) in [
        (named(&caller_dialog, ""), 481),
        ("x;to-tag=1;from-tag=2".to_owned(), 481),
        ("nonsense".to_owned(), 400),
        (named(&callee_dialog, ";early-only"), 486),
    ] {
        call_with(&mut world, &mut callee, |request| {
            request.header(Name::Replaces, &replaces).body(SDP, RENEWED)
        });
        world.response(callee.connection, status);
    }
    let replaces = named(&callee_dialog, "");
    call_with(&mut world, &mut callee, |request| {
        request.header(Name::Replaces, &replaces).body(SDP, RENEWED)
    });
    let renewed = world.request(caller.connection, Method::Invite);
    caller.refuse(&mut world, &renewed, 488, "Not Acceptable Here");
    world.response(callee.connection, 488);
    callee.ask(
        &mut world,
        &mut callee_dialog,
        Method::Info,
        Some(("application/dtmf-relay", "Signal=1\r\n")),
    );
    world.request(caller.connection, Method::Info);
    world.no_report();
}
