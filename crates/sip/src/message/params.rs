use super::quotes::closing_quote;
use super::scan::{after, is_token, is_token_byte, position, slice, trim};
use super::write::{push_quoted, unescape};
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// Parameters of a header value or a URI, `;name=value;flag`, read in place. Names are compared without case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(&'a str);

impl<'a> Params<'a> {
    /// Of `;name=value;flag`; the first `;` may be absent. Nameless parameters are left out.
    pub const fn parse(text: &'a str) -> Params<'a> {
        Params(text)
    }

    /// The value of the first parameter of this name, without quotes; empty for one without a value. Escapes in a
    /// quoted value stay: [`Params::text`] is without them.
    pub fn get(self, name: &str) -> Option<&'a str> {
        Some(self.find(name)?.inside())
    }

    /// The value of the first parameter of this name, without quotes and escapes; empty for one without a value.
    pub fn text(self, name: &str) -> Option<Cow<'a, str>> {
        let param = self.find(name)?;
        let inside = param.inside();
        Some(if param.is_quoted() { unescape(inside) } else { Cow::Borrowed(inside) })
    }

    /// Whether there is a parameter of this name.
    pub fn contains(self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Names and values in their order, values as [`Params::get`] gives them.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.each().map(|param| (param.name, param.value.map(|_| param.inside())))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.each().next().is_none()
    }

    /// Adds them as header parameters: a value that is no token or host is quoted, a name that is no token is left out.
    pub fn push_to(self, out: &mut String) {
        // RFC 3261 §25.1: generic-param.
        for Param { name, value } in self.each().filter(|param| is_token(param.name)) {
            out.push(';');
            out.push_str(name);
            let Some(value) = value else { continue };
            out.push('=');
            let is_plain = !value.is_empty()
                && position(value, |byte| !is_token_byte(byte) && !matches!(byte, b'[' | b']' | b':'))
                    .is_none();
            if is_plain
                || closing_quote(value, 0) == Some(value.len().wrapping_sub(1)) && value.starts_with("\"")
            {
                out.push_str(value);
            } else {
                push_quoted(out, value);
            }
        }
    }

    #[cfg(not(target_family = "wasm"))]
    pub(super) fn as_str(self) -> &'a str {
        self.0
    }

    pub(super) fn each(self) -> Each<'a> {
        Each { rest: self.0 }
    }

    fn find(self, name: &str) -> Option<Param<'a>> {
        self.each().find(|param| param.name.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

/// One parameter; its value as it was written.
#[derive(Clone, Copy)]
pub(super) struct Param<'a> {
    pub(super) name: &'a str,
    pub(super) value: Option<&'a str>,
}

impl<'a> Param<'a> {
    fn is_quoted(self) -> bool {
        self.value.is_some_and(|value| value.starts_with("\""))
    }

    fn inside(self) -> &'a str {
        let value = self.value.unwrap_or("");
        if !value.starts_with("\"") {
            return value;
        }
        slice(value, 1, closing_quote(value, 0).unwrap_or(value.len()))
    }
}

/// Every parameter of a text.
#[derive(Clone)]
pub(super) struct Each<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Each<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        while !self.rest.is_empty() {
            let bytes = self.rest.as_bytes();
            let (mut at, mut equals) = (0, None);
            while let Some(byte) = bytes.get(at) {
                match byte {
                    b';' => break,
                    b'=' if equals.is_none() => equals = Some(at),
                    b'"' => at = closing_quote(self.rest, at).unwrap_or(bytes.len()),
                    _ => {}
                }
                at += 1;
            }
            let end = at.min(bytes.len());
            let name = trim(slice(self.rest, 0, equals.unwrap_or(end)));
            let value = equals.map(|equals| trim(slice(self.rest, equals + 1, end)));
            self.rest = after(self.rest, end + 1);
            if !name.is_empty() {
                return Some(Param { name, value });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn quoted_values_lose_their_quotes_and_get_them_back() {
        let params =
            Params::parse(r#" ; expires = 600 ;+sip.instance="<urn:uuid:1;2>";ob; ;q="";t="a \"b\"";u=a=\b"#);
        assert_eq!(params.get("EXPIRES"), Some("600"));
        assert_eq!(params.get("+sip.instance"), Some("<urn:uuid:1;2>"));
        assert_eq!((params.get("ob"), params.get("q"), params.get("absent")), (Some(""), Some(""), None));
        assert_eq!((params.get("t"), params.text("t").as_deref()), (Some(r#"a \"b\""#), Some(r#"a "b""#)));
        assert_eq!(params.text("expires").as_deref(), Some("600"));
        assert_eq!(params.text("u").as_deref(), Some(r"a=\b"));
        assert_eq!(
            params.to_string(),
            r#";expires=600;+sip.instance="<urn:uuid:1;2>";ob;q="";t="a \"b\"";u="a=\\b""#
        );
        assert_eq!(params.iter().count(), 6);
        assert!(params.contains("OB") && !params.is_empty() && Params::parse(" ; ;").is_empty());
    }

    #[test]
    fn values_that_need_quotes_get_them() {
        assert_eq!(
            Params::parse(r#"a=b c;d=[::1]:5;e="open;f=1"#).to_string(),
            r#";a="b c";d=[::1]:5;e="\"open;f=1""#
        );
    }
}
