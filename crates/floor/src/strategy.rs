//! Who of the free is rung first.

use crate::io::{Login, Strategy};
use crate::operator::Operator;

/// Puts the free operators of a queue into the order in which they are to be tried.
pub(crate) fn order<'a>(
    strategy: Strategy,
    free: impl Iterator<Item = (&'a Login, &'a Operator)>,
) -> Vec<Login> {
    let mut free: Vec<_> = free.collect();
    match strategy {
        // The count breaks ties: of two idle since one moment, who became idle first.
        Strategy::LongestIdleAgent => free.sort_by_key(|(_, operator)| operator.idle_since),
    }
    free.into_iter().map(|(login, _)| login.clone()).collect()
}
