use super::headers::Headers;
use super::name::Name;
use super::parse::index_fields;
use super::scan::{Range, is_token_byte};
use super::{Request, Response};
use crate::Method;
use alloc::string::{String, ToString};

/// A request being written. Header values lose their control characters: one value is one line, whatever it holds.
#[derive(Clone, Debug)]
#[must_use]
pub struct RequestBuilder {
    method: Method,
    uri: String,
    draft: Draft,
}

/// A response being written. Header values lose their control characters: one value is one line, whatever it holds.
#[derive(Clone, Debug)]
#[must_use]
pub struct ResponseBuilder {
    status: u16,
    reason: String,
    /// To, which may still get a tag.
    to: String,
    draft: Draft,
}

#[derive(Clone, Debug, Default)]
struct Draft {
    /// Header lines with their ends.
    lines: String,
    body: String,
}

impl RequestBuilder {
    pub(super) fn new(method: Method, uri: &str) -> RequestBuilder {
        let uri = uri.chars().filter(|c| *c > ' ' && *c != '\x7f').collect();
        RequestBuilder { method, uri, draft: Draft::default() }
    }

    /// Adds a header.
    pub fn header(mut self, name: Name, value: &str) -> Self {
        self.draft.line(name.as_str(), value);
        self
    }

    /// Adds a header that has no [`Name`].
    pub fn raw_header(mut self, name: &str, value: &str) -> Self {
        self.draft.line(name, value);
        self
    }

    /// Adds a Via above those that are there: `SIP/2.0/WS sent-by;branch=…`.
    pub fn via(mut self, transport: &str, sent_by: &str, branch: &str) -> Self {
        let mut top = Draft::default();
        top.line("Via", &["SIP/2.0/", transport, " ", sent_by, ";branch=", branch].concat());
        self.draft.lines.insert_str(0, &top.lines);
        self
    }

    /// Sets the body and its Content-Type.
    pub fn body(mut self, content_type: &str, text: &str) -> Self {
        self.draft.set_body(content_type, text);
        self
    }

    /// The request, with its Content-Length.
    pub fn finish(self) -> Request {
        let method = self.method.as_str();
        let mut text =
            String::with_capacity(64 + self.uri.len() + self.draft.lines.len() + self.draft.body.len());
        text.push_str(method);
        text.push(' ');
        let uri = Range::new(text.len(), text.len() + self.uri.len());
        text.push_str(&self.uri);
        text.push_str(" SIP/2.0\r\n");
        let headers = self.draft.finish(text);
        Request { method: self.method, uri, headers }
    }
}

impl ResponseBuilder {
    pub(super) fn new(request: &Request, status: u16, reason: &str) -> ResponseBuilder {
        let mut draft = Draft::default();
        for via in request.all(Name::Via) {
            draft.line("Via", via);
        }
        for name in [Name::From, Name::CallId, Name::CSeq] {
            draft.line(name.as_str(), request.get(name).unwrap_or(""));
        }
        // RFC 3261 §12.1.1
        if *request.method() == Method::Invite && (101..300).contains(&status) {
            for route in request.all(Name::RecordRoute) {
                draft.line("Record-Route", route);
            }
        }
        // RFC 3261 §8.2.6.1
        if let (100, Some(timestamp)) = (status, request.get(Name::Timestamp)) {
            draft.line("Timestamp", timestamp);
        }
        let to = request.get(Name::To).unwrap_or("").into();
        ResponseBuilder { status, reason: clean(reason), to, draft }
    }

    /// Gives To a tag, where it has none.
    pub fn to_tag(mut self, tag: &str) -> Self {
        let has_tag = super::address::split(&self.to).is_ok_and(|parts| {
            super::params::iterate(parts.params).any(|(name, _)| name.eq_ignore_ascii_case("tag"))
        });
        if !has_tag {
            self.to.push_str(";tag=");
            self.to.push_str(tag);
        }
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: Name, value: &str) -> Self {
        self.draft.line(name.as_str(), value);
        self
    }

    /// Adds a header that has no [`Name`].
    pub fn raw_header(mut self, name: &str, value: &str) -> Self {
        self.draft.line(name, value);
        self
    }

    /// Sets the body and its Content-Type.
    pub fn body(mut self, content_type: &str, text: &str) -> Self {
        self.draft.set_body(content_type, text);
        self
    }

    /// The response, with its Content-Length. A status outside of 100 to 699 becomes 500.
    pub fn finish(mut self) -> Response {
        self.draft.line("To", &self.to);
        let status = if (100..700).contains(&self.status) { self.status } else { 500 };
        let mut text =
            String::with_capacity(64 + self.reason.len() + self.draft.lines.len() + self.draft.body.len());
        text.push_str("SIP/2.0 ");
        text.push_str(&status.to_string());
        text.push(' ');
        let reason = Range::new(text.len(), text.len() + self.reason.len());
        text.push_str(&self.reason);
        text.push_str("\r\n");
        let headers = self.draft.finish(text);
        Response { status, reason, headers }
    }
}

impl Draft {
    fn line(&mut self, name: &str, value: &str) {
        let start = self.lines.len();
        self.lines.extend(name.bytes().filter(|byte| is_token_byte(*byte)).map(char::from));
        if self.lines.len() > start {
            self.lines.push_str(": ");
            self.lines.push_str(&clean(value));
            self.lines.push_str("\r\n");
        }
    }

    fn set_body(&mut self, content_type: &str, text: &str) {
        self.line("Content-Type", content_type);
        self.body = text.into();
    }

    fn finish(self, mut text: String) -> Headers {
        let fields_at = text.len();
        text.push_str(&self.lines);
        text.push_str("Content-Length: ");
        text.push_str(&self.body.len().to_string());
        text.push_str("\r\n\r\n");
        let index = index_fields(&text, fields_at);
        text.push_str(&self.body);
        let body = Range::new(index.body, text.len());
        Headers::new(text, index.fields, body)
    }
}

fn clean(value: &str) -> String {
    value.chars().map(|c| if matches!(c, '\r' | '\n' | '\0') { ' ' } else { c }).collect()
}
