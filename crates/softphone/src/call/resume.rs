//! A call that outlives its page: stored before the far end may count on it, and taken up again by the page that comes
//! back.

use super::active::Active;
use super::dial::Dial;
use super::transfer::replaces;
use super::{Call, CallState, Ending, Facts, Media, calm, text, wake};
use crate::context::{CallTimer, Context};
use crate::{CallDirection, CallId, CallOptions, Event, MediaOptions};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::text::lines;
use headset_sip::{Dialog, Uri, stored};

/// Says how the rest is to be read.
const VERSION: &str = "1";
/// The page that was left may have sent this many requests since it stored the dialog.
const AHEAD: u32 = 100;
/// So it is stored again after half as many.
const DRIFT: u32 = 50;
/// For a flow to come up and the far end to answer.
const PATIENCE_MS: u64 = 60_000;

impl Call {
    /// Has the body store what it takes to go on after a reload. Called before what it tells of goes out.
    pub(super) fn store(&mut self, ctx: &mut Context) {
        let CallState::Active(active) = &mut self.state else { return };
        if ctx.supervised() || active.resuming {
            return;
        }
        active.stored_seq = Some(active.dialog.local_seq);
        let stored = encode(&self.facts, &self.media, active);
        ctx.event(Event::DialogChanged { call: self.call, stored });
    }

    /// Stores it again where much has changed.
    pub(super) fn pursue_store(&mut self, ctx: &mut Context) {
        let CallState::Active(active) = &self.state else { return };
        let stored = active.stored_seq;
        if stored.is_none_or(|seq| active.dialog.local_seq >= seq.saturating_add(DRIFT)) {
            self.store(ctx);
        }
    }

    /// The call that was stored, with a new peer connection that is to be offered to the far end. `None` where it
    /// cannot be read.
    pub(super) fn resume(ctx: &mut Context, call: CallId, options: MediaOptions, text: &str) -> Option<Call> {
        let (facts, dialog) = decode(text)?;
        let says = |name: &str| stored::get(text, name).is_some();
        let mut media = Media::new(call, options);
        media.muted = says("muted");
        media.renew(ctx);
        let caller = facts.direction == CallDirection::Outgoing;
        let mut active = Active::new(ctx, call, dialog, caller, "");
        active.dialog.local_seq = active.dialog.local_seq.saturating_add(AHEAD);
        active.resuming = true;
        active.offer_again(ctx, &media, says("hold"));
        media.keep_muted(ctx);
        wake(ctx, call, CallTimer::GiveUp, PATIENCE_MS);
        let call = Call::new(facts, media, CallState::Active(active));
        call.trace(ctx, "call_returning");
        Some(call)
    }

    /// The far end has answered our return, or refused it.
    pub(super) fn returned(&mut self, ctx: &mut Context, taken: bool) -> Option<Box<Ending>> {
        let CallState::Active(active) = &mut self.state else { return None };
        if !taken {
            return Some(active.not_resumed("Dialog Error"));
        }
        active.resuming = false;
        active.session.start(ctx, self.call);
        calm(ctx, self.call, CallTimer::GiveUp);
        self.trace(ctx, "call_returned");
        self.store(ctx);
        None
    }

    /// RFC 3891: whoever knows the call only by its dialog's name lets us take its place.
    pub(super) fn replace(&mut self, ctx: &mut Context) -> Option<Box<Ending>> {
        let CallState::Active(active) = &self.state else { return None };
        let (dialog, to) = (&active.dialog, &active.dialog.remote_uri);
        if Uri::parse(to).is_err() {
            return Some(active.not_resumed("Dialog Error"));
        }
        let mut dial = Dial::new(ctx, self.call, to.clone(), &mut CallOptions::default());
        dial.replaces = replaces(dialog);
        dial.wait_for_flow(ctx, active.offer().into());
        self.state = CallState::Dialling(dial);
        ctx.calls_changed = true;
        None
    }
}

/// The dialog, then one `name value` a line.
fn encode(facts: &Facts, media: &Media, active: &Active) -> String {
    let mut out = active.dialog.encode();
    let mut line = |name: &str, value: &str| stored::push(&mut out, name, value);
    line("call", VERSION);
    line("id", &facts.id);
    line("local", &text::address(&facts.local));
    line("remote", &text::address(&facts.remote));
    for header in lines(&facts.invite).take_while(|header| !header.is_empty()) {
        line("invite", header);
    }
    let mut flag = |name: &str, is: bool| {
        if is {
            line(name, "");
        }
    };
    flag("incoming", facts.direction == CallDirection::Incoming);
    flag("muted", media.muted);
    flag("hold", active.hold.is_on());
    out
}

/// Whoever writes this version later may say more.
fn decode(text: &str) -> Option<(Box<Facts>, Dialog)> {
    let dialog = Dialog::decode(text).ok()?;
    let get = |name: &str| stored::get(text, name);
    if get("call") != Some(VERSION) {
        return None;
    }
    let party = |name: &str| text::party_in(get(name).unwrap_or(""));
    let mut facts = Facts::new(get("id")?, party("local"), party("remote"));
    if get("incoming").is_some() {
        facts.direction = CallDirection::Incoming;
    }
    let mut rest = text;
    while let Some(header) = stored::next(&mut rest, "invite") {
        facts.invite.push_str(header);
        facts.invite.push_str("\r\n");
    }
    Some((facts, dialog))
}
