//! The command line's end of the control socket.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::{Answer, Request};

/// A server that does not answer within this is stuck.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// No server listens there.
    #[error("no server runs in {0}")]
    NotRunning(String),
    #[error("{0}: this user may not administer the server")]
    NotPermitted(String),
    #[error("the server did not answer: {0}")]
    NoAnswer(io::Error),
    #[error("{0}")]
    Refused(String),
}

/// Asks the server of this socket.
pub(crate) fn ask(socket: &Path, request: &Request) -> Result<Answer, AskError> {
    let shown = || socket.parent().unwrap_or(socket).display().to_string();
    let stream = UnixStream::connect(socket).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskError::NotRunning(shown()),
        io::ErrorKind::PermissionDenied => AskError::NotPermitted(socket.display().to_string()),
        _ => AskError::NoAnswer(error),
    })?;
    match exchange(stream, request).map_err(AskError::NoAnswer)? {
        Answer::Error { error } => Err(AskError::Refused(error)),
        answer => Ok(answer),
    }
}

fn exchange(mut stream: UnixStream, request: &Request) -> io::Result<Answer> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(serde_json::from_str(&answer)?)
}
