//! `--sip-trace`: every message in and out on the `tracing` target `sip`, with secrets and numbers masked.

use crate::io::ConnectionId;

/// Which way a message went.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    In,
    Out,
}

/// Writes one message to the trace, if anybody listens to the target `sip` at level DEBUG.
pub(crate) fn message(way: Way, connection: ConnectionId, text: &str) {
    if tracing::enabled!(target: "sip", tracing::Level::DEBUG) {
        let way = match way {
            Way::In => "<-",
            Way::Out => "->",
        };
        tracing::debug!(target: "sip", "{way} connection {}\n{}", connection.0, masked(text));
    }
}

/// How many last digits of a number stay readable.
const SHOWN: usize = 2;
/// Shorter runs of digits are no numbers of persons, unless they are a whole user part.
const NUMBER: usize = 5;
const HIDDEN: &str = "***";

/// Parameters of (Proxy-)Authorization and its challenges that are secret, or that help to guess one.
const SECRET_PARAMETERS: [&str; 4] = ["response", "nonce", "cnonce", "nextnonce"];

/// What a header holds, and its folded lines with it.
#[derive(Clone, Copy)]
enum Kind {
    Credentials,
    /// An identifier full of digits that is nobody's number.
    Identifier,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "authorization"
            | "proxy-authorization"
            | "www-authenticate"
            | "proxy-authenticate"
            | "authentication-info" => Self::Credentials,
            "via" | "v" | "call-id" | "i" | "cseq" | "content-length" | "l" | "x-headset-call"
            | "content-type" | "c" | "max-forwards" | "expires" | "min-expires" | "retry-after" => {
                Self::Identifier
            }
            _ => Self::Other,
        }
    }
}

/// The text of a message as a trace may show it. Credentials, ICE passwords and keyed digits are hidden;
/// of phone numbers the last two digits stay.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_body, mut keyed, mut kind) = (false, false, Kind::Other);
    for line in text.split_inclusive('\n') {
        if in_body {
            body_line(line, keyed, &mut out);
            continue;
        }
        let content = line.trim_end_matches(['\r', '\n']);
        in_body = content.is_empty() && !out.trim().is_empty();
        // RFC 3261 §7.3.1: a line that begins with white space goes on with the header before it.
        if !line.starts_with([' ', '\t']) {
            let (name, value) = content.split_once(':').unwrap_or(("", content));
            let name = name.trim().to_ascii_lowercase();
            kind = Kind::of(&name);
            keyed |= matches!(&*name, "content-type" | "c") && value.contains("application/dtmf");
        }
        match kind {
            Kind::Credentials => credentials(line, &mut out),
            Kind::Identifier => out.push_str(line),
            Kind::Other => numbers(line, &mut out),
        }
    }
    out
}

/// A login as a log may show it: of a guest's number the last two digits.
pub(crate) fn masked_login(login: &str) -> String {
    let mut out = String::with_capacity(login.len());
    user(login, &mut out);
    out
}

fn credentials(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(quote) = rest.find("=\"") {
        let (before, value) = rest.split_at(quote + 2);
        let name = before[..quote].rsplit([' ', ',', '\t']).next().unwrap_or_default();
        let end = value.find('"').unwrap_or(value.len());
        out.push_str(before);
        if SECRET_PARAMETERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) {
            out.push_str(HIDDEN);
        } else if name.eq_ignore_ascii_case("username") {
            out.push_str(HIDDEN);
            if let Some((_, login)) = value[..end].split_once(':') {
                out.push(':');
                user(login, out);
            }
        } else {
            numbers(&value[..end], out);
        }
        rest = &value[end..];
    }
    // Without quotes: whatever is left is shown only if no secret is named in it.
    let lower = rest.to_ascii_lowercase();
    if SECRET_PARAMETERS.iter().any(|secret| lower.contains(&format!("{secret}="))) {
        out.push_str(HIDDEN);
        out.push_str("\r\n");
    } else {
        out.push_str(rest);
    }
}

/// `keyed`: the body is of digits that somebody pressed, `Signal=5` or the digit alone.
fn body_line(line: &str, keyed: bool, out: &mut String) {
    let content = line.trim_end_matches(['\r', '\n']);
    let secret = ["a=ice-pwd:", "a=crypto:"].into_iter().find(|secret| content.starts_with(secret));
    let shown = match (secret, content.split_once('=')) {
        (Some(secret), _) => secret.len(),
        (None, Some((name, _))) if name.trim().eq_ignore_ascii_case("signal") => name.len() + 1,
        (None, None) if keyed && !content.is_empty() => 0,
        _ => return out.push_str(line),
    };
    out.push_str(&line[..shown]);
    out.push_str(HIDDEN);
    out.push_str(&line[content.len()..]);
}

/// Masks numbers in the user parts of URIs, and long runs of digits elsewhere.
fn numbers(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(start) = next_user(rest) {
        let (before, from_user) = rest.split_at(start);
        runs(before, out);
        let end = from_user.find(['@', '>', ';', ' ', '"', ',', '\r', '\n']).unwrap_or(from_user.len());
        // Without `@` it is a host, unless the scheme is tel.
        let is_user = from_user[end..].starts_with('@') || before.ends_with("tel:");
        if is_user {
            user(&from_user[..end], out);
        } else {
            out.push_str(&from_user[..end]);
        }
        rest = &from_user[end..];
    }
    runs(rest, out);
}

fn next_user(text: &str) -> Option<usize> {
    ["sip:", "sips:", "tel:"].iter().filter_map(|scheme| text.find(scheme).map(|at| at + scheme.len())).min()
}

