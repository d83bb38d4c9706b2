//! JSON bodies, read so that what does not fit is named.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use super::problem::Problem;

/// A body must have arrived within this.
const PATIENCE: Duration = Duration::from_secs(20);

/// A JSON body that fits `T`; else a problem document that names the field.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON, sent with `Content-Type: application/json`.",
            ));
        }
        let read = timeout(PATIENCE, Bytes::from_request(request, state)).await.map_err(|_| {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body took too long to arrive.")
        })?;
        let bytes = read.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large",
                    "The body is larger than is taken here.",
                )
            } else {
                Problem::new(StatusCode::BAD_REQUEST, "bad_body", "The body could not be read.")
            }
        })?;
        parse(&bytes).map(Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        // A number where a word is wanted counts as bad syntax there; only the whole text tells.
        let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        if is_json { misfit(&path, &error) } else { no_json(&error) }
    })?;
    json.end().map_err(|error| no_json(&error))?;
    Ok(value)
}

fn no_json(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_json", format!("The body is no JSON: {error}."))
}

/// For a field that is missing or unknown the path is its parent's, and the name is in the message.
fn misfit(path: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let named = ["missing field `", "unknown field `"].iter().find_map(|start| {
        let rest = message.strip_prefix(start)?;
        rest.split_once('`').map(|(name, _)| name)
    });
    let field = match named {
        Some(name) if path == "." || path.ends_with(name) => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    };
    Problem::invalid(&field, format!("`{field}` does not fit: {message}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        name: String,
        #[serde(default)]
        list: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        number: u8,
    }

    async fn field_of(body: &str) -> (String, String) {
        let problem = parse::<Outer>(body.as_bytes()).expect_err("does not fit").into_response();
        let bytes = axum::body::to_bytes(problem.into_body(), 10_000).await.expect("a body");
        let document: serde_json::Value = serde_json::from_slice(&bytes).expect("a document");
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("field"))
    }

    #[tokio::test]
    async fn what_does_not_fit_is_named_wherever_it_is() {
        for (body, code, field) in [
            ("{}", "invalid_body", "name"),
            (r#"{"name": 5}"#, "invalid_body", "name"),
            (r#"{"name": "a", "nmae": 1}"#, "invalid_body", "nmae"),
            (r#"{"name": "a", "list": [{"number": 1}, {"number": 256}]}"#, "invalid_body", "list[1].number"),
            (r#"{"name": "a", "list": [{}]}"#, "invalid_body", "list[0].number"),
            ("[]", "invalid_body", "."),
            ("{", "invalid_json", ""),
            (r#"{"name": "a"} x"#, "invalid_json", ""),
        ] {
            let got = field_of(body).await;
            assert_eq!(got, (code.to_owned(), field.to_owned()), "{body}");
        }
    }
}
