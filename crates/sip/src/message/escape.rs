//! `%`-escapes of URIs (RFC 3261 §19.1.2).

use super::scan::{after, find, slice};
use super::write::push_digit;
use alloc::string::String;
use alloc::vec::Vec;

/// Whether both stand for the same bytes.
pub(super) fn same(a: &str, b: &str, in_any_case: bool) -> bool {
    let (mut a, mut b) = (Decoded(a.as_bytes()), Decoded(b.as_bytes()));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y || in_any_case && x.eq_ignore_ascii_case(&y) => {}
            _ => return false,
        }
    }
}

/// What `%`-escapes stand for; a `%` that escapes nothing is itself. Escapes of bytes that are no UTF-8 stay.
pub(super) fn decode(text: &str) -> String {
    if find(text, b'%').is_none() {
        return text.into();
    }
    let mut bytes = Vec::new();
    for byte in Decoded(text.as_bytes()) {
        bytes.push(byte);
    }
    let mut decoded = String::new();
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            push_escape(&mut decoded, byte);
        }
    }
    decoded
}

/// The bytes that `%`-escapes stand for.
struct Decoded<'a>(&'a [u8]);

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let escape = escaped(self.0);
        self.0 = if escape.is_some() { rest.get(2..).unwrap_or(&[]) } else { rest };
        Some(escape.unwrap_or(*first))
    }
}

/// The byte that an escape at the start stands for.
fn escaped(bytes: &[u8]) -> Option<u8> {
    let &[b'%', high, low, ..] = bytes else { return None };
    let digit = |byte| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// Adds `text`, its bytes escaped unless they are unreserved, `allowed` or, without `percent`, part of an escape.
pub(crate) fn push_escaped(out: &mut String, text: &str, allowed: &str, percent: bool) {
    let mut plain = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if !byte.is_ascii_alphanumeric()
            && find("-_.!~*'()", byte).is_none()
            && find(allowed, byte).is_none()
            && (percent || escaped(after(text, at).as_bytes()).is_none())
        {
            out.push_str(slice(text, plain, at));
            push_escape(out, byte);
            plain = at + 1;
        }
    }
    out.push_str(after(text, plain));
}

fn push_escape(out: &mut String, byte: u8) {
    out.push('%');
    for digit in &[byte >> 4, byte & 15] {
        push_digit(out, "0123456789ABCDEF", usize::from(*digit));
    }
}
