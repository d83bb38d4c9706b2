//! What both machines are told in the same way: sockets, peer connections, calls.

use crate::fields::Fields;
use crate::kind;
use alloc::boxed::Box;
use alloc::string::String;
use headset_softphone::{
    CallCommand, CallId, CallOptions, Command, Dtmf, DtmfTransport, EndOptions, Input, MediaOptions,
    PeerEvent, PeerId, Permission, SocketEvent, SocketId, Time,
};

/// `performance.now()` on the engine's clock.
pub(crate) fn time(now: f64) -> Time {
    Time(now as u64)
}

/// The engine's clock for `setTimeout`; infinite where nothing is due.
pub(crate) fn due(time: Option<Time>) -> f64 {
    time.map_or(f64::INFINITY, |time| time.0 as f64)
}

/// `None` for what only the other machine understands.
pub(crate) fn input(kind: u32, number: u32, text: &str) -> Option<Input> {
    let socket = |event| Input::Socket(SocketId(number), event);
    let peer = |event| Input::Peer(PeerId(number), event);
    let call = |call, asked| Input::Command(Command::Call(call, asked));
    let media = MediaOptions(number);
    let options = || Box::new(CallOptions { media, ..CallOptions::default() });
    let on = number != 0;
    Some(match kind {
        kind::SOCKET_OPENED => socket(SocketEvent::Opened),
        kind::SOCKET_RECEIVED => socket(SocketEvent::Received(text.into())),
        kind::SOCKET_CLOSED => {
            let mut fields = Fields::of(text);
            socket(SocketEvent::Closed { code: fields.number() as u16, reason: fields.rest() })
        }
        kind::PEER_DESCRIBED => peer(PeerEvent::Described(text.into())),
        kind::PEER_ACCEPTED => peer(PeerEvent::Accepted),
        kind::PEER_FAILED => peer(PeerEvent::Failed { message: text.into() }),
        kind::MICROPHONE_OPENED => peer(PeerEvent::MicrophoneOpened),
        kind::MICROPHONE_FAILED => {
            let mut fields = Fields::of(text);
            peer(PeerEvent::MicrophoneFailed { name: fields.text(), message: fields.rest() })
        }
        kind::PEER_CONNECTED => peer(PeerEvent::Connected),
        kind::PEER_DISCONNECTED => peer(PeerEvent::Disconnected),
        kind::PEER_NO_MEDIA => peer(PeerEvent::NoMedia),
        kind::MICROPHONE_PERMISSION => Input::MicrophonePermission(match text {
            "granted" => Permission::Granted,
            "denied" => Permission::Denied,
            _ => Permission::Prompt,
        }),
        kind::NETWORK_BACK => Input::Nudge,
        kind::WOKE => Input::Woke,
        kind::CALL => call(CallId::ONE, CallCommand::Dial { target: text.into(), options: options() }),
        kind::ANSWER => call(CallId::ONE, CallCommand::Answer { media, headers: String::new() }),
        kind::END => {
            let mut fields = Fields::of(text);
            let end = Box::new(EndOptions {
                status_code: u16::try_from(number).ok().filter(|code| *code != 0),
                cause: fields.optional(),
                reason_phrase: fields.optional(),
                ..EndOptions::default()
            });
            call(named(&mut fields), CallCommand::End(end))
        }
        kind::HOLD => {
            let hold = CallCommand::Hold { on, update: false, headers: String::new() };
            call(named(&mut Fields::of(text)), hold)
        }
        kind::MUTE => call(named(&mut Fields::of(text)), CallCommand::Mute(on)),
        kind::SEND_DTMF => {
            let transport = if on { DtmfTransport::Rtp } else { DtmfTransport::Info };
            let dtmf = Dtmf { transport, ..Dtmf::default() };
            call(CallId::ONE, CallCommand::SendDtmf { tones: text.into(), dtmf })
        }
        kind::TRANSFER => {
            let with = on.then_some(CallId(number));
            call(CallId::ONE, CallCommand::Transfer { target: text.into(), with, headers: String::new() })
        }
        kind::CONSULT => {
            let mut fields = Fields::of(text);
            let new = named(&mut fields);
            call(CallId::ONE, CallCommand::Consult { new, target: fields.rest(), options: options() })
        }
        kind::RESUME => call(CallId::ONE, CallCommand::Resume { media, stored: text.into() }),
        _ => return None,
    })
}

fn named(fields: &mut Fields<'_>) -> CallId {
    CallId(fields.number() as u32)
}
