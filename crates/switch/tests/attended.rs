//! Attended transfers: the caller of one call and the colleague of another are left to each other.
#![allow(clippy::unwrap_used)]

mod support;

use headset_sip::{Dialog, Message, Method, Name, Request};
use headset_switch::{Command, Report, Side};
use support::{ANSWER, Client, DOMAIN, OFFER, Talk, World, arrived, offer, talk};

const SDP: &str = "application/sdp";
/// What Boris's page offers from a new peer connection.
const RENEWED: &str =
    "v=0\r\no=- 3 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";

/// Anna talks with a guest, and with Boris in a call of her own.
struct Story {
    world: World,
    anna: Client,
    boris: Client,
    guest: Client,
    first: String,
    second: String,
    anna_guest: Dialog,
    anna_boris: Dialog,
    boris_anna: Dialog,
    guest_anna: Dialog,
}

impl Story {
    fn new() -> Self {
        let mut world = World::new();
        let Talk { id: first, caller: guest, callee: mut anna, caller_dialog, callee_dialog } =
            talk(&mut world);
        let boris = Client::registered(&mut world, "boris");
        let invite = anna.call(&mut world, "boris");
        let second = arrived(&mut world);
        offer(&mut world, &second, "boris");
        let ringing = world.request(boris.connection, Method::Invite);
        let boris_anna = boris.answer(&mut world, &ringing);
        let ok = world.response(anna.connection, 200);
        let anna_boris = anna.confirm(&mut world, &invite, &ok);
        world.all_reports();
        Self {
            world,
            anna,
            boris,
            guest,
            first,
            second,
            anna_guest: callee_dialog,
            anna_boris,
            boris_anna,
            guest_anna: caller_dialog,
        }
    }

    /// Anna asks to leave them to each other.
    fn refer(&mut self) {
        let Dialog { call_id, local_tag, remote_tag, .. } = &self.anna_boris;
        let to = format!(
            "<sip:boris@{DOMAIN}?Replaces={call_id}%3Bto-tag%3D{remote_tag}%3Bfrom-tag%3D{local_tag}>"
        );
        self.anna.refer(&mut self.world, &mut self.anna_guest, &to, &[]);
        self.world.response(self.anna.connection, 202);
        self.notified(100);
        let asked = Report::TransferAsked {
            call: self.first.clone(),
            by: Side::Callee,
            target: "boris".into(),
            with: Some(self.second.clone()),
        };
        assert_eq!(self.world.report(), asked);
    }

    fn join(&mut self) -> Request {
        self.world.command(Command::Join { call: self.first.clone() });
        self.world.request(self.boris.connection, Method::Invite)
    }

    fn notified(&mut self, status: u16) {
        self.anna.notified(&mut self.world, status);
    }

    fn accept(&mut self, at: Place, invite: &Request, body: &str) {
        let client = if at == Place::Boris { &self.boris } else { &self.guest };
        client.send_ok_with(&mut self.world, invite, body);
    }

    fn refuse(&mut self, at: Place, invite: &Request) {
        let client = if at == Place::Boris { &self.boris } else { &self.guest };
        client.refuse(&mut self.world, invite, 488, "Not Acceptable Here");
    }

    /// Keys from one end arrive at the other.
    fn connected(&mut self, from: Place, to: Place) {
        let (client, dialog) = match from {
            Place::Boris => (&self.boris, &mut self.boris_anna),
            Place::Guest => (&self.guest, &mut self.guest_anna),
            Place::Anna => (&self.anna, &mut self.anna_guest),
            Place::AnnaToBoris => (&self.anna, &mut self.anna_boris),
        };
        let other = match to {
            Place::Boris => &self.boris,
            Place::Guest => &self.guest,
            Place::Anna | Place::AnnaToBoris => &self.anna,
        };
        client.key_reaches(&mut self.world, dialog, other);
    }

