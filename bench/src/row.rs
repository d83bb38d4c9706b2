//! One measured figure beside a peer's.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A row of the table and of the JSON file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: Cow<'static, str>,
    /// Whom it is compared with, and the version; empty where there is no peer.
    pub(crate) peer: String,
    pub(crate) peer_value: Option<f64>,
    /// `value / peer_value`: below 1 is better than the peer for every row so far.
    pub(crate) ratio: Option<f64>,
}

impl Row {
    pub(crate) fn alone(name: &str, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit: unit.into(),
            peer: String::new(),
            peer_value: None,
            ratio: None,
        }
    }

    pub(crate) fn beside(name: &str, value: f64, unit: &'static str, peer: String, peer_value: f64) -> Self {
        let ratio = (peer_value > 0.0).then(|| (value / peer_value * 1000.0).round() / 1000.0);
        Self { name: name.into(), value, unit: unit.into(), peer, peer_value: Some(peer_value), ratio }
    }
}

/// The table, for people.
pub(crate) fn print(rows: &[Row]) {
    println!("{:<52} {:>10} {:<6} {:>10} {:>7}  peer", "", "value", "unit", "peer's", "ratio");
    for row in rows {
        let peer_value = row.peer_value.map(|value| format!("{value}")).unwrap_or_default();
        let ratio = row.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        println!(
            "{:<52} {:>10} {:<6} {:>10} {:>7}  {}",
            row.name, row.value, row.unit, peer_value, ratio, row.peer
        );
    }
}
