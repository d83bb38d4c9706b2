use super::scan::{find_unquoted, is_token_byte, split_quoted, trim, unescape, write_quoted};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Parameters of a header value or a URI: `;name=value;flag`. Names are compared without case, order is kept, values
/// are without their quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, Option<String>)>);

impl Params {
    /// No parameters.
    pub const fn new() -> Params {
        Params(Vec::new())
    }

    /// Reads `;name=value;flag`; the first `;` may be absent. Nameless parameters are left out.
    pub fn parse(text: &str) -> Params {
        let mut params = Vec::new();
        for (name, value) in iterate(text) {
            params.push((name.into(), value.map(unquote)));
        }
        Params(params)
    }

    /// The value of the first parameter of this name; empty for one without a value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(value.as_deref().unwrap_or(""))
    }

    /// Whether there is a parameter of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a parameter, in place of those of the same name.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.remove(name);
        self.0.push((name.into(), value.map(Into::into)));
    }

    /// Removes the parameters of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn push(&mut self, name: &str, value: Option<&str>) {
        self.0.push((name.into(), value.map(Into::into)));
    }
}

/// As header parameters: a value that is no token or host is quoted.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.iter() {
            f.write_str(";")?;
            f.write_str(name)?;
            if let Some(value) = value {
                f.write_str("=")?;
                if !value.is_empty() && value.bytes().all(|b| is_token_byte(b) || b"[]:".contains(&b)) {
                    f.write_str(value)?;
                } else {
                    write_quoted(f, value)?;
                }
            }
        }
        Ok(())
    }
}

/// Names and raw values (quotes still on) of `;name=value;flag`.
pub(crate) fn iterate(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = text;
    core::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = find_unquoted(rest, b";").unwrap_or(rest.len());
            let param = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or("");
            let (name, value) = match param.split_once('=') {
                Some((name, value)) => (trim(name), Some(trim(value))),
                None => (trim(param), None),
            };
            if !name.is_empty() {
                return Some((name, value));
            }
        }
        None
    })
}

pub(crate) fn unquote(value: &str) -> String {
    match split_quoted(value) {
        Some((inside, _)) => unescape(inside),
        None => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn quoted_values_lose_their_quotes_and_get_them_back() {
        let params = Params::parse(r#" ; expires = 600 ;+sip.instance="<urn:uuid:1;2>";ob; ;q="""#);
        assert_eq!(params.get("EXPIRES"), Some("600"));
        assert_eq!(params.get("+sip.instance"), Some("<urn:uuid:1;2>"));
        assert_eq!(params.get("ob"), Some(""));
        assert_eq!(params.get("absent"), None);
        assert_eq!(params.to_string(), r#";expires=600;+sip.instance="<urn:uuid:1;2>";ob;q="""#);
    }

    #[test]
    fn setting_replaces() {
        let mut params = Params::parse("tag=a;TAG=b;x");
        params.set("tag", Some("c"));
        assert_eq!(params.to_string(), ";x;tag=c");
    }
}
