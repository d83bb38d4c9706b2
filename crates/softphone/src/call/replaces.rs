//! Calls that take another's place (RFC 3891).

use super::calls::Calls;
use super::{Call, CallState};
use crate::context::Context;
use crate::{CallId, EndOptions};
use headset_sip::{Dialog, Name, Request};

/// Why a Replaces is refused.
pub(super) type Refusal = (u16, &'static str);

impl Calls {
    /// The call whose place an INVITE wants to take; `None` where it wants none (RFC 3891 §3). Whoever may use our
    /// registered flow is believed to be allowed to.
    pub(super) fn replaced_by(&self, request: &Request) -> Result<Option<CallId>, Refusal> {
        let mut all = request.all(Name::Replaces);
        let Some(value) = all.next() else { return Ok(None) };
        if all.next().is_some() || request.get(Name::Join).is_some() {
            return Err((400, "More Than One Call To Replace"));
        }
        let wanted = Wanted::parse(value);
        if let Some(call) = self.calls.iter().find(|call| call.dialogs().any(|dialog| wanted.is(dialog))) {
            return match &call.state {
                // An early dialog that we did not begin is nobody's to take.
                CallState::Incoming(_) => Err((481, "Call/Transaction Does Not Exist")),
                CallState::Active(_) if wanted.early_only => Err((486, "Busy Here")),
                _ => Ok(Some(call.call)),
            };
        }
        let is_over = self.farewells.iter().filter_map(|it| it.dialog()).any(|dialog| wanted.is(dialog));
        Err(if is_over { (603, "Decline") } else { (481, "Call/Transaction Does Not Exist") })
    }

    /// Ends the calls whose place was taken.
    pub(super) fn pursue_replacements(&mut self, ctx: &mut Context) {
        while let Some(new) = self
            .calls
            .iter_mut()
            .find(|call| call.replaces.is_some() && matches!(call.state, CallState::Active(_)))
        {
            let Some(id) = new.replaces.take() else { return };
            if let Some(old) = self.calls.iter_mut().find(|call| call.call == id) {
                let cause = Some("Replaced".into());
                let ending = old.end(ctx, EndOptions { cause, ..EndOptions::default() });
                self.finish(ctx, id, Some(ending));
            }
        }
    }
}

impl Call {
    /// The dialog that it is, once it is one.
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        match &self.state {
            CallState::Active(active) => Some(&active.dialog),
            _ => None,
        }
    }

    /// Every dialog that belongs to it.
    fn dialogs(&self) -> impl Iterator<Item = &Dialog> {
        let (one, forks) = match &self.state {
            CallState::Active(active) => (Some(&active.dialog), &[][..]),
            CallState::Incoming(ring) => (Some(ring.dialog()), &[][..]),
            CallState::Dialling(dial) => (None, &dial.forks[..]),
        };
        one.into_iter().chain(forks.iter().map(|fork| &fork.dialog))
    }
}

/// A Replaces header.
struct Wanted<'a> {
    call_id: &'a str,
    to_tag: &'a str,
    from_tag: &'a str,
    early_only: bool,
}

impl<'a> Wanted<'a> {
    fn parse(value: &'a str) -> Wanted<'a> {
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next().unwrap_or("");
        let mut wanted = Wanted { call_id, to_tag: "", from_tag: "", early_only: false };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim() {
                name if name.eq_ignore_ascii_case("to-tag") => wanted.to_tag = value.trim(),
                name if name.eq_ignore_ascii_case("from-tag") => wanted.from_tag = value.trim(),
                name if name.eq_ignore_ascii_case("early-only") => wanted.early_only = true,
                _ => {}
            }
        }
        wanted
    }

    fn is(&self, dialog: &Dialog) -> bool {
        // RFC 3891 §3: a tag of 0 is none.
        let same = |wanted: &str, own: &str| wanted == own || (wanted == "0" && own.is_empty());
        self.call_id == dialog.call_id
            && same(self.to_tag, &dialog.local_tag)
            && same(self.from_tag, &dialog.remote_tag)
    }
}
