use crate::cursor::{Class, Cursor, Range, is_space, number};
use crate::table::Table;
use crate::{uri, value};

/// `SIP/2.0 200 OK`: 1, status, reason. Or `INVITE sip:a@b SIP/2.0`: 0, method, whether the URI is SIP's, it.
pub(crate) fn start_line(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let start = cursor.at;
    if version(cursor).is_some() {
        cursor.eat(b' ').then_some(())?;
        let status = cursor.some(Class::DIGIT)?;
        (status.1 - status.0 == 3).then_some(())?;
        table.push(1);
        table.range(status);
        // RFC 3261 §7.2 has a space here even before an empty reason; not every peer has.
        cursor.eat(b' ');
        table.range(cursor.run(Class::LINE));
        return Some(());
    }
    cursor.at = start;
    table.push(0);
    table.range(cursor.some(Class::TOKEN)?);
    cursor.eat(b' ').then_some(())?;
    let start = cursor.at;
    let place = table.place();
    table.push(1);
    if uri::uri(cursor, table, true, false).is_none() || cursor.peek() != b' ' {
        table.back_to(place);
        cursor.at = start;
        table.push(0);
        table.range(absolute(cursor)?);
    }
    cursor.eat(b' ').then_some(())?;
    version(cursor).map(|_| ())
}

/// Any other URI.
fn absolute(cursor: &mut Cursor<'_>) -> Option<Range> {
    let scheme = uri::scheme(cursor)?;
    let rest = cursor.some(Class::OPAQUE)?;
    Some((scheme.0, rest.1))
}

fn version(cursor: &mut Cursor<'_>) -> Option<()> {
    let name = cursor.some(Class::ALPHANUMERIC)?;
    cursor.slice(name).eq_ignore_ascii_case(b"SIP").then_some(())?;
    cursor.eat(b'/').then_some(())?;
    cursor.some(Class::DIGIT)?;
    cursor.eat(b'.').then_some(())?;
    cursor.some(Class::DIGIT).map(|_| ())
}

/// Places of the table's first cells.
const LINE: usize = 0;
const COUNT: usize = 1;
const CALL_ID: usize = 7;
const CONTENT_LENGTH: usize = 9;
const FIRST_HEADER: usize = 10;

/// First line and headers of a message; its body need not be there.
///
/// Writes where the first line is in the table; the count of headers; where in the table the first Via, the last From,
/// To, CSeq and the first Contact are (0: it could not be read, or is not there); Call-ID's range, empty without one;
/// Content-Length, or −1. Then the headers: name, value, for a Contact where it is in the table. Then what was read.
pub(crate) fn message(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    (LINE..FIRST_HEADER).for_each(|_| table.push(0));
    table.set(CONTENT_LENGTH, -1);
    let line = line(cursor);
    while !cursor.at_end() {
        let start = cursor.at;
        match header(cursor) {
            Some((name, value)) => {
                table.count(COUNT);
                table.put([name.0, name.1, value.0, value.1, 0].map(|cell| cell as i32));
            }
            None if cursor.at == start => break,
            None => {}
        }
    }
    for header in (FIRST_HEADER..table.place()).step_by(5) {
        let name = cursor.slice((table.get(header), table.get(header + 1)));
        let Some(kind) = kind(name) else { continue };
        let value = (table.get(header + 2), table.get(header + 3));
        let slot = kind as usize;
        if kind == Typed::CallId {
            table.set(slot, value.0 as i32);
            table.set(slot + 1, value.1 as i32);
        } else if kind == Typed::ContentLength {
            table.set(slot, number(cursor.slice(value)).unwrap_or(-1));
        } else if kind != Typed::Via || table.get(slot) == 0 {
            let read = typed(kind, cursor.bytes.get(..value.1)?, value.0, table);
            if kind == Typed::Contact {
                table.set(header + 4, read);
            }
            if kind != Typed::Contact || table.get(slot) == 0 {
                table.set(slot, read);
            }
        }
    }
    let place = table.place();
    let mut first = Cursor { bytes: cursor.bytes.get(..line.1)?, at: line.0 };
    start_line(&mut first, table)?;
    first.at_end().then_some(())?;
    table.set(LINE, place as i32);
    Some(())
}

/// A header that is read at once, and which cell says where that is.
#[derive(Clone, Copy, PartialEq)]
enum Typed {
    Via = 2,
    From = 3,
    To = 4,
    CSeq = 5,
    Contact = 6,
    CallId = CALL_ID as isize,
    ContentLength = CONTENT_LENGTH as isize,
}

/// Where in the table the value is that begins at `at`; 0 where it cannot be read.
fn typed(kind: Typed, bytes: &[u8], at: usize, table: &mut Table) -> i32 {
    let place = table.place();
    let mut value = Cursor { bytes, at };
    let read = match kind {
        Typed::Via => value::via(&mut value, table),
        Typed::From | Typed::To => value::address(&mut value, table, true),
        Typed::CSeq => value::cseq(&mut value, table),
        Typed::Contact => value::addresses(&mut value, table, true),
        Typed::CallId | Typed::ContentLength => None,
    };
    value.space();
    // More than one Via may stand on a line.
    if read.is_some() && (value.at_end() || (kind == Typed::Via && value.peek() == b',')) {
        return place as i32;
    }
    table.back_to(place);
    0
}

/// A line without its end; the cursor is after it.
fn line(cursor: &mut Cursor<'_>) -> Range {
    let (start, mut end) = cursor.line();
    cursor.eat(b'\n');
    if end > start && cursor.bytes.get(end - 1) == Some(&b'\r') {
        end -= 1;
    }
    (start, end)
}

/// One header with its folds. `None` at the empty line (nothing is moved), and for a line that is none.
fn header(cursor: &mut Cursor<'_>) -> Option<(Range, Range)> {
    let name = cursor.run(Class::TOKEN);
    while matches!(cursor.peek(), b' ' | b'\t') {
        cursor.at += 1;
    }
    let is_header = cursor.eat(b':');
    if !is_header && matches!(cursor.peek(), b'\r' | b'\n') && name.0 == cursor.at {
        return None;
    }
    let mut value = line(cursor);
    // RFC 3261 §7.3.1
    while matches!(cursor.peek(), b' ' | b'\t') {
        value.1 = line(cursor).1;
    }
    (is_header && name.1 > name.0).then(|| (name, trimmed(cursor.bytes, value)))
}

fn trimmed(bytes: &[u8], (mut start, mut end): Range) -> Range {
    let space_at = |at: usize| bytes.get(at).is_some_and(|byte| is_space(*byte));
    while start < end && space_at(start) {
        start += 1;
    }
    while end > start && space_at(end - 1) {
        end -= 1;
    }
    (start, end)
}

fn kind(name: &[u8]) -> Option<Typed> {
    let is = |full: &[u8]| name.eq_ignore_ascii_case(full);
    match name.len() {
        1 => match name.first()?.to_ascii_lowercase() {
            b'v' => Some(Typed::Via),
            b'f' => Some(Typed::From),
            b't' => Some(Typed::To),
            b'm' => Some(Typed::Contact),
            b'i' => Some(Typed::CallId),
            b'l' => Some(Typed::ContentLength),
            _ => None,
        },
        2 if is(b"to") => Some(Typed::To),
        3 if is(b"via") => Some(Typed::Via),
        4 if is(b"from") => Some(Typed::From),
        4 if is(b"cseq") => Some(Typed::CSeq),
        7 if is(b"contact") => Some(Typed::Contact),
        7 if is(b"call-id") => Some(Typed::CallId),
        14 if is(b"content-length") => Some(Typed::ContentLength),
        _ => None,
    }
}
