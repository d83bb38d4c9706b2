//! Answers to digest challenges.

use crate::Credentials;
use alloc::string::String;
use headset_sip::digest::{Challenge, respond};
use headset_sip::{Entropy, Method, Name, Response};

/// A challenge, and how often it was answered.
#[derive(Debug)]
pub(crate) struct Nonce {
    challenge: Challenge,
    proxy: bool,
    count: u32,
}

impl Nonce {
    /// The challenge of a 401 or 407; `None` where none of its challenges can be answered.
    pub(crate) fn read(response: &Response) -> Option<Nonce> {
        let proxy = response.status() == 407;
        let name = if proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate };
        Some(Nonce { challenge: Challenge::best_of(response.all(name))?, proxy, count: 0 })
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
    ) -> (Name, String) {
        self.count += 1;
        let Credentials { username, password } = credentials;
        let cnonce = entropy.token(12);
        let value = respond(&self.challenge, username, password, method, uri, self.count, &cnonce);
        (if self.proxy { Name::ProxyAuthorization } else { Name::Authorization }, value)
    }
}
