//! What an application can choose about its account, and what the registrar tells it.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Name, Request};
use headset_softphone::{
    AccountOptions, Command, Credentials, Identity, NewSubscription, Settings, UserAgentStatus,
};
use support::hand::{Hand, INSTANCE, registrar};
use support::outside;

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
    // RFC 7118 §5
    assert!(contact.uri.host.ends_with(".invalid"));
    assert_eq!(contact.uri.params.get("transport"), Some("ws"));
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
    hand.command(Command::Request(Box::new(outside::request(1, "MESSAGE", "bob", "x"))));
    let message = hand.request("MESSAGE");
    assert_eq!(headers(&message, "Route"), ["<sip:edge.example;transport=ws;lr>"]);
    assert_eq!(message.from().unwrap().display_name().as_deref(), Some("Anna B."));
    // RFC 3608 §6.1: what the registrar says takes its place, but for the registrar itself.
    let renewal = hand.wait_for("REGISTER");
    hand.grant_that(&renewal, "", "Service-Route: <sip:p1.example;lr>\r\n");
    hand.answer(&invite, 486, "");
    assert_eq!(headers(&hand.call(), "Route"), ["<sip:p1.example;lr>"]);
    assert_eq!(headers(&hand.wait_for("REGISTER"), "Route"), ["<sip:edge.example;transport=ws;lr>"]);
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
    // Whoever asks for the same once more is not heeded.
    hand.answer(&again, 423, "Min-Expires: 1800\r\n");
    assert!(hand.find("REGISTER").is_none());
    // A day at most.
    for (asked, heeded) in [(86_400, true), (86_401, false)] {
        let mut hand = Hand::connected(AccountOptions::default());
        let register = hand.request("REGISTER");
        hand.answer(&register, 423, &format!("Min-Expires: {asked}\r\n"));
        assert_eq!(hand.find("REGISTER").is_some(), heeded, "{asked}");
    }
    // And four times at most.
    let mut hand = Hand::connected(AccountOptions::default());
    let mut register = hand.request("REGISTER");
    for round in 1..=4 {
        hand.answer(&register, 423, &format!("Min-Expires: {}\r\n", 1000 * round));
        register = hand.request("REGISTER");
    }
    hand.answer(&register, 423, "Min-Expires: 5000\r\n");
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
    // So does whatever else makes a dialog or stands outside of one.
    hand.command(Command::Request(Box::new(outside::request(1, "MESSAGE", "bob", "x"))));
    hand.command(Command::Subscribe(Box::new(NewSubscription {
        target: "bob".into(),
        event: "presence".into(),
        ..NewSubscription::default()
    })));
    for method in ["MESSAGE", "SUBSCRIBE"] {
        let request = hand.request(method);
        assert_eq!(headers(&request, "Route"), ["<sip:p1.example;lr>", "<sip:p2.example;lr>"], "{method}");
        assert_eq!(headers(&request, "Max-Forwards").len(), 1);
    }
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
    hand.grant_that(&renewal, gruu, "");
    // A registrar that gives none, or no URI, takes it back.
    for none in ["", ";pub-gruu=\"anna\""] {
        let renewal = hand.wait_for("REGISTER");
        hand.grant_that(&renewal, none, "");
        assert_eq!(hand.phone.reach().public_gruu, "", "{none}");
        assert_eq!(hand.phone.reach().temporary_gruu, "");
        let renewal = hand.wait_for("REGISTER");
        hand.grant_that(&renewal, gruu, "");
    }
    let renewal = hand.wait_for("REGISTER");
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
    // All else is as before.
    assert!(again.lists(Name::Supported, "path") && again.lists(Name::Supported, "gruu"));
    hand.grant_that(&again, "", "");
    assert_eq!(hand.phone.user_agent_status(), headset_softphone::UserAgentStatus::Registered);
    let renewal = hand.wait_for("REGISTER");
    assert_eq!(renewal.contact().unwrap().param("reg-id"), None);
    // Asked for the same again there is nothing left to leave out.
    hand.answer(&renewal, 439, "");
    assert!(hand.find("REGISTER").is_none());
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

/// RFC 3261 §10.2
#[test]
fn the_registrations_of_a_flow_have_one_call_id_and_rising_numbers() {
    let mut hand = Hand::connected(AccountOptions::default());
    let first = hand.grant("");
    for further in 1..4 {
        let renewal = hand.wait_for("REGISTER");
        assert_eq!(renewal.call_id(), first.call_id());
        assert_eq!(renewal.cseq().unwrap().number, first.cseq().unwrap().number + further);
        hand.grant_that(&renewal, "", "");
    }
}

