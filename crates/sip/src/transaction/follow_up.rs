//! Requests that follow from an INVITE of ours hop by hop.

use crate::{Method, Name, Request, Response};

/// RFC 3261 §17.1.1.3.
pub(super) fn ack_of_failure(invite: &Request, response: &Response) -> Request {
    same_hop(invite, Method::Ack, response.get(Name::To), None)
}

/// RFC 3261 §9.1.
pub(super) fn cancel_of(invite: &Request, reason: Option<&str>) -> Request {
    same_hop(invite, Method::Cancel, invite.get(Name::To), reason)
}

fn same_hop(invite: &Request, method: Method, to: Option<&str>, reason: Option<&str>) -> Request {
    let number = invite.raw_cseq().map_or(0, |(number, _)| number);
    let mut builder = Request::build(method, invite.uri())
        .header(Name::Via, invite.values(Name::Via).next().unwrap_or(""))
        .header(Name::MaxForwards, "70");
    for route in invite.all(Name::Route) {
        builder = builder.header(Name::Route, route);
    }
    builder = builder
        .header(Name::From, invite.get(Name::From).unwrap_or(""))
        .header(Name::To, to.unwrap_or(""))
        .header(Name::CallId, invite.call_id())
        .cseq(number);
    if let Some(reason) = reason {
        builder = builder.header(Name::Reason, reason);
    }
    builder.finish()
}
