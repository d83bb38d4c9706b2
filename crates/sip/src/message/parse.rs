use super::headers::{Field, Headers};
use super::name::Name;
use super::scan::{self, Range, is_space};
use super::{Message, Request, Response};
use crate::{Invalid, Method};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Longer messages are refused, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 65_536;

/// Messages with more header lines are refused.
pub const MAX_HEADERS: usize = 256;

/// Why a text is no message that can be worked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// In which way.
    pub kind: ParseErrorKind,
    /// In a few English words; fits a 400's reason phrase.
    pub detail: &'static str,
    /// The request as far as it could be read, where it has the headers that an answer needs.
    pub request: Option<Box<Request>>,
}

/// In which way a text is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// Nothing but line ends: a keep-alive.
    Empty,
    /// Longer than [`MAX_MESSAGE_BYTES`], or more lines than [`MAX_HEADERS`].
    TooLarge,
    /// The first line is neither a request's nor a response's.
    StartLine,
    /// Another version of SIP: 505.
    Version,
    /// Via, From, To, Call-ID or CSeq is missing.
    Missing,
    /// Via, From, To, Call-ID, CSeq or Content-Length cannot be read, contradicts itself or the first line.
    Header,
    /// The body is shorter than Content-Length says.
    Truncated,
}

impl ParseError {
    /// The answer to give: 400 with what is wrong, 505 for another version. `None` where it must be dropped instead: a
    /// response, an ACK, or too little could be read.
    pub fn reply(&self) -> Option<Response> {
        let request = self.request.as_deref().filter(|request| *request.method() != Method::Ack)?;
        let (status, reason) = match self.kind {
            ParseErrorKind::Version => (505, "Version Not Supported"),
            ParseErrorKind::TooLarge => (513, "Message Too Large"),
            _ => (400, self.detail),
        };
        // RFC 3261 §8.2.7: the same tag for every copy, without keeping any state.
        let via = request.get(Name::Via).unwrap_or("");
        let tag = scan::hash(&[request.call_id(), via]).to_string();
        Some(Response::reply_to(request, status, reason).to_tag(&tag).finish())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail)
    }
}

impl core::error::Error for ParseError {}

/// Reads one message that came as a whole (a WebSocket frame, a datagram). What follows the body that Content-Length
/// announces is cut off.
///
/// Only what matching and answering need must be right: first line, Via, From, To, Call-ID, CSeq, Content-Length.
pub fn parse(text: String) -> Result<Message, ParseError> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(error(ParseErrorKind::TooLarge, "Message too large"));
    }
    let start = text.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if start == text.len() {
        return Err(error(ParseErrorKind::Empty, "No message"));
    }
    let (line, fields_at) = line_at(&text, start);
    let start_line = read_start_line(&text, line)?;
    let index = index_fields(&text, fields_at);
    let problem = index.problem;
    let (body, body_problem) = find_body(&text, &index);
    let headers = Headers::new(unfold(text, &index.folds)?, index.fields, body);
    let mut problem = problem.or_else(|| check(&headers, &start_line).err()).or(body_problem);
    match start_line {
        StartLine::Request { method, uri, problem: first } => {
            problem = first.or(problem);
            let request = Request { method, uri, headers };
            match problem {
                Some((kind, detail)) => {
                    let request = can_be_answered(&request).then(|| Box::new(request));
                    Err(ParseError { kind, detail, request })
                }
                None => Ok(Message::Request(request)),
            }
        }
        StartLine::Response { status, reason } => match problem {
            Some((kind, detail)) => Err(error(kind, detail)),
            None => Ok(Message::Response(Response { status, reason, headers })),
        },
    }
}

