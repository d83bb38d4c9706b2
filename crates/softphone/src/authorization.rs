//! Answers to digest challenges.

use crate::Credentials;
use alloc::string::String;
use headset_sip::digest::{Answer, Challenge, Secret};
use headset_sip::{Entropy, Method, Name, Response};

/// A challenge, and how often it was answered.
#[derive(Debug)]
pub(crate) struct Nonce {
    challenge: Challenge,
    proxy: bool,
    count: u32,
    /// The same for all answers: `-sess` algorithms are computed with the first one's.
    cnonce: String,
}

impl Nonce {
    /// The challenge of a 401 or 407; `None` where none of its challenges can be answered.
    pub(crate) fn read(response: &Response) -> Option<Nonce> {
        let proxy = response.status() == 407;
        let name = if proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate };
        Some(Nonce {
            challenge: Challenge::best_of(response.all(name))?,
            proxy,
            count: 0,
            cnonce: String::new(),
        })
    }

    /// The credentials were right; only the nonce was too old.
    pub(crate) fn is_stale(&self) -> bool {
        self.challenge.stale
    }

    /// The header that answers it, for one more request.
    pub(crate) fn answer(
        &mut self,
        credentials: &Credentials,
        entropy: &mut Entropy,
        method: &Method,
        uri: &str,
        body: &str,
    ) -> (Name, String) {
        self.count += 1;
        let Credentials { username, password } = credentials;
        if self.cnonce.is_empty() {
            self.cnonce = entropy.token(12);
        }
        let secret = Secret::Password(password);
        let answer = Answer { username, secret, method, uri, body, nc: self.count, cnonce: &self.cnonce };
        let value = self.challenge.answer(&answer);
        (if self.proxy { Name::ProxyAuthorization } else { Name::Authorization }, value)
    }
}
