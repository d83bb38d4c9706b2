//! Server-sent events: status and registrars, first as they are, then each change.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use headset_floor::{Assignment, Push, StatusRecord};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::auth::until;
use super::problem::Problem;
use super::session::Operator;
use super::shapes::{Registrars, Status};
use crate::floor_task::{News, Subscription};

/// Proxies and dead connections are kept awake and found out by this.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET /v1/telephony/stream`
pub(super) async fn stream(State(app): State<Shared>, Operator(who): Operator) -> Result<Response, Problem> {
    // First the subscription, then what holds now: nothing that happens between is missed.
    let news = app.floor.subscribe(&who.account.login);
    let (status, assignment) =
        app.floor.desk(&who.account.login).await?.ok_or_else(Problem::not_an_operator)?;
    let feed = Feed {
        news,
        session: who.id_hash,
        ends: Instant::now() + until(who.expires_at),
        stopping: app.stopping.clone(),
        status: Shown { version: status.version, waiting: Some(status) },
        registrars: Shown { version: assignment.version.clone(), waiting: Some(assignment) },
    };
    let events = stream::unfold(feed, async |mut feed| {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(event), feed))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(([unbuffered], sse).into_response())
}

/// One open stream. It ends with its session, its account, the server, or when the page reads too slowly: the page
/// then opens another and starts from what holds.
struct Feed {
    news: Subscription,
    session: String,
    ends: Instant,
    stopping: CancellationToken,
    status: Shown<StatusRecord, u64>,
    registrars: Shown<Assignment, String>,
}

/// What the page was told last, and what it is to be told.
struct Shown<T, V> {
    version: V,
    waiting: Option<T>,
}

impl Feed {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(status) = self.status.waiting.take() {
                self.status.version = status.version;
                return event("status", &Status::from(status));
            }
            if let Some(assignment) = self.registrars.waiting.take() {
                self.registrars.version = assignment.version.clone();
                return event("registrars", &Registrars::from(assignment));
            }
            let news = tokio::select! {
                news = self.news.next() => news,
                () = sleep_until(self.ends) => return None,
                () = self.stopping.cancelled() => return None,
            };
            match news {
                Ok(News::Push(Push::Status(record))) if record.version > self.status.version => {
                    self.status.waiting = Some(record);
                }
                Ok(News::Push(Push::Registrars(set))) if set.version != self.registrars.version => {
                    self.registrars.waiting = Some(set);
                }
                Ok(News::Push(_)) => {}
                Ok(News::SessionEnded(session)) if session != self.session => {}
                Ok(News::SessionEnded(_) | News::AccountDisabled) => return None,
                Err(RecvError::Lagged(_)) => {
                    tracing::info!("a page reads its stream too slowly; closed");
                    return None;
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}
