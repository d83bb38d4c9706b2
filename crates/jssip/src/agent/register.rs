//! Registration (RFC 3261 §10).

use super::account::Account;
use super::fields::Fields;
use super::outgoing::{Outgoing, digits, line};
use super::{Agent, Key, Timer, cause_of};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::message::Name;
use headset_sip::{Entropy, Method, NameAddr, Response, Uri};

/// RFC 5626 §4.5, in seconds.
const FIRST_RETRY: u32 = 30;
const LAST_RETRY: u32 = 1800;

/// Of the one address of record.
#[derive(Debug)]
pub(crate) struct Registration {
    call_id: String,
    number: u32,
    /// Seconds asked for; a registrar may want more.
    expires: u32,
    registered: bool,
    sent: Option<Box<Register>>,
    /// Failures since it went well.
    failures: u32,
}

#[derive(Debug)]
struct Register {
    outgoing: Outgoing,
    key: Option<Key>,
    /// Headers, Contact's parameters.
    spec: (String, String),
    trail: String,
    /// Un-REGISTER.
    leaves: bool,
}

impl Registration {
    pub(crate) fn new(account: &Account, entropy: &mut Entropy) -> Registration {
        Registration {
            call_id: [&*account.call_id_prefix, &entropy.token(17)].concat(),
            number: 0,
            expires: account.expires,
            registered: false,
            sent: None,
            failures: 0,
        }
    }

    pub(crate) fn is(&self, key: Key) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.key == Some(key))
    }

    pub(crate) fn lost(&mut self) {
        self.registered = false;
        self.sent = None;
    }
}

impl Agent {
    /// `RegisterSpec`: From's tag's trail, Contact's parameters, headers.
    pub(super) fn register(&mut self, fields: &mut Fields<'_>) {
        if self.registration.sent.is_none() {
            let (trail, params, headers) = (fields.text(), fields.text(), fields.lines());
            self.ask(trail, (headers, params), false, false);
        }
    }

    /// The same after whether all.
    pub(super) fn unregister(&mut self, fields: &mut Fields<'_>) {
        let all = fields.flag();
        let (trail, params, headers) = (fields.text(), fields.text(), fields.lines());
        self.timers.clear(Timer::Registration);
        self.registration.registered = false;
        self.ask(trail, (headers, params), true, all);
    }

    fn ask(&mut self, trail: String, spec: (String, String), leaves: bool, all: bool) {
        self.timers.clear(Timer::Registration);
        let mut register = Outgoing::new(Method::Register, &self.account.registrar);
        self.preload(&mut register);
        let mut tag = self.entropy.token(10);
        tag.push_str(&trail);
        register.to = NameAddr::format("", &self.account.uri, "");
        register.from = self.from("", "", &tag);
        register.call_id = self.registration.call_id.clone();
        self.registration.number += 1;
        register.cseq = self.registration.number;
        register.given = spec.0.clone();
        let expires = if leaves { 0 } else { self.registration.expires };
        let own = &mut register.own;
        if expires > 0 || leaves {
            line(own, "Expires", &[&digits(expires)]);
        }
        let account = &self.account;
        let mut contact =
            ["<", &account.contact_uri, ">;+sip.ice;reg-id=1;+sip.instance=\"<urn:uuid:"].concat();
        contact.push_str(&account.instance_id);
        contact.push_str(">\"");
        if expires > 0 || leaves {
            contact.push_str(";expires=");
            contact.push_str(&digits(expires));
        }
        if !leaves {
            contact.push_str(&spec.1);
        }
        line(own, "Contact", &[if all { "*" } else { &contact }]);
        let sent = Register { outgoing: register, key: None, spec, trail, leaves };
        self.send_register(Box::new(sent));
    }

    fn send_register(&mut self, mut register: Box<Register>) {
        let launched = self.launch(&mut register.outgoing);
        self.registration.number = register.outgoing.cseq;
        register.key = launched.map(|(key, _)| key);
        let is_sent = register.key.is_some();
        self.registration.sent = Some(register);
        if !is_sent {
            self.registration_failed("transport");
        }
    }

    pub(super) fn registration_answered(&mut self, response: &Response) {
        if response.is_provisional() {
            return;
        }
        let Some(mut register) = self.registration.sent.take() else { return };
        if self.take_challenge(&mut register.outgoing, response) {
            register.outgoing.cseq += 1;
            return self.send_register(register);
        }
        if register.leaves {
            let cause = if response.is_success() { "" } else { cause_of(response.status()) };
            return self.event("unregistered", &[cause, response.as_str()]);
        }
        let least = response.number(Name::MinExpires).filter(|least| *least > self.registration.expires);
        match (response.status(), least) {
            (200..300, _) => self.registered(response),
            (423, Some(least)) => {
                self.registration.expires = least;
                self.ask(register.trail, register.spec, false, false);
            }
            (status, _) => {
                let again = matches!(status, 408 | 480 | 500 | 502..=504 | 600);
                self.not_registered(
                    cause_of(status),
                    response.as_str(),
                    again,
                    response.number(Name::RetryAfter),
                );
            }
        }
    }

    fn registered(&mut self, response: &Response) {
        let own = self.account.contact_uri.clone();
        let user = |text: &str| Uri::parse(text).map(|uri| uri.decoded_user()).unwrap_or_default();
        let own = user(&own);
        let contact = response.contacts().flatten().find(|contact| contact.uri.decoded_user() == own);
        let Some(contact) = contact else {
            return self.not_registered("SIP Failure Code", response.as_str(), true, None);
        };
        let expires = contact.number("expires").or(response.expires()).unwrap_or(self.registration.expires);
        self.account.public_gruu = contact.param("pub-gruu").unwrap_or_default().into();
        self.account.temporary_gruu = contact.param("temp-gruu").unwrap_or_default().into();
        // Hidden pages are woken up to a minute late: well before the end, where there is time.
        let wait = match u64::from(expires) * 1000 {
            brief @ ..=64_000 => brief.saturating_sub(5_000),
            long => long / 2 + self.entropy.jitter(long / 2 - 32_000) + 1,
        };
        self.after(Timer::Registration, wait);
        let first = !core::mem::replace(&mut self.registration.registered, true);
        self.registration.failures = 0;
        let (public, temporary) = (self.account.public_gruu.clone(), self.account.temporary_gruu.clone());
        self.event("registered", &[if first { "1" } else { "" }, &public, &temporary, response.as_str()]);
    }

    /// No response, or no connection.
    pub(super) fn registration_failed(&mut self, why: &str) {
        let Some(register) = self.registration.sent.take() else { return };
        let is_timeout = why == "timeout";
        let cause = if is_timeout { "Request Timeout" } else { "Connection Error" };
        if register.leaves {
            self.event("unregistered", &[cause, ""]);
        } else {
            // Where the connection broke, the next one registers.
            self.not_registered(cause, "", is_timeout, None);
        }
    }

    fn not_registered(&mut self, cause: &str, text: &str, again: bool, retry_after: Option<u32>) {
        self.registration.registered = false;
        self.event("registrationFailed", &[cause, text]);
        if again {
            // RFC 5626 §4.5
            let most = (FIRST_RETRY << self.registration.failures.min(6)).min(LAST_RETRY);
            self.registration.failures += 1;
            let wait = u64::from(retry_after.unwrap_or(most)) * 1000;
            let spread = if retry_after.is_some() { 1_000 } else { wait / 2 };
            let jitter = self.entropy.jitter(spread);
            self.after(Timer::Registration, wait + jitter);
        }
    }
}
