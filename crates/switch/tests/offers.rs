//! From a caller's INVITE to an answer, or to none.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Dialog, Method, Name};
use headset_switch::{Command, OfferEnd, Report, Side};
use support::{ANSWER, Client, DOMAIN, OFFER, World, arrived, config, offer};

fn cancelled(call: &str, login: &str) -> Report {
    Report::OfferEnded { call: call.into(), login: login.into(), end: OfferEnd::Cancelled }
}

fn unreachable(call: &str, login: &str) -> Report {
    Report::OfferEnded { call: call.into(), login: login.into(), end: OfferEnd::Unreachable }
}

#[test]
fn a_customer_calls_a_queue_waits_and_is_answered() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-79991234567");
    let invite = guest.call(&mut world, "support");
    let Report::CallArrived { call, caller, caller_name, target } = world.report() else { panic!() };
    assert_eq!(
        (caller.as_str(), caller_name.as_str(), target.as_str()),
        ("guest-79991234567", "Name of guest-79991234567", "support")
    );

    for (position, times) in [(2, 2), (1, 1)] {
        for _ in 0..times {
            world.command(Command::ShowPlace { call: call.clone(), position, waiting: 40 });
        }
        let queued = world.response(guest.connection, 182);
        let place = format!("position={position};waiting=40");
        assert_eq!(queued.get_named("X-Headset-Queue"), Some(place.as_str()));
        assert_eq!(queued.get_named("X-Headset-Call"), Some(call.as_str()));
        world.nothing(guest.connection);
    }

    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
    assert_eq!(ringing.uri(), "sip:anna-1@client.invalid;transport=ws");
    let from = ringing.from().unwrap();
    assert_eq!(from.display_name().as_deref(), Some("Support"));
    assert_eq!(from.uri.to_string(), format!("sip:79991234567@{DOMAIN}"));
    assert_eq!(ringing.get_named("X-Headset-Call"), Some(call.as_str()));
    assert_eq!(ringing.get_named("X-Headset-Queue-Name"), Some("Support"));
    assert_eq!(ringing.body(), OFFER);

    anna.reply(&mut world, &ringing, 100, "Trying");
    anna.reply(&mut world, &ringing, 180, "Ringing");
    anna.reply(&mut world, &ringing, 180, "Ringing");
    assert_eq!(world.report(), Report::Ringing { call: call.clone(), login: "anna".into() });
    // A queued caller keeps the place.
    world.nothing(guest.connection);

    world.seconds(3);
    anna.answer(&mut world, &ringing);
    let ok = world.response(guest.connection, 200);
    assert_eq!(ok.body(), ANSWER);
    assert_eq!(world.report(), Report::Answered { call, login: "anna".into() });
    guest.confirm(&mut world, &invite, &ok);
    world.seconds(40);
    world.no_report();
    world.nothing(guest.connection);
    world.nothing(anna.connection);
}

#[test]
fn a_direct_call_finds_a_guest_by_number_and_rings_back() {
    let mut world = World::new();
    let guest = Client::registered(&mut world, "guest-79991234567");
    let mut anna = Client::registered(&mut world, "anna");
    anna.call(&mut world, "79991234567");
    let call = arrived(&mut world);
    offer(&mut world, &call, "79991234567");
    let ringing = world.request(guest.connection, Method::Invite);
    assert_eq!(ringing.get_named("X-Headset-Queue-Name"), None);
    assert_eq!(ringing.from().unwrap().uri.to_string(), format!("sip:anna@{DOMAIN}"));
    guest.reply(&mut world, &ringing, 180, "Ringing");
    world.response(anna.connection, 180);
    assert_eq!(world.report(), Report::Ringing { call, login: "79991234567".into() });
}

