//! What the backend is configured with; made by the `headset` binary from its configuration file.

use std::net::IpAddr;
use std::time::Duration;

use headset_floor::{QueueConfig, RegistrarConfig};
use serde::Serialize;

use crate::secrets::Secret;

/// The backend's configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where people reach the pages, without a slash at the end: `https://desk.example`.
    pub public_url: String,
    /// Where one signs in; told to clients with 401.
    pub login_url: String,
    /// Other origins whose pages may use the API, exact; `http://localhost:*` allows any port of that host.
    pub allowed_origins: Vec<String>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The one SIP domain.
    pub sip_domain: String,
    /// Shared with whoever verifies the hashes.
    pub sip_secret: Secret,
    /// How long a hash is good.
    pub credentials_lifetime: Duration,
    /// How long a sign-in is good.
    pub session_lifetime: Duration,
    /// When wrong passwords are too many.
    pub login_limits: LoginLimits,
    /// Told to every client.
    pub ice_servers: Vec<IceServer>,
    /// Why an operator may pause.
    pub pause_reasons: Vec<PauseReason>,
    /// The queues there are.
    pub queues: Vec<QueueConfig>,
    /// The registrars there are; storage knows which of them are drained.
    pub registrars: Vec<RegistrarConfig>,
    /// How many of them each operator is assigned.
    pub registrars_per_operator: usize,
    /// How often clients ask which registrars they belong to.
    pub poll: Duration,
    /// Customers may call from `/customer`; `None`: they may not.
    pub guests: Option<GuestSettings>,
}

/// When wrong passwords are too many.
#[derive(Clone, Copy, Debug)]
pub struct LoginLimits {
    /// Of one login from one address within the window.
    pub per_login: u32,
    /// From one address, whatever the login: a call centre is one address.
    pub per_address: u32,
    /// How long a failure counts.
    pub window: Duration,
}

/// What guests may do.
#[derive(Clone, Copy, Debug)]
pub struct GuestSettings {
    /// Hashes for one address within a minute.
    pub hashes_per_minute: u32,
}

/// A STUN or TURN server.
#[derive(Clone, Debug)]
pub struct IceServer {
    /// `stun:…`, `turn:…`, `turns:…`.
    pub urls: Vec<String>,
    /// Shared with a TURN server: clients get credentials made of it, as for a registrar.
    pub secret: Option<Secret>,
}

/// Why an operator may pause.
#[derive(Clone, Debug, Serialize)]
pub struct PauseReason {
    /// The sub_status.
    pub code: String,
    /// What people read.
    pub title: Title,
}

/// A text in the languages of the pages.
#[derive(Clone, Debug, Serialize)]
pub struct Title {
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

/// Addresses that begin alike: `10.0.0.0/8`, `::1/128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, or one address; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }

    /// Whether `address` is one of these; an IPv4 address in IPv6's clothes counts as what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let alike = |ours: u128, theirs: u128, width: u32| {
            let shift = width - u32::from(self.bits);
            // A shift by the whole width would overflow; then every address is alike.
            shift == width || ours >> shift == theirs >> shift
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                alike(u128::from(ours.to_bits()), u128::from(theirs.to_bits()), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => alike(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.200.3.4", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::1", "::1", "::2"),
            ("2001:db8::/32", "2001:db8:1::9", "2001:db9::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
        ] {
            let network = Network::parse(network).expect(network);
            assert!(network.contains(inside.parse().expect("an address")), "{network:?} {inside}");
            assert!(!network.contains(outside.parse().expect("an address")), "{network:?} {outside}");
        }
        assert!(Network::parse("0.0.0.0/0").expect("all").contains([9, 9, 9, 9].into()));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "host", "::/129"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
