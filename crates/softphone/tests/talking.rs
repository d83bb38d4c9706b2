//! Two softphones in a call, through a proxy.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Message, Method, Name};
use headset_softphone::{
    CallCommand, CallStatus, CallView, Command, Direction, Dtmf, DtmfTransport, EndOptions, Event, Input,
    MediaOptions, Originator, Outcome, PeerEvent,
};
use std::time::Duration;
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

/// Anna has called Boris, who has answered.
fn talking() -> (World, usize, usize) {
    let mut world = World::new(2);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    world.phones[boris].grant_microphone(world.now);
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    assert!(call(&world, anna).ringing);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    for phone in [anna, boris] {
        let call = call(&world, phone);
        assert_eq!((call.status, call.connected), (CallStatus::Active, true));
        world.phones[phone].take_steps();
    }
    (world, anna, boris)
}

fn call(world: &World, phone: usize) -> CallView {
    world.phones[phone].softphone.call().expect("a call")
}

fn status(world: &World, phone: usize) -> CallStatus {
    call(world, phone).status
}

fn hold(world: &mut World, phone: usize, on: bool) {
    world.command(phone, say::hold(on));
    world.run_ms(300);
}

fn peer_event(world: &mut World, phone: usize, event: PeerEvent) {
    let peer = world.phones[phone].last_peer();
    world.input(phone, Input::Peer(peer, event));
}

#[test]
fn either_side_hangs_up_and_each_has_one_outcome() {
    for who in [0, 1] {
        let (mut world, anna, boris) = talking();
        world.command([anna, boris][who], say::end());
        world.run_ms(200);
        for phone in [anna, boris] {
            let end = world.phones[phone].end().expect("an end");
            let local = phone == [anna, boris][who];
            assert_eq!(end.outcome, Outcome::Answered);
            assert_eq!(end.originator == Originator::Local, local);
            assert_eq!(world.phones[phone].take_steps(), [Step::Close]);
        }
        world.run(Duration::from_secs(60));
        assert_eq!(world.count("BYE"), 1);
        assert!(world.phones[anna].end().is_none() && world.phones[boris].end().is_none());
    }
}

#[test]
fn hold_and_resume() {
    let (mut world, anna, boris) = talking();
    world.command(anna, say::hold(true));
    // Silent at once, before the far end knows.
    assert_eq!(status(&world, anna), CallStatus::Hold);
    assert_eq!(world.phones[anna].take_steps(), [Step::Hold(true), Step::Offer(Direction::SendOnly, false)]);
    world.run_ms(300);
    assert!(call(&world, boris).held_by_remote && !call(&world, anna).held_by_remote);
    assert_eq!(status(&world, boris), CallStatus::Active);
    assert_eq!(world.phones[anna].take_steps(), [Step::Accept]);

    // Boris holds too; then Anna resumes and is still held.
    hold(&mut world, boris, true);
    assert!(call(&world, anna).held_by_remote);
    hold(&mut world, anna, false);
    assert_eq!(status(&world, anna), CallStatus::Active);
    assert!(call(&world, anna).held_by_remote && !call(&world, boris).held_by_remote);
    assert_eq!(world.phones[anna].take_steps().last(), Some(&Step::Hold(false)));
    hold(&mut world, boris, false);
    assert!(!call(&world, anna).held_by_remote);
    assert_eq!([status(&world, anna), status(&world, boris)], [CallStatus::Active; 2]);
}

#[test]
fn hold_and_resume_in_one_breath_end_as_they_began() {
    let (mut world, anna, boris) = talking();
    for on in [true, false, true, false] {
        world.command(anna, say::hold(on));
    }
    world.run(Duration::from_secs(1));
    assert_eq!(status(&world, anna), CallStatus::Active);
    assert!(!call(&world, boris).held_by_remote);
    let holds = world.phones[anna].take_steps();
    assert_eq!(holds.iter().rev().find(|step| matches!(step, Step::Hold(_))), Some(&Step::Hold(false)));
}

