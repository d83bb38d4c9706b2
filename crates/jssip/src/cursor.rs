/// What stands for one UTF-16 unit beyond ASCII: the text is measured as JavaScript measures it.
pub(crate) const BEYOND_ASCII: u8 = 0x7f;

/// A place in a text. What reads moves it and says whether it could; what could not leaves it anywhere.
pub(crate) struct Cursor<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

/// From, to.
pub(crate) type Range = (usize, usize);

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Cursor { bytes, at: 0 }
    }

    /// 0 at the end.
    pub(crate) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let eaten = !self.at_end() && self.peek() == byte;
        self.at += usize::from(eaten);
        eaten
    }

    /// As long as the bytes are of a class; perhaps nothing.
    pub(crate) fn run(&mut self, class: Class) -> Range {
        let start = self.at;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at)
            && class.has(byte)
        {
            at += 1;
        }
        self.at = at;
        (start, at)
    }

    /// As far as the line goes.
    pub(crate) fn line(&mut self) -> Range {
        let start = self.at;
        let mut at = start;
        while self.bytes.get(at).is_some_and(|byte| *byte != b'\n') {
            at += 1;
        }
        self.at = at;
        (start, at)
    }

    /// At least one byte of a class.
    pub(crate) fn some(&mut self, class: Class) -> Option<Range> {
        let range = self.run(class);
        (range.1 > range.0).then_some(range)
    }

    pub(crate) fn space(&mut self) {
        self.run(Class::SPACE);
    }

    /// `byte` with white space around it. Nothing is moved where there is none.
    pub(crate) fn between(&mut self, byte: u8) -> bool {
        let start = self.at;
        self.space();
        let found = self.eat(byte);
        if found {
            self.space();
        } else {
            self.at = start;
        }
        found
    }

    /// A quoted string, with its quotes.
    pub(crate) fn quoted(&mut self) -> Option<Range> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        let mut at = self.at;
        loop {
            match self.bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Some((start, self.at))
    }

    pub(crate) fn slice(&self, (start, end): Range) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or(&[])
    }
}

/// `None` beyond 2³¹ and where there is another character.
pub(crate) fn number(digits: &[u8]) -> Option<i32> {
    let add = |sum: i32, digit: &u8| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit as i32)
    };
    digits.iter().try_fold(0, add)
}

pub(crate) fn is_space(byte: u8) -> bool {
    Class::SPACE.has(byte)
}

/// A set of bytes: a bit of every entry in [`CLASSES`].
#[derive(Clone, Copy)]
pub(crate) struct Class(u16);

impl Class {
    pub(crate) const DIGIT: Class = Class(1);
    pub(crate) const ALPHANUMERIC: Class = Class(1 << 1);
    pub(crate) const SPACE: Class = Class(1 << 2);
    /// RFC 3261 §25.1 token.
    pub(crate) const TOKEN: Class = Class(1 << 3);
    /// RFC 3261 §25.1 word, without `@`.
    pub(crate) const WORD: Class = Class(1 << 4);
    /// Of a URI's user part and password; whether what follows a `%` is right is looked at elsewhere.
    pub(crate) const USER: Class = Class(1 << 5);
    /// Of a URI's parameters.
    pub(crate) const PARAM: Class = Class(1 << 6);
    /// Of the names of a URI's headers.
    pub(crate) const HEADER: Class = Class(1 << 7);
    /// Of the values of a URI's headers.
    pub(crate) const HEADER_VALUE: Class = Class(1 << 8);
    pub(crate) const HOST: Class = Class(1 << 9);
    pub(crate) const SCHEME: Class = Class(1 << 10);
    /// Of a parameter's value that is not quoted.
    pub(crate) const VALUE: Class = Class(1 << 11);
    /// Before `<`, without quotes.
    pub(crate) const NAME: Class = Class(1 << 12);
    pub(crate) const IPV6: Class = Class(1 << 13);
    /// Of a URI that is not SIP's.
    pub(crate) const OPAQUE: Class = Class(1 << 14);
    /// All but line feed.
    pub(crate) const LINE: Class = Class(1 << 15);

    pub(crate) fn has(self, byte: u8) -> bool {
        CLASSES[usize::from(byte)] & self.0 != 0
    }
}

static CLASSES: [u16; 256] = classes();

const fn classes() -> [u16; 256] {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        if byte != b'\n' {
            all[byte as usize] |= Class::LINE.0;
        }
        if !matches!(byte, b'<' | b'"' | 0) {
            all[byte as usize] |= Class::NAME.0;
        }
        // RFC 3986: what no URI has.
        if byte > b' '
            && byte < BEYOND_ASCII
            && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
        {
            all[byte as usize] |= Class::OPAQUE.0;
        }
        if byte.is_ascii_digit() {
            all[byte as usize] |= Class::DIGIT.0;
        }
        if byte.is_ascii_hexdigit() {
            all[byte as usize] |= Class::IPV6.0;
        }
        if byte.is_ascii_alphanumeric() {
            all[byte as usize] |= ALPHANUMERICS;
        }
        byte += 1;
    }
    add(&mut all, Class::SPACE, b" \t\r\n");
    add(&mut all, Class::TOKEN, TOKEN);
    add(&mut all, Class::WORD, TOKEN);
    add(&mut all, Class::WORD, b"()<>:\\\"/[]?{}");
    add(&mut all, Class::VALUE, TOKEN);
    add(&mut all, Class::VALUE, b":[]@/()\x7f");
    add(&mut all, Class::USER, UNRESERVED);
    add(&mut all, Class::USER, b"&=+$,;?/:#\x7f");
    add(&mut all, Class::PARAM, UNRESERVED);
    add(&mut all, Class::PARAM, b"[]/:&+$");
    add(&mut all, Class::HEADER, UNRESERVED);
    add(&mut all, Class::HEADER, b"[]/?:+$");
    add(&mut all, Class::HEADER_VALUE, UNRESERVED);
    add(&mut all, Class::HEADER_VALUE, b"[]/?:+$@=;,");
    add(&mut all, Class::HOST, b"-_.");
    add(&mut all, Class::SCHEME, b"+-.");
    add(&mut all, Class::IPV6, b":.");
    all
}

const TOKEN: &[u8] = b"-.!%*_+`'~";
const UNRESERVED: &[u8] = b"-_.!~*'()%";
const ALPHANUMERICS: u16 = Class::ALPHANUMERIC.0
    | Class::TOKEN.0
    | Class::WORD.0
    | Class::USER.0
    | Class::PARAM.0
    | Class::HEADER.0
    | Class::HEADER_VALUE.0
    | Class::HOST.0
    | Class::SCHEME.0
    | Class::VALUE.0;

const fn add(all: &mut [u16; 256], class: Class, bytes: &[u8]) {
    let mut at = 0;
    while at < bytes.len() {
        all[bytes[at] as usize] |= class.0;
        at += 1;
    }
}
