//! Digest authentication (RFC 3261 §22, RFC 2617, RFC 8760's rules for choosing): both sides of it.

mod answer;
mod challenge;

pub use answer::{Authorization, respond};
pub use challenge::{Algorithm, Challenge};

use alloc::string::String;
use md5::{Digest, Md5};

impl Algorithm {
    /// The digest of the pieces, joined with colons, in lower-case hexadecimal.
    fn hash(self, pieces: &[&str]) -> String {
        match self {
            Algorithm::Md5 | Algorithm::Md5Sess => {
                let mut hasher = Md5::new();
                for (index, piece) in pieces.iter().enumerate() {
                    if index > 0 {
                        hasher.update(b":");
                    }
                    hasher.update(piece.as_bytes());
                }
                hexadecimal(&hasher.finalize())
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// Names and values of `Digest name=value, name="value"`; `None` for another scheme.
fn parameters(text: &str) -> Option<impl Iterator<Item = (&str, String)>> {
    let text = text.trim();
    let (scheme, rest) = text.split_once([' ', '\t'])?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return None;
    }
    Some(crate::message::comma_split(rest).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), crate::message::unquote(value.trim())))
    }))
}
