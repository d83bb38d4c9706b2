//! `cargo xtask bench`: measurements beside peers.

use crate::shell::{cargo, run, step};
use crate::{demo, install};
use anyhow::Result;

/// Builds for release, then measures; the arguments go to the benchmark.
pub(crate) fn run_all(arguments: &[String]) -> Result<()> {
    install::chromium()?;
    demo::build()?;
    step("building the benchmark", || {
        run(&mut cargo(["build", "--release", "--locked", "--package", "headset-bench"]))
    })?;
    step("measuring", || {
        let mut bench =
            cargo(["run", "--quiet", "--release", "--locked", "--package", "headset-bench", "--"]);
        run(bench.args(arguments))
    })
}
