//! Joining two parties who have not talked yet (RFC 3725 §4.4): the new one makes an offer, the one who
//! stays answers it, and the answer goes into the new one's ACK. Media is theirs, from end to end.

use std::time::Duration;

use headset_sip::{Method, Name, NameAddr, Response, Uri};

use super::talking::{Leg, other};
use super::transfer::Stage;
use super::{Call, Calls, State, Use, acknowledge, acknowledge_with, reason_header};
use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{OfferEnd, Report, Side};

/// A join that is not done by then is given up; within the 32 s that a 200 waits for its ACK.
const JOIN_WAIT: Duration = Duration::from_secs(20);

/// A join under way.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) newcomer: Newcomer,
    pub(super) step: Step,
}

/// Who comes.
#[derive(Debug)]
pub(super) enum Newcomer {
    /// Was rung and picked up: the login as it was offered.
    Rung { login: String, leg: Box<Leg> },
    /// Talks in this call, on this side of it.
    Consulted { call: u64, side: Side },
}

/// What is being waited for.
#[derive(Debug)]
pub(super) enum Step {
    /// The newcomer's offer. `None`: it could not be asked for yet.
    Asking(Option<Key>),
    /// The answer of the one who stays.
    Offering { offer: Offered, sent: Option<Key> },
}

/// A 200 with an offer, whose ACK brings the answer.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    pub(super) key: Key,
    pub(super) cseq: u32,
    content_type: String,
    sdp: String,
}

impl Offered {
    fn of(key: Key, response: &Response) -> Self {
        Self {
            key,
            cseq: response.cseq().map_or(0, |cseq| cseq.number),
            content_type: response.get(Name::ContentType).unwrap_or("application/sdp").to_owned(),
            sdp: response.body().to_owned(),
        }
    }
}

/// What keeps a step from being taken, or who takes it and how.
enum Next {
    Ask { call: u64, side: Side },
    Offer(Offered),
    Wait,
}

impl Calls {
    /// A rung party has picked up with an offer.
    pub(super) fn picked_up(
        &mut self,
        edge: &mut Edge,
        number: u64,
        login: String,
        leg: Leg,
        key: Key,
        response: &Response,
    ) {
        self.newcomers.insert(leg.name(), number);
        let step = Step::Offering { offer: Offered::of(key, response), sent: None };
        let newcomer = Newcomer::Rung { login: login.clone(), leg: Box::new(leg) };
        if let Some((id, talking)) = self.talking(number)
            && let Some(transfer) = &mut talking.transfer
        {
            transfer.stage = Stage::Joining(Box::new(Join { newcomer, step }));
            edge.report(Report::Answered { call: id.to_owned(), login });
        }
        edge.timers.set(Timer::Join(number), edge.now + JOIN_WAIT);
        self.go_on_joining(edge, number);
    }

    /// The floor agrees to an attended transfer.
    pub(super) fn join(&mut self, edge: &mut Edge, number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let Some(transfer) = &mut talking.transfer else { return };
        let Stage::Consulted(call) = transfer.stage else { return };
        let Some((_, consultation)) = self.talking(call) else { return };
        let Some(promise) = consultation.promise else { return };
        let newcomer = Newcomer::Consulted { call, side: other(promise.by) };
        let join = Box::new(Join { newcomer, step: Step::Asking(None) });
        if let Some((_, talking)) = self.talking(number)
            && let Some(transfer) = &mut talking.transfer
        {
            transfer.stage = Stage::Joining(join);
        }
        edge.timers.set(Timer::Join(number), edge.now + JOIN_WAIT);
        self.go_on_joining(edge, number);
    }

    fn join_mut(&mut self, number: u64) -> Option<&mut Join> {
        let (_, talking) = self.talking(number)?;
        match &mut talking.transfer.as_mut()?.stage {
            Stage::Joining(join) => Some(join),
            Stage::Seeking(_) | Stage::Consulted(_) => None,
        }
    }

    /// Takes the next step of a join, of this call or of the one that this is to be joined to, if nothing
    /// stands in its way. Harmless when there is none.
    pub(super) fn go_on_joining(&mut self, edge: &mut Edge, number: u64) {
        let Some((_, talking)) = self.talking(number) else { return };
        let number = talking.promise.map_or(number, |promise| promise.to);
        if edge.timers.is_set(Timer::JoinAgain(number)) {
            return;
        }
        let Some(join) = self.join_mut(number) else { return };
        let next = match (&join.newcomer, &join.step) {
            (&Newcomer::Consulted { call, side }, Step::Asking(None)) => Next::Ask { call, side },
            (_, Step::Offering { offer, sent: None }) => Next::Offer(offer.clone()),
            _ => Next::Wait,
        };
        let key = match &next {
            Next::Ask { call, side } => self.ask_for_offer(edge, number, *call, *side),
            Next::Offer(offer) => self.offer_newcomer(edge, number, offer),
            Next::Wait => return,
        };
        let Some(key) = key else { return };
        self.uses.insert(key, Use::Join(number));
        if let Some(join) = self.join_mut(number) {
            match &mut join.step {
                Step::Asking(sent) | Step::Offering { sent, .. } => *sent = Some(key),
            }
        }
    }

