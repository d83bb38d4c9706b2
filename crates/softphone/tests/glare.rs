//! Offers that meet, targets that move, and what else the two ends ask of each other within a call.
#![cfg_attr(not(feature = "full"), allow(unused_imports, reason = "some stories are of applications"))]

mod support;

use headset_sip::{Method, Name, Request};
use headset_softphone::{CallCommand, CallStatus, Direction, PeerEvent, Time};
use std::time::Duration;
use support::answered::Story;
use support::{Step, World, referring, say, wire};

#[cfg(feature = "full")]
const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"demo.example\", nonce=\"n1\", qop=\"auth\"\r\n";

fn hold(update: bool) -> headset_softphone::Command {
    say::call(CallCommand::Hold { on: true, update, headers: String::new() })
}

/// The next re-INVITE or UPDATE of ours.
fn ours(world: &mut World) -> Option<(usize, Request)> {
    world.request(Method::Invite).or_else(|| world.request(Method::Update))
}

/// RFC 3261 §12.2.1.2, RFC 3311 §5.1
#[test]
fn where_the_far_end_is_may_change_with_its_answer() {
    for update in [false, true] {
        let mut story = Story::new();
        story.world.command(story.anna, hold(update));
        story.world.run_ms(100);
        let (link, request) = ours(&mut story.world).expect("a request");
        let ok = wire::response(&request, 200, "", Some(&wire::described("caller", "recvonly")));
        story.world.send(link, &ok.replace("far.example", "moved.example"));
        story.world.run_ms(100);
        story.world.command(story.anna, say::end());
        story.world.run_ms(100);
        let (_, bye) = story.world.request(Method::Bye).expect("BYE");
        assert_eq!(bye.uri(), "sip:moved.example;transport=ws", "{update}");
    }
}

/// The waits between a 491 and what is asked next, until nothing is.
fn waits(world: &mut World, phone: usize) -> Vec<Duration> {
    world.command(phone, hold(false));
    world.run_ms(100);
    let mut waits = Vec::new();
    let mut last = None;
    while let Some((link, request)) = world.request(Method::Invite) {
        let number = request.cseq().expect("CSeq").number;
        assert!(last.replace(number).is_none_or(|last| number > last), "a new CSeq");
        world.send(link, &wire::response(&request, 491, "", None));
        world.run_ms(20);
        let since: Time = world.now;
        while world.now.since(since) < Duration::from_secs(6) && world.count("INVITE") > 0 {
            world.run_ms(10);
            if world.inbox.iter().any(|(_, message)| message.as_str().starts_with("INVITE")) {
                // The page took 30 ms to make the offer; it was sent 20 ms ago.
                waits.push(world.now.since(since) - Duration::from_millis(50));
                break;
            }
        }
    }
    waits
}

/// RFC 3261 §14.1
#[test]
fn after_a_491_whoever_made_the_call_id_waits_longer_and_nobody_for_ever() {
    let within = |waits: &[Duration], from: u64, to: u64| {
        let all = waits.iter().map(|wait| wait.as_millis() as u64);
        all.clone().all(|wait| (from..=to).contains(&wait))
            && all.collect::<Vec<_>>().windows(2).any(|w| w[0] != w[1])
    };
    let mut story = referring::Story::new(false);
    let caller = waits(&mut story.world, story.anna);
    assert!(within(&caller, 2_100, 4_010), "{caller:?}");
    let mut story = Story::new();
    let callee = waits(&mut story.world, story.anna);
    assert!(within(&callee, 0, 2_010), "{callee:?}");
    assert_eq!((caller.len(), callee.len()), (8, 8));
    assert_eq!(story.world.phones[story.anna].errors(), ["hold_failed"]);
    assert_eq!(story.call().status, CallStatus::Active);
}

#[cfg(feature = "full")]
#[test]
fn what_was_wanted_before_a_491_is_wanted_after_it() {
    let mut story = Story::new();
    let restart = CallCommand::Renegotiate { restart_ice: true, update: false, headers: String::new() };
    story.world.command(story.anna, say::call(restart));
    story.world.run_ms(100);
    let (link, request) = story.world.request(Method::Invite).expect("a re-INVITE");
    story.world.send(link, &wire::response(&request, 491, "", None));
    story.world.run_ms(2_200);
    let offer = Step::Offer(Direction::SendRecv, true);
    assert_eq!(story.steps(), [offer.clone(), Step::Rollback, offer]);
}

