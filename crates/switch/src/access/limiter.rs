//! Wrong answers are counted, and too many are refused for a while.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use headset_sip::Time;

/// Failures are counted in windows that begin with the first.
const WINDOW: Duration = Duration::from_secs(60);
/// Pairs that are remembered. Beyond, the oldest window is forgotten: its address still counts.
const MAX_REMEMBERED: usize = 10_000;

/// Counts failures per (login, address), and with a far higher bound per address.
#[derive(Debug)]
pub(super) struct Limiter {
    per_login: u32,
    per_address: u32,
    logins: BTreeMap<(IpAddr, String), Failures>,
    addresses: BTreeMap<IpAddr, Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Time,
    count: u32,
}

impl Limiter {
    pub(super) fn new(per_login: u32, per_address: u32) -> Self {
        Self { per_login, per_address, logins: BTreeMap::new(), addresses: BTreeMap::new() }
    }

    pub(super) fn failed(&mut self, now: Time, login: &str, address: IpAddr) {
        count(&mut self.logins, now, (address, login.to_owned()));
        count(&mut self.addresses, now, address);
    }

    pub(super) fn succeeded(&mut self, login: &str, address: IpAddr) {
        self.logins.remove(&(address, login.to_owned()));
    }

    /// Until when this pair is refused, whatever it answers.
    pub(super) fn refused_until(&self, now: Time, login: &str, address: IpAddr) -> Option<Time> {
        let of_login = self.logins.get(&(address, login.to_owned()));
        let of_address = self.addresses.get(&address);
        [(of_login, self.per_login), (of_address, self.per_address)]
            .into_iter()
            .filter_map(|(failures, limit)| failures.filter(|f| f.count >= limit))
            .map(|failures| failures.since + WINDOW)
            .filter(|until| *until > now)
            .max()
    }
}

fn count<K: Ord + Clone>(failures: &mut BTreeMap<K, Failures>, now: Time, key: K) {
    if failures.len() >= MAX_REMEMBERED && !failures.contains_key(&key) {
        failures.retain(|_, f| f.since + WINDOW > now);
        if failures.len() >= MAX_REMEMBERED
            && let Some(oldest) = failures.iter().min_by_key(|(_, f)| f.since).map(|(key, _)| key.clone())
        {
            failures.remove(&oldest);
        }
    }
    let entry = failures.entry(key).or_insert(Failures { since: now, count: 0 });
    if entry.since + WINDOW <= now {
        *entry = Failures { since: now, count: 0 };
    }
    entry.count = entry.count.saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 2));

    #[test]
    fn a_login_is_refused_from_one_address_for_the_rest_of_the_window() {
        let mut limiter = Limiter::new(3, 100);
        for second in 0..3 {
            assert_eq!(limiter.refused_until(Time(second * 1000), "anna", HERE), None);
            limiter.failed(Time(second * 1000), "anna", HERE);
        }
        assert_eq!(limiter.refused_until(Time(3_000), "anna", HERE), Some(Time(60_000)));
        assert_eq!(limiter.refused_until(Time(3_000), "anna", THERE), None);
        assert_eq!(limiter.refused_until(Time(3_000), "boris", HERE), None);
        assert_eq!(limiter.refused_until(Time(60_000), "anna", HERE), None);
    }

    #[test]
    fn an_address_that_tries_many_logins_is_refused_too() {
        let mut limiter = Limiter::new(3, 5);
        for n in 0..5 {
            limiter.failed(Time(0), &format!("login{n}"), HERE);
        }
        assert!(limiter.refused_until(Time(1), "someone", HERE).is_some());
    }

    #[test]
    fn a_success_forgives_a_login_its_failures() {
        let mut limiter = Limiter::new(2, 100);
        limiter.failed(Time(0), "anna", HERE);
        limiter.succeeded("anna", HERE);
        limiter.failed(Time(1), "anna", HERE);
        assert_eq!(limiter.refused_until(Time(2), "anna", HERE), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut limiter = Limiter::new(3, u32::MAX);
        for n in 0..MAX_REMEMBERED + 50 {
            limiter.failed(Time(0), &n.to_string(), HERE);
        }
        assert_eq!(limiter.logins.len(), MAX_REMEMBERED);
    }
}
