//! Targets for fuzzing: each takes any bytes and must neither panic nor break what it promises.
#![forbid(unsafe_code)]

mod agent;
mod drop_in;
mod input;
mod text;

pub use agent::user_agent;
pub use drop_in::drop_in;
pub use text::{digest_header, message, sdp_direction, uri};

/// One target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its folder of seeds.
pub const TARGETS: [(&str, Target); 6] = [
    ("message", message),
    ("uri", uri),
    ("digest_header", digest_header),
    ("sdp_direction", sdp_direction),
    ("user_agent", user_agent),
    ("drop_in", drop_in),
];
