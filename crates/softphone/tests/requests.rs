//! Requests outside calls: MESSAGE, OPTIONS and the like, both ways.
#![cfg(feature = "full")]

mod support;

use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{Method, Name, Request};
use headset_softphone::{
    Command, Event, Input, NewRequest, Output, Reply, RequestFailure, Sender, SocketEvent,
};
use std::time::Duration;
use support::outside::{asks, reply, request, supervised};
use support::{World, wire};

fn ask(world: &mut World, phone: usize, order: NewRequest) {
    world.command(phone, Command::Request(Box::new(order)));
    world.run_ms(100);
}

fn challenge(request: &Request, nonce: &str, stale: bool) -> String {
    let challenge = Challenge {
        realm: support::DOMAIN.into(),
        nonce: nonce.into(),
        stale,
        qop_auth: true,
        ..Challenge::default()
    };
    wire::response(request, 407, &format!("Proxy-Authenticate: {challenge}\r\n"), None)
}

#[test]
fn a_message_goes_from_one_to_the_other() {
    let mut world = World::new(1);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    world.command(boris, supervised(&[]));
    let order = NewRequest {
        // RFC 3261 §8.1.1: what makes it a request, and what its body is, is not for them to say.
        headers: "Subject: hello\nX-Mood: fine\r\nVia: SIP/2.0/WS evil\nFrom: <sip:evil@evil>\nTo: <sip:evil@evil>\n\
            Call-ID: evil\nCSeq: 1 EVIL\nMax-Forwards: 1\nContent-Length: 1\nContent-Type: text/evil\ni: evil"
            .into(),
        content_type: "text/plain;charset=utf-8".into(),
        ..request(1, "MESSAGE", "boris", "Привет")
    };
    ask(&mut world, anna, order);
    let asked = world.phones[boris].asked();
    let [(id, message)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((message.method(), message.body()), (&Method::Message, "Привет"));
    assert_eq!(message.get(Name::ContentType), Some("text/plain;charset=utf-8"));
    assert_eq!((message.get(Name::Subject), message.get_named("x-mood")), (Some("hello"), Some("fine")));
    assert_eq!(message.from().expect("From").uri.to_string(), "sip:anna@demo.example");
    // RFC 3428 §4
    assert_eq!(message.get(Name::Contact), None);
    let text = message.as_str();
    assert!(!text.contains("evil") && !text.contains("EVIL"), "{text}");
    for name in [Name::MaxForwards, Name::ContentLength, Name::ContentType] {
        assert_eq!(message.all(name).count(), 1, "{text}");
    }
    world.command(boris, reply(*id, 200));
    world.run_ms(100);
    assert_eq!(world.phones[anna].answers(1), (vec![200], None));
}

#[test]
fn options_are_told_and_asked_for() {
    let mut world = World::new(1);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    ask(&mut world, anna, request(1, "OPTIONS", "boris", ""));
    let text = last_answer(&world, anna);
    assert!(text.starts_with("SIP/2.0 200") && text.contains("Accept: application/sdp"), "{text}");
    assert!(text.contains("Allow: INVITE") && !text.contains("MESSAGE"), "{text}");
    assert!(text.contains("Supported: outbound"), "{text}");
    // The application that answers by itself need not know what the engine can do.
    world.command(boris, supervised(&[]));
    ask(&mut world, anna, request(2, "OPTIONS", "boris", ""));
    let asked = world.phones[boris].asked();
    assert_eq!(asked[0].1.get(Name::Accept), Some("application/sdp"));
    world.command(boris, reply(asked[0].0, 200));
    world.run_ms(100);
    let text = last_answer(&world, anna);
    assert!(text.starts_with("SIP/2.0 200 Word") && text.contains("Accept: application/sdp"), "{text}");
    assert!(text.contains("Allow: INVITE") && text.contains("MESSAGE"), "{text}");
}

fn last_answer(world: &World, phone: usize) -> String {
    let answered = |event: &Event| match event {
        Event::RequestAnswered { message, .. } => Some(message.clone()),
        _ => None,
    };
    world.phones[phone].events.iter().rev().find_map(answered).expect("an answer")
}

#[test]
fn without_supervision_requests_are_refused_as_ever() {
    let mut world = World::new(1);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    for (number, method, status) in
        [(1, "MESSAGE", 405), (2, "NOTIFY", 405), (3, "SUBSCRIBE", 405), (4, "FOO", 501)]
    {
        ask(&mut world, anna, request(number, method, "boris", "x"));
        assert_eq!(world.phones[anna].answers(number), (vec![status], None), "{method}");
        // RFC 3261 §8.2.1
        assert!(last_answer(&world, anna).contains("Allow: INVITE"), "{method}");
    }
    assert!(world.phones[boris].asked().is_empty());
}

#[test]
fn a_challenge_is_answered_once_and_again_when_stale() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    ask(&mut world, anna, request(1, "MESSAGE", "far", "x"));
    let (link, first) = world.sent();
    world.send(link, &challenge(&first, "one", false));
    world.run_ms(100);
    let (_, second) = world.sent();
    assert_eq!((second.call_id(), second.from_tag()), (first.call_id(), first.from_tag()));
    assert_eq!(second.cseq().expect("CSeq").number, first.cseq().expect("CSeq").number + 1);
    let answer = second.get(Name::ProxyAuthorization).expect("an answer");
    let answer = Authorization::parse(answer).expect("digest");
    assert!(answer.verify(&Method::Message, "secret") && answer.nonce == "one");
    world.send(link, &challenge(&second, "two", true));
    world.run_ms(100);
    let (_, third) = world.sent();
    world.send(link, &challenge(&third, "three", false));
    world.run_ms(100);
    assert!(world.is_silent());
    assert_eq!(world.phones[anna].answers(1), (vec![407], None));
    assert_eq!(world.phones[anna].refusals(), 1);
}

