//! A shift on simulated time: a real [`Workplace`] with its real softphone, a scripted backend, scripted registrars.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each story uses its part; a panic is a failed test.

pub mod backend;
pub mod edge;

use backend::Backend;
use edge::Edge;
use headset_sip::Time;
use headset_softphone::{
    CallCommand, CallId, CallStatus, Command, Input as PhoneInput, MediaOptions, Output as PhoneOutput,
    PeerEvent, PeerRequest, SocketEvent,
};
use headset_workplace::{Event, HttpRequest, Input, Options, Output, Slice, Status, Workplace};

/// One way through the network, ms.
pub const LATENCY: u64 = 10;

/// Something on its way to the client.
#[derive(Debug)]
struct Delivery {
    at: u64,
    input: Input,
}

pub struct Shift {
    pub now: u64,
    pub workplace: Workplace,
    pub backend: Backend,
    pub edge: Edge,
    /// Everything that the body was asked for and no server answers, with its time.
    pub outputs: Vec<(u64, Output)>,
    pub stream_open: bool,
    /// Whether the stream can be opened.
    pub stream_works: bool,
    deliveries: Vec<Delivery>,
    next_ping: u64,
}

impl Shift {
    /// Anna, with registrars `r1` and `r2`, off line; nothing has happened yet.
    pub fn new() -> Self {
        Self::of_seed("42")
    }

    /// In another browser.
    pub fn of_seed(seed: &str) -> Self {
        Self {
            now: 0,
            workplace: Workplace::new(seed),
            backend: Backend::new(),
            edge: Edge::new(),
            outputs: Vec::new(),
            stream_open: false,
            stream_works: true,
            deliveries: Vec::new(),
            next_ping: 5_000,
        }
    }

    /// Started and registered.
    pub fn started() -> Self {
        let mut shift = Self::new();
        shift.start();
        shift.run(1_000);
        assert_eq!(shift.user_agent(), "Registered");
        shift
    }

    /// Started, registered and on line.
    pub fn on_line() -> Self {
        let mut shift = Self::started();
        shift.choose(Status::Connected);
        shift.run(1_000);
        assert_eq!(shift.status(), Some(Status::Connected));
        shift
    }

    pub fn start(&mut self) {
        self.tell(Input::Start(Options {
            profile_id: "5f0f5b1e-7a52-4b1c-9f3b-8a1f6f0a0001".into(),
            wall_ms: 1_700_000_000_000 + self.now,
        }));
    }

    pub fn tell(&mut self, input: Input) {
        self.workplace.handle_input(Time(self.now), input);
        self.carry_out();
    }

    pub fn choose(&mut self, status: Status) {
        self.tell(Input::SetStatus { request: 1, status, sub_status: String::new() });
    }

