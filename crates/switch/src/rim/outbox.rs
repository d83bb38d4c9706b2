//! A connection's outgoing queue: bounded, so that a slow reader is closed and never grows memory.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Bytes that may wait for one connection: some large INVITEs and all the small things around them.
const MAX_BYTES: usize = 256 * 1024;

/// Written by the machine's task, read by the connection's.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
enum State {
    Open {
        frames: VecDeque<String>,
        bytes: usize,
    },
    /// The rest is still sent, then the Close frame.
    Closing {
        frames: VecDeque<String>,
        code: u16,
        reason: &'static str,
    },
    /// Too much was waiting: nobody reads at the other end.
    Overflown,
}

impl Default for State {
    fn default() -> Self {
        Self::Open { frames: VecDeque::new(), bytes: 0 }
    }
}

/// What the connection's task does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Send(String),
    Close(u16, &'static str),
    Drop,
    Nothing,
}

impl Outbox {
    /// Queues a frame. Too many waiting ends the connection instead.
    pub(super) fn push(&self, frame: String) {
        let mut state = self.lock();
        if let State::Open { frames, bytes } = &mut *state {
            if *bytes + frame.len() > MAX_BYTES {
                *state = State::Overflown;
            } else {
                *bytes += frame.len();
                frames.push_back(frame);
            }
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Sends what waits, then closes.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        let mut state = self.lock();
        if let State::Open { frames, .. } = &mut *state {
            let frames = std::mem::take(frames);
            *state = State::Closing { frames, code, reason };
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Whether the connection is to be dropped without ceremony.
    pub(super) fn is_overflown(&self) -> bool {
        matches!(*self.lock(), State::Overflown)
    }

    /// The next thing to do, without waiting.
    pub(super) fn next(&self) -> Next {
        match &mut *self.lock() {
            State::Open { frames, bytes } => match frames.pop_front() {
                Some(frame) => {
                    *bytes -= frame.len();
                    if frames.is_empty() {
                        *frames = VecDeque::new();
                    }
                    Next::Send(frame)
                }
                None => Next::Nothing,
            },
            State::Closing { frames, code, reason } => match frames.pop_front() {
                Some(frame) => Next::Send(frame),
                None => Next::Close(*code, reason),
            },
            State::Overflown => Next::Drop,
        }
    }

    /// Waits until something was queued since the last wait.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Waits until the connection is to be dropped without ceremony, or to be closed.
    pub(super) async fn ending(&self) {
        loop {
            if !matches!(*self.lock(), State::Open { .. }) {
                return;
            }
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_sent_before_the_close() {
        let outbox = Outbox::default();
        outbox.push("one".into());
        outbox.close(1001, "bye");
        outbox.push("late".into());
        assert_eq!(outbox.next(), Next::Send("one".into()));
        assert_eq!(outbox.next(), Next::Close(1001, "bye"));
    }

    #[test]
    fn a_full_queue_ends_the_connection_and_frees_its_memory() {
        let outbox = Outbox::default();
        for _ in 0..4 {
            outbox.push("x".repeat(64 * 1024));
        }
        assert!(!outbox.is_overflown());
        outbox.push("x".into());
        assert!(outbox.is_overflown());
        assert_eq!(outbox.next(), Next::Drop);
    }
}
