//! Reading SIP messages beside other Rust parsers: nanoseconds and allocations. Prints rows as JSON, one array.
#![forbid(unsafe_code)]

mod ours;
mod peers;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is read, text by text.
struct Parser {
    name: &'static str,
    version: &'static str,
    /// The message, and the five headers that every user agent needs, typed.
    typed: fn(&str),
    /// The message alone.
    envelope: fn(&str),
}

/// The texts whose mean is given: a registration, a call offered, answered, ended.
const MESSAGES: [(&str, &str); 4] = [
    ("REGISTER", include_str!("../../../crates/sip/tests/messages/register.sip")),
    ("INVITE", include_str!("../../../crates/sip/tests/messages/invite.sip")),
    ("200", include_str!("../../../crates/sip/tests/messages/invite-200.sip")),
    ("BYE", include_str!("../../../crates/sip/tests/messages/bye.sip")),
];

/// Rounds, in each of which everybody has a turn: what disturbs the machine disturbs all. Short ones, so that most are not
/// disturbed.
const ROUNDS: usize = 1201;
const TURN: Duration = Duration::from_micros(200);

fn main() {
    let parsers: Vec<Parser> = std::iter::once(ours::PARSER).chain(peers::ALL).collect();
    let mut rows = Vec::new();
    for (what, envelope) in [("parse with typed headers", false), ("envelope only", true)] {
        let means = time(&parsers, envelope);
        let (best, best_mean) =
            (1..parsers.len()).map(|at| (at, means[at])).min_by(|a, b| a.1.total_cmp(&b.1)).expect("peers");
        for (at, parser) in parsers.iter().enumerate().skip(1) {
            rows.push(row(
                &format!("sip: {what}{}", if at == best { ", the best peer" } else { "" }),
                means[0],
                "ns",
                parser,
                means[at],
            ));
        }
        eprintln!("{what}: {:.0} ns, {:.1} times faster than {}", means[0], best_mean / means[0], parsers[best].name);
    }
    for parser in &parsers[1..] {
        rows.push(row(
            "sip: allocations of a message with typed headers",
            allocations(&parsers[0]),
            "",
            parser,
            allocations(parser),
        ));
    }
    println!("[{}]", rows.join(",\n"));
}

/// For each parser the mean of the messages' medians, in ns.
fn time(parsers: &[Parser], envelope: bool) -> Vec<f64> {
    let mut samples = vec![vec![Vec::new(); MESSAGES.len()]; parsers.len()];
    for _ in 0..ROUNDS {
        for (at, parser) in parsers.iter().enumerate() {
            let read = if envelope { parser.envelope } else { parser.typed };
            for (message, (_, text)) in MESSAGES.iter().enumerate() {
                samples[at][message].push(turn(read, text));
            }
        }
    }
    samples
        .into_iter()
        .map(|messages| messages.into_iter().map(median).sum::<f64>() / MESSAGES.len() as f64)
        .collect()
}

/// ns for one message, in one turn.
fn turn(read: fn(&str), text: &str) -> f64 {
    let start = Instant::now();
    let mut count = 0u32;
    while start.elapsed() < TURN {
        for _ in 0..8 {
            read(std::hint::black_box(text));
        }
        count += 8;
    }
    start.elapsed().as_nanos() as f64 / f64::from(count)
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Mean of the messages, the copy of the text that a parser keeps included.
fn allocations(parser: &Parser) -> f64 {
    let region = Region::new(ALLOCATOR);
    for (_, text) in MESSAGES {
        (parser.typed)(text);
    }
    let change = region.change();
    (change.allocations + change.reallocations) as f64 / MESSAGES.len() as f64
}

fn row(name: &str, value: f64, unit: &str, peer: &Parser, peer_value: f64) -> String {
    let round = |value: f64| (value * 10.0).round() / 10.0;
    format!(
        r#"{{"name":"{name}","value":{},"unit":"{unit}","peer":"{} {}","peer_value":{},"ratio":{:.3}}}"#,
        round(value),
        peer.name,
        peer.version,
        round(peer_value),
        value / peer_value
    )
}
