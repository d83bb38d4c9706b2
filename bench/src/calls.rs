//! Calls in a real Chromium: operators' pages on the hooks, on headset-hooks/jssip and on jssip take turns on one server.

use crate::row::Row;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;
use std::process::{Command, Stdio};

#[derive(Deserialize)]
struct Measured {
    hooks: Medians,
    dropin: Medians,
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

/// What a page holds after a collection of garbage, in bytes but for the last two; see `bench/calls/held.ts`.
#[derive(Deserialize)]
struct Held {
    objects: f64,
    native: f64,
    code: f64,
    wasm: f64,
    closures: f64,
    peers: usize,
}

pub(crate) fn measure(binary: &Path, calls: usize, many: usize) -> Result<Vec<Row>> {
    let output = Command::new("node")
        .args(["bench/calls/run.js", "--calls", &calls.to_string(), "--many", &many.to_string()])
        .env("HEADSET_BINARY", std::path::absolute(binary)?)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start node, which drives Chromium")?;
    if !output.status.success() {
        bail!("bench/calls/run.js failed");
    }
    let Measured { hooks, dropin, jssip, memory, version } = serde_json::from_slice(&output.stdout)?;
    let mut rows = Vec::new();
    for (library, ours) in [("headset-hooks", &hooks), ("headset-hooks/jssip", &dropin)] {
        for (what, value, peer_value) in [
            ("INVITE frame → the application is told", ours.ring, jssip.ring),
            ("Answer clicked → 200 OK sent", ours.answer, jssip.answer),
            ("Answer clicked → first sound", ours.sound, jssip.sound),
        ] {
            let name = format!("call, {library}: {what}, median of {}", ours.calls);
            rows.push(Row::beside(&name, tenth(value), "ms", format!("jssip {version}"), tenth(peer_value)));
        }
    }
    let Shift { calls, early, before, after } = memory;
    let grown = |what: &str, early_bytes: f64, late_bytes: f64| {
        let name = format!("page: {what} after {calls} calls, over that after {early}");
        Row::alone(&name, tenth((late_bytes - early_bytes) / 1000.0), "kB")
    };
    rows.extend([
        grown("JavaScript's objects", before.objects, after.objects),
        grown("the browser's objects", before.native, after.native),
        grown("V8's compiled code", before.code, after.code),
        grown("the engine's memory", before.wasm, after.wasm),
        Row::alone(
            &format!("page: the engine's memory after {calls} calls"),
            tenth(after.wasm / 1000.0),
            "kB",
        ),
        Row::alone(
            &format!("page: closures after {calls} calls, over those after {early}"),
            after.closures - before.closures,
            "",
        ),
        Row::alone("page: peer connections left behind", after.peers as f64, ""),
    ]);
    Ok(rows)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
