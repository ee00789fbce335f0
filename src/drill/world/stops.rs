//! How tasks end: drained by the scheduler, replaced for their health, crashed, or never started; in the words of ECS.

use super::{
    agenda::Step,
    model::{Target, TaskState},
    state::World,
};
use crate::drill::scenario::Behaviour;

/// `deregistration_delay.timeout_seconds` of the target groups.
const DRAINING: f64 = 30.0;
/// Seconds from an unhealthy target until ECS acts on it.
const UNHEALTHY: f64 = 12.0;

impl World {
    /// Takes tasks out of the target group and stops them once their connections have drained.
    pub(super) fn drain(&mut self, service: usize, serials: &[u64]) {
        self.stop_tasks(service, serials, None);
    }

    /// Stops tasks, for a reason or because others take their place.
    fn stop_tasks(&mut self, service: usize, serials: &[u64], why: Option<&str>) {
        let now = self.now;
        let mut targets = 0;
        let mut group = String::new();
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
            let side = it.revisions[task.revision].side;
            group.clone_from(&it.balancer.group(side).arn);
            task.stopping_at = Some(now);
            task.stop_code = Some("ServiceSchedulerInitiated");
            task.stop_reason = Some(why.map_or_else(
                || format!("Scaling activity initiated by (deployment {})", task.deployment),
                str::to_owned,
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
            self.next_step(service, *serial, wait, step);
        }
        let count = stopped.matches("(task ").count();
        if count > 0 {
            if targets > 0 {
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

    /// `stoppedReason` when an image of a service revision cannot be pulled.
    pub(super) fn cannot_pull(&self, service: usize, revision: usize) -> String {
        let revision = &self.services[service].revisions[revision];
        let image = revision.images.iter().find(|image| image.digest.is_none());
        let image = image.map(|image| image.image.as_str()).unwrap_or_default();
        format!(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {image}: not found"
        )
    }

    /// A task never comes to run.
    pub(super) fn cannot_start(&mut self, service: usize, index: usize, reason: String) {
        self.stop_failed(service, index, "TaskFailedToStart", reason);
    }

    /// The process of a task ends by itself.
    pub(super) fn crashed(&mut self, service: usize, index: usize, behaviour: &Behaviour) {
        let task = &mut self.services[service].tasks[index];
        if behaviour.out_of_memory {
            task.exit_code = Some(137);
            task.container_reason = Some("OutOfMemoryError: Container killed due to memory usage");
        } else {
            task.exit_code = Some(behaviour.exit_code);
        }
        let reason = "Essential container in task exited".to_owned();
        self.stop_failed(service, index, "EssentialContainerExited", reason);
    }

    /// The target group finds a task unhealthy. ECS says so, and acts on it shortly.
    pub(super) fn target_failed(&mut self, service: usize, index: usize) {
        let it = &mut self.services[service];
        let task = &mut it.tasks[index];
        task.target = Target::Unhealthy;
        let (id, serial) = (task.id.clone(), task.serial);
        let (revision, port) = (task.revision, it.port);
        let group = self.group_of(service, revision);
        self.event(
            service,
            &format!(
                "(task {id}) (port {port}) is unhealthy in (target-group {group}) due to (reason Health checks failed with these codes: [503])."
            ),
        );
        self.next_step(service, serial, UNHEALTHY, Step::Replace);
    }

    /// ECS stops a task for its health; the scheduler starts another one.
    pub(super) fn replace_unhealthy(&mut self, service: usize, index: usize) {
        let it = &self.services[service];
        let task = &it.tasks[index];
        let (serial, deployment) = (task.serial, task.deployment.clone());
        let reason = format!(
            "Task failed ELB health checks in (target-group {})",
            self.group_of(service, task.revision)
        );
        self.stop_tasks(service, &[serial], Some(&reason));
        self.task_failed(service, &deployment, true);
        self.reconcile_soon(service);
    }

    /// A task ends because something is wrong with it.
    fn stop_failed(&mut self, service: usize, index: usize, code: &'static str, reason: String) {
        let now = self.now;
        let task = &mut self.services[service].tasks[index];
        task.state = TaskState::Deprovisioning;
        task.target = Target::Unregistered;
        task.stopping_at = Some(now);
        task.stop_code = Some(code);
        task.stop_reason = Some(reason);
        let (serial, deployment) = (task.serial, task.deployment.clone());
        let ran = task.started_at.is_some();
        self.next_step(service, serial, 3.0, Step::Gone);
        self.note_serving(service);
        self.task_failed(service, &deployment, ran);
        self.reconcile_soon(service);
    }

    /// An image behaves differently: health checks of its running targets may begin to fail.
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
                // Three checks in a row must fail, and every target is checked at a time of its own.
                let wait = self.chance.between("checks", serial, 20.0, 30.0);
                self.next_step(service, serial, wait, Step::Judge);
            }
        }
    }
}
