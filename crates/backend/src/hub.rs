//! Who listens for news of which operator.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use headset_floor::{Input, Login, Push};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

use crate::floor_task::Message;

/// News that wait for one page; more, and the page is dropped.
const WAITING: usize = 32;

/// What an operator's pages are told, and what ends their streams.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Push(Push),
    /// The session with this hash was signed out.
    SessionEnded(String),
    AccountDisabled,
}

/// All open streams. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    by_login: Arc<Mutex<HashMap<Login, broadcast::Sender<News>>>>,
    floor: mpsc::UnboundedSender<Message>,
}

impl Hub {
    pub(crate) fn new(floor: mpsc::UnboundedSender<Message>) -> Self {
        Self { by_login: Arc::default(), floor }
    }

    pub(crate) fn tell(&self, login: &str, news: News) {
        if let Some(sender) = self.lock().get(login) {
            let _ = sender.send(news);
        }
    }

    pub(crate) fn subscribe(&self, login: &str) -> Subscription {
        let receiver = self
            .lock()
            .entry(login.to_owned())
            .or_insert_with(|| broadcast::Sender::new(WAITING))
            .subscribe();
        let _ = self.floor.send(Message::Input(Input::StreamOpened { login: login.to_owned() }));
        Subscription { receiver: Some(receiver), login: login.to_owned(), hub: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Login, broadcast::Sender<News>>> {
        self.by_login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open stream; dropping it tells the floor.
#[derive(Debug)]
pub(crate) struct Subscription {
    receiver: Option<broadcast::Receiver<News>>,
    login: Login,
    hub: Hub,
}

impl Subscription {
    pub(crate) async fn next(&mut self) -> Result<News, RecvError> {
        match &mut self.receiver {
            Some(receiver) => receiver.recv().await,
            None => Err(RecvError::Closed),
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.receiver = None;
        let mut by_login = self.hub.lock();
        if by_login.get(&self.login).is_some_and(|sender| sender.receiver_count() == 0) {
            by_login.remove(&self.login);
        }
        drop(by_login);
        let _ = self.hub.floor.send(Message::Input(Input::StreamClosed { login: self.login.clone() }));
    }
}
