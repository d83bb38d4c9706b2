//! What is asked of calls.

use super::{CallId, MediaOptions};
use alloc::boxed::Box;
use alloc::string::String;

/// What an application asks of one call. `headers` are more of them for the message that goes out, a line each:
/// `Name: value\n`; they need the feature `full`, as does all that is for supervised calls only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallCommand {
    /// Call `target`: a user part, or a whole SIP URI.
    Dial {
        /// A user part, or a whole SIP URI.
        target: String,
        /// How.
        options: Box<CallOptions>,
    },
    /// Supervised: say that it rings (180), or what else there is to say before it is answered. Unsupervised the user
    /// agent says 180 by itself.
    #[cfg(feature = "full")]
    Ring {
        /// 101 to 199.
        status: u16,
        /// Empty for the usual phrase.
        reason: String,
        /// Of the response.
        headers: String,
    },
    /// Answer the ringing call. Other `media` than prepared rebuilds the peer connection and is remembered.
    Answer {
        /// Options that the answer must have been made with.
        media: MediaOptions,
        /// Of the 200.
        headers: String,
    },
    /// Refuse, cancel or hang up: what ending means in the call's state.
    End(Box<EndOptions>),
    /// Hold or resume.
    Hold {
        /// Hold.
        on: bool,
        /// By UPDATE instead of re-INVITE; needs the feature `full`.
        update: bool,
        /// Of the re-INVITE or UPDATE.
        headers: String,
    },
    /// A new offer and answer. Needs the feature `full`.
    #[cfg(feature = "full")]
    Renegotiate {
        /// With new ICE credentials.
        restart_ice: bool,
        /// By UPDATE instead of re-INVITE; needs the feature `full`.
        update: bool,
        /// Of the re-INVITE or UPDATE.
        headers: String,
    },
    /// Supervised: their re-INVITE or UPDATE is to be answered.
    #[cfg(feature = "full")]
    TakeOffer,
    /// Supervised: it is to be refused, and the call goes on as it was.
    #[cfg(feature = "full")]
    RefuseOffer {
        /// 300–699; 403 otherwise.
        status: u16,
        /// Empty for the usual phrase.
        reason: String,
        /// Of the refusal.
        headers: String,
    },
    /// Hold the call and call somebody else beside it, though one call is the rule. When that ends the first one is
    /// resumed; `Transfer` with it joins the two.
    Consult {
        /// The name of the new call; [`CallId::ONE`] for any.
        new: CallId,
        /// As in `Dial`.
        target: String,
        /// As in `Dial`.
        options: Box<CallOptions>,
    },
    /// Hand the call on. Unsupervised it ends when that has succeeded.
    Transfer {
        /// As in `Dial`; empty for the far end of `with`.
        target: String,
        /// An answered call whose place the far end is to take (RFC 3891).
        with: Option<CallId>,
        /// Of the REFER.
        headers: String,
    },
    /// Supervised: call whom their REFER names, and tell them how it goes.
    #[cfg(feature = "full")]
    AcceptReferral {
        /// The name of the new call.
        new: CallId,
        /// As in `Dial`.
        options: Box<CallOptions>,
    },
    /// Supervised: do not.
    #[cfg(feature = "full")]
    RefuseReferral {
        /// 300–699; 603 otherwise.
        status: u16,
        /// Empty for the usual phrase.
        reason: String,
    },
    /// The microphone; kept over holds and new peer connections.
    Mute(bool),
    /// Keys to press one after the other.
    SendDtmf {
        /// `0-9 A-D # *`; `,` pauses 2 s.
        tones: String,
        /// How.
        dtmf: Dtmf,
    },
}

/// How a call is made. All but `media` and `session_expires` need the feature `full`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOptions {
    /// Options of the peer connection.
    pub media: MediaOptions,
    /// Of every INVITE that sets it up.
    pub headers: String,
    /// RFC 3323: From says nothing of us.
    pub anonymous: bool,
    /// Another user part of From; empty for our own.
    pub from_user: String,
    /// Another display name of From; empty for our own.
    pub from_display_name: String,
    /// No offer in the INVITE: the far end makes one, and the ACK answers it.
    pub late_offer: bool,
    /// Session-Expires (RFC 4028) to ask for, in seconds; 0 for the settings' own.
    pub session_expires: u32,
    /// How many 3xx in a row are followed to where they point.
    pub redirects: u8,
}

impl CallOptions {
    /// As usual.
    pub const DEFAULT: CallOptions = CallOptions {
        media: MediaOptions(0),
        headers: String::new(),
        anonymous: false,
        from_user: String::new(),
        from_display_name: String::new(),
        late_offer: false,
        session_expires: 0,
        redirects: 0,
    };
}

impl Default for CallOptions {
    fn default() -> CallOptions {
        CallOptions::DEFAULT
    }
}

/// JsSIP's `terminate(options)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndOptions {
    /// 300–699 while it rings (480 if absent); the Reason header's cause afterwards.
    pub status_code: Option<u16>,
    /// The response's reason phrase, or the Reason header's text.
    pub reason_phrase: Option<String>,
    /// The word that [`super::CallEnd::cause`] then carries.
    pub cause: Option<String>,
    /// Of the refusal or BYE. Needs the feature `full`, as does `body`.
    #[cfg(feature = "full")]
    pub headers: String,
    /// Type of `body`.
    #[cfg(feature = "full")]
    pub content_type: String,
    /// Of the refusal or BYE; empty for none.
    #[cfg(feature = "full")]
    pub body: String,
}

impl EndOptions {
    /// As usual.
    pub const DEFAULT: EndOptions = EndOptions {
        status_code: None,
        reason_phrase: None,
        cause: None,
        #[cfg(feature = "full")]
        headers: String::new(),
        #[cfg(feature = "full")]
        content_type: String::new(),
        #[cfg(feature = "full")]
        body: String::new(),
    };
}

impl Default for EndOptions {
    fn default() -> EndOptions {
        EndOptions::DEFAULT
    }
}

/// How keys are pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dtmf {
    /// How long one sounds, in ms.
    pub duration: u16,
    /// Silence after each, in ms.
    pub gap: u16,
    /// In what.
    pub transport: DtmfTransport,
}

/// What carries a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DtmfTransport {
    /// INFO, `application/dtmf-relay`.
    #[default]
    Info,
    /// RTP (RFC 4733): the peer connection sends it.
    Rtp,
}

impl Default for Dtmf {
    fn default() -> Dtmf {
        Dtmf { duration: 160, gap: 70, transport: DtmfTransport::Info }
    }
}
