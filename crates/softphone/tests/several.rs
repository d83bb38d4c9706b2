//! Several calls at once, for an application that decides by itself.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, CallView, Command, EndOptions, Event, MediaOptions,
    Settings,
};
use std::time::Duration;
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

/// Anna, who takes several calls.
fn world(supervised: bool) -> (World, usize, usize) {
    let (world, anna) = World::with(Settings { supervised, one_call: false, ..Settings::default() });
    let link = world.link(anna, 0);
    (world, anna, link)
}

fn calls(world: &World, phone: usize) -> Vec<CallView> {
    world.phones[phone].softphone.calls()
}

#[cfg(feature = "full")]
#[test]
fn a_second_caller_rings_beside_the_first_and_each_goes_its_way() {
    let (mut world, anna, link) = world(false);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.send(link, &wire::invite("anna", "c2", "b2"));
    world.run_ms(100);
    let both = calls(&world, anna);
    assert_eq!(both.iter().map(|call| &*call.id).collect::<Vec<_>>(), ["call-c1", "call-c2"]);
    assert!(both.iter().all(|call| call.call.0 >= CallId::INCOMING) && both[0].call != both[1].call);
    let phone = &world.phones[anna].softphone;
    assert!(phone.has_call() && phone.consultation().is_none(), "the one is not asked about the other");

    world.command(anna, say::to(both[1].call.0, say::answer(DEFAULT)));
    world.run_ms(200);
    let status = |world: &World| calls(world, anna).iter().map(|call| call.status).collect::<Vec<_>>();
    assert_eq!(status(&world), [CallStatus::Starting, CallStatus::Active]);
    let (_, ok) = world.response(200).expect("200");
    assert_eq!(ok.call_id(), "c2");
    let tag = ok.to_tag().expect("a tag").to_string();
    world.send(link, &wire::within("ACK", "anna", "c2", &tag, 1, None));

    world.send(link, &wire::cancel("anna", "c1", "b1", "SIP;cause=487"));
    world.run_ms(100);
    assert_eq!(world.phones[anna].end().map(|end| end.call), Some(both[0].call));
    assert_eq!(status(&world), [CallStatus::Active]);
    world.send(link, &wire::within("BYE", "anna", "c2", &tag, 9, None));
    world.run_ms(100);
    assert_eq!(world.phones[anna].end().map(|end| end.call), Some(both[1].call));
    assert!(!world.phones[anna].softphone.has_call());
}

#[test]
fn a_call_of_ours_that_was_given_no_name_takes_none_that_the_application_may_give() {
    let (mut world, anna, _) = world(false);
    world.command(anna, say::dial("boris", DEFAULT));
    assert!(calls(&world, anna)[0].call.0 >= CallId::INCOMING);
}

#[cfg(feature = "full")]
#[test]
fn calls_of_ours_have_the_names_that_they_were_given() {
    let (mut world, anna, _) = world(false);
    for call in [7, 8] {
        world.command(anna, say::to(call, say::dial("support", DEFAULT)));
    }
    world.command(anna, say::to(8, say::dial("support", DEFAULT)));
    assert_eq!(world.phones[anna].errors(), ["call_in_progress"], "that name is taken");
    world.run_ms(100);
    assert_eq!(calls(&world, anna).iter().map(|call| call.call.0).collect::<Vec<_>>(), [7, 8]);
    world.command(anna, say::to(7, say::mute(true)));
    assert_eq!(calls(&world, anna).iter().map(|call| call.muted).collect::<Vec<_>>(), [true, false]);
    // Each has its own timers.
    world.run(Duration::from_secs(33));
    let ends = world.phones[anna].events.iter().filter(|event| matches!(event, Event::CallEnded(_))).count();
    assert_eq!(ends, 2);
}

/// RFC 4028 §10
#[test]
fn a_call_under_the_name_of_one_that_is_over_does_not_inherit_its_end() {
    let (mut world, anna, link) = world(false);
    let sdp = wire::described("far", "sendrecv");
    for extra in ["Session-Expires: 120;refresher=uas\r\n", ""] {
        world.command(anna, say::to(7, say::end()));
        world.command(anna, say::to(7, say::dial("support", DEFAULT)));
        world.run_ms(100);
        let (_, invite) = world.request(Method::Invite).expect("an INVITE");
        world.send(link, &wire::response(&invite, 200, extra, Some(&sdp)));
        world.run_ms(100);
    }
    world.run(Duration::from_secs(200));
    let calls: Vec<_> = calls(&world, anna).iter().map(|call| (call.call, call.status)).collect();
    assert_eq!(calls, [(CallId(7), CallStatus::Active)]);
}

