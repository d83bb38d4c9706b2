use super::{Dialog, State};
use crate::Invalid;
use crate::message::{number, push_number};
use crate::stored::{get, next, push};
use alloc::string::String;

/// The first line says how the rest is to be read.
const VERSION: &str = "1";

/// What is kept as it is.
static TEXTS: [&str; 6] = ["call-id", "local-tag", "remote-tag", "local-uri", "remote-uri", "remote-target"];

impl Dialog {
    /// The text of [`TEXTS`]' name at this place.
    fn text(&mut self, at: usize) -> &mut String {
        match at {
            0 => &mut self.call_id,
            1 => &mut self.local_tag,
            2 => &mut self.remote_tag,
            3 => &mut self.local_uri,
            4 => &mut self.remote_uri,
            _ => &mut self.remote_target,
        }
    }
}

/// No value has a line end in it: they come from header lines.
pub(super) fn encode(dialog: &Dialog, out: &mut String) {
    push(out, "dialog", VERSION);
    push(out, "call-id", &dialog.call_id);
    push(out, "local-tag", &dialog.local_tag);
    push(out, "remote-tag", &dialog.remote_tag);
    push(out, "local-uri", &dialog.local_uri);
    push(out, "remote-uri", &dialog.remote_uri);
    push(out, "remote-target", &dialog.remote_target);
    for route in &dialog.route_set {
        push(out, "route", route);
    }
    push(out, "state", if dialog.state == State::Early { "early" } else { "confirmed" });
    push(out, "local-seq", "");
    push_number(out, dialog.local_seq);
    if let Some(seq) = dialog.remote_seq {
        push(out, "remote-seq", "");
        push_number(out, seq);
    }
}

pub(super) fn decode(text: &str) -> Result<Dialog, Invalid> {
    if !text.starts_with("dialog ") || get(text, "dialog") != Some(VERSION) {
        return Err(Invalid::new("a stored dialog of another version"));
    }
    read(text).ok_or(Invalid::new("a stored dialog that makes no sense"))
}

/// Whoever writes this version later may say more.
fn read(text: &str) -> Option<Dialog> {
    let mut dialog = Dialog::NONE;
    for (at, name) in TEXTS.iter().enumerate() {
        *dialog.text(at) = get(text, name)?.into();
    }
    dialog.local_seq = number(get(text, "local-seq")?)?;
    if let Some(value) = get(text, "remote-seq") {
        dialog.remote_seq = Some(number(value)?);
    }
    dialog.state = match get(text, "state")? {
        "early" => State::Early,
        "confirmed" => State::Confirmed,
        _ => return None,
    };
    let mut rest = text;
    while let Some(route) = next(&mut rest, "route") {
        dialog.route_set.push(route.into());
    }
    Some(dialog)
}
