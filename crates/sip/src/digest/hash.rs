//! The hashes of digest authentication, in loops: in the browser a hash that is unrolled weighs more than all the rest of
//! it, and what is hashed is short. They are compared with RustCrypto's in `tests/hashes.rs`.

use alloc::vec::Vec;

/// A table of constants. In the browser 256 bytes that nothing compresses weigh more than what computes them.
macro_rules! table {
    ($words:ident) => {
        if cfg!(target_family = "wasm") { $words() } else { const { $words() } }
    };
}

/// RFC 1321.
pub(super) fn md5(pieces: &[&str]) -> Vec<u8> {
    let start = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0, 0, 0, 0];
    let mut digest = digest(pieces, false, start, table!(sines), |state, words, table| {
        const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
        let [a, b, c, d, ..] = state;
        for (i, k) in table.iter().enumerate() {
            let (mixed, word) = match i >> 4 {
                0 => (*b & *c | !*b & *d, i),
                1 => (*d & *b | !*d & *c, 5 * i + 1),
                2 => (*b ^ *c ^ *d, 3 * i + 5),
                _ => (*c ^ (*b | !*d), 7 * i),
            };
            let sum = a.wrapping_add(mixed).wrapping_add(*k).wrapping_add(words[word & 15]);
            (*a, *d, *c) = (*d, *c, *b);
            *b = b.wrapping_add(sum.rotate_left(SHIFTS[i >> 4 & 3][i & 3]));
        }
    });
    digest.truncate(16);
    digest
}

/// RFC 6234 §6.1, §6.2.
pub(crate) fn sha256(pieces: &[&str]) -> Vec<u8> {
    digest(pieces, true, SHA256_START, table!(cube_roots), |s, words, table| {
        for (i, k) in table.iter().enumerate() {
            if i >= 16 {
                let (x, y) = (words[(i + 1) & 15], words[(i + 14) & 15]);
                let x = x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3;
                let y = y.rotate_right(17) ^ y.rotate_right(19) ^ y >> 10;
                let more = x.wrapping_add(words[(i + 9) & 15]).wrapping_add(y);
                words[i & 15] = words[i & 15].wrapping_add(more);
            }
            let [a, b, c, _, e, f, g, h] = *s;
            let first = (e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
                .wrapping_add(e & f ^ !e & g)
                .wrapping_add(h)
                .wrapping_add(*k)
                .wrapping_add(words[i & 15]);
            let second = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22))
                .wrapping_add(a & b ^ a & c ^ b & c);
            s.copy_within(..7, 1);
            s[4] = s[4].wrapping_add(first);
            s[0] = first.wrapping_add(second);
        }
    })
}

/// Mixes blocks of sixteen words into a state, one after the other; bytes are in words as `big_endian` says.
fn digest(
    pieces: &[&str],
    big_endian: bool,
    mut state: [u32; 8],
    table: [u32; 64],
    mix: fn(&mut [u32; 8], &mut [u32; 16], &[u32; 64]),
) -> Vec<u8> {
    let order = |word: u32| if big_endian { word.swap_bytes() } else { word };
    let mut data = padded(pieces, 64, big_endian);
    for block in data.as_chunks::<64>().0 {
        let mut words = [0; 16];
        for (at, bytes) in block.as_chunks().0.iter().enumerate() {
            words[at & 15] = order(u32::from_le_bytes(*bytes));
        }
        let before = state;
        mix(&mut state, &mut words, &table);
        for (at, add) in before.iter().enumerate() {
            state[at & 7] = state[at & 7].wrapping_add(*add);
        }
    }
    data.clear();
    for word in &state {
        data.extend_from_slice(&order(*word).to_le_bytes());
    }
    data
}

/// RFC 6234 §6.3, §6.4, with the start and the length of FIPS 180-4 §5.3.6.2.
#[cfg(feature = "sha-512-256")]
pub(super) fn sha512_256(pieces: &[&str]) -> Vec<u8> {
    let data = padded(pieces, 128, true);
    let mut state = SHA512_256_START;
    for block in data.chunks_exact(128) {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        let mut s = state;
        for (i, k) in table!(long_cube_roots).iter().enumerate() {
            if i >= 16 {
                let (x, y) = (words[(i + 1) & 15], words[(i + 14) & 15]);
                let x = x.rotate_right(1) ^ x.rotate_right(8) ^ x >> 7;
                let y = y.rotate_right(19) ^ y.rotate_right(61) ^ y >> 6;
                let more = x.wrapping_add(words[(i + 9) & 15]).wrapping_add(y);
                words[i & 15] = words[i & 15].wrapping_add(more);
            }
            let [a, b, c, _, e, f, g, h] = s;
            let first = (e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41))
                .wrapping_add(e & f ^ !e & g)
                .wrapping_add(h)
                .wrapping_add(*k)
                .wrapping_add(words[i & 15]);
            let second = (a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39))
                .wrapping_add(a & b ^ a & c ^ b & c);
            s.copy_within(..7, 1);
            s[4] = s[4].wrapping_add(first);
            s[0] = first.wrapping_add(second);
        }
        for (word, add) in state.iter_mut().zip(s) {
            *word = word.wrapping_add(add);
        }
    }
    state.iter().take(4).flat_map(|word| word.to_be_bytes()).collect()
}

