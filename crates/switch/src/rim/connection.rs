//! One WebSocket connection: handshake, then frames both ways until either end closes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Callback, ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::Event;
use super::origin::Origins;
use super::outbox::{Next, Outbox};
use crate::io::{Closed, ConnectionId};

/// The largest message, and frame, that is read.
const MAX_MESSAGE: usize = 64 * 1024;
/// TLS and WebSocket handshakes together.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);
/// A frame that the kernel has no room for in so long has no reader.
const STUCK: Duration = Duration::from_secs(5);
/// How long a Close frame of ours waits for the peer's.
const CLOSING: Duration = Duration::from_secs(2);

/// Small buffers: most connections are silent nearly always.
fn websocket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(2 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
}

/// Does the WebSocket handshake: subprotocol `sip` (RFC 7118 §4) and an allowed Origin, or 400 and 403.
pub(super) async fn handshake<S>(stream: S, origins: Arc<Origins>) -> Result<WebSocketStream<S>, WsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = Some(websocket_config());
    tokio_tungstenite::accept_hdr_async_with_config(stream, Gate(origins), config).await
}

struct Gate(Arc<Origins>);

impl Callback for Gate {
    fn on_request(self, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        if let Some(origin) = request.headers().get(header::ORIGIN) {
            let allowed = origin.to_str().is_ok_and(|origin| self.0.allows(origin));
            if !allowed {
                tracing::warn!(?origin, "a page of an origin that is not allowed was refused");
                return Err(refusal(StatusCode::FORBIDDEN, "this origin may not connect"));
            }
        }
        if !offers_sip(request.headers()) {
            return Err(refusal(StatusCode::BAD_REQUEST, "the WebSocket subprotocol must be sip"));
        }
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("sip"));
        Ok(response)
    }
}

fn offers_sip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|protocol| protocol.trim() == "sip")
}

fn refusal(status: StatusCode, why: &str) -> ErrorResponse {
    let mut response = ErrorResponse::new(Some(why.to_owned()));
    *response.status_mut() = status;
    response
}

/// Carries frames until the connection ends; says how it ended.
pub(super) async fn carry<S>(
    mut socket: WebSocketStream<S>,
    id: ConnectionId,
    outbox: &Outbox,
    events: &mpsc::Sender<Event>,
) -> Closed
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        tokio::select! {
            biased;
            () = outbox.changed() => {
                if let Some(end) = send_waiting(&mut socket, outbox).await {
                    return end;
                }
            }
            frame = socket.next() => {
                let text = match frame {
                    Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
                    Some(Ok(Message::Binary(bytes))) => match String::from_utf8(bytes.into()) {
                        Ok(text) => text,
                        Err(_) => {
                            tracing::warn!(connection = id.0, "dropped a frame that is not UTF-8");
                            continue;
                        }
                    },
                    Some(Ok(Message::Close(frame))) => {
                        // The next read sends the reply and ends the stream.
                        let _ = timeout(CLOSING, socket.next()).await;
                        return frame.map_or(Closed::Code(1005), |frame| Closed::Code(frame.code.into()));
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => return fail(socket, id, error).await,
                    None => return Closed::Lost,
                };
                if events.send(Event::Received { connection: id, text }).await.is_err() {
                    return Closed::Lost;
                }
            }
        }
    }
}

/// Sends all that waits. A reader so slow that a frame gets stuck, the queue overflows or a close is held up is
/// dropped.
async fn send_waiting<S>(socket: &mut WebSocketStream<S>, outbox: &Outbox) -> Option<Closed>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match outbox.next() {
            Next::Nothing => return None,
            Next::Drop => return Some(Closed::Lost),
            Next::Send(text) => {
                let sending = socket.send(Message::text(text));
                let sent = tokio::select! {
                    sent = sending => sent.is_ok(),
                    () = stuck(outbox) => false,
                };
                if !sent {
                    return Some(Closed::Lost);
                }
            }
            Next::Close(code, reason) => {
                let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
                let goodbye = async {
                    if socket.close(Some(frame)).await.is_ok() {
                        while let Some(Ok(_)) = socket.next().await {}
                    }
                };
                let _ = timeout(CLOSING, goodbye).await;
                return Some(Closed::Code(code));
            }
        }
    }
}

/// Ends when a frame being written is not worth waiting for any longer.
async fn stuck(outbox: &Outbox) {
    let ended = timeout(STUCK, outbox.ending()).await.is_ok();
    if ended && !outbox.is_overflown() {
        tokio::time::sleep(CLOSING).await;
    }
}

/// A frame that cannot be read ends this connection, with a code that says why.
async fn fail<S>(mut socket: WebSocketStream<S>, id: ConnectionId, error: WsError) -> Closed
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (code, reason) = match &error {
        WsError::Capacity(_) => (CloseCode::Size, "messages may have 64 KiB"),
        WsError::Utf8(_) => (CloseCode::Invalid, "text frames are UTF-8"),
        WsError::Protocol(_) => (CloseCode::Protocol, "not WebSocket"),
        _ => return Closed::Lost,
    };
    tracing::warn!(connection = id.0, %error, "closed a connection that broke the rules");
    let goodbye = async {
        let frame = CloseFrame { code, reason: reason.into() };
        if socket.close(Some(frame)).await.is_err() {
            return;
        }
        // What the peer still sends is read away: unread bytes would turn our close into a reset, and the
        // peer would never see the code.
        let mut waste = [0; 1024];
        while socket.get_mut().read(&mut waste).await.is_ok_and(|read| read > 0) {}
    };
    let _ = timeout(CLOSING, Box::pin(goodbye)).await;
    Closed::Code(code.into())
}
