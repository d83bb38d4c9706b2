//! What an application can choose about its account, and what the registrar tells it.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Name, Request};
use headset_softphone::{AccountOptions, Credentials};
use support::hand::{Hand, INSTANCE, registrar};

fn headers(request: &Request, name: &str) -> Vec<String> {
    let named = request.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.to_string()).collect()
}

#[test]
fn by_default_it_registers_as_before() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    assert_eq!(register.uri(), "sip:demo.example");
    assert_eq!(register.get(Name::Route), None);
    let contact = register.contact().unwrap();
    assert!(contact.uri.host.ends_with(".invalid"));
    assert_eq!(contact.param("expires"), Some("600"));
    assert_eq!(contact.param("reg-id"), Some("1"));
    assert_eq!(contact.param("+sip.instance"), Some(&*format!("<{INSTANCE}>")));
    assert_eq!(register.expires(), Some(600));
    // RFC 3327 §5.1, RFC 5626 §4.2.1, RFC 5627 §4.1
    for option in ["path", "outbound", "gruu"] {
        assert!(register.lists(Name::Supported, option), "{option}");
    }
    assert!(register.via().unwrap().host.ends_with(".invalid"));
}

#[test]
fn contact_registrar_route_and_transport_can_be_given() {
    let options = AccountOptions {
        contact_uri: Some("sip:anna@office.example;transport=ws".into()),
        registrar_uri: Some("sip:registrar.example".into()),
        contact_params: ";+sip.ice;q=0.5".into(),
        from_tag_trail: "-trail".into(),
        display_name: Some("Anna B.".into()),
        expires: 120,
        ..AccountOptions::default()
    };
    let mut r1 = registrar("r1", 1);
    r1.route = Some("<sip:edge.example;transport=ws;lr>".into());
    r1.transport = Some("TLS".into());
    let credentials = Credentials::new("anna".into(), "secret".into());
    let mut hand = Hand::start(options, credentials, vec![r1]);
    hand.open();
    let register = hand.grant("");
    assert_eq!(register.uri(), "sip:registrar.example");
    assert_eq!(headers(&register, "Route"), ["<sip:edge.example;transport=ws;lr>"]);
    let contact = register.get(Name::Contact).unwrap();
    assert!(contact.starts_with("<sip:anna@office.example;transport=ws>;"), "{contact}");
    assert!(contact.ends_with(";expires=120;+sip.ice;q=0.5"), "{contact}");
    assert!(register.from_tag().unwrap().ends_with("-trail"));
    assert_eq!(register.from().unwrap().display_name().as_deref(), Some("Anna B."));
    assert!(register.get(Name::Via).unwrap().starts_with("SIP/2.0/TLS office.example;"));
    let invite = hand.call();
    assert_eq!(headers(&invite, "Route"), ["<sip:edge.example;transport=ws;lr>"]);
    assert_eq!(invite.get(Name::Contact), Some("<sip:anna@office.example;transport=ws;ob>"));
    assert!(!invite.from_tag().unwrap().ends_with("-trail"));
}

#[test]
fn headers_of_the_application_go_with_every_message_and_can_change_at_any_time() {
    let mut options = AccountOptions {
        headers: "X-App: one\nX-Site: two\r\n".into(),
        register_headers: "X-Register: yes\n".into(),
        ..AccountOptions::default()
    };
    let mut hand = Hand::registered(options.clone());
    let register = hand.wait_for("REGISTER");
    assert_eq!(headers(&register, "X-App"), ["one"]);
    assert_eq!(headers(&register, "X-Site"), ["two"]);
    assert_eq!(headers(&register, "X-Register"), ["yes"]);
    options.headers = "X-App: changed".into();
    hand.command(headset_softphone::Command::Configure(Box::new(options)));
    let invite = hand.call();
    assert_eq!(headers(&invite, "X-App"), ["changed"]);
    assert!(headers(&invite, "X-Register").is_empty());
    // Responses too.
    hand.say(
        "OPTIONS sip:anna@x.invalid SIP/2.0\r\nVia: SIP/2.0/WS y.invalid;branch=z9hG4bKo\r\n\
         From: <sip:y@demo.example>;tag=y\r\nTo: <sip:anna@demo.example>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n",
    );
    let (_, text) = hand.sent.pop_back().unwrap();
    assert!(text.starts_with("SIP/2.0 200") && text.contains("X-App: changed\r\n"), "{text}");
    hand.answer(&invite, 486, "");
    hand.sent.clear();
    hand.say(&support::wire::invite("anna", "c1", "one"));
    let ringing = hand.sent.iter().find(|(_, text)| text.starts_with("SIP/2.0 180")).unwrap();
    assert!(ringing.1.contains("X-App: changed\r\n"), "{}", ringing.1);
}

