//! What is told to a user agent, out of arbitrary bytes.

use arbitrary::{Result, Unstructured};
use headset_sip::{Message, Method, Name, Request, Response, parse};
use headset_softphone::*;

/// Each letter of a seed is one of these (`a` is 1): a seed is written as words.
pub(crate) const ACTIONS: u8 = 31;

const SDP: [&str; 4] = [
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:sha-256 AA\r\na=sendrecv\r\n",
    "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:sha-256 BB\r\na=sendonly\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n",
    "",
    "nonsense",
];

const STATUSES: [u16; 16] = [200, 180, 183, 100, 202, 302, 401, 403, 407, 408, 423, 481, 486, 491, 500, 503];

const METHODS: [&str; 14] = [
    "INVITE",
    "BYE",
    "INFO",
    "UPDATE",
    "OPTIONS",
    "MESSAGE",
    "NOTIFY",
    "SUBSCRIBE",
    "REFER",
    "PRACK",
    "ACK",
    "CANCEL",
    "REGISTER",
    "FOO",
];

const MORE: [(&str, &str); 16] = [
    ("Event", "presence"),
    ("Subscription-State", "active;expires=60"),
    ("Subscription-State", "terminated;reason=deactivated"),
    ("Expires", "0"),
    ("Expires", "60"),
    ("Min-Expires", "900"),
    ("Retry-After", "3"),
    ("Contact", "<sip:far@far.example;transport=ws>"),
    ("Contact", "*"),
    ("Record-Route", "<sip:proxy.example;lr>"),
    ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""),
    ("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"m\", stale=true"),
    ("Require", "100rel"),
    ("Content-Type", "application/dtmf-relay"),
    ("X-Headset-Call", "call"),
    ("Reason", "SIP;cause=200;text=\"elsewhere\""),
];

/// The messages that went past, for answers and for what follows from them.
#[derive(Default)]
pub(crate) struct Past {
    sent: Vec<String>,
    received: Vec<String>,
    replies: Vec<ReplyId>,
    number: u32,
}

const KEPT: usize = 8;

impl Past {
    pub(crate) fn sent(&mut self, text: &str) {
        keep(&mut self.sent, text.into());
    }

    pub(crate) fn received(&mut self, text: &str) {
        keep(&mut self.received, text.into());
    }

    pub(crate) fn asked(&mut self, reply: ReplyId) {
        keep(&mut self.replies, reply);
    }

    /// An answer to a request that was sent.
    pub(crate) fn response(&self, u: &mut Unstructured<'_>) -> Result<String> {
        let Some(request) = self.request_of(u, &self.sent)? else { return raw(u) };
        let status = *u.choose(&STATUSES)?;
        let tag = *u.choose(&["far", "fork"])?;
        let mut builder = Response::reply_to(&request, status, "Word").to_tag(tag);
        // What a registrar says, so that flows come up at all.
        if *request.method() == Method::Register && status == 200 {
            builder = builder.header(Name::Contact, request.get(Name::Contact).unwrap_or(""));
        }
        for _ in 0..u.int_in_range(0..=2u8)? {
            let (name, value) = *u.choose(&MORE)?;
            builder = builder.raw_header(name, value);
        }
        if *request.method() == Method::Invite || u.ratio(1, 8)? {
            builder = builder.raw_header("Contact", "<sip:far@far.example;transport=ws>");
            builder = builder.body("application/sdp", u.choose(&SDP)?);
        }
        Ok(builder.finish().into_string())
    }

    /// A request outside any dialog.
    pub(crate) fn request(&mut self, u: &mut Unstructured<'_>, method: Option<&str>) -> Result<String> {
        self.number += 1;
        let number = self.number;
        let method = match method {
            Some(method) => method,
            None => u.choose(&METHODS)?,
        };
        let to = "<sip:anna@demo.example>";
        self.write(u, method, to, "<sip:far@demo.example>;tag=far", &format!("in{number}"), 1)
    }

    /// A request that belongs to a message that went past, in whichever direction.
    pub(crate) fn within(&mut self, u: &mut Unstructured<'_>) -> Result<String> {
        let all = if u.arbitrary()? { &self.sent } else { &self.received };
        if all.is_empty() {
            return raw(u);
        }
        let Ok(message) = parse(u.choose(all)?.clone()) else { return raw(u) };
        let headers = message.headers();
        let (from, to) = (headers.get(Name::From).unwrap_or(""), headers.get(Name::To).unwrap_or(""));
        // The far end is From where it asked, To where it was asked.
        let far_is_from = headers.from_tag().is_some_and(|tag| tag.starts_with("far"));
        let (ours, theirs) = if far_is_from { (to, from) } else { (from, to) };
        let (ours, mut theirs) = (ours.to_string(), theirs.to_string());
        if !theirs.contains(";tag=") {
            theirs.push_str(u.choose(&[";tag=far", ";tag=fork"])?);
        }
        let call_id = headers.call_id().to_string();
        let cseq = headers.cseq().map_or(0, |cseq| cseq.number) + u32::from(u.int_in_range(0..=3u8)?);
        let method = *u.choose(&METHODS)?;
        self.write(u, method, &ours, &theirs, &call_id, cseq)
    }

