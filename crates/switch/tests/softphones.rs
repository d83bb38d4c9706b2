//! The same stories with our own client at both ends: real softphones, the real switch, simulated time.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use headset_sip::{Time, sdp};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, Command as Ask, Credentials, Direction, Dtmf, Event,
    Identity, Input as Heard, MediaOptions, Outcome, Output as Wants, PeerEvent, PeerRequest, Permission,
    Registrar, Settings, SocketEvent, SocketId, Softphone, UserAgentStatus,
};
use headset_switch::{
    Closed, Command, ConnectionId, Input, ListenerId, OfferEnd, Output, Report, Side, Switch, Wall,
};
use support::{ANSWER, DOMAIN, OFFER, START, config, password};

/// A softphone and the body around it: sockets that always open, media that always works.
struct Page {
    phone: Softphone,
    sockets: BTreeMap<SocketId, ConnectionId>,
    events: Vec<Event>,
    /// The network is away: sockets do not open.
    is_offline: bool,
}

struct World {
    switch: Switch,
    now: Time,
    pages: Vec<Page>,
    next_connection: u64,
    reports: Vec<Report>,
}

const MEDIA: MediaOptions = MediaOptions(0);

fn of_call(command: CallCommand) -> Ask {
    Ask::Call(CallId::ONE, command)
}

fn dial(target: String) -> Ask {
    let options = Box::new(CallOptions { media: MEDIA, ..CallOptions::default() });
    of_call(CallCommand::Dial { target, options })
}

const ANNA: usize = 0;
const GUEST: usize = 1;

impl World {
    /// Anna with two registrars and a guest with one, both registered.
    fn new() -> Self {
        let wall = Wall { unix_ms_at_start: START * 1000 };
        let mut world = Self {
            switch: Switch::new(config(), [5; 32], wall, false),
            now: Time(1_000),
            pages: Vec::new(),
            next_connection: 1,
            reports: Vec::new(),
        };
        world.open_page("anna", &["r1", "r2"]);
        world.open_page("guest-79991234567", &["r2"]);
        world.seconds(2);
        for page in &world.pages {
            assert_eq!(page.phone.user_agent_status(), UserAgentStatus::Registered);
        }
        world.take_reports();
        world
    }

    fn open_page(&mut self, login: &str, registrars: &[&str]) {
        let username = format!("{}:{login}", START + 100_000);
        let number = |id: &str| id[1..].parse::<u32>().unwrap();
        let start = Ask::Start {
            identity: Identity {
                login: login.into(),
                domain: DOMAIN.into(),
                display_name: format!("Name of {login}"),
                instance_id: format!("urn:uuid:{login}"),
                user_agent: "Headset/test".into(),
            },
            credentials: Credentials::new(username.clone(), password(&username)),
            registrars: registrars
                .iter()
                .map(|id| {
                    let (n, id) = (number(id), (*id).into());
                    Registrar::new(id, format!("ws://localhost:808{n}"), 1, n)
                })
                .collect(),
            settings: Settings::default(),
        };
        let phone = Softphone::new(&self.pages.len().to_string());
        let page = Page { phone, sockets: BTreeMap::new(), events: Vec::new(), is_offline: false };
        self.pages.push(page);
        let index = self.pages.len() - 1;
        self.tell(index, Heard::MicrophonePermission(Permission::Granted));
        self.ask(index, start);
    }

    fn ask(&mut self, page: usize, command: Ask) {
        self.tell(page, Heard::Command(command));
    }

    fn tell(&mut self, page: usize, heard: Heard) {
        self.pages[page].phone.handle_input(self.now, heard);
        self.settle();
    }

