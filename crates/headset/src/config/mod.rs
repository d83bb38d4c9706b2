//! The one place where the configuration is read.

mod check;
mod faults;
mod file;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use headset_backend::{GuestSettings, IceServer, LoginLimits, Network, PauseReason};
use headset_floor::QueueConfig;

pub(crate) use faults::Faults;

use crate::cli::Where;

/// A configuration that fits. What depends on the ports that are free is settled later.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub tls: Option<TlsFiles>,
    pub public_url: Option<String>,
    pub login_url: Option<String>,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Vec<Network>,
    pub domain: String,
    pub secret: SecretFrom,
    pub credentials_lifetime: Duration,
    pub session_lifetime: Duration,
    pub login_limits: LoginLimits,
    pub registrars_per_operator: usize,
    pub poll: Duration,
    pub guests: Option<GuestSettings>,
    pub ice_servers: Vec<IceServer>,
    pub registrars: Vec<Registrar>,
    pub queues: Vec<QueueConfig>,
    pub pause_reasons: Vec<PauseReason>,
}

#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Where the shared telephony secret comes from.
#[derive(Clone, Debug)]
pub(crate) enum SecretFrom {
    Text(headset_backend::Secret),
    File(PathBuf),
    /// `<data>/secret`, made at the first start.
    Own,
}

#[derive(Clone, Debug)]
pub(crate) struct Registrar {
    pub id: String,
    pub listen: SocketAddr,
    pub uri: Option<String>,
    pub weight: u32,
    pub reg_id: u32,
}

/// What a configuration starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Nothing but the keys' own defaults.
    Empty,
    /// The demo's.
    Demo,
}

const DEMO: &str = include_str!("demo.toml");
const DEMO_DATA: &str = "data/demo";
const DATA: &str = "/var/lib/headset";
/// Keys given in the environment begin so.
const ENVIRONMENT: &str = "HEADSET__";

/// Reads base, file and environment, in this order: the later wins.
///
/// # Errors
/// The file is not there or cannot be read, or something in it does not fit.
pub(crate) fn load(base: Base, place: &Where) -> Result<Config, Faults> {
    let by_environment =
        || std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with(ENVIRONMENT));
    if base == Base::Empty && default_file(place).is_none() && !by_environment() {
        return Err(Faults::one(
            "there is no headset.toml here and no /etc/headset/headset.toml: write one, or name it with --config; \
             `headset demo` needs none"
                .to_owned(),
        ));
    }
    let figment = figment(base, place)?;
    let file: file::File = figment.extract().map_err(Faults::unread)?;
    check::check(&figment, file, place.data.clone())
}

/// The data directory alone: what the commands that talk to a running server need.
///
/// # Errors
/// The file is not there, or cannot be read.
pub(crate) fn data_dir(place: &Where) -> Result<PathBuf, Faults> {
    if let Some(data) = &place.data {
        return Ok(data.clone());
    }
    let figment = figment(Base::Empty, place)?;
    match figment.extract_inner::<PathBuf>("data_dir") {
        Ok(data) => Ok(data),
        Err(error) if error.missing() => {
            // Without a configuration it is most likely the demo that is meant.
            let demo = Path::new(DEMO_DATA);
            let is_demo = default_file(place).is_none() && demo.exists();
            Ok(if is_demo { demo.to_owned() } else { DATA.into() })
        }
        Err(error) => Err(Faults::unread(error)),
    }
}

fn figment(base: Base, place: &Where) -> Result<Figment, Faults> {
    let mut figment = Figment::new();
    if base == Base::Demo {
        figment = figment.merge(Toml::string(DEMO));
    }
    let file = match (&place.config, base) {
        (Some(file), _) => {
            if let Err(error) = std::fs::File::open(file) {
                return Err(Faults::one(format!("{}: cannot be read: {error}", file.display())));
            }
            Some(file.clone())
        }
        (None, Base::Empty) => default_file(place),
        // A demo is the same wherever it is started.
        (None, Base::Demo) => None,
    };
    if let Some(file) = file {
        figment = figment.merge(Toml::file_exact(file));
    }
    Ok(figment.merge(Env::prefixed(ENVIRONMENT).split("__")))
}

fn default_file(place: &Where) -> Option<PathBuf> {
    if place.config.is_some() {
        return place.config.clone();
    }
    ["headset.toml", "/etc/headset/headset.toml"].iter().map(PathBuf::from).find(|file| file.exists())
}

#[cfg(test)]
mod tests {
    use super::{Base, load};
    use crate::cli::Where;

    #[test]
    fn the_configuration_in_the_docs_is_taken_as_it_stands() {
        let docs = include_str!("../../../../docs/running.md");
        let (_, rest) = docs.split_once("```toml\n").expect("docs/running.md shows a configuration");
        let (shown, _) = rest.split_once("```").expect("it ends");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let read = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).expect("the file is written");
            load(Base::Empty, &Where { config: Some(file), data: None })
                .unwrap_or_else(|faults| panic!("{faults}"))
        };
        let shown = read("shown.toml", shown);
        assert_eq!(shown.domain, "calls.example");

        // What is shown as a default is the default.
        let needed = "[sip]\ndomain = \"calls.example\"\n[[registrar]]\nid = \"r1\"\nlisten = \"127.0.0.1:8081\"\n\
            [[queue]]\nname = \"support\"\ndisplay_name = \"Support\"\n";
        let mut bare = read("bare.toml", needed);
        bare.public_url.clone_from(&shown.public_url);
        bare.ice_servers.clone_from(&shown.ice_servers);
        bare.pause_reasons.clone_from(&shown.pause_reasons);
        bare.registrars[0].uri.clone_from(&shown.registrars[0].uri);
        assert_eq!(format!("{bare:?}"), format!("{shown:?}"));
    }
}
