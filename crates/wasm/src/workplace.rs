use crate::calls::{self, Told};
use crate::fields::{Fields, digits, registrars};
use crate::record::{self, Records};
use crate::{kind, show};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use headset_workplace::{
    Event, Hash, HttpAnswer, HttpError, HttpId, HttpRequest, Input, Launch, Options, Output, Remote, Slice,
    Status, StatusRecord, Workplace,
};
use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

/// One in a page's instance of the module, as long as that lives: nothing is spent on taking it apart.
static MACHINE: Mutex<Option<&mut Workplace>> = Mutex::new(None);

/// An operator's client at rest.
#[wasm_bindgen]
pub fn workplace_new(seed: &str) {
    *MACHINE.lock() = Some(Box::leak(Box::new(Workplace::new(seed))));
}

/// Something happened; what the page must do. Nothing where there is no client, or it trapped.
#[wasm_bindgen]
pub fn workplace_tell(text: &str) -> String {
    let Some(mut guard) = MACHINE.try_lock() else { return String::new() };
    let Some(machine) = guard.as_deref_mut() else { return String::new() };
    let mut told = Told::read(text);
    if told.kind == kind::TICK {
        machine.handle_timeout(told.now);
    } else if let Some(input) = input(&mut told) {
        machine.handle_input(told.now, input);
    }
    let records = &mut Records::new();
    while let Some(output) = machine.poll_output() {
        asked(machine, records, &output);
    }
    records.done(machine.poll_timeout())
}

fn asked(machine: &Workplace, records: &mut Records, output: &Output) {
    match output {
        Output::Softphone(output) => show::phone(records, output),
        Output::Http(id, request) => http(records, id.0, request),
        Output::OpenStream => records.push(record::OPEN_STREAM, &[], &[]),
        Output::CloseStream => records.push(record::CLOSE_STREAM, &[], &[]),
        Output::Changed(slice) => changed(machine, records, *slice),
        Output::StatusChanged { previous, next } => {
            records.push(record::STATUS_CHANGED, &[], &[previous.as_str(), next.as_str()]);
        }
        Output::StatusSet { request } => records.push(record::STATUS_SET, &[*request], &[]),
        Output::KeepEvents(list) => {
            records.begin(record::KEEP_EVENTS, &[]);
            events(records, list);
            records.close();
        }
        Output::Event(step) => {
            records.begin(record::EVENT, &[]);
            event(records, step);
            records.close();
        }
        Output::AskMicrophone => records.push(record::ASK_MICROPHONE, &[], &[]),
    }
}

fn changed(machine: &Workplace, records: &mut Records, slice: Slice) {
    match slice {
        Slice::Hash => {
            if let Some(hash) = remote(records, record::HASH, machine.hash()) {
                records.text(&hash.login);
                records.text(&hash.username);
                records.text(&hash.hash);
                records.number(hash.expires_in.into());
            }
        }
        Slice::Launch => {
            if let Some(launch) = remote(records, record::LAUNCH, machine.launch()) {
                records.raw(&launch.json);
            }
        }
        Slice::Status => {
            if let Some(status) = remote(records, record::STATUS, machine.status()) {
                records.text(status.status.as_str());
                records.text(&status.sub_status);
                records.text(&status.since);
                records.number(status.version);
                records.text(&status.by);
                if let Some((status, sub_status)) = &status.next {
                    records.text(status.as_str());
                    records.text(sub_status);
                }
            }
        }
        Slice::UserAgent => {
            let agent = machine.user_agent();
            return show::user_agent(records, agent.status, agent.error.as_ref());
        }
        Slice::Session => {
            let (call, consultation) = (machine.session(), machine.consultation());
            return show::session(records, call.as_ref(), consultation.as_ref());
        }
        Slice::Registrars => {
            let registrars = machine.registrars();
            return show::registrars(records, &registrars.flows, registrars.rotation);
        }
    }
    records.close();
}

