//! When to try again after a failure.

use crate::AccountOptions;
use headset_sip::{Entropy, Time};

/// While trouble is young somebody is waiting for it to pass.
const EARLY_MS: u64 = 300_000;
/// What works for less than this is still the same trouble: a server that takes everybody and loses all again.
const STABLE_MS: u64 = 10_000;
/// A server cannot send a client away for longer (RFC 5626 §4.5: max-time).
const RETRY_AFTER_MAX_MS: u64 = 1_800_000;

/// Doubling delays with jitter (RFC 5626 §4.5, with the times of [`AccountOptions`]): the longest is shorter in the first
/// five minutes of trouble.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    since: Option<Time>,
    /// Since when it works again.
    works_since: Option<Time>,
}

impl Backoff {
    /// The delay before the next attempt in ms, after one more failure. `retry_after` is the least that the server asked
    /// for, in seconds.
    pub(crate) fn next(
        &mut self,
        now: Time,
        entropy: &mut Entropy,
        options: &AccountOptions,
        retry_after: Option<u32>,
    ) -> u64 {
        if self.works_since.take().is_some_and(|since| now.ms_since(since) >= STABLE_MS) {
            *self = Backoff::default();
        }
        let since = *self.since.get_or_insert(now);
        let early = now.ms_since(since) < EARLY_MS;
        let longest = u64::from(if early { options.retry_early_max_ms } else { options.retry_max_ms });
        let least = u64::from(options.retry_min_ms);
        // RFC 5626 §4.5: somewhere in the second half of a window that doubles with each failure.
        let window = (least << (self.failures.min(16) + 1)).min(longest);
        self.failures = self.failures.saturating_add(1);
        match retry_after {
            // RFC 3261 §20.33. Later rather than earlier than asked, and not all clients in the same instant.
            Some(asked) => {
                let asked = (u64::from(asked) * 1000).clamp(window, RETRY_AFTER_MAX_MS.max(window));
                asked + entropy.jitter(asked / 8)
            }
            None => (window / 2 + entropy.jitter(window / 2)).max(least),
        }
    }

    /// Failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// It works. If it goes on to do so, all is forgotten.
    pub(crate) fn works(&mut self, now: Time) {
        self.works_since.get_or_insert(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    fn next(backoff: &mut Backoff, now: Time, entropy: &mut Entropy) -> Duration {
        Duration::from_millis(backoff.next(now, entropy, &AccountOptions::default(), None))
    }

    #[test]
    fn delays_grow_to_three_seconds_and_after_five_minutes_to_thirty() {
        let mut entropy = Entropy::new([1; 32]);
        let mut backoff = Backoff::default();
        let mut now = Time(0);
        let mut longest = Duration::ZERO;
        assert!(next(&mut backoff, now, &mut entropy) <= Duration::from_millis(500));
        while now < Time(290_000) {
            let delay = next(&mut backoff, now, &mut entropy);
            longest = longest.max(delay);
            now += delay;
        }
        let second = Duration::from_secs(1);
        assert!(longest > 2 * second && longest <= 3 * second, "{longest:?}");
        now = now.after(EARLY_MS);
        let late = (0..20).map(|_| next(&mut backoff, now, &mut entropy)).max();
        assert!(late > Some(15 * second) && late <= Some(30 * second), "{late:?}");
        // What works for a moment is no end of trouble.
        backoff.works(now);
        now += second;
        assert!(next(&mut backoff, now, &mut entropy) > 2 * second);
        backoff.works(now);
        now += 10 * second;
        assert!(next(&mut backoff, now, &mut entropy) <= Duration::from_millis(500));
    }

    #[test]
    fn an_application_chooses_the_least_and_the_longest_wait() {
        let options = AccountOptions {
            retry_min_ms: 2_000,
            retry_early_max_ms: 6_500,
            retry_max_ms: 6_500,
            ..AccountOptions::default()
        };
        let mut entropy = Entropy::new([2; 32]);
        let mut backoff = Backoff::default();
        for round in 0..100 {
            let delay = backoff.next(Time(round * 5000), &mut entropy, &options, None);
            assert!((2_000..=6_500).contains(&delay), "{delay}");
            assert!(round > 0 || delay <= 4_000, "{delay}");
        }
        let options = AccountOptions { retry_early_max_ms: 2_000, ..options };
        for _ in 0..10 {
            let delay = Backoff::default().next(Time(0), &mut entropy, &options, None);
            assert_eq!(delay, 2_000);
        }
    }

    #[test]
    fn two_clients_do_not_come_back_in_the_same_instant() {
        let delays = |seed| {
            let mut entropy = Entropy::new([seed; 32]);
            let mut backoff = Backoff::default();
            [0; 4].map(|_| next(&mut backoff, Time(0), &mut entropy))
        };
        assert_ne!(delays(1), delays(2));
        let told = |seed| {
            Backoff::default().next(
                Time(0),
                &mut Entropy::new([seed; 32]),
                &AccountOptions::default(),
                Some(20),
            )
        };
        assert_ne!(told(1), told(2));
    }

    #[test]
    fn retry_after_is_waited_out_but_not_for_ever() {
        let mut entropy = Entropy::new([1; 32]);
        let ask = |entropy: &mut Entropy, seconds| {
            Backoff::default().next(Time(0), entropy, &AccountOptions::default(), Some(seconds))
        };
        let delay = ask(&mut entropy, 20);
        assert!((20_000..=23_000).contains(&delay), "{delay}");
        assert!(ask(&mut entropy, u32::MAX) < 2_100_000);
    }
}
