//! The pages that the binary carries, or says that it does not.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use reqwest::{Method, StatusCode};
use support::Centre;

#[tokio::test]
async fn every_answer_is_hardened_and_every_path_of_the_app_is_its_index() {
    let centre = Centre::start().await;
    let page = centre.page();
    let get = async |path: &str| page.request(Method::GET, path).send().await.unwrap();
    let index = get("/").await;
    let deep = get("/test").await;
    assert_eq!(index.status(), deep.status());
    for answer in [&index, &deep, &get("/healthz").await, &get("/v1/auth/me").await] {
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["x-frame-options"], "DENY");
    }
    assert_eq!(get("/v1/auth/me").await.headers()["cache-control"], "no-store");
    if index.status() == StatusCode::NOT_FOUND {
        // Built without the pages.
        assert!(index.text().await.unwrap().contains("built without the pages"));
        return;
    }
    assert_eq!(index.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(index.headers()["cache-control"], "no-cache");
    let policy = index.headers()["content-security-policy"].to_str().unwrap();
    for part in [
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self' ws://localhost:8081 ws://localhost:8082 ws://localhost:8083",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    let etag = index.headers()["etag"].clone();
    let again = page.request(Method::GET, "/").header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let small = page.request(Method::GET, "/").header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(small.headers()["content-encoding"], "br");
    // A file's name is not one of the app's paths.
    assert_eq!(get("/assets/missing.js").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get("/../Cargo.toml").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get("/%2e%2e/Cargo.toml").await.status(), StatusCode::NOT_FOUND);
}
