use super::outgoing::Outgoing;
use super::{Key, Timer};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::{Dialog, Method, Request, Response, TimerTable};

/// A call, from its INVITE's draft to the end of its dialog.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: u32,
    pub(crate) state: State,
    /// We called.
    pub(crate) ours: bool,
    /// The INVITE of ours.
    pub(crate) invite: Outgoing,
    /// The same as it was sent last, or the one of theirs.
    pub(crate) request: Option<Request>,
    /// INVITE's transaction, while there is one.
    pub(crate) key: Option<Key>,
    /// Our tag.
    pub(crate) tag: String,
    /// One for each fork that rings.
    pub(crate) early: Vec<Dialog>,
    pub(crate) dialog: Option<Dialog>,
    /// Is being applied by the page.
    pub(crate) applying: Option<Applying>,
    /// Responses to INVITE that wait for that.
    pub(crate) waiting: VecDeque<Response>,
    /// Offers and refreshes of ours within the dialog.
    pub(crate) offers: Vec<Offer>,
    /// A new offer of theirs that is not yet answered.
    pub(crate) their_offer: Option<u32>,
    /// Our 200 made an offer: the ACK answers it.
    pub(crate) ack_answers: bool,
    /// The 200 to a re-INVITE whose ACK is awaited.
    pub(crate) reinvited: Option<Key>,
    pub(crate) session: Session,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Not sent yet.
    Draft,
    /// We call.
    Calling,
    /// We called, and gave up; a 2xx may yet come.
    Cancelled,
    /// We are called.
    Ringing,
    /// Our 200 waits for its ACK.
    Accepted,
    /// So it does, and the BYE for it.
    Leaving(Box<Outgoing>),
    Up,
    Over,
}

/// What a description that is being applied came in.
#[derive(Debug)]
pub(crate) enum Applying {
    Progress(Response),
    Answer(Response),
    Ack(Request),
    Offer(Response),
}

/// A re-INVITE or UPDATE of ours.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) outgoing: Outgoing,
    /// `None` while it waits to be sent again.
    pub(crate) key: Option<Key>,
    /// An UPDATE without an offer.
    pub(crate) is_refresh: bool,
    /// Its 2xx is being applied, or came.
    pub(crate) is_answered: bool,
}

/// RFC 4028.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Seconds; 0 where there is no timer.
    pub(crate) expires: u32,
    pub(crate) we_refresh: bool,
    /// They do not know UPDATE.
    pub(crate) no_update: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallTimer {
    NoAnswer,
    Expires,
    Ring,
    Refresh,
    SessionEnd,
    /// An offer that glared is sent again.
    Offer,
}

impl CallTimer {
    pub(crate) const ALL: [CallTimer; 6] = [
        CallTimer::NoAnswer,
        CallTimer::Expires,
        CallTimer::Ring,
        CallTimer::Refresh,
        CallTimer::SessionEnd,
        CallTimer::Offer,
    ];
}

impl Call {
    pub(crate) fn new(id: u32, state: State, tag: String) -> Call {
        Call {
            id,
            state,
            ours: false,
            invite: Outgoing::new(Method::Invite, ""),
            request: None,
            key: None,
            tag,
            early: Vec::new(),
            dialog: None,
            applying: None,
            waiting: VecDeque::new(),
            offers: Vec::new(),
            their_offer: None,
            ack_answers: false,
            reinvited: None,
            session: Session::default(),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        match self.state {
            State::Over => true,
            State::Cancelled => self.key.is_none(),
            _ => false,
        }
    }

    /// An offer, ours or theirs, is under way.
    pub(crate) fn is_offering(&self) -> bool {
        self.their_offer.is_some() || self.offers.iter().any(|offer| !offer.is_refresh)
    }

    /// Their offer of this handle is answered, or cannot be any more.
    pub(crate) fn close_their_offer(&mut self, handle: u32) {
        if self.their_offer == Some(handle) {
            self.their_offer = None;
        }
    }

    pub(crate) fn offer_of(&self, key: Key) -> Option<usize> {
        self.offers.iter().position(|offer| offer.key == Some(key))
    }

    pub(crate) fn clear_timers(&self, timers: &mut TimerTable<Timer>) {
        for timer in CallTimer::ALL {
            timers.clear(Timer::Call(self.id, timer));
        }
    }
}
