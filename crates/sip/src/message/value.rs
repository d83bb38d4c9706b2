//! What single headers say, worked out when it is asked for.

use super::address::NameAddr;
use super::headers::Headers;
use super::name::Name;
use super::params::Params;
use super::scan::{after, cut, cut_or_all, find, number, position, slice, split_word, trim};
use crate::{Invalid, Method, sdp};

/// A value with parameters: `presence;id=7`, `active;expires=60`, `SIP;cause=200;text="…"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// Before the parameters.
    pub value: &'a str,
    /// `;id=7` …
    pub params: Params<'a>,
}

impl<'a> Value<'a> {
    /// Takes a value apart.
    pub fn parse(text: &'a str) -> Value<'a> {
        let end = find(text, b';').unwrap_or(text.len());
        Value { value: trim(slice(text, 0, end)), params: Params::parse(after(text, end)) }
    }

    /// The value, in any case.
    pub fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    /// The parameter's value without quotes; empty for one without a value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params.get(name)
    }

    /// The parameter's value, where it is a number.
    pub fn number(&self, name: &str) -> Option<u32> {
        number(self.param(name)?)
    }
}

/// Replaces (RFC 3891 §6.1): the dialog that a new one takes the place of, as its receiver names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaces<'a> {
    /// Of the dialog.
    pub call_id: &'a str,
    /// The receiver's own tag; `0` also stands for none.
    pub to_tag: &'a str,
    /// The other end's tag; `0` also stands for none.
    pub from_tag: &'a str,
    /// Only while the dialog is early.
    pub early_only: bool,
}

impl<'a> Replaces<'a> {
    /// Reads the header's value, or the decoded one of a Refer-To's URI.
    pub fn parse(text: &'a str) -> Result<Replaces<'a>, Invalid> {
        let Value { value, params } = Value::parse(text);
        match (params.get("to-tag"), params.get("from-tag")) {
            (Some(to_tag), Some(from_tag)) if !value.is_empty() => {
                Ok(Replaces { call_id: value, to_tag, from_tag, early_only: params.contains("early-only") })
            }
            _ => Err(Invalid::new("a Replaces with a part missing")),
        }
    }
}

/// RAck (RFC 3262 §7.2): which reliable provisional response a PRACK acknowledges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RAck {
    /// Its RSeq.
    pub rseq: u32,
    /// The CSeq of the request that it answers.
    pub cseq: u32,
    /// The method of that request.
    pub method: Method,
}

/// Who refreshes a session (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// Whoever sent the request.
    Uac,
    /// Whoever answers it.
    Uas,
}

/// Session-Expires (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// How long the session lives without a refresh.
    pub seconds: u32,
    /// Where it is said.
    pub refresher: Option<Refresher>,
}

impl Headers {
    /// The first header of this name, taken apart: Event, Subscription-State, Content-Disposition …
    pub fn value(&self, name: Name) -> Option<Value<'_>> {
        self.get(name).map(Value::parse)
    }

    /// A header that is a number, perhaps with parameters or a comment after it: Expires, Max-Forwards, Min-Expires,
    /// Min-SE, RSeq, Retry-After.
    pub fn number(&self, name: Name) -> Option<u32> {
        let value = self.get(name)?;
        let end = position(value, |byte| matches!(byte, b';' | b' ' | b'\t' | b'('));
        number(slice(value, 0, end.unwrap_or(value.len())))
    }

    /// Expires, in seconds.
    pub fn expires(&self) -> Option<u32> {
        self.number(Name::Expires)
    }

    /// Max-Forwards.
    pub fn max_forwards(&self) -> Option<u32> {
        self.number(Name::MaxForwards)
    }

    /// The body's media type without parameters, as written: `application/sdp`.
    pub fn content_type(&self) -> Option<&str> {
        Some(self.value(Name::ContentType)?.value)
    }

    /// Whether the body is of this media type, in any case and whatever its parameters.
    pub fn content_is(&self, media_type: &str) -> bool {
        self.value(Name::ContentType).is_some_and(|own| own.is(media_type))
    }

    /// Reason (RFC 3326) of this protocol: `SIP`, `Q.850`.
    pub fn reason(&self, protocol: &str) -> Option<Value<'_>> {
        for value in self.values(Name::Reason) {
            let reason = Value::parse(value);
            if reason.is(protocol) {
                return Some(reason);
            }
        }
        None
    }

    /// Whom the network vouches for: the first P-Asserted-Identity (RFC 3325), else Remote-Party-ID. Only worth what
    /// whoever sent it is trusted with.
    pub fn asserted_identity(&self) -> Option<NameAddr<'_>> {
        self.first_address(Name::PAssertedIdentity).or_else(|| self.first_address(Name::RemotePartyId))
    }

    /// Replaces; `Err` where there is one that cannot be read.
    pub fn replaces(&self) -> Option<Result<Replaces<'_>, Invalid>> {
        self.get(Name::Replaces).map(Replaces::parse)
    }

    /// RAck.
    pub fn rack(&self) -> Option<RAck> {
        let (rseq, rest) = split_word(self.get(Name::RAck)?)?;
        let (cseq, method) = split_word(rest)?;
        Some(RAck { rseq: number(rseq)?, cseq: number(cseq)?, method: Method::new(method) })
    }

    /// Session-Expires.
    pub fn session_expires(&self) -> Option<SessionExpires> {
        let value = self.value(Name::SessionExpires)?;
        let refresher = match value.param("refresher") {
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            _ => None,
        };
        Some(SessionExpires { seconds: number(value.value)?, refresher })
    }

    /// The session description: the body, the first such part of a multipart, however deep (RFC 5621), or a body without
    /// Content-Type. Empty where there is none.
    pub fn sdp(&self) -> &str {
        let body = self.body_text();
        match self.value(Name::ContentType) {
            Some(own) if own.is(sdp::MEDIA_TYPE) => body,
            Some(own) if has_parts(own.value) => find_sdp(body),
            Some(_) => "",
            None => body,
        }
    }
}

fn has_parts(media_type: &str) -> bool {
    media_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

/// The lines after the header of the first part that is a description. It has neither empty lines nor any that begin with
/// two hyphens, so that no boundary need be known.
fn find_sdp(body: &str) -> &str {
    enum Reading {
        Anything,
        Header { is_sdp: bool },
        Sdp { start: usize },
    }
    let mut reading = Reading::Anything;
    let mut at = 0;
    while at < body.len() {
        let (line, _) = cut_or_all(after(body, at), b'\n');
        let next = at + line.len() + 1;
        let line = trim(line);
        let is_delimiter = line.starts_with("--");
        match &mut reading {
            Reading::Sdp { start } if line.is_empty() || is_delimiter => return slice(body, *start, at),
            Reading::Sdp { .. } => {}
            _ if is_delimiter => reading = Reading::Header { is_sdp: false },
            Reading::Header { is_sdp: true } if line.is_empty() => reading = Reading::Sdp { start: next },
            Reading::Header { is_sdp } => match cut(line, b':') {
                Some((name, value)) => {
                    *is_sdp |= Name::new(trim(name)) == Name::ContentType
                        && Value::parse(trim(value)).is(sdp::MEDIA_TYPE);
                }
                None if line.is_empty() => reading = Reading::Anything,
                None => {}
            },
            Reading::Anything => {}
        }
        at = next;
    }
    if let Reading::Sdp { start } = reading { after(body, start) } else { "" }
}
