//! Who asks: the session cookie, and what its account may do.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use super::Shared;
use super::problem::Problem;
use crate::secrets::token_hash;
use crate::settings::Settings;
use crate::storage::SignedIn;

const COOKIE: &str = "headset_session";

/// Anyone signed in, disabled accounts too.
impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let nobody = || Problem::unauthenticated(&app.settings.login_url);
        let token = token(&parts.headers).ok_or_else(nobody)?;
        app.storage.session(&token_hash(token)).await?.ok_or_else(nobody)
    }
}

/// An operator who is signed in and not disabled.
#[derive(Debug)]
pub(super) struct Operator(pub SignedIn);

impl FromRequestParts<Shared> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if !signed_in.account.enabled {
            return Err(Problem::disabled());
        }
        if !signed_in.account.is_operator {
            return Err(Problem::not_an_operator());
        }
        Ok(Self(signed_in))
    }
}

/// The session cookie of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// The header that gives a browser its session, for `seconds`; none takes it away.
pub(super) fn cookie(settings: &Settings, token: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let secure = if settings.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).map_err(|_| Problem::internal())
}
