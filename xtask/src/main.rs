//! Every build step of Headset. `cargo xtask --help` lists them.
#![forbid(unsafe_code)]

mod bench;
mod demo;
mod fuzz;
mod inline;
mod install;
mod order;
mod pack;
mod shell;
mod stamp;
mod test;
mod wasm;
mod web;
mod weight;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, runs and tests Headset. Installs what is missing on the way.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Build everything and run a call centre with demo data until Ctrl-C.
    Demo {
        /// Arguments for `headset demo`, see `cargo xtask demo -- --help`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Formatting, lints, all tests, and the calls in a real browser.
    Test {
        /// The inner loop: no browser.
        #[arg(long)]
        fast: bool,
        /// Only the browser tests whose title matches.
        #[arg(long, value_name = "PATTERN", conflicts_with = "fast")]
        browser: Option<String>,
    },
    /// Build the engine for browsers into the hooks package.
    Wasm,
    /// Build the engine, the hooks package and the web app.
    Web,
    /// Measure beside peers and print a table.
    Bench {
        /// Write the rows here as JSON.
        #[arg(long, value_name = "FILE")]
        json: Option<String>,
    },
    /// Try arbitrary input on the parsers and the whole user agent.
    Fuzz {
        /// Only this target: message, uri, digest_header, sdp_direction, user_agent or drop_in.
        target: Option<String>,
        /// For how long each.
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
    /// Write target/npm/headset-hooks-VERSION.tgz.
    Pack,
}

fn main() -> ExitCode {
    match run(Cli::parse().step) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\x1b[1;31merror:\x1b[0m {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(step: Step) -> Result<()> {
    std::env::set_current_dir(shell::root())?;
    match step {
        Step::Demo { arguments } => demo::run(&arguments),
        Step::Test { fast, browser } => test::run_all(fast, browser.as_deref()),
        Step::Wasm => wasm::build(),
        Step::Web => web::build(),
        Step::Bench { json } => {
            bench::run_all(&json.map(|file| vec!["--json".into(), file]).unwrap_or_default())
        }
        Step::Fuzz { target, seconds } => fuzz::run_all(target.as_deref(), seconds),
        Step::Pack => pack::run(),
    }
}
