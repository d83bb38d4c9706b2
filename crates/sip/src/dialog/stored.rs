use super::{Dialog, State};
use crate::Invalid;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The first line says how the rest is to be read.
const VERSION: &str = "dialog 1";

/// One `name value` a line. No value has a line end in it: they come from header lines.
pub(super) fn encode(dialog: &Dialog) -> String {
    let mut out = String::from(VERSION);
    let mut line = |name: &str, value: &str| {
        out.push('\n');
        out.push_str(name);
        out.push(' ');
        out.extend(value.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    };
    line("call-id", &dialog.call_id);
    line("local-tag", &dialog.local_tag);
    line("remote-tag", &dialog.remote_tag);
    line("local-seq", &dialog.local_seq.to_string());
    if let Some(seq) = dialog.remote_seq {
        line("remote-seq", &seq.to_string());
    }
    line("local-uri", &dialog.local_uri);
    line("remote-uri", &dialog.remote_uri);
    line("remote-target", &dialog.remote_target);
    for route in &dialog.route_set {
        line("route", route);
    }
    if dialog.secure {
        line("secure", "");
    }
    line("state", if dialog.state == State::Early { "early" } else { "confirmed" });
    out
}

pub(super) fn decode(text: &str) -> Result<Dialog, Invalid> {
    let mut lines = text.split('\n');
    if lines.next() != Some(VERSION) {
        return Err(Invalid("a stored dialog of another version"));
    }
    let number = |value: &str| value.parse().map_err(|_| Invalid("a stored dialog with a bad number"));
    let (mut call_id, mut local_tag, mut remote_tag, mut local_seq, mut remote_seq) =
        (None, None, None, None, None);
    let (mut local_uri, mut remote_uri, mut remote_target, mut state) = (None, None, None, None);
    let (mut route_set, mut secure) = (Vec::new(), false);
    for line in lines {
        let (name, value) = line.split_once(' ').ok_or(Invalid("a stored dialog with a bad line"))?;
        let text = || Some(String::from(value));
        match name {
            "call-id" => call_id = text(),
            "local-tag" => local_tag = text(),
            "remote-tag" => remote_tag = text(),
            "local-seq" => local_seq = Some(number(value)?),
            "remote-seq" => remote_seq = Some(number(value)?),
            "local-uri" => local_uri = text(),
            "remote-uri" => remote_uri = text(),
            "remote-target" => remote_target = text(),
            "route" => route_set.push(value.into()),
            "secure" => secure = true,
            "state" => {
                state = Some(match value {
                    "early" => State::Early,
                    "confirmed" => State::Confirmed,
                    _ => return Err(Invalid("a stored dialog in no state")),
                });
            }
            // Later versions of version 1 may say more.
            _ => {}
        }
    }
    const MISSING: Invalid = Invalid("a stored dialog with a part missing");
    Ok(Dialog {
        call_id: call_id.ok_or(MISSING)?,
        local_tag: local_tag.ok_or(MISSING)?,
        remote_tag: remote_tag.ok_or(MISSING)?,
        local_seq: local_seq.ok_or(MISSING)?,
        remote_seq,
        local_uri: local_uri.ok_or(MISSING)?,
        remote_uri: remote_uri.ok_or(MISSING)?,
        remote_target: remote_target.ok_or(MISSING)?,
        route_set,
        secure,
        state: state.ok_or(MISSING)?,
    })
}
