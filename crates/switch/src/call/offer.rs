//! An offer: one party is rung, on one flow after the other.

use std::time::Duration;

use headset_sip::{Dialog, Name, NameAddr, Request, Response, Uri};

use super::talking::Leg;
use super::{Call, Calls, Dismissed, State, Use, acknowledge, reason_header};
use crate::edge::{ALLOW, Edge, Key, Timer};
use crate::io::{OfferEnd, Report};
use crate::registrar::Flow;

/// A flow that has not even answered 100 by then is passed over.
const NEXT_FLOW: Duration = Duration::from_secs(1);
/// When there is no other flow to go to, one may take so much longer: a slow network is not a dead one.
const LAST_FLOW: Duration = Duration::from_secs(3);
/// A party that rang and lost its last flow has so long to come back.
const COME_BACK: Duration = Duration::from_secs(5);

/// One party being rung.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) number: u64,
    /// As the floor named it.
    pub(super) login: String,
    /// Whose flows are rung: the same, or the guest of this number.
    user: String,
    display_name: String,
    /// The same in every INVITE of the offer, so that the client knows the copies for what they are.
    call_id: String,
    from_tag: String,
    cseq: u32,
    branches: Vec<Branch>,
    tried: Vec<u64>,
    rang: bool,
    /// The caller dialled this very party, and came through no queue.
    is_direct: bool,
    /// Every flow has its INVITE, and they are given a little longer.
    all_tried: bool,
}

/// An INVITE under way to one flow.
#[derive(Debug)]
struct Branch {
    key: Key,
    invite: Request,
    /// 100 or more came.
    heard: bool,
}

impl Calls {
    pub(super) fn offer(&mut self, edge: &mut Edge, number: u64, login: String, display_name: &str) {
        let offer_number = self.number();
        let Some(call) = self.calls.get_mut(&number) else { return };
        let id = call.id.clone();
        let target = call.target().to_owned();
        let Some(offers) = call.offers() else {
            return self.end_offer(edge, &id, &login, OfferEnd::Cancelled);
        };
        if offers.iter().any(|offer| offer.login == login) {
            return tracing::warn!(login, "asked to ring somebody who is rung already");
        }
        let user = find_user(edge, &login);
        let is_direct = login == target || find_user(edge, &target) == user;
        offers.push(Offer {
            number: offer_number,
            login,
            user: user.clone(),
            display_name: display_name.to_owned(),
            call_id: edge.entropy.token(24),
            from_tag: edge.entropy.token(16),
            cseq: 1,
            branches: Vec::new(),
            tried: Vec::new(),
            rang: false,
            all_tried: false,
            is_direct,
        });
        self.index_login(&user, number);
        self.try_next_flow(edge, number, offer_number);
    }

    /// A flow has not answered in time.
    pub(crate) fn next_flow(&mut self, edge: &mut Edge, call: u64, offer: u64) {
        self.try_next_flow(edge, call, offer);
    }

    /// Rings the next flow; without one the offer is over, unless a branch is still under way.
    fn try_next_flow(&mut self, edge: &mut Edge, number: u64, offer_number: u64) {
        let Some((call_id, presented, offer)) = self.offer_mut(number, offer_number) else { return };
        let Some(flow) = next_flow_of(edge, offer) else {
            if offer.branches.iter().any(|branch| branch.heard) {
                return;
            }
            if !offer.branches.is_empty() && !offer.all_tried {
                offer.all_tried = true;
                edge.timers.set(Timer::NextFlow(number, offer_number), edge.now + LAST_FLOW);
                return;
            }
            return self.finish_offer(edge, number, offer_number, OfferEnd::Unreachable, 487, "Not reached");
        };
        let request = build_invite(edge, &call_id, &presented, offer, &flow);
        let (key, sent) = edge.request(flow.connection, request);
        offer.tried.push(flow.id);
        offer.branches.push(Branch { key, invite: sent, heard: false });
        self.uses.insert(key, Use::Branch(number, offer_number));
        edge.timers.set(Timer::NextFlow(number, offer_number), edge.now + NEXT_FLOW);
    }

