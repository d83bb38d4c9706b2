//! A client that registers and then only answers keep-alives.

use crate::server::{DOMAIN, SECRET};
use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use headset_sip::digest::{self, Challenge};
use headset_sip::{Entropy, Message, Method, Name, PING, PONG, Request, Response, parse};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A registered flow.
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

impl Client {
    pub(crate) async fn register(port: u16, number: usize) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let mut handshake = format!("ws://localhost:{port}").into_client_request()?;
        handshake.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("sip"));
        handshake.headers_mut().insert("origin", HeaderValue::from_static("http://localhost:1"));
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = 4096;
        let (socket, _) = client_async_with_config(handshake, stream, Some(config)).await?;
        let mut client = Self { socket };
        let mut entropy = Entropy::new(seed(number));
        let login = format!("bench{number}");
        let instance = entropy.uuid();
        let call_id = entropy.token(20);

        let refused = client.ask(&register(&mut entropy, &login, &instance, &call_id, 1, None)).await?;
        if refused.status() != 401 {
            bail!("expected a challenge, got {} {}", refused.status(), refused.reason());
        }
        let challenge = Challenge::best_of(refused.all(Name::WwwAuthenticate)).context("no challenge")?;
        let (username, password) = credentials(&login)?;
        let authorization = digest::respond(
            &challenge,
            &username,
            &password,
            &Method::Register,
            &format!("sip:{DOMAIN}"),
            1,
            &entropy.token(16),
        );
        let accepted =
            client.ask(&register(&mut entropy, &login, &instance, &call_id, 2, Some(&authorization))).await?;
        if !accepted.is_success() {
            bail!("{login} was refused: {} {}", accepted.status(), accepted.reason());
        }
        Ok(client)
    }

    /// Answers keep-alives until the server closes.
    pub(crate) async fn stay(mut self) {
        while let Some(Ok(frame)) = self.socket.next().await {
            if matches!(&frame, Frame::Text(text) if text.as_str() == PING)
                && self.socket.send(Frame::text(PONG)).await.is_err()
            {
                return;
            }
        }
    }

    async fn ask(&mut self, request: &Request) -> Result<Response> {
        self.socket.send(Frame::text(request.as_str())).await?;
        loop {
            match self.socket.next().await.context("the server closed")?? {
                Frame::Text(text) if text.as_str() == PING => self.socket.send(Frame::text(PONG)).await?,
                Frame::Text(text) => {
                    if let Ok(Message::Response(response)) = parse(text.as_str().into()) {
                        return Ok(response);
                    }
                }
                _ => {}
            }
        }
    }
}

fn register(
    entropy: &mut Entropy,
    login: &str,
    instance: &str,
    call_id: &str,
    cseq: u32,
    authorization: Option<&str>,
) -> Request {
    let mut request = Request::build(Method::Register, &format!("sip:{DOMAIN}"))
        .via("WS", "bench.invalid", &entropy.branch())
        .header(Name::MaxForwards, "70")
        .header(Name::From, &format!("<sip:{login}@{DOMAIN}>;tag={}", entropy.token(10)))
        .header(Name::To, &format!("<sip:{login}@{DOMAIN}>"))
        .header(Name::CallId, call_id)
        .header(Name::CSeq, &format!("{cseq} REGISTER"))
        .header(
            Name::Contact,
            &format!("<sip:{login}@bench.invalid;transport=ws>;+sip.instance=\"<urn:uuid:{instance}>\";reg-id=1;expires=600"),
        )
        .header(Name::Supported, "path, outbound");
    if let Some(authorization) = authorization {
        request = request.header(Name::Authorization, authorization);
    }
    request.finish()
}

/// What the backend would give this login as its hash.
fn credentials(login: &str) -> Result<(String, String)> {
    let expiry = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() + 3600;
    let username = format!("{expiry}:{login}");
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes())?;
    mac.update(username.as_bytes());
    Ok((username, STANDARD.encode(mac.finalize().into_bytes())))
}

fn seed(number: usize) -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    seed
}
