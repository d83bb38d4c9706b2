//! Reading SIP messages beside other Rust parsers: the rows of `bench/peers`, which is built apart.

use crate::row::Row;
use anyhow::{Context, Result, ensure};
use std::process::Command;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let arguments = ["run", "--quiet", "--release", "--locked", "--manifest-path", "bench/peers/Cargo.toml"];
    let output = Command::new("cargo").args(arguments).output().context("running bench/peers")?;
    ensure!(output.status.success(), "bench/peers: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the rows of bench/peers")
}
