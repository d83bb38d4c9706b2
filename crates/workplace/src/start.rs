//! From a cookie to a registered phone: hash and launch, their renewal, and what happens when the backend
//! no longer knows the operator.

use crate::io::{Error, Hash, HttpError, Launch, Options, Remote, Slice};
use crate::requests::{Failure, Phase, Resource, after, classify, delay_ms, describe};
use crate::rotation::Rotator;
use crate::updates::Stream;
use crate::workplace::{Life, Timer, Workplace};
use alloc::string::{String, ToString};
use headset_sip::Time;
use headset_softphone::{
    Command, Credentials, FlowStatus, FlowView, Identity, Input as PhoneInput, Settings,
};
use md5::{Digest, Md5};

/// Names the engine on the wire.
pub const USER_AGENT: &str = concat!("Headset/", env!("CARGO_PKG_VERSION"));
/// A registrar that goes on refusing fresh hashes gets no more than one in this time.
const REFUSAL_CAP_MS: u64 = 30_000;

#[derive(Debug)]
pub(crate) struct Credential {
    pub(crate) slice: Remote<Hash>,
    expires: Time,
    arrived: Time,
    /// Renewals that registrars asked for since all were content.
    refusals: u32,
}

impl Credential {
    pub(crate) fn new() -> Self {
        Self { slice: Remote::waiting(), expires: Time(0), arrived: Time(0), refusals: 0 }
    }

    /// The user agent is registered.
    pub(crate) fn accepted(&mut self, flows: &[FlowView]) {
        if flows.iter().all(|flow| flow.status == FlowStatus::Registered) {
            self.refusals = 0;
        }
    }
}

impl Workplace {
    pub(crate) fn begin(&mut self, now: Time, options: Options) {
        self.wall = (options.wall_ms, now);
        self.options = options;
        if self.life != Life::Stopped {
            return;
        }
        self.life = Life::Running;
        self.trace(now, "engine_started", &[]);
        for slice in [Slice::Hash, Slice::Launch, Slice::Status] {
            self.mark(slice);
        }
        self.credential.slice.loading = true;
        self.launch.loading = true;
        self.status.slice.loading = true;
        self.request(now, Resource::Hash);
        self.request(now, Resource::Launch);
        self.observe_flows(now);
    }

    pub(crate) fn stop(&mut self, now: Time) {
        if self.life == Life::Stopped {
            return;
        }
        self.trace(now, "engine_stopped", &[]);
        self.tell_phone(now, Command::Stop);
        self.draw_consequences(now);
        self.rest(now);
    }

    /// Un-registers and hands out the events. In a call not even that: a page that is reloaded goes on with it, and its
    /// next REGISTER takes the binding over.
    pub(crate) fn unload(&mut self, now: Time) {
        if self.life == Life::Stopped {
            return;
        }
        self.trace(now, "page_left", &[]);
        if !self.in_call() {
            self.tell_phone(now, Command::Stop);
        }
        self.draw_consequences(now);
        self.rest(now);
    }

    fn rest(&mut self, now: Time) {
        self.life = Life::Stopped;
        self.close_stream();
        while self.timers.expired(Time(u64::MAX)).is_some() {}
        self.requests.reset();
        self.drop_choices();
        self.phone_login = None;
        self.credential = Credential::new();
        self.launch = Remote::waiting();
        self.status.slice = Remote::waiting();
        self.rotator = Rotator::new();
        for slice in [Slice::Hash, Slice::Launch, Slice::Status] {
            self.mark(slice);
        }
        self.observe_flows(now);
        self.flush_events(now);
    }

    pub(crate) fn hash_arrived(&mut self, now: Time, hash: Hash) {
        self.requests.succeeded(Resource::Hash);
        let life = u64::from(hash.expires_in) * 1000;
        self.credential.expires = after(now, life);
        self.credential.arrived = now;
        // Not all clients of a call centre that started together renew together.
        let renewal = (life / 5 * 4).saturating_sub(self.entropy.jitter(life / 20)).max(5_000);
        self.timers.set(Timer::HashRenewal, after(now, renewal));
        self.trace(now, "hash_received expires_in", &[&hash.expires_in.to_string()]);
        self.outbox.sign(&hash.login);
        if self.phone_login.as_deref() == Some(&hash.login) {
            let credentials = Credentials::new(hash.username.clone(), hash.hash.clone());
            self.tell_phone(now, Command::SetCredentials(credentials));
        }
        self.credential.slice = Remote { loading: false, data: Some(hash), error: None };
        self.mark(Slice::Hash);
        self.join(now, Resource::Launch);
    }

