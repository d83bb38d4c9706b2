use super::*;
use crate::Method;

/// RFC 2617 §3.5 as a SIP server would have sent it.
const CHALLENGE: &str = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;

fn answer(challenge: &str) -> String {
    let challenge = Challenge::parse(challenge).expect("good");
    let get = Method::new("GET");
    respond(&challenge, "Mufasa", "Circle Of Life", &get, "/dir/index.html", 1, "0a4f113b")
}

#[test]
fn the_rfcs_own_example() {
    let answer = answer(CHALLENGE);
    assert!(answer.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{answer}");
    assert!(answer.contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), "{answer}");
    assert!(answer.contains("qop=auth, nc=00000001"), "{answer}");
}

#[test]
fn without_qop_as_in_rfc_2069_and_with_sess() {
    let old = answer(r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#);
    // MD5(MD5(user:realm:password):nonce:MD5(method:uri)), computed with another implementation.
    assert!(old.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""), "{old}");
    assert!(!old.contains("qop") && !old.contains("cnonce"), "{old}");
    let session = answer(&CHALLENGE.replace("realm=", "algorithm=md5-SESS, realm="));
    assert!(session.contains("algorithm=MD5-sess"), "{session}");
    let read = Authorization::parse(&session).expect("own");
    assert!(read.verify(&Method::new("GET"), "Circle Of Life"));
}

#[test]
fn the_server_believes_only_the_right_answer() {
    let answer = answer(CHALLENGE);
    let read = Authorization::parse(&answer).expect("own");
    let get = Method::new("GET");
    assert_eq!((read.username.as_str(), read.realm.as_str()), ("Mufasa", "testrealm@host.com"));
    assert_eq!((read.nonce_count(), read.uri.as_str()), (Some(1), "/dir/index.html"));
    assert!(read.verify(&get, "Circle Of Life"));
    assert!(!read.verify(&get, "circle of life"));
    assert!(!read.verify(&Method::Register, "Circle Of Life"));
    for (from, to) in [("Mufasa", "Simba"), ("dcd9", "dcd8"), ("=00000001", "=00000002"), ("index", "other")]
    {
        let read = Authorization::parse(&answer.replace(from, to)).expect("readable");
        assert!(!read.verify(&get, "Circle Of Life"), "{from} became {to}");
    }
    for length in [0, 31] {
        let short = ["response=\"", &"6629fae49393a05397450978507c4ef1"[..length], "\""].concat();
        let text = answer.replace("response=\"6629fae49393a05397450978507c4ef1\"", &short);
        assert!(!Authorization::parse(&text).expect("readable").verify(&get, "Circle Of Life"));
    }
}

