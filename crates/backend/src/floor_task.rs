//! The task that owns the floor: its inputs, its deadlines, its writes in order, its pushes and its commands.

use std::collections::HashMap;

use headset_floor::{
    Assignment, Command, Floor, FloorError, Input, Login, OperatorRecord, OperatorView, Output,
    RegistrarConfig, Report, RequestId, Snapshot, StatusChange, StatusRecord, Stored, Write, WriteId,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep_until;

use crate::clock;
use crate::error::Error;
use crate::hub::Hub;
use crate::storage::Storage;

pub(crate) use crate::hub::{News, Subscription};

/// Writes that share one transaction at most.
const BATCH: usize = 64;

/// What the rest of the server asks of the floor. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct FloorHandle {
    messages: mpsc::UnboundedSender<Message>,
    hub: Hub,
}

/// A floor at work.
#[derive(Debug)]
pub(crate) struct Running {
    pub handle: FloorHandle,
    task: JoinHandle<()>,
}

#[derive(Debug)]
pub(crate) enum Message {
    Input(Input),
    Stored(Vec<(WriteId, Stored)>),
    SetStatus { login: Login, change: StatusChange, answer: Answer },
    Desk { login: Login, answer: oneshot::Sender<Option<(StatusRecord, Assignment)>> },
    Assignment { login: Login, answer: oneshot::Sender<Assignment> },
    Operators { answer: oneshot::Sender<Vec<OperatorView>> },
    Stop,
}

type Answer = oneshot::Sender<Result<StatusRecord, FloorError>>;

/// Starts the floor on what storage holds. Commands are for the switch.
pub(crate) fn start(
    snapshot: Snapshot,
    storage: Storage,
    commands: mpsc::UnboundedSender<Command>,
) -> Running {
    let (messages, inbox) = mpsc::unbounded_channel();
    let (writes, waiting) = mpsc::unbounded_channel();
    let hub = Hub::new(messages.clone());
    let writer = tokio::spawn(write(storage, waiting, messages.clone()));
    let floor = Floor::new(snapshot, clock::now(), clock::wall());
    let task = Task { floor, writes, commands, hub: hub.clone(), asked: HashMap::new(), next_request: 0 };
    let task = tokio::spawn(async move {
        task.run(inbox).await;
        // The task's end of `writes` is gone: the writer ends when all of them are done.
        if writer.await.is_err() {
            tracing::error!("the writer broke off");
        }
    });
    Running { handle: FloorHandle { messages, hub }, task }
}

impl Running {
    /// Takes no more, finishes the writes, ends.
    pub(crate) async fn stop(self) {
        let _ = self.handle.messages.send(Message::Stop);
        if self.task.await.is_err() {
            tracing::error!("the floor broke off");
        }
    }
}

impl FloorHandle {
    /// The switch reports.
    pub(crate) fn report(&self, report: Report) {
        self.input(Input::Switch(report));
    }

    /// An operator was added or changed in storage.
    pub(crate) fn operator_changed(&self, record: OperatorRecord) {
        if !record.enabled {
            self.hub.tell(&record.login, News::AccountDisabled);
        }
        self.input(Input::OperatorChanged(record));
    }

    /// A registrar was drained or activated in storage.
    pub(crate) fn registrar_changed(&self, registrar: RegistrarConfig) {
        self.input(Input::RegistrarChanged(registrar));
    }

    /// Ends the streams of a session.
    pub(crate) fn session_ended(&self, login: &str, id_hash: String) {
        self.hub.tell(login, News::SessionEnded(id_hash));
    }

    /// An operator's status and registrars; `None`: no such operator.
    pub(crate) async fn desk(&self, login: &str) -> Result<Option<(StatusRecord, Assignment)>, Error> {
        self.ask(|answer| Message::Desk { login: login.to_owned(), answer }).await
    }