type Problem = (ParseErrorKind, &'static str);

enum StartLine {
    /// Its `problem` is one that the rest of the message may yet be read to answer.
    Request {
        method: Method,
        uri: Range,
        problem: Option<Problem>,
    },
    Response {
        status: u16,
        reason: Range,
    },
}

fn error(kind: ParseErrorKind, detail: &'static str) -> ParseError {
    ParseError { kind, detail, request: None }
}

/// The line that begins at `start`, without its end, and where the next begins.
fn line_at(text: &str, start: usize) -> (Range, usize) {
    let bytes = text.as_bytes();
    let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(bytes.len(), |at| start + at);
    let next = (end + 1).min(bytes.len());
    let end = if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end };
    (Range::new(start, end), next)
}

fn read_start_line(text: &str, line: Range) -> Result<StartLine, ParseError> {
    let bad = |detail| Err(error(ParseErrorKind::StartLine, detail));
    let line = trimmed(text, line);
    let (first, rest) = split_at_space(text, line, line.of(text).find(' '));
    let protocol = first.of(text);
    if protocol.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/")) {
        if !protocol.eq_ignore_ascii_case("SIP/2.0") {
            return Err(error(ParseErrorKind::Version, "Version Not Supported"));
        }
        let (digits, reason) = split_at_space(text, rest, rest.of(text).find(' '));
        return match scan::number(digits.of(text)) {
            Some(status @ 100..=699) => Ok(StartLine::Response { status: status as u16, reason }),
            _ => bad("A status that is none"),
        };
    }
    if !scan::is_token(protocol) {
        return bad("A method that is none");
    }
    let (mut uri, version) = split_at_space(text, rest, rest.of(text).rfind(' '));
    if !version.of(text).get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/")) {
        return bad("A request line in pieces");
    }
    if uri.of(text).starts_with('<') && uri.of(text).ends_with('>') {
        uri = Range { start: uri.start + 1, end: uri.end - 1 };
    }
    let problem = if !version.of(text).eq_ignore_ascii_case("SIP/2.0") {
        Some((ParseErrorKind::Version, "Version Not Supported"))
    } else if uri.start == uri.end || uri.of(text).bytes().any(|byte| byte <= b' ') {
        Some((ParseErrorKind::StartLine, "Bad Request-URI"))
    } else {
        None
    };
    Ok(StartLine::Request { method: Method::new(protocol), uri, problem })
}

/// Without white space at its ends.
fn trimmed(text: &str, range: Range) -> Range {
    let bytes = text.as_bytes();
    let (mut start, mut end) = (range.start as usize, range.end as usize);
    while start < end && is_space(bytes[start]) {
        start += 1;
    }
    while end > start && is_space(bytes[end - 1]) {
        end -= 1;
    }
    Range::new(start, end)
}

/// What is before a space, `at` bytes into the range, and what after it; without one, all is before.
fn split_at_space(text: &str, range: Range, at: Option<usize>) -> (Range, Range) {
    let space = at.map_or(range.end, |at| range.start + at as u32);
    let split = |start, end| trimmed(text, Range { start, end });
    (split(range.start, space), split(space, range.end))
}

/// What one pass over the header lines finds.
pub(super) struct Index {
    pub(super) fields: Vec<Field>,
    /// Bytes inside values that stand for a space: folds (RFC 3261 §7.3.1) and stray control characters.
    folds: Vec<usize>,
    /// Where the body begins.
    pub(super) body: usize,
    problem: Option<Problem>,
}

/// Finds the header lines. A line without a colon is left out: it must not cost the others.
pub(super) fn index_fields(text: &str, start: usize) -> Index {
    let bytes = text.as_bytes();
    let mut index =
        Index { fields: Vec::with_capacity(16), folds: Vec::new(), body: text.len(), problem: None };
    let mut at = start;
    while at < bytes.len() {
        let (line, mut next) = line_at(text, at);
        if line.start == line.end {
            index.body = next;
            break;
        }
        let mut end = line.end as usize;
        while matches!(bytes.get(next), Some(b' ' | b'\t')) {
            let (more, after) = line_at(text, next);
            index.folds.extend(end..next);
            end = more.end as usize;
            next = after;
        }
        if index.fields.len() == MAX_HEADERS {
            index.problem = Some((ParseErrorKind::TooLarge, "Too many headers"));
            break;
        }
        if let Some(field) = read_field(text, at, end) {
            index.fields.push(field);
            let value = field.value.of(text);
            if value.contains('\r') || value.contains('\0') {
                let start = field.value.start as usize;
                let strays = value.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\r' | b'\0'));
                index.folds.extend(strays.map(|(at, _)| start + at));
            }
        }
        at = next;
    }
    index
}

