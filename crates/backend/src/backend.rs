//! The backend as the binary sees it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use headset_floor::{
    Activity, CallRecord, Command, OperatorRecord, Reachability, RegistrarConfig, RegistrarState, Report,
    Snapshot, StatusRecord,
};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use crate::accounts::{Account, NewAccount};
use crate::api::{App, router};
use crate::error::Error;
use crate::floor_task::{self, FloorHandle};
use crate::http;
use crate::passwords::Passwords;
use crate::settings::Settings;
use crate::storage::Storage;

/// Expired sessions are forgotten this often.
const TIDY: Duration = Duration::from_secs(3600);

/// A backend at work.
#[derive(Debug)]
pub struct Backend {
    /// For administration.
    pub office: Office,
    /// Where HTTP is answered; the port is the real one.
    pub address: SocketAddr,
    floor: floor_task::Running,
    http: JoinHandle<()>,
    tidier: JoinHandle<()>,
    stopping: CancellationToken,
}

/// The way to the switch.
#[derive(Clone, Debug)]
pub struct SwitchLink {
    /// What the floor asks of it.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Whether it lives: it answers each of these at once.
    pub pulse: mpsc::Sender<oneshot::Sender<()>>,
}

impl Backend {
    /// Starts the floor on what storage holds, and answers HTTP.
    ///
    /// # Errors
    /// Storage cannot be read.
    pub async fn start(
        settings: Settings,
        storage: Storage,
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        switch: SwitchLink,
    ) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(Error::io("the HTTP listener"))?;
        let left_open = storage.close_what_was_left_open().await?;
        if left_open > 0 {
            tracing::warn!(calls = left_open, "calls that an earlier run left open were closed");
        }
        let states = storage.registrar_states().await?;
        let mut registrars = settings.registrars.clone();
        for registrar in &mut registrars {
            if let Some(state) = states.get(&registrar.id) {
                registrar.state = *state;
            }
        }
        let snapshot = Snapshot {
            operators: storage.operators().await?,
            queues: settings.queues.clone(),
            registrars: registrars.clone(),
            registrars_per_operator: settings.registrars_per_operator,
        };
        let floor = floor_task::start(snapshot, storage.clone(), switch.commands);
        let stopping = CancellationToken::new();
        let passwords = Passwords::new();
        let office = Office {
            storage: storage.clone(),
            passwords: passwords.clone(),
            floor: floor.handle.clone(),
            registrars: registrars.into(),
        };
        let app = App::new(
            settings,
            storage.clone(),
            passwords,
            floor.handle.clone(),
            switch.pulse,
            stopping.clone(),
        );
        let http = tokio::spawn(http::serve(listener, tls, router(Arc::new(app)), stopping.clone()));
        let tidier = tokio::spawn(tidy(storage));
        Ok(Self { office, address, floor, http, tidier, stopping })
    }

    /// Where the switch's reports go.
    #[must_use]
    pub fn reports(&self) -> Reports {
        Reports(self.floor.handle.clone())
    }

    /// Takes no more requests, ends the streams, finishes every write and closes storage.
    ///
    /// # Errors
    /// Storage did not close.
    pub async fn stop(self) -> Result<(), Error> {
        self.stopping.cancel();
        self.tidier.abort();
        let _ = self.http.await;
        self.floor.stop().await;
        self.office.storage.close_what_was_left_open().await?;
        self.office.storage.close().await
    }
}

/// Takes what the switch reports. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reports(FloorHandle);

impl Reports {
    /// Hands a report to the floor.
    pub fn report(&self, report: Report) {
        self.0.report(report);
    }
}

/// Administration of a running server. Every act is written to the audit log with its `actor`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Office {
    storage: Storage,
    passwords: Passwords,
    floor: FloorHandle,
    registrars: Arc<[RegistrarConfig]>,
}

/// An account and, where it is an operator's, what they do.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// An operator's three axes.
    pub operator: Option<(StatusRecord, Activity, Reachability)>,
}

