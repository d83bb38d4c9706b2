//! Reading SIP messages beside other Rust parsers: the rows of `bench/peers`, which is built apart. And
//! the drop-in's reading beside jssip's, in Node.

use crate::row::Row;
use anyhow::{Context, Result, ensure};
use std::process::Command;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let manifest = "bench/peers/Cargo.toml";
    let mut rows =
        rows_of("cargo", &["run", "--quiet", "--release", "--locked", "--manifest-path", manifest])?;
    rows.extend(rows_of("node", &["bench/jssip/parse.js"])?);
    Ok(rows)
}

fn rows_of(program: &str, arguments: &[&str]) -> Result<Vec<Row>> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("running {program}"))?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).with_context(|| format!("the rows of {arguments:?}"))
}
