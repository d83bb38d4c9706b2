use super::headers::{Field, Headers};
use super::name::Name;
use super::scan::{self, Class, Range, after, cut, cut_or_all, is_blank, next_control, run, slice, trim};
use super::write::push_number;
use super::{Message, Request, Response};
use crate::Method;
use alloc::boxed::Box;
use alloc::string::String;
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
        let hash = scan::hash(&[request.call_id(), request.get(Name::Via).unwrap_or("")]);
        let mut tag = String::new();
        push_number(&mut tag, (hash >> 32) as u32);
        push_number(&mut tag, hash as u32);
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
pub fn parse(mut text: String) -> Result<Message, ParseError> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(error((ParseErrorKind::TooLarge, "Message too large")));
    }
    // RFC 3261 §7.5
    let start = text.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if start == text.len() {
        return Err(error((ParseErrorKind::Empty, "No message")));
    }
    let (line, fields_at) = first_line(&text, start);
    let start_line = read_start_line(&text, line)?;
    let index = index_fields(&text, fields_at);
    let problem = index.too_many.then_some((ParseErrorKind::TooLarge, "Too many headers"));
    let (body, body_problem) = find_body(&text, &index);
    if body_problem.is_none() {
        text.truncate(body.end as usize);
    }
    let mut headers = Headers::new(unfold(text, &index.folds), index.fields, body);
    let problem = problem.or_else(|| check(&mut headers, &start_line)).or(body_problem);
    match start_line {
        StartLine::Request { method, uri, problem: first } => {
            let request = Request { method, uri, headers };
            match first.or(problem) {
                Some(problem) => {
                    let request = can_be_answered(&request).then(|| Box::new(request));
                    Err(ParseError { request, ..error(problem) })
                }
                None => Ok(Message::Request(request)),
            }
        }
        StartLine::Response { status, reason } => match problem {
            Some(problem) => Err(error(problem)),
            None => Ok(Message::Response(Response { status, reason, headers })),
        },
    }
}

/// [`parse`] for bytes. Those that are not UTF-8 (a binary body, a name in Latin-1) become `?`, one for one: they must not
/// cost the message.
pub fn parse_bytes(bytes: Vec<u8>) -> Result<Message, ParseError> {
    match String::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let mut text = String::with_capacity(error.as_bytes().len());
            for chunk in error.as_bytes().utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
            }
            parse(text)
        }
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

fn error((kind, detail): Problem) -> ParseError {
    ParseError { kind, detail, request: None }
}

/// The line that begins at `start`, without its end, and where the next begins.
fn first_line(text: &str, start: usize) -> (&str, usize) {
    let end = scan::find(after(text, start), b'\n').map_or(text.len(), |at| start + at);
    (trim(slice(text, start, end)), (end + 1).min(text.len()))
}

fn read_start_line(text: &str, line: &str) -> Result<StartLine, ParseError> {
    const VERSION: Problem = (ParseErrorKind::Version, "Version Not Supported");
    let bad = |detail| Err(error((ParseErrorKind::StartLine, detail)));
    let is_sip = |word: &str| word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/"));
    // RFC 3261 §7.1, §7.2: in any case.
    let is_version_2 = |word: &str| word.eq_ignore_ascii_case("SIP/2.0");
    let (first, rest) = cut_or_all(line, b' ');
    let rest = trim(rest);
    if is_sip(first) {
        if !is_version_2(first) {
            return Err(error(VERSION));
        }
        let (digits, reason) = cut_or_all(rest, b' ');
        return match scan::number(digits) {
            Some(status @ 100..=699) => {
                Ok(StartLine::Response { status: status as u16, reason: Range::within(text, trim(reason)) })
            }
            _ => bad("A status that is none"),
        };
    }
    if !scan::is_token(first) {
        return bad("A method that is none");
    }
    let space = rest.bytes().rposition(|byte| byte == b' ').unwrap_or(rest.len());
    let (uri, version) = (trim(slice(rest, 0, space)), after(rest, space + 1));
    if !is_sip(version) {
        return bad("A request line in pieces");
    }
    let uri = uri.strip_prefix("<").and_then(|uri| uri.strip_suffix(">")).unwrap_or(uri);
    let problem = if !is_version_2(version) {
        Some(VERSION)
    } else if uri.is_empty() || uri.bytes().fold(false, |bad, byte| bad | (byte <= b' ')) {
        Some((ParseErrorKind::StartLine, "Bad Request-URI"))
    } else {
        None
    };
    Ok(StartLine::Request { method: Method::new(first), uri: Range::within(text, uri), problem })
}

/// What one pass over the header lines finds.
pub(super) struct Index {
    pub(super) fields: Vec<Field>,
    /// Bytes inside values that stand for a space: folds (RFC 3261 §7.3.1) and stray control characters.
    folds: Vec<usize>,
    /// Where the body begins.
    pub(super) body: usize,
    too_many: bool,
}

