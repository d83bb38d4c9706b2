//! What a page loads for telephony, beside a minimal application of jssip bundled the same way.

use crate::row::Row;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::process::Command;

#[derive(Deserialize)]
struct Weights {
    hooks: Weight,
    phone: Weight,
    jssip: Weight,
    version: String,
}

#[derive(Deserialize)]
struct Weight {
    js: u64,
    wasm: u64,
}

impl Weight {
    fn whole(&self) -> f64 {
        (self.js + self.wasm) as f64
    }
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
    let peer = || format!("jssip {}, minimal application", weights.version);
    let beside = |what: &str, weight: &Weight| {
        Row::beside(what, weight.whole(), "bytes", peer(), weights.jssip.whole())
    };
    Ok(vec![
        beside("page: hooks + wasm, minified, brotli-11", &weights.hooks),
        Row::alone("page: of that JavaScript", weights.hooks.js as f64, "bytes"),
        Row::alone("page: of that wasm", weights.hooks.wasm as f64, "bytes"),
        beside("page: a customer's phone + wasm", &weights.phone),
    ])
}