    fn write(
        &mut self,
        u: &mut Unstructured<'_>,
        method: &str,
        to: &str,
        from: &str,
        call_id: &str,
        cseq: u32,
    ) -> Result<String> {
        let branch = format!("z9hG4bK{}", u.int_in_range(0..=15u8)?);
        let mut builder = Request::build(Method::new(method), "sip:anna@x.invalid")
            .via("WS", "far.example", &branch)
            .header(Name::From, from)
            .header(Name::To, to)
            .header(Name::CallId, call_id)
            .header(Name::CSeq, &format!("{cseq} {method}"));
        for _ in 0..u.int_in_range(0..=3u8)? {
            let (name, value) = *u.choose(&MORE)?;
            builder = builder.raw_header(name, value);
        }
        if matches!(method, "INVITE" | "UPDATE" | "ACK") {
            builder = builder.raw_header("Contact", "<sip:far@far.example;transport=ws>");
            builder = builder.body("application/sdp", u.choose(&SDP)?);
        } else if u.ratio(1, 4)? {
            builder =
                builder.raw_header("Contact", "<sip:far@far.example;transport=ws>").body("text/plain", "x");
        }
        let text = builder.finish().into_string();
        self.received(&text);
        Ok(text)
    }

    /// Something that went past, with a few bytes changed.
    pub(crate) fn distorted(&self, u: &mut Unstructured<'_>) -> Result<String> {
        let all = if u.arbitrary()? { &self.sent } else { &self.received };
        if all.is_empty() {
            return raw(u);
        }
        let mut bytes = u.choose(all)?.clone().into_bytes();
        for _ in 0..u.int_in_range(0..=3u8)? {
            let at = u.choose_index(bytes.len().max(1))?;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u.arbitrary()?;
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn request_of(&self, u: &mut Unstructured<'_>, all: &[String]) -> Result<Option<Request>> {
        // Mostly the last: there is something to answer.
        let text = if u.ratio(3, 4)? { all.last() } else { u.choose(all).ok() };
        Ok(text.and_then(|text| match parse(text.clone()) {
            Ok(Message::Request(request)) => Some(request),
            _ => None,
        }))
    }

    pub(crate) fn reply(&self, u: &mut Unstructured<'_>) -> Result<Command> {
        let reply = if self.replies.is_empty() { ReplyId(u.arbitrary()?) } else { *u.choose(&self.replies)? };
        if u.arbitrary()? {
            let subscription = SubscriptionId(u.int_in_range(0..=3u32)?);
            let first = Notification { phase: phase(u)?, body: word(u)?, ..Notification::default() };
            let expires = u.arbitrary::<Option<u8>>()?.map(u32::from);
            let headers = String::new();
            return Ok(Command::Accept(Box::new(Acceptance {
                reply,
                subscription,
                expires,
                headers,
                first,
            })));
        }
        let (status, body) = (u.int_in_range(0..=700u16)?, word(u)?);
        Ok(Command::Reply(Box::new(Reply { reply, status, body, headers: word(u)?, ..Reply::default() })))
    }
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() == KEPT {
        list.remove(0);
    }
    list.push(item);
}

/// A frame of arbitrary bytes.
pub(crate) fn raw(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=300usize)?.min(u.len());
    Ok(String::from_utf8_lossy(u.bytes(length)?).into_owned())
}

pub(crate) fn word(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=7u8)? {
        0..=2 => String::new(),
        3 => "far".into(),
        4 => "sip:far@far.example;x=1".into(),
        5 => "X-A: b\nVia: c\r\n\r\n: d\n".into(),
        _ => raw(u)?,
    })
}

pub(crate) fn description(u: &mut Unstructured<'_>) -> Result<String> {
    Ok((*u.choose(&SDP)?).into())
}

pub(crate) fn start(u: &mut Unstructured<'_>) -> Result<Command> {
    let login = if u.ratio(7, 8)? { "anna" } else { "boris" };
    let identity = Identity {
        login: login.into(),
        domain: "demo.example".into(),
        display_name: word(u)?,
        instance_id: "urn:uuid:00000000-0000-4000-8000-000000000001".into(),
        user_agent: "fuzz".into(),
    };
    let credentials = Credentials::new(login.into(), word(u)?);
    let settings = Settings {
        supervised: u.arbitrary()?,
        one_call: u.arbitrary()?,
        session_expires: u32::from(u.arbitrary::<u8>()?),
        reliable_provisional: u.arbitrary()?,
    };
    Ok(Command::Start { identity, credentials, registrars: registrars(u)?, settings })
}

