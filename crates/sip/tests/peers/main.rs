//! Beside two other parsers: what all agree on, and where they do not, which section of an RFC decides.

mod readers;

use proptest::prelude::*;
use readers::{Reader, Seen, ezk, ours, rsip};

const PEERS: [(&str, Reader); 2] = [("rsip", rsip), ("ezk-sip-types", ezk)];

/// The parts that two readings differ in.
fn differences(ours: &Seen, theirs: &Seen) -> Vec<String> {
    let pairs = ours.iter().zip(theirs);
    pairs.filter(|(a, b)| a != b).map(|(a, b)| format!("{}: {:?}, not {:?}", a.0, a.1, b.1)).collect()
}

#[test]
fn the_projects_own_messages_say_the_same_to_everybody() {
    for (name, text) in [
        ("BYE", include_str!("../messages/bye.sip")),
        ("INVITE", include_str!("../messages/invite.sip")),
        ("its 200", include_str!("../messages/invite-200.sip")),
        ("its 180", include_str!("../messages/ringing-180.sip")),
        ("REGISTER's 200", include_str!("../messages/register-200.sip")),
        ("REGISTER's 401", include_str!("../messages/register-401.sip")),
    ] {
        let own = ours(text).expect(name);
        for (peer, read) in PEERS {
            let theirs = read(text).unwrap_or_else(|| panic!("{peer} refuses {name}"));
            let mut differences = differences(&own, &theirs);
            if (name, peer) == ("REGISTER's 200", "rsip") {
                // Its Contact has several values, which rsip cannot read: RFC 3261 §7.3.1.
                differences.retain(|difference| !difference.starts_with("contact"));
            }
            assert_eq!(differences, [""; 0], "{name}, {peer}");
        }
    }
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9]{0,6}(\\.[a-z][a-z0-9]{0,6}){0,2}",
        "[1-9][0-9]?\\.[1-9][0-9]?\\.[1-9][0-9]?\\.[1-9]",
    ]
}

