//! A page that is reloaded in a call, and comes back to it.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name, stored as texts};
use headset_softphone::{
    CallDirection, CallStatus, CallView, Event, Input, MediaOptions, Originator, Outcome, Output, Permission,
    Settings, SocketEvent,
};
use std::time::Duration;
use support::answered::Story;
use support::{Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

fn stored(world: &World, phone: usize) -> Vec<String> {
    let events = world.phones[phone].events.iter();
    events
        .filter_map(|event| match event {
            Event::KeepCalls(stored) => Some(stored.clone()),
            _ => None,
        })
        .collect()
}

fn view(world: &World, phone: usize) -> CallView {
    world.phones[phone].softphone.call().expect("a call")
}

/// Anna talks to Boris; her page is reloaded. The new page and Boris.
fn reloaded(before: impl FnOnce(&mut World, usize)) -> (World, usize, usize, String) {
    let mut world = World::new(1);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    before(&mut world, anna);
    let kept = stored(&world, anna).pop().expect("a stored dialog");
    world.phones[anna].frozen = true;
    world.cut(anna, 0);
    let again = world.phone("anna");
    world.phones[boris].take_steps();
    (world, again, boris, kept)
}

#[test]
fn the_page_that_comes_back_goes_on_with_the_call() {
    let (mut world, anna, boris, kept) = reloaded(|_, _| {});
    assert!(!kept.contains("secret"));
    let last = world.heard.iter().rev().find(|(_, _, text)| text.starts_with("ACK")).expect("ACK").2.clone();
    world.command(anna, say::resume(&kept));
    assert!(stored(&world, anna).is_empty(), "what was stored is good until the far end has answered");
    assert_eq!(
        world.phones[anna].take_steps(),
        [support::Step::Offer(headset_softphone::Direction::SendRecv, false)]
    );
    world.run(Duration::from_secs(1));
    let (mine, theirs) = (view(&world, anna), view(&world, boris));
    assert_eq!((mine.status, theirs.status), (CallStatus::Active, CallStatus::Active));
    assert!(mine.connected && theirs.connected);
    assert_eq!((mine.direction, theirs.direction), (CallDirection::Outgoing, CallDirection::Incoming));
    assert_eq!(&*mine.remote.user, "boris");
    // Whoever read the INVITE's headers before may do so again.
    assert!(mine.invite.starts_with("INVITE sip:boris@demo.example SIP/2.0\r\n"));
    // Boris has a new peer connection too: another fingerprint came.
    assert!(world.phones[boris].take_steps().contains(&Step::Close));
    // RFC 3261 §12.2.1.1: above whatever the old page may have sent.
    let number = |text: &str, method: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("CSeq: ")).expect("CSeq");
        line.strip_suffix(method).expect("method").trim().parse::<u32>().expect("a number")
    };
    let ours = world.heard.iter().rev().find(|(_, _, text)| text.starts_with("INVITE")).expect("INVITE");
    assert_eq!(number(&ours.2, "INVITE"), number(&last, "ACK") + 101);
    // And it can be left again.
    assert!(stored(&world, anna).pop().is_some_and(|again| again != kept));
    // The minute that it had for that says nothing of how long they talk.
    world.run(Duration::from_secs(90));
    assert_eq!(view(&world, anna).status, CallStatus::Active);
    world.command(boris, say::end());
    world.run_ms(200);
    assert_eq!(world.phones[anna].end().map(|end| end.originator), Some(Originator::Remote));
    let _ = boris;
}

#[test]
fn who_was_held_and_unheard_stays_so() {
    let (mut world, anna, boris, kept) = reloaded(|world, anna| {
        world.command(anna, say::hold(true));
        world.run_ms(500);
        world.command(anna, say::mute(true));
    });
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(1));
    let mine = view(&world, anna);
    assert_eq!((mine.status, mine.muted), (CallStatus::Hold, true));
    assert!(view(&world, boris).held_by_remote);
    let steps = world.phones[anna].take_steps();
    assert!(steps.contains(&Step::Hold(true)) && steps.contains(&Step::Mute(true)), "{steps:?}");
    world.command(anna, say::hold(false));
    world.run(Duration::from_secs(1));
    assert!(!view(&world, boris).held_by_remote);
}

