use super::escape::{decode, push_escaped, same};
use super::params::Params;
use super::scan::{Class, after, cut_or_all, find, number, position, run, slice, trim};
use super::write::push_number;
use crate::Invalid;
use alloc::string::String;
use core::fmt;

/// A URI's scheme.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Scheme<'a> {
    Sip,
    Sips,
    /// RFC 3966; the number is the URI's `user`.
    Tel,
    /// Any other, as it was written; all that follows the colon is the URI's `host`.
    Other(&'a str),
}

impl<'a> Scheme<'a> {
    /// Its name.
    pub fn as_str(self) -> &'a str {
        match self {
            Scheme::Sip => "sip",
            Scheme::Sips => "sips",
            Scheme::Tel => "tel",
            Scheme::Other(name) => name,
        }
    }
}

impl PartialEq for Scheme<'_> {
    fn eq(&self, other: &Scheme<'_>) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

/// A URI, taken apart in place. What was escaped with `%` stays so; [`Uri::decoded_user`] decodes.
///
/// Equality is RFC 3261 §19.1.4's, which is not transitive: `sip:a@b` equals both `sip:a@b;x=1` and `sip:a@b;x=2`.
#[derive(Clone, Copy, Debug)]
pub struct Uri<'a> {
    /// Before the first colon.
    pub scheme: Scheme<'a>,
    /// Before the `@`, without a password.
    pub user: Option<&'a str>,
    /// After the user's colon.
    pub password: Option<&'a str>,
    /// A name or an address; an IPv6 address with its brackets.
    pub host: &'a str,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// `;transport=ws` …
    pub params: Params<'a>,
    /// What follows the `?`.
    headers: &'a str,
}

impl<'a> Uri<'a> {
    /// The text of `sip:user@host`, or of `sip:host` without a user; characters that a user part cannot carry are
    /// escaped.
    pub fn sip(user: &str, host: &str) -> String {
        let mut text = String::from("sip:");
        if !user.is_empty() {
            push_escaped(&mut text, user, "&=+$,;?/", true);
            text.push('@');
        }
        text.push_str(host);
        text
    }

    /// Reads a URI. Lenient where nothing is lost by it: hosts may begin with digits or have underscores, users may
    /// contain `#` and UTF-8.
    pub fn parse(text: &'a str) -> Result<Uri<'a>, Invalid> {
        let text = trim(text);
        let colon = find(text, b':').ok_or(Invalid::new("a URI without a scheme"))?;
        let (scheme, rest) = (slice(text, 0, colon), after(text, colon + 1));
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("sip") => Scheme::Sip,
            _ if scheme.eq_ignore_ascii_case("sips") => Scheme::Sips,
            _ if scheme.eq_ignore_ascii_case("tel") => Scheme::Tel,
            _ if is_scheme(scheme) => Scheme::Other(scheme),
            _ => return Err(Invalid::new("a URI whose scheme is none")),
        };
        let places = Places::of(rest).ok_or(Invalid::new("a character that no URI can have"))?;
        let mut uri = Uri {
            scheme,
            user: None,
            password: None,
            host: "",
            port: None,
            params: Params::default(),
            headers: "",
        };
        match scheme {
            Scheme::Sip | Scheme::Sips => uri.read_sip(rest, places)?,
            Scheme::Tel => {
                let (number, params) = cut_or_all(rest, b';');
                if number.is_empty() {
                    return Err(Invalid::new("a tel URI without a number"));
                }
                uri.user = Some(number);
                uri.params = Params::parse(params);
            }
            Scheme::Other(_) if rest.is_empty() => {
                return Err(Invalid::new("a URI with nothing after its scheme"));
            }
            Scheme::Other(_) => uri.host = rest,
        }
        Ok(uri)
    }

