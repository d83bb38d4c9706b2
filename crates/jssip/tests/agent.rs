//! The user agent by its texts: what the page's suite does not tell, and inputs in no order at all.

use headset_jssip::Agent;
use headset_sip::Entropy;

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const BOB: &str = "Contact: <sip:bob@192.0.2.9;transport=ws>\r\n";

/// A user agent, connected, and the time.
struct World {
    agent: Agent,
    now: f64,
}

impl World {
    fn new() -> World {
        let seed = ["1"; 8].join("\x1f");
        let account = [
            "sip:alice@example.com",
            "",
            "alice",
            "secret",
            "",
            "",
            "",
            "sip:here@host.invalid;transport=ws",
            "host.invalid",
            "8f1fa16a-1165-4a96-8341-785b1ef24f12",
            "sip:example.com",
            "600",
            "abcde",
            "Test",
            "",
            "1",
            "",
            "",
            "60",
            "",
            "INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY,SUBSCRIBE",
        ];
        let mut world = World { agent: Agent::new(&seed, &account.join("\x1f")), now: 1_000.0 };
        world.tell(&["connected", "WSS", "sip:sip.example.com;transport=ws"]);
        world
    }

    fn tell(&mut self, fields: &[&str]) -> String {
        self.agent.input(self.now, &fields.join("\x1f"))
    }

    fn pass(&mut self, milliseconds: f64) {
        let end = self.now + milliseconds;
        while self.agent.timeout() <= end {
            self.now = self.now.max(self.agent.timeout());
            self.tell(&["tick"]);
        }
        self.now = end;
    }

    /// What happened since it was last asked, each in its fields.
    fn events(&mut self) -> Vec<Vec<String>> {
        let events = std::iter::from_fn(|| Some(self.agent.poll()).filter(|event| !event.is_empty()));
        events.map(|event| event.split('\x1f').map(String::from).collect()).collect()
    }

    /// What was sent since it was last asked.
    fn sent(&mut self) -> Vec<String> {
        self.events().into_iter().filter(|event| event[0] == "send").map(|event| event[1].clone()).collect()
    }

    fn draft(&mut self, fields: &[&str]) -> String {
        let draft = self.tell(fields);
        draft.split_once('\x1f').expect("a handle and a text").0.into()
    }

    /// We call Bob; gives the call and the INVITE.
    fn call(&mut self) -> (String, String) {
        let call = self.draft(&["call", "sip:bob@example.com", "", "", "", "90"]);
        self.tell(&["invite", &call, "", SDP]);
        let invite = self.sent().pop().expect("an INVITE");
        (call, invite)
    }

    fn receive(&mut self, text: &str) {
        self.tell(&["received", text]);
    }
}

/// Answers a request of ours.
fn answer(request: &str, status: &str, tag: &str, headers: &str, body: &str) -> String {
    let mut lines = format!("SIP/2.0 {status}\r\n");
    for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        if matches!(name, "Via" | "From" | "To" | "Call-ID" | "CSeq") {
            lines += line;
            let is_untagged = name == "To" && !line.contains(";tag=");
            lines += &if is_untagged { format!(";tag={tag}\r\n") } else { String::from("\r\n") };
        }
    }
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!("{lines}{headers}{kind}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default()
}

fn methods(texts: &[String]) -> Vec<&str> {
    texts.iter().filter_map(|text| text.split(' ').next()).collect()
}

#[test]
fn nobody_is_left_in_a_call_that_was_given_up_as_it_was_answered() {
    let mut world = World::new();
    let (call, invite) = world.call();
    world.receive(&answer(&invite, "180 Ringing", "there", BOB, ""));
    world.receive(&answer(&invite, "200 OK", "there", BOB, SDP));
    // The page is still applying the answer.
    world.tell(&["end", &call, "0", "", "Canceled", "local", "", ""]);
    assert_eq!(methods(&world.sent()), ["ACK", "BYE"]);
    world.tell(&["applied", &call]);
    assert!(world.events().is_empty());
}

#[test]
fn every_fork_that_answers_late_hears_bye_once() {
    let mut world = World::new();
    let (call, invite) = world.call();
    world.receive(&answer(&invite, "200 OK", "one", BOB, SDP));
    world.tell(&["applied", &call]);
    world.events();
    for _ in 0..2 {
        world.receive(&answer(&invite, "200 OK", "two", BOB, SDP));
    }
    assert_eq!(methods(&world.sent()), ["ACK", "BYE", "ACK"]);
}

#[test]
fn what_comes_while_an_early_answer_is_applied_waits_for_it() {
    let mut world = World::new();
    let (call, invite) = world.call();
    world.receive(&answer(&invite, "183 Session Progress", "one", BOB, SDP));
    world.receive(&answer(&invite, "486 Busy Here", "one", "", ""));
    let kinds = |events: Vec<Vec<String>>| -> Vec<String> {
        let is_news = |event: &Vec<String>| event[0] != "send" && event[0] != "transaction";
        events.into_iter().filter(is_news).map(|event| event[0].clone()).collect()
    };
    assert_eq!(kinds(world.events()), ["answer"]);
    world.tell(&["applied", &call]);
    assert_eq!(kinds(world.events()), ["progress", "ended"]);
}

