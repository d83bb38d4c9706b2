//! Registering: who may, for how long, and who is known to be there.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name, Request};
use headset_switch::Report;
use support::{Client, DOMAIN, START, World, password};

#[test]
fn a_client_registers_after_a_challenge_and_the_floor_hears_of_its_flow() {
    let mut world = World::new();
    let mut anna = Client::new(&mut world, "anna");
    let ok = anna.register(&mut world, 600);
    let contact = ok.get(Name::Contact).unwrap();
    assert!(contact.contains(";expires=600") && contact.contains(";reg-id=1"), "{contact}");
    assert!(contact.contains("+sip.instance=\"<urn:uuid:anna>\""), "{contact}");
    let live = Report::FlowLive { login: "anna".into(), registrar: "r1".into(), flow: 1 };
    assert_eq!(world.report(), live);
    world.no_report();
}

#[test]
fn two_registrars_are_two_flows_and_both_contacts_are_listed() {
    let mut world = World::new();
    Client::registered_on(&mut world, "anna", 0);
    let mut second = Client::on(&mut world, "anna", 1);
    let ok = second.register(&mut world, 600);
    assert_eq!(ok.contacts().count(), 2);
    let live = Report::FlowLive { login: "anna".into(), registrar: "r2".into(), flow: 2 };
    assert_eq!(world.all_reports(), [live]);
}

#[test]
fn a_refresh_is_no_news_and_an_interval_too_brief_is_423() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    anna.register(&mut world, 600);
    world.no_report();
    let challenge = anna.challenged(&mut world);
    let brief = anna.register_request(&mut world, 30);
    anna.send_answer(&mut world, brief, &challenge);
    let refused = world.response(anna.connection, 423);
    assert_eq!(refused.get(Name::MinExpires), Some("60"));
    assert!(anna.register(&mut world, 7200).get(Name::Contact).unwrap().contains("expires=600"));
}

#[test]
fn a_registration_that_is_not_refreshed_ends() {
    let mut world = World::new();
    let mut anna = Client::new(&mut world, "anna");
    anna.register(&mut world, 60);
    world.all_reports();
    world.seconds(59);
    world.no_report();
    world.seconds(2);
    let gone = Report::FlowGone { login: "anna".into(), flow: 1, goodbye: false };
    assert_eq!(world.all_reports(), [gone]);
}

#[test]
fn unregistering_is_a_goodbye_and_losing_the_connection_is_none() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    let ok = anna.register(&mut world, 0);
    assert_eq!(ok.contacts().count(), 0);
    assert_eq!(world.report(), Report::FlowGone { login: "anna".into(), flow: 1, goodbye: true });

    let boris = Client::registered(&mut world, "boris");
    world.lose(boris.connection);
    let gone = Report::FlowGone { login: "boris".into(), flow: 2, goodbye: false };
    assert_eq!(world.all_reports(), [gone]);
}

#[test]
fn a_client_that_comes_back_takes_the_place_of_its_old_flow() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    let old = anna.connection;
    anna.connection = world.connect();
    let ok = anna.register(&mut world, 600);
    assert_eq!(ok.contacts().count(), 1);
    assert_eq!(
        world.all_reports(),
        [
            Report::FlowLive { login: "anna".into(), registrar: "r1".into(), flow: 2 },
            Report::FlowGone { login: "anna".into(), flow: 1, goodbye: false },
        ]
    );
    assert_eq!(world.closes, [(old, 1000)]);
}

#[test]
fn a_star_removes_every_flow_of_the_login() {
    let mut world = World::new();
    Client::registered_on(&mut world, "anna", 1);
    let mut anna = Client::registered(&mut world, "anna");
    let challenge = anna.challenged(&mut world);
    anna.cseq += 1;
    let star = Request::build(Method::Register, &format!("sip:{DOMAIN}"))
        .via("WS", "client.invalid", &world.entropy.branch())
        .header(Name::CallId, &anna.call_id)
        .header(Name::CSeq, &format!("{} REGISTER", anna.cseq))
        .header(Name::From, &format!("<{}>;tag=1", anna.aor()))
        .header(Name::To, &format!("<{}>", anna.aor()))
        .header(Name::Contact, "*")
        .header(Name::Expires, "0");
    anna.send_answer(&mut world, star, &challenge);
    assert_eq!(world.response(anna.connection, 200).contacts().count(), 0);
    assert_eq!(world.all_reports().len(), 2);
}

#[test]
fn a_silent_page_is_stale_at_10_s_and_live_again_when_it_speaks() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    world.seconds(60);
    world.no_report();
    world.hang(anna.connection);
    world.seconds(9);
    world.no_report();
    world.seconds(2);
    assert_eq!(world.report(), Report::FlowStale { login: "anna".into(), flow: 1 });
    world.thaw(anna.connection);
    world.seconds(5);
    assert_eq!(
        world.all_reports(),
        [Report::FlowLive { login: "anna".into(), registrar: "r1".into(), flow: 1 }]
    );
}

