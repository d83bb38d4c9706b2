//! Ephemeral credentials, as Kamailio's `auth_ephemeral` and TURN REST servers verify them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// A username `<unix expiry>:<login>`, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Username<'a> {
    /// Unix seconds.
    pub(crate) expires: u64,
    pub(crate) login: &'a str,
}

impl<'a> Username<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (expires, login) = text.split_once(':')?;
        if !expires.bytes().all(|b| b.is_ascii_digit()) || !is_login(login) {
            return None;
        }
        Some(Self { expires: expires.parse().ok()?, login })
    }
}

/// The password that belongs to a username: `base64(HMAC-SHA1(secret, username))`.
pub(crate) fn password(secret: &[u8], username: &str) -> String {
    STANDARD.encode(hmac_sha1(secret, username.as_bytes()))
}

pub(super) fn hmac_sha1(secret: &[u8], text: &[u8]) -> [u8; 20] {
    // HMAC takes keys of any length; the empty MAC of an impossible error verifies nothing.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return [0; 20] };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// `[a-z0-9][a-z0-9._-]{1,31}`, or a guest's: `guest-` and up to fifteen digits.
fn is_login(login: &str) -> bool {
    let rest = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    (2..=32).contains(&login.len())
        && login.bytes().all(rest)
        && login.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_an_expiry_and_a_login() {
        assert_eq!(
            Username::parse("1763900000:anna"),
            Some(Username { expires: 1_763_900_000, login: "anna" })
        );
        assert!(Username::parse("1763900000:guest-79991234567").is_some());
        for wrong in ["anna", ":anna", "x:anna", "+1:anna", "1:", "1:Anna", "1:a b", "1:-a", "1:a:b"] {
            assert_eq!(Username::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_password_is_what_other_servers_make_of_it() {
        // RFC 2202's second HMAC-SHA1 case, in base64.
        assert_eq!(password(b"Jefe", "what do ya want for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }
}
