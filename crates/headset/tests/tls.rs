//! With a certificate, pages and registrars speak TLS with it.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::fs;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use support::Folder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[tokio::test]
async fn pages_and_registrars_speak_tls_with_one_certificate() {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = Folder::new();
    let path = |name: &str| folder.0.path().join(name);
    fs::write(path("c.pem"), cert.pem()).unwrap();
    fs::write(path("k.pem"), signing_key.serialize_pem()).unwrap();
    folder.write(&format!(
        "data_dir = '{}'\n[http]\nlisten = '127.0.0.1:0'\npublic_url = 'https://localhost'\n\
         [http.tls]\ncertificate = '{}'\nkey = '{}'\n[sip]\ndomain = 'calls.example'\n\
         [[registrar]]\nid = 'r1'\nlisten = '127.0.0.1:0'\n",
        folder.data().display(),
        path("c.pem").display(),
        path("k.pem").display(),
    ));
    let server = folder.serve();
    assert_eq!(server.url, "https://localhost");

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let connect = async |address: String| -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(address).await.unwrap();
        connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap()
    };

    let mut page = connect(server.log.field("serving", "listen")).await;
    page.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    page.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    assert!(answer.contains("strict-transport-security"), "{answer}");

    let mut edge = connect(server.log.field("registrar", "address")).await;
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Protocol: sip\r\nOrigin: https://localhost\r\n\r\n";
    edge.write_all(request.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    edge.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 101");
}
