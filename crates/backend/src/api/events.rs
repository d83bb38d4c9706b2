//! What pages tell: named steps, in batches, each with an id that makes sending it twice harmless.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Shared;
use super::body::Json;
use super::problem::Problem;
use super::session::Operator;
use crate::storage::ClientEvent;

/// Events in one batch.
const MOST: usize = 500;
/// Bytes of one event's fields.
const FIELDS: usize = 16 * 1024;

#[derive(Deserialize)]
pub(super) struct Batch {
    events: Vec<Event>,
    #[serde(default)]
    project: String,
    #[serde(default)]
    env: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    name: String,
    at_ms: u64,
    #[serde(default)]
    login: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

/// `POST /v1/telephony/events`: all of a batch or nothing of it, and only events of whoever sends them.
pub(super) async fn accept(
    State(app): State<Shared>,
    Operator(who): Operator,
    Json(batch): Json<Batch>,
) -> Result<Response, Problem> {
    if batch.events.len() > MOST {
        return Err(Problem::invalid("events", format!("`events` does not fit: at most {MOST} in a batch.")));
    }
    for (name, text) in [("project", &batch.project), ("env", &batch.env), ("version", &batch.version)] {
        if text.len() > 128 {
            return Err(Problem::invalid(name, format!("`{name}` does not fit: at most 128 bytes.")));
        }
    }
    let login = who.account.login;
    let mut events = Vec::with_capacity(batch.events.len());
    for (place, event) in batch.events.into_iter().enumerate() {
        if !event.login.is_empty() && event.login != login {
            return Err(another_login(place, &login));
        }
        check(&event).map_err(|(field, why)| {
            let field = format!("events[{place}].{field}");
            Problem::invalid(&field, format!("`{field}` does not fit: {why}."))
        })?;
        let call_id = event.fields.get("call").and_then(Value::as_str).map(str::to_owned);
        events.push(ClientEvent {
            id: event.id,
            name: event.name,
            at_ms: event.at_ms,
            login: login.clone(),
            call_id,
            project: batch.project.clone(),
            env: batch.env.clone(),
            version: batch.version.clone(),
            fields: Value::Object(event.fields).to_string(),
        });
    }
    let accepted = app.storage.accept_events(events).await?;
    Ok(axum::Json(json!({ "accepted": accepted })).into_response())
}

/// 403, not 422: a page that finds that somebody else has signed in keeps its events until their operator is back.
fn another_login(place: usize, login: &str) -> Problem {
    let field = format!("events[{place}].login");
    let detail = format!("`{field}` is somebody else: you are signed in as `{login}`.");
    Problem::new(StatusCode::FORBIDDEN, "another_login", detail).with("field", field)
}

fn check(event: &Event) -> Result<(), (&'static str, String)> {
    let ordinary = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-.:".contains(&c));
    for (name, text, most) in [("id", &event.id, 64), ("name", &event.name, 64)] {
        if text.is_empty() || text.len() > most || !ordinary(text) {
            return Err((name, format!("1 to {most} of a-z, A-Z, 0-9, `_`, `-`, `.` and `:`")));
        }
    }
    let nested = event.fields.values().any(|value| value.is_object() || value.is_array());
    let bytes: usize = event.fields.iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
    if nested || bytes > FIELDS {
        return Err((
            "fields",
            format!("texts, numbers, true, false and null, at most {FIELDS} bytes in all"),
        ));
    }
    Ok(())
}
