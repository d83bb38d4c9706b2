//! From a cookie to a registered phone: hash and launch, their renewal, and what happens when the backend
//! no longer knows the operator.

use crate::io::{Error, Hash, HttpError, Launch, Options, Remote, Slice, StatusRecord};
use crate::requests::{Phase, Resource, delay_ms, describe};
use crate::rotation::Rotator;
use crate::timers::{Timer, Timers};
use crate::updates::Stream;
use crate::workplace::{Life, Workplace};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::{decimal, push_uuid};
use headset_sip::{Time, digest};
use headset_softphone::{
    Command, Credentials, FlowStatus, FlowView, Identity, Input as PhoneInput, Registrar, Settings,
};

/// Names the engine on the wire.
pub const USER_AGENT: &str = concat!("Headset/", env!("CARGO_PKG_VERSION"));
/// A registrar that goes on refusing fresh hashes gets no more than one in this time.
const REFUSAL_CAP_MS: u64 = 30_000;
/// The parts of the state that the backend is asked for.
const ASKED: [Slice; 3] = [Slice::Hash, Slice::Launch, Slice::Status];

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
        for slice in &ASKED {
            self.load(*slice);
        }
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
        self.tell_phone(now, Command::Leave);
        self.draw_consequences(now);
        self.rest(now);
    }

    fn rest(&mut self, now: Time) {
        self.life = Life::Stopped;
        self.close_stream();
        self.timers = Timers::new();
        self.requests.reset();
        self.drop_choices();
        self.phone_login.clear();
        self.rotator = Rotator::new(Vec::new());
        self.observe_flows(now);
        // While it is known whose they are.
        self.flush_events(now);
        self.credential = Credential::new();
        self.launch = Remote::waiting();
        self.status.slice = Remote::waiting();
        for slice in &ASKED {
            self.mark(*slice);
        }
    }

    pub(crate) fn hash_arrived(&mut self, now: Time, hash: Hash) {
        let life = u64::from(hash.expires_in) * 1000;
        self.credential.expires = now.after(life);
        self.credential.arrived = now;
        // Not all clients of a call centre that started together renew together.
        let renewal = (life / 5 * 4).saturating_sub(self.entropy.jitter(life / 20)).max(5_000);
        self.timers.set(Timer::HashRenewal, now.after(renewal));
        self.trace(now, "hash_received expires_in", &[&decimal(hash.expires_in)]);
        self.sign_events(now, &hash.login);
        if self.phone_login == hash.login {
            self.tell_phone(now, Command::SetCredentials(credentials(&hash)));
        }
        self.credential.slice = Remote { loading: false, data: Some(hash), error: None };
        self.mark(Slice::Hash);
        self.join(now, Resource::Launch);
    }

    pub(crate) fn launch_arrived(
        &mut self,
        now: Time,
        launch: Launch,
        status: StatusRecord,
        registrars: Vec<Registrar>,
    ) {
        self.sign_events(now, &launch.login);
        let another = self.launch.data.as_ref().is_some_and(|old| old.login != launch.login);
        self.launch = Remote { loading: false, data: Some(launch), error: None };
        self.mark(Slice::Launch);
        self.trace(now, "launch_received registrars", &[&decimal(registrars.len() as u32)]);
        if another {
            self.status.slice.data = None;
            self.rotator = Rotator::new(registrars);
            self.launched_with_status(now, status);
        } else {
            self.launched_with_status(now, status);
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
                self.request_later(now, older, &HttpError::new(200));
            }
            return;
        }
        if self.phone_login == launch.login {
            return;
        }
        if self.phone_started() && self.in_call() {
            return; // Until the call of whoever was logged in before is over.
        }
        let identity = Identity {
            login: launch.login.clone(),
            domain: launch.sip_domain.clone(),
            display_name: launch.display_name.clone(),
            instance_id: instance_id(&self.options.profile_id, &launch.login),
            user_agent: USER_AGENT.into(),
        };
        let credentials = credentials(hash);
        self.phone_login.clone_from(&launch.login);
        let registrars = self.rotator.assigned().to_vec();
        let settings = Settings::default();
        self.tell_phone(now, Command::Start { identity, credentials, registrars, settings });
        self.flows_changed = true;
    }

    /// A hash or launch could not be had.
    pub(crate) fn start_failed(&mut self, now: Time, resource: Resource, error: &HttpError) {
        self.request_later(now, resource, error);
        let seen = describe(error);
        if resource == Resource::Hash {
            let slice = &self.credential.slice;
            if slice.loading || slice.data.is_none() || now >= self.credential.expires {
                self.note(Slice::Hash, seen);
            }
        } else if self.launch.loading || self.launch.data.is_none() {
            if self.status.slice.data.is_none() {
                self.note(Slice::Status, seen.clone());
            }
            self.note(Slice::Launch, seen);
        }
    }

    /// 401 or 403 to anything: nothing more is asked until the user comes back; a call goes on.
    pub(crate) fn refused(&mut self, now: Time, resource: Resource, error: Error) {
        self.requests.refused(resource);
        self.note(Slice::Hash, error.clone());
        if resource == Resource::Launch || self.launch.data.is_none() {
            self.note(Slice::Launch, error.clone());
        }
        if self.life != Life::Running {
            return;
        }
        self.trace(now, "access_refused code", &[&error.code]);
        self.life = Life::Refused;
        self.note(Slice::Status, error);
        for timer in &[Timer::HashRenewal, Timer::Poll, Timer::Stream, Timer::SendEvents] {
            self.timers.clear(*timer);
        }
        for &resource in &[Resource::Hash, Resource::Launch, Resource::Events] {
            if self.requests.waits(resource) {
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
        self.requests.user_returned();
        if self.life != Life::Refused {
            return;
        }
        self.life = Life::Running;
        self.trace(now, "access_tried_again", &[]);
        self.request(now, Resource::Hash);
        self.request(now, Resource::Launch);
        for &resource in &[Resource::PutStatus, Resource::Events] {
            if self.requests.phase(resource) == Phase::Refused {
                self.request(now, resource);
            }
        }
        self.schedule_events(now);
        self.observe_flows(now);
    }

    /// A registrar did not accept the hash. Flows and calls stay as they are.
    pub(crate) fn credentials_refused(&mut self, now: Time, registrar: &str, status: u16, reason: &str) {
        let values = [registrar, &decimal(status.into()), reason];
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
        let at = self.credential.arrived.after(delay);
        if at < self.timers.get(Timer::HashRenewal) {
            self.timers.set(Timer::HashRenewal, at);
        }
    }

    /// The user asked to try this part again.
    pub(crate) fn retry(&mut self, now: Time, slice: Slice) {
        if self.life == Life::Stopped {
            return;
        }
        self.come_back(now);
        self.load(slice);
        let resource = match slice {
            Slice::Hash => Resource::Hash,
            Slice::Status if self.launch.data.is_some() => Resource::Status,
            Slice::Launch | Slice::Status => Resource::Launch,
            Slice::Registrars => Resource::Registrars,
            Slice::UserAgent => return self.phone.handle_input(now, PhoneInput::Nudge),
            Slice::Session => return,
        };
        self.request(now, resource);
    }

    /// The user waits for this part.
    fn load(&mut self, slice: Slice) {
        if let Some((loading, _)) = self.remote(slice) {
            *loading = true;
        }
        self.mark(slice);
    }

    /// Why a newer one cannot be had.
    pub(crate) fn note(&mut self, slice: Slice, error: Error) {
        if let Some((loading, known)) = self.remote(slice) {
            *loading = false;
            *known = Some(error);
        }
        self.mark(slice);
    }

    fn remote(&mut self, slice: Slice) -> Option<(&mut bool, &mut Option<Error>)> {
        match slice {
            Slice::Hash => Some((&mut self.credential.slice.loading, &mut self.credential.slice.error)),
            Slice::Launch => Some((&mut self.launch.loading, &mut self.launch.error)),
            Slice::Status => Some((&mut self.status.slice.loading, &mut self.status.slice.error)),
            _ => None,
        }
    }

    /// `online`, became visible: nothing waits for its back-off any longer.
    pub(crate) fn network_back(&mut self, now: Time) {
        self.phone.handle_input(now, PhoneInput::Nudge);
        if self.life == Life::Stopped {
            return;
        }
        for &resource in &Resource::ALL {
            if self.requests.waits(resource) {
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

fn credentials(hash: &Hash) -> Credentials {
    Credentials::new(hash.username.clone(), hash.hash.clone())
}

/// Stable for a browser profile and a login: a version 3 UUID (RFC 9562 §5.3) in the profile's name space.
fn instance_id(profile_id: &str, login: &str) -> String {
    let mut name = String::from(profile_id);
    name.push_str(login);
    let mut id = String::from("urn:uuid:");
    let mut bits = [0; 2];
    for (at, byte) in digest::md5(&name).iter().enumerate() {
        bits[at >> 3 & 1] = bits[at >> 3 & 1] << 8 | u64::from(*byte);
    }
    push_uuid(&mut id, &bits, 3);
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
        // All bits of the MD5 but the version and the variant.
        assert_eq!(anna, "urn:uuid:b7670b58-9d3c-3b97-a781-f7d72ca44fc8");
    }
}
