//! From what is written to what is meant.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use figment::Figment;
use headset_backend::{GuestSettings, IceServer, LoginLimits, Network, PauseReason, Secret, Title};
use headset_floor::{QueueConfig, Strategy};

use super::faults::{Checker, Faults};
use super::{Config, DATA, Registrar, SecretFrom, TlsFiles, file};

const ADDRESS: &str = "an IP address and port, such as 127.0.0.1:8080";
const ORIGIN: &str = "a scheme, a host and perhaps a port, such as https://desk.example";
const NAME: &str = "1 to 32 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit";

pub(super) fn check(figment: &Figment, file: file::File, data: Option<PathBuf>) -> Result<Config, Faults> {
    let mut to = Checker::new(figment);
    let registrars = registrars(&mut to, file.registrar);
    let config = Config {
        data_dir: data.or(file.data_dir).unwrap_or_else(|| DATA.into()),
        listen: address(&mut to, "http.listen", &file.http.listen),
        public_url: url(&mut to, "http.public_url", file.http.public_url),
        login_url: file.http.login_url,
        allowed_origins: origins(&mut to, file.http.allowed_origins),
        trusted_proxies: networks(&mut to, &file.http.trusted_proxies),
        tls: file.http.tls.map(|tls| TlsFiles { certificate: tls.certificate, key: tls.key }),
        domain: domain(&mut to, file.sip.domain),
        secret: secret(&mut to, file.sip.secret, file.sip.secret_file),
        credentials_lifetime: seconds(
            &mut to,
            "credentials.lifetime_s",
            file.credentials.lifetime_s,
            5.0,
            86_400.0,
        ),
        session_lifetime: seconds(
            &mut to,
            "auth.session_lifetime_s",
            file.auth.session_lifetime_s,
            1.0,
            31_536_000.0,
        ),
        login_limits: LoginLimits {
            per_login: at_least_one(&mut to, "auth.max_failures", file.auth.max_failures),
            per_address: at_least_one(
                &mut to,
                "auth.max_failures_per_address",
                file.auth.max_failures_per_address,
            ),
            window: seconds(&mut to, "auth.failure_window_s", file.auth.failure_window_s, 1.0, 86_400.0),
        },
        registrars_per_operator: per_operator(&mut to, file.assignment.registrars_per_operator),
        poll: Duration::from_secs(at_least_one(&mut to, "assignment.poll_s", file.assignment.poll_s).into()),
        guests: file
            .guest
            .enabled
            .then_some(GuestSettings { hashes_per_minute: file.guest.hashes_per_minute }),
        ice_servers: ice(&mut to, file.ice.servers),
        queues: queues(&mut to, file.queue),
        pause_reasons: pause_reasons(&mut to, file.pause_reason),
        registrars,
    };
    if config.tls.is_some() && config.public_url.is_none() {
        to.missing("http.public_url", "the address that people type, which [http.tls] is for");
    }
    to.finish(config)
}

fn address(to: &mut Checker<'_>, key: &str, text: &str) -> SocketAddr {
    text.parse().unwrap_or_else(|_| {
        to.refuse(key, text, ADDRESS);
        SocketAddr::from(([127, 0, 0, 1], 0))
    })
}

/// A whole origin, or with `*` for the port where that is allowed.
fn is_origin(text: &str, star: bool) -> bool {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return false;
    };
    let (host, port) = match rest.strip_prefix('[') {
        Some(v6) => match v6.split_once(']') {
            Some((host, rest)) if host.parse::<std::net::Ipv6Addr>().is_ok() => {
                (host, rest.strip_prefix(':'))
            }
            _ => return false,
        },
        None => match rest.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        },
    };
    let host_fits =
        !host.is_empty() && host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-:".contains(&c));
    let port_fits = port.is_none_or(|port| (star && port == "*") || port.parse::<u16>().is_ok());
    host_fits && port_fits
}

fn url(to: &mut Checker<'_>, key: &str, url: Option<String>) -> Option<String> {
    let url = url?;
    let trimmed = url.trim_end_matches('/');
    if !is_origin(trimmed, false) {
        to.refuse(key, &url, ORIGIN);
    }
    Some(trimmed.to_ascii_lowercase())
}

