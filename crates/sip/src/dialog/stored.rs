use super::{Dialog, State};
use crate::Invalid;
use crate::message::{cut, number, push_line, push_number};
use crate::text::cut_or_all;
use alloc::string::String;
use alloc::vec::Vec;

/// The first line says how the rest is to be read.
const VERSION: &str = "dialog 1";

/// One `name value` a line. No value has a line end in it: they come from header lines.
pub(super) fn encode(dialog: &Dialog) -> String {
    let mut out = String::from(VERSION);
    let texts = [
        ("call-id", &dialog.call_id),
        ("local-tag", &dialog.local_tag),
        ("remote-tag", &dialog.remote_tag),
        ("local-uri", &dialog.local_uri),
        ("remote-uri", &dialog.remote_uri),
        ("remote-target", &dialog.remote_target),
    ];
    let routes = dialog.route_set.iter().map(|route| ("route", route));
    for (name, value) in texts.into_iter().chain(routes) {
        push_name(&mut out, name);
        push_line(&mut out, value);
    }
    for (name, value) in [("local-seq", Some(dialog.local_seq)), ("remote-seq", dialog.remote_seq)] {
        if let Some(value) = value {
            push_name(&mut out, name);
            push_number(&mut out, value);
        }
    }
    if dialog.secure {
        push_name(&mut out, "secure");
    }
    push_name(&mut out, "state");
    out.push_str(if dialog.state == State::Early { "early" } else { "confirmed" });
    out
}

fn push_name(out: &mut String, name: &str) {
    out.push('\n');
    out.push_str(name);
    out.push(' ');
}

pub(super) fn decode(text: &str) -> Result<Dialog, Invalid> {
    let (version, mut rest) = cut_or_all(text, b'\n');
    if version != VERSION {
        return Err(Invalid("a stored dialog of another version"));
    }
    let mut dialog = Dialog {
        call_id: String::new(),
        local_tag: String::new(),
        remote_tag: String::new(),
        local_seq: 0,
        remote_seq: None,
        local_uri: String::new(),
        remote_uri: String::new(),
        remote_target: String::new(),
        route_set: Vec::new(),
        secure: false,
        state: State::Early,
    };
    // One bit for each part that must be there.
    let mut seen = 0u8;
    while !rest.is_empty() {
        let line;
        (line, rest) = cut_or_all(rest, b'\n');
        let (name, value) = cut(line, b' ').ok_or(Invalid("a stored dialog with a bad line"))?;
        let number = || number(value).ok_or(Invalid("a stored dialog with a bad number"));
        let (place, bit) = match name {
            "call-id" => (&mut dialog.call_id, 0),
            "local-tag" => (&mut dialog.local_tag, 1),
            "remote-tag" => (&mut dialog.remote_tag, 2),
            "local-uri" => (&mut dialog.local_uri, 3),
            "remote-uri" => (&mut dialog.remote_uri, 4),
            "remote-target" => (&mut dialog.remote_target, 5),
            "local-seq" => {
                dialog.local_seq = number()?;
                seen |= 1 << 6;
                continue;
            }
            "state" => {
                dialog.state = match value {
                    "early" => State::Early,
                    "confirmed" => State::Confirmed,
                    _ => return Err(Invalid("a stored dialog in no state")),
                };
                seen |= 1 << 7;
                continue;
            }
            "remote-seq" => {
                dialog.remote_seq = Some(number()?);
                continue;
            }
            "route" => {
                dialog.route_set.push(value.into());
                continue;
            }
            "secure" => {
                dialog.secure = true;
                continue;
            }
            // Whoever writes version 1 later may say more.
            _ => continue,
        };
        *place = value.into();
        seen |= 1 << bit;
    }
    if seen == u8::MAX { Ok(dialog) } else { Err(Invalid("a stored dialog with a part missing")) }
}