#[test]
fn a_notify_may_overtake_the_answer_to_its_subscribe() {
    let mut world = World::new();
    let handle = world.draft(&["request", "SUBSCRIBE", "0", "sip:bob@example.com"]);
    world.tell(&["send", &handle, "Event: presence\x1eContact: <sip:here@host.invalid>", ""]);
    let subscribe = world.sent().pop().expect("a SUBSCRIBE");
    let notify = format!(
        "NOTIFY sip:here@host.invalid SIP/2.0\r\nVia: SIP/2.0/WSS b;branch=z9hG4bKn\r\nFrom: {};tag=there\r\nTo: {}\r\n\
         Call-ID: {}\r\nCSeq: 1 NOTIFY\r\n{BOB}Event: presence\r\nSubscription-State: active\r\nContent-Length: 0\r\n\r\n",
        header(&subscribe, "To"),
        header(&subscribe, "From"),
        header(&subscribe, "Call-ID"),
    );
    world.receive(&notify);
    let request = world.events().into_iter().find(|event| event[0] == "request").expect("it is the page's");
    assert_eq!(request[2], handle, "in the subscription's dialog");
    world.receive(&answer(&subscribe, "200 OK", "there", BOB, ""));
    world.events();
    let again = world.draft(&["request", "SUBSCRIBE", &handle]);
    world.tell(&["send", &again, "", ""]);
    let again = world.sent().pop().expect("a refresh");
    assert!(again.starts_with("SUBSCRIBE sip:bob@192.0.2.9;transport=ws SIP/2.0\r\n"), "{again}");
    let number = |text: &str| header(text, "CSeq").split(' ').next().and_then(|n| n.parse::<u32>().ok());
    assert!(number(&again) > number(&subscribe));
    world.receive(
        &notify.replace("1 NOTIFY", "2 NOTIFY").replace("active", "terminated").replace("4bKn", "4bKm"),
    );
    let last = world.events().into_iter().find(|event| event[0] == "request").expect("it is the page's");
    world.tell(&["reply", &last[1], "200", "OK", "", "", ""]);
    assert!(format!("{:?}", world.agent).contains("dialogs: []"), "the subscription is over");
}

#[test]
fn a_call_outlives_its_connection_and_ends_over_the_next() {
    let mut world = World::new();
    let (call, invite) = world.call();
    world.receive(&answer(&invite, "200 OK", "one", BOB, SDP));
    world.tell(&["applied", &call]);
    world.tell(&["disconnected"]);
    assert!(world.events().iter().all(|event| event[0] != "ended"));
    world.tell(&["connected", "WSS", "sip:sip.example.com;transport=ws"]);
    world.tell(&["end", &call, "0", "", "Terminated", "local", "", ""]);
    assert_eq!(methods(&world.sent()), ["BYE"]);
}

/// A call of ours that is up, and a re-INVITE of theirs in it; gives the call and the re-INVITE's handle.
fn reinvited(world: &mut World) -> (String, String) {
    let (call, invite) = world.call();
    world.receive(&answer(&invite, "200 OK", "there", BOB, SDP));
    world.tell(&["applied", &call]);
    world.events();
    let text = format!(
        "INVITE sip:here@host.invalid SIP/2.0\r\nVia: SIP/2.0/WSS b;branch=z9hG4bKr\r\nFrom: {};tag=there\r\nTo: {}\r\n\
         Call-ID: {}\r\nCSeq: 1 INVITE\r\n{BOB}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}",
        header(&invite, "To"),
        header(&invite, "From"),
        header(&invite, "Call-ID"),
        SDP.len()
    );
    world.receive(&text);
    let offer = world.events().into_iter().find(|event| event[0] == "reoffered").expect("their offer");
    (call, offer[2].clone())
}

#[test]
fn an_offer_of_theirs_that_is_lost_with_the_connection_is_in_nobodys_way() {
    let mut world = World::new();
    let (call, _) = reinvited(&mut world);
    assert_eq!(world.tell(&["offering", &call]), "1");
    world.tell(&["disconnected"]);
    world.tell(&["connected", "WSS", "sip:sip.example.com;transport=ws"]);
    assert_eq!(world.tell(&["offering", &call]), "");
    world.events();
    world.tell(&["offer", &call, "INVITE", "", SDP]);
    assert_eq!(methods(&world.sent()), ["INVITE"]);
}

#[test]
fn a_call_whose_reinvite_is_never_acknowledged_is_ended() {
    let mut world = World::new();
    let (call, offer) = reinvited(&mut world);
    world.tell(&["reply", &offer, "200", "OK", "", "", "1", SDP]);
    world.events();
    world.pass(33_000.0);
    let events = world.events();
    let ended = events.iter().find(|event| event[0] == "ended").expect("it is over");
    assert_eq!(ended[1..5], [&*call, "", "remote", "No ACK"]);
    assert!(events.iter().any(|event| event[0] == "send" && event[1].starts_with("BYE ")));
}

