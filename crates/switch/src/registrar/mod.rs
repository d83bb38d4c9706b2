//! REGISTER: who can be reached where (RFC 3261 §10, RFC 5626).

mod location;

use std::time::Duration;

use headset_sip::{Name, NameAddr, Request, Response, ResponseBuilder, Time};

use location::{Binding, Bound};
pub(crate) use location::{Flow, FlowName, Location, Origin};

/// What a binding is granted, in seconds.
const MIN_EXPIRES: u32 = 60;
const MAX_EXPIRES: u32 = 600;

/// What a REGISTER came to: the answer, and what changed.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) reply: ResponseBuilder,
    /// In this order.
    pub(crate) changes: Vec<Change>,
}

/// A change in the location store.
#[derive(Debug)]
pub(crate) enum Change {
    /// A flow that was not there before.
    Added(u64),
    /// A flow lives longer.
    Refreshed(u64),
    /// Another has taken its place.
    Replaced(Flow),
    /// It was un-REGISTERed.
    Removed(Flow),
}

/// Carries out a REGISTER of an authenticated login. A refused one changes nothing.
pub(crate) fn register(
    location: &mut Location,
    now: Time,
    origin: Origin<'_>,
    request: &Request,
) -> Registered {
    let wanted = match read(request) {
        Ok(wanted) => wanted,
        Err(refusal) => return Registered { reply: refusal.reply(request), changes: Vec::new() },
    };
    let mut changes = Vec::new();
    match wanted {
        Wanted::Nothing => {}
        Wanted::RemoveAll => {
            let all: Vec<u64> = location.of_login(origin.login).map(|flow| flow.id).collect();
            changes.extend(all.into_iter().filter_map(|id| location.remove(id)).map(Change::Removed));
        }
        Wanted::Bindings(bindings) => {
            for (binding, seconds) in bindings {
                if let Err(refusal) = apply(location, now, origin, binding, seconds, &mut changes) {
                    return Registered { reply: refusal.reply(request), changes };
                }
            }
        }
    }
    Registered { reply: bindings_of(location, now, origin.login, request), changes }
}

fn apply(
    location: &mut Location,
    now: Time,
    origin: Origin<'_>,
    binding: Binding,
    seconds: u32,
    changes: &mut Vec<Change>,
) -> Result<(), Refusal> {
    if seconds == 0 {
        let known =
            location.of_login(origin.login).find(|flow| flow.name == binding.name).map(|flow| flow.id);
        changes.extend(known.and_then(|id| location.remove(id)).map(Change::Removed));
        return Ok(());
    }
    match location.bind(origin, binding, now + Duration::from_secs(u64::from(seconds))) {
        Bound::Refreshed { flow } => changes.push(Change::Refreshed(flow)),
        Bound::New { flow, replaced } => {
            changes.push(Change::Added(flow));
            changes.extend(replaced.map(Change::Replaced));
        }
        Bound::Overtaken => return Err(Refusal::Overtaken),
        Bound::TooMany => return Err(Refusal::TooMany),
    }
    Ok(())
}

#[derive(Debug)]
enum Wanted {
    /// To be told the bindings.
    Nothing,
    RemoveAll,
    /// With the seconds granted; 0 removes.
    Bindings(Vec<(Binding, u32)>),
}

#[derive(Clone, Copy, Debug)]
enum Refusal {
    Malformed(&'static str),
    /// RFC 3261 §10.2.8
    TooBrief,
    Overtaken,
    TooMany,
}

impl Refusal {
    fn reply(self, request: &Request) -> ResponseBuilder {
        match self {
            Refusal::Malformed(what) => Response::reply_to(request, 400, what),
            Refusal::TooBrief => Response::reply_to(request, 423, "Interval Too Brief")
                .header(Name::MinExpires, &MIN_EXPIRES.to_string()),
            Refusal::Overtaken => Response::reply_to(request, 500, "A later REGISTER was already taken"),
            Refusal::TooMany => Response::reply_to(request, 503, "Too many registrations of this login")
                .header(Name::RetryAfter, "30"),
        }
    }
}

fn read(request: &Request) -> Result<Wanted, Refusal> {
    let header_expires = request.expires();
    if request.has_wildcard_contact() {
        // RFC 3261 §10.2.2: only alone, and only to remove.
        return match (request.contacts().next(), header_expires) {
            (None, Some(0)) => Ok(Wanted::RemoveAll),
            _ => Err(Refusal::Malformed("Contact: * needs Expires: 0 and no other Contact")),
        };
    }
    let cseq = request.cseq().map_err(|_| Refusal::Malformed("CSeq cannot be read"))?.number;
    let mut bindings = Vec::new();
    for contact in request.contacts() {
        let contact = contact.map_err(|_| Refusal::Malformed("Contact cannot be read"))?;
        let asked = match contact.param("expires") {
            Some(text) => text.parse().ok(),
            None => header_expires,
        };
        let seconds = match asked.unwrap_or(MAX_EXPIRES) {
            0 => 0,
            brief if brief < MIN_EXPIRES => return Err(Refusal::TooBrief),
            long => long.min(MAX_EXPIRES),
        };
        let binding = Binding {
            name: name(&contact)?,
            contact: contact.uri.to_string(),
            call_id: request.call_id().to_owned(),
            cseq,
        };
        bindings.push((binding, seconds));
    }
    Ok(if bindings.is_empty() { Wanted::Nothing } else { Wanted::Bindings(bindings) })
}

fn name(contact: &NameAddr) -> Result<FlowName, Refusal> {
    let uri = || FlowName { instance: contact.uri.to_string(), reg_id: 0 };
    let Some(instance) = contact.param("+sip.instance").filter(|instance| !instance.is_empty()) else {
        return Ok(uri());
    };
    if instance.contains(['"', '\\', '\r', '\n']) || instance.len() > 256 {
        return Err(Refusal::Malformed("+sip.instance is no URN"));
    }
    let reg_id = match contact.param("reg-id") {
        // RFC 5626 §4.2: 1 to 2**31 - 1.
        Some(text) => match text.parse::<u32>() {
            Ok(reg_id) if (1..1 << 31).contains(&reg_id) => reg_id,
            _ => return Err(Refusal::Malformed("reg-id is out of range")),
        },
        None => 0,
    };
    Ok(FlowName { instance: instance.to_owned(), reg_id })
}

/// 200 with every Contact of the login.
fn bindings_of(location: &Location, now: Time, login: &str, request: &Request) -> ResponseBuilder {
    let mut reply = Response::reply_to(request, 200, "OK");
    for flow in location.of_login(login) {
        let seconds = flow.expires.since(now).as_millis().div_ceil(1000);
        let mut contact = format!("<{}>;expires={seconds}", flow.contact);
        if flow.name.reg_id > 0 {
            contact.push_str(&format!(";reg-id={}", flow.name.reg_id));
        }
        if flow.name.instance != flow.contact {
            contact.push_str(&format!(";+sip.instance=\"{}\"", flow.name.instance));
        }
        reply = reply.header(Name::Contact, &contact);
    }
    let outbound = request.lists(Name::Supported, "outbound");
    reply = reply.header(Name::Supported, "path, outbound");
    // RFC 5626 §6: so that the client knows that its flow, and not its address, is what counts.
    if outbound { reply.header(Name::Require, "outbound") } else { reply }
}
