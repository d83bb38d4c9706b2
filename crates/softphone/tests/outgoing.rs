//! Calling somebody.

mod support;

use headset_sip::{Method, Name, Request};
use headset_softphone::{CallDirection, CallStatus, Direction, Input, MediaOptions, Originator, Outcome};
use std::time::Duration;
use support::{Reply, Step, World, say, wire};

const DEFAULT: MediaOptions = MediaOptions(0);

/// Anna calls the queue; the INVITE has arrived.
fn calling() -> (World, usize, usize, Request) {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    world.command(anna, say::dial("support", DEFAULT));
    world.run_ms(100);
    let (link, invite) = world.request(Method::Invite).expect("an INVITE");
    (world, anna, link, invite)
}

fn reply(world: &mut World, link: usize, request: &Request, status: u16) {
    let sdp = wire::described("far", "sendrecv");
    let sdp = (status == 200).then_some(&*sdp);
    world.send(link, &wire::response(request, status, "", sdp));
    world.run_ms(100);
}

fn challenge(world: &mut World, link: usize, request: &Request, nonce: &str, stale: &str) {
    let header = format!(
        "Proxy-Authenticate: Digest realm=\"demo.example\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5{stale}\r\n"
    );
    world.send(link, &wire::response(request, 407, &header, None));
    world.run_ms(100);
}

#[test]
fn a_call_is_offered_challenged_queued_rung_and_answered() {
    let (mut world, anna, link, invite) = calling();
    assert_eq!(world.phones[anna].take_steps(), [Step::Offer(Direction::SendRecv, false)]);
    assert_eq!(invite.uri(), "sip:support@demo.example");
    assert!(invite.body().contains("anna-") && invite.content_is("application/sdp"));
    challenge(&mut world, link, &invite, "n1", "");
    let (link, again) = world.request(Method::Invite).expect("an authorized INVITE");
    assert!(again.get(Name::ProxyAuthorization).is_some());
    assert_eq!(again.call_id(), invite.call_id());
    assert_eq!(again.from_tag(), invite.from_tag());
    assert!(again.cseq().expect("CSeq").number > invite.cseq().expect("CSeq").number);

    let queue = "X-Headset-Queue: position=3;waiting=40\r\n";
    world.send(link, &wire::response(&again, 182, queue, None));
    world.run_ms(50);
    let call = world.phones[anna].softphone.call().expect("a call");
    assert_eq!((call.status, call.direction), (CallStatus::Starting, CallDirection::Outgoing));
    assert_eq!((call.queue_place, call.ringing), (Some((3, 40)), false));
    assert_eq!(call.remote.user, "support");
    reply(&mut world, link, &again, 180);
    assert!(world.phones[anna].softphone.call().is_some_and(|call| call.ringing));

    world.inbox.clear();
    reply(&mut world, link, &again, 200);
    let call = world.phones[anna].softphone.call().expect("a call");
    assert_eq!(call.status, CallStatus::Active);
    assert!(call.connected);
    assert_eq!(world.phones[anna].take_steps(), [Step::Accept]);
    let (_, ack) = world.request(Method::Ack).expect("ACK");
    assert_eq!(ack.uri(), "sip:far.example;transport=ws");
    assert_eq!(ack.cseq().expect("CSeq").number, again.cseq().expect("CSeq").number);

    // A copy of the 200 is acknowledged again; another fork's is hung up.
    reply(&mut world, link, &again, 200);
    assert!(world.request(Method::Ack).is_some());
    let fork = wire::response(&again, 200, "", Some("v=0\r\n")).replace("tag=far", "tag=fork");
    world.send(link, &fork);
    world.run_ms(100);
    let (_, bye) = world.request(Method::Bye).expect("BYE to the fork");
    assert_eq!(bye.to_tag(), Some("fork"));
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn a_wrong_hash_ends_the_call_after_one_attempt() {
    let (mut world, anna, link, invite) = calling();
    challenge(&mut world, link, &invite, "n1", "");
    let (link, again) = world.request(Method::Invite).expect("INVITE");
    challenge(&mut world, link, &again, "n2", ", stale=true");
    let (link, third) = world.request(Method::Invite).expect("INVITE");
    challenge(&mut world, link, &third, "n3", "");
    assert!(world.request(Method::Invite).is_none());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Authentication Error"));
    assert_eq!(world.phones[anna].refusals(), 1);
}

#[test]
fn refusals_have_the_right_outcome_and_cause() {
    for (status, outcome, cause) in [
        (486, Outcome::Rejected, "Busy"),
        (603, Outcome::Rejected, "Rejected"),
        (480, Outcome::Missed, "Unavailable"),
        (404, Outcome::Failed, "Not Found"),
        (488, Outcome::Failed, "Incompatible SDP"),
        (302, Outcome::Failed, "Redirected"),
        (500, Outcome::Failed, "SIP Failure Code"),
    ] {
        let (mut world, anna, link, invite) = calling();
        reply(&mut world, link, &invite, status);
        let end = world.phones[anna].end().expect("an end");
        assert_eq!((end.outcome, &*end.cause, end.status_code), (outcome, cause, Some(status)));
        assert_eq!(end.originator, Originator::Remote);
        assert_eq!(world.phones[anna].take_steps().last(), Some(&Step::Close));
        assert!(world.request(Method::Ack).is_some());
    }
}

#[test]
fn giving_up_cancels_once_and_not_before_something_was_heard() {
    let (mut world, anna, link, invite) = calling();
    world.command(anna, say::end());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!(
        (end.outcome, &*end.cause, end.originator),
        (Outcome::Cancelled, "Canceled", Originator::Local)
    );
    world.run_ms(100);
    assert!(world.request(Method::Cancel).is_none());
    reply(&mut world, link, &invite, 180);
    reply(&mut world, link, &invite, 180);
    let (_, cancel) = world.request(Method::Cancel).expect("CANCEL");
    assert!(world.request(Method::Cancel).is_none());
    reply(&mut world, link, &cancel, 200);
    reply(&mut world, link, &invite, 487);
    assert!(world.request(Method::Ack).is_some());
    assert!(world.phones[anna].end().is_none());
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let (mut world, anna, link, invite) = calling();
    reply(&mut world, link, &invite, 180);
    world.command(anna, say::end());
    reply(&mut world, link, &invite, 200);
    assert!(world.request(Method::Cancel).is_some());
    assert!(world.request(Method::Ack).is_some());
    let (link, bye) = world.request(Method::Bye).expect("BYE");
    reply(&mut world, link, &bye, 200);
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Cancelled));
    assert!(world.phones[anna].softphone.call().is_none());
}