    fn read_sip(&mut self, rest: &'a str, places: Places) -> Result<(), Invalid> {
        let Places { host, params, headers } = places;
        if let Some(at_sign) = host.checked_sub(1) {
            let (user, password) = cut_or_all(slice(rest, 0, at_sign), b':');
            if user.is_empty() {
                return Err(Invalid::new("a URI with an empty user part"));
            }
            self.user = Some(user);
            self.password = (!password.is_empty()).then_some(password);
        }
        (self.host, self.port) = split_host_port(slice(rest, host, params))?;
        self.params = Params::parse(slice(rest, params + 1, headers));
        self.headers = after(rest, headers + 1);
        Ok(())
    }

    /// The user part with its escapes decoded; empty without one.
    pub fn decoded_user(&self) -> String {
        decode(self.user.unwrap_or(""))
    }

    /// The parameter's value; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params.get(name)
    }

    /// Names and values of `?Replaces=…&…`, still escaped.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.headers;
        core::iter::from_fn(move || {
            while !rest.is_empty() {
                let (header, more) = cut_or_all(rest, b'&');
                rest = more;
                if !header.is_empty() {
                    return Some(cut_or_all(header, b'='));
                }
            }
            None
        })
    }

    /// The decoded value of the first header of this name, in any case, escaped or not: of `?Replaces=…`.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().find(|(own, _)| same(own, name, true)).map(|(_, value)| decode(value))
    }

    /// `sip:` or `sips:`.
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// Adds its text: what must be escaped is, whether it was or not.
    pub fn push_to(&self, out: &mut String) {
        self.push_without_headers(out);
        for (index, (name, value)) in self.headers().enumerate() {
            out.push_str(if index == 0 { "?" } else { "&" });
            push_escaped(out, name, "[]/?:+$", false);
            out.push('=');
            push_escaped(out, value, "[]/?:+$", false);
        }
    }

    /// [`Uri::push_to`] without what follows the `?`: a Request-URI has no headers (RFC 3261 §19.1.1).
    pub fn push_without_headers(&self, out: &mut String) {
        out.push_str(self.scheme.as_str());
        out.push(':');
        if let Some(user) = self.user {
            push_escaped(out, user, "&=+$,;?/", false);
            if let Some(password) = self.password {
                out.push(':');
                push_escaped(out, password, "&=+$,", false);
            }
            if self.is_sip() {
                out.push('@');
            }
        }
        out.push_str(self.host);
        if let Some(port) = self.port {
            out.push(':');
            push_number(out, u32::from(port));
        }
        for (name, value) in self.params.each().map(|param| (param.name, param.value)) {
            out.push(';');
            push_escaped(out, name, "[]/:&+$", false);
            if let Some(value) = value {
                out.push('=');
                push_escaped(out, value, "[]/:&+$", false);
            }
        }
    }

    /// Its text, as [`Uri::push_to`] has it.
    #[expect(clippy::inherent_to_string_shadow_display, reason = "the engine does without core::fmt")]
    pub fn to_string(&self) -> String {
        let mut text = String::new();
        self.push_to(&mut text);
        text
    }
}

