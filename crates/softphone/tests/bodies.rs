//! Descriptions that come among other parts, and bodies that are none.
#![cfg(feature = "full")]
#![allow(clippy::unwrap_used)]

mod support;

use headset_softphone::{AccountOptions, Input, MediaOptions, PeerRequest, Permission};
use support::hand::Hand;
use support::{say, wire};

const PARTS: &str = "Content-Type: multipart/mixed;boundary=\"cut here\"";
const SDP: &str = "Content-Type: application/sdp";

/// As a gateway of the telephone network sends it: its own part first.
fn parts(sdp: &str) -> String {
    format!(
        "--cut here\r\nContent-Type: application/isup;version=itu-t92+\r\n\
         Content-Disposition: signal;handling=optional\r\n\r\n\u{1}\u{2}a=inactive\r\n\
         --cut here\r\n{SDP}\r\n\r\n{sdp}\r\n--cut here--\r\n"
    )
}

/// A message with another body.
fn with(message: &str, content: &str, body: &str) -> String {
    let (head, _) = message.split_once("Content-Length").unwrap();
    format!("{}Content-Length: {}\r\n\r\n{body}", head.replace(SDP, content), body.len())
}

fn asked(hand: &mut Hand) -> PeerRequest {
    assert_eq!(hand.asked.len(), 1, "{:?}", hand.asked);
    hand.asked.remove(0)
}

fn status(hand: &Hand) -> &str {
    hand.sent.back().map_or("", |(_, text)| &text[8..11])
}

/// RFC 5621 §3, RFC 3261 §7.4.1
#[test]
fn a_call_with_a_gateways_parts_rings_and_its_offer_alone_is_answered() {
    let mut hand = Hand::registered(AccountOptions::default());
    hand.input(Input::MicrophonePermission(Permission::Granted));
    let offer = wire::described("caller", "sendrecv");
    hand.say(&with(&wire::invite("anna", "c1", "b1"), PARTS, &parts(&offer)));
    assert_eq!(status(&hand), "180");
    let PeerRequest::Answer { offer: given, .. } = asked(&mut hand) else { panic!("an answer is prepared") };
    assert_eq!(given, headset_sip::sdp::without_candidates(&offer));
}

#[test]
fn an_answer_among_other_parts_is_the_answer() {
    let mut hand = Hand::registered(AccountOptions::default());
    let invite = hand.call();
    hand.asked.clear();
    let answer = wire::described("far", "sendrecv");
    hand.say(&with(&wire::response(&invite, 200, "", Some(&answer)), PARTS, &parts(&answer)));
    let PeerRequest::Accept { answer: given, .. } = asked(&mut hand) else { panic!("it is accepted") };
    assert_eq!(given, answer);
    assert_eq!(hand.request("ACK").body(), "");
}

/// RFC 3261 §8.2.3, §20.11
#[test]
fn a_body_that_is_no_description_is_refused_or_passed_over_as_its_sender_wishes() {
    let invite = wire::invite("anna", "c1", "b1");
    let text = "Content-Type: text/plain";
    let optional = format!("{text}\r\nContent-Disposition: render;handling=optional");
    for (content, expected) in [(text, "415"), (&*optional, "180"), (PARTS, "415")] {
        let mut hand = Hand::registered(AccountOptions::default());
        hand.input(Input::MicrophonePermission(Permission::Granted));
        hand.say(&with(&invite, content, "hello"));
        assert_eq!(status(&hand), expected, "{content}");
        if expected == "180" {
            // What there is no offer in is a call without one: we make it.
            hand.command(say::answer(MediaOptions(0)));
            assert!(matches!(asked(&mut hand), PeerRequest::Offer { .. }));
        }
    }
}
