//! Subscriptions of ours (RFC 6665 §4.1), to a notifier that the test plays by hand.
#![cfg(feature = "full")]

mod support;

use headset_sip::digest::Challenge;
use headset_sip::{Method, Name};
use headset_softphone::{Command, NewSubscription, Resubscription, SubscriptionCause, SubscriptionId};
use std::time::Duration;
use support::subscribing::{Story, order, state_line};

#[test]
fn the_first_subscribe_says_what_it_must() {
    let order = NewSubscription {
        headers: "X-Kind: test\n".into(),
        body: "<filter/>".into(),
        content_type: "application/simple-filter+xml".into(),
        ..order()
    };
    let Story { subscribe, .. } = Story::begin(order);
    assert_eq!((subscribe.method(), subscribe.uri()), (&Method::Subscribe, "sip:far@demo.example"));
    assert_eq!((subscribe.get(Name::Event), subscribe.expires()), (Some("presence;id=7"), Some(600)));
    assert_eq!(subscribe.get(Name::Accept), Some("application/pidf+xml"));
    assert_eq!(subscribe.get_named("X-Kind"), Some("test"));
    assert_eq!((subscribe.to_tag(), subscribe.body()), (None, "<filter/>"));
    assert!(subscribe.contact().is_some_and(|contact| contact.uri.params.contains("ob")));
}

#[test]
fn the_notify_may_come_before_the_answer() {
    let mut story = Story::begin(order());
    // RFC 6665 §4.1.2.4
    assert_eq!(story.notify("pending;expires=500", ""), 200);
    assert_eq!(story.changes(), ["pending", "notified "]);
    story.answer(200, "Expires: 500\r\n");
    assert_eq!(story.changes(), ["accepted"]);
    story.notify("active;expires=490", "open");
    story.notify("active;expires=480", "closed");
    assert_eq!(story.changes(), ["active", "notified open", "notified closed"]);
    story.run(200);
    assert!(story.world.is_silent() && story.changes().is_empty());
}

#[test]
fn the_dialog_is_made_by_the_notify() {
    let mut story = Story::active(order());
    let first = story.subscribe.cseq().expect("CSeq").number;
    // RFC 6665 §4.4.1 with RFC 3261 §12.1.1: its Contact, its Record-Route in their order, our next CSeq.
    story.next_subscribe(Duration::from_secs(545));
    assert_eq!(story.subscribe.uri(), "sip:far-contact.example;transport=ws");
    let routes: Vec<_> = story.subscribe.values(Name::Route).collect();
    assert_eq!(routes, ["<sip:r1.example;lr>", "<sip:r2.example;lr>"]);
    assert_eq!((story.subscribe.to_tag(), story.expires()), (Some("far"), Some(600)));
    assert_eq!(story.subscribe.cseq().expect("CSeq").number, first + 1);
    story.answer(200, "Expires: 600\r\n");
    // A target refresh: the next SUBSCRIBE goes where the last NOTIFY said.
    story.cseq += 1;
    let text =
        story.notify_text("far", story.cseq, "presence;id=7", &state_line("active;expires=600"), "open");
    assert_eq!(story.tell(&text.replace("far-contact", "moved")), 200);
    story.next_subscribe(Duration::from_secs(545));
    assert_eq!(story.subscribe.uri(), "sip:moved.example;transport=ws");
}

#[test]
fn the_answer_to_the_first_notify_carries_the_route() {
    let mut story = Story::begin(order());
    let text = story.notify_text("far", 1, "presence;id=7", &state_line("active"), "");
    story.world.send(story.link, &text);
    story.world.run_ms(100);
    let (_, ok) = story.world.response(200).expect("200");
    // RFC 3261 §12.1.1
    assert_eq!(ok.values(Name::RecordRoute).count(), 2);
    assert!(ok.contact().is_some());
}

