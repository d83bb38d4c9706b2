//! Accounts as everything but storage sees them.

use crate::error::Error;

/// What an account may do beyond its own telephony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nothing.
    None,
    /// Takes calls.
    Operator,
    /// Watches and sets others' statuses.
    Supervisor,
    /// Everything.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::None, Self::Operator, Self::Supervisor, Self::Admin];

    /// As it is stored, sent and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// The reverse of [`Self::as_str`]; `None` for any other text.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Someone who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Unique; see [`check_login`].
    pub login: String,
    /// As shown to people.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they have a workplace: a telephony status, registrars, calls.
    pub is_operator: bool,
    /// A disabled account keeps its record and may do nothing.
    pub enabled: bool,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Unique; see [`check_login`].
    pub login: String,
    /// As shown to people, 1 to 64 characters.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they have a workplace.
    pub is_operator: bool,
    /// 8 to 256 bytes; stored as argon2id.
    pub password: String,
}

impl NewAccount {
    /// Refuses what cannot be an account, naming what is wrong.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_login(&self.login)?;
        let name = self.display_name.trim();
        if name.is_empty() || name.chars().count() > 64 {
            return Err(Error::BadDisplayName("it must have 1 to 64 characters"));
        }
        if name.chars().any(char::is_control) {
            return Err(Error::BadDisplayName("it must not contain control characters"));
        }
        match self.password.len() {
            0..8 => Err(Error::BadPassword("it must have at least 8 characters")),
            8..=256 => Ok(()),
            _ => Err(Error::BadPassword("it must have at most 256 bytes")),
        }
    }
}

/// A login is also a SIP user: `[a-z0-9][a-z0-9._-]{1,31}`; `guest-…` is kept for guests.
///
/// # Errors
/// [`Error::BadLogin`].
pub fn check_login(login: &str) -> Result<(), Error> {
    let ordinary = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = login.as_bytes();
    let fits = (2..=32).contains(&bytes.len())
        && ordinary(bytes[0])
        && bytes.iter().all(|c| ordinary(*c) || b"._-".contains(c))
        && !login.starts_with(GUEST_PREFIX);
    if fits { Ok(()) } else { Err(Error::BadLogin(login.to_owned())) }
}

/// A guest's login is this and their number.
pub(crate) const GUEST_PREFIX: &str = "guest-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_sip_user_and_never_a_guests() {
        for good in ["anna", "a1", "0-9", "anna.k_2-x", &"a".repeat(32)] {
            assert!(check_login(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "Anna", ".anna", "an na", "анна", "guest-1", &"a".repeat(33), "a@b", "a%b"] {
            assert!(check_login(bad).is_err(), "{bad}");
        }
    }
}
