//! A transfer: one party of an answered call hands the other one over (RFC 3515).
//!
//! The call stays what it is, with one of its two ends exchanged. Until that is done, who asked keeps the
//! call; who asked and hung up meanwhile has left, and the other party waits alone.

use headset_sip::{Method, Name, Request, Response};

use super::join::Join;
use super::offer::Offer;
use super::replaces::ReferTo;
use super::talking::{Leg, Talking, other};
use super::{Call, Calls, State, reason_header};
use crate::edge::{Edge, Key};
use crate::io::{OfferEnd, Report, Side};

/// A transfer under way.
#[derive(Debug)]
pub(super) struct Transfer {
    /// Who asked.
    pub(super) by: Side,
    /// The user part of Refer-To.
    pub(super) target: String,
    /// For Referred-By.
    pub(super) referred_by: String,
    /// The REFER's CSeq, which names its NOTIFYs; `None` where they are not wanted (RFC 4488).
    subscription: Option<u32>,
    /// What was told last.
    told: (u16, String),
    /// The floor has given it up while a new party was being joined: what to say if that fails.
    pub(super) given_up: Option<(u16, String)>,
    pub(super) stage: Stage,
}

/// How far a transfer is.
#[derive(Debug)]
pub(super) enum Stage {
    /// The floor looks for a new party; these are rung.
    Seeking(Vec<Offer>),
    /// The other party of this call is to take over, if the floor agrees.
    Consulted(u64),
    /// The new party is there, and media is being joined.
    Joining(Box<Join>),
}

/// A call whose party at the other side than `by` is to take over in another call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    pub(super) to: u64,
    /// Who asked, on their side of this call.
    pub(super) by: Side,
}

impl Talking {
    /// Whether this side may hang up without ending the call: it has asked for a transfer.
    pub(super) fn may_leave(&self, side: Side) -> bool {
        self.transfer.as_ref().is_some_and(|transfer| transfer.by == side)
            || self.promise.is_some_and(|promise| promise.by == side)
    }

    /// Whether a new party is being joined, to this call or out of it.
    pub(super) fn is_joining(&self) -> bool {
        self.promise.is_some()
            || matches!(self.transfer.as_deref(), Some(Transfer { stage: Stage::Joining(_), .. }))
    }

    /// Those who are rung for a transfer, while that is being done.
    pub(super) fn offers(&mut self) -> Option<&mut Vec<Offer>> {
        match &mut self.transfer.as_mut()?.stage {
            Stage::Seeking(offers) => Some(offers),
            Stage::Consulted(_) | Stage::Joining(_) => None,
        }
    }

    /// The party that is handed over.
    pub(super) fn handed_over(&self) -> Option<&Leg> {
        Some(self.end(other(self.transfer.as_ref()?.by)))
    }
}

