use crate::message::push_digit;
use crate::text::push_uuid;
use alloc::string::String;

/// A stream of random numbers from a seed (ChaCha20, RFC 8439): unguessable where the seed is, repeatable in tests.
#[derive(Clone)]
pub struct Entropy {
    /// What the next block is made from: constants, the key, the counter, the nonce.
    start: [u32; 16],
    block: [u32; 16],
    /// The next unused word of `block`.
    next: usize,
}

impl Entropy {
    /// A generator for this seed.
    pub fn new(seed: [u8; 32]) -> Entropy {
        let mut start =
            [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for (at, bytes) in seed.as_chunks().0.iter().enumerate() {
            start[4 + (at & 7)] = u32::from_le_bytes(*bytes);
        }
        Entropy { start, block: [0; 16], next: 16 }
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == 16 {
            self.block = chacha20_block(&self.start);
            let (low, carry) = self.start[12].overflowing_add(1);
            self.start[12] = low;
            self.start[13] = self.start[13].wrapping_add(carry.into());
            self.next = 0;
        }
        let word = self.block[self.next];
        self.next += 1;
        word
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
    }

    /// `length` characters of `a-z0-9`, some 5 bits each.
    pub fn token(&mut self, length: usize) -> String {
        let mut token = String::with_capacity(length);
        for _ in 0..length {
            push_digit(&mut token, ALPHANUMERIC, self.below(36) as usize);
        }
        token
    }

    /// A Via branch: the magic cookie and 82 random bits (RFC 3261 §8.1.1.7).
    pub fn branch(&mut self) -> String {
        let mut branch = String::from("z9hG4bK");
        branch.push_str(&self.token(16));
        branch
    }

    /// A version 4 UUID in its usual form (RFC 9562 §5.4).
    pub fn uuid(&mut self) -> String {
        let mut text = String::with_capacity(36);
        push_uuid(&mut text, &[self.next_u64(), self.next_u64()], 4);
        text
    }

    /// Anything from 0 to `range_ms`, both included.
    pub fn jitter(&mut self, range_ms: u64) -> u64 {
        let random = self.next_u64();
        let Some(count) = range_ms.checked_add(1) else { return random };
        if count >> 32 != 0 {
            return random % count;
        }
        // The upper half of random times count, without 128-bit arithmetic, for the browser's sake.
        let low = ((random & 0xffff_ffff) * count) >> 32;
        ((random >> 32) * count + low) >> 32
    }

    fn below(&mut self, count: u32) -> u32 {
        ((u64::from(self.next_u32()) * u64::from(count)) >> 32) as u32
    }
}

impl core::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The key would give away every token to come.
        f.write_str("Entropy")
    }
}

const ALPHANUMERIC: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// The words of each quarter round: four columns, then four diagonals.
static ROUNDS: [[u8; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

fn chacha20_block(start: &[u32; 16]) -> [u32; 16] {
    let mut state = *start;
    for _ in 0..10 {
        for &[mut a, mut b, mut c, mut d] in &ROUNDS {
            for &bits in &[16, 12, 8, 7] {
                let (a_, b_, d_) = (usize::from(a & 15), usize::from(b & 15), usize::from(d & 15));
                state[a_] = state[a_].wrapping_add(state[b_]);
                state[d_] = (state[d_] ^ state[a_]).rotate_left(bits);
                (a, b, c, d) = (c, d, a, b);
            }
        }
    }
    for (at, start) in start.iter().enumerate() {
        state[at & 15] = state[at & 15].wrapping_add(*start);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn the_keystream_is_chacha20s() {
        // RFC 8439 §A.1, test vector 1: zero key, zero nonce, counter 0.
        let block = chacha20_block(&Entropy::new([0; 32]).start);
        assert_eq!(block[..4], [0xade0_b876, 0x903d_f1a0, 0xe56a_5d40, 0x28bd_8653]);
        assert_eq!(block[15], 0x8665_eeb2);
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let (mut a, mut b, mut c) = (Entropy::new([7; 32]), Entropy::new([7; 32]), Entropy::new([8; 32]));
        assert_eq!(a.branch(), b.branch());
        assert_ne!(a.branch(), c.branch());
    }

    #[test]
    fn tokens_do_not_repeat_and_have_their_shape() {
        let mut entropy = Entropy::new([1; 32]);
        let tokens: BTreeSet<_> = (0..1000).map(|_| entropy.token(10)).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(
            tokens.iter().all(|t| t.len() == 10 && t.bytes().all(|b| ALPHANUMERIC.as_bytes().contains(&b)))
        );
        let branch = entropy.branch();
        assert!(branch.starts_with("z9hG4bK") && branch.len() == 23);
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        let mut entropy = Entropy::new([2; 32]);
        for _ in 0..50 {
            let uuid = entropy.uuid();
            let parts: alloc::vec::Vec<_> = uuid.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "{uuid}");
            assert_eq!(&uuid[14..15], "4");
            assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
        }
    }

    #[test]
    fn jitter_stays_in_its_range_and_reaches_its_ends() {
        let mut entropy = Entropy::new([3; 32]);
        let seen: BTreeSet<_> = (0..200).map(|_| entropy.jitter(3)).collect();
        assert_eq!(seen.into_iter().collect::<alloc::vec::Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(entropy.jitter(0), 0);
        entropy.jitter(u64::MAX);
    }
}