#[test]
fn header_lines_of_the_application_cannot_begin_another_message() {
    let mut world = World::new();
    let handle = world.draft(&["request", "MESSAGE", "0", "sip:bob@example.com"]);
    world.tell(&["send", &handle, "X-Own: a\r\nVia: SIP/2.0/WSS evil\r\n\r\nBYE", "1", "hi"]);
    let message = world.sent().pop().expect("a MESSAGE");
    assert_eq!(message.lines().filter(|line| line.starts_with("Via:")).count(), 1);
    assert!(message.ends_with("Content-Length: 2\r\n\r\nhi"), "{message}");
}

/// Whatever comes in whatever order: nothing panics, a call ends once, and nothing is kept of what is over.
#[test]
fn inputs_in_no_order() {
    let mut established = 0;
    for seed in 0..60 {
        let mut entropy = Entropy::new([seed; 32]);
        let mut world = World::new();
        let mut calls: Vec<String> = Vec::new();
        let mut ended: Vec<String> = Vec::new();
        let mut requests: Vec<String> = Vec::new();
        for step in 0..400_u32 {
            let any = |entropy: &mut Entropy, list: &[String]| -> String {
                // One of the last, mostly: what is over is of little interest.
                let least =
                    if entropy.next_u32().is_multiple_of(8) { 0 } else { list.len().saturating_sub(3) };
                let at = entropy.next_u32() as usize % (list.len() - least).max(1);
                list.get(least + at).cloned().unwrap_or_default()
            };
            let call = any(&mut entropy, &calls);
            let request = any(&mut entropy, &requests);
            match entropy.next_u32() % 17 {
                0 => calls.push(world.draft(&["call", "sip:bob@example.com", "", "", "", "90"])),
                1 => drop(world.tell(&["invite", &call, "", SDP])),
                2 => drop(world.tell(&["applied", &call])),
                3 => drop(world.tell(&["notApplied", &call, "488", "Bad Media Description"])),
                4 => drop(world.tell(&["end", &call, "0", "", "Terminated", "local", "", ""])),
                5 => drop(world.tell(&["offer", &call, "INVITE", "", SDP])),
                6 => drop(world.tell(&["offer", &call, "UPDATE", "", SDP])),
                7 => drop(world.tell(&["accept", &call, "", "90", SDP])),
                8 => drop(world.tell(&["ring", &call, ""])),
                9 => drop(world.tell(&["register", "", "", ""])),
                10 => world.pass(f64::from(entropy.next_u32() % if step % 7 == 0 { 90_000 } else { 900 })),
                11 if step % 5 == 0 => {
                    world.tell(&["disconnected"]);
                    world.tell(&["connected", "WSS", "sip:sip.example.com"]);
                }
                12 => {
                    let invite = format!(
                        "INVITE sip:here@host.invalid SIP/2.0\r\nVia: SIP/2.0/WSS b;branch=z9hG4bK{step}\r\n\
                         From: <sip:bob@example.com>;tag=f{step}\r\nTo: <sip:alice@example.com>\r\nCall-ID: c{step}\r\n\
                         CSeq: 1 INVITE\r\n{BOB}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{SDP}",
                        SDP.len()
                    );
                    world.receive(&invite);
                }
                _ if !request.is_empty() => {
                    let statuses = [
                        "100 Trying",
                        "180 Ringing",
                        "183 Progress",
                        "200 OK",
                        "404 No",
                        "481 No",
                        "491 Wait",
                    ];
                    let status = statuses[entropy.next_u32() as usize % statuses.len()];
                    let body = if entropy.next_u32().is_multiple_of(2) { SDP } else { "" };
                    let tag = ["one", "two"][entropy.next_u32() as usize % 2];
                    if request.starts_with("SIP/2.0") {
                        let ack = request.replacen("SIP/2.0 ", "ACK sip:here@host.invalid SIP/2.0\r\nX: ", 1);
                        world.receive(&ack.replace("1 INVITE", "1 ACK"));
                    } else {
                        world.receive(&answer(&request, status, tag, BOB, body));
                    }
                }
                _ => {}
            }
            for event in world.events() {
                match event[0].as_str() {
                    "send" => requests.push(event[1].clone()),
                    "answered" | "acknowledged" => established += 1,
                    "incoming" => calls.push(event[1].clone()),
                    "ended" => {
                        assert!(!ended.contains(&event[1]), "call {} ended twice", event[1]);
                        ended.push(event[1].clone());
                    }
                    _ => {}
                }
            }
        }
        for call in &calls {
            world.tell(&["end", call, "0", "", "Terminated", "local", "", ""]);
        }
        world.tell(&["unregister", "", "", "", ""]);
        world.pass(200_000.0);
        world.tell(&["disconnected"]);
        world.pass(200_000.0);
        world.events();
        assert_eq!(world.tell(&["busy"]), "", "seed {seed}: a transaction is left");
        assert!(world.agent.timeout().is_infinite(), "seed {seed}: a timer is left");
        let kept = format!("{:?}", world.agent);
        for list in ["calls", "sent", "asked", "announced"] {
            assert!(kept.contains(&format!("{list}: []")), "seed {seed}: {list} are left in {kept}");
        }
    }
    assert!(established > 100, "{established} calls were established");
}
