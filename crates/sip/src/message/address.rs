use super::params::Params;
use super::quotes::{closing_quote, quotes_close};
use super::scan::{after, cut, find, position, slice, trim};
use super::uri::Uri;
use super::write::{push_quoted, unescape};
use crate::Invalid;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// A name-addr or addr-spec, `"Display" <sip:user@host>;param=value`, as in From, To, Contact, Route; read in place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NameAddr<'a> {
    display: Display<'a>,
    /// What is addressed.
    pub uri: Uri<'a>,
    /// The header's parameters, not the URI's.
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Reads one address. Lenient: an unquoted display name may have any characters but `<` and `"`.
    pub fn parse(text: &'a str) -> Result<NameAddr<'a>, Invalid> {
        NameAddr::of(split(text)?)
    }

    pub(super) fn of(Parts { display, uri, params }: Parts<'a>) -> Result<NameAddr<'a>, Invalid> {
        Ok(NameAddr { display, uri: Uri::parse(uri)?, params: Params::parse(params) })
    }

    /// The text of an address: `"Display" <uri>;tag=…`, without a display name or a tag where that is empty.
    pub fn format(display_name: &str, uri: &str, tag: &str) -> String {
        let mut text = String::with_capacity(display_name.len() + uri.len() + tag.len() + 12);
        if !display_name.is_empty() {
            push_quoted(&mut text, display_name);
            text.push(' ');
        }
        for piece in &["<", uri, ">", if tag.is_empty() { "" } else { ";tag=" }, tag] {
            text.push_str(piece);
        }
        text
    }

    /// Without quotes and escapes; `None` also where it is empty.
    pub fn display_name(&self) -> Option<Cow<'a, str>> {
        let name = match self.display {
            Display::Quoted(inside) => unescape(inside),
            Display::Bare(name) => Cow::Borrowed(name),
        };
        (!name.is_empty()).then_some(name)
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&'a str> {
        self.param("tag").filter(|tag| !tag.is_empty())
    }

    /// The parameter's value without quotes; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params.get(name)
    }

    /// The parameter's value, where it is a number: `expires`, `reg-id`.
    pub fn number(&self, name: &str) -> Option<u32> {
        super::scan::number(self.param(name)?)
    }

    /// Adds its text, strictly: the display name quoted, the URI in angle brackets and escaped.
    pub fn push_to(&self, out: &mut String) {
        if let Some(name) = self.display_name() {
            push_quoted(out, &name);
            out.push(' ');
        }
        out.push('<');
        self.uri.push_to(out);
        out.push('>');
        self.params.push_to(out);
    }
}

impl fmt::Display for NameAddr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Display<'a> {
    /// Escapes still in.
    Quoted(&'a str),
    Bare(&'a str),
}

/// An address in pieces of its own text.
pub(super) struct Parts<'a> {
    pub(super) display: Display<'a>,
    pub(super) uri: &'a str,
    pub(super) params: &'a str,
}

/// Takes an address apart without reading its URI.
pub(super) fn split(text: &str) -> Result<Parts<'_>, Invalid> {
    let text = trim(text);
    let (display, rest) = if text.starts_with("\"") {
        let close = closing_quote(text, 0).ok_or(Invalid::new("a display name whose quotes do not close"))?;
        (Display::Quoted(slice(text, 1, close)), trim(after(text, close + 1)))
    } else {
        let at = unquoted_bracket(text).unwrap_or(0);
        let name = trim(slice(text, 0, at));
        if !name.is_empty() && find(name, b'"').is_some() {
            return Err(Invalid::new("a display name with quotes in it"));
        }
        (Display::Bare(name), after(text, at))
    };
    let (uri, params) = if let Some(inside) = rest.strip_prefix("<") {
        cut(inside, b'>').ok_or(Invalid::new("angle brackets that do not close"))?
    } else if let Display::Quoted(_) = display {
        return Err(Invalid::new("a display name without an address in angle brackets"));
    } else {
        let end = find(rest, b';').unwrap_or(rest.len());
        let uri = slice(rest, 0, end);
        // RFC 3261 §20: such a URI must stand in angle brackets.
        if position(uri, |byte| matches!(byte, b'?' | b',')).is_some() {
            return Err(Invalid::new("a URI with ? or , that needs angle brackets"));
        }
        (uri, after(rest, end))
    };
    let params = trim(params);
    if !params.is_empty() && !params.starts_with(";") {
        return Err(Invalid::new("something after the address that is no parameter"));
    }
    if !quotes_close(params) {
        return Err(Invalid::new("a parameter whose quotes do not close"));
    }
    Ok(Parts { display, uri: trim(uri), params })
}

fn unquoted_bracket(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = find(text, b'<')?;
    if at > 0 && find(slice(text, 0, at), b'"').is_some() {
        at = 0;
    }
    loop {
        match bytes.get(at)? {
            b'<' => return Some(at),
            b'"' => at = closing_quote(text, at)? + 1,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(text: &str) -> (Option<String>, String, String) {
        let address = NameAddr::parse(text).expect(text);
        (address.display_name().map(Cow::into_owned), address.uri.to_string(), address.params.to_string())
    }

    #[test]
    fn what_the_wire_really_carries() {
        let uri = "sip:a@b.example";
        for (text, name) in [
            ("sip:a@b.example;tag=1", None),
            ("<sip:a@b.example>;tag=1", None),
            ("\"\" <sip:a@b.example>;tag=1", None),
            ("Support queue - ACME Ltd. <sip:a@b.example>;tag=1", Some("Support queue - ACME Ltd.")),
            ("Иван, Петров<sip:a@b.example> ; tag = 1", Some("Иван, Петров")),
            ("\"caller <x>; \\\"y\\\"\"<sip:a@b.example>;tag=1", Some("caller <x>; \"y\"")),
            ("\"a\"\t< sip:a@b.example >;tag=1", Some("a")),
        ] {
            assert_eq!(read(text), (name.map(Into::into), uri.into(), ";tag=1".into()), "{text}");
        }
    }

    #[test]
    fn in_brackets_parameters_are_the_uris() {
        assert_eq!(read("<sip:a@b;x=1>;y=2"), (None, "sip:a@b;x=1".into(), ";y=2".into()));
        assert_eq!(read("sip:a@b;x=1"), (None, "sip:a@b".into(), ";x=1".into()));
        assert_eq!(read("sip:a@b;x=\"<;>\""), (None, "sip:a@b".into(), ";x=\"<;>\"".into()));
    }

    #[test]
    fn what_cannot_be_read_is_said_to_be_so() {
        for text in [
            "",
            "\"a <sip:a@b>",
            "\"a\" sip:a@b",
            "<sip:a@b",
            "<a@b>",
            "sip:a@b?x=y",
            "<sip:a@b> nonsense",
            "a \"b\" <sip:a@b>",
            "<sip:a@b>;x=\"open",
        ] {
            assert!(NameAddr::parse(text).is_err(), "{text}");
        }
    }
}
