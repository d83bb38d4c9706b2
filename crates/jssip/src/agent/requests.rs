//! Requests of ours other than INVITE and REGISTER.

use super::Agent;
use super::Key;
use super::fields::Fields;
use super::outgoing::{Outgoing, digits, line};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::dialog::State as DialogState;
use headset_sip::message::Name;
use headset_sip::{Dialog, Method, NameAddr, Request, Response};

/// A request of ours until its final response.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) outgoing: Outgoing,
    /// `None` while it is a draft.
    pub(crate) key: Option<Key>,
    /// 0 outside.
    dialog: u32,
    /// As it was sent last.
    request: Option<Request>,
}

impl Sent {
    fn is_last_notify(&self) -> bool {
        self.outgoing.method == Method::Notify && self.request.as_ref().is_some_and(ends)
    }
}

/// Whether a NOTIFY is a subscription's last (RFC 6665 §4.1.3).
pub(super) fn ends(notify: &Request) -> bool {
    notify.value(Name::SubscriptionState).is_some_and(|state| state.is("terminated"))
}

impl Agent {
    /// `RequestSpec` in its order. Gives the draft.
    pub(super) fn draft(&mut self, fields: &mut Fields<'_>) -> String {
        let method = Method::new(fields.field());
        let dialog = fields.number();
        let target = fields.field();
        let (from_uri, from_name, from_tag) = (fields.field(), fields.field(), fields.field());
        let (to_uri, to_name) = (fields.field(), fields.field());
        let (call_id, cseq) = (fields.text(), fields.number());
        let outgoing = match self.dialog_mut(dialog) {
            Some(dialog) => Outgoing::within(dialog, method, 0),
            None => {
                let mut outgoing = Outgoing::new(method, target);
                self.preload(&mut outgoing);
                let tag = self.entropy.token(10);
                let tag = if from_tag.is_empty() { &tag } else { from_tag };
                outgoing.from = self.from(from_uri, from_name, tag);
                let to = if to_uri.is_empty() { target } else { to_uri };
                outgoing.to = NameAddr::format(to_name, to, "");
                outgoing.call_id = if call_id.is_empty() { self.call_id() } else { call_id };
                outgoing.cseq = if cseq == 0 { self.first_number() } else { cseq };
                outgoing
            }
        };
        let handle = self.handle();
        let draft = self.shown(handle, &outgoing);
        self.sent.push((handle, Box::new(Sent { outgoing, key: None, dialog, request: None })));
        draft
    }

    /// Handle, headers, body.
    pub(super) fn send(&mut self, fields: &mut Fields<'_>) {
        let handle = fields.number();
        let (headers, body) = (fields.lines(), fields.body());
        let Some(at) = self.sent.iter().position(|(own, _)| *own == handle) else { return };
        let (_, mut sent) = self.sent.swap_remove(at);
        if sent.key.is_some() {
            return self.sent.push((handle, sent));
        }
        if sent.dialog != 0 && self.dialog_mut(sent.dialog).is_none() {
            return self.event_of("noResponse", handle, &["dialog"]);
        }
        sent.outgoing.given = headers;
        sent.outgoing.body = body;
        self.send_again(handle, sent);
    }

    fn send_again(&mut self, handle: u32, mut sent: Box<Sent>) {
        match self.launch(&mut sent.outgoing) {
            Some((key, request)) => {
                sent.key = Some(key);
                sent.request = Some(request);
                self.sent.push((handle, sent));
            }
            None => self.event_of("noResponse", handle, &["transport"]),
        }
    }

