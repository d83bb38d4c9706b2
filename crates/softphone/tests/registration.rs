//! Registering with several registrars, and staying registered.

mod support;

use headset_sip::Name;
use headset_softphone::{Command, FlowStatus, Input, UserAgentStatus};
use std::time::Duration;
use support::{Reply, World, wire};

const MINUTE: Duration = Duration::from_secs(60);

fn status(world: &World, phone: usize) -> UserAgentStatus {
    world.phones[phone].softphone.user_agent_status()
}

fn flows(world: &World, phone: usize) -> Vec<FlowStatus> {
    world.phones[phone].softphone.flows().into_iter().map(|flow| flow.status).collect()
}

#[test]
fn registers_with_all_registrars_at_once() {
    let mut world = World::new(2);
    let anna = world.new_phone("anna");
    assert_eq!(status(&world, anna), UserAgentStatus::Disconnected);
    world.start(anna, &[0, 1]);
    assert_eq!(status(&world, anna), UserAgentStatus::Connecting);
    world.run_ms(70);
    assert_eq!(status(&world, anna), UserAgentStatus::Connected);
    // Open, challenge, answer: three round trips.
    world.run_ms(60);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
    for registrar in &world.registrars {
        let seen: Vec<_> = registrar.seen.iter().map(|seen| (seen.authorized, seen.expires)).collect();
        assert_eq!(seen, [(false, 600), (true, 600)]);
    }
    assert_eq!(world.registrars[1].seen[0].reg_id, 2);
}

#[test]
fn the_binding_is_refreshed_in_its_second_half_without_another_challenge() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.run(10 * MINUTE);
    let seen = &world.registrars[0].seen;
    let gap = seen[2].at.since(seen[1].at);
    assert!(gap >= Duration::from_secs(300) && gap <= Duration::from_secs(569), "{gap:?}");
    assert!(seen[2..].iter().all(|seen| seen.authorized), "{seen:?}");
    world.run(60 * MINUTE);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.links.len(), 1);
}

#[test]
fn a_short_binding_is_refreshed_before_it_ends() {
    let mut world = World::new(1);
    world.registrars[0].grant = 30;
    world.phone("anna");
    world.run(MINUTE);
    let seen = &world.registrars[0].seen;
    assert_eq!(seen[2].at.since(seen[1].at), Duration::from_millis(25_040));
}

#[test]
fn too_brief_is_asked_again_with_what_the_registrar_wants() {
    let mut world = World::new(1);
    world.registrars[0].script.push_back(Reply::With(423, Name::MinExpires, "1800"));
    let anna = world.phone("anna");
    assert_eq!(world.registrars[0].seen.last().map(|seen| seen.expires), Some(1800));
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
}

#[test]
fn a_stale_nonce_is_no_refusal() {
    let mut world = World::new(1);
    world.registrars[0].script.extend([Reply::Stale, Reply::Stale]);
    let anna = world.phone("anna");
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    world.registrars[0].change_nonce();
    world.run(10 * MINUTE);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.phones[anna].refusals(), 0);
}

#[test]
fn a_wrong_hash_is_told_and_not_tried_again_until_there_is_another() {
    let mut world = World::new(2);
    for registrar in &mut world.registrars {
        registrar.password = "renewed";
    }
    let anna = world.phone("anna");
    assert_eq!(status(&world, anna), UserAgentStatus::Error);
    assert_eq!(world.phones[anna].refusals(), 2);
    world.run(MINUTE);
    assert_eq!(world.registrars[0].seen.len(), 2);
    world.command(anna, Command::SetCredentials(wire::credentials("anna", "renewed")));
    world.run_ms(200);
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
}

#[test]
fn a_new_hash_connects_again_where_the_server_hung_up_on_the_old_one() {
    let mut world = World::new(1);
    world.registrars[0].password = "renewed";
    let anna = world.phone("anna");
    world.cut(anna, 0);
    world.run(MINUTE);
    assert_eq!((status(&world, anna), world.links.len()), (UserAgentStatus::Error, 1));
    world.command(anna, Command::SetCredentials(wire::credentials("anna", "renewed")));
    world.run_ms(300);
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
}

#[test]
fn a_hash_that_expires_while_registered_loses_nothing() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.registrars[0].script.push_back(Reply::Status(403, "Credentials expired"));
    world.run(10 * MINUTE - Duration::from_secs(30));
    assert_eq!(world.phones[anna].refusals(), 1);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    world.command(anna, Command::SetCredentials(wire::credentials("anna", "secret ")));
    world.run_ms(100);
    world.command(anna, Command::SetCredentials(wire::credentials("anna", "secret")));
    world.run(20 * MINUTE);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.links.len(), 1);
}

#[test]
fn a_refusal_of_a_hash_that_was_renewed_meanwhile_does_not_count() {
    let mut world = World::new(1);
    world.registrars[0].password = "renewed";
    let anna = world.new_phone("anna");
    world.start(anna, &[0]);
    // The second REGISTER, with the old hash, is on its way.
    world.run_ms(85);
    assert_eq!(world.registrars[0].seen.len(), 1);
    world.command(anna, Command::SetCredentials(wire::credentials("anna", "renewed")));
    world.run_ms(200);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.phones[anna].refusals(), 0);
}

#[test]
fn after_a_503_it_comes_back_when_it_was_told_to() {
    let mut world = World::new(1);
    world.registrars[0].script.push_back(Reply::With(503, Name::RetryAfter, "7 (busy)"));
    let anna = world.phone("anna");
    world.run_ms(5500);
    assert_eq!(flows(&world, anna), [FlowStatus::Disconnected]);
    assert_eq!(status(&world, anna), UserAgentStatus::Connected);
    assert_eq!(world.registrars[0].seen.len(), 1);
    world.run_ms(2500);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.links.len(), 1, "the socket is good and kept");
}

