//! The user agent behind `packages/hooks/src/jssip/port.ts`: transactions, dialogs, credentials, sessions and
//! registration for a page that owns its sockets, peer connections and descriptions.
//!
//! An input is a kind and its fields, U+001F between them (U+001E between the items of a list); the last field may hold
//! anything. What is asked for at once is the answer; what happens is an event, written the same way, the same names as
//! in `port.ts`.

mod account;
mod call;
mod callee;
mod caller;
mod ending;
mod fields;
mod login;
mod offer;
mod outgoing;
mod register;
mod reply;
mod requests;
mod session_timer;

use account::Account;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use call::{Call, CallTimer};
use core::time::Duration;
use fields::{Fields, seed};
use headset_sip::message::Name;
use headset_sip::{
    Dialog, Entropy, Message, Method, Request, Response, Time, TimerKey, TimerTable, TransactionKey,
    TransactionOutput, Transactions, parse, push_number,
};
use login::Login;
use outgoing::Outgoing;
use register::Registration;
use reply::Asked;
use requests::Sent;
use wasm_bindgen::prelude::wasm_bindgen;

type Key = TransactionKey<u32>;

/// A SIP user agent over one connection at a time.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Agent {
    now: Time,
    entropy: Entropy,
    account: Account,
    login: Login,
    flow: Option<Flow>,
    flows: u32,
    transactions: Transactions<u32>,
    /// What `newTransaction` said of them.
    announced: Vec<(u64, &'static str, String)>,
    timers: TimerTable<Timer>,
    events: VecDeque<String>,
    last_handle: u32,
    #[allow(clippy::vec_box, reason = "one is taken out while it is worked on")]
    calls: Vec<Box<Call>>,
    /// Of subscriptions and the like.
    dialogs: Vec<(u32, Box<Dialog>)>,
    /// Ours, until they are finally answered.
    sent: Vec<(u32, Box<Sent>)>,
    /// Theirs, until they are finally answered.
    asked: Vec<Asked>,
    registration: Registration,
    quiet: bool,
}

/// The connection.
#[derive(Debug)]
struct Flow {
    number: u32,
    /// Via's.
    transport: String,
    /// Of a preloaded Route.
    route: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timer {
    Registration,
    Call(u32, CallTimer),
}

impl TimerKey for Timer {
    fn number(self) -> u64 {
        match self {
            Timer::Registration => 0,
            Timer::Call(id, timer) => (u64::from(id) << 8 | timer as u64) + 1,
        }
    }

    fn of(number: u64) -> Timer {
        match number.checked_sub(1) {
            None => Timer::Registration,
            Some(number) => Timer::Call((number >> 8) as u32, CallTimer::ALL[usize::from(number as u8)]),
        }
    }
}

#[wasm_bindgen]
impl Agent {
    /// Eight random 32-bit numbers, and `Account` in its order.
    #[wasm_bindgen(constructor)]
    pub fn new(random: &str, account: &str) -> Agent {
        let account = Account::read(&mut Fields(account));
        let mut entropy = Entropy::new(seed(random));
        let registration = Registration::new(&account, &mut entropy);
        Agent {
            now: Time(0),
            entropy,
            account,
            login: Login::default(),
            flow: None,
            flows: 0,
            transactions: Transactions::new(),
            announced: Vec::new(),
            timers: TimerTable::new(),
            events: VecDeque::new(),
            last_handle: 0,
            calls: Vec::new(),
            dialogs: Vec::new(),
            sent: Vec::new(),
            asked: Vec::new(),
            registration,
            quiet: false,
        }
    }

    /// Something happened at `now`, in milliseconds; gives what is asked for.
    pub fn input(&mut self, now: f64, text: &str) -> String {
        self.now = self.now.max(Time(now as u64));
        let answer = self.take(&mut Fields(text));
        self.pump();
        answer
    }

    /// The next event; empty where there is none.
    pub fn poll(&mut self) -> String {
        self.events.pop_front().unwrap_or_default()
    }