#[test]
fn both_hold_at_once_and_both_get_there() {
    let (mut world, anna, boris) = talking();
    world.command(anna, say::hold(true));
    world.command(boris, say::hold(true));
    world.run_ms(200);
    let glares = world.heard.iter().filter(|(_, _, text)| text.starts_with("SIP/2.0 491")).count();
    assert_eq!(glares, 2);
    assert!(world.phones[anna].take_steps().contains(&Step::Rollback));
    world.run(Duration::from_secs(6));
    for phone in [anna, boris] {
        assert!(call(&world, phone).held_by_remote);
        assert_eq!(status(&world, phone), CallStatus::Hold);
        assert_eq!(world.phones[phone].errors(), [""; 0]);
    }
}

#[test]
fn a_refused_hold_leaves_the_call_as_it_was() {
    let (mut world, anna, boris) = talking();
    world.phones[boris].broken = Some("no");
    hold(&mut world, anna, true);
    assert_eq!(status(&world, anna), CallStatus::Active);
    assert_eq!(world.phones[anna].errors(), ["hold_failed"]);
    let steps = world.phones[anna].take_steps();
    assert_eq!(
        steps,
        [Step::Hold(true), Step::Offer(Direction::SendOnly, false), Step::Rollback, Step::Hold(false)]
    );
    assert!(!call(&world, boris).held_by_remote);
    world.phones[boris].broken = None;
    hold(&mut world, anna, true);
    assert_eq!(status(&world, anna), CallStatus::Hold);
}

#[test]
fn mute_is_kept_when_the_peer_connection_changes() {
    let (mut world, anna, boris) = talking();
    world.command(boris, say::mute(true));
    assert!(call(&world, boris).muted);
    assert_eq!(world.phones[boris].take_steps(), [Step::Mute(true)]);
    // Anna's page came back with a new peer connection: another fingerprint.
    let old = world.phones[boris].last_peer();
    let dialog_tag = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect("a header").to_string();
        line.split_once("tag=").map(|(_, tag)| tag.to_string()).unwrap_or_default()
    };
    let ok = world
        .heard
        .iter()
        .rev()
        .find(|(_, _, text)| text.starts_with("SIP/2.0 200") && text.contains("INVITE"));
    let ok = ok.expect("the 200").2.clone();
    let call_id = ok.lines().find_map(|line| line.strip_prefix("Call-ID: ")).expect("Call-ID").to_string();
    let sdp = wire::described("anna-new", "sendrecv");
    let reinvite = wire::within(
        "INVITE",
        "boris",
        &call_id,
        &dialog_tag(&ok, "To:"),
        90_000,
        Some(("application/sdp", &sdp)),
    )
    .replace("tag=switch", &format!("tag={}", dialog_tag(&ok, "From:")));
    let link = world.link(boris, 1);
    world.send(link, &reinvite);
    world.run_ms(200);
    let steps = world.phones[boris].steps.clone();
    let new = world.phones[boris].last_peer();
    assert_ne!(old, new);
    assert_eq!(
        steps,
        [
            (new, Step::Answer { candidates: true }),
            (old, Step::Close),
            (new, Step::OpenMicrophone),
            (new, Step::Mute(true))
        ]
    );
    let (_, ok) = world.response(200).expect("200 to the re-INVITE");
    assert!(ok.body().contains(&format!("boris-{}", new.0)));
    assert!(call(&world, boris).connected && call(&world, boris).muted);
    assert!(world.phones[boris].end().is_none());
    let _ = anna;
}

#[test]
fn keys_arrive_in_order_and_with_gaps() {
    let (mut world, anna, boris) = talking();
    world.command(anna, say::keys("12#"));
    world.command(anna, say::keys(",a"));
    world.run_ms(100);
    assert_eq!(world.phones[boris].keys(), "1");
    world.run_ms(1000);
    assert_eq!(world.phones[boris].keys(), "12#");
    world.run(Duration::from_secs(3));
    assert_eq!(world.phones[boris].keys(), "12#A");
    let info = world.heard.iter().find(|(_, _, text)| text.starts_with("INFO")).expect("INFO").2.clone();
    assert!(
        info.contains("application/dtmf-relay") && info.ends_with("Signal=1\r\nDuration=160\r\n"),
        "{info}"
    );
    world.command(anna, say::keys("1x"));
    assert_eq!(world.phones[anna].errors(), ["dtmf_failed"]);
}

