//! Measurements beside peers. Prints a table; `--json FILE` writes the rows.
#![forbid(unsafe_code)]

mod calls;
mod client;
mod memory;
mod page;
mod parsers;
mod row;
mod server;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;

/// Measures Headset beside its peers.
#[derive(Parser)]
struct Cli {
    /// Write the rows here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The server to measure, a release build.
    #[arg(long, value_name = "FILE", default_value = "target/release/headset")]
    binary: PathBuf,
    /// How many clients register and fall silent.
    #[arg(long, default_value_t = 2000)]
    clients: usize,
    /// Calls that each library's page takes in a real Chromium.
    #[arg(long, default_value_t = 30)]
    calls: usize,
    /// Calls in one page, whose memory is looked at.
    #[arg(long, default_value_t = 1000)]
    many: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let mut rows = page::measure()?;
    rows.extend(parsers::measure()?);
    rows.extend(memory::measure(&cli.binary, cli.clients).await?);
    rows.extend(calls::measure(&cli.binary, cli.calls, cli.many)?);
    row::print(&rows);
    if let Some(file) = cli.json {
        std::fs::write(file, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}
