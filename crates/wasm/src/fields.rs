//! The text of an input, field by field.

use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::cut_or_all;
use headset_softphone::Registrar;

/// Between two fields.
const FIELD: u8 = 0x1f;
/// Between two items of a list that is a field.
const ITEM: u8 = 0x1e;

/// What is left to read. Past the end every field is empty.
pub(crate) struct Fields<'a> {
    rest: &'a str,
    separator: u8,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Fields { rest: text, separator: FIELD }
    }

    /// The items of a list.
    pub(crate) fn items(list: &'a str) -> Self {
        Fields { rest: list, separator: ITEM }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn field(&mut self) -> &'a str {
        let (field, rest) = cut_or_all(self.rest, self.separator);
        self.rest = rest;
        field
    }

    /// The next fields, as many as there is room for.
    #[cfg(feature = "workplace")]
    pub(crate) fn read(&mut self, into: &mut [&'a str]) {
        for field in into {
            *field = self.field();
        }
    }

    pub(crate) fn text(&mut self) -> String {
        self.field().into()
    }

    pub(crate) fn optional(&mut self) -> Option<String> {
        let text = self.text();
        (!text.is_empty()).then_some(text)
    }

    /// The digits that the field begins with.
    pub(crate) fn number(&mut self) -> u64 {
        self.digits().unwrap_or_default()
    }

    /// `None` where there are none.
    pub(crate) fn digits(&mut self) -> Option<u64> {
        digits(self.field())
    }

    /// All that is left, as a field that may hold anything.
    pub(crate) fn rest(&self) -> String {
        self.rest.into()
    }
}

/// A list of `id uri weight reg_id`.
pub(crate) fn registrars(list: &str) -> Vec<Registrar> {
    let mut items = Fields::items(list);
    let mut registrars = Vec::new();
    while !items.is_empty() {
        let (id, uri) = (items.text(), items.text());
        registrars.push(Registrar::new(id, uri, items.number() as u32, items.number() as u32));
    }
    registrars
}

/// The digits that a text begins with; `None` where it is empty.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let mut number = 0u64;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number.wrapping_mul(10).wrapping_add(digit.into());
    }
    (!text.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_missing_is_empty_and_the_last_holds_anything() {
        let mut fields = Fields::of("12x\u{1f}\u{1f}a\u{1f}b\u{1f}c");
        assert_eq!((fields.number(), fields.optional(), fields.text()), (12, None, "a".into()));
        assert_eq!(fields.rest(), "b\u{1f}c");
        let mut fields = Fields::of("a");
        assert_eq!((fields.field(), fields.field(), fields.number()), ("a", "", 0));
    }

    #[test]
    fn registrars_are_a_list_in_one_field() {
        let mut fields =
            Fields::of("r1\u{1e}ws://1\u{1e}2\u{1e}3\u{1e}r2\u{1e}ws://2\u{1e}4\u{1e}5\u{1f}next");
        let registrars = super::registrars(fields.field());
        assert_eq!(registrars.len(), 2);
        assert_eq!((&*registrars[1].id, registrars[1].weight, registrars[1].reg_id), ("r2", 4, 5));
        assert_eq!(fields.field(), "next");
        assert!(super::registrars("").is_empty());
    }
}
