//! Header values.

use crate::cursor::{Class, Cursor, Range, is_space};
use crate::table::Table;
use crate::uri;

/// `"Name" <sip:a@b>;x=y`, or where `bare` is allowed `sip:a@b;x=y`.
///
/// Writes from, to, display name, URI, parameters.
pub(crate) fn address(cursor: &mut Cursor<'_>, table: &mut Table, bare: bool) -> Option<()> {
    let start = cursor.at;
    let place = table.place();
    table.range((start, 0));
    cursor.space();
    if bare && uri::scheme(cursor).is_some() {
        cursor.at = start;
        cursor.space();
        table.range_or_none(None);
        uri::uri(cursor, table, false, true)?;
    } else {
        cursor.at = start;
        cursor.space();
        display_name(cursor, table)?;
        if !cursor.eat(b'<') {
            return None;
        }
        cursor.space();
        uri::uri(cursor, table, true, true)?;
        cursor.space();
        if !cursor.eat(b'>') {
            return None;
        }
    }
    params(cursor, table)?;
    table.set(place + 1, cursor.at as i32);
    Some(())
}

/// Quoted, or anything without quotes before `<`.
fn display_name(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    if cursor.peek() == b'"' {
        let name = cursor.quoted()?;
        table.range(name);
        cursor.space();
        return Some(());
    }
    let (start, mut end) = cursor.run(Class::NAME);
    while end > start && cursor.bytes.get(end - 1).is_some_and(|byte| is_space(*byte)) {
        end -= 1;
    }
    table.range_or_none((end > start).then_some((start, end)));
    Some(())
}

/// Addresses between commas, or `*`: their count, then each.
pub(crate) fn addresses(cursor: &mut Cursor<'_>, table: &mut Table, bare: bool) -> Option<()> {
    let count = table.begin_count();
    if bare && cursor.between(b'*') {
        return Some(());
    }
    loop {
        address(cursor, table, bare)?;
        table.count(count);
        if !cursor.between(b',') {
            return Some(());
        }
    }
}

/// `;name=value;flag`: their count, then names and values. Values keep their quotes.
pub(crate) fn params(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let count = table.begin_count();
    while cursor.between(b';') {
        let name = cursor.some(Class::TOKEN)?;
        let value = if cursor.between(b'=') { Some(param_value(cursor)?) } else { None };
        table.pair(count, name, value);
    }
    Some(())
}

fn param_value(cursor: &mut Cursor<'_>) -> Option<Range> {
    match cursor.peek() {
        b'"' => cursor.quoted(),
        _ => cursor.some(Class::VALUE),
    }
}

/// `SIP/2.0/WSS host:port;branch=…`: protocol, transport, host, its type, port, parameters.
pub(crate) fn via(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(cursor.some(Class::TOKEN)?);
    cursor.between(b'/').then_some(())?;
    cursor.some(Class::TOKEN)?;
    cursor.between(b'/').then_some(())?;
    table.range(cursor.some(Class::TOKEN)?);
    cursor.some(Class::SPACE)?;
    let (host, kind) = uri::host(cursor)?;
    table.range(host);
    table.push(kind as i32);
    let start = cursor.at;
    cursor.space();
    let has_port = cursor.peek() == b':';
    if has_port {
        cursor.eat(b':');
        cursor.space();
    } else {
        cursor.at = start;
    }
    let digits = cursor.run(Class::DIGIT);
    let port = crate::cursor::number(cursor.slice(digits)).filter(|_| digits.1 > digits.0);
    table.push(port.unwrap_or(-1));
    params(cursor, table)
}

/// What stands before the parameters of a value.
#[derive(Clone, Copy)]
pub(crate) enum Head {
    Token,
    Digits,
    CallId,
    MediaType,
}

/// A value and its parameters.
pub(crate) fn value(cursor: &mut Cursor<'_>, table: &mut Table, head: Head) -> Option<()> {
    let range = match head {
        Head::Token => cursor.some(Class::TOKEN)?,
        Head::Digits => cursor.some(Class::DIGIT)?,
        Head::CallId => call_id(cursor)?,
        Head::MediaType => {
            let (start, _) = cursor.some(Class::TOKEN)?;
            cursor.between(b'/').then_some(())?;
            (start, cursor.some(Class::TOKEN)?.1)
        }
    };
    table.range(range);
    params(cursor, table)
}

/// `word` or `word@word`.
pub(crate) fn call_id(cursor: &mut Cursor<'_>) -> Option<Range> {
    let (start, end) = cursor.some(Class::WORD)?;
    let end = if cursor.eat(b'@') { cursor.some(Class::WORD)?.1 } else { end };
    Some((start, end))
}

/// `Digest a=b, c="d"`: the scheme and its pairs; quoted values keep their quotes.
pub(crate) fn challenge(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(cursor.some(Class::TOKEN)?);
    cursor.some(Class::SPACE)?;
    let count = table.begin_count();
    loop {
        let name = cursor.some(Class::TOKEN)?;
        cursor.between(b'=').then_some(())?;
        let value = param_value(cursor)?;
        table.pair(count, name, Some(value));
        if !cursor.between(b',') {
            return Some(());
        }
    }
}

/// `314 INVITE`: number and method.
pub(crate) fn cseq(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(cursor.some(Class::DIGIT)?);
    cursor.some(Class::SPACE)?;
    table.range(cursor.some(Class::TOKEN)?);
    Some(())
}

/// Tokens between commas.
pub(crate) fn tokens(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        cursor.some(Class::TOKEN)?;
        if !cursor.between(b',') {
            return Some(());
        }
    }
}
