//! Replaces (RFC 3891): one dialog named in another's place.

use headset_sip::{NameAddr, Request, Uri};

use super::{Call, Calls, State};
use crate::edge::Edge;
use crate::io::Side;

/// A dialog as a Replaces header names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replaces {
    call_id: String,
    to_tag: String,
    from_tag: String,
}

impl Replaces {
    /// Reads a header's value; `None` when it names no dialog.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next().filter(|call_id| !call_id.is_empty())?;
        let (mut to_tag, mut from_tag) = (None, None);
        for part in parts {
            match part.split_once('=') {
                Some((name, tag)) if name.eq_ignore_ascii_case("to-tag") => to_tag = Some(tag),
                Some((name, tag)) if name.eq_ignore_ascii_case("from-tag") => from_tag = Some(tag),
                _ => {}
            }
        }
        Some(Self { call_id: call_id.into(), to_tag: to_tag?.into(), from_tag: from_tag?.into() })
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
        let mut all = request.all(headset_sip::Name::ReferTo);
        let value = all.next().filter(|_| all.next().is_none())?;
        let uri = match NameAddr::parse(value) {
            Ok(address) => address.uri,
            // Replaces without the angle brackets that it needs.
            Err(_) => Uri::parse(value).ok()?,
        };
        let replaces = uri.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("replaces"));
        let replaces = match replaces {
            Some((_, value)) => Some(Replaces::parse(&unescaped(value))?),
            None => None,
        };
        let number = (uri.scheme == headset_sip::Scheme::Tel).then(|| uri.decoded_user());
        Some(Self { target: edge.own_user(&uri).or(number), replaces })
    }
}

fn unescaped(value: &str) -> String {
    Uri { user: Some(value.to_owned()), ..Uri::sip("", "") }.decoded_user()
}

impl Calls {
    /// The answered call, and the side in it, of a login's own dialog. Tags are the other way round for
    /// whoever forgets that the header is written for the far end.
    pub(super) fn find_dialog(&self, login: &str, replaces: &Replaces) -> Option<(u64, Side)> {
        let Replaces { call_id, to_tag, from_tag } = replaces;
        [(to_tag, from_tag), (from_tag, to_tag)].into_iter().find_map(|(ours, theirs)| {
            let &(number, side) = self.by_dialog.get(&(call_id.clone(), ours.clone()))?;
            let Some(Call { state: State::Talking(talking), .. }) = self.calls.get(&number) else {
                return None;
            };
            let leg = talking.end(side);
            (leg.dialog.remote_tag == *theirs && leg.login == login).then_some((number, side))
        })
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

    #[test]
    fn what_is_escaped_in_a_uri_is_read() {
        assert_eq!(unescaped("a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2"), "a@b;to-tag=1;from-tag=2");
    }
}
