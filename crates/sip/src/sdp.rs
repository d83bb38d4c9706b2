//! The little of SDP (RFC 8866) that signalling must know of. Descriptions are otherwise passed on as they are.

use alloc::string::String;

/// Who sends media, from the side of whoever wrote the description (RFC 3264 §5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both.
    #[default]
    SendRecv,
    /// The writer only: the other side is held.
    SendOnly,
    /// The other side only.
    RecvOnly,
    /// Nobody.
    Inactive,
}

impl Direction {
    /// As an attribute: `sendrecv` …
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    /// The same seen from the other side.
    pub fn reversed(self) -> Direction {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            same => same,
        }
    }

    fn of_line(line: &str) -> Option<Direction> {
        match line {
            "a=sendrecv" => Some(Direction::SendRecv),
            "a=sendonly" => Some(Direction::SendOnly),
            "a=recvonly" => Some(Direction::RecvOnly),
            "a=inactive" => Some(Direction::Inactive),
            _ => None,
        }
    }
}

/// The direction of the first audio or video that is not refused (port 0); the session's where it has none of its own;
/// `SendRecv` where that has none either.
pub fn direction(sdp: &str) -> Direction {
    let mut session = None;
    let mut in_media: Option<bool> = None;
    for line in sdp.lines() {
        if line.starts_with("m=") {
            if in_media == Some(true) {
                break;
            }
            in_media = Some(is_live_media(line));
        } else if let Some(found) = Direction::of_line(line) {
            match in_media {
                None => session = Some(found),
                Some(true) => return found,
                Some(false) => {}
            }
        }
    }
    session.unwrap_or_default()
}

/// The description with every media's direction set to this one.
pub fn set_direction(sdp: &str, direction: Direction) -> String {
    let mut out = String::with_capacity(sdp.len() + 16);
    let mut in_media = false;
    let end_media = |out: &mut String, in_media: bool| {
        if in_media {
            out.push_str("a=");
            push_line(out, direction.as_str());
        }
    };
    for line in sdp.lines() {
        if line.starts_with("m=") {
            end_media(&mut out, in_media);
            in_media = true;
        }
        if Direction::of_line(line).is_none() {
            push_line(&mut out, line);
        }
    }
    end_media(&mut out, in_media);
    out
}

/// The description without its ICE candidates, so that a peer connection can be prepared with it and yet not connect.
pub fn without_candidates(sdp: &str) -> String {
    let mut out = String::with_capacity(sdp.len());
    for line in sdp.lines() {
        if !line.starts_with("a=candidate:") && line != "a=end-of-candidates" {
            push_line(&mut out, line);
        }
    }
    out
}

/// The DTLS fingerprint, `sha-256 D2:FA:…`: whose change says that the far side has a new peer connection.
pub fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:")).map(str::trim)
}

/// Whether whoever wrote this does not want to hear us: every live audio or video is `sendonly` or `inactive`
/// (RFC 3264 §8.4), or its address is 0.0.0.0 (RFC 2543).
pub fn is_held_by_remote(sdp: &str) -> bool {
    matches!(direction(sdp), Direction::SendOnly | Direction::Inactive)
}

fn is_live_media(line: &str) -> bool {
    let live = |kind: &str| line.strip_prefix(kind).is_some_and(|rest| !rest.trim_start().starts_with("0 "));
    live("m=audio") || live("m=video")
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}
