//! What can go wrong in this crate, in words for whoever runs the server.

use sea_orm::DbErr;

/// The crate's error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("storage failed: {0}")]
    Storage(#[from] DbErr),
    /// A file or socket failed; the text says which.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// An account of this login exists.
    #[error("there is already an account `{0}`")]
    AccountExists(String),
    /// No account of this login exists.
    #[error("there is no account `{0}`")]
    UnknownAccount(String),
    /// No registrar of this id is configured.
    #[error("there is no registrar `{0}`; there are: {1}")]
    UnknownRegistrar(String, String),
    /// The login does not fit its form.
    #[error(
        "`{0}` is no login: 2 to 32 characters, a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit, \
         and not with `guest-`"
    )]
    BadLogin(String),
    /// The password cannot be taken.
    #[error("the password is refused: {0}")]
    BadPassword(&'static str),
    /// The display name cannot be taken.
    #[error("the display name is refused: {0}")]
    BadDisplayName(&'static str),
    /// Something stored does not make sense; the database was written by something else.
    #[error("the database holds what it should not: {0}")]
    Corrupt(String),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// The operating system gave no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
}

impl Error {
    /// An I/O error with what was being done.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
