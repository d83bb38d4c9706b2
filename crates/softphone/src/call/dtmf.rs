//! Keys pressed: INFO bodies, and the queue of those to be sent.

use crate::Dtmf;
use alloc::string::String;
use alloc::vec::Vec;
use headset_sip::text::{push_replaced, trim};
use headset_sip::{Params, Time, Value, push_number};

/// How long a key sounds of which that is not said, in ms.
const DURATION_MS: u16 = 160;
const PAUSE_MS: u64 = 2000;
/// More than anybody types, fewer than fill memory.
const QUEUE_MAX: usize = 256;

pub(crate) const CONTENT_TYPE: &str = "application/dtmf-relay";

/// A key or a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) tone: u8,
    pub(crate) dtmf: Dtmf,
}

/// Keys waiting to be sent, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The next one first.
    queue: Vec<Key>,
    /// Not before this.
    next_at: Time,
}

impl Keys {
    /// Adds keys, in upper case, to the queue. Fails, adding none, if one of them is no key or they are too many.
    pub(crate) fn press(&mut self, tones: &str, dtmf: Dtmf) -> Result<(), &'static str> {
        if tones.len() > QUEUE_MAX - self.queue.len() {
            return Err("too many tones at once");
        }
        check(tones)?;
        for tone in tones.bytes() {
            self.queue.push(Key { tone, dtmf });
        }
        Ok(())
    }

    /// The next key, if it is time for one.
    pub(crate) fn next(&mut self, now: Time) -> Option<Key> {
        while now >= self.next_at && !self.queue.is_empty() {
            let key = self.queue.remove(0);
            let Dtmf { duration, gap, .. } = key.dtmf;
            if key.tone != b',' {
                self.next_at = Time(now.0 + u64::from(duration) + u64::from(gap));
                return Some(key);
            }
            self.next_at = Time(now.0 + PAUSE_MS);
        }
        None
    }

    /// A key that did not get through goes first again.
    pub(crate) fn put_back(&mut self, key: Key) {
        self.queue.insert(0, key);
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
    if tones.bytes().all(|byte| byte == b',' || tone(byte).is_some()) {
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
        body.push_str(tone(self.tone).unwrap_or(""));
        body.push_str("\r\nDuration=");
        push_number(&mut body, u32::from(self.dtmf.duration));
        body.push_str("\r\n");
        body
    }
}

/// Key and duration in ms from an INFO of type `application/dtmf-relay` or `application/dtmf`.
pub(crate) fn parse(content_type: &str, body: &str) -> Option<(&'static str, u16)> {
    if content_type.eq_ignore_ascii_case("application/dtmf") {
        return Some((single(body)?, DURATION_MS));
    }
    let mut fields = String::new();
    push_replaced(&mut fields, body, |byte| match byte {
        b'\r' | b'\n' => Some(";"),
        b':' => Some("="),
        _ => None,
    });
    let fields = Value { value: "", params: Params::parse(&fields) };
    let tone = single(fields.param("signal")?)?;
    let duration = fields.number("duration").map_or(DURATION_MS, |ms| ms.clamp(40, 6000) as u16);
    Some((tone, duration))
}

/// The key that this text is; 10 and 11 are `*` and `#` in some gateways' words.
fn single(text: &str) -> Option<&'static str> {
    match trim(text).as_bytes() {
        [byte] => tone(*byte),
        b"10" => Some("*"),
        b"11" => Some("#"),
        _ => None,
    }
}

fn tone(byte: u8) -> Option<&'static str> {
    const TONES: &str = "0123456789ABCD#*";
    let at = TONES.as_bytes().iter().position(|tone| *tone == byte.to_ascii_uppercase())?;
    TONES.get(at..=at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_every_sender_are_read() {
        assert_eq!(parse(CONTENT_TYPE, &Key { tone: b'5', dtmf: Dtmf::default() }.body()), Some(("5", 160)));
        assert_eq!(parse("Application/DTMF-Relay", "signal = d\nDuration: 90"), Some(("D", 90)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=11\r\nDuration=soon"), Some(("#", 160)));
        assert_eq!(parse("application/dtmf", " * \r\n"), Some(("*", 160)));
        assert_eq!(parse(CONTENT_TYPE, "Signal=77"), None);
        assert_eq!(parse(CONTENT_TYPE, "Duration=160"), None);
    }

    #[test]
    fn keys_keep_their_order_gaps_and_pauses() {
        let mut keys = Keys::default();
        let default = Dtmf::default();
        keys.press("1,A", default).expect("keys");
        assert_eq!(keys.next(Time(1000)).map(|key| key.tone), Some(b'1'));
        assert_eq!(keys.next(Time(1001)).map(|key| key.tone), None);
        assert_eq!(keys.wake_at(), Some(Time(1230)));
        assert_eq!(keys.next(Time(1230)).map(|key| key.tone), None);
        assert_eq!(keys.wake_at(), Some(Time(3230)));
        assert_eq!(keys.next(Time(3230)).map(|key| key.tone), Some(b'A'));
        assert_eq!(keys.wake_at(), None);
        assert!(keys.press("12x", default).is_err());
        assert!(keys.press(&"1".repeat(QUEUE_MAX + 1), default).is_err());
        assert_eq!(keys.next(Time(9999)).map(|key| key.tone), None);
        keys.press(&"1".repeat(QUEUE_MAX - 1), default).expect("keys");
        assert!(keys.press("12", default).is_err());
        keys.press("1", default).expect("the last that there is room for");
    }
}
