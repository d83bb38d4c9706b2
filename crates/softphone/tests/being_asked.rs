//! Requests of others outside calls, which the application answers.
#![cfg(feature = "full")]

mod support;

use headset_sip::Name;
use headset_softphone::{CallStatus, Command, Input, Output, Reply, RequestFailure, SocketEvent};
use std::time::Duration;
use support::outside::{asks, reply, request, supervised};
use support::{World, wire};

/// Anna, whose application answers requests.
fn anna() -> (World, usize, usize) {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, supervised(&[]));
    let link = world.link(anna, 0);
    (world, anna, link)
}

#[test]
fn an_answer_that_is_late_is_announced_and_then_given_up() {
    let (mut world, anna, link) = anna();
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "c1", 1, "", "x"));
    world.run_ms(3400);
    assert!(world.is_silent());
    // RFC 4320 §4.1
    world.run_ms(200);
    assert!(world.response(100).is_some());
    // RFC 4320 §4.2: 408 is not for us to say; and it must come before the asker gives up at 32 s.
    world.run(Duration::from_secs(27));
    assert!(world.response(480).is_some() && world.is_silent());
    let id = world.phones[anna].asked()[0].0;
    world.command(anna, reply(id, 200));
    assert_eq!(world.phones[anna].errors(), ["reply_failed"]);
    world.run_ms(100);
    assert!(world.is_silent());
}

/// RFC 3261 §8.2.1, §12.2.2, §15.1.2
#[test]
fn what_belongs_to_calls_or_to_registrars_is_none_of_the_applications() {
    let (mut world, anna, link) = anna();
    for (number, (method, status)) in
        [("BYE", 481), ("UPDATE", 481), ("PRACK", 481), ("REGISTER", 405)].into_iter().enumerate()
    {
        world.send(link, &asks(method, "<sip:anna@demo.example>", "c1", number as u32, "", ""));
        world.run_ms(100);
        assert!(world.response(status).is_some(), "{method}");
    }
    world.send(link, &wire::invite("anna", "c2", "b2"));
    world.run_ms(100);
    let call = world.phones[anna].softphone.call().map(|call| call.status);
    assert_eq!(call, Some(CallStatus::Starting));
    assert!(world.phones[anna].asked().is_empty());
}

#[test]
fn whoever_asked_is_gone_with_the_flow_that_they_asked_on() {
    let (mut world, anna, link) = anna();
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "c1", 1, "", "x"));
    world.run_ms(100);
    world.cut(anna, 0);
    world.run(Duration::from_secs(2));
    let id = world.phones[anna].asked()[0].0;
    world.command(anna, reply(id, 200));
    assert_eq!(world.phones[anna].errors(), ["reply_failed"]);
}

#[test]
fn a_legacy_notify_is_for_the_application() {
    let (mut world, anna, link) = anna();
    let event = "Event: message-summary\r\nSubscription-State: active\r\n";
    world.send(link, &asks("NOTIFY", "<sip:anna@demo.example>", "c1", 1, event, "Messages-Waiting: yes"));
    world.run_ms(100);
    let (id, notify) = world.phones[anna].asked().remove(0);
    assert_eq!(notify.get(Name::Event), Some("message-summary"));
    world.command(anna, reply(id, 200));
    world.run_ms(100);
    assert!(world.response(200).is_some());
    // RFC 6665 §4.1.3: one that names a subscription must find it.
    world.send(link, &asks("NOTIFY", "<sip:anna@demo.example>;tag=no", "c2", 1, event, ""));
    world.run_ms(100);
    assert!(world.response(481).is_some() && world.phones[anna].asked().is_empty());
}