#[cfg(feature = "full")]
#[test]
fn the_application_says_when_it_rings_and_with_what_it_refuses() {
    let (mut world, anna, link) = world(true);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(100);
    assert!(world.response(180).is_none());
    world.command(
        anna,
        say::call(CallCommand::Ring { status: 0, reason: String::new(), headers: "X-Floor: 3\n".into() }),
    );
    world.run_ms(50);
    let (_, ringing) = world.response(180).expect("180");
    assert_eq!(ringing.get_named("X-Floor"), Some("3"));
    let options = EndOptions {
        status_code: Some(404),
        headers: "X-Why: gone\nX-Evil: a\rb".into(),
        content_type: "text/plain".into(),
        body: "not here".into(),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    world.run_ms(50);
    let (_, refusal) = world.response(404).expect("404");
    assert_eq!((refusal.get_named("X-Why"), refusal.body()), (Some("gone"), "not here"));
    assert!(refusal.content_is("text/plain"));
}

#[cfg(feature = "full")]
#[test]
fn nothing_is_prepared_that_the_application_did_not_ask_for() {
    let (mut world, anna, link) = world(true);
    world.phones[anna].grant_microphone(world.now);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(100);
    assert_eq!(world.phones[anna].take_steps(), []);
    world.command(anna, say::answer(DEFAULT));
    world.run_ms(100);
    assert_eq!(world.phones[anna].take_steps(), [Step::Answer { candidates: true }, Step::OpenMicrophone]);
}

#[cfg(feature = "full")]
#[test]
fn the_caller_may_be_somebody_else_or_nobody() {
    let (mut world, anna, _) = world(true);
    let dial = |options: CallOptions| {
        let dial = CallCommand::Dial { target: "support".into(), options: Box::new(options) };
        Command::Call(CallId::ONE, dial)
    };
    let somebody = CallOptions {
        from_user: "4000".into(),
        from_display_name: "Shop".into(),
        headers: "X-Order: 17\nX-Shop: a".into(),
        ..CallOptions::default()
    };
    world.command(anna, dial(somebody));
    world.run_ms(100);
    let (_, invite) = world.request(Method::Invite).expect("an INVITE");
    let from = invite.get(Name::From).expect("From");
    assert!(from.starts_with("\"Shop\" <sip:4000@demo.example>;tag="), "{from}");
    assert_eq!((invite.get_named("X-Order"), invite.get_named("X-Shop")), (Some("17"), Some("a")));
    assert_eq!((invite.get(Name::Privacy), invite.get(Name::PPreferredIdentity)), (None, None));

    world.command(anna, dial(CallOptions { from_display_name: "Shop".into(), ..CallOptions::default() }));
    world.run_ms(100);
    let (_, invite) = world.request(Method::Invite).expect("an INVITE");
    let from = invite.get(Name::From).expect("From");
    assert!(from.starts_with("\"Shop\" <sip:anna@demo.example>;tag="), "{from}");

    world.command(anna, dial(CallOptions { anonymous: true, ..CallOptions::default() }));
    world.run_ms(100);
    let (_, invite) = world.request(Method::Invite).expect("an INVITE");
    let from = invite.get(Name::From).expect("From");
    assert!(from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="), "{from}");
    assert_eq!(invite.get(Name::Privacy), Some("id"));
    assert_eq!(invite.get(Name::PPreferredIdentity), Some("<sip:anna@demo.example>"));
}

/// RFC 3261 §13.3.1.4
#[cfg(feature = "full")]
#[test]
fn the_ack_of_one_call_is_not_that_of_another() {
    let (mut world, anna, link) = world(false);
    for (call, branch) in [("c1", "b1"), ("c2", "b2")] {
        world.send(link, &wire::invite("anna", call, branch));
        world.run_ms(100);
        let last = calls(&world, anna).pop().expect("a call").call.0;
        world.command(anna, say::to(last, say::answer(DEFAULT)));
        world.run_ms(200);
    }
    let ids = calls(&world, anna).iter().map(|call| call.call).collect::<Vec<_>>();
    while let Some((_, ok)) = world.response(200) {
        if ok.call_id() == "c2" {
            let tag = ok.to_tag().expect("a tag");
            world.send(link, &wire::within("ACK", "anna", "c2", tag, 1, None));
        }
    }
    world.run(Duration::from_secs(33));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.call, &*end.cause), (ids[0], "No ACK"));
    assert_eq!(calls(&world, anna).iter().map(|call| call.call).collect::<Vec<_>>(), ids[1..]);
}
