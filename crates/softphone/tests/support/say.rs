//! What is asked of the one call, in short.

use headset_softphone::{CallCommand, CallId, CallOptions, Command, Dtmf, EndOptions, MediaOptions};

pub fn dial(target: &str, media: MediaOptions) -> Command {
    let options = Box::new(CallOptions { media, ..CallOptions::default() });
    call(CallCommand::Dial { target: target.into(), options })
}

pub fn answer(media: MediaOptions) -> Command {
    call(CallCommand::Answer { media, headers: String::new() })
}

pub fn end() -> Command {
    end_with(EndOptions::default())
}

pub fn end_with(options: EndOptions) -> Command {
    call(CallCommand::End(Box::new(options)))
}

pub fn hold(on: bool) -> Command {
    call(CallCommand::Hold { on, update: false, headers: String::new() })
}

pub fn mute(on: bool) -> Command {
    call(CallCommand::Mute(on))
}

pub fn keys(tones: &str) -> Command {
    call(CallCommand::SendDtmf { tones: tones.into(), dtmf: Dtmf::default() })
}

pub fn resume(stored: &str) -> Command {
    Command::Resume { media: MediaOptions(0), stored: stored.into() }
}

/// The same of this call.
pub fn to(call: u32, command: Command) -> Command {
    match command {
        Command::Call(_, command) => Command::Call(CallId(call), command),
        other => other,
    }
}

pub fn call(command: CallCommand) -> Command {
    Command::Call(CallId::ONE, command)
}
