//! Calls that were refused or ended before they were answered: a late copy of their INVITE must not ring again.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::{Request, Time};

/// As long as a copy may be under way (RFC 3261's 64·T1).
const KEPT: Duration = Duration::from_secs(32);
const MAX: usize = 16;

/// What tells an INVITE and its copies from others (RFC 3261 §8.2.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    call_id: String,
    from_tag: String,
    cseq: u32,
}

impl Copy {
    pub(super) fn of(request: &Request) -> Copy {
        Copy {
            call_id: request.call_id().to_string(),
            from_tag: request.from_tag().unwrap_or("").to_string(),
            cseq: request.cseq().map_or(0, |cseq| cseq.number),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Recent(Vec<(Time, Copy, u16, String)>);

impl Recent {
    pub(super) fn remember(&mut self, now: Time, copy: Copy, status: u16, reason: &str) {
        self.0.retain(|(until, ..)| *until > now);
        if self.0.len() == MAX {
            self.0.remove(0);
        }
        self.0.push((now + KEPT, copy, status, reason.into()));
    }

    /// How the first copy was answered.
    pub(super) fn find(&self, now: Time, copy: &Copy) -> Option<(u16, &str)> {
        let found = self.0.iter().find(|(until, known, ..)| *until > now && known == copy);
        found.map(|(_, _, status, reason)| (*status, reason.as_str()))
    }
}
