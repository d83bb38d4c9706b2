//! What the phone says and shows: passed on, recorded, and drawn conclusions from.

use crate::io::{Error, Output, Registrars, Slice, UserAgent};
use crate::requests::Resource;
use crate::workplace::Workplace;
use headset_sip::Time;
use headset_softphone::{Event as PhoneEvent, FlowStatus, FlowView, Output as PhoneOutput, UserAgentStatus};

impl Workplace {
    pub(crate) fn phone_said(&mut self, now: Time, output: PhoneOutput) {
        let output = match output {
            PhoneOutput::OpenSocket { socket, uri } => Output::OpenSocket { socket, uri },
            PhoneOutput::Send { socket, text } => Output::Send { socket, text },
            PhoneOutput::CloseSocket { socket, code } => Output::CloseSocket { socket, code },
            PhoneOutput::Peer(call, peer, request) => Output::Peer(call, peer, request),
            PhoneOutput::Event(event) => match event {
                PhoneEvent::FlowsChanged => return self.flows_changed = true,
                PhoneEvent::CallsChanged => return self.call_changed = true,
                PhoneEvent::DialogChanged { call, stored } => Output::DialogChanged { call, stored },
                // Nobody supervises, and nobody asked for the registrars' answers.
                PhoneEvent::Call(..) | PhoneEvent::Flow { .. } => return,
                PhoneEvent::CredentialsRefused { registrar, status, reason } => {
                    return self.credentials_refused(now, registrar, status, reason);
                }
                PhoneEvent::Trace { name, fields } => {
                    let fields = fields.into_iter().map(|(key, value)| (key.into(), value)).collect();
                    return self.record(now, name, fields);
                }
                PhoneEvent::CallEnded(end) => Output::CallEnded(end),
                PhoneEvent::DtmfReceived { call, tone, duration } => {
                    Output::DtmfReceived { call, tone, duration }
                }
                PhoneEvent::Error { code, message } => {
                    self.trace(now, "error", &[("code", code), ("message", &message)]);
                    Output::Error { code: code.into(), message }
                }
                // An operator's client asks for nothing outside calls.
                #[allow(
                    unreachable_patterns,
                    reason = "without the softphone's feature `full` there is no more"
                )]
                _ => return,
            },
        };
        self.outputs.push_back(output);
    }

    pub(crate) fn observe_call(&mut self, now: Time) {
        let call = self.phone.call();
        if call == self.session {
            return;
        }
        let ended = call.is_none();
        self.session = call;
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
            self.trace(now, "user_agent_status", &[("previous", previous), ("status", status)]);
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
