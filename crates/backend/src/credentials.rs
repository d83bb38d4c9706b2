//! Short-lived credentials that Kamailio's `auth_ephemeral` and TURN REST servers verify with a shared secret alone:
//! username `<unix expiry>:<login>`, password `base64(HMAC-SHA1(secret, username))`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use headset_floor::WallTime;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;

use crate::secrets::Secret;

/// A username and its password, good until the time in the username.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Credentials {
    pub username: String,
    pub password: String,
}

impl Credentials {
    pub(crate) fn new(secret: &Secret, login: &str, now: WallTime, lifetime: Duration) -> Self {
        let username = format!("{}:{login}", now.0 / 1000 + lifetime.as_secs());
        let password = STANDARD.encode(signature(secret, &username));
        Self { username, password }
    }
}

fn signature(secret: &Secret, username: &str) -> Vec<u8> {
    match Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes()) {
        Ok(mut mac) => {
            mac.update(username.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        // HMAC takes keys of any length.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf %s 1700000600:anna | openssl dgst -sha1 -hmac shared -binary | base64`
    #[test]
    fn the_password_is_what_other_servers_compute() {
        let made = Credentials::new(
            &Secret::new("shared"),
            "anna",
            WallTime(1_700_000_000_123),
            Duration::from_secs(600),
        );
        assert_eq!(made.username, "1700000600:anna");
        assert_eq!(made.password, "h0jWEpykb89FJ3fISawnYEElL+M=");
    }
}
