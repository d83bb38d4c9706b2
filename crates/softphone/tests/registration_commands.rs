//! Registering and un-registering on request, step by step.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Name, Request, parse};
use headset_softphone::{
    AccountOptions, Command, Credentials, FlowEvent, FlowStatus, Identity, Input, Settings, SocketEvent,
    SocketId, UserAgentStatus,
};
use support::hand::{Hand, challenge, registrar};

fn reporting() -> AccountOptions {
    AccountOptions { reports: true, ..AccountOptions::default() }
}

fn expires(request: &Request) -> Option<u32> {
    request.expires()
}

#[test]
fn every_step_is_told_with_the_text_of_its_response() {
    let mut hand = Hand::connected(reporting());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &challenge("WWW-Authenticate", "home", "n"));
    let register = hand.request("REGISTER");
    // Not yet, says the server.
    hand.answer(&register, 100, "");
    hand.grant_that(&register, "", "X-Seen: yes\r\n");
    let steps = hand.steps();
    assert!(steps.iter().all(|(registrar, _)| registrar == "r1"));
    let Some((_, FlowEvent::Registered { first: true, response })) = steps.last() else {
        panic!("{steps:?}");
    };
    assert!(response.starts_with("SIP/2.0 200") && response.contains("X-Seen: yes"), "{response}");
    assert_eq!(steps.len(), 3, "a challenge is no failure: {steps:?}");
    let renewal = hand.wait_for("REGISTER");
    hand.answer(&renewal, 503, "Retry-After: 1\r\n");
    assert_eq!(hand.words(), ["failed 503"]);
    hand.grant_that(&renewal, "", "");
    assert_eq!(hand.words(), Vec::<String>::new(), "an answer to what is over");
    let renewal = hand.wait_for("REGISTER");
    hand.grant_that(&renewal, "", "");
    assert_eq!(hand.words(), ["renewed"]);
    hand.run_s(20);
    let socket = hand.socket;
    hand.close(socket);
    assert_eq!(hand.words(), ["unregistered -", "disconnected true 1006"]);
    hand.run_s(1);
    hand.open();
    let register = hand.request("REGISTER");
    assert!(register.get(Name::Authorization).is_some(), "the nonce is still good");
    let socket = hand.socket;
    hand.close(socket);
    assert_eq!(
        hand.words(),
        ["connecting 1", "connected", "failed Connection Error", "disconnected true 1006"]
    );
}

#[test]
fn no_answer_is_a_failure_that_has_a_name_and_is_followed_by_another_attempt() {
    let mut hand = Hand::connected(reporting());
    hand.words();
    hand.run_s(10);
    assert_eq!(hand.words(), ["failed Request Timeout", "disconnected true 3000"]);
    hand.run_s(1);
    hand.open();
    hand.wait_for("REGISTER");
}

#[test]
fn without_steps_asked_for_none_is_told() {
    let mut hand = Hand::registered(AccountOptions::default());
    assert_eq!(hand.words(), Vec::<String>::new());
}

#[test]
fn connected_only_it_can_call_and_registers_when_asked_to() {
    let mut hand = Hand::connected(AccountOptions { register: false, ..reporting() });
    hand.run_s(30);
    assert!(hand.find("REGISTER").is_none());
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected);
    assert_eq!(hand.phone.flows()[0].status, FlowStatus::Connected);
    let invite = hand.call();
    hand.answer(&invite, 486, "");
    hand.command(Command::Register);
    let register = hand.request("REGISTER");
    hand.command(Command::Register);
    assert!(hand.find("REGISTER").is_none(), "one at a time");
    hand.grant_that(&register, "", "");
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
    // Once more, because somebody asks for it.
    hand.command(Command::Register);
    hand.grant("");
    assert_eq!(hand.words()[2..], ["registered", "renewed"]);
}

#[test]
fn connected_only_its_flow_is_watched_all_the_same() {
    let mut hand = Hand::connected(AccountOptions { register: false, ..reporting() });
    hand.silent = true;
    hand.run_s(20);
    assert_eq!(hand.closed, [(SocketId(1), 3000)]);
}

