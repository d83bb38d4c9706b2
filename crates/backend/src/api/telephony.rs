//! What an operator's client starts from and lives by.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headset_floor::{By, FloorError, StatusChange, StatusRecord};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::Json;
use super::problem::Problem;
use super::session::Operator;
use super::shapes::{self, Hash, Ice, Queue, Registrar, Registrars, Sip, Status};
use crate::settings::PauseReason;

/// `POST /v1/telephony/hash`
pub(super) async fn hash(State(app): State<Shared>, Operator(who): Operator) -> Response {
    axum::Json(Hash::of(&app.settings, &who.account.login)).into_response()
}

#[derive(Serialize)]
struct Launch {
    login: String,
    display_name: String,
    sip: Sip,
    registrars: Vec<Registrar>,
    registrars_version: String,
    ice_servers: Vec<Ice>,
    status: Status,
    pause_reasons: Vec<PauseReason>,
    queues: Vec<Queue>,
    poll_s: u64,
}

/// `GET /v1/telephony/launch`
pub(super) async fn launch(State(app): State<Shared>, Operator(who): Operator) -> Result<Response, Problem> {
    let login = who.account.login;
    let (status, assignment) = app.floor.desk(&login).await?.ok_or_else(Problem::not_an_operator)?;
    let Registrars { registrars, version } = assignment.into();
    let launch = Launch {
        sip: Sip::of(&app.settings, &login),
        display_name: who.account.display_name,
        registrars,
        registrars_version: version,
        ice_servers: shapes::ice_servers(&app.settings, &login),
        status: status.into(),
        pause_reasons: app.settings.pause_reasons.clone(),
        queues: shapes::queues(&app.settings),
        poll_s: app.settings.poll.as_secs(),
        login,
    };
    Ok(axum::Json(launch).into_response())
}

/// `GET /v1/telephony/status`
pub(super) async fn status(State(app): State<Shared>, Operator(who): Operator) -> Result<Response, Problem> {
    let (status, _) = app.floor.desk(&who.account.login).await?.ok_or_else(Problem::not_an_operator)?;
    Ok(with_version(status))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    status: StatusWord,
    #[serde(default)]
    sub_status: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusWord {
    Connected,
    Disconnected,
    Paused,
}

impl From<StatusWord> for headset_floor::Status {
    fn from(word: StatusWord) -> Self {
        match word {
            StatusWord::Connected => Self::Connected,
            StatusWord::Disconnected => Self::Disconnected,
            StatusWord::Paused => Self::Paused,
        }
    }
}

/// What the page's watchdog gives as the reason when it takes its operator off line.
const REGISTRATION_LOST: &str = "registration_lost";

/// `PUT /v1/telephony/status`
pub(super) async fn set_status(
    State(app): State<Shared>,
    Operator(who): Operator,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let if_match = headers.get(header::IF_MATCH).map(version_in).transpose()?.flatten();
    let sub_status = wanted.sub_status.filter(|reason| !reason.is_empty());
    if sub_status.as_deref().is_some_and(|reason| !is_reason(reason)) {
        return Err(Problem::invalid(
            "sub_status",
            "`sub_status` does not fit: at most 64 of a-z, A-Z, 0-9, `_`, `-` and `.`.",
        ));
    }
    let by = if sub_status.as_deref() == Some(REGISTRATION_LOST) { By::System } else { By::Operator };
    let change = StatusChange { status: wanted.status.into(), sub_status, by, if_match };
    match app.floor.set_status(&who.account.login, change).await? {
        Ok(record) => Ok(with_version(record)),
        Err(FloorError::VersionMismatch(current)) => {
            let etag = etag(current.version);
            let problem = Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "version_mismatch",
                "The status was changed meanwhile.",
            );
            let problem = problem.with("current", Status::from(current));
            Ok(([(header::ETAG, etag)], problem).into_response())
        }
        Err(FloorError::Disabled) => Err(Problem::disabled()),
        Err(FloorError::UnknownOperator) => Err(Problem::not_an_operator()),
        Err(FloorError::Storage(why)) => {
            tracing::error!(%why, "a status was not stored");
            Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_failed",
                "Nothing was changed; try again.",
            ))
        }
    }
}

/// `GET /v1/telephony/registrars`
pub(super) async fn registrars(
    State(app): State<Shared>,
    Operator(who): Operator,
) -> Result<Response, Problem> {
    let (_, assignment) = app.floor.desk(&who.account.login).await?.ok_or_else(Problem::not_an_operator)?;
    Ok(axum::Json(Registrars::from(assignment)).into_response())
}

fn is_reason(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-.".contains(&c))
}

fn with_version(record: StatusRecord) -> Response {
    let status = Status::from(record);
    ([(header::ETAG, etag(status.version))], axum::Json(status)).into_response()
}

fn etag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that `If-Match` names; `*` names any.
fn version_in(value: &HeaderValue) -> Result<Option<u64>, Problem> {
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_if_match", "`If-Match` must be `\"<version>\"` or `*`.")
    })
}
