//! Media: what is asked of a peer connection in whole steps, and how they went.

use alloc::string::String;

/// The body's media options for a call (`pcConfig`, `mediaConstraints`), kept by the body. Equal
/// handles mean equal options; 0 is the body's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MediaOptions(pub u32);

/// How a [`PeerRequest`] went, or what the peer connection did by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerEvent {
    /// Our description with our candidates, after `Offer` or `Answer`. Each of them is answered by this or a failure, in
    /// the order they were asked in, also where a `Rollback` was asked for meanwhile: it does not say what it describes.
    Described(String),
    /// `Accept` was applied.
    Accepted,
    /// A request could not be carried out.
    Failed {
        /// The exception's text.
        message: String,
    },
    /// After `OpenMicrophone`.
    MicrophoneOpened,
    /// `name` is the DOMException's: `NotAllowedError`, `NotFoundError`, `NotReadableError` …
    MicrophoneFailed {
        /// The DOMException's name.
        name: String,
        /// The DOMException's text.
        message: String,
    },
    /// Media flows (ICE and DTLS are up).
    Connected,
    /// ICE is disconnected or failed.
    Disconnected,
    /// Nothing was received for 5 s although it should have been.
    NoMedia,
}

/// One step on a peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerRequest {
    /// Make an offer in this direction, gather, then `Described`. A new peer connection opens the
    /// microphone first, and says `MicrophoneFailed` if that fails.
    Offer {
        /// Options of a new peer connection.
        media: MediaOptions,
        /// What we will; the far end's will is its own.
        direction: Direction,
        /// With new ICE credentials.
        ice_restart: bool,
    },
    /// Apply this offer, set its transceiver to `direction` with one stream, answer, gather, then `Described`. Does not
    /// open the microphone; one that is open joins.
    Answer {
        /// Options of a new peer connection.
        media: MediaOptions,
        /// The far end's description, with or without its candidates.
        offer: String,
        /// What we will; the far end's will is in the offer.
        direction: Direction,
    },
    /// The far end's answer to our offer; then `Accepted` or `Failed`. Where another's answer was accepted before
    /// (two who were called have answered), our offer is made its own once more first.
    Accept {
        /// The far end's description.
        answer: String,
    },
    /// The candidates that were withheld from `Answer::offer`.
    AddCandidates {
        /// The whole offer.
        description: String,
    },
    /// Take back our unanswered offer; nothing where there is none.
    Rollback,
    /// Open the microphone and join it by `replaceTrack`, or keep it for the description to come; then
    /// `MicrophoneOpened` or `MicrophoneFailed`.
    OpenMicrophone {
        /// Which microphone.
        media: MediaOptions,
    },
    /// The microphone's track, now and after any replacement.
    Mute(bool),
    /// While held here, neither the microphone nor the far end is heard.
    Hold(bool),
    /// Press these keys in RTP (`RTCDTMFSender.insertDTMF`).
    InsertDtmf {
        /// `0-9 A-D # *`; `,` pauses 2 s.
        tones: String,
        /// Milliseconds.
        duration: u16,
        /// Milliseconds.
        gap: u16,
    },
    /// Release it and its microphone.
    Close,
}

/// SDP's, from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// Held here.
    SendOnly,
    /// We only hear.
    RecvOnly,
    /// Neither.
    Inactive,
}
