use super::parameters;
use crate::Invalid;
use crate::message::write_quoted;
use alloc::string::String;
use core::fmt;

/// How the response is computed. SHA-256 (RFC 8760) joins here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5.
    #[default]
    Md5,
    /// MD5 with the client's nonce in the first part.
    Md5Sess,
}

impl Algorithm {
    const ALL: [(Algorithm, &str); 2] = [(Algorithm::Md5, "MD5"), (Algorithm::Md5Sess, "MD5-sess")];

    /// The algorithm of this name, in any case.
    pub fn new(name: &str) -> Option<Algorithm> {
        Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(algorithm, _)| *algorithm)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(algorithm, _)| *algorithm == self).map_or("", |(_, name)| name)
    }

    pub(super) fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Sess)
    }
}

/// The value of a WWW-Authenticate or Proxy-Authenticate header. Its `Display` is that value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Whose password is asked for.
    pub realm: String,
    /// To be used in the answer.
    pub nonce: String,
    /// To be sent back as it is.
    pub opaque: Option<String>,
    /// The password was right and only the nonce too old.
    pub stale: bool,
    /// How to compute the answer.
    pub algorithm: Algorithm,
    /// Whether `auth` is among the offered qualities of protection; without it the answer is RFC 2069's.
    pub qop_auth: bool,
}

impl Challenge {
    /// Reads one challenge. Those of another scheme or algorithm, or with `auth-int` only, are `Invalid`.
    pub fn parse(value: &str) -> Result<Challenge, Invalid> {
        let mut challenge = Challenge::default();
        let (mut realm, mut nonce) = (None, None);
        for (name, value) in parameters(value).ok_or(Invalid("another scheme than Digest"))? {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "nonce" => nonce = Some(value),
                "opaque" => challenge.opaque = Some(value),
                "stale" => challenge.stale = value.eq_ignore_ascii_case("true"),
                "algorithm" => {
                    challenge.algorithm =
                        Algorithm::new(&value).ok_or(Invalid("an unknown digest algorithm"))?;
                }
                "qop" => {
                    challenge.qop_auth =
                        value.split(',').any(|q| q.trim_ascii().eq_ignore_ascii_case("auth"));
                    if !challenge.qop_auth {
                        return Err(Invalid("an unknown quality of protection"));
                    }
                }
                _ => {}
            }
        }
        challenge.realm = realm.ok_or(Invalid("a challenge without a realm"))?;
        challenge.nonce = nonce.ok_or(Invalid("a challenge without a nonce"))?;
        Ok(challenge)
    }

    /// The first of these header values that can be answered: the server lists them in its order of preference
    /// (RFC 8760 §2.4).
    pub fn best_of<'a>(values: impl Iterator<Item = &'a str>) -> Option<Challenge> {
        values.map(Challenge::parse).find_map(Result::ok)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest realm=")?;
        write_quoted(f, &self.realm)?;
        f.write_str(", nonce=")?;
        write_quoted(f, &self.nonce)?;
        if let Some(opaque) = &self.opaque {
            f.write_str(", opaque=")?;
            write_quoted(f, opaque)?;
        }
        if self.qop_auth {
            f.write_str(", qop=\"auth\"")?;
        }
        f.write_str(", algorithm=")?;
        f.write_str(self.algorithm.as_str())?;
        if self.stale { f.write_str(", stale=true") } else { Ok(()) }
    }
}
