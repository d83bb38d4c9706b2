//! What the user agent is to be like.

/// Who decides, and how much is done unasked. Without the feature `full` it is the default whatever is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The application decides: calls to us neither ring nor are refused unasked, offers within a call wait for it.
    pub supervised: bool,
    /// Whoever calls during a call hears 486.
    pub one_call: bool,
    /// Session-Expires (RFC 4028) to ask for, in seconds; 0 for none. What the far end asks for is kept in any case.
    pub session_expires: u32,
    /// Ask for reliable provisional responses (RFC 3262), and give them to whoever supports them. Whoever requires
    /// them gets them in any case.
    pub reliable_provisional: bool,
}

impl Settings {
    pub(crate) const DEFAULT: Settings =
        Settings { supervised: false, one_call: true, session_expires: 0, reliable_provisional: false };
}

impl Default for Settings {
    /// An operator's.
    fn default() -> Settings {
        Self::DEFAULT
    }
}