/// Host, and a port or none.
fn host_port() -> impl Strategy<Value = String> {
    (host(), prop::option::of(1u16..)).prop_map(|(host, port)| match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

fn uri() -> impl Strategy<Value = String> {
    ("[a-zA-Z0-9+][a-zA-Z0-9+_!~*'()-]{0,9}", host_port(), "(;transport=(ws|udp|tcp))?(;lr)?")
        .prop_map(|(user, host, params)| format!("sip:{user}@{host}{params}"))
}

fn address() -> impl Strategy<Value = String> {
    ("(\"[a-z.][a-zA-Z0-9 .,@;:-]{0,9}[a-z.]\" )?", uri()).prop_map(|(name, uri)| format!("{name}<{uri}>"))
}

fn via() -> impl Strategy<Value = String> {
    ("(UDP|TCP|TLS|WS|WSS)", host_port(), "[a-zA-Z0-9.]{1,9}").prop_map(|(transport, host, branch)| {
        format!("Via: SIP/2.0/{transport} {host};branch=z9hG4bK{branch};received=192.0.2.1")
    })
}

/// As RFC 3261's grammar has it, without what the tables below name.
fn message() -> impl Strategy<Value = String> {
    let first = prop_oneof![
        uri().prop_map(|uri| (format!("INVITE {uri} SIP/2.0"), "INVITE")),
        uri().prop_map(|uri| (format!("REGISTER {uri} SIP/2.0"), "REGISTER")),
        Just(("SIP/2.0 200 OK".to_owned(), "INVITE")),
        Just(("SIP/2.0 486 Busy Here".to_owned(), "BYE")),
    ];
    let tag = "[a-zA-Z0-9]{1,9}";
    let lines = (
        via(),
        address(),
        tag,
        address(),
        tag,
        address(),
        "[a-z0-9-]{1,9}(@[a-z.]{1,9}[a-z])?",
        0u32..1 << 31,
    );
    (first, lines, "(v=0\r\n[ -~]{0,20})?", any::<prop::sample::Index>()).prop_map(
        |((first, method), (via, from, from_tag, to, to_tag, contact, call_id, number), body, turn)| {
            let mut lines = vec![
                via,
                format!("From: {from};tag={from_tag}"),
                format!("To: {to};tag={to_tag}"),
                format!("Contact: {contact};expires=60"),
                format!("Call-ID: {call_id}"),
                format!("CSeq: {number} {method}"),
                "Max-Forwards: 70".to_owned(),
                "X-Queue: sales, 1".to_owned(),
                format!("Content-Length: {}", body.len()),
            ];
            let turn = turn.index(lines.len());
            lines.rotate_left(turn);
            format!("{first}\r\n{}\r\n\r\n{body}", lines.join("\r\n"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_grammar_allows_says_the_same_to_everybody(text in message()) {
        let own = ours(&text);
        prop_assert!(own.is_some(), "refused: {}", text);
        for (peer, read) in PEERS {
            let theirs = read(&text);
            prop_assert!(theirs.is_some(), "{} refuses {}", peer, text);
            let differences = differences(own.as_ref().expect("read"), &theirs.expect("read"));
            prop_assert!(differences.is_empty(), "{}: {:?} in {}", peer, differences, text);
        }
    }
}

/// A message that all read alike; each disagreement changes a piece of it.
const BASE: &str = "INVITE sip:op@desk.invalid SIP/2.0
Via: SIP/2.0/WS edge.example;branch=z9hG4bKa1
From: \"A\" <sip:a@b.example>;tag=f
To: <sip:op@demo.example>
Call-ID: c1
CSeq: 7 INVITE
Contact: <sip:b2bua@edge.example>
Max-Forwards: 70
Content-Length: 0

";

const CONTACT: &str = "<sip:b2bua@edge.example>";

/// What decides, of RFC 3261 unless another is named, and how; a piece of [`BASE`], and what takes its place.
type Edit = (&'static str, (&'static str, &'static str));

/// With a part of the message and what it says, as we read it.
type Reading = (&'static str, (&'static str, &'static str), &'static str, &'static str);

/// What ezk-sip-types reads as we do.
const ONLY_RSIP_DIFFERS: &[Reading] = &[
    ("§7.3.1: lines may be folded", ("\"A\" <", "\"A\"\n <"), "from name", "A"),
    ("§7.3.1: white space before the colon", ("From:", "From :"), "from user", "a"),
    ("§7.3.1: several values on one line", (CONTACT, "<sip:one@h>, <sip:two@h>"), "contact user", "one"),
    ("§7.3.3: v is Via", ("Via:", "v:"), "via host", "edge.example"),
    ("§7.3.3: f is From", ("From:", "f:"), "from tag", "f"),
    ("§7.3.3: t is To", ("To:", "t:"), "to user", "op"),
    ("§7.3.3: i is Call-ID", ("Call-ID:", "i:"), "call-id", "c1"),
    ("§7.3.3: m is Contact", ("Contact:", "m:"), "contact user", "b2bua"),
    (
        "§19.1.1: headers of a URI are not its host",
        ("b.example>", "b.example?x=y>"),
        "from host",
        "b.example",
    ),
    (
        "§25.1, IPv6reference: in a Request-URI",
        ("desk.invalid", "[2001:db8::1]"),
        "requested host",
        "[2001:db8::1]",
    ),
    ("§25.1, IPv6reference: in a URI", ("b.example", "[2001:db8::1]:5070"), "from port", "5070"),
    ("§25.1, IPv6reference: in Via", ("WS edge.example", "WS [2001:db8::1]"), "via host", "[2001:db8::1]"),
    ("§25.1, via-received", ("bKa1", "bKa1;received=2001:db8::9"), "via received", "2001:db8::9"),
    ("§25.1, SLASH: white space around it", ("SIP/2.0/WS", "SIP / 2.0 / WS"), "via transport", "WS"),
    ("§25.1, EQUAL: white space around it", ("branch=", "branch = "), "via branch", "z9hG4bKa1"),
    ("§25.1, SEMI: white space around it", (";tag=f", " ; tag=f"), "from tag", "f"),
    ("§25.1, quoted-string: of a parameter", (";tag=f", ";x=\"a;tag=b\";tag=f"), "from tag", "f"),
    ("§25.1, quoted-string: brackets in a name", ("\"A\"", "\"<a>\""), "from name", "<a>"),
    ("§25.1, user: dots", ("sip:a@", "sip:a.@"), "from user", "a."),
];

/// What rsip reads as we do.
const ONLY_EZK_DIFFERS: &[Reading] = &[
    ("§25.1, quoted-string: the spaces are the name's", ("\"A\"", "\"A \""), "from name", "A "),
    ("§7.3.1: names of parameters in any case", (";tag=", ";TAG="), "from tag", "f"),
    ("ours is lenient: §25.1, hostname, has no underscore", ("b.example", "my_host"), "from host", "my_host"),
];

/// What neither reads as we do.
const BOTH_DIFFER: &[Reading] = &[
    ("§25.1, quoted-pair", ("\"A\"", "\"A \\\"B\\\"\""), "from name", "A \"B\""),
    (
        "§25.1, addr-spec: any URI, RFC 3966's too",
        ("sip:a@b.example", "tel:+12015550123"),
        "from user",
        "+12015550123",
    ),
    ("§7.1: the version is in any case", ("desk.invalid SIP/2.0", "desk.invalid sip/2.0"), "call-id", "c1"),
    ("§7.5: line ends before the first line", ("INVITE sip", "\nINVITE sip"), "call-id", "c1"),
    (
        "§8.2.2: what is malformed and not needed is ignored",
        ("Max-Forwards: 70", "nonsense"),
        "call-id",
        "c1",
    ),
    (
        "§18.3: what follows the body is none of it",
        ("Content-Length: 0\n\n", "Content-Length: 3\n\nbody"),
        "body",
        "bod",
    ),
];

/// What both take, and we do not.
const REFUSED: &[Edit] = &[
    ("§18.3: a body that is too short is an error", ("Content-Length: 0", "Content-Length: 5")),
    ("§8.1.1.5: below 2^31", ("CSeq: 7", "CSeq: 2147483648")),
    ("§8.1.1.5: the method is the request's", ("CSeq: 7 INVITE", "CSeq: 7 BYE")),
    ("§7.3.1: only lists may come twice", ("Call-ID: c1", "Call-ID: c1\nCall-ID: c2")),
];

fn edited(rule: &str, (piece, edited): (&str, &str)) -> String {
    assert!(BASE.contains(piece), "{rule}");
    BASE.replacen(piece, edited, 1).replace('\n', "\r\n")
}

/// Whether rsip and ezk-sip-types read something else than we do.
fn differ(text: &str) -> [bool; 2] {
    PEERS.map(|(_, read)| read(text) != ours(text))
}

#[test]
fn where_the_others_differ_a_section_decides() {
    for (rows, expected) in
        [(ONLY_RSIP_DIFFERS, [true, false]), (ONLY_EZK_DIFFERS, [false, true]), (BOTH_DIFFER, [true, true])]
    {
        for &(rule, edit, part, says) in rows {
            let text = edited(rule, edit);
            let own = ours(&text).expect(rule);
            assert!(own.iter().any(|(own, read)| *own == part && read == says), "{rule}: {own:?}");
            assert_eq!(differ(&text), expected, "{rule}: rsip, ezk-sip-types, in {text}");
        }
    }
}

#[test]
fn what_both_take_and_we_refuse_a_section_forbids() {
    for &(rule, edit) in REFUSED {
        let text = edited(rule, edit);
        assert_eq!(ours(&text), None, "{rule}");
        assert_eq!(differ(&text), [true, true], "{rule}");
    }
}

#[test]
fn without_an_edit_all_agree() {
    let text = BASE.replace('\n', "\r\n");
    assert!(ours(&text).is_some());
    assert_eq!(differ(&text), [false, false]);
}
