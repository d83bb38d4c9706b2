//! Quoted strings, and lists whose commas may be within them.

use super::scan::{after, find, slice, trim};

/// Where the quotes that open at `open` close.
pub(crate) fn closing_quote(text: &str, open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let rest = text.get(at..)?;
        let close = find(rest, b'"')?;
        let Some(escape) = find(slice(rest, 0, close), b'\\') else { return Some(at + close) };
        // Past the escaped character, whose first byte is all that matters.
        at += escape + 2;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// Whether every quote that opens closes.
pub(crate) fn quotes_close(text: &str) -> bool {
    let mut rest = text;
    while let Some(open) = find(rest, b'"') {
        match closing_quote(rest, open) {
            Some(close) => rest = after(rest, close + 1),
            None => return false,
        }
    }
    true
}

/// Splits at the commas that neither quotes nor angle brackets surround; empty pieces are left out.
#[derive(Clone, Debug)]
pub(crate) struct CommaSplit<'a> {
    rest: &'a str,
    /// Whether `rest` may have a `>`: looked for in vain once, not again.
    may_close: bool,
}

impl<'a> CommaSplit<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        CommaSplit { rest: text, may_close: true }
    }

    fn next_comma(&mut self) -> usize {
        let bytes = self.rest.as_bytes();
        // Most lines have one value.
        let Some(mut at) = find(self.rest, b',') else { return bytes.len() };
        if find(slice(self.rest, 0, at), b'"').is_some() || find(slice(self.rest, 0, at), b'<').is_some() {
            at = 0;
        }
        while let Some(byte) = bytes.get(at) {
            match byte {
                b',' => return at,
                b'"' => match closing_quote(self.rest, at) {
                    Some(close) => at = close,
                    None => break,
                },
                b'<' if self.may_close => match find(after(self.rest, at), b'>') {
                    Some(length) => at += length,
                    // A bracket that is never closed surrounds nothing.
                    None => self.may_close = false,
                },
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }
}

impl<'a> Iterator for CommaSplit<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let end = self.next_comma();
            let piece = trim(slice(self.rest, 0, end));
            self.rest = after(self.rest, end + 1);
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let pieces: Vec<_> = CommaSplit::new(r#" "a, \"b" <sip:x,y@z> , , c,"d"#).collect();
        assert_eq!(pieces, [r#""a, \"b" <sip:x,y@z>"#, "c", "\"d"]);
    }

    #[test]
    fn an_open_bracket_does_not_swallow_the_rest() {
        assert_eq!(CommaSplit::new("<sip:a, <sip:b>").collect::<Vec<_>>(), ["<sip:a, <sip:b>"]);
        assert_eq!(CommaSplit::new("a<b, c").collect::<Vec<_>>(), ["a<b", "c"]);
    }

    #[test]
    fn brackets_that_never_close_are_looked_for_once() {
        // Quadratic, this would be two thousand million steps.
        assert_eq!(CommaSplit::new(&"<,".repeat(32_000)).count(), 32_000);
        assert_eq!(CommaSplit::new(&"<".repeat(64_000)).count(), 1);
    }

    #[test]
    fn quotes_close_past_escapes() {
        for (text, close) in [
            (r#""a""#, Some(2)),
            (r#""\"""#, Some(3)),
            (r#""\\" ""#, Some(3)),
            (r#""\ж\"ж""#, Some(8)),
            (r#""\"#, None),
            (r#""a\""#, None),
            (r#"""#, None),
        ] {
            assert_eq!(closing_quote(text, 0), close, "{text}");
        }
    }
}
