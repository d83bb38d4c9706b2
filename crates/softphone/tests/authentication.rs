//! Digest challenges: several realms, nonces that are used again, and when not to answer.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::digest::{self, Authorization};
use headset_sip::{Name, Request};
use headset_softphone::{AccountOptions, Command, Credentials, Event, Outcome, Secret, UserAgentStatus};
use support::hand::{Hand, challenge, registrar};

const WWW: &str = "WWW-Authenticate";
const PROXY: &str = "Proxy-Authenticate";

/// Realm, nonce and count of a request's answers; every one is right.
fn answers(request: &Request, name: Name, password: &str) -> Vec<(String, String, u32)> {
    let read = |value: &str| {
        let answer = Authorization::parse(value).expect("an answer");
        assert!(answer.verify(request.method(), password), "{value}");
        assert_eq!(answer.uri, request.uri());
        (answer.realm.clone(), answer.nonce.clone(), answer.nonce_count().unwrap_or(0))
    };
    request.all(name).map(read).collect()
}

fn answer(request: &Request, name: Name) -> Option<(String, String, u32)> {
    let mut all = answers(request, name, "secret");
    assert!(all.len() < 2, "{all:?}");
    all.pop()
}

fn of(realm: &str, nonce: &str, count: u32) -> (String, String, u32) {
    (realm.into(), nonce.into(), count)
}

fn refusals(hand: &Hand) -> usize {
    hand.events.iter().filter(|event| matches!(event, Event::CredentialsRefused { .. })).count()
}

fn with(secret: Secret) -> Hand {
    let credentials = Credentials { username: "anna".into(), secret };
    let mut hand = Hand::start(AccountOptions::default(), credentials, vec![registrar("r1", 1)]);
    hand.open();
    hand
}

/// RFC 3261 §22.3
#[test]
fn a_proxy_and_then_the_registrar_ask_and_the_last_request_answers_both() {
    let mut hand = Hand::connected(AccountOptions::default());
    let first = hand.request("REGISTER");
    assert_eq!(first.get(Name::Authorization), None);
    hand.answer(&first, 407, &challenge(PROXY, "proxy", "p1"));
    let second = hand.request("REGISTER");
    assert_eq!(answer(&second, Name::ProxyAuthorization), Some(of("proxy", "p1", 1)));
    hand.answer(&second, 401, &challenge(WWW, "home", "h1"));
    let third = hand.request("REGISTER");
    assert_eq!(answer(&third, Name::ProxyAuthorization), Some(of("proxy", "p1", 2)));
    assert_eq!(answer(&third, Name::Authorization), Some(of("home", "h1", 1)));
    hand.grant_that(&third, "", "");
    assert_eq!(refusals(&hand), 0);
    // And the renewal answers both before it is asked.
    let renewal = hand.wait_for("REGISTER");
    assert_eq!(answer(&renewal, Name::ProxyAuthorization), Some(of("proxy", "p1", 3)));
    assert_eq!(answer(&renewal, Name::Authorization), Some(of("home", "h1", 2)));
}

/// RFC 3261 §22.3: a forking proxy collects the challenges of all.
#[test]
fn challenges_of_three_realms_in_one_response_are_all_answered() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    let headers = [
        challenge(PROXY, "one", "1"),
        challenge(PROXY, "two", "2"),
        challenge(WWW, "end", "3"),
        "WWW-Authenticate: Basic realm=\"old\"\r\n".into(),
    ];
    hand.answer(&invite, 407, &headers.concat());
    let again = hand.request("INVITE");
    let proxies = answers(&again, Name::ProxyAuthorization, "secret");
    assert_eq!(proxies, [of("one", "1", 1), of("two", "2", 1)]);
    assert_eq!(answer(&again, Name::Authorization), Some(of("end", "3", 1)));
    assert_eq!(again.call_id(), invite.call_id());
    assert_eq!(again.cseq().unwrap().number, invite.cseq().unwrap().number + 1);
}

