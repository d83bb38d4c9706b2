//! A softphone with its body: sockets are the world's, peer connections are pretended here.

use super::shown::Shown;
use super::wire;
use headset_softphone::{
    CallEnd, Direction, Event, Identity, Input, MediaOptions, PeerEvent, PeerId, PeerRequest, Permission,
    Settings, SocketId, Softphone,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a peer connection was asked for, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Offer(Direction, bool),
    /// With or without the offer's candidates.
    Answer {
        candidates: bool,
    },
    Accept,
    AddCandidates,
    Rollback,
    OpenMicrophone,
    Mute(bool),
    Hold(bool),
    /// In RTP.
    Keys(String),
    Close,
}

pub struct Phone {
    pub softphone: Softphone,
    pub identity: Identity,
    pub settings: Settings,
    /// The page is asleep.
    pub frozen: bool,
    /// How the microphone fails, by the exception's name.
    pub microphone: Option<&'static str>,
    /// How peer connections fail.
    pub broken: Option<&'static str>,
    /// How long gathering takes, in ms.
    pub gathering: u64,
    pub steps: Vec<(PeerId, Step)>,
    /// With what each offer, answer and microphone was asked for.
    pub media: Vec<MediaOptions>,
    pub events: Vec<Event>,
    pub closed: Vec<SocketId>,
    peers: BTreeSet<PeerId>,
    closed_peers: BTreeSet<PeerId>,
    connected: BTreeMap<PeerId, ()>,
    shown: Shown,
}

impl Phone {
    pub fn new(login: &str, index: usize) -> Phone {
        Phone {
            softphone: Softphone::new(&index.to_string()),
            identity: Identity {
                login: login.into(),
                domain: super::DOMAIN.into(),
                display_name: login.to_uppercase(),
                instance_id: format!("urn:uuid:00000000-0000-4000-8000-00000000000{index}"),
                user_agent: "Headset/test".into(),
            },
            settings: Settings::default(),
            frozen: false,
            microphone: None,
            broken: None,
            gathering: 30,
            steps: Vec::new(),
            media: Vec::new(),
            events: Vec::new(),
            closed: Vec::new(),
            peers: BTreeSet::new(),
            closed_peers: BTreeSet::new(),
            connected: BTreeMap::new(),
            shown: Shown::default(),
        }
    }

    /// What was asked of peer connections since this was last asked.
    pub fn take_steps(&mut self) -> Vec<Step> {
        self.steps.drain(..).map(|(_, step)| step).collect()
    }

    /// The one call that has ended since this was last asked.
    pub fn end(&mut self) -> Option<CallEnd> {
        let mut ends = Vec::new();
        self.events.retain(|event| match event {
            Event::CallEnded(end) => {
                ends.push(end.clone());
                false
            }
            _ => true,
        });
        assert!(ends.len() < 2, "more than one outcome: {ends:?}");
        ends.pop()
    }

