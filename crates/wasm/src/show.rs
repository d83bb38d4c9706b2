//! What both machines ask for and show, as records.

use crate::record::{self, Record};
use alloc::string::String;
use headset_softphone::{
    CallEnd, CallView, Event, FlowView, Output, Party, PeerId, PeerRequest, UserAgentStatus,
};
use headset_workplace::Error;

/// A record that is only its number.
pub(crate) fn plain(kind: u32) -> String {
    Record::new(kind).done()
}

/// A record of a number and a text.
pub(crate) fn pair(kind: u32, number: u32, text: &str) -> String {
    let mut record = numbered(kind, number);
    record.text(text);
    record.done()
}

/// A record of two numbers.
pub(crate) fn numbers(kind: u32, first: u32, second: u32) -> String {
    two(kind, first, second).done()
}

fn two(kind: u32, first: u32, second: u32) -> Record {
    let mut record = numbered(kind, first);
    record.number(second.into());
    record
}

/// A record of two texts.
pub(crate) fn texts(kind: u32, first: &str, second: &str) -> String {
    let mut record = Record::new(kind);
    record.text(first);
    record.text(second);
    record.done()
}

pub(crate) fn numbered(kind: u32, number: u32) -> Record {
    let mut record = Record::new(kind);
    record.number(number.into());
    record
}

/// `None` for the events that are slices, or nothing to the page.
pub(crate) fn phone(output: &Output) -> Option<String> {
    Some(match output {
        Output::OpenSocket { socket, uri } => pair(record::OPEN_SOCKET, socket.0, uri),
        Output::Send { socket, text } => pair(record::SEND, socket.0, text),
        Output::CloseSocket { socket, code } => numbers(record::CLOSE_SOCKET, socket.0, (*code).into()),
        Output::Peer(_, id, request) => peer(*id, request),
        Output::Event(Event::CallEnded(end)) => call_ended(end),
        Output::Event(Event::DtmfReceived { tone, duration, .. }) => dtmf(*tone, *duration),
        Output::Event(Event::DialogChanged { call, stored }) => pair(record::DIALOG_CHANGED, call.0, stored),
        Output::Event(Event::CredentialsRefused { .. }) => plain(record::CREDENTIALS_REFUSED),
        Output::Event(Event::Error { code, message }) => texts(record::ERROR, code, message),
        Output::Event(_) => return None,
    })
}

fn peer(peer: PeerId, request: &PeerRequest) -> String {
    let peer = peer.0;
    match request {
        PeerRequest::Offer { media, direction, ice_restart } => {
            let mut record = numbered(record::OFFER, peer);
            record.number(media.0.into());
            record.number(*direction as u64);
            record.flag(*ice_restart);
            record.done()
        }
        PeerRequest::Answer { media, offer, direction } => {
            let mut record = numbered(record::ANSWER, peer);
            record.number(media.0.into());
            record.number(*direction as u64);
            record.text(offer);
            record.done()
        }
        PeerRequest::Accept { answer } => pair(record::ACCEPT, peer, answer),
        PeerRequest::AddCandidates { description } => pair(record::ADD_CANDIDATES, peer, description),
        PeerRequest::Rollback => numbered(record::ROLLBACK, peer).done(),
        PeerRequest::OpenMicrophone { media } => numbers(record::OPEN_MICROPHONE, peer, media.0),
        PeerRequest::Mute(on) => numbers(record::MUTE, peer, (*on).into()),
        PeerRequest::Hold(on) => numbers(record::HOLD, peer, (*on).into()),
        PeerRequest::Close => numbered(record::CLOSE, peer).done(),
        PeerRequest::InsertDtmf { tones, duration, gap } => {
            let mut record = two(record::INSERT_DTMF, peer, (*duration).into());
            record.number((*gap).into());
            record.text(tones);
            record.done()
        }
    }
}

fn call_ended(end: &CallEnd) -> String {
    let mut record = Record::new(record::CALL_ENDED);
    record.text(&end.id);
    record.number(end.direction as u64);
    record.number(end.originator as u64);
    record.number(end.outcome as u64);
    record.text(&end.cause);
    match end.status_code {
        Some(code) => record.number(code.into()),
        None => record.null(),
    }
    record.optional(end.reason_phrase.as_deref());
    party(&mut record, &end.remote);
    record.done()
}

fn dtmf(tone: char, duration: u16) -> String {
    let mut record = Record::new(record::DTMF);
    record.text(tone.encode_utf8(&mut [0; 4]));
    record.number(duration.into());
    record.done()
}

pub(crate) fn user_agent(status: UserAgentStatus, error: Option<&Error>) -> String {
    let mut record = numbered(record::USER_AGENT, status as u32);
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
    let mut record = numbered(record::REGISTRARS, rotation);
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
