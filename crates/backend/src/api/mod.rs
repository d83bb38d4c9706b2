//! The HTTP API (`/v1`), `/healthz`, and the pages.

mod auth;
mod body;
mod events;
mod gate;
mod guest;
mod health;
mod pages;
mod problem;
mod session;
mod shapes;
mod stream;
mod telephony;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::HandlerWithoutStateExt;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use crate::floor_task::FloorHandle;
use crate::limits::Limiter;
use crate::passwords::Passwords;
use crate::settings::Settings;
use crate::storage::Storage;
use problem::Problem;

/// What every route works with.
#[derive(Debug)]
pub(crate) struct App {
    pub settings: Settings,
    pub storage: Storage,
    pub passwords: Passwords,
    pub floor: FloorHandle,
    /// Asks the switch whether it lives.
    pub switch: mpsc::Sender<oneshot::Sender<()>>,
    /// Ended streams and refused waiting, when the server stops.
    pub stopping: CancellationToken,
    limits: Limits,
}

#[derive(Debug)]
struct Limits {
    login: Limiter<(String, IpAddr)>,
    login_address: Limiter<IpAddr>,
    guest_address: Limiter<IpAddr>,
}

type Shared = Arc<App>;

impl App {
    pub(crate) fn new(
        settings: Settings,
        storage: Storage,
        passwords: Passwords,
        floor: FloorHandle,
        switch: mpsc::Sender<oneshot::Sender<()>>,
        stopping: CancellationToken,
    ) -> Self {
        let login = settings.login_limits;
        let guests = settings.guests.map_or(0, |guests| guests.hashes_per_minute);
        let limits = Limits {
            login: Limiter::new(login.per_login, login.window),
            login_address: Limiter::new(login.per_address, login.window),
            guest_address: Limiter::new(guests, Duration::from_secs(60)),
        };
        Self { settings, storage, passwords, floor, switch, stopping, limits }
    }
}

/// Bytes of a body, but for events.
const BODY: usize = 16 * 1024;
/// Bytes of a batch of events.
const EVENTS_BODY: usize = 1024 * 1024;

/// All routes.
pub(crate) fn router(app: Shared) -> Router {
    let v1 = Router::new()
        .route("/auth/login", post(auth::login))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/me", get(auth::me))
        .route("/telephony/hash", post(telephony::hash))
        .route("/telephony/launch", get(telephony::launch))
        .route("/telephony/status", get(telephony::status).put(telephony::set_status))
        .route("/telephony/registrars", get(telephony::registrars))
        .route("/telephony/stream", get(stream::stream))
        .route("/telephony/events", post(events::accept).layer(DefaultBodyLimit::max(EVENTS_BODY)))
        .route("/guest/hash", post(guest::hash))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This is not done with that method.",
            )
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(Arc::clone(&app), gate::refuse_forged))
        .layer(gate::cors(&app.settings))
        .layer(from_fn(gate::never_stored));
    let pages = pages::Pages::new(&app.settings);
    Router::new()
        .nest("/v1", v1)
        .route("/healthz", get(health::health))
        .with_state(app)
        .fallback_service((async move |request| pages.answer(&request)).into_service())
        .layer(from_fn(gate::harden))
        .layer(CompressionLayer::new())
}
