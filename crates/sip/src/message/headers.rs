use super::address::{self, NameAddr, Parts};
use super::known::Known;
use super::name::Name;
use super::params::Params;
use super::quotes::CommaSplit;
use super::scan::{Range, number, slice, split_word};
use super::via::Via;
use crate::{Invalid, Method};
use alloc::string::String;
use alloc::vec::Vec;

/// A message's headers: its text, and where in it they are.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    text: String,
    fields: Vec<Field>,
    body: Range,
    known: Known,
}

impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        self.text == other.text && self.fields == other.fields && self.body == other.body
    }
}

impl Eq for Headers {}

/// One header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Name,
    /// Spellings longer than this are cut: nobody asks for them.
    name_length: u8,
    name_at: u32,
    pub(super) value: Range,
}

impl Field {
    #[inline]
    pub(super) fn new(name: Name, start: usize, length: usize, value: Range) -> Field {
        Field { name, name_length: length.min(usize::from(u8::MAX)) as u8, name_at: start as u32, value }
    }

    pub(super) fn name<'a>(&self, text: &'a str) -> &'a str {
        let start = self.name_at as usize;
        slice(text, start, start + usize::from(self.name_length))
    }

    #[inline]
    pub(super) fn value<'a>(&self, text: &'a str) -> &'a str {
        self.value.of(text)
    }
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
        Headers { text, fields, body, known: Known::default() }
    }

    /// The first header of this name, unread. For [`Name::Other`] the first of those that have no name here.
    pub fn get(&self, name: Name) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        Some(field.value(&self.text))
    }

    /// The first header spelled so, in any case, unread.
    pub fn get_named(&self, name: &str) -> Option<&str> {
        let known = Name::new(name);
        if known != Name::Other {
            return self.get(known);
        }
        for (own, value) in self.iter() {
            if own.eq_ignore_ascii_case(name) {
                return Some(value);
            }
        }
        None
    }

    /// Every header of this name, unread, in their order.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn all(&self, name: Name) -> All<'_> {
        All { text: &self.text, fields: self.fields.iter(), name }
    }

    /// The single values of every header of this name: split at commas, whether on one line or on many.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub fn values(&self, name: Name) -> Values<'_> {
        Values { all: self.all(name), line: CommaSplit::new("") }
    }

    /// Whether a list header (Supported, Require, Allow …) has this value, in any case.
    pub fn lists(&self, name: Name, value: &str) -> bool {
        self.values(name).any(|v| v.eq_ignore_ascii_case(value))
    }

    /// All headers in their order: name as written, value unread.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name(&self.text), field.value(&self.text)))
    }

    /// The topmost Via.
    pub fn via(&self) -> Result<Via<'_>, Invalid> {
        if let Some(via) = self.known.via(&self.text) {
            return Ok(via);
        }
        Via::parse(self.values(Name::Via).next().ok_or(Invalid::new("no Via"))?)
    }

    /// Who sent the request.
    pub fn from(&self) -> Result<NameAddr<'_>, Invalid> {
        self.address(Name::From)
    }

    /// Whom the request is for.
    pub fn to(&self) -> Result<NameAddr<'_>, Invalid> {
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
    pub fn contacts(&self) -> impl Iterator<Item = Result<NameAddr<'_>, Invalid>> {
        self.values(Name::Contact).filter(|value| *value != "*").map(NameAddr::parse)
    }

    /// The first Contact that can be read.
    pub fn contact(&self) -> Option<NameAddr<'_>> {
        self.first_address(Name::Contact)
    }

    /// Whether a Contact is `*` (RFC 3261 §10.2.2).
    pub fn has_wildcard_contact(&self) -> bool {
        self.values(Name::Contact).any(|value| value == "*")
    }

    /// The one address of a header: From, To, Refer-To, Referred-By.
    pub fn address(&self, name: Name) -> Result<NameAddr<'_>, Invalid> {
        NameAddr::of(self.parts(name)?)
    }

    /// The first address of a list header that can be read.
    pub fn first_address(&self, name: Name) -> Option<NameAddr<'_>> {
        self.values(name).find_map(|value| NameAddr::parse(value).ok())
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
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

    pub(crate) fn raw_cseq(&self) -> Result<(u32, &str), Invalid> {
        if let Some(known) = self.known.cseq(&self.text) {
            return Ok(known);
        }
        let value = self.get(Name::CSeq).ok_or(Invalid::new("no CSeq"))?;
        let (digits, method) = split_word(value).ok_or(Invalid::new("a CSeq without a method"))?;
        // RFC 3261 §8.1.1.5: less than 2**31.
        let number =
            number(digits).filter(|number| *number < 1 << 31).ok_or(Invalid::new("a CSeq out of range"))?;
        Ok((number, method))
    }

    /// Reads what matching needs, and remembers it; what is wrong, if something is. URIs are not looked into.
    pub(super) fn check(&mut self) -> Result<&str, &'static str> {
        let via = self.via().map_err(|_| "Bad Via")?;
        let from = self.parts(Name::From).map_err(|_| "Bad From")?;
        let to = self.parts(Name::To).map_err(|_| "Bad To")?;
        let (cseq, method) = self.raw_cseq().map_err(|_| "Bad CSeq")?;
        let method = Range::within(&self.text, method);
        self.known = Known::new(&self.text, via, [from, to], cseq, method);
        Ok(method.of(&self.text))
    }

    /// The parts of the one address of a header.
    fn parts(&self, name: Name) -> Result<Parts<'_>, Invalid> {
        if let Some(parts) = self.known.parts(name, &self.text) {
            return Ok(parts);
        }
        address::split(self.get(name).ok_or(Invalid::new("no such header"))?)
    }

    fn tag(&self, name: Name) -> Option<&str> {
        let params = Params::parse(self.parts(name).ok()?.params);
        params.get("tag").filter(|tag| !tag.is_empty())
    }
}

/// [`Headers::all`].
#[derive(Clone, Debug)]
pub struct All<'a> {
    text: &'a str,
    fields: core::slice::Iter<'a, Field>,
    name: Name,
}

impl<'a> Iterator for All<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let name = self.name;
        Some(self.fields.find(|field| field.name == name)?.value(self.text))
    }
}

/// [`Headers::values`].
#[derive(Clone, Debug)]
pub struct Values<'a> {
    all: All<'a>,
    line: CommaSplit<'a>,
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            if let Some(value) = self.line.next() {
                return Some(value);
            }
            self.line = CommaSplit::new(self.all.next()?);
        }
    }
}
