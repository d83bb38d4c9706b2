//! One registrar at a time: the heaviest that works, another when it fails, and back when it works again.

use super::machine::Flow;
use super::set::{Flows, same};
use crate::context::{Context, Timer};
use crate::{FlowEvent, Registrar};
use alloc::vec::Vec;
use core::time::Duration;
use headset_sip::Time;

/// Between two looks at whether a better registrar is back, at first and at last.
const LOOK: Duration = Duration::from_secs(30);
const LOOK_MAX: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(super) struct Failover {
    /// Empty where all registrars are registered with at once.
    candidates: Vec<Candidate>,
    /// When to look whether a better one is back.
    look_at: Option<Time>,
    /// Looks in vain, in a row.
    looks: u32,
}

#[derive(Debug)]
struct Candidate {
    registrar: Registrar,
    /// It has failed since all were last given another chance.
    failed: bool,
}

impl Failover {
    /// The heaviest that has not failed, any one among equals; when all have, all get another chance.
    fn choose(&mut self, ctx: &mut Context) -> Option<Registrar> {
        if self.candidates.iter().all(|candidate| candidate.failed) {
            for candidate in &mut self.candidates {
                candidate.failed = false;
            }
        }
        let good = || self.candidates.iter().filter(|candidate| !candidate.failed);
        self.pick(ctx, good().map(|candidate| candidate.registrar.weight).max()?)
    }

    /// A heavier one than this, the heaviest.
    fn better(&self, ctx: &mut Context, than: &Registrar) -> Option<Registrar> {
        let heaviest = self.candidates.iter().map(|candidate| candidate.registrar.weight).max()?;
        if heaviest > than.weight { self.pick(ctx, heaviest) } else { None }
    }

    fn pick(&self, ctx: &mut Context, weight: u32) -> Option<Registrar> {
        let of_weight = |candidate: &&Candidate| candidate.registrar.weight == weight;
        let equals = || self.candidates.iter().filter(of_weight);
        // One that has failed only where there is no other.
        let good = || equals().filter(|candidate| !candidate.failed);
        let count = good().count() as u64;
        let found =
            if count == 0 { equals().next() } else { good().nth(ctx.entropy.jitter(count - 1) as usize) };
        found.map(|candidate| candidate.registrar.clone())
    }

    fn mark(&mut self, registrar: &Registrar, failed: bool) {
        for candidate in self.candidates.iter_mut().filter(|own| same(&own.registrar, registrar)) {
            candidate.failed = failed;
        }
    }

    fn look_later(&mut self, ctx: &mut Context) {
        let window = LOOK.saturating_mul(1 << self.looks.min(8)).min(LOOK_MAX);
        self.looks += 1;
        let half = window.as_millis() as u64 / 2;
        let at = ctx.now + window / 2 + Duration::from_millis(ctx.entropy.jitter(half));
        self.look_at = Some(at);
        ctx.timers.set(Timer::Return, at);
    }
}

impl Flows {
    /// Which of the registrars to have flows to: all, or the one that is in use, or the best one.
    pub(super) fn candidates(&mut self, ctx: &mut Context, registrars: Vec<Registrar>) -> Vec<Registrar> {
        self.failover = Failover::default();
        for flow in self.list.iter_mut().filter(|flow| flow.is_trial()) {
            flow.close(ctx);
        }
        self.forget_gone();
        if !ctx.options().one_at_a_time {
            return registrars;
        }
        let candidates = registrars.into_iter().map(|registrar| Candidate { registrar, failed: false });
        self.failover.candidates = candidates.collect();
        let staying = self.list.iter().find(|flow| !flow.outgoing);
        let kept = staying.and_then(|flow| {
            let mut own = self.failover.candidates.iter().map(|candidate| &candidate.registrar);
            own.find(|registrar| same(registrar, &flow.registrar)).cloned()
        });
        kept.or_else(|| self.failover.choose(ctx)).into_iter().collect()
    }

    /// The flow that has lost its registrar, and is to connect now, turns to the next one.
    pub(super) fn turn(&mut self, ctx: &mut Context) {
        let Flows { list, failover, .. } = self;
        for flow in list.iter_mut().filter(|flow| flow.is_lost() && !flow.outgoing) {
            if let Some(registrar) = failover.choose(ctx) {
                flow.turn_to(ctx, registrar);
            }
        }
    }

    /// Remembers who has failed, and goes back to a better registrar when that one is there. `busy`: a call is being
    /// set up, whose messages may depend on the flow.
    pub(super) fn fail_over(&mut self, ctx: &mut Context, busy: bool) {
        if self.failover.candidates.is_empty() {
            return;
        }
        let Flows { list, failover, .. } = self;
        for flow in list.iter().filter(|flow| flow.is_lost()) {
            failover.mark(&flow.registrar, true);
        }
        let main = list.iter().position(|flow| !flow.quiet && !flow.outgoing);
        let trial = list.iter().position(Flow::is_trial);
        let main_is_up = main.is_some_and(|at| list[at].is_up());
        match (main, trial) {
            (Some(_), Some(trial)) if busy && main_is_up && list[trial].is_up() => {}
            (Some(main), Some(trial)) if main_is_up && list[trial].is_up() => {
                list[main].outgoing = true;
                list[main].quiet = true;
                failover.mark(&list[trial].registrar, false);
                failover.look_at = None;
                failover.looks = 0;
                list[trial].take_over(ctx);
                self.leave_outgoing(ctx);
            }
            // It is not back, or the flow that was to be improved upon is gone: then the best is chosen anyway.
            (_, Some(trial)) if !main_is_up || !list[trial].is_trying() => {
                list[trial].close(ctx);
                list.remove(trial);
                failover.look_later(ctx);
            }
            (Some(main), None) if main_is_up => {
                let Some(better) = failover.better(ctx, &list[main].registrar) else { return };
                match failover.look_at {
                    Some(at) if at <= ctx.now => {
                        failover.look_at = None;
                        self.open_quietly(ctx, better);
                    }
                    Some(_) => {}
                    None => failover.look_later(ctx),
                }
            }
            _ => {}
        }
    }
}

impl Flow {
    /// A trial that has succeeded is a flow like any other.
    fn take_over(&mut self, ctx: &mut Context) {
        self.quiet = false;
        self.usable(ctx, true);
        ctx.flows_changed = true;
        self.report(ctx, || FlowEvent::Moved);
    }

    fn is_trial(&self) -> bool {
        self.quiet && !self.outgoing
    }

    /// Neither up nor given up.
    fn is_trying(&self) -> bool {
        self.is_up() || (self.is_connecting() && !self.is_lost())
    }
}
