//! Texts that peers send, and texts that nobody should.

use headset_jssip::read;

const MESSAGE: u8 = 0;
const RULES: u8 = 20;
const ODD: &[u8] = b"\r\n\";,<>%\\\x7f\xff@:[]=?";

fn piece<'a>(text: &'a str, table: &[i32], at: usize) -> &'a str {
    let place = |at: usize| table.get(at).and_then(|number| usize::try_from(*number).ok());
    let range = place(at).zip(place(at + 1));
    range.and_then(|(start, end)| text.get(start..end)).unwrap_or("")
}

#[test]
fn a_message_says_where_its_headers_are() {
    let text = "SIP/2.0 180 Ringing\r\nv: SIP/2.0/WS a.b;branch=1, SIP/2.0/WS c\r\nFrom: \"x\" <sip:d@e>;tag=1\r\nTo: <sip:f@g>\r\n\
        i: call\r\nCSeq: 7 INVITE\r\nSubject: a\r\n b\r\nContent-Length: 12\r\n\r\nbody: none";
    let table = read(MESSAGE, text.as_bytes()).expect("a message");
    assert_eq!(table[1], 7);
    assert_eq!(piece(text, &table, 7), "call");
    assert_eq!(table[9], 12);
    assert_eq!(piece(text, &table, 10), "v");
    assert_eq!(piece(text, &table, 10 + 5 * 5), "Subject");
    assert_eq!(piece(text, &table, 12 + 5 * 5), "a\r\n b");
    let via = table[2] as usize;
    assert_eq!((piece(text, &table, via + 2), piece(text, &table, via + 4)), ("WS", "a.b"));
    let from = table[3] as usize;
    assert_eq!((piece(text, &table, from + 2), piece(text, &table, from + 6)), ("\"x\"", "d"));
    let line = table[0] as usize;
    assert_eq!((table[line], piece(text, &table, line + 1)), (1, "180"));
}

#[test]
fn what_cannot_be_read_is_left_to_be_asked_for() {
    let text = "OPTIONS sip:a@b SIP/2.0\r\nFrom: <<>>\r\nno header\r\nTo: <sip:f@g>\r\n\r\n";
    let table = read(MESSAGE, text.as_bytes()).expect("a message");
    assert_eq!((table[1], table[2], table[3]), (2, 0, 0));
    assert!(table[4] > 0);
}

#[test]
fn first_lines_that_are_none() {
    for text in
        ["", "\r\n", "INVITE", "INVITE sip:a@b", "INVITE sip:a@b HTTP/1.1", "SIP/2.0 20 x", "SIP/2.0 2000 x"]
    {
        assert!(read(MESSAGE, text.as_bytes()).is_none(), "{text:?}");
    }
}

#[test]
fn nothing_panics_whatever_the_text() {
    let seeds = [
        "INVITE sip:a:b@[::1]:5060;lr;x=y?h=v SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4:5;rport\r\nFrom: \"a\\\"b\" <sip:c@d>;tag=1\r\nContact: <sip:x@y>;q=0.1, z <sip:q@r>, *\r\nl: 5\r\n\r\n",
        "Digest realm=\"r\", nonce = \"n\", qop=\"auth,auth-int\", stale=TRUE",
        "\"quoted \\\\ name\" <sips:u%41@h.;transport=TCP?a=b&c=d>;p=\"v;v\";flag",
        "wss://u@host:1/p?q",
        "1.2.3.444",
        "8f1fa16a-1165-4a96-8341-785b1ef24f12",
        "12 INVITE",
        "a@b;to-tag=1",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for round in 0..40_000 {
        let mut bytes = seeds[round % seeds.len()].as_bytes().to_vec();
        for _ in 0..random(6) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, ODD[random(ODD.len())]),
                2 => {
                    bytes.remove(at.min(bytes.len().saturating_sub(1)));
                }
                _ => bytes[at] = random(256) as u8,
            }
            if bytes.is_empty() {
                break;
            }
        }
        for rule in 0..=RULES + 1 {
            if let Some(table) = read(rule, &bytes) {
                assert!(!table.is_empty());
                assert!(rule <= RULES);
            }
        }
    }
}