    /// When to say `tick`; infinite where nothing is due.
    pub fn timeout(&self) -> f64 {
        let due = self.timers.next().into_iter().chain(self.transactions.poll_timeout()).min();
        due.map_or(f64::INFINITY, |time| time.0 as f64)
    }
}

impl Agent {
    fn take(&mut self, fields: &mut Fields<'_>) -> String {
        let kind = fields.field();
        match kind {
            "tick" => self.tick(),
            "connected" => self.connected(fields.text(), fields.text()),
            "received" => self.received(fields.0.into()),
            "disconnected" => self.disconnected(),
            "set" => {
                self.account.set(fields.field(), fields);
                self.login.forget();
            }
            "register" => self.register(fields),
            "unregister" => self.unregister(fields),
            "busy" => return flag(!self.transactions.is_empty()),
            "quiet" => self.quiet = fields.flag(),
            "request" => return self.draft(fields),
            "send" => self.send(fields),
            "reply" => return flag(self.reply(fields)),
            "replyStateless" => return flag(self.reply_stateless(fields)),
            "call" => return self.call(fields),
            "accept" => return flag(self.accept(fields)),
            "offering" => {
                let call = fields.number();
                return flag(self.calls.iter().any(|own| own.id == call && own.is_offering()));
            }
            _ => self.take_for_call(kind, fields),
        }
        String::new()
    }

    fn take_for_call(&mut self, kind: &str, fields: &mut Fields<'_>) {
        let id = fields.number();
        self.with_call(id, |agent, call| match kind {
            "invite" => agent.invite(call, fields),
            "ring" => agent.ring(call, &fields.lines()),
            "end" => agent.end(call, fields),
            "offer" => agent.offer(call, fields),
            "applied" => agent.applied(call),
            "notApplied" => agent.not_applied(call, fields),
            _ => {}
        });
    }

    /// Lets go of the call for a while, and keeps it if it is not over.
    fn with_call(&mut self, id: u32, act: impl FnOnce(&mut Agent, &mut Call)) {
        let Some(mut call) = self.take_call(id) else { return };
        act(self, &mut call);
        self.keep_call(call);
    }

    #[inline(never)]
    fn take_call(&mut self, id: u32) -> Option<Box<Call>> {
        let at = self.calls.iter().position(|call| call.id == id)?;
        Some(self.calls.swap_remove(at))
    }

    #[inline(never)]
    fn keep_call(&mut self, call: Box<Call>) {
        if call.is_over() {
            call.clear_timers(&mut self.timers);
        } else {
            self.calls.push(call);
        }
    }

    fn tick(&mut self) {
        self.transactions.handle_timeout(self.now);
        while let Some(timer) = self.timers.expired(self.now) {
            match timer {
                Timer::Registration => self.event("registrationDue", &[]),
                Timer::Call(id, timer) => {
                    self.with_call(id, |agent, call| agent.call_timer(call, timer));
                }
            }
        }
    }

    fn connected(&mut self, transport: String, route: String) {
        self.flows += 1;
        self.flow = Some(Flow { number: self.flows, transport, route });
    }

    fn disconnected(&mut self) {
        let Some(flow) = self.flow.take() else { return };
        self.transactions.connection_lost(self.now, flow.number);
        self.pump();
        self.registration.lost();
        self.timers.clear(Timer::Registration);
    }

    fn received(&mut self, text: String) {
        let Some(connection) = self.flow.as_ref().map(|flow| flow.number) else { return };
        match parse(text) {
            Ok(Message::Request(request)) if self.quiet && *request.method() != Method::Ack => {}
            Ok(message) => self.transactions.receive(self.now, connection, message),
            Err(error) => {
                if let Some(answer) = error.reply() {
                    self.event("send", &[answer.as_str()]);
                }
            }
        }
    }