#[test]
fn a_flow_lost_in_a_call_is_not_a_call_lost() {
    let (mut world, anna, boris) = talking();
    world.cut(anna, 0);
    world.cut(boris, 1);
    world.run_ms(50);
    hold(&mut world, anna, true);
    assert!(call(&world, boris).held_by_remote);
    world.cut(boris, 0);
    world.run_ms(50);
    world.command(boris, say::end());
    world.run(Duration::from_secs(2));
    assert_eq!(world.phones[anna].end().map(|end| end.originator), Some(Originator::Remote));
    assert_eq!(world.phones[boris].end().map(|end| end.originator), Some(Originator::Local));
}

#[test]
fn with_no_flow_at_all_the_call_goes_on_and_requests_wait() {
    let (mut world, anna, boris) = talking();
    for registrar in 0..2 {
        world.registrars[registrar].down = true;
        world.cut(anna, registrar);
    }
    world.run(Duration::from_secs(20));
    assert_eq!(status(&world, anna), CallStatus::Active);
    world.command(anna, say::keys("7"));
    world.command(anna, say::hold(true));
    world.run(Duration::from_secs(5));
    assert_eq!(world.phones[boris].keys(), "");
    for registrar in &mut world.registrars {
        registrar.down = false;
    }
    world.input(anna, Input::Nudge);
    world.run(Duration::from_secs(1));
    assert_eq!(world.phones[boris].keys(), "7");
    assert!(call(&world, boris).held_by_remote);
}

#[test]
fn a_request_on_a_dead_flow_is_made_again_on_a_live_one() {
    let (mut world, anna, boris) = talking();
    world.half_open(anna, 0);
    world.half_open(anna, 1);
    world.command(anna, say::hold(true));
    world.command(anna, say::keys("42"));
    world.run(Duration::from_secs(25));
    assert_eq!(world.phones[boris].keys(), "42");
    assert!(call(&world, boris).held_by_remote);
    assert_eq!(status(&world, anna), CallStatus::Hold);
    assert!(world.phones[anna].errors().is_empty());
}

#[test]
fn media_that_breaks_is_restarted_by_the_caller_first() {
    let (mut world, anna, boris) = talking();
    peer_event(&mut world, anna, PeerEvent::Disconnected);
    peer_event(&mut world, boris, PeerEvent::Disconnected);
    assert!(!call(&world, anna).connected);
    world.run_ms(1900);
    assert_eq!(world.phones[anna].take_steps(), []);
    world.run_ms(400);
    assert_eq!(world.phones[anna].take_steps(), [Step::Offer(Direction::SendRecv, true), Step::Accept]);
    peer_event(&mut world, anna, PeerEvent::Connected);
    peer_event(&mut world, boris, PeerEvent::Connected);
    assert!(call(&world, anna).connected);
    world.run(Duration::from_secs(30));
    assert_eq!(world.phones[anna].take_steps(), []);
    assert_eq!(world.count("INVITE"), 2);
}

#[test]
fn media_that_stays_broken_is_restarted_until_it_comes_back() {
    let (mut world, anna, _) = talking();
    peer_event(&mut world, anna, PeerEvent::Disconnected);
    world.run(Duration::from_secs(10));
    assert!((3..=5).contains(&(world.count("INVITE") - 1)), "{}", world.count("INVITE"));
}

#[test]
fn silence_is_reported_in_the_dialog() {
    let (mut world, anna, boris) = talking();
    peer_event(&mut world, anna, PeerEvent::NoMedia);
    world.run_ms(200);
    let info = world.heard.iter().find(|(_, _, text)| text.starts_with("INFO")).expect("INFO").2.clone();
    assert!(info.contains("X-Headset-Media: lost\r\n") && info.ends_with("\r\n\r\nlost"), "{info}");
    assert!(info.contains("Content-Type: application/x-headset-media"));
    assert_eq!(status(&world, boris), CallStatus::Active);
}

