//! The life of a task: network, image, process, target. The way out stands in `stops`.
//!
//! Times are those of a small Fargate service: about 20 s to RUNNING, 15 s more to a healthy target, 30 s of draining.

use jiff::Timestamp;

use super::{
    agenda::{Happening, Step},
    migrations::Link,
    model::{Serving, Target, Task, TaskState},
    state::World,
};
use crate::drill::time::seconds;

/// Stopped tasks can be described for an hour.
const REMEMBERED: f64 = 3_600.0;
/// Seconds for which a task is made known to its target group before it counts as running.
const ACTIVATING: f64 = 1.5;
/// Seconds from the end of the containers until nothing is left of a task.
const DEPROVISIONING: f64 = 2.5;
const ZONES: [&str; 3] = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"];

impl World {
    /// Starts tasks of the PRIMARY deployment.
    pub(super) fn launch(&mut self, service: usize, count: u32) {
        let Some(primary) = self.services[service].deployments.first() else {
            return;
        };
        let (deployment, revision) = (primary.id.clone(), primary.revision);
        let can_be_pulled = self.services[service].revisions[revision].can_be_pulled();
        let mut started = String::new();
        for _ in 0..count {
            let (serial, chance, now) = (self.next_serial(), self.chance, self.now);
            let id = chance.hex("task", serial, 32);
            let it = &mut self.services[service];
            started.push_str(&format!(" (task {id})"));
            let third = (chance.unit("subnet", serial) * 3.0) as u8;
            let fourth = 10 + (chance.unit("address", serial) * 240.0) as u8;
            it.tasks.push(Task {
                serial,
                arn: format!("{}/{id}", it.cluster_arn.replace(":cluster/", ":task/")),
                id,
                deployment: deployment.clone(),
                revision,
                state: TaskState::Provisioning,
                target: Target::Unregistered,
                link: Link::Unused,
                created_at: now,
                pulled_at: None,
                started_at: None,
                stopping_at: None,
                stopped_at: None,
                stop_code: None,
                stop_reason: None,
                exit_code: None,
                container_reason: None,
                address: format!("10.0.{}.{fourth}", third * 16 + 16),
                zone: ZONES[usize::from(third.min(2))],
            });
            let (wait, step) = match can_be_pulled {
                true => (chance.between("provision", serial, 3.0, 5.0), Step::Pull),
                false => (chance.between("provision", serial, 9.0, 12.0), Step::PullFailed),
            };
            self.next_step(service, serial, wait, step);
        }
        if count > 0 {
            self.event(service, &format!("has started {count} tasks:{started}."));
        }
    }

