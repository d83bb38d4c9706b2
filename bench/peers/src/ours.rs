//! Headset's own parser.

use crate::Parser;
use headset_sip::parse;
use std::hint::black_box;

pub(crate) const PARSER: Parser =
    Parser { name: "headset-sip", version: env!("CARGO_PKG_VERSION"), typed, envelope };

fn typed(text: &str) {
    let message = parse(text.to_owned()).expect("read");
    let headers = message.headers();
    black_box(headers.from().expect("From"));
    black_box(headers.to().expect("To"));
    black_box(headers.via().expect("Via"));
    black_box(headers.cseq().expect("CSeq"));
    black_box(headers.contact());
    black_box(&message);
}

fn envelope(text: &str) {
    black_box(parse(text.to_owned()).expect("read"));
}
