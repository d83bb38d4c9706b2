use super::params::Params;
use super::scan::{after, cut, find, slice, split_word, trim};
use super::uri::split_host_port;
use crate::Invalid;

/// One Via value (RFC 3261 §20.42), read in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// `UDP`, `WS` … as written.
    pub transport: &'a str,
    /// Of sent-by.
    pub host: &'a str,
    /// Of sent-by, where one is written.
    pub port: Option<u16>,
    /// `;branch=…;received=…`
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads one Via value.
    pub fn parse(text: &'a str) -> Result<Via<'a>, Invalid> {
        const BAD: Invalid = Invalid::new("a Via that cannot be read");
        let (name, rest) = cut(text, b'/').ok_or(BAD)?;
        let (version, rest) = cut(rest, b'/').ok_or(BAD)?;
        if !trim(name).eq_ignore_ascii_case("SIP") || trim(version) != "2.0" {
            return Err(Invalid::new("a Via of another protocol"));
        }
        let (transport, rest) = split_word(trim(rest)).ok_or(BAD)?;
        let end = find(rest, b';').unwrap_or(rest.len());
        let (host, port) = split_host_port(trim(slice(rest, 0, end)))?;
        Ok(Via { transport, host, port, params: Params::parse(after(rest, end)) })
    }

    /// The parameter's value without quotes; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params.get(name)
    }

    /// The `branch` parameter.
    pub fn branch(&self) -> Option<&'a str> {
        self.param("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether lost messages are lost: everything but UDP is reliable.
    pub fn is_reliable(&self) -> bool {
        !self.transport.eq_ignore_ascii_case("UDP")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_addresses_of_all_kinds() {
        let via =
            Via::parse("SIP / 2.0 / UDP   [2001:db8::9:1]:5070 ; branch = z9hG4bKas3 ;rport").expect("good");
        assert_eq!((via.transport, via.host, via.port), ("UDP", "[2001:db8::9:1]", Some(5070)));
        assert_eq!((via.branch(), via.param("rport"), via.param("x")), (Some("z9hG4bKas3"), Some(""), None));
        assert!(!via.is_reliable());
        let via = Via::parse("SIP/2.0/WSS df7jal23ls0d.invalid;branch=b;received=[::1]").expect("good");
        assert_eq!(
            (via.host, via.port, via.param("received")),
            ("df7jal23ls0d.invalid", None, Some("[::1]"))
        );
        assert!(via.is_reliable());
    }

    #[test]
    fn what_is_no_via() {
        for text in
            ["", "SIP/2.0/UDP", "SIP/3.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP a:b"]
        {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }
}
