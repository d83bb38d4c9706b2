//! The floor's values as JSON.

use headset_floor::{Assignment, NextStatus, StatusRecord};
use serde::Serialize;

use crate::clock;
use crate::clock::rfc3339;
use crate::credentials::Credentials;
use crate::settings::{IceServer, Settings};

/// A status as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Status {
    status: &'static str,
    sub_status: Option<String>,
    /// RFC 3339.
    since: String,
    pub(super) version: u64,
    next: Option<Next>,
    by: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Next {
    status: &'static str,
    sub_status: Option<String>,
}

impl From<StatusRecord> for Status {
    fn from(record: StatusRecord) -> Self {
        Self {
            status: record.status.as_str(),
            sub_status: record.sub_status,
            since: rfc3339(record.since),
            version: record.version,
            next: record
                .next
                .map(|NextStatus { status, sub_status, .. }| Next { status: status.as_str(), sub_status }),
            by: record.by.as_str(),
        }
    }
}

/// The registrars that a client belongs to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Registrars {
    pub(super) registrars: Vec<Registrar>,
    pub(super) version: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Registrar {
    id: String,
    uri: String,
    weight: u32,
    reg_id: u32,
}

impl From<Assignment> for Registrars {
    fn from(assignment: Assignment) -> Self {
        let registrars = assignment.registrars.into_iter().map(|registrar| Registrar {
            id: registrar.id,
            uri: registrar.uri,
            weight: registrar.weight,
            reg_id: registrar.reg_id,
        });
        Self { registrars: registrars.collect(), version: assignment.version }
    }
}

/// Where a client is in SIP.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sip {
    uri: String,
    domain: String,
}

impl Sip {
    pub(super) fn of(settings: &Settings, login: &str) -> Self {
        let domain = settings.sip_domain.clone();
        Self { uri: format!("sip:{login}@{domain}"), domain }
    }
}

/// A hash: what a cookie is exchanged for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Hash {
    login: String,
    username: String,
    hash: String,
    /// Seconds.
    expires_in: u64,
}

impl Hash {
    pub(super) fn of(settings: &Settings, login: &str) -> Self {
        let lifetime = settings.credentials_lifetime;
        let Credentials { username, password } =
            Credentials::new(&settings.sip_secret, login, clock::wall(), lifetime);
        Self { login: login.to_owned(), username, hash: password, expires_in: lifetime.as_secs() }
    }
}

/// `RTCIceServer`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ice {
    urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// TURN credentials outlive the hash: a call may be longer than it.
const TURN_LIFETIME: std::time::Duration = std::time::Duration::from_secs(12 * 3600);

pub(super) fn ice_servers(settings: &Settings, login: &str) -> Vec<Ice> {
    let of = |server: &IceServer| {
        let made = server
            .secret
            .as_ref()
            .map(|secret| Credentials::new(secret, login, clock::wall(), TURN_LIFETIME));
        let (username, credential) =
            made.map_or((None, None), |made| (Some(made.username), Some(made.password)));
        Ice { urls: server.urls.clone(), username, credential }
    };
    settings.ice_servers.iter().map(of).collect()
}

/// A queue that can be called.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Queue {
    name: String,
    display_name: String,
}

pub(super) fn queues(settings: &Settings) -> Vec<Queue> {
    let of = |queue: &headset_floor::QueueConfig| Queue {
        name: queue.name.clone(),
        display_name: queue.display_name.clone(),
    };
    settings.queues.iter().map(of).collect()
}
