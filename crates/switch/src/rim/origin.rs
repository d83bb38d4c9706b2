//! Which web pages may connect.

/// An exact allow-list of origins, with any port of a host where it ends in `:*`.
#[derive(Clone, Debug)]
pub(super) struct Origins(Vec<Rule>);

#[derive(Clone, Debug)]
enum Rule {
    Exact(String),
    /// Scheme and host; any port, or none.
    AnyPort(String),
}

impl Origins {
    pub(super) fn new(allowed: &[String]) -> Self {
        let rule = |origin: &String| {
            let origin = origin.trim_end_matches('/').to_ascii_lowercase();
            match origin.strip_suffix(":*") {
                Some(host) => Rule::AnyPort(host.to_owned()),
                None => Rule::Exact(origin),
            }
        };
        Self(allowed.iter().map(rule).collect())
    }

    /// Whether a page of this origin may connect.
    pub(super) fn allows(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.0.iter().any(|rule| match rule {
            Rule::Exact(allowed) => *allowed == origin,
            Rule::AnyPort(host) => origin.strip_prefix(host.as_str()).is_some_and(is_port_or_nothing),
        })
    }
}

fn is_port_or_nothing(rest: &str) -> bool {
    rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_exact_but_for_a_port_wildcard() {
        let origins = Origins::new(&["https://desk.example".into(), "http://localhost:*".into()]);
        assert!(origins.allows("https://desk.example"));
        assert!(origins.allows("https://DESK.example"));
        assert!(origins.allows("http://localhost:5173"));
        assert!(origins.allows("http://localhost"));
        assert!(!origins.allows("http://desk.example"));
        assert!(!origins.allows("https://desk.example:8443"));
        assert!(!origins.allows("https://desk.example.evil.test"));
        assert!(!origins.allows("http://localhost.evil.test:80"));
        assert!(!origins.allows("http://localhost:80@evil.test"));
        assert!(!origins.allows("https://localhost:5173"));
        assert!(!origins.allows("null"));
    }
}