/// The pieces joined with colons and filled up to whole blocks, whose last eight bytes are their length in bits.
fn padded(pieces: &[&str], block: usize, big_endian: bool) -> Vec<u8> {
    let mut data = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            data.push(b':');
        }
        data.extend_from_slice(piece.as_bytes());
    }
    let bits = data.len() as u64 * 8;
    data.push(0x80);
    // The length takes an eighth of a block; more than its last eight bytes it never needs.
    let least = data.len() + block / 8;
    data.resize(least.next_multiple_of(block) - 8, 0);
    data.extend_from_slice(&if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() });
    data
}

/// The sines of 1 to 64, in parts of 2³².
const fn sines() -> [u32; 64] {
    const SIN_1: f64 = 0.841_470_984_807_896_5;
    const COS_1: f64 = 0.540_302_305_868_139_8;
    let mut words = [0; 64];
    let (mut sine, mut cosine) = (0.0, 1.0);
    let mut i = 0;
    while i < words.len() {
        (sine, cosine) = (sine * COS_1 + cosine * SIN_1, cosine * COS_1 - sine * SIN_1);
        words[i] = (f64::abs(sine) * PARTS) as u32;
        i += 1;
    }
    words
}

const PARTS: f64 = (1u64 << 32) as f64;

/// The square roots' fractions of the first eight primes.
const SHA256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The cube roots' fractions of the first 64 primes, in parts of 2³².
const fn cube_roots() -> [u32; 64] {
    let mut words = [0; 64];
    let (mut i, mut number) = (0, 2);
    while i < words.len() {
        if is_prime(number) {
            words[i] = (cube_root(number) * PARTS) as u64 as u32;
            i += 1;
        }
        number += 1;
    }
    words
}

const fn is_prime(number: u32) -> bool {
    let mut divisor = 2;
    while !number.is_multiple_of(divisor) {
        divisor += 1;
    }
    divisor == number
}

/// By Newton's method: nine steps are enough for the largest.
const fn cube_root(number: u32) -> f64 {
    let (mut root, mut steps) = (4.0, 0);
    while steps < 9 {
        root -= (root - number as f64 / (root * root)) / 3.0;
        steps += 1;
    }
    root
}

/// The square roots' fractions of the first eight primes, as FIPS 180-4 §5.3.6 has them changed for this length.
#[cfg(feature = "sha-512-256")]
const SHA512_256_START: [u64; 8] = [
    0x2231_2194_fc2b_f72c,
    0x9f55_5fa3_c84c_64c2,
    0x2393_b86b_6f53_b151,
    0x9638_7719_5940_eabd,
    0x9628_3ee2_a88e_ffe3,
    0xbe5e_1e25_5386_3992,
    0x2b01_99fc_2c85_b8aa,
    0x0eb7_2ddc_81c5_2ca2,
];

/// The cube roots' fractions of the first 80 primes, in parts of 2⁶⁴.
#[cfg(feature = "sha-512-256")]
const fn long_cube_roots() -> [u64; 80] {
    let mut words = [0; 80];
    let (mut i, mut number) = (0, 2);
    while i < words.len() {
        if is_prime(number) {
            words[i] = long_cube_root(number);
            i += 1;
        }
        number += 1;
    }
    words
}

/// The fraction of a cube root, with fourteen bits more than floating point has.
#[cfg(feature = "sha-512-256")]
const fn long_cube_root(number: u32) -> u64 {
    const START: f64 = (1u64 << 22) as f64;
    // 22 bits of the fraction, cubed, are exact, and so is what they lack: it has less than 64 bits, and the number itself,
    // in parts of 2⁶⁶, none of these.
    let start = (cube_root(number) * START) as u64;
    let lack = start.wrapping_pow(3).wrapping_neg() as f64 / (START * START * START);
    let near = start as f64 / START;
    // (near + rest)³ = near³ + lack
    let (mut rest, mut steps) = (0.0, 0);
    while steps < 4 {
        rest = lack / (3.0 * near * (near + rest) + rest * rest);
        steps += 1;
    }
    (start << 42).wrapping_add((rest * PARTS * PARTS) as u64)
}
