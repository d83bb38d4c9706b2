//! The switch's contract: what it is told, and what it asks for.
//!
//! Names are the floor's, so that `headset` maps one to the other without thinking; the rooms do not
//! depend on each other.

/// One accepted WebSocket connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// A registrar's index in the configuration: which listener a connection came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListenerId(pub usize);

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A WebSocket connection was accepted.
    Opened {
        /// Its name from now on; never reused.
        connection: ConnectionId,
        /// Where it came in.
        listener: ListenerId,
        /// The other end's transport address.
        remote: std::net::SocketAddr,
    },
    /// A text or binary frame; keep-alives too.
    Received {
        /// Where it came in.
        connection: ConnectionId,
        /// The whole frame: one SIP message, or CRLFs.
        text: String,
    },
    /// A connection has ended. Nothing more is sent on it.
    Closed {
        /// Which one.
        connection: ConnectionId,
        /// With a Close frame, or without.
        how: Closed,
    },
    /// The floor asks for something.
    Command(Command),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// A Close frame with this code.
    Code(u16),
    /// The transport ended without one.
    Lost,
}

/// What must be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send one text frame.
    Send {
        /// Where to.
        connection: ConnectionId,
        /// The frame's text.
        text: String,
    },
    /// Send a Close frame with this code, then drop the connection. No `Input::Closed` follows.
    Close {
        /// Which one.
        connection: ConnectionId,
        /// RFC 6455 §7.4 status code.
        code: u16,
        /// Shown to the peer and in the log.
        reason: &'static str,
    },
    /// Tell the floor.
    Report(Report),
}

/// What the floor is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A flow registered, or answers again after having been stale.
    FlowLive {
        /// Whose flow.
        login: String,
        /// The registrar's id.
        registrar: String,
        /// The flow's id: never reused while the switch runs.
        flow: u64,
    },
    /// The page behind a flow has stopped answering.
    FlowStale {
        /// Whose flow.
        login: String,
        /// The flow's id.
        flow: u64,
    },
    /// A flow is gone.
    FlowGone {
        /// Whose flow.
        login: String,
        /// The flow's id.
        flow: u64,
        /// It was un-REGISTERed, rather than lost.
        goodbye: bool,
    },
    /// An authenticated party calls.
    CallArrived {
        /// The call's id everywhere.
        call: String,
        /// The caller's login.
        caller: String,
        /// The caller's display name; the login when there was none.
        caller_name: String,
        /// The user part of the request URI, as dialled: a queue, a login, or a number.
        target: String,
    },
    /// The offered party's client rings.
    Ringing {
        /// Which call.
        call: String,
        /// The login as it was offered.
        login: String,
    },
    /// The offered party answered; the caller has been answered with it. In a transfer: the new party picked
    /// up, and `Transferred` or `OfferEnded` follows.
    Answered {
        /// Which call.
        call: String,
        /// The login as it was offered.
        login: String,
    },
    /// An offer ended without an answer; also after `Command::CancelOffer`.
    OfferEnded {
        /// Which call.
        call: String,
        /// The login as it was offered.
        login: String,
        /// Why.
        end: OfferEnd,
    },
    /// A party put the other on hold.
    Held {
        /// Which call.
        call: String,
        /// Who holds.
        by: Side,
    },
    /// A party took the other off hold.
    Resumed {
        /// Which call.
        call: String,
        /// Who held.
        by: Side,
    },
    /// A party wants to hand the other one over (REFER). Answered by `Command::Offer` and `EndTransfer`, or,
    /// with a consultation, by `Command::Join` or `EndTransfer`.
    TransferAsked {
        /// Which call.
        call: String,
        /// Who asks.
        by: Side,
        /// The user part of Refer-To: a queue, a login, or a number.
        target: String,
        /// The asker's other call, whose other party is to take over: an attended transfer.
        with: Option<String>,
    },
    /// Who asked for a transfer hung up before it was done. The other party stays, and so does the transfer.
    PartyLeft {
        /// Which call.
        call: String,
        /// Who left.
        by: Side,
    },
    /// The new party has taken the place of who asked for the transfer. Of an attended one, the end of the
    /// consultation's call is reported after this.
    Transferred {
        /// Which call.
        call: String,
        /// Who had asked, and is no longer in it.
        by: Side,
        /// Who took over: the login as it was offered, or of the consultation.
        to: String,
    },
    /// An attended transfer could not be carried out; both calls are as they were. `Command::EndTransfer` is
    /// due.
    TransferFailed {
        /// Which call.
        call: String,
        /// 300..=699.
        status: u16,
        /// Its reason phrase.
        reason: String,
    },
    /// The call is over; exactly once for each `CallArrived`.
    CallEnded {
        /// Which call.
        call: String,
        /// Who ended it.
        by: Side,
    },
}

/// How an offer ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// Refused with this status and reason phrase.
    Refused {
        /// 300..=699.
        status: u16,
        /// As the client said it.
        reason: String,
    },
    /// No flow took it.
    Unreachable,
    /// `Command::CancelOffer` was done, or the caller has gone, or another answered.
    Cancelled,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who called.
    Caller,
    /// Who answered.
    Callee,
    /// This server: a command, or a call that lost both its ends.
    System,
}

/// What the floor asks for. A command for a call that is over is ignored: its end has been reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 182 with `X-Headset-Queue: position=…;waiting=…`; in a transfer, whoever asked for it is told.
    ShowPlace {
        /// Which call.
        call: String,
        /// From 1.
        position: u32,
        /// Callers in the queue.
        waiting: u32,
    },
    /// Ring this party, showing `display_name` and the caller's number; in a transfer, the number of who is
    /// handed over.
    Offer {
        /// Which call.
        call: String,
        /// Who to ring; a bare number finds `guest-<number>` too.
        login: String,
        /// The queue's name, or the caller's for a direct call.
        display_name: String,
    },
    /// Stop ringing this party.
    CancelOffer {
        /// Which call.
        call: String,
        /// As it was offered.
        login: String,
    },
    /// Refuse a call that was not answered.
    Reject {
        /// Which call.
        call: String,
        /// 300..=699; anything else is sent as 500.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
    /// Carry out an attended transfer that was asked for.
    Join {
        /// Which call.
        call: String,
    },
    /// A transfer has failed: whoever asked for it is told, and still has the call.
    EndTransfer {
        /// Which call.
        call: String,
        /// 300..=699; anything else is sent as 500.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
    /// End a call on both sides.
    HangUp {
        /// Which call.
        call: String,
        /// Text of the Reason header.
        reason: String,
    },
}