fn input(told: &mut Told<'_>) -> Option<Input> {
    let Told { kind, number, ref mut fields, .. } = *told;
    Some(match kind {
        kind::START => Input::Start(Options { wall_ms: fields.number(), profile_id: fields.text() }),
        kind::STOP => Input::Stop,
        kind::HTTP_FAILED => Input::Http(HttpId(number), Err(error(fields))),
        kind::HASH_ARRIVED..=kind::EVENTS_TAKEN => match answer(kind, fields) {
            answer if number == 0 => Input::Pushed(answer?),
            Some(answer) => Input::Http(HttpId(number), Ok(answer)),
            None => Input::Http(HttpId(number), Err(HttpError::new(200))),
        },
        kind::STREAM_OPENED => Input::StreamOpened,
        kind::STREAM_CLOSED => Input::StreamClosed,
        kind::SET_STATUS => Input::SetStatus {
            request: number,
            status: Status::parse(fields.field())?,
            sub_status: fields.text(),
        },
        kind::REFUSE_CALLS => Input::RefuseCalls(fields.optional()),
        kind::RETRY => Input::Retry(*Slice::ALL.get(number as usize)?),
        kind::FOCUSED => Input::Focused,
        kind::UNLOAD => Input::Unload,
        kind::NETWORK_BACK => Input::NetworkBack,
        kind::WOKE => Input::Woke { wall_ms: Some(fields.number()) },
        kind::RESTORE_EVENTS => Input::RestoreEvents(kept(fields)),
        _ => Input::Softphone(calls::input(told)?),
    })
}

/// What the backend said; `None` where something is missing that the engine cannot do without.
fn answer(kind: u32, fields: &mut Fields<'_>) -> Option<HttpAnswer> {
    match kind {
        kind::HASH_ARRIVED => {
            let mut read = [""; 4];
            fields.read(&mut read);
            let [login, username, hash, expires_in] = read;
            if login.is_empty() || username.is_empty() || hash.is_empty() {
                return None;
            }
            Some(HttpAnswer::Hash(Hash {
                expires_in: digits(expires_in)? as u32,
                login: login.into(),
                username: username.into(),
                hash: hash.into(),
            }))
        }
        kind::LAUNCH_ARRIVED => {
            let mut read = [""; 5];
            fields.read(&mut read);
            let [login, display_name, sip_domain, poll_s, registrars] = read;
            if login.is_empty() || sip_domain.is_empty() {
                return None;
            }
            Some(HttpAnswer::Launch {
                status: status(fields)?,
                registrars: self::registrars(registrars),
                launch: Launch {
                    login: login.into(),
                    display_name: display_name.into(),
                    sip_domain: sip_domain.into(),
                    poll_s: digits(poll_s).unwrap_or_default() as u32,
                    json: fields.rest(),
                },
            })
        }
        kind::STATUS_ARRIVED => status(fields).map(HttpAnswer::Status),
        kind::REGISTRARS_ARRIVED => {
            Some(HttpAnswer::Registrars { version: fields.text(), registrars: registrars(fields.field()) })
        }
        _ => Some(HttpAnswer::Events),
    }
}

fn error(fields: &mut Fields<'_>) -> HttpError {
    HttpError {
        status: fields.number() as u16,
        code: fields.text(),
        login_url: fields.text(),
        retry_after_s: fields.digits().map(|seconds| seconds as u32),
        current: status(fields),
        detail: fields.rest(),
    }
}

/// Reads all its fields, also where there is none.
fn status(fields: &mut Fields<'_>) -> Option<StatusRecord> {
    let mut read = [""; 7];
    fields.read(&mut read);
    let [status, sub_status, since, version, by, next, next_sub_status] = read;
    Some(StatusRecord {
        status: Status::parse(status)?,
        version: digits(version)?,
        sub_status: sub_status.into(),
        since: since.into(),
        by: by.into(),
        next: Status::parse(next).map(|next| (next, next_sub_status.into())),
    })
}

fn kept(list: &mut Fields<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    while !list.is_empty() {
        let mut items = Fields::items(list.field());
        let mut event = Event {
            id: items.text(),
            name: items.text(),
            at_ms: items.number(),
            login: items.text(),
            fields: Vec::new(),
        };
        while !items.is_empty() {
            event.fields.push(items.text());
            event.fields.push(items.text());
        }
        events.push(event);
    }
    events
}

fn http(records: &mut Records, id: u32, request: &HttpRequest) {
    let resource = match request {
        HttpRequest::Hash => 0,
        HttpRequest::Launch => 1,
        HttpRequest::Status => 2,
        HttpRequest::PutStatus { .. } => 3,
        HttpRequest::Registrars => 4,
        HttpRequest::Events(_) => 5,
    };
    records.begin(record::HTTP, &[id, resource]);
    match request {
        HttpRequest::PutStatus { status, sub_status, if_match } => {
            records.text(status.as_str());
            records.text(sub_status);
            if let Some(version) = if_match {
                records.number(*version);
            }
        }
        HttpRequest::Events(list) => events(records, list),
        _ => {}
    }
    records.close();
}