#[test]
fn replies_say_what_the_application_says_and_what_the_status_asks_for() {
    let (mut world, anna, link) = anna();
    world.send(link, &asks("FROBNICATE", "<sip:anna@demo.example>", "c1", 1, "", "x"));
    world.run_ms(100);
    let id = world.phones[anna].asked().remove(0).0;
    world.command(anna, reply(id, 180));
    assert_eq!(world.phones[anna].errors(), ["reply_failed"]);
    let answer = Reply {
        reply: id,
        status: 501,
        reason: "No".into(),
        headers: "X-Why: because\nTo: <sip:evil@evil>".into(),
        body: "not today".into(),
        ..Reply::default()
    };
    world.command(anna, Command::Reply(Box::new(answer)));
    world.run_ms(100);
    let (_, response) = world.response(501).expect("the reply");
    assert_eq!((response.reason(), response.body()), ("No", "not today"));
    assert_eq!(response.get(Name::ContentType), Some("text/plain"));
    assert_eq!(response.get_named("X-Why"), Some("because"));
    assert!(response.get(Name::Allow).is_some() && response.all(Name::To).count() == 1);
    assert!(response.to_tag().is_some());
    // RFC 3261 §21.4.6
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "c2", 1, "", "x"));
    world.run_ms(100);
    let id = world.phones[anna].asked().remove(0).0;
    world.command(anna, reply(id, 405));
    world.run_ms(100);
    assert!(world.response(405).is_some_and(|(_, response)| response.get(Name::Allow).is_some()));
}

/// RFC 3261 §8.2.2
#[test]
fn what_is_required_in_vain_and_what_came_by_two_ways_is_refused() {
    let (mut world, anna, link) = anna();
    let required = "Require: foo, timer\r\nRequire: bar\r\n";
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "c1", 1, required, "x"));
    world.run_ms(100);
    let (_, refusal) = world.response(420).expect("420");
    assert_eq!(refusal.get(Name::Unsupported), Some("foo, bar"));
    let text = asks("MESSAGE", "<sip:anna@demo.example>", "c2", 1, "", "x");
    world.send(link, &text);
    world.send(link, &text.replace("branch=z9hG4bK", "branch=z9hG4bKother"));
    world.run_ms(100);
    assert!(world.response(482).is_some());
    assert_eq!(world.phones[anna].asked().len(), 1);
}

#[test]
fn a_flood_is_refused_and_what_came_before_is_answered() {
    let (mut world, anna, link) = anna();
    for number in 0..70 {
        world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", &format!("c{number}"), 1, "", "x"));
    }
    world.run_ms(100);
    assert_eq!(world.phones[anna].asked().len(), 64);
    let (_, refusal) = world.response(480).expect("a refusal");
    assert_eq!(refusal.number(Name::RetryAfter), Some(10));
    world.run(Duration::from_secs(30));
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "later", 1, "", "x"));
    world.run_ms(100);
    assert_eq!(world.phones[anna].asked().len(), 1);
}

#[test]
fn stopping_leaves_nobody_waiting() {
    let (mut world, anna, link) = anna();
    world.send(link, &asks("MESSAGE", "<sip:anna@demo.example>", "c1", 1, "", "x"));
    world.command(anna, Command::Request(Box::new(request(1, "MESSAGE", "far", "x"))));
    world.run_ms(100);
    world.command(anna, Command::Stop);
    world.run_ms(200);
    assert!(world.response(480).is_some());
    assert_eq!(world.phones[anna].answers(1).1, Some(RequestFailure::Transport));
    world.run(Duration::from_secs(60));
    assert_eq!(world.phones[anna].softphone.poll_timeout(), None);
}

#[test]
fn who_has_not_started_is_not_there() {
    let (mut world, anna, link) = anna();
    world.phones[anna].grant_microphone(world.now);
    let socket = world.links[link].socket;
    let say = |world: &mut World, text: String| {
        // While the un-REGISTER is under way.
        let now = world.now;
        let phone = &mut world.phones[anna].softphone;
        phone.handle_input(now, Input::Socket(socket, SocketEvent::Received(text)));
        std::iter::from_fn(|| phone.poll_output())
            .filter_map(|output| match output {
                Output::Send { text, .. } => text.get(8..11).map(String::from),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    world.command(anna, Command::Stop);
    let message = asks("MESSAGE", "<sip:anna@demo.example>", "c1", 1, "", "x");
    assert_eq!(say(&mut world, message), ["480"]);
    assert_eq!(say(&mut world, wire::invite("anna", "c2", "b2")), ["100", "480"]);
}
