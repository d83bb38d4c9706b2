use crate::calls::{phone_methods, seed, time};
use crate::read::{self, Kind};
use crate::write;
use headset_workplace::{HttpError, HttpId, HttpRequest, Input, Options, Output, Slice, Status};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An operator's client.
#[wasm_bindgen]
pub struct Workplace {
    machine: headset_workplace::Workplace,
    /// What the requests under way asked for.
    asked: Vec<(HttpId, Kind)>,
}

#[wasm_bindgen]
impl Workplace {
    /// A client at rest. `seed`: 32 random bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], _now: f64) -> Workplace {
        Workplace { machine: headset_workplace::Workplace::new(seed(bytes)), asked: Vec::new() }
    }

    /// Begins a shift. `wall_ms`: `Date.now()`.
    pub fn start(
        &mut self,
        now: f64,
        project: String,
        env: String,
        version: String,
        profile_id: String,
        wall_ms: f64,
    ) {
        let options = Options { project, env, version, profile_id, wall_ms: wall_ms as u64 };
        self.input(now, Input::Start(options));
    }

    /// Closes everything; the status stays as it is.
    pub fn stop(&mut self, now: f64) {
        self.input(now, Input::Stop);
    }

    /// A 2xx: its body, parsed and as it came.
    #[wasm_bindgen(js_name = httpAnswered)]
    pub fn http_answered(&mut self, now: f64, id: u32, body: &JsValue, raw: String) {
        let Some(kind) = self.take(id) else { return };
        let answer = read::answer(kind, body, raw);
        let answer = answer.ok_or_else(|| HttpError { status: 200, ..HttpError::default() });
        self.input(now, Input::Http(HttpId(id), answer));
    }

    /// Anything but a 2xx; `status` 0: the network failed. `problem`: the problem document, if there is one.
    #[wasm_bindgen(js_name = httpFailed)]
    pub fn http_failed(&mut self, now: f64, id: u32, status: u16, problem: &JsValue) {
        self.take(id);
        self.input(now, Input::Http(HttpId(id), Err(read::error(status, problem))));
    }

    /// The event stream is open.
    #[wasm_bindgen(js_name = streamOpened)]
    pub fn stream_opened(&mut self, now: f64) {
        self.input(now, Input::StreamOpened);
    }

    /// The event stream ended, or never opened.
    #[wasm_bindgen(js_name = streamClosed)]
    pub fn stream_closed(&mut self, now: f64) {
        self.input(now, Input::StreamClosed);
    }

    /// An event of the stream.
    pub fn pushed(&mut self, now: f64, event: &str, body: &JsValue) {
        if let Some(push) = read::push(event, body) {
            self.input(now, Input::Pushed(push));
        }
    }

    /// The operator chose a status. An unknown one throws: the page's types do not let it through.
    #[wasm_bindgen(js_name = setStatus)]
    pub fn set_status(
        &mut self,
        now: f64,
        request: u32,
        status: &str,
        sub_status: Option<String>,
    ) -> Result<(), JsValue> {
        let status = Status::parse(status).ok_or_else(|| JsValue::from_str("no such status"))?;
        self.input(now, Input::SetStatus { request, status, sub_status });
        Ok(())
    }

    /// While set, incoming calls are refused with it as the reason.
    #[wasm_bindgen(js_name = refuseCalls)]
    pub fn refuse_calls(&mut self, now: f64, reason: Option<String>) {
        self.input(now, Input::RefuseCalls(reason));
    }

    /// Tries this slice again now.
    pub fn retry(&mut self, now: f64, slice: &str) {
        if let Some(slice) = read::slice(slice) {
            self.input(now, Input::Retry(slice));
        }
    }

    /// `online`, became visible.
    #[wasm_bindgen(js_name = networkBack)]
    pub fn network_back(&mut self, now: f64) {
        self.input(now, Input::NetworkBack);
    }

    /// Focus, or a login in any tab.
    pub fn focused(&mut self, now: f64) {
        self.input(now, Input::Focused);
    }

    /// The machine slept. `wall_ms`: `Date.now()`, so that events carry the right time again.
    pub fn woke(&mut self, now: f64, wall_ms: Option<f64>) {
        self.input(now, Input::Woke { wall_ms: wall_ms.map(|ms| ms as u64) });
    }

    /// The page is being left.
    pub fn unload(&mut self, now: f64) {
        self.input(now, Input::Unload);
    }

    /// Events that an earlier page kept.
    #[wasm_bindgen(js_name = restoreEvents)]
    pub fn restore_events(&mut self, now: f64, events: &JsValue) {
        self.input(now, Input::RestoreEvents(read::events(events)));
    }

    /// What the page must do now; ask until `undefined`.
    #[wasm_bindgen(js_name = pollOutput)]
    pub fn poll_output(&mut self) -> JsValue {
        let Some(output) = self.machine.poll_output() else { return JsValue::UNDEFINED };
        match output {
            Output::OpenSocket { socket, uri } => write::open_socket(socket, &uri),
            Output::Send { socket, text } => write::send(socket, &text),
            Output::CloseSocket { socket, code } => write::close_socket(socket, code),
            Output::Peer(_, peer, request) => write::peer(peer, &request),
            Output::Http(id, request) => {
                self.asked.push((id, kind(&request)));
                write::http(id.0, &request, self.machine.options())
            }
            Output::OpenStream => write::plain("openStream"),
            Output::CloseStream => write::plain("closeStream"),
            Output::Changed(slice) => write::changed(slice),
            Output::StatusChanged { previous, next } => write::status_changed(previous, next),
            Output::StatusSet { request } => write::status_set(request),
            Output::DialogChanged { call, stored } => write::dialog_changed(call, &stored),
            Output::CallEnded(end) => write::call_ended(&end),
            Output::DtmfReceived { tone, duration, .. } => write::dtmf(tone, duration),
            Output::KeepEvents(events) => write::keep_events(&events),
            Output::Event(event) => write::happened(&event),
            Output::Error { code, message } => write::failed(&code, &message),
            Output::AskMicrophone => write::plain("askMicrophone"),
        }
    }

    /// A slice as a fresh plain object.
    pub fn snapshot(&self, slice: &str) -> JsValue {
        match read::slice(slice) {
            Some(Slice::Hash) => write::hash(self.machine.hash()),
            Some(Slice::Launch) => write::launch(self.machine.launch()),
            Some(Slice::Status) => write::status(self.machine.status()),
            Some(Slice::UserAgent) => write::user_agent(self.machine.user_agent()),
            Some(Slice::Session) => write::session(self.machine.session()),
            Some(Slice::Registrars) => {
                let registrars = self.machine.registrars();
                write::registrars(&registrars.flows, registrars.rotation)
            }
            None => JsValue::UNDEFINED,
        }
    }
}

phone_methods!(Workplace);

impl Workplace {
    fn tell(&mut self, now: f64, input: headset_softphone::Input) {
        self.input(now, Input::Softphone(input));
    }

    fn input(&mut self, now: f64, input: Input) {
        self.machine.handle_input(time(now), input);
    }

    fn take(&mut self, id: u32) -> Option<Kind> {
        let index = self.asked.iter().position(|(asked, _)| asked.0 == id)?;
        Some(self.asked.swap_remove(index).1)
    }
}

fn kind(request: &HttpRequest) -> Kind {
    match request {
        HttpRequest::Hash => Kind::Hash,
        HttpRequest::Launch => Kind::Launch,
        HttpRequest::Status | HttpRequest::PutStatus { .. } => Kind::Status,
        HttpRequest::Registrars => Kind::Registrars,
        HttpRequest::Events(_) => Kind::Events,
    }
}
