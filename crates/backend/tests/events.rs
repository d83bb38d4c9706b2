//! Events of pages, and customers without an account.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{Centre, settings};

fn event(id: &str) -> Value {
    json!({ "id": id, "name": "call.ended", "at_ms": 1_795_424_700_000_u64, "login": "anna",
            "fields": { "call": "c1", "outcome": "answered" } })
}

fn batch(events: Vec<Value>) -> Value {
    json!({ "events": events, "project": "desk", "env": "test", "version": "1.0.0" })
}

#[tokio::test]
async fn an_event_that_is_sent_twice_is_taken_once() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let send = async |events| page.post("/v1/telephony/events", batch(events)).await;
    assert_eq!(send(vec![event("e1"), event("e2")]).await, (StatusCode::OK, json!({ "accepted": 2 })));
    assert_eq!(send(vec![event("e2"), event("e3")]).await, (StatusCode::OK, json!({ "accepted": 1 })));
    assert_eq!(send(vec![]).await, (StatusCode::OK, json!({ "accepted": 0 })));
}

#[tokio::test]
async fn a_batch_with_a_fault_is_refused_whole_and_the_fault_is_named() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let spoilt = |field: &str, value: Value| {
        let mut event = event("e2");
        event[field] = value;
        batch(vec![self::event("e1"), event])
    };
    for (sent, field) in [
        (spoilt("id", json!("")), "events[1].id"),
        (spoilt("name", json!("two words")), "events[1].name"),
        (spoilt("at_ms", json!("yesterday")), "events[1].at_ms"),
        (spoilt("fields", json!({ "deep": { "er": 1 } })), "events[1].fields"),
        (spoilt("fields", json!([])), "events[1].fields"),
        (batch((0..501).map(|n| event(&format!("m{n}"))).collect()), "events"),
        (json!({ "project": "desk" }), "events"),
    ] {
        let (status, problem) = page.post("/v1/telephony/events", sent).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!((&problem["code"], &problem["field"]), (&json!("invalid_body"), &json!(field)));
    }
    let (_, answer) = page.post("/v1/telephony/events", batch(vec![event("e1")])).await;
    assert_eq!(answer, json!({ "accepted": 1 }), "nothing of a refused batch was kept");
}

#[tokio::test]
async fn nobody_tells_events_of_somebody_else() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let mut of_boris = event("e2");
    of_boris["login"] = json!("boris");
    let sent = batch(vec![event("e1"), of_boris]);
    let (status, problem) = page.post("/v1/telephony/events", sent).await;
    assert_eq!(
        (status, &problem["code"], &problem["field"]),
        (StatusCode::FORBIDDEN, &json!("another_login"), &json!("events[1].login"))
    );
    // An event of before the page knew whose it is.
    let mut unsigned = event("e3");
    unsigned["login"] = json!("");
    let sent = batch(vec![event("e1"), unsigned]);
    assert_eq!(page.post("/v1/telephony/events", sent).await.1, json!({ "accepted": 2 }));
}

#[tokio::test]
async fn a_customer_gets_a_hash_for_their_number_and_not_too_many() {
    let centre = Centre::start().await;
    let page = centre.page();
    let ask = async |number: &str| page.post("/v1/guest/hash", json!({ "number": number })).await;
    let (status, guest) = ask("+79991234567").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(guest["login"], "guest-79991234567");
    assert!(guest["username"].as_str().unwrap().ends_with(":guest-79991234567"));
    assert_eq!(guest["sip"]["uri"], "sip:guest-79991234567@calls.example");
    assert_eq!(guest["registrars"].as_array().unwrap().len(), 2);
    assert_eq!(guest["queues"][0]["name"], "support");
    for bad in ["", "12", "12345678901234567", "anna", "+7 999"] {
        let (status, problem) = ask(bad).await;
        assert_eq!(
            (status, &problem["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("number")),
            "{bad}"
        );
    }
    assert_eq!(ask("100").await.0, StatusCode::OK);
    assert_eq!(ask("101").await.0, StatusCode::OK);
    let (status, problem) = ask("102").await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_guests")));
}

#[tokio::test]
async fn where_guests_are_not_wanted_there_is_nothing_for_them() {
    let mut settings = settings();
    settings.guests = None;
    let centre = Centre::with(settings).await;
    let (status, problem) = centre.page().post("/v1/guest/hash", json!({ "number": "100" })).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("guest_disabled")));
}
