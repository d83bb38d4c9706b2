//! `cargo xtask test`: everything that must hold.

use crate::shell::{cargo, command, run, step};
use crate::{install, web, weight};
use anyhow::Result;

/// All of it, or without the browser.
pub(crate) fn run_all(fast: bool, browser: Option<&str>) -> Result<()> {
    install::c_compiler()?;
    install::nextest()?;
    if browser.is_none() {
        step("formatting", || run(&mut cargo(["fmt", "--all", "--check"])))?;
    }
    // First of all, since the server's tests look at the pages that it carries.
    web::build()?;
    if browser.is_none() {
        weight::check()?;
        rust()?;
        packages()?;
    }
    if !fast {
        browser_tests(browser)?;
    }
    Ok(())
}

fn rust() -> Result<()> {
    step("lints", || {
        run(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
    })?;
    step("lints of the softphone as operators load it", || {
        let lints = ["clippy", "--package", "headset-softphone", "--no-default-features", "--all-targets"];
        run(cargo(lints).args(["--locked", "--", "-D", "warnings"]))
    })?;
    // The same property cases every time: what a change is judged by must not hang on chance. `cargo nextest run`
    // by hand draws new ones.
    step("Rust tests", || {
        run(cargo(["nextest", "run", "--workspace", "--locked"]).env("PROPTEST_RNG_SEED", "20261123"))
    })?;
    step("stories of the softphone as operators load it", || {
        let stories =
            ["nextest", "run", "--package", "headset-softphone", "--no-default-features", "--locked"];
        run(cargo(stories).env("PROPTEST_RNG_SEED", "20261123"))
    })
}

fn packages() -> Result<()> {
    step("formatting of the packages", || {
        run(&mut command("npx", ["--no-install", "prettier", "--check", "--log-level", "warn", "."]))
    })?;
    for package in ["packages/hooks", "packages/desk"] {
        step(&format!("types of {package}"), || {
            run(&mut command("npm", ["run", "typecheck", "--workspace", package]))
        })?;
        step(&format!("tests of {package}"), || {
            run(&mut command("npm", ["run", "test", "--workspace", package]))
        })?;
    }
    Ok(())
}

fn browser_tests(pattern: Option<&str>) -> Result<()> {
    install::chromium()?;
    step("building the server", || run(&mut cargo(["build", "--locked", "--package", "headset"])))?;
    step("calls in a real browser", || {
        let mut playwright = command("npm", ["run", "e2e", "--workspace", "packages/desk", "--"]);
        if let Some(pattern) = pattern {
            playwright.args(["--grep", pattern]);
        }
        run(&mut playwright)
    })
}
