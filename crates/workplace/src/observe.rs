//! What the phone says and shows: passed on, recorded, and drawn conclusions from.

use crate::io::{Error, Output, Registrars, Slice, UserAgent};
use crate::requests::Resource;
use crate::workplace::Workplace;
use headset_sip::Time;
use headset_softphone::{Event as PhoneEvent, FlowStatus, FlowView, Output as PhoneOutput, UserAgentStatus};

impl Workplace {
    pub(crate) fn phone_said(&mut self, now: Time, output: PhoneOutput) {
        match output {
            PhoneOutput::Event(PhoneEvent::FlowsChanged) => self.flows_changed = true,
            PhoneOutput::Event(PhoneEvent::CallsChanged) => self.call_changed = true,
            PhoneOutput::Event(PhoneEvent::CredentialsRefused { registrar, status, reason }) => {
                self.credentials_refused(now, registrar, status, reason);
            }
            PhoneOutput::Event(PhoneEvent::Trace { name, fields }) => {
                let fields = fields.into_iter().map(|(key, value)| (key.into(), value)).collect();
                self.record(now, name, fields);
            }
            output => {
                if let PhoneOutput::Event(PhoneEvent::Error { code, message }) = &output {
                    self.trace(now, "error code message", &[code, message]);
                }
                self.outputs.push_back(Output::Softphone(output));
            }
        }
    }

    pub(crate) fn observe_call(&mut self, now: Time) {
        let (call, consultation) = (self.phone.call(), self.phone.consultation());
        if call == self.session && consultation == self.consultation {
            return;
        }
        let ended = call.is_none();
        (self.session, self.consultation) = (call, consultation);
        self.mark(Slice::Session);
        if ended {
            if let Some(registrars) = self.rotator.call_ended() {
                self.move_to(now, registrars);
            }
            self.join(now, Resource::Launch);
            self.next_status_is_due(now);
        }
    }

    pub(crate) fn observe_flows(&mut self, now: Time) {
        let flows = if self.phone_login.is_some() { self.phone.flows() } else { alloc::vec![] };
        if self.rotator.flows_changed(&flows) {
            self.trace(now, "rotation_completed", &[]);
        }
        let registrars = Registrars { flows, rotation: self.rotator.view() };
        let status = match self.phone_login {
            Some(_) => self.phone.user_agent_status(),
            None if self.running() => UserAgentStatus::Connecting,
            None => UserAgentStatus::Disconnected,
        };
        let user_agent = UserAgent::of(status, &registrars.flows);
        if status == UserAgentStatus::Registered {
            self.credential.accepted(&registrars.flows);
        }
        if status != self.user_agent.status {
            let (previous, status) = (word(self.user_agent.status), word(status));
            self.trace(now, "user_agent_status previous status", &[previous, status]);
        }
        if user_agent != self.user_agent {
            self.user_agent = user_agent;
            self.mark(Slice::UserAgent);
        }
        if registrars != self.registrars {
            self.registrars = registrars;
            self.mark(Slice::Registrars);
        }
    }
}

impl UserAgent {
    /// The user agent over these flows.
    pub fn of(status: UserAgentStatus, flows: &[FlowView]) -> Self {
        let refused = status == UserAgentStatus::Error;
        let tells = |flow: &&FlowView| !refused || flow.status == FlowStatus::Refused;
        let message = match status {
            UserAgentStatus::Error | UserAgentStatus::Disconnected => {
                flows.iter().filter(tells).find_map(|flow| flow.error.clone())
            }
            _ => None,
        };
        let code = if refused { "registration_refused" } else { "registrars_unreachable" };
        let error = message.map(|message| Error {
            code: code.into(),
            message,
            fatal: refused,
            recovering: !refused,
            login_url: None,
        });
        Self { status, error }
    }
}

fn word(status: UserAgentStatus) -> &'static str {
    match status {
        UserAgentStatus::Connecting => "connecting",
        UserAgentStatus::Connected => "connected",
        UserAgentStatus::Disconnected => "disconnected",
        UserAgentStatus::Error => "error",
        UserAgentStatus::Registered => "registered",
    }
}
