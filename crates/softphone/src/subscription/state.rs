//! The Event and Subscription-State headers (RFC 6665 §8.2).

use crate::Phase;
use alloc::string::{String, ToString};
use headset_sip::{Headers, Name, Params};

/// The event package that an Event header names.
pub(crate) fn package(event: &str) -> &str {
    event.split(';').next().unwrap_or("").trim()
}

/// Whether two Event headers mean the same subscription: the same package, byte by byte, and the same id.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    package(one) == package(other) && id(one) == id(other)
}

fn id(event: &str) -> Option<String> {
    let (_, params) = event.split_once(';')?;
    Params::parse(params).get("id").map(ToString::to_string)
}

/// A Subscription-State that came in.
pub(super) struct Told {
    pub(super) phase: Phase,
    /// Seconds.
    pub(super) expires: Option<u32>,
}

impl Told {
    /// `None` where it is missing. A word that is unknown says that the subscription lives.
    pub(super) fn read(headers: &Headers) -> Option<Told> {
        let value = headers.get(Name::SubscriptionState)?;
        let (word, params) = value.split_once(';').unwrap_or((value, ""));
        let params = Params::parse(params);
        let number = |name| params.get(name).and_then(|value| value.parse().ok());
        let is = |known: &str| word.trim().eq_ignore_ascii_case(known);
        let phase = if is("terminated") {
            let reason = params.get("reason").unwrap_or("").to_ascii_lowercase();
            Phase::Terminated { reason, retry_after: number("retry-after") }
        } else if is("pending") {
            Phase::Pending
        } else if word.trim().is_empty() {
            return None;
        } else {
            Phase::Active
        };
        Some(Told { phase, expires: number("expires") })
    }
}

/// `active;expires=60`, `terminated;reason=timeout`.
pub(super) fn write(phase: &Phase, expires: u32) -> String {
    let mut value = String::from(match phase {
        Phase::Pending => "pending",
        Phase::Active => "active",
        Phase::Terminated { .. } => "terminated",
    });
    let mut param = |name: &str, text: &str| {
        value.push(';');
        value.push_str(name);
        value.push('=');
        value.push_str(text);
    };
    match phase {
        Phase::Terminated { reason, retry_after } => {
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
            if !reason.is_empty() && reason.bytes().all(is_token) {
                param("reason", reason);
            }
            if let Some(seconds) = retry_after {
                param("retry-after", &seconds.to_string());
            }
        }
        _ => param("expires", &expires.to_string()),
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_by_package_and_id() {
        for (one, other, same) in [
            ("presence", "presence", true),
            ("presence", " presence ;x=1", true),
            ("dialog;id=7", "dialog;ID=7", true),
            ("dialog;id=7", "dialog;id=8", false),
            ("dialog;id=7", "dialog", false),
            ("presence", "Presence", false),
            ("presence", "presence.winfo", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} and {other}");
        }
    }

    #[test]
    fn states_are_written_as_they_are_read() {
        let over = |reason: &str, retry_after| Phase::Terminated { reason: reason.into(), retry_after };
        assert_eq!(write(&Phase::Active, 60), "active;expires=60");
        assert_eq!(write(&Phase::Pending, 0), "pending;expires=0");
        assert_eq!(write(&over("timeout", None), 60), "terminated;reason=timeout");
        assert_eq!(write(&over("probation", Some(9)), 60), "terminated;reason=probation;retry-after=9");
        assert_eq!(write(&over("a\r\nb: c", None), 60), "terminated");
    }
}
