//! Requests of ours outside calls: MESSAGE, OPTIONS and the like.
#![cfg(feature = "full")]

mod support;

use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{Method, Name, Request};
use headset_softphone::{Command, Event, NewRequest, RequestFailure, Sender};
use std::time::Duration;
use support::outside::{reply, request, supervised};
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
        [(1, "MESSAGE", 405), (2, "NOTIFY", 481), (3, "SUBSCRIBE", 405), (4, "FOO", 501)]
    {
        ask(&mut world, anna, request(number, method, "boris", "x"));
        assert_eq!(world.phones[anna].answers(number), (vec![status], None), "{method}");
        // RFC 3261 §8.2.1
        assert_eq!(last_answer(&world, anna).contains("Allow: INVITE"), status != 481, "{method}");
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
fn what_is_asked_when_the_user_agent_stops_is_told_to_have_failed() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    ask(&mut world, anna, request(1, "MESSAGE", "far", "x"));
    world.command(anna, Command::Stop);
    assert_eq!(world.phones[anna].answers(1), (vec![], Some(RequestFailure::Transport)));
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