#[test]
fn a_subscription_is_refreshed_before_it_expires_as_the_notifier_counts() {
    let mut story = Story::begin(order());
    // RFC 6665 §4.2.1.1: the answer may shorten and never lengthen.
    story.answer(200, "Expires: 9000\r\n");
    story.notify("active", "open");
    story.changes();
    story.run(470);
    assert!(story.world.is_silent());
    story.next_subscribe(Duration::from_secs(80));
    story.answer(200, "Expires: 600\r\n");
    // RFC 6665 §4.1.3: the Subscription-State's word counts.
    story.notify("active;expires=100", "open");
    story.next_subscribe(Duration::from_secs(92));
    assert_eq!(story.expires(), Some(600));
    assert_eq!(story.changes(), ["notified open"]);
}

#[test]
fn without_a_notify_it_is_given_up() {
    let mut story = Story::begin(order());
    story.answer(200, "Expires: 600\r\n");
    story.run(31);
    assert_eq!(story.changes(), ["accepted"]);
    story.run(2);
    // RFC 6665 §4.1.2.4: timer N.
    assert_eq!(story.changes(), ["NoNotify"]);
    assert_eq!(story.notify("active", "late"), 481);

    let mut story = Story::begin(order());
    story.run(33);
    assert_eq!(story.changes(), ["Timeout"]);

    // RFC 6665 §4.1.2.2: the same for a refresh.
    let mut story = Story::active(order());
    story.next_subscribe(Duration::from_secs(545));
    story.answer(200, "Expires: 600\r\n");
    story.run(33);
    assert_eq!(story.changes(), ["NoNotify"]);
}

#[test]
fn a_notify_that_fits_no_subscription_is_refused() {
    let mut story = Story::active(order());
    let state = state_line("active");
    for (tag, cseq, event, more, status) in [
        // Another fork (RFC 6665 §5.4.9).
        ("other", 50, "presence;id=7", &*state, 481),
        ("far", 51, "presence;id=8", &state, 481),
        ("far", 52, "dialog;id=7", &state, 489),
        ("far", 53, "presence;id=7", "", 400),
        // RFC 3261 §12.2.2
        ("far", 1, "presence;id=7", &state, 500),
        ("far", 54, "presence;id=7", &state, 200),
    ] {
        let text = story.notify_text(tag, cseq, event, more, "");
        assert_eq!(story.tell(&text), status, "{tag} {cseq} {event}");
    }
    assert_eq!(story.changes(), ["notified "]);
    // What else may be asked in its dialog (RFC 3261 §11).
    let options = story.notify_text("far", 55, "presence;id=7", &state, "").replace("NOTIFY", "OPTIONS");
    assert_eq!(story.tell(&options), 200);
}

#[test]
fn leaving_ends_with_the_last_notify() {
    let mut story = Story::active(order());
    story.again(Some(0), "bye");
    story.next_subscribe(Duration::from_secs(1));
    assert_eq!((story.expires(), story.subscribe.body()), (Some(0), "bye"));
    assert_eq!(story.subscribe.get(Name::Event), Some("presence;id=7"));
    story.answer(200, "Expires: 0\r\n");
    // One that crossed is not the last (RFC 6665 §4.1.2.3).
    story.notify("active;expires=500", "crossed");
    assert_eq!(story.changes(), ["notified crossed"]);
    story.notify("terminated;reason=timeout", "last");
    assert_eq!(story.changes(), ["notified last last", "Final"]);
    story.run(700);
    assert!(story.world.is_silent());

    let mut story = Story::active(order());
    story.again(Some(0), "");
    story.next_subscribe(Duration::from_secs(1));
    story.answer(200, "Expires: 0\r\n");
    story.run(33);
    assert_eq!(story.changes(), ["NoNotify"]);
}

#[test]
fn leaving_before_the_first_notify_waits_for_its_dialog() {
    let mut story = Story::begin(order());
    story.answer(200, "Expires: 600\r\n");
    story.again(Some(0), "");
    assert!(story.world.is_silent());
    story.notify("active", "open");
    story.next_subscribe(Duration::from_secs(1));
    assert_eq!((story.expires(), story.subscribe.to_tag()), (Some(0), Some("far")));
}

