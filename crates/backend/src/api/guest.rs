//! Customers who call from a page, without an account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::Json;
use super::gate::ClientAddress;
use super::problem::Problem;
use super::shapes::{self, Hash, Ice, Queue, Registrar, Registrars, Sip};
use crate::accounts::GUEST_PREFIX;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guest {
    number: String,
}

#[derive(Serialize)]
struct GuestLaunch {
    #[serde(flatten)]
    hash: Hash,
    sip: Sip,
    registrars: Vec<Registrar>,
    ice_servers: Vec<Ice>,
    queues: Vec<Queue>,
}

/// `POST /v1/guest/hash`
pub(super) async fn hash(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    Json(Guest { number }): Json<Guest>,
) -> Result<Response, Problem> {
    if app.settings.guests.is_none() {
        return Err(Problem::new(StatusCode::NOT_FOUND, "guest_disabled", "Guests may not call here."));
    }
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(Problem::invalid(
            "number",
            "`number` does not fit: 3 to 15 digits, with or without a `+` before.",
        ));
    }
    app.limits.guest_address.count(&address).map_err(|wait| {
        Problem::too_many("too_many_guests", "Too many calls from this address; wait and try again.", wait)
    })?;
    let login = format!("{GUEST_PREFIX}{digits}");
    let Registrars { registrars, .. } = app.floor.assignment(&login).await?.into();
    let launch = GuestLaunch {
        hash: Hash::of(&app.settings, &login),
        sip: Sip::of(&app.settings, &login),
        registrars,
        ice_servers: shapes::ice_servers(&app.settings, &login),
        queues: shapes::queues(&app.settings),
    };
    Ok(axum::Json(launch).into_response())
}
