use crate::io::{
    Hash, HttpAnswer, HttpError, HttpId, HttpRequest, Input, Launch, Options, Output, Registrars, Remote,
    Slice, StatusRecord, UserAgent,
};
use crate::outbox::{BATCH, Outbox};
use crate::requests::{ANSWER_WITHIN_MS, Phase, Requests, Resource, describe, is_refusal};
use crate::rotation::Rotator;
use crate::start::Credential;
use crate::status::StatusBook;
use crate::timers::{Timer, Timers};
use crate::updates::{Polls, Stream};
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::decimal;
use headset_sip::{Entropy, Time};
use headset_softphone::{
    CallView, Command, FlowView, Input as PhoneInput, Permission, Softphone, UserAgentStatus,
};

/// An operator's client.
///
/// ```
/// # use headset_workplace::{HttpRequest, Input, Options, Output, Workplace};
/// # use headset_sip::Time;
/// let mut workplace = Workplace::new("0f9e…");
/// workplace.handle_input(Time(0), Input::Start(Options::default()));
/// let asked: Vec<_> = std::iter::from_fn(|| workplace.poll_output())
///     .filter_map(|output| if let Output::Http(_, request) = output { Some(request) } else { None })
///     .collect();
/// assert_eq!(asked, [HttpRequest::Hash, HttpRequest::Launch]);
/// ```
#[derive(Debug)]
pub struct Workplace {
    pub(crate) life: Life,
    pub(crate) options: Options,
    /// Wall-clock ms at a moment of the engine's clock.
    pub(crate) wall: (u64, Time),
    pub(crate) entropy: Entropy,
    pub(crate) timers: Timers,
    pub(crate) requests: Requests,
    pub(crate) credential: Credential,
    pub(crate) launch: Remote<Launch>,
    pub(crate) status: StatusBook,
    pub(crate) rotator: Rotator,
    pub(crate) stream: Stream,
    pub(crate) polls: Polls,
    pub(crate) outbox: Outbox,
    pub(crate) phone: Softphone,
    /// What the phone was started as; empty until it is.
    pub(crate) phone_login: String,
    pub(crate) microphone: Permission,
    pub(crate) user_agent: UserAgent,
    pub(crate) flows_changed: bool,
    pub(crate) call_changed: bool,
    /// A bit for each slice.
    changed: u8,
    pub(crate) outputs: Vec<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Stopped,
    Running,
    /// 401 or 403: nothing is asked by timer until the user comes back.
    Refused,
}

impl Workplace {
    /// A client at rest. All its tokens come from `seed`: any text that nobody can guess.
    pub fn new(seed: &str) -> Self {
        let mut entropy = Entropy::of(seed);
        let phone = Softphone::new(&entropy.token(50));
        Self {
            life: Life::Stopped,
            options: Options::default(),
            wall: (0, Time(0)),
            entropy,
            timers: Timers::new(),
            requests: Requests::new(),
            credential: Credential::new(),
            launch: Remote::waiting(),
            status: StatusBook::new(),
            rotator: Rotator::new(Vec::new()),
            stream: Stream::Closed,
            polls: Polls::default(),
            outbox: Outbox::default(),
            phone,
            phone_login: String::new(),
            microphone: Permission::Prompt,
            user_agent: UserAgent { status: UserAgentStatus::Disconnected, error: None },
            flows_changed: false,
            call_changed: false,
            changed: 0,
            outputs: Vec::new(),
        }
    }

    /// The telephony credential.
    pub fn hash(&self) -> &Remote<Hash> {
        &self.credential.slice
    }

    /// What the backend said at launch.
    pub fn launch(&self) -> &Remote<Launch> {
        &self.launch
    }

    /// The operator's status.
    pub fn status(&self) -> &Remote<StatusRecord> {
        &self.status.slice
    }

    /// The state on the registrars.
    pub fn user_agent(&self) -> &UserAgent {
        &self.user_agent
    }

    /// The call, if there is one.
    pub fn session(&self) -> Option<CallView> {
        self.phone.call()
    }

    /// The call to somebody who is asked while the call waits.
    pub fn consultation(&self) -> Option<CallView> {
        self.phone.consultation()
    }

    /// The registrars one by one.
    pub fn registrars(&self) -> Registrars {
        Registrars { flows: self.flows(), rotation: self.rotator.view() }
    }

