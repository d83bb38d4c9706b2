//! Whether the server can do its work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Shared;
use crate::clock;

/// Longer than this is no answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: 200 if storage and floor answer, else 503 with which of them did not.
pub(super) async fn health(State(app): State<Shared>) -> Response {
    let storage = tokio::time::timeout(PATIENCE, app.storage.ping()).await.is_ok_and(|answer| answer.is_ok());
    let floor =
        tokio::time::timeout(PATIENCE, app.floor.operators()).await.is_ok_and(|answer| answer.is_ok());
    let word = |well| if well { "ok" } else { "failed" };
    let all = storage && floor;
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": word(all),
        "storage": word(storage),
        "floor": word(floor),
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": clock::now().0 / 1000,
    });
    (status, axum::Json(body)).into_response()
}
