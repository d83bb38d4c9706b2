//! Why a call ended, in JsSIP's words.

use crate::Outcome;
use headset_sip::Headers;

/// The word for a final response of 300 or more, and what became of a call of ours that was answered with it.
pub(crate) fn of_status(status: u16) -> (&'static str, Outcome) {
    match status {
        300..=399 => ("Redirected", Outcome::Failed),
        401 | 407 => ("Authentication Error", Outcome::Failed),
        403 | 603 => ("Rejected", Outcome::Rejected),
        404 | 604 => ("Not Found", Outcome::Failed),
        408 | 480 => ("Unavailable", Outcome::Missed),
        410 | 430 => ("Unavailable", Outcome::Failed),
        424 | 484 => ("Address Incomplete", Outcome::Failed),
        486 | 600 => ("Busy", Outcome::Rejected),
        488 | 606 => ("Incompatible SDP", Outcome::Failed),
        487 => ("SIP Failure Code", Outcome::Missed),
        _ => ("SIP Failure Code", Outcome::Failed),
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
        let Some(sip) = message.reason("SIP") else { return Reason::default() };
        let cause = sip.number("cause").and_then(|cause| u16::try_from(cause).ok());
        Reason { cause, text: sip.param("text") }
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

/// A microphone's failure.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Our error code.
    pub(crate) code: &'static str,
    pub(crate) cause: &'static str,
    /// Of the 480.
    pub(crate) reason: &'static str,
}

static DENIED: Failure =
    Failure { code: "microphone_denied", cause: "User Denied Media Access", reason: "Microphone denied" };
static MISSING: Failure =
    Failure { code: "microphone_missing", cause: "Microphone Not Found", reason: "No microphone" };
static BUSY: Failure =
    Failure { code: "microphone_busy", cause: "Microphone In Use", reason: "Microphone in use" };
static OTHER: Failure =
    Failure { code: "microphone_failed", cause: "WebRTC Error", reason: "Microphone failed" };

static FAILURES: [(&str, &Failure); 9] = [
    ("NotAllowedError", &DENIED),
    ("PermissionDeniedError", &DENIED),
    ("SecurityError", &DENIED),
    ("NotFoundError", &MISSING),
    ("DevicesNotFoundError", &MISSING),
    ("OverconstrainedError", &MISSING),
    ("NotReadableError", &BUSY),
    ("TrackStartError", &BUSY),
    ("AbortError", &BUSY),
];

/// By its DOMException's name.
pub(crate) fn of_microphone(name: &str) -> &'static Failure {
    FAILURES.iter().find(|(known, _)| *known == name).map_or(&OTHER, |(_, failure)| failure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headset_sip::{Method, Name, Request};

    #[test]
    fn a_cancel_says_who_won() {
        let outcome = |reason: Option<&'static str>| {
            let cancel = Request::build(Method::Cancel, "sip:a@b");
            let cancel = reason.into_iter().fold(cancel, |it, reason| it.header(Name::Reason, reason));
            Reason::of(&cancel.finish()).outcome()
        };
        assert_eq!(outcome(None), Outcome::Cancelled);
        assert_eq!(
            outcome(Some("SIP;cause=200;text=\"Call completed elsewhere\"")),
            Outcome::AnsweredElsewhere
        );
        assert_eq!(outcome(Some("SIP;cause=200")), Outcome::AnsweredElsewhere);
        assert_eq!(outcome(Some("SIP;cause=26;text=\"Answered elsewhere\"")), Outcome::AnsweredElsewhere);
        assert_eq!(outcome(Some("SIP ;cause=487; text=\"no answer; sorry\"")), Outcome::Missed);
        assert_eq!(outcome(Some("SIP;cause=408")), Outcome::Missed);
        // Our switch, when it offers the caller to somebody else.
        assert_eq!(outcome(Some("SIP;cause=487;text=\"No longer offered\"")), Outcome::Missed);
        assert_eq!(outcome(Some("SIP;cause=487;text=\"Caller hung up\"")), Outcome::Cancelled);
        assert_eq!(outcome(Some("Q.850;cause=200")), Outcome::Cancelled);
        assert_eq!(outcome(Some("SIP;text=\"unclosed")), Outcome::Cancelled);
    }

    #[test]
    fn refusals_have_jssips_words() {
        for (statuses, cause, outcome) in [
            (&[300, 302, 380][..], "Redirected", Outcome::Failed),
            (&[401, 407], "Authentication Error", Outcome::Failed),
            (&[403, 603], "Rejected", Outcome::Rejected),
            (&[404, 604], "Not Found", Outcome::Failed),
            (&[408, 480], "Unavailable", Outcome::Missed),
            (&[410, 430], "Unavailable", Outcome::Failed),
            (&[424, 484], "Address Incomplete", Outcome::Failed),
            (&[486, 600], "Busy", Outcome::Rejected),
            (&[488, 606], "Incompatible SDP", Outcome::Failed),
            // Whoever stands between has given up: nobody answered.
            (&[487], "SIP Failure Code", Outcome::Missed),
            (&[400, 500, 503, 699], "SIP Failure Code", Outcome::Failed),
        ] {
            for &status in statuses {
                assert_eq!(of_status(status), (cause, outcome), "{status}");
            }
        }
    }

    #[test]
    fn not_every_microphone_error_is_a_denial() {
        assert_eq!(of_microphone("NotAllowedError").code, "microphone_denied");
        assert_eq!(of_microphone("NotFoundError").code, "microphone_missing");
        assert_eq!(of_microphone("NotReadableError").code, "microphone_busy");
        assert_eq!(of_microphone("").code, "microphone_failed");
    }
}