    fn both_calls_are_as_they_were(&mut self) {
        self.connected(Place::Anna, Place::Guest);
        self.connected(Place::AnnaToBoris, Place::Boris);
        self.world.no_report();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anna,
    AnnaToBoris,
    Boris,
    Guest,
}

#[test]
fn the_colleague_offers_anew_the_caller_answers_and_both_of_the_first_ones_legs_end() {
    let mut story = Story::new();
    story.refer();
    let renew = story.join();
    assert_eq!((renew.body(), renew.get_named("X-Headset-Media")), ("", Some("renew")));
    assert_eq!(renew.get_named("X-Headset-Call"), Some(&*story.first));
    assert_eq!(renew.get(Name::PAssertedIdentity), Some(&*format!("<sip:79991234567@{DOMAIN}>")));
    story.accept(Place::Boris, &renew, RENEWED);
    let invite = story.world.request(story.guest.connection, Method::Invite);
    assert_eq!(invite.body(), RENEWED);
    story.accept(Place::Guest, &invite, ANSWER);
    story.world.request(story.guest.connection, Method::Ack);
    let ack = story.world.request(story.boris.connection, Method::Ack);
    assert_eq!((ack.body(), ack.cseq().unwrap().number), (ANSWER, renew.cseq().unwrap().number));

    // The NOTIFY comes before the BYE in its dialog; the consultation's BYE may come in between.
    let mut seen = Vec::new();
    while let Some(Message::Request(request)) = story.world.next(story.anna.connection) {
        let own = request.call_id() == story.anna_guest.call_id;
        seen.push((own, request.method().as_str().to_owned()));
        story.anna.reply(&mut story.world, &request, 200, "OK");
    }
    seen.sort();
    assert_eq!(seen, [(false, "BYE".into()), (true, "BYE".into()), (true, "NOTIFY".into())]);
    assert_eq!(
        story.world.all_reports(),
        [
            Report::Transferred { call: story.first.clone(), by: Side::Callee, to: "boris".into() },
            Report::CallEnded { call: story.second.clone(), by: Side::System },
        ]
    );
    story.connected(Place::Guest, Place::Boris);
    story.connected(Place::Boris, Place::Guest);
    story.boris.hang_up(&mut story.world, &mut story.boris_anna);
    story.world.request(story.guest.connection, Method::Bye);
    assert_eq!(story.world.all_reports(), [Report::CallEnded { call: story.first, by: Side::Callee }]);
}

#[test]
fn one_who_asks_and_hangs_up_both_at_once_leaves_them_to_each_other_all_the_same() {
    let mut story = Story::new();
    story.refer();
    story.anna.ask(&mut story.world, &mut story.anna_boris, Method::Bye, None);
    story.anna.ask(&mut story.world, &mut story.anna_guest, Method::Bye, None);
    story.world.response(story.anna.connection, 200);
    story.world.response(story.anna.connection, 200);
    assert_eq!(
        story.world.all_reports(),
        [
            Report::PartyLeft { call: story.second.clone(), by: Side::Caller },
            Report::PartyLeft { call: story.first.clone(), by: Side::Callee },
        ]
    );
    let renew = story.join();
    story.accept(Place::Boris, &renew, RENEWED);
    let invite = story.world.request(story.guest.connection, Method::Invite);
    story.accept(Place::Guest, &invite, ANSWER);
    story.world.request(story.guest.connection, Method::Ack);
    story.world.request(story.boris.connection, Method::Ack);
    assert_eq!(story.world.all_reports().len(), 2);
    story.world.nothing(story.anna.connection);
    story.connected(Place::Guest, Place::Boris);
}

#[test]
fn a_refusal_of_either_leaves_both_calls_as_they_were() {
    for refuses in [Place::Boris, Place::Guest] {
        let mut story = Story::new();
        story.refer();
        let renew = story.join();
        if refuses == Place::Boris {
            story.refuse(Place::Boris, &renew);
        } else {
            story.accept(Place::Boris, &renew, RENEWED);
            let invite = story.world.request(story.guest.connection, Method::Invite);
            story.refuse(Place::Guest, &invite);
            // An ACK without an answer: the page goes back to the peer connection that it had.
            assert_eq!(story.world.request(story.boris.connection, Method::Ack).body(), "");
        }
        let reason = "Not Acceptable Here";
        let failed = Report::TransferFailed { call: story.first.clone(), status: 488, reason: reason.into() };
        assert_eq!(story.world.all_reports(), [failed]);
        story.world.end_transfer(&story.first, 488, reason);
        story.notified(488);
        story.both_calls_are_as_they_were();
        // And it may be tried again.
        story.refer();
        story.join();
    }
}

#[test]
fn what_the_floor_does_not_allow_changes_nothing() {
    let mut story = Story::new();
    story.refer();
    story.world.end_transfer(&story.first, 403, "Guests may not transfer");
    story.notified(403);
    story.both_calls_are_as_they_were();
}

#[test]
fn a_colleague_who_hangs_up_meanwhile_ends_the_consultation_alone() {
    for joining in [false, true] {
        let mut story = Story::new();
        story.refer();
        if joining {
            story.join();
        }
        story.boris.hang_up(&mut story.world, &mut story.boris_anna);
        let bye = story.world.request(story.anna.connection, Method::Bye);
        assert_eq!(bye.call_id(), story.anna_boris.call_id);
        let reports = story.world.all_reports();
        let ended = Report::CallEnded { call: story.second.clone(), by: Side::Callee };
        let failed = |report: &Report| matches!(report, Report::TransferFailed { status: 480, .. });
        assert!(reports.contains(&ended) && reports.iter().any(failed), "{reports:?}");
        story.world.end_transfer(&story.first, 480, "The consultation has ended");
        story.notified(480);
        story.connected(Place::Anna, Place::Guest);
    }
}

#[test]
fn a_caller_who_hangs_up_meanwhile_leaves_the_two_to_each_other() {
    let mut story = Story::new();
    story.refer();
    let renew = story.join();
    story.accept(Place::Boris, &renew, RENEWED);
    story.world.request(story.guest.connection, Method::Invite);
    story.guest.hang_up(&mut story.world, &mut story.guest_anna);
    assert_eq!(story.world.request(story.boris.connection, Method::Ack).body(), "");
    story.notified(487);
    assert_eq!(story.world.request(story.anna.connection, Method::Bye).call_id(), story.anna_guest.call_id);
    assert_eq!(
        story.world.all_reports(),
        [Report::CallEnded { call: story.first.clone(), by: Side::Caller }]
    );
    story.connected(Place::AnnaToBoris, Place::Boris);
}

#[test]
fn somebody_elses_dialog_cannot_be_taken() {
    let mut story = Story::new();
    // Boris names the guest's dialog: he knows its tags, and it is not his.
    let Dialog { call_id, local_tag, remote_tag, .. } = &story.guest_anna;
    let to = format!("<sip:x@{DOMAIN}?Replaces={call_id}%3Bto-tag%3D{remote_tag}%3Bfrom-tag%3D{local_tag}>");
    story.boris.refer(&mut story.world, &mut story.boris_anna, &to, &[]);
    story.world.response(story.boris.connection, 202);
    for status in [100, 481] {
        story.boris.notified(&mut story.world, status);
    }
    story.both_calls_are_as_they_were();
}

#[test]
fn an_offer_in_either_call_while_they_are_joined_is_glare() {
    let mut story = Story::new();
    story.refer();
    story.join();
    for dialog in [&mut story.anna_boris, &mut story.anna_guest] {
        story.anna.ask(&mut story.world, dialog, Method::Invite, Some((SDP, OFFER)));
        story.world.response(story.anna.connection, 100);
        let refused = story.world.response(story.anna.connection, 491);
        assert_eq!(refused.status(), 491);
    }
    story.boris.ask(&mut story.world, &mut story.boris_anna, Method::Update, Some((SDP, OFFER)));
    story.world.response(story.boris.connection, 491);
}