fn user(user: &str, out: &mut String) {
    let number = user.strip_prefix("guest-").unwrap_or(user);
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b"+-.()".contains(&b));
    if is_number {
        out.push_str(&user[..user.len() - number.len()]);
        masked_number(number, out);
    } else {
        runs(user, out);
    }
}

/// Copies text, masking each run of digits (with the signs that numbers are written with) that is long
/// enough to be a number.
fn runs(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        out.push_str(before);
        let end = run
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | ' ' | '(' | ')'))
            .unwrap_or(run.len());
        let end = run[..end].trim_end_matches(|c: char| !c.is_ascii_digit()).len();
        let run_text = &run[..end];
        let glued = before.ends_with(|c: char| c.is_ascii_alphanumeric())
            || run[end..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if !glued && run_text.bytes().filter(u8::is_ascii_digit).count() >= NUMBER {
            masked_number(run_text, out);
        } else {
            out.push_str(run_text);
        }
        rest = &run[end..];
    }
    out.push_str(rest);
}

fn masked_number(number: &str, out: &mut String) {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let mut hidden = digits.saturating_sub(SHOWN);
    for c in number.chars() {
        if c.is_ascii_digit() && hidden > 0 {
            hidden -= 1;
            out.push('*');
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_hidden_and_the_login_is_not() {
        let shown = masked(
            "REGISTER sip:demo.example SIP/2.0\r\nAuthorization: Digest username=\"1763900000:anna\", \
             realm=\"demo.example\", nonce=\"n0nce\", uri=\"sip:demo.example\", response=\"abcdef\", \
             cnonce=\"cn\", qop=auth, nc=00000001\r\n\r\n",
        );
        for secret in ["1763900000", "n0nce", "abcdef", "\"cn\""] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(
            shown.contains("username=\"***:anna\"") && shown.contains("realm=\"demo.example\""),
            "{shown}"
        );
        assert!(shown.contains("nc=00000001"), "{shown}");
    }

    #[test]
    fn a_challenge_and_an_unquoted_response_are_hidden() {
        let shown =
            masked("X\r\nWWW-Authenticate: Digest realm=\"d\", nonce=\"n0nce\", qop=\"auth\"\r\n\r\n");
        assert!(shown.contains("nonce=\"***\", qop=\"auth\""), "{shown}");
        let shown = masked("X\r\nAuthorization: Digest username=\"1:a1\", response=abcdef\r\n\r\n");
        assert!(!shown.contains("abcdef"), "{shown}");
    }

    #[test]
    fn a_folded_header_is_hidden_on_all_its_lines() {
        let shown = masked(
            "REGISTER sip:d SIP/2.0\r\nAuthorization: Digest username=\"1:anna\",\r\n nonce=\"n0nce\",\r\n\t\
             response=\"abcdef\",\r\n cnonce=cn0nce\r\nTo: \"A\"\r\n <sip:79991234567@d>\r\n\r\n",
        );
        for secret in ["n0nce", "abcdef", "7999"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("<sip:*********67@d>"), "{shown}");
    }

    #[test]
    fn of_numbers_the_last_two_digits_stay() {
        let shown = masked(
            "INVITE sip:guest-79991234567@demo.example SIP/2.0\r\nFrom: \"+7 (999) 123-45-67\" \
             <sip:+79991234567@demo.example>;tag=1234567890ab\r\nTo: <sip:12345@demo.example>\r\nRefer-To: \
             tel:+74950001122\r\nCall-ID: 4950001122334455\r\nContact: \
             <sip:operator17@h.invalid;transport=ws>\r\n\r\n",
        );
        assert!(shown.contains("INVITE sip:guest-*********67@demo.example"), "{shown}");
        assert!(shown.contains("<sip:+*********67@demo.example>;tag=1234567890ab"), "{shown}");
        assert!(!shown.contains("999") && !shown.contains("123-45"), "{shown}");
        assert!(shown.contains("<sip:***45@demo.example>"), "{shown}");
        assert!(shown.contains("tel:+*********22"), "{shown}");
        assert!(shown.contains("Call-ID: 4950001122334455"), "{shown}");
        assert!(shown.contains("sip:operator17@h.invalid"), "{shown}");
    }

    #[test]
    fn keyed_digits_and_ice_passwords_are_hidden() {
        let shown = masked("INFO sip:a@b SIP/2.0\r\n\r\nSignal=5\r\nDuration=160\r\na=ice-pwd:secret\r\n");
        assert!(shown.ends_with("Signal=***\r\nDuration=160\r\na=ice-pwd:***\r\n"), "{shown}");
        let shown = masked("INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf\r\n\r\n5\r\n");
        assert!(shown.ends_with("\r\n\r\n***\r\n"), "{shown}");
        let shown = masked("INFO sip:a@b SIP/2.0\r\nc: application/dtmf-relay\r\n\r\nsignal = 5\r\n");
        assert!(shown.ends_with("signal =***\r\n"), "{shown}");
    }

    #[test]
    fn a_login_is_shown_but_for_a_guests_number() {
        assert_eq!(masked_login("anna"), "anna");
        assert_eq!(masked_login("guest-79991234567"), "guest-*********67");
    }

    #[test]
    fn a_mask_shows_nothing_of_odd_texts_wrongly_and_never_panics() {
        for text in ["", "\r\n\r\n", "sip:", "Authorization: =\"", "From: sip:é123456@", "a\r\nb: \"=\"é"] {
            let _ = masked(text);
        }
        assert_eq!(masked("SIP/2.0 200 OK\r\n\r\n"), "SIP/2.0 200 OK\r\n\r\n");
    }
}
