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
        for (i, k) in SHA512.iter().enumerate() {
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
    let (mut i, mut number) = (0, 2u32);
    while i < words.len() {
        let mut divisor = 2;
        while number % divisor != 0 {
            divisor += 1;
        }
        if divisor == number {
            // Newton's method: nine steps are enough for the largest.
            let (mut root, mut steps) = (4.0, 0);
            while steps < 9 {
                root -= (root - number as f64 / (root * root)) / 3.0;
                steps += 1;
            }
            words[i] = (root * PARTS) as u64 as u32;
            i += 1;
        }
        number += 1;
    }
    words
}

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

/// The cube roots' fractions of the first 80 primes.
#[cfg(feature = "sha-512-256")]
static SHA512: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];
