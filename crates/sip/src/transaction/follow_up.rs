//! Requests that follow from an INVITE of ours hop by hop.

use crate::message::{push_line, push_number};
use crate::{Message, Name, Request, Response, parse};
use alloc::string::String;

/// RFC 3261 §17.1.1.3. Empty where the INVITE cannot be read.
pub(super) fn ack_of_failure(invite: &str, response: &Response) -> String {
    same_hop(invite, "ACK", response.get(Name::To), None)
}

/// RFC 3261 §9.1.
pub(super) fn cancel_of(invite: &str, reason: Option<&str>) -> Option<Request> {
    match parse(same_hop(invite, "CANCEL", None, reason)) {
        Ok(Message::Request(cancel)) => Some(cancel),
        _ => None,
    }
}

fn same_hop(invite: &str, method: &str, to: Option<&str>, reason: Option<&str>) -> String {
    let mut text = String::new();
    let Ok(Message::Request(invite)) = parse(invite.into()) else { return text };
    for piece in [method, " ", invite.uri(), " SIP/2.0"] {
        text.push_str(piece);
    }
    let via = invite.values(Name::Via).next();
    line(&mut text, Name::Via, via);
    line(&mut text, Name::MaxForwards, Some("70"));
    for route in invite.all(Name::Route) {
        line(&mut text, Name::Route, Some(route));
    }
    line(&mut text, Name::From, invite.get(Name::From));
    line(&mut text, Name::To, to.or(invite.get(Name::To)));
    line(&mut text, Name::CallId, Some(invite.call_id()));
    line(&mut text, Name::CSeq, Some(""));
    push_number(&mut text, invite.raw_cseq().map_or(0, |(number, _)| number));
    text.push(' ');
    text.push_str(method);
    line(&mut text, Name::Reason, reason);
    text.push_str("\r\nContent-Length: 0\r\n\r\n");
    text
}

/// Adds the end of the line before and a header, where there is a value.
fn line(text: &mut String, name: Name, value: Option<&str>) {
    if let Some(value) = value {
        for piece in ["\r\n", name.as_str(), ": "] {
            text.push_str(piece);
        }
        push_line(text, value);
    }
}