    /// A task takes a step, unless it has been overtaken by another one.
    pub(super) fn task_step(&mut self, service: usize, serial: u64, step: Step) {
        let (now, chance) = (self.now, self.chance);
        let Some(index) = self.services[service]
            .tasks
            .iter()
            .position(|task| task.serial == serial)
        else {
            return;
        };
        let revision = self.services[service].tasks[index].revision;
        let state = self.services[service].tasks[index].state;
        let behaviour = self.behaviour(service, revision, now);
        let no_secret = (state == TaskState::Provisioning)
            .then(|| self.missing_secret(service, revision))
            .flatten();
        let link = match step {
            // ECS gives the secrets to the containers before they start, and never again.
            Step::Pull => self.link_now(service, revision),
            Step::PullFailed
            | Step::Activate
            | Step::Run
            | Step::Judge
            | Step::Replace
            | Step::Crash
            | Step::Drained
            | Step::Exited
            | Step::Gone => Link::Unused,
        };
        let task = &mut self.services[service].tasks[index];
        match step {
            Step::Pull if state == TaskState::Provisioning => match no_secret {
                Some(reason) => self.cannot_start(service, index, reason),
                None => {
                    task.state = TaskState::Pending;
                    task.link = link;
                    let wait = chance.between("pull", serial, 13.5, 16.5) - ACTIVATING;
                    self.next_step(service, serial, wait, Step::Activate);
                }
            },
            Step::PullFailed if state == TaskState::Provisioning => {
                let reason = no_secret.unwrap_or_else(|| self.cannot_pull(service, revision));
                self.cannot_start(service, index, reason);
            }
            Step::Activate if state == TaskState::Pending => {
                task.state = TaskState::Activating;
                task.pulled_at = Some(now);
                self.next_step(service, serial, ACTIVATING, Step::Run);
            }
            Step::Run if state == TaskState::Activating => {
                task.state = TaskState::Running;
                task.started_at = Some(now);
                task.target = Target::Initial;
                if let Some(wait) = behaviour.crash_after_s {
                    self.next_step(service, serial, wait, Step::Crash);
                }
                let grace = f64::from(self.services[service].grace_s);
                let wait = if behaviour.healthy {
                    behaviour.boot_s
                } else {
                    behaviour.boot_s.max(grace)
                };
                let wait = wait * chance.between("boot", serial, 0.92, 1.08);
                self.next_step(service, serial, wait, Step::Judge);
                let group = self.services[service].balancer.group_arn.clone();
                self.event(
                    service,
                    &format!("registered 1 targets in (target-group {group})"),
                );
            }
            Step::Judge if state == TaskState::Running => {
                if behaviour.healthy {
                    let deployment = task.deployment.clone();
                    task.target = Target::Healthy;
                    self.task_succeeded(service, &deployment);
                } else {
                    self.target_failed(service, index);
                }
                self.note_serving(service);
                self.reconcile_soon(service);
            }
            Step::Replace if state == TaskState::Running => {
                if behaviour.healthy {
                    // The next health checks found it well again.
                    task.target = Target::Healthy;
                    self.note_serving(service);
                } else {
                    self.replace_unhealthy(service, index);
                }
            }
            Step::Crash if state == TaskState::Running => self.crashed(service, index, &behaviour),
            Step::Drained if state == TaskState::Deactivating => {
                task.state = TaskState::Stopping;
                task.target = Target::Unregistered;
                let wait = chance.between("stop", serial, 5.0, 7.0) - DEPROVISIONING;
                self.next_step(service, serial, wait, Step::Exited);
                self.note_serving(service);
            }
            Step::Exited if state == TaskState::Stopping => {
                task.state = TaskState::Deprovisioning;
                task.exit_code = task.exit_code.or(Some(0));
                self.next_step(service, serial, DEPROVISIONING, Step::Gone);
            }
            Step::Gone if state == TaskState::Deprovisioning => {
                task.state = TaskState::Stopped;
                task.stopped_at = Some(now);
                task.exit_code = task.exit_code.or(task.started_at.map(|_| 0));
                self.forget_tasks(service);
                self.reconcile_soon(service);
            }
            Step::Pull
            | Step::PullFailed
            | Step::Activate
            | Step::Run
            | Step::Judge
            | Step::Replace
            | Step::Crash
            | Step::Drained
            | Step::Exited
            | Step::Gone => {}
        }
    }

    /// The next step of a task, so many seconds from now.
    pub(super) fn next_step(&mut self, service: usize, serial: u64, wait: f64, step: Step) {
        let next = Happening::Task {
            service,
            serial,
            step,
        };
        self.due(wait, next);
    }

    /// Writes down who serves from now on, when that has changed.
    pub(super) fn note_serving(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        let mut healthy: Vec<(usize, u32)> = Vec::new();
        let mut linked: Vec<(usize, Link, u32)> = Vec::new();
        for task in it.tasks.iter().filter(|task| task.target == Target::Healthy) {
            match linked
                .iter_mut()
                .find(|(revision, link, _)| (*revision, *link) == (task.revision, task.link))
            {
                Some((_, _, count)) => *count += 1,
                None => linked.push((task.revision, task.link, 1)),
            }
            match healthy
                .iter_mut()
                .find(|(revision, _)| *revision == task.revision)
            {
                Some((_, count)) => *count += 1,
                None => healthy.push((task.revision, 1)),
            }
        }
        let unhealthy = it
            .tasks
            .iter()
            .filter(|task| task.target == Target::Unhealthy)
            .count() as u32;
        let serving = Serving {
            from: now,
            healthy,
            linked,
            unhealthy,
        };
        match it.serving.last_mut() {
            Some(last) if last.linked == serving.linked && last.unhealthy == serving.unhealthy => {}
            Some(last) if last.from == now => *last = serving,
            Some(_) | None => it.serving.push(serving),
        }
    }
}

/// Whether a task can still be described.
pub(crate) fn remembered(task: &Task, now: Timestamp) -> bool {
    task.stopped_at.is_none_or(|at| seconds(at, now) < REMEMBERED)
}
