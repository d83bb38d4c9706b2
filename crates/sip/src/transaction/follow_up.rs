//! Requests that follow from an INVITE of ours hop by hop.

use crate::{Message, Method, Name, Request, RequestBuilder, Response, parse};
use alloc::string::String;

/// RFC 3261 §17.1.1.3. Empty where the INVITE cannot be read.
pub(super) fn ack_of_failure(invite: &str, response: &Response) -> String {
    let ack = same_hop(invite, Method::Ack, response.get(Name::To));
    ack.map_or(String::new(), |ack| ack.finish().into_string())
}

/// RFC 3261 §9.1.
pub(super) fn cancel_of(invite: &str, reason: Option<&str>) -> Option<Request> {
    Some(same_hop(invite, Method::Cancel, None)?.header_if(Name::Reason, reason).finish())
}

fn same_hop(invite: &str, method: Method, to: Option<&str>) -> Option<RequestBuilder> {
    let Ok(Message::Request(invite)) = parse(invite.into()) else { return None };
    let mut builder = Request::build(method, invite.uri())
        .header_if(Name::Via, invite.values(Name::Via).next())
        .header(Name::MaxForwards, "70");
    for route in invite.all(Name::Route) {
        builder = builder.header(Name::Route, route);
    }
    let builder = builder
        .header_if(Name::From, invite.get(Name::From))
        .header_if(Name::To, to.or(invite.get(Name::To)))
        .header(Name::CallId, invite.call_id())
        .cseq(invite.raw_cseq().map_or(0, |(number, _)| number));
    Some(builder)
}
