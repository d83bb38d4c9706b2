//! Offers within a call: ours, theirs, and what is done where they meet.

use super::call::{Applying, Call, CallTimer, Offer, State};
use super::fields::Fields;
use super::outgoing::{Outgoing, digits, line};
use super::{Agent, Key, Timer, description};
use alloc::string::String;
use headset_sip::{Method, Response};

impl Agent {
    /// Method, headers and the offer.
    pub(super) fn offer(&mut self, call: &mut Call, fields: &mut Fields<'_>) {
        let method = Method::new(fields.field());
        let headers = fields.lines();
        let can = matches!(call.state, State::Up) && !call.is_offering();
        let outgoing = can.then(|| self.offering(call, method)).flatten();
        let Some(mut outgoing) = outgoing else {
            return self.event_of("renegotiated", call.id, &["", ""]);
        };
        outgoing.given = headers;
        outgoing.body = Some(fields.0.into());
        line(&mut outgoing.own, "Content-Type", &["application/sdp"]);
        outgoing.own.push_str(&self.session_line(call, false));
        self.send_offer(call, Offer { outgoing, key: None, is_refresh: false, is_answered: false });
    }

    fn offering(&mut self, call: &mut Call, method: Method) -> Option<Outgoing> {
        let mut outgoing = Outgoing::within(call.dialog.as_mut()?, method, 0);
        line(&mut outgoing.own, "Contact", &[&self.account.contact(false, false)]);
        Some(outgoing)
    }

    fn send_offer(&mut self, call: &mut Call, mut offer: Offer) {
        match self.launch(&mut offer.outgoing) {
            Some((key, _)) => {
                offer.key = Some(key);
                call.offers.push(offer);
            }
            None => self.offer_over(call, &offer, ""),
        }
    }

    /// The session is refreshed, by UPDATE where they know it.
    pub(super) fn refresh(&mut self, call: &mut Call) {
        if self.flow.is_none() {
            // The next chance, before the session is over there.
            return self.after(Timer::Call(call.id, CallTimer::Refresh), 4_000);
        }
        if self.account.refresh_by_invite || call.session.no_update {
            return self.event_of("refresh", call.id, &[]);
        }
        let Some(mut outgoing) = self.offering(call, Method::Update) else { return };
        outgoing.own.push_str(&self.session_line(call, true));
        self.send_offer(call, Offer { outgoing, key: None, is_refresh: true, is_answered: false });
    }

    pub(super) fn offer_answered(&mut self, call: &mut Call, key: Key, response: Response) {
        let Some(at) = call.offer_of(key) else { return };
        if response.is_provisional() {
            return;
        }
        let mut offer = call.offers.swap_remove(at);
        if response.is_success() {
            return self.offer_accepted(call, offer, response);
        }
        if self.take_challenge(&mut offer.outgoing, &response) {
            self.number_again(call, &mut offer);
            return self.send_offer(call, offer);
        }
        match response.status() {
            // RFC 3261 §12.2.1.2
            408 => self.dialog_lost(call, 408, "Request Timeout"),
            481 => self.dialog_lost(call, 500, "Dialog Error"),
            491 => {
                offer.key = None;
                call.offers.push(offer);
                // RFC 3261 §14.1: whoever made the Call-ID waits longer.
                let (least, range) = if call.ours { (2_100, 1_900) } else { (0, 2_000) };
                let wait = least + self.entropy.jitter(range);
                self.after(Timer::Call(call.id, CallTimer::Offer), wait);
            }
            _ if offer.is_refresh => {
                // RFC 4028 §7.4
                call.session.no_update = true;
                self.event_of("refresh", call.id, &[]);
            }
            _ => self.offer_over(call, &offer, response.as_str()),
        }
    }

