//! The page's side of the boundary has the same numbers and words.

use crate::{kind, record};
use core::fmt::Debug;
use headset_softphone::{
    CallDirection, CallStatus, Direction, FlowStatus, Originator, Outcome, UserAgentStatus,
};
use headset_workplace::Rotation;
use std::string::{String, ToString};
use std::vec::Vec;

const PAGE: &str = include_str!("../../../packages/hooks/src/engine/contract.ts");

#[test]
fn inputs_have_the_same_numbers() {
    let page: Vec<(&str, u32)> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.strip_suffix(';')?.split_once(" = "))
        .filter_map(|(name, number)| Some((name, number.parse().ok()?)))
        .collect();
    assert_eq!(page, kind::ALL);
    assert!(page.iter().zip(0..).all(|((_, number), index)| *number == index), "in order, none left out");
}

#[test]
fn records_have_the_same_places() {
    let list = between("export const records = [", "];");
    let page: Vec<String> = list.split('\'').skip(1).step_by(2).map(constant).collect();
    let ours: Vec<&str> = record::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(page, ours);
    assert!(record::ALL.iter().zip(0..).all(|((_, number), index)| *number == index));
}

#[test]
fn words_have_the_same_places() {
    use UserAgentStatus as U;
    words("userAgentStatuses", &[U::Connecting, U::Connected, U::Disconnected, U::Error, U::Registered]);
    use FlowStatus as F;
    let flows = [F::Connecting, F::Connected, F::Registered, F::Disconnected, F::Refused, F::Leaving];
    words("flowStatuses", &flows);
    words("rotations", &[Rotation::None, Rotation::Pending, Rotation::Moving, Rotation::Completed]);
    words("callStatuses", &[CallStatus::Starting, CallStatus::Active, CallStatus::Hold]);
    words("callDirections", &[CallDirection::Incoming, CallDirection::Outgoing]);
    words("originators", &[Originator::Local, Originator::Remote, Originator::System]);
    use Outcome as O;
    let outcomes = [O::Answered, O::Missed, O::Rejected, O::Cancelled, O::AnsweredElsewhere, O::Failed];
    words("outcomes", &outcomes);
    use Direction as D;
    words("mediaDirections", &[D::SendRecv, D::SendOnly, D::RecvOnly, D::Inactive]);
    assert_eq!((D::Inactive as u8, F::Leaving as u8, O::Failed as u8), (3, 5, 5), "places are numbers");
}

fn words<T: Debug>(name: &str, ours: &[T]) {
    let list = between(&["export const ", name, " = words<"].concat(), ");");
    let page: Vec<String> = list
        .split('\'')
        .rev()
        .nth(1)
        .unwrap_or_default()
        .split(' ')
        .map(|word| word.replace('_', ""))
        .collect();
    let ours: Vec<String> = ours.iter().map(|word| std::format!("{word:?}").to_lowercase()).collect();
    assert_eq!(page, ours, "{name}");
}

fn between(start: &str, end: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(start).expect("it is in the contract");
    rest.split_once(end).expect("it has an end").0
}

/// `openSocket socket uri` is `OPEN_SOCKET`.
fn constant(entry: &str) -> String {
    let mut name = String::new();
    for letter in entry.split(' ').next().unwrap_or_default().chars() {
        if letter.is_uppercase() {
            name.push('_');
        }
        name.push_str(&letter.to_uppercase().to_string());
    }
    name
}
