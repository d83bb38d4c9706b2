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

    /// As long as the bytes are of a kind; perhaps nothing.
    pub(crate) fn run(&mut self, kind: fn(u8) -> bool) -> Range {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at)
            && kind(byte)
        {
            self.at += 1;
        }
        (start, self.at)
    }

    /// At least one byte of a kind.
    pub(crate) fn some(&mut self, kind: fn(u8) -> bool) -> Option<Range> {
        let range = self.run(kind);
        (range.1 > range.0).then_some(range)
    }

    pub(crate) fn space(&mut self) {
        self.run(is_space);
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
        loop {
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
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
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// RFC 3261 §25.1 token.
pub(crate) fn is_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// RFC 3261 §25.1 word, without `@`.
pub(crate) fn is_word(byte: u8) -> bool {
    is_token(byte)
        || matches!(
            byte,
            b'(' | b')' | b'<' | b'>' | b':' | b'\\' | b'"' | b'/' | b'[' | b']' | b'?' | b'{' | b'}'
        )
}

/// RFC 3261 §25.1 unreserved, and `%`: whether what follows it is right is looked at elsewhere.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' | b'%')
}