    /// A response to an INVITE of an offer.
    pub(super) fn branch_answered(
        &mut self,
        edge: &mut Edge,
        number: u64,
        offer_number: u64,
        key: Key,
        response: &Response,
    ) {
        let Some((_, presented, offer)) = self.offer_mut(number, offer_number) else { return };
        let (is_transfer, is_late) = (presented.is_transfer, presented.offer.is_none());
        let Some(branch) = offer.branches.iter_mut().find(|branch| branch.key == key) else { return };
        branch.heard = true;
        edge.timers.clear(Timer::NextFlow(number, offer_number));
        if offer.is_direct && response.is_provisional() && !response.body().is_empty() && !is_transfer {
            self.show_early(edge, number, response);
        }
        let Some((call_id, _, offer)) = self.offer_mut(number, offer_number) else { return };
        let Some(branch) = offer.branches.iter_mut().find(|branch| branch.key == key) else { return };
        match response.status() {
            101..=199 if !offer.rang && response.status() == 180 => {
                offer.rang = true;
                let (login, is_direct) = (offer.login.clone(), offer.is_direct);
                edge.report(Report::Ringing { call: call_id, login });
                self.tell_progress(edge, number, 180, "Ringing");
                if is_direct {
                    self.show_ringing(edge, number);
                }
            }
            100..=199 => {}
            200..=299 => {
                let invite = branch.invite.clone();
                match Dialog::uac(&invite, response) {
                    Ok(dialog) if !response.body().is_empty() && is_transfer => {
                        let Some((login, user)) = self.take_picked_up(edge, number, offer_number, key) else {
                            return;
                        };
                        let leg = Leg::new(user, dialog, key.connection);
                        self.picked_up(edge, number, login, leg, key, response);
                    }
                    Ok(dialog) if !response.body().is_empty() => {
                        if !is_late {
                            acknowledge(edge, key, &dialog, response);
                        }
                        self.answered(edge, number, offer_number, key, dialog, response);
                    }
                    Ok(_) => {
                        offer.branches.retain(|branch| branch.key != key);
                        let login = offer.user.clone();
                        let dismissed = Dismissed { login, invite };
                        self.undo_late_answer(edge, key, &dismissed, response);
                        let end = OfferEnd::Refused { status: 488, reason: "The answer has no SDP".into() };
                        self.finish_offer(edge, number, offer_number, end, 487, "Answered without SDP");
                    }
                    Err(problem) => {
                        tracing::warn!(%problem, "an answer that makes no dialog");
                        offer.branches.retain(|branch| branch.key != key);
                        let end = OfferEnd::Refused { status: 502, reason: problem.to_string() };
                        self.finish_offer(edge, number, offer_number, end, 487, "A bad answer");
                    }
                }
            }
            // Not the party's answer: a copy refused for the first one's sake, or an overloaded edge.
            408 | 430 | 482 | 503 => self.branch_failed(edge, number, offer_number, key),
            status => {
                offer.branches.retain(|branch| branch.key != key);
                self.uses.remove(&key);
                if let Some(Call { state: State::Waiting(waiting), .. }) = self.calls.get_mut(&number) {
                    waiting.refused = response.get(Name::Reason).map(|why| (status, why.to_owned()));
                }
                let end = OfferEnd::Refused { status, reason: response.reason().to_owned() };
                self.finish_offer(edge, number, offer_number, end, 487, "Refused on another connection");
            }
        }
    }

    /// A branch has come to nothing; the others, or the next flow, may yet.
    pub(super) fn branch_failed(&mut self, edge: &mut Edge, number: u64, offer_number: u64, key: Key) {
        self.uses.remove(&key);
        let Some((_, _, offer)) = self.offer_mut(number, offer_number) else { return };
        offer.branches.retain(|branch| branch.key != key);
        if !offer.branches.is_empty() {
            return;
        }
        if offer.rang && next_flow_of(edge, offer).is_none() {
            // Most likely a page that changes networks: it will be back, and rings again then.
            edge.timers.set(Timer::NextFlow(number, offer_number), edge.now + COME_BACK);
        } else {
            self.try_next_flow(edge, number, offer_number);
        }
    }