    pub(super) fn request_answered(&mut self, at: usize, response: Response) {
        if response.is_provisional() {
            let handle = self.sent.get(at).map_or(0, |(handle, _)| *handle);
            return self.event_of("response", handle, &[response.as_str()]);
        }
        let (handle, mut sent) = self.sent.swap_remove(at);
        if self.take_challenge(&mut sent.outgoing, &response) {
            match self.dialog_mut(sent.dialog) {
                Some(dialog) => {
                    dialog.local_seq += 1;
                    sent.outgoing.cseq = dialog.local_seq;
                }
                None => sent.outgoing.cseq += 1,
            }
            self.send_again(handle, sent);
            let again = self.sent.iter().find(|(own, _)| *own == handle);
            let text =
                again.and_then(|(_, sent)| sent.request.as_ref()).map(|one| String::from(one.as_str()));
            if let Some(text) = text {
                self.event_of("resent", handle, &[&text]);
            }
            return;
        }
        if response.is_success()
            && sent.outgoing.method == Method::Subscribe
            && self.dialog_mut(handle).is_none()
        {
            // RFC 6665 §4.1.2.1
            let dialog = sent.request.as_ref().and_then(|request| Dialog::uac(request, &response).ok());
            if let Some(dialog) = dialog.filter(|_| sent.dialog == 0) {
                self.dialogs.push((handle, Box::new(dialog)));
            }
        }
        // RFC 3261 §12.2.1.2
        if matches!(response.status(), 408 | 481) || sent.is_last_notify() {
            self.forget_dialog(sent.dialog);
        }
        self.event_of("response", handle, &[response.as_str()]);
    }

    /// No response came, for this reason.
    pub(super) fn request_failed(&mut self, at: usize, why: &str) {
        let (handle, sent) = self.sent.swap_remove(at);
        if why == "timeout" || sent.is_last_notify() {
            self.forget_dialog(sent.dialog);
        }
        self.event_of("noResponse", handle, &[why]);
    }

    /// A subscription is over. Calls end in their own way.
    pub(super) fn forget_dialog(&mut self, handle: u32) {
        self.dialogs.retain(|(own, _)| *own != handle);
    }

    /// RFC 6665 §4.4.1: a NOTIFY that overtakes the 2xx makes the dialog.
    pub(super) fn subscribed_by_notify(&mut self, notify: &Request) {
        let Some(tag) = notify.to_tag() else { return };
        let is = |(_, sent): &&(u32, Box<Sent>)| {
            sent.dialog == 0
                && sent.outgoing.method == Method::Subscribe
                && sent.outgoing.call_id == notify.call_id()
                && sent.request.as_ref().is_some_and(|request| request.from_tag() == Some(tag))
        };
        let Some((handle, number)) =
            self.sent.iter().find(is).map(|(handle, sent)| (*handle, sent.outgoing.cseq))
        else {
            return;
        };
        if let Ok(mut dialog) = Dialog::uas(notify, tag, DialogState::Confirmed) {
            dialog.remote_seq = None;
            dialog.local_seq = number;
            self.dialogs.push((handle, Box::new(dialog)));
        }
    }

    /// Handle and text of a draft.
    pub(super) fn shown(&self, handle: u32, outgoing: &Outgoing) -> String {
        let text = outgoing.text(&self.account, &self.via(""));
        [&digits(handle), "\x1f", &text].concat()
    }

    pub(super) fn from(&self, uri: &str, name: &str, tag: &str) -> String {
        let uri = if uri.is_empty() { &self.account.uri } else { uri };
        let name = if name.is_empty() { &self.account.display_name } else { name };
        NameAddr::format(name, uri, tag)
    }

    pub(super) fn preload(&self, outgoing: &mut Outgoing) {
        if let Some(flow) = self.flow.as_ref().filter(|_| self.account.preloaded_route) {
            line(&mut outgoing.routes, "Route", &["<", &flow.route, ";lr>"]);
        }
    }

    pub(super) fn call_id(&mut self) -> String {
        [&*self.account.call_id_prefix, &self.entropy.token(17)].concat()
    }

    pub(super) fn first_number(&mut self) -> u32 {
        self.entropy.jitter(9_999) as u32 + 1
    }
}
