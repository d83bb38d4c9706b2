//! Switch and floor speak of the same things in words of their own; here one is turned into the other.

use headset_floor as floor;
use headset_switch as switch;

/// What the switch reports, for the floor.
pub(crate) fn report(report: switch::Report) -> floor::Report {
    use floor::Report as To;
    use switch::Report as From;
    match report {
        From::FlowLive { login, registrar, flow } => To::FlowLive { login, registrar, flow },
        From::FlowStale { login, flow } => To::FlowStale { login, flow },
        From::FlowGone { login, flow, goodbye } => To::FlowGone { login, flow, goodbye },
        From::CallArrived { call, caller, caller_name, target } => {
            To::CallArrived { call, caller, caller_name, target }
        }
        From::Ringing { call, login } => To::Ringing { call, login },
        From::Answered { call, login } => To::Answered { call, login },
        From::OfferEnded { call, login, end } => To::OfferEnded { call, login, end: offer_end(end) },
        From::Held { call, by } => To::Held { call, by: side(by) },
        From::Resumed { call, by } => To::Resumed { call, by: side(by) },
        From::TransferAsked { call, by, target, with } => {
            To::TransferAsked { call, by: side(by), target, with }
        }
        From::PartyLeft { call, by } => To::PartyLeft { call, by: side(by) },
        From::Transferred { call, by, to } => To::Transferred { call, by: side(by), to },
        From::TransferFailed { call, status, reason } => To::TransferFailed { call, status, reason },
        From::CallEnded { call, by } => To::CallEnded { call, by: side(by) },
    }
}

/// What the floor asks for, for the switch.
pub(crate) fn command(command: floor::Command) -> switch::Command {
    use floor::Command as From;
    use switch::Command as To;
    match command {
        From::ShowPlace { call, position, waiting } => To::ShowPlace { call, position, waiting },
        From::Offer { call, login, display_name } => To::Offer { call, login, display_name },
        From::CancelOffer { call, login } => To::CancelOffer { call, login },
        From::Reject { call, status, reason } => To::Reject { call, status, reason },
        From::Join { call } => To::Join { call },
        From::EndTransfer { call, status, reason } => To::EndTransfer { call, status, reason },
        From::HangUp { call, reason } => To::HangUp { call, reason },
    }
}

fn offer_end(end: switch::OfferEnd) -> floor::OfferEnd {
    match end {
        switch::OfferEnd::Refused { status, reason } => floor::OfferEnd::Refused { status, reason },
        switch::OfferEnd::Unreachable => floor::OfferEnd::Unreachable,
        switch::OfferEnd::Cancelled => floor::OfferEnd::Cancelled,
    }
}

fn side(side: switch::Side) -> floor::Side {
    match side {
        switch::Side::Caller => floor::Side::Caller,
        switch::Side::Callee => floor::Side::Callee,
        switch::Side::System => floor::Side::System,
    }
}
