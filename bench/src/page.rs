//! What a page loads for telephony, beside a minimal application of jssip bundled the same way.

use crate::row::Row;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::process::Command;

#[derive(Deserialize)]
struct Weights {
    hooks: u64,
    wasm: u64,
    jssip: u64,
    version: String,
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let output = Command::new("node")
        .arg("bench/page/weigh.js")
        .output()
        .context("cannot start node, which bundles the two applications")?;
    if !output.status.success() {
        bail!("bench/page/weigh.js failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let weights: Weights = serde_json::from_slice(&output.stdout)?;
    let whole = (weights.hooks + weights.wasm) as f64;
    let peer = format!("jssip {}, minimal application", weights.version);
    Ok(vec![
        Row::beside("page: hooks + wasm, minified, brotli-11", whole, "bytes", peer, weights.jssip as f64),
        Row::alone("page: of that JavaScript", weights.hooks as f64, "bytes"),
        Row::alone("page: of that wasm", weights.wasm as f64, "bytes"),
    ])
}
