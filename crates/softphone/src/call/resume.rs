//! A call that outlives its page: stored before the far end may count on it, and taken up again by the page that comes
//! back.

use super::active::Active;
use super::dial::Dial;
use super::transfer::replaces;
use super::{Call, CallState, Ending, Facts, Media, calm, text, wake};
use crate::context::{CallTimer, Context};
use crate::{CallDirection, CallId, CallOptions, Event, MediaOptions, Party};
use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use core::time::Duration;
use headset_sip::text::{cut, cut_or_all, lines};
use headset_sip::{Dialog, Uri};

/// The first line says how the rest is to be read.
const VERSION: &str = "call 1";
/// The page that was left may have sent this many requests since it stored the dialog.
const AHEAD: u32 = 100;
/// So it is stored again after half as many.
const DRIFT: u32 = 50;
/// For a flow to come up and the far end to answer.
const PATIENCE: Duration = Duration::from_secs(60);

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
    pub(super) fn resume(
        ctx: &mut Context,
        call: CallId,
        options: MediaOptions,
        stored: &str,
    ) -> Option<Call> {
        let (facts, kept) = decode(stored)?;
        let mut media = Media::new(call, options);
        media.muted = kept.muted;
        media.renew(ctx);
        let caller = facts.direction == CallDirection::Outgoing;
        let mut active = Active::new(ctx, call, kept.dialog, caller, "");
        active.dialog.local_seq = active.dialog.local_seq.saturating_add(AHEAD);
        active.resuming = true;
        active.offer_again(ctx, &media, kept.hold);
        media.keep_muted(ctx);
        wake(ctx, call, CallTimer::GiveUp, PATIENCE);
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
        let mut dial = Dial::new(ctx, self.call, to.clone(), CallOptions::DEFAULT);
        dial.replaces = replaces(dialog);
        dial.wait_for_flow(ctx, active.offer().into());
        self.state = CallState::Dialling(dial);
        ctx.calls_changed = true;
        None
    }
}

/// What is kept of a call beside its [`Facts`].
struct Kept {
    dialog: Dialog,
    muted: bool,
    hold: bool,
}

/// One `name value` a line, then the dialog.
fn encode(facts: &Facts, media: &Media, active: &Active) -> String {
    let mut out = String::from(VERSION);
    let mut line = |name: &str, value: &str| {
        out.push('\n');
        out.push_str(name);
        out.push(' ');
        for c in value.chars() {
            out.push(if matches!(c, '\n' | '\r') { ' ' } else { c });
        }
    };
    line("id", &facts.id);
    line("direction", if facts.direction == CallDirection::Incoming { "incoming" } else { "outgoing" });
    line("local-name", &facts.local.display_name);
    line("local-uri", &facts.local.uri);
    line("remote-name", &facts.remote.display_name);
    line("remote-uri", &facts.remote.uri);
    for header in lines(&facts.invite).take_while(|header| !header.is_empty()) {
        line("invite", header);
    }
    if media.muted {
        line("muted", "");
    }
    if active.hold.is_on() {
        line("hold", "");
    }
    out.push('\n');
    out.push_str(&active.dialog.encode());
    out
}

fn decode(stored: &str) -> Option<(Box<Facts>, Kept)> {
    let (version, mut rest) = cut(stored, b'\n')?;
    if version != VERSION {
        return None;
    }
    let mut facts = Box::new(Facts {
        id: String::new(),
        direction: CallDirection::Outgoing,
        local: Party::NOBODY,
        remote: Party::NOBODY,
        invite: String::new(),
        asserted: None,
    });
    let (mut muted, mut hold) = (false, false);
    while !rest.starts_with("dialog ") {
        let (line, after) = cut(rest, b'\n')?;
        rest = after;
        let (name, value) = cut_or_all(line, b' ');
        let party = if name.starts_with("local") { &mut facts.local } else { &mut facts.remote };
        match name {
            "id" => facts.id = value.into(),
            "direction" if value == "incoming" => facts.direction = CallDirection::Incoming,
            "local-name" | "remote-name" => party.display_name = value.into(),
            "local-uri" | "remote-uri" => {
                if let Ok(uri) = Uri::parse(value) {
                    let display_name = mem::take(&mut party.display_name);
                    *party = Party { display_name, ..text::party_of(&uri) };
                }
            }
            "invite" => {
                facts.invite.push_str(value);
                facts.invite.push_str("\r\n");
            }
            "muted" => muted = true,
            "hold" => hold = true,
            // Whoever writes version 1 later may say more.
            _ => {}
        }
    }
    Some((facts, Kept { dialog: Dialog::decode(rest).ok()?, muted, hold }))
}
