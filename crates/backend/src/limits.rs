//! How often something may happen within a window; in memory, with a bound on what is remembered.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Keys remembered at once. When they are more, those whose window is over are forgotten, then the oldest.
const REMEMBERED: usize = 100_000;

/// Counts by key; a window begins with the first count and forgets all of it at its end.
#[derive(Debug)]
pub(crate) struct Limiter<K> {
    most: u32,
    window: Duration,
    counts: Mutex<HashMap<K, Count>>,
}

#[derive(Debug)]
struct Count {
    since: Instant,
    times: u32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    pub(crate) fn new(most: u32, window: Duration) -> Self {
        Self { most, window, counts: Mutex::default() }
    }

    /// Counts once more, or says how long to wait.
    pub(crate) fn count(&self, key: &K) -> Result<(), Duration> {
        let now = Instant::now();
        let mut counts = self.counts();
        self.refused(&counts, key, now)?;
        if counts.len() >= REMEMBERED && !counts.contains_key(key) {
            self.forget_some(&mut counts, now);
        }
        let count = counts.entry(key.clone()).or_insert(Count { since: now, times: 0 });
        if now.duration_since(count.since) >= self.window {
            *count = Count { since: now, times: 0 };
        }
        count.times = count.times.saturating_add(1);
        Ok(())
    }

    /// Whether one more would be too many, without counting it.
    pub(crate) fn check(&self, key: &K) -> Result<(), Duration> {
        self.refused(&self.counts(), key, Instant::now())
    }

    /// Starts anew.
    pub(crate) fn forgive(&self, key: &K) {
        self.counts().remove(key);
    }

    fn refused(&self, counts: &HashMap<K, Count>, key: &K, now: Instant) -> Result<(), Duration> {
        let Some(count) = counts.get(key) else { return Ok(()) };
        let left = (count.since + self.window).saturating_duration_since(now);
        if count.times >= self.most && !left.is_zero() { Err(left) } else { Ok(()) }
    }

    fn forget_some(&self, counts: &mut HashMap<K, Count>, now: Instant) {
        counts.retain(|_, count| now.duration_since(count.since) < self.window);
        if counts.len() >= REMEMBERED {
            let oldest = counts.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                counts.remove(&oldest);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<K, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn too_many_wait_for_the_windows_end_and_others_do_not() {
        let limiter = Limiter::new(3, Duration::from_secs(60));
        for _ in 0..3 {
            limiter.count(&"anna").expect("not too many");
        }
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(limiter.count(&"anna"), Err(Duration::from_secs(40)));
        limiter.count(&"boris").expect("another key");
        tokio::time::advance(Duration::from_secs(40)).await;
        limiter.check(&"anna").expect("a new window");
        for _ in 0..3 {
            limiter.count(&"anna").expect("a new window");
        }
        limiter.check(&"anna").expect_err("too many again");
        limiter.forgive(&"anna");
        limiter.count(&"anna").expect("forgiven");
    }
}