fn read_field(text: &str, start: usize, end: usize) -> Option<Field> {
    let colon = start + text.as_bytes()[start..end].iter().position(|&byte| byte == b':')?;
    let name_text = trimmed(text, Range::new(start, colon));
    let name = name_text.of(text);
    scan::is_token(name).then(|| Field {
        name: Name::new(name),
        name_text,
        value: trimmed(text, Range::new(colon + 1, end)),
    })
}

/// Puts a space for each fold's byte. They are ASCII and so is a space: the text stays UTF-8.
fn unfold(text: String, folds: &[usize]) -> Result<String, ParseError> {
    if folds.is_empty() {
        return Ok(text);
    }
    let mut bytes = text.into_bytes();
    for &at in folds {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b' ';
        }
    }
    String::from_utf8(bytes).map_err(|_| error(ParseErrorKind::Header, "Text that is not UTF-8"))
}

/// RFC 3261 §18.3, §20.14.
fn find_body(text: &str, index: &Index) -> (Range, Option<Problem>) {
    let mut announced = None;
    for field in index.fields.iter().filter(|field| field.name == Name::ContentLength) {
        let Some(length) = scan::number(field.value.of(text)) else {
            return (Range::default(), Some((ParseErrorKind::Header, "Bad Content-Length")));
        };
        if announced.is_some_and(|other| other != length) {
            return (Range::default(), Some((ParseErrorKind::Header, "Content-Length contradicts itself")));
        }
        announced = Some(length);
    }
    let end = announced.map_or(text.len(), |length| index.body.saturating_add(length as usize));
    if end > text.len() {
        return (Range::default(), Some((ParseErrorKind::Truncated, "Body shorter than Content-Length")));
    }
    if !text.is_char_boundary(end) {
        return (Range::default(), Some((ParseErrorKind::Header, "Content-Length cuts a character")));
    }
    (Range::new(index.body, end), None)
}

fn check(headers: &Headers, start_line: &StartLine) -> Result<(), Problem> {
    for (name, missing, repeated) in [
        (Name::Via, "Missing Via", ""),
        (Name::From, "Missing From", "Several From"),
        (Name::To, "Missing To", "Several To"),
        (Name::CallId, "Missing Call-ID", "Several Call-ID"),
        (Name::CSeq, "Missing CSeq", "Several CSeq"),
    ] {
        let mut all = headers.all(name);
        match all.next() {
            None | Some("") => return Err((ParseErrorKind::Missing, missing)),
            Some(first) if name != Name::Via && all.any(|other| other != first) => {
                return Err((ParseErrorKind::Header, repeated));
            }
            Some(_) => {}
        }
    }
    let bad = |detail| move |_: Invalid| (ParseErrorKind::Header, detail);
    headers.via().map_err(bad("Bad Via"))?;
    headers.check_address(Name::From).map_err(bad("Bad From"))?;
    headers.check_address(Name::To).map_err(bad("Bad To"))?;
    let (_, method) = headers.raw_cseq().map_err(bad("Bad CSeq"))?;
    match start_line {
        StartLine::Request { method: own, .. } if own.as_str() != method => {
            Err((ParseErrorKind::Header, "CSeq of another method"))
        }
        _ => Ok(()),
    }
}

/// Whether an answer could be matched by who asked: all that is copied into it is there.
fn can_be_answered(headers: &Headers) -> bool {
    [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq]
        .iter()
        .all(|&name| headers.get(name).is_some())
}
