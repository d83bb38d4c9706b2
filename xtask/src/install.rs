//! Installing what a fresh machine lacks.

use crate::shell::{capture, cargo, command, have, root, run, run_quietly, step};
use crate::stamp::Stamp;
use anyhow::{Result, bail};

/// Debian's packages that provide these programs or files.
pub(crate) fn debian(packages: &[&str], why: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !have("apt-get") {
        bail!("{why} needs what Debian packages as: {names}. Install it, then run this again.");
    }
    if capture(&mut command("id", ["-u"])).as_deref() != Some("0") {
        bail!(
            "{why} needs: {names}. Run `sudo apt-get install --no-install-recommends {names}`, then this again."
        );
    }
    step(&format!("installing {names} ({why})"), || {
        run_quietly(command("apt-get", ["update", "-qq"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
        run_quietly(
            command("apt-get", ["install", "-y", "-qq", "--no-install-recommends"])
                .args(&missing)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    })
}

/// The C compiler that some crates are built with.
pub(crate) fn c_compiler() -> Result<()> {
    if have("cc") { Ok(()) } else { debian(&["gcc", "libc6-dev"], "building the server") }
}

/// The C++ compiler that libFuzzer is built with.
pub(crate) fn cxx_compiler() -> Result<()> {
    if have("c++") { Ok(()) } else { debian(&["g++"], "fuzzing") }
}

/// cargo-fuzz, which drives libFuzzer.
pub(crate) fn cargo_fuzz() -> Result<()> {
    if capture(&mut cargo(["fuzz", "--version"])).is_some() {
        return Ok(());
    }
    step("installing cargo-fuzz", || run(&mut cargo(["install", "--locked", "cargo-fuzz"])))
}

/// cargo-nextest, the test runner.
pub(crate) fn nextest() -> Result<()> {
    if capture(&mut cargo(["nextest", "--version"])).is_some() {
        return Ok(());
    }
    step("installing cargo-nextest (the test runner)", || {
        run(&mut cargo(["install", "--locked", "cargo-nextest"]))
    })
}

/// The npm packages of the workspace, as the lock file has them.
pub(crate) fn npm_packages() -> Result<()> {
    let version = capture(&mut command("node", ["--version"])).unwrap_or_default();
    let numbers: Vec<u32> =
        version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok()).collect();
    if numbers < vec![20, 19] {
        let found = if version.is_empty() { "none was found" } else { version.as_str() };
        bail!("Node.js 20.19 or newer is needed ({found}). See https://nodejs.org/ for how to install it.");
    }
    let stamp = Stamp::of(
        "npm",
        &["package.json", "package-lock.json", "packages/hooks/package.json", "packages/desk/package.json"],
    )?;
    if stamp.is_fresh(&[&root().join("node_modules/.package-lock.json")]) {
        return Ok(());
    }
    step("installing npm packages", || run_quietly(&mut command("npm", ["ci", "--no-audit", "--no-fund"])))?;
    stamp.write()
}

/// Chromium, which the browser tests drive.
pub(crate) fn chromium() -> Result<()> {
    if std::path::Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    debian(&["chromium"], "testing calls in a real browser")
}

fn installed(package: &str) -> bool {
    capture(&mut command("dpkg-query", ["-W", "-f=${db:Status-Status}", package])).as_deref()
        == Some("installed")
}
