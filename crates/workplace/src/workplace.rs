use crate::io::{
    Hash, HttpAnswer, HttpError, HttpId, HttpRequest, Input, Launch, Options, Output, Registrars, Remote,
    Slice, StatusRecord, UserAgent,
};
use crate::outbox::Outbox;
use crate::requests::{ANSWER_WITHIN_MS, Requests, Resource, after};
use crate::rotation::Rotator;
use crate::start::Credential;
use crate::status::StatusBook;
use crate::updates::{Polls, Stream};
use alloc::collections::VecDeque;
use alloc::string::String;
use headset_sip::{Entropy, Time, TimerKey, TimerTable};
use headset_softphone::{CallView, Command, Input as PhoneInput, Permission, Softphone, UserAgentStatus};

/// An operator's client.
///
/// ```
/// # use headset_workplace::{HttpRequest, Input, Options, Output, Workplace};
/// # use headset_sip::Time;
/// let mut workplace = Workplace::new([0; 32]);
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
    pub(crate) timers: TimerTable<Timer>,
    pub(crate) requests: Requests,
    pub(crate) credential: Credential,
    pub(crate) launch: Remote<Launch>,
    pub(crate) status: StatusBook,
    pub(crate) rotator: Rotator,
    pub(crate) stream: Stream,
    pub(crate) polls: Polls,
    pub(crate) outbox: Outbox,
    pub(crate) phone: Softphone,
    /// What the phone was started as.
    pub(crate) phone_login: Option<String>,
    pub(crate) microphone: Permission,
    refuse_calls: Option<String>,
    pub(crate) user_agent: UserAgent,
    pub(crate) registrars: Registrars,
    pub(crate) session: Option<CallView>,
    pub(crate) consultation: Option<CallView>,
    pub(crate) flows_changed: bool,
    pub(crate) call_changed: bool,
    changed: [bool; 6],
    pub(crate) outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Stopped,
    Running,
    /// 401 or 403: nothing is asked by timer until the user comes back.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The end of waiting: for the answer, or between two attempts.
    Http(Resource),
    HashRenewal,
    Poll,
    Stream,
    Watchdog,
    SendEvents,
    KeepEvents,
}

const TIMERS: [Timer; 12] = [
    Timer::Http(Resource::ALL[0]),
    Timer::Http(Resource::ALL[1]),
    Timer::Http(Resource::ALL[2]),
    Timer::Http(Resource::ALL[3]),
    Timer::Http(Resource::ALL[4]),
    Timer::Http(Resource::ALL[5]),
    Timer::HashRenewal,
    Timer::Poll,
    Timer::Stream,
    Timer::Watchdog,
    Timer::SendEvents,
    Timer::KeepEvents,
];

impl TimerKey for Timer {
    fn number(self) -> u64 {
        match self {
            Timer::Http(resource) => resource as u64,
            Timer::HashRenewal => 6,
            Timer::Poll => 7,
            Timer::Stream => 8,
            Timer::Watchdog => 9,
            Timer::SendEvents => 10,
            Timer::KeepEvents => 11,
        }
    }

    fn of(number: u64) -> Timer {
        TIMERS[number as usize]
    }
}