#[test]
fn unregistered_it_stays_connected_and_stays_so_over_another_connection() {
    let mut hand = Hand::registered(reporting());
    hand.words();
    hand.command(Command::Unregister { all: false });
    let goodbye = hand.request("REGISTER");
    assert_eq!(expires(&goodbye), Some(0));
    assert_eq!(goodbye.contact().unwrap().param("expires"), Some("0"));
    assert_eq!(hand.phone.flows()[0].status, FlowStatus::Connected);
    hand.answer(&goodbye, 200, "");
    assert_eq!(hand.words(), ["unregistered 200"]);
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected);
    hand.reopen();
    hand.run_s(60);
    assert!(hand.find("REGISTER").is_none());
    hand.command(Command::Register);
    hand.grant("");
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
}

/// RFC 3261 §10.2.2
#[test]
fn every_binding_can_be_removed_those_of_an_earlier_life_too() {
    let mut hand = Hand::connected(AccountOptions { register: false, ..reporting() });
    hand.words();
    hand.command(Command::Unregister { all: true });
    let goodbye = hand.request("REGISTER");
    assert!(goodbye.has_wildcard_contact());
    assert_eq!((goodbye.get(Name::Contact), expires(&goodbye)), (Some("*"), Some(0)));
    hand.answer(&goodbye, 401, &challenge("WWW-Authenticate", "home", "n"));
    let goodbye = hand.request("REGISTER");
    assert!(goodbye.has_wildcard_contact() && goodbye.get(Name::Authorization).is_some());
    hand.answer(&goodbye, 200, "");
    assert_eq!(hand.words(), ["unregistered 200"]);
    // Registered, refused and waiting too.
    for status in [200, 403, 503] {
        let mut hand = Hand::connected(reporting());
        let register = hand.request("REGISTER");
        match status {
            200 => hand.grant_that(&register, "", ""),
            _ => hand.answer(&register, status, ""),
        }
        hand.command(Command::Unregister { all: true });
        assert!(hand.request("REGISTER").has_wildcard_contact(), "{status}");
    }
}

#[test]
fn who_is_not_registered_and_does_not_want_to_be_is_connected_and_takes_nothing_back() {
    let mut hand = Hand::connected(AccountOptions { register: false, ..AccountOptions::default() });
    hand.command(Command::Unregister { all: false });
    assert!(hand.find("REGISTER").is_none(), "those of other devices stay");
    // Refused, or waiting for another attempt.
    for status in [403, 503] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        hand.answer(&register, status, "");
        hand.command(Command::Unregister { all: false });
        assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected, "{status}");
        hand.run_s(60);
        assert!(hand.find("REGISTER").is_none(), "{status}");
    }
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 403, "");
    hand.close(hand.socket);
    assert!(hand.wanted.is_empty(), "what was refused is left alone");
    hand.command(Command::Unregister { all: false });
    hand.open();
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected);
}

/// RFC 3261 §10.2.2: nothing can be waited for.
#[test]
fn whoever_starts_as_somebody_else_takes_the_first_binding_back() {
    for registered in [true, false] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        if registered {
            hand.grant_that(&register, "", "");
        }
        hand.command(Command::Start {
            identity: Identity { login: "ben".into(), domain: "demo.example".into(), ..Identity::default() },
            credentials: Credentials::new("ben".into(), "secret".into()),
            registrars: vec![registrar("r1", 1)],
            settings: Settings::default(),
        });
        let goodbye = hand.request("REGISTER");
        assert_eq!((goodbye.call_id(), expires(&goodbye)), (register.call_id(), Some(0)), "{registered}");
        assert_eq!(hand.closed, [(SocketId(1), 1000)]);
    }
}

#[test]
fn registering_while_unregistering_ends_registered() {
    let mut hand = Hand::registered(reporting());
    hand.command(Command::Unregister { all: false });
    let goodbye = hand.request("REGISTER");
    hand.command(Command::Register);
    assert!(hand.find("REGISTER").is_none());
    hand.answer(&goodbye, 200, "");
    let register = hand.grant("");
    assert!(expires(&register) > Some(0));
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
}

#[test]
fn who_asks_twice_to_register_is_registered_once() {
    let mut hand = Hand::registered(reporting());
    hand.words();
    hand.command(Command::Register);
    let register = hand.request("REGISTER");
    hand.command(Command::Register);
    assert!(hand.find("REGISTER").is_none(), "the first one is not answered yet");
    hand.grant_that(&register, "", "");
    assert_eq!(hand.words(), ["renewed"]);
}