    /// Somebody who is rung may have a new flow.
    pub(super) fn retry_offers(&mut self, edge: &mut Edge, number: u64) {
        let Some(offers) = self.calls.get_mut(&number).and_then(Call::offers) else { return };
        let stranded = offers.iter().filter(|offer| offer.branches.is_empty());
        let ready: Vec<u64> =
            stranded.filter(|offer| next_flow_of(edge, offer).is_some()).map(|offer| offer.number).collect();
        for offer in ready {
            self.try_next_flow(edge, number, offer);
        }
    }

    pub(super) fn cancel_offer(&mut self, edge: &mut Edge, number: u64, login: &str) {
        let Some(offers) = self.calls.get_mut(&number).and_then(Call::offers) else { return };
        let found = offers.iter().find(|offer| offer.login == login).map(|offer| offer.number);
        if let Some(offer) = found {
            self.finish_offer(edge, number, offer, OfferEnd::Cancelled, 487, "No longer offered");
        }
    }

    /// Takes an offer out of its call, withdraws what is under way and tells the floor.
    fn finish_offer(
        &mut self,
        edge: &mut Edge,
        number: u64,
        offer_number: u64,
        end: OfferEnd,
        cause: u16,
        text: &str,
    ) {
        let Some(call) = self.calls.get_mut(&number) else { return };
        let id = call.id.clone();
        let Some(offers) = call.offers() else { return };
        let Some(at) = offers.iter().position(|offer| offer.number == offer_number) else { return };
        let offer = offers.remove(at);
        let login = offer.login.clone();
        self.dismiss(edge, number, offer, cause, text);
        self.end_offer(edge, &id, &login, end);
    }

    /// Withdraws what is under way of an offer. Late answers are undone as they come.
    pub(super) fn dismiss(&mut self, edge: &mut Edge, number: u64, offer: Offer, cause: u16, text: &str) {
        self.dismiss_for(edge, number, offer, &reason_header(cause, text));
    }

    /// The same with a Reason of somebody else's.
    pub(super) fn dismiss_for(&mut self, edge: &mut Edge, number: u64, offer: Offer, reason: &str) {
        edge.timers.clear(Timer::NextFlow(number, offer.number));
        if self.calls.get(&number).is_none_or(|call| !call.is_party(&offer.user)) {
            self.unindex_login(&offer.user, number);
        }
        for branch in offer.branches {
            let dismissed = Dismissed { login: offer.user.clone(), invite: branch.invite };
            self.uses.insert(branch.key, Use::Dismissed(Box::new(dismissed)));
            edge.transactions.cancel(edge.now, branch.key, Some(reason));
        }
    }

    /// Takes the offer of a transfer that was answered out of its call, and withdraws the others: the party's
    /// login as offered and as reached.
    fn take_picked_up(
        &mut self,
        edge: &mut Edge,
        number: u64,
        offer_number: u64,
        key: Key,
    ) -> Option<(String, String)> {
        let call = self.calls.get_mut(&number)?;
        let id = call.id.clone();
        let mut offers = std::mem::take(call.offers()?);
        let at = offers.iter().position(|offer| offer.number == offer_number)?;
        let offer = offers.remove(at);
        let names = self.take_answered(edge, number, offer, key);
        self.withdraw(edge, number, &id, offers, "Call completed elsewhere");
        self.index_login(&names.1, number);
        Some(names)
    }

    /// Takes the answered offer out of its call: the party's login as offered and as reached. Its other
    /// branches are withdrawn.
    pub(super) fn take_answered(
        &mut self,
        edge: &mut Edge,
        number: u64,
        mut offer: Offer,
        key: Key,
    ) -> (String, String) {
        let names = (offer.login.clone(), offer.user.clone());
        offer.branches.retain(|branch| branch.key != key);
        self.dismiss(edge, number, offer, 200, "Call completed elsewhere");
        names
    }

