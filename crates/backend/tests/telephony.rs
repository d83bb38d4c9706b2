//! What an operator's client starts from: hash, launch, status, registrars.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headset_floor::RegistrarState;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha1::Sha1;
use support::{Centre, SECRET, body, settings};

fn signature(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn the_hash_is_verified_with_the_shared_secret_alone() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let (status, hash) = page.post("/v1/telephony/hash", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&hash["login"], &hash["expires_in"]), (&json!("anna"), &json!(600)));
    let username = hash["username"].as_str().unwrap();
    let (expiry, login) = username.split_once(':').unwrap();
    assert_eq!(login, "anna");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let left = expiry.parse::<u64>().unwrap() - now;
    assert!((595..=600).contains(&left), "{left}");
    assert_eq!(hash["hash"], signature(SECRET, username));
}

#[tokio::test]
async fn launch_has_all_that_a_client_needs() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let (status, launch) = page.get("/v1/telephony/launch").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(launch["login"], "anna");
    assert_eq!(launch["display_name"], "ANNA");
    assert_eq!(launch["sip"], json!({ "uri": "sip:anna@calls.example", "domain": "calls.example" }));
    let registrars = launch["registrars"].as_array().unwrap();
    assert_eq!(registrars.len(), 2);
    for registrar in registrars {
        let number = registrar["reg_id"].as_u64().unwrap();
        let expected = json!({
            "id": format!("r{number}"), "uri": format!("ws://localhost:808{number}"), "weight": 1, "reg_id": number
        });
        assert_eq!(*registrar, expected);
    }
    assert!(!launch["registrars_version"].as_str().unwrap().is_empty());
    assert_eq!(launch["status"]["status"], "disconnected");
    assert_eq!(launch["queues"], json!([{ "name": "support", "display_name": "Support" }]));
    assert_eq!(
        launch["pause_reasons"],
        json!([{ "code": "lunch", "title": { "ru": "Обед", "en": "Lunch" } }])
    );
    assert_eq!(launch["poll_s"], 15);
    let ice = launch["ice_servers"].as_array().unwrap();
    assert_eq!(ice[0], json!({ "urls": ["stun:stun.example:3478"] }));
    let username = ice[1]["username"].as_str().unwrap();
    assert!(username.ends_with(":anna"), "{username}");
    assert_eq!(ice[1]["credential"], signature("turn secret", username));
}

#[tokio::test]
async fn a_status_is_set_if_it_is_the_one_that_was_seen() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let answer = page.request(Method::GET, "/v1/telephony/status").send().await.unwrap();
    let seen = answer.headers()["etag"].to_str().unwrap().to_owned();
    let (_, first) = body(answer).await;
    assert_eq!(seen, format!("\"{}\"", first["version"]));

    let set = async |wanted: serde_json::Value, if_match: &str| {
        let request = page.request(Method::PUT, "/v1/telephony/status").header("if-match", if_match);
        body(request.json(&wanted).send().await.unwrap()).await
    };
    let (status, paused) = set(json!({ "status": "paused", "sub_status": "lunch" }), &seen).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&paused["status"], &paused["sub_status"]), (&json!("paused"), &json!("lunch")));
    assert_eq!((&paused["by"], &paused["next"]), (&json!("operator"), &json!(null)));
    assert_eq!(paused["version"].as_u64().unwrap(), first["version"].as_u64().unwrap() + 1);

    let (status, problem) = set(json!({ "status": "disconnected" }), &seen).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PRECONDITION_FAILED, &json!("version_mismatch")));
    assert_eq!(problem["current"], paused);
    assert_eq!(page.get("/v1/telephony/status").await.1, paused);
    assert_eq!(set(json!({ "status": "disconnected" }), "five").await.1["code"], "bad_if_match");

    // Without a version the last word holds.
    let (status, _) = page.put("/v1/telephony/status", json!({ "status": "disconnected" })).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_watchdog_sets_is_the_systems_doing() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let wanted = json!({ "status": "disconnected", "sub_status": "registration_lost" });
    let (_, record) = page.put("/v1/telephony/status", wanted).await;
    assert_eq!((&record["sub_status"], &record["by"]), (&json!("registration_lost"), &json!("system")));
}

#[tokio::test]
async fn json_that_does_not_fit_is_answered_with_the_fields_name() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    for (wanted, field) in [
        (json!({}), "status"),
        (json!({ "status": "asleep" }), "status"),
        (json!({ "status": 7 }), "status"),
        (json!({ "status": "paused", "sub_status": ["lunch"] }), "sub_status"),
        (json!({ "status": "paused", "sub_status": "two words" }), "sub_status"),
        (json!({ "status": "paused", "substatus": "lunch" }), "substatus"),
    ] {
        let (status, problem) = page.put("/v1/telephony/status", wanted.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wanted}");
        assert_eq!(
            (&problem["code"], &problem["field"]),
            (&json!("invalid_body"), &json!(field)),
            "{problem}"
        );
    }
    let request =
        page.request(Method::PUT, "/v1/telephony/status").header("content-type", "application/json");
    let (status, problem) = body(request.body("{not json").send().await.unwrap()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("invalid_json")));
    let request = page.request(Method::PUT, "/v1/telephony/status").body("status=paused");
    let (status, problem) = body(request.send().await.unwrap()).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("unsupported_media_type"))
    );
    let long = json!({ "status": "paused", "sub_status": "x".repeat(20_000) });
    let (status, problem) = page.put("/v1/telephony/status", long).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
}

#[tokio::test]
async fn a_status_and_a_drained_registrar_outlive_a_restart() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let (_, paused) =
        page.put("/v1/telephony/status", json!({ "status": "paused", "sub_status": "lunch" })).await;
    centre.backend.office.set_registrar_state("r2", RegistrarState::Draining, "test").await.unwrap();

    let centre = centre.restarted(settings()).await;
    let page = centre.signed_in("anna").await;
    assert_eq!(page.get("/v1/telephony/status").await.1, paused);
    let (_, set) = page.get("/v1/telephony/registrars").await;
    let ids: Vec<_> =
        set["registrars"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"r1") && ids.contains(&"r3"), "{ids:?}");
}

#[tokio::test]
async fn nothing_is_there_where_nothing_is() {
    let centre = Centre::start().await;
    let page = centre.page();
    for (method, path, status, code) in [
        (Method::GET, "/v1/nothing", StatusCode::NOT_FOUND, "not_found"),
        (Method::PUT, "/v1/auth/login", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        (Method::GET, "/missing.js", StatusCode::NOT_FOUND, "not_found"),
    ] {
        let answer = page.request(method, path).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let (got, problem) = body(answer).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_do_its_work_says_which_part_of_it_is_gone() {
    let centre = Centre::start().await;
    let page = centre.page();
    let (status, health) = page.get("/healthz").await;
    assert_eq!((status, &health["status"], &health["reason"]), (StatusCode::OK, &json!("ok"), &Value::Null));

    centre.pulse.abort();
    let (status, health) = page.get("/healthz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        (&health["status"], &health["switch"], &health["storage"]),
        (&json!("failed"), &json!("failed"), &json!("ok"))
    );
    assert_eq!(health["reason"], "the switch does not answer");

    std::fs::remove_file(centre.folder.path().join("headset.db")).unwrap();
    let (_, health) = page.get("/healthz").await;
    assert_eq!(health["reason"], "storage and the switch do not answer");
}
