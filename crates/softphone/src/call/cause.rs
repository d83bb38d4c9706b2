//! Why a call ended, in JsSIP's words.

use crate::Outcome;
use headset_sip::{Headers, Name};

/// The word for a final response of 300 or more.
pub(crate) fn of_status(status: u16) -> &'static str {
    match status {
        300..=399 => "Redirected",
        401 | 407 => "Authentication Error",
        403 | 603 => "Rejected",
        404 | 604 => "Not Found",
        408 | 410 | 430 | 480 => "Unavailable",
        424 | 484 => "Address Incomplete",
        486 | 600 => "Busy",
        488 | 606 => "Incompatible SDP",
        _ => "SIP Failure Code",
    }
}

/// What became of a call of ours that was answered with this final response.
pub(crate) fn outcome_of_status(status: u16) -> Outcome {
    match status {
        403 | 486 | 600 | 603 => Outcome::Rejected,
        408 | 480 | 487 => Outcome::Missed,
        _ => Outcome::Failed,
    }
}

/// What a Reason header says (RFC 3326).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reason<'a> {
    pub(crate) cause: Option<u16>,
    pub(crate) text: Option<&'a str>,
}

impl<'a> Reason<'a> {
    /// Reads the value of protocol SIP, where there is one among others (RFC 3326 §2).
    pub(crate) fn of(message: &'a Headers) -> Reason<'a> {
        Reason::parse(message.values(Name::Reason))
    }

    fn parse(mut values: impl Iterator<Item = &'a str>) -> Reason<'a> {
        let mut reason = Reason::default();
        let sip = values.find_map(|value| {
            let (protocol, rest) = value.split_once(';')?;
            protocol.trim().eq_ignore_ascii_case("SIP").then_some(rest)
        });
        let Some(mut rest) = sip else { return reason };
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').unwrap_or((rest, ""));
            let after = after.trim_start();
            let value;
            (value, rest) = match after.strip_prefix('"') {
                Some(quoted) => {
                    let (value, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
                    (value, rest.split_once(';').map_or("", |(_, rest)| rest))
                }
                None => {
                    let (value, rest) = after.split_once(';').unwrap_or((after, ""));
                    (value.trim(), rest)
                }
            };
            match name.trim() {
                name if name.eq_ignore_ascii_case("cause") => reason.cause = value.parse().ok(),
                name if name.eq_ignore_ascii_case("text") => reason.text = Some(value),
                _ => {}
            }
        }
        reason
    }

    /// What became of a call to us that was cancelled for this reason.
    pub(crate) fn outcome(&self) -> Outcome {
        let says = |words: &str| self.text.is_some_and(|text| contains(text, words));
        if self.cause == Some(200) || says("elsewhere") {
            Outcome::AnsweredElsewhere
        } else if matches!(self.cause, Some(408 | 480)) || says("no answer") || says("no longer offered") {
            Outcome::Missed
        } else {
            Outcome::Cancelled
        }
    }
}

fn contains(text: &str, words: &str) -> bool {
    text.as_bytes().windows(words.len()).any(|w| w.eq_ignore_ascii_case(words.as_bytes()))
}

/// A microphone's failure, by its DOMException's name: our error code, and cause and reason phrase of the 480.
pub(crate) fn of_microphone(name: &str) -> (&'static str, &'static str, &'static str) {
    match name {
        "NotAllowedError" | "PermissionDeniedError" | "SecurityError" => {
            ("microphone_denied", "User Denied Media Access", "Microphone denied")
        }
        "NotFoundError" | "DevicesNotFoundError" | "OverconstrainedError" => {
            ("microphone_missing", "Microphone Not Found", "No microphone")
        }
        "NotReadableError" | "TrackStartError" | "AbortError" => {
            ("microphone_busy", "Microphone In Use", "Microphone in use")
        }
        _ => ("microphone_failed", "WebRTC Error", "Microphone failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_says_who_won() {
        let outcome = |header: Option<&'static str>| Reason::parse(header.into_iter()).outcome();
        assert_eq!(outcome(None), Outcome::Cancelled);
        assert_eq!(
            outcome(Some("SIP;cause=200;text=\"Call completed elsewhere\"")),
            Outcome::AnsweredElsewhere
        );
        assert_eq!(outcome(Some("SIP ;cause=487; text=\"no answer; sorry\"")), Outcome::Missed);
        assert_eq!(outcome(Some("SIP;cause=408")), Outcome::Missed);
        // Our switch, when it offers the caller to somebody else.
        assert_eq!(outcome(Some("SIP;cause=487;text=\"No longer offered\"")), Outcome::Missed);
        assert_eq!(outcome(Some("SIP;cause=487;text=\"Caller hung up\"")), Outcome::Cancelled);
        assert_eq!(outcome(Some("Q.850;cause=200")), Outcome::Cancelled);
        assert_eq!(outcome(Some("SIP;text=\"unclosed")), Outcome::Cancelled);
    }

    #[test]
    fn not_every_microphone_error_is_a_denial() {
        assert_eq!(of_microphone("NotAllowedError").0, "microphone_denied");
        assert_eq!(of_microphone("NotFoundError").0, "microphone_missing");
        assert_eq!(of_microphone("NotReadableError").0, "microphone_busy");
        assert_eq!(of_microphone("").0, "microphone_failed");
    }
}