fn events(records: &mut Records, list: &[Event]) {
    for step in list {
        records.open();
        event(records, step);
        records.close();
    }
}

fn event(records: &mut Records, event: &Event) {
    records.text(&event.id);
    records.text(&event.name);
    records.number(event.at_ms);
    records.text(&event.login);
    for field in &event.fields {
        records.text(field);
    }
}

/// Begins a slice's record; what is still to be written.
fn remote<'a, T>(records: &mut Records, kind: u32, slice: &'a Remote<T>) -> Option<&'a T> {
    show::remote(records, kind, slice.loading, slice.error.as_ref());
    slice.data.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use headset_softphone::Time;

    const STATUS: &str = "paused\u{1f}lunch\u{1f}2026-11-01T08:00:00Z\u{1f}7\u{1f}operator\u{1f}\u{1f}";

    fn told(kind: u32, number: u32, parts: &[&str]) -> Option<Input> {
        input(&mut Told { now: Time(0), kind, number, fields: Fields::of(&parts.join("\u{1f}")) })
    }

    #[test]
    fn a_launch_is_read_to_its_raw_text() {
        let registrars = "r1\u{1e}ws://1\u{1e}2\u{1e}3";
        let parts = ["anna", "Anna", "x", "15", registrars, STATUS, "{\"a\":1}"];
        let Some(Input::Http(HttpId(4), Ok(HttpAnswer::Launch { launch, status, registrars }))) =
            told(kind::LAUNCH_ARRIVED, 4, &parts)
        else {
            panic!("no launch")
        };
        assert_eq!((&*launch.login, &*launch.sip_domain, launch.poll_s), ("anna", "x", 15));
        assert_eq!((registrars.len(), registrars[0].reg_id), (1, 3));
        assert_eq!((status.version, status.next), (7, None));
        assert_eq!(launch.json, "{\"a\":1}");
    }

    #[test]
    fn an_answer_without_what_the_engine_needs_is_a_failure() {
        for (kind, parts) in [
            (kind::HASH_ARRIVED, &["", "1:anna", "secret", "600"][..]),
            (kind::HASH_ARRIVED, &["anna", "1:anna", "secret", ""]),
            (kind::LAUNCH_ARRIVED, &["anna", "", "", "15", "", STATUS, "{}"]),
            (kind::STATUS_ARRIVED, &["asleep", "", "", "1", "", "", ""]),
            (kind::STATUS_ARRIVED, &["paused", "", "", "", "", "", ""]),
        ] {
            let Some(Input::Http(HttpId(9), Err(error))) = told(kind, 9, parts) else {
                panic!("{kind} {parts:?} was taken")
            };
            assert_eq!((error.status, &*error.code), (200, ""));
        }
        assert!(told(kind::STATUS_ARRIVED, 0, &["asleep"]).is_none(), "pushed");
    }

    #[test]
    fn a_refused_change_brings_the_current_record() {
        let parts = ["412", "version_mismatch", "", "", STATUS, "Changed\u{1f}elsewhere"];
        let Some(Input::Http(HttpId(2), Err(error))) = told(kind::HTTP_FAILED, 2, &parts) else {
            panic!("no error")
        };
        assert_eq!((error.status, &*error.code, error.retry_after_s), (412, "version_mismatch", None));
        assert_eq!(error.current.map(|record| record.version), Some(7));
        assert_eq!(error.detail, "Changed\u{1f}elsewhere");
        let Some(Input::Http(_, Err(error))) =
            told(kind::HTTP_FAILED, 2, &["503", "", "", "20", "", "", "", "", "", "", "", ""])
        else {
            panic!("no error")
        };
        assert_eq!((error.current, error.retry_after_s), (None, Some(20)));
    }

    #[test]
    fn kept_events_come_back_as_they_were() {
        let step = Event {
            id: "1".into(),
            name: "call_ended".into(),
            at_ms: 5,
            login: "anna".into(),
            fields: ["outcome", "answered", "cause", ""].map(Into::into).into(),
        };
        let list = ["1", "call_ended", "5", "anna", "outcome", "answered", "cause", ""].join("\u{1e}");
        let Some(Input::RestoreEvents(events)) = told(kind::RESTORE_EVENTS, 0, &[&list, &list]) else {
            panic!("no events")
        };
        assert_eq!(events.len(), 2);
        assert_eq!((&*events[0].id, events[0].at_ms, &events[0].fields), ("1", 5, &step.fields));
    }
}
