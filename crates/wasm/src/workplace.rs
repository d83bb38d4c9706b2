use crate::calls::{self, due, time};
use crate::fields::{Fields, digits, registrars, seed};
use crate::record::{self, Record};
use crate::{kind, show};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use headset_workplace::{
    Event, Hash, HttpAnswer, HttpError, HttpId, HttpRequest, Input, Launch, Options, Output, Remote, Slice,
    Status, StatusRecord,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// An operator's client.
///
/// It lives as long as the page's instance of the module: nothing is spent on taking it apart.
#[wasm_bindgen]
pub struct Workplace {
    machine: &'static mut headset_workplace::Workplace,
}

#[wasm_bindgen]
impl Workplace {
    /// A client at rest.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Workplace {
        Workplace { machine: Box::leak(Box::new(headset_workplace::Workplace::new(seed(text)))) }
    }

    /// Something happened.
    pub fn input(&mut self, now: f64, kind: u32, number: u32, text: &str) {
        let now = time(now);
        if kind == kind::TICK {
            self.machine.handle_timeout(now);
        } else if let Some(input) = input(kind, number, text) {
            self.machine.handle_input(now, input);
        }
    }

    /// When to say that it is time.
    pub fn timeout(&self) -> f64 {
        due(self.machine.poll_timeout())
    }

    /// What the page must do now.
    pub fn poll(&mut self) -> String {
        while let Some(output) = self.machine.poll_output() {
            if let Some(record) = self.show(output) {
                return record;
            }
        }
        String::new()
    }
}

impl Workplace {
    fn show(&self, output: Output) -> Option<String> {
        Some(match output {
            Output::Softphone(output) => return show::phone(&output),
            Output::Http(id, request) => http(id.0, &request),
            Output::OpenStream => show::flat(record::OPEN_STREAM, &[], &[]),
            Output::CloseStream => show::flat(record::CLOSE_STREAM, &[], &[]),
            Output::Changed(slice) => self.slice(slice),
            Output::StatusChanged { previous, next } => {
                show::flat(record::STATUS_CHANGED, &[], &[previous.as_str(), next.as_str()])
            }
            Output::StatusSet { request } => show::flat(record::STATUS_SET, &[request], &[]),
            Output::KeepEvents(list) => {
                let mut record = Record::new(record::KEEP_EVENTS);
                events(&mut record, &list);
                record.done()
            }
            Output::Event(step) => {
                let mut record = Record::new(record::EVENT);
                event(&mut record, &step);
                record.done()
            }
            Output::AskMicrophone => show::flat(record::ASK_MICROPHONE, &[], &[]),
        })
    }

    fn slice(&self, slice: Slice) -> String {
        let machine = &self.machine;
        match slice {
            Slice::Hash => {
                let (mut record, hash) = remote(record::HASH, machine.hash());
                if let Some(hash) = hash {
                    record.text(&hash.login);
                    record.text(&hash.username);
                    record.text(&hash.hash);
                    record.number(hash.expires_in.into());
                }
                record.done()
            }
            Slice::Launch => {
                let (mut record, launch) = remote(record::LAUNCH, machine.launch());
                if let Some(launch) = launch {
                    record.raw(&launch.json);
                }
                record.done()
            }
            Slice::Status => {
                let (mut record, status) = remote(record::STATUS, machine.status());
                if let Some(status) = status {
                    record.text(status.status.as_str());
                    record.text(&status.sub_status);
                    record.text(&status.since);
                    record.number(status.version);
                    record.text(&status.by);
                    if let Some((status, sub_status)) = &status.next {
                        record.text(status.as_str());
                        record.text(sub_status);
                    }
                }
                record.done()
            }
            Slice::UserAgent => {
                let agent = machine.user_agent();
                show::user_agent(agent.status, agent.error.as_ref())
            }
            Slice::Session => show::session(machine.session().as_ref(), machine.consultation().as_ref()),
            Slice::Registrars => {
                let registrars = machine.registrars();
                show::registrars(&registrars.flows, registrars.rotation as u32)
            }
        }
    }
}

fn input(kind: u32, number: u32, text: &str) -> Option<Input> {
    let fields = &mut Fields::of(text);
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
        _ => Input::Softphone(calls::input(kind, number, text)?),
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
            event.fields.extend([items.text(), items.text()]);
        }
        events.push(event);
    }
    events
}

fn http(id: u32, request: &HttpRequest) -> String {
    let resource = match request {
        HttpRequest::Hash => 0,
        HttpRequest::Launch => 1,
        HttpRequest::Status => 2,
        HttpRequest::PutStatus { .. } => 3,
        HttpRequest::Registrars => 4,
        HttpRequest::Events(_) => 5,
    };
    let mut record = show::numbered(record::HTTP, &[id, resource]);
    match request {
        HttpRequest::PutStatus { status, sub_status, if_match } => {
            record.text(status.as_str());
            record.text(sub_status);
            if let Some(version) = if_match {
                record.number(*version);
            }
        }
        HttpRequest::Events(list) => events(&mut record, list),
        _ => {}
    }
    record.done()
}

fn events(record: &mut Record, list: &[Event]) {
    for step in list {
        record.open();
        event(record, step);
        record.close();
    }
}

fn event(record: &mut Record, event: &Event) {
    record.text(&event.id);
    record.text(&event.name);
    record.number(event.at_ms);
    record.text(&event.login);
    for field in &event.fields {
        record.text(field);
    }
}

/// The record's beginning, and what is to follow.
fn remote<T>(kind: u32, slice: &Remote<T>) -> (Record, Option<&T>) {
    (show::remote(kind, slice.loading, slice.error.as_ref()), slice.data.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "paused\u{1f}lunch\u{1f}2026-11-01T08:00:00Z\u{1f}7\u{1f}operator\u{1f}\u{1f}";

    fn told(kind: u32, number: u32, parts: &[&str]) -> Option<Input> {
        input(kind, number, &parts.join("\u{1f}"))
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
