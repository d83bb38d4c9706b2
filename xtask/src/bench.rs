//! `cargo xtask bench`: measurements beside peers.

use crate::shell::{cargo, run, step};
use crate::{demo, install};
use anyhow::Result;
use std::process::Command;

/// The SIP parsers that ours is measured beside, a workspace of its own: they are heavy to build.
fn peers(verb: &str) -> Command {
    cargo([verb, "--quiet", "--manifest-path", "bench/peers/Cargo.toml"])
}

/// Builds for release, then measures; the arguments go to the benchmark.
pub(crate) fn run_all(arguments: &[String]) -> Result<()> {
    install::chromium()?;
    demo::build()?;
    step("building the benchmark", || {
        run(&mut cargo(["build", "--release", "--locked", "--package", "headset-bench"]))
    })?;
    step("building the other SIP parsers", || run(peers("build").args(["--release", "--locked"])))?;
    step("measuring", || {
        let mut bench =
            cargo(["run", "--quiet", "--release", "--locked", "--package", "headset-bench", "--"]);
        run(bench.args(arguments))
    })
}
