//! A little of what `cargo xtask fuzz` tries for long: the same seeds and the same mutations every time.

use headset_fuzz::TARGETS;
use headset_sip::Entropy;
use std::path::Path;

/// Inputs for each seed.
const ROUNDS: usize = 60;
const LENGTH_MAX: usize = 2048;

fn below(entropy: &mut Entropy, count: usize) -> usize {
    entropy.jitter(count.max(1) as u64 - 1) as usize
}

/// One change of the kinds that libFuzzer makes.
fn mutate(entropy: &mut Entropy, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = below(entropy, input.len() + 1);
    match below(entropy, 6) {
        0 if at < input.len() => input[at] = entropy.next_u32() as u8,
        1 if at < input.len() => input[at] ^= 1 << below(entropy, 8),
        2 if at < input.len() => drop(input.drain(at..(at + 1 + below(entropy, 8)).min(input.len()))),
        3 => {
            let other = &seeds[below(entropy, seeds.len())];
            let from = below(entropy, other.len());
            let piece = other[from..].iter().take(below(entropy, 64)).copied();
            drop(input.splice(at..at, piece));
        }
        4 => {
            let words: [&[u8]; 8] =
                [b"\r\n", b";", b",", b"\"", b"%", b"<sip:", b"4294967296", "ж".as_bytes()];
            let word = words[below(entropy, words.len())].iter().copied();
            drop(input.splice(at..at, word));
        }
        _ => {
            let bytes: Vec<u8> = (0..below(entropy, 32)).map(|_| entropy.next_u32() as u8).collect();
            drop(input.splice(at..at, bytes));
        }
    }
    input.truncate(LENGTH_MAX);
}

#[test]
fn seeds_and_what_is_near_them_break_nothing() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
        let entries = std::fs::read_dir(&folder).expect("a folder of seeds");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("a seed").path()).collect();
        files.sort();
        let seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a seed")).collect();
        assert!(seeds.len() >= 3, "{name} has seeds");
        let mut entropy = Entropy::new([42; 32]);
        for seed in &seeds {
            target(seed);
            for _ in 0..ROUNDS {
                let mut input = seed.clone();
                for _ in 0..=below(&mut entropy, 8) {
                    mutate(&mut entropy, &mut input, &seeds);
                }
                target(&input);
            }
        }
    }
}