/// RFC 8760 §2.4
#[test]
fn of_one_realm_the_strongest_challenge_is_answered() {
    for order in [[0, 1], [1, 0]] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        let both = ["MD5", "MD5-sess"]
            .map(|name| format!("{WWW}: Digest algorithm={name}, realm=\"home\", nonce=\"{name}\"\r\n"));
        hand.answer(&register, 401, &order.map(|index| both[index].as_str()).concat());
        let again = hand.request("REGISTER");
        assert_eq!(answer(&again, Name::Authorization).unwrap().1, "MD5-sess");
    }
    // Of two that are alike, the topmost.
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &[challenge(WWW, "home", "1"), challenge(WWW, "home", "2")].concat());
    assert_eq!(answer(&hand.request("REGISTER"), Name::Authorization), Some(of("home", "1", 1)));
}

/// RFC 7616 §3.4: the nonce stays good, and the hash of the old password must not be seen again.
#[test]
fn other_credentials_are_used_from_the_next_request_on() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &challenge(WWW, "home", "n"));
    hand.grant("");
    let mut renewed = |username: &str, secret| {
        hand.command(Command::SetCredentials(Credentials { username: username.into(), secret }));
        let renewal = hand.wait_for("REGISTER");
        hand.grant_that(&renewal, "", "");
        renewal
    };
    let better = |word: &str| Secret::Password(word.into());
    let ha1 = |realm: &str| {
        let ha1 = digest::Algorithm::Md5.ha1("anna", realm, "hashed");
        Secret::Ha1 { realm: realm.into(), ha1 }
    };
    let renewal = renewed("anna", better("better"));
    assert_eq!(answers(&renewal, Name::Authorization, "better"), [of("home", "n", 2)]);
    let renewal = renewed("1800000000:anna", better("better"));
    assert_eq!(answers(&renewal, Name::Authorization, "better"), [of("home", "n", 3)]);
    assert_eq!(
        renewed("anna", ha1("elsewhere")).get(Name::Authorization),
        None,
        "it is good for another realm"
    );
    let renewal = renewed("anna", ha1("home"));
    assert_eq!(answers(&renewal, Name::Authorization, "hashed"), [of("home", "n", 4)]);
}

/// RFC 7616 §3.4: nc.
#[test]
fn the_second_call_costs_no_challenge() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "proxy", "n"));
    let again = hand.request("INVITE");
    assert_eq!(answer(&again, Name::ProxyAuthorization), Some(of("proxy", "n", 1)));
    hand.answer(&again, 486, "");
    let second = hand.call();
    assert_eq!(answer(&second, Name::ProxyAuthorization), Some(of("proxy", "n", 2)));
    // A nonce that is no longer good costs one round trip, whatever the server says of it.
    hand.answer(&second, 407, &challenge(PROXY, "proxy", "new"));
    let third = hand.request("INVITE");
    assert_eq!(answer(&third, Name::ProxyAuthorization), Some(of("proxy", "new", 1)));
    assert_eq!(refusals(&hand), 0);
}

/// RFC 3261 §22.1: what one end asked for is not shown to another.
#[test]
fn an_answer_to_the_far_end_is_not_given_to_another_host() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 401, &challenge(WWW, "pbx", "n"));
    let again = hand.request("INVITE");
    hand.answer(&again, 486, "");
    let again_there = "sip:carol@demo.example;user=phone";
    for (target, expected) in [
        ("sip:eve@elsewhere.example", None),
        ("carol", Some(of("pbx", "n", 2))),
        (again_there, Some(of("pbx", "n", 3))),
    ] {
        hand.dial(target);
        let invite = hand.request("INVITE");
        assert_eq!(answer(&invite, Name::Authorization), expected, "{target}");
        hand.answer(&invite, 486, "");
    }
}

/// RFC 3261 §22.3: a proxy stands before every end.
#[test]
fn an_answer_to_a_proxy_goes_along_wherever_we_call() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "proxy", "n"));
    let again = hand.request("INVITE");
    hand.answer(&again, 486, "");
    hand.dial("sip:eve@elsewhere.example");
    let invite = hand.request("INVITE");
    assert_eq!(answer(&invite, Name::ProxyAuthorization), Some(of("proxy", "n", 2)));
}

#[test]
fn what_the_registrar_asked_for_is_shown_to_no_one_who_is_called() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &challenge(WWW, "home", "n"));
    hand.grant("");
    assert_eq!(hand.call().get(Name::Authorization), None);
}