    pub(crate) fn flows(&self) -> Vec<FlowView> {
        if self.phone_started() { self.phone.flows() } else { Vec::new() }
    }

    /// What the body must do now; ask until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        (!self.outputs.is_empty()).then(|| self.outputs.remove(0))
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Time> {
        let next = self.timers.next().min(self.phone.poll_timeout().unwrap_or(Timers::NEVER));
        (next != Timers::NEVER).then_some(next)
    }

    /// Carries out what was to be done by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        self.phone.handle_timeout(now);
        while let Some(timer) = self.timers.expired(now) {
            match timer {
                Timer::Http(resource) => self.request_is_due(now, resource),
                Timer::HashRenewal => self.request(now, Resource::Hash),
                Timer::Poll => self.poll_backend(now),
                Timer::Stream => self.open_stream(),
                Timer::Watchdog => self.watchdog_fired(now),
                Timer::SendEvents => self.send_events(now),
                Timer::KeepEvents => self.keep_events(),
            }
        }
        self.settle(now);
    }

    /// Tells the client what happened.
    pub fn handle_input(&mut self, now: Time, input: Input) {
        match input {
            Input::Softphone(input) => self.pass_on(now, input),
            Input::Start(options) => self.begin(now, options),
            Input::Stop => self.stop(now),
            Input::Http(id, answer) => self.answered(now, id, answer),
            Input::StreamOpened => self.stream_opened(now),
            Input::StreamClosed => self.stream_closed(now),
            Input::Pushed(news) => self.pushed(now, news),
            Input::SetStatus { request, status, sub_status } => {
                self.set_status(now, request, status, sub_status);
            }
            Input::RefuseCalls(reason) => self.tell_phone(now, Command::RefuseCalls(reason)),
            Input::Retry(slice) => self.retry(now, slice),
            Input::NetworkBack => self.network_back(now),
            Input::Focused => self.come_back(now),
            Input::Woke { wall_ms } => self.woke(now, wall_ms),
            Input::Unload => self.unload(now),
            Input::RestoreEvents(events) => {
                self.outbox.restore(events);
                self.schedule_events(now);
            }
        }
        self.settle(now);
    }

    fn pass_on(&mut self, now: Time, input: PhoneInput) {
        match input {
            PhoneInput::Command(
                Command::Start { .. }
                | Command::Stop
                | Command::SetCredentials(_)
                | Command::SetRegistrars(_),
            ) => {}
            PhoneInput::Woke => self.woke(now, None),
            input => {
                if let PhoneInput::MicrophonePermission(permission) = &input {
                    self.microphone = *permission;
                }
                self.phone.handle_input(now, input);
            }
        }
    }

    pub(crate) fn tell_phone(&mut self, now: Time, command: Command) {
        self.phone.handle_input(now, PhoneInput::Command(command));
    }

    pub(crate) fn phone_started(&self) -> bool {
        !self.phone_login.is_empty()
    }

    pub(crate) fn in_call(&self) -> bool {
        self.phone.has_call()
    }

    /// On line or in a call: every second counts.
    pub(crate) fn urgent(&self) -> bool {
        self.status.on_line() || self.in_call()
    }

    pub(crate) fn running(&self) -> bool {
        self.life == Life::Running
    }

    pub(crate) fn mark(&mut self, slice: Slice) {
        self.changed |= 1 << slice as u8;
    }

    /// Asks the backend, unless that is under way.
    pub(crate) fn request(&mut self, now: Time, resource: Resource) {
        self.ask(now, resource, BATCH);
    }

    /// `most` events, if it is they.
    pub(crate) fn ask(&mut self, now: Time, resource: Resource, most: usize) {
        let Some(id) = self.requests.begin(resource) else { return };
        let login = String::from(self.login().unwrap_or_default());
        let request = match resource {
            Resource::Hash => HttpRequest::Hash,
            Resource::Launch => HttpRequest::Launch,
            Resource::Status => HttpRequest::Status,
            Resource::Registrars => HttpRequest::Registrars,
            Resource::Events if self.outbox.waiting(&login) > 0 => {
                HttpRequest::Events(self.outbox.batch(&login, most))
            }
            Resource::PutStatus if let Some(request) = self.status.request() => request,
            Resource::Events | Resource::PutStatus => return self.requests.idle(resource),
        };
        self.timers.set(Timer::Http(resource), now.after(ANSWER_WITHIN_MS));
        self.outputs.push(Output::Http(id, request));
    }

    /// Asks again after a back-off.
    pub(crate) fn request_later(&mut self, now: Time, resource: Resource, error: &HttpError) {
        let urgent = self.urgent();
        let at = self.requests.back_off(resource, now, urgent, error, &mut self.entropy);
        self.timers.set(Timer::Http(resource), at);
    }

    fn request_is_due(&mut self, now: Time, resource: Resource) {
        match self.requests.phase(resource) {
            Phase::InFlight(id) => {
                let error = HttpError { detail: "No answer came.".into(), ..HttpError::new(0) };
                self.answered(now, id, Err(error));
            }
            _ => self.request(now, resource),
        }
    }

    fn answered(&mut self, now: Time, id: HttpId, answer: Result<HttpAnswer, HttpError>) {
        let Some(resource) = self.requests.take(id) else { return };
        self.timers.clear(Timer::Http(resource));
        if !matches!(&answer, Err(error) if error.status == 0) {
            self.network_answers(now);
        }
        if answer.is_ok() {
            self.requests.succeeded(resource);
        }
        match (resource, answer) {
            (_, Err(error)) => self.failed(now, resource, error),
            (Resource::Hash, Ok(HttpAnswer::Hash(hash))) => self.hash_arrived(now, hash),
            (Resource::Launch, Ok(HttpAnswer::Launch { launch, status, registrars })) => {
                self.launch_arrived(now, launch, status, registrars);
            }
            (Resource::Status, Ok(HttpAnswer::Status(record))) => self.status_arrived(now, record),
            (Resource::PutStatus, Ok(HttpAnswer::Status(record))) => self.status_was_set(now, record),
            (Resource::Registrars, Ok(HttpAnswer::Registrars { registrars, version })) => {
                self.polls.failing = false;
                self.registrars_announced(now, registrars, &version);
            }
            (Resource::Events, Ok(_)) => self.events_accepted(now),
            _ => self.failed(now, resource, HttpError::new(200)),
        }
    }

    fn failed(&mut self, now: Time, resource: Resource, error: HttpError) {
        let refused = is_refusal(&error);
        if refused && self.requests.outlived(resource) {
            return self.request(now, resource);
        }
        let step = match resource {
            Resource::Hash => "hash_failed status code",
            Resource::Launch => "launch_failed status code",
            Resource::PutStatus => "status_not_set status code",
            Resource::Registrars if !refused && !core::mem::replace(&mut self.polls.failing, true) => {
                "poll_failed status code"
            }
            _ => "",
        };
        if !step.is_empty() {
            self.trace(now, step, &[&decimal(error.status.into()), &error.code]);
        }
        match resource {
            Resource::PutStatus => self.status_not_set(now, error),
            Resource::Events => self.events_not_taken(now, &error),
            _ if refused => self.refused(now, resource, describe(&error)),
            Resource::Hash | Resource::Launch => self.start_failed(now, resource, &error),
            Resource::Status => self.status_failed(&error),
            // Nothing changes; the next poll asks again.
            Resource::Registrars => {}
        }
    }

    /// An answer came: whatever waits because the network failed need not wait any longer.
    pub(crate) fn network_answers(&mut self, now: Time) {
        let mut waited = false;
        for &resource in &Resource::ALL {
            if self.requests.waits_for_network(resource) {
                waited = true;
                self.request(now, resource);
            }
        }
        if waited {
            self.phone.handle_input(now, PhoneInput::Nudge);
        }
    }

    /// Draws all consequences, then says which slices have changed.
    fn settle(&mut self, now: Time) {
        self.draw_consequences(now);
        self.arm_watchdog(now);
        let changed = core::mem::take(&mut self.changed);
        for &slice in &Slice::ALL {
            if changed >> slice as u8 & 1 != 0 {
                self.outputs.push(Output::Changed(slice));
            }
        }
    }

    pub(crate) fn draw_consequences(&mut self, now: Time) {
        loop {
            while let Some(output) = self.phone.poll_output() {
                self.phone_said(now, output);
            }
            if core::mem::take(&mut self.call_changed) {
                self.observe_call(now);
            } else if core::mem::take(&mut self.flows_changed) {
                self.observe_flows(now);
            } else {
                break;
            }
        }
    }
}

impl<T> Remote<T> {
    pub(crate) fn waiting() -> Self {
        Remote { loading: false, data: None, error: None }
    }
}
