use super::params::Params;
use super::scan::{find_unquoted, quotes_close, split_quoted, trim, unescape, write_quoted};
use super::uri::Uri;
use crate::Invalid;
use alloc::string::String;
use core::fmt;

/// A name-addr or addr-spec: `"Display" <sip:user@host>;param=value`, as in From, To, Contact, Route.
#[derive(Clone, Debug, PartialEq)]
pub struct NameAddr {
    /// Without quotes and escapes; `None` also where it is empty.
    pub display_name: Option<String>,
    /// What is addressed.
    pub uri: Uri,
    /// The header's parameters, not the URI's.
    pub params: Params,
}

impl NameAddr {
    /// An address without a display name and parameters.
    pub fn new(uri: Uri) -> NameAddr {
        NameAddr { display_name: None, uri, params: Params::new() }
    }

    /// The same address with this display name; empty is none.
    pub fn with_display_name(mut self, name: &str) -> NameAddr {
        self.display_name = (!name.is_empty()).then(|| name.into());
        self
    }

    /// The same address with this tag.
    pub fn with_tag(mut self, tag: &str) -> NameAddr {
        self.params.set("tag", Some(tag));
        self
    }

    /// Reads one address. Lenient: an unquoted display name may have any characters but `<` and `"`.
    pub fn parse(text: &str) -> Result<NameAddr, Invalid> {
        let parts = split(text)?;
        let display_name = match parts.display_name {
            DisplayName::Quoted(inside) => unescape(inside),
            DisplayName::Bare(name) => name.into(),
        };
        Ok(NameAddr {
            display_name: (!display_name.is_empty()).then_some(display_name),
            uri: Uri::parse(parts.uri)?,
            params: Params::parse(parts.params),
        })
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&str> {
        self.param("tag").filter(|tag| !tag.is_empty())
    }

    /// The parameter's value; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.display_name {
            write_quoted(f, name)?;
            f.write_str(" ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

/// An address in pieces of its own text.
pub(super) struct Parts<'a> {
    display_name: DisplayName<'a>,
    pub(super) uri: &'a str,
    pub(super) params: &'a str,
}

enum DisplayName<'a> {
    Quoted(&'a str),
    Bare(&'a str),
}

/// Takes an address apart without reading its URI.
pub(super) fn split(text: &str) -> Result<Parts<'_>, Invalid> {
    let text = trim(text);
    let (display_name, rest) = if text.starts_with('"') {
        let (inside, rest) = split_quoted(text).ok_or(Invalid("a display name whose quotes do not close"))?;
        let rest = trim(rest);
        if !rest.starts_with('<') {
            return Err(Invalid("a display name without an address in angle brackets"));
        }
        (DisplayName::Quoted(inside), rest)
    } else {
        match find_unquoted(text, b"<") {
            Some(at) => (DisplayName::Bare(trim(&text[..at])), &text[at..]),
            None => (DisplayName::Bare(""), text),
        }
    };
    let (uri, params) = match rest.strip_prefix('<') {
        Some(inside) => inside.split_once('>').ok_or(Invalid("angle brackets that do not close"))?,
        None => {
            let (uri, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
            // RFC 3261 §20: such a URI must stand in angle brackets.
            if uri.contains(['?', ',']) {
                return Err(Invalid("a URI with ? or , that needs angle brackets"));
            }
            (uri, params)
        }
    };
    if let DisplayName::Bare(name) = display_name
        && name.contains('"')
    {
        return Err(Invalid("a display name with quotes in it"));
    }
    let params = trim(params);
    if !params.is_empty() && !params.starts_with(';') {
        return Err(Invalid("something after the address that is no parameter"));
    }
    if !quotes_close(params) {
        return Err(Invalid("a parameter whose quotes do not close"));
    }
    Ok(Parts { display_name, uri: trim(uri), params })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(text: &str) -> (Option<String>, String, String) {
        let address = NameAddr::parse(text).expect(text);
        (address.display_name, address.uri.to_string(), address.params.to_string())
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
