use crate::calls::{phone_methods, seed, time};
use crate::{read, write};
use headset_softphone::{Command, Credentials, Event, Identity, Input, Output, Settings, Softphone};
use headset_workplace::{Rotation, Slice, UserAgent};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A phone alone: for guests, whose page fetches the hash by itself.
#[wasm_bindgen]
pub struct Phone {
    machine: Softphone,
    /// One event of the phone's may be two slices of the page's.
    also_changed: Option<Slice>,
}

#[wasm_bindgen]
impl Phone {
    /// A phone at rest. `seed`: 32 random bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], _now: f64) -> Phone {
        Phone { machine: Softphone::new(seed(bytes)), also_changed: None }
    }

    /// Registers as `login` with all of `registrars` (`{id, uri, weight, reg_id}`).
    #[allow(clippy::too_many_arguments)] // The boundary's shape.
    pub fn start(
        &mut self,
        now: f64,
        login: String,
        domain: String,
        display_name: String,
        instance_id: String,
        username: String,
        password: String,
        registrars: &JsValue,
    ) {
        let user_agent = headset_workplace::USER_AGENT.into();
        self.command(
            now,
            Command::Start {
                identity: Identity { login, domain, display_name, instance_id, user_agent },
                credentials: Credentials::new(username, password),
                registrars: read::registrars(registrars),
                settings: Settings::default(),
            },
        );
    }

    /// A renewed hash.
    #[wasm_bindgen(js_name = setCredentials)]
    pub fn set_credentials(&mut self, now: f64, username: String, password: String) {
        self.command(now, Command::SetCredentials(Credentials::new(username, password)));
    }

    /// Un-registers, hangs up and closes everything.
    pub fn stop(&mut self, now: f64) {
        self.command(now, Command::Stop);
    }

    /// `online`, became visible.
    #[wasm_bindgen(js_name = networkBack)]
    pub fn network_back(&mut self, now: f64) {
        self.tell(now, Input::Nudge);
    }

    /// The machine slept.
    pub fn woke(&mut self, now: f64) {
        self.tell(now, Input::Woke);
    }

    /// What the page must do now; ask until `undefined`.
    #[wasm_bindgen(js_name = pollOutput)]
    pub fn poll_output(&mut self) -> JsValue {
        if let Some(slice) = self.also_changed.take() {
            return write::changed(slice);
        }
        while let Some(output) = self.machine.poll_output() {
            return match output {
                Output::OpenSocket { socket, uri } => write::open_socket(socket, &uri),
                Output::Send { socket, text } => write::send(socket, &text),
                Output::CloseSocket { socket, code } => write::close_socket(socket, code),
                Output::Peer(_, peer, request) => write::peer(peer, &request),
                Output::Event(event) => match event {
                    Event::FlowsChanged => {
                        self.also_changed = Some(Slice::Registrars);
                        write::changed(Slice::UserAgent)
                    }
                    Event::CallsChanged => write::changed(Slice::Session),
                    Event::DialogChanged { call, stored } => write::dialog_changed(call, &stored),
                    Event::CallEnded(end) => write::call_ended(&end),
                    Event::DtmfReceived { tone, duration, .. } => write::dtmf(tone, duration),
                    Event::CredentialsRefused { registrar, status, reason } => {
                        write::credentials_refused(&registrar, status, &reason)
                    }
                    Event::Error { code, message } => write::failed(code, &message),
                    // A guest's steps are nobody's to record, and nothing is asked outside calls.
                    _ => continue,
                },
            };
        }
        JsValue::UNDEFINED
    }

    /// `userAgent`, `session` or `registrars`, as a fresh plain object.
    pub fn snapshot(&self, slice: &str) -> JsValue {
        match read::slice(slice) {
            Some(Slice::Session) => write::session(self.machine.call().as_ref()),
            Some(Slice::Registrars) => write::registrars(&self.machine.flows(), Rotation::None),
            Some(Slice::UserAgent) => {
                write::user_agent(&UserAgent::of(self.machine.user_agent_status(), &self.machine.flows()))
            }
            _ => JsValue::UNDEFINED,
        }
    }
}

phone_methods!(Phone);

impl Phone {
    fn tell(&mut self, now: f64, input: Input) {
        self.machine.handle_input(time(now), input);
    }
}
