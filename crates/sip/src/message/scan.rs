//! Small readers that the parsers share: loops over bytes and slices that cannot panic, for the browser's sake.

/// A piece of a message's text, in bytes. Its ends are always on character boundaries of the text it was made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Range {
    #[inline]
    pub(crate) fn new(start: usize, end: usize) -> Range {
        // Messages are limited to MAX_MESSAGE_BYTES where they come in; one built larger than 4 GiB has empty pieces.
        if start <= end && end <= u32::MAX as usize {
            Range { start: start as u32, end: end as u32 }
        } else {
            Range::default()
        }
    }

    /// Where in `text` a piece of it is. One that is empty may be anywhere.
    pub(crate) fn within(text: &str, piece: &str) -> Range {
        let start = (piece.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        Range::new(start, start.wrapping_add(piece.len()))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    #[inline]
    pub(crate) fn of(self, text: &str) -> &str {
        slice(text, self.start as usize, self.end as usize)
    }
}

/// `text[start..end]`; empty where there is no such piece.
#[inline]
pub(crate) fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or("")
}

/// `text[start..]`; empty where there is no such piece.
#[inline]
pub(crate) fn after(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or("")
}

/// `text` without white space around it.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline)]
pub(crate) fn trim(text: &str) -> &str {
    text.trim_ascii()
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Where the first byte of a kind is.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(crate) fn position(text: &str, is_wanted: fn(u8) -> bool) -> Option<usize> {
    text.as_bytes().iter().position(|byte| is_wanted(*byte))
}

/// Where this byte (ASCII) is first.
pub(crate) fn find(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = seek(bytes, 0, |byte| byte == wanted, |word| zeros(word ^ (ONES * u64::from(wanted))));
    (at < bytes.len()).then_some(at)
}

/// The first byte below a space at or after `at`; the length where there is none.
#[inline]
pub(crate) fn next_control(bytes: &[u8], at: usize) -> usize {
    seek(bytes, at, |byte| byte < b' ', |word| word.wrapping_sub(ONES * 0x20) & !word & HIGHS)
}

/// The first byte of a kind at or after `at`; the length where there is none. `hits` sets the highest bit of each byte of
/// the kind; above the first one it may err.
///
/// Most of reading a message is looking for a byte: one instruction looks at a block where the machine can, which is why
/// every byte of it is looked at; then one at a word.
#[cfg(not(target_family = "wasm"))]
#[inline(always)]
fn seek(bytes: &[u8], at: usize, is_wanted: impl Fn(u8) -> bool, hits: impl Fn(u64) -> u64) -> usize {
    let mut at = at;
    for block in bytes.get(at..).unwrap_or(&[]).as_chunks::<16>().0 {
        if block.iter().fold(false, |found, byte| found | is_wanted(*byte)) {
            let [low, high] = [0, 64].map(|bit| hits((u128::from_le_bytes(*block) >> bit) as u64));
            let bit = if low != 0 { low.trailing_zeros() } else { 64 + high.trailing_zeros() };
            return at + (bit / 8) as usize;
        }
        at += 16;
    }
    let place = |word: &[u8; 8]| (hits(u64::from_le_bytes(*word)).trailing_zeros() / 8) as usize;
    let rest = bytes.get(at..).unwrap_or(&[]);
    let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) else {
        return at + rest.iter().position(|byte| is_wanted(*byte)).unwrap_or(rest.len());
    };
    // The two words overlap; what the first one has not is not in the second's beginning.
    match place(first) {
        8 => at + rest.len() - 8 + place(last),
        length => at + length,
    }
}

/// In the browser little code is worth more.
#[cfg(target_family = "wasm")]
fn seek(bytes: &[u8], at: usize, is_wanted: impl Fn(u8) -> bool, _: impl Fn(u64) -> u64) -> usize {
    let mut at = at;
    while bytes.get(at).is_some_and(|byte| !is_wanted(*byte)) {
        at += 1;
    }
    at
}

/// A one in each byte.
const ONES: u64 = u64::MAX / 0xff;
/// The highest bit of each byte.
const HIGHS: u64 = ONES << 7;

