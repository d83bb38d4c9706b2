//! Small readers that the parsers share.

/// A piece of a message's text, in bytes. Its ends are always on character boundaries of the text it was made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Range {
    pub(crate) fn new(start: usize, end: usize) -> Range {
        // Messages are limited to MAX_MESSAGE_BYTES where they come in; one built larger than 4 GiB has empty pieces.
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) if start <= end => Range { start, end },
            _ => Range::default(),
        }
    }

    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The linear white space of RFC 3261 §25.1.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `text` without white space around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_ascii()
}

/// Where the first byte of `wanted` (ASCII) is that no quotes surround. A `"` opens quotes, `\` inside escapes.
pub(crate) fn find_unquoted(text: &str, wanted: &[u8]) -> Option<usize> {
    let mut quotes = Quotes::Outside;
    text.bytes().position(|byte| quotes.next(byte) == Quotes::Outside && wanted.contains(&byte))
}

/// Whether every quote that opens closes.
pub(crate) fn quotes_close(text: &str) -> bool {
    let mut quotes = Quotes::Outside;
    text.bytes().for_each(|byte| {
        quotes.next(byte);
    });
    quotes == Quotes::Outside
}

#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    Outside,
    Inside,
    Escaped,
}

impl Quotes {
    /// Goes past a byte and says where that leads.
    fn next(&mut self, byte: u8) -> Quotes {
        *self = match (*self, byte) {
            (Quotes::Outside, b'"') | (Quotes::Escaped, _) => Quotes::Inside,
            (Quotes::Inside, b'\\') => Quotes::Escaped,
            (Quotes::Inside, b'"') => Quotes::Outside,
            (same, _) => same,
        };
        *self
    }
}

/// What is before the first space or tab, and what after it.
pub(crate) fn split_word(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| matches!(byte, b' ' | b'\t'))?;
    Some((&text[..at], trim(&text[at..])))
}

/// Splits at the commas that neither quotes nor angle brackets surround; empty pieces are left out.
#[derive(Clone)]
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
        let mut from = 0;
        while let Some(found) = find_unquoted(&self.rest[from..], if self.may_close { b",<" } else { b"," }) {
            let at = from + found;
            if self.rest.as_bytes()[at] == b',' {
                return at;
            }
            from = match self.rest[at..].find('>') {
                Some(length) => at + length + 1,
                // A bracket that is never closed surrounds nothing.
                None => {
                    self.may_close = false;
                    at + 1
                }
            };
        }
        self.rest.len()
    }
}

impl<'a> Iterator for CommaSplit<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let end = self.next_comma();
            let piece = trim(&self.rest[..end]);
            self.rest = self.rest.get(end + 1..).unwrap_or("");
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

/// A quoted string at the start of `text` (which begins with `"`): its inside with escapes still in, and what follows.
pub(crate) fn split_quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (index, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&inside[..index], &inside[index + 1..])),
            _ => {}
        }
    }
    None
}

/// The inside of a quoted string without its escapes.
pub(crate) fn unescape(inside: &str) -> alloc::string::String {
    let mut text = alloc::string::String::with_capacity(inside.len());
    let mut escaped = false;
    for character in inside.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            text.push(character);
        }
    }
    text
}

/// Writes `text` as a quoted string. Line ends and NULs cannot be in one and become spaces.
pub(crate) fn write_quoted(f: &mut dyn core::fmt::Write, text: &str) -> core::fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '\r' | '\n' | '\0' => f.write_char(' ')?,
            '"' | '\\' => {
                f.write_char('\\')?;
                f.write_char(character)?;
            }
            _ => f.write_char(character)?,
        }
    }
    f.write_char('"')
}

/// RFC 3261 §25.1 token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

/// FNV-1a, pieces kept apart.
pub(crate) fn hash(pieces: &[&str]) -> u64 {
    let bytes = pieces.iter().flat_map(|piece| piece.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Decimal digits and nothing else.
pub(crate) fn number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
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
    fn quoted_strings_lose_their_escapes_and_get_them_back() {
        let (inside, rest) = split_quoted(r#""say \"hi\" \\" <sip:a>"#).expect("closed");
        assert_eq!((unescape(inside).as_str(), rest), (r#"say "hi" \"#, " <sip:a>"));
        let mut written = alloc::string::String::new();
        write_quoted(&mut written, &unescape(inside)).expect("a String takes all");
        assert_eq!(written, r#""say \"hi\" \\""#);
        assert_eq!(split_quoted(r#""open \""#), None);
    }
}