    /// All that transactions have to say.
    fn pump(&mut self) {
        while let Some(output) = self.transactions.poll_output() {
            match output {
                TransactionOutput::Send { text, .. } => self.event("send", &[&text]),
                TransactionOutput::Request { key, request } => self.request_came(key, request),
                TransactionOutput::Merged { key, request, .. } => {
                    self.announce(key, &request, true);
                    self.refuse(key, &request, 482, "Loop Detected", "");
                }
                TransactionOutput::Cancel { key, invite, request } => self.cancel_came(key, invite, &request),
                TransactionOutput::Response { key, response } => self.response_came(key, response),
                TransactionOutput::Ack { invite, request, .. } => self.ack_came(invite, request),
                TransactionOutput::Stray { .. } => {}
                TransactionOutput::Timeout { key } => self.failed(key, "timeout"),
                TransactionOutput::TransportError { key } => self.failed(key, "transport"),
                TransactionOutput::Ended { key } => self.ended(key),
            }
        }
    }

    fn response_came(&mut self, key: Key, response: Response) {
        if self.registration.is(key) {
            return self.registration_answered(&response);
        }
        if let Some(at) = self.sent.iter().position(|(_, sent)| sent.key == Some(key)) {
            return self.request_answered(at, response);
        }
        if let Some(id) = self.call_of(key) {
            self.with_call(id, |agent, call| match call.key == Some(key) {
                true => agent.invite_answered(call, response),
                false => agent.offer_answered(call, key, response),
            });
        }
    }

    fn failed(&mut self, key: Key, why: &str) {
        if self.registration.is(key) {
            return self.registration_failed(why);
        }
        if let Some(at) = self.sent.iter().position(|(_, sent)| sent.key == Some(key)) {
            return self.request_failed(at, why);
        }
        if let Some(id) = self.call_of(key) {
            self.with_call(id, |agent, call| match call.key == Some(key) {
                true if call.ours => agent.invite_failed(call),
                true => agent.invitation_failed(call, why),
                false => agent.offer_failed(call, key, why),
            });
        }
        if let Some(id) = self.calls.iter().find(|call| call.reinvited == Some(key)).map(|call| call.id) {
            self.with_call(id, |agent, call| agent.reinvitation_failed(call, why));
        }
    }

    fn ended(&mut self, key: Key) {
        if let Some(at) = self.announced.iter().position(|(id, ..)| *id == key.id) {
            let (_, kind, branch) = self.announced.swap_remove(at);
            self.event("transaction", &[kind, "1", &branch]);
        }
        if let Some(at) = self.asked.iter().position(|asked| asked.key == key) {
            let asked = self.asked.swap_remove(at);
            self.with_call(asked.dialog, |_, call| call.close_their_offer(asked.handle));
        }
        if let Some(id) = self.calls.iter().find(|call| call.key == Some(key)).map(|call| call.id) {
            self.with_call(id, |_, call| call.key = None);
        }
    }

    fn call_of(&self, key: Key) -> Option<u32> {
        let mut calls = self.calls.iter();
        Some(calls.find(|call| call.key == Some(key) || call.offer_of(key).is_some())?.id)
    }

    fn announce(&mut self, key: Key, request: &Request, theirs: bool) {
        let kind = match (*request.method() == Method::Invite, theirs) {
            (true, false) => "ict",
            (true, true) => "ist",
            (false, false) => "nict",
            (false, true) => "nist",
        };
        let branch: String = request.via().ok().and_then(|via| via.branch()).unwrap_or_default().into();
        self.event("transaction", &[kind, "", &branch]);
        self.announced.push((key.id, kind, branch));
    }

    /// Sends a request in a transaction of its own; `None` where it cannot be.
    fn launch(&mut self, outgoing: &mut Outgoing) -> Option<(Key, Request)> {
        let number = self.flow.as_ref()?.number;
        let request = self.complete(outgoing)?;
        let key = self.transactions.request(self.now, number, request.clone());
        self.announce(key, &request, false);
        Some((key, request))
    }

