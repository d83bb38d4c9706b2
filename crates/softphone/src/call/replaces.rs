//! Calls that take another's place (RFC 3891).

use super::calls::Calls;
use super::requests::DialogName;
use super::{Call, CallState};
use crate::CallId;
use crate::context::Context;
use headset_sip::{Dialog, Name, Replaces, Request};

/// Why a Replaces is refused.
pub(super) type Refusal = (u16, &'static str);

const UNKNOWN: Refusal = (481, "Call/Transaction Does Not Exist");

impl Calls {
    /// The call whose place an INVITE wants to take; `None` where it wants none (RFC 3891 §3). Whoever may use our
    /// registered flow is believed to be allowed to.
    pub(super) fn replaced_by(&mut self, request: &Request) -> Result<Option<CallId>, Refusal> {
        let mut all = request.all(Name::Replaces);
        let Some(value) = all.next() else { return Ok(None) };
        if all.next().is_some() || request.get(Name::Join).is_some() {
            return Err((400, "More Than One Call To Replace"));
        }
        let Ok(wanted) = Replaces::parse(value) else { return Err(UNKNOWN) };
        let name =
            DialogName { call_id: wanted.call_id, local_tag: wanted.to_tag, remote_tag: wanted.from_tag };
        if let Some(call) = self.of_dialog(name) {
            return match &call.state {
                // An early dialog that we did not begin is nobody's to take.
                CallState::Incoming(_) => Err(UNKNOWN),
                CallState::Active(_) if wanted.early_only => Err((486, "Busy Here")),
                _ => Ok(Some(call.call)),
            };
        }
        let is_over = self.farewells.iter().any(|farewell| farewell.has_dialog(name));
        Err(if is_over { (603, "Decline") } else { UNKNOWN })
    }

    /// Ends the calls whose place was taken.
    pub(super) fn pursue_replacements(&mut self, ctx: &mut Context) {
        while let Some(old) = self.calls.iter_mut().find_map(Call::displaces) {
            self.end(ctx, old, "Replaced");
        }
    }
}

impl Call {
    /// The call whose place it has taken, once.
    fn displaces(&mut self) -> Option<CallId> {
        match self.state {
            CallState::Active(_) => self.replaces.take(),
            _ => None,
        }
    }

    /// The dialog that it is, once it is one.
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        match &self.state {
            CallState::Active(active) => Some(&active.dialog),
            _ => None,
        }
    }
}