    pub(crate) fn launch_arrived(&mut self, now: Time, launch: Launch) {
        self.requests.succeeded(Resource::Launch);
        let count = launch.registrars.len().to_string();
        self.outbox.sign(&launch.login);
        let another = self.launch.data.as_ref().is_some_and(|old| old.login != launch.login);
        let record = launch.status.clone();
        let registrars = launch.registrars.clone();
        self.launch = Remote { loading: false, data: Some(launch), error: None };
        self.mark(Slice::Launch);
        self.trace(now, "launch_received registrars", &[&count]);
        if another {
            self.status.slice.data = None;
        }
        self.launched_with_status(now, record);
        if self.phone_login.is_some() && !another {
            self.registrars_announced(now, registrars, "");
        }
        self.join(now, Resource::Hash);
        self.schedule_poll(now);
        self.open_stream();
    }

    /// Starts the phone when both hash and launch are there. `older` is asked for again if they are not of one login.
    pub(crate) fn join(&mut self, now: Time, older: Resource) {
        let (Some(hash), Some(launch)) = (&self.credential.slice.data, &self.launch.data) else { return };
        if !self.running() {
            return;
        }
        if hash.login != launch.login {
            // Somebody else logged in in between.
            if self.requests.phase(older) == Phase::Idle {
                self.request_later(now, older, &HttpError { status: 200, ..HttpError::default() });
            }
            return;
        }
        if self.phone_login.as_deref() == Some(&launch.login) {
            return;
        }
        let credentials = Credentials::new(hash.username.clone(), hash.hash.clone());
        if self.phone_login.is_some() && self.in_call() {
            return; // Until the call of whoever was logged in before is over.
        }
        let login = launch.login.clone();
        let identity = Identity {
            login: login.clone(),
            domain: launch.sip_domain.clone(),
            display_name: launch.display_name.clone(),
            instance_id: instance_id(&self.options.profile_id, &login),
            user_agent: USER_AGENT.into(),
        };
        let registrars = launch.registrars.clone();
        self.rotator.start(registrars.clone());
        let settings = Settings::default();
        self.start_phone(now, Command::Start { identity, credentials, registrars, settings }, login);
    }

    /// A hash or launch could not be had.
    pub(crate) fn start_failed(&mut self, now: Time, resource: Resource, error: &HttpError) {
        let of_hash = resource == Resource::Hash;
        let step = if of_hash { "hash_failed status code" } else { "launch_failed status code" };
        self.trace_failure(now, step, error);
        let seen = describe(error);
        if classify(error) == Failure::Refused {
            return self.refused(now, resource, seen);
        }
        self.request_later(now, resource, error);
        if of_hash {
            let valid = self.credential.slice.data.is_some() && now < self.credential.expires;
            let slice = &mut self.credential.slice;
            if (slice.loading || !valid) && note(slice, seen) {
                self.mark(Slice::Hash);
            }
        } else if (self.launch.loading || self.launch.data.is_none()) && note(&mut self.launch, seen.clone())
        {
            self.mark(Slice::Launch);
            if self.status.slice.data.is_none() && note(&mut self.status.slice, seen) {
                self.mark(Slice::Status);
            }
        }
    }

    /// 401 or 403 to anything: nothing more is asked until the user comes back; a call goes on.
    pub(crate) fn refused(&mut self, now: Time, resource: Resource, error: Error) {
        self.requests.refused(resource);
        if note(&mut self.credential.slice, error.clone()) {
            self.mark(Slice::Hash);
        }
        if (resource == Resource::Launch || self.launch.data.is_none())
            && note(&mut self.launch, error.clone())
        {
            self.mark(Slice::Launch);
        }
        if self.life != Life::Running {
            return;
        }
        self.trace(now, "access_refused code", &[&error.code]);
        self.life = Life::Refused;
        if note(&mut self.status.slice, error) {
            self.mark(Slice::Status);
        }
        for timer in [Timer::HashRenewal, Timer::Poll, Timer::Stream, Timer::SendEvents] {
            self.timers.clear(timer);
        }
        for resource in [Resource::Hash, Resource::Launch, Resource::Status, Resource::Registrars] {
            if matches!(self.requests.phase(resource), Phase::Waiting { .. }) {
                self.timers.clear(Timer::Http(resource));
                self.requests.refused(resource);
            }
        }
        if matches!(self.stream, Stream::Waiting { .. }) {
            self.stream = Stream::Closed;
        }
        self.observe_flows(now);
    }

