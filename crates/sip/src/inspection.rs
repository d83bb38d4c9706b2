//! What a server looks at before it looks at what is asked (RFC 3261 §8.2.1 to §8.2.3).

use crate::message::{Name, Request, Response, ResponseBuilder, Uri};
use crate::{Method, Scheme};
use alloc::string::String;

/// What a user agent can do.
#[derive(Clone, Copy, Debug)]
pub struct Abilities<'a> {
    /// The methods that it takes, as Allow has them: `INVITE, ACK, BYE`.
    pub allow: &'a str,
    /// The options that a request may require.
    pub extensions: &'a [&'a str],
    /// The media types that a body may have; none is any.
    pub accept: &'a [&'a str],
}

/// The answer to a request that cannot be taken, whatever it asks for; `None` where it can.
///
/// 400 for a Request-URI that cannot be read, 405, 406 for an INVITE whose sender takes no SDP, 415, 416, 420. Never for
/// ACK and CANCEL, of which only the method is looked at by others.
pub fn inspect(request: &Request, abilities: &Abilities<'_>) -> Option<ResponseBuilder> {
    let method = request.method();
    if matches!(method, Method::Ack | Method::Cancel) {
        return None;
    }
    let reply = |status, reason| Response::reply_to(request, status, reason);
    if !has(abilities.allow, method.as_str()) {
        return Some(reply(405, "Method Not Allowed").header(Name::Allow, abilities.allow));
    }
    match Uri::parse(request.uri()) {
        Err(_) => return Some(reply(400, "Bad Request-URI")),
        // RFC 3261 §8.2.2.1. A telephone number may be ours too.
        Ok(uri) if matches!(uri.scheme, Scheme::Other(_)) => {
            return Some(reply(416, "Unsupported URI Scheme"));
        }
        // RFC 3261 §19.1.1.
        Ok(uri) if uri.headers().next().is_some() => return Some(reply(400, "Headers in the Request-URI")),
        Ok(_) => {}
    }
    let unknown = unknown_extensions(request, abilities.extensions);
    if !unknown.is_empty() {
        return Some(reply(420, "Bad Extension").header(Name::Unsupported, &unknown));
    }
    inspect_body(request, abilities)
}

/// RFC 3261 §8.2.2.3: `a, b`; empty where nothing is unknown.
fn unknown_extensions(request: &Request, known: &[&str]) -> String {
    let mut unknown = String::new();
    for option in request.values(Name::Require) {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(option)) {
            if !unknown.is_empty() {
                unknown.push_str(", ");
            }
            unknown.push_str(option);
        }
    }
    unknown
}

/// RFC 3261 §8.2.3.
fn inspect_body(request: &Request, abilities: &Abilities<'_>) -> Option<ResponseBuilder> {
    let accepts_sdp = |range: &str| {
        ["application/sdp", "application/*", "*/*"].iter().any(|sdp| crate::Value::parse(range).is(sdp))
    };
    if *request.method() == Method::Invite
        && request.get(Name::Accept).is_some_and(|accept| !accept.is_empty())
        && !request.values(Name::Accept).any(accepts_sdp)
    {
        return Some(Response::reply_to(request, 406, "Not Acceptable"));
    }
    // RFC 3261 §20.11: a body that is optional need not be understood.
    let is_optional = request
        .value(Name::ContentDisposition)
        .and_then(|disposition| disposition.param("handling"))
        .is_some_and(|handling| handling.eq_ignore_ascii_case("optional"));
    if request.body().is_empty() || is_optional {
        return None;
    }
    let reply = || Response::reply_to(request, 415, "Unsupported Media Type");
    // RFC 3261 §7.4.1, §8.2.3
    if request.values(Name::ContentEncoding).any(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Some(reply().header(Name::AcceptEncoding, "identity"));
    }
    let accept = abilities.accept;
    if accept.is_empty() || accept.iter().any(|known| request.part(known).is_some()) {
        return None;
    }
    Some(reply().header(Name::Accept, &accept.join(", ")))
}

fn has(list: &str, item: &str) -> bool {
    crate::message::CommaSplit::new(list).any(|own| own == item)
}
