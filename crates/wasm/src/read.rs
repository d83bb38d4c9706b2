//! What the backend answered and the page kept, read leniently: a field more is no harm, one that the engine cannot do
//! without makes it `None`.

use crate::js::{get, items, keys, number, text, text_or_empty};
use headset_softphone::Registrar;
use headset_workplace::{Event, Hash, HttpAnswer, HttpError, Launch, Push, Slice, Status, StatusRecord};
use wasm_bindgen::JsValue;

/// Which request an answer belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Hash,
    Launch,
    Status,
    Registrars,
    Events,
}

pub(crate) fn answer(kind: Kind, body: &JsValue, raw: String) -> Option<HttpAnswer> {
    Some(match kind {
        Kind::Hash => HttpAnswer::Hash(Hash {
            login: text(body, "login")?,
            username: text(body, "username")?,
            hash: text(body, "hash")?,
            expires_in: number(body, "expires_in")? as u32,
        }),
        Kind::Launch => HttpAnswer::Launch(launch(body, raw)?),
        Kind::Status => HttpAnswer::Status(status_record(body)?),
        Kind::Registrars => HttpAnswer::Registrars {
            registrars: registrars(&get(body, "registrars")),
            version: version(body, "version"),
        },
        Kind::Events => HttpAnswer::Events,
    })
}

pub(crate) fn error(status: u16, problem: &JsValue) -> HttpError {
    HttpError {
        status,
        code: text_or_empty(problem, "code"),
        detail: text(problem, "detail").or_else(|| text(problem, "title")).unwrap_or_default(),
        login_url: text(problem, "login_url"),
        current: status_record(&get(problem, "current")),
        retry_after_s: number(problem, "retry_after_s").map(|seconds| seconds as u32),
    }
}

pub(crate) fn push(event: &str, body: &JsValue) -> Option<Push> {
    match event {
        "status" => status_record(body).map(Push::Status),
        "registrars" => Some(Push::Registrars {
            registrars: registrars(&get(body, "registrars")),
            version: version(body, "version"),
        }),
        _ => None,
    }
}

pub(crate) fn registrars(list: &JsValue) -> Vec<Registrar> {
    items(list)
        .filter_map(|item| {
            Some(Registrar {
                id: text(&item, "id")?,
                uri: text(&item, "uri")?,
                weight: number(&item, "weight").unwrap_or(1.0) as u32,
                reg_id: number(&item, "reg_id")? as u32,
                ..Registrar::default()
            })
        })
        .collect()
}

pub(crate) fn events(list: &JsValue) -> Vec<Event> {
    items(list)
        .filter_map(|item| {
            let fields = get(&item, "fields");
            Some(Event {
                id: text(&item, "id")?,
                name: text(&item, "name")?,
                at_ms: number(&item, "at_ms")? as u64,
                login: text_or_empty(&item, "login"),
                fields: keys(&fields).filter_map(|key| Some((key.clone(), text(&fields, &key)?))).collect(),
            })
        })
        .collect()
}

pub(crate) fn slice(name: &str) -> Option<Slice> {
    Some(match name {
        "hash" => Slice::Hash,
        "launch" => Slice::Launch,
        "status" => Slice::Status,
        "userAgent" => Slice::UserAgent,
        "session" => Slice::Session,
        "registrars" => Slice::Registrars,
        _ => return None,
    })
}

fn launch(body: &JsValue, raw: String) -> Option<Launch> {
    let sip = get(body, "sip");
    Some(Launch {
        login: text(body, "login")?,
        display_name: text_or_empty(body, "display_name"),
        sip_uri: text_or_empty(&sip, "uri"),
        sip_domain: text(&sip, "domain")?,
        registrars: registrars(&get(body, "registrars")),
        status: status_record(&get(body, "status"))?,
        poll_s: number(body, "poll_s").unwrap_or(15.0) as u32,
        json: raw,
    })
}

fn status_record(record: &JsValue) -> Option<StatusRecord> {
    let status = |object: &JsValue| Status::parse(&text(object, "status")?);
    let next = get(record, "next");
    Some(StatusRecord {
        status: status(record)?,
        sub_status: text(record, "sub_status"),
        since: text_or_empty(record, "since"),
        version: number(record, "version")? as u64,
        by: text_or_empty(record, "by"),
        next: status(&next).map(|status| (status, text(&next, "sub_status"))),
    })
}

/// A number or a text: only its being another one counts.
fn version(body: &JsValue, key: &str) -> String {
    let value = get(body, key);
    value.as_string().or_else(|| value.as_f64().map(|n| (n as u64).to_string())).unwrap_or_default()
}
