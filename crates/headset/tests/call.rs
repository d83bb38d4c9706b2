//! A customer's call through the whole server: HTTP, SIP, queue, storage.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Instant;

use headset_sip::{Method, Request};
use serde_json::{Value, json};
use support::sip::{Phone, SOON};
use support::{Folder, Server, headset};

const DOMAIN: &str = "calls.example";

/// An operator on line with both registrars.
async fn operator(server: &Server, login: &str) -> Vec<Phone> {
    let page = server.signed_in(login).await;
    let (_, hash) = page.send("POST", "/v1/telephony/hash", json!({})).await;
    let launch = page.get("/v1/telephony/launch").await;
    let mut phones = Vec::new();
    for registrar in launch["registrars"].as_array().unwrap() {
        let mut phone = Phone::connect(&hash, registrar, DOMAIN).await;
        phone.register().await;
        phones.push(phone);
    }
    let (status, _) = page.send("PUT", "/v1/telephony/status", json!({ "status": "connected" })).await;
    assert_eq!(status, 200);
    phones
}

async fn customer(server: &Server, number: &str) -> Phone {
    let page = server.visitor();
    let (status, guest) = page.send("POST", "/v1/guest/hash", json!({ "number": number })).await;
    assert_eq!(status, 200, "{guest}");
    Phone::connect(&guest, &guest["registrars"][0], DOMAIN).await
}

/// The calls on record once this many are over.
fn ended(folder: &Folder, count: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let calls: Vec<Value> = serde_json::from_str(&folder.cli(&["call", "list", "--json"])).unwrap();
        if calls.iter().filter(|call| !call["outcome"].is_null()).count() == count {
            return calls;
        }
        assert!(started.elapsed() < SOON, "{calls:?}");
    }
}

#[tokio::test]
async fn a_customer_waits_is_answered_and_hangs_up_and_one_who_gives_up_is_abandoned() {
    let folder = Folder::with("[guest]\nenabled = true\n");
    folder.add("anna");
    let server = folder.serve();
    let mut caller = customer(&server, "+79991234567").await;
    let invite = caller.call("support").await;
    let queued = caller.response(182).await;
    assert_eq!(queued.get_named("X-Headset-Queue"), Some("position=1;waiting=1"));

    let mut anna = operator(&server, "anna").await;
    assert!(
        folder
            .cli(&["operator", "list"])
            .lines()
            .any(|line| line.starts_with("anna") && line.contains("registered"))
    );
    // Offered on one of the two flows.
    let (first, second) = anna.split_at_mut(1);
    let (phone, offered) = tokio::select! {
        offered = first[0].request(Method::Invite) => (&mut first[0], offered),
        offered = second[0].request(Method::Invite) => (&mut second[0], offered),
    };
    assert!(offered.get(headset_sip::Name::From).unwrap().contains("79991234567"), "{}", offered.as_str());
    assert_eq!(offered.get_named("X-Headset-Queue-Name"), Some("support"), "{}", offered.as_str());
    let id = offered.get_named("X-Headset-Call").unwrap().to_owned();
    phone.ring(&offered).await;
    let mut talking = phone.pick_up(&offered).await;
    let ok = caller.response(200).await;
    caller.confirm(&invite, &ok).await;

    // The second customer finds her busy, waits, and gives up.
    let mut other = customer(&server, "100200").await;
    let waiting = other.call("support").await;
    other.response(182).await;
    other.cancel(&waiting).await;

    phone.hang_up(&mut talking).await;
    caller.hung_up().await;
    let calls = ended(&folder, 2);
    let of = |caller: &str| calls.iter().find(|call| call["caller"] == caller).unwrap();
    let answered = of("guest-79991234567");
    assert_eq!(answered["id"], id);
    assert_eq!(
        (&answered["outcome"], &answered["operator"], &answered["ended_by"], &answered["queue"]),
        (&json!("answered"), &json!("anna"), &json!("callee"), &json!("support"))
    );
    assert_eq!(answered["offers"][0]["outcome"], "answered");
    assert_eq!(of("guest-100200")["outcome"], "abandoned");
}

/// The INVITE that came on one of an operator's flows, and which.
async fn offered(phones: &mut [Phone]) -> (&mut Phone, Request) {
    let (first, second) = phones.split_at_mut(1);
    tokio::select! {
        offered = first[0].request(Method::Invite) => (&mut first[0], offered),
        offered = second[0].request(Method::Invite) => (&mut second[0], offered),
    }
}

#[tokio::test]
async fn an_operator_hands_a_customer_over_to_a_colleague_and_it_is_on_record() {
    let folder = Folder::with("[guest]\nenabled = true\n");
    folder.add("anna");
    folder.add("boris");
    let server = folder.serve();
    let mut anna = operator(&server, "anna").await;
    let mut caller = customer(&server, "+79991234567").await;
    let invite = caller.call("support").await;
    caller.response(182).await;
    let (anna, ringing) = offered(&mut anna).await;
    let mut talking = anna.pick_up(&ringing).await;
    let ok = caller.response(200).await;
    caller.confirm(&invite, &ok).await;

    // Nobody of that name, and she still has him.
    anna.refer(&mut talking, "nobody").await;
    anna.notified(404).await;

    let mut boris = operator(&server, "boris").await;
    anna.refer(&mut talking, "boris").await;
    let (boris, ringing) = offered(&mut boris).await;
    assert_eq!(ringing.body(), "");
    boris.ring(&ringing).await;
    anna.notified(180).await;
    let joined = async {
        let renewed = caller.request(Method::Invite).await;
        caller.pick_up(&renewed).await;
    };
    let (mut theirs, ()) = tokio::join!(boris.pick_up(&ringing), joined);
    anna.notified(200).await;
    anna.hung_up().await;
    boris.hang_up(&mut theirs).await;
    caller.hung_up().await;

    let calls = ended(&folder, 1);
    assert_eq!((&calls[0]["outcome"], &calls[0]["operator"]), (&json!("answered"), &json!("anna")));
    let transfers = calls[0]["transfers"].as_array().unwrap();
    let outcomes: Vec<_> =
        transfers.iter().map(|one| (&one["target"], &one["outcome"], &one["to"])).collect();
    assert_eq!(
        outcomes,
        [
            (&json!("nobody"), &json!("failed"), &Value::Null),
            (&json!("boris"), &json!("completed"), &json!("boris")),
        ]
    );
    assert!(folder.cli(&["call", "list"]).lines().any(|line| line.trim_end().ends_with("boris")));
}

#[tokio::test]
async fn a_trace_shows_every_message_and_neither_secrets_nor_numbers() {
    let folder = Folder::with("[guest]\nenabled = true\n");
    let config = folder.config();
    let server = Server::start(headset(&["--config", config.to_str().unwrap(), "serve", "--sip-trace"]));
    let page = server.visitor();
    let (_, guest) = page.send("POST", "/v1/guest/hash", json!({ "number": "79991234567" })).await;
    let mut phone = Phone::connect(&guest, &guest["registrars"][0], DOMAIN).await;
    phone.register().await;
    let log = server.killed_log();
    assert!(log.contains("REGISTER sip:calls.example SIP/2.0"), "{log}");
    assert!(log.contains("SIP/2.0 401 Unauthorized") && log.contains("SIP/2.0 200 OK"), "{log}");
    assert!(log.contains("Authorization: Digest"), "{log}");
    assert!(!log.contains("79991234567"), "{log}");
    assert!(!log.contains(guest["hash"].as_str().unwrap()), "{log}");
}
