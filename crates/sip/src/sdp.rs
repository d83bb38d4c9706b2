//! The little of SDP (RFC 8866) that signalling must know of. Descriptions are otherwise passed on as they are.

use crate::text::{lines, trim};
use alloc::string::String;

/// The media type of a description.
pub const MEDIA_TYPE: &str = "application/sdp";

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
    for line in lines(sdp) {
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
    for line in lines(sdp) {
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
    for line in lines(sdp) {
        if !line.starts_with("a=candidate:") && line != "a=end-of-candidates" {
            push_line(&mut out, line);
        }
    }
    out
}

/// The DTLS fingerprint, `sha-256 D2:FA:…`: whose change says that the far side has a new peer connection.
pub fn fingerprint(sdp: &str) -> Option<&str> {
    lines(sdp).find_map(|line| line.strip_prefix("a=fingerprint:")).map(trim)
}

/// Whether whoever wrote this does not want to hear us: its [`direction`] is `SendOnly` or `Inactive` (RFC 3264 §8.4).
/// RFC 2543's address 0.0.0.0 says nothing: a browser that hides its addresses writes it into every description.
pub fn is_held_by_remote(sdp: &str) -> bool {
    matches!(direction(sdp), Direction::SendOnly | Direction::Inactive)
}

fn is_live_media(line: &str) -> bool {
    let live = |kind: &str| line.strip_prefix(kind).is_some_and(|rest| !trim(rest).starts_with("0 "));
    live("m=audio") || live("m=video")
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=sendonly\r\n\
        m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=candidate:1 1 udp 1 10.0.0.1 5 typ host\r\n\
        a=fingerprint:sha-256 AB:CD\r\na=recvonly\r\na=end-of-candidates\r\na=mid:0\r\n";

    #[test]
    fn the_first_live_medias_direction_counts() {
        assert_eq!(direction(OFFER), Direction::RecvOnly, "refused video does not");
        assert_eq!(direction(&OFFER.replace("a=recvonly\r\n", "")), Direction::SendOnly, "the session's");
        assert_eq!(direction("v=0\r\nm=audio 9 x 0\r\n"), Direction::SendRecv);
        assert_eq!(direction("v=0\nm=audio 9 x 0\na=inactive\n"), Direction::Inactive);
        // RFC 8866 §6.7
        assert_eq!(direction("a=inactive\r\nm=audio 9 x 0\r\na=sendrecv\r\n"), Direction::SendRecv);
        assert_eq!(direction(""), Direction::SendRecv);
    }

    #[test]
    fn held_is_when_they_do_not_listen() {
        for (line, held) in [("sendrecv", false), ("recvonly", false), ("sendonly", true), ("inactive", true)]
        {
            let sdp = ["v=0\r\nm=audio 9 x 0\r\na=", line, "\r\n"].concat();
            assert_eq!(is_held_by_remote(&sdp), held, "{line}");
        }
        assert!(
            !is_held_by_remote("v=0\r\nm=audio 9 x 0\r\nc=IN IP4 0.0.0.0\r\n"),
            "a browser with mDNS names"
        );
        assert!(!is_held_by_remote(""));
    }

    #[test]
    fn a_new_direction_replaces_every_old_one() {
        let held = set_direction(OFFER, Direction::SendOnly);
        assert_eq!(direction(&held), Direction::SendOnly);
        assert_eq!(held.matches("a=sendonly").count(), 2, "one a media: {held}");
        assert!(!held.contains("recvonly") && !held.contains("inactive"));
        assert_eq!(set_direction(&held, Direction::SendOnly), held);
        let both = set_direction(OFFER, Direction::SendRecv);
        assert_eq!(set_direction(&both, Direction::SendOnly), held);
    }

    #[test]
    fn candidates_can_be_withheld() {
        let bare = without_candidates(OFFER);
        assert!(!bare.contains("candidate") && bare.contains("a=mid:0\r\n") && bare.contains("a=recvonly"));
        assert_eq!(bare.lines().count(), OFFER.lines().count() - 2);
    }

    #[test]
    fn a_fingerprint_is_found() {
        assert_eq!(fingerprint(OFFER), Some("sha-256 AB:CD"));
        assert_eq!(fingerprint("v=0\r\n"), None);
    }
}
