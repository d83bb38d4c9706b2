//! Calls in a real Chromium: an operator's page on the hooks and one on jssip take turns on one server.

use crate::row::Row;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
struct Measured {
    hooks: Medians,
    jssip: Medians,
    memory: Shift,
    version: String,
}

/// Milliseconds.
#[derive(Deserialize)]
struct Medians {
    ring: f64,
    answer: f64,
    sound: f64,
    calls: usize,
}

#[derive(Deserialize)]
struct Shift {
    calls: usize,
    early: usize,
    before: Held,
    after: Held,
}

/// What a page holds after a collection of garbage.
#[derive(Deserialize)]
struct Held {
    heap: f64,
    peers: usize,
}

pub(crate) fn measure(binary: &Path, calls: usize, many: usize) -> Result<Vec<Row>> {
    let output = Command::new("node")
        .args(["bench/calls/run.js", "--calls", &calls.to_string(), "--many", &many.to_string()])
        .env("HEADSET_BINARY", std::path::absolute(binary)?)
        .output()
        .context("cannot start node, which drives Chromium")?;
    if !output.status.success() {
        bail!("bench/calls/run.js failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let Measured { hooks, jssip, memory, version } = serde_json::from_slice(&output.stdout)?;
    let beside = |what: &str, value: f64, peer_value: f64| {
        let name = format!("call: {what}, median of {}", hooks.calls);
        Row::beside(&name, tenth(value), "ms", format!("jssip {version}"), tenth(peer_value))
    };
    let growth = (memory.after.heap - memory.before.heap) / 1000.0;
    Ok(vec![
        beside("INVITE frame → the application is told", hooks.ring, jssip.ring),
        beside("Answer clicked → 200 OK sent", hooks.answer, jssip.answer),
        beside("Answer clicked → first sound", hooks.sound, jssip.sound),
        Row::alone(
            &format!("page: heap after {} calls, over that after {}", memory.calls, memory.early),
            tenth(growth),
            "kB",
        ),
        Row::alone("page: peer connections left behind", memory.after.peers as f64, ""),
    ])
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
