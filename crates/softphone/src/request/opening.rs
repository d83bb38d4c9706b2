//! The first lines of a request outside any dialog, and what applications add to a message.

use crate::context::{Context, cseq};
use crate::{Sender, SocketId};
use alloc::string::String;
use headset_sip::{Method, Name, NameAddr, RequestBuilder, ResponseBuilder, Uri};

/// What stays the same when a request is sent again.
#[derive(Debug)]
pub(crate) struct Opening {
    /// A URI.
    pub(crate) target: String,
    pub(crate) call_id: String,
    pub(crate) tag: String,
    pub(crate) cseq: u32,
}

impl Opening {
    pub(crate) fn new(ctx: &mut Context, target: String) -> Opening {
        let cseq = 1 + ctx.entropy.jitter(9999) as u32;
        Opening { target, call_id: ctx.entropy.token(22), tag: ctx.entropy.token(10), cseq }
    }

    /// Request-URI, the flow's Route, Max-Forwards, To, From, Call-ID, CSeq, and what keeps a sender unknown.
    pub(crate) fn build(
        &self,
        ctx: &Context,
        socket: SocketId,
        method: Method,
        sender: &Sender,
    ) -> RequestBuilder {
        let identity = &ctx.account.identity;
        let known = ctx.account.address(None);
        let from = if sender.anonymous {
            // RFC 3323 §4.1.1.3
            NameAddr::format("Anonymous", &Uri::sip("anonymous", "anonymous.invalid"), &self.tag)
        } else {
            let user = sender.user.as_deref().unwrap_or(&identity.login);
            let name = sender.display_name.as_deref().unwrap_or(ctx.account.display_name());
            NameAddr::format(name, &Uri::sip(user, &identity.domain), &self.tag)
        };
        let cseq = cseq(self.cseq, &method);
        // RFC 3261 §8.1.1
        let builder = ctx
            .routes
            .request(socket, method, &self.target)
            .header(Name::To, &NameAddr::format("", &self.target, ""))
            .header(Name::From, &from)
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &cseq);
        if !sender.anonymous {
            return builder;
        }
        // RFC 3325 §9.2, §9.3
        builder.header(Name::PPreferredIdentity, &known).header(Name::Privacy, "id")
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

/// Adds the headers that an application gave, a line each. Those that the engine answers for are left out
/// (RFC 3261 §8.1.1).
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
