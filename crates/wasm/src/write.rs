//! What the engine asks for and shows, as plain objects.

use crate::js::{Out, array, parse, stringify};
use headset_softphone::{
    CallDirection, CallEnd, CallId, CallStatus, CallView, Direction, FlowStatus, FlowView, Originator,
    Outcome, Party, PeerId, PeerRequest, SocketId, UserAgentStatus,
};
use headset_workplace::{
    Error, Event, Hash, HttpRequest, Launch, Options, Remote, Rotation, Slice, Status, StatusRecord,
    UserAgent,
};
use wasm_bindgen::JsValue;

/// An output that is only its name.
pub(crate) fn plain(name: &str) -> JsValue {
    Out::of_type(name).done()
}

pub(crate) fn open_socket(socket: SocketId, uri: &str) -> JsValue {
    Out::of_type("openSocket").number("socket", socket.0).text("uri", uri).done()
}

pub(crate) fn send(socket: SocketId, text: &str) -> JsValue {
    Out::of_type("send").number("socket", socket.0).text("text", text).done()
}

pub(crate) fn close_socket(socket: SocketId, code: u16) -> JsValue {
    Out::of_type("closeSocket").number("socket", socket.0).number("code", code).done()
}

pub(crate) fn peer(peer: PeerId, request: &PeerRequest) -> JsValue {
    let out = Out::of_type("peer").number("peer", peer.0);
    match request {
        PeerRequest::Offer { media, direction, ice_restart } => out
            .text("op", "offer")
            .number("media", media.0)
            .text("direction", direction_word(*direction))
            .flag("iceRestart", *ice_restart),
        PeerRequest::Answer { media, offer, direction } => out
            .text("op", "answer")
            .number("media", media.0)
            .text("offer", offer)
            .text("direction", direction_word(*direction)),
        PeerRequest::Accept { answer } => out.text("op", "accept").text("answer", answer),
        PeerRequest::AddCandidates { description } => {
            out.text("op", "addCandidates").text("description", description)
        }
        PeerRequest::Rollback => out.text("op", "rollback"),
        PeerRequest::OpenMicrophone { media } => out.text("op", "openMicrophone").number("media", media.0),
        PeerRequest::Mute(on) => out.text("op", "mute").flag("on", *on),
        PeerRequest::Hold(on) => out.text("op", "hold").flag("on", *on),
        PeerRequest::InsertDtmf { tones, duration, gap } => out
            .text("op", "insertDtmf")
            .text("tones", tones)
            .number("duration", *duration)
            .number("gap", *gap),
        PeerRequest::Close => out.text("op", "close"),
    }
    .done()
}

pub(crate) fn http(id: u32, request: &HttpRequest, options: &Options) -> JsValue {
    let (method, path) = match request {
        HttpRequest::Hash => ("POST", "hash"),
        HttpRequest::Launch => ("GET", "launch"),
        HttpRequest::Status => ("GET", "status"),
        HttpRequest::PutStatus { .. } => ("PUT", "status"),
        HttpRequest::Registrars => ("GET", "registrars"),
        HttpRequest::Events(_) => ("POST", "events"),
    };
    let mut whole = String::from("/v1/telephony/");
    whole.push_str(path);
    let out = Out::of_type("http").number("id", id).text("method", method).text("path", &whole);
    match request {
        HttpRequest::PutStatus { status, sub_status, if_match } => {
            let body = Out::new()
                .text("status", status.as_str())
                .text_if("sub_status", sub_status.as_deref())
                .done();
            out.value("body", &stringify(&body))
                .text_if("ifMatch", if_match.map(|version| version.to_string()).as_deref())
        }
        HttpRequest::Events(batch) => {
            let body = Out::new()
                .value("events", &events(batch))
                .text("project", &options.project)
                .text("env", &options.env)
                .text("version", &options.version)
                .done();
            out.value("body", &stringify(&body))
        }
        _ => out,
    }
    .done()
}

