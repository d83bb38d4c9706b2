//! The real binary, in a folder of its own.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

mod log;
pub mod sip;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use log::Log;
use tempfile::TempDir;

/// Longer than anything here takes, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

pub fn headset(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headset"));
    command.args(arguments).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// A configuration file and its data directory.
pub struct Folder(pub TempDir);

impl Folder {
    /// Any free ports.
    pub fn new() -> Self {
        Self::with("")
    }

    /// With more lines at the end of the file.
    pub fn with(more: &str) -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write(&format!(
            "data_dir = '{}'\n\
             [http]\nlisten = '127.0.0.1:0'\n\
             [sip]\ndomain = 'calls.example'\nsecret = 'the secret of the tests, long enough'\n\
             [[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\n\
             [[registrar]]\nid = 'r2'\nlisten = '127.0.0.1:0'\n\
             [[queue]]\nname = 'support'\n{more}",
            folder.data().display()
        ));
        folder
    }

    pub fn write(&self, text: &str) {
        fs::write(self.config(), text).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.0.path().join("headset.toml")
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// `headset --config … <arguments>`, to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], stdin: &str) -> Output {
        let config = self.config();
        let mut child = headset(&["--config", config.to_str().unwrap()])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that failed before it read has closed its end.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What a command that must succeed printed.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", error(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn add(&self, login: &str) -> String {
        let output =
            self.run_with(&["operator", "add", login, "--password-stdin"], &format!("{}\n", password(login)));
        assert!(output.status.success(), "{}", error(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn serve(&self) -> Server {
        let config = self.config();
        Server::start(headset(&["--config", config.to_str().unwrap(), "serve"]))
    }
}

pub fn password(login: &str) -> String {
    format!("password-of-{login}")
}

pub fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server; it is killed when the test is over.
pub struct Server {
    pub url: String,
    /// What it printed until it was ready.
    pub greeting: String,
    /// What it logs.
    pub log: Log,
    child: Child,
}

impl Server {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let log = Log::of(child.stderr.take().unwrap());
        let (lines, printed) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        let mut greeting = String::new();
        loop {
            match printed.recv_timeout(SOON) {
                Ok(line) => match line.strip_prefix("ready ") {
                    Some(url) => return Self { url: url.to_owned(), greeting, log, child },
                    None => greeting.push_str(&format!("{line}\n")),
                },
                Err(_) => {
                    let _ = child.kill();
                    panic!("it did not become ready:\n{greeting}\n{}", log.whole());
                }
            }
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Kills it and gives what it logged.
    pub fn killed_log(mut self) -> String {
        self.child.kill().unwrap();
        self.log.whole()
    }

    /// SIGTERM; gives how long it took and whether it ended well.
    pub fn terminate(mut self) -> (Duration, bool) {
        let started = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        while started.elapsed() < SOON {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (started.elapsed(), status.success());
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not stop");
    }

    /// Someone's browser.
    pub fn visitor(&self) -> Page {
        let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
        Page { client, url: self.url.clone() }
    }

    /// Someone's browser, signed in.
    pub async fn signed_in(&self, login: &str) -> Page {
        let page = self.visitor();
        let (status, body) = page
            .send("POST", "/v1/auth/login", serde_json::json!({"login": login, "password": password(login)}))
            .await;
        assert_eq!(status, 200, "{body}");
        page
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Page {
    client: reqwest::Client,
    url: String,
}

impl Page {
    pub async fn send(&self, method: &str, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = request.header("x-headset-request", "1");
        let request = if method == "GET" { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> serde_json::Value {
        self.send("GET", path, serde_json::Value::Null).await.1
    }
}
