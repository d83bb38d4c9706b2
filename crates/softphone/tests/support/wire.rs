//! Texts: credentials, SDP, Via, and messages written by hand.

use headset_sip::Request;
use headset_softphone::{Credentials, Direction, Identity, PeerId};

/// The hash of this login; its password is for the tests to choose.
pub fn credentials(login: &str, password: &str) -> Credentials {
    Credentials::new(format!("1800000000:{login}"), password.into())
}

pub fn sdp(peer: PeerId, identity: &Identity, direction: Direction) -> String {
    // No two pages have the same certificate.
    let page = identity.instance_id.chars().last().unwrap_or('0');
    described(&format!("{}-{}.{page}", identity.login, peer.0), direction_word(direction))
}

pub fn described(fingerprint: &str, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=candidate:1 1 udp 2122260223 192.0.2.1 61665 typ host\r\n\
         a={direction}\r\n"
    )
}

/// What a browser answers: each end's will, met.
pub fn answer(peer: PeerId, identity: &Identity, offer: &str, direction: Direction) -> String {
    let they_send = offer.contains("a=sendrecv") || offer.contains("a=sendonly");
    let they_hear = offer.contains("a=sendrecv") || offer.contains("a=recvonly");
    let (send, hear) = match direction {
        Direction::SendRecv => (true, true),
        Direction::SendOnly => (true, false),
        Direction::RecvOnly => (false, true),
        Direction::Inactive => (false, false),
    };
    sdp(
        peer,
        identity,
        match (send && they_hear, hear && they_send) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        },
    )
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }
}

/// The proxy's own Via, which says on which link the request came.
pub fn add_via(text: &str, link: usize) -> String {
    let (line, rest) = text.split_once("\r\n").expect("a request line");
    let branch = rest.split_once("branch=").expect("a branch").1.split(['\r', ';', ',']).next().unwrap_or("");
    format!("{line}\r\nVia: SIP/2.0/WS proxy.example;branch=z9hG4bKproxy-{link}-{branch}\r\n{rest}")
}

/// The response without the proxy's Via, and the link that it names; `None` where there is none.
pub fn take_via(text: &str) -> Option<(usize, String)> {
    let start = text.find("Via: SIP/2.0/WS proxy.example;branch=z9hG4bKproxy-")?;
    let rest = &text[start..];
    let end = rest.find("\r\n")? + 2;
    let link = rest["Via: SIP/2.0/WS proxy.example;branch=z9hG4bKproxy-".len()..].split('-').next()?;
    Some((link.parse().ok()?, format!("{}{}", &text[..start], &rest[end..])))
}

/// A switch's INVITE to a phone, from the queue `Support`.
pub fn invite(login: &str, call: &str, branch: &str) -> String {
    let body = described("caller", "sendrecv");
    format!(
        "INVITE sip:{login}@x.invalid SIP/2.0\r\nVia: SIP/2.0/WS switch.example;branch=z9hG4bK{branch}\r\n\
         From: \"Support\" <sip:79991234567@demo.example>;tag=switch\r\nTo: <sip:{login}@demo.example>\r\n\
         Call-ID: {call}\r\nCSeq: 7 INVITE\r\nContact: <sip:switch.example;transport=ws>\r\nMax-Forwards: 70\r\n\
         X-Headset-Call: call-{call}\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The CANCEL of that INVITE.
pub fn cancel(login: &str, call: &str, branch: &str, reason: &str) -> String {
    format!(
        "CANCEL sip:{login}@x.invalid SIP/2.0\r\nVia: SIP/2.0/WS switch.example;branch=z9hG4bK{branch}\r\n\
         From: \"Support\" <sip:79991234567@demo.example>;tag=switch\r\nTo: <sip:{login}@demo.example>\r\n\
         Call-ID: {call}\r\nCSeq: 7 CANCEL\r\nReason: {reason}\r\nContent-Length: 0\r\n\r\n"
    )
}

/// A request of the switch in the dialog of that INVITE; `tag` is the phone's.
pub fn within(
    method: &str,
    login: &str,
    call: &str,
    tag: &str,
    cseq: u32,
    content: Option<(&str, &str)>,
) -> String {
    let (content_type, body) = content.unwrap_or(("text/plain", ""));
    let number = if method == "ACK" { 7 } else { cseq };
    format!(
        "{method} sip:{login}@x.invalid SIP/2.0\r\n\
         Via: SIP/2.0/WS switch.example;branch=z9hG4bK{method}{cseq}\r\n\
         From: <sip:79991234567@demo.example>;tag=switch\r\nTo: <sip:{login}@demo.example>;tag={tag}\r\n\
         Call-ID: {call}\r\nCSeq: {number} {method}\r\nContact: <sip:switch.example;transport=ws>\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A response by hand to what a phone sent.
pub fn response(request: &Request, status: u16, extra: &str, sdp: Option<&str>) -> String {
    let header = |name: &str| {
        let lines = request.as_str().lines().take_while(|line| !line.is_empty());
        lines.filter(|line| line.starts_with(name)).map(|line| format!("{line}\r\n")).collect::<String>()
    };
    let mut to = header("To:");
    if !to.contains(";tag=") && status > 100 {
        to = format!("{};tag=far\r\n", to.trim_end());
    }
    let body = sdp.unwrap_or("");
    let content = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 {status} Reason {status}\r\n{}{}{to}{}{}Contact: <sip:far.example;transport=ws>\r\n{extra}{content}\
         Content-Length: {}\r\n\r\n{body}",
        header("Via:"),
        header("From:"),
        header("Call-ID:"),
        header("CSeq:"),
        body.len()
    )
}