fn origins(to: &mut Checker<'_>, origins: Vec<String>) -> Vec<String> {
    for origin in origins.iter().filter(|origin| !is_origin(origin, true)) {
        to.refuse("http.allowed_origins", origin, &format!("{ORIGIN}, or http://localhost:* for any port"));
    }
    origins
}

fn networks(to: &mut Checker<'_>, texts: &[String]) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in texts {
        match Network::parse(text) {
            Some(network) => networks.push(network),
            None => to.refuse("http.trusted_proxies", text, "an address or a network, such as 10.0.0.0/8"),
        }
    }
    networks
}

fn domain(to: &mut Checker<'_>, domain: Option<String>) -> String {
    let wanted = "the call centre's SIP domain, such as calls.example";
    let Some(domain) = domain else {
        to.missing("sip.domain", wanted);
        return String::new();
    };
    let fits = (1..=253).contains(&domain.len())
        && domain.bytes().all(|c| c.is_ascii_alphanumeric() || b".-".contains(&c))
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-']);
    if !fits {
        to.refuse("sip.domain", &domain, wanted);
    }
    domain.to_ascii_lowercase()
}

fn secret(to: &mut Checker<'_>, text: Option<String>, file: Option<PathBuf>) -> SecretFrom {
    match (text, file) {
        (Some(_), Some(_)) => {
            to.add("sip.secret", "and sip.secret_file are both given; give one of them".to_owned());
            SecretFrom::Own
        }
        (Some(text), None) => {
            if text.len() < 16 {
                to.add(
                    "sip.secret",
                    "is too short; give at least 16 characters, such as `openssl rand -base64 32` prints"
                        .to_owned(),
                );
            }
            SecretFrom::Text(Secret::new(text))
        }
        (None, Some(file)) => SecretFrom::File(file),
        (None, None) => SecretFrom::Own,
    }
}

fn seconds(to: &mut Checker<'_>, key: &str, value: f64, least: f64, most: f64) -> Duration {
    if (least..=most).contains(&value) {
        return Duration::from_secs_f64(value);
    }
    to.refuse(key, value, &format!("seconds, {least} to {most}"));
    Duration::from_secs(1)
}

fn at_least_one(to: &mut Checker<'_>, key: &str, value: u32) -> u32 {
    if value == 0 {
        to.refuse(key, value, "1 or more");
    }
    value
}

fn per_operator(to: &mut Checker<'_>, value: usize) -> usize {
    if !(1..=8).contains(&value) {
        to.refuse("assignment.registrars_per_operator", value, "1 to 8");
    }
    value
}

fn is_name(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-".contains(&c);
    first && name.len() <= 32 && name.bytes().all(fits)
}

fn registrars(to: &mut Checker<'_>, written: Vec<file::Registrar>) -> Vec<Registrar> {
    if written.is_empty() {
        to.missing("registrar", "at least one [[registrar]] with id and listen");
    }
    let (mut ids, mut reg_ids, mut addresses) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut registrars = Vec::with_capacity(written.len());
    for (registrar, number) in written.into_iter().zip(1u32..) {
        let key = |name: &str| format!("registrar[{number}].{name}");
        if !is_name(&registrar.id) {
            to.refuse(&key("id"), &registrar.id, NAME);
        }
        if !ids.insert(registrar.id.clone()) {
            to.refuse(&key("id"), &registrar.id, "an id that no other registrar has");
        }
        let listen = address(to, &key("listen"), &registrar.listen);
        if listen.port() != 0 && !addresses.insert(listen) {
            to.refuse(&key("listen"), listen, "an address that no other registrar listens on");
        }
        let reg_id = registrar.reg_id.unwrap_or(number);
        if reg_id == 0 || !reg_ids.insert(reg_id) {
            to.refuse(&key("reg_id"), reg_id, "a number from 1 that no other registrar has");
        }
        if registrar.weight > 1000 {
            to.refuse(&key("weight"), registrar.weight, "0 to 1000");
        }
        if let Some(uri) = &registrar.uri
            && !is_websocket(uri)
        {
            to.refuse(&key("uri"), uri, "what clients connect to, such as wss://edge1.example");
        }
        registrars.push(Registrar {
            id: registrar.id,
            listen,
            uri: registrar.uri,
            weight: registrar.weight,
            reg_id,
        });
    }
    registrars
}

