//! Our own client at both ends: real softphones, the real switch, simulated time.

use std::collections::BTreeMap;
use std::time::Duration;

use headset_sip::{Time, sdp};
use headset_softphone::{
    CallCommand, CallId, CallOptions, CallStatus, Command as Ask, Credentials, Direction, Event, Identity,
    Input as Heard, MediaOptions, Outcome, Output as Wants, PeerEvent, PeerId, PeerRequest, Permission,
    Registrar, Settings, SocketEvent, SocketId, Softphone, UserAgentStatus,
};
use headset_switch::{Closed, Command, ConnectionId, Input, ListenerId, Output, Report, Switch, Wall};

use super::{ANSWER, DOMAIN, OFFER, START, config, password};

/// A softphone and the body around it: sockets that always open, media that always works.
pub struct Page {
    pub phone: Softphone,
    pub sockets: BTreeMap<SocketId, ConnectionId>,
    pub events: Vec<Event>,
    /// The peer connection that was asked last.
    peer: Option<PeerId>,
    /// The network is away: sockets do not open.
    pub is_offline: bool,
}

pub struct World {
    pub switch: Switch,
    pub now: Time,
    pub pages: Vec<Page>,
    pub next_connection: u64,
    pub reports: Vec<Report>,
}

pub const MEDIA: MediaOptions = MediaOptions(0);

pub fn of_call(command: CallCommand) -> Ask {
    Ask::Call(CallId::ONE, command)
}

pub fn dial(target: String) -> Ask {
    let options = Box::new(CallOptions { media: MEDIA, ..CallOptions::default() });
    of_call(CallCommand::Dial { target, options })
}

pub const ANNA: usize = 0;
pub const GUEST: usize = 1;

impl Page {
    /// What it is to keep of its calls.
    pub fn kept(&self) -> String {
        let said = self.events.iter().rev().find_map(|event| match event {
            Event::KeepCalls(kept) => Some(kept.clone()),
            _ => None,
        });
        said.unwrap_or_default()
    }
}

impl World {
    /// Anna with two registrars and a guest with one, both registered.
    pub fn new() -> Self {
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

    pub fn open_page(&mut self, login: &str, registrars: &[&str]) {
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
        let page =
            Page { phone, sockets: BTreeMap::new(), events: Vec::new(), peer: None, is_offline: false };
        self.pages.push(page);
        let index = self.pages.len() - 1;
        self.tell(index, Heard::MicrophonePermission(Permission::Granted));
        self.ask(index, start);
    }

    pub fn ask(&mut self, page: usize, command: Ask) {
        self.tell(page, Heard::Command(command));
    }

    pub fn tell(&mut self, page: usize, heard: Heard) {
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
                page.peer = Some(peer);
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

    pub fn seconds(&mut self, seconds: u64) {
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

    pub fn go_offline(&mut self, page: usize) {
        self.pages[page].is_offline = true;
        for (socket, connection) in std::mem::take(&mut self.pages[page].sockets) {
            self.switch.handle_input(self.now, Input::Closed { connection, how: Closed::Lost });
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.tell(page, Heard::Socket(socket, closed));
        }
    }

    /// The page is no more: nothing is said, and nothing is heard.
    pub fn close_page(&mut self, page: usize, how: Closed) {
        for (_, connection) in std::mem::take(&mut self.pages[page].sockets) {
            self.switch.handle_input(self.now, Input::Closed { connection, how });
        }
        self.pages[page].phone = Softphone::new("");
        self.settle();
    }

    /// No packet has come for 5 s.
    pub fn hear_nothing(&mut self, page: usize) {
        let peer = self.pages[page].peer.unwrap();
        self.tell(page, Heard::Peer(peer, PeerEvent::NoMedia));
    }

    pub fn command(&mut self, command: Command) {
        self.switch.handle_input(self.now, Input::Command(command));
        self.settle();
    }

    pub fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    pub fn status(&self, page: usize) -> Option<CallStatus> {
        self.pages[page].phone.call().map(|call| call.status)
    }

    pub fn outcome(&self, page: usize) -> Outcome {
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
    pub fn ring(&mut self) -> String {
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

    pub fn talk(&mut self) -> String {
        let call = self.ring();
        self.seconds(3);
        self.ask(ANNA, of_call(CallCommand::Answer { media: MEDIA, headers: String::new() }));
        assert_eq!(self.take_reports(), [Report::Answered { call: call.clone(), login: "anna".into() }]);
        assert_eq!(self.status(ANNA), Some(CallStatus::Active));
        assert_eq!(self.status(GUEST), Some(CallStatus::Active));
        call
    }
}
