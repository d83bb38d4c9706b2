//! Who we are on the wire.

use crate::context::FULL;
use crate::{AccountOptions, Identity, Reach};
#[cfg(feature = "full")]
use alloc::boxed::Box;
use alloc::string::String;
use headset_sip::text::concat;
use headset_sip::{Entropy, NameAddr, Uri};

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) identity: Identity,
    #[cfg(feature = "full")]
    pub(crate) options: Box<AccountOptions>,
    pub(crate) reach: Reach,
    /// The host of our Contact and Via; unless told otherwise one that nobody can reach (RFC 7118 §5).
    pub(crate) host: String,
}

impl Account {
    pub(crate) fn options(&self) -> &AccountOptions {
        #[cfg(feature = "full")]
        let options = &self.options;
        #[cfg(not(feature = "full"))]
        let options = {
            static DEFAULT: AccountOptions = AccountOptions::DEFAULT;
            &DEFAULT
        };
        options
    }

    /// Somebody else, with the options that were there.
    pub(crate) fn become_another(&mut self, identity: Identity, entropy: &mut Entropy) {
        let given = self.options().contact_uri.as_deref().filter(|_| FULL);
        let given = given.and_then(|uri| Uri::parse(uri).ok());
        let (host, contact) = match given {
            Some(uri) => {
                let mut contact = String::new();
                uri.push_to(&mut contact);
                (uri.host.into(), contact)
            }
            None => {
                let host = concat(&[&entropy.token(12), ".invalid"]);
                let contact = concat(&["sip:", &entropy.token(8), "@", &host, ";transport=ws"]);
                (host, contact)
            }
        };
        self.host = host;
        self.reach = Reach { contact, ..Reach::default() };
        self.identity = identity;
    }

    /// `<sip:user@host;transport=ws…>`, with `;ob` where it may make a dialog (RFC 5626 §4.3); or the address that the
    /// registrar made for this device, which needs none of `params` (RFC 5627 §4.4.1).
    pub(crate) fn contact(&self, params: &str) -> String {
        match &*self.reach.public_gruu {
            "" => concat(&["<", &self.reach.contact, params, ">"]),
            gruu => concat(&["<", gruu, ">"]),
        }
    }

    /// Request-URI of REGISTER.
    pub(crate) fn registrar_uri(&self) -> String {
        match self.options().registrar_uri.as_deref() {
            Some(uri) if FULL => uri.into(),
            _ => concat(&["sip:", &self.identity.domain]),
        }
    }

    pub(crate) fn display_name(&self) -> &str {
        self.options().display_name.as_ref().unwrap_or(&self.identity.display_name)
    }

    /// Our address of record, as From (with a tag) or To.
    pub(crate) fn address(&self, tag: Option<&str>) -> String {
        let uri = Uri::sip(&self.identity.login, &self.identity.domain);
        let name = self.display_name();
        match tag {
            Some(tag) => NameAddr::format(name, &uri, tag),
            None => NameAddr::format("", &uri, ""),
        }
    }
}