/// The page has come back to a far end that the test plays; its re-INVITE was answered with `status`.
fn refused(status: u16) -> (World, usize) {
    refused_after(|_, _| {}, status)
}

fn refused_after(before: impl FnOnce(&mut World, usize), status: u16) -> (World, usize) {
    let (mut world, anna, boris, kept) = reloaded(before);
    world.phones[boris].frozen = true;
    world.cut(boris, 0);
    world.run_ms(100);
    world.command(anna, say::resume(&kept));
    world.run_ms(100);
    let (link, ours) = world.request(Method::Invite).expect("a re-INVITE");
    assert!(ours.to_tag().is_some());
    world.send(link, &wire::response(&ours, status, "", None));
    world.run_ms(100);
    (world, anna)
}

#[test]
fn an_edge_that_does_not_know_the_dialog_is_asked_to_replace_it() {
    let (mut world, anna) = refused(481);
    let (link, replacing) = world.request(Method::Invite).expect("an INVITE");
    assert!(replacing.to_tag().is_none() && replacing.uri() == "sip:boris@demo.example");
    let value = replacing.get(Name::Replaces).expect("Replaces");
    assert!(value.contains(";to-tag=") && value.contains(";from-tag="), "{value}");
    assert!(replacing.body().contains("anna-"));
    let ok = wire::response(&replacing, 200, "", Some(&wire::described("far", "sendrecv")));
    world.send(link, &ok);
    world.run_ms(200);
    assert_eq!(view(&world, anna).status, CallStatus::Active);
    assert!(view(&world, anna).connected);
    assert!(world.phones[anna].end().is_none());
    assert!(!world.phones[anna].take_steps().contains(&Step::Rollback), "the same offer is used");
    // It is back: what is not known from now on is over.
    world.command(anna, say::hold(true));
    world.run_ms(100);
    let (link, ours) = world.request(Method::Invite).expect("a re-INVITE");
    world.send(link, &wire::response(&ours, 481, "", None));
    world.run_ms(100);
    assert!(world.request(Method::Invite).is_none() && world.phones[anna].end().is_some());
}

#[test]
fn where_the_far_end_is_from_now_on_is_stored() {
    let mut story = Story::new();
    let kept = |story: &Story| story.world.phones[story.anna].kept().expect("a kept call").to_owned();
    assert!(!kept(&story).contains("sip:moved@far.example"));
    let (status, _) = story.ask_with("UPDATE", None, |text| {
        let line = text.lines().find(|line| line.starts_with("Contact:")).expect("Contact").to_owned();
        text.replace(&line, "Contact: <sip:moved@far.example>")
    });
    assert_eq!(status, 200);
    assert!(kept(&story).contains("remote-target sip:moved@far.example"));

    story.world.command(story.anna, say::hold(true));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("a re-INVITE");
    let ok = wire::response(&ours, 200, "", Some(&wire::described("far", "recvonly")));
    let line = ok.lines().find(|line| line.starts_with("Contact:")).expect("Contact").to_owned();
    story.world.send(link, &ok.replace(&line, "Contact: <sip:again@far.example>"));
    story.world.run_ms(100);
    assert!(kept(&story).contains("remote-target sip:again@far.example"));
}

#[test]
fn nothing_is_taken_up_beside_a_call() {
    let (mut world, anna, boris, kept) = reloaded(|_, _| {});
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(1));
    world.command(anna, say::resume(&kept));
    assert_eq!(world.phones[anna].errors(), ["call_in_progress"]);
    assert_eq!(world.phones[anna].softphone.calls().len(), 1);
    assert!(view(&world, boris).connected);
}