    /// Codes of the errors since this was last asked.
    pub fn errors(&mut self) -> Vec<&'static str> {
        let mut codes = Vec::new();
        self.events.retain(|event| match event {
            Event::Error { code, .. } => {
                codes.push(*code);
                false
            }
            _ => true,
        });
        codes
    }

    /// What it said last that is to be kept of its calls, where that is something.
    pub fn kept(&self) -> Option<&str> {
        let said = self.events.iter().rev().find_map(|event| match event {
            Event::KeepCalls(kept) => Some(&**kept),
            _ => None,
        });
        said.filter(|kept| !kept.is_empty())
    }

    pub fn keys(&self) -> String {
        let key = |event: &Event| match event {
            Event::DtmfReceived { tone, .. } => Some(*tone),
            _ => None,
        };
        self.events.iter().filter_map(key).collect()
    }

    pub fn refusals(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::CredentialsRefused { .. })).count()
    }

    pub fn grant_microphone(&mut self, now: headset_softphone::Time) {
        self.softphone.handle_input(now, Input::MicrophonePermission(Permission::Granted));
    }

    pub fn peer_id(&self) -> PeerId {
        self.steps.last().expect("a peer connection").0
    }

    pub fn has_peer(&self) -> bool {
        !self.peers.is_empty()
    }

    /// The peer connection that was made last.
    pub fn last_peer(&self) -> PeerId {
        *self.peers.last().expect("a peer connection")
    }

    pub(super) fn event(&mut self, event: Event) {
        self.shown.hear(&event);
        self.events.push(event);
    }

    /// Everything that it had to say was heard.
    pub(super) fn look(&mut self) {
        self.shown.look(&self.softphone);
    }

    /// Whether the body still has what an input is about.
    pub(super) fn hears(&self, input: &Input) -> bool {
        match input {
            _ if self.frozen => false,
            Input::Socket(socket, _) => !self.closed.contains(socket),
            Input::Peer(peer, _) => !self.closed_peers.contains(peer),
            _ => true,
        }
    }

    /// What the peer connection says to that, after how many ms.
    pub(super) fn peer(&mut self, peer: PeerId, request: PeerRequest) -> Vec<(u64, PeerEvent)> {
        assert!(!self.closed_peers.contains(&peer), "asked after it was closed: {request:?}");
        self.peers.insert(peer);
        let failed = |message: &str| vec![(1, PeerEvent::Failed { message: message.into() })];
        let no_microphone = |name: &str| {
            vec![(5, PeerEvent::MicrophoneFailed { name: name.into(), message: "no microphone".into() })]
        };
        let connects = |phone: &mut Phone, delay| match phone.connected.insert(peer, ()) {
            None => vec![(delay, PeerEvent::Connected)],
            Some(()) => Vec::new(),
        };
        if let PeerRequest::Offer { media, .. }
        | PeerRequest::Answer { media, .. }
        | PeerRequest::OpenMicrophone { media } = &request
        {
            self.media.push(*media);
        }
        let (step, events) = match request {
            PeerRequest::Offer { direction, ice_restart, .. } => {
                let events = match (self.microphone, self.broken) {
                    (Some(name), _) if !self.connected.contains_key(&peer) => no_microphone(name),
                    (_, Some(message)) => failed(message),
                    _ => vec![(
                        self.gathering,
                        PeerEvent::Described(wire::sdp(peer, &self.identity, direction)),
                    )],
                };
                (Step::Offer(direction, ice_restart), events)
            }
            PeerRequest::Answer { offer, direction, .. } => {
                let candidates = offer.contains("a=candidate");
                let description = wire::answer(peer, &self.identity, &offer, direction);
                let mut events = match self.broken {
                    Some(message) => failed(message),
                    None => vec![(self.gathering, PeerEvent::Described(description))],
                };
                if candidates && self.broken.is_none() {
                    events.extend(connects(self, self.gathering + 40));
                }
                (Step::Answer { candidates }, events)
            }
            PeerRequest::Accept { .. } => {
                let events = match self.broken {
                    Some(message) => failed(message),
                    None => {
                        let mut events = vec![(1, PeerEvent::Accepted)];
                        events.extend(connects(self, 40));
                        events
                    }
                };
                (Step::Accept, events)
            }
            PeerRequest::AddCandidates { .. } => (Step::AddCandidates, connects(self, 40)),
            PeerRequest::OpenMicrophone { .. } => {
                let events = match self.microphone {
                    Some(name) => no_microphone(name),
                    None => vec![(12, PeerEvent::MicrophoneOpened)],
                };
                (Step::OpenMicrophone, events)
            }
            PeerRequest::Rollback => (Step::Rollback, Vec::new()),
            PeerRequest::Mute(on) => (Step::Mute(on), Vec::new()),
            PeerRequest::Hold(on) => (Step::Hold(on), Vec::new()),
            PeerRequest::InsertDtmf { tones, .. } => (Step::Keys(tones), Vec::new()),
            PeerRequest::Close => {
                self.closed_peers.insert(peer);
                (Step::Close, Vec::new())
            }
        };
        self.steps.push((peer, step));
        events
    }
}
