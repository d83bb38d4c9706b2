//! The messages of RFC 4475 and RFC 5118, from the folder that HEADSET_TORTURE_DIR names; it has a MANIFEST.tsv.

use headset_sip::digest::Authorization;
use headset_sip::message::{Name, parse_bytes};
use headset_sip::{Abilities, Message, ParseError, Request, Time, TransactionOutput, Transactions, inspect};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a call centre's user agent can do.
const ABILITIES: Abilities<'_> = Abilities {
    allow: "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE",
    extensions: &["path", "gruu"],
    accept: &["application/sdp", "text/plain"],
};

/// What is to become of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// It is taken.
    Taken,
    /// It is answered so, without being looked at closer.
    Refused(u16),
    /// It is dropped: there is nobody to answer, or nothing to answer with.
    Dropped,
    /// It is a response that no transaction waits for.
    Stray,
}

use Outcome::{Dropped, Refused, Stray, Taken};

/// Each file's outcome. Where the RFC leaves more than one, the one that was chosen.
const OUTCOMES: [(&str, Outcome); 62] = [
    ("wsinv", Taken),
    ("intmeth", Refused(405)),
    ("esc01", Taken),
    ("escnull", Taken),
    ("esc02", Refused(405)),
    ("lwsdisp", Taken),
    ("longreq", Taken),
    ("dblreq", Taken),
    ("semiuri", Taken),
    ("transports", Taken),
    ("mpart01", Taken),
    ("unreason", Stray),
    ("noreason", Stray),
    // Read liberally.
    ("badinv01", Taken),
    ("clerr", Refused(400)),
    ("ncl", Refused(400)),
    ("scalar02", Refused(400)),
    ("scalarlg", Dropped),
    ("quotbal", Refused(400)),
    // The brackets are taken off.
    ("ltgtruri", Taken),
    ("lwsruri", Refused(400)),
    // Read liberally, as the next but one.
    ("lwsstart", Taken),
    ("trws", Taken),
    ("escruri", Refused(400)),
    // A date is nobody's business here.
    ("baddate", Taken),
    // The Contact alone cannot be read: what needs one refuses it.
    ("regbadct", Taken),
    ("badaspec", Taken),
    ("baddn", Taken),
    ("badvers", Refused(505)),
    ("mismatch01", Refused(400)),
    ("mismatch02", Refused(400)),
    ("bigcode", Dropped),
    ("badbranch", Taken),
    ("insuf", Refused(400)),
    ("unkscm", Refused(416)),
    ("novelsc", Refused(416)),
    ("unksm2", Taken),
    ("bext01", Refused(420)),
    ("invut", Refused(415)),
    ("regaut01", Taken),
    ("multi01", Refused(400)),
    ("mcl01", Refused(400)),
    ("bcast", Stray),
    ("zeromf", Taken),
    ("cparam01", Taken),
    ("cparam02", Taken),
    ("regescrt", Taken),
    ("sdp01", Refused(406)),
    ("inv2543", Taken),
    ("test", Dropped),
    ("ipv6-good", Taken),
    ("ipv6-bad", Refused(400)),
    ("port-ambiguous", Taken),
    ("port-unambiguous", Taken),
    ("via-received-param-with-delim", Taken),
    ("via-received-param-no-delim", Taken),
    ("ipv6-in-sdp", Taken),
    ("mult-ip-in-header", Taken),
    ("mult-ip-in-sdp", Taken),
    ("ipv4-mapped-ipv6", Taken),
    ("ipv6-bug-abnf-3-colons", Taken),
    ("ipv6-correct-abnf-2-colons", Taken),
];

fn outcome(read: Result<Message, ParseError>) -> Outcome {
    match read {
        Err(error) => error.reply().map_or(Dropped, |reply| Refused(reply.status())),
        Ok(Message::Request(request)) => match inspect(&request, &ABILITIES) {
            Some(reply) => Refused(reply.finish().status()),
            None => Taken,
        },
        Ok(response) => {
            let mut layer = Transactions::new();
            layer.receive(Time(0), 'c', response);
            match layer.poll_output() {
                Some(TransactionOutput::Stray { .. }) => Stray,
                other => panic!("a response that nobody asked for became {other:?}"),
            }
        }
    }
}

struct Folder(PathBuf);

impl Folder {
    fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.0.join(file)).unwrap_or_else(|problem| panic!("{file}: {problem}"))
    }

    fn request(&self, file: &str) -> Request {
        match parse_bytes(self.bytes(&format!("rfc4475/{file}.dat"))) {
            Ok(Message::Request(request)) => request,
            other => panic!("{file}: {other:?}"),
        }
    }
}