impl Workplace {
    /// A client at rest. All its tokens come from `seed`: 32 unguessable bytes.
    pub fn new(seed: [u8; 32]) -> Self {
        let mut entropy = Entropy::new(seed);
        let mut phone_seed = [0; 32];
        for bytes in phone_seed.chunks_exact_mut(8) {
            bytes.copy_from_slice(&entropy.next_u64().to_le_bytes());
        }
        Self {
            life: Life::Stopped,
            options: Options::default(),
            wall: (0, Time(0)),
            entropy,
            timers: TimerTable::new(),
            requests: Requests::new(),
            credential: Credential::new(),
            launch: Remote::waiting(),
            status: StatusBook::new(),
            rotator: Rotator::new(),
            stream: Stream::Closed,
            polls: Polls::default(),
            outbox: Outbox::default(),
            phone: Softphone::new(phone_seed),
            phone_login: None,
            microphone: Permission::Prompt,
            refuse_calls: None,
            user_agent: UserAgent { status: UserAgentStatus::Disconnected, error: None },
            registrars: Registrars { flows: alloc::vec![], rotation: crate::io::Rotation::None },
            session: None,
            consultation: None,
            flows_changed: false,
            call_changed: false,
            changed: [false; 6],
            outputs: VecDeque::new(),
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
    pub fn session(&self) -> Option<&CallView> {
        self.session.as_ref()
    }

    /// The call to somebody who is asked while the call waits.
    pub fn consultation(&self) -> Option<&CallView> {
        self.consultation.as_ref()
    }

    /// The registrars one by one.
    pub fn registrars(&self) -> &Registrars {
        &self.registrars
    }

    /// What the body must do now; ask until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Time> {
        match (self.timers.next(), self.phone.poll_timeout()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
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
            Input::Pushed(push) => self.pushed(now, push),
            Input::SetStatus { request, status, sub_status } => {
                self.set_status(now, request, status, sub_status);
            }
            Input::RefuseCalls(reason) => {
                self.refuse_calls.clone_from(&reason);
                self.tell_phone(now, Command::RefuseCalls(reason));
            }
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
            PhoneInput::Command(Command::RefuseCalls(reason)) => {
                self.refuse_calls.clone_from(&reason);
                self.tell_phone(now, Command::RefuseCalls(reason));
            }
            PhoneInput::Woke => self.woke(now, None),
            PhoneInput::MicrophonePermission(permission) => {
                self.microphone = permission;
                self.phone.handle_input(now, input);
            }
            input => self.phone.handle_input(now, input),
        }
    }

    pub(crate) fn tell_phone(&mut self, now: Time, command: Command) {
        self.phone.handle_input(now, PhoneInput::Command(command));
    }

    /// Starts the phone, or restarts it as somebody else.
    pub(crate) fn start_phone(&mut self, now: Time, command: Command, login: String) {
        self.phone_login = Some(login);
        self.tell_phone(now, command);
        if self.refuse_calls.is_some() {
            self.tell_phone(now, Command::RefuseCalls(self.refuse_calls.clone()));
        }
        self.flows_changed = true;
    }

    pub(crate) fn in_call(&self) -> bool {
        self.phone.call().is_some()
    }

    /// On line or in a call: every second counts.
    pub(crate) fn urgent(&self) -> bool {
        self.status.on_line() || self.in_call()
    }

    pub(crate) fn running(&self) -> bool {
        self.life == Life::Running
    }

    pub(crate) fn mark(&mut self, slice: Slice) {
        self.changed[slice as usize] = true;
    }

    /// Asks the backend, unless that is under way.
    pub(crate) fn request(&mut self, now: Time, resource: Resource) {
        if self.requests.in_flight(resource) {
            return;
        }
        let request = match resource {
            Resource::Hash => Some(HttpRequest::Hash),
            Resource::Launch => Some(HttpRequest::Launch),
            Resource::Status => Some(HttpRequest::Status),
            Resource::Registrars => Some(HttpRequest::Registrars),
            Resource::PutStatus => self.status.request(),
            Resource::Events => self.next_batch(),
        };
        let Some(request) = request else { return };
        if let Some(id) = self.requests.begin(resource) {
            self.timers.set(Timer::Http(resource), after(now, ANSWER_WITHIN_MS));
            self.outputs.push_back(Output::Http(id, request));
        }
    }

    /// Asks again after a back-off.
    pub(crate) fn request_later(&mut self, now: Time, resource: Resource, error: &HttpError) {
        let urgent = self.urgent();
        let at = self.requests.back_off(resource, now, urgent, error, &mut self.entropy);
        self.timers.set(Timer::Http(resource), at);
    }

    fn request_is_due(&mut self, now: Time, resource: Resource) {
        match self.requests.phase(resource) {
            crate::requests::Phase::InFlight(id) => {
                self.answered(
                    now,
                    id,
                    Err(HttpError { detail: "No answer came.".into(), ..HttpError::default() }),
                );
            }
            _ => self.request(now, resource),
        }
    }

    fn answered(&mut self, now: Time, id: HttpId, answer: Result<HttpAnswer, HttpError>) {
        let Some(resource) = self.requests.take(id) else { return };
        self.timers.clear(Timer::Http(resource));
        if answer.as_ref().err().is_none_or(|error| error.status != 0) {
            self.network_answers(now);
        }
        let error = match (resource, answer) {
            (_, Err(error)) => error,
            (Resource::Hash, Ok(HttpAnswer::Hash(hash))) => return self.hash_arrived(now, hash),
            (Resource::Launch, Ok(HttpAnswer::Launch(launch))) => return self.launch_arrived(now, launch),
            (Resource::Status, Ok(HttpAnswer::Status(record))) => return self.status_arrived(now, record),
            (Resource::PutStatus, Ok(HttpAnswer::Status(record))) => return self.status_was_set(now, record),
            (Resource::Registrars, Ok(HttpAnswer::Registrars { registrars, version })) => {
                return self.poll_answered(now, registrars, &version);
            }
            (Resource::Events, Ok(_)) => return self.events_accepted(now),
            _ => HttpError { status: 200, ..HttpError::default() },
        };
        match resource {
            Resource::Hash | Resource::Launch => self.start_failed(now, resource, &error),
            Resource::Status => self.status_failed(now, &error),
            Resource::PutStatus => self.status_not_set(now, error),
            Resource::Registrars => self.poll_failed(now, &error),
            Resource::Events => self.events_not_taken(now, &error),
        }
    }

    /// An answer came: whatever waits because the network failed need not wait any longer.
    pub(crate) fn network_answers(&mut self, now: Time) {
        let mut waited = false;
        for resource in Resource::ALL {
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
        const SLICES: [Slice; 6] =
            [Slice::Hash, Slice::Launch, Slice::Status, Slice::UserAgent, Slice::Session, Slice::Registrars];
        for slice in SLICES {
            if core::mem::take(&mut self.changed[slice as usize]) {
                self.outputs.push_back(Output::Changed(slice));
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
