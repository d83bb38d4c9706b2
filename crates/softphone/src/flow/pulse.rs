//! Whether a flow lives: keep-alive in both directions (RFC 5626 §3.5.1, §4.4.1).

use super::FlowTimer;
use super::machine::Flow;
use crate::context::{Context, Key};
use crate::{Output, SocketId};
use alloc::string::String;
use headset_sip::text::concat;
use headset_sip::{Method, Name, PING, PONG, Time};

/// For the answer to a ping. With the silence before it less than the 20 s in which a dead server must be found.
const PONG_WITHIN_MS: u64 = 7_000;
/// For the answer to OPTIONS.
const ANSWER_MS: u64 = 5_000;

/// What is known of the other end's life.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    phase: Phase,
    /// It pings, or has answered a ping: one that it does not answer any more is a sign of death.
    knows_pings: bool,
    /// It has answered OPTIONS and never a ping.
    needs_options: bool,
    /// OPTIONS of ours.
    options: Option<Key>,
    /// Seconds within which the server wants to be pinged, and until when (Flow-Timer, RFC 5626 §4.4.1).
    flow_timer: Option<(u32, Time)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Something came lately.
    #[default]
    Heard,
    /// A ping was sent since.
    Pinged,
    /// OPTIONS was sent since.
    Asked,
}

impl Flow {
    /// A frame came. A SIP message is given back.
    pub(super) fn received(&mut self, ctx: &mut Context, text: String) -> Option<String> {
        let socket = self.socket()?;
        ctx.routes.heard(socket, ctx.now);
        let message = text.bytes().any(|byte| !matches!(byte, b'\r' | b'\n'));
        let pulse = &mut self.pulse;
        pulse.knows_pings |= !message;
        pulse.needs_options = !pulse.knows_pings && (pulse.needs_options || pulse.phase == Phase::Asked);
        pulse.phase = Phase::Heard;
        self.listen(ctx);
        if text == PING {
            ctx.outputs.push(Output::Send { socket, text: PONG.into() });
        }
        message.then_some(text)
    }

    /// Waits for a sign of life.
    pub(super) fn listen(&mut self, ctx: &mut Context) {
        let quiet = u64::from(ctx.options().keep_alive_ms);
        let quiet = (quiet > 0).then_some(quiet);
        let due = self.pulse.flow_timer.map(|(_, by)| by.ms_since(ctx.now));
        match due.filter(|due| quiet.is_none_or(|quiet| *due < quiet)).or(quiet) {
            Some(after) => self.set(ctx, FlowTimer::Silence, after),
            None => self.clear(ctx, FlowTimer::Silence),
        }
    }

    /// Nothing is known of the other end of a new socket.
    pub(super) fn new_pulse(&mut self, ctx: &mut Context) {
        // What kind of server it is is known from the socket before.
        let Pulse { knows_pings, needs_options, .. } = self.pulse;
        self.pulse = Pulse { knows_pings, needs_options, ..Pulse::default() };
        self.listen(ctx);
    }

    /// The registrar has said how often it wants to be pinged, or not.
    pub(super) fn pinged_within(&mut self, ctx: &mut Context, seconds: Option<u32>) {
        let seconds = seconds.filter(|seconds| *seconds > 0);
        self.pulse.flow_timer = seconds.map(|seconds| (seconds, next_ping(ctx, seconds)));
        if self.pulse.phase == Phase::Heard {
            self.listen(ctx);
        }
    }

    /// The silence has lasted, or the server wants its ping.
    pub(super) fn silent(&mut self, ctx: &mut Context) {
        let Some(socket) = self.socket() else { return };
        let pulse = &mut self.pulse;
        let wait = match pulse.phase {
            Phase::Heard if !pulse.needs_options || pulse.flow_timer.is_some() => {
                if let Some((seconds, by)) = &mut pulse.flow_timer {
                    *by = next_ping(ctx, *seconds);
                }
                pulse.phase = Phase::Pinged;
                ctx.outputs.push(Output::Send { socket, text: PING.into() });
                PONG_WITHIN_MS
            }
            // Not every server answers pings that are text frames; every one answers OPTIONS (RFC 3261 §11).
            Phase::Heard => {
                self.ask(ctx, socket);
                PONG_WITHIN_MS
            }
            Phase::Pinged if !pulse.knows_pings => {
                self.ask(ctx, socket);
                ANSWER_MS
            }
            Phase::Pinged | Phase::Asked => return self.replace(ctx, "the registrar is silent"),
        };
        self.set(ctx, FlowTimer::Silence, wait);
    }

    /// Whether a response is to our OPTIONS.
    pub(super) fn is_pulse(&self, key: Key) -> bool {
        self.pulse.options == Some(key)
    }

    fn ask(&mut self, ctx: &mut Context, socket: SocketId) {
        let to = concat(&["<", &ctx.account.registrar_uri(), ">"]);
        let call_id = ctx.entropy.token(22);
        let builder = ctx
            .own_request(socket, Method::Options, &to, "", &call_id, 1)
            .header(Name::Contact, &ctx.account.contact(""));
        self.pulse.options = Some(ctx.send(socket, builder, "outbound"));
        self.pulse.phase = Phase::Asked;
    }
}

/// RFC 5626 §4.4.1: at 80 to 100 % of the time.
fn next_ping(ctx: &mut Context, seconds: u32) -> Time {
    let ms = u64::from(seconds) * 800;
    ctx.now.after(ms + ctx.entropy.jitter(ms / 4))
}