#[test]
fn a_far_end_that_knows_nothing_of_the_call_ends_it() {
    let (mut world, anna, boris) = talking();
    // Boris' page is gone without a word.
    world.phones[boris].frozen = true;
    world.cut(boris, 0);
    world.cut(boris, 1);
    world.run_ms(50);
    peer_event(&mut world, anna, PeerEvent::NoMedia);
    world.run_ms(100);
    let (link, info) = world.request(Method::Info).expect("INFO");
    world.send(link, &wire::response(&info, 481, "", None));
    world.run_ms(50);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!(
        (end.outcome, end.originator, &*end.cause),
        (Outcome::Answered, Originator::Remote, "Dialog Error")
    );
    assert!(
        world
            .inbox
            .iter()
            .all(|(_, message)| !matches!(message, Message::Request(r) if *r.method() == Method::Bye))
    );
}

#[test]
fn rotation_that_begins_while_it_rings_leaves_the_old_registrar_after_the_answer() {
    let mut world = World::new(3);
    let (anna, boris) = (world.new_phone("anna"), world.new_phone("boris"));
    world.start(anna, &[0]);
    world.start(boris, &[1]);
    world.run(Duration::from_secs(1));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    let list = vec![world.registrars[2].description()];
    world.command(boris, Command::SetRegistrars(list));
    world.run(Duration::from_secs(2));
    assert_eq!(world.links_of(boris, 1).len(), 1);
    world.command(boris, say::answer(DEFAULT));
    world.run(Duration::from_secs(1));
    assert!(world.links_of(boris, 1).is_empty());
    assert_eq!([status(&world, anna), status(&world, boris)], [CallStatus::Active; 2]);
    world.command(boris, say::end());
    world.run_ms(200);
    assert!(world.phones[anna].end().is_some());
}

#[test]
fn keys_may_be_longer_and_further_apart_or_go_in_rtp() {
    let (mut world, anna, boris) = talking();
    let press = |tones: &str, dtmf| say::call(CallCommand::SendDtmf { tones: tones.into(), dtmf });
    world.command(anna, press("12", Dtmf { duration: 500, gap: 1_000, transport: DtmfTransport::Info }));
    world.run_ms(1_400);
    assert_eq!(world.phones[boris].keys(), "1");
    world.run_ms(200);
    assert_eq!(world.phones[boris].keys(), "12");
    let duration = |event: &Event| matches!(event, Event::DtmfReceived { duration: 500, .. });
    assert!(world.phones[boris].events.iter().any(duration));

    let rtp = Dtmf { transport: DtmfTransport::Rtp, ..Dtmf::default() };
    world.command(anna, press("3,d", rtp));
    world.command(anna, press("x", rtp));
    world.run(Duration::from_secs(4));
    assert_eq!(world.phones[anna].take_steps(), [Step::Keys("3,D".into())]);
    assert_eq!(world.count("INFO"), 2);
    assert_eq!(world.phones[anna].errors(), ["dtmf_failed"]);
}

#[cfg(feature = "full")]
#[test]
fn a_bye_says_what_the_application_wants_and_is_authorized() {
    let (mut world, anna, boris) = talking();
    world.phones[boris].frozen = true;
    world.cut(boris, 0);
    world.cut(boris, 1);
    world.run_ms(50);
    let options = EndOptions {
        status_code: Some(487),
        reason_phrase: Some("Done".into()),
        headers: "X-Rating: 5".into(),
        content_type: "text/plain".into(),
        body: "bye".into(),
        ..EndOptions::default()
    };
    world.command(anna, say::end_with(options));
    world.run_ms(50);
    let (link, bye) = world.request(Method::Bye).expect("BYE");
    assert_eq!((bye.get_named("X-Rating"), bye.body()), (Some("5"), "bye"));
    assert_eq!(bye.get(Name::Reason), Some("SIP;cause=487;text=\"Done\""));
    let challenge = "Proxy-Authenticate: Digest realm=\"demo.example\", nonce=\"n1\", qop=\"auth\"\r\n";
    world.send(link, &wire::response(&bye, 407, challenge, None));
    world.run_ms(100);
    let (_, again) = world.request(Method::Bye).expect("another BYE");
    assert!(again.get(Name::ProxyAuthorization).is_some() && again.body() == "bye");
    assert_eq!(world.phones[anna].end().and_then(|end| end.status_code), Some(487));
}
