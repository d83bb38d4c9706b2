//! `headset serve` and `headset demo`: start, say so, wait for the end, stop.

use std::net::SocketAddr;
use std::time::Duration;

use headset_backend::NewAccount;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};

use crate::cli::Where;
use crate::config::{self, Base};
use crate::listen::Taken;
use crate::server::Server;
use crate::{Failure, demo};

/// A server that does not answer itself within this is broken.
const ANSWERS: Duration = Duration::from_secs(10);

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Serve,
    Demo,
}

/// Runs until Ctrl-C or SIGTERM.
pub(crate) fn run(place: &Where, kind: Kind) -> Result<(), Failure> {
    let (base, taken, accounts) = match kind {
        Kind::Serve => (Base::Empty, Taken::Refuse, Vec::new()),
        Kind::Demo => (Base::Demo, Taken::TakeFree, demo::accounts()),
    };
    let config = config::load(base, place)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::other)?;
    let ran = runtime.block_on(serve(config, kind, taken, accounts));
    // What has not ended by now has had its time.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ran
}

async fn serve(
    config: config::Config,
    kind: Kind,
    taken: Taken,
    accounts: Vec<NewAccount>,
) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::other)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::other)?;
    let data = config.data_dir.clone();
    let domain = config.domain.clone();
    let server = tokio::select! {
        server = Server::start(config, taken, accounts) => server.map_err(Failure::other)?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    answers(&server).await?;
    match kind {
        Kind::Demo => print!("{}", demo::greeting(&server, &data)),
        Kind::Serve => {
            for note in &server.notes {
                tracing::warn!("{note}");
            }
            tracing::info!(url = server.url, listen = %server.http, domain, data = %data.display(), "serving");
            for (uri, address) in server.registrars.iter().zip(&server.switch) {
                tracing::info!(uri, %address, "registrar");
            }
            if server.is_empty {
                tracing::warn!("there are no accounts yet: `headset operator add LOGIN` makes one");
            }
        }
    }
    println!("ready {}", server.url);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if kind == Kind::Demo {
        println!("\nStopping …");
    }
    tracing::info!("stopping");
    tokio::select! {
        () = server.stop() => {}
        _ = interrupt.recv() => return Err(Failure::Other("stopped at once".to_owned())),
    }
    Ok(())
}

/// Everything that was promised is asked once.
async fn answers(server: &Server) -> Result<(), Failure> {
    let mut all = server.switch.clone();
    all.push(server.http);
    for address in all {
        if timeout(ANSWERS, TcpStream::connect(address)).await.is_ok_and(|stream| stream.is_ok()) {
            continue;
        }
        return Err(Failure::Other(format!("{address} does not answer")));
    }
    if server.url.starts_with("https:") {
        return Ok(());
    }
    let healthy = async {
        while !is_healthy(server.http).await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let late = || Failure::Other("the server does not become healthy; see the log".to_owned());
    timeout(ANSWERS, healthy).await.map_err(|_| late())
}

async fn is_healthy(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(request.as_bytes()).await.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}
