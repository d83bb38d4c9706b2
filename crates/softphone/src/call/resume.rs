//! Calls that outlive their page: stored before the far end may count on it, and taken up again by the page that comes
//! back.

use super::active::Active;
use super::arrivals::new_id;
use super::calls::Calls;
use super::dial::Dial;
use super::transfer::replaces;
use super::{Call, CallState, Ending, Facts, Media, text, wake};
use crate::context::{CallTimer, Context};
use crate::{CallDirection, CallId, CallOptions, MediaOptions};
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::text::{decimal, lines, number};
use headset_sip::{Dialog, Uri, stored};

/// Says how the rest is to be read.
const VERSION: &str = "2";
/// The page that was left may have failed to store this many requests.
const AHEAD: u32 = 100;
/// For a flow to come up and the far end to answer.
const PATIENCE_MS: u64 = 60_000;

impl Calls {
    /// All that was answered, one after the other: the dialog, then one `name value` a line, of which `call` is the last.
    pub(crate) fn kept(&self) -> String {
        let mut out = String::new();
        for call in &self.calls {
            let CallState::Active(active) = &call.state else { continue };
            active.dialog.encode(&mut out);
            // Where several were talked to, who waits may be another.
            let consults =
                call.consults.filter(|(waiting, _)| self.calls.first().is_some_and(|it| it.call == *waiting));
            encode(&mut out, call, active, consults);
        }
        out
    }

    /// Takes up what was kept.
    pub(crate) fn resume(&mut self, ctx: &mut Context, media: MediaOptions, kept: &str) {
        if !self.calls.is_empty() {
            return ctx.error("call_in_progress", "one call at a time");
        }
        let mut rest = kept;
        loop {
            let from = rest;
            let is_known = stored::next(&mut rest, "call") == Some(VERSION);
            let one = from.get(..from.len() - rest.len()).filter(|_| is_known);
            match one.and_then(|text| self.take_up(ctx, media, text)) {
                Some(call) => self.calls.push(call),
                None => ctx.error("stored_call_unreadable", "cannot be read"),
            }
            if rest.is_empty() {
                break;
            }
        }
        ctx.calls_changed = true;
    }

    /// The call that was stored, with a new peer connection that is to be offered to the far end. `None` where it
    /// cannot be read.
    fn take_up(&self, ctx: &mut Context, options: MediaOptions, text: &str) -> Option<Call> {
        let (facts, dialog) = decode(text)?;
        let says = |name: &str| stored::get(text, name).is_some();
        let waiting = self.calls.first().filter(|_| says("consults"));
        let consults = waiting.map(|waiting| (waiting.call, says("again")));
        let call = if consults.is_some() { CallId::CONSULTATION } else { new_id(ctx) };
        let mut media = Media::new(call, options);
        media.muted = says("muted");
        media.renew(ctx);
        let caller = facts.direction == CallDirection::Outgoing;
        let mut active = Active::new(ctx, call, dialog, caller, "");
        active.dialog.local_seq = active.dialog.local_seq.saturating_add(AHEAD);
        active.offer_again(ctx, &media, says("hold"));
        if let Some(id) = stored::get(text, "refer").and_then(number) {
            active.follow_on(ctx, id);
        }
        media.keep_muted(ctx);
        wake(ctx, call, CallTimer::GiveUp, PATIENCE_MS);
        let mut call = Call::new(facts, media, CallState::Active(active));
        call.consults = consults;
        call.returning = true;
        call.trace(ctx, "call_returning");
        Some(call)
    }
}

impl Call {
    /// RFC 3891: whoever knows the call only by its dialog's name lets us take its place.
    pub(super) fn replace(&mut self, ctx: &mut Context) -> Option<Box<Ending>> {
        let CallState::Active(active) = &mut self.state else { return None };
        // Who knows nothing of the dialog tells nothing of a transfer.
        active.transferred(ctx, 481, "no word");
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

fn encode(out: &mut String, call: &Call, active: &Active, consults: Option<(CallId, bool)>) {
    let facts = &call.facts;
    let mut line = |name: &str, value: &str| stored::push(out, name, value);
    line("id", &facts.id);
    line("local", &text::address(&facts.local));
    line("remote", &text::address(&facts.remote));
    for header in lines(&facts.invite).take_while(|header| !header.is_empty()) {
        line("invite", header);
    }
    if let Some(id) = active.refer_id() {
        line("refer", &decimal(id));
    }
    let mut flag = |name: &str, is: bool| {
        if is {
            line(name, "");
        }
    };
    flag("incoming", facts.direction == CallDirection::Incoming);
    flag("muted", call.media.muted);
    flag("hold", active.hold.is_on());
    flag("consults", consults.is_some());
    flag("again", consults.is_some_and(|(_, again)| again));
    line("call", VERSION);
}

/// Whoever writes this version later may say more.
fn decode(text: &str) -> Option<(Box<Facts>, Dialog)> {
    let dialog = Dialog::decode(text).ok()?;
    let get = |name: &str| stored::get(text, name);
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
