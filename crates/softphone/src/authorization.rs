//! Digest challenges: who asked on which flow, what is answered, and when not to answer again.

use crate::context::Context;
use crate::{Credentials, Secret, SocketId};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::digest::{self, Algorithm, Challenge};
use headset_sip::{Method, Name, RequestBuilder, Response};

/// Challenges answered in a row.
const ROUNDS: u8 = 4;

/// What is remembered of challenges, so that the next request is answered before it is asked (RFC 7616 §3.4).
#[derive(Debug, Default)]
pub(crate) struct Realms(Vec<Realm>);

/// Who asked for credentials on a flow, and the last nonce.
#[derive(Debug)]
struct Realm {
    flow: u32,
    /// It asked for REGISTER's.
    register: bool,
    proxy: bool,
    /// Of the Request-URI: an end's realm concerns requests to that end alone (RFC 3261 §22.1), a proxy's concerns all.
    host: String,
    challenge: Challenge,
    /// Requests sent with this nonce.
    count: u32,
    /// The secret as this realm and algorithm hash it; empty until needed.
    ha1: String,
    /// One for all answers: `-sess` algorithms are computed with the first one's (RFC 7616 §3.4.2).
    cnonce: String,
}

/// One request and its repetitions, as far as credentials go.
#[derive(Debug, Default)]
pub(crate) struct Series {
    rounds: u8,
    /// Version of the credentials that it was last sent with.
    credentials: u32,
    /// Realms that have challenged it.
    challenged: Vec<(bool, String)>,
}

impl Realms {
    /// The flow is gone for good.
    pub(crate) fn forget(&mut self, flow: u32) {
        self.0.retain(|realm| realm.flow != flow);
    }

    /// The secret is another one; nonces stay good.
    pub(crate) fn new_secret(&mut self) {
        for realm in &mut self.0 {
            realm.ha1.clear();
        }
    }

    /// The realm that asked last and what stands for the password there.
    pub(crate) fn last(&self) -> Option<(&str, &str)> {
        let realm = self.0.iter().rev().find(|realm| !realm.ha1.is_empty())?;
        Some((&realm.challenge.realm, &realm.ha1))
    }
}

impl Context {
    /// Adds what every realm is expected to ask for.
    pub(crate) fn authorize(
        &mut self,
        series: &mut Series,
        socket: SocketId,
        mut builder: RequestBuilder,
        method: &Method,
        uri: &str,
        body: &str,
    ) -> RequestBuilder {
        series.credentials = self.credentials_version;
        let flow = self.routes.flow(socket);
        for realm in &mut self.realms.0 {
            let asks = realm.flow == flow
                && realm.register == (*method == Method::Register)
                && (realm.proxy || realm.host == host(uri));
            if !asks {
                continue;
            }
            if realm.ha1.is_empty() {
                let Some(ha1) = ha1(&self.credentials, &realm.challenge) else { continue };
                realm.ha1 = ha1;
            }
            realm.count += 1;
            let answer = digest::Answer {
                username: &self.credentials.username,
                secret: digest::Secret::Ha1(&realm.ha1),
                method,
                uri,
                body,
                nc: realm.count,
                cnonce: &realm.cnonce,
            };
            let name = if realm.proxy { Name::ProxyAuthorization } else { Name::Authorization };
            builder = builder.header(name, &realm.challenge.answer(&answer));
        }
        builder
    }

    /// A request was answered with 401 or 407: whether to send it once more, by [`Context::authorize`].
    pub(crate) fn challenged(
        &mut self,
        series: &mut Series,
        socket: SocketId,
        method: &Method,
        uri: &str,
        response: &Response,
    ) -> bool {
        let outdated = series.credentials != self.credentials_version;
        let flow = self.routes.flow(socket);
        let register = *method == Method::Register;
        let mut wrong = series.rounds >= ROUNDS;
        let best = best(&self.credentials, response);
        series.rounds += 1;
        let any = !best.is_empty();
        for (proxy, challenge) in best {
            let realm = (proxy, challenge.realm.clone());
            // RFC 3261 §22.1: what was refused is not tried again, unless only the nonce was too old (§22.4).
            if !series.challenged.contains(&realm) {
                series.challenged.push(realm);
            } else {
                // RFC 3261 §22.4
                wrong |= !challenge.stale && !outdated;
            }
            self.realms.0.retain(|realm| {
                realm.flow != flow
                    || realm.register != register
                    || realm.proxy != proxy
                    || realm.challenge.realm != challenge.realm
            });
            if !wrong {
                let host = host(uri).into();
                let (ha1, cnonce) = (String::new(), self.entropy.token(12));
                self.realms.0.push(Realm { flow, register, proxy, host, challenge, count: 0, ha1, cnonce });
            }
        }
        any && !wrong
    }

    /// Whether the credentials are for any of a response's challenges.
    pub(crate) fn can_answer(&self, response: &Response) -> bool {
        !best(&self.credentials, response).is_empty()
    }

    /// A registrar may say which nonce it wants next (RFC 7616 §3.5).
    pub(crate) fn next_nonce(&mut self, socket: SocketId, response: &Response) {
        let next = response.get(Name::AuthenticationInfo).and_then(Challenge::next_nonce);
        let flow = self.routes.flow(socket);
        let asked = |realm: &&mut Realm| realm.flow == flow && realm.register && !realm.proxy;
        if let (Some(nonce), Some(realm)) = (next, self.realms.0.iter_mut().find(asked)) {
            realm.challenge.nonce = nonce;
            realm.count = 0;
        }
    }
}

/// The strongest challenge of each realm among those that can be answered (RFC 8760 §2.4). One response may have those
/// of several proxies and ends (RFC 3261 §22.3).
fn best(credentials: &Credentials, response: &Response) -> Vec<(bool, Challenge)> {
    let mut best: Vec<(bool, Challenge)> = Vec::new();
    for (proxy, name) in [(false, Name::WwwAuthenticate), (true, Name::ProxyAuthenticate)] {
        for challenge in response.all(name).map(Challenge::parse).filter_map(Result::ok) {
            if !can_answer(credentials, &challenge) {
                continue;
            }
            match best.iter_mut().find(|(own, other)| *own == proxy && other.realm == challenge.realm) {
                Some((_, other)) if challenge.algorithm > other.algorithm => *other = challenge,
                Some(_) => {}
                None => best.push((proxy, challenge)),
            }
        }
    }
    best
}

fn can_answer(credentials: &Credentials, challenge: &Challenge) -> bool {
    match &credentials.secret {
        Secret::Password(_) => true,
        Secret::Ha1 { realm, .. } => {
            *realm == challenge.realm && matches!(challenge.algorithm, Algorithm::Md5 | Algorithm::Md5Sess)
        }
        Secret::Token(_) => false,
    }
}

fn ha1(credentials: &Credentials, challenge: &Challenge) -> Option<String> {
    match &credentials.secret {
        _ if !can_answer(credentials, challenge) => None,
        Secret::Password(password) => {
            Some(challenge.algorithm.ha1(&credentials.username, &challenge.realm, password))
        }
        Secret::Ha1 { ha1, .. } => Some(ha1.clone()),
        Secret::Token(_) => None,
    }
}

/// The host, and the port, of a Request-URI.
fn host(uri: &str) -> &str {
    let start = uri.rfind('@').or(uri.find(':')).map_or(0, |at| at + 1);
    let rest = uri.get(start..).unwrap_or("");
    rest.split([';', '?']).next().unwrap_or("")
}