/// The highest bit of each byte that is zero, perhaps of some above the first.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Where the bytes of a class end that begin at `at`.
#[inline]
pub(crate) fn run(bytes: &[u8], mut at: usize, class: Class) -> usize {
    // Blocks of a known length need no other checks than the class's.
    #[cfg(not(target_family = "wasm"))]
    for block in bytes.get(at..).unwrap_or(&[]).as_chunks::<8>().0 {
        if let Some(length) = block.iter().position(|byte| !class.has(*byte)) {
            return at + length;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| class.has(*byte)) {
        at += 1;
    }
    at
}

/// A set of bytes.
#[derive(Clone, Copy)]
pub(crate) struct Class(u8);

impl Class {
    /// RFC 3261 §25.1 token.
    pub(crate) const TOKEN: Class = Class(1);
    /// What a host's name has, and what some have though they may not.
    pub(crate) const HOST: Class = Class(1 << 1);
    /// What a URI has, without `@`, `;` and `?`.
    pub(crate) const URI: Class = Class(1 << 2);

    #[inline]
    pub(crate) fn has(self, byte: u8) -> bool {
        CLASSES[usize::from(byte)] & self.0 != 0
    }
}

static CLASSES: [u8; 256] = {
    let mut classes = [Class::HOST.0 | Class::URI.0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        let is_host = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let is_token = is_host || matches!(byte, b'!' | b'%' | b'*' | b'+' | b'`' | b'\'' | b'~');
        let is_uri = !matches!(byte, 0..=b' ' | 0x7f | b'<' | b'>' | b'"' | b'@' | b'?' | b';');
        classes[byte as usize] = is_token as u8 | (is_host as u8) << 1 | (is_uri as u8) << 2;
        byte += 1;
    }
    classes
};

/// What is before the first byte (ASCII) of this kind, and what after it.
#[inline]
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let at = find(text, at)?;
    Some((slice(text, 0, at), after(text, at + 1)))
}

/// [`cut`], where without such a byte all is before it.
pub(crate) fn cut_or_all(text: &str, at: u8) -> (&str, &str) {
    cut(text, at).unwrap_or((text, ""))
}

/// What is before the first space or tab, and what after it.
pub(crate) fn split_word(text: &str) -> Option<(&str, &str)> {
    let at = position(text, is_blank)?;
    Some((slice(text, 0, at), trim(after(text, at))))
}

/// RFC 3261 §25.1 token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && run(text.as_bytes(), 0, Class::TOKEN) == text.len()
}

pub(crate) fn is_token_byte(byte: u8) -> bool {
    Class::TOKEN.has(byte)
}

/// FNV-1a, pieces kept apart.
pub(crate) fn hash(pieces: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for piece in pieces {
        piece.bytes().for_each(&mut take);
        take(0xff);
    }
    hash
}

/// Decimal digits and nothing else.
pub(crate) fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    let mut number = 0u32;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
    }
    Some(number)
}

/// Hexadecimal digits and nothing else.
pub(crate) fn number_hex(text: &str) -> Option<u32> {
    let mut number = 0u32;
    for byte in text.bytes() {
        let digit = char::from(byte).to_digit(16)?;
        if number >> 28 != 0 {
            return None;
        }
        number = number << 4 | digit;
    }
    (!text.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_are() {
        for length in 0..40 {
            let mut text = "x".repeat(length);
            assert_eq!(find(&text, b','), None);
            for at in 0..length {
                text.replace_range(at..at + 1, ",");
                assert_eq!(find(&text, b','), Some(at), "at {at} of {length}");
                text.replace_range(at..at + 1, "x");
            }
        }
        assert_eq!((find("Ж-ж,", b','), find("Ж-ж", b'-'), find("", b'a')), (Some(5), Some(2), None));
        assert_eq!(cut("a=b=c", b'='), Some(("a", "b=c")));
    }

    #[test]
    fn control_characters_are_found_wherever_they_are() {
        for length in 0..40 {
            let mut bytes = alloc::vec![b'x'; length];
            assert_eq!(next_control(&bytes, 0), length);
            for at in 0..length {
                bytes.fill(0xd0);
                bytes[at] = if at % 2 == 0 { b'\n' } else { 0x1f };
                assert_eq!(next_control(&bytes, 0), at, "at {at} of {length}");
                assert_eq!(next_control(&bytes, at + 1), length);
            }
        }
        assert_eq!(next_control(b"x", 9), 9);
    }

    #[test]
    fn numbers_are_digits_and_fit() {
        assert_eq!((number("4294967295"), number("4294967296")), (Some(u32::MAX), None));
        assert_eq!((number(""), number("+1"), number("1 "), number("٣")), (None, None, None, None));
        assert_eq!((number_hex("fFfFfFfF"), number_hex("100000000")), (Some(u32::MAX), None));
        assert_eq!((number_hex(""), number_hex("0000001"), number_hex("g")), (None, Some(1), None));
    }

    #[test]
    fn tokens_are_rfc_3261s() {
        let tokens: alloc::string::String =
            (0..=127u8).filter(|byte| is_token_byte(*byte)).map(char::from).collect();
        assert_eq!(tokens, "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~");
        assert!((128..=255).all(|byte| !is_token_byte(byte)));
    }
}