/// RFC 3261 §22.3: who asks is told by the header, not by the realm's name.
#[test]
fn a_proxy_and_an_end_that_share_a_realm_are_answered_each() {
    let (proxy, end) = (challenge(PROXY, "home", "p"), challenge(WWW, "home", "e"));
    for together in [true, false] {
        let mut hand = Hand::registered(AccountOptions::default());
        let mut invite = hand.call();
        if together {
            hand.answer(&invite, 401, &[&*proxy, &*end].concat());
        } else {
            hand.answer(&invite, 407, &proxy);
            invite = hand.request("INVITE");
            hand.answer(&invite, 401, &end);
        }
        let last = hand.request("INVITE");
        assert_eq!(answer(&last, Name::ProxyAuthorization).map(|(_, nonce, _)| nonce).as_deref(), Some("p"));
        assert_eq!(answer(&last, Name::Authorization), Some(of("home", "e", 1)));
        assert_eq!(refusals(&hand), 0);
    }
}

/// RFC 3261 §22.1: what is refused are the credentials that it was sent with.
#[test]
fn a_403_to_credentials_that_were_renewed_meanwhile_does_not_count() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.command(Command::SetCredentials(Credentials::new("anna".into(), "renewed".into())));
    hand.answer(&register, 403, "");
    let again = hand.request("REGISTER");
    assert_eq!(refusals(&hand), 0);
    hand.answer(&again, 403, "");
    assert!(hand.find("REGISTER").is_none());
    assert_eq!(refusals(&hand), 1);
}

#[test]
fn a_wrong_password_is_not_repeated() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "proxy", "1"));
    let again = hand.request("INVITE");
    hand.answer(&again, 407, &challenge(PROXY, "proxy", "2"));
    assert!(hand.find("INVITE").is_none());
    assert_eq!(refusals(&hand), 1);
    let end = hand.events.iter().find_map(|event| match event {
        Event::CallEnded(end) => Some(end),
        _ => None,
    });
    assert_eq!(end.map(|end| (end.outcome, end.status_code)), Some((Outcome::Failed, Some(407))));
    // REGISTER neither, until there is another password.
    let register = hand.wait_for("REGISTER");
    hand.answer(&register, 401, &challenge(WWW, "home", "1"));
    let again = hand.request("REGISTER");
    hand.answer(&again, 401, &challenge(WWW, "home", "2"));
    hand.run_s(20);
    assert!(hand.find("REGISTER").is_none());
    hand.command(Command::SetCredentials(Credentials::new("anna".into(), "better".into())));
    let register = hand.request("REGISTER");
    assert_eq!(register.get(Name::Authorization), None, "the nonce went with the answer");
    hand.answer(&register, 401, &challenge(WWW, "home", "3"));
    let last = hand.request("REGISTER");
    assert_eq!(answers(&last, Name::Authorization, "better"), [of("home", "3", 1)]);
}

/// RFC 3261 §22.4, RFC 7616 §3.3
#[test]
fn a_stale_nonce_is_no_refusal_but_an_endless_row_of_them_is() {
    let mut hand = Hand::registered(AccountOptions::default());
    let mut invite = hand.call();
    let mut rounds = 0;
    loop {
        let stale = challenge(PROXY, "proxy", &rounds.to_string()).replace("qop", "stale=true, qop");
        hand.answer(&invite, 407, &stale);
        match hand.find("INVITE") {
            Some(next) => invite = next,
            None => break,
        }
        rounds += 1;
        assert!(rounds < 10, "it never ends");
    }
    assert_eq!((rounds, refusals(&hand)), (4, 1));
}

#[test]
fn the_hash_of_a_password_serves_in_its_realm_and_in_no_other() {
    let ha1 = headset_sip::digest::Algorithm::Md5.ha1("anna", "home", "secret");
    let mut hand = with(Secret::Ha1 { realm: "home".into(), ha1: ha1.clone() });
    let register = hand.request("REGISTER");
    // It is MD5's alone, so the stronger challenge is none for us.
    let stronger = challenge(WWW, "home", "s").replace("qop", "algorithm=SHA-256, qop");
    hand.answer(&register, 401, &[stronger, challenge(WWW, "home", "n")].concat());
    let again = hand.request("REGISTER");
    assert_eq!(answer(&again, Name::Authorization), Some(of("home", "n", 1)));
    hand.grant_that(&again, "", "");
    assert_eq!(hand.phone.ha1(), Some(("home", &*ha1)));
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "elsewhere", "n"));
    assert!(hand.find("INVITE").is_none());
    assert_eq!(refusals(&hand), 1);
}

