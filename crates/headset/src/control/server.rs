//! The server's end of the control socket.

use std::fs::{Permissions, remove_file, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use headset_backend::{AccountView, Error, NewAccount, Office, Role, rfc3339};
use headset_floor::{CallRecord, RegistrarConfig, RegistrarState, WallTime};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::{Account, Answer, Call, Desk, LINE, Offer, Registrar, Request, Transfer};

/// The open socket.
#[derive(Debug)]
pub(crate) struct Control {
    task: JoinHandle<()>,
    path: PathBuf,
}

impl Control {
    /// Listens. A socket that a killed server left is replaced: the data directory is locked.
    pub(crate) fn start(path: &Path, office: Office) -> io::Result<Self> {
        match remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        set_permissions(path, Permissions::from_mode(0o600))?;
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(serve(stream, office.clone()))),
                    Err(error) => {
                        tracing::warn!(%error, "the control socket failed to accept");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        });
        Ok(Self { task, path: path.to_owned() })
    }

    /// Takes no more.
    pub(crate) fn stop(&self) {
        self.task.abort();
        let _ = remove_file(&self.path);
    }
}

async fn serve(stream: UnixStream, office: Office) {
    let actor = match stream.peer_cred() {
        Ok(peer) => format!("local user {}", peer.uid()),
        Err(_) => "local user".to_owned(),
    };
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let mut some = (&mut read).take(LINE as u64);
        match some.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => answer(request, &office, &actor).await,
            Err(error) => Answer::Error { error: format!("not understood: {error}") },
        };
        let Ok(mut text) = serde_json::to_vec(&answer) else { return };
        text.push(b'\n');
        if write.write_all(&text).await.is_err() {
            return;
        }
    }
}

async fn answer(request: Request, office: &Office, actor: &str) -> Answer {
    let answer = match request {
        Request::AddAccount { login, display_name, role, is_operator, password } => {
            let Some(role) = Role::parse(&role) else {
                return Answer::Error { error: format!("there is no role `{role}`") };
            };
            let new = NewAccount { login, display_name, role, is_operator, password };
            let added = office.add_account(new, actor).await;
            added.map(|account| {
                Answer::Account(Box::new(self::account(AccountView { account, operator: None })))
            })
        }
        Request::ListAccounts => {
            let all = office.accounts().await;
            all.map(|all| Answer::Accounts { accounts: all.into_iter().map(account).collect() })
        }
        Request::SetEnabled { login, enabled } => {
            let changed = office.set_enabled(&login, enabled, actor).await;
            changed.map(|account| {
                Answer::Account(Box::new(self::account(AccountView { account, operator: None })))
            })
        }
        Request::ListRegistrars => registrars(office).await,
        Request::SetRegistrar { id, state } => match RegistrarState::parse(&state) {
            Some(state) => match office.set_registrar_state(&id, state, actor).await {
                Ok(_) => registrars(office).await,
                Err(error) => Err(error),
            },
            None => return Answer::Error { error: format!("there is no registrar state `{state}`") },
        },
        Request::ListCalls { last } => {
            let calls = office.latest_calls(last).await;
            calls.map(|calls| Answer::Calls { calls: calls.into_iter().map(call).collect() })
        }
    };
    answer.unwrap_or_else(|error| Answer::Error { error: error.to_string() })
}

async fn registrars(office: &Office) -> Result<Answer, Error> {
    let of = |registrar: RegistrarConfig| Registrar {
        id: registrar.id,
        uri: registrar.uri,
        weight: registrar.weight,
        reg_id: registrar.reg_id,
        state: registrar.state.as_str().to_owned(),
    };
    Ok(Answer::Registrars { registrars: office.registrars().await?.into_iter().map(of).collect() })
}

fn account(view: AccountView) -> Account {
    let AccountView { account, operator } = view;
    Account {
        login: account.login,
        display_name: account.display_name,
        role: account.role.as_str().to_owned(),
        is_operator: account.is_operator,
        enabled: account.enabled,
        desk: operator.map(|(status, activity, reachability)| Desk {
            status: status.status.as_str().to_owned(),
            sub_status: status.sub_status,
            since: rfc3339(status.since),
            since_s: ago(status.since),
            next: status.next.map(|next| next.status.as_str().to_owned()),
            activity: activity.as_str().to_owned(),
            reachability: reachability.as_str().to_owned(),
        }),
    }
}

fn ago(time: WallTime) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(time.0)).as_secs()
}

fn call(record: CallRecord) -> Call {
    let word = str::to_owned;
    Call {
        id: record.id,
        caller: record.caller,
        target: record.target,
        queue: record.queue,
        operator: record.operator,
        arrived_at: rfc3339(record.arrived_at),
        answered_at: record.answered_at.map(rfc3339),
        ended_at: record.ended_at.map(rfc3339),
        outcome: record.outcome.map(|outcome| word(outcome.as_str())),
        ended_by: record.ended_by.map(|side| word(side.as_str())),
        offers: record
            .offers
            .into_iter()
            .map(|offer| Offer {
                login: offer.login,
                offered_at: rfc3339(offer.offered_at),
                ended_at: offer.ended_at.map(rfc3339),
                outcome: offer.outcome.map(|outcome| word(outcome.as_str())),
                reason: offer.reason,
            })
            .collect(),
        transfers: record
            .transfers
            .into_iter()
            .map(|transfer| Transfer {
                by: transfer.by,
                target: transfer.target,
                kind: word(transfer.kind.as_str()),
                asked_at: rfc3339(transfer.asked_at),
                ended_at: transfer.ended_at.map(rfc3339),
                outcome: transfer.outcome.map(|outcome| word(outcome.as_str())),
                to: transfer.to,
                reason: transfer.reason,
            })
            .collect(),
    }
}
