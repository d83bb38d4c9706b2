use super::{Algorithm, Answer, Challenge, Secret, parameters};
use crate::message::{number_hex, write_quoted};
use crate::{Invalid, Method};
use alloc::string::String;
use core::fmt;

/// Answers a challenge with a password: [`Challenge::answer`].
///
/// `nc` counts the requests sent with this challenge's nonce, from 1; `cnonce` is a fresh token. `uri` is the
/// Request-URI.
pub fn respond(
    challenge: &Challenge,
    username: &str,
    password: &str,
    method: &Method,
    uri: &str,
    nc: u32,
    cnonce: &str,
) -> String {
    let secret = Secret::Password(password);
    challenge.answer(&Answer { username, secret, method, uri, body: "", nc, cnonce })
}

impl Challenge {
    /// The value of the Authorization or Proxy-Authorization header that answers this challenge.
    pub fn answer(&self, answer: &Answer<'_>) -> String {
        let cnonce = || answer.cnonce.into();
        let mut authorization = Authorization {
            username: answer.username.into(),
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            uri: answer.uri.into(),
            algorithm: self.algorithm,
            opaque: self.opaque.clone(),
            protection: self.qop_auth.then(|| Protection { nc: answer.nc, cnonce: cnonce() }),
            cnonce: (!self.qop_auth && self.algorithm.is_session()).then(cnonce),
            response: String::new(),
        };
        let ha1 = match answer.secret {
            Secret::Password(password) => &self.algorithm.ha1(answer.username, &self.realm, password),
            Secret::Ha1(ha1) => ha1,
        };
        authorization.response = authorization.expected(answer.method, ha1);
        alloc::string::ToString::to_string(&authorization)
    }

    /// The nonce to use from now on, if an Authentication-Info (RFC 7616 §3.5) names one.
    pub fn next_nonce(authentication_info: &str) -> Option<String> {
        let pairs = crate::message::comma_split(authentication_info).filter_map(|pair| pair.split_once('='));
        let mut named = pairs.filter(|(name, _)| name.trim_ascii().eq_ignore_ascii_case("nextnonce"));
        Some(crate::message::unquote(named.next()?.1.trim_ascii()))
    }
}

/// The value of an Authorization or Proxy-Authorization header. Its `Display` is that value.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Who says so.
    pub username: String,
    /// Of the challenge.
    pub realm: String,
    /// Of the challenge.
    pub nonce: String,
    /// The Request-URI as the client wrote it.
    pub uri: String,
    /// How the response was computed.
    pub algorithm: Algorithm,
    /// Of the challenge.
    pub opaque: Option<String>,
    protection: Option<Protection>,
    /// Where there is no `protection`.
    cnonce: Option<String>,
    response: String,
}

/// What `qop=auth` brings.
#[derive(Clone, PartialEq, Eq)]
struct Protection {
    nc: u32,
    cnonce: String,
}

impl Authorization {
    /// Reads the header's value. Another scheme or algorithm is `Invalid`.
    pub fn parse(value: &str) -> Result<Authorization, Invalid> {
        let (mut username, mut realm, mut nonce, mut uri, mut response) = (None, None, None, None, None);
        let (mut algorithm, mut opaque, mut qop, mut nc, mut cnonce) =
            (Algorithm::Md5, None, None, None, None);
        for (name, value) in parameters(value).ok_or(Invalid("another scheme than Digest"))? {
            match name.to_ascii_lowercase().as_str() {
                "username" => username = Some(value),
                "realm" => realm = Some(value),
                "nonce" => nonce = Some(value),
                "uri" => uri = Some(value),
                "response" => response = Some(value),
                "opaque" => opaque = Some(value),
                "qop" => qop = Some(value),
                "cnonce" => cnonce = Some(value),
                "nc" => nc = Some(number_hex(&value).ok_or(Invalid("a nonce count that is none"))?),
                "algorithm" => {
                    algorithm = Algorithm::new(&value).ok_or(Invalid("an unknown digest algorithm"))?;
                }
                _ => {}
            }
        }
        const MISSING: Invalid = Invalid("an answer with a part missing");
        let protection = match qop {
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                Some(Protection { nc: nc.ok_or(MISSING)?, cnonce: cnonce.take().ok_or(MISSING)? })
            }
            Some(_) => return Err(Invalid("an unknown quality of protection")),
            None => None,
        };
        Ok(Authorization {
            username: username.ok_or(MISSING)?,
            realm: realm.ok_or(MISSING)?,
            nonce: nonce.ok_or(MISSING)?,
            uri: uri.ok_or(MISSING)?,
            algorithm,
            opaque,
            protection,
            cnonce,
            response: response.ok_or(MISSING)?,
        })
    }

    /// Whether the response is what somebody who knows `password` answers, to a request with this method. Whether the
    /// nonce is one of ours, and still good, and the realm, is the caller's to know.
    pub fn verify(&self, method: &Method, password: &str) -> bool {
        let expected = self.expected(method, &self.algorithm.ha1(&self.username, &self.realm, password));
        let given = self.response.as_bytes();
        // The same time wherever the first difference is.
        expected.len() == given.len()
            && expected.bytes().zip(given).fold(0, |all, (a, b)| all | (a ^ b.to_ascii_lowercase())) == 0
    }

    /// How often the client has used the nonce, this time included; `None` without `qop`.
    pub fn nonce_count(&self) -> Option<u32> {
        self.protection.as_ref().map(|protection| protection.nc)
    }

    /// RFC 2617 §3.2.2.
    fn expected(&self, method: &Method, ha1: &str) -> String {
        let hash = |pieces: &[&str]| self.algorithm.hash(pieces);
        let cnonce = self.protection.as_ref().map(|p| &p.cnonce).or(self.cnonce.as_ref());
        let session = self.algorithm.is_session();
        let ha1 = if session { &hash(&[ha1, &self.nonce, cnonce.map_or("", |cnonce| cnonce)]) } else { ha1 };
        let ha2 = hash(&[method.as_str(), &self.uri]);
        match &self.protection {
            Some(Protection { nc, cnonce }) => {
                hash(&[ha1, &self.nonce, &nonce_count_text(*nc), cnonce, "auth", &ha2])
            }
            None => hash(&[ha1, &self.nonce, &ha2]),
        }
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest username=")?;
        write_quoted(f, &self.username)?;
        for (name, value) in [
            (", realm=", Some(&self.realm)),
            (", nonce=", Some(&self.nonce)),
            (", uri=", Some(&self.uri)),
            (", response=", Some(&self.response)),
            (", opaque=", self.opaque.as_ref()),
            (", cnonce=", self.protection.as_ref().map(|p| &p.cnonce).or(self.cnonce.as_ref())),
        ] {
            if let Some(value) = value {
                f.write_str(name)?;
                write_quoted(f, value)?;
            }
        }
        f.write_str(", algorithm=")?;
        f.write_str(self.algorithm.as_str())?;
        if let Some(protection) = &self.protection {
            f.write_str(", qop=auth, nc=")?;
            f.write_str(&nonce_count_text(protection.nc))?;
        }
        Ok(())
    }
}

/// Without the response: it is as good as the password while the nonce lives.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorization({:?} in {:?})", self.username, self.realm)
    }
}

/// Eight hexadecimal digits.
fn nonce_count_text(count: u32) -> String {
    super::hexadecimal(&count.to_be_bytes())
}