pub(crate) fn registrars(u: &mut Unstructured<'_>) -> Result<Vec<Registrar>> {
    let mut list = Vec::new();
    for index in 0..u.int_in_range(1..=3u32)? {
        let number = u.int_in_range(index..=index + 1)?;
        list.push(Registrar {
            id: format!("r{number}"),
            uri: format!("ws://r{number}.example"),
            weight: number,
            reg_id: number + 1,
            route: None,
            transport: None,
        });
    }
    Ok(list)
}

pub(crate) fn request(u: &mut Unstructured<'_>) -> Result<Command> {
    Ok(Command::Request(Box::new(NewRequest {
        request: RequestId(u.int_in_range(0..=3u32)?),
        method: (*u.choose(&METHODS)?).into(),
        target: word(u)?,
        headers: word(u)?,
        body: word(u)?,
        sender: Sender { anonymous: u.arbitrary()?, user: Some(word(u)?), display_name: None },
        wait_ms: u32::from(u.arbitrary::<u8>()?) * 100,
        ..NewRequest::default()
    })))
}

pub(crate) fn subscription(u: &mut Unstructured<'_>) -> Result<Command> {
    let subscription = SubscriptionId(u.int_in_range(0..=3u32)?);
    let expires = u32::from(u.arbitrary::<u8>()?);
    if u.arbitrary()? {
        let expires = (expires % 3 > 0).then_some(expires / 3);
        let asked = Resubscription { subscription, expires, body: word(u)?, ..Resubscription::default() };
        return Ok(Command::Resubscribe(Box::new(asked)));
    }
    Ok(Command::Subscribe(Box::new(NewSubscription {
        subscription,
        target: "far".into(),
        event: (*u.choose(&["presence", "presence;id=1", "", "dialog"])?).into(),
        expires,
        headers: word(u)?,
        wait_ms: u32::from(u.arbitrary::<u8>()?) * 100,
        renew: u.arbitrary()?,
        ..NewSubscription::default()
    })))
}

pub(crate) fn notification(u: &mut Unstructured<'_>) -> Result<Command> {
    let subscription = SubscriptionId(u.int_in_range(0..=3u32)?);
    let (phase, body) = (phase(u)?, word(u)?);
    Ok(Command::Notify(Box::new(Notification { subscription, phase, body, ..Notification::default() })))
}

fn phase(u: &mut Unstructured<'_>) -> Result<Phase> {
    Ok(match u.int_in_range(0..=3u8)? {
        0 => Phase::Pending,
        1 => Phase::Terminated { reason: word(u)?, retry_after: u.arbitrary()? },
        _ => Phase::Active,
    })
}

pub(crate) fn peer_event(u: &mut Unstructured<'_>) -> Result<PeerEvent> {
    Ok(match u.int_in_range(0..=9u8)? {
        0..=3 => PeerEvent::Described(description(u)?),
        4 => PeerEvent::Accepted,
        5 => PeerEvent::Connected,
        6 => PeerEvent::Disconnected,
        7 => PeerEvent::NoMedia,
        8 => PeerEvent::MicrophoneOpened,
        _ if u.arbitrary()? => PeerEvent::Failed { message: word(u)? },
        _ => PeerEvent::MicrophoneFailed { name: "NotAllowedError".into(), message: word(u)? },
    })
}

pub(crate) fn end_options(u: &mut Unstructured<'_>) -> Result<EndOptions> {
    Ok(EndOptions { status_code: u.arbitrary()?, reason_phrase: Some(word(u)?), ..EndOptions::default() })
}

/// What is asked of a call beside the everyday; `None` for what is asked of all.
pub(crate) fn call_command(u: &mut Unstructured<'_>) -> Result<Option<CallCommand>> {
    let (headers, update) = (word(u)?, u.arbitrary()?);
    let other = CallId(u.int_in_range(1..=3u32)?);
    Ok(Some(match u.int_in_range(0..=8u8)? {
        0 => CallCommand::Ring { status: 180 + u16::from(update), reason: word(u)?, headers },
        1 => CallCommand::Renegotiate { restart_ice: u.arbitrary()?, update, headers },
        2 => CallCommand::TakeOffer,
        3 => CallCommand::RefuseOffer { status: 488, reason: word(u)?, headers },
        4 => CallCommand::Consult { new: other, target: word(u)?, options: Box::default() },
        5 => CallCommand::Transfer { target: word(u)?, with: update.then_some(other), headers },
        6 => CallCommand::AcceptReferral { new: other, options: Box::default() },
        7 => CallCommand::RefuseReferral { status: 603, reason: word(u)? },
        _ => return Ok(None),
    }))
}
