//! Header values.

use crate::cursor::{BEYOND_ASCII, Cursor, Range, is_space, is_token, is_word};
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
    let (start, mut end) = cursor.run(|byte| !matches!(byte, b'<' | b'"' | 0));
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
        let name = cursor.some(is_token)?;
        let value = if cursor.between(b'=') { Some(param_value(cursor)?) } else { None };
        table.pair(count, name, value);
    }
    Some(())
}

fn param_value(cursor: &mut Cursor<'_>) -> Option<Range> {
    match cursor.peek() {
        b'"' => cursor.quoted(),
        _ => cursor
            .some(|byte| is_token(byte) || matches!(byte, b':' | b'[' | b']' | b'@' | b'/' | BEYOND_ASCII)),
    }
}

/// `SIP/2.0/WSS host:port;branch=…`: protocol, transport, host, its type, port, parameters.
pub(crate) fn via(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(cursor.some(is_token)?);
    cursor.between(b'/').then_some(())?;
    cursor.some(is_token)?;
    cursor.between(b'/').then_some(())?;
    table.range(cursor.some(is_token)?);
    cursor.some(is_space)?;
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
    let digits = cursor.run(|byte| byte.is_ascii_digit());
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
        Head::Token => cursor.some(is_token)?,
        Head::Digits => cursor.some(|byte| byte.is_ascii_digit())?,
        Head::CallId => call_id(cursor)?,
        Head::MediaType => {
            let (start, _) = cursor.some(is_token)?;
            cursor.between(b'/').then_some(())?;
            (start, cursor.some(is_token)?.1)
        }
    };
    table.range(range);
    params(cursor, table)
}

/// `word` or `word@word`.
pub(crate) fn call_id(cursor: &mut Cursor<'_>) -> Option<Range> {
    let (start, end) = cursor.some(is_word)?;
    let end = if cursor.eat(b'@') { cursor.some(is_word)?.1 } else { end };
    Some((start, end))
}

/// `Digest a=b, c="d"`: the scheme and its pairs; quoted values keep their quotes.
pub(crate) fn challenge(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    table.range(cursor.some(is_token)?);
    cursor.some(is_space)?;
    let count = table.begin_count();
    loop {
        let name = cursor.some(is_token)?;
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
    table.range(cursor.some(|byte| byte.is_ascii_digit())?);
    cursor.some(is_space)?;
    table.range(cursor.some(is_token)?);
    Some(())
}

/// Tokens between commas.
pub(crate) fn tokens(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        cursor.some(is_token)?;
        if !cursor.between(b',') {
            return Some(());
        }
    }
}
