//! A whole user agent: arbitrary frames and actions, on simulated time.

use crate::input::{self, ACTIONS, Past};
use arbitrary::{Result, Unstructured};
use headset_softphone::*;
use std::time::Duration;

/// More than this for one input, and it does not end.
const OUTPUTS_MAX: usize = 20_000;
/// Timeouts at one moment.
const TIMEOUTS_MAX: usize = 10_000;
/// What may be left when everything is over, as Debug prints it.
const LEFT_MAX: usize = 32 * 1024;

/// Whatever happens in whatever order: no panic; each input has a bounded answer; every timeout is handled and time goes
/// on; and when it has stopped and the last deadline is past, nothing is left.
pub fn user_agent(data: &[u8]) {
    let mut world = World::new();
    let mut u = Unstructured::new(data);
    while !u.is_empty() {
        if world.act(&mut u).is_err() {
            break;
        }
    }
    world.finish();
}

struct World {
    phone: Softphone,
    now: Time,
    /// Those that are neither closed nor gone.
    sockets: Vec<SocketId>,
    peers: Vec<PeerId>,
    past: Past,
    /// What is kept of its calls.
    kept: String,
}

impl World {
    fn new() -> World {
        let mut world = World {
            phone: Softphone::new("7"),
            now: Time(1000),
            sockets: Vec::new(),
            peers: Vec::new(),
            past: Past::default(),
            kept: String::new(),
        };
        let registrar = Registrar {
            id: "r0".into(),
            uri: "wss://r0.example".into(),
            weight: 1,
            reg_id: 1,
            route: None,
            transport: None,
        };
        world.command(Command::Start {
            identity: Identity {
                login: "anna".into(),
                domain: "demo.example".into(),
                display_name: "Anna".into(),
                instance_id: "urn:uuid:00000000-0000-4000-8000-000000000001".into(),
                user_agent: "fuzz".into(),
            },
            credentials: Credentials::new("anna".into(), "secret".into()),
            registrars: vec![registrar],
            settings: Settings::default(),
        });
        world
    }

    fn act(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let media = MediaOptions(0);
        match u.int_in_range(0..=ACTIONS)? {
            1 => {
                let media = MediaOptions(u.int_in_range(0..=1u32)?);
                self.call(u, CallCommand::Answer { media, headers: String::new() })?;
            }
            2 => {
                let event = input::peer_event(u)?;
                if let Ok(peer) = u.choose(&self.peers) {
                    self.input(Input::Peer(*peer, event));
                }
            }
            3 => {
                let target = input::word(u)?;
                let options = Box::new(CallOptions { media, ..CallOptions::default() });
                self.command(Command::Call(CallId(1), CallCommand::Dial { target, options }));
            }
            4 => {
                let tones = if u.arbitrary()? { "1,#".into() } else { input::word(u)? };
                self.call(u, CallCommand::SendDtmf { tones, dtmf: Dtmf::default() })?;
            }
            5 => {
                let options = input::end_options(u)?;
                self.call(u, CallCommand::End(Box::new(options)))?;
            }
            6 => {
                let text = input::raw(u)?;
                self.frame(u, text)?;
            }
            7 => {
                let text = self.past.response(u)?;
                self.frame(u, text)?;
            }
            8 => {
                let (on, update) = (u.arbitrary()?, u.arbitrary()?);
                self.call(u, CallCommand::Hold { on, update, headers: String::new() })?;
            }
            9 => {
                let text = self.past.request(u, Some("INVITE"))?;
                self.frame(u, text)?;
            }
            10 => {
                let text = self.past.within(u)?;
                self.frame(u, text)?;
            }
            11 => {
                let password = input::word(u)?;
                self.command(Command::SetCredentials(Credentials::new("anna".into(), password)));
            }
            12 => {
                let list = input::registrars(u)?;
                self.command(Command::SetRegistrars(list));
            }
            13 => {
                let on = u.arbitrary()?;
                self.call(u, CallCommand::Mute(on))?;
            }
            14 => self.input(if u.arbitrary()? { Input::Nudge } else { Input::Woke }),
            15 => self.socket(u, SocketEvent::Opened)?,
            16 => {
                let all = [Permission::Granted, Permission::Prompt, Permission::Denied];
                self.input(Input::MicrophonePermission(*u.choose(&all)?));
            }
            17 => {
                let command = input::request(u)?;
                self.command(command);
            }
            18 => {
                let text = self.past.request(u, None)?;
                self.frame(u, text)?;
            }
            19 => {
                let command = input::start(u)?;
                self.command(command);
            }
            20 => self.next_timeout(),
            21 => self.pass(Duration::from_secs(1 << u.int_in_range(0..=9u8)?)),
            22 => {
                let packages = if u.arbitrary()? { vec!["presence".into()] } else { Vec::new() };
                let requests = u.ratio(3, 4)?;
                self.command(Command::Supervise(Supervision { requests, packages }));
            }
            23 => {
                let command = input::subscription(u)?;
                self.command(command);
            }
            24 => {
                let (code, reason) = (u.arbitrary()?, input::word(u)?);
                self.socket(u, SocketEvent::Closed { code, reason })?;
            }
            25 => {
                let command = self.past.reply(u)?;
                self.command(command);
            }
            26 => self.command(Command::Stop),
            27 => {
                let command = input::notification(u)?;
                self.command(command);
            }
            28 => {
                let text = self.past.distorted(u)?;
                self.frame(u, text)?;
            }
            30 => match input::call_command(u)? {
                Some(command) => self.call(u, command)?,
                None if u.ratio(1, 4)? => self.command(Command::Leave),
                None => {
                    let stored = if u.arbitrary()? { self.kept.clone() } else { input::raw(u)? };
                    self.command(Command::Resume { media, stored });
                }
            },
            29 => {
                let reason = if u.arbitrary()? { Some(input::word(u)?) } else { None };
                self.command(Command::RefuseCalls(reason));
            }
            _ => self.pass(Duration::from_millis(u.arbitrary::<u8>()?.into())),
        }
        Ok(())
    }

