//! What the server costs idle, and what each silent registered client adds.

use crate::client::Client;
use crate::row::Row;
use crate::server::Server;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// Kamailio 5.6.3 a WebSocket client, measured the same way elsewhere: 72–85 kB; its better end.
const KAMAILIO_KB: f64 = 72.0;
/// Two keep-alive rounds: every buffer that a silent client needs has been used.
const SETTLE: Duration = Duration::from_secs(12);

pub(crate) async fn measure(binary: &Path, clients: usize) -> Result<Vec<Row>> {
    let server = Server::start(binary)?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = server.resident()?;

    let mut staying = tokio::task::JoinSet::new();
    for number in 0..clients {
        let port = server.registrars[number % server.registrars.len()];
        staying.spawn(Client::register(port, number).await?.stay());
    }
    tokio::time::sleep(SETTLE).await;
    let full = server.resident()?;
    anyhow::ensure!(staying.len() == clients && staying.try_join_next().is_none(), "a client was dropped");
    staying.abort_all();

    let each = full.saturating_sub(idle) as f64 / clients as f64 / 1000.0;
    Ok(vec![
        Row::alone("server: idle with the demo's three registrars", (idle as f64 / 1e5).round() / 10.0, "MB"),
        Row::beside(
            &format!("server: a silent registered client, of {clients}"),
            (each * 10.0).round() / 10.0,
            "kB",
            "Kamailio 5.6.3 (72–85 kB, plain ws, measured elsewhere)".into(),
            KAMAILIO_KB,
        ),
    ])
}
