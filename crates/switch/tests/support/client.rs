use headset_sip::digest::{self, Challenge};
use headset_sip::{Dialog, Method, Name, Request, RequestBuilder, Response, dialog};
use headset_switch::ConnectionId;

use super::{ANSWER, DOMAIN, OFFER, START, World, password};

/// A client with one connection.
pub struct Client {
    pub login: String,
    pub connection: ConnectionId,
    pub instance: String,
    pub reg_id: u32,
    pub username: String,
    pub password: String,
    pub call_id: String,
    pub cseq: u32,
}

impl Client {
    /// Connected, and nothing more.
    pub fn new(world: &mut World, login: &str) -> Self {
        Self::on(world, login, 0)
    }

    pub fn on(world: &mut World, login: &str, listener: usize) -> Self {
        let username = format!("{}:{login}", START + 600);
        Self {
            login: login.into(),
            connection: world.connect_to(listener),
            instance: format!("<urn:uuid:{login}>"),
            reg_id: listener as u32 + 1,
            password: password(&username),
            username,
            call_id: world.entropy.token(22),
            cseq: 0,
        }
    }

    /// Connected and registered.
    pub fn registered(world: &mut World, login: &str) -> Self {
        Self::registered_on(world, login, 0)
    }

    pub fn registered_on(world: &mut World, login: &str, listener: usize) -> Self {
        let mut client = Self::on(world, login, listener);
        client.register(world, 600);
        world.reports.clear();
        client
    }

    /// The same client on a new connection, after the old one has gone.
    pub fn reconnect(&mut self, world: &mut World) {
        self.connection = world.connect_to(self.reg_id as usize - 1);
        self.register(world, 600);
    }

    pub fn aor(&self) -> String {
        format!("sip:{}@{DOMAIN}", self.login)
    }

    pub fn contact(&self) -> String {
        format!("<sip:{}-{}@client.invalid;transport=ws>", self.login, self.connection.0)
    }