    /// An answer that came too late is acknowledged and hung up (RFC 3261 §13.2.2.4).
    pub(super) fn undo_late_answer(
        &mut self,
        edge: &mut Edge,
        key: Key,
        dismissed: &Dismissed,
        response: &Response,
    ) {
        let Ok(dialog) = Dialog::uac(&dismissed.invite, response) else { return };
        acknowledge(edge, key, &dialog, response);
        self.uses.remove(&key);
        self.part(edge, &dismissed.login, key.connection, dialog, Some(reason_header(487, "Too late")));
    }

    /// A call's offer, with the call's id and what is shown to who is rung.
    fn offer_mut(&mut self, number: u64, offer: u64) -> Option<(String, Presented, &mut Offer)> {
        let call = self.calls.get_mut(&number)?;
        let (id, presented) = (call.id.clone(), Presented::of(call));
        let offer = call.offers()?.iter_mut().find(|found| found.number == offer)?;
        Some((id, presented, offer))
    }
}

/// What is shown to who is rung.
struct Presented {
    /// Who is at the other end.
    login: String,
    /// Who is rung is to take over, and makes an offer.
    is_transfer: bool,
    /// The caller's offer, type and text; `None` where who is rung makes one.
    offer: Option<(String, String)>,
    referred_by: Option<String>,
}

impl Presented {
    fn of(call: &Call) -> Self {
        match &call.state {
            State::Waiting(waiting) => {
                let content_type = waiting.invite.get(Name::ContentType).unwrap_or("application/sdp");
                let offer = Some((content_type.to_owned(), waiting.invite.body().to_owned()));
                let offer = offer.filter(|(_, text)| !text.is_empty());
                Self { login: call.caller.clone(), is_transfer: false, offer, referred_by: None }
            }
            State::Talking(talking) => Self {
                login: talking.handed_over().map_or_else(String::new, |leg| leg.login.clone()),
                is_transfer: true,
                offer: None,
                referred_by: talking.transfer.as_ref().map(|transfer| transfer.referred_by.clone()),
            },
        }
    }
}

/// The login itself, or the guest of this number where nobody of that login has registered.
fn find_user(edge: &Edge, login: &str) -> String {
    let guest = format!("guest-{}", login.trim_start_matches('+'));
    let is_known = |login: &str| edge.location.of_login(login).next().is_some();
    if !is_known(login) && is_known(&guest) { guest } else { login.to_owned() }
}

fn next_flow_of(edge: &Edge, offer: &Offer) -> Option<Flow> {
    edge.location.live_of_login(&offer.user).find(|flow| !offer.tried.contains(&flow.id)).cloned()
}

fn build_invite(
    edge: &Edge,
    call_id: &str,
    presented: &Presented,
    offer: &Offer,
    flow: &Flow,
) -> headset_sip::RequestBuilder {
    let number = presented.login.strip_prefix("guest-").unwrap_or(&presented.login);
    let from = NameAddr::format(&offer.display_name, &Uri::sip(number, &edge.domain), &offer.from_tag);
    let to = NameAddr::format("", &Uri::sip(&offer.user, &edge.domain), "");
    let mut invite = Request::build(headset_sip::Method::Invite, &flow.contact)
        .header(Name::MaxForwards, "70")
        .header(Name::From, &from)
        .header(Name::To, &to)
        .header(Name::CallId, &offer.call_id)
        .header(Name::CSeq, &format!("{} INVITE", offer.cseq))
        .header(Name::Contact, &edge.contact(call_id))
        .header(Name::Allow, ALLOW)
        .header(Name::Supported, "outbound")
        .raw_header("X-Headset-Call", call_id);
    if let Some(referred_by) = &presented.referred_by {
        invite = invite.header(Name::ReferredBy, referred_by);
    }
    if let Some((content_type, text)) = &presented.offer {
        invite = invite.body(content_type, text);
    }
    if offer.is_direct { invite } else { invite.raw_header("X-Headset-Queue-Name", &offer.display_name) }
}
