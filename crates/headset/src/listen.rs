//! Where the server listens.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// What to do when a port is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Give up: whoever configured it means it.
    Refuse,
    /// Take a free one, and say so.
    TakeFree,
}

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{key} {address}: {why}")]
pub(crate) struct CannotListen {
    key: String,
    address: SocketAddr,
    why: String,
}

/// Listens on `address`, which `key` of the configuration gives. `notes` gets what the user should know.
pub(crate) async fn listen(
    key: &str,
    address: SocketAddr,
    taken: Taken,
    notes: &mut Vec<String>,
) -> Result<TcpListener, CannotListen> {
    let cannot = |why: String| CannotListen { key: key.to_owned(), address, why };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            if taken == Taken::Refuse {
                return Err(cannot(
                    "another program listens there already; stop it, or configure another port".to_owned(),
                ));
            }
            let free = SocketAddr::new(address.ip(), 0);
            let listener = TcpListener::bind(free).await.map_err(|error| cannot(error.to_string()))?;
            let port = listener.local_addr().map_err(|error| cannot(error.to_string()))?.port();
            notes.push(format!(
                "Port {} is taken by another program; {key} uses {port} instead.",
                address.port()
            ));
            Ok(listener)
        }
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            Err(cannot("this machine has no such address".to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(cannot("not permitted; ports below 1024 need a right of their own".to_owned()))
        }
        Err(error) => Err(cannot(error.to_string())),
    }
}

/// Without TLS nothing but this machine may be listened to: passwords, cookies and calls would travel readable.
pub(crate) fn kept_in(key: &str, address: SocketAddr, tls: bool, notes: &mut Vec<String>) -> SocketAddr {
    if tls || address.ip().is_loopback() {
        return address;
    }
    let loopback = match address.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let kept = SocketAddr::new(loopback, address.port());
    notes.push(format!(
        "{key} is {address}, but without [http.tls] passwords and calls would travel readable: listening on {kept} \
         only. Give a certificate, or let a proxy on this machine end TLS."
    ));
    kept
}
