//! A `headset demo` of its own on free ports, measured from outside.

use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

pub(crate) const SECRET: &str = "a secret of the benchmark, long enough";
pub(crate) const DOMAIN: &str = "bench.test";

/// Ends with this value.
pub(crate) struct Server {
    child: Child,
    /// One a registrar.
    pub(crate) registrars: Vec<u16>,
    _data: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start(binary: &Path) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let config = data.path().join("headset.toml");
        std::fs::write(&config, configuration(data.path()))?;
        let mut child = Command::new(binary)
            .arg("demo")
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("no stdout")?;
        let mut server = Self { child, registrars: Vec::new(), _data: data };
        server.registrars = ready(stdout)?;
        Ok(server)
    }

    /// Resident memory in bytes (`VmRSS`).
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// On ports that are free: it says which.
fn configuration(data: &Path) -> String {
    let mut text = format!(
        "data_dir = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n[sip]\ndomain = \"{DOMAIN}\"\nsecret = \"{SECRET}\"\n",
        data.join("data")
    );
    for id in 1..=3 {
        text += &format!("[[registrar]]\nid = \"r{id}\"\nlisten = \"127.0.0.1:0\"\nreg_id = {id}\n");
    }
    text
}

/// The registrars' ports, once the demo has said that it is ready.
fn ready(stdout: ChildStdout) -> Result<Vec<u16>> {
    let mut ports = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if line.starts_with("ready ") {
            return Ok(ports);
        }
        let uris = line.split_whitespace().filter_map(|word| word.strip_prefix("ws://localhost:"));
        ports.extend(uris.filter_map(|port| port.parse::<u16>().ok()));
    }
    anyhow::bail!("the demo did not start; `headset demo` says why")
}
