//! The same with each peer: the message, then From, To, the topmost Via, CSeq and the first Contact, with their URIs.

use crate::Parser;
use bytes::Bytes;
use std::hint::black_box;

pub(crate) const ALL: [Parser; 4] = [
    Parser { name: "rsipstack", version: "0.7.14", typed: rsipstack_typed, envelope: rsipstack_envelope },
    Parser { name: "rsip", version: "0.4.0", typed: rsip_typed, envelope: rsip_envelope },
    Parser { name: "rsiprtp", version: "0.4.1", typed: rsiprtp_typed, envelope: rsiprtp_envelope },
    Parser { name: "ezk-sip-types", version: "0.6.5", typed: ezk_typed, envelope: ezk_envelope },
];

fn rsipstack_typed(text: &str) {
    use rsipstack::sip::{HeadersExt, SipMessage, prelude::ToTypedHeader};
    let message = SipMessage::try_from(text).expect("read");
    black_box(message.from_header().and_then(|header| header.typed()).expect("From"));
    black_box(message.to_header().and_then(|header| header.typed()).expect("To"));
    black_box(message.via_header().and_then(|header| header.typed()).expect("Via"));
    black_box(message.cseq_header().and_then(|header| header.typed()).expect("CSeq"));
    black_box(message.contact_header().and_then(|header| header.typed()).ok());
    black_box(&message);
}

fn rsipstack_envelope(text: &str) {
    black_box(rsipstack::sip::SipMessage::try_from(text).expect("read"));
}

fn rsip_typed(text: &str) {
    use rsip::prelude::{HeadersExt, ToTypedHeader};
    let message = rsip::SipMessage::try_from(text).expect("read");
    black_box(message.from_header().and_then(|header| header.typed()).expect("From"));
    black_box(message.to_header().and_then(|header| header.typed()).expect("To"));
    black_box(message.via_header().and_then(|header| header.typed()).expect("Via"));
    black_box(message.cseq_header().and_then(|header| header.typed()).expect("CSeq"));
    black_box(message.contact_header().and_then(|header| header.typed()).ok());
    black_box(&message);
}

fn rsip_envelope(text: &str) {
    black_box(rsip::SipMessage::try_from(text).expect("read"));
}

fn rsiprtp_typed(text: &str) {
    use rsiprtp::sip::parser::{Message, typed};
    let message = Message::parse(text.as_bytes()).expect("read");
    let headers = match &message {
        Message::Request(request) => &request.headers,
        Message::Response(response) => &response.headers,
    };
    let first = |name| headers.get_first_value(name);
    black_box(typed::From::parse(first("From").expect("From")).expect("From"));
    black_box(typed::To::parse(first("To").expect("To")).expect("To"));
    black_box(typed::Via::parse(first("Via").expect("Via")).expect("Via"));
    black_box(typed::CSeq::parse(first("CSeq").expect("CSeq")).expect("CSeq"));
    black_box(first("Contact").map(|value| typed::Contact::parse(value).expect("Contact")));
    black_box(&message);
}

fn rsiprtp_envelope(text: &str) {
    black_box(rsiprtp::sip::parser::Message::parse(text.as_bytes()).expect("read"));
}

/// It has the parts of a message and leaves putting them together to `ezk-sip-core`, which does it so.
fn ezk_read(text: &str) -> (ezk_sip_types::msg::MessageLine, ezk_sip_types::Headers, Bytes) {
    use ezk_sip_types::msg::{Line, MessageLine, PullParser};
    use ezk_sip_types::parse::Parse;
    let source = Bytes::copy_from_slice(text.as_bytes());
    let mut parser = PullParser::new(&source, 0);
    let mut lines = parser.by_ref().map(|line| str::from_utf8(line.expect("a whole line")).expect("UTF-8"));
    let (_, first) = MessageLine::parse(&source)(lines.next().expect("a first line")).expect("read");
    let mut headers = ezk_sip_types::Headers::with_capacity(16);
    for line in lines {
        let (_, line) = Line::parse(&source, line).expect("a header");
        headers.insert(line.name, line.value);
    }
    let body = source.slice(parser.head_end()..);
    (first, headers, body)
}

fn ezk_typed(text: &str) {
    use ezk_sip_types::header::typed::{CSeq, Contact, FromTo, Via};
    use ezk_sip_types::Name;
    let message = ezk_read(text);
    let headers = &message.1;
    black_box(headers.get::<FromTo>(Name::FROM).expect("From"));
    black_box(headers.get::<FromTo>(Name::TO).expect("To"));
    black_box(headers.get_named::<Via>().expect("Via"));
    black_box(headers.get_named::<CSeq>().expect("CSeq"));
    black_box(headers.try_get_named::<Contact>());
    black_box(&message);
}

fn ezk_envelope(text: &str) {
    black_box(ezk_read(text));
}