impl Calls {
    /// REFER in an answered call.
    pub(super) fn refer(&mut self, edge: &mut Edge, number: u64, by: Side, key: Key, request: &Request) {
        let Some((id, talking)) = self.talking(number) else { return };
        if talking.transfer.is_some() || talking.promise.is_some() || talking.leg(other(by)).has_left {
            return edge.refuse(key, request, 491, "A transfer is under way");
        }
        let Some(ReferTo { target, replaces }) = ReferTo::of(edge, request) else {
            return edge.refuse(key, request, 400, "One Refer-To is needed");
        };
        let (id, leg) = (id.to_owned(), talking.leg(by));
        let login = leg.login.clone();
        let silent = request.get_named("Refer-Sub").is_some_and(|v| v.trim().eq_ignore_ascii_case("false"));
        let mut transfer = Transfer {
            by,
            target: target.clone().unwrap_or_default(),
            referred_by: format!("<sip:{login}@{}>", edge.domain),
            subscription: request.cseq().ok().map(|cseq| cseq.number).filter(|_| !silent),
            told: (0, String::new()),
            given_up: None,
            stage: Stage::Seeking(Vec::new()),
        };
        let reply = Response::reply_to(request, 202, "Accepted").header(Name::Contact, &edge.contact(&id));
        edge.respond(key, if silent { reply.raw_header("Refer-Sub", "false") } else { reply });
        transfer.tell(edge, &id, leg, 100, "Trying");

        let consultation = replaces.map(|replaces| self.find_dialog(&login, &replaces));
        let refusal = match (&target, consultation) {
            (_, Some(None)) => Some((481, "Call/Transaction Does Not Exist")),
            (_, Some(Some((with, own)))) => self.promise(number, with, own).err(),
            (None, None) => Some((404, "Not Found")),
            (Some(_), None) => None,
        };
        let Some((_, talking)) = self.talking(number) else { return };
        if let Some((status, reason)) = refusal {
            return transfer.tell(edge, &id, talking.leg(by), status, reason);
        }
        let with = consultation.flatten().map(|(with, _)| with);
        if let Some(with) = with {
            transfer.stage = Stage::Consulted(with);
        }
        talking.transfer = Some(Box::new(transfer));
        let with = with.and_then(|with| self.calls.get(&with)).map(|call| call.id.clone());
        edge.report(Report::TransferAsked { call: id, by, target: target.unwrap_or_default(), with });
    }

    /// Takes a consultation for a transfer, if it can be taken.
    fn promise(&mut self, number: u64, with: u64, own: Side) -> Result<(), (u16, &'static str)> {
        let Some((_, talking)) = self.talking(with) else { return Err((481, "No such call")) };
        if with == number || talking.transfer.is_some() || talking.promise.is_some() {
            return Err((491, "Request Pending"));
        }
        talking.promise = Some(Promise { to: number, by: own });
        Ok(())
    }

    /// Tells who asked for a transfer that it goes on.
    pub(super) fn tell_progress(&mut self, edge: &mut Edge, number: u64, status: u16, reason: &str) {
        let Some((id, talking)) = self.talking(number) else { return };
        let Talking { caller, callee, transfer: Some(transfer), .. } = talking else { return };
        let leg = if transfer.by == Side::Caller { caller } else { callee };
        transfer.tell(edge, id, leg, status, reason);
    }

    /// The floor gives a transfer up: who asked still has the call.
    pub(super) fn end_transfer(&mut self, edge: &mut Edge, number: u64, status: u16, reason: &str) {
        let Some((id, talking)) = self.talking(number) else { return };
        let id = id.to_owned();
        if let Some(Transfer { stage: Stage::Joining(_), given_up, .. }) = talking.transfer.as_deref_mut() {
            *given_up = Some((status, reason.to_owned()));
            return;
        }
        let Some(mut transfer) = talking.transfer.take() else { return };
        let leg = talking.leg(transfer.by);
        let status = if (300..700).contains(&status) { status } else { 500 };
        transfer.tell(edge, &id, leg, status, reason);
        let is_alone = leg.has_left;
        match transfer.stage {
            Stage::Seeking(offers) => self.withdraw(edge, number, &id, offers, "The transfer is over"),
            Stage::Consulted(with) => self.release(edge, with),
            Stage::Joining(_) => {}
        }
        if is_alone {
            self.end_talking(edge, number, Side::System, Some(reason_header(status, reason)));
        }
    }

    /// A consultation is no longer taken: it goes on, if there are two left to talk.
    pub(super) fn release(&mut self, edge: &mut Edge, with: u64) {
        let Some((_, talking)) = self.talking(with) else { return };
        talking.promise = None;
        if talking.caller.has_left || talking.callee.has_left {
            self.end_talking(edge, with, Side::System, Some(reason_header(200, "The other side has left")));
        }
    }

