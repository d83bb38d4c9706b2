//! The binary as a site engineer meets it: started, administered, killed, stopped.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Folder, Server, error, headset};

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = Folder::new();
    folder.add("anna");
    let server = folder.serve();
    let page = server.signed_in("anna").await;
    let paused = json!({ "status": "paused", "sub_status": "lunch" });
    let (status, acknowledged) = page.send("PUT", "/v1/telephony/status", paused).await;
    assert_eq!(status, 200);
    let event = json!({ "id": "e1", "name": "test", "at_ms": 1, "login": "anna" });
    let (_, taken) = page.send("POST", "/v1/telephony/events", json!({ "events": [event] })).await;
    assert_eq!(taken, json!({ "accepted": 1 }));
    server.kill();

    let server = folder.serve();
    let page = server.signed_in("anna").await;
    assert_eq!(page.get("/v1/telephony/status").await, acknowledged);
    let (_, taken) = page.send("POST", "/v1/telephony/events", json!({ "events": [event] })).await;
    assert_eq!(taken, json!({ "accepted": 0 }), "it was stored before");
}

#[tokio::test]
async fn a_running_server_is_administered_from_the_command_line() {
    let folder = Folder::new();
    assert!(folder.add("anna").contains("start it with `headset serve`"));
    let server = folder.serve();
    assert!(
        folder.add("boris").contains("Added operator `boris` (boris, role operator). They can sign in now.")
    );
    let page = server.signed_in("boris").await;
    page.send("PUT", "/v1/telephony/status", json!({ "status": "paused", "sub_status": "lunch" })).await;

    let table = folder.cli(&["operator", "list"]);
    let line =
        |login: &str| table.lines().find(|line| line.starts_with(login)).unwrap_or_default().to_owned();
    assert!(line("LOGIN").contains("STATUS"), "{table}");
    assert!(line("anna").contains("disconnected"), "{table}");
    assert!(line("boris").contains("paused (lunch)") && line("boris").contains("unregistered"), "{table}");
    let listed: Value = serde_json::from_str(&folder.cli(&["operator", "list", "--json"])).unwrap();
    assert_eq!(listed[1]["desk"]["sub_status"], "lunch");

    let (_, before) = page.send("GET", "/v1/telephony/registrars", Value::Null).await;
    assert_eq!(before["registrars"].as_array().unwrap().len(), 2);
    assert!(folder.cli(&["registrar", "drain", "r2"]).contains("draining"));
    let after = page.get("/v1/telephony/registrars").await;
    assert_eq!(after["registrars"][0]["id"], "r1");
    assert_eq!(after["registrars"].as_array().unwrap().len(), 1);
    assert!(!folder.cli(&["registrar", "activate", "r2"]).contains("draining"));
    let output = folder.run(&["registrar", "drain", "r9"]);
    assert!(error(&output).contains("there is no registrar `r9`; there are: r1, r2"), "{}", error(&output));

    assert!(folder.cli(&["operator", "disable", "boris"]).contains("`boris` is disabled"));
    assert_eq!(page.send("POST", "/v1/telephony/hash", json!({})).await.1["code"], "disabled");
    assert!(folder.cli(&["operator", "list"]).contains("disabled"));
    folder.cli(&["operator", "enable", "boris"]);
    assert_eq!(page.send("POST", "/v1/telephony/hash", json!({})).await.0, 200);
    assert_eq!(folder.cli(&["call", "list", "--json"]).trim(), "[]");
}

#[test]
fn what_cannot_be_done_is_said_with_the_way_out() {
    let folder = Folder::new();
    let output = folder.run(&["operator", "list"]);
    assert!(!output.status.success());
    assert!(error(&output).contains("no server runs in") && error(&output).contains("headset serve"));

    folder.add("anna");
    for (arguments, stdin, complaint) in [
        (
            ["operator", "add", "anna", "--password-stdin"],
            "long enough\n",
            "there is already an account `anna`",
        ),
        (["operator", "add", "boris", "--password-stdin"], "short\n", "at least 8 characters"),
        (["operator", "add", "boris", "--password-stdin"], "", "no password on stdin"),
        (["operator", "add", "Boris!", "--password-stdin"], "long enough\n", "`Boris!` is no login"),
    ] {
        let output = folder.run_with(&arguments, stdin);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(error(&output).contains(complaint), "{}", error(&output));
    }
}

#[test]
fn two_servers_never_share_a_data_directory() {
    let folder = Folder::new();
    let _first = folder.serve();
    let output = folder.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("another headset runs in this data directory"), "{}", error(&output));
}

#[test]
fn the_database_is_its_users_alone_in_a_directory_that_others_may_read() {
    let folder = Folder::new();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::set_permissions(folder.data(), Permissions::from_mode(0o755)).unwrap();
    folder.add("anna");
    let _server = folder.serve();
    for entry in std::fs::read_dir(folder.data()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.file_name());
    }
}

#[test]
fn a_taken_port_is_an_error_when_it_was_configured() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new();
    let text = std::fs::read_to_string(folder.config()).unwrap();
    folder.write(&text.replacen("127.0.0.1:0", &address, 1));
    let output = folder.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    let told = error(&output);
    assert!(
        told.contains(&format!("http.listen {address}: another program listens there already")),
        "{told}"
    );
}

#[tokio::test]
async fn the_demo_takes_another_port_and_says_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new();
    folder.write(&format!(
        "data_dir = '{}'\n[http]\nlisten = '127.0.0.1:{port}'\n\
         [[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\n\
         [[registrar]]\nid = 'r2'\nlisten = '127.0.0.1:0'\n",
        folder.data().display()
    ));
    let start = || Server::start(headset(&["demo", "--config", folder.config().to_str().unwrap()]));
    let server = start();
    assert!(server.greeting.contains(&format!("Port {port} is taken")), "{}", server.greeting);
    assert!(!server.url.ends_with(&format!(":{port}")), "{}", server.url);
    for part in ["/test", "/customer", "demo-anna", "demo-dmitry", "Use a headset, or you hear yourself"] {
        assert!(server.greeting.contains(part), "{part}: {}", server.greeting);
    }
    let (took, well) = server.terminate();
    assert!(well && took < Duration::from_secs(4), "{took:?}");
    // The second start finds its people.
    let server = start();
    assert!(folder.cli(&["operator", "list"]).contains("clara"));
    drop(server);
}

#[test]
fn without_a_certificate_only_this_machine_is_listened_to_and_it_is_said_why() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(folder.config()).unwrap();
    folder.write(&text.replacen("127.0.0.1:0", "0.0.0.0:0", 1));
    let mut child = headset(&["--config", folder.config().to_str().unwrap(), "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    assert!(line.starts_with("ready http://localhost:"), "{line}");
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(error(&output).contains("without [http.tls] passwords and calls would travel readable"));
    assert!(error(&output).contains("listening on 127.0.0.1:0 only"), "{}", error(&output));
}

#[tokio::test]
async fn a_stop_waits_for_nobody_longer_than_three_seconds() {
    let folder = Folder::new();
    folder.add("anna");
    let server = folder.serve();
    let page = server.signed_in("anna").await;
    assert_eq!(page.get("/healthz").await["status"], "ok");
    let open: Vec<_> =
        (0..3).map(|_| std::net::TcpStream::connect(server.url.trim_start_matches("http://"))).collect();
    let (took, well) = server.terminate();
    assert!(well && took < Duration::from_secs(4), "{took:?}");
    drop(open);
    assert!(!folder.data().join("control.sock").exists());
}
