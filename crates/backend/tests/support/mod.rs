//! A backend on a free port with a database of its own, and people who use it over HTTP.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::time::Duration;

use headset_backend::{
    Backend, GuestSettings, IceServer, LoginLimits, NewAccount, PauseReason, Role, Secret, Settings, Storage,
    SwitchLink, Title,
};
use headset_floor::{Command, QueueConfig, RegistrarConfig, RegistrarState};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub const SECRET: &str = "the telephony secret of the tests";
/// Longer than anything here takes.
pub const SOON: Duration = Duration::from_secs(10);

pub struct Centre {
    pub backend: Backend,
    pub url: String,
    pub commands: mpsc::UnboundedReceiver<Command>,
    /// What answers for the switch when it is asked whether it lives.
    pub pulse: JoinHandle<()>,
    pub folder: TempDir,
}

pub fn settings() -> Settings {
    let registrar = |number: u32| RegistrarConfig {
        id: format!("r{number}"),
        uri: format!("ws://localhost:808{number}"),
        weight: 1,
        reg_id: number,
        state: RegistrarState::Active,
    };
    Settings {
        public_url: "http://desk.example".into(),
        login_url: "http://desk.example/test".into(),
        allowed_origins: vec!["https://crm.example".into(), "http://localhost:*".into()],
        trusted_proxies: vec![],
        sip_domain: "calls.example".into(),
        sip_secret: Secret::new(SECRET),
        credentials_lifetime: Duration::from_secs(600),
        session_lifetime: Duration::from_secs(3600),
        login_limits: LoginLimits { per_login: 10, per_address: 1000, window: Duration::from_secs(300) },
        ice_servers: vec![
            IceServer { urls: vec!["stun:stun.example:3478".into()], secret: None },
            IceServer {
                urls: vec!["turn:turn.example:3478".into()],
                secret: Some(Secret::new("turn secret")),
            },
        ],
        pause_reasons: vec![PauseReason {
            code: "lunch".into(),
            title: Title { ru: "Обед".into(), en: "Lunch".into() },
        }],
        queues: vec![QueueConfig::new("support", "Support")],
        registrars: (1..=3).map(registrar).collect(),
        registrars_per_operator: 2,
        poll: Duration::from_secs(15),
        guests: Some(GuestSettings { hashes_per_minute: 3 }),
    }
}

impl Centre {
    /// Operators anna and boris, and dmitry who is none.
    pub async fn start() -> Self {
        Self::with(settings()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let storage = Storage::open(&folder.path().join("headset.db")).await.unwrap();
        for (login, is_operator) in [("anna", true), ("boris", true), ("dmitry", false)] {
            let new = NewAccount {
                login: login.into(),
                display_name: login.to_uppercase(),
                role: if is_operator { Role::Operator } else { Role::None },
                is_operator,
                password: password(login),
            };
            storage.add_account_offline(new, "test").await.unwrap();
        }
        Self::on(folder, storage, settings).await
    }

    async fn on(folder: TempDir, storage: Storage, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (asked, commands) = mpsc::unbounded_channel();
        let (pulse, mut pulses) = mpsc::channel(1);
        let link = SwitchLink { commands: asked, pulse };
        let backend = Backend::start(settings, storage, listener, None, link).await.unwrap();
        let url = format!("http://{}", backend.address);
        let pulse = tokio::spawn(async move {
            while let Some(asked) = pulses.recv().await {
                let _ = asked.send(());
            }
        });
        Self { backend, url, commands, pulse, folder }
    }

    /// Stops it and starts another on the same database.
    pub async fn restarted(self, settings: Settings) -> Self {
        self.backend.stop().await.unwrap();
        let storage = Storage::open(&self.folder.path().join("headset.db")).await.unwrap();
        Self::on(self.folder, storage, settings).await
    }

    /// Someone's browser.
    pub fn page(&self) -> Page {
        let client = Client::builder().cookie_store(true).build().unwrap();
        Page { client, url: self.url.clone() }
    }

    /// A browser in which someone has signed in.
    pub async fn signed_in(&self, login: &str) -> Page {
        let page = self.page();
        assert_eq!(page.log_in(login, &password(login)).await.0, StatusCode::OK);
        page
    }
}

pub fn password(login: &str) -> String {
    format!("password-of-{login}")
}

pub struct Page {
    pub client: Client,
    pub url: String,
}

impl Page {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method.clone(), format!("{}{path}", self.url));
        if method == Method::GET { request } else { request.header("x-headset-request", "1") }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        body(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, json: Value) -> (StatusCode, Value) {
        body(self.request(Method::POST, path).json(&json).send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, json: Value) -> (StatusCode, Value) {
        body(self.request(Method::PUT, path).json(&json).send().await.unwrap()).await
    }

    pub async fn log_in(&self, login: &str, password: &str) -> (StatusCode, Value) {
        self.post("/v1/auth/login", serde_json::json!({ "login": login, "password": password })).await
    }

    pub async fn stream(&self) -> Stream {
        let response = self.request(Method::GET, "/v1/telephony/stream").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { response, rest: String::new() }
    }
}

pub async fn body(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// An open event stream.
pub struct Stream {
    response: Response,
    rest: String,
}

impl Stream {
    /// The next event's name and data; `None` when the server has ended the stream.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        tokio::time::timeout(SOON, self.read()).await.expect("an event, or the end")
    }

    async fn read(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.rest.split_once("\n\n") {
                let line = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name).map(|rest| rest.trim().to_owned()))
                };
                let read = line("event:").zip(line("data:"));
                self.rest = rest.to_owned();
                if let Some((name, data)) = read {
                    return Some((name, serde_json::from_str(&data).unwrap()));
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