    /// A consultation has ended before its party took over.
    pub(super) fn promise_broken(&mut self, edge: &mut Edge, to: u64) {
        let Some((id, talking)) = self.talking(to) else { return };
        let Some(transfer) = &mut talking.transfer else { return };
        let (status, reason) = (480, "The consultation has ended".to_owned());
        match transfer.stage {
            Stage::Seeking(_) => {}
            Stage::Joining(_) => self.fail_join(edge, to, status, &reason),
            Stage::Consulted(_) => {
                transfer.stage = Stage::Seeking(Vec::new());
                edge.report(Report::TransferFailed { call: id.to_owned(), status, reason });
            }
        }
    }

    pub(super) fn withdraw(&mut self, edge: &mut Edge, number: u64, id: &str, offers: Vec<Offer>, why: &str) {
        for offer in offers {
            let login = offer.login.clone();
            self.dismiss(edge, number, offer, 487, why);
            self.end_offer(edge, id, &login, OfferEnd::Cancelled);
        }
    }

    /// Who asked for a transfer hangs up before it is done: it is done without them.
    pub(super) fn party_left(&mut self, edge: &mut Edge, number: u64, by: Side) {
        let Some((id, talking)) = self.talking(number) else { return };
        let call = id.to_owned();
        let forwards = std::mem::take(&mut talking.forwards);
        let (caller, callee) = (talking.caller.dialog.clone(), talking.callee.dialog.clone());
        let leg = talking.leg(by);
        leg.has_left = true;
        let login = leg.login.clone();
        let name = leg.name();
        for forward in forwards {
            self.drop_forward(edge, number, forward, &caller, &callee);
        }
        self.by_dialog.remove(&name);
        self.unindex_login(&login, number);
        edge.report(Report::PartyLeft { call, by });
        self.watch_signalling(edge, number);
        self.go_on_joining(edge, number);
    }

    /// What is left to do for the transfer of a call that is over.
    pub(super) fn drop_transfer(
        &mut self,
        edge: &mut Edge,
        call: (u64, &str),
        mut transfer: Transfer,
        asker: Option<&mut Leg>,
    ) {
        let (number, id) = call;
        if let Some(leg) = asker {
            transfer.tell(edge, id, leg, 487, "Request Terminated");
        }
        match transfer.stage {
            Stage::Seeking(offers) => self.withdraw(edge, number, id, offers, "The caller has gone"),
            Stage::Consulted(with) => self.release(edge, with),
            Stage::Joining(join) => self.abandon_join(edge, call, *join),
        }
    }

    /// The call's transfer, taken out with its stage put back to nobody being there.
    pub(super) fn take_join(&mut self, number: u64) -> Option<Join> {
        let Some(Call { state: State::Talking(talking), .. }) = self.calls.get_mut(&number) else {
            return None;
        };
        let stage = &mut talking.transfer.as_mut()?.stage;
        if !matches!(stage, Stage::Joining(_)) {
            return None;
        }
        match std::mem::replace(stage, Stage::Seeking(Vec::new())) {
            Stage::Joining(join) => Some(*join),
            Stage::Seeking(_) | Stage::Consulted(_) => None,
        }
    }
}

impl Transfer {
    /// NOTIFY with how far it is; the last one at a final status (RFC 3515 §2.4.4). Not sent where it cannot
    /// be just now: what follows says the same.
    pub(super) fn tell(&mut self, edge: &mut Edge, id: &str, leg: &mut Leg, status: u16, reason: &str) {
        let Some(subscription) = self.subscription else { return };
        if leg.has_left || self.told.0 == status && self.told.1 == reason {
            return;
        }
        let Some(path) = edge.path(&leg.login, leg.connection) else { return };
        self.told = (status, reason.to_owned());
        let state = if status < 200 { "active;expires=3600" } else { "terminated;reason=noresource" };
        let notify = leg
            .dialog
            .request(Method::Notify)
            .header(Name::Contact, &edge.contact(id))
            .header(Name::Event, &format!("refer;id={subscription}"))
            .header(Name::SubscriptionState, state)
            .body("message/sipfrag;version=2.0", &format!("SIP/2.0 {status} {reason}\r\n"));
        edge.request(path, notify);
    }
}