#[test]
fn an_operator_who_does_not_answer_is_passed_over_and_the_next_one_answers() {
    let mut world = World::new();
    let (anna, boris) = (Client::registered(&mut world, "anna"), Client::registered(&mut world, "boris"));
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let first = world.request(anna.connection, Method::Invite);
    anna.reply(&mut world, &first, 180, "Ringing");
    world.all_reports();
    world.seconds(20);
    world.command(Command::CancelOffer { call: call.clone(), login: "anna".into() });
    assert_eq!(world.report(), cancelled(&call, "anna"));
    let cancel = world.request(anna.connection, Method::Cancel);
    assert!(cancel.get(Name::Reason).unwrap().starts_with("SIP;cause=487"));
    anna.reply(&mut world, &cancel, 200, "OK");
    anna.refuse(&mut world, &first, 487, "Request Terminated");

    offer(&mut world, &call, "boris");
    let second = world.request(boris.connection, Method::Invite);
    assert_eq!(second.body(), OFFER);
    boris.answer(&mut world, &second);
    assert_eq!(world.response(guest.connection, 200).body(), ANSWER);
    assert_eq!(world.report(), Report::Answered { call, login: "boris".into() });
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
    anna.reply(&mut world, &ringing, 180, "Ringing");
    guest.cancel(&mut world, &invite);
    anna.send_ok(&mut world, &ringing);
    world.request(anna.connection, Method::Cancel);
    world.request(anna.connection, Method::Ack);
    let bye = world.request(anna.connection, Method::Bye);
    assert_eq!(bye.call_id(), ringing.call_id());
    anna.reply(&mut world, &bye, 200, "OK");
    assert_eq!(
        world.all_reports(),
        [
            Report::Ringing { call: call.clone(), login: "anna".into() },
            cancelled(&call, "anna"),
            Report::CallEnded { call, by: Side::Caller },
        ]
    );
}

#[test]
fn a_caller_who_gives_up_while_an_operator_rings_ends_the_call() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
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
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
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
fn a_refusal_and_busy_are_told_with_their_reason_and_the_caller_goes_on_waiting() {
    let mut world = World::new();
    let (anna, boris) = (Client::registered(&mut world, "anna"), Client::registered(&mut world, "boris"));
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    for (operator, status, reason) in [(&anna, 480, "Checking the microphone"), (&boris, 486, "Busy Here")] {
        offer(&mut world, &call, &operator.login);
        let ringing = world.request(operator.connection, Method::Invite);
        operator.reply(&mut world, &ringing, status, reason);
        world.request(operator.connection, Method::Ack);
        let end = OfferEnd::Refused { status, reason: reason.into() };
        let ended = Report::OfferEnded { call: call.clone(), login: operator.login.clone(), end };
        assert_eq!(world.report(), ended);
    }
    world.nothing(guest.connection);
    world.command(Command::Reject { call: call.clone(), status: 480, reason: "Nobody is there".into() });
    assert_eq!(world.response(guest.connection, 480).reason(), "Nobody is there");
    assert_eq!(world.report(), Report::CallEnded { call, by: Side::System });
}

#[test]
fn a_flow_that_is_silent_for_a_second_is_passed_over_with_the_same_call() {
    let mut world = World::new();
    let second = Client::registered_on(&mut world, "anna", 1);
    let first = Client::registered_on(&mut world, "anna", 0);
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let one = world.request(first.connection, Method::Invite);
    world.wait(std::time::Duration::from_millis(999));
    world.nothing(second.connection);
    world.wait(std::time::Duration::from_millis(1));
    let two = world.request(second.connection, Method::Invite);
    assert_eq!(
        (one.call_id(), one.from_tag(), one.cseq().unwrap()),
        (two.call_id(), two.from_tag(), two.cseq().unwrap())
    );
    assert_ne!(one.via().unwrap().branch(), two.via().unwrap().branch());

    // The page answers on the second; the first gets its CANCEL as soon as that can be sent.
    second.reply(&mut world, &two, 100, "Trying");
    second.answer(&mut world, &two);
    first.reply(&mut world, &one, 100, "Trying");
    let cancel = world.request(first.connection, Method::Cancel);
    assert_eq!(cancel.get(Name::Reason), Some("SIP;cause=200;text=\"Call completed elsewhere\""));
    world.response(guest.connection, 200);
    assert_eq!(world.report(), Report::Answered { call, login: "anna".into() });
}

