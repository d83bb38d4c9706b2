//! Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760): both sides of it.

mod answer;
mod challenge;
pub(crate) mod hash;
#[cfg(test)]
mod tests;

pub use answer::Authorization;
pub use challenge::{Challenge, respond};

use crate::message::{CommaSplit, HEXADECIMAL, cut, push_digit, push_quoted, split_word, trim, unquote};
use crate::{Invalid, Method};
use alloc::string::String;
use alloc::vec::Vec;

/// How the response is computed, the weaker first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5 (RFC 1321).
    #[default]
    Md5,
    /// MD5 with the client's nonce in the first part.
    Md5Sess,
    /// SHA-256 (RFC 8760).
    Sha256,
    /// SHA-256 with the client's nonce in the first part.
    Sha256Sess,
    /// SHA-512/256 (RFC 8760); with the feature `sha-512-256`.
    #[cfg(feature = "sha-512-256")]
    Sha512_256,
    /// SHA-512/256 with the client's nonce in the first part; with the feature `sha-512-256`.
    #[cfg(feature = "sha-512-256")]
    Sha512_256Sess,
}

impl Algorithm {
    const ALL: &[Algorithm] = &[
        Algorithm::Md5,
        Algorithm::Md5Sess,
        Algorithm::Sha256,
        Algorithm::Sha256Sess,
        #[cfg(feature = "sha-512-256")]
        Algorithm::Sha512_256,
        #[cfg(feature = "sha-512-256")]
        Algorithm::Sha512_256Sess,
    ];

    /// The algorithm of this name, in any case.
    pub fn new(name: &str) -> Option<Algorithm> {
        Self::ALL.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Sess => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Sess => "SHA-256-sess",
            #[cfg(feature = "sha-512-256")]
            Algorithm::Sha512_256 => "SHA-512-256",
            #[cfg(feature = "sha-512-256")]
            Algorithm::Sha512_256Sess => "SHA-512-256-sess",
        }
    }

    /// The digest of user, realm and password: what [`Secret::Ha1`] takes.
    pub fn ha1(self, username: &str, realm: &str, password: &str) -> String {
        self.hash(&[username, realm, password])
    }

    fn is_session(self) -> bool {
        self as u8 & 1 == 1
    }

    /// The digest of the pieces, joined with colons, in lower-case hexadecimal.
    fn hash(self, pieces: &[&str]) -> String {
        hexadecimal(&match self {
            Algorithm::Md5 | Algorithm::Md5Sess => hash::md5(pieces),
            Algorithm::Sha256 | Algorithm::Sha256Sess => hash::sha256(pieces),
            #[cfg(feature = "sha-512-256")]
            Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => hash::sha512_256(pieces),
        })
    }
}

/// The 16 bytes of a text's MD5 (RFC 1321).
pub fn md5(text: &str) -> Vec<u8> {
    hash::md5(&[text])
}

/// The 32 bytes of a text's SHA-256 (RFC 6234).
pub fn sha256(text: &str) -> Vec<u8> {
    hash::sha256(&[text])
}

/// The 32 bytes of a text's SHA-512/256 (RFC 6234, FIPS 180-4); with the feature `sha-512-256`.
#[cfg(feature = "sha-512-256")]
pub fn sha512_256(text: &str) -> Vec<u8> {
    hash::sha512_256(&[text])
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
    pub method: &'a Method,
    /// The Request-URI.
    pub uri: &'a str,
    /// The request's, for `auth-int`.
    pub body: &'a str,
    /// Counts the requests sent with the challenge's nonce, from 1.
    pub nc: u32,
    /// A fresh token.
    pub cnonce: &'a str,
}

/// RFC 7616 §3.4.1.
fn response(algorithm: Algorithm, realm: &str, nonce: &str, qop: &str, answer: &Answer<'_>) -> String {
    let Answer { username, secret, method, uri, body, nc, cnonce } = *answer;
    let mut ha1 = match secret {
        Secret::Password(password) => algorithm.ha1(username, realm, password),
        Secret::Ha1(ha1) => ha1.into(),
    };
    if algorithm.is_session() {
        ha1 = algorithm.hash(&[&ha1, nonce, cnonce]);
    }
    let method = method.as_str();
    let ha2 = match qop {
        "auth-int" => algorithm.hash(&[method, uri, &algorithm.hash(&[body])]),
        _ => algorithm.hash(&[method, uri]),
    };
    if qop.is_empty() {
        return algorithm.hash(&[&ha1, nonce, &ha2]);
    }
    algorithm.hash(&[&ha1, nonce, &hexadecimal(&nc.to_be_bytes()), cnonce, qop, &ha2])
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in &[byte >> 4, byte & 15] {
            push_digit(&mut text, HEXADECIMAL, usize::from(*nibble));
        }
    }
    text
}

/// Adds names and quoted values; those without a value are left out.
fn push_pairs(out: &mut String, pairs: &[(&str, Option<&str>)]) {
    for (name, value) in pairs {
        if let Some(value) = value {
            out.push_str(name);
            push_quoted(out, value);
        }
    }
}

/// What follows `Digest`; of another scheme nothing is known.
fn parameters(text: &str) -> Result<&str, Invalid> {
    split_word(trim(text))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Digest"))
        .map(|(_, rest)| rest)
        .ok_or(Invalid::new("another scheme than Digest"))
}

/// The value of the first parameter of this name in `name=value, name="value"`.
fn parameter(text: &str, name: &str) -> Option<String> {
    for pair in CommaSplit::new(text) {
        if let Some((own, value)) = cut(pair, b'=')
            && trim(own).eq_ignore_ascii_case(name)
        {
            return Some(unquote(trim(value)).into_owned());
        }
    }
    None
}

/// Whether a parameter is there and says `true`.
fn is_true(text: &str, name: &str) -> bool {
    parameter(text, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The algorithm that is named; MD5 where none is.
fn algorithm(text: &str) -> Result<Algorithm, Invalid> {
    match parameter(text, "algorithm") {
        Some(name) => Algorithm::new(&name).ok_or(Invalid::new("an unknown digest algorithm")),
        None => Ok(Algorithm::Md5),
    }
}
