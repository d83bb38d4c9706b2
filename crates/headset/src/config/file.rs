//! The configuration file as it is written. Every key is here, with its default.

use std::path::PathBuf;

use serde::Deserialize;

/// `headset.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub data_dir: Option<PathBuf>,
    pub http: Http,
    pub sip: Sip,
    pub auth: Auth,
    pub credentials: Credentials,
    pub assignment: Assignment,
    pub guest: Guest,
    pub ice: Ice,
    pub registrar: Vec<Registrar>,
    pub queue: Vec<Queue>,
    pub pause_reason: Vec<PauseReason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Http {
    pub listen: String,
    pub public_url: Option<String>,
    pub login_url: Option<String>,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Vec<String>,
    pub tls: Option<Tls>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            login_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            tls: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Sip {
    pub domain: Option<String>,
    pub secret: Option<String>,
    pub secret_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Auth {
    pub session_lifetime_s: f64,
    pub max_failures: u32,
    pub max_failures_per_address: u32,
    pub failure_window_s: f64,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            session_lifetime_s: 12.0 * 3600.0,
            max_failures: 10,
            max_failures_per_address: 1000,
            failure_window_s: 300.0,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Credentials {
    pub lifetime_s: f64,
}

impl Default for Credentials {
    fn default() -> Self {
        Self { lifetime_s: 600.0 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Assignment {
    pub registrars_per_operator: usize,
    pub poll_s: u32,
}

impl Default for Assignment {
    fn default() -> Self {
        Self { registrars_per_operator: 2, poll_s: 15 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Guest {
    pub enabled: bool,
    pub hashes_per_minute: u32,
}

impl Default for Guest {
    fn default() -> Self {
        Self { enabled: false, hashes_per_minute: 60 }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Ice {
    pub servers: Vec<IceServer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IceServer {
    pub urls: Vec<String>,
    pub secret: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Registrar {
    pub id: String,
    pub listen: String,
    pub uri: Option<String>,
    #[serde(default = "one")]
    pub weight: u32,
    pub reg_id: Option<u32>,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queue {
    pub name: String,
    pub display_name: Option<String>,
    pub strategy: Option<String>,
    pub no_answer_timeout_s: Option<f64>,
    pub reject_delay_s: Option<f64>,
    pub busy_delay_s: Option<f64>,
    pub no_answer_delay_s: Option<f64>,
    pub wrap_up_time_s: Option<f64>,
    pub max_no_answer: Option<u32>,
    pub max_wait_time_s: Option<f64>,
    pub members: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PauseReason {
    pub code: String,
    pub ru: String,
    pub en: String,
}
