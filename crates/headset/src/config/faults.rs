//! What is wrong with a configuration, in words: where, what was given, what is accepted.

use std::fmt;

use figment::error::Kind;
use figment::{Figment, Metadata, Source};

/// Everything that is wrong, so that it can be mended at once.
#[derive(Debug)]
pub(crate) struct Faults(Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration does not fit")?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

impl Faults {
    pub(super) fn one(fault: String) -> Self {
        Self(vec![fault])
    }

    /// What figment could not read.
    pub(super) fn unread(error: figment::Error) -> Self {
        Self(error.into_iter().map(|error| unread(&error)).collect())
    }
}

/// Collects faults while values are checked.
pub(super) struct Checker<'a> {
    figment: &'a Figment,
    faults: Vec<String>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(figment: &'a Figment) -> Self {
        Self { figment, faults: Vec::new() }
    }

    /// `value` of `key` is not accepted; `accepted` says what is.
    pub(super) fn refuse(&mut self, key: &str, value: impl fmt::Display, accepted: &str) {
        self.add(key, format!("`{value}` is not accepted; give {accepted}"));
    }

    /// `key` is not there.
    pub(super) fn missing(&mut self, key: &str, wanted: &str) {
        self.add(key, format!("is missing; give {wanted}"));
    }

    pub(super) fn add(&mut self, key: &str, what: String) {
        let top = key.split(['.', '[']).next().unwrap_or(key);
        let place = place(self.figment.find_metadata(top));
        self.faults.push(format!("{place}{key}: {what}"));
    }

    /// The value if nothing was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(value) } else { Err(Faults(self.faults)) }
    }
}

fn unread(error: &figment::Error) -> String {
    let place = place(error.metadata.as_ref());
    let path = path(&error.path);
    match &error.kind {
        Kind::UnknownField(name, known) => {
            let nearest = known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(name, known), *known))
                .filter(|(distance, known)| *distance <= known.len().max(3) / 2 + 1)
                .min();
            let hint = nearest.map_or_else(String::new, |(_, nearest)| format!(" did you mean `{nearest}`?"));
            format!("{place}{path}: there is no such key;{hint} Known here: {}", known.join(", "))
        }
        Kind::MissingField(name) => {
            let key = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            format!("{place}{key}: is missing")
        }
        Kind::InvalidType(given, wanted) | Kind::InvalidValue(given, wanted) => {
            format!("{place}{path}: {given} is not accepted; give {wanted}")
        }
        other if path.is_empty() => format!("{place}{other}"),
        other => format!("{place}{path}: {other}"),
    }
}

/// `queue.0.name` as one would say it: `queue[1].name`, counted from 1.
fn path(parts: &[String]) -> String {
    let mut path = String::new();
    for part in parts {
        match part.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{}]", index + 1)),
            Err(_) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(part);
            }
        }
    }
    path
}

fn place(metadata: Option<&Metadata>) -> String {
    match metadata {
        Some(Metadata { source: Some(Source::File(file)), .. }) => format!("{}: ", file.display()),
        Some(metadata) if metadata.name.contains("environment") => "environment HEADSET__…: ".to_owned(),
        _ => String::new(),
    }
}