/// How long a binding lasts by what this list of Contacts and these headers say: it is renewed 5 s before its end.
fn lasts(options: AccountOptions, list: impl Fn(&str) -> String) -> u64 {
    let mut hand = Hand::connected(options);
    let register = hand.request("REGISTER");
    let uri = register.contact().unwrap().uri.to_string();
    hand.answer(&register, 200, &list(&uri));
    assert_eq!(hand.phone.user_agent_status(), UserAgentStatus::Registered);
    let since = hand.now;
    hand.wait_for("REGISTER");
    hand.now.since(since).as_secs() + 5
}

/// RFC 3261 §10.2.4
#[test]
fn a_binding_lasts_as_its_contact_says_else_as_expires_says_else_as_was_asked() {
    let asking = |expires| AccountOptions { expires, ..AccountOptions::default() };
    let of = |text: &'static str| move |uri: &str| text.replace("OURS", &format!("Contact: <{uri}>"));
    assert_eq!(lasts(asking(600), of("OURS;expires=60\r\nExpires: 30\r\n")), 60);
    assert_eq!(lasts(asking(600), of("OURS\r\nExpires: 60\r\n")), 60);
    assert_eq!(lasts(asking(60), of("OURS\r\n")), 60);
    // Nobody is asked every second.
    assert_eq!(lasts(asking(600), of("OURS;expires=2\r\n")), 10);
    // What was asked for is what the registrar wanted at least.
    let mut hand = Hand::connected(asking(30));
    let register = hand.request("REGISTER");
    hand.answer(&register, 423, "Min-Expires: 60\r\n");
    let register = hand.request("REGISTER");
    let uri = register.contact().unwrap().uri;
    hand.answer(&register, 200, &format!("Contact: <{uri}>\r\n"));
    hand.run_s(54);
    assert!(hand.find("REGISTER").is_none());
    hand.run_s(2);
    assert!(hand.find("REGISTER").is_some());
}

/// RFC 5626 §4.2.1, RFC 3261 §10.2.4
#[test]
fn our_own_binding_is_found_among_others_by_instance_and_reg_id_else_by_its_uri() {
    let ours = |uri: &str, id: &str| format!("<{uri}>;+sip.instance=\"{id}\";reg-id=1;expires=60");
    let bracketed = format!("<{INSTANCE}>");
    let (edge, other) = ("sip:x@edge.example", "sip:y@edge.example");
    let options = AccountOptions::default;
    // An edge has put its own address in the place of ours; some leave the brackets out.
    for id in [&*bracketed, INSTANCE] {
        for others in [
            format!("<{other}>;+sip.instance=\"{bracketed}\";reg-id=2;expires=30"),
            format!("<{other}>;+sip.instance=\"<urn:uuid:other>\";reg-id=1;expires=30"),
            format!("<{other}>;expires=30"),
        ] {
            let list = |_: &str| format!("Contact: {others}, {}\r\n", ours(edge, id));
            assert_eq!(lasts(options(), list), 60, "{others}");
        }
    }
    // Where there are both, the instance counts.
    let first = |uri: &str| format!("Contact: <{uri}>;expires=30, {}\r\n", ours(edge, &bracketed));
    assert_eq!(lasts(options(), first), 60);
    let last = |uri: &str| format!("Contact: {}, <{uri}>;expires=30\r\n", ours(edge, &bracketed));
    assert_eq!(lasts(options(), last), 60);
    // Half an address is not ours.
    for replaced in ["user", "host"] {
        let mut hand = Hand::connected(options());
        let register = hand.request("REGISTER");
        let contact = register.contact().unwrap();
        let (user, host) = match replaced {
            "user" => ("other", contact.uri.host),
            _ => (contact.uri.user.unwrap_or(""), "other.invalid"),
        };
        hand.answer(&register, 200, &format!("Contact: <sip:{user}@{host}>;expires=60\r\n"));
        assert_ne!(hand.phone.user_agent_status(), UserAgentStatus::Registered, "{replaced}");
    }
}

/// RFC 5626 §4.2: a reg-id is of no meaning without an instance.
#[test]
fn without_an_instance_neither_that_nor_a_reg_id_is_said() {
    let mut hand = Hand::registered(AccountOptions::default());
    hand.command(Command::Start {
        identity: Identity { login: "ben".into(), domain: "demo.example".into(), ..Identity::default() },
        credentials: Credentials::new("ben".into(), "secret".into()),
        registrars: vec![registrar("r1", 1)],
        settings: Settings::default(),
    });
    hand.sent.clear();
    hand.open();
    let register = hand.request("REGISTER");
    let contact = register.contact().unwrap();
    assert_eq!((contact.param("+sip.instance"), contact.param("reg-id")), (None, None));
}