impl Office {
    /// Makes an account; an operator can sign in and take calls at once.
    ///
    /// # Errors
    /// The account does not fit, exists already, or storage failed.
    pub async fn add_account(&self, new: NewAccount, actor: &str) -> Result<Account, Error> {
        let (account, record) = add_account(&self.storage, &self.passwords, new, actor).await?;
        if let Some(record) = record {
            self.floor.operator_changed(record);
        }
        Ok(account)
    }

    /// Every account, by login.
    ///
    /// # Errors
    /// Storage failed, or the server is stopping.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, Error> {
        let accounts = self.storage.accounts().await?;
        let mut views = self.floor.operators().await?;
        let mut view_of = |login: &str| {
            let at = views.iter().position(|view| view.login == login)?;
            let view = views.swap_remove(at);
            Some((view.status, view.activity, view.reachability))
        };
        Ok(accounts
            .into_iter()
            .map(|account| AccountView { operator: view_of(&account.login), account })
            .collect())
    }

    /// Enables or disables an account. A disabled operator is taken off line; a call goes on.
    ///
    /// # Errors
    /// There is no such account, or storage failed.
    pub async fn set_enabled(&self, login: &str, enabled: bool, actor: &str) -> Result<Account, Error> {
        let (account, record) = self.storage.set_enabled(login, enabled, actor).await?;
        if let Some(record) = record {
            self.floor.operator_changed(record);
        }
        Ok(account)
    }

    /// Every registrar as it is now, in the configuration's order.
    ///
    /// # Errors
    /// Storage failed.
    pub async fn registrars(&self) -> Result<Vec<RegistrarConfig>, Error> {
        let states = self.storage.registrar_states().await?;
        let mut registrars = self.registrars.to_vec();
        for registrar in &mut registrars {
            if let Some(state) = states.get(&registrar.id) {
                registrar.state = *state;
            }
        }
        Ok(registrars)
    }

    /// The latest calls, the oldest of them first.
    ///
    /// # Errors
    /// Storage failed.
    pub async fn latest_calls(&self, most: u64) -> Result<Vec<CallRecord>, Error> {
        self.storage.latest_calls(most).await
    }

    /// Drains or activates a registrar; operators are told at once.
    ///
    /// # Errors
    /// There is no such registrar, or storage failed.
    pub async fn set_registrar_state(
        &self,
        id: &str,
        state: RegistrarState,
        actor: &str,
    ) -> Result<RegistrarConfig, Error> {
        let Some(registrar) = self.registrars.iter().find(|registrar| registrar.id == id) else {
            let known: Vec<_> = self.registrars.iter().map(|registrar| registrar.id.as_str()).collect();
            return Err(Error::UnknownRegistrar(id.to_owned(), known.join(", ")));
        };
        self.storage.set_registrar_state(id, state, actor).await?;
        let registrar = RegistrarConfig { state, ..registrar.clone() };
        self.floor.registrar_changed(registrar.clone());
        Ok(registrar)
    }
}

impl Storage {
    /// Makes an account while no server runs.
    ///
    /// # Errors
    /// The account does not fit, exists already, or storage failed.
    pub async fn add_account_offline(&self, new: NewAccount, actor: &str) -> Result<Account, Error> {
        add_account(self, &Passwords::new(), new, actor).await.map(|(account, _)| account)
    }

    /// Whether there is an account of this login.
    ///
    /// # Errors
    /// Storage failed.
    pub async fn has_account(&self, login: &str) -> Result<bool, Error> {
        Ok(self.account(login).await?.is_some())
    }
}

async fn add_account(
    storage: &Storage,
    passwords: &Passwords,
    new: NewAccount,
    actor: &str,
) -> Result<(Account, Option<OperatorRecord>), Error> {
    new.check()?;
    let account = Account {
        display_name: new.display_name.trim().to_owned(),
        login: new.login,
        role: new.role,
        is_operator: new.is_operator,
        enabled: true,
    };
    let hash = passwords.hash(new.password).await?;
    let record = storage.add_account(&account, hash, actor).await?;
    Ok((account, record))
}

async fn tidy(storage: Storage) {
    let mut every = tokio::time::interval(TIDY);
    loop {
        every.tick().await;
        if let Err(error) = storage.forget_expired_sessions().await {
            tracing::warn!(%error, "expired sessions were not forgotten");
        }
    }
}
