//! Dialogs (RFC 3261 §12): what two ends agreed on, as a plain value that can be stored and come back.

mod stored;

use crate::message::{Headers, Name, NameAddr, Request, RequestBuilder, Response};
use crate::{Invalid, Method};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// A dialog from one end's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// Theirs.
    pub remote_tag: String,
    /// The CSeq of our last request.
    pub local_seq: u32,
    /// The CSeq of their last request, once there was one.
    pub remote_seq: Option<u32>,
    /// Who we are: From of our requests, without its tag.
    pub local_uri: String,
    /// Who they are: To of our requests, without its tag.
    pub remote_uri: String,
    /// Where our requests go: their Contact.
    pub remote_target: String,
    /// Route of our requests, each as a name-addr.
    pub route_set: Vec<String>,
    /// Whether it was answered.
    pub state: State,
}

/// How far a dialog is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made by a provisional response.
    Early,
    /// Made or confirmed by a 2xx.
    Confirmed,
}

/// Why a request in a dialog is refused, with the answer to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its status.
    pub status: u16,
    /// Its reason phrase.
    pub reason: &'static str,
}

impl Dialog {
    const NONE: Dialog = Dialog {
        call_id: String::new(),
        local_tag: String::new(),
        remote_tag: String::new(),
        local_seq: 0,
        remote_seq: None,
        local_uri: String::new(),
        remote_uri: String::new(),
        remote_target: String::new(),
        route_set: Vec::new(),
        state: State::Early,
    };

    /// The dialog that a response with a To tag makes at the end that sent the request (RFC 3261 §12.1.2): early by
    /// 101 to 199, confirmed by 2xx.
    pub fn uac(request: &Request, response: &Response) -> Result<Dialog, Invalid> {
        let local_tag = request.from_tag().ok_or(Invalid::new("a From without a tag"))?;
        let remote_tag = response.to_tag().ok_or(Invalid::new("a To without a tag"))?;
        let mut dialog = Dialog::between(request, (Name::From, local_tag), (Name::To, remote_tag))?;
        dialog.learn(response)?;
        Ok(dialog)
    }

    /// The dialog that our response with `local_tag` makes at the end that got the request (RFC 3261 §12.1.1).
    pub fn uas(request: &Request, local_tag: &str, state: State) -> Result<Dialog, Invalid> {
        // An RFC 2543 end has no tag.
        let remote_tag = request.from_tag().unwrap_or("");
        let mut dialog = Dialog::between(request, (Name::To, local_tag), (Name::From, remote_tag))?;
        dialog.remote_seq = Some(mem::take(&mut dialog.local_seq));
        dialog.remote_target = contact(request)?;
        dialog.learn_route(request);
        dialog.state = state;
        Ok(dialog)
    }

    /// What both ends take from the request; the local number is the sender's.
    fn between(
        request: &Request,
        (ours, local_tag): (Name, &str),
        (theirs, remote_tag): (Name, &str),
    ) -> Result<Dialog, Invalid> {
        let mut dialog = Dialog::NONE;
        dialog.local_seq = request.raw_cseq()?.0;
        dialog.local_uri = uri_in(request, ours)?;
        dialog.remote_uri = uri_in(request, theirs)?;
        dialog.call_id = request.call_id().into();
        dialog.local_tag = local_tag.into();
        dialog.remote_tag = remote_tag.into();
        Ok(dialog)
    }

    fn learn_route(&mut self, headers: &Headers) {
        self.route_set.clear();
        for route in headers.values(Name::RecordRoute) {
            self.route_set.push(route.into());
        }
    }

    /// Takes what a later response to the request that made this dialog says: a 2xx confirms it and sets the route
    /// anew (RFC 3261 §13.2.2.4).
    pub fn learn(&mut self, response: &Response) -> Result<(), Invalid> {
        if self.state == State::Confirmed {
            return Ok(());
        }
        match contact(response) {
            Ok(target) => self.remote_target = target,
            // RFC 3261 asks a 1xx for a Contact too; many do not send it.
            Err(problem) if response.is_success() && self.remote_target.is_empty() => return Err(problem),
            Err(_) if self.remote_target.is_empty() => self.remote_target = self.remote_uri.clone(),
            Err(_) => {}
        }
        self.learn_route(response);
        self.route_set.reverse();
        if response.is_success() {
            self.state = State::Confirmed;
        }
        Ok(())
    }

