//! One message as each parser understands it, in the same words.

use bytes::Bytes;
use headset_sip::{Message, NameAddr, parse};

/// What a message says: a word for each part, and the text that was read for it. Parts that are absent are empty.
pub(crate) type Seen = Vec<(&'static str, String)>;

/// A parser; `None` where it refuses the message or one of the headers that everybody needs.
pub(crate) type Reader = fn(&str) -> Option<Seen>;

/// Of each address: its display name, user, host, port, tag.
type Address = [String; 5];

fn seen(
    first: [String; 2],
    from: Address,
    to: Address,
    contact: Address,
    via: Address,
    rest: [String; 3],
) -> Seen {
    let words = [
        "method or status",
        "requested host",
        "from name",
        "from user",
        "from host",
        "from port",
        "from tag",
        "to name",
        "to user",
        "to host",
        "to port",
        "to tag",
        "contact name",
        "contact user",
        "contact host",
        "contact port",
        "contact tag",
        "via transport",
        "via host",
        "via port",
        "via branch",
        "via received",
        "cseq",
        "call-id",
        "body",
    ];
    let parts = first.into_iter().chain(from).chain(to).chain(contact).chain(via).chain(rest);
    words.into_iter().zip(parts).collect()
}

fn text(part: Option<impl ToString>) -> String {
    part.map(|part| part.to_string()).unwrap_or_default()
}

/// Headset's.
pub(crate) fn ours(message: &str) -> Option<Seen> {
    let message = parse(message.to_owned()).ok()?;
    let (first, body) = match &message {
        Message::Request(request) => {
            let host = headset_sip::Uri::parse(request.uri()).ok()?.host.to_owned();
            ([request.method().as_str().to_owned(), host], request.body())
        }
        Message::Response(response) => ([response.status().to_string(), String::new()], response.body()),
    };
    let headers = message.headers();
    let address = |address: NameAddr<'_>| {
        let uri = address.uri;
        [
            text(address.display_name()),
            uri.decoded_user(),
            uri.host.to_owned(),
            text(uri.port),
            text(address.tag()),
        ]
    };
    let via = headers.via().ok()?;
    let via = [
        via.transport.to_owned(),
        via.host.to_owned(),
        text(via.port),
        text(via.branch()),
        text(via.param("received")),
    ];
    let cseq = headers.cseq().ok()?;
    Some(seen(
        first,
        address(headers.from().ok()?),
        address(headers.to().ok()?),
        headers.contact().map(address).unwrap_or_default(),
        via,
        [format!("{} {}", cseq.number, cseq.method), headers.call_id().to_owned(), body.to_owned()],
    ))
}

/// rsip's. It leaves a display name its quotes: they are taken off here.
pub(crate) fn rsip(message: &str) -> Option<Seen> {
    use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};
    let message = rsip::SipMessage::try_from(message).ok()?;
    let first = match &message {
        rsip::SipMessage::Request(request) => [request.method.to_string(), request.uri.host().to_string()],
        rsip::SipMessage::Response(response) => [response.status_code.code().to_string(), String::new()],
    };
    let address = |name: Option<String>, uri: &rsip::Uri, tag: Option<String>| {
        let name = name.unwrap_or_default();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(&name).to_owned();
        [name, text(uri.user()), uri.host().to_string(), text(uri.port()), text(tag)]
    };
    let from = message.from_header().ok()?.typed().ok()?;
    let to = message.to_header().ok()?.typed().ok()?;
    let contact = message.contact_header().ok().and_then(|contact| contact.typed().ok());
    let via = message.via_header().ok()?.typed().ok()?;
    let received = via.params.iter().find_map(|param| match param {
        rsip::Param::Received(received) => Some(received.value().to_owned()),
        _ => None,
    });
    let cseq = message.cseq_header().ok()?.typed().ok()?;
    Some(seen(
        first,
        address(from.display_name.clone(), &from.uri, from.tag().map(|tag| tag.value().to_owned())),
        address(to.display_name.clone(), &to.uri, to.tag().map(|tag| tag.value().to_owned())),
        contact.map(|contact| address(contact.display_name, &contact.uri, None)).unwrap_or_default(),
        [
            via.transport.to_string(),
            via.uri.host().to_string(),
            text(via.uri.port()),
            text(via.branch().map(|branch| branch.value().to_owned())),
            text(received),
        ],
        [
            format!("{} {}", cseq.seq, cseq.method),
            message.call_id_header().ok()?.value().to_owned(),
            String::from_utf8(message.body().clone()).ok()?,
        ],
    ))
}

/// ezk-sip-types', put together as its own user agent does.
pub(crate) fn ezk(message: &str) -> Option<Seen> {
    use ezk_sip_types::header::typed::{CSeq, CallID, Contact, FromTo, Via};
    use ezk_sip_types::msg::{Line, MessageLine, PullParser};
    use ezk_sip_types::uri::{NameAddr, SipUriUserPart};
    use ezk_sip_types::{Headers, Name, parse::Parse};
    let source = Bytes::copy_from_slice(message.as_bytes());
    let mut parser = PullParser::new(&source, 0);
    let mut lines = parser.by_ref().map(|line| line.ok().and_then(|line| str::from_utf8(line).ok()));
    let (_, first) = MessageLine::parse(&source)(lines.next()??).ok()?;
    let mut headers = Headers::new();
    for line in lines {
        let (_, line) = Line::parse(&source, line?).ok()?;
        headers.insert(line.name, line.value);
    }
    let body = str::from_utf8(source.get(parser.head_end()..)?).ok()?.to_owned();
    let first = match first {
        MessageLine::Request(line) => [line.method.to_string(), line.uri.host_port.host.to_string()],
        MessageLine::Response(line) => [line.code.into_u16().to_string(), String::new()],
    };
    let address = |address: &NameAddr, tag: Option<String>| {
        let uri = &address.uri;
        let user = match &uri.user_part {
            SipUriUserPart::Empty => String::new(),
            SipUriUserPart::User(user) => user.to_string(),
            SipUriUserPart::UserPw(both) => both.user.to_string(),
        };
        [
            text(address.name.as_ref()),
            user,
            uri.host_port.host.to_string(),
            text(uri.host_port.port),
            text(tag),
        ]
    };
    let from_or_to = |name| {
        let header = headers.get::<FromTo>(name).ok()?;
        Some(address(&header.uri, header.tag.as_ref().map(ToString::to_string)))
    };
    let via = headers.get_named::<Via>().ok()?;
    let cseq = headers.get_named::<CSeq>().ok()?;
    let contact = headers.try_get_named::<Contact>().and_then(Result::ok);
    Some(seen(
        first,
        from_or_to(Name::FROM)?,
        from_or_to(Name::TO)?,
        contact.map(|contact| address(&contact.uri, None)).unwrap_or_default(),
        [
            via.transport.to_string(),
            via.sent_by.host.to_string(),
            text(via.sent_by.port),
            text(via.params.get_val("branch")),
            text(via.params.get_val("received")),
        ],
        [format!("{} {}", cseq.cseq, cseq.method), headers.get_named::<CallID>().ok()?.0.to_string(), body],
    ))
}
