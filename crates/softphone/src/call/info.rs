//! INFO both ways: keys, and one end telling the other that it hears nothing any more.

use super::active::Active;
use super::dtmf::{self, Keys};
use super::requests::start;
use super::{Call, CallState, calm};
use crate::context::{CallTimer, Context, Key, Timer};
use crate::{CallEvent, Dtmf, DtmfTransport, Event, PeerRequest};
use alloc::string::String;
use core::mem;
use headset_sip::{Method, Name, Request, Response};

/// The content type by which one end says that it hears nothing any more.
const MEDIA_REPORT: &str = "application/x-headset-media";

/// What is to be said by INFO, one after the other.
#[derive(Debug, Default)]
pub(super) struct Infos {
    keys: Keys,
    pending: Option<(Key, Info)>,
    pub(super) media_lost: bool,
}

#[derive(Clone, Copy, Debug)]
enum Info {
    Key(dtmf::Key),
    MediaLost,
}

impl Infos {
    /// What was said in this transaction.
    fn take(&mut self, key: Key) -> Option<Info> {
        let (own, info) = self.pending?;
        if own != key {
            return None;
        }
        self.pending = None;
        Some(info)
    }
}

impl Active {
    /// Sends what waits for a flow or its time.
    pub(super) fn pursue_info(&mut self, ctx: &mut Context) {
        let infos = &mut self.infos;
        if infos.pending.is_some() || self.unacknowledged.is_some() {
            return;
        }
        let Some(socket) = ctx.routes.best(ctx.now) else { return };
        let (info, content_type, body) = if mem::take(&mut infos.media_lost) {
            (Info::MediaLost, MEDIA_REPORT, String::from("lost"))
        } else {
            let key = infos.keys.next(ctx.now);
            match infos.keys.wake_at() {
                Some(at) => ctx.timers.set(Timer::Call(self.call, CallTimer::Dtmf), at),
                None => calm(ctx, self.call, CallTimer::Dtmf),
            }
            let Some(key) = key else { return };
            (Info::Key(key), dtmf::CONTENT_TYPE, key.body())
        };
        let mut builder = start(ctx, &mut self.dialog, Method::Info).body(content_type, &body);
        if let Info::MediaLost = info {
            builder = builder.raw_header("X-Headset-Media", "lost");
        }
        infos.pending = Some((ctx.send(socket, builder, "outbound"), info));
    }

    /// An INFO was answered; `false` where it was not one of ours.
    pub(super) fn info_answered(&mut self, ctx: &mut Context, key: Key, response: &Response) -> bool {
        let Some(info) = self.infos.take(key) else { return false };
        if let Info::Key(_) = info {
            ctx.tell(self.call, CallEvent::InfoAnswered, response.as_str());
            if response.status() >= 300 {
                self.infos.keys.clear();
                ctx.error("dtmf_failed", response.reason());
            }
        }
        true
    }

    /// An INFO's transaction failed; `false` where it was not one of ours.
    pub(super) fn info_failed(&mut self, ctx: &mut Context, key: Key, timeout: bool) -> bool {
        match self.infos.take(key) {
            Some(Info::Key(tone)) if !timeout => self.infos.keys.put_back(tone),
            Some(Info::MediaLost) if !timeout => self.infos.media_lost = true,
            Some(Info::Key(_)) => {
                self.infos.keys.clear();
                ctx.tell(self.call, CallEvent::InfoAnswered, "");
                ctx.error("dtmf_failed", "no answer");
            }
            Some(_) => {}
            None => return false,
        }
        true
    }

    /// INFO of the far end.
    pub(super) fn info(&mut self, ctx: &mut Context, key: Key, request: &Request) {
        let content_type = request.content_type().unwrap_or("");
        let is = |own: &str| content_type.eq_ignore_ascii_case(own);
        if is(dtmf::CONTENT_TYPE) || is("application/dtmf") {
            match dtmf::parse(content_type, request.body()) {
                Some((tone, duration)) => {
                    ctx.reply(key, request, 200, "OK");
                    ctx.tell(self.call, CallEvent::Info, request.as_str());
                    ctx.event(Event::DtmfReceived { call: self.call, tone, duration });
                }
                None => ctx.reply(key, request, 400, "No Such Tone"),
            }
        } else if is(MEDIA_REPORT) {
            ctx.reply(key, request, 200, "OK");
            ctx.trace("remote_media_lost", "", &[]);
        } else if request.body().is_empty() || ctx.supervised() {
            ctx.reply(key, request, 200, "OK");
            ctx.tell(self.call, CallEvent::Info, request.as_str());
        } else {
            // RFC 6086 §5.1
            let accept = &[(Name::Accept, dtmf::CONTENT_TYPE)];
            ctx.reply_with(key, request, 415, "Unsupported Media Type", accept);
        }
    }
}

impl Call {
    pub(super) fn press(&mut self, ctx: &mut Context, mut tones: String, dtmf: Dtmf) {
        let CallState::Active(active) = &mut self.state else {
            return ctx.error("dtmf_failed", "no active call");
        };
        tones.make_ascii_uppercase();
        let dtmf = dtmf::bounded(dtmf);
        let pressed = match dtmf.transport {
            DtmfTransport::Info => active.infos.keys.press(&tones, dtmf),
            DtmfTransport::Rtp => dtmf::check(&tones),
        };
        match (pressed, dtmf) {
            (Err(message), _) => ctx.error("dtmf_failed", message),
            (Ok(()), Dtmf { transport: DtmfTransport::Rtp, duration, gap }) => {
                self.media.ask(ctx, PeerRequest::InsertDtmf { tones, duration, gap });
            }
            _ => {}
        }
    }
}
