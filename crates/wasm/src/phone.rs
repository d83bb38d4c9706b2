use crate::calls::{self, Told};
use crate::fields::{Fields, registrars};
use crate::record::Records;
use crate::{kind, show};
use alloc::boxed::Box;
use alloc::string::String;
use headset_softphone::{Command, Credentials, Event, Identity, Input, Output, Settings, Softphone};
use headset_workplace::{Rotation, USER_AGENT, UserAgent};
use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

/// One in a page's instance of the module, as long as that lives: nothing is spent on taking it apart.
static MACHINE: Mutex<Option<&mut Softphone>> = Mutex::new(None);

/// A phone alone, at rest: for guests, whose page fetches the hash by itself.
#[wasm_bindgen]
pub fn phone_new(seed: &str) {
    *MACHINE.lock() = Some(Box::leak(Box::new(Softphone::new(seed))));
}

/// Something happened; what the page must do. Nothing where there is no phone, or it trapped.
#[wasm_bindgen]
pub fn phone_tell(text: &str) -> String {
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
        match output {
            Output::Event(Event::FlowsChanged) => {
                let flows = machine.flows();
                let agent = UserAgent::of(machine.user_agent_status(), &flows);
                show::user_agent(records, agent.status, agent.error.as_ref());
                show::registrars(records, &flows, Rotation::None);
            }
            Output::Event(Event::CallsChanged) => show::session(records, machine.call().as_ref(), None),
            // A guest's steps are nobody's to record.
            output => show::phone(records, &output),
        }
    }
    records.done(machine.poll_timeout())
}

fn input(told: &mut Told<'_>) -> Option<Input> {
    let fields = &mut told.fields;
    Some(Input::Command(match told.kind {
        kind::STOP => Command::Stop,
        kind::REGISTER => register(fields),
        kind::SET_CREDENTIALS => Command::SetCredentials(credentials(fields)),
        _ => return calls::input(told),
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
