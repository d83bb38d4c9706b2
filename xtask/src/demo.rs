//! `cargo xtask demo`: from a clone to a running call centre.

use crate::shell::{cargo, root, run as run_command, step};
use crate::{install, web};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds everything, then becomes the server until Ctrl-C.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    build()?;
    let binary = root().join("target/release/headset");
    let mut server = Command::new(&binary);
    server.arg("demo").args(arguments).current_dir(root());
    // In its place, so that Ctrl-C and the exit code are the server's own.
    Err(server.exec()).with_context(|| format!("cannot start {}", binary.display()))
}

/// The web app and the binary that carries it.
pub(crate) fn build() -> Result<()> {
    install::c_compiler()?;
    web::build()?;
    step("building the server", || run_command(&mut cargo(["build", "--release", "--package", "headset"])))
}