/// RFC 3261 §22.2
#[cfg(feature = "full")]
#[test]
fn an_update_that_is_challenged_is_answered_with_the_hash() {
    let mut story = Story::new();
    story.world.command(story.anna, hold(true));
    story.world.run_ms(100);
    let (link, update) = story.world.request(Method::Update).expect("UPDATE");
    story.world.send(link, &wire::response(&update, 401, CHALLENGE, None));
    story.world.run_ms(100);
    let (_, again) = story.world.request(Method::Update).expect("another UPDATE");
    assert!(again.get(Name::Authorization).is_some() && again.body() == update.body());
    story.world.send(link, &wire::response(&again, 401, CHALLENGE, None));
    story.world.run_ms(100);
    assert!(story.world.request(Method::Update).is_none());
    assert_eq!(story.world.phones[story.anna].errors(), ["hold_failed"]);
}

/// RFC 3264 §8.4
#[cfg(feature = "full")]
#[test]
fn whoever_answers_that_he_does_not_listen_holds_us() {
    for (hold, answer, held) in [
        (true, "recvonly", false),
        (true, "sendonly", false),
        (true, "inactive", true),
        (false, "sendonly", true),
        (false, "sendrecv", false),
    ] {
        let mut story = Story::new();
        let ask = match hold {
            true => say::hold(true),
            false => say::call(CallCommand::Renegotiate {
                restart_ice: false,
                update: false,
                headers: String::new(),
            }),
        };
        story.world.command(story.anna, ask);
        story.world.run_ms(100);
        let (link, request) = story.world.request(Method::Invite).expect("a re-INVITE");
        let sdp = wire::described("caller", answer);
        story.world.send(link, &wire::response(&request, 200, "", Some(&sdp)));
        story.world.run_ms(100);
        assert_eq!(story.call().held_by_remote, held, "{hold} {answer}");
    }
}

/// A request of the far end with this header more, answered.
fn ask_with(story: &mut Story, method: &str, header: &str, sdp: Option<&str>) -> u16 {
    story.cseq += 1;
    let content = sdp.map(|sdp| ("application/sdp", sdp));
    let text = wire::within(method, "anna", "c1", &story.tag, story.cseq, content);
    story.world.send(story.link, &text.replacen("Contact", &format!("{header}\r\nContact"), 1));
    story.world.run_ms(150);
    let (_, message) = story.world.inbox.pop_back().expect("an answer");
    match message {
        headset_sip::Message::Response(response) => response.status(),
        headset_sip::Message::Request(_) => panic!("no response"),
    }
}

/// RFC 3325 §9.1
#[cfg(feature = "full")]
#[test]
fn whom_we_talk_to_may_become_somebody_else() {
    let mut story = Story::new();
    let named = |story: &Story| story.call().asserted.map(|party| party.user).unwrap_or_default();
    let (boss, chef) =
        ("P-Asserted-Identity: <sip:boss@far.example>", "P-Asserted-Identity: <sip:chef@far.example>");
    let sdp = wire::described("caller", "sendrecv");
    assert_eq!(ask_with(&mut story, "INVITE", boss, Some(&sdp)), 200);
    assert_eq!(named(&story), "boss");
    story.acknowledge(None);
    // Not by an offer that is refused.
    story.world.phones[story.anna].broken = Some("no");
    assert_eq!(ask_with(&mut story, "INVITE", chef, Some(&sdp)), 488);
    assert_eq!(named(&story), "boss");
    story.world.phones[story.anna].broken = None;
    // Nor by one that nobody takes.
    assert_eq!(ask_with(&mut story, "INVITE", chef, None), 200);
    story.acknowledge(None);
    assert_eq!(named(&story), "boss");
    assert_eq!(ask_with(&mut story, "INVITE", chef, None), 200);
    assert_eq!(named(&story), "boss");
    story.acknowledge(Some(&sdp));
    assert_eq!(named(&story), "chef");
    // RFC 5876 §3.1
    assert_eq!(ask_with(&mut story, "UPDATE", boss, None), 200);
    assert_eq!(named(&story), "boss");
}

/// RFC 3326 §2
#[test]
fn a_bye_may_say_why() {
    let mut story = Story::new();
    let reason = "Reason: Q.850;cause=16, SIP;cause=486;text=\"Lunch\"";
    assert_eq!(ask_with(&mut story, "BYE", reason, None), 200);
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!((end.status_code, end.reason_phrase.as_deref()), (Some(486), Some("Lunch")));
}

/// RFC 6086 §4.2.2: an INFO without a body asks for nothing but an answer.
#[test]
fn an_info_that_says_nothing_is_answered() {
    let mut story = Story::new();
    assert_eq!(story.ask("INFO", None).0, 200);
}

