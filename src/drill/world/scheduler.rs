//! The service scheduler: how many tasks it starts, which ones it drains, and how long it waits after failures.

use jiff::Timestamp;

use super::{
    agenda::Happening,
    alarms::BAKING,
    model::{Monitor, Rollout, Target},
    state::World,
};
use crate::drill::time::after;

/// Seconds for which a finished deployment must hold before ECS calls it completed.
const SETTLING: f64 = 12.0;
/// The longest wait between two attempts to start a task.
const LONGEST_WAIT: f64 = 300.0;

impl World {
    /// The scheduler looks at a service: starts what is missing, drains what is too much, sees whether it is done.
    pub(super) fn reconcile(&mut self, service: usize) {
        self.services[service].reconcile_due = false;
        let it = &self.services[service];
        let Some(primary) = it.deployments.first() else {
            return;
        };
        let (primary, rollout) = (primary.id.clone(), primary.rollout);
        let desired = it.desired;
        let is_ours = |deployment: &str| deployment == primary;
        let wanted = it.tasks.iter().filter(|task| task.state.wanted());
        let ours: Vec<(u64, bool)> = wanted
            .clone()
            .filter(|task| is_ours(&task.deployment))
            .map(|task| (task.serial, task.target == Target::Healthy))
            .collect();
        let others: Vec<(u64, bool)> = wanted
            .filter(|task| !is_ours(&task.deployment))
            .map(|task| (task.serial, task.target == Target::Healthy))
            .collect();
        let standing = it.tasks.iter().filter(|task| task.stopped_at.is_none()).count() as u32;
        let missing = desired.saturating_sub(ours.len() as u32);
        let room = (desired * it.maximum_percent / 100)
            .max(1)
            .saturating_sub(standing);
        let waits = it.wait_until.is_some_and(|until| until > self.now);
        // A failed deployment with nothing to go back to is stalled: ECS starts nothing more.
        let start = if rollout == Rollout::Failed || waits {
            0
        } else {
            missing.min(room)
        };

        let least = (desired * it.minimum_percent).div_ceil(100);
        let healthy = ours.iter().chain(&others).filter(|(_, healthy)| *healthy).count() as u32;
        let mut spare = healthy.saturating_sub(least);
        let mut drain: Vec<u64> = others
            .iter()
            .filter(|(_, healthy)| !healthy)
            .map(|(serial, _)| *serial)
            .collect();
        for (serial, _) in others.iter().filter(|(_, healthy)| *healthy) {
            if spare > 0 {
                spare -= 1;
                drain.push(*serial);
            }
        }
        let surplus = ours.len().saturating_sub(desired as usize);
        drain.extend(ours.iter().rev().take(surplus).map(|(serial, _)| *serial));

        if start > 0 && self.short_of_capacity(service) {
            self.event(
                service,
                "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
            );
            self.wait_after_failure(service);
        } else {
            self.launch(service, start);
        }
        self.drain(service, &drain);
        self.note_finished(service, rollout);
    }

    fn short_of_capacity(&self, service: usize) -> bool {
        let mut shortages = self.services[service].shortages.iter();
        shortages.any(|(from, until)| *from <= self.now && self.now < *until)
    }

    /// No task of an attempt came to run: the scheduler waits before the next one, longer and longer.
    pub(super) fn wait_after_failure(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        it.failures_in_a_row += 1;
        let wait = (5.0 * f64::from(2_u32.pow(it.failures_in_a_row.min(6)))).min(LONGEST_WAIT);
        it.wait_until = Some(after(now, wait));
        self.due(wait, Happening::Retry { service });
    }

    /// Remembers since when the PRIMARY deployment has looked finished, and comes back when it has held.
    fn note_finished(&mut self, service: usize, rollout: Rollout) {
        if rollout != Rollout::InProgress || !self.looks_finished(service) {
            self.services[service].finished_since = None;
            return;
        }
        let now = self.now;
        let it = &mut self.services[service];
        if it.finished_since.is_some() {
            return;
        }
        it.finished_since = Some(now);
        let deployment = it.deployments[0].id.clone();
        let hold = self.must_hold(service);
        self.due(hold, Happening::Settle { service, deployment });
    }

    /// Seconds for which the PRIMARY deployment must hold.
    fn must_hold(&self, service: usize) -> f64 {
        let watched = self.services[service].service_deployments.last();
        match watched.map(|it| it.alarms) {
            Some(Monitor::Monitoring) => BAKING,
            Some(Monitor::Disabled | Monitor::MonitoringComplete | Monitor::Triggered) | None => SETTLING,
        }
    }

    /// Whether the PRIMARY deployment has all its tasks healthy and nothing else is left standing.
    fn looks_finished(&self, service: usize) -> bool {
        let it = &self.services[service];
        let Some(primary) = it.deployments.first() else {
            return false;
        };
        let standing: Vec<_> = it.tasks.iter().filter(|task| task.stopped_at.is_none()).collect();
        standing.len() == it.desired as usize
            && standing
                .iter()
                .all(|task| task.deployment == primary.id && task.target == Target::Healthy)
    }

    /// Whether the PRIMARY deployment has looked finished for long enough.
    pub(super) fn has_held(&self, service: usize) -> bool {
        let long_enough = |since: Timestamp| after(since, self.must_hold(service)) <= self.now;
        self.looks_finished(service) && self.services[service].finished_since.is_some_and(long_enough)
    }
}
