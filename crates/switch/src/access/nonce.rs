//! Nonces that are signed rather than remembered.

use headset_sip::Time;

use super::credentials::hmac_sha1;

/// How long a nonce may be answered. An older one is `stale`: the client repeats with a new one.
const LIFE_MS: u64 = 5 * 60 * 1000;

/// Makes nonces and knows its own again: `<ms when made>-<salt>-<signature>`, in hexadecimal.
#[derive(Debug)]
pub(super) struct Nonces {
    key: [u8; 32],
    next_salt: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Fresh,
    Stale,
    /// Not of this switch, or of an earlier run.
    Foreign,
}

impl Nonces {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key, next_salt: 0 }
    }

    pub(super) fn make(&mut self, now: Time) -> String {
        self.next_salt = self.next_salt.wrapping_add(1);
        let signed = format!("{:x}-{:x}", now.0, self.next_salt);
        let signature = self.sign(&signed);
        format!("{signed}-{signature}")
    }

    pub(super) fn age(&self, now: Time, nonce: &str) -> Age {
        let Some((signed, signature)) = nonce.rsplit_once('-') else { return Age::Foreign };
        if !same(self.sign(signed).as_bytes(), signature.as_bytes()) {
            return Age::Foreign;
        }
        let made = signed.split('-').next().and_then(|made| u64::from_str_radix(made, 16).ok());
        match made {
            Some(made) if now.0.saturating_sub(made) <= LIFE_MS => Age::Fresh,
            _ => Age::Stale,
        }
    }

    fn sign(&self, text: &str) -> String {
        hmac_sha1(&self.key, text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Compares without telling by its time where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_fresh_then_stale_and_cannot_be_made_by_others() {
        let mut nonces = Nonces::new([7; 32]);
        let nonce = nonces.make(Time(1_000));
        assert_ne!(nonce, nonces.make(Time(1_000)));
        assert_eq!(nonces.age(Time(1_000 + LIFE_MS), &nonce), Age::Fresh);
        assert_eq!(nonces.age(Time(1_001 + LIFE_MS), &nonce), Age::Stale);
        let younger = nonce.replacen("3e8-", "fffffff-", 1);
        assert_eq!(nonces.age(Time(1_000), &younger), Age::Foreign);
        assert_eq!(Nonces::new([8; 32]).age(Time(1_000), &nonce), Age::Foreign);
        assert_eq!(nonces.age(Time(1_000), "made up"), Age::Foreign);
    }
}