    /// With Via and credentials.
    fn complete(&mut self, outgoing: &mut Outgoing) -> Option<Request> {
        if outgoing.method != Method::Ack {
            self.login.sign(&self.account, &mut self.entropy, outgoing);
        }
        let branch = self.entropy.branch();
        let via = self.via(&branch);
        outgoing.request(&self.account, &via)
    }

    fn via(&self, branch: &str) -> String {
        let transport = self.flow.as_ref().map_or("WS", |flow| &flow.transport);
        let start = [transport, " ", &self.account.via_host].concat();
        if branch.is_empty() { start } else { [&start, ";branch=", branch].concat() }
    }

    /// Takes a challenge up: whether `outgoing`, with its next number, is to be sent again.
    fn take_challenge(&mut self, outgoing: &mut Outgoing, response: &Response) -> bool {
        if !matches!(response.status(), 401 | 407) {
            return false;
        }
        let Some(learned) = self.login.challenged(&self.account, outgoing, response) else { return false };
        self.event("authenticated", &[&learned.realm, &learned.ha1]);
        true
    }

    fn handle(&mut self) -> u32 {
        self.last_handle += 1;
        self.last_handle
    }

    #[inline(never)]
    fn event(&mut self, kind: &str, fields: &[&str]) {
        self.tell(String::from(kind), fields);
    }

    /// One whose first field is a handle.
    #[inline(never)]
    fn event_of(&mut self, kind: &str, handle: u32, fields: &[&str]) {
        let mut text = String::from(kind);
        text.push('\x1f');
        push_number(&mut text, handle);
        self.tell(text, fields);
    }

    fn tell(&mut self, mut text: String, fields: &[&str]) {
        for field in fields {
            text.push('\x1f');
            text.push_str(field);
        }
        self.events.push_back(text);
    }

    fn after(&mut self, timer: Timer, milliseconds: u64) {
        self.timers.set(timer, self.now + Duration::from_millis(milliseconds));
    }

    /// A call by a message within it that came.
    fn call_with(&self, request: &Request) -> Option<u32> {
        let tag = request.to_tag().unwrap_or_default();
        let is = |dialog: &Dialog| dialog.matches_request(request);
        let mut calls = self.calls.iter().filter(|_| !tag.is_empty());
        let found = calls.find(|call| call.dialog.as_ref().is_some_and(is) || call.early.iter().any(is));
        found.map(|call| call.id)
    }

    fn dialog_with(&self, request: &Request) -> Option<u32> {
        self.dialogs.iter().find(|(_, dialog)| dialog.matches_request(request)).map(|(handle, _)| *handle)
    }

    fn dialog_mut(&mut self, handle: u32) -> Option<&mut Dialog> {
        if let Some(at) = self.dialogs.iter().position(|(own, _)| *own == handle) {
            return self.dialogs.get_mut(at).map(|(_, dialog)| &mut **dialog);
        }
        let call = self.calls.iter_mut().find(|call| call.id == handle)?;
        call.dialog.as_mut().or(call.early.first_mut())
    }
}

fn flag(on: bool) -> String {
    if on { "1".into() } else { String::new() }
}

/// JsSIP's word for a final response.
fn cause_of(status: u16) -> &'static str {
    match status {
        300 | 301 | 302 | 305 | 380 => "Redirected",
        486 | 600 => "Busy",
        403 | 603 => "Rejected",
        404 | 604 => "Not Found",
        480 | 410 | 408 | 430 => "Unavailable",
        484 | 424 => "Address Incomplete",
        488 | 606 => "Incompatible SDP",
        401 | 407 => "Authentication Error",
        _ => "SIP Failure Code",
    }
}

/// The session description in a message.
fn description(headers: &headset_sip::Headers) -> Option<&str> {
    match headers.get(Name::ContentType) {
        Some(_) => headers.part("application/sdp").filter(|sdp| !sdp.is_empty()),
        None => None,
    }
}
