//! Texts that are kept, for instance over a reload: one `name value` a line.

use crate::message::{cut_or_all, push_line};
use alloc::string::String;

/// Adds a line. Line ends in the value become spaces.
pub fn push(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(name);
    text.push(' ');
    push_line(text, value);
}

/// The value of the first line of this name.
pub fn get<'a>(mut text: &'a str, name: &str) -> Option<&'a str> {
    next(&mut text, name)
}

/// The value of the next line of this name; what is after it is left of the text.
pub fn next<'a>(text: &mut &'a str, name: &str) -> Option<&'a str> {
    while !text.is_empty() {
        let (line, rest) = cut_or_all(text, b'\n');
        *text = rest;
        if let Some(value) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(" ")) {
            return Some(value);
        }
    }
    None
}
