//! The switch on real sockets.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use headset_sip::digest::{self, Challenge};
use headset_sip::{Message as Sip, Method, Name, Request, Response, parse};
use headset_switch::{Config, Report, Running, ServeError, bind, serve, tls_config};
use support::{DOMAIN, config, password};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const SOON: Duration = Duration::from_secs(20);

/// Whether the switch says that it lives.
async fn lives(pulse: &mpsc::Sender<oneshot::Sender<()>>) -> bool {
    let (answer, answered) = oneshot::channel();
    pulse.send(answer).await.is_ok() && timeout(SOON, answered).await.expect("in time").is_ok()
}

#[tokio::test]
async fn it_answers_whether_it_lives_until_it_has_ended() {
    let running = start(config()).await;
    let pulse = running.pulse.clone();
    assert!(lives(&pulse).await);
    running.shutdown().await;
    assert!(!lives(&pulse).await);
}

async fn start(config: Config) -> Running {
    let listeners = bind(&config).await.unwrap();
    serve(config, listeners, None).await.unwrap()
}

/// Does a handshake with these headers.
async fn handshake<S>(
    stream: S,
    protocol: Option<&'static str>,
    origin: Option<&'static str>,
) -> Result<WebSocketStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = "ws://localhost/".into_client_request().unwrap();
    if let Some(protocol) = protocol {
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(protocol));
    }
    if let Some(origin) = origin {
        request.headers_mut().insert("Origin", HeaderValue::from_static(origin));
    }
    client_async(request, stream).await.map(|(socket, _)| socket)
}

async fn connect(address: SocketAddr) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(address).await.unwrap();
    handshake(stream, Some("sip"), None).await.unwrap()
}

/// The next SIP response; keep-alives are answered on the way.
async fn response<S>(socket: &mut WebSocketStream<S>) -> Response
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match timeout(SOON, socket.next()).await.expect("in time").unwrap().unwrap() {
            Message::Text(text) if text.trim().is_empty() => {
                socket.send(Message::text("\r\n")).await.unwrap()
            }
            Message::Text(text) => match parse(text.as_str().to_owned()).unwrap() {
                Sip::Response(response) => return response,
                Sip::Request(request) => panic!("{}", request.as_str()),
            },
            other => panic!("{other:?}"),
        }
    }
}

async fn options<S>(socket: &mut WebSocketStream<S>, branch: &str) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = Request::build(Method::Options, &format!("sip:{DOMAIN}"))
        .via("WS", "c.invalid", branch)
        .header(Name::From, "<sip:a@c.invalid>;tag=1")
        .header(Name::To, &format!("<sip:{DOMAIN}>"))
        .header(Name::CallId, &branch[..branch.len().min(60)])
        .header(Name::CSeq, "1 OPTIONS")
        .finish();
    socket.send(Message::text(request.into_string())).await
}

async fn register<S>(socket: &mut WebSocketStream<S>, login: &str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let unix = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let username = format!("{}:{login}", unix + 600);
    let uri = format!("sip:{DOMAIN}");
    let request = |cseq: u32| {
        Request::build(Method::Register, &uri)
            .via("WS", "c.invalid", &format!("z9hG4bK{login}{cseq}"))
            .header(Name::From, &format!("<sip:{login}@{DOMAIN}>;tag=1"))
            .header(Name::To, &format!("<sip:{login}@{DOMAIN}>"))
            .header(Name::CallId, login)
            .header(Name::CSeq, &format!("{cseq} REGISTER"))
            .header(Name::Contact, "<sip:x@c.invalid;transport=ws>;+sip.instance=\"<urn:uuid:1>\";reg-id=1")
    };
    socket.send(Message::text(request(1).finish().into_string())).await.unwrap();
    let refused = response(socket).await;
    assert_eq!(refused.status(), 401);
    let challenge = Challenge::parse(refused.get(Name::WwwAuthenticate).unwrap()).unwrap();
    let answer =
        digest::respond(&challenge, &username, &password(&username), &Method::Register, &uri, 1, "cnonce");
    // A binary frame does as well.
    let again = request(2).header(Name::Authorization, &answer).finish().into_string();
    socket.send(Message::binary(again.into_bytes())).await.unwrap();
    assert_eq!(response(socket).await.status(), 200);
}

#[tokio::test]
async fn a_client_registers_and_the_floor_is_told_which_registrar() {
    let mut switch = start(config()).await;
    let mut socket = connect(switch.addresses[1]).await;
    register(&mut socket, "anna").await;
    let report = timeout(SOON, switch.reports.recv()).await.unwrap().unwrap();
    assert_eq!(report, Report::FlowLive { login: "anna".into(), registrar: "r2".into(), flow: 1 });

    socket.close(None).await.unwrap();
    let report = timeout(SOON, switch.reports.recv()).await.unwrap().unwrap();
    assert_eq!(report, Report::FlowGone { login: "anna".into(), flow: 1, goodbye: false });
    switch.shutdown().await;
}

