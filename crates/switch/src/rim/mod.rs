//! The switch's body: sockets, the clock and the channels around the machine, on tokio.

mod accept;
mod connection;
mod machine;
mod origin;
mod outbox;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::config::Config;
use crate::io::{Closed, Command, ConnectionId, ListenerId, Report};
use accept::Door;
use origin::Origins;
use outbox::Outbox;

pub use tls::{TlsError, tls_config};

/// Commands and reports under way; more make the sender wait.
const CHANNEL: usize = 1024;
/// How long `shutdown` waits for connections to close properly.
const GOODBYES: Duration = Duration::from_secs(3);

/// A switch at work.
#[derive(Debug)]
pub struct Running {
    /// Where each registrar listens, in the configuration's order; ports are the real ones.
    pub addresses: Vec<SocketAddr>,
    /// What the floor asks for.
    pub commands: mpsc::Sender<Command>,
    /// What the floor is told. Must be read: the switch stops reading from clients while thousands wait.
    pub reports: mpsc::Receiver<Report>,
    /// Asks whether it lives: the machine's own task answers, between one input and the next.
    pub pulse: mpsc::Sender<oneshot::Sender<()>>,
    /// Ends it.
    pub stop: Stop,
}

impl Running {
    /// Closes every connection with 1001, stops listening and ends all tasks.
    pub async fn shutdown(self) {
        self.stop.shutdown().await;
    }
}

/// Ends a switch whose channels have gone elsewhere. Dropping it ends the switch too, without waiting.
#[derive(Debug)]
pub struct Stop {
    stop: watch::Sender<bool>,
    machine: JoinHandle<()>,
    room: Arc<Semaphore>,
    connections: u32,
}

impl Stop {
    /// Closes every connection with 1001, stops listening and ends all tasks.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        let _ = self.machine.await;
        let _ = tokio::time::timeout(GOODBYES, self.room.acquire_many(self.connections)).await;
    }
}

/// Why a switch did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address is taken, or not this machine's.
    #[error("registrar {registrar} cannot listen on {address}: {source}")]
    Listen {
        /// The registrar's id.
        registrar: String,
        /// The address that it was given.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Not one listener for each registrar.
    #[error("{listeners} listeners were given for {registrars} registrars")]
    Listeners {
        /// How many were given.
        listeners: usize,
        /// How many are needed.
        registrars: usize,
    },
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    Randomness(String),
}

/// Listens on every registrar's address. To listen elsewhere (another port when one is taken), make the
/// listeners yourself and hand them to [`serve`].
pub async fn bind(config: &Config) -> Result<Vec<TcpListener>, ServeError> {
    let mut listeners = Vec::with_capacity(config.registrars.len());
    for registrar in &config.registrars {
        let listener = TcpListener::bind(registrar.listen).await.map_err(|source| ServeError::Listen {
            registrar: registrar.id.clone(),
            address: registrar.listen,
            source,
        })?;
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Starts the switch on these listeners, one for each of the configuration's registrars in its order.
pub async fn serve(
    config: Config,
    listeners: Vec<TcpListener>,
    tls: Option<Arc<ServerConfig>>,
) -> Result<Running, ServeError> {
    if listeners.len() != config.registrars.len() {
        return Err(ServeError::Listeners {
            listeners: listeners.len(),
            registrars: config.registrars.len(),
        });
    }
    let mut addresses = Vec::with_capacity(listeners.len());
    for (listener, registrar) in listeners.iter().zip(&config.registrars) {
        let address = listener.local_addr().map_err(|source| ServeError::Listen {
            registrar: registrar.id.clone(),
            address: registrar.listen,
            source,
        })?;
        addresses.push(address);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| ServeError::Randomness(error.to_string()))?;

    let connections = config.limits.connections.min(u32::MAX as usize >> 4);
    let room = Arc::new(Semaphore::new(connections));
    let (stop, stopping) = watch::channel(false);
    let (events, incoming) = mpsc::channel(CHANNEL);
    let (commands, asked) = mpsc::channel(CHANNEL);
    let (told, reports) = mpsc::channel(CHANNEL);
    let (pulse, pulses) = mpsc::channel(1);
    let secure = tls.is_some();
    let door = Door {
        origins: Arc::new(Origins::new(&config.allowed_origins)),
        tls: tls.map(TlsAcceptor::from),
        events,
        room: Arc::clone(&room),
        next_connection: Arc::new(AtomicU64::new(1)),
        stop: stopping.clone(),
    };
    for (index, listener) in listeners.into_iter().enumerate() {
        tokio::spawn(door.clone().accept(listener, ListenerId(index)));
    }
    drop(door);
    let body = machine::Body::new(config, seed, secure, told);
    let machine = tokio::spawn(body.run(incoming, asked, pulses, stopping));
    Ok(Running {
        addresses,
        commands,
        reports,
        pulse,
        stop: Stop { stop, machine, room, connections: connections as u32 },
    })
}

/// What the connections' tasks tell the machine's.
#[derive(Debug)]
enum Event {
    Opened { connection: ConnectionId, listener: ListenerId, remote: SocketAddr, outbox: Arc<Outbox> },
    Received { connection: ConnectionId, text: String },
    Closed { connection: ConnectionId, how: Closed },
}
