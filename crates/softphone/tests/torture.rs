//! The messages of RFC 4475 and RFC 5118 as an operator's page takes them, from the folder that HEADSET_TORTURE_DIR
//! names; it has a MANIFEST.tsv.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_softphone::{AccountOptions, Event};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::hand::Hand;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// The last of the answers that it gets at once.
    Answered(u16),
    /// There is nobody to answer; the application is told.
    Dropped,
    /// It is a response that no transaction waits for.
    Stray,
}

use Outcome::{Answered, Dropped, Stray};

/// Each file's outcome. Where the RFC leaves more than one, the one that was chosen.
const OUTCOMES: [(&str, Outcome); 62] = [
    // Its To has a tag, and there is no such dialog.
    ("wsinv", Answered(481)),
    ("intmeth", Answered(501)),
    ("esc01", Answered(180)),
    // A page is no registrar.
    ("escnull", Answered(405)),
    ("esc02", Answered(501)),
    ("lwsdisp", Answered(200)),
    ("longreq", Answered(180)),
    ("dblreq", Answered(405)),
    ("semiuri", Answered(200)),
    ("transports", Answered(200)),
    // Read; MESSAGE is taken only where an application asks for it.
    ("mpart01", Answered(405)),
    ("unreason", Stray),
    ("noreason", Stray),
    // Read liberally.
    ("badinv01", Answered(180)),
    ("clerr", Answered(400)),
    ("ncl", Answered(400)),
    ("scalar02", Answered(400)),
    ("scalarlg", Dropped),
    ("quotbal", Answered(400)),
    // The brackets are taken off.
    ("ltgtruri", Answered(180)),
    ("lwsruri", Answered(400)),
    // Read liberally, as the next but one.
    ("lwsstart", Answered(180)),
    ("trws", Answered(200)),
    ("escruri", Answered(400)),
    // A date is nobody's business here.
    ("baddate", Answered(180)),
    ("regbadct", Answered(405)),
    ("badaspec", Answered(200)),
    ("baddn", Answered(200)),
    ("badvers", Answered(505)),
    ("mismatch01", Answered(400)),
    ("mismatch02", Answered(400)),
    ("bigcode", Dropped),
    ("badbranch", Answered(200)),
    ("insuf", Answered(400)),
    ("unkscm", Answered(416)),
    ("novelsc", Answered(416)),
    ("unksm2", Answered(405)),
    ("bext01", Answered(420)),
    ("invut", Answered(415)),
    ("regaut01", Answered(405)),
    ("multi01", Answered(400)),
    ("mcl01", Answered(400)),
    ("bcast", Stray),
    ("zeromf", Answered(200)),
    ("cparam01", Answered(405)),
    ("cparam02", Answered(405)),
    ("regescrt", Answered(405)),
    ("sdp01", Answered(406)),
    // It has no Contact: a call would have nowhere to send its BYE.
    ("inv2543", Answered(400)),
    ("test", Dropped),
    ("ipv6-good", Answered(405)),
    ("ipv6-bad", Answered(400)),
    ("port-ambiguous", Answered(405)),
    ("port-unambiguous", Answered(405)),
    ("via-received-param-with-delim", Answered(481)),
    ("via-received-param-no-delim", Answered(200)),
    ("ipv6-in-sdp", Answered(180)),
    ("mult-ip-in-header", Answered(481)),
    ("mult-ip-in-sdp", Answered(180)),
    ("ipv4-mapped-ipv6", Answered(180)),
    ("ipv6-bug-abnf-3-colons", Answered(200)),
    ("ipv6-correct-abnf-2-colons", Answered(200)),
];

fn outcome(text: &str) -> Outcome {
    let mut hand = Hand::registered(AccountOptions::default());
    hand.sent.clear();
    hand.events.clear();
    hand.say(text);
    let is_told = hand.events.iter().any(|event| matches!(event, Event::Trace { name: "sip_malformed", .. }));
    match hand.sent.back() {
        // It may repeat what could not be read.
        Some((_, answer)) => Answered(answer.get(8..11).and_then(|status| status.parse().ok()).unwrap()),
        None if is_told => Dropped,
        None => Stray,
    }
}

#[test]
fn every_message_of_the_manifest_has_its_outcome() {
    let Some(folder) = std::env::var_os("HEADSET_TORTURE_DIR").map(PathBuf::from) else {
        println!(
            "skipped: HEADSET_TORTURE_DIR does not name a folder with RFC 4475's and RFC 5118's messages"
        );
        return;
    };
    let outcomes: BTreeMap<&str, Outcome> = OUTCOMES.into_iter().collect();
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in manifest.lines().skip(1) {
        let mut columns = line.split('\t');
        let (file, expected) = (columns.next().expect("a file"), columns.nth(3).expect("what is expected"));
        let name = Path::new(file).file_stem().and_then(|name| name.to_str()).expect("a name");
        let wanted = *outcomes.get(name).unwrap_or_else(|| panic!("{file} is new: {expected}"));
        // As a browser decodes what is no UTF-8.
        let got = outcome(&String::from_utf8_lossy(&std::fs::read(folder.join(file)).unwrap()));
        count += 1;
        if got != wanted {
            wrong.push(format!("{file}: {got:?} and not {wanted:?} ({expected})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, outcomes.len(), "all are in the manifest");
}
