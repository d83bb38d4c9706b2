//! A backend that answers by script.

use headset_softphone::Registrar;
use headset_workplace::{Event, Hash, HttpAnswer, HttpError, HttpRequest, Launch, Status, StatusRecord};

pub struct Backend {
    pub login: String,
    pub registrars: Vec<Registrar>,
    pub record: StatusRecord,
    /// Life of a hash, seconds.
    pub expires_in: u32,
    /// Seconds between two polls.
    pub poll_s: u32,
    /// How many hashes were given: the last one's number is in its username.
    pub hashes: u32,
    /// Answers everything with this, the network's failure included (status 0).
    pub failing: Option<HttpError>,
    /// Answers the request whose name (`Hash`, `Launch` …) it is.
    pub failing_at: Vec<(&'static str, HttpError)>,
    /// Answers nothing at all to these.
    pub silent_at: Vec<&'static str>,
    pub asked: Vec<(u64, HttpRequest)>,
    pub accepted: Vec<Event>,
}

pub fn registrar(n: u32) -> Registrar {
    Registrar::new(format!("r{n}"), format!("wss://r{n}.example"), 1, n)
}

pub fn error(status: u16, code: &str) -> HttpError {
    HttpError { status, code: code.into(), ..HttpError::default() }
}

impl Backend {
    pub fn new() -> Self {
        Self {
            login: "anna".into(),
            registrars: vec![registrar(1), registrar(2)],
            record: StatusRecord {
                status: Status::Disconnected,
                sub_status: String::new(),
                since: "2026-01-01T08:00:00Z".into(),
                version: 1,
                by: "operator".into(),
                next: None,
            },
            expires_in: 600,
            poll_s: 15,
            hashes: 0,
            failing: None,
            failing_at: Vec::new(),
            silent_at: Vec::new(),
            asked: Vec::new(),
            accepted: Vec::new(),
        }
    }

    /// A change from elsewhere.
    pub fn change(&mut self, status: Status, sub_status: &str, by: &str) {
        self.record.version += 1;
        self.record.status = status;
        self.record.sub_status = sub_status.into();
        self.record.by = by.into();
    }

    pub fn reachable(&self) -> bool {
        self.failing.is_none()
    }

    /// What a new stream says first.
    pub fn pushes(&self) -> [HttpAnswer; 2] {
        [HttpAnswer::Status(self.record.clone()), self.assignment()]
    }

    fn assignment(&self) -> HttpAnswer {
        HttpAnswer::Registrars { registrars: self.registrars.clone(), version: "1".into() }
    }

    pub fn answer(&mut self, now: u64, request: HttpRequest) -> Option<Result<HttpAnswer, HttpError>> {
        self.asked.push((now, request.clone()));
        let name = name(&request);
        if self.silent_at.contains(&name) {
            return None;
        }
        let scripted = self.failing_at.iter().find(|(at, _)| *at == name).map(|(_, error)| error.clone());
        if let Some(error) = self.failing.clone().or(scripted) {
            return Some(Err(error));
        }
        Some(match request {
            HttpRequest::Hash => {
                self.hashes += 1;
                Ok(HttpAnswer::Hash(Hash {
                    login: self.login.clone(),
                    username: format!("{}:{}", self.hashes, self.login),
                    hash: "secret".into(),
                    expires_in: self.expires_in,
                }))
            }
            HttpRequest::Launch => Ok(HttpAnswer::Launch {
                launch: Launch {
                    login: self.login.clone(),
                    display_name: "Anna".into(),
                    sip_domain: "example.org".into(),
                    poll_s: self.poll_s,
                    json: "{}".into(),
                },
                status: self.record.clone(),
                registrars: self.registrars.clone(),
            }),
            HttpRequest::Status => Ok(HttpAnswer::Status(self.record.clone())),
            HttpRequest::PutStatus { if_match: Some(version), .. } if version != self.record.version => {
                let current = Some(self.record.clone());
                Err(HttpError { current, ..error(412, "version_mismatch") })
            }
            HttpRequest::PutStatus { status, sub_status, .. } => {
                self.change(status, &sub_status, "operator");
                Ok(HttpAnswer::Status(self.record.clone()))
            }
            HttpRequest::Registrars => Ok(self.assignment()),
            HttpRequest::Events(events)
                if events.iter().any(|event| !event.login.is_empty() && event.login != self.login) =>
            {
                Err(error(403, "another_login"))
            }
            HttpRequest::Events(events) => {
                for event in events {
                    if !self.accepted.iter().any(|known| known.id == event.id) {
                        self.accepted.push(event);
                    }
                }
                Ok(HttpAnswer::Events)
            }
        })
    }
}

fn name(request: &HttpRequest) -> &'static str {
    match request {
        HttpRequest::Hash => "Hash",
        HttpRequest::Launch => "Launch",
        HttpRequest::Status => "Status",
        HttpRequest::PutStatus { .. } => "PutStatus",
        HttpRequest::Registrars => "Registrars",
        HttpRequest::Events(_) => "Events",
    }
}
