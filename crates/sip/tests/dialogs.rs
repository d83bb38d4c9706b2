//! Dialogs from both ends (RFC 3261 §12): what they agree on, and that it survives being stored.

use headset_sip::dialog::State;
use headset_sip::{Dialog, Message, Method, Name, Request, Response, parse};
use proptest::prelude::*;

fn invite() -> Request {
    Request::build(Method::Invite, "sip:support@demo.example")
        .via("WS", "anna.invalid", "z9hG4bK1")
        .header(Name::From, "\"Anna\" <sip:anna@demo.example>;tag=a1")
        .header(Name::To, "<sip:support@demo.example>")
        .header(Name::CallId, "call")
        .header(Name::CSeq, "5 INVITE")
        .header(Name::Contact, "<sip:anna@anna.invalid;transport=ws>")
        .header(Name::RecordRoute, "<sip:near-anna.example;lr>")
        .header(Name::RecordRoute, "<sip:middle.example;lr>, <sip:near-op.example;lr>")
        .finish()
}

fn answer(status: u16, contact: &str) -> Response {
    Response::reply_to(&invite(), status, "Reason").to_tag("b2").header(Name::Contact, contact).finish()
}

fn both() -> (Dialog, Dialog) {
    let anna = Dialog::uac(&invite(), &answer(200, "<sip:op@op.invalid>")).expect("good");
    let op = Dialog::uas(&invite(), "b2", State::Confirmed).expect("good");
    (anna, op)
}

fn finish(builder: headset_sip::RequestBuilder) -> Request {
    builder.via("WS", "h.invalid", "z9hG4bKx").finish()
}

fn routes(request: &Request) -> Vec<&str> {
    request.values(Name::Route).collect()
}

#[test]
fn each_end_talks_to_the_other() {
    let (mut anna, mut op) = both();
    let bye = finish(anna.request(Method::Bye));
    assert_eq!(bye.uri(), "sip:op@op.invalid");
    // RFC 3261 §12.1.2: the caller's route is the Record-Route reversed; §12.1.1: the callee's is not.
    assert_eq!(
        routes(&bye),
        ["<sip:near-op.example;lr>", "<sip:middle.example;lr>", "<sip:near-anna.example;lr>"]
    );
    assert_eq!((bye.from_tag(), bye.to_tag(), bye.call_id()), (Some("a1"), Some("b2"), "call"));
    assert_eq!(bye.get(Name::CSeq), Some("6 BYE"));
    assert_eq!(bye.get(Name::From), Some("<sip:anna@demo.example>;tag=a1"));
    assert_eq!(bye.get(Name::To), Some("<sip:support@demo.example>;tag=b2"));
    assert!(op.matches_request(&bye));
    assert!(!anna.matches_request(&bye));
    assert_eq!(op.accepts(&bye), Ok(()));

    let info = finish(op.request(Method::Info));
    assert_eq!(info.uri(), "sip:anna@anna.invalid;transport=ws");
    assert_eq!(
        routes(&info),
        ["<sip:near-anna.example;lr>", "<sip:middle.example;lr>", "<sip:near-op.example;lr>"]
    );
    assert_eq!(info.get(Name::CSeq), Some("1 INFO"));
    assert!(anna.matches_request(&info));
    assert_eq!(anna.accepts(&info), Ok(()));
}

/// RFC 3261 §12: Call-ID and both tags.
#[test]
fn a_request_of_which_one_part_of_the_name_differs_belongs_to_another_dialog() {
    let (mut anna, op) = both();
    let bye = finish(anna.request(Method::Bye));
    for (own, other) in [("Call-ID: call", "Call-ID: other"), (";tag=a1", ";tag=a2"), (";tag=b2", ";tag=b3")]
    {
        let Ok(Message::Request(other)) = parse(bye.as_str().replace(own, other)) else {
            panic!("a request")
        };
        assert!(!op.matches_request(&other), "{own}");
    }
}

/// RFC 3261 §8.1.1.5
#[test]
fn numbers_stay_below_2_to_the_31() {
    let (mut anna, _) = both();
    anna.local_seq = u32::MAX - 1;
    for _ in 0..2 {
        assert_eq!(finish(anna.request(Method::Info)).get(Name::CSeq), Some("2147483647 INFO"));
    }
}

#[test]
fn the_ack_has_the_invites_number_and_leaves_the_count_alone() {
    let (mut anna, _) = both();
    let ack = finish(anna.ack(5));
    assert_eq!(ack.get(Name::CSeq), Some("5 ACK"));
    assert_eq!(finish(anna.request(Method::Invite)).get(Name::CSeq), Some("6 INVITE"));
}

#[test]
fn an_old_number_is_refused_and_an_acks_is_not_counted() {
    let (mut anna, mut op) = both();
    let first = finish(anna.request(Method::Info));
    let second = finish(anna.request(Method::Info));
    assert_eq!(op.accepts(&second), Ok(()));
    assert_eq!(op.accepts(&first).map_err(|refusal| refusal.status), Err(500));
    assert_eq!(op.accepts(&second).map_err(|refusal| refusal.status), Err(500));
    assert_eq!(op.accepts(&finish(anna.ack(5))), Ok(()));
    // A page that came back jumps ahead.
    anna.local_seq += 100;
    assert_eq!(op.accepts(&finish(anna.request(Method::Invite))), Ok(()));
    assert_eq!(op.remote_seq, Some(108));
}

