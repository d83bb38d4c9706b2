//! A SIP client on a real WebSocket, by hand: as little as a call needs.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use headset_sip::digest::{self, Challenge};
use headset_sip::{Dialog, Entropy, Message, Method, Name, Request, RequestBuilder, Response, dialog, parse};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

pub const SOON: Duration = Duration::from_secs(30);
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
                   c=IN IP4 0.0.0.0\r\na=sendrecv\r\n";

pub struct Phone {
    socket: WebSocketStream<TcpStream>,
    pub login: String,
    domain: String,
    username: String,
    hash: String,
    reg_id: u64,
    entropy: Entropy,
}

impl Phone {
    /// Connects to one registrar, with what `POST …/hash` answered.
    pub async fn connect(hash: &Value, registrar: &Value, domain: &str) -> Self {
        let uri = registrar["uri"].as_str().unwrap();
        let mut request = uri.into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("sip"));
        let address = uri.strip_prefix("ws://").unwrap().to_owned();
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = client_async(request, stream).await.unwrap();
        let text = |name: &str| hash[name].as_str().unwrap().to_owned();
        let login = text("login");
        let mut seed = [7; 32];
        seed.iter_mut().zip(login.bytes()).for_each(|(to, from)| *to = from);
        Self {
            socket,
            domain: domain.to_owned(),
            username: text("username"),
            hash: text("hash"),
            reg_id: registrar["reg_id"].as_u64().unwrap(),
            entropy: Entropy::new(seed),
            login,
        }
    }

    async fn send(&mut self, text: &str) {
        self.socket.send(Frame::text(text.to_owned())).await.unwrap();
    }

    /// The next message; keep-alives are answered on the way.
    async fn next(&mut self) -> Message {
        loop {
            match timeout(SOON, self.socket.next()).await.expect("a message").unwrap().unwrap() {
                Frame::Text(text) if text.trim().is_empty() => self.send("\r\n").await,
                Frame::Text(text) => return parse(text.as_str().to_owned()).unwrap(),
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn response(&mut self, status: u16) -> Response {
        match self.next().await {
            Message::Response(response) if response.status() == status => response,
            other => panic!("{}: expected {status}, got {}", self.login, other.as_str()),
        }
    }

    pub async fn request(&mut self, method: Method) -> Request {
        match self.next().await {
            Message::Request(request) if *request.method() == method => request,
            other => panic!("{}: expected {method}, got {}", self.login, other.as_str()),
        }
    }

    fn contact(&self) -> String {
        format!("<sip:{}@client.invalid;transport=ws>", self.login)
    }

    fn start(&mut self, method: &Method, uri: &str, to: &str, call_id: &str, cseq: u32) -> RequestBuilder {
        Request::build(method.clone(), uri)
            .via("WS", "client.invalid", &self.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::From, &format!("<sip:{}@{}>;tag=mine", self.login, self.domain))
            .header(Name::To, &format!("<{to}>"))
            .header(Name::CallId, call_id)
            .header(Name::CSeq, &format!("{cseq} {method}"))
    }

    fn answer(&self, challenge: &str, method: &Method, uri: &str) -> String {
        let challenge = Challenge::parse(challenge).unwrap();
        digest::respond(&challenge, &self.username, &self.hash, method, uri, 1, "cnonce")
    }

    pub async fn register(&mut self) {
        let (uri, method) = (format!("sip:{}", self.domain), Method::Register);
        let aor = format!("sip:{}@{}", self.login, self.domain);
        let contact =
            format!("{};+sip.instance=\"<urn:uuid:1>\";reg-id={};expires=600", self.contact(), self.reg_id);
        let call_id = self.entropy.token(20);
        let first = self.start(&method, &uri, &aor, &call_id, 1).header(Name::Contact, &contact).finish();
        self.send(first.as_str()).await;
        let refused = self.response(401).await;
        let answer = self.answer(refused.get(Name::WwwAuthenticate).unwrap(), &method, &uri);
        let again = self.start(&method, &uri, &aor, &call_id, 2).header(Name::Contact, &contact);
        self.send(again.header(Name::Authorization, &answer).finish().as_str()).await;
        self.response(200).await;
    }

    /// Calls; the INVITE that got through. What comes back is still to be read.
    pub async fn call(&mut self, target: &str) -> Request {
        let (uri, method) = (format!("sip:{target}@{}", self.domain), Method::Invite);
        let call_id = self.entropy.token(20);
        let first = self.start(&method, &uri, &uri, &call_id, 1).header(Name::Contact, &self.contact());
        let first = first.body("application/sdp", SDP).finish();
        self.send(first.as_str()).await;
        self.response(100).await;
        let refused = self.response(407).await;
        let ack = on_branch_of(&first, Method::Ack).header(Name::To, refused.get(Name::To).unwrap());
        self.send(ack.finish().as_str()).await;
        let answer = self.answer(refused.get(Name::ProxyAuthenticate).unwrap(), &method, &uri);
        let again = self.start(&method, &uri, &uri, &call_id, 2).header(Name::Contact, &self.contact());
        let again = again.header(Name::ProxyAuthorization, &answer).body("application/sdp", SDP).finish();
        self.send(again.as_str()).await;
        self.response(100).await;
        again
    }

    /// Acknowledges the 200 to our INVITE.
    pub async fn confirm(&mut self, invite: &Request, ok: &Response) -> Dialog {
        let dialog = Dialog::uac(invite, ok).unwrap();
        let ack =
            dialog.ack(invite.cseq().unwrap().number).via("WS", "client.invalid", &self.entropy.branch());
        self.send(ack.finish().as_str()).await;
        dialog
    }

    pub async fn cancel(&mut self, invite: &Request) {
        let cancel = on_branch_of(invite, Method::Cancel).header(Name::To, invite.get(Name::To).unwrap());
        self.send(cancel.finish().as_str()).await;
        self.response(200).await;
        let refused = self.response(487).await;
        let ack = on_branch_of(invite, Method::Ack).header(Name::To, refused.get(Name::To).unwrap());
        self.send(ack.finish().as_str()).await;
    }

    pub async fn ring(&mut self, invite: &Request) {
        self.send(Response::reply_to(invite, 180, "Ringing").to_tag("theirs").finish().as_str()).await;
    }

    pub async fn pick_up(&mut self, invite: &Request) -> Dialog {
        let ok =
            Response::reply_to(invite, 200, "OK").to_tag("theirs").header(Name::Contact, &self.contact());
        self.send(ok.body("application/sdp", SDP).finish().as_str()).await;
        self.request(Method::Ack).await;
        Dialog::uas(invite, "theirs", dialog::State::Confirmed).unwrap()
    }

    /// Asks to hand the other party over; the 202 and the first NOTIFY have been read.
    pub async fn refer(&mut self, dialog: &mut Dialog, target: &str) {
        let to = format!("<sip:{target}@{}>", self.domain);
        let refer = dialog.request(Method::Refer).via("WS", "client.invalid", &self.entropy.branch());
        self.send(refer.header(Name::ReferTo, &to).finish().as_str()).await;
        self.response(202).await;
        self.notified(100).await;
    }

    /// Reads a NOTIFY of a transfer that says this status.
    pub async fn notified(&mut self, status: u16) {
        let notify = self.request(Method::Notify).await;
        assert!(notify.body().starts_with(&format!("SIP/2.0 {status} ")), "{}", notify.as_str());
        self.send(Response::reply_to(&notify, 200, "OK").finish().as_str()).await;
    }

    pub async fn hang_up(&mut self, dialog: &mut Dialog) {
        let bye = dialog.request(Method::Bye).via("WS", "client.invalid", &self.entropy.branch());
        self.send(bye.finish().as_str()).await;
        self.response(200).await;
    }

    pub async fn hung_up(&mut self) {
        let bye = self.request(Method::Bye).await;
        self.send(Response::reply_to(&bye, 200, "OK").finish().as_str()).await;
    }
}

fn on_branch_of(invite: &Request, method: Method) -> RequestBuilder {
    let header = |name| invite.get(name).unwrap();
    Request::build(method.clone(), invite.uri())
        .header(Name::Via, header(Name::Via))
        .header(Name::MaxForwards, "69")
        .header(Name::From, header(Name::From))
        .header(Name::CallId, header(Name::CallId))
        .header(Name::CSeq, &format!("{} {method}", invite.cseq().unwrap().number))
}
