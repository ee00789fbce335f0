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
        if it.strategy.shifts() {
            self.reconcile_sides(service);
            self.note_finished(service, rollout);
            self.stage_follows(service);
            return;
        }
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
            self.cannot_place(service);
        } else {
            self.launch(service, 0, start);
        }
        self.drain(service, &drain);
        self.note_finished(service, rollout);
    }

    /// The scheduler's look at a service that shifts traffic: each of its sides has all of its tasks or none.
    fn reconcile_sides(&mut self, service: usize) {
        let waits = self.services[service]
            .wait_until
            .is_some_and(|until| until > self.now);
        for position in 0..self.services[service].deployments.len() {
            let Some(wanted) = self.wanted_of(service, position) else {
                continue;
            };
            let it = &self.services[service];
            let deployment = &it.deployments[position];
            let there: Vec<u64> = it
                .tasks
                .iter()
                .filter(|task| task.state.wanted() && task.deployment == deployment.id)
                .map(|task| task.serial)
                .collect();
            let missing = wanted.saturating_sub(there.len() as u32);
            let surplus = there.len().saturating_sub(wanted as usize);
            let drain: Vec<u64> = there.iter().rev().take(surplus).copied().collect();
            // Only the newest deployment is made to wait for its failures.
            let start = if waits && position == 0 { 0 } else { missing };
            if start > 0 && self.short_of_capacity(service) {
                if !waits {
                    self.cannot_place(service);
                }
            } else {
                self.launch(service, position, start);
            }
            self.drain(service, &drain);
        }
    }

    /// There is no room for a task: the scheduler says so and tries again later.
    fn cannot_place(&mut self, service: usize) {
        self.event(
            service,
            "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        );
        self.wait_after_failure(service);
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
        if rollout != Rollout::InProgress || !self.at_last_stage(service) || !self.looks_finished(service) {
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
        // Where traffic is shifted, the bake time was a stage of its own.
        let watched = watched.filter(|it| it.course.is_none());
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