    fn frame(&mut self, u: &mut Unstructured<'_>, text: String) -> Result<()> {
        self.socket(u, SocketEvent::Received(text))
    }

    fn socket(&mut self, u: &mut Unstructured<'_>, event: SocketEvent) -> Result<()> {
        let Ok(socket) = u.choose(&self.sockets).copied() else { return Ok(()) };
        if matches!(event, SocketEvent::Closed { .. }) {
            self.sockets.retain(|own| *own != socket);
        }
        self.input(Input::Socket(socket, event));
        Ok(())
    }

    /// To one of the calls that there are, or to the oldest.
    fn call(&mut self, u: &mut Unstructured<'_>, command: CallCommand) -> Result<()> {
        let calls: Vec<CallId> = self.phone.calls().iter().map(|call| call.call).collect();
        let call = if calls.len() > 1 { *u.choose(&calls)? } else { CallId::ONE };
        self.command(Command::Call(call, command));
        Ok(())
    }

    fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    fn input(&mut self, input: Input) {
        self.phone.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        for _ in 0..OUTPUTS_MAX {
            let Some(output) = self.phone.poll_output() else {
                let _ = (self.phone.calls(), self.phone.flows(), self.phone.user_agent_status());
                return;
            };
            match output {
                Output::OpenSocket { socket, .. } => self.sockets.push(socket),
                Output::Send { socket, text } => {
                    assert!(self.sockets.contains(&socket), "sent on a closed socket: {text}");
                    if !text.trim().is_empty() {
                        // A refusal copies what could not be read.
                        let refusal = text.starts_with("SIP/2.0 4") || text.starts_with("SIP/2.0 5");
                        let read = headset_sip::parse(text.clone()).is_ok();
                        assert!(refusal || read, "sent what cannot be read: {text}");
                        self.past.sent(&text);
                    }
                }
                Output::CloseSocket { socket, .. } => self.sockets.retain(|own| *own != socket),
                Output::Peer(_, peer, PeerRequest::Close) => self.peers.retain(|own| *own != peer),
                Output::Peer(_, peer, _) if !self.peers.contains(&peer) => self.peers.push(peer),
                Output::Event(Event::Requested { reply, .. }) => self.past.asked(reply),
                // As they are while there are any: so they may be taken up when there are none.
                Output::Event(Event::KeepCalls(kept)) if !kept.is_empty() => self.kept = kept,
                Output::Peer(..) | Output::Event(_) => {}
            }
        }
        panic!("more than {OUTPUTS_MAX} outputs for one input");
    }

    fn next_timeout(&mut self) {
        if let Some(at) = self.phone.poll_timeout() {
            self.now = self.now.max(at);
            self.timeouts();
        }
    }

    /// Everything that is due at this moment; afterwards nothing may be.
    fn timeouts(&mut self) {
        for _ in 0..TIMEOUTS_MAX {
            if self.phone.poll_timeout().is_none_or(|at| at > self.now) {
                return;
            }
            self.phone.handle_timeout(self.now);
            self.drain();
        }
        panic!("time does not go on at {:?}", self.now);
    }

    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        for _ in 0..TIMEOUTS_MAX {
            match self.phone.poll_timeout() {
                Some(at) if at <= until => self.next_timeout(),
                _ => {
                    self.now = until;
                    return;
                }
            }
        }
        panic!("more than {TIMEOUTS_MAX} timeouts within {span:?}");
    }

    fn finish(&mut self) {
        self.command(Command::Stop);
        for socket in std::mem::take(&mut self.sockets) {
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.input(Input::Socket(socket, closed));
        }
        self.pass(Duration::from_secs(15 * 60));
        assert_eq!(self.phone.poll_timeout(), None, "a deadline that nobody needs");
        assert!(self.phone.call().is_none() && self.phone.flows().is_empty() && self.peers.is_empty());
        let left = format!("{:?}", self.phone);
        assert!(left.len() <= LEFT_MAX, "{} bytes are left: {left}", left.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seed: &[u8], letters: usize) -> World {
        let mut world = World::new();
        let mut u = Unstructured::new(&seed[..letters]);
        while !u.is_empty() && world.act(&mut u).is_ok() {}
        world
    }

    #[test]
    fn the_seeds_get_where_they_want_to() {
        let outgoing = include_bytes!("../seeds/user_agent/outgoing");
        assert_eq!(after(outgoing, 7).phone.user_agent_status(), UserAgentStatus::Registered);
        let call = after(outgoing, 28).phone.call().expect("a call");
        assert_eq!((call.status, call.direction), (CallStatus::Active, CallDirection::Outgoing));
        let incoming = include_bytes!("../seeds/user_agent/incoming");
        let call = after(incoming, 23).phone.call().expect("a call");
        assert_eq!((call.status, call.direction), (CallStatus::Active, CallDirection::Incoming));
    }
}
