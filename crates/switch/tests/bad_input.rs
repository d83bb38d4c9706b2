//! What nobody should send, and what becomes of it.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Method, Name, Request};
use headset_switch::{Command, ConnectionId};
use proptest::prelude::*;
use support::{Client, DOMAIN, World, config, talk};

fn request(world: &mut World, connection: ConnectionId, method: &str, to: &str, extra: &str) {
    let branch = world.entropy.branch();
    let text = format!(
        "{method} sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS c.invalid;branch={branch}\r\nFrom: \
         <sip:anna@{DOMAIN}>;tag=1\r\nTo: <sip:{DOMAIN}>{to}\r\nCall-ID: {branch}\r\nCSeq: 1 \
         {method}\r\n{extra}Content-Length: 0\r\n\r\n"
    );
    world.send(connection, text);
}

#[test]
fn a_malformed_request_is_400_and_a_hopeless_one_is_dropped() {
    let mut world = World::new();
    let connection = world.connect();
    request(&mut world, connection, "OPTIONS", "", "Content-Length: many\r\n");
    world.response(connection, 400);
    for text in
        ["hello", "OPTIONS", "SIP/2.0 200 OK\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}", "INVITE x SIP/2.0\r\n\r\n"]
    {
        world.send(connection, text);
        world.nothing(connection);
    }
    // The connection works on.
    request(&mut world, connection, "OPTIONS", "", "");
    assert!(world.response(connection, 200).get(Name::Allow).unwrap().contains("INVITE"));
}

#[test]
fn methods_that_are_not_served_say_so() {
    let mut world = World::new();
    let connection = world.connect();
    for (method, to, status) in [
        ("DANCE", "", 501),
        ("SUBSCRIBE", "", 405),
        ("MESSAGE", "", 405),
        ("REFER", ";tag=x", 481),
        ("BYE", "", 481),
        ("BYE", ";tag=x", 481),
        ("INFO", ";tag=x", 481),
    ] {
        request(&mut world, connection, method, to, "");
        let reply = world.response(connection, status);
        assert_eq!(reply.get(Name::Allow).is_some(), matches!(status, 405 | 501), "{method}");
    }
    request(&mut world, connection, "OPTIONS", "", "Max-Forwards: 0\r\n");
    world.response(connection, 483);
    request(&mut world, connection, "OPTIONS", "", "Require: teleport, outbound\r\n");
    assert_eq!(world.response(connection, 420).get(Name::Unsupported), Some("teleport"));
    request(&mut world, connection, "OPTIONS", "", "Proxy-Require: sec-agree, path\r\n");
    assert_eq!(world.response(connection, 420).get(Name::Unsupported), Some("sec-agree"));
    request(&mut world, connection, "INVITE", "", "Accept: text/plain\r\n");
    world.response(connection, 100);
    world.response(connection, 406);
    request(&mut world, connection, "CANCEL", "", "");
    world.response(connection, 481);
    request(&mut world, connection, "ACK", "", "");
    world.nothing(connection);
}

#[test]
fn a_message_over_64_kib_closes_that_connection_only() {
    let mut world = World::new();
    let (anna, boris) = (Client::registered(&mut world, "anna"), Client::registered(&mut world, "boris"));
    world.send(anna.connection, "x".repeat(64 * 1024 + 1));
    assert_eq!(world.closes, [(anna.connection, 1009)]);
    assert!(world.is_open(boris.connection));
    // What still crosses the Close is not looked at.
    world.send(anna.connection, "\r\n\r\n");
}

#[test]
fn a_flood_closes_its_connection() {
    let mut config = config();
    config.limits.messages_per_10_s = 100;
    let mut world = World::with(config);
    let stranger = world.connect();
    for _ in 0..11 {
        world.send(stranger, "\r\n");
    }
    assert_eq!(world.closes, [(stranger, 1008)]);
    let anna = Client::registered(&mut world, "anna");
    for _ in 0..90 {
        world.send(anna.connection, "\r\n");
    }
    assert!(world.is_open(anna.connection));
    world.send(anna.connection, "x".repeat(60_000));
    assert!(!world.is_open(anna.connection));
}

#[test]
fn a_call_whose_body_is_no_sdp_is_refused() {
    let mut world = World::new();
    let mut guest = Client::registered(&mut world, "guest-100");
    let challenge = guest.challenged(&mut world);
    for (content_type, body, status) in [("text/plain", "hello", 415), ("application/sdp+x", "v=0", 415)] {
        let whole = guest.invite_request(&mut world, "support").finish();
        let mut invite = Request::build(Method::Invite, whole.uri());
        for (name, value) in whole.iter().filter(|(name, _)| !name.starts_with("Content-")) {
            invite = invite.raw_header(name, value);
        }
        guest.send_answer(&mut world, invite.body(content_type, body), &challenge);
        world.response(guest.connection, 100);
        world.response(guest.connection, status);
    }
    world.no_report();
}

#[test]
fn commands_for_calls_that_are_not_there_are_ignored() {
    let mut world = World::new();
    let (call, login) = (String::from("nobody's"), String::from("anna"));
    for command in [
        Command::ShowPlace { call: call.clone(), position: 1, waiting: 1 },
        Command::Offer { call: call.clone(), login: login.clone(), display_name: String::new() },
        Command::CancelOffer { call: call.clone(), login },
        Command::Reject { call: call.clone(), status: 0, reason: String::new() },
        Command::Join { call: call.clone() },
        Command::EndTransfer { call: call.clone(), status: 0, reason: String::new() },
        Command::HangUp { call, reason: String::new() },
    ] {
        world.command(command);
    }
    world.no_report();
}

#[test]
fn the_torture_messages_of_a_wire_leave_the_switch_standing() {
    let mut config = config();
    config.limits.messages_per_10_s = u32::MAX;
    let mut world = World::with(config);
    let connection = world.connect();
    let base = format!(
        "INVITE sip:support@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS c.invalid;branch=z9hG4bKx\r\nFrom: \
         <sip:anna@{DOMAIN}>;tag=1\r\nTo: <sip:support@{DOMAIN}>\r\nCall-ID: x\r\nCSeq: 1 \
         INVITE\r\nContact: <sip:a@b.invalid>\r\nContent-Length: 0\r\n\r\n"
    );
    for cut in 0..base.len() {
        world.send(connection, &base[..cut]);
        world.send(connection, base[cut..].to_owned());
    }
    while world.raw(connection).is_some() {}
    request(&mut world, connection, "OPTIONS", "", "");
    world.response(connection, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Messages of a real call, with bytes changed, in any order: no panic, and the call's reports stay sane.
    #[test]
    fn damaged_messages_never_break_a_call(damage in proptest::collection::vec((0usize..900, any::<u8>()), 1..40)) {
        let mut world = World::new();
        let mut talk = talk(&mut world);
        for (at, byte) in damage {
            let info = talk.caller_dialog.request(Method::Info).via("WS", "c.invalid", "z9hG4bKdamaged");
            let text = info.body("application/dtmf-relay", "Signal=5\r\n").finish().into_string();
            let mut bytes = text.into_bytes();
            let index = at % bytes.len();
            bytes[index] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                world.send(talk.caller.connection, text);
            }
            world.seconds(1);
        }
        prop_assert!(world.all_reports().len() <= 1);
    }
}
