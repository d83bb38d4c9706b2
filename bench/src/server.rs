//! A `headset demo` of its own on free ports, measured from outside.

use anyhow::{Context, Result, bail};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const SECRET: &str = "a secret of the benchmark, long enough";
pub(crate) const DOMAIN: &str = "bench.test";

/// Ends with this value.
pub(crate) struct Server {
    child: Child,
    http: u16,
    /// One a registrar.
    pub(crate) registrars: Vec<u16>,
    _data: tempfile::TempDir,
}

impl Server {
    pub(crate) async fn start(binary: &Path) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let http = free_port()?;
        let registrars = vec![free_port()?, free_port()?, free_port()?];
        let config = data.path().join("headset.toml");
        std::fs::write(&config, configuration(data.path(), http, &registrars))?;
        let child = Command::new(binary)
            .arg("demo")
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let server = Self { child, http, registrars, _data: data };
        server.ready().await?;
        Ok(server)
    }

    /// Resident memory in bytes (`VmRSS`).
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024)
    }

    async fn ready(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.http)).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server did not open its port {}", self.http)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(data: &Path, http: u16, registrars: &[u16]) -> String {
    let mut text = format!(
        "data_dir = {:?}\n[http]\nlisten = \"127.0.0.1:{http}\"\npublic_url = \"http://localhost:{http}\"\n\
         [sip]\ndomain = \"{DOMAIN}\"\nsecret = \"{SECRET}\"\n",
        data.join("data")
    );
    for (index, port) in registrars.iter().enumerate() {
        let id = index + 1;
        text += &format!(
            "[[registrar]]\nid = \"r{id}\"\nlisten = \"127.0.0.1:{port}\"\nuri = \"ws://localhost:{port}\"\n\
             reg_id = {id}\n"
        );
    }
    text
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
