use super::params::{Params, iterate};
use super::scan::{number, trim};
use crate::Invalid;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A URI's scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Scheme {
    Sip,
    Sips,
    /// RFC 3966; the number is the URI's `user`.
    Tel,
    /// Any other, in lower case; all that follows the colon is the URI's `host`.
    Other(String),
}

impl Scheme {
    /// Its name, in lower case.
    pub fn as_str(&self) -> &str {
        match self {
            Scheme::Sip => "sip",
            Scheme::Sips => "sips",
            Scheme::Tel => "tel",
            Scheme::Other(name) => name,
        }
    }
}

/// A URI, taken apart. What was escaped with `%` stays so; [`Uri::decoded_user`] decodes.
///
/// Equality is RFC 3261 §19.1.4's, which is not transitive: `sip:a@b` equals both `sip:a@b;x=1` and `sip:a@b;x=2`.
#[derive(Clone, Debug)]
pub struct Uri {
    /// Before the first colon.
    pub scheme: Scheme,
    /// Before the `@`, without a password.
    pub user: Option<String>,
    /// After the user's colon.
    pub password: Option<String>,
    /// A name or an address; an IPv6 address with its brackets.
    pub host: String,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// `;transport=ws` …
    pub params: Params,
    /// `?Replaces=…&…`, names and values still escaped.
    pub headers: Vec<(String, String)>,
}

impl Uri {
    /// `sip:user@host`; characters that a user part cannot carry are escaped when it is printed.
    pub fn sip(user: &str, host: &str) -> Uri {
        Uri {
            scheme: Scheme::Sip,
            user: (!user.is_empty()).then(|| user.replace('%', "%25")),
            password: None,
            host: host.into(),
            port: None,
            params: Params::new(),
            headers: Vec::new(),
        }
    }

    /// Reads a URI. Lenient where nothing is lost by it: hosts may begin with digits or have underscores, users may
    /// contain `#` and UTF-8.
    pub fn parse(text: &str) -> Result<Uri, Invalid> {
        let text = trim(text);
        if text.bytes().any(|b| b <= b' ' || b == 0x7f || matches!(b, b'<' | b'>' | b'"')) {
            return Err(Invalid("a character that no URI can have"));
        }
        let (scheme, rest) = text.split_once(':').ok_or(Invalid("a URI without a scheme"))?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        {
            return Err(Invalid("a URI whose scheme is none"));
        }
        let scheme = match scheme.to_ascii_lowercase() {
            s if s == "sip" => Scheme::Sip,
            s if s == "sips" => Scheme::Sips,
            s if s == "tel" => Scheme::Tel,
            s => Scheme::Other(s),
        };
        match scheme {
            Scheme::Sip | Scheme::Sips => parse_sip(scheme, rest),
            Scheme::Tel => parse_tel(rest),
            Scheme::Other(_) if rest.is_empty() => Err(Invalid("a URI with nothing after its scheme")),
            Scheme::Other(_) => Ok(Uri { scheme, host: rest.into(), ..Uri::sip("", "") }),
        }
    }

    /// The user part with its escapes decoded; empty without one.
    pub fn decoded_user(&self) -> String {
        String::from_utf8_lossy(&decode(self.user.as_deref().unwrap_or(""))).into_owned()
    }

    /// The parameter's value; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }

    /// `sip:` or `sips:`.
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }
}

fn parse_sip(scheme: Scheme, rest: &str) -> Result<Uri, Invalid> {
    let (userinfo, rest) = match rest.split_once('@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, rest),
    };
    let (user, password) = match userinfo.map(|info| info.split_once(':').unwrap_or((info, ""))) {
        Some(("", _)) => return Err(Invalid("a URI with an empty user part")),
        Some((user, "")) => (Some(user), None),
        Some((user, password)) => (Some(user), Some(password)),
        None => (None, None),
    };
    let (rest, headers) = rest.split_once('?').unwrap_or((rest, ""));
    let (host_port, params) = rest.split_once(';').unwrap_or((rest, ""));
    let (host, port) = split_host_port(host_port)?;
    let mut uri = Uri { scheme, port, ..Uri::sip("", host) };
    uri.user = user.map(Into::into);
    uri.password = password.map(Into::into);
    for (name, value) in iterate(params) {
        uri.params.push(name, value);
    }
    for header in headers.split('&').filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once('=').unwrap_or((header, ""));
        uri.headers.push((name.into(), value.into()));
    }
    Ok(uri)
}