    /// Asks a party of another call for an offer from a new peer connection, showing whom it is for.
    fn ask_for_offer(&mut self, edge: &mut Edge, number: u64, call: u64, side: Side) -> Option<Key> {
        let (id, talking) = self.talking(number)?;
        let (id, shown) = (id.to_owned(), talking.handed_over()?.login.clone());
        let (_, consultation) = self.talking(call)?;
        if consultation.has_offer_under_way() {
            return None;
        }
        let shown = shown.strip_prefix("guest-").unwrap_or(&shown);
        let identity = NameAddr::format("", &Uri::sip(shown, &edge.domain), "");
        let leg = consultation.leg(side);
        let path = edge.path(&leg.login, leg.connection)?;
        let request = leg
            .dialog
            .request(Method::Invite)
            .header(Name::Contact, &edge.contact(&id))
            .header(Name::Allow, ALLOW)
            .header(Name::Supported, "outbound")
            .header(Name::PAssertedIdentity, &identity)
            .raw_header("X-Headset-Media", "renew")
            .raw_header("X-Headset-Call", &id);
        Some(edge.request(path, request).0)
    }

    /// Brings the newcomer's offer to the party that stays.
    fn offer_newcomer(&mut self, edge: &mut Edge, number: u64, offer: &Offered) -> Option<Key> {
        let (id, talking) = self.talking(number)?;
        if talking.has_offer_under_way() {
            return None;
        }
        let by = talking.transfer.as_ref()?.by;
        let contact = edge.contact(id);
        let leg = talking.leg(other(by));
        let path = edge.path(&leg.login, leg.connection)?;
        let request = leg
            .dialog
            .request(Method::Invite)
            .header(Name::Contact, &contact)
            .header(Name::Allow, ALLOW)
            .header(Name::Supported, "outbound")
            .body(&offer.content_type, &offer.sdp);
        Some(edge.request(path, request).0)
    }

    /// An answer to one of a join's re-INVITEs.
    pub(super) fn join_answered(&mut self, edge: &mut Edge, number: u64, key: Key, response: &Response) {
        if response.is_provisional() {
            return;
        }
        self.uses.remove(&key);
        let Some(join) = self.join_mut(number) else { return };
        let asked = match (&join.newcomer, &join.step) {
            (&Newcomer::Consulted { call, side }, Step::Asking(Some(sent))) if *sent == key => (call, side),
            (_, Step::Offering { sent: Some(sent), .. }) if *sent == key => {
                let Some((_, talking)) = self.talking(number) else { return };
                let Some(by) = talking.transfer.as_ref().map(|transfer| transfer.by) else { return };
                (number, other(by))
            }
            _ => return,
        };
        let (call, side) = asked;
        let Some((_, talking)) = self.talking(call) else { return };
        let leg = talking.leg(side);
        leg.connection = key.connection;
        match response.status() {
            200..=299 if call == number => {
                leg.dialog.refresh_target(response);
                acknowledge(edge, key, &leg.dialog, response);
                if response.body().is_empty() {
                    return self.fail_join(edge, number, 488, "The answer has no SDP");
                }
                self.joined(edge, number, response);
            }
            200..=299 => {
                leg.dialog.refresh_target(response);
                if response.body().is_empty() {
                    acknowledge(edge, key, &leg.dialog, response);
                    return self.fail_join(edge, number, 488, "There is no offer");
                }
                if let Some(join) = self.join_mut(number) {
                    join.step = Step::Offering { offer: Offered::of(key, response), sent: None };
                }
                self.go_on_joining(edge, number);
            }
            491 => {
                // RFC 3261 §14.1: the Call-ID is our own at the callee's side.
                let wait = if side == Side::Callee { 2_100 } else { 0 } + edge.entropy.jitter(1_900);
                edge.timers.set(Timer::JoinAgain(number), edge.now + Duration::from_millis(wait));
                self.unsend(number);
            }
            status => {
                let gone = status == 481;
                let status = if matches!(status, 401 | 407) { 500 } else { status };
                self.fail_join(edge, number, status, response.reason());
                if gone {
                    // RFC 5057 §5.1
                    self.end_talking(edge, call, side, None);
                }
            }
        }
    }

