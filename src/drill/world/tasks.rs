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
    /// Starts tasks of a deployment by its position, of which the PRIMARY one has 0.
    pub(super) fn launch(&mut self, service: usize, position: usize, count: u32) {
        let Some(deployment) = self.services[service].deployments.get(position) else {
            return;
        };
        let (deployment, revision) = (deployment.id.clone(), deployment.revision);
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
            .flatten()
            .or_else(|| self.missing_role(service, revision));
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
                let group = self.group_of(service, revision);
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

    /// ARN of the target group to which the tasks of a service revision belong.
    pub(super) fn group_of(&self, service: usize, revision: usize) -> String {
        let it = &self.services[service];
        it.balancer.group(it.revisions[revision].side).arn.clone()
    }

    /// Writes down who serves from now on, when that has changed.
    pub(super) fn note_serving(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        let healthy = count(&it.tasks, Target::Healthy);
        let (shares, unanswered) = shares(&linked(&it.tasks), &it.production);
        let serving = Serving {
            from: now,
            healthy,
            unhealthy: count(&it.tasks, Target::Unhealthy),
            shares,
            unanswered,
        };
        match it.serving.last_mut() {
            Some(last)
                if *last
                    == (Serving {
                        from: last.from,
                        ..serving.clone()
                    }) => {}
            Some(last) if last.from == now => *last = serving,
            Some(_) | None => it.serving.push(serving),
        }
    }
}

/// Tasks whose target is in this state, by service revision.
fn count(tasks: &[Task], target: Target) -> Vec<(usize, u32)> {
    let mut counts: Vec<(usize, u32)> = Vec::new();
    for task in tasks.iter().filter(|task| task.target == target) {
        match counts.iter_mut().find(|(revision, _)| *revision == task.revision) {
            Some((_, count)) => *count += 1,
            None => counts.push((task.revision, 1)),
        }
    }
    counts
}

/// Tasks whose target is healthy, by service revision and by their connection to a database.
fn linked(tasks: &[Task]) -> Vec<(usize, Link, u32)> {
    let mut counts: Vec<(usize, Link, u32)> = Vec::new();
    for task in tasks.iter().filter(|task| task.target == Target::Healthy) {
        let like = |it: &&mut (usize, Link, u32)| (it.0, it.1) == (task.revision, task.link);
        match counts.iter_mut().find(like) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((task.revision, task.link, 1)),
        }
    }
    counts
}

/// The share of the requests that the tasks of each service revision with each connection answer, and the share that
/// finds no healthy target. Within a target group every healthy target gets as many; between two of them the weights of
/// the listener decide.
fn shares(linked: &[(usize, Link, u32)], weights: &[(usize, f64)]) -> (Vec<(usize, Link, f64)>, f64) {
    let of = |only: Option<usize>| {
        let mine = linked
            .iter()
            .filter(move |(revision, _, _)| only.is_none_or(|only| only == *revision));
        let all: u32 = mine.clone().map(|(_, _, count)| count).sum();
        mine.map(move |(revision, link, count)| (*revision, *link, f64::from(*count) / f64::from(all)))
    };
    if weights.is_empty() {
        let unanswered = if linked.is_empty() { 1.0 } else { 0.0 };
        return (of(None).collect(), unanswered);
    }
    let (mut shares, mut unanswered) = (Vec::new(), 0.0);
    for (revision, percent) in weights {
        let part = percent / 100.0;
        let before = shares.len();
        shares.extend(of(Some(*revision)).map(|(revision, link, share)| (revision, link, part * share)));
        if shares.len() == before {
            unanswered += part;
        }
    }
    (shares, unanswered)
}

/// Whether a task can still be described.
pub(crate) fn remembered(task: &Task, now: Timestamp) -> bool {
    task.stopped_at.is_none_or(|at| seconds(at, now) < REMEMBERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Link = Link::Instance(0);
    const NEW: Link = Link::Instance(1);

    #[test]
    fn requests_go_by_targets_in_one_group_and_by_weights_between_two() {
        assert_eq!(shares(&[], &[]), (vec![], 1.0));
        assert_eq!(
            shares(&[(0, OLD, 3), (1, OLD, 1)], &[]),
            (vec![(0, OLD, 0.75), (1, OLD, 0.25)], 0.0)
        );
        let weights = [(1, 10.0), (0, 90.0)];
        assert_eq!(
            shares(&[(0, OLD, 4), (1, OLD, 4)], &weights),
            (vec![(1, OLD, 0.1), (0, OLD, 0.9)], 0.0)
        );
        assert_eq!(shares(&[(0, OLD, 1)], &weights), (vec![(0, OLD, 0.9)], 0.1));
        assert_eq!(shares(&[], &weights), (vec![], 1.0));
    }

    #[test]
    fn tasks_of_one_revision_are_told_apart_by_their_database() {
        assert_eq!(
            shares(&[(0, OLD, 3), (0, NEW, 1)], &[]),
            (vec![(0, OLD, 0.75), (0, NEW, 0.25)], 0.0)
        );
        let weights = [(1, 50.0), (0, 50.0)];
        assert_eq!(
            shares(&[(0, OLD, 4), (1, OLD, 1), (1, NEW, 3)], &weights),
            (vec![(1, OLD, 0.125), (1, NEW, 0.375), (0, OLD, 0.5)], 0.0)
        );
    }
}