#[test]
fn a_fetch_ends_with_its_answer() {
    let mut story = Story::begin(NewSubscription { expires: 0, renew: true, ..order() });
    assert_eq!(story.expires(), Some(0));
    story.answer(200, "Expires: 0\r\n");
    story.notify("terminated;reason=timeout", "closed");
    assert_eq!(story.changes(), ["accepted", "notified closed last", "Final"]);
    story.run(100);
    assert!(story.world.is_silent());
}

#[test]
fn an_interval_that_is_too_brief_is_made_longer() {
    let mut story = Story::begin(NewSubscription { expires: 10, ..order() });
    let first = story.subscribe.cseq().expect("CSeq").number;
    story.answer(423, "Min-Expires: 60\r\n");
    story.next_subscribe(Duration::from_secs(1));
    assert_eq!((story.expires(), story.subscribe.cseq().expect("CSeq").number), (Some(60), first + 1));
    story.answer(423, "Min-Expires: 120\r\n");
    story.next_subscribe(Duration::from_secs(1));
    story.answer(423, "Min-Expires: 240\r\n");
    assert_eq!(story.changes(), ["Refused"]);
}

#[test]
fn a_challenge_is_answered_in_the_dialog_too() {
    let challenge = |nonce: &str| {
        let (realm, nonce) = (support::DOMAIN.into(), nonce.into());
        let challenge = Challenge { realm, nonce, qop_auth: true, ..Challenge::default() };
        format!("Proxy-Authenticate: {challenge}\r\n")
    };
    let mut story = Story::begin(order());
    story.answer(407, &challenge("one"));
    story.next_subscribe(Duration::from_secs(1));
    assert!(story.subscribe.get(Name::ProxyAuthorization).is_some());
    story.answer(200, "Expires: 600\r\n");
    story.notify("active;expires=600", "open");
    story.next_subscribe(Duration::from_secs(545));
    story.answer(407, &challenge("two"));
    story.next_subscribe(Duration::from_secs(1));
    assert!(story.subscribe.get(Name::ProxyAuthorization).is_some_and(|value| value.contains("\"two\"")));
    story.changes();
    story.answer(407, &[&*challenge("three"), "Retry-After: 1000\r\n"].concat());
    // RFC 6665 §4.1.2.2: 407 is not among those that end a subscription.
    assert_eq!(story.changes(), [""; 0]);
    story.run(200);
    assert_eq!(story.changes().last().map(String::as_str), Some("Expired"));

    let mut story = Story::begin(order());
    story.answer(401, &challenge("one").replace("Proxy-", "WWW-"));
    story.next_subscribe(Duration::from_secs(1));
    story.answer(401, &challenge("two").replace("Proxy-", "WWW-"));
    assert_eq!(story.changes(), ["Authentication"]);
}

#[test]
fn refused_at_first_it_is_over() {
    let mut story = Story::begin(NewSubscription { renew: true, ..order() });
    story.answer(489, "Allow-Events: dialog\r\n");
    let end = story.world.phones[story.anna].ended(1);
    assert_eq!((end.cause, end.again), (SubscriptionCause::Refused, false));
    assert!(end.message.is_some_and(|message| message.starts_with("SIP/2.0 489")));
    assert_eq!(story.notify("active", ""), 481);
    // When it may be asked for again is told.
    let mut story = Story::begin(order());
    story.answer(503, "Retry-After: 60\r\n");
    let end = story.world.phones[story.anna].ended(1);
    assert_eq!((end.again, end.retry_after), (false, Some(60)));
}

#[test]
fn a_failed_refresh_ends_it_or_leaves_it_by_its_status() {
    for status in [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604] {
        let mut story = Story::active(order());
        story.next_subscribe(Duration::from_secs(545));
        story.answer(status, "");
        assert_eq!(story.changes(), ["Refused"], "{status}");
    }
    // RFC 6665 §4.1.2.2: with others it lives on.
    let mut story = Story::active(order());
    story.next_subscribe(Duration::from_secs(545));
    story.answer(500, "");
    assert_eq!(story.notify("active", "still here"), 200);
    assert_eq!(story.changes(), ["notified still here"]);
    // And is tried again.
    story.next_subscribe(Duration::from_secs(60));
    story.answer(500, "Retry-After: 1000\r\n");
    story.run(120);
    assert_eq!(story.changes(), ["Expired"]);
}

