//! The Headset server: a call centre in one binary.
#![forbid(unsafe_code)]

mod admin;
mod cli;
mod config;
mod control;
mod data;
mod demo;
mod listen;
mod logs;
mod run;
mod server;
mod table;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use run::Kind;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] config::Faults),
    #[error("{0}")]
    Other(String),
}

impl Failure {
    fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Serve(serve) => {
            logs::start(cli.log_format, serve.sip_trace);
            run::run(&cli.where_, Kind::Serve)
        }
        Command::Demo(serve) => {
            logs::start(cli.log_format, serve.sip_trace);
            run::run(&cli.where_, Kind::Demo)
        }
        Command::Operator(command) => admin::operator(&cli.where_, command).map(|text| print!("{text}")),
        Command::Registrar(command) => admin::registrar(&cli.where_, command).map(|text| print!("{text}")),
        Command::Call(command) => admin::call(&cli.where_, command).map(|text| print!("{text}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("headset: {failure}");
            match failure {
                Failure::Config(_) => ExitCode::from(2),
                Failure::Other(_) => ExitCode::FAILURE,
            }
        }
    }
}
