//! What the messages of RFC 4475 and RFC 5118 say, read from the folder that HEADSET_TORTURE_DIR names. What becomes of each
//! is in the softphone's `torture.rs`.

use headset_sip::digest::Authorization;
use headset_sip::message::{Name, parse_bytes};
use headset_sip::{Message, Request};
use std::path::PathBuf;

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
    let parts = folder.request("mpart01");
    assert!(parts.content_is("multipart/mixed") && parts.body().contains("Hello") && parts.sdp().is_empty());
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
