//! Small writers that add to a text, without `core::fmt`: for the browser's sake.

use super::quotes::closing_quote;
use super::scan::{after, find, next_control, slice};
use alloc::borrow::Cow;
use alloc::string::String;

/// Adds a number in decimal digits.
pub fn push_number(out: &mut String, number: u32) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    push_digit(out, "0123456789", number as usize % 10);
}

pub(crate) const HEXADECIMAL: &str = "0123456789abcdef";

/// Adds one of these characters, which are ASCII.
pub(crate) fn push_digit(out: &mut String, digits: &str, digit: usize) {
    out.push_str(slice(digits, digit, digit + 1));
}

/// Adds `text` as a quoted string. Line ends and NULs cannot be in one and become spaces.
pub fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    push_replaced(out, text, |byte| match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        _ => on_one_line(byte),
    });
    out.push('"');
}

/// Adds `text` as one line: line ends and NULs become spaces.
pub(crate) fn push_line(out: &mut String, text: &str) {
    if next_control(text.as_bytes(), 0) == text.len() {
        out.push_str(text);
    } else {
        push_replaced(out, text, on_one_line);
    }
}

fn on_one_line(byte: u8) -> Option<&'static str> {
    matches!(byte, b'\r' | b'\n' | 0).then_some(" ")
}

/// Adds `text` with something else in place of some of its bytes, which are ASCII.
pub(crate) fn push_replaced(out: &mut String, text: &str, instead: fn(u8) -> Option<&'static str>) {
    let mut start = 0;
    for (at, byte) in text.as_bytes().iter().enumerate() {
        if let Some(piece) = instead(*byte) {
            out.push_str(slice(text, start, at));
            out.push_str(piece);
            start = at + 1;
        }
    }
    out.push_str(after(text, start));
}

/// The inside of a quoted string without its escapes.
pub(crate) fn unescape(inside: &str) -> Cow<'_, str> {
    let Some(mut at) = find(inside, b'\\') else { return Cow::Borrowed(inside) };
    let (mut text, mut rest) = (String::with_capacity(inside.len()), inside);
    loop {
        text.push_str(slice(rest, 0, at));
        rest = after(rest, at + 1);
        // What follows stands for itself, also where it is another backslash.
        let escaped = usize::from(rest.starts_with("\\"));
        let Some(next) = find(after(rest, escaped), b'\\') else { break };
        at = escaped + next;
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// A value without its quotes and escapes, if it is quoted.
pub(crate) fn unquote(value: &str) -> Cow<'_, str> {
    match value.strip_prefix("\"") {
        Some(inside) => {
            unescape(closing_quote(value, 0).and_then(|at| inside.get(..at - 1)).unwrap_or(inside))
        }
        None => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_strings_lose_their_escapes_and_get_them_back() {
        let text = r#""say \"hi\" \\""#;
        assert_eq!(unquote(text), r#"say "hi" \"#);
        let mut written = String::new();
        push_quoted(&mut written, &unquote(text));
        assert_eq!(written, text);
        assert_eq!(
            (&*unquote(r#""a\"b" c"#), &*unquote("\"open"), &*unquote("bare")),
            ("a\"b", "open", "bare")
        );
    }

    #[test]
    fn numbers_of_every_length() {
        for number in [0, 9, 10, 101, 65_535, u32::MAX] {
            let mut text = String::from("n");
            push_number(&mut text, number);
            assert_eq!(text, alloc::format!("n{number}"));
        }
    }
}
