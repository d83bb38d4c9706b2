use super::address::{self, NameAddr};
use super::name::Name;
use super::params::iterate;
use super::scan::{CommaSplit, Range, number, split_quoted, split_word, trim};
use super::via::Via;
use crate::{Invalid, Method};
use alloc::string::String;
use alloc::vec::Vec;

/// A message's headers: its text, and where in it they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    text: String,
    fields: Vec<Field>,
    body: Range,
}

/// One header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) name_text: Range,
    pub(super) value: Range,
}

/// A CSeq's two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2³¹.
    pub number: u32,
    /// The method of the request, also in a response.
    pub method: Method,
}

impl Headers {
    pub(super) fn new(text: String, fields: Vec<Field>, body: Range) -> Headers {
        Headers { text, fields, body }
    }

    /// The first header of this name, unread. For [`Name::Other`] the first of those that have no name here.
    pub fn get(&self, name: Name) -> Option<&str> {
        self.all(name).next()
    }

    /// The first header spelled so, in any case, unread.
    pub fn get_named(&self, name: &str) -> Option<&str> {
        match Name::new(name) {
            Name::Other => self
                .fields
                .iter()
                .find(|field| field.name_text.of(&self.text).eq_ignore_ascii_case(name))
                .map(|field| field.value.of(&self.text)),
            known => self.get(known),
        }
    }

    /// Every header of this name, unread, in their order.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| field.value.of(&self.text))
    }

    /// Every header spelled so, in any case, unread, in their order.
    pub fn all_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let known = Name::new(name);
        self.fields
            .iter()
            .filter(move |field| match known {
                Name::Other => field.name_text.of(&self.text).eq_ignore_ascii_case(name),
                known => field.name == known,
            })
            .map(|field| field.value.of(&self.text))
    }

    /// The single values of every header of this name: split at commas, whether on one line or on many.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &str> {
        self.all(name).flat_map(CommaSplit::new)
    }

    /// Whether a list header (Supported, Require, Allow …) has this value, in any case.
    pub fn lists(&self, name: Name, value: &str) -> bool {
        self.values(name).any(|v| v.eq_ignore_ascii_case(value))
    }

    /// All headers in their order: name as written, value unread.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name_text.of(&self.text), field.value.of(&self.text)))
    }

    /// The topmost Via.
    pub fn via(&self) -> Result<Via<'_>, Invalid> {
        Via::parse(self.values(Name::Via).next().ok_or(Invalid("no Via"))?)
    }

    /// Who sent the request.
    pub fn from(&self) -> Result<NameAddr, Invalid> {
        self.address(Name::From)
    }

    /// Whom the request is for.
    pub fn to(&self) -> Result<NameAddr, Invalid> {
        self.address(Name::To)
    }

    /// The From's tag; `None` also where From cannot be read.
    pub fn from_tag(&self) -> Option<&str> {
        self.tag(Name::From)
    }

    /// The To's tag; `None` also where To cannot be read.
    pub fn to_tag(&self) -> Option<&str> {
        self.tag(Name::To)
    }

    /// Call-ID; empty where there is none.
    pub fn call_id(&self) -> &str {
        self.get(Name::CallId).unwrap_or("")
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, Invalid> {
        let (number, method) = self.raw_cseq()?;
        Ok(CSeq { number, method: Method::new(method) })
    }

    /// Every Contact; one that cannot be read does not hide the others. `*` is not among them.
    pub fn contacts(&self) -> impl Iterator<Item = Result<NameAddr, Invalid>> {
        self.values(Name::Contact).filter(|value| *value != "*").map(NameAddr::parse)
    }

    /// The first Contact that can be read.
    pub fn contact(&self) -> Option<NameAddr> {
        self.contacts().find_map(Result::ok)
    }

    /// Whether a Contact is `*` (RFC 3261 §10.2.2).
    pub fn has_wildcard_contact(&self) -> bool {
        self.values(Name::Contact).any(|value| value == "*")
    }

    /// Expires, in seconds.
    pub fn expires(&self) -> Option<u32> {
        self.number(Name::Expires)
    }

    /// Max-Forwards.
    pub fn max_forwards(&self) -> Option<u32> {
        self.number(Name::MaxForwards)
    }

    /// A header that is a number, perhaps with parameters after it.
    pub fn number(&self, name: Name) -> Option<u32> {
        let value = self.get(name)?;
        number(trim(&value[..value.find([';', ' ', '(']).unwrap_or(value.len())]))
    }

    /// The body's media type without parameters, as written: `application/sdp`.
    pub fn content_type(&self) -> Option<&str> {
        self.get(Name::ContentType).map(|value| trim(value.split(';').next().unwrap_or("")))
    }

    /// Whether the body is of this media type, in any case and whatever its parameters.
    pub fn content_is(&self, media_type: &str) -> bool {
        self.content_type().is_some_and(|own| own.eq_ignore_ascii_case(media_type))
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn body_text(&self) -> &str {
        self.body.of(&self.text)
    }

    pub(super) fn raw_cseq(&self) -> Result<(u32, &str), Invalid> {
        let value = self.get(Name::CSeq).ok_or(Invalid("no CSeq"))?;
        let (digits, method) = split_word(value).ok_or(Invalid("a CSeq without a method"))?;
        // RFC 3261 §8.1.1.5: less than 2**31.
        let number =
            number(digits).filter(|number| *number < 1 << 31).ok_or(Invalid("a CSeq out of range"))?;
        Ok((number, method))
    }

    /// Checks From or To as far as matching needs it, without reading the URI.
    pub(super) fn check_address(&self, name: Name) -> Result<(), Invalid> {
        address::split(self.get(name).unwrap_or("")).map(|_| ())
    }

    fn address(&self, name: Name) -> Result<NameAddr, Invalid> {
        NameAddr::parse(self.get(name).ok_or(Invalid("no such header"))?)
    }

    fn tag(&self, name: Name) -> Option<&str> {
        let parts = address::split(self.get(name)?).ok()?;
        let (_, value) = iterate(parts.params).find(|(name, _)| name.eq_ignore_ascii_case("tag"))?;
        let value = value?;
        let value = split_quoted(value).map_or(value, |(inside, _)| inside);
        (!value.is_empty()).then_some(value)
    }
}
