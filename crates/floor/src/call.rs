//! One call: where it is in its life, and its record on the way to storage.

use crate::io::{
    CallId, CallRecord, Event, Login, OfferOutcome, OfferRecord, Outcome, QueueName, Side, Time, WallTime,
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
    /// Since when it has been waiting for who is sought now.
    pub(crate) seeking_since: WallTime,
    /// The queue through which its operator was found, if one was.
    pub(crate) served_by: Option<QueueName>,
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
    /// The caller has no answer yet.
    Seeking(Search),
    /// Two people talk, or one was left for a new one to come.
    Talking(Talk),
    /// The switch was told to end it, or the caller is known to have gone: the outcome is decided.
    Ending(Outcome),
    /// It has its outcome; only its record may still be on the way.
    Over,
}

/// Looking for who will take a call, or take it over.
#[derive(Debug)]
pub(crate) enum Search {
    /// Nobody rings.
    Waiting(Ask),
    /// One party is being rung.
    Offered(Offer),
}

#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) caller: Login,
    pub(crate) callee: Login,
    pub(crate) transfer: Option<Transfer>,
}

/// A transfer under way.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) by: Side,
    pub(crate) since: Time,
    pub(crate) way: Way,
}

#[derive(Debug)]
pub(crate) enum Way {
    /// Somebody is looked for.
    Blind { route: Route, search: Search },
    /// The other party of the asker's other call takes over; the switch is at it.
    Attended { with: CallId },
}

impl Talk {
    pub(crate) fn party(&self, side: Side) -> &Login {
        if side == Side::Caller { &self.caller } else { &self.callee }
    }
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
    /// They have answered a transfer, and the switch is joining them.
    pub(crate) picked_up: bool,
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
            seeking_since: record.arrived_at,
            served_by: record.queue.clone(),
            record,
            caller_name,
            route,
            stage: Stage::Seeking(Search::Waiting(Ask::Ready)),
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

    /// Where who is sought is to be found: what was dialled, or what a transfer named.
    pub(crate) fn route(&self) -> &Route {
        match self.transfer().map(|transfer| &transfer.way) {
            Some(Way::Blind { route, .. }) => route,
            _ => &self.route,
        }
    }

    /// The queue that is waited in, or was.
    pub(crate) fn queue(&self) -> Option<&QueueName> {
        match self.route() {
            Route::Queue(queue) => Some(queue),
            _ => None,
        }
    }

    pub(crate) fn talk(&self) -> Option<&Talk> {
        match &self.stage {
            Stage::Talking(talk) => Some(talk),
            _ => None,
        }
    }

    pub(crate) fn transfer(&self) -> Option<&Transfer> {
        self.talk()?.transfer.as_ref()
    }

    /// Who wants to hand this call over.
    pub(crate) fn asker(&self) -> Option<&Login> {
        let talk = self.talk()?;
        Some(talk.party(talk.transfer.as_ref()?.by))
    }

    /// Who waits for the one who is sought, or for nobody.
    pub(crate) fn waiter(&self) -> &Login {
        match self.talk() {
            Some(Talk { caller, callee, transfer: Some(transfer) }) => {
                if transfer.by == Side::Caller {
                    callee
                } else {
                    caller
                }
            }
            _ => &self.record.caller,
        }
    }

    /// The search for somebody who will take it, or take it over.
    pub(crate) fn search(&self) -> Option<&Search> {
        match &self.stage {
            Stage::Seeking(search)
            | Stage::Talking(Talk {
                transfer: Some(Transfer { way: Way::Blind { search, .. }, .. }), ..
            }) => Some(search),
            _ => None,
        }
    }

    pub(crate) fn search_mut(&mut self) -> Option<&mut Search> {
        match &mut self.stage {
            Stage::Seeking(search)
            | Stage::Talking(Talk {
                transfer: Some(Transfer { way: Way::Blind { search, .. }, .. }), ..
            }) => Some(search),
            _ => None,
        }
    }

    /// Goes on looking, with nobody being rung.
    pub(crate) fn ask(&mut self, ask: Ask) {
        if let Some(search) = self.search_mut() {
            *search = Search::Waiting(ask);
        }
    }

    pub(crate) fn offer(&self) -> Option<&Offer> {
        match self.search()? {
            Search::Offered(offer) => Some(offer),
            Search::Waiting(_) => None,
        }
    }

    pub(crate) fn offer_mut(&mut self) -> Option<&mut Offer> {
        match self.search_mut()? {
            Search::Offered(offer) => Some(offer),
            Search::Waiting(_) => None,
        }
    }

    /// Who is in it: the caller, and who has answered. A party that has left may still be named.
    pub(crate) fn parties(&self) -> Vec<Login> {
        match self.talk() {
            Some(talk) => vec![talk.caller.clone(), talk.callee.clone()],
            None => vec![self.record.caller.clone()],
        }
    }

    /// Whether they are in it, or rung for it.
    pub(crate) fn involves(&self, login: &Login) -> bool {
        self.offer().is_some_and(|offer| offer.login == *login) || self.parties().contains(login)
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
        if let Some(search) = self.search_mut() {
            let login = login.clone();
            *search = Search::Offered(Offer { login, since: now, revoked: None, picked_up: false });
        }
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
