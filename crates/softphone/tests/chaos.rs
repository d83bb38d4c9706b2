//! Whatever happens in whatever order: no panic, one outcome for each call, and everything works again afterwards.
#![cfg(feature = "full")]

mod support;

use headset_sip::Entropy;
use headset_softphone::{
    CallCommand, CallId, CallOptions, Command, Event, Input, MediaOptions, Outcome, PeerEvent, Permission,
    Settings, UserAgentStatus,
};
use std::collections::BTreeMap;
use std::time::Duration;
use support::{World, say};

const REGISTRARS: usize = 3;

fn pick(entropy: &mut Entropy, below: usize) -> usize {
    entropy.jitter(below as u64 - 1) as usize
}

fn command(entropy: &mut Entropy, world: &World, phone: usize) -> Command {
    let other = ["boris", "anna"][phone];
    let media = MediaOptions(pick(entropy, 2) as u32);
    let views = world.phones[phone].softphone.calls();
    let some = |entropy: &mut Entropy| match views.len() {
        0 => CallId::ONE,
        count => views[pick(entropy, count)].call,
    };
    let (target, options, headers) = (String::from(other), Box::<CallOptions>::default(), String::new());
    let command = match pick(entropy, 22) {
        0..=2 => return say::dial(other, media),
        3..=6 => return say::to(some(entropy).0, say::answer(media)),
        7 | 8 => return say::to(some(entropy).0, say::end()),
        9 => CallCommand::Hold { on: true, update: pick(entropy, 2) == 0, headers },
        10 => CallCommand::Hold { on: false, update: pick(entropy, 2) == 0, headers },
        11 => CallCommand::Mute(pick(entropy, 2) == 0),
        12 => return say::to(some(entropy).0, say::keys("1,#")),
        13 => CallCommand::Consult { new: CallId::ONE, target, options },
        14 => CallCommand::Transfer { target, with: None, headers },
        15 => CallCommand::Transfer { target: String::new(), with: Some(some(entropy)), headers },
        16 => CallCommand::AcceptReferral { new: CallId::ONE, options },
        17 => CallCommand::RefuseReferral { status: 0, reason: String::new() },
        18 => CallCommand::TakeOffer,
        19 => CallCommand::RefuseOffer { status: 488, reason: String::new(), headers },
        20 => CallCommand::Renegotiate { restart_ice: true, update: false, headers },
        _ => CallCommand::Ring { status: 183, reason: String::new(), headers },
    };
    say::to(some(entropy).0, say::call(command))
}

fn input(entropy: &mut Entropy) -> Input {
    match pick(entropy, 4) {
        0 => Input::Nudge,
        1 => Input::Woke,
        2 => Input::MicrophonePermission(Permission::Granted),
        _ => Input::MicrophonePermission(Permission::Prompt),
    }
}

fn peer_event(entropy: &mut Entropy) -> PeerEvent {
    match pick(entropy, 5) {
        0 => PeerEvent::Failed { message: "chaos".into() },
        1 => PeerEvent::Disconnected,
        2 => PeerEvent::Connected,
        3 => PeerEvent::MicrophoneFailed { name: "AbortError".into(), message: String::new() },
        _ => PeerEvent::NoMedia,
    }
}

