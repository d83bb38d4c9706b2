use crate::calls::{self, due, time};
use crate::fields::{Fields, registrars, seed};
use crate::{kind, show};
use alloc::boxed::Box;
use alloc::string::String;
use headset_softphone::{Command, Credentials, Event, Identity, Input, Output, Settings, Softphone};
use headset_workplace::{Rotation, USER_AGENT, UserAgent};
use wasm_bindgen::prelude::wasm_bindgen;

/// A phone alone: for guests, whose page fetches the hash by itself.
///
/// It lives as long as the page's instance of the module: nothing is spent on taking it apart.
#[wasm_bindgen]
pub struct Phone {
    machine: &'static mut Softphone,
    /// One event of the phone's is two slices of the page's.
    flows_changed: bool,
}

#[wasm_bindgen]
impl Phone {
    /// A phone at rest.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Phone {
        Phone { machine: Box::leak(Box::new(Softphone::new(seed(text)))), flows_changed: false }
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
        if core::mem::take(&mut self.flows_changed) {
            return show::registrars(&self.machine.flows(), Rotation::None as u32);
        }
        while let Some(output) = self.machine.poll_output() {
            let record = match output {
                Output::Event(Event::FlowsChanged) => {
                    self.flows_changed = true;
                    let agent = UserAgent::of(self.machine.user_agent_status(), &self.machine.flows());
                    Some(show::user_agent(agent.status, agent.error.as_ref()))
                }
                Output::Event(Event::CallsChanged) => Some(show::session(self.machine.call().as_ref(), None)),
                // A guest's steps are nobody's to record.
                output => show::phone(&output),
            };
            if let Some(record) = record {
                return record;
            }
        }
        String::new()
    }
}

fn input(kind: u32, number: u32, text: &str) -> Option<Input> {
    let fields = &mut Fields::of(text);
    Some(Input::Command(match kind {
        kind::STOP => Command::Stop,
        kind::REGISTER => register(fields),
        kind::SET_CREDENTIALS => Command::SetCredentials(credentials(fields)),
        _ => return calls::input(kind, number, text),
    }))
}

fn register(fields: &mut Fields<'_>) -> Command {
    let identity = Identity {
        login: fields.text(),
        domain: fields.text(),
        display_name: fields.text(),
        instance_id: fields.text(),
        user_agent: USER_AGENT.into(),
    };
    Command::Start {
        identity,
        credentials: credentials(fields),
        registrars: registrars(fields.field()),
        settings: Settings::default(),
    }
}

fn credentials(fields: &mut Fields<'_>) -> Credentials {
    Credentials::new(fields.text(), fields.text())
}
