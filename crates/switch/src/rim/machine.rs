//! The task that owns the machine: the one place where the switch reads clocks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use headset_sip::Time;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::Event;
use super::outbox::Outbox;
use crate::config::Config;
use crate::io::{Command, ConnectionId, Input, Output, Report};
use crate::switch::{Switch, Wall};

/// Reports that may wait for the floor before clients have to wait too.
const WAITING_REPORTS: usize = 4096;
/// When nothing is due: long, and still a valid instant.
const IDLE: Duration = Duration::from_secs(3600);

pub(super) struct Body {
    switch: Switch,
    started: Instant,
    outboxes: BTreeMap<ConnectionId, Arc<Outbox>>,
    /// Reports that the floor has not taken. Kept here, since waiting for the floor while it waits for
    /// us to take a command would be for ever.
    waiting: VecDeque<Report>,
    told: mpsc::Sender<Report>,
}

impl Body {
    pub(super) fn new(config: Config, seed: [u8; 32], secure: bool, told: mpsc::Sender<Report>) -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = Wall { unix_ms_at_start: unix.as_millis() as u64 };
        Self {
            switch: Switch::new(config, seed, wall, secure),
            started: Instant::now(),
            outboxes: BTreeMap::new(),
            waiting: VecDeque::new(),
            told,
        }
    }

    pub(super) async fn run(
        mut self,
        mut events: mpsc::Receiver<Event>,
        mut commands: mpsc::Receiver<Command>,
        mut pulses: mpsc::Receiver<oneshot::Sender<()>>,
        mut stop: watch::Receiver<bool>,
    ) {
        let alarm = sleep_until(self.started + IDLE);
        tokio::pin!(alarm);
        let told = self.told.clone();
        let mut floor_gone = false;
        loop {
            self.drain();
            if floor_gone {
                self.waiting.clear();
            }
            let due = match self.switch.poll_timeout() {
                Some(at) => self.started + Duration::from_millis(at.0),
                None => Instant::now() + IDLE,
            };
            if alarm.deadline() != due {
                alarm.as_mut().reset(due);
            }
            tokio::select! {
                biased;
                // A dropped sender is a dropped `Running`: nobody is left to serve.
                _ = stop.wait_for(|stop| *stop) => break,
                permit = told.reserve(), if !self.waiting.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(report) = self.waiting.pop_front() {
                            permit.send(report);
                        }
                    }
                    Err(_) => floor_gone = true,
                },
                () = &mut alarm => {
                    let now = self.now();
                    self.switch.handle_timeout(now);
                }
                // Whoever asked may have gone.
                Some(asked) = pulses.recv() => drop(asked.send(())),
                Some(command) = commands.recv() => {
                    let now = self.now();
                    self.switch.handle_input(now, Input::Command(command));
                }
                Some(event) = events.recv(), if self.waiting.len() < WAITING_REPORTS => self.take(event),
            }
        }
        for outbox in self.outboxes.values() {
            outbox.close(1001, "the server is stopping");
        }
        // Until their tasks have gone, events are still read, so that none waits for us.
        self.outboxes.clear();
        events.close();
    }

    fn now(&self) -> Time {
        Time(self.started.elapsed().as_millis() as u64)
    }

    fn take(&mut self, event: Event) {
        let now = self.now();
        match event {
            Event::Opened { connection, listener, remote, outbox } => {
                self.outboxes.insert(connection, outbox);
                self.switch.handle_input(now, Input::Opened { connection, listener, remote });
            }
            Event::Received { connection, text } => {
                self.switch.handle_input(now, Input::Received { connection, text });
            }
            Event::Closed { connection, how } => {
                self.outboxes.remove(&connection);
                self.switch.handle_input(now, Input::Closed { connection, how });
            }
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.switch.poll_output() {
            match output {
                Output::Send { connection, text } => {
                    if let Some(outbox) = self.outboxes.get(&connection) {
                        outbox.push(text);
                    }
                }
                Output::Close { connection, code, reason } => {
                    if let Some(outbox) = self.outboxes.remove(&connection) {
                        outbox.close(code, reason);
                    }
                }
                Output::Report(report) => self.waiting.push_back(report),
            }
        }
    }
}
