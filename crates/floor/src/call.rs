//! One call: where it is in its life, and its record on the way to storage.

use crate::io::{
    CallId, CallRecord, Event, Login, OfferOutcome, OfferRecord, Outcome, QueueName, Time, WallTime,
};

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) record: CallRecord,
    pub(crate) caller_name: String,
    pub(crate) route: Route,
    pub(crate) stage: Stage,
    /// Its place among all calls that ever came.
    pub(crate) turn: u64,
    pub(crate) arrived: Time,
    pub(crate) answered: Option<Time>,
    /// The place the caller was told last; 0: none yet.
    pub(crate) shown: u32,
    /// The queue's max wait time passed while an operator rang.
    pub(crate) overstayed: bool,
    /// Reservations that storage failed at in a row.
    pub(crate) ask_failures: u32,
    pub(crate) writer: Writer,
}

/// Who was dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Queue(QueueName),
    Operator(Login),
    Guest(Login),
    /// Nobody that this caller may call: the SIP status and reason.
    Nowhere(u16, &'static str),
}

/// Where a call is in its life.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Nobody rings.
    Waiting(Ask),
    /// One party is being rung.
    Offered(Offer),
    /// Two people talk.
    Talking { callee: Login },
    /// The switch was told to end it, or the caller is known to have gone: the outcome is decided.
    Ending(Outcome),
    /// It has its outcome; only its record may still be on the way.
    Over,
}

/// Whether an operator is being asked for in storage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Ready,
    InFlight,
    /// Storage failed; `Timer::Ask` makes it ready.
    BackingOff,
}

#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) login: Login,
    pub(crate) since: Time,
    /// The floor took it back, with this outcome and reason; the switch has not confirmed it yet.
    pub(crate) revoked: Option<(OfferOutcome, &'static str)>,
}

/// Keeps a call's record and events until storage has them: one write at a time, the latest wins.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    events: Vec<Event>,
    dirty: bool,
    in_flight: Option<Vec<Event>>,
    failures: u32,
    pub(crate) backing_off: bool,
}

impl Call {
    pub(crate) fn new(
        record: CallRecord,
        caller_name: String,
        route: Route,
        turn: u64,
        arrived: Time,
    ) -> Self {
        Self {
            record,
            caller_name,
            route,
            stage: Stage::Waiting(Ask::Ready),
            turn,
            arrived,
            answered: None,
            shown: 0,
            overstayed: false,
            ask_failures: 0,
            writer: Writer::default(),
        }
    }

    pub(crate) fn id(&self) -> &CallId {
        &self.record.id
    }

    pub(crate) fn queue(&self) -> Option<&QueueName> {
        match &self.route {
            Route::Queue(queue) => Some(queue),
            _ => None,
        }
    }

    pub(crate) fn offer(&self) -> Option<&Offer> {
        match &self.stage {
            Stage::Offered(offer) => Some(offer),
            _ => None,
        }
    }

    pub(crate) fn offer_mut(&mut self) -> Option<&mut Offer> {
        match &mut self.stage {
            Stage::Offered(offer) => Some(offer),
            _ => None,
        }
    }

    /// Those who are rung or talk, the caller not counted.
    pub(crate) fn callee(&self) -> Option<&Login> {
        match &self.stage {
            Stage::Offered(offer) => Some(&offer.login),
            Stage::Talking { callee } => Some(callee),
            _ => None,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Its outcome is not decided yet.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Over | Stage::Ending(_))
    }

    pub(crate) fn open_offer(&mut self, login: &Login, now: Time, wall: WallTime) {
        self.record.offers.push(OfferRecord {
            login: login.clone(),
            offered_at: wall,
            ended_at: None,
            outcome: None,
            reason: None,
        });
        self.stage = Stage::Offered(Offer { login: login.clone(), since: now, revoked: None });
    }

    /// Gives the offer in the record its one outcome.
    pub(crate) fn close_offer(
        &mut self,
        login: &str,
        outcome: OfferOutcome,
        reason: Option<String>,
        wall: WallTime,
    ) {
        let open =
            self.record.offers.iter_mut().rev().find(|offer| offer.login == login && offer.outcome.is_none());
        if let Some(offer) = open {
            offer.ended_at = Some(wall);
            offer.outcome = Some(outcome);
            offer.reason = reason;
        }
    }
}

impl Writer {
    pub(crate) fn note(&mut self, event: Event) {
        self.events.push(event);
        self.dirty = true;
    }

    /// The events to be written together with the record now, if a write is due and none is under way.
    pub(crate) fn begin(&mut self) -> Option<Vec<Event>> {
        if !self.dirty || self.backing_off || self.in_flight.is_some() {
            return None;
        }
        self.dirty = false;
        let events = std::mem::take(&mut self.events);
        self.in_flight = Some(events.clone());
        Some(events)
    }

    pub(crate) fn done(&mut self) {
        self.in_flight = None;
        self.failures = 0;
    }

    /// Keeps the events for the next write, before those that came since. Gives the failures in a row.
    pub(crate) fn failed(&mut self) -> u32 {
        if let Some(mut events) = self.in_flight.take() {
            events.append(&mut self.events);
            self.events = events;
        }
        self.dirty = true;
        self.backing_off = true;
        self.failures += 1;
        self.failures
    }

    /// Storage has everything.
    pub(crate) fn is_clean(&self) -> bool {
        !self.dirty && self.in_flight.is_none()
    }
}
