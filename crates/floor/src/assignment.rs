//! Which registrars a client belongs to: rendezvous hashing, so that a registrar that leaves moves only
//! those who had it.

use crate::io::{Assignment, RegistrarConfig, RegistrarId, RegistrarState};

/// All registrars, and those that clients are assigned among.
#[derive(Debug)]
pub(crate) struct Registrars {
    all: Vec<RegistrarConfig>,
    /// The active ones; when none is active, those that were last.
    pool: Vec<RegistrarId>,
    per_client: usize,
}

impl Registrars {
    pub(crate) fn new(all: Vec<RegistrarConfig>, per_client: usize) -> Self {
        let pool = all.iter().map(|registrar| registrar.id.clone()).collect();
        let mut registrars = Self { all, pool, per_client: per_client.max(1) };
        registrars.refill();
        registrars
    }

    /// Adds or replaces one. `false`: nothing is different.
    pub(crate) fn change(&mut self, changed: RegistrarConfig) -> bool {
        match self.all.iter_mut().find(|known| known.id == changed.id) {
            Some(known) if *known == changed => return false,
            Some(known) => *known = changed,
            None => self.all.push(changed),
        }
        self.refill();
        true
    }

    fn refill(&mut self) {
        let active: Vec<_> = self
            .all
            .iter()
            .filter(|registrar| registrar.state == RegistrarState::Active)
            .map(|registrar| registrar.id.clone())
            .collect();
        if !active.is_empty() {
            self.pool = active;
        }
    }

    /// Depends on the registrars and the login only: the same on every node and after every restart.
    pub(crate) fn assignment(&self, login: &str) -> Assignment {
        let mut scored: Vec<(f64, &RegistrarConfig)> = self
            .all
            .iter()
            .filter(|registrar| self.pool.contains(&registrar.id))
            .map(|registrar| (score(login, registrar), registrar))
            .collect();
        scored.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.id.cmp(&other.id)));
        scored.truncate(self.per_client);
        let registrars: Vec<_> = scored.into_iter().map(|(_, registrar)| registrar.clone()).collect();
        let version = version(&registrars);
        Assignment { registrars, version }
    }
}

/// Weighted rendezvous hashing: weight ÷ −ln(a uniform number of this pair).
fn score(login: &str, registrar: &RegistrarConfig) -> f64 {
    let mut hash = Fnv::new();
    hash.text(login);
    hash.text(&registrar.id);
    // 53 bits fill a float's mantissa; the half keeps it inside (0, 1).
    let uniform = ((hash.mixed() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    if registrar.weight == 0 {
        return -1.0 / uniform; // below all that have a weight, and in an order of its own
    }
    f64::from(registrar.weight) / -uniform.ln()
}

/// Of the set: neither order, weight nor state counts, since no client moves because of them.
fn version(registrars: &[RegistrarConfig]) -> String {
    let mut set: Vec<_> = registrars.iter().collect();
    set.sort_by(|one, other| one.id.cmp(&other.id));
    let mut hash = Fnv::new();
    for registrar in set {
        hash.text(&registrar.id);
        hash.text(&registrar.uri);
        hash.text(&registrar.reg_id.to_string());
    }
    format!("{:016x}", hash.mixed())
}

/// FNV-1a with a final mix: the standard library's hasher may differ between versions.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The text and an end mark, so that "ab", "c" is not "a", "bc".
    fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn mixed(&self) -> u64 {
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn registrar(id: &str, weight: u32) -> RegistrarConfig {
        RegistrarConfig {
            id: id.to_owned(),
            uri: format!("ws://localhost/{id}"),
            weight,
            reg_id: u32::from(id.as_bytes()[1] - b'0'),
            state: RegistrarState::Active,
        }
    }

    fn ids(assignment: &Assignment) -> BTreeSet<String> {
        assignment.registrars.iter().map(|registrar| registrar.id.clone()).collect()
    }

    #[test]
    fn draining_one_of_four_moves_only_those_who_had_it_and_only_by_one() {
        let mut registrars = Registrars::new((1..=4).map(|n| registrar(&format!("r{n}"), 1)).collect(), 2);
        let logins: Vec<String> = (0..400).map(|n| format!("operator-{n}")).collect();
        let before: Vec<_> = logins.iter().map(|login| registrars.assignment(login)).collect();
        registrars.change(RegistrarConfig { state: RegistrarState::Draining, ..registrar("r2", 1) });
        let mut moved = 0;
        for (login, before) in logins.iter().zip(&before) {
            let after = registrars.assignment(login);
            let (had, has) = (ids(before), ids(&after));
            assert!(!has.contains("r2") && has.len() == 2);
            assert_eq!(had == has, before.version == after.version);
            if had.contains("r2") {
                moved += 1;
                assert_eq!(had.intersection(&has).count(), 1);
            } else {
                assert_eq!(had, has);
            }
        }
        assert!((150..250).contains(&moved), "{moved} of 400");
    }

    #[test]
    fn a_heavier_registrar_gets_its_share() {
        let registrars = Registrars::new(vec![registrar("r1", 1), registrar("r2", 3)], 1);
        let heavy =
            (0..1000).filter(|n| registrars.assignment(&format!("o{n}")).registrars[0].id == "r2").count();
        assert!((700..800).contains(&heavy), "{heavy} of 1000");
    }

    #[test]
    fn weight_nought_comes_in_only_when_the_others_are_too_few() {
        let registrars = Registrars::new(vec![registrar("r1", 0), registrar("r2", 1), registrar("r3", 1)], 2);
        assert!((0..100).all(|n| !ids(&registrars.assignment(&format!("o{n}"))).contains("r1")));
        let registrars = Registrars::new(vec![registrar("r1", 0), registrar("r2", 1)], 2);
        assert_eq!(registrars.assignment("anna").registrars.len(), 2);
    }

    #[test]
    fn when_the_last_active_one_drains_everyone_keeps_it() {
        let mut registrars = Registrars::new(vec![registrar("r1", 1), registrar("r2", 1)], 2);
        for id in ["r1", "r2"] {
            registrars.change(RegistrarConfig { state: RegistrarState::Draining, ..registrar(id, 1) });
        }
        assert_eq!(ids(&registrars.assignment("anna")), ["r2".to_owned()].into());
    }

    #[test]
    fn a_changed_weight_alone_is_no_new_version_and_a_changed_uri_is() {
        let mut registrars = Registrars::new(vec![registrar("r1", 1), registrar("r2", 1)], 2);
        let before = registrars.assignment("anna").version;
        registrars.change(registrar("r1", 7));
        assert_eq!(registrars.assignment("anna").version, before);
        registrars.change(RegistrarConfig { uri: "ws://localhost:9".to_owned(), ..registrar("r1", 7) });
        assert_ne!(registrars.assignment("anna").version, before);
    }
}
