//! `headset operator …`, `headset registrar …`, `headset call …`: administration of the server of a data directory.

use std::io::{BufRead, IsTerminal, stdin};

use headset_backend::{NewAccount, Storage};

use crate::cli::{self, Where};
use crate::control::client::{AskError, ask};
use crate::control::{Account, Answer, Call, Registrar, Request};
use crate::data::{Data, DataError};
use crate::table::{self, ago};
use crate::{Failure, config};

/// Does one command and gives what it prints.
pub(crate) fn operator(place: &Where, command: cli::Operator) -> Result<String, Failure> {
    let data = Data::at(config::data_dir(place)?);
    match command {
        cli::Operator::Add(add) => self::add(&data, add),
        cli::Operator::List(list) => match ask(&data.control_socket(), &Request::ListAccounts) {
            Ok(Answer::Accounts { accounts }) if list.json => json(&accounts),
            Ok(Answer::Accounts { accounts }) => Ok(accounts_table(&accounts)),
            other => Err(unexpected(other)),
        },
        cli::Operator::Disable { login } => set_enabled(&data, login, false),
        cli::Operator::Enable { login } => set_enabled(&data, login, true),
    }
}

/// Does one command and gives what it prints.
pub(crate) fn registrar(place: &Where, command: cli::Registrar) -> Result<String, Failure> {
    let socket = Data::at(config::data_dir(place)?).control_socket();
    let (request, json) = match command {
        cli::Registrar::List(list) => (Request::ListRegistrars, list.json),
        cli::Registrar::Drain { id } => (Request::SetRegistrar { id, state: "draining".into() }, false),
        cli::Registrar::Activate { id } => (Request::SetRegistrar { id, state: "active".into() }, false),
    };
    match ask(&socket, &request) {
        Ok(Answer::Registrars { registrars }) if json => self::json(&registrars),
        Ok(Answer::Registrars { registrars }) => Ok(registrars_table(&registrars)),
        other => Err(unexpected(other)),
    }
}

/// Does one command and gives what it prints.
pub(crate) fn call(place: &Where, command: cli::Call) -> Result<String, Failure> {
    let socket = Data::at(config::data_dir(place)?).control_socket();
    let cli::Call::List { last, json } = command;
    match ask(&socket, &Request::ListCalls { last }) {
        Ok(Answer::Calls { calls }) if json => self::json(&calls),
        Ok(Answer::Calls { calls }) => Ok(calls_table(&calls)),
        other => Err(unexpected(other)),
    }
}

fn add(data: &Data, add: cli::Add) -> Result<String, Failure> {
    let role = match (add.role, add.no_operator) {
        (Some(cli::Role::None), _) | (None, true) => headset_backend::Role::None,
        (Some(cli::Role::Operator), _) | (None, false) => headset_backend::Role::Operator,
        (Some(cli::Role::Supervisor), _) => headset_backend::Role::Supervisor,
        (Some(cli::Role::Admin), _) => headset_backend::Role::Admin,
    };
    headset_backend::check_login(&add.login)?;
    let new = NewAccount {
        display_name: add.name.unwrap_or_else(|| add.login.clone()),
        password: password(&add.login, add.password_stdin)?,
        login: add.login,
        role,
        is_operator: !add.no_operator,
    };
    let request = Request::AddAccount {
        login: new.login.clone(),
        display_name: new.display_name.clone(),
        role: role.as_str().to_owned(),
        is_operator: new.is_operator,
        password: new.password.clone(),
    };
    let what = if new.is_operator { "operator" } else { "account" };
    let done = format!("Added {what} `{}` ({}, role {}).", new.login, new.display_name, role.as_str());
    match ask(&data.control_socket(), &request) {
        Ok(Answer::Account(_)) => Ok(format!("{done} They can sign in now.\n")),
        Err(AskError::NotRunning(_)) => {
            offline(data, new)?;
            Ok(format!(
                "{done} No server runs in {}; start it with `headset serve`.\n",
                data.path().display()
            ))
        }
        other => Err(unexpected(other)),
    }
}

