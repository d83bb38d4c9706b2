//! A registrar: challenges, grants, and refuses as told.

use super::wire;
use headset_sip::digest::{Authorization, Challenge};
use headset_sip::{Name, Request, Response};
use headset_softphone::{Registrar as Description, Time};
use std::collections::VecDeque;

/// What to say to the next REGISTER instead of the usual.
#[derive(Clone, Debug)]
pub enum Reply {
    Silence,
    Status(u16, &'static str),
    /// With one more header.
    With(u16, Name, &'static str),
    /// A challenge that says that the nonce was too old.
    Stale,
    /// 200 that does not list the contact.
    OkWithoutContact,
}

#[derive(Clone, Debug)]
pub struct Binding {
    pub login: String,
    pub contact_user: String,
    pub instance: String,
    pub reg_id: u32,
    pub link: usize,
}

#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Time,
    pub expires: u32,
    pub reg_id: u32,
    pub authorized: bool,
}

pub struct Registrar {
    pub uri: String,
    id: String,
    reg_id: u32,
    pub weight: u32,
    /// Connections are refused.
    pub down: bool,
    /// Connections are neither taken nor refused.
    pub unreachable: bool,
    pub password: &'static str,
    pub grant: u32,
    pub script: VecDeque<Reply>,
    pub bindings: Vec<Binding>,
    pub seen: Vec<Seen>,
    nonce: u32,
}

impl Registrar {
    pub fn new(index: usize) -> Registrar {
        Registrar {
            uri: format!("ws://registrar{index}.example"),
            id: format!("r{}", index + 1),
            reg_id: index as u32 + 1,
            weight: 1,
            down: false,
            unreachable: false,
            password: "secret",
            grant: 600,
            script: VecDeque::new(),
            bindings: Vec::new(),
            seen: Vec::new(),
            nonce: 1,
        }
    }

    pub fn description(&self) -> Description {
        let Registrar { id, uri, weight, reg_id, .. } = self;
        Description::new(id.clone(), uri.clone(), *weight, *reg_id)
    }

    /// From now on answers to the old nonce are stale.
    pub fn change_nonce(&mut self) {
        self.nonce += 1;
    }

    pub fn register(
        &mut self,
        now: Time,
        link: usize,
        request: &Request,
        elsewhere: &[Binding],
    ) -> Option<Response> {
        let authorization =
            request.get(Name::Authorization).and_then(|value| Authorization::parse(value).ok());
        let contact = request.contact().expect("a Contact");
        let param = |name: &str| contact.param(name).unwrap_or("").to_string();
        let expires: u32 = param("expires").parse().expect("expires");
        let reg_id = param("reg-id").parse().expect("reg-id");
        self.seen.push(Seen { at: now, expires, reg_id, authorized: authorization.is_some() });
        let reply = |status, reason| Some(Response::reply_to(request, status, reason).to_tag("r").finish());
        match self.script.pop_front() {
            None => {}
            Some(Reply::Silence) => return None,
            Some(Reply::Status(status, reason)) => return reply(status, reason),
            Some(Reply::With(status, name, value)) => {
                return Some(Response::reply_to(request, status, "No").header(name, value).finish());
            }
            Some(Reply::OkWithoutContact) => return reply(200, "OK"),
            Some(Reply::Stale) => {
                self.nonce += 1;
                return Some(self.challenge(request, true));
            }
        }
        let login = request.from().expect("From").uri.decoded_user();
        let right = authorization.as_ref().is_some_and(|authorization| {
            authorization.verify(request.method(), self.password)
                && authorization.username == wire::credentials(&login, "").username
        });
        let nonce = self.nonce.to_string();
        match authorization {
            Some(a) if right && a.nonce == nonce => {}
            Some(_) if right => return Some(self.challenge(request, true)),
            _ => return Some(self.challenge(request, false)),
        }
        let instance = param("+sip.instance");
        self.bindings.retain(|binding| binding.instance != instance || binding.reg_id != reg_id);
        let mut ok = Response::reply_to(request, 200, "OK").to_tag("r");
        // Other devices come first: the phone must find its own.
        ok = ok
            .header(Name::Contact, "<sip:desk@192.0.2.44>;expires=17, \"Other\" <sip:x@y.invalid>;reg-id=1");
        for other in elsewhere.iter().filter(|b| b.login == login && b.reg_id != reg_id) {
            let contact = format!(
                "<sip:{}@x.invalid>;+sip.instance=\"{}\";reg-id={};expires=23",
                other.contact_user, other.instance, other.reg_id
            );
            ok = ok.header(Name::Contact, &contact);
        }
        if expires > 0 {
            let contact_user = contact.uri.decoded_user();
            self.bindings.push(Binding { login, contact_user, instance: instance.clone(), reg_id, link });
            let granted = expires.min(self.grant);
            let contact =
                format!("<{}>;+sip.instance=\"{instance}\";reg-id={reg_id};expires={granted}", contact.uri);
            ok = ok.header(Name::Contact, &contact);
        }
        Some(ok.finish())
    }

    fn challenge(&self, request: &Request, stale: bool) -> Response {
        let challenge = Challenge {
            realm: super::DOMAIN.into(),
            nonce: self.nonce.to_string(),
            stale,
            qop_auth: true,
            ..Challenge::default()
        };
        Response::reply_to(request, 401, "Unauthorized")
            .to_tag("r")
            .header(Name::WwwAuthenticate, &challenge.to_string())
            .finish()
    }
}
