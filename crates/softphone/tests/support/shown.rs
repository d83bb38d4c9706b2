//! What a page shows: it looks again only when it is told that something changed.

use headset_softphone::{CallView, Event, FlowView, Softphone, UserAgentStatus};

#[derive(Default)]
pub struct Shown {
    flows: Vec<FlowView>,
    status: Option<UserAgentStatus>,
    calls: Vec<CallView>,
    flows_changed: bool,
    calls_changed: bool,
}

impl Shown {
    pub fn hear(&mut self, event: &Event) {
        self.flows_changed |= *event == Event::FlowsChanged;
        self.calls_changed |= *event == Event::CallsChanged;
    }

    /// All that was said was heard: nothing may have changed of which nothing was said.
    pub fn look(&mut self, phone: &Softphone) {
        let (flows, status, calls) = (phone.flows(), Some(phone.user_agent_status()), phone.calls());
        if !std::mem::take(&mut self.flows_changed) && self.status.is_some() {
            assert_eq!(
                (&self.flows, self.status),
                (&flows, status),
                "a change of flows that nobody was told of"
            );
        }
        if !std::mem::take(&mut self.calls_changed) {
            assert_eq!(self.calls, calls, "a change of calls that nobody was told of");
        }
        (self.flows, self.status, self.calls) = (flows, status, calls);
    }
}
