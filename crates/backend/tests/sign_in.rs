//! Who gets in, and who does not.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::time::Duration;

use headset_backend::Network;
use reqwest::{Method, StatusCode};
use serde_json::json;
use support::{Centre, body, password, settings};
use tokio::time::{Instant, sleep};

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let centre = Centre::start().await;
    let page = centre.page();
    let (status, problem) = page.get("/v1/auth/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["code"], "unauthenticated");
    assert_eq!(problem["login_url"], "http://desk.example/test");

    let request = json!({ "login": "anna", "password": password("anna") });
    let answer = page.request(Method::POST, "/v1/auth/login").json(&request).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["headset_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "over plain HTTP the browser would drop it: {cookie}");
    let me = json!({ "login": "anna", "display_name": "ANNA", "role": "operator", "is_operator": true });
    assert_eq!(body(answer).await, (StatusCode::OK, me.clone()));
    assert_eq!(page.get("/v1/auth/me").await, (StatusCode::OK, me));

    assert_eq!(page.post("/v1/auth/logout", json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(page.get("/v1/auth/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(page.post("/v1/auth/logout", json!({})).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_cookie_that_was_signed_out_is_worth_nothing() {
    let centre = Centre::start().await;
    let request = json!({ "login": "anna", "password": password("anna") });
    let page = centre.page();
    let answer = page.request(Method::POST, "/v1/auth/login").json(&request).send().await.unwrap();
    let stolen = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let thief = reqwest::Client::new();
    let me = || thief.get(format!("{}/v1/auth/me", centre.url)).header("cookie", &stolen).send();
    assert_eq!(me().await.unwrap().status(), StatusCode::OK);
    page.post("/v1/auth/logout", json!({})).await;
    assert_eq!(me().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let mut settings = settings();
    settings.public_url = "https://desk.example".into();
    let centre = Centre::with(settings).await;
    let request = json!({ "login": "anna", "password": password("anna") });
    let answer = centre.page().request(Method::POST, "/v1/auth/login").json(&request).send().await.unwrap();
    assert!(answer.headers()["set-cookie"].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn a_wrong_password_ten_times_must_wait_and_others_need_not() {
    let centre = Centre::start().await;
    let page = centre.page();
    for _ in 0..10 {
        let (status, problem) = page.log_in("anna", "wrong-password").await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("wrong_credentials")));
    }
    let answer = page
        .request(Method::POST, "/v1/auth/login")
        .json(&json!({ "login": "anna", "password": password("anna") }))
        .send()
        .await
        .unwrap();
    let retry_after: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let (status, problem) = body(answer).await;
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_attempts")));
    assert_eq!(problem["retry_after_s"], retry_after);
    assert!((1..=300).contains(&retry_after), "{retry_after}");

    assert_eq!(page.log_in("boris", &password("boris")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_login_is_answered_like_a_wrong_password() {
    let centre = Centre::start().await;
    let unknown = centre.page().log_in("nobody", "wrong-password").await;
    let wrong = centre.page().log_in("anna", "wrong-password").await;
    assert_eq!(unknown, wrong);
}

#[tokio::test]
async fn an_address_that_guesses_many_logins_must_wait_too() {
    let mut settings = settings();
    settings.login_limits.per_address = 3;
    settings.trusted_proxies = vec![Network::parse("127.0.0.1").unwrap()];
    let centre = Centre::with(settings).await;
    let page = centre.page();
    let guess = async |login: &str, from: &str| {
        let request = page.request(Method::POST, "/v1/auth/login").header("x-forwarded-for", from);
        let login = json!({ "login": login, "password": password("boris") });
        request.json(&login).send().await.unwrap().status()
    };
    for login in ["one", "two", "three"] {
        assert_eq!(guess(login, "203.0.113.9").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(guess("boris", "203.0.113.9").await, StatusCode::TOO_MANY_REQUESTS);
    // What the client itself claims before the proxy's entry counts for nothing.
    assert_eq!(guess("boris", "198.51.100.1, 203.0.113.9").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess("boris", "203.0.113.10").await, StatusCode::OK);
}

#[tokio::test]
async fn a_session_expires_in_mid_shift() {
    let mut settings = settings();
    settings.session_lifetime = Duration::from_secs(1);
    let centre = Centre::with(settings).await;
    let page = centre.signed_in("anna").await;
    let mut stream = page.stream().await;
    let deadline = Instant::now() + support::SOON;
    // The browser forgets the cookie too; what is asked here is that the server does.
    let hash = async || page.post("/v1/telephony/hash", json!({})).await;
    while hash().await.0 == StatusCode::OK {
        assert!(Instant::now() < deadline, "the session lives on");
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(hash().await.1["code"], "unauthenticated");
    assert_eq!(stream.next().await.unwrap().0, "status");
    assert_eq!(stream.next().await.unwrap().0, "registrars");
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn who_is_no_operator_signs_in_and_has_no_workplace() {
    let centre = Centre::start().await;
    let page = centre.signed_in("dmitry").await;
    assert_eq!(page.get("/v1/auth/me").await.1["is_operator"], false);
    for (method, path) in [
        (Method::POST, "/v1/telephony/hash"),
        (Method::GET, "/v1/telephony/launch"),
        (Method::GET, "/v1/telephony/status"),
        (Method::GET, "/v1/telephony/registrars"),
        (Method::GET, "/v1/telephony/stream"),
    ] {
        let (status, problem) = body(page.request(method, path).send().await.unwrap()).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("not_an_operator")), "{path}");
    }
}

#[tokio::test]
async fn a_disabled_operator_is_out_at_once() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let mut stream = page.stream().await;
    stream.next().await.unwrap();
    stream.next().await.unwrap();
    centre.backend.office.set_enabled("anna", false, "test").await.unwrap();
    while stream.next().await.is_some() {}
    let (status, problem) = page.post("/v1/telephony/hash", json!({})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("disabled")));
    let (status, problem) = centre.page().log_in("anna", &password("anna")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("disabled")));
    centre.backend.office.set_enabled("anna", true, "test").await.unwrap();
    assert_eq!(page.post("/v1/telephony/hash", json!({})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_another_page_makes_a_browser_send_is_refused() {
    let centre = Centre::start().await;
    let page = centre.signed_in("anna").await;
    let hash = format!("{}/v1/telephony/hash", centre.url);
    let (status, problem) = body(page.client.post(&hash).send().await.unwrap()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("csrf")));
    let from = async |origin: &str| {
        let request = page.client.post(&hash).header("x-headset-request", "1").header("origin", origin);
        request.send().await.unwrap().status()
    };
    assert_eq!(from("https://evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(from("http://localhost.evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(from("null").await, StatusCode::FORBIDDEN);
    for good in ["http://desk.example", "https://crm.example", "http://localhost:5173", centre.url.as_str()] {
        assert_eq!(from(good).await, StatusCode::OK, "{good}");
    }
}

#[tokio::test]
async fn other_origins_may_read_only_if_they_are_listed() {
    let centre = Centre::start().await;
    let client = reqwest::Client::new();
    let preflight = async |origin: &str| {
        let request = client
            .request(Method::OPTIONS, format!("{}/v1/telephony/status", centre.url))
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "x-headset-request,if-match,content-type");
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (header("access-control-allow-origin"), header("access-control-allow-credentials"))
    };
    let yes = |origin: &str| (Some(origin.to_owned()), Some("true".to_owned()));
    assert_eq!(preflight("https://crm.example").await, yes("https://crm.example"));
    assert_eq!(preflight("http://localhost:3000").await, yes("http://localhost:3000"));
    assert_eq!(preflight("https://evil.example").await.0, None);
}