#[test]
fn giving_up_before_the_offer_is_made_sends_nothing() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, say::dial("support", DEFAULT));
    world.command(anna, say::end());
    world.run(Duration::from_secs(1));
    assert_eq!(world.count("INVITE"), 0);
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Cancelled));
}

#[test]
fn an_answer_without_media_is_hung_up() {
    let (mut world, anna, link, invite) = calling();
    world.send(link, &wire::response(&invite, 200, "", None));
    world.run_ms(100);
    assert!(world.request(Method::Ack).is_some() && world.request(Method::Bye).is_some());
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Bad Media Description"));
}

#[test]
fn an_answer_that_the_peer_connection_cannot_use_is_hung_up() {
    let (mut world, anna, link, invite) = calling();
    world.phones[anna].broken = Some("no such m-line");
    reply(&mut world, link, &invite, 200);
    assert!(world.request(Method::Bye).is_some());
    assert_eq!(world.phones[anna].errors(), ["media_failed"]);
    assert_eq!(world.phones[anna].end().map(|end| end.outcome), Some(Outcome::Failed));
}

#[test]
fn a_denied_microphone_calls_nobody() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.phones[anna].microphone = Some("NotAllowedError");
    world.command(anna, say::dial("support", DEFAULT));
    world.run_ms(100);
    assert_eq!(world.count("INVITE"), 0);
    assert_eq!(world.phones[anna].errors(), ["microphone_denied"]);
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "User Denied Media Access"));
}

#[test]
fn nobody_answers_at_all() {
    let (mut world, anna, _, _) = calling();
    world.run(Duration::from_secs(33));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.status_code, &*end.cause), (Some(408), "Request Timeout"));
}

