//! The whole server: switch, floor, HTTP and control socket, started and stopped together.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headset_backend::{Backend, NewAccount, Reports, Secret, Settings, Storage, SwitchLink};
use headset_floor::{RegistrarConfig, RegistrarState};
use headset_switch as switch;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::rustls::ServerConfig;

use crate::config::{Config, SecretFrom, TlsFiles};
use crate::control::server::Control;
use crate::data::{Data, DataError, Lock, read_secret};
use crate::listen::{CannotListen, Taken, kept_in, listen};
use crate::wiring;

/// All of the stopping together; then what is left is cut off.
const STOPPING: Duration = Duration::from_millis(2800);

/// A server at work.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where people reach the pages.
    pub url: String,
    /// What clients connect to, in the configuration's order.
    pub registrars: Vec<String>,
    /// Where to ask whether it is well.
    pub http: SocketAddr,
    pub switch: Vec<SocketAddr>,
    /// What the user should know: other ports, addresses not listened on.
    pub notes: Vec<String>,
    /// There is nobody who could sign in.
    pub is_empty: bool,
    backend: Backend,
    stop_switch: switch::Stop,
    wires: [JoinHandle<()>; 2],
    control: Control,
    _lock: Lock,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Listen(#[from] CannotListen),
    #[error(transparent)]
    Switch(#[from] switch::ServeError),
    #[error(transparent)]
    Backend(#[from] headset_backend::Error),
    #[error("[http.tls] {path}: {why}")]
    Tls { path: String, why: String },
    #[error("the control socket {path}: {source}")]
    Control { path: String, source: io::Error },
}

impl Server {
    /// Starts everything. `accounts` are made where there are none of their logins.
    pub(crate) async fn start(
        config: Config,
        taken: Taken,
        accounts: Vec<NewAccount>,
    ) -> Result<Self, StartError> {
        let data = Data::at(config.data_dir.clone());
        let lock = data.lock()?;
        let tls = config.tls.as_ref().map(certificate).transpose()?;
        let secret = match &config.secret {
            SecretFrom::Text(secret) => secret.clone(),
            SecretFrom::File(file) => read_secret(file)?,
            SecretFrom::Own => data.own_secret()?,
        };
        let mut notes = Vec::new();
        let listeners = Listeners::bind(&config, tls.is_some(), taken, &mut notes).await?;
        let storage = Storage::open(&data.database()).await?;
        for account in accounts {
            if !storage.has_account(&account.login).await? {
                storage.add_account_offline(account, "demo").await?;
            }
        }

        let plan = Plan::new(config, secret, &listeners, tls.is_some());
        let (url, registrars) = (plan.settings.public_url.clone(), plan.uris());
        let running = switch::serve(plan.switch, listeners.registrars, tls.clone()).await?;
        let (asked, commands) = mpsc::unbounded_channel();
        let link = SwitchLink { commands: asked, pulse: running.pulse };
        let backend = Backend::start(plan.settings, storage, listeners.http, tls, link).await?;
        let wires = [
            tokio::spawn(carry_reports(running.reports, backend.reports())),
            tokio::spawn(carry_commands(commands, running.commands)),
        ];
        let socket = data.control_socket();
        let control = Control::start(&socket, backend.office.clone())
            .map_err(|source| StartError::Control { path: socket.display().to_string(), source })?;
        let is_empty = backend.office.accounts().await?.is_empty();
        Ok(Self {
            url,
            registrars,
            http: backend.address,
            switch: running.addresses,
            notes,
            is_empty,
            backend,
            stop_switch: running.stop,
            wires,
            control,
            _lock: lock,
        })
    }

    /// Closes sockets properly, finishes the writes, ends. Takes at most 3 s.
    pub(crate) async fn stop(self) {
        let all = async {
            self.control.stop();
            let ((), stopped) = tokio::join!(self.stop_switch.shutdown(), self.backend.stop());
            if let Err(error) = stopped {
                tracing::error!(%error, "the database was not closed properly");
            }
        };
        if timeout(STOPPING, all).await.is_err() {
            tracing::warn!("stopping took too long; the rest was cut off");
        }
        for wire in self.wires {
            wire.abort();
        }
    }
}

struct Listeners {
    http: TcpListener,
    registrars: Vec<TcpListener>,
}

impl Listeners {
    async fn bind(
        config: &Config,
        tls: bool,
        taken: Taken,
        notes: &mut Vec<String>,
    ) -> Result<Self, CannotListen> {
        let key = "http.listen";
        let http = listen(key, kept_in(key, config.listen, tls, notes), taken, notes).await?;
        let mut registrars = Vec::with_capacity(config.registrars.len());
        for registrar in &config.registrars {
            let key = format!("registrar {}", registrar.id);
            let address = kept_in(&key, registrar.listen, tls, notes);
            registrars.push(listen(&key, address, taken, notes).await?);
        }
        Ok(Self { http, registrars })
    }
}

/// What backend and switch are given, once the ports are known.
struct Plan {
    settings: Settings,
    switch: switch::Config,
}

impl Plan {
    fn new(config: Config, secret: Secret, listeners: &Listeners, tls: bool) -> Self {
        let port = |listener: &TcpListener| listener.local_addr().map_or(0, |address| address.port());
        let scheme = if tls { "s" } else { "" };
        let http_port = port(&listeners.http);
        let public_url = config.public_url.unwrap_or_else(|| format!("http{scheme}://localhost:{http_port}"));
        let host = host_of(&public_url).to_owned();
        let mut registrars = Vec::new();
        let mut edges = Vec::new();
        for (registrar, listener) in config.registrars.into_iter().zip(&listeners.registrars) {
            edges.push(switch::Registrar { id: registrar.id.clone(), listen: registrar.listen });
            registrars.push(RegistrarConfig {
                uri: registrar.uri.unwrap_or_else(|| format!("ws{scheme}://{host}:{}", port(listener))),
                id: registrar.id,
                weight: registrar.weight,
                reg_id: registrar.reg_id,
                state: RegistrarState::Active,
            });
        }
        let mut origins = vec![public_url.clone()];
        // The same pages under this machine's other names for itself.
        origins.extend(
            ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http{scheme}://{host}:{http_port}")),
        );
        origins.extend(config.allowed_origins.iter().cloned());
        let switch = switch::Config {
            domain: config.domain.clone(),
            secret: switch::Secret::new(secret.reveal()),
            registrars: edges,
            allowed_origins: origins,
            limits: switch::Limits::default(),
        };
        let settings = Settings {
            login_url: config.login_url.unwrap_or_else(|| format!("{public_url}/test")),
            public_url,
            allowed_origins: config.allowed_origins,
            trusted_proxies: config.trusted_proxies,
            sip_domain: config.domain,
            sip_secret: secret,
            credentials_lifetime: config.credentials_lifetime,
            session_lifetime: config.session_lifetime,
            login_limits: config.login_limits,
            ice_servers: config.ice_servers,
            pause_reasons: config.pause_reasons,
            queues: config.queues,
            registrars,
            registrars_per_operator: config.registrars_per_operator,
            poll: config.poll,
            guests: config.guests,
        };
        Self { settings, switch }
    }

    fn uris(&self) -> Vec<String> {
        self.settings.registrars.iter().map(|registrar| registrar.uri.clone()).collect()
    }
}

/// `desk.example` of `https://desk.example:8443`.
fn host_of(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

fn certificate(files: &TlsFiles) -> Result<Arc<ServerConfig>, StartError> {
    let read = |path: &Path| {
        std::fs::read(path)
            .map_err(|error| StartError::Tls { path: path.display().to_string(), why: error.to_string() })
    };
    let (chain, key) = (read(&files.certificate)?, read(&files.key)?);
    switch::tls_config(&chain, &key).map_err(|error| {
        let path = match error {
            switch::TlsError::Key(_) => &files.key,
            _ => &files.certificate,
        };
        StartError::Tls { path: path.display().to_string(), why: error.to_string() }
    })
}

async fn carry_reports(mut reports: mpsc::Receiver<switch::Report>, to: Reports) {
    while let Some(report) = reports.recv().await {
        to.report(wiring::report(report));
    }
}

async fn carry_commands(
    mut commands: mpsc::UnboundedReceiver<headset_floor::Command>,
    to: mpsc::Sender<switch::Command>,
) {
    while let Some(command) = commands.recv().await {
        if to.send(wiring::command(command)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn a_host_is_found_with_and_without_a_port() {
        for (url, host) in [
            ("https://desk.example:8443", "desk.example"),
            ("https://desk.example", "desk.example"),
            ("http://[::1]:8080", "[::1]"),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(host_of(url), host);
        }
    }
}
