//! What both machines ask for and show, as records.

use crate::record::{self, Records};
use headset_softphone::{CallEnd, CallView, Event, FlowView, Output, Party, PeerRequest, UserAgentStatus};
use headset_workplace::{Error, Rotation};

/// Nothing for the events that are slices, or nothing to the page.
pub(crate) fn phone(records: &mut Records, output: &Output) {
    let (kind, number, text) = match output {
        Output::OpenSocket { socket, uri } => (record::OPEN_SOCKET, socket.0, uri),
        Output::Send { socket, text } => (record::SEND, socket.0, text),
        Output::CloseSocket { socket, code } => {
            return records.push(record::CLOSE_SOCKET, &[socket.0, (*code).into()], &[]);
        }
        Output::Peer(_, id, request) => return peer(records, id.0, request),
        Output::Event(Event::CallEnded(end)) => return call_ended(records, end),
        Output::Event(Event::DtmfReceived { tone, duration, .. }) => {
            return records.push(record::DTMF, &[(*duration).into()], &[tone]);
        }
        Output::Event(Event::KeepCalls(text)) => return records.push(record::KEEP_CALLS, &[], &[text]),
        Output::Event(Event::CredentialsRefused { .. }) => {
            return records.push(record::CREDENTIALS_REFUSED, &[], &[]);
        }
        Output::Event(Event::Error { code, message }) => {
            return records.push(record::ERROR, &[], &[code, message]);
        }
        Output::Event(_) => return,
    };
    records.push(kind, &[number], &[text]);
}

/// All that peers are asked has a text and three numbers, empty and 0 where there is nothing to say.
fn peer(records: &mut Records, peer: u32, request: &PeerRequest) {
    let (kind, numbers, text) = match request {
        PeerRequest::Offer { media, direction, ice_restart } => {
            (record::OFFER, [media.0, *direction as u32, (*ice_restart).into()], "")
        }
        PeerRequest::Answer { media, offer, direction } => {
            (record::ANSWER, [media.0, *direction as u32, 0], &**offer)
        }
        PeerRequest::Accept { answer } => (record::ACCEPT, [0; 3], &**answer),
        PeerRequest::AddCandidates { description } => (record::ADD_CANDIDATES, [0; 3], &**description),
        PeerRequest::Rollback => (record::ROLLBACK, [0; 3], ""),
        PeerRequest::OpenMicrophone { media } => (record::OPEN_MICROPHONE, [media.0, 0, 0], ""),
        PeerRequest::Mute(on) => (record::MUTE, [(*on).into(), 0, 0], ""),
        PeerRequest::Hold(on) => (record::HOLD, [(*on).into(), 0, 0], ""),
        PeerRequest::Close => (record::CLOSE, [0; 3], ""),
        PeerRequest::InsertDtmf { tones, duration, gap } => {
            (record::INSERT_DTMF, [(*duration).into(), (*gap).into(), 0], &**tones)
        }
    };
    records.begin(kind, &[peer]);
    records.text(text);
    for number in &numbers {
        records.number((*number).into());
    }
    records.close();
}

fn call_ended(records: &mut Records, end: &CallEnd) {
    let words = [end.direction as u32, end.originator as u32, end.outcome as u32];
    records.begin(record::CALL_ENDED, &words);
    records.text(&end.id);
    records.text(&end.cause);
    records.optional_number(end.status_code.map(Into::into));
    records.optional(end.reason_phrase.as_deref());
    party(records, &end.remote);
    records.close();
}

pub(crate) fn user_agent(records: &mut Records, status: UserAgentStatus, error: Option<&Error>) {
    records.begin(record::USER_AGENT, &[status as u32]);
    failure(records, error);
    records.close();
}

/// The beginning of what the backend is asked for, before the data.
#[cfg(feature = "workplace")]
pub(crate) fn remote(records: &mut Records, kind: u32, loading: bool, error: Option<&Error>) {
    records.begin(kind, &[]);
    records.flag(loading);
    failure(records, error);
}

/// An error, or null.
fn failure(records: &mut Records, error: Option<&Error>) {
    let Some(error) = error else { return records.null() };
    records.open();
    records.text(&error.code);
    records.text(&error.message);
    records.flag(error.fatal);
    records.flag(error.recovering);
    records.text(&error.login_url);
    records.close();
}

pub(crate) fn registrars(records: &mut Records, flows: &[FlowView], rotation: Rotation) {
    records.begin(record::REGISTRARS, &[rotation as u32]);
    for flow in flows {
        records.open();
        records.text(&flow.registrar.id);
        records.text(&flow.registrar.uri);
        records.number(flow.status as u64);
        records.optional(flow.error.as_deref());
        records.close();
    }
    records.close();
}

pub(crate) fn session(records: &mut Records, call: Option<&CallView>, consultation: Option<&CallView>) {
    records.begin(record::SESSION, &[]);
    if let Some(call) = call {
        view(records, call);
        if let Some(consultation) = consultation {
            records.open();
            view(records, consultation);
            records.close();
        }
    }
    records.close();
}

fn view(records: &mut Records, call: &CallView) {
    records.number(call.status as u64);
    records.number(call.direction as u64);
    records.text(&call.id);
    party(records, &call.local);
    party(records, &call.remote);
    for on in
        &[call.ringing, call.muted, call.held_by_remote, call.connected, call.answering, call.transferring]
    {
        records.flag(*on);
    }
    records.optional_number(call.answered_at);
    let (position, waiting) = call.queue_place.unwrap_or_default();
    records.number(position.into());
    records.number(waiting.into());
    records.text(&call.invite);
}

fn party(records: &mut Records, party: &Party) {
    records.open();
    for text in &[&party.display_name, &party.uri, &party.user, &party.host] {
        records.text(text);
    }
    records.close();
}