    /// Takes the Contact of a 2xx to a target refresh request of ours: a re-INVITE or UPDATE (RFC 3261 §12.2.1.2).
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Ok(target) = contact(headers) {
            self.remote_target = target;
        }
    }

    /// Starts our next request in this dialog: Request-URI, Route, Max-Forwards, From, To, Call-ID and CSeq. Via and
    /// Contact are the caller's to add. ACK is [`Dialog::ack`].
    pub fn request(&mut self, method: Method) -> RequestBuilder {
        // RFC 3261 §8.1.1.5 keeps CSeq below 2³¹.
        self.local_seq = self.local_seq.saturating_add(1).min((1 << 31) - 1);
        self.build(method, self.local_seq)
    }

    /// Starts the ACK of a 2xx to our INVITE whose CSeq was `cseq` (RFC 3261 §13.2.2.4).
    pub fn ack(&self, cseq: u32) -> RequestBuilder {
        self.build(Method::Ack, cseq)
    }

    /// Whether a request that came in belongs to this dialog.
    pub fn matches_request(&self, request: &Request) -> bool {
        request.call_id() == self.call_id
            && request.to_tag().unwrap_or("") == self.local_tag
            && request.from_tag().unwrap_or("") == self.remote_tag
    }

    /// Takes a request that came in: its CSeq must be higher than those before (ACK and CANCEL carry their INVITE's),
    /// and a target refresh request brings a new target (RFC 3261 §12.2.2).
    pub fn accepts(&mut self, request: &Request) -> Result<(), Refusal> {
        let Ok(cseq) = request.cseq() else { return Err(Refusal { status: 400, reason: "Bad CSeq" }) };
        if matches!(cseq.method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        if self.remote_seq.is_some_and(|last| cseq.number <= last) {
            return Err(Refusal { status: 500, reason: "CSeq Out of Order" });
        }
        self.remote_seq = Some(cseq.number);
        if matches!(
            cseq.method,
            Method::Invite | Method::Update | Method::Subscribe | Method::Notify | Method::Refer
        ) {
            self.refresh_target(request);
        }
        Ok(())
    }

    /// Adds the dialog to a text, for [`Dialog::decode`].
    pub fn encode(&self, text: &mut String) {
        stored::encode(self, text);
    }

    /// The dialog that [`Dialog::encode`] wrote.
    pub fn decode(text: &str) -> Result<Dialog, Invalid> {
        stored::decode(text)
    }

    /// RFC 3261 §12.2.1.1.
    fn build(&self, method: Method, cseq: u32) -> RequestBuilder {
        // A strict router wants to be the Request-URI, and the target as the last Route.
        let strict = self.route_set.first().filter(|route| !is_loose(route));
        let router = strict.and_then(|route| uri_of(route));
        let mut builder = Request::build(method, router.as_deref().unwrap_or(&self.remote_target));
        for route in self.route_set.get(usize::from(strict.is_some())..).unwrap_or_default() {
            builder = builder.header(Name::Route, route);
        }
        if router.is_some() {
            builder = builder.header(Name::Route, &NameAddr::format("", &self.remote_target, ""));
        }
        builder
            .header(Name::MaxForwards, "70")
            .header(Name::From, &NameAddr::format("", &self.local_uri, &self.local_tag))
            .header(Name::To, &NameAddr::format("", &self.remote_uri, &self.remote_tag))
            .header(Name::CallId, &self.call_id)
            .cseq(cseq)
    }
}

fn uri_in(headers: &Headers, name: Name) -> Result<String, Invalid> {
    Ok(headers.address(name)?.uri.to_string())
}

fn uri_of(address: &str) -> Option<String> {
    Some(NameAddr::parse(address).ok()?.uri.to_string())
}

fn is_loose(route: &str) -> bool {
    NameAddr::parse(route).is_ok_and(|route| route.uri.params.contains("lr"))
}

fn contact(headers: &Headers) -> Result<String, Invalid> {
    headers.contact().map(|contact| contact.uri.to_string()).ok_or(Invalid::new("no Contact"))
}