/// A message that was heard before, with something changed in it.
fn distorted(entropy: &mut Entropy, world: &World) -> String {
    let (_, _, text) = &world.heard[pick(entropy, world.heard.len())];
    let mut bytes = text.clone().into_bytes();
    for _ in 0..pick(entropy, 4) {
        if bytes.is_empty() {
            break;
        }
        let at = pick(entropy, bytes.len());
        match pick(entropy, 3) {
            0 => bytes[at] = b" 0;:\r\n<\"x"[pick(entropy, 9)],
            1 => {
                bytes.remove(at);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.starts_with("INVITE") {
        // A call of its own: an old one that comes again half a minute later may well ring again.
        return text
            .replace("Call-ID: ", "Call-ID:")
            .replace("Call-ID:", &format!("Call-ID:{}", entropy.next_u64()));
    }
    text
}

fn disturb(entropy: &mut Entropy, world: &mut World) {
    let phone = pick(entropy, 2);
    let registrar = pick(entropy, REGISTRARS);
    match pick(entropy, 16) {
        0..=6 => {
            let command = command(entropy, world, phone);
            world.command(phone, command);
        }
        7 => {
            let input = input(entropy);
            world.input(phone, input);
        }
        8 | 9 => world.cut(phone, registrar),
        10 => world.half_open(phone, registrar),
        11 => world.registrars[registrar].down = pick(entropy, 2) == 0,
        12 if world.phones[phone].has_peer() => {
            let peer = world.phones[phone].last_peer();
            let event = peer_event(entropy);
            world.body_says(phone, peer, event);
        }
        13 => {
            world.phones[phone].microphone = (pick(entropy, 3) == 0).then_some("NotReadableError");
            world.phones[phone].broken = (pick(entropy, 4) == 0).then_some("chaos");
        }
        14 => {
            let links: Vec<usize> = (0..REGISTRARS).flat_map(|r| world.links_of(phone, r)).collect();
            if !links.is_empty() && !world.heard.is_empty() {
                let text = distorted(entropy, world);
                world.send(links[pick(entropy, links.len())], &text);
            }
        }
        _ => {
            let first = world.registrars[registrar].description();
            let second = world.registrars[(registrar + 1) % REGISTRARS].description();
            world.command(phone, Command::SetRegistrars(vec![first, second]));
        }
    }
}

/// How the phones are: operators' with one call each, or applications' that decide by themselves.
fn settings(operators: bool, seed: u8) -> Settings {
    Settings {
        supervised: !operators,
        one_call: operators,
        session_expires: if seed.is_multiple_of(3) { 90 } else { 0 },
        reliable_provisional: seed.is_multiple_of(2),
    }
}

fn story(seed: u8, operators: bool) -> usize {
    let mut entropy = Entropy::new([seed; 32]);
    let mut world = World::new(REGISTRARS);
    for login in ["anna", "boris"] {
        let phone = world.phone(login);
        world.phones[phone].settings = settings(operators, seed);
        world.start(phone, &[0, 1, 2]);
    }
    for _ in 0..200 {
        disturb(&mut entropy, &mut world);
        world.run_ms(entropy.jitter(3).pow(4) * 20);
    }
    for registrar in &mut world.registrars {
        registrar.down = false;
    }
    for phone in 0..2 {
        world.phones[phone].microphone = None;
        world.phones[phone].broken = None;
        for call in world.phones[phone].softphone.calls() {
            world.command(phone, say::to(call.call.0, say::end()));
        }
    }
    world.run(Duration::from_secs(120));
    for phone in 0..2 {
        // Whoever was called meanwhile, perhaps by a retry.
        while let Some(call) = world.phones[phone].softphone.call() {
            world.command(phone, say::to(call.call.0, say::end()));
        }
    }
    world.run(Duration::from_secs(60));
    let mut answered = 0;
    for phone in &world.phones {
        assert!(phone.softphone.call().is_none(), "seed {seed}: {:?}", phone.softphone.call());
        assert_eq!(phone.softphone.user_agent_status(), UserAgentStatus::Registered, "seed {seed}");
        let mut ends = BTreeMap::new();
        for event in &phone.events {
            if let Event::CallEnded(end) = event {
                // Who is transferred to himself has a call's both ends.
                *ends.entry(format!("{} {:?}", end.id, end.direction)).or_insert(0) += 1;
                answered += usize::from(end.outcome == Outcome::Answered);
            }
        }
        let twice: Vec<_> = ends.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    }
    // And a plain call works.
    for phone in 0..2 {
        world.phones[phone].settings = Settings::default();
        world.start(phone, &[0, 1, 2]);
    }
    world.phones[1].grant_microphone(world.now);
    world.command(0, say::dial("boris", MediaOptions(0)));
    world.run(Duration::from_secs(2));
    world.command(1, say::answer(MediaOptions(0)));
    world.run(Duration::from_secs(2));
    for phone in &world.phones {
        let call = phone.softphone.call().unwrap_or_else(|| panic!("seed {seed}: no call"));
        assert!(call.connected && call.answered_at.is_some(), "seed {seed}: {call:?}");
    }
    answered
}

#[test]
fn disorder_leaves_nothing_behind() {
    let answered: usize = (0..150).map(|seed| story(seed, true)).sum();
    assert!(answered > 100, "the stories reach active calls: {answered}");
}

#[test]
fn nor_does_it_where_an_application_decides_about_several_calls() {
    let answered: usize = (0..100).map(|seed| story(seed, false)).sum();
    assert!(answered > 100, "the stories reach active calls: {answered}");
}
