//! The data directory: database, lock, control socket, own secret.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use headset_backend::{Secret, random_token};

/// The data directory.
#[derive(Clone, Debug)]
pub(crate) struct Data(PathBuf);

/// While it is kept, no other process works in the directory. A killed process lets go of it.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code)] File);

/// What is wrong with the data directory.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    #[error("{0}: another headset runs in this data directory")]
    Taken(PathBuf),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0}: the secret must have at least 16 characters")]
    ShortSecret(PathBuf),
    #[error(transparent)]
    Backend(#[from] headset_backend::Error),
}

impl Data {
    /// Names it, without touching it.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Makes it where needed, for this user alone, and locks it.
    pub(crate) fn lock(&self) -> Result<Lock, DataError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.map_err(|source| DataError::Io { path: self.0.clone(), source })?;
        let path = self.0.join("lock");
        let io = |source| DataError::Io { path: path.clone(), source };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                self.keep_private().map_err(|source| DataError::Io { path: self.database(), source })?;
                Ok(Lock(file))
            }
            Err(TryLockError::WouldBlock) => Err(DataError::Taken(self.0.clone())),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }

    /// The database is this user's alone also in a directory that others may read: SQLite gives its other files the
    /// same mode.
    fn keep_private(&self) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.database()).map(drop)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("headset.db")
    }

    pub(crate) fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// The secret of this data directory, made at the first start.
    pub(crate) fn own_secret(&self) -> Result<Secret, DataError> {
        let path = self.0.join("secret");
        if path.exists() {
            return read_secret(&path);
        }
        let secret = random_token()?;
        let io = |source| DataError::Io { path: path.clone(), source };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(io)?;
        writeln!(file, "{secret}").and_then(|()| file.sync_all()).map_err(io)?;
        Ok(Secret::new(secret))
    }
}

/// The first line of a file.
pub(crate) fn read_secret(path: &Path) -> Result<Secret, DataError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| DataError::Io { path: path.to_owned(), source })?;
    let secret = text.lines().next().unwrap_or_default().trim();
    if secret.len() < 16 {
        return Err(DataError::ShortSecret(path.to_owned()));
    }
    Ok(Secret::new(secret))
}
