//! From a caller's INVITE to an operator's answer or refusal.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name};
use headset_switch::{Command, OfferEnd, Report, Side};
use support::{ANSWER, Client, DOMAIN, OFFER, World, arrived, cancelled, offer, ring, waiting};

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

    let ringing = ring(&mut world, &call, &anna);
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
    let (guest, _, call) = waiting(&mut world);
    let first = ring(&mut world, &call, &anna);
    anna.reply(&mut world, &first, 180, "Ringing");
    world.all_reports();
    world.seconds(20);
    world.command(Command::CancelOffer { call: call.clone(), login: "anna".into() });
    assert_eq!(world.report(), cancelled(&call, "anna"));
    let cancel = world.request(anna.connection, Method::Cancel);
    assert!(cancel.get(Name::Reason).unwrap().starts_with("SIP;cause=487"));
    anna.reply(&mut world, &cancel, 200, "OK");
    anna.refuse(&mut world, &first, 487, "Request Terminated");

    let second = ring(&mut world, &call, &boris);
    assert_eq!(second.body(), OFFER);
    boris.answer(&mut world, &second);
    assert_eq!(world.response(guest.connection, 200).body(), ANSWER);
    assert_eq!(world.report(), Report::Answered { call, login: "boris".into() });
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    let (guest, invite, call) = waiting(&mut world);
    let ringing = ring(&mut world, &call, &anna);
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
fn a_refusal_and_busy_are_told_with_their_reason_and_the_caller_goes_on_waiting() {
    let mut world = World::new();
    let (anna, boris) = (Client::registered(&mut world, "anna"), Client::registered(&mut world, "boris"));
    let (guest, _, call) = waiting(&mut world);
    for (operator, status, reason) in [(&anna, 480, "Checking the microphone"), (&boris, 486, "Busy Here")] {
        let ringing = ring(&mut world, &call, operator);
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
