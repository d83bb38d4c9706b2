//! Whether the server can do its work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{App, Shared};
use crate::clock;
use crate::error::Error;

/// Longer than this is no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: 200 if storage, floor and switch answer, else 503 with a `reason` that names those that do not.
pub(super) async fn health(State(app): State<Shared>) -> Response {
    let (storage, floor, switch) =
        tokio::join!(answers(app.storage.ping()), answers(app.floor.operators()), answers(pulse(&app)));
    let word = |well| if well { "ok" } else { "failed" };
    let parts = [("storage", storage), ("the floor", floor), ("the switch", switch)];
    let silent: Vec<_> = parts.into_iter().filter(|(_, well)| !well).map(|(name, _)| name).collect();
    let mut body = json!({
        "status": word(silent.is_empty()),
        "storage": word(storage),
        "floor": word(floor),
        "switch": word(switch),
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": clock::now().0 / 1000,
    });
    if silent.is_empty() {
        return axum::Json(body).into_response();
    }
    let do_not = if silent.len() == 1 { "does not" } else { "do not" };
    body["reason"] = json!(format!("{} {do_not} answer", silent.join(" and ")));
    (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response()
}

async fn answers<T>(asked: impl Future<Output = Result<T, Error>>) -> bool {
    timeout(PATIENCE, asked).await.is_ok_and(|answer| answer.is_ok())
}

async fn pulse(app: &App) -> Result<(), Error> {
    let (answer, answered) = oneshot::channel();
    app.switch.send(answer).await.map_err(|_| Error::Stopping)?;
    answered.await.map_err(|_| Error::Stopping)
}
