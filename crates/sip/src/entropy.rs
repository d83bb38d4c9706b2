use crate::digest::{hash::sha256, hexadecimal};
use crate::message::push_digit;
use crate::text::push_uuid;
use alloc::string::String;
use alloc::vec::Vec;

/// A stream of random numbers from a seed, SHA-256 of the seed and a counter: unguessable where the seed is, repeatable
/// in tests.
#[derive(Clone)]
pub struct Entropy {
    seed: String,
    /// Of the blocks that were made.
    count: u64,
    /// What is left of the last one.
    block: Vec<u8>,
}

impl Entropy {
    /// A generator for this seed.
    pub fn new(seed: [u8; 32]) -> Entropy {
        Entropy::of(&hexadecimal(&seed))
    }

    /// A generator for a seed in whatever characters.
    pub fn of(seed: &str) -> Entropy {
        Entropy { seed: seed.into(), count: 0, block: Vec::new() }
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.bits(4) as u32
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.bits(8)
    }

    fn bits(&mut self, bytes: usize) -> u64 {
        let mut bits = 0;
        for _ in 0..bytes {
            if self.block.is_empty() {
                self.count += 1;
                self.block = sha256(&[&self.seed, &hexadecimal(&self.count.to_be_bytes())]);
            }
            bits = bits << 8 | u64::from(self.block.pop().unwrap_or_default());
        }
        bits
    }

    /// `length` characters of `a-z0-9`, some 5 bits each.
    pub fn token(&mut self, length: usize) -> String {
        let mut token = String::with_capacity(length);
        for _ in 0..length {
            push_digit(&mut token, ALPHANUMERIC, ((self.bits(1) * 36) >> 8) as usize);
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
}

impl core::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The key would give away every token to come.
        f.write_str("Entropy")
    }
}

const ALPHANUMERIC: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

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
