use super::headers::Headers;
use super::name::Name;
use super::parse::index_fields;
use super::scan::{Range, is_token_byte, slice};
use super::write::{push_line, push_number, push_replaced};
use super::{Request, Response};
use crate::Method;
use crate::text::concat;
use alloc::boxed::Box;
use alloc::string::String;

/// A request being written. Header values lose their control characters: one value is one line, whatever it holds.
#[derive(Clone, Debug)]
#[must_use]
pub struct RequestBuilder(Box<RequestDraft>);

#[derive(Clone, Debug)]
struct RequestDraft {
    method: Method,
    uri: Range,
    draft: Draft,
}

/// A response being written. Header values lose their control characters: one value is one line, whatever it holds.
#[derive(Clone, Debug)]
#[must_use]
pub struct ResponseBuilder(Box<ResponseDraft>);

#[derive(Clone, Debug)]
struct ResponseDraft {
    status: u16,
    reason: Range,
    /// Where To ends, if it may yet get a tag.
    untagged: Option<usize>,
    draft: Draft,
}

#[derive(Clone, Debug)]
struct Draft {
    /// First line and header lines with their ends.
    text: String,
    /// Where the header lines begin.
    fields_at: usize,
    body: String,
}

impl RequestBuilder {
    pub(super) fn new(method: Method, uri: &str) -> RequestBuilder {
        let mut draft = Draft::new();
        let text = &mut draft.text;
        text.push_str(method.as_str());
        text.push(' ');
        let start = text.len();
        push_replaced(text, uri, |byte| matches!(byte, 0..=b' ' | 0x7f).then_some(""));
        let uri = Range::new(start, text.len());
        text.push_str(" SIP/2.0\r\n");
        draft.fields_at = draft.text.len();
        RequestBuilder(Box::new(RequestDraft { method, uri, draft }))
    }

    /// Adds a header.
    pub fn header(self, name: Name, value: &str) -> Self {
        self.raw_header(name.as_str(), value)
    }

    /// Adds a header, where there is a value.
    pub(crate) fn header_if(mut self, name: Name, value: Option<&str>) -> Self {
        self.0.draft.line_if(name, value);
        self
    }

    /// Adds a header that has no [`Name`].
    pub fn raw_header(mut self, name: &str, value: &str) -> Self {
        self.0.draft.line(name, value);
        self
    }

    /// Adds a CSeq of this number and the request's method.
    pub fn cseq(mut self, number: u32) -> Self {
        let mut value = String::new();
        push_number(&mut value, number);
        value.push(' ');
        value.push_str(self.0.method.as_str());
        self.0.draft.line("CSeq", &value);
        self
    }

    /// Adds a Via above those that are there: `SIP/2.0/WS sent-by;branch=…`.
    pub fn via(mut self, transport: &str, sent_by: &str, branch: &str) -> Self {
        let fields = self.0.draft.take_from(self.0.draft.fields_at);
        self.0.draft.line("Via", &concat(&["SIP/2.0/", transport, " ", sent_by, ";branch=", branch]));
        self.0.draft.text.push_str(&fields);
        self
    }

    /// Sets the body and its Content-Type.
    pub fn body(mut self, content_type: &str, text: &str) -> Self {
        self.0.draft.set_body(content_type, text);
        self
    }

    /// The request, with its Content-Length.
    pub fn finish(self) -> Request {
        let RequestDraft { method, uri, draft } = *self.0;
        Request { method, uri, headers: draft.finish() }
    }
}

impl ResponseBuilder {
    /// A status outside of 100 to 699 becomes 500.
    pub(super) fn new(request: &Request, status: u16, reason: &str) -> ResponseBuilder {
        let status = if (100..700).contains(&status) { status } else { 500 };
        let mut draft = Draft::new();
        let text = &mut draft.text;
        text.push_str("SIP/2.0 ");
        push_number(text, u32::from(status));
        text.push(' ');
        let start = text.len();
        push_line(text, reason);
        let reason = Range::new(start, text.len());
        text.push_str("\r\n");
        draft.fields_at = draft.text.len();
        draft.copy(request, Name::Via);
        draft.line_if(Name::From, request.get(Name::From));
        draft.line_if(Name::To, request.get(Name::To));
        let may_get_tag = request.get(Name::To).is_some() && request.to_tag().is_none();
        let untagged = may_get_tag.then(|| draft.text.len() - "\r\n".len());
        draft.line_if(Name::CallId, request.get(Name::CallId));
        draft.line_if(Name::CSeq, request.get(Name::CSeq));
        // RFC 3261 §12.1.1
        if *request.method() == Method::Invite && (101..300).contains(&status) {
            draft.copy(request, Name::RecordRoute);
        }
        // RFC 3261 §8.2.6.1
        if status == 100 {
            draft.copy(request, Name::Timestamp);
        }
        ResponseBuilder(Box::new(ResponseDraft { status, reason, untagged, draft }))
    }

    /// Gives To a tag, where it has none.
    pub fn to_tag(mut self, tag: &str) -> Self {
        if let Some(at) = self.0.untagged.take() {
            let rest = self.0.draft.take_from(at);
            for piece in &[";tag=", tag, &rest] {
                self.0.draft.text.push_str(piece);
            }
        }
        self
    }

    /// Adds a header.
    pub fn header(self, name: Name, value: &str) -> Self {
        self.raw_header(name.as_str(), value)
    }

    /// Adds a header that has no [`Name`].
    pub fn raw_header(mut self, name: &str, value: &str) -> Self {
        self.0.draft.line(name, value);
        self
    }

    /// Sets the body and its Content-Type.
    pub fn body(mut self, content_type: &str, text: &str) -> Self {
        self.0.draft.set_body(content_type, text);
        self
    }

    /// The response, with its Content-Length.
    pub fn finish(self) -> Response {
        let ResponseDraft { status, reason, draft, .. } = *self.0;
        Response { status, reason, headers: draft.finish() }
    }
}

impl Draft {
    fn new() -> Draft {
        // More than most messages without a body have.
        Draft { text: String::with_capacity(768), fields_at: 0, body: String::new() }
    }

    fn line(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        push_replaced(&mut self.text, name, |byte| (!is_token_byte(byte)).then_some(""));
        if self.text.len() > start {
            self.text.push_str(": ");
            push_line(&mut self.text, value);
            self.text.push_str("\r\n");
        }
    }

    /// What stands there and after it.
    fn take_from(&mut self, at: usize) -> String {
        let rest = slice(&self.text, at, self.text.len()).into();
        self.text.truncate(at);
        rest
    }

    fn copy(&mut self, request: &Request, name: Name) {
        for value in request.all(name) {
            self.line(name.as_str(), value);
        }
    }

    fn line_if(&mut self, name: Name, value: Option<&str>) {
        if let Some(value) = value {
            self.line(name.as_str(), value);
        }
    }

    fn set_body(&mut self, content_type: &str, text: &str) {
        self.line("Content-Type", content_type);
        self.body.push_str(text);
    }

    fn finish(self) -> Headers {
        let Draft { mut text, fields_at, body } = self;
        text.push_str("Content-Length: ");
        push_number(&mut text, body.len() as u32);
        text.push_str("\r\n\r\n");
        let index = index_fields(&text, fields_at);
        text.push_str(&body);
        let body = Range::new(index.body, text.len());
        Headers::new(text, index.fields, body)
    }
}
