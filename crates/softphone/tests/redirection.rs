//! 3xx to a call of ours (RFC 3261 §8.1.3.4).
#![cfg(feature = "full")]

mod support;

use headset_sip::{Method, Name, Request};
use headset_softphone::{CallOptions, CallStatus, Outcome, Settings};
use support::Step;
use support::calling::{Story, sdp};
use support::say;

/// Anna calls support, and goes on to where 3xxs point so often.
fn following(redirects: u8) -> Story {
    Story::calling(CallOptions { redirects, ..CallOptions::default() }, Settings::default())
}

/// Goes on with the next INVITE; who is asked, where somebody is.
fn next(story: &mut Story) -> Option<String> {
    let (_, invite) = story.world.request(Method::Invite)?;
    story.invite = invite;
    Some(story.invite.uri().into())
}

#[test]
fn a_redirection_is_followed_only_when_asked() {
    let elsewhere = "Contact: <sip:b@far.example>;q=0.2, <sip:c@far.example>;q=0.8\r\n";
    let mut story = Story::new();
    story.says("a", 302, elsewhere, None);
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!((end.outcome, &*end.cause), (Outcome::Failed, "Redirected"));
    assert_eq!(end.contacts, ["sip:c@far.example", "sip:b@far.example"]);

    // A refusal points nowhere.
    let mut story = Story::new();
    story.says("a", 400, elsewhere, None);
    assert_eq!(story.world.phones[story.anna].end().map(|end| end.contacts), Some(Vec::new()));

    let options = CallOptions { redirects: 1, ..CallOptions::default() };
    let mut story = Story::calling(options, Settings::default());
    story.says("a", 302, elsewhere, None);
    for (target, status) in [("sip:c@far.example", 404), ("sip:b@far.example", 302)] {
        let (_, again) = story.world.request(Method::Invite).expect("an INVITE");
        assert_eq!(again.uri(), target);
        // RFC 3261 §8.1.3.4: all but the target is the same.
        assert_eq!(again.get(Name::To), story.invite.get(Name::To));
        assert_eq!(again.call_id(), story.invite.call_id());
        assert!(again.cseq().expect("CSeq").number > story.invite.cseq().expect("CSeq").number);
        assert_eq!(again.body(), story.invite.body());
        story.invite = again;
        story.says("x", status, "Contact: <sip:d@far.example>\r\n", None);
    }
    assert!(story.world.request(Method::Invite).is_none());
    assert!(story.world.phones[story.anna].end().is_some());
}

#[test]
fn nobody_is_asked_twice_and_those_who_were_named_before_are_not_forgotten() {
    let mut story = following(9);
    let first = "Contact: <sip:b@far.example>, <sip:b@far.example>, <sip:c@far.example>;q=0.5\r\n";
    let back = "Contact: <sip:c@far.example>, <sip:support@demo.example>, <sip:b@far.example>, <sip:d@far.example>\r\n";
    story.says("a", 302, first, None);
    let mut asked = Vec::new();
    while let Some(uri) = next(&mut story) {
        asked.push(uri);
        assert!(asked.len() < 9, "{asked:?}");
        story.says("a", 302, back, None);
    }
    assert_eq!(asked, ["sip:b@far.example", "sip:d@far.example", "sip:c@far.example"]);
    let end = story.world.phones[story.anna].end().expect("an end");
    assert_eq!(&*end.cause, "Redirected");
}

#[test]
fn who_is_wanted_most_comes_first_and_only_sip_is_called() {
    let mut story = following(1);
    let contacts = "Contact: <sip:d@far.example>;q=0.21, <sip:c@far.example>;q=0.25, <tel:+1>, <sip:b@far.example>, \
        <sip:e@far.example>;q=0.2\r\n";
    story.says("a", 302, contacts, None);
    for user in ["b", "c", "d", "e"] {
        assert_eq!(next(&mut story), Some(format!("sip:{user}@far.example")));
        story.says("a", 404, "", None);
    }
    assert!(story.world.phones[story.anna].end().is_some());
}

/// RFC 3261 §21.6: a 6xx is the last word.
#[test]
fn whoever_says_600_says_it_for_all() {
    let mut story = following(1);
    story.says("a", 302, "Contact: <sip:b@far.example>, <sip:c@far.example>\r\n", None);
    next(&mut story).expect("an INVITE");
    story.says("a", 600, "", None);
    assert_eq!(next(&mut story), None);
    assert_eq!(story.world.phones[story.anna].end().and_then(|end| end.status_code), Some(600));
}

#[test]
fn what_was_heard_before_a_redirection_is_nothing_to_whoever_comes_next() {
    let mut story = following(1);
    story.says("a", 183, "", Some(&sdp("one")));
    story.says("a", 302, "Contact: <sip:b@far.example>\r\n", None);
    next(&mut story).expect("an INVITE");
    story.says("a", 200, "", Some(&sdp("one")));
    assert_eq!(story.steps(), [Step::Accept, Step::Accept]);
    assert_eq!(story.status(), Some(CallStatus::Active));
    story.world.command(story.anna, say::end());
    story.world.run_ms(100);
    let (_, bye) = story.world.request(Method::Bye).expect("BYE");
    // A dialog of the second INVITE, not of the first one.
    let number = |request: &Request| request.cseq().expect("CSeq").number;
    assert_eq!(number(&bye), number(&story.invite) + 1);
}

#[test]
fn whoever_comes_next_may_ask_for_credentials_too() {
    let challenge =
        |nonce: &str| format!("Proxy-Authenticate: Digest realm=\"x\", nonce=\"{nonce}\", qop=\"auth\"\r\n");
    let mut story = following(1);
    story.says("a", 407, &challenge("one"), None);
    next(&mut story).expect("an INVITE");
    story.says("a", 302, "Contact: <sip:b@far.example>\r\n", None);
    next(&mut story).expect("an INVITE");
    story.says("a", 407, &challenge("two"), None);
    next(&mut story).expect("an INVITE");
    assert!(story.invite.get(Name::ProxyAuthorization).is_some_and(|answer| answer.contains("two")));
}