    /// Lets `ms` pass.
    pub fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let delivery = self.deliveries.iter().map(|delivery| delivery.at).min();
            let wake = self.workplace.poll_timeout().map(|time| time.0.max(self.now));
            let next = [delivery, wake, Some(self.next_ping)].into_iter().flatten().min().unwrap();
            if next > end {
                break;
            }
            self.now = next;
            if let Some(index) = self.deliveries.iter().position(|delivery| delivery.at <= next) {
                let input = self.deliveries.remove(index).input;
                match &input {
                    Input::StreamOpened => self.stream_open = true,
                    Input::StreamClosed => self.stream_open = false,
                    _ => {}
                }
                self.workplace.handle_input(Time(next), input);
            } else if self.next_ping <= next {
                self.next_ping += 5_000;
                for socket in self.edge.open_sockets() {
                    let ping = SocketEvent::Received("\r\n\r\n".into());
                    self.workplace
                        .handle_input(Time(next), Input::Softphone(PhoneInput::Socket(socket, ping)));
                }
            } else {
                self.workplace.handle_timeout(Time(next));
            }
            self.carry_out();
        }
        self.now = end;
    }

    /// Lets time pass, but no more than `ms`, until it is so. Says how long it took.
    pub fn until(&mut self, ms: u64, so: impl Fn(&Self) -> bool) -> u64 {
        let begun = self.now;
        while !so(self) {
            assert!(self.now - begun < ms, "not within {ms} ms");
            self.run(10);
        }
        self.now - begun
    }

    /// The registrars' sockets all break and cannot be opened; `back` mends them.
    pub fn registrars_down(&mut self, ids: &[&str]) {
        for id in ids {
            self.edge.down.insert((*id).into());
        }
        for socket in self.edge.close(ids) {
            self.deliver(Input::Softphone(PhoneInput::Socket(
                socket,
                SocketEvent::Closed { code: 1006, reason: String::new() },
            )));
        }
    }

    pub fn registrars_back(&mut self) {
        self.edge.down.clear();
    }

    /// A queue call begins to ring.
    pub fn ring(&mut self) {
        let (socket, text) = self.edge.invite();
        self.deliver(Input::Softphone(PhoneInput::Socket(socket, SocketEvent::Received(text))));
        self.run(50);
        assert!(self.workplace.session().is_some(), "rings");
    }

    /// A queue call rings and is answered.
    pub fn talk(&mut self) {
        self.ring();
        self.command(Command::Call(
            CallId::ONE,
            CallCommand::Answer { media: MediaOptions(0), headers: String::new() },
        ));
        self.run(200);
        let status = self.workplace.session().map(|call| call.status);
        assert_eq!(status, Some(CallStatus::Active));
    }

    /// The operator refuses the ringing call, or hangs up.
    pub fn end_the_call(&mut self) {
        self.command(Command::Call(CallId::ONE, CallCommand::End(Box::default())));
        self.run(50);
        assert!(self.workplace.session().is_none(), "is over");
    }

    pub fn command(&mut self, command: Command) {
        self.tell(Input::Softphone(PhoneInput::Command(command)));
    }

    pub fn close_stream(&mut self) {
        self.stream_open = false;
        self.tell(Input::StreamClosed);
    }

    /// How often this was asked since `since`.
    pub fn asked(&self, since: u64, test: impl Fn(&HttpRequest) -> bool) -> usize {
        self.backend.asked.iter().filter(|(at, request)| *at >= since && test(request)).count()
    }

    /// The names of events that happened since `since`.
    pub fn events(&self, since: u64) -> Vec<String> {
        self.happened(since).into_iter().map(|event| event.name).collect()
    }

    pub fn happened(&self, since: u64) -> Vec<Event> {
        let of = |(at, output): &(u64, Output)| match output {
            Output::Event(event) if *at >= since => Some(event.clone()),
            _ => None,
        };
        self.outputs.iter().filter_map(of).collect()
    }

    /// The fields of the events of this name that happened since `since`.
    pub fn told(&self, since: u64, name: &str) -> Vec<String> {
        let events = self.happened(since).into_iter().filter(|event| event.name == name);
        events.map(|event| event.fields.join(" ")).collect()
    }

    pub fn count(&self, test: impl Fn(&Output) -> bool) -> usize {
        self.outputs.iter().filter(|(_, output)| test(output)).count()
    }

    pub fn changed(&self, since: u64, slice: Slice) -> usize {
        let is = |(at, output): &&(u64, Output)| *at >= since && *output == Output::Changed(slice);
        self.outputs.iter().filter(is).count()
    }

    pub fn user_agent(&self) -> String {
        format!("{:?}", self.workplace.user_agent().status)
    }

    pub fn status(&self) -> Option<Status> {
        self.workplace.status().data.as_ref().map(|record| record.status)
    }

    pub fn status_error(&self) -> Option<&str> {
        self.workplace.status().error.as_ref().map(|error| error.code.as_str())
    }

    pub fn launch_error(&self) -> Option<&str> {
        self.workplace.launch().error.as_ref().map(|error| error.code.as_str())
    }

    pub fn hash_error(&self) -> Option<&str> {
        self.workplace.hash().error.as_ref().map(|error| error.code.as_str())
    }

    fn deliver(&mut self, input: Input) {
        self.deliveries.push(Delivery { at: self.now + LATENCY, input });
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.workplace.poll_output() {
            match output {
                Output::Http(id, request) => {
                    if let Some(answer) = self.backend.answer(self.now, request) {
                        let at = self.now + 2 * LATENCY;
                        self.deliveries.push(Delivery { at, input: Input::Http(id, answer) });
                    }
                }
                Output::OpenStream => {
                    self.outputs.push((self.now, Output::OpenStream));
                    if self.stream_works && self.backend.reachable() {
                        self.deliver(Input::StreamOpened);
                        for push in self.backend.pushes() {
                            self.deliver(Input::Pushed(push));
                        }
                    } else {
                        self.deliver(Input::StreamClosed);
                    }
                }
                Output::CloseStream => {
                    self.stream_open = false;
                    self.deliveries.retain(|delivery| {
                        !matches!(
                            delivery.input,
                            Input::StreamOpened | Input::StreamClosed | Input::Pushed(_)
                        )
                    });
                    self.outputs.push((self.now, Output::CloseStream));
                }
                Output::Softphone(PhoneOutput::OpenSocket { socket, uri }) => {
                    for event in self.edge.open(self.now, socket, &uri) {
                        self.deliver(Input::Softphone(PhoneInput::Socket(socket, event)));
                    }
                }
                Output::Softphone(PhoneOutput::Send { socket, text }) => {
                    for text in self.edge.receive(self.now, socket, text) {
                        let event = SocketEvent::Received(text);
                        self.deliver(Input::Softphone(PhoneInput::Socket(socket, event)));
                    }
                }
                Output::Softphone(PhoneOutput::CloseSocket { socket, .. }) => self.edge.forget(socket),
                Output::Softphone(PhoneOutput::Peer(_, peer, request)) => {
                    let event = match request {
                        PeerRequest::Offer { .. } | PeerRequest::Answer { .. } => {
                            PeerEvent::Described("v=0\r\n".into())
                        }
                        PeerRequest::OpenMicrophone { .. } => PeerEvent::MicrophoneOpened,
                        PeerRequest::Accept { .. } => PeerEvent::Accepted,
                        PeerRequest::AddCandidates { .. } => PeerEvent::Connected,
                        _ => continue,
                    };
                    self.deliver(Input::Softphone(PhoneInput::Peer(peer, event)));
                }
                other => self.outputs.push((self.now, other)),
            }
        }
    }
}
