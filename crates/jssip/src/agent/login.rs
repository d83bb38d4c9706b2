//! Credentials: challenges that are known, and what answers them.

use super::account::Account;
use super::outgoing::{Outgoing, line};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::digest::{Algorithm, Answer, Challenge, Secret};
use headset_sip::message::Name;
use headset_sip::{Entropy, Response};

/// A request is challenged no more often than this.
const MOST: usize = 6;

/// The last challenge of each realm.
#[derive(Debug, Default)]
pub(crate) struct Login {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    challenge: Challenge,
    by_proxy: bool,
    /// Requests sent with its nonce.
    count: u32,
}

/// What `get('realm')` and `get('ha1')` are from now on.
pub(crate) struct Learned {
    pub(crate) realm: String,
    pub(crate) ha1: String,
}

impl Login {
    /// Who the user is has changed.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Writes the credentials into a request that is about to be sent.
    pub(crate) fn sign(&mut self, account: &Account, entropy: &mut Entropy, request: &mut Outgoing) {
        request.credentials.clear();
        if !account.token.is_empty() {
            return line(&mut request.credentials, "Authorization", &[&account.token]);
        }
        for known in &mut self.known {
            let Some(secret) = secret(account, &known.challenge) else { continue };
            known.count += 1;
            // RFC 7616 §3.3: a nonce serves again, counted.
            let value = known.challenge.answer(&Answer {
                username: &account.user,
                secret,
                method: &request.method,
                uri: &request.uri,
                body: request.body.as_deref().unwrap_or_default(),
                nc: known.count,
                cnonce: &entropy.token(12),
            });
            let name = if known.by_proxy { "Proxy-Authorization" } else { "Authorization" };
            line(&mut request.credentials, name, &[&value]);
        }
    }

    /// Takes a 401's or 407's challenges; `None` where sending the request again would not help.
    pub(crate) fn challenged(
        &mut self,
        account: &Account,
        request: &mut Outgoing,
        response: &Response,
    ) -> Option<Learned> {
        if !account.token.is_empty() || request.realms.len() >= MOST {
            return None;
        }
        let by_proxy = response.status() == 407;
        let name = if by_proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate };
        // An HA1 is MD5's.
        let fits = |value: &&str| {
            !account.password.is_empty()
                || Challenge::parse(value).is_ok_and(|one| secret(account, &one).is_some())
        };
        let challenges = Challenge::best_of_each(response.all(name).filter(fits));
        let mut learned = None;
        for challenge in challenges {
            let realm = challenge.realm.clone();
            if request.realms.contains(&realm) && !challenge.stale {
                return None;
            }
            let ha1 = match secret(account, &challenge)? {
                Secret::Password(password) => Algorithm::Md5.ha1(&account.user, &realm, password),
                Secret::Ha1(ha1) => ha1.into(),
            };
            request.realms.push(realm.clone());
            self.known.retain(|known| known.challenge.realm != realm);
            self.known.push(Known { challenge, by_proxy, count: 0 });
            learned = Some(Learned { realm, ha1 });
        }
        learned
    }
}

fn secret<'a>(account: &'a Account, challenge: &Challenge) -> Option<Secret<'a>> {
    if !account.password.is_empty() {
        Some(Secret::Password(&account.password))
    } else if !account.ha1.is_empty()
        && account.realm == challenge.realm
        && matches!(challenge.algorithm, Algorithm::Md5 | Algorithm::Md5Sess)
    {
        Some(Secret::Ha1(&account.ha1))
    } else {
        None
    }
}