#[test]
fn a_token_goes_with_every_request_and_challenges_are_not_answered() {
    let mut hand = with(Secret::Token("Bearer abc".into()));
    let register = hand.grant("");
    assert_eq!(register.get(Name::Authorization), Some("Bearer abc"));
    let invite = hand.call();
    assert_eq!(invite.get(Name::Authorization), Some("Bearer abc"));
    hand.answer(&invite, 401, &challenge(WWW, "home", "n"));
    assert!(hand.find("INVITE").is_none());
    assert_eq!(refusals(&hand), 1);
}

#[test]
fn every_flow_has_its_own_nonces() {
    let credentials = Credentials::new("anna".into(), "secret".into());
    let mut second = registrar("r2", 1);
    second.reg_id = 2;
    let list = vec![registrar("r1", 1), second];
    let mut hand = Hand::start(AccountOptions::default(), credentials, list);
    hand.open();
    let one = hand.request("REGISTER");
    hand.answer(&one, 401, &challenge(WWW, "home", "of-r1"));
    let one = hand.request("REGISTER");
    assert_eq!(answer(&one, Name::Authorization), Some(of("home", "of-r1", 1)));
    hand.open();
    let two = hand.request("REGISTER");
    assert_eq!(answer(&two, Name::Authorization), None);
}

/// RFC 7616 §3.5
#[test]
fn the_nonce_that_the_registrar_wants_next_is_used_next() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, &challenge(WWW, "home", "n"));
    let register = hand.request("REGISTER");
    hand.grant_that(&register, "", "Authentication-Info: qop=auth, nextnonce=\"next\"\r\n");
    let renewal = hand.wait_for("REGISTER");
    assert_eq!(answer(&renewal, Name::Authorization), Some(of("home", "next", 1)));
}

/// RFC 3261 §13.2.2.4, §22.1: nobody can ask an ACK for credentials, so it has those of its INVITE.
#[test]
fn the_ack_of_an_answer_has_the_credentials_of_its_invite() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "proxy", "p1"));
    hand.request("ACK");
    let invite = hand.request("INVITE");
    let ok = support::wire::response(&invite, 200, "", Some(&support::wire::described("bob", "sendrecv")));
    hand.say(&ok);
    let ack = hand.request("ACK");
    assert!(invite.get(Name::ProxyAuthorization).is_some());
    assert_eq!(ack.get(Name::ProxyAuthorization), invite.get(Name::ProxyAuthorization));
}

/// RFC 3261 §22.1: nor when the binding that it was to renew has run out.
#[test]
fn a_refusal_of_a_renewal_is_not_forgotten_when_the_binding_ends() {
    let mut hand = Hand::registered(AccountOptions::default());
    let renewal = hand.wait_for("REGISTER");
    hand.answer(&renewal, 403, "");
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered, "it holds still");
    hand.run_s(700);
    assert!(hand.find("REGISTER").is_none());
    assert_eq!((hand.phone.user_agent_status(), refusals(&hand)), (UserAgentStatus::Error, 1));
}

/// RFC 7616 §3.4.3
#[test]
fn where_only_auth_int_is_offered_the_answer_covers_the_offer() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.answer(&invite, 407, &challenge(PROXY, "proxy", "n").replace("\"auth\"", "\"auth-int\""));
    let again = hand.request("INVITE");
    assert!(!again.body().is_empty());
    let answer = Authorization::parse(again.get(Name::ProxyAuthorization).unwrap()).unwrap();
    assert!(answer.verify_request(&again, digest::Secret::Password("secret")));
}

#[test]
fn a_challenge_that_nobody_could_answer_says_nothing_of_the_password() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 401, "WWW-Authenticate: Basic realm=\"home\"\r\n");
    assert_eq!(refusals(&hand), 0);
    hand.wait_for("REGISTER");
}
