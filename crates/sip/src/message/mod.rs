//! Messages: the text on the wire and what it says.
//!
//! A message owns its text. Reading it once finds where the headers are ([`parse`]); what a header means is worked
//! out when it is asked for ([`Headers`]), so that a header nobody asks for can be as wrong as it likes.

mod address;
mod builder;
mod escape;
mod headers;
mod known;
mod name;
mod params;
mod parse;
mod quotes;
mod scan;
mod uri;
mod value;
mod via;
mod write;

pub use address::NameAddr;
pub use builder::{RequestBuilder, ResponseBuilder};
pub use headers::{All, CSeq, Headers, Values};
pub use name::Name;
pub use params::Params;
pub use parse::{MAX_HEADERS, MAX_MESSAGE_BYTES, ParseError, ParseErrorKind, parse, parse_bytes};
pub use uri::{Scheme, Uri};
pub use value::{RAck, Refresher, Replaces, SessionExpires, Value};
pub use via::Via;
pub use write::{push_number, push_quoted};

use crate::Method;
use alloc::string::String;
use core::ops::Deref;

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

impl Message {
    /// Its headers.
    pub fn headers(&self) -> &Headers {
        match self {
            Message::Request(request) => request,
            Message::Response(response) => response,
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        self.headers().text()
    }
}

/// A request: method, URI, headers, body. Made by [`parse`] or [`Request::build`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    method: Method,
    uri: scan::Range,
    headers: Headers,
}

impl Request {
    /// Starts a request to `uri`.
    pub fn build(method: Method, uri: &str) -> RequestBuilder {
        RequestBuilder::new(method, uri)
    }

    /// What is asked for.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The Request-URI as it was written.
    pub fn uri(&self) -> &str {
        self.uri.of(self.headers.text())
    }

    /// The whole text. Folded header lines are unfolded.
    pub fn as_str(&self) -> &str {
        self.headers.text()
    }

    /// The whole text.
    pub fn into_string(self) -> String {
        self.headers.into_text()
    }

    /// The body; empty if there is none.
    pub fn body(&self) -> &str {
        self.headers.body_text()
    }
}

impl Deref for Request {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
    }
}

/// A response: status, reason phrase, headers, body. Made by [`parse`] or [`Response::reply_to`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    reason: scan::Range,
    headers: Headers,
}

impl Response {
    /// Starts a response to `request`: Via, From, To, Call-ID and CSeq are its; Record-Route too where a dialog is
    /// established (RFC 3261 §8.2.6.2, §12.1.1).
    pub fn reply_to(request: &Request, status: u16, reason: &str) -> ResponseBuilder {
        ResponseBuilder::new(request, status, reason)
    }

    /// 100 to 699.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is 1xx.
    pub fn is_provisional(&self) -> bool {
        self.status < 200
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The reason phrase; may be empty.
    pub fn reason(&self) -> &str {
        self.reason.of(self.headers.text())
    }

    /// The whole text. Folded header lines are unfolded.
    pub fn as_str(&self) -> &str {
        self.headers.text()
    }

    /// The whole text.
    pub fn into_string(self) -> String {
        self.headers.into_text()
    }

    /// The body; empty if there is none.
    pub fn body(&self) -> &str {
        self.headers.body_text()
    }
}

impl Deref for Response {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
    }
}

pub(crate) use escape::push_escaped;
pub(crate) use quotes::CommaSplit;
pub(crate) use scan::{cut, cut_or_all, hash, number, number_hex, position, split_word, trim};
pub(crate) use write::{HEXADECIMAL, push_digit, push_line, push_replaced, unquote};
