//! A caller who waits: who may, who gives up, and whose connection is lost.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Dialog, Method, Name};
use headset_switch::{Command, Report, Side};
use support::{Client, DOMAIN, OFFER, World, arrived, cancelled, config, ring, waiting};

#[test]
fn an_invite_needs_credentials_an_own_from_and_a_target_of_this_domain() {
    let mut world = World::new();
    let mut guest = Client::registered(&mut world, "guest-100");
    let mut forger = Client::new(&mut world, "guest-200");
    forger.login = "boris".into();
    let challenge = guest.challenged(&mut world);
    let request = forger.invite_request(&mut world, "support");
    forger.send_answer(&mut world, request, &challenge);
    world.response(forger.connection, 100);
    let refused = world.response(forger.connection, 403);
    assert_eq!(refused.reason(), "From is not who you authenticated as");

    let request = guest.invite_request(&mut world, "support").finish();
    let elsewhere = request.as_str().replacen(&format!("support@{DOMAIN}"), "support@elsewhere.example", 1);
    let elsewhere = headset_sip::parse(elsewhere).unwrap();
    let headset_sip::Message::Request(elsewhere) = elsewhere else { panic!() };
    let mut builder = headset_sip::Request::build(Method::Invite, elsewhere.uri());
    for (name, value) in elsewhere.iter().filter(|(name, _)| !name.starts_with("Content")) {
        builder = builder.raw_header(name, value);
    }
    guest.send_answer(&mut world, builder.body("application/sdp", OFFER), &challenge);
    world.response(guest.connection, 100);
    world.response(guest.connection, 404);
    world.no_report();
}

#[test]
fn the_calls_of_one_login_are_bounded() {
    let mut config = config();
    config.limits.calls_per_login = 2;
    let mut world = World::with(config);
    let mut guest = Client::registered(&mut world, "guest-100");
    for _ in 0..2 {
        guest.call(&mut world, "support");
        arrived(&mut world);
    }
    guest.call(&mut world, "support");
    world.response(guest.connection, 486);
    world.no_report();
}

#[test]
fn a_caller_who_gives_up_while_an_operator_rings_ends_the_call() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (guest, invite, call) = waiting(&mut world);
    let ringing = ring(&mut world, &call, &anna);
    // No 100 yet: the CANCEL waits for one (RFC 3261 §9.1).
    guest.cancel(&mut world, &invite);
    world.response(guest.connection, 200);
    let refused = world.response(guest.connection, 487);
    guest.acknowledge_refusal(&mut world, &invite, &refused);
    world.nothing(anna.connection);
    anna.reply(&mut world, &ringing, 100, "Trying");
    let cancel = world.request(anna.connection, Method::Cancel);
    assert!(cancel.get(Name::Reason).unwrap().contains("cause=487"));
    assert_eq!(world.all_reports(), [cancelled(&call, "anna"), Report::CallEnded { call, by: Side::Caller }]);
}

#[test]
fn a_waiting_caller_may_hang_up_by_bye_and_other_requests_do_no_harm() {
    let mut world = World::new();
    let (guest, invite, call) = waiting(&mut world);
    world.command(Command::ShowPlace { call: call.clone(), position: 1, waiting: 1 });
    let queued = world.response(guest.connection, 182);
    let mut dialog = Dialog::uac(&invite, &queued).unwrap();
    let keys = ("application/dtmf-relay", "Signal=1\r\n");
    guest.ask(&mut world, &mut dialog, Method::Info, Some(keys));
    world.response(guest.connection, 480);
    world.no_report();
    guest.hang_up(&mut world, &mut dialog);
    world.response(guest.connection, 487);
    assert_eq!(world.report(), Report::CallEnded { call, by: Side::Caller });
}

#[test]
fn a_waiting_caller_whose_connection_dies_is_gone_after_5_s() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (guest, _, call) = waiting(&mut world);
    let ringing = ring(&mut world, &call, &anna);
    anna.reply(&mut world, &ringing, 180, "Ringing");
    world.all_reports();
    world.lose(guest.connection);
    assert!(matches!(world.report(), Report::FlowGone { .. }));
    world.seconds(4);
    world.no_report();
    world.seconds(2);
    world.request(anna.connection, Method::Cancel);
    assert_eq!(world.all_reports(), [cancelled(&call, "anna"), Report::CallEnded { call, by: Side::Caller }]);
}

#[test]
fn a_waiting_caller_who_repeats_the_invite_on_a_new_connection_keeps_the_place() {
    let mut world = World::new();
    let (mut guest, invite, call) = waiting(&mut world);
    world.command(Command::ShowPlace { call: call.clone(), position: 2, waiting: 2 });
    world.response(guest.connection, 182);
    world.lose(guest.connection);
    guest.connection = world.connect();
    world.send(guest.connection, invite.as_str());
    world.response(guest.connection, 100);
    let queued = world.response(guest.connection, 182);
    assert_eq!(queued.get_named("X-Headset-Queue"), Some("position=2;waiting=2"));
    world.seconds(10);
    assert!(!world.all_reports().contains(&Report::CallEnded { call, by: Side::Caller }));
}

#[test]
fn a_caller_who_never_acknowledges_the_answer_is_not_there() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (guest, invite, call) = waiting(&mut world);
    let ringing = ring(&mut world, &call, &anna);
    anna.answer(&mut world, &ringing);
    let ok = world.response(guest.connection, 200);
    assert!(Dialog::uac(&invite, &ok).is_ok());
    world.seconds(33);
    world.request(anna.connection, Method::Bye);
    assert_eq!(world.all_reports().last(), Some(&Report::CallEnded { call, by: Side::System }));
}

#[test]
fn a_caller_who_changes_connections_between_answer_and_ack_gets_the_answer_again() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (mut guest, invite, call) = waiting(&mut world);
    let ringing = ring(&mut world, &call, &anna);
    anna.answer(&mut world, &ringing);
    world.lose(guest.connection);
    world.all_reports();
    let call_id = guest.call_id.clone();
    guest.call_id = "another-register".into();
    guest.connection = world.connect();
    let challenge = guest.challenged(&mut world);
    let request = guest.register_request(&mut world, 600);
    guest.send_answer(&mut world, request, &challenge);
    // The answer may come before the 200 to REGISTER or after it.
    let mut answer = None;
    while let Some(message) = world.next(guest.connection) {
        if let headset_sip::Message::Response(response) = message
            && response.call_id() == call_id
        {
            answer = Some(response);
        }
    }
    guest.confirm(&mut world, &invite, &answer.expect("the answer again"));
    world.seconds(60);
    assert!(!world.all_reports().iter().any(|report| matches!(report, Report::CallEnded { .. })));
}
