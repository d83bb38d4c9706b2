//! What both machines ask for and show, as records.

use crate::record::{self, Record};
use alloc::string::String;
use headset_softphone::{CallEnd, CallView, Event, FlowView, Output, Party, PeerRequest, UserAgentStatus};
use headset_workplace::Error;

/// A record of numbers, and of texts after them.
pub(crate) fn flat(kind: u32, numbers: &[u32], texts: &[&str]) -> String {
    let mut record = numbered(kind, numbers);
    for text in texts {
        record.text(text);
    }
    record.done()
}

/// A record that begins with numbers.
pub(crate) fn numbered(kind: u32, numbers: &[u32]) -> Record {
    let mut record = Record::new(kind);
    for number in numbers {
        record.number((*number).into());
    }
    record
}

/// `None` for the events that are slices, or nothing to the page.
pub(crate) fn phone(output: &Output) -> Option<String> {
    Some(match output {
        Output::OpenSocket { socket, uri } => flat(record::OPEN_SOCKET, &[socket.0], &[uri]),
        Output::Send { socket, text } => flat(record::SEND, &[socket.0], &[text]),
        Output::CloseSocket { socket, code } => flat(record::CLOSE_SOCKET, &[socket.0, (*code).into()], &[]),
        Output::Peer(_, id, request) => peer(id.0, request),
        Output::Event(Event::CallEnded(end)) => call_ended(end),
        Output::Event(Event::DtmfReceived { tone, duration, .. }) => {
            flat(record::DTMF, &[(*duration).into()], &[tone.encode_utf8(&mut [0; 4])])
        }
        Output::Event(Event::DialogChanged { call, stored }) => {
            flat(record::DIALOG_CHANGED, &[call.0], &[stored])
        }
        Output::Event(Event::CredentialsRefused { .. }) => flat(record::CREDENTIALS_REFUSED, &[], &[]),
        Output::Event(Event::Error { code, message }) => flat(record::ERROR, &[], &[code, message]),
        Output::Event(_) => return None,
    })
}

fn peer(peer: u32, request: &PeerRequest) -> String {
    match request {
        PeerRequest::Offer { media, direction, ice_restart } => {
            flat(record::OFFER, &[peer, media.0, *direction as u32, (*ice_restart).into()], &[])
        }
        PeerRequest::Answer { media, offer, direction } => {
            flat(record::ANSWER, &[peer, media.0, *direction as u32], &[offer])
        }
        PeerRequest::Accept { answer } => flat(record::ACCEPT, &[peer], &[answer]),
        PeerRequest::AddCandidates { description } => flat(record::ADD_CANDIDATES, &[peer], &[description]),
        PeerRequest::Rollback => flat(record::ROLLBACK, &[peer], &[]),
        PeerRequest::OpenMicrophone { media } => flat(record::OPEN_MICROPHONE, &[peer, media.0], &[]),
        PeerRequest::Mute(on) => flat(record::MUTE, &[peer, (*on).into()], &[]),
        PeerRequest::Hold(on) => flat(record::HOLD, &[peer, (*on).into()], &[]),
        PeerRequest::Close => flat(record::CLOSE, &[peer], &[]),
        PeerRequest::InsertDtmf { tones, duration, gap } => {
            flat(record::INSERT_DTMF, &[peer, (*duration).into(), (*gap).into()], &[tones])
        }
    }
}

fn call_ended(end: &CallEnd) -> String {
    let words = [end.direction as u32, end.originator as u32, end.outcome as u32];
    let mut record = numbered(record::CALL_ENDED, &words);
    record.text(&end.id);
    record.text(&end.cause);
    match end.status_code {
        Some(code) => record.number(code.into()),
        None => record.null(),
    }
    record.optional(end.reason_phrase.as_deref());
    party(&mut record, &end.remote);
    record.done()
}

pub(crate) fn user_agent(status: UserAgentStatus, error: Option<&Error>) -> String {
    let mut record = numbered(record::USER_AGENT, &[status as u32]);
    failure(&mut record, error);
    record.done()
}

/// The beginning of what the backend is asked for, before the data.
pub(crate) fn remote(kind: u32, loading: bool, error: Option<&Error>) -> Record {
    let mut record = Record::new(kind);
    record.flag(loading);
    failure(&mut record, error);
    record
}

/// An error, or null.
fn failure(record: &mut Record, error: Option<&Error>) {
    let Some(error) = error else { return record.null() };
    record.open();
    record.text(&error.code);
    record.text(&error.message);
    record.flag(error.fatal);
    record.flag(error.recovering);
    record.text(&error.login_url);
    record.close();
}

pub(crate) fn registrars(flows: &[FlowView], rotation: u32) -> String {
    let mut record = numbered(record::REGISTRARS, &[rotation]);
    for flow in flows {
        record.open();
        record.text(&flow.registrar.id);
        record.text(&flow.registrar.uri);
        record.number(flow.status as u64);
        record.optional(flow.error.as_deref());
        record.close();
    }
    record.done()
}

pub(crate) fn session(call: Option<&CallView>, consultation: Option<&CallView>) -> String {
    let mut record = Record::new(record::SESSION);
    if let Some(call) = call {
        view(&mut record, call);
        if let Some(consultation) = consultation {
            record.open();
            view(&mut record, consultation);
            record.close();
        }
    }
    record.done()
}

fn view(record: &mut Record, call: &CallView) {
    record.number(call.status as u64);
    record.number(call.direction as u64);
    record.text(&call.id);
    party(record, &call.local);
    party(record, &call.remote);
    for on in
        [call.ringing, call.muted, call.held_by_remote, call.connected, call.answering, call.transferring]
    {
        record.flag(on);
    }
    match call.answered_at {
        Some(at) => record.number(at),
        None => record.null(),
    }
    let (position, waiting) = call.queue_place.unwrap_or_default();
    record.number(position.into());
    record.number(waiting.into());
    record.text(&call.invite);
}

fn party(record: &mut Record, party: &Party) {
    record.open();
    for text in [&party.display_name, &party.uri, &party.user, &party.host] {
        record.text(text);
    }
    record.close();
}
