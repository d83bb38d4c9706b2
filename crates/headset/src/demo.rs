//! What the demo adds to a server: people, and a word of welcome.

use std::fmt::Write;
use std::path::Path;

use headset_backend::{NewAccount, Role};

use crate::server::Server;

const OPERATORS: [(&str, &str); 3] = [("anna", "Anna"), ("boris", "Boris"), ("clara", "Clara")];
const NO_OPERATOR: (&str, &str) = ("dmitry", "Dmitry");

/// The accounts there are from the start.
pub(crate) fn accounts() -> Vec<NewAccount> {
    let operators = OPERATORS.iter().map(|who| account(who, Role::Operator));
    operators.chain([account(&NO_OPERATOR, Role::None)]).collect()
}

fn account((login, display_name): &(&str, &str), role: Role) -> NewAccount {
    NewAccount {
        login: (*login).to_owned(),
        display_name: (*display_name).to_owned(),
        role,
        is_operator: role == Role::Operator,
        password: password(login),
    }
}

fn password(login: &str) -> String {
    format!("demo-{login}")
}

/// Addresses, logins, and what to do next.
pub(crate) fn greeting(server: &Server, data: &Path) -> String {
    let url = &server.url;
    let mut text = String::from("\nHeadset: a call centre to try out\n\n");
    for note in &server.notes {
        let _ = writeln!(text, "  {note}");
    }
    if !server.notes.is_empty() {
        text.push('\n');
    }
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<18}{value}");
    };
    line("Operator's page", &format!("{url}/test"));
    line("Customer's page", &format!("{url}/customer"));
    line("Registrars", &server.registrars.join("  "));
    line("Data", &data.display().to_string());
    line("", "");
    for (index, (login, _)) in OPERATORS.iter().enumerate() {
        let name = if index == 0 { "Operators" } else { "" };
        line(name, &format!("{login:<8}password {}", password(login)));
    }
    let (login, _) = NO_OPERATOR;
    line("No operator", &format!("{login:<8}password {}", password(login)));
    let _ = write!(
        text,
        "\nWhat to do next\n\
         \n  1. Open {url}/test in one window, log in as anna and go on line.\
         \n  2. Open {url}/customer in another window and call.\
         \n  3. Answer in the first window. Use a headset, or you hear yourself.\n\
         \nCtrl-C stops it.\n\n"
    );
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
