//! The life of a task: network, image, process, target, and the way out.
//!
//! Times are those of a small Fargate service: about 20 s to RUNNING, 15 s more to a healthy target, 30 s of draining.

use jiff::Timestamp;

use super::{
    agenda::{Happening, Step},
    model::{Serving, Target, Task, TaskState},
    state::World,
};
use crate::drill::time::seconds;

/// Stopped tasks can be described for an hour.
const REMEMBERED: f64 = 3_600.0;
/// `deregistration_delay.timeout_seconds` of the target groups.
const DRAINING: f64 = 30.0;
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
                created_at: now,
                pulled_at: None,
                started_at: None,
                stopping_at: None,
                stopped_at: None,
                stop_code: None,
                stop_reason: None,
                exit_code: None,
                address: format!("10.0.{}.{fourth}", third * 16 + 16),
                zone: ZONES[usize::from(third.min(2))],
            });
            let (wait, step) = match can_be_pulled {
                true => (chance.between("provision", serial, 3.0, 5.0), Step::Pull),
                false => (chance.between("provision", serial, 9.0, 12.0), Step::PullFailed),
            };
            self.due(
                wait,
                Happening::Task {
                    service,
                    serial,
                    step,
                },
            );
        }
        if count > 0 {
            self.event(service, &format!("has started {count} tasks:{started}."));
        }
    }

    /// Takes tasks out of the target group and stops them once their connections have drained.
    pub(super) fn drain(&mut self, service: usize, serials: &[u64]) {
        let now = self.now;
        let mut targets = 0;
        let mut stopped = String::new();
        for serial in serials {
            let it = &mut self.services[service];
            let Some(task) = it
                .tasks
                .iter_mut()
                .find(|task| task.serial == *serial && task.state.wanted())
            else {
                continue;
            };
            stopped.push_str(&format!(" (task {})", task.id));
            task.stopping_at = Some(now);
            task.stop_code = Some("ServiceSchedulerInitiated");
            task.stop_reason = Some(format!(
                "Scaling activity initiated by (deployment {})",
                task.deployment
            ));
            let (wait, step) = match task.target {
                Target::Initial | Target::Healthy | Target::Unhealthy => {
                    targets += 1;
                    task.state = TaskState::Deactivating;
                    task.target = Target::Draining;
                    (DRAINING, Step::Drained)
                }
                Target::Unregistered | Target::Draining => {
                    task.state = TaskState::Deprovisioning;
                    (4.0, Step::Gone)
                }
            };
            self.due(
                wait,
                Happening::Task {
                    service,
                    serial: *serial,
                    step,
                },
            );
        }
        let count = stopped.matches("task").count();
        if count > 0 {
            if targets > 0 {
                let group = self.services[service].balancer.group_arn.clone();
                self.event(
                    service,
                    &format!("deregistered {targets} targets in (target-group {group})"),
                );
                self.event(
                    service,
                    &format!("has begun draining connections on {targets} tasks."),
                );
            }
            self.event(service, &format!("has stopped {count} running tasks:{stopped}."));
            self.note_serving(service);
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
        let task = &mut self.services[service].tasks[index];
        match step {
            Step::Pull if state == TaskState::Provisioning => {
                task.state = TaskState::Pending;
                let wait = chance.between("pull", serial, 13.5, 16.5);
                self.due(
                    wait,
                    Happening::Task {
                        service,
                        serial,
                        step: Step::Run,
                    },
                );
            }
            Step::PullFailed if state == TaskState::Provisioning => {
                let revision = &self.services[service].revisions[revision];
                let image = revision.images.iter().find(|image| image.digest.is_none());
                let image = image.map(|image| image.image.clone()).unwrap_or_default();
                let reason = format!(
                    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found"
                );
                self.stop_failed(service, index, "TaskFailedToStart", &reason, None);
            }
            Step::Run if state == TaskState::Pending => {
                task.state = TaskState::Running;
                task.pulled_at = Some(now);
                task.started_at = Some(now);
                task.target = Target::Initial;
                if let Some(wait) = behaviour.crash_after_s {
                    self.due(
                        wait,
                        Happening::Task {
                            service,
                            serial,
                            step: Step::Crash,
                        },
                    );
                }
                let grace = f64::from(self.services[service].grace_s);
                let wait = if behaviour.healthy {
                    behaviour.boot_s
                } else {
                    behaviour.boot_s.max(grace)
                };
                let wait = wait * chance.between("boot", serial, 0.92, 1.08);
                self.due(
                    wait,
                    Happening::Task {
                        service,
                        serial,
                        step: Step::Judge,
                    },
                );
                let group = self.services[service].balancer.group_arn.clone();
                self.event(
                    service,
                    &format!("registered 1 targets in (target-group {group})"),
                );
            }
            Step::Judge if state == TaskState::Running => {
                let deployment = task.deployment.clone();
                if behaviour.healthy {
                    task.target = Target::Healthy;
                    self.task_succeeded(service, &deployment);
                } else {
                    self.target_failed(service, index);
                }
                self.note_serving(service);
                self.reconcile_soon(service);
            }
            Step::Crash if state == TaskState::Running => {
                self.stop_failed(
                    service,
                    index,
                    "EssentialContainerExited",
                    "Essential container in task exited",
                    Some(1),
                );
            }
            Step::Drained if state == TaskState::Deactivating => {
                task.state = TaskState::Deprovisioning;
                task.target = Target::Unregistered;
                let wait = chance.between("stop", serial, 5.0, 7.0);
                self.due(
                    wait,
                    Happening::Task {
                        service,
                        serial,
                        step: Step::Gone,
                    },
                );
                self.note_serving(service);
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
            | Step::Run
            | Step::Judge
            | Step::Crash
            | Step::Drained
            | Step::Gone => {}
        }
    }

    /// The target group finds a task unhealthy: ECS says so and replaces it.
    fn target_failed(&mut self, service: usize, index: usize) {
        let group = self.services[service].balancer.group_arn.clone();
        let port = self.services[service].port;
        self.event(service, &format!(
            "(port {port}) is unhealthy in (target-group {group}) due to (reason Health checks failed with these codes: [503])."
        ));
        let reason = format!("Task failed ELB health checks in (target-group {group})");
        self.stop_failed(service, index, "ServiceSchedulerInitiated", &reason, None);
    }

    /// A task ends because something is wrong with it.
    fn stop_failed(
        &mut self,
        service: usize,
        index: usize,
        code: &'static str,
        reason: &str,
        exit: Option<i32>,
    ) {
        let now = self.now;
        let task = &mut self.services[service].tasks[index];
        task.state = TaskState::Deprovisioning;
        task.target = Target::Unregistered;
        task.stopping_at = Some(now);
        task.stop_code = Some(code);
        task.stop_reason = Some(reason.to_owned());
        task.exit_code = exit;
        let (serial, deployment) = (task.serial, task.deployment.clone());
        self.due(
            3.0,
            Happening::Task {
                service,
                serial,
                step: Step::Gone,
            },
        );
        self.note_serving(service);
        self.task_failed(service, &deployment);
        self.reconcile_soon(service);
    }

    /// An image behaves differently: running targets of it may turn unhealthy.
    pub(super) fn image_changed(&mut self, repository: usize, image: usize) {
        for service in 0..self.services.len() {
            let it = &self.services[service];
            let concerned: Vec<u64> = it
                .tasks
                .iter()
                .filter(|task| task.state == TaskState::Running && task.target == Target::Healthy)
                .filter(|task| it.revisions[task.revision].runs == Some((repository, image)))
                .filter(|task| !self.behaviour(service, task.revision, self.now).healthy)
                .map(|task| task.serial)
                .collect();
            for serial in concerned {
                if let Some(index) = self.services[service]
                    .tasks
                    .iter()
                    .position(|task| task.serial == serial)
                {
                    self.target_failed(service, index);
                }
            }
        }
    }

    /// Writes down who serves from now on, when that has changed.
    pub(super) fn note_serving(&mut self, service: usize) {
        let now = self.now;
        let it = &mut self.services[service];
        let mut healthy: Vec<(usize, u32)> = Vec::new();
        for task in it.tasks.iter().filter(|task| task.target == Target::Healthy) {
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
            unhealthy,
        };
        match it.serving.last_mut() {
            Some(last) if last.healthy == serving.healthy && last.unhealthy == serving.unhealthy => {}
            Some(last) if last.from == now => *last = serving,
            Some(_) | None => it.serving.push(serving),
        }
    }
}

/// Whether a task can still be described.
pub(crate) fn remembered(task: &Task, now: Timestamp) -> bool {
    task.stopped_at.is_none_or(|at| seconds(at, now) < REMEMBERED)
}