#[test]
fn an_unregister_that_nobody_answers_is_over_after_2_s() {
    let mut hand = Hand::registered(reporting());
    hand.words();
    hand.command(Command::Unregister { all: false });
    hand.run_s(2);
    assert_eq!(hand.words(), ["unregistered -"]);
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected);
    assert!(hand.closed.is_empty());
}

#[test]
fn renewal_can_be_left_to_the_application() {
    let mut hand = Hand::registered(AccountOptions { refresh: false, ..reporting() });
    hand.words();
    while hand.events.is_empty() {
        hand.run_s(1);
    }
    assert_eq!(hand.words(), ["expiring"]);
    assert!(hand.find("REGISTER").is_none());
    hand.command(Command::Register);
    hand.grant("");
    assert_eq!(hand.words(), ["renewed"]);
    // One that does not lets it run out.
    hand.run_s(601);
    assert_eq!(hand.words(), ["expiring", "unregistered -"]);
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Connected);
}

#[test]
fn a_wrong_password_leaves_a_supervised_phone_connected_and_able_to_call() {
    let mut hand = Hand::connected(reporting());
    let register = hand.request("REGISTER");
    hand.answer(&register, 403, "");
    assert_eq!(hand.words(), ["connecting 0", "connected", "failed 403"]);
    hand.run_s(60);
    assert!(hand.find("REGISTER").is_none());
    let invite = hand.call();
    hand.answer(&invite, 486, "");
    hand.reopen();
    assert!(hand.find("REGISTER").is_some());
}

fn goodbyes(hand: &Hand) -> Vec<(SocketId, Request)> {
    let read = |(socket, text): &(SocketId, String)| match parse(text.clone()) {
        Ok(headset_sip::Message::Request(request)) => (*socket, request),
        other => panic!("{other:?}"),
    };
    hand.sent.iter().map(read).collect()
}

/// At unload nothing can be waited for.
#[test]
fn leaving_takes_one_message_a_flow_that_is_answered_ahead() {
    let mut second = registrar("r2", 1);
    second.reg_id = 2;
    let credentials = Credentials::new("anna".into(), "secret".into());
    let mut hand = Hand::start(AccountOptions::default(), credentials, vec![registrar("r1", 1), second]);
    for _ in 0..2 {
        hand.open();
        let register = hand.request("REGISTER");
        hand.answer(&register, 401, &challenge("WWW-Authenticate", "home", "n"));
        let register = hand.request("REGISTER");
        hand.grant_that(&register, "", "");
    }
    hand.sent.clear();
    hand.command(Command::Stop);
    let sent = goodbyes(&hand);
    let facts: Vec<_> = sent
        .iter()
        .map(|(socket, request)| {
            let authorization = request.get(Name::Authorization).expect("an answer");
            assert!(authorization.contains("nc=00000002"), "{authorization}");
            (socket.0, request.expires(), request.cseq().unwrap().number)
        })
        .collect();
    assert_eq!(facts, [(1, Some(0), 3), (2, Some(0), 3)]);
}

#[test]
fn who_leaves_is_disconnected_and_that_is_no_error() {
    let mut hand = Hand::registered(reporting());
    hand.words();
    hand.command(Command::Stop);
    let goodbye = hand.request("REGISTER");
    hand.answer(&goodbye, 200, "");
    assert_eq!(hand.words(), ["unregistered 200", "disconnected false 1000"]);
    // Nor is it one when the server leaves.
    let mut hand = Hand::registered(reporting());
    hand.words();
    let event = SocketEvent::Closed { code: 1000, reason: "night".into() };
    hand.input(Input::Socket(hand.socket, event));
    assert_eq!(hand.words(), ["unregistered -", "disconnected false 1000"]);
}

#[test]
fn leaving_while_a_register_is_under_way_takes_back_what_it_may_have_got() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.command(Command::Stop);
    let goodbye = hand.request("REGISTER");
    assert_eq!(goodbye.expires(), Some(0));
    assert!(goodbye.cseq().unwrap().number > register.cseq().unwrap().number);
    // The late 200 changes nothing.
    hand.grant_that(&register, "", "");
    assert!(hand.closed.is_empty());
    hand.answer(&goodbye, 200, "");
    assert_eq!(hand.closed.len(), 1);
    assert!(hand.phone.flows().is_empty());
}