pub(crate) fn changed(slice: Slice) -> JsValue {
    let name = match slice {
        Slice::Hash => "hash",
        Slice::Launch => "launch",
        Slice::Status => "status",
        Slice::UserAgent => "userAgent",
        Slice::Session => "session",
        Slice::Registrars => "registrars",
    };
    Out::of_type("changed").text("slice", name).done()
}

pub(crate) fn status_changed(previous: Status, next: Status) -> JsValue {
    Out::of_type("statusChanged").text("previous", previous.as_str()).text("next", next.as_str()).done()
}

pub(crate) fn status_set(request: u32) -> JsValue {
    Out::of_type("statusSet").number("request", request).done()
}

pub(crate) fn keep_events(list: &[Event]) -> JsValue {
    Out::of_type("keepEvents").value("events", &events(list)).done()
}

pub(crate) fn happened(step: &Event) -> JsValue {
    Out::of_type("event").value("event", &event(step)).done()
}

pub(crate) fn credentials_refused(registrar: &str, status: u16, reason: &str) -> JsValue {
    Out::of_type("credentialsRefused")
        .text("registrar", registrar)
        .number("status", status)
        .text("reason", reason)
        .done()
}

pub(crate) fn call_ended(end: &CallEnd) -> JsValue {
    let originator = match end.originator {
        Originator::Local => "local",
        Originator::Remote => "remote",
        Originator::System => "system",
    };
    let outcome = match end.outcome {
        Outcome::Answered => "answered",
        Outcome::Missed => "missed",
        Outcome::Rejected => "rejected",
        Outcome::Cancelled => "cancelled",
        Outcome::AnsweredElsewhere => "answered_elsewhere",
        Outcome::Failed => "failed",
    };
    let out = Out::new()
        .text("id", &end.id)
        .text("direction", call_direction(end.direction))
        .text("originator", originator)
        .text("outcome", outcome)
        .text("cause", &end.cause)
        .text_if("reasonPhrase", end.reason_phrase.as_deref())
        .value("remote", &party(&end.remote));
    let out = match end.status_code {
        Some(code) => out.number("statusCode", code),
        None => out,
    };
    Out::of_type("callEnded").value("end", &out.done()).done()
}

pub(crate) fn dialog_changed(call: CallId, stored: &str) -> JsValue {
    Out::of_type("dialogChanged").number("call", call.0).text("stored", stored).done()
}

pub(crate) fn dtmf(tone: char, duration: u16) -> JsValue {
    Out::of_type("dtmf").text("tone", tone.encode_utf8(&mut [0; 4])).number("duration", duration).done()
}

pub(crate) fn failed(code: &str, message: &str) -> JsValue {
    Out::of_type("error").text("code", code).text("message", message).done()
}

fn events(list: &[Event]) -> JsValue {
    array(list.iter().map(event))
}

fn event(event: &Event) -> JsValue {
    let mut fields = Out::new();
    for (key, value) in &event.fields {
        fields = fields.text(key, value);
    }
    Out::new()
        .text("id", &event.id)
        .text("name", &event.name)
        .number("at_ms", event.at_ms as f64)
        .text("login", &event.login)
        .value("fields", &fields.done())
        .done()
}

pub(crate) fn hash(slice: &Remote<Hash>) -> JsValue {
    remote(slice, |hash| {
        Out::new()
            .text("login", &hash.login)
            .text("username", &hash.username)
            .text("hash", &hash.hash)
            .number("expires_in", hash.expires_in)
            .done()
    })
}

pub(crate) fn launch(slice: &Remote<Launch>) -> JsValue {
    remote(slice, |launch| parse(&launch.json))
}