fn is_websocket(uri: &str) -> bool {
    let rest = uri.strip_prefix("ws://").or_else(|| uri.strip_prefix("wss://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_alphanumeric() || b".-:/[]_~%".contains(&c))
    })
}

fn queues(to: &mut Checker<'_>, written: Vec<file::Queue>) -> Vec<QueueConfig> {
    let mut names = BTreeSet::new();
    written
        .into_iter()
        .zip(1u32..)
        .map(|(queue, number)| self::queue(to, &mut names, queue, number))
        .collect()
}

fn queue(
    to: &mut Checker<'_>,
    names: &mut BTreeSet<String>,
    written: file::Queue,
    number: u32,
) -> QueueConfig {
    const DAY: f64 = 86_400.0;
    let key = |name: &str| format!("queue[{number}].{name}");
    if !is_name(&written.name) {
        to.refuse(&key("name"), &written.name, NAME);
    }
    if !names.insert(written.name.clone()) {
        to.refuse(&key("name"), &written.name, "a name that no other queue has");
    }
    let display_name = written.display_name.unwrap_or_else(|| written.name.clone());
    if display_name.trim().is_empty()
        || display_name.chars().count() > 64
        || display_name.chars().any(char::is_control)
    {
        to.refuse(&key("display_name"), &display_name, "1 to 64 characters");
    }
    let mut queue = QueueConfig::new(written.name, display_name);
    if let Some(strategy) = written.strategy {
        match Strategy::parse(&strategy) {
            Some(strategy) => queue.strategy = strategy,
            None => to.refuse(&key("strategy"), &strategy, Strategy::LongestIdleAgent.as_str()),
        }
    }
    let mut set = |field: &mut Duration, name: &str, value: Option<f64>, least: f64| {
        if let Some(value) = value {
            *field = seconds(to, &key(name), value, least, DAY);
        }
    };
    set(&mut queue.no_answer_timeout, "no_answer_timeout_s", written.no_answer_timeout_s, 1.0);
    set(&mut queue.reject_delay, "reject_delay_s", written.reject_delay_s, 0.0);
    set(&mut queue.busy_delay, "busy_delay_s", written.busy_delay_s, 0.0);
    set(&mut queue.no_answer_delay, "no_answer_delay_s", written.no_answer_delay_s, 0.0);
    set(&mut queue.wrap_up_time, "wrap_up_time_s", written.wrap_up_time_s, 0.0);
    queue.max_wait_time =
        written.max_wait_time_s.map(|value| seconds(to, &key("max_wait_time_s"), value, 1.0, DAY));
    if let Some(most) = written.max_no_answer {
        queue.max_no_answer = most;
    }
    if let Some(members) = written.members {
        for member in
            members.iter().filter(|member| *member != "*" && headset_backend::check_login(member).is_err())
        {
            to.refuse(&key("members"), member, "operators' logins, or \"*\" for all");
        }
        queue.members = members;
    }
    queue
}

fn pause_reasons(to: &mut Checker<'_>, written: Vec<file::PauseReason>) -> Vec<PauseReason> {
    let mut codes = BTreeSet::new();
    let mut reasons = Vec::with_capacity(written.len());
    for (reason, number) in written.into_iter().zip(1u32..) {
        let key = format!("pause_reason[{number}].code");
        if !is_name(&reason.code) {
            to.refuse(&key, &reason.code, NAME);
        }
        if !codes.insert(reason.code.clone()) {
            to.refuse(&key, &reason.code, "a code that no other reason has");
        }
        reasons.push(PauseReason { code: reason.code, title: Title { ru: reason.ru, en: reason.en } });
    }
    reasons
}

fn ice(to: &mut Checker<'_>, written: Vec<file::IceServer>) -> Vec<IceServer> {
    let fits =
        |url: &str| ["stun:", "stuns:", "turn:", "turns:"].iter().any(|scheme| url.starts_with(scheme));
    for url in written.iter().flat_map(|server| &server.urls).filter(|url| !fits(url)) {
        to.refuse(
            "ice.servers.urls",
            url,
            "stun:, turn: or turns: with a host, such as stun:stun.example:3478",
        );
    }
    let of =
        |server: file::IceServer| IceServer { urls: server.urls, secret: server.secret.map(Secret::new) };
    written.into_iter().map(of).collect()
}
