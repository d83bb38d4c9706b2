use crate::cursor::{Class, Cursor};
use crate::table::Table;
use crate::value::{self, Head};
use crate::{message, uri};

/// Reads the whole text by the rule of this number; `native.ts` has their names.
pub(crate) fn read(rule: u8, cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    // A table that is not empty says that the text fits.
    table.push(0);
    let place = table.place();
    match rule {
        0 => {
            table.back_to(0);
            return message::message(cursor, table);
        }
        1 => uri::uri(cursor, table, true, false),
        2 => absolute_uri(cursor, table),
        3 => value::address(cursor, table, true),
        4 => value::address(cursor, table, false),
        5 => value::addresses(cursor, table, true),
        6 => value::addresses(cursor, table, false),
        7 => via(cursor, table),
        8 => value::cseq(cursor, table),
        9 => value::call_id(cursor).map(|range| table.range(range)),
        10 => message::start_line(cursor, table),
        11 => uri::host(cursor).map(|(range, kind)| {
            table.range(range);
            table.push(kind as i32);
        }),
        12 => {
            cursor.space();
            cursor.quoted().map(|range| table.range(range))
        }
        13 => value::value(cursor, table, Head::Token),
        14 => value::value(cursor, table, Head::Digits),
        15 => value::value(cursor, table, Head::CallId),
        16 => value::value(cursor, table, Head::MediaType),
        17 => value::challenge(cursor, table),
        18 => value::tokens(cursor),
        19 => cursor.some(Class::DIGIT).map(|range| table.range(range)),
        20 => uuid(cursor),
        _ => None,
    }?;
    if !cursor.at_end() {
        table.back_to(place);
        return None;
    }
    Some(())
}

/// Any number of Vias between commas; the first is the one that is told.
fn via(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    value::via(cursor, table)?;
    let place = table.place();
    while cursor.between(b',') {
        value::via(cursor, table)?;
        table.back_to(place);
    }
    Some(())
}

/// `wss://user@host:port/path`: scheme; where there is an authority, host, its type and port, else −1.
fn absolute_uri(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(uri::scheme(cursor)?);
    let start = cursor.at;
    let rest = cursor.some(Class::OPAQUE)?;
    if !cursor.slice(rest).starts_with(b"//") {
        table.range_or_none(None);
        return Some(());
    }
    let authority = start + 2;
    let bytes = cursor.slice((authority, rest.1));
    let end = bytes.iter().position(|byte| matches!(byte, b'/' | b'?')).map_or(rest.1, |at| authority + at);
    let user = cursor.slice((authority, end)).iter().rposition(|byte| *byte == b'@');
    let mut inside =
        Cursor { bytes: cursor.bytes.get(..end)?, at: user.map_or(authority, |at| authority + at + 1) };
    let (host, kind) = uri::host(&mut inside)?;
    table.range(host);
    table.push(kind as i32);
    table.push(uri::port(&mut inside)?);
    inside.at_end().then_some(())
}

/// 8-4-4-4-12 hexadecimal digits.
fn uuid(cursor: &mut Cursor<'_>) -> Option<()> {
    let range = cursor.some(Class::TOKEN)?;
    let text = cursor.slice(range);
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (text.len() == 36 && text.iter().enumerate().all(fits)).then_some(())
}
