//! The HTTP server's rim: accepts, does TLS, serves, and stops cleanly.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The address that a connection came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub SocketAddr);

/// A TLS handshake must be done within this.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The next request's head must be there within this. Longer than clients poll, so that they keep their connection.
const HEAD: Duration = Duration::from_secs(60);
/// Open connections; more are refused.
const CONNECTIONS: usize = 20_000;
/// What is sent must be taken within this, or the connection is dead.
const UNTAKEN: Duration = Duration::from_secs(30);
/// Answers under way when the server stops have this long.
const GOODBYE: Duration = Duration::from_secs(2);
/// Out of file descriptors, or of memory: others must end first.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until `stopping`, then lets answers under way finish.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    stopping: CancellationToken,
) {
    let tls = tls.map(|config| TlsAcceptor::from(with_alpn(&config)));
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopping.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accepting failed; going on");
                tokio::time::sleep(AFTER_ERROR).await;
                continue;
            }
        };
        let Ok(room) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!(%peer, "no room for another connection");
            continue;
        };
        tune(&stream);
        let (router, tls) = (router.clone(), tls.clone());
        let watcher = graceful.watcher();
        let stopping = stopping.clone();
        tokio::spawn(async move {
            let _room = room;
            match tls {
                None => carry(stream, peer, router, watcher).await,
                Some(tls) => {
                    let shaken = tokio::select! {
                        shaken = timeout(HANDSHAKE, tls.accept(stream)) => shaken,
                        () = stopping.cancelled() => return,
                    };
                    match shaken {
                        Ok(Ok(stream)) => carry(stream, peer, router, watcher).await,
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS handshake"),
                        Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
                    }
                }
            }
        });
    }
    drop(listener);
    if timeout(GOODBYE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were cut off");
    }
}

async fn carry(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(UNTAKEN).max_concurrent_streams(64);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = pin!(watcher.watch(connection)).await {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}

fn with_alpn(config: &ServerConfig) -> Arc<ServerConfig> {
    let mut config = config.clone();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

fn tune(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    // A page that vanished without a word still has a stream open; this finds it out.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNTAKEN));
}