#[tokio::test]
async fn the_subprotocol_must_be_sip_and_the_origin_allowed() {
    let switch = start(config()).await;
    let attempt = async |protocol, origin| {
        let stream = TcpStream::connect(switch.addresses[0]).await.unwrap();
        match handshake(stream, protocol, origin).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(attempt(Some("sip"), None).await, 101);
    assert_eq!(attempt(Some("chat, sip"), Some("http://localhost:5173")).await, 101);
    assert_eq!(attempt(None, None).await, 400);
    assert_eq!(attempt(Some("chat"), Some("http://localhost:5173")).await, 400);
    assert_eq!(attempt(Some("sip"), Some("http://evil.example")).await, 403);
    assert_eq!(attempt(Some("sip"), Some("https://localhost:5173")).await, 403);
    switch.shutdown().await;
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_that_connection_only() {
    let switch = start(config()).await;
    let mut big = connect(switch.addresses[0]).await;
    let mut small = connect(switch.addresses[0]).await;
    big.send(Message::text("x".repeat(200 * 1024))).await.unwrap();
    let closed = loop {
        match timeout(SOON, big.next()).await.expect("a close in time") {
            Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(closed, 1009);
    options(&mut small, "z9hG4bKstill-here").await.unwrap();
    assert_eq!(response(&mut small).await.status(), 200);
    switch.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed_and_others_are_served() {
    let mut config = config();
    config.limits.messages_per_10_s = u32::MAX;
    let switch = start(config).await;
    let mut slow = connect(switch.addresses[0]).await;
    let mut other = connect(switch.addresses[0]).await;
    // Each answer repeats the long Via: 30 KB that nobody reads, until even the kernel's buffers are full.
    let flood = async {
        for n in 0..900 {
            let branch = format!("z9hG4bK{n}{}", "x".repeat(30_000));
            if options(&mut slow, &branch).await.is_err() {
                return n;
            }
        }
        panic!("it was never closed")
    };
    let sent = timeout(SOON, flood).await.expect("closed in time");
    assert!(sent > 8, "closed after {sent}, with room left");
    options(&mut other, "z9hG4bKother").await.unwrap();
    assert_eq!(response(&mut other).await.status(), 200);
    switch.shutdown().await;
}

#[tokio::test]
async fn there_is_room_for_so_many_connections_and_for_another_when_one_ends() {
    let mut config = config();
    config.limits.connections = 1;
    let switch = start(config).await;
    let first = connect(switch.addresses[0]).await;
    let stream = TcpStream::connect(switch.addresses[1]).await.unwrap();
    assert!(timeout(SOON, handshake(stream, Some("sip"), None)).await.unwrap().is_err());
    drop(first);
    let again = async {
        loop {
            let stream = TcpStream::connect(switch.addresses[1]).await.unwrap();
            if let Ok(socket) = handshake(stream, Some("sip"), None).await {
                break socket;
            }
        }
    };
    let mut second = timeout(SOON, again).await.expect("room in time");
    options(&mut second, "z9hG4bKsecond").await.unwrap();
    assert_eq!(response(&mut second).await.status(), 200);
    switch.shutdown().await;
}

#[tokio::test]
async fn a_plain_tcp_client_and_a_broken_handshake_do_no_harm() {
    let switch = start(config()).await;
    let mut garbage = TcpStream::connect(switch.addresses[0]).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut garbage, b"\x16\x03\x01 hello\r\n\r\n").await.unwrap();
    drop(TcpStream::connect(switch.addresses[0]).await.unwrap());
    let mut socket = connect(switch.addresses[0]).await;
    options(&mut socket, "z9hG4bKafter").await.unwrap();
    assert_eq!(response(&mut socket).await.status(), 200);
    switch.shutdown().await;
}

#[tokio::test]
async fn clients_connect_over_tls_with_a_certificate_they_trust() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let tls = tls_config(certificate.as_bytes(), key.as_bytes()).unwrap();
    let config = config();
    let listeners = bind(&config).await.unwrap();
    let switch = serve(config, listeners, Some(tls)).await.unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(switch.addresses[0]).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    let mut socket = handshake(stream, Some("sip"), None).await.unwrap();
    register(&mut socket, "anna").await;
    switch.shutdown().await;
}

#[test]
fn a_certificate_or_key_that_is_none_says_which() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let message = |certificate: &str, key: &str| {
        tls_config(certificate.as_bytes(), key.as_bytes()).unwrap_err().to_string()
    };
    assert!(message("nothing", &key).contains("certificate"));
    assert!(message(&certificate, "nothing").contains("key"));
    let other = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    assert!(message(&certificate, &other.signing_key.serialize_pem()).contains("together"));
}

#[tokio::test]
async fn a_taken_port_names_the_registrar_and_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config();
    config.registrars[1].listen = taken.local_addr().unwrap();
    let error = bind(&config).await.unwrap_err();
    assert!(matches!(&error, ServeError::Listen { registrar, .. } if registrar == "r2"));
    assert!(error.to_string().contains(&taken.local_addr().unwrap().to_string()), "{error}");
}

#[tokio::test]
async fn stopping_says_goodbye_and_frees_the_ports() {
    let switch = start(config()).await;
    let address = switch.addresses[0];
    let mut socket = connect(address).await;
    options(&mut socket, "z9hG4bKfirst").await.unwrap();
    response(&mut socket).await;
    let client = tokio::spawn(async move {
        match timeout(SOON, socket.next()).await.unwrap() {
            Some(Ok(Message::Close(Some(frame)))) => {
                // The reply is what lets the server finish.
                let _ = socket.next().await;
                u16::from(frame.code)
            }
            other => panic!("{other:?}"),
        }
    });
    timeout(SOON, switch.shutdown()).await.unwrap();
    assert_eq!(client.await.unwrap(), 1001);
    TcpListener::bind(address).await.unwrap();
}
