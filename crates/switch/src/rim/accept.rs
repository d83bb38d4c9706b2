//! One registrar's listener: accepts, and starts a task for each connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;

use super::Event;
use super::connection::{HANDSHAKE, carry, handshake};
use super::origin::Origins;
use super::outbox::Outbox;
use crate::io::{ConnectionId, ListenerId};

/// Out of file descriptors, or of memory: others must end first.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// What all listeners share.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) origins: Arc<Origins>,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) room: Arc<Semaphore>,
    pub(super) next_connection: Arc<AtomicU64>,
    pub(super) stop: watch::Receiver<bool>,
}

impl Door {
    /// Accepts until told to stop. An error of one accept does not end it.
    pub(super) async fn accept(mut self, listener: TcpListener, id: ListenerId) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = self.stop.wait_for(|stop| *stop) => return,
            };
            let (stream, remote) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(listener = id.0, %error, "accepting failed; going on");
                    tokio::time::sleep(AFTER_ERROR).await;
                    continue;
                }
            };
            let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
                tracing::warn!(%remote, "no room for another connection");
                continue;
            };
            tokio::spawn(welcome(self.clone(), stream, remote, id, room));
        }
    }
}

/// Does the handshakes within their time, then carries frames.
async fn welcome(
    door: Door,
    stream: TcpStream,
    remote: SocketAddr,
    listener: ListenerId,
    _room: OwnedSemaphorePermit,
) {
    let _ = stream.set_nodelay(true);
    let Door { origins, tls, events, next_connection, mut stop, .. } = door;
    let id = || ConnectionId(next_connection.fetch_add(1, Ordering::Relaxed));
    // The handshakes' futures are large and short-lived: boxed, they are gone once the connection is silent.
    match tls {
        None => {
            let shaking = Box::pin(timeout(HANDSHAKE, handshake(stream, origins)));
            let shaken = tokio::select! {
                shaken = shaking => shaken,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match shaken {
                Ok(Ok(socket)) => open(socket, id(), listener, remote, &events).await,
                Ok(Err(error)) => tracing::debug!(%remote, %error, "no WebSocket handshake"),
                Err(_) => tracing::debug!(%remote, "the WebSocket handshake took too long"),
            }
        }
        Some(tls) => {
            let shaking = Box::pin(timeout(HANDSHAKE, async {
                let stream = tls.accept(stream).await.map_err(|error| error.to_string())?;
                handshake(stream, origins).await.map_err(|error| error.to_string())
            }));
            let shaken = tokio::select! {
                shaken = shaking => shaken,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match shaken {
                Ok(Ok(socket)) => Box::pin(open(socket, id(), listener, remote, &events)).await,
                Ok(Err(error)) => tracing::debug!(%remote, %error, "no TLS or WebSocket handshake"),
                Err(_) => tracing::debug!(%remote, "the TLS or WebSocket handshake took too long"),
            }
        }
    }
}

async fn open<S>(
    socket: WebSocketStream<S>,
    connection: ConnectionId,
    listener: ListenerId,
    remote: SocketAddr,
    events: &mpsc::Sender<Event>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let outbox = Arc::new(Outbox::default());
    let opened = Event::Opened { connection, listener, remote, outbox: Arc::clone(&outbox) };
    if events.send(opened).await.is_err() {
        return;
    }
    let how = carry(socket, connection, &outbox, events).await;
    let _ = events.send(Event::Closed { connection, how }).await;
}