/// Nobody else writes to the database while it is locked.
fn offline(data: &Data, new: NewAccount) -> Result<(), Failure> {
    let _lock = data.lock()?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::other)?;
    runtime.block_on(async {
        let storage = Storage::open(&data.database()).await?;
        storage.add_account_offline(new, "command line").await?;
        storage.close().await
    })?;
    Ok(())
}

fn password(login: &str, from_stdin: bool) -> Result<String, Failure> {
    if !from_stdin && stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("Password for {login}: ")).map_err(Failure::other)?;
        let second = rpassword::prompt_password("The same again: ").map_err(Failure::other)?;
        if first != second {
            return Err(Failure::Other("the two are not the same".to_owned()));
        }
        return Ok(first);
    }
    let mut line = String::new();
    stdin().lock().read_line(&mut line).map_err(Failure::other)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::Other("there is no password on stdin; give it on the first line".to_owned()));
    }
    Ok(password.to_owned())
}

fn set_enabled(data: &Data, login: String, enabled: bool) -> Result<String, Failure> {
    match ask(&data.control_socket(), &Request::SetEnabled { login, enabled }) {
        Ok(Answer::Account(account)) if enabled => Ok(format!("`{}` can sign in again.\n", account.login)),
        Ok(Answer::Account(account)) => Ok(format!(
            "`{}` is disabled: off line, no new calls; a call under way goes on.\n",
            account.login
        )),
        other => Err(unexpected(other)),
    }
}

fn accounts_table(accounts: &[Account]) -> String {
    let rows = accounts.iter().map(|account| {
        let mut row = vec![account.login.clone(), account.display_name.clone(), account.role.clone()];
        match &account.desk {
            _ if !account.enabled => row.push("disabled".to_owned()),
            None => row.push("not an operator".to_owned()),
            Some(desk) => {
                let mut status = desk.status.clone();
                if let Some(reason) = &desk.sub_status {
                    status.push_str(&format!(" ({reason})"));
                }
                if let Some(next) = &desk.next {
                    status.push_str(&format!(", then {next}"));
                }
                row.extend([status, ago(desk.since_s), desk.activity.clone(), desk.reachability.clone()]);
            }
        }
        row
    });
    table::table(&["LOGIN", "NAME", "ROLE", "STATUS", "FOR", "ACTIVITY", "CLIENT"], rows)
}

fn registrars_table(registrars: &[Registrar]) -> String {
    let rows = registrars.iter().map(|registrar| {
        vec![
            registrar.id.clone(),
            registrar.state.clone(),
            registrar.uri.clone(),
            registrar.weight.to_string(),
            registrar.reg_id.to_string(),
        ]
    });
    table::table(&["REGISTRAR", "STATE", "URI", "WEIGHT", "REG-ID"], rows)
}

fn calls_table(calls: &[Call]) -> String {
    let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let rows = calls.iter().map(|call| {
        vec![
            call.arrived_at.clone(),
            call.caller.clone(),
            call.target.clone(),
            dash(&call.operator),
            call.outcome.clone().unwrap_or_else(|| "under way".to_owned()),
            dash(&call.ended_by),
            call.offers.len().to_string(),
            handed_over(call),
        ]
    });
    table::table(
        &["ARRIVED", "CALLER", "CALLED", "OPERATOR", "OUTCOME", "ENDED BY", "OFFERS", "HANDED OVER"],
        rows,
    )
}

/// Who has the call now, if it was handed over.
fn handed_over(call: &Call) -> String {
    let mut done = call.transfers.iter().filter_map(|transfer| transfer.to.as_deref());
    done.next_back().unwrap_or("-").to_owned()
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(Failure::other)?;
    text.push('\n');
    Ok(text)
}

fn unexpected(answer: Result<Answer, AskError>) -> Failure {
    match answer {
        Err(AskError::NotRunning(data)) => Failure::Other(format!(
            "no server runs in {data}; start one with `headset serve` or `headset demo`, or name another data \
             directory with --data or --config"
        )),
        Err(error) => Failure::Other(error.to_string()),
        Ok(_) => Failure::Other("the server is of another version".to_owned()),
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<headset_backend::Error> for Failure {
    fn from(error: headset_backend::Error) -> Self {
        Self::Other(error.to_string())
    }
}