/// Finds the header lines. A line without a colon is left out: it must not cost the others.
pub(super) fn index_fields(text: &str, start: usize) -> Index {
    let bytes = text.as_bytes();
    let mut index =
        Index { fields: Vec::with_capacity(24), folds: Vec::new(), body: bytes.len(), too_many: false };
    let mut at = start;
    while at < bytes.len() {
        let line_at = at;
        at = run(bytes, at, Class::TOKEN);
        let name_end = at;
        if at == line_at
            && let Some(next) = line_end(bytes, at)
        {
            index.body = next;
            break;
        }
        let value_end = loop {
            at = next_control(bytes, at);
            let end = at;
            match line_end(bytes, at) {
                Some(next) => {
                    at = next;
                    if !bytes.get(next).copied().is_some_and(is_blank) {
                        break end;
                    }
                    index.folds.extend(end..next);
                }
                None if at == bytes.len() => break end,
                None => {
                    if bytes.get(at) != Some(&b'\t') {
                        index.folds.push(at);
                    }
                    at += 1;
                }
            }
        };
        if index.fields.len() == MAX_HEADERS {
            index.too_many = true;
            break;
        }
        let Some(colon) = colon(text, name_end, value_end) else { continue };
        let name = bytes.get(line_at..name_end).unwrap_or(&[]);
        if !name.is_empty() {
            index.fields.push(Field::new(
                Name::of(name),
                line_at,
                name.len(),
                trimmed(bytes, colon + 1, value_end),
            ));
        }
    }
    index
}

/// The colon that a name ends before, with nothing but white space and control characters between them: those will be spaces
/// when what is kept of the text is read again.
fn colon(text: &str, name_end: usize, end: usize) -> Option<usize> {
    if text.as_bytes().get(name_end) == Some(&b':') {
        return Some(name_end);
    }
    let (between, _) = cut(slice(text, name_end, end), b':')?;
    between.bytes().all(|byte| byte <= b' ').then_some(name_end + between.len())
}

/// Where the next line begins, if a line ends at `at`: CRLF, or the bare LF that some send.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        _ => None,
    }
}

/// Without white space and control characters at its ends.
fn trimmed(bytes: &[u8], mut start: usize, mut end: usize) -> Range {
    let is_space = |at: usize| bytes.get(at).is_some_and(|byte| *byte <= b' ');
    while start < end && is_space(start) {
        start += 1;
    }
    while end > start && is_space(end - 1) {
        end -= 1;
    }
    Range::new(start, end)
}

/// Puts a space for each fold's byte, all of which are ASCII. At the start of a line, which is no header's then, a space would
/// make a fold of it.
fn unfold(text: String, folds: &[usize]) -> String {
    if folds.is_empty() {
        return text;
    }
    let mut unfolded = String::with_capacity(text.len());
    let mut from = 0;
    for &at in folds {
        unfolded.push_str(slice(&text, from, at));
        unfolded.push_str(if unfolded.ends_with("\n") { "?" } else { " " });
        from = at + 1;
    }
    unfolded.push_str(after(&text, from));
    unfolded
}

/// RFC 3261 §18.3, §20.14.
fn find_body(text: &str, index: &Index) -> (Range, Option<Problem>) {
    let bad = |kind, detail| (Range::default(), Some((kind, detail)));
    let mut announced = None;
    for field in index.fields.iter().filter(|field| field.name == Name::ContentLength) {
        let Some(length) = scan::number(field.value(text)) else {
            return bad(ParseErrorKind::Header, "Bad Content-Length");
        };
        if announced.is_some_and(|other| other != length) {
            return bad(ParseErrorKind::Header, "Content-Length contradicts itself");
        }
        announced = Some(length);
    }
    let end = announced.map_or(text.len(), |length| index.body.saturating_add(length as usize));
    if end > text.len() {
        return bad(ParseErrorKind::Truncated, "Body shorter than Content-Length");
    }
    if !text.is_char_boundary(end) {
        return bad(ParseErrorKind::Header, "Content-Length cuts a character");
    }
    (Range::new(index.body, end), None)
}

/// What is said where something that matching and answering need is missing, and where it comes twice.
static NEEDED: [(&str, &str); 5] = [
    ("Missing Via", ""),
    ("Missing From", "Several From"),
    ("Missing To", "Several To"),
    ("Missing Call-ID", "Several Call-ID"),
    ("Missing CSeq", "Several CSeq"),
];

fn check(headers: &mut Headers, start_line: &StartLine) -> Option<Problem> {
    let mut first = [Range::default(); NEEDED.len()];
    for field in headers.fields() {
        let at = match field.name {
            Name::Via => 0,
            Name::From => 1,
            Name::To => 2,
            Name::CallId => 3,
            Name::CSeq => 4,
            _ => NEEDED.len(),
        };
        let Some(first) = first.get_mut(at) else { continue };
        // An empty one counts, since it is what `get` gives; an empty Via is passed over by `values`.
        if *first == Range::default() || at == 0 && first.is_empty() {
            *first = field.value;
        } else if at > 0 && first.of(headers.text()) != field.value(headers.text()) {
            return Some((ParseErrorKind::Header, NEEDED[at].1));
        }
    }
    if let Some(at) = first.iter().position(|value| value.is_empty()) {
        return Some((ParseErrorKind::Missing, NEEDED[at].0));
    }
    let detail = match (headers.check(), start_line) {
        (Err(detail), _) => detail,
        (Ok(method), StartLine::Request { method: own, .. }) if own.as_str() != method => {
            "CSeq of another method"
        }
        _ => return None,
    };
    Some((ParseErrorKind::Header, detail))
}

/// Whether an answer would find its way: the rest of what is copied into it is copied where it is there
/// (RFC 4475 §3.3.1).
fn can_be_answered(headers: &Headers) -> bool {
    headers.get(Name::Via).is_some_and(|via| !via.is_empty())
}
