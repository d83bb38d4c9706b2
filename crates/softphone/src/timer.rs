//! The deadlines as numbers.

use crate::CallId;
use crate::context::{CallTimer, Timer};
use crate::flow::{FlowId, FlowTimer};
use headset_sip::timer::TimerKey;
#[cfg(feature = "full")]
use {
    crate::request::RequestTimer,
    crate::subscription::SubscriptionTimer,
    crate::{ReplyId, RequestId, SubscriptionId},
};

/// Below it are the number of whatever it is a deadline of, and eight bits for the step.
const KIND: u32 = 40;

impl TimerKey for Timer {
    fn number(self) -> u64 {
        let (kind, id, step) = match self {
            Timer::Flow(flow, timer) => (0, flow.0, timer as u64),
            Timer::Call(call, timer) => (1, call.0, timer as u64),
            Timer::Farewell(id) => (2, id, 0),
            Timer::Moving => (3, 0, 0),
            #[cfg(feature = "full")]
            Timer::Return => (4, 0, 0),
            #[cfg(feature = "full")]
            Timer::Request(RequestTimer::Flow(request)) => (5, request.0, 0),
            #[cfg(feature = "full")]
            Timer::Request(RequestTimer::Reply(reply)) => (6, reply.0, 0),
            #[cfg(feature = "full")]
            Timer::Subscription(id, timer) => (7, id.0, timer as u64),
        };
        kind << KIND | u64::from(id) << 8 | step
    }

    fn of(number: u64) -> Timer {
        let (id, step) = ((number >> 8) as u32, usize::from(number as u8));
        match number >> KIND {
            0 => Timer::Flow(FlowId(id), FlowTimer::ALL[step]),
            1 => Timer::Call(CallId(id), CallTimer::ALL[step]),
            2 => Timer::Farewell(id),
            #[cfg(feature = "full")]
            4 => Timer::Return,
            #[cfg(feature = "full")]
            5 => Timer::Request(RequestTimer::Flow(RequestId(id))),
            #[cfg(feature = "full")]
            6 => Timer::Request(RequestTimer::Reply(ReplyId(id))),
            #[cfg(feature = "full")]
            7 => Timer::Subscription(SubscriptionId(id), SubscriptionTimer::ALL[step]),
            _ => Timer::Moving,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_found_by_its_number() {
        let mut timers = alloc::vec![Timer::Farewell(u32::MAX), Timer::Moving];
        timers.extend(FlowTimer::ALL.map(|timer| Timer::Flow(FlowId(7), timer)));
        timers.extend(CallTimer::ALL.map(|timer| Timer::Call(CallId(u32::MAX), timer)));
        #[cfg(feature = "full")]
        {
            timers.push(Timer::Return);
            timers.push(Timer::Request(RequestTimer::Flow(RequestId(u32::MAX))));
            timers.push(Timer::Request(RequestTimer::Reply(ReplyId(1))));
            timers.extend(SubscriptionTimer::ALL.map(|t| Timer::Subscription(SubscriptionId(3), t)));
        }
        for timer in timers {
            assert_eq!(Timer::of(timer.number()), timer);
        }
    }
}
