//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A call centre in one binary: telephony, queue, operators' pages.
#[derive(Debug, Parser)]
#[command(name = "headset", version, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub where_: Where,
    /// How to write the log to stderr. What is logged: RUST_LOG, such as `info` or `headset_switch=debug`.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Human)]
    pub log_format: LogFormat,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Try it:      headset demo
For work:    write headset.toml, then `headset serve` and `headset operator add anna`
Every key of the file can also be given as HEADSET__SECTION__KEY in the environment.";

/// Which server is meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct Where {
    /// The configuration file [default: ./headset.toml, else /etc/headset/headset.toml; the demo reads none but one given here]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data directory, in place of the configuration's `data_dir`
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server from a configuration file
    Serve(Serve),
    /// Run a call centre to try out: three operators, one queue, on this machine only
    Demo(Serve),
    /// The people who sign in
    #[command(subcommand)]
    Operator(Operator),
    /// The SIP servers that operators' pages register with
    #[command(subcommand)]
    Registrar(Registrar),
    /// The calls on record
    #[command(subcommand)]
    Call(Call),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Serve {
    /// Log every SIP message, with secrets and numbers masked
    #[arg(long)]
    pub sip_trace: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Operator {
    /// Add someone; the password is asked for
    Add(Add),
    /// List everyone with status and reachability
    List(List),
    /// Let someone in no longer; a call goes on
    Disable {
        /// Whose account
        login: String,
    },
    /// Let someone in again
    Enable {
        /// Whose account
        login: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// 2 to 32 characters: a-z, 0-9, `.`, `_`, `-`
    pub login: String,
    /// The name that people see [default: the login]
    #[arg(long)]
    pub name: Option<String>,
    /// What they may do besides taking calls [default: operator, or none with --no-operator]
    #[arg(long, value_enum)]
    pub role: Option<Role>,
    /// They sign in, but have no workplace: no status, no calls
    #[arg(long)]
    pub no_operator: bool,
    /// Read the password from the first line of stdin, without asking
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Nothing.
    None,
    /// Takes calls.
    Operator,
    /// Watches and helps operators.
    Supervisor,
    /// Everything.
    Admin,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Registrar {
    /// List them with their state
    List(List),
    /// Empty one: operators move to others, each after their call
    Drain {
        /// Its id in the configuration
        id: String,
    },
    /// Take one into use again
    Activate {
        /// Its id in the configuration
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Call {
    /// List the latest calls, the newest last
    List {
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
        last: u64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