fn is_scheme(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && position(text, |byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-' | b'.'))
            .is_none()
}

/// Where the parts are of what follows a SIP URI's scheme.
struct Places {
    /// Past the first `@`; 0 without one.
    host: usize,
    /// The first `;` or `?` after that, or the end.
    params: usize,
    /// The first `?` after that, or the end.
    headers: usize,
}

impl Places {
    /// `None` where there is a character that no URI has.
    fn of(text: &str) -> Option<Places> {
        let end = text.len();
        let mut places = Places { host: 0, params: end, headers: end };
        let bytes = text.as_bytes();
        let mut at = run(bytes, 0, Class::URI);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'@' if places.host == 0 => places = Places { host: at + 1, params: end, headers: end },
                b'@' => {}
                b';' => places.params = places.params.min(at),
                b'?' => {
                    places.params = places.params.min(at);
                    places.headers = places.headers.min(at);
                }
                _ => return None,
            }
            at = run(bytes, at + 1, Class::URI);
        }
        Some(places)
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
pub(crate) fn split_host_port(text: &str) -> Result<(&str, Option<u16>), Invalid> {
    const NO_HOST: Invalid = Invalid::new("no host");
    const NO_PORT: Invalid = Invalid::new("no port number");
    let end = if text.starts_with("[") {
        let close = find(text, b']').ok_or(Invalid::new("an IPv6 address without its bracket"))?;
        let inside = slice(text, 1, close);
        let is_wrong = |byte: u8| !byte.is_ascii_hexdigit() && !matches!(byte, b':' | b'.');
        if inside.len() < 2 || position(inside, is_wrong).is_some() {
            return Err(Invalid::new("brackets around no IPv6 address"));
        }
        close + 1
    } else {
        run(text.as_bytes(), 0, Class::HOST)
    };
    if end == 0 {
        return Err(NO_HOST);
    }
    let host = slice(text, 0, end);
    let port = trim(after(text, end));
    if port.is_empty() {
        return Ok((host, None));
    }
    let port = port.strip_prefix(":").ok_or(NO_HOST)?;
    let port = number(trim(port)).and_then(|port| u16::try_from(port).ok()).ok_or(NO_PORT)?;
    Ok((host, Some(port)))
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string())
    }
}

/// RFC 3261 §19.1.4.
impl PartialEq for Uri<'_> {
    fn eq(&self, other: &Uri<'_>) -> bool {
        let text_eq = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => same(a, b, false),
            (a, b) => a == b,
        };
        self.scheme == other.scheme
            && text_eq(self.user, other.user)
            && text_eq(self.password, other.password)
            && self.host.eq_ignore_ascii_case(other.host)
            && self.port == other.port
            && params_agree(self.params, other.params)
            && params_agree(other.params, self.params)
            && self.headers().count() == other.headers().count()
            && self.headers().all(|(name, value)| {
                other.headers().any(|(n, v)| same(n, name, true) && same(v, value, false))
            })
    }
}

/// Whether each of `a`'s parameters is equal in `b`, or absent there and of a kind that may be.
fn params_agree(a: Params<'_>, b: Params<'_>) -> bool {
    const MUST_BE_IN_BOTH: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
    a.iter().all(|(name, value)| {
        let mut named = b.iter().filter(|(own, _)| same(own, name, true)).peekable();
        if named.peek().is_none() {
            return !MUST_BE_IN_BOTH.iter().any(|must| same(name, must, true));
        }
        named.any(|(_, other)| same(other.unwrap_or(""), value.unwrap_or(""), true))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri<'_> {
        Uri::parse(text).expect(text)
    }

    #[test]
    fn the_parts_of_a_uri() {
        let full = uri("SIPS:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b&priority=urgent");
        assert_eq!(full.scheme, Scheme::Sips);
        assert_eq!((full.user, full.password), (Some("alice"), Some("secret")));
        assert_eq!((full.host, full.port), ("[2001:db8::1]", Some(5061)));
        assert_eq!(
            (full.param("Transport"), full.param("lr"), full.param("x")),
            (Some("tcp"), Some(""), None)
        );
        assert_eq!(full.headers().nth(1), Some(("priority", "urgent")));
        assert_eq!((full.header("Subject").as_deref(), full.header("x")), (Some("a b"), None));
        assert_eq!(
            full.to_string(),
            "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b&priority=urgent"
        );
        let consulted = uri("sip:bob@[::]?Replaces=1@host&Subject=a@b");
        assert_eq!((consulted.user, consulted.host), (Some("bob"), "[::]"));
        assert_eq!(consulted.header("Replaces").as_deref(), Some("1@host"));
        let other = uri("urn:service:sos");
        assert_eq!((other.scheme.as_str(), other.host, other.is_sip()), ("urn", "service:sos", false));
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
            ("sip:%ff%41@h", "%FFA"),
            ("sip:ж%80e@h", "ж%80e"),
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
            "sip:a@[:]",
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
            ("sip:a@b;x=1;x", "sip:a@b;x=1;x"),
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
