//! The hooks package and the web app.

use crate::shell::{command, root, run_quietly, step};
use crate::stamp::Stamp;
use crate::{install, wasm};
use anyhow::Result;

/// Builds the engine, `packages/hooks/dist` and `packages/desk/dist`, whichever are out of date.
pub(crate) fn build() -> Result<()> {
    install::npm_packages()?;
    wasm::build()?;
    package(
        "hooks",
        "building the hooks package",
        &["packages/hooks", "target/stamps/wasm", "package-lock.json"],
    )?;
    package("desk", "building the web app", &["packages/desk", "target/stamps/hooks", "package-lock.json"])
}

fn package(name: &str, what: &str, inputs: &[&str]) -> Result<()> {
    let folder = format!("packages/{name}");
    let stamp = Stamp::of(name, inputs)?;
    if stamp.is_fresh(&[&root().join(&folder).join("dist")]) {
        return Ok(());
    }
    step(what, || run_quietly(&mut command("npm", ["run", "build", "--workspace", &folder])))?;
    stamp.write()
}
