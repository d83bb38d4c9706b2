//! Digest challenges: who asked on which flow, what is answered, and when not to answer again.

use crate::context::Context;
use crate::{Credentials, Secret, SocketId};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::digest::{self, Challenge};
use headset_sip::text::{concat, cut, cut_or_all};
use headset_sip::{Method, Name, RequestBuilder, Response};

/// Challenges answered in a row.
const ROUNDS: u8 = 4;

/// What is remembered of challenges, so that the next request is answered before it is asked (RFC 7616 §3.4).
#[derive(Debug, Default)]
pub(crate) struct Realms(Vec<Realm>);

/// Who asked for credentials on a flow, and the last nonce.
#[derive(Debug)]
struct Realm {
    asker: Asker,
    /// Of the Request-URI: an end's realm concerns requests to that end alone (RFC 3261 §22.1), a proxy's concerns all.
    host: String,
    challenge: Challenge,
    /// Requests sent with this nonce.
    count: u32,
    /// The secret as this realm and algorithm hash it; empty until needed.
    ha1: String,
    /// One for all answers: `-sess` algorithms are computed with the first one's (RFC 7616 §3.4.2). Empty while the
    /// response that challenges is being read.
    cnonce: String,
}

impl Realm {
    fn is_new(&self) -> bool {
        self.cnonce.is_empty()
    }
}

/// Who asked for them, but for the realm's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asker {
    flow: u32,
    /// It asked for REGISTER's.
    register: bool,
    proxy: bool,
}

/// One request and its repetitions, as far as credentials go.
#[derive(Debug, Default)]
pub(crate) struct Series {
    rounds: u8,
    /// Version of the credentials that it was last sent with.
    credentials: u32,
    /// Realms that have challenged it.
    challenged: Vec<String>,
}

impl Realms {
    /// The flow is gone for good.
    pub(crate) fn forget(&mut self, flow: u32) {
        while let Some(at) = self.0.iter().position(|realm| realm.asker.flow == flow) {
            self.0.remove(at);
        }
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
    /// Adds what every realm is expected to ask for (RFC 3261 §22.2, §22.3).
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
        let register = *method == Method::Register;
        for realm in &mut self.realms.0 {
            let proxy = realm.asker.proxy;
            if realm.asker != (Asker { flow, register, proxy }) || !proxy && realm.host != host(uri) {
                continue;
            }
            if realm.ha1.is_empty() {
                realm.ha1 = ha1(&self.credentials, &realm.challenge);
            }
            if realm.ha1.is_empty() {
                continue;
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
            let name = if proxy { Name::ProxyAuthorization } else { Name::Authorization };
            builder = builder.header(name, &realm.challenge.answer(&answer));
        }
        builder
    }

    /// A request was answered with 401 or 407: whether to send it once more (RFC 3261 §22.2), by
    /// [`Context::authorize`].
    pub(crate) fn challenged(
        &mut self,
        series: &mut Series,
        socket: SocketId,
        method: &Method,
        uri: &str,
        response: &Response,
    ) -> bool {
        self.judge(series, socket, method, uri, response) == Some(true)
    }

    /// The same; `None` where the credentials are for none of the challenges.
    pub(crate) fn judge(
        &mut self,
        series: &mut Series,
        socket: SocketId,
        method: &Method,
        uri: &str,
        response: &Response,
    ) -> Option<bool> {
        let outdated = series.credentials != self.credentials_version;
        let flow = self.routes.flow(socket);
        let register = *method == Method::Register;
        let mut wrong = series.rounds >= ROUNDS;
        series.rounds += 1;
        let realms = &mut self.realms.0;
        for &(proxy, name) in &[(false, Name::WwwAuthenticate), (true, Name::ProxyAuthenticate)] {
            let asker = Asker { flow, register, proxy };
            for value in response.all(name) {
                let Ok(challenge) = Challenge::parse(value) else { continue };
                if can_answer(&self.credentials, &challenge) {
                    remember(realms, asker, host(uri), challenge);
                }
            }
        }
        let mut any = false;
        let mut at = 0;
        while let Some(realm) = realms.get_mut(at) {
            at += 1;
            if !realm.is_new() {
                continue;
            }
            any = true;
            // RFC 3261 §22.1: what was refused is not tried again, unless only the nonce was too old (§22.4).
            let name = concat(&[if realm.asker.proxy { "proxy " } else { "end " }, &realm.challenge.realm]);
            if series.challenged.contains(&name) {
                wrong |= !realm.challenge.stale && !outdated;
            } else {
                series.challenged.push(name);
            }
            if wrong {
                at -= 1;
                realms.remove(at);
            } else {
                realm.cnonce = self.entropy.token(12);
            }
        }
        any.then_some(!wrong)
    }

    /// A registrar may say which nonce it wants next (RFC 7616 §3.5).
    pub(crate) fn next_nonce(&mut self, socket: SocketId, response: &Response) {
        let Some(info) = response.get(Name::AuthenticationInfo) else { return };
        let asker = Asker { flow: self.routes.flow(socket), register: true, proxy: false };
        let realm = self.realms.0.iter_mut().find(|realm| realm.asker == asker);
        if let (Some(nonce), Some(realm)) = (Challenge::next_nonce(info), realm) {
            realm.challenge.nonce = nonce;
            realm.count = 0;
        }
    }
}

/// Puts a challenge in place of the realm's last one, and of a weaker one in the same response (RFC 8760 §2.4; of equals
/// the topmost stays). One response may have those of several proxies and ends (RFC 3261 §22.3).
fn remember(realms: &mut Vec<Realm>, asker: Asker, host: &str, challenge: Challenge) {
    let is_same = |own: &Realm| own.asker == asker && own.challenge.realm == challenge.realm;
    if let Some(at) = realms.iter().position(is_same) {
        if let Some(own) = realms.get_mut(at).filter(|own| own.is_new()) {
            if own.challenge.algorithm < challenge.algorithm {
                own.challenge = challenge;
            }
            return;
        }
        realms.remove(at);
    }
    let (host, ha1, cnonce) = (host.into(), String::new(), String::new());
    realms.push(Realm { asker, host, challenge, count: 0, ha1, cnonce });
}

#[cfg_attr(not(feature = "full"), expect(unused_variables, reason = "a password is good for all"))]
fn can_answer(credentials: &Credentials, challenge: &Challenge) -> bool {
    match &credentials.secret {
        Secret::Password(_) => true,
        #[cfg(feature = "full")]
        Secret::Ha1 { realm, .. } => {
            use digest::Algorithm::{Md5, Md5Sess};
            *realm == challenge.realm && matches!(challenge.algorithm, Md5 | Md5Sess)
        }
        #[cfg(feature = "full")]
        Secret::Token(_) => false,
    }
}

/// What stands for the password in a realm; empty where the credentials are not for it.
fn ha1(credentials: &Credentials, challenge: &Challenge) -> String {
    match &credentials.secret {
        Secret::Password(password) => {
            challenge.algorithm.ha1(&credentials.username, &challenge.realm, password)
        }
        #[cfg(feature = "full")]
        Secret::Ha1 { ha1, .. } if can_answer(credentials, challenge) => ha1.clone(),
        #[cfg(feature = "full")]
        Secret::Ha1 { .. } | Secret::Token(_) => String::new(),
    }
}

/// The host, and the port, of a Request-URI.
fn host(uri: &str) -> &str {
    let (_, rest) = cut(uri, b'@').or_else(|| cut(uri, b':')).unwrap_or(("", uri));
    cut_or_all(cut_or_all(rest, b';').0, b'?').0
}
