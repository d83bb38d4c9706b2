//! The text of an input, field by field.

use alloc::string::String;

/// Between two fields.
const FIELD: char = '\x1f';
/// Between two items of a list that is a field.
const ITEM: char = '\x1e';

/// What is left to read. Past the end every field is empty.
pub(crate) struct Fields<'a>(pub(crate) &'a str);

impl<'a> Fields<'a> {
    pub(crate) fn field(&mut self) -> &'a str {
        let (field, rest) = self.0.split_once(FIELD).unwrap_or((self.0, ""));
        self.0 = rest;
        field
    }

    pub(crate) fn text(&mut self) -> String {
        self.field().into()
    }

    pub(crate) fn number(&mut self) -> u32 {
        self.field()
            .bytes()
            .take_while(u8::is_ascii_digit)
            .fold(0, |number: u32, digit| number.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
    }

    pub(crate) fn flag(&mut self) -> bool {
        !self.field().is_empty()
    }

    /// A list of header lines, each made one line: `Name: value\r\n…`.
    pub(crate) fn lines(&mut self) -> String {
        let mut lines = String::new();
        for line in self.field().split(ITEM).filter(|line| !line.is_empty()) {
            lines.extend(line.chars().map(|c| if matches!(c, '\r' | '\n' | '\0') { ' ' } else { c }));
            lines.push_str("\r\n");
        }
        lines
    }

    /// A flag, and if it is set all that is left.
    pub(crate) fn body(&mut self) -> Option<String> {
        self.flag().then(|| self.0.into())
    }
}

/// Eight 32-bit numbers, as fields.
pub(crate) fn seed(text: &str) -> [u8; 32] {
    let mut fields = Fields(text);
    let mut seed = [0; 32];
    for word in seed.chunks_exact_mut(4) {
        word.copy_from_slice(&fields.number().to_le_bytes());
    }
    seed
}
