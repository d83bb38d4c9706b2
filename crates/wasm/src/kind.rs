//! What a machine is told: the kinds, what `number` is to each, and its fields.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        $($(#[$doc])* pub const $name: u32 = $number;)*
        /// All of them.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, u32)] = &[$((stringify!($name), $number)),*];
    };
}

kinds! {
    /// It is time.
    TICK = 0;
    /// The WebSocket `number` is open.
    SOCKET_OPENED = 1;
    /// A frame on the WebSocket `number`: `frame`.
    SOCKET_RECEIVED = 2;
    /// The WebSocket `number` is closed, or never opened: `code reason`.
    SOCKET_CLOSED = 3;
    /// The peer connection `number` has our description with its candidates: `sdp`.
    PEER_DESCRIBED = 4;
    /// The answer was applied to the peer connection `number`.
    PEER_ACCEPTED = 5;
    /// The peer connection `number` could not carry out a step: `message`.
    PEER_FAILED = 6;
    /// The peer connection `number` has its microphone.
    MICROPHONE_OPENED = 7;
    /// The peer connection `number` has no microphone: a DOMException's `name message`.
    MICROPHONE_FAILED = 8;
    /// Media flows in the peer connection `number`.
    PEER_CONNECTED = 9;
    /// ICE is disconnected or failed in the peer connection `number`.
    PEER_DISCONNECTED = 10;
    /// Nothing was received for 5 s in the peer connection `number`.
    PEER_NO_MEDIA = 11;
    /// The browser's permission: `granted`, `prompt` or `denied`.
    MICROPHONE_PERMISSION = 12;
    /// `online`, or the page became visible.
    NETWORK_BACK = 13;
    /// The machine slept: `wall_ms`.
    WOKE = 14;
    /// Calls a user part or a SIP URI, `target`; `number` is the page's handle of the call's media options.
    CALL = 15;
    /// Answers the ringing call; `number` as with [`CALL`].
    ANSWER = 16;
    /// Refuses, cancels or hangs up; `number` is the status code, or 0: `cause reason_phrase call`. Here and below `call`
    /// is a consultation's name, and empty for the call.
    END = 17;
    /// Holds (1) or resumes (0): `call`.
    HOLD = 18;
    /// Mutes (1) or unmutes (0) the microphone: `call`.
    MUTE = 19;
    /// Presses keys, by INFO (0) or in RTP (1): `tones`.
    SEND_DTMF = 20;
    /// Closes everything.
    STOP = 21;
    /// A phone's: registers. `login domain display_name instance_id username password registrars`, the last a list of
    /// `id uri weight reg_id`.
    REGISTER = 22;
    /// A phone's renewed hash: `username password`.
    SET_CREDENTIALS = 23;
    /// A workplace's: begins a shift. `wall_ms profile_id`.
    START = 24;
    /// Request `number` was not answered with what it asked for: `status code login_url retry_after_s`, a status, and
    /// `detail`. Status 0: the network failed.
    HTTP_FAILED = 25;
    /// The answer to request `number`: `login username hash expires_in`.
    HASH_ARRIVED = 26;
    /// The answer to request `number`: `login display_name domain poll_s registrars`, a status, and the whole answer.
    LAUNCH_ARRIVED = 27;
    /// The answer to request `number`, or with 0 the stream's: a status, `status sub_status since version by next
    /// next_sub_status`.
    STATUS_ARRIVED = 28;
    /// The answer to request `number`, or with 0 the stream's: `version registrars`.
    REGISTRARS_ARRIVED = 29;
    /// Request `number` has taken the events.
    EVENTS_TAKEN = 30;
    /// The event stream is open.
    STREAM_OPENED = 31;
    /// The event stream ended, or never opened.
    STREAM_CLOSED = 32;
    /// The operator chose `status sub_status`; `number` comes back in [`STATUS_SET`](crate::record::STATUS_SET).
    SET_STATUS = 33;
    /// While there is one, calls are refused with `reason`.
    REFUSE_CALLS = 34;
    /// Tries a slice again: `number` is its record's.
    RETRY = 35;
    /// Focus, or a login in any tab.
    FOCUSED = 36;
    /// The page is being left.
    UNLOAD = 37;
    /// An event that an earlier page kept: its fields as in [`EVENT`](crate::record::EVENT), a list of events.
    RESTORE_EVENTS = 38;
    /// Hands the call on, to the far end of the consultation `number`, or with 0: `target`.
    TRANSFER = 39;
    /// Calls somebody beside the call, which is held; `number` as with [`CALL`]: `call target`.
    CONSULT = 40;
    /// Takes up the calls that an earlier page was told to keep: `stored`; `number` as with [`CALL`]. A consultation is
    /// named 1.
    RESUME = 41;
}