    /// The registrars of anyone, guests too.
    pub(crate) async fn assignment(&self, login: &str) -> Result<Assignment, Error> {
        self.ask(|answer| Message::Assignment { login: login.to_owned(), answer }).await
    }

    /// Everyone on all three axes, by login.
    pub(crate) async fn operators(&self) -> Result<Vec<OperatorView>, Error> {
        self.ask(|answer| Message::Operators { answer }).await
    }

    /// Answered once it is stored.
    pub(crate) async fn set_status(
        &self,
        login: &str,
        change: StatusChange,
    ) -> Result<Result<StatusRecord, FloorError>, Error> {
        self.ask(|answer| Message::SetStatus { login: login.to_owned(), change, answer }).await
    }

    /// Changes for one operator's pages from now on. While it is kept, the page counts as open.
    pub(crate) fn subscribe(&self, login: &str) -> Subscription {
        self.hub.subscribe(login)
    }

    fn input(&self, input: Input) {
        // After the end nobody listens, and nothing is to be done.
        let _ = self.messages.send(Message::Input(input));
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.messages.send(message(answer)).map_err(|_| Error::Stopping)?;
        answered.await.map_err(|_| Error::Stopping)
    }
}

struct Task {
    floor: Floor,
    writes: mpsc::UnboundedSender<(WriteId, Write)>,
    commands: mpsc::UnboundedSender<Command>,
    hub: Hub,
    asked: HashMap<RequestId, Answer>,
    next_request: u64,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        loop {
            self.drain();
            let due = self.floor.poll_timeout();
            tokio::select! {
                // What has happened comes before what is due: a deadline may have been met meanwhile.
                biased;
                message = inbox.recv() => match message {
                    Some(Message::Stop) | None => break,
                    Some(message) => self.take(message),
                },
                () = until(due) => self.floor.handle_timeout(clock::now(), clock::wall()),
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Input(input) => self.tell(input),
            Message::Stored(all) => {
                for (id, stored) in all {
                    self.tell(Input::Stored(id, stored));
                }
            }
            Message::SetStatus { login, change, answer } => {
                let request = RequestId(self.next_request);
                self.next_request += 1;
                self.asked.insert(request, answer);
                self.tell(Input::SetStatus { request, login, change });
            }
            // Whoever asked may have gone.
            Message::Desk { login, answer } => {
                let desk =
                    self.floor.operator(&login).map(|view| (view.status, self.floor.assignment(&login)));
                let _ = answer.send(desk);
            }
            Message::Assignment { login, answer } => {
                let _ = answer.send(self.floor.assignment(&login));
            }
            Message::Operators { answer } => {
                let _ = answer.send(self.floor.operators());
            }
            Message::Stop => {}
        }
    }

    fn tell(&mut self, input: Input) {
        self.floor.handle_input(clock::now(), clock::wall(), input);
    }

    fn drain(&mut self) {
        while let Some(output) = self.floor.poll_output() {
            match output {
                Output::Store(id, write) => {
                    let _ = self.writes.send((id, write));
                }
                Output::Switch(command) => {
                    let _ = self.commands.send(command);
                }
                Output::Push(login, push) => self.hub.tell(&login, News::Push(push)),
                Output::Answer(request, answer) => {
                    if let Some(asked) = self.asked.remove(&request) {
                        let _ = asked.send(answer);
                    }
                }
            }
        }
    }
}

async fn until(due: Option<headset_floor::Time>) {
    match due {
        Some(time) => sleep_until(clock::instant(time)).await,
        None => std::future::pending().await,
    }
}

/// Carries out writes in their order; those that wait together share a transaction.
async fn write(
    storage: Storage,
    mut waiting: mpsc::UnboundedReceiver<(WriteId, Write)>,
    done: mpsc::UnboundedSender<Message>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (ids, writes): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let stored = storage.carry_out(&writes).await;
        let _ = done.send(Message::Stored(ids.into_iter().zip(stored).collect()));
    }
}