    fn start(&mut self, world: &mut World, method: Method, uri: &str) -> RequestBuilder {
        self.cseq += 1;
        Request::build(method.clone(), uri)
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &format!("{} {method}", self.cseq))
    }

    pub fn register_request(&mut self, world: &mut World, expires: u32) -> RequestBuilder {
        let contact = format!(
            "{};+sip.instance=\"{}\";reg-id={};expires={expires}",
            self.contact(),
            self.instance,
            self.reg_id
        );
        let tag = world.entropy.token(8);
        self.start(world, Method::Register, &format!("sip:{DOMAIN}"))
            .header(Name::From, &format!("<{}>;tag={tag}", self.aor()))
            .header(Name::To, &format!("<{}>", self.aor()))
            .header(Name::Supported, "path, outbound")
            .header(Name::Contact, &contact)
    }

    /// Registers, by way of the challenge; the 200.
    pub fn register(&mut self, world: &mut World, expires: u32) -> Response {
        let challenge = self.challenged(world);
        let request = self.register_request(world, expires);
        self.send_answer(world, request, &challenge);
        world.response(self.connection, 200)
    }

    pub fn challenged(&mut self, world: &mut World) -> Challenge {
        let request = self.register_request(world, 600).finish();
        world.send(self.connection, request.into_string());
        let refused = world.response(self.connection, 401);
        Challenge::parse(refused.get(Name::WwwAuthenticate).unwrap()).unwrap()
    }

    /// Sends a request with this client's answer to a challenge.
    pub fn send_answer(&self, world: &mut World, request: RequestBuilder, challenge: &Challenge) {
        let plain = request.clone().finish();
        let answer = digest::respond(
            challenge,
            &self.username,
            &self.password,
            plain.method(),
            plain.uri(),
            1,
            "cnonce",
        );
        let name =
            if *plain.method() == Method::Register { Name::Authorization } else { Name::ProxyAuthorization };
        world.send(self.connection, request.header(name, &answer).finish().into_string());
    }

    pub fn invite_request(&mut self, world: &mut World, target: &str) -> RequestBuilder {
        self.call_id = world.entropy.token(22);
        self.cseq = 0;
        let tag = world.entropy.token(8);
        let uri = format!("sip:{target}@{DOMAIN}");
        self.start(world, Method::Invite, &uri)
            .header(Name::From, &format!("\"Name of {}\" <{}>;tag={tag}", self.login, self.aor()))
            .header(Name::To, &format!("<{uri}>"))
            .header(Name::Contact, &self.contact())
            .body("application/sdp", OFFER)
    }

    /// Calls somebody; the INVITE that got through the challenge. The 100 has been read.
    pub fn call(&mut self, world: &mut World, target: &str) -> Request {
        let request = self.invite_request(world, target);
        let first = request.clone().finish();
        world.send(self.connection, first.as_str());
        world.response(self.connection, 100);
        let refused = world.response(self.connection, 407);
        self.acknowledge_refusal(world, &first, &refused);
        let challenge = Challenge::parse(refused.get(Name::ProxyAuthenticate).unwrap()).unwrap();
        self.cseq += 1;
        let again = Request::build(Method::Invite, first.uri())
            .via("WS", "client.invalid", &world.entropy.branch())
            .header(Name::MaxForwards, "69")
            .header(Name::CallId, &self.call_id)
            .header(Name::CSeq, &format!("{} INVITE", self.cseq))
            .header(Name::From, first.get(Name::From).unwrap())
            .header(Name::To, first.get(Name::To).unwrap())
            .header(Name::Contact, &self.contact())
            .body("application/sdp", OFFER);
        let answer = digest::respond(
            &challenge,
            &self.username,
            &self.password,
            &Method::Invite,
            first.uri(),
            1,
            "cnonce",
        );
        let again = again.header(Name::ProxyAuthorization, &answer).finish();
        world.send(self.connection, again.as_str());
        world.response(self.connection, 100);
        again
    }

    /// ACK of a refusal, on the INVITE's branch.
    pub fn acknowledge_refusal(&self, world: &mut World, invite: &Request, refusal: &Response) {
        let ack = on_branch_of(invite, Method::Ack).header(Name::To, refusal.get(Name::To).unwrap());
        world.send(self.connection, ack.finish().into_string());
    }

    pub fn cancel(&self, world: &mut World, invite: &Request) {
        let cancel = on_branch_of(invite, Method::Cancel).header(Name::To, invite.get(Name::To).unwrap());
        world.send(self.connection, cancel.finish().into_string());
    }

    /// Acknowledges the 200 to our INVITE; the dialog.
    pub fn confirm(&self, world: &mut World, invite: &Request, ok: &Response) -> Dialog {
        let dialog = Dialog::uac(invite, ok).unwrap();
        let ack = dialog.ack(invite.cseq().unwrap().number);
        let ack = ack.via("WS", "client.invalid", &world.entropy.branch());
        world.send(self.connection, ack.finish().into_string());
        dialog
    }

    pub fn reply(&self, world: &mut World, request: &Request, status: u16, reason: &str) {
        let reply = Response::reply_to(request, status, reason).to_tag(&self.tag());
        world.send(self.connection, reply.finish().into_string());
    }

    pub fn tag(&self) -> String {
        format!("tag-{}", self.login)
    }

    /// Answers an INVITE with 200 and reads the ACK; the dialog.
    pub fn answer(&self, world: &mut World, invite: &Request) -> Dialog {
        self.send_ok(world, invite);
        world.request(self.connection, Method::Ack);
        self.dialog(invite)
    }

    /// The dialog of an INVITE that was answered.
    pub fn dialog(&self, invite: &Request) -> Dialog {
        Dialog::uas(invite, &self.tag(), dialog::State::Confirmed).unwrap()
    }

    pub fn send_ok(&self, world: &mut World, invite: &Request) {
        self.send_ok_with(world, invite, ANSWER);
    }

    /// 200 with this description.
    pub fn send_ok_with(&self, world: &mut World, request: &Request, description: &str) {
        let ok = Response::reply_to(request, 200, "OK").to_tag(&self.tag());
        let ok = ok.header(Name::Contact, &self.contact()).body("application/sdp", description);
        world.send(self.connection, ok.finish().into_string());
    }

    /// Refuses an INVITE and reads the ACK.
    pub fn refuse(&self, world: &mut World, invite: &Request, status: u16, reason: &str) {
        self.reply(world, invite, status, reason);
        world.request(self.connection, Method::Ack);
    }

    /// Asks to hand over who is at the other end.
    pub fn refer(&self, world: &mut World, dialog: &mut Dialog, refer_to: &str, more: &[(&str, &str)]) {
        let refer = dialog.request(Method::Refer).via("WS", "client.invalid", &world.entropy.branch());
        let mut refer = refer.header(Name::Contact, &self.contact()).header(Name::ReferTo, refer_to);
        for (name, value) in more {
            refer = refer.raw_header(name, value);
        }
        world.send(self.connection, refer.finish().into_string());
    }

    /// Takes a re-INVITE with this description and reads the ACK.
    pub fn accept(&self, world: &mut World, invite: &Request, description: &str) {
        self.send_ok_with(world, invite, description);
        world.request(self.connection, Method::Ack);
    }

    /// Reads a NOTIFY that says how a transfer goes, with this status, and answers it.
    pub fn notified(&self, world: &mut World, status: u16) -> Request {
        let notify = world.request(self.connection, Method::Notify);
        assert!(notify.body().starts_with(&format!("SIP/2.0 {status} ")), "{}", notify.as_str());
        assert!(notify.content_is("message/sipfrag"));
        let state = notify.get(Name::SubscriptionState).unwrap();
        assert_eq!(state.starts_with("terminated"), status >= 200, "{state}");
        self.reply(world, &notify, 200, "OK");
        notify
    }

    /// Presses a key, which the other end is told of.
    pub fn key_reaches(&self, world: &mut World, dialog: &mut Dialog, other: &Client) {
        self.ask(world, dialog, Method::Info, Some(("application/dtmf-relay", "Signal=1\r\n")));
        let info = world.request(other.connection, Method::Info);
        other.reply(world, &info, 200, "OK");
        world.response(self.connection, 200);
    }

    /// Sends BYE and reads its 200.
    pub fn hang_up(&self, world: &mut World, dialog: &mut Dialog) {
        self.ask(world, dialog, Method::Bye, None);
        world.response(self.connection, 200);
    }

    /// Sends a request in a dialog.
    pub fn ask(
        &self,
        world: &mut World,
        dialog: &mut Dialog,
        method: Method,
        body: Option<(&str, &str)>,
    ) -> Request {
        let branch = world.entropy.branch();
        let mut request = dialog.request(method).via("WS", "client.invalid", &branch);
        request = request.header(Name::Contact, &self.contact());
        if let Some((content_type, text)) = body {
            request = request.body(content_type, text);
        }
        let request = request.finish();
        world.send(self.connection, request.as_str());
        request
    }
}

fn on_branch_of(invite: &Request, method: Method) -> RequestBuilder {
    let number = invite.cseq().unwrap().number;
    Request::build(method.clone(), invite.uri())
        .header(Name::Via, invite.get(Name::Via).unwrap())
        .header(Name::MaxForwards, "69")
        .header(Name::CallId, invite.call_id())
        .header(Name::CSeq, &format!("{number} {method}"))
        .header(Name::From, invite.get(Name::From).unwrap())
}
