//! What both machines are told in the same way: sockets, peer connections, calls.

use crate::fields::Fields;
use crate::kind;
use alloc::boxed::Box;
use alloc::string::String;
use headset_softphone::{
    CallCommand, CallId, CallOptions, Command, Dtmf, DtmfTransport, EndOptions, Input, MediaOptions,
    PeerEvent, PeerId, Permission, SocketEvent, SocketId, Time,
};

/// Something that happened.
pub(crate) struct Told<'a> {
    pub(crate) now: Time,
    pub(crate) kind: u32,
    pub(crate) number: u32,
    pub(crate) fields: Fields<'a>,
}

impl<'a> Told<'a> {
    pub(crate) fn read(text: &'a str) -> Self {
        let mut fields = Fields::of(text);
        let now = Time(fields.number());
        let (kind, number) = (fields.number() as u32, fields.number() as u32);
        Told { now, kind, number, fields }
    }
}

/// `None` for what only the other machine understands.
pub(crate) fn input(told: &mut Told<'_>) -> Option<Input> {
    let Told { kind, number, ref mut fields, .. } = *told;
    Some(match kind {
        kind::SOCKET_OPENED..=kind::SOCKET_CLOSED => Input::Socket(SocketId(number), socket(kind, fields)),
        kind::PEER_DESCRIBED..=kind::PEER_NO_MEDIA => Input::Peer(PeerId(number), peer(kind, fields)),
        kind::MICROPHONE_PERMISSION => Input::MicrophonePermission(match fields.field() {
            "granted" => Permission::Granted,
            "denied" => Permission::Denied,
            _ => Permission::Prompt,
        }),
        kind::NETWORK_BACK => Input::Nudge,
        kind::WOKE => Input::Woke,
        kind::RESUME => {
            Input::Command(Command::Resume { media: MediaOptions(number), stored: fields.rest() })
        }
        _ => {
            let (call, asked) = call(kind, number, fields)?;
            Input::Command(Command::Call(call, asked))
        }
    })
}

fn socket(kind: u32, fields: &mut Fields<'_>) -> SocketEvent {
    match kind {
        kind::SOCKET_OPENED => SocketEvent::Opened,
        kind::SOCKET_RECEIVED => SocketEvent::Received(fields.rest()),
        _ => SocketEvent::Closed { code: fields.number() as u16, reason: fields.rest() },
    }
}

fn peer(kind: u32, fields: &mut Fields<'_>) -> PeerEvent {
    match kind {
        kind::PEER_DESCRIBED => PeerEvent::Described(fields.rest()),
        kind::PEER_ACCEPTED => PeerEvent::Accepted,
        kind::PEER_FAILED => PeerEvent::Failed { message: fields.rest() },
        kind::MICROPHONE_OPENED => PeerEvent::MicrophoneOpened,
        kind::MICROPHONE_FAILED => {
            PeerEvent::MicrophoneFailed { name: fields.text(), message: fields.rest() }
        }
        kind::PEER_CONNECTED => PeerEvent::Connected,
        kind::PEER_DISCONNECTED => PeerEvent::Disconnected,
        _ => PeerEvent::NoMedia,
    }
}

/// What is asked of which call.
fn call(kind: u32, number: u32, fields: &mut Fields<'_>) -> Option<(CallId, CallCommand)> {
    let media = MediaOptions(number);
    let on = number != 0;
    let mut call = CallId::ONE;
    let asked = match kind {
        kind::CALL => CallCommand::Dial { target: fields.rest(), options: options(media) },
        kind::ANSWER => CallCommand::Answer { media, headers: String::new() },
        kind::END => {
            let end = Box::new(EndOptions {
                status_code: u16::try_from(number).ok().filter(|code| *code != 0),
                cause: fields.optional(),
                reason_phrase: fields.optional(),
                ..EndOptions::default()
            });
            call = named(fields);
            CallCommand::End(end)
        }
        kind::HOLD => {
            call = named(fields);
            CallCommand::Hold { on, update: false, headers: String::new() }
        }
        kind::MUTE => {
            call = named(fields);
            CallCommand::Mute(on)
        }
        kind::SEND_DTMF => {
            let transport = if on { DtmfTransport::Rtp } else { DtmfTransport::Info };
            CallCommand::SendDtmf { tones: fields.rest(), dtmf: Dtmf { transport, ..Dtmf::default() } }
        }
        kind::TRANSFER => {
            let with = on.then_some(CallId(number));
            CallCommand::Transfer { target: fields.rest(), with, headers: String::new() }
        }
        kind::CONSULT => {
            let new = named(fields);
            CallCommand::Consult { new, target: fields.rest(), options: options(media) }
        }
        _ => return None,
    };
    Some((call, asked))
}

fn named(fields: &mut Fields<'_>) -> CallId {
    CallId(fields.number() as u32)
}

fn options(media: MediaOptions) -> Box<CallOptions> {
    Box::new(CallOptions { media, ..CallOptions::default() })
}
