//! What the phone says and shows: passed on, recorded, and drawn conclusions from.

use crate::io::{Error, Output, Slice, UserAgent};
use crate::requests::Resource;
use crate::workplace::{Life, Workplace};
use alloc::string::String;
use headset_sip::Time;
use headset_softphone::{Event as PhoneEvent, FlowStatus, FlowView, Output as PhoneOutput, UserAgentStatus};

impl Workplace {
    pub(crate) fn phone_said(&mut self, now: Time, mut output: PhoneOutput) {
        if let PhoneOutput::Event(event) = &mut output {
            match event {
                PhoneEvent::FlowsChanged => return self.flows_changed = true,
                PhoneEvent::CallsChanged => return self.call_changed = true,
                PhoneEvent::CredentialsRefused { registrar, status, reason } => {
                    return self.credentials_refused(now, registrar, *status, reason);
                }
                PhoneEvent::Trace { name, fields } => {
                    return self.record(now, name, core::mem::take(fields));
                }
                PhoneEvent::Error { code, message } => {
                    self.trace(now, "error code message", &[code, message]);
                }
                _ => {}
            }
        }
        self.outputs.push(Output::Softphone(output));
    }

    pub(crate) fn observe_call(&mut self, now: Time) {
        self.mark(Slice::Session);
        if !self.in_call() {
            if self.rotator.call_ended() {
                self.move_phone(now);
            }
            self.join(now, Resource::Launch);
            self.next_status_is_due(now);
        }
    }

    pub(crate) fn observe_flows(&mut self, now: Time) {
        let flows = self.flows();
        if self.rotator.flows_changed(&flows) {
            self.trace(now, "rotation_completed", &[]);
        }
        let status = match self.life {
            _ if self.phone_started() => self.phone.user_agent_status(),
            Life::Running => UserAgentStatus::Connecting,
            _ => UserAgentStatus::Disconnected,
        };
        if status == UserAgentStatus::Registered {
            self.credential.accepted(&flows);
        }
        let user_agent = UserAgent::of(status, &flows);
        if status != self.user_agent.status {
            let (previous, status) = (word(self.user_agent.status), word(status));
            self.trace(now, "user_agent_status previous status", &[previous, status]);
        }
        self.user_agent = user_agent;
        self.mark(Slice::UserAgent);
        self.mark(Slice::Registrars);
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
            login_url: String::new(),
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
