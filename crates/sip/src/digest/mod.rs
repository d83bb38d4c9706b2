//! Digest authentication (RFC 3261 §22, RFC 2617, RFC 8760's rules for choosing): both sides of it.

mod answer;
mod challenge;

pub use answer::{Authorization, respond};
pub use challenge::{Algorithm, Challenge};

use alloc::string::String;
use md5::{Digest, Md5};

impl Algorithm {
    /// What stands for the password in this realm (RFC 7616 §3.4.2, before any session's part).
    pub fn ha1(self, username: &str, realm: &str, password: &str) -> String {
        self.hash(&[username, realm, password])
    }

    /// The digest of the pieces, joined with colons, in lower-case hexadecimal.
    fn hash(self, pieces: &[&str]) -> String {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => {
                let mut hasher = Md5::new();
                for (index, piece) in pieces.iter().enumerate() {
                    if index > 0 {
                        hasher.update(b":");
                    }
                    hasher.update(piece.as_bytes());
                }
                hexadecimal(&hasher.finalize())
            }
        }
    }
}

/// What somebody knows who may come in.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// The password itself.
    Password(&'a str),
    /// [`Algorithm::ha1`] of the challenge's realm and algorithm, without its `-sess`: good for that realm alone.
    Ha1(&'a str),
}

/// What a challenge is answered with.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// Who is to come in.
    pub username: &'a str,
    /// What they know.
    pub secret: Secret<'a>,
    /// The request's.
    pub method: &'a crate::Method,
    /// The Request-URI.
    pub uri: &'a str,
    /// The request's.
    pub body: &'a str,
    /// Counts the requests sent with the challenge's nonce, from 1.
    pub nc: u32,
    /// A fresh token.
    pub cnonce: &'a str,
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Names and values of `Digest name=value, name="value"`; `None` for another scheme.
fn parameters(text: &str) -> Option<impl Iterator<Item = (&str, String)>> {
    let (scheme, rest) = crate::message::split_word(text.trim_ascii())?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return None;
    }
    Some(crate::message::comma_split(rest).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim_ascii(), crate::message::unquote(value.trim_ascii())))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    /// RFC 2617 §3.5 as a SIP server would have sent it.
    const CHALLENGE: &str = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;

    fn answer(challenge: &str) -> String {
        let challenge = Challenge::parse(challenge).expect("good");
        let get = Method::new("GET");
        respond(&challenge, "Mufasa", "Circle Of Life", &get, "/dir/index.html", 1, "0a4f113b")
    }

    #[test]
    fn the_rfcs_own_example() {
        let answer = answer(CHALLENGE);
        assert!(answer.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{answer}");
        assert!(answer.contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), "{answer}");
        assert!(answer.contains("qop=auth, nc=00000001"), "{answer}");
    }

    #[test]
    fn without_qop_as_in_rfc_2069_and_with_sess() {
        let old = answer(r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#);
        // MD5(MD5(user:realm:password):nonce:MD5(method:uri)), computed with another implementation.
        assert!(old.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""), "{old}");
        assert!(!old.contains("qop") && !old.contains("cnonce"), "{old}");
        let session = answer(&CHALLENGE.replace("realm=", "algorithm=md5-SESS, realm="));
        assert!(session.contains("algorithm=MD5-sess"), "{session}");
        let read = Authorization::parse(&session).expect("own");
        assert!(read.verify(&Method::new("GET"), "Circle Of Life"));
    }

    #[test]
    fn the_server_believes_only_the_right_answer() {
        let answer = answer(CHALLENGE);
        let read = Authorization::parse(&answer).expect("own");
        let get = Method::new("GET");
        assert_eq!((read.username.as_str(), read.realm.as_str()), ("Mufasa", "testrealm@host.com"));
        assert_eq!((read.nonce_count(), read.uri.as_str()), (Some(1), "/dir/index.html"));
        assert!(read.verify(&get, "Circle Of Life"));
        assert!(!read.verify(&get, "circle of life"));
        assert!(!read.verify(&Method::Register, "Circle Of Life"));
        for (from, to) in
            [("Mufasa", "Simba"), ("dcd9", "dcd8"), ("=00000001", "=00000002"), ("index", "other")]
        {
            let read = Authorization::parse(&answer.replace(from, to)).expect("readable");
            assert!(!read.verify(&get, "Circle Of Life"), "{from} became {to}");
        }
        for length in [0, 31] {
            let short = ["response=\"", &"6629fae49393a05397450978507c4ef1"[..length], "\""].concat();
            let text = answer.replace("response=\"6629fae49393a05397450978507c4ef1\"", &short);
            assert!(!Authorization::parse(&text).expect("readable").verify(&get, "Circle Of Life"));
        }
    }

    #[test]
    fn quotes_in_names_go_both_ways() {
        let challenge = Challenge {
            realm: r#"a "b" \c"#.into(),
            nonce: "n".into(),
            qop_auth: true,
            ..Challenge::default()
        };
        assert_eq!(Challenge::parse(&alloc::string::ToString::to_string(&challenge)), Ok(challenge.clone()));
        let value = respond(&challenge, r#"1700000000:an"na"#, "p", &Method::Register, "sip:d", 0xabc, "c");
        let read = Authorization::parse(&value).expect("own");
        assert_eq!((read.username.as_str(), read.nonce_count()), (r#"1700000000:an"na"#, Some(0xabc)));
        assert!(read.verify(&Method::Register, "p"));
    }

    #[test]
    fn challenges_that_cannot_be_answered_are_passed_over() {
        let values = [
            "Basic realm=\"x\"",
            r#"Digest realm="x", nonce="1", algorithm=SHA-512-256, qop="auth""#,
            r#"Digest realm="x", nonce="2", qop="auth-int""#,
            r#"Digest realm="x", qop="auth""#,
            r#"DIGEST realm="x", nonce="3", stale=TRUE, algorithm=MD5, qop=auth"#,
            CHALLENGE,
        ];
        let best = Challenge::best_of(values.into_iter()).expect("one can be");
        assert_eq!((best.nonce.as_str(), best.stale, best.qop_auth), ("3", true, true));
        assert_eq!(Challenge::best_of(values[..4].iter().copied()), None);
    }

    #[test]
    fn answers_with_parts_missing_are_no_answers() {
        let whole = answer(CHALLENGE);
        assert!(Authorization::parse(&whole).is_ok());
        for part in ["username", "realm", "nonce", "uri", "response", "cnonce", "nc"] {
            let without = whole.replace(&[" ", part, "="].concat(), " x=");
            assert!(Authorization::parse(&without).is_err(), "{without}");
        }
        assert!(Authorization::parse(&whole.replace("nc=00000001", "nc=+1")).is_err());
        assert!(Authorization::parse(&whole.replace("qop=auth", "qop=auth-int")).is_err());
    }
}