    fn offer_accepted(&mut self, call: &mut Call, mut offer: Offer, response: Response) {
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh_target(&response);
        }
        if offer.outgoing.method == Method::Invite
            && let (Some(key), Some(dialog)) = (offer.key, call.dialog.as_mut())
        {
            let mut ack = Outgoing::within(dialog, Method::Ack, offer.outgoing.cseq);
            ack.credentials.push_str(&offer.outgoing.credentials);
            if let Some(ack) = self.complete(&mut ack) {
                self.transactions.acknowledge(self.now, key, ack);
            }
        }
        self.session_agreed(call, &response);
        if offer.is_refresh {
            return;
        }
        match description(&response) {
            Some(sdp) => {
                self.ask_to_apply(call.id, sdp, response.as_str());
                offer.is_answered = true;
                call.offers.push(offer);
                call.applying = Some(Applying::Offer(response));
            }
            None => self.offer_over(call, &offer, response.as_str()),
        }
    }

    /// Timed out, or the connection broke.
    pub(super) fn offer_failed(&mut self, call: &mut Call, key: Key, why: &str) {
        let Some(at) = call.offer_of(key) else { return };
        let offer = call.offers.swap_remove(at);
        if offer.is_answered {
            call.offers.push(offer);
        } else if why == "timeout" {
            self.dialog_lost(call, 408, "Request Timeout");
        } else if offer.is_refresh {
            self.after(Timer::Call(call.id, CallTimer::Refresh), 4_000);
        } else {
            self.offer_over(call, &offer, "");
        }
    }

    /// It glared, and its time has come again.
    pub(super) fn offer_again(&mut self, call: &mut Call) {
        let Some(at) = call.offers.iter().position(|offer| offer.key.is_none()) else { return };
        if call.their_offer.is_some() {
            return self.after(Timer::Call(call.id, CallTimer::Offer), 1_000);
        }
        let mut offer = call.offers.swap_remove(at);
        self.number_again(call, &mut offer);
        self.send_offer(call, offer);
    }

    fn number_again(&mut self, call: &mut Call, offer: &mut Offer) {
        if let Some(dialog) = &mut call.dialog {
            dialog.local_seq += 1;
            offer.outgoing.cseq = dialog.local_seq;
        }
    }

    fn offer_over(&mut self, call: &mut Call, offer: &Offer, text: &str) {
        if !offer.is_refresh {
            self.event_of("renegotiated", call.id, &["", text]);
        }
    }

    /// The page applied their answer.
    pub(super) fn applied(&mut self, call: &mut Call) {
        match call.applying.take() {
            None => return,
            Some(Applying::Progress(response)) => {
                self.event_of("progress", call.id, &[response.as_str()]);
            }
            Some(Applying::Answer(response)) => self.answer_applied(call, response),
            Some(Applying::Ack(ack)) => self.event_of("acknowledged", call.id, &[ack.as_str()]),
            Some(Applying::Offer(response)) => {
                call.offers.retain(|offer| !offer.is_answered);
                self.event_of("renegotiated", call.id, &["1", response.as_str()]);
            }
        }
        self.go_on(call);
    }

    /// It could not: status code and cause.
    pub(super) fn not_applied(&mut self, call: &mut Call, fields: &mut Fields<'_>) {
        let (code, cause) = (fields.number(), fields.field());
        let phrase = if code == 488 { "Not Acceptable Here" } else { cause };
        let reason = String::from("SIP ;cause=") + &digits(code) + "; text=\"" + phrase + "\"";
        match call.applying.take() {
            // What rings may yet be answered with something better.
            None | Some(Applying::Progress(_)) => {}
            Some(Applying::Answer(response)) => return self.answer_not_applied(call, &response, &reason),
            Some(Applying::Ack(ack)) => {
                self.hang_up(call, &["Reason: ", &reason, "\r\n"].concat(), None);
                return self.over(call, false, "local", cause, ack.as_str());
            }
            Some(Applying::Offer(response)) => {
                call.offers.retain(|offer| !offer.is_answered);
                self.event_of("renegotiated", call.id, &["", response.as_str()]);
            }
        }
        self.go_on(call);
    }
}
