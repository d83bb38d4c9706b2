//! Whatever the network loses: a request is told once, an answer is told once, and all is forgotten in the end.

mod support;

use headset_sip::{Method, TransactionOutput};
use proptest::prelude::*;
use support::{Output, Pair, names};

/// Runs for three minutes, answering and acknowledging as soon as there is something to.
fn live(pair: &mut Pair, status: u16) {
    let mut invite = None;
    for _ in 0..18_000 {
        pair.run(10);
        if invite.is_none() {
            invite = pair
                .server_heard
                .iter()
                .any(|heard| matches!(heard, Output::Request { .. }))
                .then(|| pair.answer(status));
        }
        let unacknowledged = pair.client_heard.iter().rev().find_map(|heard| match heard {
            TransactionOutput::Response { key, response } if response.is_success() => Some(*key),
            _ => None,
        });
        let acknowledged = pair.wire.iter().any(|line| line.contains("> ACK"));
        if let Some(key) = unacknowledged.filter(|_| !acknowledged && pair.wire[0].contains("INVITE")) {
            pair.acknowledge(key);
        }
    }
}

fn count(heard: &[Output], what: &str) -> usize {
    names(heard).iter().filter(|name| name.starts_with(what)).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_udp(
        lost in prop::collection::btree_set(0usize..24, 0..16),
        status in prop::sample::select(vec![200u16, 486]),
        method in prop::sample::select(vec![Method::Invite, Method::Bye]),
    ) {
        let mut pair = Pair::over("UDP").losing(lost);
        pair.request(pair.make(method, "z9hG4bKone", 1));
        live(&mut pair, status);
        prop_assert!(pair.client.is_empty() && pair.server.is_empty());
        prop_assert!(count(&pair.server_heard, "Request") <= 1);
        prop_assert_eq!(count(&pair.server_heard, "Request"), count(&pair.server_heard, "Ended"));
        prop_assert_eq!(count(&pair.client_heard, "Ended"), 1);
        let finals = count(&pair.client_heard, &format!("Response {status}"));
        prop_assert_eq!(finals + count(&pair.client_heard, "Timeout"), 1, "{:?}", pair.wire);
        prop_assert_eq!(count(&pair.server_heard, "Stray") + count(&pair.client_heard, "Stray"), 0);
    }
}