#[test]
fn quotes_in_names_go_both_ways() {
    let challenge =
        Challenge { realm: r#"a "b" \c"#.into(), nonce: "n".into(), qop_auth: true, ..Challenge::default() };
    assert_eq!(Challenge::parse(&alloc::string::ToString::to_string(&challenge)), Ok(challenge.clone()));
    let value = respond(&challenge, r#"1700000000:an"na"#, "p", &Method::Register, "sip:d", 0xabc, "c");
    let read = Authorization::parse(&value).expect("own");
    assert_eq!((read.username.as_str(), read.nonce_count()), (r#"1700000000:an"na"#, Some(0xabc)));
    assert!(read.verify(&Method::Register, "p"));
}

#[test]
fn challenges_that_cannot_be_answered_are_passed_over() {
    let values = [
        "Basic realm=\"x\"",
        r#"Digest realm="x", nonce="1", algorithm=SHA-512, qop="auth""#,
        r#"Digest realm="x", nonce="2", qop="auth-conf""#,
        r#"Digest realm="x", qop="auth""#,
        r#"DIGEST realm="x", nonce="3", stale=TRUE, algorithm=MD5, qop=auth"#,
        CHALLENGE,
    ];
    let best = Challenge::best_of(values.into_iter()).expect("one can be");
    assert_eq!((best.nonce.as_str(), best.stale, best.qop_auth), ("3", true, true));
    assert_eq!(Challenge::best_of(values[..4].iter().copied()), None);
}

#[test]
fn the_strongest_of_each_realm_is_answered() {
    let values = [
        r#"Digest realm="a", nonce="1", algorithm=MD5"#,
        r#"Digest realm="b", nonce="2", algorithm=SHA-512-256"#,
        r#"Digest realm="a", nonce="3", algorithm=SHA-256"#,
        r#"Digest realm="a", nonce="4", algorithm=SHA-256"#,
        r#"Digest realm="b", nonce="5", algorithm=MD5"#,
    ];
    let nonces = |best: alloc::vec::Vec<Challenge>| -> alloc::vec::Vec<String> {
        best.into_iter().map(|challenge| challenge.nonce).collect()
    };
    assert_eq!(nonces(Challenge::best_of_each(values.into_iter())), ["3", "2"]);
    assert_eq!(Challenge::best_of(values.into_iter()).expect("one").nonce, "3", "the first realm's");
}

#[test]
fn rfc_7616s_own_examples() {
    // §3.9.1.
    let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    let challenge = |algorithm: &str| {
        let text = [
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=",
            algorithm,
            ", nonce=\"",
            nonce,
            "\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
        ];
        Challenge::parse(&text.concat()).expect("good")
    };
    let get = Method::new("GET");
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let answer =
            respond(&challenge(algorithm), "Mufasa", "Circle of Life", &get, "/dir/index.html", 1, cnonce);
        assert!(answer.contains(&["response=\"", response, "\""].concat()), "{answer}");
    }
    // §3.9.2: the name hashed, by SHA-512/256. What the RFC prints is of another hash (erratum 4897); this was computed
    // with another implementation.
    let text = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
        nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", userhash=true";
    let name = "J\u{e4}s\u{f8}n Doe";
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm";
    let challenge = Challenge::parse(text).expect("good");
    let answer = respond(&challenge, name, "Secret, or not?", &get, "/doe.json", 1, cnonce);
    for part in [
        "username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\"",
        "response=\"7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c\"",
        "userhash=true",
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
}

#[test]
fn every_algorithm_and_quality_is_believed_by_the_server() {
    let request = crate::Request::build(Method::Message, "sip:b@d").body("text/plain", "hello").finish();
    let changed = crate::Request::build(Method::Message, "sip:b@d").body("text/plain", "hullo").finish();
    for algorithm in Algorithm::ALL {
        for (qop_auth, qop_auth_int) in [(true, false), (true, true), (false, true), (false, false)] {
            let challenge = Challenge {
                realm: "d".into(),
                nonce: "n".into(),
                algorithm: *algorithm,
                qop_auth,
                qop_auth_int,
                ..Challenge::default()
            };
            let ha1 = algorithm.ha1("anna", "d", "p");
            let answer = Answer {
                username: "anna",
                secret: Secret::Ha1(&ha1),
                method: request.method(),
                uri: request.uri(),
                body: request.body(),
                nc: 2,
                cnonce: "c",
            };
            let text = challenge.answer(&answer);
            let read = Authorization::parse(&text).expect("own");
            assert!(read.verify_request(&request, Secret::Password("p")), "{text}");
            assert!(!read.verify_request(&request, Secret::Password("q")), "{text}");
            let covers_the_body = qop_auth_int && !qop_auth;
            assert_eq!(read.verify_request(&changed, Secret::Ha1(&ha1)), !covers_the_body, "{text}");
            assert_eq!(read.nonce_count(), (qop_auth || qop_auth_int).then_some(2));
            let shown = alloc::string::ToString::to_string(&challenge);
            assert_eq!(Challenge::parse(&shown), Ok(challenge));
        }
    }
}

#[test]
fn the_next_nonce_is_told_beforehand() {
    assert_eq!(Challenge::next_nonce("qop=auth, nextnonce=\"x, y\", nc=00000001").as_deref(), Some("x, y"));
    assert_eq!(Challenge::next_nonce("rspauth=\"1\""), None);
}

#[test]
fn answers_with_parts_missing_are_no_answers() {
    let whole = answer(CHALLENGE);
    assert!(Authorization::parse(&whole).is_ok());
    for part in ["username", "realm", "nonce", "uri", "response", "cnonce", "nc"] {
        let without = whole.replace(&[" ", part, "="].concat(), " x=");
        assert!(Authorization::parse(&without).is_err(), "{without}");
    }
    assert!(Authorization::parse(&whole.replace("nc=00000001", "nc=+1")).is_err());
    assert!(Authorization::parse(&whole.replace("qop=auth", "qop=auth-conf")).is_err());
}
