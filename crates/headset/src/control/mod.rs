//! How the command line talks to a running server: a unix socket in the data directory, JSON lines.
//!
//! One line asks, one line answers; whoever may open the socket may do everything.

pub(crate) mod client;
pub(crate) mod server;

use serde::{Deserialize, Serialize};

/// Bytes of a line.
const LINE: usize = 64 * 1024;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    AddAccount { login: String, display_name: String, role: String, is_operator: bool, password: String },
    ListAccounts,
    SetEnabled { login: String, enabled: bool },
    ListRegistrars,
    SetRegistrar { id: String, state: String },
    ListCalls { last: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Answer {
    Account(Box<Account>),
    Accounts { accounts: Vec<Account> },
    Registrars { registrars: Vec<Registrar> },
    Calls { calls: Vec<Call> },
    Error { error: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub login: String,
    pub display_name: String,
    pub role: String,
    pub is_operator: bool,
    pub enabled: bool,
    pub desk: Option<Desk>,
}

/// An operator's three axes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Desk {
    pub status: String,
    pub sub_status: Option<String>,
    /// RFC 3339.
    pub since: String,
    /// How long ago that is.
    pub since_s: u64,
    pub next: Option<String>,
    pub activity: String,
    pub reachability: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Registrar {
    pub id: String,
    pub uri: String,
    pub weight: u32,
    pub reg_id: u32,
    pub state: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub id: String,
    pub caller: String,
    pub target: String,
    pub queue: Option<String>,
    pub operator: Option<String>,
    /// RFC 3339, as the other times.
    pub arrived_at: String,
    pub answered_at: Option<String>,
    pub ended_at: Option<String>,
    pub outcome: Option<String>,
    pub ended_by: Option<String>,
    pub offers: Vec<Offer>,
    #[serde(default)]
    pub transfers: Vec<Transfer>,
}

/// One wish to hand a call over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub by: String,
    pub target: String,
    pub kind: String,
    pub asked_at: String,
    pub ended_at: Option<String>,
    pub outcome: Option<String>,
    pub to: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub login: String,
    pub offered_at: String,
    pub ended_at: Option<String>,
    pub outcome: Option<String>,
    pub reason: Option<String>,
}