    /// Carries messages until everybody is silent.
    fn settle(&mut self) {
        loop {
            let mut quiet = true;
            for page in 0..self.pages.len() {
                while let Some(output) = self.pages[page].phone.poll_output() {
                    quiet = false;
                    self.do_for(page, output);
                }
            }
            while let Some(output) = self.switch.poll_output() {
                quiet = false;
                match output {
                    Output::Send { connection, text } => {
                        self.deliver(connection, SocketEvent::Received(text));
                    }
                    Output::Close { connection, code, reason } => {
                        let closed = SocketEvent::Closed { code, reason: reason.into() };
                        self.deliver(connection, closed);
                    }
                    Output::Report(report) => self.reports.push(report),
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn deliver(&mut self, connection: ConnectionId, event: SocketEvent) {
        let now = self.now;
        for page in &mut self.pages {
            let found = page.sockets.iter().find(|(_, own)| **own == connection).map(|(socket, _)| *socket);
            if let Some(socket) = found {
                if matches!(event, SocketEvent::Closed { .. }) {
                    page.sockets.remove(&socket);
                }
                return page.phone.handle_input(now, Heard::Socket(socket, event));
            }
        }
    }

    fn do_for(&mut self, index: usize, output: Wants) {
        let now = self.now;
        let page = &mut self.pages[index];
        match output {
            Wants::OpenSocket { socket, .. } if page.is_offline => {
                let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
                page.phone.handle_input(now, Heard::Socket(socket, closed));
            }
            Wants::OpenSocket { socket, uri } => {
                let connection = ConnectionId(self.next_connection);
                self.next_connection += 1;
                page.sockets.insert(socket, connection);
                let listener = ListenerId(if uri.ends_with('1') { 0 } else { 1 });
                let remote = ([203, 0, 113, 7], 40_000).into();
                self.switch.handle_input(now, Input::Opened { connection, listener, remote });
                page.phone.handle_input(now, Heard::Socket(socket, SocketEvent::Opened));
            }
            Wants::Send { socket, text } => {
                if let Some(&connection) = page.sockets.get(&socket) {
                    self.switch.handle_input(now, Input::Received { connection, text });
                }
            }
            Wants::CloseSocket { socket, code } => {
                if let Some(connection) = page.sockets.remove(&socket) {
                    self.switch.handle_input(now, Input::Closed { connection, how: Closed::Code(code) });
                }
            }
            Wants::Peer(_, peer, request) => {
                let described = |text: &str, direction| {
                    let direction = match direction {
                        Direction::SendRecv => sdp::Direction::SendRecv,
                        Direction::SendOnly => sdp::Direction::SendOnly,
                        Direction::RecvOnly => sdp::Direction::RecvOnly,
                        Direction::Inactive => sdp::Direction::Inactive,
                    };
                    PeerEvent::Described(sdp::set_direction(text, direction))
                };
                let done = match request {
                    PeerRequest::Offer { direction, .. } => described(OFFER, direction),
                    PeerRequest::Answer { direction, .. } => described(ANSWER, direction),
                    PeerRequest::Accept { .. } => PeerEvent::Accepted,
                    PeerRequest::OpenMicrophone { .. } => PeerEvent::MicrophoneOpened,
                    PeerRequest::AddCandidates { .. } => PeerEvent::Connected,
                    PeerRequest::Rollback
                    | PeerRequest::Mute(_)
                    | PeerRequest::Hold(_)
                    | PeerRequest::InsertDtmf { .. }
                    | PeerRequest::Close => return,
                };
                let accepted = done == PeerEvent::Accepted;
                page.phone.handle_input(now, Heard::Peer(peer, done));
                if accepted {
                    page.phone.handle_input(now, Heard::Peer(peer, PeerEvent::Connected));
                }
            }
            Wants::Event(event) => page.events.push(event),
        }
    }

    fn seconds(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        loop {
            let pages = self.pages.iter().filter_map(|page| page.phone.poll_timeout());
            let due = pages.chain(self.switch.poll_timeout()).min().filter(|due| *due <= until);
            let Some(due) = due else { break };
            self.now = self.now.max(due);
            self.switch.handle_timeout(self.now);
            for page in &mut self.pages {
                page.phone.handle_timeout(self.now);
            }
            self.settle();
        }
        self.now = until;
    }

    fn go_offline(&mut self, page: usize) {
        self.pages[page].is_offline = true;
        for (socket, connection) in std::mem::take(&mut self.pages[page].sockets) {
            self.switch.handle_input(self.now, Input::Closed { connection, how: Closed::Lost });
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.tell(page, Heard::Socket(socket, closed));
        }
    }

    fn command(&mut self, command: Command) {
        self.switch.handle_input(self.now, Input::Command(command));
        self.settle();
    }

    fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    fn status(&self, page: usize) -> Option<CallStatus> {
        self.pages[page].phone.call().map(|call| call.status)
    }

    fn outcome(&self, page: usize) -> Outcome {
        let ends: Vec<_> = self.pages[page]
            .events
            .iter()
            .filter_map(|event| match event {
                Event::CallEnded(end) => Some(end.outcome),
                _ => None,
            })
            .collect();
        assert_eq!(ends.len(), 1, "{ends:?}");
        ends[0]
    }

    /// The guest calls the queue, anna is rung.
    fn ring(&mut self) -> String {
        self.ask(GUEST, dial("support".into()));
        let call = match self.take_reports().as_slice() {
            [Report::CallArrived { call, target, .. }] if target == "support" => call.clone(),
            other => panic!("{other:?}"),
        };
        self.command(Command::ShowPlace { call: call.clone(), position: 1, waiting: 1 });
        assert_eq!(self.pages[GUEST].phone.call().unwrap().queue_place, Some((1, 1)));
        self.command(Command::Offer {
            call: call.clone(),
            login: "anna".into(),
            display_name: "Support".into(),
        });
        assert_eq!(self.take_reports(), [Report::Ringing { call: call.clone(), login: "anna".into() }]);
        let view = self.pages[ANNA].phone.call().unwrap();
        assert_eq!((view.id.as_str(), view.status), (call.as_str(), CallStatus::Starting));
        assert_eq!(
            (view.remote.display_name.as_str(), view.remote.user.as_str()),
            ("Support", "79991234567")
        );
        call
    }

    fn talk(&mut self) -> String {
        let call = self.ring();
        self.seconds(3);
        self.ask(ANNA, of_call(CallCommand::Answer { media: MEDIA, headers: String::new() }));
        assert_eq!(self.take_reports(), [Report::Answered { call: call.clone(), login: "anna".into() }]);
        assert_eq!(self.status(ANNA), Some(CallStatus::Active));
        assert_eq!(self.status(GUEST), Some(CallStatus::Active));
        call
    }
}

#[test]
fn a_call_is_answered_held_resumed_keyed_and_hung_up() {
    let mut world = World::new();
    let call = world.talk();
    world.ask(ANNA, of_call(CallCommand::Hold { on: true, update: false, headers: String::new() }));
    assert_eq!(world.take_reports(), [Report::Held { call: call.clone(), by: Side::Callee }]);
    assert!(world.pages[GUEST].phone.call().unwrap().held_by_remote);
    world.ask(ANNA, of_call(CallCommand::Hold { on: false, update: false, headers: String::new() }));
    assert_eq!(world.take_reports(), [Report::Resumed { call: call.clone(), by: Side::Callee }]);
    world.ask(GUEST, of_call(CallCommand::SendDtmf { tones: "42#".into(), dtmf: Dtmf::default() }));
    world.seconds(5);
    let keys: String = world.pages[ANNA]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::DtmfReceived { tone, .. } => Some(*tone),
            _ => None,
        })
        .collect();
    assert_eq!(keys, "42#");
    world.seconds(120);
    world.ask(GUEST, of_call(CallCommand::End(Box::default())));
    assert_eq!(world.take_reports(), [Report::CallEnded { call, by: Side::Caller }]);
    assert_eq!((world.outcome(ANNA), world.outcome(GUEST)), (Outcome::Answered, Outcome::Answered));
}

#[test]
fn the_operator_hangs_up() {
    let mut world = World::new();
    let call = world.talk();
    world.ask(ANNA, of_call(CallCommand::End(Box::default())));
    assert_eq!(world.take_reports(), [Report::CallEnded { call, by: Side::Callee }]);
    assert_eq!((world.status(ANNA), world.status(GUEST)), (None, None));
}

#[test]
fn a_caller_who_gives_up_and_an_operator_who_refuses_end_it_once_at_each_end() {
    let mut world = World::new();
    let call = world.ring();
    world.ask(GUEST, of_call(CallCommand::End(Box::default())));
    let end = OfferEnd::Cancelled;
    assert_eq!(
        world.take_reports(),
        [
            Report::OfferEnded { call: call.clone(), login: "anna".into(), end },
            Report::CallEnded { call, by: Side::Caller }
        ]
    );
    assert_eq!((world.outcome(ANNA), world.outcome(GUEST)), (Outcome::Cancelled, Outcome::Cancelled));

    let mut world = World::new();
    world.ask(ANNA, Ask::RefuseCalls(Some("Checking the microphone".into())));
    world.ask(GUEST, dial("support".into()));
    let Some(Report::CallArrived { call, .. }) = world.take_reports().pop() else { panic!() };
    world.command(Command::Offer {
        call: call.clone(),
        login: "anna".into(),
        display_name: "Support".into(),
    });
    let end = OfferEnd::Refused { status: 480, reason: "Checking the microphone".into() };
    let refused = Report::OfferEnded { call: call.clone(), login: "anna".into(), end };
    assert_eq!(world.take_reports(), [refused]);
    world.command(Command::Reject { call, status: 480, reason: "Nobody is there".into() });
    assert_eq!(world.status(GUEST), None);
}

#[test]
fn an_operator_calls_a_guest_by_number() {
    let mut world = World::new();
    world.ask(ANNA, dial("79991234567".into()));
    let Some(Report::CallArrived { call, .. }) = world.take_reports().pop() else { panic!() };
    let login = String::from("guest-79991234567");
    world.command(Command::Offer { call: call.clone(), login: login.clone(), display_name: "Anna".into() });
    assert!(world.pages[ANNA].phone.call().unwrap().ringing);
    world.ask(GUEST, of_call(CallCommand::Answer { media: MEDIA, headers: String::new() }));
    assert!(world.take_reports().contains(&Report::Answered { call, login }));
    assert_eq!(world.status(ANNA), Some(CallStatus::Active));
}

#[test]
fn an_operator_whose_network_goes_for_8_s_keeps_the_call_and_can_hang_up_after() {
    let mut world = World::new();
    let call = world.talk();
    world.go_offline(ANNA);
    world.seconds(8);
    world.pages[ANNA].is_offline = false;
    world.tell(ANNA, Heard::Nudge);
    world.seconds(5);
    assert_eq!(world.pages[ANNA].phone.user_agent_status(), UserAgentStatus::Registered);
    assert_eq!(world.status(ANNA), Some(CallStatus::Active));
    world.ask(ANNA, of_call(CallCommand::Hold { on: true, update: false, headers: String::new() }));
    assert_eq!(world.status(ANNA), Some(CallStatus::Hold));
    world.ask(ANNA, of_call(CallCommand::End(Box::default())));
    let reports = world.take_reports();
    assert_eq!(reports.last(), Some(&Report::CallEnded { call, by: Side::Callee }));
    assert_eq!(world.status(GUEST), None);
}

#[test]
fn an_hour_on_line_is_refreshed_without_a_gap() {
    let mut world = World::new();
    world.seconds(3600);
    assert_eq!(world.take_reports(), []);
}