#[test]
fn progress_is_told_and_silence_ends_in_a_timeout() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    ask(&mut world, anna, request(1, "MESSAGE", "far", "x"));
    let (link, message) = world.sent();
    world.send(link, &wire::response(&message, 100, "", None));
    world.send(link, &wire::response(&message, 199, "", None));
    world.run_ms(100);
    assert_eq!(world.phones[anna].answers(1), (vec![199], None));
    world.run(Duration::from_secs(31));
    assert_eq!(world.phones[anna].answers(1).1, None);
    world.run(Duration::from_secs(2));
    assert_eq!(world.phones[anna].answers(1), (vec![199], Some(RequestFailure::Timeout)));
}

#[test]
fn a_message_that_may_have_arrived_is_not_sent_twice() {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    ask(&mut world, anna, NewRequest { wait_ms: 10_000, ..request(1, "MESSAGE", "far", "x") });
    let (link, _) = world.sent();
    let registrar = world.links[link].registrar;
    world.cut(anna, registrar);
    world.run(Duration::from_secs(5));
    assert_eq!(world.phones[anna].answers(1), (vec![], Some(RequestFailure::Transport)));
    assert!(world.is_silent());
}

#[test]
fn without_a_flow_it_fails_at_once_or_waits_as_told() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.registrars[0].down = true;
    world.cut(anna, 0);
    world.run_ms(100);
    let asked_at = world.now;
    ask(&mut world, anna, request(1, "MESSAGE", "far", "x"));
    assert_eq!(world.phones[anna].answers(1).1, Some(RequestFailure::Transport));
    world.command(
        anna,
        Command::Request(Box::new(NewRequest { wait_ms: 3000, ..request(2, "MESSAGE", "far", "y") })),
    );
    world.command(
        anna,
        Command::Request(Box::new(NewRequest { wait_ms: 60_000, ..request(3, "MESSAGE", "far", "z") })),
    );
    world.run_ms(2900);
    assert_eq!(world.phones[anna].answers(2).1, None);
    world.run_ms(200);
    assert_eq!(world.phones[anna].answers(2).1, Some(RequestFailure::Transport));
    world.registrars[0].down = false;
    world.run(Duration::from_secs(40));
    let (_, message) = world.sent();
    assert_eq!(message.body(), "z");
    assert!(world.now.since(asked_at) < Duration::from_secs(50) && world.is_silent());
}

#[test]
fn somebody_else_or_nobody_can_be_the_sender() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let sender =
        Sender { user: Some("79990001122".into()), display_name: Some("Support".into()), anonymous: false };
    ask(&mut world, anna, NewRequest { sender, ..request(1, "MESSAGE", "far", "x") });
    let (_, message) = world.sent();
    let from = message.get(Name::From).expect("From");
    assert!(from.starts_with("\"Support\" <sip:79990001122@demo.example>;tag="), "{from}");
    assert_eq!(message.get(Name::Privacy), None);
    // RFC 3323 §4.1.1.3, RFC 3325 §9.2
    let sender = Sender { anonymous: true, ..Sender::default() };
    ask(&mut world, anna, NewRequest { sender, ..request(2, "MESSAGE", "far", "x") });
    let (_, message) = world.sent();
    let from = message.get(Name::From).expect("From");
    assert!(from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="), "{from}");
    assert_eq!(message.get(Name::Privacy), Some("id"));
    assert_eq!(message.get(Name::PPreferredIdentity), Some("<sip:anna@demo.example>"));
}

#[test]
fn what_cannot_be_asked_is_said_to_be_so() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    for (number, method, target) in [
        (1, "INVITE", "far"),
        (2, "REGISTER", "far"),
        (3, "BAD METHOD", "far"),
        (4, "", "far"),
        (5, "MESSAGE", "a@b"),
    ] {
        ask(&mut world, anna, request(number, method, target, ""));
        assert_eq!(world.phones[anna].answers(number).1, Some(RequestFailure::Invalid), "{method}");
    }
    ask(&mut world, anna, request(6, "MESSAGE", "far", "x"));
    ask(&mut world, anna, request(6, "MESSAGE", "far", "the number is taken"));
    assert_eq!(world.phones[anna].answers(6).1, Some(RequestFailure::Invalid));
    assert_eq!(world.count("MESSAGE"), 1);
    assert_eq!(world.count("INVITE") + world.count("BAD"), 0);
}

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

/// RFC 3515 §2.2, RFC 5626 §4.3
#[test]
fn what_may_make_a_dialog_says_where_we_are() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    for (number, method, says) in [(1, "REFER", true), (2, "SUBSCRIBE", true), (3, "OPTIONS", false)] {
        ask(&mut world, anna, request(number, method, "far", ""));
        let (_, request) = world.sent();
        let ob = request.contact().map(|contact| contact.uri.params.contains("ob"));
        assert_eq!(ob, says.then_some(true), "{method}");
    }
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
    ask(&mut world, anna, request(1, "MESSAGE", "far", "x"));
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
