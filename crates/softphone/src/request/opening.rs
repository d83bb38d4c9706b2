//! The first lines of a request outside any dialog, and what applications add to a message.

use crate::Sender;
use crate::context::{Context, cseq};
use alloc::string::{String, ToString};
use headset_sip::{Method, Name, NameAddr, Request, RequestBuilder, ResponseBuilder, Uri};

/// What stays the same when a request is sent again.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) target: Uri,
    pub(crate) call_id: String,
    pub(crate) tag: String,
    pub(crate) cseq: u32,
}

impl Opening {
    pub(crate) fn new(ctx: &mut Context, target: Uri) -> Opening {
        let cseq = 1 + ctx.entropy.jitter(9999) as u32;
        Opening { target, call_id: ctx.entropy.token(22), tag: ctx.entropy.token(10), cseq }
    }

    /// Request-URI, Max-Forwards, To, From, Call-ID, CSeq, and what keeps a sender unknown.
    pub(crate) fn build(&self, ctx: &Context, method: Method, sender: &Sender) -> RequestBuilder {
        let identity = &ctx.account.identity;
        let known = ctx.account.address(None);
        let from = if sender.anonymous {
            // RFC 3323 §4.1.1.3
            NameAddr::new(Uri::sip("anonymous", "anonymous.invalid")).with_display_name("Anonymous")
        } else {
            let user = sender.user.as_deref().unwrap_or(&identity.login);
            let name = sender.display_name.as_deref().unwrap_or(&identity.display_name);
            NameAddr::new(Uri::sip(user, &identity.domain)).with_display_name(name)
        };
        let cseq = cseq(self.cseq, &method);
        let builder = Request::build(method, &self.target.to_string())
            .header(Name::MaxForwards, "69")
            .header(Name::To, &NameAddr::new(self.target.clone()).to_string())
            .header(Name::From, &from.with_tag(&self.tag).to_string())
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq);
        if !sender.anonymous {
            return builder;
        }
        // RFC 3325 §9.2, §9.3
        builder.header(Name::PPreferredIdentity, &known.to_string()).header(Name::Privacy, "id")
    }
}

/// A message being written.
pub(crate) trait Lines: Sized {
    fn line(self, name: &str, value: &str) -> Self;
    fn text(self, content_type: &str, body: &str) -> Self;
}

impl Lines for RequestBuilder {
    fn line(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value)
    }
    fn text(self, content_type: &str, body: &str) -> Self {
        self.body(content_type, body)
    }
}

impl Lines for ResponseBuilder {
    fn line(self, name: &str, value: &str) -> Self {
        self.raw_header(name, value)
    }
    fn text(self, content_type: &str, body: &str) -> Self {
        self.body(content_type, body)
    }
}

/// Adds the headers that an application gave, a line each. Those that the engine answers for are left out.
pub(crate) fn more<B: Lines>(mut builder: B, headers: &str) -> B {
    for (name, value) in headers.lines().filter_map(|line| line.split_once(':')) {
        let name = name.trim();
        let ours = matches!(
            Name::new(name),
            Name::Via
                | Name::From
                | Name::To
                | Name::CallId
                | Name::CSeq
                | Name::MaxForwards
                | Name::ContentLength
                | Name::ContentType
        );
        if !ours {
            builder = builder.line(name, value.trim());
        }
    }
    builder
}

/// Adds a body, where there is one.
pub(crate) fn content<B: Lines>(builder: B, content_type: &str, body: &str) -> B {
    if body.is_empty() {
        return builder;
    }
    builder.text(if content_type.is_empty() { "text/plain" } else { content_type }, body)
}
