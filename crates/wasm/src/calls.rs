//! What both machines are told in the same way: sockets, peer connections, calls.

use headset_softphone::Permission;

/// The methods that a class with `tell(now, softphone::Input)` shares with the other.
macro_rules! phone_methods {
    ($class:ident) => {
        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $class {
            /// The WebSocket is open.
            #[wasm_bindgen(js_name = socketOpened)]
            pub fn socket_opened(&mut self, now: f64, socket: u32) {
                self.socket(now, socket, headset_softphone::SocketEvent::Opened);
            }

            /// One frame.
            #[wasm_bindgen(js_name = socketReceived)]
            pub fn socket_received(&mut self, now: f64, socket: u32, text: String) {
                self.socket(now, socket, headset_softphone::SocketEvent::Received(text));
            }

            /// Closed, or never opened.
            #[wasm_bindgen(js_name = socketClosed)]
            pub fn socket_closed(&mut self, now: f64, socket: u32, code: u16, reason: String) {
                self.socket(now, socket, headset_softphone::SocketEvent::Closed { code, reason });
            }

            /// Our description with its candidates.
            #[wasm_bindgen(js_name = peerDescribed)]
            pub fn peer_described(&mut self, now: f64, peer: u32, sdp: String) {
                self.peer(now, peer, headset_softphone::PeerEvent::Described(sdp));
            }

            /// The answer was applied.
            #[wasm_bindgen(js_name = peerAccepted)]
            pub fn peer_accepted(&mut self, now: f64, peer: u32) {
                self.peer(now, peer, headset_softphone::PeerEvent::Accepted);
            }

            /// A step could not be carried out.
            #[wasm_bindgen(js_name = peerFailed)]
            pub fn peer_failed(&mut self, now: f64, peer: u32, message: String) {
                self.peer(now, peer, headset_softphone::PeerEvent::Failed { message });
            }

            /// The microphone is open and joined.
            #[wasm_bindgen(js_name = microphoneOpened)]
            pub fn microphone_opened(&mut self, now: f64, peer: u32) {
                self.peer(now, peer, headset_softphone::PeerEvent::MicrophoneOpened);
            }

            /// `name` and `message` are the DOMException's.
            #[wasm_bindgen(js_name = microphoneFailed)]
            pub fn microphone_failed(&mut self, now: f64, peer: u32, name: String, message: String) {
                self.peer(now, peer, headset_softphone::PeerEvent::MicrophoneFailed { name, message });
            }

            /// Media flows.
            #[wasm_bindgen(js_name = peerConnected)]
            pub fn peer_connected(&mut self, now: f64, peer: u32) {
                self.peer(now, peer, headset_softphone::PeerEvent::Connected);
            }

            /// ICE is disconnected or failed.
            #[wasm_bindgen(js_name = peerDisconnected)]
            pub fn peer_disconnected(&mut self, now: f64, peer: u32) {
                self.peer(now, peer, headset_softphone::PeerEvent::Disconnected);
            }

            /// Nothing was received for 5 s.
            #[wasm_bindgen(js_name = peerNoMedia)]
            pub fn peer_no_media(&mut self, now: f64, peer: u32) {
                self.peer(now, peer, headset_softphone::PeerEvent::NoMedia);
            }

            /// `granted`, `prompt` or `denied`.
            #[wasm_bindgen(js_name = microphonePermission)]
            pub fn microphone_permission(&mut self, now: f64, state: &str) {
                let permission = crate::calls::permission(state);
                self.tell(now, headset_softphone::Input::MicrophonePermission(permission));
            }

            /// Calls a user part or a SIP URI; `media` is the page's handle of the call's options.
            pub fn call(&mut self, now: f64, target: String, media: u32) {
                let media = headset_softphone::MediaOptions(media);
                let options = headset_softphone::CallOptions { media, ..Default::default() };
                let options = Box::new(options);
                self.ask(now, headset_softphone::CallCommand::Dial { target, options });
            }

            /// Answers the ringing call.
            pub fn answer(&mut self, now: f64, media: u32) {
                let media = headset_softphone::MediaOptions(media);
                self.ask(now, headset_softphone::CallCommand::Answer { media, headers: String::new() });
            }

            /// Takes up a call that `dialogChanged` told to keep.
            pub fn resume(&mut self, now: f64, media: u32, stored: String) {
                let media = headset_softphone::MediaOptions(media);
                self.ask(now, headset_softphone::CallCommand::Resume { media, stored });
            }

            /// Refuses, cancels or hangs up.
            pub fn end(
                &mut self,
                now: f64,
                status_code: Option<u16>,
                reason_phrase: Option<String>,
                cause: Option<String>,
            ) {
                let options =
                    headset_softphone::EndOptions { status_code, reason_phrase, cause, ..Default::default() };
                self.ask(now, headset_softphone::CallCommand::End(Box::new(options)));
            }

            /// Holds or resumes.
            pub fn hold(&mut self, now: f64, on: bool) {
                self.ask(
                    now,
                    headset_softphone::CallCommand::Hold { on, update: false, headers: String::new() },
                );
            }

            /// Mutes or unmutes the microphone.
            pub fn mute(&mut self, now: f64, on: bool) {
                self.ask(now, headset_softphone::CallCommand::Mute(on));
            }

            /// Presses keys.
            #[wasm_bindgen(js_name = sendDtmf)]
            pub fn send_dtmf(&mut self, now: f64, tones: String) {
                self.ask(now, headset_softphone::CallCommand::SendDtmf { tones, dtmf: Default::default() });
            }

            /// Carries out what was to be done by `now`.
            #[wasm_bindgen(js_name = handleTimeout)]
            pub fn handle_timeout(&mut self, now: f64) {
                self.machine.handle_timeout(crate::calls::time(now));
            }

            /// When to call `handleTimeout` if nothing else happens.
            #[wasm_bindgen(js_name = pollTimeout)]
            pub fn poll_timeout(&self) -> Option<f64> {
                self.machine.poll_timeout().map(|time| time.0 as f64)
            }
        }

        impl $class {
            fn socket(&mut self, now: f64, socket: u32, event: headset_softphone::SocketEvent) {
                self.tell(now, headset_softphone::Input::Socket(headset_softphone::SocketId(socket), event));
            }

            fn peer(&mut self, now: f64, peer: u32, event: headset_softphone::PeerEvent) {
                self.tell(now, headset_softphone::Input::Peer(headset_softphone::PeerId(peer), event));
            }

            /// Of the one call.
            fn ask(&mut self, now: f64, command: headset_softphone::CallCommand) {
                let one = headset_softphone::CallId::ONE;
                self.command(now, headset_softphone::Command::Call(one, command));
            }

            fn command(&mut self, now: f64, command: headset_softphone::Command) {
                self.tell(now, headset_softphone::Input::Command(command));
            }
        }
    };
}
pub(crate) use phone_methods;

/// `performance.now()` on the engine's clock.
pub(crate) fn time(now: f64) -> headset_softphone::Time {
    headset_softphone::Time(now as u64)
}

pub(crate) fn permission(state: &str) -> Permission {
    match state {
        "granted" => Permission::Granted,
        "denied" => Permission::Denied,
        _ => Permission::Prompt,
    }
}

/// The 32 bytes that all tokens come from; a shorter seed leaves zeros.
pub(crate) fn seed(bytes: &[u8]) -> [u8; 32] {
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(bytes) {
        *to = *from;
    }
    seed
}
