//! argon2id, off the async threads and never more at once than the machine has room for.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::Error;

/// OWASP's choice with most memory. More than 32 MiB, glibc gives memory back to the system as soon as it is free; of
/// less, each thread would keep what it once had.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;

/// Hashes and checks passwords. Each takes 46 MiB and tens of milliseconds while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    room: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { room: Arc::new(Semaphore::new(cores.clamp(1, 8))) }
    }

    /// The PHC string that is stored for a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || hash(&password)).await?
    }

    /// Whether `password` is the one that `stored` was made of. Without a stored hash it takes as long and says no,
    /// so that the time tells nobody which logins exist.
    pub(crate) async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Error> {
        self.run(move || match &stored {
            Some(stored) => verify(&password, stored),
            None => {
                verify(&password, nobodys_hash());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Error::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            let _room = room;
            work()
        });
        done.await.map_err(|_| Error::Stopping)
    }
}

fn hash(password: &str) -> Result<String, Error> {
    const REFUSED: Error = Error::BadPassword("it could not be hashed");
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| REFUSED)?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| REFUSED)
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("nobody has this password").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_taken_and_nobody_has_none() {
        let passwords = Passwords::new();
        let stored = passwords.hash("correct horse".into()).await.expect("hashed");
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(passwords.verify("correct horse".into(), Some(stored.clone())).await.expect("ran"));
        assert!(!passwords.verify("correct horsf".into(), Some(stored)).await.expect("ran"));
        assert!(!passwords.verify("nobody has this password".into(), None).await.expect("ran"));
    }
}