#[test]
fn who_was_held_stays_so_where_the_dialog_is_replaced() {
    let hold = |world: &mut World, anna| {
        world.command(anna, say::hold(true));
        world.run_ms(500);
    };
    let (mut world, anna) = refused_after(hold, 481);
    let (link, replacing) = world.request(Method::Invite).expect("an INVITE");
    world.send(link, &wire::response(&replacing, 200, "", Some(&wire::described("far", "recvonly"))));
    world.run_ms(200);
    assert_eq!(view(&world, anna).status, CallStatus::Hold);
    world.command(anna, say::hold(false));
    world.run_ms(200);
    let (_, again) = world.request(Method::Invite).expect("an INVITE");
    assert!(again.body().contains("a=sendrecv"));
    assert!(!world.phones[anna].take_steps().contains(&Step::Hold(false)), "not before they agree");
}

#[test]
fn a_far_end_that_will_not_go_on_is_hung_up() {
    let (mut world, anna) = refused(488);
    assert!(world.phones[anna].end().is_some() && world.request(Method::Bye).is_some());
    let (mut world, anna) = refused(481);
    let (link, replacing) = world.request(Method::Invite).expect("an INVITE");
    world.send(link, &wire::response(&replacing, 481, "", None));
    world.run_ms(100);
    assert!(world.phones[anna].end().is_some());
}

#[test]
fn a_page_that_cannot_take_the_answer_to_its_return_does_not_stay_in_silence() {
    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    world.command(anna, say::resume(&kept));
    world.run_ms(50);
    world.phones[anna].broken = Some("no codecs");
    world.run(Duration::from_secs(1));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((&*end.cause, end.outcome), ("WebRTC Error", Outcome::Answered));
    assert!(world.heard.iter().any(|(_, _, text)| text.starts_with("BYE")));
}

#[test]
fn a_return_that_is_taken_without_an_answer_does_not_stay_in_silence() {
    let (world, anna) = refused(200);
    assert!(world.phones[anna].events.iter().any(|event| matches!(event, Event::CallEnded(_))));
}

#[test]
fn a_glare_at_the_return_is_waited_out() {
    let (mut world, _) = refused(491);
    assert!(world.request(Method::Invite).is_none());
    world.run(Duration::from_secs(5));
    assert!(world.request(Method::Invite).is_some());
}

#[test]
fn without_a_flow_or_a_microphone_there_is_no_return() {
    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    world.registrars[0].down = true;
    world.cut(anna, 0);
    world.run_ms(100);
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(59));
    assert!(world.phones[anna].end().is_none());
    world.run(Duration::from_secs(2));
    assert_eq!(world.phones[anna].end().map(|end| end.cause).as_deref(), Some("Connection Error"));

    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    world.phones[anna].microphone = Some("NotAllowedError");
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(1));
    assert!(world.phones[anna].end().is_some());
    assert_eq!(world.phones[anna].errors(), ["microphone_denied"]);
}

#[test]
fn what_cannot_be_read_is_no_call() {
    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    for bad in ["", "call 2", &kept.replace("call 2", "call 1"), &kept.replace("remote-tag", "x")] {
        world.command(anna, say::resume(bad));
        assert_eq!(world.phones[anna].errors(), ["stored_call_unreadable"], "{bad}");
        assert!(world.phones[anna].softphone.call().is_none());
    }
}

