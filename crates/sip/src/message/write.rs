//! Small writers that add to a text, without `core::fmt`: for the browser's sake.

use super::scan::closing_quote;
use alloc::borrow::Cow;
use alloc::string::String;

/// Adds a number in decimal digits.
pub fn push_number(out: &mut String, number: u32) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Adds `text` as a quoted string. Line ends and NULs cannot be in one and become spaces.
pub fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(if is_line_end(character) { ' ' } else { character });
    }
    out.push('"');
}

/// Adds `text` as one line: line ends and NULs become spaces.
pub(crate) fn push_line(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ') {
        out.push_str(text);
    } else {
        out.extend(text.chars().map(|c| if is_line_end(c) { ' ' } else { c }));
    }
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\0')
}

/// The inside of a quoted string without its escapes.
pub(crate) fn unescape(inside: &str) -> Cow<'_, str> {
    if !inside.bytes().any(|byte| byte == b'\\') {
        return Cow::Borrowed(inside);
    }
    let mut text = String::with_capacity(inside.len());
    let mut escaped = false;
    for character in inside.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            text.push(character);
        }
    }
    Cow::Owned(text)
}

/// A value without its quotes and escapes, if it is quoted.
pub(crate) fn unquote(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('"') {
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
