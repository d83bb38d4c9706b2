//! Keys pressed: INFO bodies, and the queue of those to be sent.

use alloc::collections::VecDeque;
use alloc::string::String;
use core::time::Duration;
use headset_sip::Time;

/// How long a key of ours sounds, in ms.
const DURATION_MS: u64 = 160;
const GAP: Duration = Duration::from_millis(70);
const PAUSE: Duration = Duration::from_secs(2);
/// More than anybody types, fewer than fill memory.
const QUEUE_MAX: usize = 256;

pub(crate) const CONTENT_TYPE: &str = "application/dtmf-relay";

/// Keys waiting to be sent, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    queue: VecDeque<char>,
    /// Not before this.
    next_at: Time,
}

impl Keys {
    /// Adds keys to the queue. Fails, adding none, if one of them is no key or they are too many.
    pub(crate) fn press(&mut self, tones: &str) -> Result<(), &'static str> {
        if tones.len() > QUEUE_MAX - self.queue.len() {
            return Err("too many tones at once");
        }
        if !tones.chars().all(|c| c == ',' || tone(c).is_some()) {
            return Err("a tone is one of 0-9 A-D # * and the comma");
        }
        self.queue.extend(tones.chars().map(|c| c.to_ascii_uppercase()));
        Ok(())
    }

    /// The next key, if it is time for one.
    pub(crate) fn next(&mut self, now: Time) -> Option<char> {
        while now >= self.next_at {
            match self.queue.pop_front()? {
                ',' => self.next_at = now + PAUSE,
                key => {
                    self.next_at = now + Duration::from_millis(DURATION_MS) + GAP;
                    return Some(key);
                }
            }
        }
        None
    }

    /// A key that did not get through goes first again.
    pub(crate) fn put_back(&mut self, key: char) {
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

/// The body of an INFO for this key.
pub(crate) fn body(key: char) -> String {
    let mut body = String::from("Signal=");
    body.push(key);
    body.push_str("\r\nDuration=160\r\n");
    body
}

/// Key and duration in ms from an INFO of type `application/dtmf-relay` or `application/dtmf`.
pub(crate) fn parse(content_type: &str, body: &str) -> Option<(char, u16)> {
    if content_type.eq_ignore_ascii_case("application/dtmf") {
        return Some((single(body)?, DURATION_MS as u16));
    }
    let (mut signal, mut duration) = (None, DURATION_MS as u16);
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
        assert_eq!(parse(CONTENT_TYPE, &body('5')), Some(('5', 160)));
        assert_eq!(parse("Application/DTMF-Relay", "signal = d\nDuration: 90"), Some(('D', 90)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=11\r\nDuration=soon"), Some(('#', 160)));
        assert_eq!(parse("application/dtmf", " * \r\n"), Some(('*', 160)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=77"), None);
        assert_eq!(parse(CONTENT_TYPE, "Duration=160"), None);
    }

    #[test]
    fn keys_keep_their_order_gaps_and_pauses() {
        let mut keys = Keys::default();
        keys.press("1,a").expect("keys");
        assert_eq!(keys.next(Time(1000)), Some('1'));
        assert_eq!(keys.next(Time(1001)), None);
        assert_eq!(keys.wake_at(), Some(Time(1230)));
        assert_eq!(keys.next(Time(1230)), None);
        assert_eq!(keys.wake_at(), Some(Time(3230)));
        assert_eq!(keys.next(Time(3230)), Some('A'));
        assert_eq!(keys.wake_at(), None);
        assert!(keys.press("12x").is_err());
        assert!(keys.press(&"1".repeat(300)).is_err());
        assert_eq!(keys.next(Time(9999)), None);
    }
}
