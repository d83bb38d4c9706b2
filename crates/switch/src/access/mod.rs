//! Who may come in: ephemeral credentials by digest, and limits on failures.

mod credentials;
mod limiter;
mod nonce;

use std::net::IpAddr;

use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{Method, Name, Request, Response, ResponseBuilder, Time};

use crate::config::{Config, Secret};
use crate::switch::Wall;
use crate::trace::masked_login;
use credentials::Username;
use limiter::Limiter;
use nonce::{Age, Nonces};

/// Checks requests against the shared secret; remembers nothing but failures.
#[derive(Debug)]
pub(crate) struct Access {
    realm: String,
    secret: Secret,
    wall: Wall,
    nonces: Nonces,
    limiter: Limiter,
}

/// Which headers carry challenge and answer.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// 401, WWW-Authenticate, Authorization.
    Registrar,
    /// 407, Proxy-Authenticate, Proxy-Authorization.
    Proxy,
}

impl Access {
    pub(crate) fn new(config: &Config, nonce_key: [u8; 32], wall: Wall) -> Self {
        Self {
            realm: config.domain.to_ascii_lowercase(),
            secret: config.secret.clone(),
            wall,
            nonces: Nonces::new(nonce_key),
            limiter: Limiter::new(config.limits.failures_per_login, config.limits.failures_per_address),
        }
    }

    /// The login that a request proves to come from, or the refusal to answer with.
    pub(crate) fn check(
        &mut self,
        now: Time,
        address: IpAddr,
        request: &Request,
    ) -> Result<String, ResponseBuilder> {
        let role = if *request.method() == Method::Register { Role::Registrar } else { Role::Proxy };
        let Some(answer) = self.answer(request) else {
            return Err(self.challenge(now, role, request, false));
        };
        let Some(username) = Username::parse(&answer.username) else {
            // Counted like any other wrong answer, under the name that was given.
            let name: String = answer.username.chars().take(64).collect();
            return Err(self.wrong(now, role, request, &name, address));
        };
        let login = username.login;
        if let Some(until) = self.limiter.refused_until(now, login, address) {
            return Err(too_many(request, until.since(now).as_secs() + 1));
        }
        let age = self.nonces.age(now, &answer.nonce);
        if age == Age::Foreign {
            // Of an earlier run of this server, most likely: no failure, a new challenge.
            return Err(self.challenge(now, role, request, true));
        }
        let password = credentials::password(self.secret.bytes(), &answer.username);
        if !answer.verify(request.method(), &password) {
            return Err(self.wrong(now, role, request, login, address));
        }
        if self.wall.unix_seconds(now) >= username.expires {
            return Err(Response::reply_to(request, 403, "Credentials expired"));
        }
        if age == Age::Stale {
            return Err(self.challenge(now, role, request, true));
        }
        self.limiter.succeeded(login, address);
        Ok(login.to_owned())
    }

    /// The answer to a challenge of ours, if the request carries one that can be read.
    fn answer(&self, request: &Request) -> Option<Authorization> {
        let headers = request.all(Name::ProxyAuthorization).chain(request.all(Name::Authorization));
        headers
            .filter_map(|value| Authorization::parse(value).ok())
            .find(|answer| answer.realm.eq_ignore_ascii_case(&self.realm))
    }

    fn wrong(
        &mut self,
        now: Time,
        role: Role,
        request: &Request,
        login: &str,
        address: IpAddr,
    ) -> ResponseBuilder {
        tracing::warn!(login = masked_login(login), %address, "a wrong digest response");
        self.limiter.failed(now, login, address);
        match self.limiter.refused_until(now, login, address) {
            Some(until) => too_many(request, until.since(now).as_secs() + 1),
            None => self.challenge(now, role, request, false),
        }
    }

    fn challenge(&mut self, now: Time, role: Role, request: &Request, stale: bool) -> ResponseBuilder {
        let challenge = Challenge {
            realm: self.realm.clone(),
            nonce: self.nonces.make(now),
            stale,
            qop_auth: true,
            ..Challenge::default()
        };
        let (status, reason, header) = match role {
            Role::Registrar => (401, "Unauthorized", Name::WwwAuthenticate),
            Role::Proxy => (407, "Proxy Authentication Required", Name::ProxyAuthenticate),
        };
        Response::reply_to(request, status, reason).header(header, &challenge.to_string())
    }
}

fn too_many(request: &Request, seconds: u64) -> ResponseBuilder {
    Response::reply_to(request, 403, "Too many wrong answers").header(Name::RetryAfter, &seconds.to_string())
}
