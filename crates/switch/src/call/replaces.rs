//! Replaces (RFC 3891): one dialog named in another's place.

use headset_sip::{Dialog, Name, NameAddr, Request, Uri, dialog};

use super::forward::Forward;
use super::{Call, Calls, State, reason_header};
use crate::edge::{Edge, Key, Timer};
use crate::io::Side;

/// A dialog as a Replaces header names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replaces {
    call_id: String,
    to_tag: String,
    from_tag: String,
    /// It is to be replaced only if it is not answered yet.
    pub(super) early_only: bool,
}

impl Replaces {
    /// Reads a header's value; `None` when it names no dialog.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next().filter(|call_id| !call_id.is_empty())?;
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for part in parts {
            match part.split_once('=') {
                Some((name, tag)) if name.eq_ignore_ascii_case("to-tag") => to_tag = Some(tag),
                Some((name, tag)) if name.eq_ignore_ascii_case("from-tag") => from_tag = Some(tag),
                _ => early_only |= part.eq_ignore_ascii_case("early-only"),
            }
        }
        Some(Self { call_id: call_id.into(), to_tag: to_tag?.into(), from_tag: from_tag?.into(), early_only })
    }
}

/// Whom a REFER is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReferTo {
    /// The user part, where it is one of ours.
    pub(super) target: Option<String>,
    pub(super) replaces: Option<Replaces>,
}

impl ReferTo {
    /// `None`: not exactly one that can be read (RFC 3515 §2.4.2).
    pub(super) fn of(edge: &Edge, request: &Request) -> Option<Self> {
        let mut all = request.all(Name::ReferTo);
        let value = all.next().filter(|_| all.next().is_none())?;
        let uri = match NameAddr::parse(value) {
            Ok(address) => address.uri,
            // Replaces without the angle brackets that it needs.
            Err(_) => Uri::parse(value).ok()?,
        };
        let replaces = match uri.header("Replaces") {
            Some(value) => Some(Replaces::parse(&value)?),
            None => None,
        };
        let number = (uri.scheme == headset_sip::Scheme::Tel).then(|| uri.decoded_user());
        Some(Self { target: edge.own_user(&uri).or(number), replaces })
    }
}

impl Calls {
    /// The answered call, and the side in it, of a login's own dialog. Tags are the other way round for
    /// whoever forgets that the header is written for the far end.
    pub(super) fn find_dialog(&self, login: &str, replaces: &Replaces) -> Option<(u64, Side)> {
        let Replaces { call_id, to_tag, from_tag, .. } = replaces;
        [(to_tag, from_tag), (from_tag, to_tag)].into_iter().find_map(|(ours, theirs)| {
            let &(number, side) = self.by_dialog.get(&(call_id.clone(), ours.clone()))?;
            let Some(Call { state: State::Talking(talking), .. }) = self.calls.get(&number) else {
                return None;
            };
            let leg = talking.end(side);
            (leg.dialog.remote_tag == *theirs && leg.login == login).then_some((number, side))
        })
    }

    /// An authenticated INVITE with Replaces: a login's new page takes the place of its old one.
    pub(crate) fn replace(&mut self, edge: &mut Edge, key: Key, login: &str, invite: Request) {
        let Some(replaces) = invite.get(Name::Replaces).and_then(Replaces::parse) else {
            return edge.refuse(key, &invite, 400, "Bad Replaces");
        };
        if invite.contact().is_none() {
            return edge.refuse(key, &invite, 400, "Missing Contact");
        }
        let Some((number, side)) = self.find_dialog(login, &replaces) else {
            return edge.refuse(key, &invite, 481, "Call/Transaction Does Not Exist");
        };
        if replaces.early_only {
            // RFC 3891 §3
            return edge.refuse(key, &invite, 486, "It was answered");
        }
        if invite.body().is_empty() {
            return edge.refuse(key, &invite, 488, "An SDP offer is needed");
        }
        let tag = edge.entropy.token(16);
        self.begin_forward(edge, number, side, key, invite, Some(tag));
    }

    /// The asker's new dialog stands; the old one gets a BYE.
    pub(super) fn leg_replaced(&mut self, edge: &mut Edge, number: u64, forward: &Forward, tag: &str) {
        let Ok(dialog) = Dialog::uas(&forward.request, tag, dialog::State::Confirmed) else { return };
        let Some((_, talking)) = self.talking(number) else { return };
        if forward.from == Side::Caller {
            talking.unacknowledged = None;
            edge.timers.clear(Timer::AckDue(number));
        }
        let leg = talking.leg(forward.from);
        let (login, old_name, old_connection) = (leg.login.clone(), leg.name(), leg.connection);
        let old = std::mem::replace(&mut leg.dialog, dialog);
        leg.connection = forward.asked.connection;
        let name = leg.name();
        self.by_dialog.remove(&old_name);
        self.by_dialog.insert(name, (number, forward.from));
        self.part(edge, &login, old_connection, old, Some(reason_header(200, "Replaced")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_named_by_its_call_id_and_both_tags() {
        let named = Replaces::parse("a@b;to-tag=1;From-Tag=2;early-only").expect("a dialog");
        assert_eq!((&*named.call_id, &*named.to_tag, &*named.from_tag), ("a@b", "1", "2"));
        for nothing in ["", "a@b", "a@b;to-tag=1", ";to-tag=1;from-tag=2"] {
            assert_eq!(Replaces::parse(nothing), None, "{nothing}");
        }
    }
}
