//! The end of a transfer: the new party takes the place of who asked for it.

use headset_sip::sdp::{Direction, direction};
use headset_sip::{Name, Response};

use super::join::{Join, Newcomer, Step};
use super::talking::{Leg, Talking, other};
use super::{Call, Calls, State, acknowledge_with, reason_header};
use crate::edge::{Edge, Timer};
use crate::io::{Report, Side};

impl Calls {
    /// The party that stays has answered: the newcomer takes the place of who asked.
    pub(super) fn joined(&mut self, edge: &mut Edge, number: u64, response: &Response) {
        let Some(Join { newcomer, step: Step::Offering { offer, .. } }) = self.take_join(number) else {
            return;
        };
        edge.timers.clear(Timer::Join(number));
        let (to, leg, consultation) = match newcomer {
            Newcomer::Rung { login, leg } => {
                self.newcomers.remove(&leg.name());
                (login, *leg, None)
            }
            Newcomer::Consulted { call, side } => {
                let Some((consultation, leg)) = self.take_consultation(edge, call, side) else { return };
                (leg.login.clone(), leg, Some(consultation))
            }
        };
        let answer = response.get(Name::ContentType).unwrap_or("application/sdp");
        acknowledge_with(edge, offer.key, &leg.dialog, offer.cseq, Some((answer, response.body())));

        let Some(Call { id, caller, state: State::Talking(talking), .. }) = self.calls.get_mut(&number)
        else {
            return;
        };
        let id = id.clone();
        let Some(mut transfer) = talking.transfer.take() else { return };
        let by = transfer.by;
        transfer.tell(edge, &id, talking.leg(by), 200, "OK");
        let forwards = std::mem::take(&mut talking.forwards);
        let dialogs = (talking.caller.dialog.clone(), talking.callee.dialog.clone());
        let (login, name) = (leg.login.clone(), leg.name());
        let before = std::mem::replace(talking.leg(by), leg);
        if by == Side::Caller {
            caller.clone_from(&login);
            talking.unacknowledged = None;
            edge.timers.clear(Timer::AckDue(number));
        }
        let stays = talking.leg(other(by));
        stays.hears_nothing = None;
        stays.holds = matches!(direction(response.body()), Direction::SendOnly | Direction::Inactive);
        for forward in forwards {
            self.drop_forward(edge, number, forward, &dialogs.0, &dialogs.1);
        }
        self.by_dialog.insert(name, (number, by));
        self.leave(edge, number, before);
        self.index_login(&login, number);
        edge.report(Report::Transferred { call: id, by, to });
        if let Some(call) = consultation {
            edge.report(Report::CallEnded { call, by: Side::System });
        }
        self.watch_signalling(edge, number);
    }

    /// Takes a consultation apart: its id, and the leg of who takes over. Who asked gets a BYE.
    fn take_consultation(&mut self, edge: &mut Edge, number: u64, side: Side) -> Option<(String, Leg)> {
        let Call { id, state: State::Talking(talking), .. } = self.remove(edge, number)? else { return None };
        let Talking { caller, callee, forwards, .. } = *talking;
        for forward in forwards {
            self.drop_forward(edge, number, forward, &caller.dialog, &callee.dialog);
        }
        let (stays, asker) = if side == Side::Caller { (caller, callee) } else { (callee, caller) };
        self.unindex_login(&stays.login, number);
        self.leave(edge, number, asker);
        Some((id, stays))
    }

    /// A leg that is no longer part of its call.
    fn leave(&mut self, edge: &mut Edge, number: u64, leg: Leg) {
        self.by_dialog.remove(&leg.name());
        self.unindex_login(&leg.login, number);
        if !leg.has_left {
            let reason = reason_header(200, "Transferred");
            self.part(edge, &leg.login, leg.connection, leg.dialog, Some(reason));
        }
    }
}
