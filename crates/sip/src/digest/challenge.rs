use super::{
    Algorithm, Answer, Secret, algorithm, hexadecimal, is_true, parameter, parameters, push_pairs, response,
};
use crate::message::{CommaSplit, push_quoted};
use crate::text::push;
use crate::{Invalid, Method};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

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
    /// Whether `auth` is among the offered qualities of protection; without any the answer is RFC 2069's.
    pub qop_auth: bool,
    /// Whether `auth-int`, which covers the body, is.
    pub qop_auth_int: bool,
    /// Whether the name is to be sent as a hash (RFC 7616 §3.4.4).
    pub userhash: bool,
}

impl Challenge {
    /// Reads one challenge. Those of another scheme, algorithm or quality of protection are `Invalid`.
    pub fn parse(value: &str) -> Result<Challenge, Invalid> {
        let text = parameters(value)?;
        let (mut qop_auth, mut qop_auth_int) = (false, false);
        if let Some(qop) = parameter(text, "qop") {
            for offer in CommaSplit::new(&qop) {
                qop_auth |= offer.eq_ignore_ascii_case("auth");
                qop_auth_int |= offer.eq_ignore_ascii_case("auth-int");
            }
            if !qop_auth && !qop_auth_int {
                return Err(Invalid::new("an unknown quality of protection"));
            }
        }
        Ok(Challenge {
            realm: parameter(text, "realm").ok_or(Invalid::new("a challenge without a realm"))?,
            nonce: parameter(text, "nonce").ok_or(Invalid::new("a challenge without a nonce"))?,
            opaque: parameter(text, "opaque"),
            stale: is_true(text, "stale"),
            algorithm: algorithm(text)?,
            qop_auth,
            qop_auth_int,
            userhash: is_true(text, "userhash"),
        })
    }

    /// The strongest of these header values that can be answered; of equal ones the first, which the server prefers
    /// (RFC 8760 §2.4).
    pub fn best_of<'a>(values: impl Iterator<Item = &'a str>) -> Option<Challenge> {
        // The realm that is asked for first: others are asked for beside it, not in its place.
        let best = Challenge::best_of_each(values);
        best.into_iter().next()
    }

    /// The strongest of each realm, in the realms' order: a request that forked, or passed several proxies, has one
    /// answer for each (RFC 3261 §22.3).
    pub fn best_of_each<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Challenge> {
        let mut best: Vec<Challenge> = Vec::new();
        for challenge in values.filter_map(|value| Challenge::parse(value).ok()) {
            match best.iter_mut().find(|own| own.realm == challenge.realm) {
                Some(own) if own.algorithm < challenge.algorithm => *own = challenge,
                Some(_) => {}
                None => best.push(challenge),
            }
        }
        best
    }

    /// The value of the Authorization or Proxy-Authorization header that answers this challenge. `auth` is chosen where
    /// it is offered: `auth-int` fails wherever somebody on the way touches the body.
    pub fn answer(&self, answer: &Answer<'_>) -> String {
        let Answer { username, uri, .. } = *answer;
        let integrity = self.qop_auth_int && !self.qop_auth;
        let qop = match (integrity, self.qop_auth) {
            (true, _) => "auth-int",
            (false, true) => "auth",
            (false, false) => "",
        };
        let needs_cnonce = !qop.is_empty() || self.algorithm.is_session();
        let response = response(self.algorithm, &self.realm, &self.nonce, qop, answer);
        let hashed = self.userhash.then(|| self.algorithm.hash(&[username, &self.realm]));
        let mut out = String::with_capacity(256);
        out.push_str("Digest ");
        push_pairs(
            &mut out,
            &[
                ("username=", Some(hashed.as_deref().unwrap_or(username))),
                (", realm=", Some(&self.realm)),
                (", nonce=", Some(&self.nonce)),
                (", uri=", Some(uri)),
                (", response=", Some(&response)),
                (", opaque=", self.opaque.as_deref()),
                (", cnonce=", needs_cnonce.then_some(answer.cnonce)),
            ],
        );
        push(&mut out, &[", algorithm=", self.algorithm.as_str()]);
        if !qop.is_empty() {
            push(&mut out, &[", qop=", qop, ", nc=", &hexadecimal(&answer.nc.to_be_bytes())]);
        }
        if self.userhash {
            out.push_str(", userhash=true");
        }
        out
    }

    /// The nonce to use from now on, if an Authentication-Info (RFC 7616 §3.5) names one.
    pub fn next_nonce(authentication_info: &str) -> Option<String> {
        parameter(authentication_info, "nextnonce")
    }
}

/// Answers a challenge to a request without a body: [`Challenge::answer`] with a password.
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

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::from("Digest realm=");
        push_quoted(&mut out, &self.realm);
        push_pairs(&mut out, &[(", nonce=", Some(&self.nonce)), (", opaque=", self.opaque.as_deref())]);
        out.push_str(match (self.qop_auth, self.qop_auth_int) {
            (true, true) => ", qop=\"auth,auth-int\"",
            (true, false) => ", qop=\"auth\"",
            (false, true) => ", qop=\"auth-int\"",
            (false, false) => "",
        });
        out.push_str(", algorithm=");
        out.push_str(self.algorithm.as_str());
        for (is_set, text) in [(self.stale, ", stale=true"), (self.userhash, ", userhash=true")] {
            if is_set {
                out.push_str(text);
            }
        }
        f.write_str(&out)
    }
}
