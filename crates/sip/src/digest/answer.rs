use super::{Algorithm, Answer, Secret, algorithm, parameter, parameters, response};
use crate::message::number_hex;
use crate::{Invalid, Method, Request};
use alloc::string::String;
use core::fmt;

/// The value of an Authorization or Proxy-Authorization header, as a server reads it.
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
    /// `auth`, `auth-int`, or empty.
    qop: &'static str,
    nc: u32,
    cnonce: String,
    response: String,
}

impl Authorization {
    /// Reads the header's value. Another scheme or algorithm is `Invalid`.
    pub fn parse(value: &str) -> Result<Authorization, Invalid> {
        const MISSING: Invalid = Invalid::new("an answer with a part missing");
        let text = parameters(value)?;
        let needed = |name| parameter(text, name).ok_or(MISSING);
        let qop = match parameter(text, "qop") {
            Some(qop) if qop.eq_ignore_ascii_case("auth") => "auth",
            Some(qop) if qop.eq_ignore_ascii_case("auth-int") => "auth-int",
            Some(_) => return Err(Invalid::new("an unknown quality of protection")),
            None => "",
        };
        let nc = match parameter(text, "nc") {
            Some(nc) => number_hex(&nc).ok_or(Invalid::new("a nonce count that is none"))?,
            None if qop.is_empty() => 0,
            None => return Err(MISSING),
        };
        Ok(Authorization {
            username: needed("username")?,
            realm: needed("realm")?,
            nonce: needed("nonce")?,
            uri: needed("uri")?,
            algorithm: algorithm(text)?,
            opaque: parameter(text, "opaque"),
            cnonce: if qop.is_empty() {
                parameter(text, "cnonce").unwrap_or_default()
            } else {
                needed("cnonce")?
            },
            qop,
            nc,
            response: needed("response")?,
        })
    }

    /// Whether the response is what somebody who knows `password` answers, to a request without a body and with this
    /// method. Whether the nonce is one of ours, and still good, and the realm, is the caller's to know.
    pub fn verify(&self, method: &Method, password: &str) -> bool {
        self.matches(&self.username, Secret::Password(password), method, "")
    }

    /// [`Authorization::verify`] for this request, whose body `auth-int` covers.
    pub fn verify_request(&self, request: &Request, secret: Secret<'_>) -> bool {
        self.matches(&self.username, secret, request.method(), request.body())
    }

    /// How often the client has used the nonce, this time included; `None` without `qop`.
    pub fn nonce_count(&self) -> Option<u32> {
        (!self.qop.is_empty()).then_some(self.nc)
    }

    fn matches(&self, username: &str, secret: Secret<'_>, method: &Method, body: &str) -> bool {
        let Authorization { realm, nonce, uri, nc, cnonce, .. } = self;
        let answer = Answer { username, secret, method, uri, body, nc: *nc, cnonce };
        same_hash(&response(self.algorithm, realm, nonce, self.qop, &answer), &self.response)
    }
}

/// In the same time wherever the first difference is.
fn same_hash(expected: &str, given: &str) -> bool {
    let given = given.as_bytes();
    expected.len() == given.len()
        && expected.bytes().zip(given).fold(0, |all, (a, b)| all | (a ^ b.to_ascii_lowercase())) == 0
}

/// Without the response: it is as good as the password while the nonce lives.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorization({:?} in {:?})", self.username, self.realm)
    }
}