    fn unsend(&mut self, number: u64) {
        if let Some(join) = self.join_mut(number) {
            match &mut join.step {
                Step::Asking(sent) | Step::Offering { sent, .. } => *sent = None,
            }
        }
    }

    /// A re-INVITE of a join found nobody: again on a new connection, while there is time.
    pub(super) fn join_unanswered(&mut self, edge: &mut Edge, number: u64, key: Key) {
        if edge.connections.contains_key(&key.connection) {
            return self.fail_join(edge, number, 480, "Temporarily Unavailable");
        }
        self.unsend(number);
        self.go_on_joining(edge, number);
    }

    /// The wait after a glare is over.
    pub(crate) fn join_again(&mut self, edge: &mut Edge, number: u64) {
        self.go_on_joining(edge, number);
    }

    /// It took too long.
    pub(crate) fn join_timed_out(&mut self, edge: &mut Edge, number: u64) {
        self.fail_join(edge, number, 480, "The other side cannot be reached now");
    }

    /// A newcomer who was rung hangs up before they are joined. True when there was one.
    pub(super) fn newcomer_left(&mut self, edge: &mut Edge, name: &super::DialogName) -> bool {
        let Some(&number) = self.newcomers.get(name) else { return false };
        self.fail_join(edge, number, 480, "Hung up");
        true
    }

    /// The join comes to nothing. The call is as it was, and the floor is told.
    pub(super) fn fail_join(&mut self, edge: &mut Edge, number: u64, status: u16, reason: &str) {
        let Some(join) = self.take_join(number) else { return };
        let Some(call) = self.calls.get(&number) else { return };
        let id = call.id.clone();
        let reason = reason.to_owned();
        let report = match &join.newcomer {
            Newcomer::Rung { login, .. } => {
                let end = OfferEnd::Refused { status, reason };
                Report::OfferEnded { call: id.clone(), login: login.clone(), end }
            }
            Newcomer::Consulted { .. } => Report::TransferFailed { call: id.clone(), status, reason },
        };
        self.undo_join(edge, number, join);
        edge.report(report);
        let given_up =
            self.talking(number).and_then(|(_, talking)| talking.transfer.as_mut()?.given_up.take());
        if let Some((status, reason)) = given_up {
            self.end_transfer(edge, number, status, &reason);
        }
    }

    /// The call of a join is over.
    pub(super) fn abandon_join(&mut self, edge: &mut Edge, call: (u64, &str), join: Join) {
        let (number, id) = call;
        if let Newcomer::Rung { login, .. } = &join.newcomer {
            let login = login.clone();
            self.end_offer(edge, id, &login, OfferEnd::Cancelled);
        }
        self.undo_join(edge, number, join);
    }

    /// Ends what a join has begun: an offer gets its ACK without an answer, and the newcomer a BYE, or the
    /// consultation back.
    fn undo_join(&mut self, edge: &mut Edge, number: u64, join: Join) {
        edge.timers.clear(Timer::Join(number));
        edge.timers.clear(Timer::JoinAgain(number));
        let Join { newcomer, step } = join;
        let stays = match self.calls.get(&number) {
            Some(Call { state: State::Talking(talking), .. }) => {
                talking.handed_over().map(|leg| leg.dialog.clone())
            }
            _ => None,
        };
        let (sent, offer) = match step {
            Step::Asking(sent) => (sent, None),
            Step::Offering { offer, sent } => (sent, Some(offer)),
        };
        let newcomers = match &newcomer {
            Newcomer::Rung { leg, .. } => Some(leg.dialog.clone()),
            Newcomer::Consulted { call, side } => {
                self.talking(*call).map(|(_, talking)| talking.leg(*side).dialog.clone())
            }
        };
        if let (Some(offer), Some(dialog)) = (&offer, &newcomers) {
            acknowledge_with(edge, offer.key, dialog, offer.cseq, None);
        }
        if let Some(sent) = sent {
            match if offer.is_some() { stays } else { newcomers } {
                Some(dialog) => drop(self.uses.insert(sent, Use::Abandoned(Box::new(dialog)))),
                None => drop(self.uses.remove(&sent)),
            }
            edge.transactions.cancel(edge.now, sent, None);
        }
        match newcomer {
            Newcomer::Rung { leg, .. } => {
                self.newcomers.remove(&leg.name());
                if self.calls.get(&number).is_none_or(|call| !call.is_party(&leg.login)) {
                    self.unindex_login(&leg.login, number);
                }
                let reason = reason_header(487, "Could not be joined");
                self.part(edge, &leg.login, leg.connection, leg.dialog, Some(reason));
            }
            Newcomer::Consulted { call, .. } => self.release(edge, call),
        }
    }
}
