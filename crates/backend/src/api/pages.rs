//! The web app, carried inside the binary.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;
use crate::settings::Settings;

#[derive(RustEmbed)]
#[folder = "../../packages/desk/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";

/// The pages, with the headers that fit this server.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    policy: HeaderValue,
    /// Ask for TLS from now on.
    strict: bool,
}

impl Pages {
    pub(super) fn new(settings: &Settings) -> Self {
        let policy = HeaderValue::from_str(&policy(settings));
        // The URIs were checked when the configuration was read.
        let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Self { policy, strict: settings.public_url.starts_with("https://") }
    }

    /// A file, or for a path of the app's own the index page.
    pub(super) fn answer(&self, request: &Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Problem::not_found().into_response();
        }
        let path = request.uri().path().trim_start_matches('/');
        let is_page = path.is_empty() || !path.rsplit('/').next().unwrap_or_default().contains('.');
        let name = if is_page { INDEX } else { path };
        let mut response = match Files::get(name) {
            Some(file) => self.file(name, file, request),
            None if is_page => unbuilt(),
            None => Problem::not_found().into_response(),
        };
        if self.strict {
            let year = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        response
    }

    fn file(&self, name: &str, file: EmbeddedFile, request: &Request) -> Response {
        let hash: String =
            file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        // Weak: compression makes other bytes of the same file.
        let etag = format!("W/\"{hash}\"");
        let known = request.headers().get_all(header::IF_NONE_MATCH).iter();
        let unchanged = known.filter_map(|value| value.to_str().ok()).any(|value| value.contains(&hash));
        let packed = accepts_brotli(request).then(|| Files::get(&format!("{name}.br"))).flatten();
        let encoding = packed.as_ref().map(|_| HeaderValue::from_static("br"));
        let mut response = if unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let data = packed.map_or(file.data, |packed| packed.data);
            Body::from(data.into_owned()).into_response()
        };
        let headers = response.headers_mut();
        let mut set = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        set(header::CONTENT_TYPE, &content_type(file.metadata.mimetype()));
        set(header::ETAG, &etag);
        // The bundler names these by their content.
        let forever = name.starts_with("assets/");
        set(header::CACHE_CONTROL, if forever { "public, max-age=31536000, immutable" } else { "no-cache" });
        if name == INDEX {
            set(
                header::HeaderName::from_static("permissions-policy"),
                "microphone=(self), camera=(), geolocation=()",
            );
        }
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, encoding);
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        response
    }
}

/// The build left a brotli copy beside each file that gains by it; others are compressed on the way.
fn accepts_brotli(request: &Request) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING).iter();
    accepted.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && parts.next() != Some("q=0")
    })
}

fn content_type(mime: &str) -> String {
    let text = mime.starts_with("text/") || mime == "application/json" || mime == "application/javascript";
    if text { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

/// What the pages need, and nothing else: wasm, the registrars, a worker that keeps time, ringtones made in place.
fn policy(settings: &Settings) -> String {
    let mut connect = String::from("'self'");
    for registrar in &settings.registrars {
        connect.push(' ');
        connect.push_str(&registrar.uri);
    }
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        &format!("connect-src {connect}"),
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

fn unbuilt() -> Response {
    const TEXT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Headset</title>\
        <p>The server runs, but it was built without the pages. <code>cargo xtask demo</code> builds both.</p>";
    (StatusCode::NOT_FOUND, Html(TEXT)).into_response()
}
