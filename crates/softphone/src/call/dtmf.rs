//! Keys pressed: INFO bodies, and the queue of those to be sent.

use crate::Dtmf;
use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use core::time::Duration;
use headset_sip::Time;

/// How long a key sounds of which that is not said, in ms.
const DURATION_MS: u16 = 160;
const PAUSE: Duration = Duration::from_secs(2);
/// More than anybody types, fewer than fill memory.
const QUEUE_MAX: usize = 256;

pub(crate) const CONTENT_TYPE: &str = "application/dtmf-relay";

/// A key or a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) tone: char,
    pub(crate) dtmf: Dtmf,
}

/// Keys waiting to be sent, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    queue: VecDeque<Key>,
    /// Not before this.
    next_at: Time,
}

impl Keys {
    /// Adds keys to the queue. Fails, adding none, if one of them is no key or they are too many.
    pub(crate) fn press(&mut self, tones: &str, dtmf: Dtmf) -> Result<(), &'static str> {
        if tones.len() > QUEUE_MAX - self.queue.len() {
            return Err("too many tones at once");
        }
        check(tones)?;
        let dtmf = bounded(dtmf);
        self.queue.extend(tones.chars().map(|c| Key { tone: c.to_ascii_uppercase(), dtmf }));
        Ok(())
    }

    /// The next key, if it is time for one.
    pub(crate) fn next(&mut self, now: Time) -> Option<Key> {
        while now >= self.next_at {
            let key = self.queue.pop_front()?;
            if key.tone == ',' {
                self.next_at = now + PAUSE;
            } else {
                let Dtmf { duration, gap, .. } = key.dtmf;
                self.next_at = now + Duration::from_millis(u64::from(duration) + u64::from(gap));
                return Some(key);
            }
        }
        None
    }

    /// A key that did not get through goes first again.
    pub(crate) fn put_back(&mut self, key: Key) {
        self.queue.push_front(key);
    }

    /// When `next` is to be asked again.
    pub(crate) fn wake_at(&self) -> Option<Time> {
        (!self.queue.is_empty()).then_some(self.next_at)
    }

    /// Forgets what was not sent.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }
}

/// Whether all of these can be pressed.
pub(crate) fn check(tones: &str) -> Result<(), &'static str> {
    if tones.chars().all(|c| c == ',' || tone(c).is_some()) {
        Ok(())
    } else {
        Err("a tone is one of 0-9 A-D # * and the comma")
    }
}

/// What `RTCDTMFSender` takes too.
pub(crate) fn bounded(dtmf: Dtmf) -> Dtmf {
    Dtmf { duration: dtmf.duration.clamp(40, 6000), gap: dtmf.gap.max(30), ..dtmf }
}

impl Key {
    /// The body of an INFO for this key.
    pub(crate) fn body(self) -> String {
        let mut body = String::from("Signal=");
        body.push(self.tone);
        body.push_str("\r\nDuration=");
        body.push_str(&self.dtmf.duration.to_string());
        body.push_str("\r\n");
        body
    }
}

/// Key and duration in ms from an INFO of type `application/dtmf-relay` or `application/dtmf`.
pub(crate) fn parse(content_type: &str, body: &str) -> Option<(char, u16)> {
    if content_type.eq_ignore_ascii_case("application/dtmf") {
        return Some((single(body)?, DURATION_MS));
    }
    let (mut signal, mut duration) = (None, DURATION_MS);
    for line in body.lines() {
        let Some((name, value)) = line.split_once(['=', ':']) else { continue };
        if name.trim().eq_ignore_ascii_case("signal") {
            signal = single(value);
        } else if name.trim().eq_ignore_ascii_case("duration") {
            duration = value.trim().parse().unwrap_or(duration).clamp(40, 6000);
        }
    }
    Some((signal?, duration))
}

/// The key that this text is; 10 and 11 are `*` and `#` in some gateways' words.
fn single(text: &str) -> Option<char> {
    let text = text.trim();
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => tone(c),
        _ => match text {
            "10" => Some('*'),
            "11" => Some('#'),
            _ => None,
        },
    }
}

fn tone(c: char) -> Option<char> {
    let c = c.to_ascii_uppercase();
    matches!(c, '0'..='9' | 'A'..='D' | '#' | '*').then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_every_sender_are_read() {
        assert_eq!(parse(CONTENT_TYPE, &Key { tone: '5', dtmf: Dtmf::default() }.body()), Some(('5', 160)));
        assert_eq!(parse("Application/DTMF-Relay", "signal = d\nDuration: 90"), Some(('D', 90)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=11\r\nDuration=soon"), Some(('#', 160)));
        assert_eq!(parse("application/dtmf", " * \r\n"), Some(('*', 160)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=77"), None);
        assert_eq!(parse(CONTENT_TYPE, "Duration=160"), None);
    }

    #[test]
    fn keys_keep_their_order_gaps_and_pauses() {
        let mut keys = Keys::default();
        let default = Dtmf::default();
        keys.press("1,a", default).expect("keys");
        assert_eq!(keys.next(Time(1000)).map(|key| key.tone), Some('1'));
        assert_eq!(keys.next(Time(1001)).map(|key| key.tone), None);
        assert_eq!(keys.wake_at(), Some(Time(1230)));
        assert_eq!(keys.next(Time(1230)).map(|key| key.tone), None);
        assert_eq!(keys.wake_at(), Some(Time(3230)));
        assert_eq!(keys.next(Time(3230)).map(|key| key.tone), Some('A'));
        assert_eq!(keys.wake_at(), None);
        assert!(keys.press("12x", default).is_err());
        assert!(keys.press(&"1".repeat(300), default).is_err());
        assert_eq!(keys.next(Time(9999)).map(|key| key.tone), None);
    }
}
