//! How ECS rolls a service out: a deployment begins, goes on in time, and is completed.
//!
//! A rolling deployment starts tasks of its revision up to `maximumPercent` and drains the others as far as
//! `minimumHealthyPercent` allows (see `scheduler`), until only its own are left and have stayed healthy for a moment.
//! What ends it before that stands in `undo`.

use super::{
    agenda::Happening,
    model::{Deployment, DeploymentStatus, Monitor, Rollout, ServiceDeployment, ServiceRevision},
    state::World,
};

impl World {
    /// Starts a deployment of a task definition (its ARN): a new service revision with its digests, a new PRIMARY
    /// deployment, and an older deployment that was still running is superseded.
    pub(crate) fn begin_deployment(&mut self, service: usize, task_definition: &str, by: &str) {
        let Some(definition) = self.task_definition(task_definition).cloned() else {
            return;
        };
        let (images, runs) = self.resolve(&definition);
        let alarms = self.alarms_at_start(service);
        self.end_in_clean_up(service);
        let source = self.source(service);
        let side = self.side_beside(service, source);
        let (now, chance, serial) = (self.now, self.chance, self.next_serial());
        let it = &mut self.services[service];
        it.created_at.get_or_insert(now);
        let revision = it.revisions.len();
        let path = format!("{}/{}", it.cluster, it.name);
        it.revisions.push(ServiceRevision {
            arn: format!(
                "{}/{}",
                it.arn.replace(":service/", ":service-revision/"),
                chance.digits("revision", serial, 19)
            ),
            task_definition: definition.arn,
            family: definition.family,
            number: definition.revision,
            images,
            runs,
            side,
            created_at: now,
        });
        let number = it.service_deployments.len();
        let superseded = "Service deployment was stopped because a newer service deployment was started.";
        for older in it
            .service_deployments
            .iter_mut()
            .filter(|older| older.status.running())
        {
            older.status = DeploymentStatus::Stopped;
            older.reason = Some(superseded.to_owned());
            older.stopped_at = Some(now);
            older.finished_at = Some(now);
            older.updated_at = now;
            if let Some(course) = &mut older.course {
                course.abandon();
            }
        }
        let mut sources: Vec<usize> = it
            .tasks
            .iter()
            .filter(|task| task.state.wanted())
            .map(|task| task.revision)
            .collect();
        sources.sort_unstable();
        sources.dedup();
        let course = self.new_course(service, source, &sources);
        let it = &mut self.services[service];
        it.service_deployments.push(ServiceDeployment {
            arn: format!(
                "{}/{}",
                it.arn.replace(":service/", ":service-deployment/"),
                chance.token("deployment", serial, 21)
            ),
            status: DeploymentStatus::Pending,
            reason: None,
            created_at: now,
            started_at: None,
            finished_at: None,
            stopped_at: None,
            updated_at: now,
            sources,
            target: revision,
            rollback: None,
            breaker: if it.breaker && course.is_none() {
                Monitor::Monitoring
            } else {
                Monitor::Disabled
            },
            failures: 0,
            threshold: it.breaker_threshold.of(it.desired),
            alarms,
            triggered_alarms: Vec::new(),
            rollback_failures: 0,
            course,
        });
        let id = format!("ecs-svc/{}", chance.digits("ecs-svc", serial, 19));
        // A deployment that has nothing left is not shown beside its successor, but ECS can always go back to the last
        // completed one.
        let tasks = &it.tasks;
        let mut completed = false;
        it.deployments.retain(|older| {
            let last_completed = older.rollout == Rollout::Completed && !completed;
            completed |= last_completed;
            last_completed
                || tasks
                    .iter()
                    .any(|task| task.deployment == older.id && task.stopped_at.is_none())
        });
        let reason = format!("ECS deployment {id} in progress.");
        it.deployments.insert(
            0,
            Deployment {
                id,
                service_deployment: number,
                revision,
                failed_tasks: 0,
                created_at: now,
                updated_at: now,
                rollout: Rollout::InProgress,
                reason,
                by: by.to_owned(),
            },
        );
        it.failures_in_a_row = 0;
        it.wait_until = None;
        it.finished_since = None;
        tracing::debug!(
            service = path,
            revision = definition.revision,
            by,
            "drill: deployment"
        );
        self.route_at_start(service, number);
        self.due(
            1.0,
            Happening::Begin {
                service,
                deployment: number,
            },
        );
        self.reconcile_soon(service);
    }

    /// A pending service deployment begins, unless it was superseded meanwhile.
    pub(super) fn begin_pending(&mut self, service: usize, deployment: usize) {
        let now = self.now;
        let it = &mut self.services[service].service_deployments[deployment];
        if it.status == DeploymentStatus::Pending {
            it.status = DeploymentStatus::InProgress;
            it.started_at = Some(now);
            it.updated_at = now;
            self.begin_course(service, deployment);
            self.look_at_alarms(service, deployment);
        }
    }

    /// Sets how many tasks are wanted.
    pub(crate) fn scale(&mut self, service: usize, desired: u32) {
        self.services[service].desired = desired;
        self.reconcile_soon(service);
    }

    /// A deployment that looked finished has held: it is completed, if it still does.
    pub(super) fn settle(&mut self, service: usize, deployment: &str) {
        let held = self.has_held(service);
        let now = self.now;
        let it = &mut self.services[service];
        let Some(primary) = it.deployments.first_mut() else {
            return;
        };
        if !held || primary.id != deployment || primary.rollout != Rollout::InProgress {
            return;
        }
        // After a rollback the PRIMARY deployment is an older one, and the service deployment that ends is the last.
        if let Some(last) = it.service_deployments.last_mut() {
            last.status = match last.status {
                // It has finished, but ECS has been asked to take it back.
                DeploymentStatus::RollbackRequested => return,
                DeploymentStatus::RollbackInProgress => DeploymentStatus::RollbackSuccessful,
                DeploymentStatus::Pending | DeploymentStatus::InProgress => DeploymentStatus::Successful,
                DeploymentStatus::Successful
                | DeploymentStatus::Stopped
                | DeploymentStatus::RollbackSuccessful
                | DeploymentStatus::RollbackFailed => last.status,
            };
            last.started_at.get_or_insert(now);
            last.finished_at = Some(now);
            last.updated_at = now;
            for monitor in [&mut last.breaker, &mut last.alarms] {
                if *monitor == Monitor::Monitoring {
                    *monitor = Monitor::MonitoringComplete;
                }
            }
        }
        primary.rollout = Rollout::Completed;
        primary.reason = format!("ECS deployment {deployment} completed.");
        primary.updated_at = now;
        it.deployments.truncate(1);
        self.deployment_event(service, "deployment completed.");
        self.event(service, "has reached a steady state.");
    }

    /// Writes a service event about the PRIMARY deployment.
    pub(super) fn deployment_event(&mut self, service: usize, what: &str) {
        if let Some(primary) = self.services[service].deployments.first() {
            let message = format!("(deployment {}) {what}", primary.id);
            self.event(service, &message);
        }
    }
}