/// RFC 3261 §10.2.1.1
#[test]
fn without_an_expiry_of_its_own_the_registrar_chooses() {
    let mut hand = Hand::connected(AccountOptions { expires: 0, ..AccountOptions::default() });
    let register = hand.request("REGISTER");
    assert_eq!((register.expires(), register.contact().unwrap().param("expires")), (None, None));
    hand.grant_that(&register, "", "Expires: 60\r\n");
    hand.run_s(54);
    assert!(hand.find("REGISTER").is_none());
    hand.run_s(2);
    assert!(hand.find("REGISTER").is_some());
}

/// RFC 3261 §10.2.8
#[test]
fn an_expiry_that_is_too_brief_is_made_longer() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 423, "Min-Expires: 1800\r\n");
    let again = hand.request("REGISTER");
    assert_eq!(again.expires(), Some(1800));
    // And no longer than a day.
    hand.answer(&again, 423, "Min-Expires: 900000\r\n");
    assert!(hand.find("REGISTER").is_none());
}

/// RFC 3608 §6.1
#[test]
fn calls_take_the_way_that_the_registrar_has_told() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    let way = "Service-Route: <sip:p1.example;lr>, <sip:p2.example;lr>\r\n";
    hand.grant_that(&register, "", way);
    let invite = hand.call();
    assert_eq!(headers(&invite, "Route"), ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]);
    hand.answer(&invite, 486, "");
    // REGISTER itself does not, and the next 2xx replaces the way.
    let renewal = hand.wait_for("REGISTER");
    assert!(headers(&renewal, "Route").is_empty());
    hand.grant_that(&renewal, "", "");
    assert!(headers(&hand.call(), "Route").is_empty());
}

/// RFC 5627 §4.2, §4.4.1
#[test]
fn an_address_made_for_this_device_is_its_contact() {
    let mut hand = Hand::connected(AccountOptions::default());
    let gruu = ";pub-gruu=\"sip:anna@demo.example;gr=urn:x\";temp-gruu=\"sip:tgruu.7hs@demo.example;gr\"";
    let register = hand.grant(gruu);
    assert_eq!(hand.phone.reach().public_gruu, "sip:anna@demo.example;gr=urn:x");
    assert_eq!(hand.phone.reach().temporary_gruu, "sip:tgruu.7hs@demo.example;gr");
    let invite = hand.call();
    assert_eq!(invite.get(Name::Contact), Some("<sip:anna@demo.example;gr=urn:x>"));
    hand.answer(&invite, 486, "");
    // What is registered stays the device's own address.
    let renewal = hand.wait_for("REGISTER");
    assert_eq!(renewal.contact().unwrap().uri.to_string(), register.contact().unwrap().uri.to_string());
    // A registrar that gives none takes it back.
    hand.grant_that(&renewal, "", "");
    assert!(hand.call().get(Name::Contact).unwrap().ends_with(";ob>"));
}

/// RFC 5626 §11.6
#[test]
fn where_the_first_hop_lacks_outbound_it_registers_without() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    hand.answer(&register, 439, "");
    let again = hand.request("REGISTER");
    assert!(!again.lists(Name::Supported, "outbound"));
    assert_eq!(again.contact().unwrap().param("reg-id"), None);
    assert!(again.contact().unwrap().param("+sip.instance").is_some());
    hand.grant_that(&again, "", "");
    assert_eq!(hand.phone.user_agent_status(), headset_softphone::UserAgentStatus::Registered);
    assert_eq!(hand.wait_for("REGISTER").contact().unwrap().param("reg-id"), None);
}

/// RFC 3261 §10.2.4
#[test]
fn a_registrar_that_gives_back_the_bare_address_has_registered_it() {
    let mut hand = Hand::connected(AccountOptions::default());
    let register = hand.request("REGISTER");
    let uri = register.contact().unwrap().uri;
    let list = format!("Contact: <sip:other@x.invalid>;expires=5, <{uri}>;expires=90\r\n");
    hand.answer(&register, 200, &list);
    assert_eq!(hand.phone.user_agent_status(), headset_softphone::UserAgentStatus::Registered);
    hand.run_s(40);
    assert!(hand.find("REGISTER").is_none());
    hand.run_s(40);
    assert!(hand.find("REGISTER").is_some());
}
