//! When to try again after a failure.

use core::time::Duration;
use headset_sip::{Entropy, Time};

const FIRST: Duration = Duration::from_millis(500);
/// While trouble is young somebody is waiting for it to pass.
const CAP_EARLY: Duration = Duration::from_secs(3);
const CAP_LATE: Duration = Duration::from_secs(30);
const EARLY: Duration = Duration::from_secs(5 * 60);
/// A server cannot send a client away for longer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(5 * 60);

/// Doubling delays with jitter, capped at 3 s for the first five minutes of trouble and at 30 s later.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    since: Option<Time>,
}

impl Backoff {
    /// The delay before the next attempt, after one more failure. `retry_after` is the least that the server asked for.
    pub(crate) fn next(
        &mut self,
        now: Time,
        entropy: &mut Entropy,
        retry_after: Option<Duration>,
    ) -> Duration {
        let since = *self.since.get_or_insert(now);
        let cap = if now.since(since) < EARLY { CAP_EARLY } else { CAP_LATE };
        let delay = FIRST.saturating_mul(1 << self.failures.min(8)).min(cap);
        self.failures = self.failures.saturating_add(1);
        match retry_after {
            // Later rather than earlier than asked, and not all clients in the same instant.
            Some(asked) => {
                let asked = asked.min(RETRY_AFTER_MAX).max(delay);
                asked + jitter(entropy, asked / 8)
            }
            None => delay / 2 + jitter(entropy, delay / 2),
        }
    }

    /// It works again.
    pub(crate) fn reset(&mut self) {
        *self = Backoff::default();
    }
}

fn jitter(entropy: &mut Entropy, range: Duration) -> Duration {
    Duration::from_millis(entropy.jitter(range.as_millis() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_three_seconds_and_after_five_minutes_to_thirty() {
        let mut entropy = Entropy::new([1; 32]);
        let mut backoff = Backoff::default();
        let mut now = Time(0);
        let mut longest = Duration::ZERO;
        assert!(backoff.next(now, &mut entropy, None) <= Duration::from_millis(500));
        while now < Time(290_000) {
            let delay = backoff.next(now, &mut entropy, None);
            longest = longest.max(delay);
            now += delay;
        }
        assert!(longest > Duration::from_secs(2) && longest <= CAP_EARLY, "{longest:?}");
        now += EARLY;
        let late = (0..20).map(|_| backoff.next(now, &mut entropy, None)).max();
        assert!(late > Some(Duration::from_secs(15)) && late <= Some(CAP_LATE), "{late:?}");
        backoff.reset();
        assert!(backoff.next(now, &mut entropy, None) <= Duration::from_millis(500));
    }

    #[test]
    fn two_clients_do_not_come_back_in_the_same_instant() {
        let delays = |seed| {
            let mut entropy = Entropy::new([seed; 32]);
            let mut backoff = Backoff::default();
            [0; 4].map(|_| backoff.next(Time(0), &mut entropy, None))
        };
        assert_ne!(delays(1), delays(2));
    }

    #[test]
    fn retry_after_is_waited_out_but_not_for_ever() {
        let mut entropy = Entropy::new([1; 32]);
        let ask = |entropy: &mut Entropy, s| {
            Backoff::default().next(Time(0), entropy, Some(Duration::from_secs(s)))
        };
        let delay = ask(&mut entropy, 20);
        assert!(delay >= Duration::from_secs(20) && delay <= Duration::from_secs(23), "{delay:?}");
        assert!(ask(&mut entropy, u64::MAX) < Duration::from_secs(400));
    }
}
