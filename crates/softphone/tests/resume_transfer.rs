//! A page that is reloaded while it hands its call on.

mod support;

use headset_sip::Method;
use headset_softphone::CallStatus;
use std::time::Duration;
use support::referring::{Story, calls, transfer};
use support::{say, wire};

/// Anna hands her call on, and her page is reloaded before or after that was answered; the REFER's CSeq.
fn reloaded(answered: bool) -> (Story, u32) {
    let mut story = Story::new(false);
    let id = if answered {
        story.refer(202, "")
    } else {
        story.world.command(story.anna, transfer("boris", None));
        story.world.run_ms(100);
        story.world.request(Method::Refer).expect("REFER").1.cseq().expect("CSeq").number
    };
    let kept = story.world.phones[story.anna].kept().expect("a kept call").to_owned();
    story.world.phones[story.anna].frozen = true;
    story.world.cut(story.anna, 0);
    story.anna = story.world.phone("anna");
    story.link = story.world.link(story.anna, 0);
    story.world.command(story.anna, say::resume(&kept));
    story.world.run_ms(100);
    let (link, ours) = story.world.request(Method::Invite).expect("a re-INVITE");
    story.world.send(link, &wire::response(&ours, 200, "", Some(&wire::described("far", "sendrecv"))));
    story.world.run_ms(100);
    story.world.inbox.clear();
    let call = &calls(&story.world, story.anna)[0];
    assert_eq!((call.status, call.transferring), (CallStatus::Active, true));
    (story, id)
}

/// The call goes on, the transfer does not, and neither this page nor the next waits for it.
fn has_failed(story: &mut Story) {
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    let call = &calls(&story.world, story.anna)[0];
    assert_eq!((call.status, call.transferring), (CallStatus::Active, false));
    assert!(!story.world.phones[story.anna].kept().expect("a kept call").contains("refer"));
    story.refer(202, "");
}

#[test]
fn how_it_goes_is_heard_by_the_page_that_comes_back() {
    for answered in [false, true] {
        let (mut story, id) = reloaded(answered);
        assert_eq!(story.notify(id, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 200);
        assert_eq!(story.notify(id, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), 200);
        let end = story.world.phones[story.anna].end().expect("an end");
        assert_eq!(end.cause, "Transferred");
        story.world.run_ms(100);
        assert!(story.world.request(Method::Bye).is_some());
    }
}

#[test]
fn one_that_fails_leaves_the_call_as_it_was() {
    let (mut story, id) = reloaded(false);
    assert_eq!(story.notify(id, "terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n"), 200);
    has_failed(&mut story);
}

/// RFC 6665 §4.1.2: neither the 202 nor any NOTIFY may have found the page that was left.
#[test]
fn one_of_which_nothing_is_heard_any_more_has_failed() {
    let (mut story, _) = reloaded(false);
    story.world.run(Duration::from_secs(170));
    assert!(calls(&story.world, story.anna)[0].transferring);
    story.world.run(Duration::from_secs(20));
    has_failed(&mut story);
}

#[test]
fn where_nobody_knows_the_dialog_any_more_it_has_failed() {
    let mut story = Story::new(false);
    story.refer(202, "");
    let kept = story.world.phones[story.anna].kept().expect("a kept call").to_owned();
    story.world.phones[story.anna].frozen = true;
    story.world.cut(story.anna, 0);
    story.anna = story.world.phone("anna");
    story.world.command(story.anna, say::resume(&kept));
    story.world.run_ms(100);
    for status in [481, 200] {
        let (link, ours) = story.world.request(Method::Invite).expect("an INVITE");
        let answer = wire::described("far", "sendrecv");
        story.world.send(link, &wire::response(&ours, status, "", Some(&answer)));
        story.world.run_ms(100);
    }
    assert_eq!(story.world.phones[story.anna].errors(), ["transfer_failed"]);
    let call = &calls(&story.world, story.anna)[0];
    assert_eq!((call.status, call.transferring), (CallStatus::Active, false));
}