#[test]
fn it_is_stored_before_the_far_end_may_count_on_it() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.input(anna, Input::MicrophonePermission(Permission::Granted));
    let link = world.link(anna, 0);
    world.send(link, &wire::invite("anna", "c1", "b1"));
    world.run_ms(100);
    let now = world.now;
    let phone = &mut world.phones[anna].softphone;
    phone.handle_input(now, Input::Command(say::answer(DEFAULT)));
    let outputs: Vec<Output> = std::iter::from_fn(|| phone.poll_output()).collect();
    let at = |found: &dyn Fn(&Output) -> bool| outputs.iter().position(found).expect("it is there");
    let kept = at(&|output| matches!(output, Output::Event(Event::KeepCalls(_))));
    let sent = at(&|output| matches!(output, Output::Send { text, .. } if text.starts_with("SIP/2.0 200")));
    assert!(kept < sent);

    // And before our ACK.
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, say::dial("support", DEFAULT));
    world.run_ms(100);
    let (link, invite) = world.request(Method::Invite).expect("an INVITE");
    let ok = wire::response(&invite, 200, "", Some(&wire::described("far", "sendrecv")));
    let (now, socket) = (world.now, world.links[link].socket);
    let phone = &mut world.phones[anna].softphone;
    phone.handle_input(now, Input::Socket(socket, SocketEvent::Received(ok)));
    let outputs: Vec<Output> = std::iter::from_fn(|| phone.poll_output()).collect();
    let at = |found: &dyn Fn(&Output) -> bool| outputs.iter().position(found).expect("it is there");
    let kept = at(&|output| matches!(output, Output::Event(Event::KeepCalls(_))));
    let sent = at(&|output| matches!(output, Output::Send { text, .. } if text.starts_with("ACK")));
    assert!(kept < sent);
}

/// The CSeq that was stored last.
fn number(world: &World, phone: usize) -> u32 {
    let line = world.phones[phone].kept().and_then(|kept| texts::get(kept, "local-seq"));
    line.expect("a CSeq").parse().expect("a number")
}

#[test]
fn every_request_of_ours_is_stored() {
    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    world.command(anna, say::resume(&kept));
    world.run(Duration::from_secs(1));
    let before = number(&world, anna);
    world.command(anna, say::keys("12"));
    world.run(Duration::from_secs(2));
    assert_eq!(number(&world, anna), before + 2);
}

#[test]
fn a_page_that_is_loaded_again_before_the_far_end_has_answered_it_comes_back_all_the_same() {
    let (mut world, anna, _, kept) = reloaded(|_, _| {});
    world.command(anna, say::resume(&kept));
    world.run_ms(50);
    let first = world.count("INVITE");
    let again = world.phones[anna].kept().expect("a kept call").to_owned();
    world.phones[anna].frozen = true;
    world.cut(anna, 0);
    let anna = world.phone("anna");
    world.command(anna, say::resume(&again));
    world.run(Duration::from_secs(1));
    assert_eq!(world.count("INVITE"), first + 1);
    assert_eq!(view(&world, anna).status, CallStatus::Active);
    assert!(view(&world, anna).connected);
}

#[cfg(feature = "full")]
#[test]
fn an_application_that_decides_by_itself_stores_nothing() {
    let mut world = World::new(1);
    let (anna, boris) = (world.new_phone("anna"), world.phone("boris"));
    world.phones[anna].settings = Settings { supervised: true, ..Settings::default() };
    world.start(anna, &[0]);
    world.run(Duration::from_secs(1));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    assert!(stored(&world, anna).is_empty() && stored(&world, boris).len() == 1);
}

#[test]
fn who_was_called_comes_back_as_who_was_called() {
    let mut world = World::new(1);
    let (anna, boris) = (world.phone("anna"), world.phone("boris"));
    world.command(anna, say::dial("boris", DEFAULT));
    world.run_ms(300);
    world.command(boris, say::answer(DEFAULT));
    world.run_ms(300);
    let kept = stored(&world, boris).pop().expect("a stored dialog");
    world.phones[boris].frozen = true;
    world.cut(boris, 0);
    let again = world.phone("boris");
    world.command(again, say::resume(&kept));
    world.run(Duration::from_secs(1));
    let view = view(&world, again);
    assert_eq!((view.status, view.direction), (CallStatus::Active, CallDirection::Incoming));
    assert_eq!(&*view.remote.user, "anna");
}