fn parse_tel(rest: &str) -> Result<Uri, Invalid> {
    let (number, params) = rest.split_once(';').unwrap_or((rest, ""));
    if number.is_empty() {
        return Err(Invalid("a tel URI without a number"));
    }
    let mut uri = Uri { scheme: Scheme::Tel, ..Uri::sip("", "") };
    uri.user = Some(number.into());
    for (name, value) in iterate(params) {
        uri.params.push(name, value);
    }
    Ok(uri)
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
pub(crate) fn split_host_port(text: &str) -> Result<(&str, Option<u16>), Invalid> {
    let end = match text.strip_prefix('[') {
        Some(inside) => {
            let length = inside.find(']').ok_or(Invalid("an IPv6 address without its bracket"))?;
            if !inside[..length].bytes().all(|b| b.is_ascii_hexdigit() || b":.".contains(&b)) || length < 2 {
                return Err(Invalid("brackets around no IPv6 address"));
            }
            length + 2
        }
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    let host = trim(host);
    let bytes_fit = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b) || b >= 0x80);
    if host.is_empty() || !bytes_fit || (!host.starts_with('[') && host.contains(['[', ']'])) {
        return Err(Invalid("no host"));
    }
    let port = trim(port);
    if port.is_empty() {
        return Ok((host, None));
    }
    let port = port.strip_prefix(':').ok_or(Invalid("something after the host that is no port"))?;
    let port =
        number(trim(port)).and_then(|port| u16::try_from(port).ok()).ok_or(Invalid("no port number"))?;
    Ok((host, Some(port)))
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.as_str())?;
        f.write_char(':')?;
        if let Some(user) = &self.user {
            write_escaped(f, user, b"&=+$,;?/")?;
            if let Some(password) = &self.password {
                f.write_char(':')?;
                write_escaped(f, password, b"&=+$,")?;
            }
            if self.scheme != Scheme::Tel {
                f.write_char('@')?;
            }
        }
        f.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        for (name, value) in self.params.iter() {
            f.write_char(';')?;
            write_escaped(f, name, b"[]/:&+$")?;
            if let Some(value) = value {
                f.write_char('=')?;
                write_escaped(f, value, b"[]/:&+$")?;
            }
        }
        for (index, (name, value)) in self.headers.iter().enumerate() {
            f.write_char(if index == 0 { '?' } else { '&' })?;
            write_escaped(f, name, b"[]/?:+$")?;
            f.write_char('=')?;
            write_escaped(f, value, b"[]/?:+$")?;
        }
        Ok(())
    }
}

/// RFC 3261 §19.1.4.
impl PartialEq for Uri {
    fn eq(&self, other: &Uri) -> bool {
        let text_eq =
            |a: &Option<String>, b: &Option<String>| a.as_deref().map(decode) == b.as_deref().map(decode);
        self.scheme == other.scheme
            && text_eq(&self.user, &other.user)
            && text_eq(&self.password, &other.password)
            && self.host.eq_ignore_ascii_case(&other.host)
            && self.port == other.port
            && params_agree(&self.params, &other.params)
            && params_agree(&other.params, &self.params)
            && self.headers.len() == other.headers.len()
            && self.headers.iter().all(|(name, value)| {
                other.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && decode(v) == decode(value))
            })
    }
}