#[test]
fn a_flow_that_is_lost_while_calling_does_not_lose_the_call() {
    let (mut world, anna, link, invite) = calling();
    reply(&mut world, link, &invite, 180);
    let registrar = world.links[link].registrar;
    world.cut(anna, registrar);
    world.run_ms(100);
    let (other, again) = world.request(Method::Invite).expect("the INVITE on the other flow");
    assert_ne!(other, link);
    assert_eq!((again.call_id(), again.from_tag()), (invite.call_id(), invite.from_tag()));
    assert_eq!(again.get(Name::CSeq), invite.get(Name::CSeq));
    reply(&mut world, other, &again, 200);
    assert_eq!(world.phones[anna].softphone.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn a_200_that_comes_again_on_another_flow_is_acknowledged_there() {
    let (mut world, anna, link, invite) = calling();
    reply(&mut world, link, &invite, 200);
    world.inbox.clear();
    let other = world.link(anna, 1 - world.links[link].registrar);
    reply(&mut world, other, &invite, 200);
    assert!(world.request(Method::Ack).is_some_and(|(on, _)| on == other));
    assert!(world.request(Method::Bye).is_none());
    // Another call's, or another fork's, is not ours to acknowledge there.
    let ok = wire::response(&invite, 200, "", Some(&wire::described("far", "sendrecv")));
    for strange in [ok.replace(invite.call_id(), "another-call"), ok.replace("tag=far", "tag=fork")] {
        world.send(other, &strange);
        world.run_ms(100);
        assert!(world.request(Method::Ack).is_none());
    }
}

#[test]
fn the_heavier_flow_is_used_unless_it_may_be_dead() {
    for (silent, used) in [(false, 0), (true, 1)] {
        let mut world = World::new(2);
        world.registrars[0].weight = 5;
        let anna = world.phone("anna");
        if silent {
            world.half_open(anna, 0);
        }
        world.run(Duration::from_secs(12));
        world.command(anna, say::dial("support", DEFAULT));
        world.run_ms(100);
        let (link, _) = world.request(Method::Invite).expect("an INVITE");
        assert_eq!(world.links[link].registrar, used);
    }
}

#[test]
fn after_491_the_caller_waits_2_to_4_s() {
    let (mut world, anna, link, invite) = calling();
    reply(&mut world, link, &invite, 200);
    world.command(anna, say::hold(true));
    world.run_ms(100);
    let (link, ours) = world.request(Method::Invite).expect("a re-INVITE");
    reply(&mut world, link, &ours, 491);
    world.run_ms(1900);
    assert!(world.request(Method::Invite).is_none());
    world.run_ms(2200);
    assert!(world.request(Method::Invite).is_some());
}

#[test]
fn without_any_flow_a_call_fails_in_10_s() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.registrars[0].down = true;
    world.cut(anna, 0);
    world.run_ms(100);
    world.command(anna, say::dial("support", DEFAULT));
    world.run(Duration::from_secs(11));
    let end = world.phones[anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Connection Error"));
}

#[test]
fn nobody_is_called_over_a_flow_that_is_not_registered() {
    let mut world = World::new(1);
    let anna = world.new_phone("anna");
    world.registrars[0].script.push_back(Reply::Silence);
    world.start(anna, &[0]);
    world.run_ms(200);
    world.command(anna, say::dial("support", DEFAULT));
    world.run(Duration::from_secs(5));
    assert_eq!((world.links_of(anna, 0).len(), world.count("INVITE")), (1, 0));
    world.input(anna, Input::Woke);
    world.run_ms(500);
    assert_eq!(world.count("INVITE"), 1);
}

#[test]
fn what_cannot_be_called_is_said() {
    let mut world = World::new(1);
    let anna = world.new_phone("anna");
    let call = |target: &str| say::dial(target, DEFAULT);
    world.command(anna, call("support"));
    assert_eq!(world.phones[anna].errors(), ["not_started"]);
    world.start(anna, &[0]);
    world.run_ms(500);
    world.command(anna, call("sip:"));
    assert_eq!(world.phones[anna].errors(), ["invalid_target"]);
    world.command(anna, call("sip:boris@demo.example"));
    world.command(anna, call("support"));
    assert_eq!(world.phones[anna].errors(), ["call_in_progress"]);
    world.run_ms(200);
    assert_eq!(
        world.request(Method::Invite).map(|(_, i)| i.uri().to_string()).as_deref(),
        Some("sip:boris@demo.example")
    );
}
