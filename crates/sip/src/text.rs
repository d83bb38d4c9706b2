//! Small readers and writers of text that the whole engine shares: one copy of each, without `core::fmt` and the searchers
//! of `str`, for the browser's sake.

use crate::message;
use alloc::string::String;

/// What is before the first such byte (ASCII), and what after it.
pub fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    message::cut(text, at)
}

/// [`cut`], where without such a byte all is before it.
pub fn cut_or_all(text: &str, at: u8) -> (&str, &str) {
    message::cut_or_all(text, at)
}

/// Where the first byte of a kind is.
pub fn position(text: &str, is_wanted: fn(u8) -> bool) -> Option<usize> {
    message::position(text, is_wanted)
}

/// A text without white space around it.
pub fn trim(text: &str) -> &str {
    message::trim(text)
}

/// The number that decimal digits, and nothing else, are.
pub fn number(text: &str) -> Option<u32> {
    message::number(text)
}

/// A number in decimal digits.
pub fn decimal(number: u32) -> String {
    let mut text = String::new();
    message::push_number(&mut text, number);
    text
}

/// The pieces, one after the other.
pub fn concat(pieces: &[&str]) -> String {
    let mut text = String::new();
    push(&mut text, pieces);
    text
}

/// Adds the pieces, one after the other.
pub fn push(text: &mut String, pieces: &[&str]) {
    for piece in pieces {
        text.push_str(piece);
    }
}

/// Adds a text with something else in place of some of its bytes, which are ASCII.
pub fn push_replaced(out: &mut String, text: &str, instead: fn(u8) -> Option<&'static str>) {
    message::push_replaced(out, text, instead);
}

/// Adds a header's value as it stands in a URI (RFC 3261 §19.1.1): all but letters, digits and the few marks is escaped.
pub fn push_escaped(uri: &mut String, value: &str) {
    message::push_escaped(uri, value, "", true);
}

/// Adds the UUID of a version (RFC 9562) that these bits, the highest first, are but for what the version says.
pub fn push_uuid(text: &mut String, bits: &[u64; 2], version: u64) {
    let [high, low] = *bits;
    let (high, low) = (high & !(0xf << 12) | version << 12, low & !(0xc << 60) | 0x8 << 60);
    for nibble in (0..32u32).rev() {
        let word = if nibble < 16 { low } else { high };
        message::push_digit(text, message::HEXADECIMAL, (word >> (nibble % 16 * 4) & 0xf) as usize);
        if matches!(nibble, 24 | 20 | 16 | 12) {
            text.push('-');
        }
    }
}

/// The lines of a text without their ends, which are `\n` or `\r\n`.
pub fn lines(text: &str) -> Lines<'_> {
    Lines(text)
}

/// [`lines`]: what is left.
#[derive(Clone, Debug)]
pub struct Lines<'a>(&'a str);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let (line, rest) = cut_or_all(self.0, b'\n');
        let ended = line.len() < self.0.len();
        self.0 = rest;
        Some(if ended { line.strip_suffix("\r").unwrap_or(line) } else { line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn lines_are_what_they_are_elsewhere() {
        for text in ["", "a", "a\n", "a\r\nb", "\n\na\r\n\r\n", "a\rb\n\r", "\r\n"] {
            assert_eq!(lines(text).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn pieces_become_one_text() {
        assert_eq!(
            (concat(&["a", "", "bc"]), decimal(0), decimal(70)),
            ("abc".into(), "0".into(), "70".into())
        );
    }
}
