//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headset_floor::WallTime;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::Json;
use super::gate::ClientAddress;
use super::problem::Problem;
use super::session::{cookie, token};
use crate::accounts::Account;
use crate::clock;
use crate::secrets::{random_token, token_hash};
use crate::storage::SignedIn;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    login: String,
    password: String,
}

/// Who is signed in.
#[derive(Serialize)]
struct Me<'a> {
    login: &'a str,
    display_name: &'a str,
    role: &'static str,
    is_operator: bool,
}

impl<'a> From<&'a Account> for Me<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            login: &account.login,
            display_name: &account.display_name,
            role: account.role.as_str(),
            is_operator: account.is_operator,
        }
    }
}

/// `POST /v1/auth/login`
pub(super) async fn login(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(Login { login, password }): Json<Login>,
) -> Result<Response, Problem> {
    let too_many =
        |wait| Problem::too_many("too_many_attempts", "Too many wrong passwords; wait and try again.", wait);
    // What cannot be a login is not remembered as one.
    let key = (login.chars().take(64).collect::<String>(), address);
    app.limits.login_address.check(&address).map_err(too_many)?;
    // Counted before the password is checked, so that many at once are not more than many in a row.
    app.limits.login.count(&key).map_err(too_many)?;

    let found = app.storage.account(&login).await?;
    let (account, stored) = found.map_or((None, None), |(account, stored)| (Some(account), Some(stored)));
    let fits = password.len() <= 1024 && app.passwords.verify(password, stored).await?;
    let Some(account) = account.filter(|_| fits) else {
        // The one that made it too many already says how long to wait.
        let _ = app.limits.login_address.count(&address);
        tracing::info!(%address, "a sign-in with a wrong login or password");
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "The login or the password is wrong.",
        ));
    };
    app.limits.login.forgive(&key);
    if !account.enabled {
        return Err(Problem::disabled());
    }
    if let Some(old) = token(&headers) {
        app.storage.end_session(&token_hash(old)).await?;
    }
    let token = random_token()?;
    let lifetime = app.settings.session_lifetime;
    let expires_at = clock::wall() + lifetime;
    app.storage.add_session(&token_hash(&token), &account.login, expires_at).await?;
    let cookie = cookie(&app.settings, &token, lifetime.as_secs())?;
    Ok(([(header::SET_COOKIE, cookie)], axum::Json(Me::from(&account))).into_response())
}

/// `POST /v1/auth/logout`: also without a session, so that it can be repeated.
pub(super) async fn logout(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = token(&headers) {
        let id_hash = token_hash(token);
        if let Some(SignedIn { account, .. }) = app.storage.session(&id_hash).await? {
            app.storage.end_session(&id_hash).await?;
            app.floor.session_ended(&account.login, id_hash);
        }
    }
    let cookie = cookie(&app.settings, "", 0)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// `GET /v1/auth/me`
pub(super) async fn me(signed_in: SignedIn) -> Response {
    axum::Json(Me::from(&signed_in.account)).into_response()
}

/// How long until then, for timers on the monotonic clock.
pub(super) fn until(time: WallTime) -> std::time::Duration {
    std::time::Duration::from_millis(time.0.saturating_sub(clock::wall().0))
}
