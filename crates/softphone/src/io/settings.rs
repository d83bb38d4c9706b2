//! What the user agent is to be like.

/// Who decides, and how much is done unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The application decides: calls to us neither ring nor are refused unasked, offers within a call wait for it.
    /// Only with the feature `full`.
    pub supervised: bool,
    /// Whoever calls during a call hears 486.
    pub one_call: bool,
}

impl Default for Settings {
    /// An operator's.
    fn default() -> Settings {
        Settings { supervised: false, one_call: true }
    }
}
