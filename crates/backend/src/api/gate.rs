//! What stands before the routes: forged requests, other origins, headers that browsers obey, forwarded addresses.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::problem::Problem;
use super::{App, Shared};
use crate::http::Peer;
use crate::settings::Settings;

/// Browsers never send this header across origins without asking first.
const OWN_HEADER: HeaderName = HeaderName::from_static("x-headset-request");

/// Refuses what a page of someone else could make a browser send: every request that changes something needs
/// `X-Headset-Request: 1` and, where the browser says which origin it comes from, an allowed one.
pub(super) async fn refuse_forged(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && let Err(why) = check(&app.settings, request.headers()) {
        return Problem::new(StatusCode::FORBIDDEN, "csrf", why).into_response();
    }
    next.run(request).await
}

fn check(settings: &Settings, headers: &HeaderMap) -> Result<(), &'static str> {
    if headers.get(OWN_HEADER).is_none_or(|value| value != "1") {
        return Err("Requests that change something need the header `X-Headset-Request: 1`.");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let allowed = origin.to_str().is_ok_and(|origin| {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        Origins(settings).allow(origin) || host.is_some_and(|host| is_host(origin, host))
    });
    if allowed { Ok(()) } else { Err("This origin may not use the API; see `allowed_origins`.") }
}

/// Which origins' pages may use the API.
struct Origins<'a>(&'a Settings);

impl Origins<'_> {
    fn allow(&self, origin: &str) -> bool {
        origin.eq_ignore_ascii_case(&self.0.public_url)
            || self.0.allowed_origins.iter().any(|allowed| is_allowed(origin, allowed))
    }
}

/// `allowed` is an origin, or one with `*` for a port.
fn is_allowed(origin: &str, allowed: &str) -> bool {
    match allowed.strip_suffix(":*") {
        Some(host) => {
            let rest = origin.get(host.len()..);
            let same = origin.get(..host.len()).is_some_and(|start| start.eq_ignore_ascii_case(host));
            let port = |rest: &str| {
                rest.is_empty()
                    || rest
                        .strip_prefix(':')
                        .is_some_and(|port| !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()))
            };
            same && rest.is_some_and(port)
        }
        None => origin.eq_ignore_ascii_case(allowed),
    }
}

/// A page that this server sent itself, under whatever name it was asked by.
fn is_host(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// The exact allow-list, with credentials.
pub(super) fn cors(settings: &Settings) -> CorsLayer {
    let settings = settings.clone();
    let allowed = move |origin: &HeaderValue, _: &Parts| {
        origin.to_str().is_ok_and(|origin| Origins(&settings).allow(origin))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([header::CONTENT_TYPE, header::IF_MATCH, OWN_HEADER])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// Answers of the API are for who asked, now.
pub(super) async fn never_stored(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What every answer tells the browser not to do; and a line in the log for who looks closely.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = next.run(request).await;
    let ms = started.elapsed().as_millis();
    tracing::debug!(%method, path, status = response.status().as_u16(), ms, "answered");
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// The client's address: the connection's, or what trusted proxies forwarded.
pub(super) struct ClientAddress(pub IpAddr);

impl FromRequestParts<Shared> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        Ok(Self(client_address(parts, app)))
    }
}

fn client_address(parts: &Parts, app: &Arc<App>) -> IpAddr {
    let peer =
        parts.extensions.get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip().to_canonical());
    let trusted = |address: IpAddr| app.settings.trusted_proxies.iter().any(|proxy| proxy.contains(address));
    if !trusted(peer) {
        return peer;
    }
    // Each proxy appends whom it heard from: the last one that is no proxy of ours is the client.
    let mut client = peer;
    for value in parts.headers.get_all("x-forwarded-for").iter().rev() {
        for entry in value.to_str().unwrap_or_default().rsplit(',') {
            let Ok(address) = entry.trim().parse::<IpAddr>() else { return client };
            client = address.to_canonical();
            if !trusted(client) {
                return client;
            }
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_an_allowed_origin_may_be_open() {
        for (origin, allowed, yes) in [
            ("http://localhost:5173", "http://localhost:*", true),
            ("http://localhost", "http://localhost:*", true),
            ("http://localhost.evil.test", "http://localhost:*", false),
            ("http://localhost:80.evil.test", "http://localhost:*", false),
            ("http://localhost:", "http://localhost:*", false),
            ("https://localhost:5173", "http://localhost:*", false),
            ("https://crm.example", "https://crm.example", true),
            ("https://crm.example:444", "https://crm.example", false),
            ("null", "http://localhost:*", false),
        ] {
            assert_eq!(is_allowed(origin, allowed), yes, "{origin} {allowed}");
        }
    }
}
