//! A configuration that does not fit says where, what, and what would.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use support::{Folder, error, headset};

/// What `serve` says of this file.
fn complaint(text: &str) -> String {
    let folder = Folder::new();
    folder.write(text);
    let output = folder.run(&["serve"]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    error(&output).replace(folder.config().to_str().unwrap(), "FILE")
}

const GOOD: &str = "[sip]\ndomain = 'calls.example'\n[[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\n";

#[test]
fn an_unknown_key_names_the_nearest_known_one_and_the_file() {
    let told = complaint(&format!("{GOOD}[http]\nlisen = '127.0.0.1:0'\n"));
    assert!(told.contains("FILE: http.lisen: there is no such key; did you mean `listen`?"), "{told}");
    let told = complaint(&format!("{GOOD}[[queue]]\nname = 'a'\nno_answer_timeut_s = 5\n"));
    assert!(told.contains("queue[1].no_answer_timeut_s"), "{told}");
    assert!(told.contains("did you mean `no_answer_timeout_s`?"), "{told}");
    let told = complaint(&format!("[quue]\n{GOOD}"));
    assert!(told.contains("did you mean `queue`?"), "{told}");
}

#[test]
fn every_bad_value_is_named_with_what_is_accepted_and_all_of_them_at_once() {
    let told = complaint(
        "[http]\nlisten = '8080'\npublic_url = 'desk'\nallowed_origins = ['*']\ntrusted_proxies = ['proxy']\n\
         [sip]\nsecret = 'short'\n\
         [[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\n\
         [[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\nuri = 'http://x'\nreg_id = 1\n\
         [[queue]]\nname = 'Support Line'\nstrategy = 'random'\nno_answer_timeout_s = 0\nmembers = ['Anna']\n\
         [credentials]\nlifetime_s = -1\n",
    );
    for part in [
        "FILE: http.listen: `8080` is not accepted; give an IP address and port, such as 127.0.0.1:8080",
        "http.public_url: `desk`",
        "http.allowed_origins: `*`",
        "http.trusted_proxies: `proxy`",
        "sip.domain: is missing",
        "sip.secret: is too short",
        "registrar[2].id: `r1` is not accepted; give an id that no other registrar has",
        "registrar[2].uri: `http://x`",
        "registrar[2].reg_id: `1`",
        "queue[1].name: `Support Line`",
        "queue[1].strategy: `random` is not accepted; give longest-idle-agent",
        "queue[1].no_answer_timeout_s: `0` is not accepted; give seconds",
        "queue[1].members: `Anna`",
        "credentials.lifetime_s: `-1`",
    ] {
        assert!(told.contains(part), "{part}\nis not in\n{told}");
    }
    assert!(!told.contains("`short`"), "a secret is not printed: {told}");
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    let told = complaint(&format!("{GOOD}[guest]\nenabled = 'yes'\n"));
    assert!(told.contains("guest.enabled: string \"yes\" is not accepted; give a boolean"), "{told}");
    let told = complaint(&format!("{GOOD}[[queue]]\ndisplay_name = 'Support'\n"));
    assert!(told.contains("queue[1].name: is missing"), "{told}");
    let told = complaint(&format!("{GOOD}[guest\n"));
    assert!(told.contains("FILE"), "{told}");
}

#[test]
fn the_environment_is_read_and_blamed_by_its_name() {
    let folder = Folder::new();
    let config = folder.config();
    let output = headset(&["--config", config.to_str().unwrap(), "serve"])
        .env("HEADSET__HTTP__LISTEN", "nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("environment"), "{}", error(&output));
    assert!(error(&output).contains("`nowhere` is not accepted"), "{}", error(&output));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = headset(&["--config", "/nonexistent/headset.toml", "serve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("/nonexistent/headset.toml: cannot be read"), "{}", error(&output));
}

#[test]
fn without_any_file_it_is_said_where_one_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let output = headset(&["serve"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = error(&output);
    assert!(told.contains("/etc/headset/headset.toml"), "{told}");
    assert!(told.contains("headset demo"), "{told}");
}

#[test]
fn the_demo_reads_no_file_but_one_that_is_named_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("headset.toml"), "nonsense").unwrap();
    let told = |arguments: &[&str]| {
        let mut command = headset(arguments);
        let output = command.current_dir(folder.path()).env("HEADSET__HTTP__LISTEN", "nowhere").output();
        error(&output.unwrap())
    };
    assert!(told(&["serve"]).contains("headset.toml"));
    let demo = told(&["demo"]);
    assert!(demo.contains("`nowhere` is not accepted") && !demo.contains("headset.toml"), "{demo}");
    assert!(told(&["demo", "--config", "headset.toml"]).contains("headset.toml"));
    let help = headset(&["demo", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("the demo reads none but one given here"), "{help}");
}

#[test]
fn tls_needs_the_address_people_type_and_a_certificate_that_can_be_read() {
    let told = complaint(&format!("{GOOD}[http.tls]\ncertificate = 'c.pem'\nkey = 'k.pem'\n"));
    assert!(told.contains("http.public_url: is missing"), "{told}");

    let folder = Folder::with("[http.tls]\ncertificate = '/nonexistent/c.pem'\nkey = '/nonexistent/k.pem'\n");
    let text = std::fs::read_to_string(folder.config()).unwrap();
    folder.write(&text.replace("[http]\n", "[http]\npublic_url = 'https://desk.example'\n"));
    let output = folder.run(&["serve"]);
    assert!(!output.status.success());
    assert!(error(&output).contains("/nonexistent/c.pem"), "{}", error(&output));
}
