//! What a server looks at before it looks at what is asked (RFC 3261 §8.2.2 and §8.2.3).

use crate::message::{Name, Request, Response, ResponseBuilder, Uri, Value};
use crate::{Method, Scheme, sdp};
use alloc::string::String;

/// The answer to a request that cannot be taken, whatever it asks for; `None` where it can. `known` are the extensions
/// that it may require.
///
/// 400 for a Request-URI that cannot be read, 406 for an INVITE whose sender takes no SDP, 415 for a body that is encoded, or
/// that is no SDP where that belongs, 416, 420. Never for ACK and CANCEL.
pub fn inspect(request: &Request, known: &[&str]) -> Option<ResponseBuilder> {
    let method = request.method();
    if matches!(method, Method::Ack | Method::Cancel) {
        return None;
    }
    let reply = |status, reason| Some(Response::reply_to(request, status, reason));
    match Uri::parse(request.uri()) {
        // RFC 3261 §8.2.2.1. A telephone number may be ours too.
        Ok(uri) if matches!(uri.scheme, Scheme::Other(_)) => return reply(416, "Unsupported URI Scheme"),
        // RFC 3261 §19.1.1: headers do not belong there.
        Ok(uri) if uri.headers().next().is_none() => {}
        _ => return reply(400, "Bad Request-URI"),
    }
    let unknown = unknown_extensions(request, Name::Require, known);
    if !unknown.is_empty() {
        return Some(reply(420, "Bad Extension")?.header(Name::Unsupported, &unknown));
    }
    if *method == Method::Invite && takes_no_sdp(request) {
        return reply(406, "Not Acceptable");
    }
    // RFC 3261 §20.11: a body that is optional need not be understood.
    let optional = |handling: &str| handling.eq_ignore_ascii_case("optional");
    let disposition = request.value(Name::ContentDisposition);
    if request.body().is_empty() || disposition.and_then(|it| it.param("handling")).is_some_and(optional) {
        return None;
    }
    let (name, value) =
        if request.values(Name::ContentEncoding).any(|it| !it.eq_ignore_ascii_case("identity")) {
            // RFC 3261 §7.4.1, §8.2.3
            (Name::AcceptEncoding, "identity")
        } else if matches!(method, Method::Invite | Method::Update) && request.sdp().is_empty() {
            // RFC 3261 §8.2.3
            (Name::Accept, sdp::MEDIA_TYPE)
        } else {
            return None;
        };
    Some(reply(415, "Unsupported Media Type")?.header(name, value))
}

/// What a request's Require, or Proxy-Require, names that is not known, as Unsupported says it: `a, b`
/// (RFC 3261 §8.2.2.3). Empty where all is known.
pub fn unknown_extensions(request: &Request, require: Name, known: &[&str]) -> String {
    let mut unknown = String::new();
    for option in request.values(require) {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(option)) {
            if !unknown.is_empty() {
                unknown.push_str(", ");
            }
            unknown.push_str(option);
        }
    }
    unknown
}

/// Accept is there, and SDP is not in it (RFC 3261 §20.1).
fn takes_no_sdp(request: &Request) -> bool {
    let is_sdp = |range| {
        let range = Value::parse(range);
        [sdp::MEDIA_TYPE, "application/*", "*/*"].iter().any(|it| range.is(it))
    };
    request.get(Name::Accept).is_some_and(|accept| !accept.is_empty())
        && !request.values(Name::Accept).any(is_sdp)
}