#[test]
fn every_failure_is_followed_by_another_attempt() {
    let mut world = World::new(1);
    world.registrars[0].script.extend([
        Reply::Status(500, "Oops"),
        Reply::OkWithoutContact,
        Reply::Status(404, "Who?"),
        Reply::Silence,
    ]);
    let anna = world.phone("anna");
    world.run(Duration::from_secs(20));
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(world.links.len(), 2, "no answer: another socket");
}

#[test]
fn a_server_that_is_down_is_tried_every_3_s_for_5_minutes_and_every_30_s_later() {
    let mut world = World::new(1);
    world.registrars[0].down = true;
    let anna = world.phone("anna");
    assert_eq!(status(&world, anna), UserAgentStatus::Connecting);
    world.run(4 * MINUTE);
    let early = world.links.len();
    world.run(MINUTE);
    assert!((20..=40).contains(&(world.links.len() - early)), "{}", world.links.len() - early);
    world.run(5 * MINUTE);
    let late = world.links.len();
    world.run(5 * MINUTE);
    assert!((10..=20).contains(&(world.links.len() - late)), "{}", world.links.len() - late);
    // The network is back: now, not in half a minute.
    world.registrars[0].down = false;
    world.input(anna, Input::Nudge);
    world.run_ms(200);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
}

#[test]
fn a_server_that_does_not_answer_the_handshake_is_given_10_s() {
    let mut world = World::new(1);
    world.registrars[0].unreachable = true;
    world.phone("anna");
    world.run_ms(8900);
    assert_eq!(world.links.len(), 1);
    world.run_ms(1000);
    assert_eq!(world.links.len(), 2);
}

#[test]
fn a_half_open_socket_is_replaced() {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    world.run(Duration::from_secs(9));
    world.half_open(anna, 0);
    world.run(Duration::from_secs(20));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
    assert_eq!(world.links.len(), 3);
    assert!(world.links[2].open && !world.links[0].open);
}

#[test]
fn pings_are_answered_and_nothing_else_is() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    let link = world.link(anna, 0);
    world.run(Duration::from_secs(30));
    let heard = world.heard.len();
    world.send(link, "\r\n");
    world.send(link, "nonsense");
    world.send(link, "SIP/2.0 200 OK\r\n\r\n");
    world.run(Duration::from_secs(10));
    assert_eq!(world.heard.len(), heard);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
}

#[test]
fn a_closed_socket_is_opened_again_and_the_other_flow_is_not_touched() {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    world.cut(anna, 0);
    world.run_ms(50);
    assert_eq!(status(&world, anna), UserAgentStatus::Registered);
    assert_eq!(flows(&world, anna), [FlowStatus::Disconnected, FlowStatus::Registered]);
    world.run_ms(900);
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
    assert_eq!(world.registrars[1].seen.len(), 2);
}

#[test]
fn after_a_sleep_dead_flows_are_found_within_seconds() {
    // However short it was: less than the silence in which they are found otherwise.
    for slept in [Duration::from_secs(2), 5 * MINUTE] {
        let mut world = World::new(2);
        let anna = world.phone("anna");
        world.phones[anna].frozen = true;
        world.run(slept);
        world.half_open(anna, 0);
        world.phones[anna].frozen = false;
        world.input(anna, Input::Woke);
        world.run(Duration::from_secs(5));
        assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
        let alive = world.links.iter().filter(|link| link.open && !link.half_open).count();
        assert_eq!(
            (alive, world.links.len()),
            (2, 3),
            "{slept:?}: the dead one was replaced, the other was not"
        );
    }
}

#[test]
fn after_a_sleep_nothing_is_waited_for_that_was_begun_before() {
    // A handshake, and an answer to REGISTER.
    for connecting in [true, false] {
        let mut world = World::new(1);
        world.registrars[0].unreachable = connecting;
        if !connecting {
            world.registrars[0].script.push_back(Reply::Silence);
        }
        let anna = world.phone("anna");
        assert_ne!(status(&world, anna), UserAgentStatus::Registered);
        world.registrars[0].unreachable = false;
        world.input(anna, Input::Woke);
        world.run_ms(300);
        assert_eq!(status(&world, anna), UserAgentStatus::Registered, "{connecting}");
        assert_eq!(world.links.len(), 2);
    }
}

#[test]
fn stop_takes_every_binding_back_and_start_makes_them_again() {
    let mut world = World::new(2);
    let anna = world.phone("anna");
    world.command(anna, Command::Stop);
    world.run_ms(100);
    assert!(world.registrars.iter().all(|registrar| registrar.bindings.is_empty()));
    assert!(world.links.iter().all(|link| !link.open));
    assert_eq!(status(&world, anna), UserAgentStatus::Disconnected);
    assert!(world.phones[anna].softphone.flows().is_empty());
    world.start(anna, &[0, 1]);
    world.run(Duration::from_secs(1));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered; 2]);
}

#[test]
fn starting_again_while_stopping_ends_registered() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.command(anna, Command::Stop);
    world.start(anna, &[0]);
    world.run(Duration::from_secs(3));
    assert_eq!(flows(&world, anna), [FlowStatus::Registered]);
    assert_eq!(world.registrars[0].bindings.len(), 1);
}

#[test]
fn starting_as_somebody_else_leaves_nothing_of_the_first() {
    let mut world = World::new(1);
    let anna = world.phone("anna");
    world.phones[anna].identity.login = "boris".into();
    world.start(anna, &[0]);
    world.run(Duration::from_secs(1));
    let logins: Vec<_> = world.registrars[0].bindings.iter().map(|binding| binding.login.as_str()).collect();
    assert_eq!(logins, ["boris"]);
}
