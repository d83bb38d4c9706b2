//! What a machine asks of the page: JSON arrays that begin with one of these numbers.

use alloc::string::String;
use headset_softphone::Time;

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        $($(#[$doc])* pub const $name: u32 = $number;)*
        /// All of them.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, u32)] = &[$((stringify!($name), $number)),*];
    };
}

records! {
    /// A slice: [loading, error or null], and if there is a hash its fields.
    HASH = 0;
    /// A slice: [loading, error or null], and if there is one the answer.
    LAUNCH = 1;
    /// A slice: [loading, error or null], and if there is a status its fields.
    STATUS = 2;
    /// A slice: [status, error or null].
    USER_AGENT = 3;
    /// A slice: nothing without a call; with one, its fields and, where there is one, a consultation's as an array.
    SESSION = 4;
    /// A slice: [rotation, a flow, …].
    REGISTRARS = 5;
    /// Open a WebSocket: [socket, uri].
    OPEN_SOCKET = 6;
    /// Send one text frame: [socket, text].
    SEND = 7;
    /// Close: [socket, code].
    CLOSE_SOCKET = 8;
    /// [peer, "", media, direction, ICE restart]. All that peers are asked has a text and three numbers.
    OFFER = 9;
    /// [peer, offer, media, direction].
    ANSWER = 10;
    /// [peer, answer].
    ACCEPT = 11;
    /// [peer, description].
    ADD_CANDIDATES = 12;
    /// [peer].
    ROLLBACK = 13;
    /// [peer, "", media].
    OPEN_MICROPHONE = 14;
    /// [peer, "", on].
    MUTE = 15;
    /// [peer, "", on].
    HOLD = 16;
    /// [peer].
    CLOSE = 17;
    /// [id, resource, …]: 0 hash, 1 launch, 2 status, 3 put status [status, sub_status, and the version if there is one],
    /// 4 registrars, 5 events [event, …].
    HTTP = 18;
    /// Open the event stream.
    OPEN_STREAM = 19;
    /// Close it.
    CLOSE_STREAM = 20;
    /// Keep these over a reload: [event, …].
    KEEP_EVENTS = 21;
    /// Ask for the microphone.
    ASK_MICROPHONE = 22;
    /// A registrar refused the phone's hash.
    CREDENTIALS_REFUSED = 23;
    /// [previous, next].
    STATUS_CHANGED = 24;
    /// [request].
    STATUS_SET = 25;
    /// [direction, originator, outcome, id, cause, status code or null, reason phrase or null, remote].
    CALL_ENDED = 26;
    /// [duration, tone].
    DTMF = 27;
    /// [id, name, at_ms, login, key, value, …].
    EVENT = 28;
    /// [code, message].
    ERROR = 29;
    /// [peer, tones, duration, gap].
    INSERT_DTMF = 30;
    /// Keep these over a reload: [stored], empty for none.
    KEEP_CALLS = 31;
}

/// An array of records in the making.
pub(crate) struct Records(String);

impl Records {
    pub(crate) fn new() -> Self {
        Records("[".into())
    }

    /// A record of numbers, and of texts after them.
    pub(crate) fn push(&mut self, kind: u32, numbers: &[u32], texts: &[&str]) {
        self.begin(kind, numbers);
        for text in texts {
            self.text(text);
        }
        self.close();
    }

    /// Begins a record, with numbers.
    pub(crate) fn begin(&mut self, kind: u32, numbers: &[u32]) {
        self.open();
        self.number(kind.into());
        for number in numbers {
            self.number((*number).into());
        }
    }

    /// Begins an array within the array.
    pub(crate) fn open(&mut self) {
        self.raw("[");
    }

    pub(crate) fn close(&mut self) {
        self.0.push(']');
    }

    /// JSON as it is.
    pub(crate) fn raw(&mut self, json: &str) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'[')) {
            self.0.push(',');
        }
        self.0.push_str(json);
    }

    pub(crate) fn null(&mut self) {
        self.raw("null");
    }

    pub(crate) fn flag(&mut self, on: bool) {
        self.raw(if on { "true" } else { "false" });
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.raw("");
        self.digits(number);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.raw("\"");
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte < b' ' || byte == b'"' || byte == b'\\' {
                self.0.push_str(text.get(from..at).unwrap_or_default());
                self.0.push_str("\\u00");
                self.nibble(byte >> 4);
                self.nibble(byte & 15);
                from = at + 1;
            }
        }
        self.0.push_str(text.get(from..).unwrap_or_default());
        self.0.push('"');
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub(crate) fn optional_number(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    /// The array, `due` at its end: when it is time.
    pub(crate) fn done(&mut self, due: Option<Time>) -> String {
        self.optional_number(due.map(|due| due.0));
        self.close();
        core::mem::take(&mut self.0)
    }

    fn digits(&mut self, number: u64) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.nibble((number % 10) as u8);
    }

    fn nibble(&mut self, nibble: u8) {
        let at = usize::from(nibble);
        self.0.push_str("0123456789abcdef".get(at..=at).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_json() {
        let mut records = Records::new();
        records.begin(7, &[]);
        records.number(18_446_744_073_709_551_615);
        records.text("a\"b\\c\r\n\u{1f}é✓");
        records.open();
        records.close();
        records.flag(true);
        records.optional(None);
        records.open();
        records.text("");
        records.text("[");
        records.number(0);
        records.close();
        records.close();
        records.push(8, &[1, 2], &["x"]);
        records.push(9, &[], &[]);
        assert_eq!(
            records.done(None),
            r#"[[7,18446744073709551615,"a\u0022b\u005cc\u000d\u000a\u001fé✓",[],true,null,["","[",0]],[8,1,2,"x"],[9],null]"#
        );
    }
}