/// `None`, and said so, where the folder is not named.
fn folder() -> Option<Folder> {
    let named = std::env::var_os("HEADSET_TORTURE_DIR").map(PathBuf::from);
    if named.is_none() {
        println!(
            "skipped: HEADSET_TORTURE_DIR does not name a folder with RFC 4475's and RFC 5118's messages"
        );
    }
    named.map(Folder)
}

#[test]
fn every_message_of_the_manifest_has_its_outcome() {
    let Some(folder) = folder() else { return };
    let outcomes: BTreeMap<&str, Outcome> = OUTCOMES.into_iter().collect();
    let manifest = String::from_utf8(folder.bytes("MANIFEST.tsv")).expect("UTF-8");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in manifest.lines().skip(1) {
        let mut columns = line.split('\t');
        let (file, expected) = (columns.next().expect("a file"), columns.nth(3).expect("what is expected"));
        let name = Path::new(file).file_stem().and_then(|name| name.to_str()).expect("a name");
        let wanted = *outcomes.get(name).unwrap_or_else(|| panic!("{file} is new: {expected}"));
        let got = outcome(parse_bytes(folder.bytes(file)));
        count += 1;
        if got != wanted {
            wrong.push(format!("{file}: {got:?} and not {wanted:?} ({expected})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, outcomes.len(), "all are in the manifest");
}

#[test]
fn what_they_say_is_what_the_rfc_says() {
    let Some(folder) = folder() else { return };
    // §3.1.1.1.
    let invite = folder.request("wsinv");
    let to = invite.to().expect("To");
    assert_eq!((to.uri.user, to.tag()), (Some("vivekg"), Some("1918181833n")));
    assert_eq!(invite.from().expect("From").display_name().as_deref(), Some("J Rosenberg \\\""));
    assert_eq!((invite.max_forwards(), invite.cseq().expect("CSeq").number), (Some(68), 9));
    assert_eq!(invite.values(Name::Via).count(), 3);
    assert_eq!(
        invite.get_named("newfangledheader"),
        Some("newfangled value   continued newfangled value"),
        "kept, and unfolded"
    );
    // §3.1.1.4: the two contacts differ.
    let register = folder.request("escnull");
    let users: Vec<String> = register.contacts().map(|c| c.expect("read").uri.decoded_user()).collect();
    assert_eq!(users, ["\0", "\0\0"]);
    // §3.1.1.8: what follows the body is cut off.
    let register = folder.request("dblreq");
    assert_eq!(register.body(), "");
    assert!(!register.as_str().contains("INVITE"));
    // §3.1.1.9.
    assert_eq!(
        headset_sip::Uri::parse(folder.request("semiuri").uri()).expect("read").user,
        Some("user;par=u%40example.net")
    );
    // §3.1.1.11.
    assert_eq!(folder.request("mpart01").part("text/plain"), Some("Hello"));
    // §3.1.2.13.
    assert_eq!(folder.request("regbadct").contacts().filter(Result::is_err).count(), 1);
    // §3.3.7.
    assert!(Authorization::parse(folder.request("regaut01").get(Name::Authorization).expect("one")).is_err());
    // §3.3.12, §3.3.13.
    let parameters = |file: &str| {
        let request = folder.request(file);
        let contact = request.contact().expect("read");
        (contact.param("unknownparam").is_some(), contact.uri.param("unknownparam").is_some())
    };
    assert_eq!((parameters("cparam01"), parameters("cparam02")), ((true, false), (false, true)));
    // §3.3.14.
    let contact = folder.request("regescrt");
    assert_eq!(
        contact.contact().and_then(|c| c.uri.header("Route")).as_deref(),
        Some("<sip:sip.example.com>")
    );
    // RFC 5118 §4.3 and §4.4.
    let host = |file: &str| match parse_bytes(folder.bytes(&format!("rfc5118/{file}.sip"))) {
        Ok(Message::Request(request)) => {
            let uri = headset_sip::Uri::parse(request.uri()).expect("read");
            (uri.host.to_owned(), uri.port)
        }
        other => panic!("{file}: {other:?}"),
    };
    assert_eq!(host("port-ambiguous"), ("[2001:db8::10:5070]".to_owned(), None));
    assert_eq!(host("port-unambiguous"), ("[2001:db8::10]".to_owned(), Some(5070)));
}