#[test]
fn a_second_copy_refused_with_482_leaves_the_first_one_ringing() {
    let mut world = World::new();
    let second = Client::registered_on(&mut world, "anna", 1);
    let first = Client::registered_on(&mut world, "anna", 0);
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let one = world.request(first.connection, Method::Invite);
    world.seconds(1);
    let two = world.request(second.connection, Method::Invite);
    second.refuse(&mut world, &two, 482, "Loop Detected");
    first.reply(&mut world, &one, 180, "Ringing");
    world.seconds(10);
    first.answer(&mut world, &one);
    world.response(guest.connection, 200);
    assert_eq!(
        world.all_reports(),
        [
            Report::Ringing { call: call.clone(), login: "anna".into() },
            Report::Answered { call, login: "anna".into() }
        ]
    );
}

#[test]
fn two_answers_to_one_offer_make_one_call() {
    let mut world = World::new();
    let second = Client::registered_on(&mut world, "anna", 1);
    let first = Client::registered_on(&mut world, "anna", 0);
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let one = world.request(first.connection, Method::Invite);
    world.seconds(1);
    let two = world.request(second.connection, Method::Invite);
    second.answer(&mut world, &two);
    first.send_ok(&mut world, &one);
    world.request(first.connection, Method::Ack);
    world.request(first.connection, Method::Bye);
    world.nothing(second.connection);
    world.response(guest.connection, 200);
    assert_eq!(world.all_reports(), [Report::Answered { call, login: "anna".into() }]);
}

#[test]
fn a_ringing_flow_that_dies_hands_the_call_to_the_other_one() {
    let mut world = World::new();
    let second = Client::registered_on(&mut world, "anna", 1);
    let first = Client::registered_on(&mut world, "anna", 0);
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let one = world.request(first.connection, Method::Invite);
    first.reply(&mut world, &one, 180, "Ringing");
    world.lose(first.connection);
    let two = world.request(second.connection, Method::Invite);
    assert_eq!(one.call_id(), two.call_id());
    second.answer(&mut world, &two);
    world.response(guest.connection, 200);
    assert!(world.all_reports().contains(&Report::Answered { call, login: "anna".into() }));
}

#[test]
fn an_operator_who_rang_and_comes_back_within_5_s_rings_again() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let one = world.request(anna.connection, Method::Invite);
    anna.reply(&mut world, &one, 180, "Ringing");
    world.lose(anna.connection);
    world.seconds(3);
    world.all_reports();
    anna.reconnect(&mut world);
    let two = world.request(anna.connection, Method::Invite);
    assert_eq!(one.call_id(), two.call_id());
    world.lose(anna.connection);
    world.seconds(6);
    assert_eq!(world.all_reports().last(), Some(&unreachable(&call, "anna")));
}

#[test]
fn an_operator_without_a_flow_or_whose_flows_stay_silent_is_unreachable() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "boris");
    assert_eq!(world.report(), unreachable(&call, "boris"));
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
    world.seconds(5);
    assert_eq!(world.report(), unreachable(&call, "anna"));
    // Should the page wake up after all, it does not ring for nobody.
    anna.reply(&mut world, &ringing, 180, "Ringing");
    world.request(anna.connection, Method::Cancel);
    world.no_report();
}

#[test]
fn a_stale_flow_is_not_offered_a_call() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    world.hang(anna.connection);
    world.seconds(15);
    world.all_reports();
    offer(&mut world, &call, "anna");
    assert_eq!(world.report(), unreachable(&call, "anna"));
}

#[test]
fn a_waiting_caller_whose_connection_dies_is_gone_after_5_s() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
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
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
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
fn a_caller_who_never_acknowledges_the_answer_is_not_there() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
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
    let mut guest = Client::registered(&mut world, "guest-100");
    let invite = guest.call(&mut world, "support");
    let call = arrived(&mut world);
    offer(&mut world, &call, "anna");
    let ringing = world.request(anna.connection, Method::Invite);
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