#[test]
fn a_lost_subscription_is_made_anew_as_its_reason_says() {
    // RFC 6665 §4.1.3: reason, and after how many seconds; a subscription of the first half minute waits for at least that.
    for (state, wait) in [
        ("deactivated", Some(0)),
        ("timeout", Some(0)),
        ("probation;retry-after=90", Some(90)),
        ("probation", Some(30)),
        ("giveup;retry-after=45", Some(45)),
        ("unheard-of", Some(0)),
        ("rejected;retry-after=5", None),
        ("noresource", None),
        ("invariant", None),
    ] {
        let mut story = Story::active(NewSubscription { renew: true, ..order() });
        story.run(40);
        let first = story.subscribe.call_id().to_string();
        let lost = story.world.now;
        story.notify(&format!("terminated;reason={state}"), "");
        let end = story.world.phones[story.anna].ended(1);
        assert_eq!((end.cause, end.again), (SubscriptionCause::Final, wait.is_some()), "{state}");
        assert!(state.starts_with(&end.reason));
        match wait {
            Some(wait) => {
                story.next_subscribe(Duration::from_secs(wait + 2));
                assert!(story.world.now.since(lost) >= Duration::from_secs(wait), "{state}");
                assert_ne!(story.subscribe.call_id(), first);
                assert_eq!(story.subscribe.to_tag(), None);
                story.answer(200, "Expires: 600\r\n");
                story.cseq = 0;
                story.notify("active;expires=600", "anew");
                assert_eq!(story.changes(), ["accepted", "active", "notified anew"]);
            }
            None => {
                story.run(600);
                assert!(story.world.is_silent(), "{state}");
            }
        }
    }
    // 481 to a refresh says the same; and without `renew` nothing is made anew.
    for renew in [true, false] {
        let mut story = Story::active(NewSubscription { renew, ..order() });
        story.next_subscribe(Duration::from_secs(545));
        story.answer(481, "");
        assert_eq!(story.changes(), [if renew { "Refused again" } else { "Refused" }]);
        story.run(3);
        assert_eq!(story.world.is_silent(), !renew);
    }
}

#[test]
fn a_subscription_that_is_refused_at_once_again_and_again_is_not_a_storm() {
    let mut story = Story::begin(NewSubscription { renew: true, ..order() });
    for _ in 0..5 {
        story.cseq = 0;
        story.notify("terminated;reason=deactivated", "");
        story.world.inbox.clear();
        let lost = story.world.now;
        story.next_subscribe(Duration::from_secs(35));
        assert!(story.world.now.since(lost) >= Duration::from_secs(28));
    }
}

#[test]
fn orders_that_make_no_sense_are_refused() {
    let mut story = Story::active(order());
    for bad in [
        order(),
        NewSubscription { subscription: SubscriptionId(2), target: "a@b".into(), ..order() },
        NewSubscription { subscription: SubscriptionId(3), event: String::new(), ..order() },
    ] {
        let number = bad.subscription.0;
        story.world.command(story.anna, Command::Subscribe(Box::new(bad)));
        assert_eq!(story.world.phones[story.anna].changes(number), ["Invalid"]);
    }
    story.again(None, "refresh now");
    story.next_subscribe(Duration::from_secs(1));
    assert_eq!((story.expires(), story.subscribe.body()), (Some(600), "refresh now"));
    let nobody = Resubscription { subscription: SubscriptionId(9), ..Resubscription::default() };
    story.world.command(story.anna, Command::Resubscribe(Box::new(nobody)));
    assert_eq!(story.world.phones[story.anna].errors(), ["no_such_subscription"]);
}

#[test]
fn stopping_un_subscribes() {
    let mut story = Story::active(order());
    story.world.command(story.anna, Command::Stop);
    story.world.run_ms(200);
    story.next_subscribe(Duration::from_secs(1));
    assert_eq!(story.expires(), Some(0));
    assert_eq!(story.changes(), ["Unsubscribed"]);
    story.run(700);
    assert_eq!(story.world.phones[story.anna].softphone.poll_timeout(), None);
}
