//! What both machines are told in the same way: sockets, peer connections, calls.

use crate::fields::Fields;
use crate::kind;
use headset_softphone::{
    Command, Credentials, EndOptions, Identity, Input, MediaOptions, PeerEvent, PeerId, Permission,
    SocketEvent, SocketId, Time,
};

/// Names the engine on the wire.
const USER_AGENT: &str = concat!("Headset/", env!("CARGO_PKG_VERSION"));

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
    let command = Input::Command;
    let media = MediaOptions(number);
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
        kind::CALL => command(Command::Call { target: text.into(), media }),
        kind::ANSWER => command(Command::Answer { media }),
        kind::END => {
            let mut fields = Fields::of(text);
            command(Command::End(EndOptions {
                status_code: u16::try_from(number).ok().filter(|code| *code != 0),
                cause: fields.optional(),
                reason_phrase: fields.optional(),
            }))
        }
        kind::HOLD => command(Command::Hold(on)),
        kind::MUTE => command(Command::Mute(on)),
        kind::SEND_DTMF => command(Command::SendDtmf { tones: text.into() }),
        kind::STOP => command(Command::Stop),
        kind::REGISTER => command(register(text)),
        kind::SET_CREDENTIALS => command(Command::SetCredentials(credentials(&mut Fields::of(text)))),
        _ => return None,
    })
}

fn register(text: &str) -> Command {
    let mut fields = Fields::of(text);
    let identity = Identity {
        login: fields.text(),
        domain: fields.text(),
        display_name: fields.text(),
        instance_id: fields.text(),
        user_agent: USER_AGENT.into(),
    };
    Command::Start { identity, credentials: credentials(&mut fields), registrars: fields.registrars() }
}

fn credentials(fields: &mut Fields<'_>) -> Credentials {
    Credentials { username: fields.text(), password: fields.text() }
}
