//! Storage holds the truth. SQLite in WAL mode with `synchronous=FULL`: what was acknowledged survives `kill -9`.
//!
//! Writes go through one connection, so they are never busy with each other; reads have a few of their own.

mod accounts;
mod calls;
mod entity;
mod events;
mod migration;
mod recovery;
mod registrars;
mod sessions;
#[cfg(test)]
mod tests;
mod writes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headset_floor::WallTime;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sea_orm_migration::MigratorTrait;

use crate::error::Error;

pub(crate) use events::ClientEvent;
pub(crate) use sessions::SignedIn;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Storage {
    write: DatabaseConnection,
    read: DatabaseConnection,
    file: Arc<Path>,
}

impl Storage {
    /// Opens the database file, making it and bringing its schema up to date where needed.
    ///
    /// # Errors
    /// The file cannot be opened, or a migration failed.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        let write = connect(file, 1).await?;
        migration::Migrator::up(&write, None).await?;
        let read = connect(file, 3).await?;
        Ok(Self { write, read, file: file.into() })
    }

    /// Whether storage answers, and its file is where the next start looks for it; for `/healthz`.
    pub(crate) async fn ping(&self) -> Result<(), Error> {
        self.read.execute_unprepared("SELECT 1").await?;
        tokio::fs::metadata(&self.file).await.map_err(Error::io("the database file"))?;
        Ok(())
    }

    /// Finishes what is under way and closes the file.
    ///
    /// # Errors
    /// The database refused.
    pub async fn close(self) -> Result<(), Error> {
        self.read.close().await?;
        self.write.close().await?;
        Ok(())
    }
}

async fn connect(file: &Path, connections: u32) -> Result<DatabaseConnection, Error> {
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .in_memory(false)
                .shared_cache(false)
                .filename(&file)
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(5))
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
        });
    Ok(Database::connect(options).await?)
}

/// Storage keeps times and versions as signed numbers.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn wall(stored: i64) -> WallTime {
    WallTime(u64::try_from(stored).unwrap_or(0))
}
