use super::{Dialog, State};
use crate::Invalid;
use crate::message::{cut, number, push_line, push_number};
use crate::text::{cut_or_all, push};
use alloc::string::String;
use alloc::vec::Vec;

/// The first line says how the rest is to be read.
const VERSION: &str = "dialog 1";

/// Names of the texts, in the order in which both functions below have them.
static TEXTS: [&str; 6] = ["call-id", "local-tag", "remote-tag", "local-uri", "remote-uri", "remote-target"];

/// One `name value` a line. No value has a line end in it: they come from header lines.
pub(super) fn encode(dialog: &Dialog) -> String {
    let mut out = String::from(VERSION);
    let Dialog { call_id, local_tag, remote_tag, local_uri, remote_uri, remote_target, .. } = dialog;
    let texts = [call_id, local_tag, remote_tag, local_uri, remote_uri, remote_target];
    for (name, value) in TEXTS.iter().zip(texts) {
        push_text(&mut out, name, value);
    }
    for route in &dialog.route_set {
        push_text(&mut out, "route", route);
    }
    push_text(&mut out, "local-seq", "");
    push_number(&mut out, dialog.local_seq);
    if let Some(remote_seq) = dialog.remote_seq {
        push_text(&mut out, "remote-seq", "");
        push_number(&mut out, remote_seq);
    }
    if dialog.secure {
        push_text(&mut out, "secure", "");
    }
    push_text(&mut out, "state", if dialog.state == State::Early { "early" } else { "confirmed" });
    out
}

fn push_text(out: &mut String, name: &str, value: &str) {
    push(out, &["\n", name, " "]);
    push_line(out, value);
}

pub(super) fn decode(text: &str) -> Result<Dialog, Invalid> {
    let (version, mut rest) = cut_or_all(text, b'\n');
    if version != VERSION {
        return Err(Invalid("a stored dialog of another version"));
    }
    let mut texts = <[String; 6]>::default();
    // One bit for each of them that was there.
    let mut seen = 0u8;
    let (mut local_seq, mut remote_seq, mut state) = (None, None, None);
    let (mut route_set, mut secure) = (Vec::new(), false);
    while !rest.is_empty() {
        let line;
        (line, rest) = cut_or_all(rest, b'\n');
        let (name, value) = cut(line, b' ').ok_or(Invalid("a stored dialog with a bad line"))?;
        match name {
            "local-seq" | "remote-seq" => {
                let number = number(value).ok_or(Invalid("a stored dialog with a bad number"))?;
                *(if name == "local-seq" { &mut local_seq } else { &mut remote_seq }) = Some(number);
            }
            "state" => {
                state = Some(match value {
                    "early" => State::Early,
                    "confirmed" => State::Confirmed,
                    _ => return Err(Invalid("a stored dialog in no state")),
                });
            }
            "route" => route_set.push(value.into()),
            "secure" => secure = true,
            // Whoever writes version 1 later may say more.
            _ => {
                for (at, place) in texts.iter_mut().enumerate().filter(|(at, _)| TEXTS[*at] == name) {
                    *place = value.into();
                    seen |= 1 << at;
                }
            }
        }
    }
    let (Some(local_seq), Some(state), 0b11_1111) = (local_seq, state, seen) else {
        return Err(Invalid("a stored dialog with a part missing"));
    };
    let [call_id, local_tag, remote_tag, local_uri, remote_uri, remote_target] = texts;
    Ok(Dialog {
        call_id,
        local_tag,
        remote_tag,
        local_seq,
        remote_seq,
        local_uri,
        remote_uri,
        remote_target,
        route_set,
        secure,
        state,
    })
}