    /// Focus, a login elsewhere, or a wish to try again.
    pub(crate) fn come_back(&mut self, now: Time) {
        if self.life != Life::Refused {
            return;
        }
        self.life = Life::Running;
        self.trace(now, "access_tried_again", &[]);
        self.request(now, Resource::Hash);
        self.request(now, Resource::Launch);
        for resource in [Resource::PutStatus, Resource::Events] {
            if self.requests.phase(resource) == Phase::Refused {
                self.request(now, resource);
            }
        }
        self.schedule_events(now);
        self.observe_flows(now);
    }

    /// A registrar did not accept the hash. Flows and calls stay as they are.
    pub(crate) fn credentials_refused(&mut self, now: Time, registrar: String, status: u16, reason: String) {
        let values = [&*registrar, &status.to_string(), &reason];
        self.trace(now, "credentials_refused registrar status reason", &values);
        if !self.running() || self.requests.phase(Resource::Hash) != Phase::Idle {
            return;
        }
        let refusals = self.credential.refusals;
        self.credential.refusals += 1;
        if refusals == 0 {
            return self.request(now, Resource::Hash);
        }
        let delay = delay_ms(refusals, REFUSAL_CAP_MS, &mut self.entropy);
        let at = after(self.credential.arrived, delay);
        match self.timers.get(Timer::HashRenewal) {
            Some(sooner) if sooner <= at => {}
            _ => self.timers.set(Timer::HashRenewal, at),
        }
    }

    /// The user asked to try this part again.
    pub(crate) fn retry(&mut self, now: Time, slice: Slice) {
        if self.life == Life::Stopped {
            return;
        }
        self.come_back(now);
        match slice {
            Slice::Hash => self.credential.slice.loading = true,
            Slice::Launch => self.launch.loading = true,
            Slice::Status => self.status.slice.loading = true,
            _ => {}
        }
        match slice {
            Slice::Hash => self.request(now, Resource::Hash),
            Slice::Launch => self.request(now, Resource::Launch),
            Slice::Status if self.launch.data.is_none() => self.request(now, Resource::Launch),
            Slice::Status => self.request(now, Resource::Status),
            Slice::Registrars => self.request(now, Resource::Registrars),
            Slice::UserAgent => self.phone.handle_input(now, PhoneInput::Nudge),
            Slice::Session => return,
        }
        self.mark(slice);
    }

    /// `online`, became visible: nothing waits for its back-off any longer.
    pub(crate) fn network_back(&mut self, now: Time) {
        self.phone.handle_input(now, PhoneInput::Nudge);
        if self.life == Life::Stopped {
            return;
        }
        for resource in Resource::ALL {
            if matches!(self.requests.phase(resource), Phase::Waiting { .. }) {
                self.request(now, resource);
            }
        }
        if self.running() {
            self.refresh(now);
        }
    }

    /// The engine's clock may have stood still: the hash is older than it seems.
    pub(crate) fn woke(&mut self, now: Time, wall_ms: Option<u64>) {
        if let Some(wall_ms) = wall_ms {
            self.wall = (wall_ms, now);
        }
        self.phone.handle_input(now, PhoneInput::Woke);
        if self.life == Life::Stopped {
            return;
        }
        self.trace(now, "woke", &[]);
        if self.running() {
            self.request(now, Resource::Hash);
            self.close_stream();
            self.refresh(now);
        }
    }
}

/// Whether the slice is another one with this error.
pub(crate) fn note<T>(slice: &mut Remote<T>, error: Error) -> bool {
    let same = !slice.loading && slice.error.as_ref() == Some(&error);
    slice.loading = false;
    slice.error = Some(error);
    !same
}

/// Stable for a browser profile and a login: a version 3 UUID (RFC 9562 §5.3) in the profile's name space.
fn instance_id(profile_id: &str, login: &str) -> String {
    let mut digest: [u8; 16] = Md5::new().chain_update(profile_id).chain_update(login).finalize().into();
    digest[6] = digest[6] & 0x0f | 0x30;
    digest[8] = digest[8] & 0x3f | 0x80;
    let mut id = String::from("urn:uuid:");
    for (index, byte) in digest.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            id.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_a_profile_and_a_login() {
        let profile = "5f0f5b1e-7a52-4b1c-9f3b-000000000001";
        let anna = instance_id(profile, "anna");
        assert_eq!(anna, instance_id(profile, "anna"));
        assert_ne!(anna, instance_id(profile, "boris"));
        assert_ne!(anna, instance_id("another", "anna"));
        assert_eq!((anna.len(), &anna[..9], &anna[23..24]), (45, "urn:uuid:", "3"), "{anna}");
    }
}
