//! `cargo xtask bench`: measurements beside peers.

use crate::demo;
use crate::shell::{cargo, run, step};
use anyhow::Result;

/// Builds for release, then measures; the arguments go to the benchmark.
pub(crate) fn run_all(arguments: &[String]) -> Result<()> {
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