/// Whether each of `a`'s parameters is equal in `b`, or absent there and of a kind that may be.
fn params_agree(a: &Params, b: &Params) -> bool {
    const MUST_BE_IN_BOTH: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
    a.iter().all(|(name, value)| match b.get(name) {
        Some(other) => decode(other).eq_ignore_ascii_case(&decode(value.unwrap_or(""))),
        None => !MUST_BE_IN_BOTH.iter().any(|must| name.eq_ignore_ascii_case(must)),
    })
}

/// The bytes that `%`-escapes stand for; a `%` that escapes nothing is itself.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        match escape_at(bytes, index) {
            Some(value) => {
                decoded.push(value);
                index += 3;
            }
            None => {
                decoded.push(byte);
                index += 1;
            }
        }
    }
    decoded
}

fn escape_at(bytes: &[u8], index: usize) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
    if bytes.get(index) != Some(&b'%') {
        return None;
    }
    u8::try_from(digit(index + 1)? << 4 | digit(index + 2)?).ok()
}

fn write_escaped(f: &mut dyn fmt::Write, text: &str, allowed: &[u8]) -> fmt::Result {
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || b"-_.!~*'()".contains(&byte)
            || allowed.contains(&byte)
            || escape_at(bytes, index).is_some();
        if plain {
            f.write_char(char::from(byte))?;
        } else {
            f.write_char('%')?;
            for nibble in [byte >> 4, byte & 0xf] {
                f.write_char(char::from(b"0123456789ABCDEF"[usize::from(nibble)]))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn uri(text: &str) -> Uri {
        Uri::parse(text).expect(text)
    }

    #[test]
    fn the_parts_of_a_uri() {
        let full = uri("SIPS:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b&priority=urgent");
        assert_eq!(full.scheme, Scheme::Sips);
        assert_eq!((full.user.as_deref(), full.password.as_deref()), (Some("alice"), Some("secret")));
        assert_eq!((full.host.as_str(), full.port), ("[2001:db8::1]", Some(5061)));
        assert_eq!(
            (full.param("Transport"), full.param("lr"), full.param("x")),
            (Some("tcp"), Some(""), None)
        );
        assert_eq!(full.headers[1], ("priority".into(), "urgent".into()));
        assert_eq!(
            full.to_string(),
            "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b&priority=urgent"
        );
        let other = uri("urn:service:sos");
        assert_eq!(
            (other.scheme.as_str(), other.host.as_str(), other.is_sip()),
            ("urn", "service:sos", false)
        );
        assert_eq!(other.to_string(), "urn:service:sos");
    }

    #[test]
    fn users_are_what_people_write() {
        for (text, user) in [
            ("sip:user;par=u%40example.net@example.com", "user;par=u@example.net"),
            ("sip:+7(999)@h", "+7(999)"),
            ("sip:a#b@h", "a#b"),
            ("sip:анна@h", "анна"),
            ("sip:100%@h", "100%"),
            ("sip:null-%00-null@h", "null-\0-null"),
            ("sip:h", ""),
        ] {
            assert_eq!(uri(text).decoded_user(), user, "{text}");
        }
    }

    #[test]
    fn what_is_no_uri() {
        for text in [
            "",
            "sip",
            ":a@b",
            "sip:",
            "sip:@b",
            "sip:a@",
            "sip:a@b:port",
            "sip:a@b:70000",
            "sip:a@[::1",
            "sip:a@2001:db8::1",
            "sip:a b@c",
            "1sip:a@b",
            "sip:a@b c",
            "<sip:a@b>",
            "tel:",
            "urn:",
            "sip:a@b,c",
            "sip:a@b/c",
        ] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn equal_as_rfc_3261_19_1_4_has_it() {
        for (a, b) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(uri(a) == uri(b) && uri(b) == uri(a), "{a} is {b}");
        }
        for (a, b) in [
            ("sip:ALICE@atlanta.com", "sip:alice@atlanta.com"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            ("sip:a@b", "sips:a@b"),
            ("sip:a@b", "sip:b"),
        ] {
            assert!(uri(a) != uri(b) && uri(b) != uri(a), "{a} is not {b}");
        }
    }
}
