//! Changes made elsewhere arrive at once.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use headset_floor::RegistrarState;
use serde_json::json;
use support::Centre;

#[tokio::test]
async fn a_page_first_sees_what_holds_then_what_changes_elsewhere() {
    let centre = Centre::start().await;
    let here = centre.signed_in("anna").await;
    let there = centre.signed_in("anna").await;
    let mut stream = here.stream().await;
    let (name, first) = stream.next().await.unwrap();
    assert_eq!((name.as_str(), &first), ("status", &here.get("/v1/telephony/status").await.1));
    let (name, set) = stream.next().await.unwrap();
    assert_eq!((name.as_str(), &set), ("registrars", &here.get("/v1/telephony/registrars").await.1));

    let (_, changed) = there.put("/v1/telephony/status", json!({ "status": "paused" })).await;
    assert_eq!(stream.next().await.unwrap(), ("status".to_owned(), changed));

    let drained = set["registrars"][0]["id"].as_str().unwrap();
    centre.backend.office.set_registrar_state(drained, RegistrarState::Draining, "test").await.unwrap();
    let (name, moved) = stream.next().await.unwrap();
    assert_eq!(name, "registrars");
    assert_ne!(moved["version"], set["version"]);
    assert!(!moved["registrars"].to_string().contains(&format!("\"{drained}\"")), "{moved}");
}

#[tokio::test]
async fn nobody_hears_of_others() {
    let centre = Centre::start().await;
    let anna = centre.signed_in("anna").await;
    let boris = centre.signed_in("boris").await;
    let mut stream = anna.stream().await;
    stream.next().await.unwrap();
    stream.next().await.unwrap();
    boris.put("/v1/telephony/status", json!({ "status": "paused" })).await;
    let (_, own) = anna.put("/v1/telephony/status", json!({ "status": "paused" })).await;
    assert_eq!(stream.next().await.unwrap(), ("status".to_owned(), own));
}

#[tokio::test]
async fn signing_out_ends_the_streams_of_that_session_only() {
    let centre = Centre::start().await;
    let here = centre.signed_in("anna").await;
    let there = centre.signed_in("anna").await;
    let (mut ending, mut staying) = (here.stream().await, there.stream().await);
    for stream in [&mut ending, &mut staying] {
        stream.next().await.unwrap();
        stream.next().await.unwrap();
    }
    here.post("/v1/auth/logout", json!({})).await;
    assert_eq!(ending.next().await, None);
    let (_, changed) = there.put("/v1/telephony/status", json!({ "status": "paused" })).await;
    assert_eq!(staying.next().await.unwrap(), ("status".to_owned(), changed));
}

#[tokio::test]
async fn a_server_that_stops_ends_the_streams_and_does_not_wait_for_them() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let mut stream = page.stream().await;
    stream.next().await.unwrap();
    stream.next().await.unwrap();
    let stopping = tokio::time::timeout(std::time::Duration::from_secs(3), centre.backend.stop());
    let (stopped, end) = tokio::join!(stopping, stream.next());
    stopped.expect("in time").unwrap();
    assert_eq!(end, None);
}