pub(crate) fn status(slice: &Remote<StatusRecord>) -> JsValue {
    remote(slice, |record| {
        let chosen = |out: Out, status: Status, sub_status: &Option<String>| {
            out.text("status", status.as_str()).text_or_null("sub_status", sub_status.as_deref())
        };
        let next = match &record.next {
            Some((status, sub_status)) => chosen(Out::new(), *status, sub_status).done(),
            None => JsValue::NULL,
        };
        chosen(Out::new(), record.status, &record.sub_status)
            .text("since", &record.since)
            .number("version", record.version as f64)
            .value("next", &next)
            .text("by", &record.by)
            .done()
    })
}

pub(crate) fn user_agent(user_agent: &UserAgent) -> JsValue {
    let status = match user_agent.status {
        UserAgentStatus::Connecting => "connecting",
        UserAgentStatus::Connected => "connected",
        UserAgentStatus::Disconnected => "disconnected",
        UserAgentStatus::Error => "error",
        UserAgentStatus::Registered => "registered",
    };
    with_error(Out::new().text("status", status), user_agent.error.as_ref()).done()
}

pub(crate) fn registrars(flows: &[FlowView], rotation: Rotation) -> JsValue {
    let rotation = match rotation {
        Rotation::None => "none",
        Rotation::Pending => "pending",
        Rotation::Moving => "moving",
        Rotation::Completed => "completed",
    };
    let flow = |flow: &FlowView| {
        let status = match flow.status {
            FlowStatus::Connecting => "connecting",
            FlowStatus::Connected => "connected",
            FlowStatus::Registered => "registered",
            FlowStatus::Disconnected => "disconnected",
            FlowStatus::Refused => "refused",
            FlowStatus::Leaving => "leaving",
        };
        Out::new()
            .text("id", &flow.registrar.id)
            .text("uri", &flow.registrar.uri)
            .text("status", status)
            .text_if("error", flow.error.as_deref())
            .done()
    };
    Out::new().value("registrars", &array(flows.iter().map(flow))).text("rotation", rotation).done()
}

pub(crate) fn session(call: Option<&CallView>) -> JsValue {
    let Some(call) = call else { return Out::new().text("status", "waiting").done() };
    let status = match call.status {
        CallStatus::Starting => "starting",
        CallStatus::Active => "active",
        CallStatus::Hold => "hold",
    };
    let mut out = Out::new()
        .text("status", status)
        .text("direction", call_direction(call.direction))
        .text("id", &call.id)
        .value("local", &party(&call.local))
        .value("remote", &party(&call.remote))
        .flag("ringing", call.ringing)
        .flag("muted", call.muted)
        .flag("heldByRemote", call.held_by_remote)
        .flag("connected", call.connected)
        .flag("answering", call.answering)
        .text("invite", &call.invite);
    if let Some((position, waiting)) = call.queue_place {
        out = out
            .value("queuePlace", &Out::new().number("position", position).number("waiting", waiting).done());
    }
    if let Some(at) = call.answered_at {
        out = out.number("answeredAt", at as f64);
    }
    out.done()
}

fn remote<T>(slice: &Remote<T>, data: impl FnOnce(&T) -> JsValue) -> JsValue {
    let mut out = Out::new().flag("loading", slice.loading);
    if let Some(value) = &slice.data {
        out = out.value("data", &data(value));
    }
    with_error(out, slice.error.as_ref()).done()
}

fn with_error(out: Out, error: Option<&Error>) -> Out {
    let Some(error) = error else { return out };
    let error = Out::new()
        .text("code", &error.code)
        .text("message", &error.message)
        .flag("fatal", error.fatal)
        .flag("recovering", error.recovering)
        .text_if("loginUrl", error.login_url.as_deref())
        .done();
    out.value("error", &error)
}

fn party(party: &Party) -> JsValue {
    Out::new()
        .text("displayName", &party.display_name)
        .text("uri", &party.uri)
        .text("user", &party.user)
        .text("host", &party.host)
        .done()
}

fn call_direction(direction: CallDirection) -> &'static str {
    match direction {
        CallDirection::Incoming => "incoming",
        CallDirection::Outgoing => "outgoing",
    }
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }
}