#[test]
fn a_page_silent_for_20_s_is_closed_and_its_flow_gone() {
    let mut world = World::new();
    let anna = Client::registered(&mut world, "anna");
    world.hang(anna.connection);
    world.seconds(19);
    assert!(world.is_open(anna.connection));
    world.seconds(2);
    assert_eq!(world.closes, [(anna.connection, 1008)]);
    assert_eq!(
        world.all_reports(),
        [
            Report::FlowStale { login: "anna".into(), flow: 1 },
            Report::FlowGone { login: "anna".into(), flow: 1, goodbye: false },
        ]
    );
}

#[test]
fn a_clients_own_ping_gets_a_pong() {
    let mut world = World::new();
    let connection = world.connect();
    world.send(connection, "\r\n\r\n");
    // Not a message, so not for `next`: the raw frame is what counts.
    assert_eq!(world.raw(connection), Some("\r\n".to_owned()));
}

#[test]
fn a_wrong_hash_is_challenged_again_and_then_refused_even_when_right() {
    let mut world = World::new();
    let mut anna = Client::new(&mut world, "anna");
    let right = std::mem::replace(&mut anna.password, "wrong".into());
    for attempt in 1..=10 {
        let challenge = anna.challenged(&mut world);
        let request = anna.register_request(&mut world, 600);
        anna.send_answer(&mut world, request, &challenge);
        world.response(anna.connection, if attempt < 10 { 401 } else { 403 });
    }
    anna.password = right;
    let challenge = anna.challenged(&mut world);
    let request = anna.register_request(&mut world, 600);
    anna.send_answer(&mut world, request.clone(), &challenge);
    assert!(world.response(anna.connection, 403).get(Name::RetryAfter).is_some());

    // Another login from the same address is not concerned, and a minute later neither is this one.
    Client::registered(&mut world, "boris");
    world.seconds(29);
    let mut anna = Client::new(&mut world, "anna");
    world.seconds(29);
    world.seconds(3);
    anna.connection = world.connect();
    anna.register(&mut world, 600);
}

#[test]
fn expired_credentials_are_refused_with_that_reason_and_are_no_failure() {
    let mut world = World::new();
    let mut anna = Client::new(&mut world, "anna");
    anna.username = format!("{}:anna", START - 1);
    anna.password = password(&anna.username);
    for _ in 0..20 {
        let challenge = anna.challenged(&mut world);
        let request = anna.register_request(&mut world, 600);
        anna.send_answer(&mut world, request, &challenge);
        assert_eq!(world.response(anna.connection, 403).reason(), "Credentials expired");
    }
}

#[test]
fn credentials_expire_while_the_switch_runs() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    world.seconds(601);
    let challenge = anna.challenged(&mut world);
    let request = anna.register_request(&mut world, 600);
    anna.send_answer(&mut world, request, &challenge);
    assert_eq!(world.response(anna.connection, 403).reason(), "Credentials expired");
}

#[test]
fn an_old_nonce_is_stale_and_not_a_failure() {
    let mut world = World::new();
    let mut anna = Client::registered(&mut world, "anna");
    let challenge = anna.challenged(&mut world);
    world.seconds(301);
    let request = anna.register_request(&mut world, 600);
    anna.send_answer(&mut world, request, &challenge);
    let again = world.response(anna.connection, 401);
    assert!(again.get(Name::WwwAuthenticate).unwrap().contains("stale=true"));
}

#[test]
fn a_from_or_to_of_somebody_else_is_refused() {
    let mut world = World::new();
    let mut anna = Client::new(&mut world, "anna");
    for (from, to) in [("boris", "anna"), ("anna", "boris")] {
        let challenge = anna.challenged(&mut world);
        anna.cseq += 1;
        let forged = Request::build(Method::Register, &format!("sip:{DOMAIN}"))
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::CallId, &anna.call_id)
            .header(Name::CSeq, &format!("{} REGISTER", anna.cseq))
            .header(Name::From, &format!("<sip:{from}@{DOMAIN}>;tag=1"))
            .header(Name::To, &format!("<sip:{to}@{DOMAIN}>"))
            .header(Name::Contact, &anna.contact());
        anna.send_answer(&mut world, forged, &challenge);
        world.response(anna.connection, 403);
    }
    world.no_report();
}

#[test]
fn a_connection_on_which_nobody_registers_is_closed_after_30_s() {
    let mut world = World::new();
    let stranger = world.connect();
    let anna = Client::registered(&mut world, "anna");
    world.seconds(31);
    assert_eq!(world.closes, [(stranger, 1008)]);
    assert!(world.is_open(anna.connection));
}
