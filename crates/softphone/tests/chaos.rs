//! Whatever happens in whatever order: no panic, one outcome for each call, and everything works again afterwards.

mod support;

use headset_sip::Entropy;
use headset_softphone::{
    Command, Event, Input, MediaOptions, Outcome, PeerEvent, Permission, UserAgentStatus,
};
use std::collections::BTreeMap;
use std::time::Duration;
use support::{World, say};

const REGISTRARS: usize = 3;

fn pick(entropy: &mut Entropy, below: usize) -> usize {
    entropy.jitter(below as u64 - 1) as usize
}

fn command(entropy: &mut Entropy, other: &str) -> Command {
    let media = MediaOptions(pick(entropy, 2) as u32);
    match pick(entropy, 9) {
        0 | 1 => say::dial(other, media),
        2 | 3 => say::answer(media),
        4 => say::end(),
        5 => say::hold(true),
        6 => say::hold(false),
        7 => say::mute(pick(entropy, 2) == 0),
        _ => say::keys("1,#"),
    }
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
        return text.replace("Call-ID: ", &format!("Call-ID: {}", entropy.next_u64()));
    }
    text
}

fn disturb(entropy: &mut Entropy, world: &mut World) {
    let phone = pick(entropy, 2);
    let registrar = pick(entropy, REGISTRARS);
    match pick(entropy, 16) {
        0..=6 => {
            let command = command(entropy, ["boris", "anna"][phone]);
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

fn story(seed: u8) -> usize {
    let mut entropy = Entropy::new([seed; 32]);
    let mut world = World::new(REGISTRARS);
    for login in ["anna", "boris"] {
        world.phone(login);
    }
    for _ in 0..120 {
        disturb(&mut entropy, &mut world);
        world.run_ms(entropy.jitter(3).pow(4) * 20);
    }
    for registrar in &mut world.registrars {
        registrar.down = false;
    }
    for phone in 0..2 {
        world.phones[phone].microphone = None;
        world.phones[phone].broken = None;
        world.command(phone, say::end());
    }
    world.run(Duration::from_secs(120));
    let mut answered = 0;
    for phone in &world.phones {
        assert!(phone.softphone.call().is_none(), "seed {seed}: {:?}", phone.softphone.call());
        assert_eq!(phone.softphone.user_agent_status(), UserAgentStatus::Registered, "seed {seed}");
        let mut ends = BTreeMap::new();
        for event in &phone.events {
            if let Event::CallEnded(end) = event {
                *ends.entry(end.id.clone()).or_insert(0) += 1;
                answered += usize::from(end.outcome == Outcome::Answered);
            }
        }
        let twice: Vec<_> = ends.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    }
    // And a plain call works.
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
    let answered: usize = (0..100).map(story).sum();
    assert!(answered > 100, "the stories reach active calls: {answered}");
}
