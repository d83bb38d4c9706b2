//! The same stories with our own client at both ends.
#![allow(clippy::unwrap_used)]

mod support;

use headset_softphone::{
    CallCommand, CallStatus, Command as Ask, Dtmf, Event, Input as Heard, Outcome, UserAgentStatus,
};
use headset_switch::{Command, OfferEnd, Report, Side};
use support::pages::{ANNA, GUEST, MEDIA, World, dial, of_call};

#[test]
fn a_call_is_answered_held_resumed_keyed_and_hung_up() {
    let mut world = World::new();
    let call = world.talk();
    world.ask(ANNA, of_call(CallCommand::Hold { on: true, update: false, headers: String::new() }));
    assert_eq!(world.take_reports(), [Report::Held { call: call.clone(), by: Side::Callee }]);
    assert!(world.pages[GUEST].phone.call().unwrap().held_by_remote);
    world.ask(ANNA, of_call(CallCommand::Hold { on: false, update: false, headers: String::new() }));
    assert_eq!(world.take_reports(), [Report::Resumed { call: call.clone(), by: Side::Callee }]);
    world.ask(GUEST, of_call(CallCommand::SendDtmf { tones: "42#".into(), dtmf: Dtmf::default() }));
    world.seconds(5);
    let keys: String = world.pages[ANNA]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::DtmfReceived { tone, .. } => Some(*tone),
            _ => None,
        })
        .collect();
    assert_eq!(keys, "42#");
    world.seconds(120);
    world.ask(GUEST, of_call(CallCommand::End(Box::default())));
    assert_eq!(world.take_reports(), [Report::CallEnded { call, by: Side::Caller }]);
    assert_eq!((world.outcome(ANNA), world.outcome(GUEST)), (Outcome::Answered, Outcome::Answered));
}

#[test]
fn the_operator_hangs_up() {
    let mut world = World::new();
    let call = world.talk();
    world.ask(ANNA, of_call(CallCommand::End(Box::default())));
    assert_eq!(world.take_reports(), [Report::CallEnded { call, by: Side::Callee }]);
    assert_eq!((world.status(ANNA), world.status(GUEST)), (None, None));
}

#[test]
fn a_caller_who_gives_up_and_an_operator_who_refuses_end_it_once_at_each_end() {
    let mut world = World::new();
    let call = world.ring();
    world.ask(GUEST, of_call(CallCommand::End(Box::default())));
    let end = OfferEnd::Cancelled;
    assert_eq!(
        world.take_reports(),
        [
            Report::OfferEnded { call: call.clone(), login: "anna".into(), end },
            Report::CallEnded { call, by: Side::Caller }
        ]
    );
    assert_eq!((world.outcome(ANNA), world.outcome(GUEST)), (Outcome::Cancelled, Outcome::Cancelled));

    let mut world = World::new();
    world.ask(ANNA, Ask::RefuseCalls(Some("Checking the microphone".into())));
    world.ask(GUEST, dial("support".into()));
    let Some(Report::CallArrived { call, .. }) = world.take_reports().pop() else { panic!() };
    world.command(Command::Offer {
        call: call.clone(),
        login: "anna".into(),
        display_name: "Support".into(),
    });
    let end = OfferEnd::Refused { status: 480, reason: "Checking the microphone".into() };
    let refused = Report::OfferEnded { call: call.clone(), login: "anna".into(), end };
    assert_eq!(world.take_reports(), [refused]);
    world.command(Command::Reject { call, status: 480, reason: "Nobody is there".into() });
    assert_eq!(world.status(GUEST), None);
}

#[test]
fn an_operator_calls_a_guest_by_number() {
    let mut world = World::new();
    world.ask(ANNA, dial("79991234567".into()));
    let Some(Report::CallArrived { call, .. }) = world.take_reports().pop() else { panic!() };
    let login = String::from("guest-79991234567");
    world.command(Command::Offer { call: call.clone(), login: login.clone(), display_name: "Anna".into() });
    assert!(world.pages[ANNA].phone.call().unwrap().ringing);
    world.ask(GUEST, of_call(CallCommand::Answer { media: MEDIA, headers: String::new() }));
    assert!(world.take_reports().contains(&Report::Answered { call, login }));
    assert_eq!(world.status(ANNA), Some(CallStatus::Active));
}

#[test]
fn an_operator_whose_network_goes_for_8_s_keeps_the_call_and_can_hang_up_after() {
    let mut world = World::new();
    let call = world.talk();
    world.go_offline(ANNA);
    world.seconds(8);
    world.pages[ANNA].is_offline = false;
    world.tell(ANNA, Heard::Nudge);
    world.seconds(5);
    assert_eq!(world.pages[ANNA].phone.user_agent_status(), UserAgentStatus::Registered);
    assert_eq!(world.status(ANNA), Some(CallStatus::Active));
    world.ask(ANNA, of_call(CallCommand::Hold { on: true, update: false, headers: String::new() }));
    assert_eq!(world.status(ANNA), Some(CallStatus::Hold));
    world.ask(ANNA, of_call(CallCommand::End(Box::default())));
    let reports = world.take_reports();
    assert_eq!(reports.last(), Some(&Report::CallEnded { call, by: Side::Callee }));
    assert_eq!(world.status(GUEST), None);
}

#[test]
fn an_hour_on_line_is_refreshed_without_a_gap() {
    let mut world = World::new();
    world.seconds(3600);
    assert_eq!(world.take_reports(), []);
}
