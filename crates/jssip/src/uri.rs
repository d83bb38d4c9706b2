use crate::cursor::{Class, Cursor, Range, number};
use crate::table::Table;

/// How a host is written.
#[derive(Clone, Copy)]
pub(crate) enum HostType {
    Domain = 0,
    V4 = 1,
    V6 = 2,
}

/// `sip:` and `sips:` URIs, and where `any` is set others, whose number (`tel:`) or rest is the user.
///
/// Writes scheme, user, host, the host's type, port, parameters, headers. Lenient where real peers are: hosts may begin
/// with digits, users may have `#` and UTF-8 (versatica/JsSIP#560, #687).
pub(crate) fn uri(cursor: &mut Cursor<'_>, table: &mut Table, in_brackets: bool, any: bool) -> Option<()> {
    let scheme = scheme(cursor)?;
    let name = cursor.slice(scheme);
    if !name.eq_ignore_ascii_case(b"sip") && !name.eq_ignore_ascii_case(b"sips") {
        return if any { opaque(cursor, table, scheme, in_brackets) } else { None };
    }
    let user = user(cursor)?;
    let (host, kind) = host(cursor)?;
    table.range(scheme);
    table.range_or_none(user);
    table.range(host);
    table.push(kind as i32);
    table.push(port(cursor)?);
    let params = table.begin_count();
    while in_brackets && cursor.eat(b';') {
        let name = some_escaped(cursor, Class::PARAM)?;
        let value = if cursor.eat(b'=') { Some(some_escaped(cursor, Class::PARAM)?) } else { None };
        table.pair(params, name, value);
    }
    let headers = table.begin_count();
    if in_brackets && cursor.eat(b'?') {
        loop {
            let name = some_escaped(cursor, Class::HEADER)?;
            if !cursor.eat(b'=') {
                return None;
            }
            let value = cursor.run(Class::HEADER_VALUE);
            escapes_are_whole(cursor.slice(value)).then_some(())?;
            table.pair(headers, name, Some(value));
            if !cursor.eat(b'&') {
                break;
            }
        }
    }
    Some(())
}

/// `scheme:`
pub(crate) fn scheme(cursor: &mut Cursor<'_>) -> Option<Range> {
    let scheme = cursor.some(Class::SCHEME)?;
    let starts = cursor.slice(scheme).first().is_some_and(u8::is_ascii_alphabetic);
    (starts && cursor.eat(b':')).then_some(scheme)
}

fn opaque(cursor: &mut Cursor<'_>, table: &mut Table, scheme: Range, in_brackets: bool) -> Option<()> {
    let rest = cursor.some(Class::VALUE)?;
    table.range(scheme);
    table.range(rest);
    table.range((rest.1, rest.1));
    table.push(HostType::Domain as i32);
    table.push(-1);
    let params = table.begin_count();
    while in_brackets && cursor.eat(b';') {
        let name = cursor.some(Class::PARAM)?;
        let value = if cursor.eat(b'=') { Some(cursor.some(Class::PARAM)?) } else { None };
        table.pair(params, name, value);
    }
    table.begin_count();
    Some(())
}

/// What is before an `@`, the password too; `Some(None)` where there is no `@`.
fn user(cursor: &mut Cursor<'_>) -> Option<Option<Range>> {
    let start = cursor.at;
    let range = cursor.run(Class::USER);
    if !cursor.eat(b'@') {
        cursor.at = start;
        return Some(None);
    }
    let user = cursor.slice(range);
    (!user.is_empty() && user.first() != Some(&b':') && escapes_are_whole(user)).then_some(Some(range))
}

/// A name, an IPv4 address or an IPv6 address in brackets.
pub(crate) fn host(cursor: &mut Cursor<'_>) -> Option<(Range, HostType)> {
    let start = cursor.at;
    if cursor.eat(b'[') {
        let inside = cursor.some(Class::IPV6)?;
        let colons = cursor.slice(inside).iter().filter(|byte| **byte == b':').count();
        return (cursor.eat(b']') && (2..8).contains(&colons)).then_some(((start, cursor.at), HostType::V6));
    }
    let range = cursor.some(Class::HOST)?;
    let name = cursor.slice(range);
    if name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return is_v4(name).then_some((range, HostType::V4));
    }
    // Every label begins with a letter or a digit.
    let mut begins = true;
    for byte in name.strip_suffix(b".").unwrap_or(name) {
        if begins && !byte.is_ascii_alphanumeric() {
            return None;
        }
        begins = *byte == b'.';
    }
    (!begins).then_some((range, HostType::Domain))
}

fn is_v4(name: &[u8]) -> bool {
    let is_octet =
        |part: &[u8]| (1..=3).contains(&part.len()) && number(part).is_some_and(|octet| octet < 256);
    name.split(|byte| *byte == b'.').count() == 4 && name.split(|byte| *byte == b'.').all(is_octet)
}

/// −1 where there is none.
pub(crate) fn port(cursor: &mut Cursor<'_>) -> Option<i32> {
    if !cursor.eat(b':') {
        return Some(-1);
    }
    let digits = cursor.run(Class::DIGIT);
    match digits.1 - digits.0 {
        0 => Some(-1),
        1..=5 => number(cursor.slice(digits)),
        _ => None,
    }
}

fn some_escaped(cursor: &mut Cursor<'_>, kind: Class) -> Option<Range> {
    let range = cursor.some(kind)?;
    escapes_are_whole(cursor.slice(range)).then_some(range)
}

/// Whether two hexadecimal digits follow every `%`.
fn escapes_are_whole(text: &[u8]) -> bool {
    let is_hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    text.iter().enumerate().all(|(at, byte)| *byte != b'%' || (is_hex(at + 1) && is_hex(at + 2)))
}