/// RFC 3261 §8.2.3
#[test]
fn an_offer_that_is_no_sdp_is_415() {
    for method in ["INVITE", "UPDATE"] {
        let mut story = Story::new();
        let text = wire::within(method, "anna", "c1", &story.tag, 8, Some(("text/plain", "hello")));
        story.world.send(story.link, &text);
        story.world.run_ms(100);
        let (_, refusal) = story.world.response(415).expect("415");
        assert_eq!(refusal.get(Name::Accept), Some("application/sdp"));
        assert_eq!(story.steps(), []);
    }
}

#[test]
fn what_is_no_longer_wanted_after_a_491_is_not_asked_again() {
    let mut story = Story::new();
    story.world.command(story.anna, hold(false));
    story.world.run_ms(100);
    let (link, request) = story.world.request(Method::Invite).expect("a re-INVITE");
    story.world.send(link, &wire::response(&request, 491, "", None));
    story.world.run_ms(25);
    story.world.command(story.anna, say::hold(false));
    story.world.run(Duration::from_secs(5));
    assert!(story.world.request(Method::Invite).is_none());
    assert_eq!(story.call().status, CallStatus::Active);
}

#[test]
fn an_offer_of_theirs_whose_flow_is_lost_is_taken_back() {
    let mut story = Story::new();
    story.world.phones[story.anna].gathering = 500;
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(50);
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    assert_eq!(story.steps(), [Step::Answer { candidates: true }, Step::Rollback]);
    assert!(!story.call().held_by_remote);
    // It comes again on the next flow.
    story.world.phones[story.anna].gathering = 30;
    story.link = story.world.link(story.anna, 0);
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendonly"))).0, 200);
    assert!(story.call().held_by_remote);
}

#[test]
fn what_is_made_for_an_offer_whose_flow_was_lost_is_never_our_own_offer() {
    for offer in [Some("recvonly"), None] {
        let mut story = Story::new();
        story.world.phones[story.anna].gathering = 3_000;
        story.tell("INVITE", offer.map(|direction| wire::described("caller", direction)).as_deref());
        story.world.run_ms(50);
        story.world.cut(story.anna, 0);
        story.world.run(Duration::from_secs(2));
        story.world.command(story.anna, hold(false));
        story.world.run_ms(1_500);
        assert!(story.world.request(Method::Invite).is_none(), "nothing of ours is described yet");
        story.world.run(Duration::from_secs(3));
        let (link, ours) = story.world.request(Method::Invite).expect("a re-INVITE");
        assert!(ours.body().contains("a=sendonly"), "{}", ours.body());
        story.world.send(link, &wire::response(&ours, 200, "", Some(&wire::described("caller", "recvonly"))));
        story.world.run_ms(100);
        assert_eq!(story.call().status, CallStatus::Hold);
    }
}

/// RFC 3261 §14.2
#[test]
fn what_is_made_for_an_offer_whose_flow_was_lost_does_not_answer_the_next() {
    let mut story = Story::new();
    story.world.phones[story.anna].gathering = 3_000;
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(50);
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    story.link = story.world.link(story.anna, 0);
    story.tell("INVITE", Some(&wire::described("caller", "inactive")));
    story.world.run_ms(100);
    let (_, later) = story.world.response(500).expect("500");
    assert!(later.get(Name::RetryAfter).is_some());
    story.world.run(Duration::from_secs(2));
    let (status, answer) = story.ask("INVITE", Some(&wire::described("caller", "inactive")));
    // It takes its time as well.
    assert_eq!((status, &*answer), (100, ""));
    story.world.run(Duration::from_secs(3));
    let (_, ok) = story.world.response(200).expect("200");
    assert!(ok.body().contains("a=inactive"), "{}", ok.body());
}

#[test]
fn what_could_not_be_answered_after_the_flow_was_lost_is_in_nobodys_way() {
    let mut story = Story::new();
    story.world.phones[story.anna].gathering = 60_000;
    story.tell("INVITE", Some(&wire::described("caller", "sendonly")));
    story.world.run_ms(50);
    story.world.cut(story.anna, 0);
    story.world.run(Duration::from_secs(2));
    story.steps();
    let peer = story.world.phones[story.anna].last_peer();
    story.world.body_says(story.anna, peer, PeerEvent::Failed { message: "no codecs".into() });
    assert_eq!(story.steps(), []);
    story.world.phones[story.anna].gathering = 30;
    story.link = story.world.link(story.anna, 0);
    assert_eq!(story.ask("INVITE", Some(&wire::described("caller", "sendonly"))).0, 200);
    assert!(story.call().held_by_remote);
}