#[test]
fn a_re_invite_moves_the_target_and_info_does_not() {
    let (mut anna, mut op) = both();
    let info = anna.request(Method::Info).header(Name::Contact, "<sip:elsewhere@x>");
    op.accepts(&finish(info)).expect("in order");
    assert_eq!(op.remote_target, "sip:anna@anna.invalid;transport=ws");
    let invite = anna.request(Method::Invite).header(Name::Contact, "<sip:anna@new.invalid>");
    op.accepts(&finish(invite)).expect("in order");
    assert_eq!(op.remote_target, "sip:anna@new.invalid");
    anna.refresh_target(&answer(200, "<sip:op@new.invalid>"));
    assert_eq!(finish(anna.request(Method::Bye)).uri(), "sip:op@new.invalid");
}

#[test]
fn ringing_makes_it_early_and_the_answer_confirms_it() {
    let mut anna = Dialog::uac(&invite(), &answer(180, "<sip:op@early.invalid>")).expect("good");
    assert_eq!((anna.state, anna.remote_target.as_str()), (State::Early, "sip:op@early.invalid"));
    let fewer = answer(200, "<sip:op@op.invalid>")
        .into_string()
        .replace("Record-Route: <sip:near-anna.example;lr>\r\n", "");
    let Ok(Message::Response(fewer)) = parse(fewer) else { panic!("a response") };
    anna.learn(&fewer).expect("good");
    assert_eq!((anna.state, anna.remote_target.as_str()), (State::Confirmed, "sip:op@op.invalid"));
    assert_eq!(anna.route_set.len(), 2, "RFC 3261 §13.2.2.4: the 2xx sets the route anew");
    anna.learn(&answer(200, "<sip:other@op.invalid>")).expect("ignored");
    assert_eq!(anna.remote_target, "sip:op@op.invalid");
}

#[test]
fn what_makes_no_dialog() {
    let tagless = Response::reply_to(&invite(), 180, "Ringing").finish();
    assert!(Dialog::uac(&invite(), &tagless).is_err());
    let no_contact = Response::reply_to(&invite(), 200, "OK").to_tag("b2").finish();
    assert!(Dialog::uac(&invite(), &no_contact).is_err());
    let bare = Request::build(Method::Invite, "sip:a@b").header(Name::CSeq, "1 INVITE").finish();
    assert!(Dialog::uas(&bare, "t", State::Early).is_err());
}

#[test]
fn many_ring_without_a_contact() {
    let bare = |status| Response::reply_to(&invite(), status, "Reason").to_tag("b2").finish();
    let mut anna = Dialog::uac(&invite(), &bare(180)).expect("good");
    assert_eq!(finish(anna.request(Method::Prack)).uri(), "sip:support@demo.example", "whom we called");
    anna.learn(&answer(183, "<sip:op@early.invalid>")).expect("good");
    anna.learn(&bare(180)).expect("good");
    assert_eq!(finish(anna.request(Method::Prack)).uri(), "sip:op@early.invalid", "what was told stays");
    anna.learn(&bare(200)).expect("good");
    assert_eq!((anna.state, &*anna.remote_target), (State::Confirmed, "sip:op@early.invalid"));
}

#[test]
fn a_strict_router_gets_what_it_needs() {
    let (mut anna, _) = both();
    anna.route_set = vec!["<sip:strict.example;x=1>".into(), "<sip:loose.example;lr>".into()];
    let bye = finish(anna.request(Method::Bye));
    // RFC 3261 §12.2.1.1.
    assert_eq!(bye.uri(), "sip:strict.example;x=1");
    assert_eq!(routes(&bye), ["<sip:loose.example;lr>", "<sip:op@op.invalid>"]);
}

fn stored(dialog: &Dialog) -> String {
    let mut text = String::new();
    dialog.encode(&mut text);
    text
}

#[test]
fn what_was_stored_comes_back() {
    let (anna, op) = both();
    for dialog in [anna, op] {
        assert_eq!(Dialog::decode(&stored(&dialog)), Ok(dialog));
    }
    let (anna, _) = both();
    let text = stored(&anna);
    assert!(text.starts_with("dialog 1\n"), "the version comes first");
    assert_eq!(Dialog::decode(&(text.clone() + "\nlater thing")), Ok(anna));
    for broken in [
        text.replace("dialog 1", "dialog 2"),
        text.replace("local-seq 5", "local-seq many"),
        text.replace("state confirmed", "state odd"),
        text.replace("call-id call\n", ""),
        text.replace("call-id call", "call-id"),
        String::new(),
    ] {
        assert!(Dialog::decode(&broken).is_err(), "{broken}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_dialog_comes_back(
        texts in prop::collection::vec("[^\r\n\0]{0,12}", 6), seq in any::<u32>(), remote in any::<Option<u32>>(),
        routes in prop::collection::vec("[^\r\n\0]{0,12}", 0..3), early: bool,
    ) {
        let text = |index: usize| texts[index].clone();
        let dialog = Dialog {
            call_id: text(0), local_tag: text(1), remote_tag: text(2), local_seq: seq, remote_seq: remote,
            local_uri: text(3), remote_uri: text(4), remote_target: text(5), route_set: routes,
            state: if early { State::Early } else { State::Confirmed },
        };
        prop_assert_eq!(Dialog::decode(&stored(&dialog)), Ok(dialog));
    }
}
