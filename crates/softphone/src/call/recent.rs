//! Calls that were refused, or ended before their answer was acknowledged: a late copy of their INVITE must not ring again.

use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::concat;
use headset_sip::{Name, Request, Time, push_number};

/// As long as a caller may wait, and come back on another flow (timer C, RFC 3261 §16.6).
const KEPT_MS: u64 = 180_000;
const MAX: usize = 16;

/// What tells an INVITE and its copies from others (RFC 3261 §8.2.2.2): Call-ID, From's tag and CSeq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy(String);

impl Copy {
    pub(super) fn of(request: &Request) -> Copy {
        let mut name = concat(&[request.call_id(), "\n", request.from_tag().unwrap_or(""), "\n"]);
        push_number(&mut name, request.number(Name::CSeq).unwrap_or(0));
        Copy(name)
    }
}

/// The oldest first.
#[derive(Debug, Default)]
pub(super) struct Recent(Vec<(Time, Copy, u16, String)>);

impl Recent {
    pub(super) fn remember(&mut self, now: Time, copy: Copy, status: u16, reason: &str) {
        if self.0.len() == MAX {
            self.0.remove(0);
        }
        self.0.push((now.after(KEPT_MS), copy, status, reason.into()));
    }

    /// How the first copy was answered.
    pub(super) fn find(&self, now: Time, copy: &Copy) -> Option<(u16, &str)> {
        let found = self.0.iter().find(|(until, known, ..)| *until > now && known == copy);
        found.map(|(_, _, status, reason)| (*status, reason.as_str()))
    }
}
