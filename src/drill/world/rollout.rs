//! How ECS rolls a service out: deployments, the scheduler, the circuit breaker.
//!
//! A rolling deployment starts tasks of its revision up to `maximumPercent` and drains the others as far as
//! `minimumHealthyPercent` allows, until only its own are left and have stayed healthy for a moment.

use super::{
    agenda::Happening,
    model::{
        BreakerState, Deployment, DeploymentStatus, Rollback, Rollout, ServiceDeployment, ServiceRevision,
        Target,
    },
    state::World,
};

/// Seconds for which a finished deployment must hold before ECS calls it completed.
const SETTLING: f64 = 12.0;

/// Why a service deployment cannot be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopRefused {
    /// There is no such service deployment.
    NotFound,
    /// It is over, or there is nothing to go back to.
    Conflict,
}

impl World {
    /// Starts a deployment of a task definition (its ARN): a new service revision with its digests, a new PRIMARY
    /// deployment, and an older deployment that was still running is superseded.
    pub(crate) fn begin_deployment(&mut self, service: usize, task_definition: &str, by: &str) {
        let Some(definition) = self.task_definition(task_definition).cloned() else {
            return;
        };
        let (images, runs) = self.resolve(&definition);
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
        }
        let mut sources: Vec<usize> = it
            .tasks
            .iter()
            .filter(|task| task.state.wanted())
            .map(|task| task.revision)
            .collect();
        sources.sort_unstable();
        sources.dedup();
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
            breaker: if it.breaker {
                BreakerState::Monitoring
            } else {
                BreakerState::Disabled
            },
            failures: 0,
            // Half of the desired tasks, but from 3 to 200: ECS's own bounds.
            threshold: it.desired.div_ceil(2).clamp(3, 200),
        });
        let id = format!("ecs-svc/{}", chance.digits("ecs-svc", serial, 19));
        // A deployment that never started anything is not shown beside its successor.
        let tasks = &it.tasks;
        it.deployments.retain(|older| {
            tasks
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
        tracing::debug!(
            service = path,
            revision = definition.revision,
            by,
            "drill: deployment"
        );
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
        }
    }

    /// Sets how many tasks are wanted.
    pub(crate) fn scale(&mut self, service: usize, desired: u32) {
        self.services[service].desired = desired;
        self.reconcile_soon(service);
    }

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
        let waits = it.wait_until.filter(|until| *until > self.now);
        // A failed deployment with nothing to go back to is stalled: ECS starts nothing more.
        let start = if rollout == Rollout::Failed || waits.is_some() {
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

        self.launch(service, start);
        self.drain(service, &drain);
        if let Some(until) = waits.filter(|_| missing > 0)
            && !self.services[service].reconcile_due
        {
            self.services[service].reconcile_due = true;
            self.agenda.put(until, Happening::Reconcile { service });
        }
        if rollout == Rollout::InProgress && self.looks_finished(service) {
            self.due(
                SETTLING,
                Happening::Settle {
                    service,
                    deployment: primary,
                },
            );
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

    /// A deployment that looked finished has held: it is completed, if it still does.
    pub(super) fn settle(&mut self, service: usize, deployment: &str) {
        let finished = self.looks_finished(service);
        let now = self.now;
        let it = &mut self.services[service];
        let Some(primary) = it.deployments.first_mut() else {
            return;
        };
        if !finished || primary.id != deployment || primary.rollout != Rollout::InProgress {
            return;
        }
        primary.rollout = Rollout::Completed;
        primary.reason = format!("ECS deployment {deployment} completed.");
        primary.updated_at = now;
        it.deployments.truncate(1);
        // After a rollback the PRIMARY deployment is an older one, and the service deployment that ends is the last.
        if let Some(last) = it
            .service_deployments
            .last_mut()
            .filter(|last| last.status.running())
        {
            last.status = match last.status {
                DeploymentStatus::RollbackInProgress => DeploymentStatus::RollbackSuccessful,
                DeploymentStatus::Pending
                | DeploymentStatus::InProgress
                | DeploymentStatus::Successful
                | DeploymentStatus::Stopped
                | DeploymentStatus::RollbackSuccessful => DeploymentStatus::Successful,
            };
            last.started_at.get_or_insert(now);
            last.finished_at = Some(now);
            last.updated_at = now;
            if last.breaker == BreakerState::Monitoring {
                last.breaker = BreakerState::MonitoringComplete;
            }
        }
        self.event(
            service,
            &format!("(deployment {deployment}) deployment completed."),
        );
        self.event(service, "has reached a steady state.");
    }

    /// A task of the PRIMARY deployment failed. While it rolls out, the circuit breaker counts; else the scheduler waits
    /// longer and longer before it tries again.
    pub(super) fn task_failed(&mut self, service: usize, deployment: &str) {
        let now = self.now;
        let it = &mut self.services[service];
        let Some(primary) = it
            .deployments
            .first_mut()
            .filter(|primary| primary.id == deployment)
        else {
            return;
        };
        primary.failed_tasks += 1;
        primary.updated_at = now;
        let watched = &mut it.service_deployments[primary.service_deployment];
        let counts = primary.rollout == Rollout::InProgress
            && watched.status.running()
            && watched.status != DeploymentStatus::RollbackInProgress
            && watched.breaker == BreakerState::Monitoring;
        if !counts {
            it.failures_in_a_row += 1;
            let wait = (5.0 * f64::from(2_u32.pow(it.failures_in_a_row.min(6)))).min(300.0);
            it.wait_until = Some(crate::drill::time::after(now, wait));
            return;
        }
        watched.failures += 1;
        watched.updated_at = now;
        if watched.failures >= watched.threshold {
            watched.breaker = BreakerState::Triggered;
            let id = primary.id.clone();
            self.event(
                service,
                &format!("(deployment {id}) deployment failed: tasks failed to start."),
            );
            let reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
            self.fail_deployment(
                service,
                "ECS deployment circuit breaker: tasks failed to start.",
                reason,
            );
        }
    }

    /// A task became healthy, so the breaker begins to count anew.
    pub(super) fn task_succeeded(&mut self, service: usize, deployment: &str) {
        let it = &mut self.services[service];
        it.failures_in_a_row = 0;
        if let Some(primary) = it
            .deployments
            .first_mut()
            .filter(|primary| primary.id == deployment)
        {
            primary.failed_tasks = 0;
            it.service_deployments[primary.service_deployment].failures = 0;
        }
    }

    /// The PRIMARY deployment has failed; the last completed one that is still there takes its place, when it may.
    fn fail_deployment(&mut self, service: usize, why: &str, rollback_reason: &str) {
        let now = self.now;
        let it = &mut self.services[service];
        let Some(primary) = it.deployments.first_mut() else {
            return;
        };
        primary.rollout = Rollout::Failed;
        primary.reason = why.to_owned();
        primary.updated_at = now;
        let watched = primary.service_deployment;
        let back_to = it
            .deployments
            .iter()
            .position(|older| older.rollout == Rollout::Completed);
        let watched = &mut it.service_deployments[watched];
        watched.updated_at = now;
        watched.reason = Some(rollback_reason.to_owned());
        let Some(back_to) =
            back_to.filter(|_| it.breaker_rollback || watched.breaker != BreakerState::Triggered)
        else {
            watched.status = DeploymentStatus::Stopped;
            watched.stopped_at = Some(now);
            watched.finished_at = Some(now);
            return;
        };
        let mut again = it.deployments.remove(back_to);
        watched.status = DeploymentStatus::RollbackInProgress;
        let (reason, revision) = (rollback_reason.to_owned(), again.revision);
        watched.rollback = Some(Rollback {
            reason,
            started_at: now,
            revision,
        });
        again.rollout = Rollout::InProgress;
        again.reason = format!(
            "ECS deployment circuit breaker: rolling back to deploymentId {}.",
            again.id
        );
        again.updated_at = now;
        let id = again.id.clone();
        it.deployments.insert(0, again);
        it.wait_until = None;
        self.event(service, &format!("rolling back to deployment {id}."));
        self.reconcile_soon(service);
    }

    /// Stops a running service deployment and goes back to the last completed one. Stopping one that goes back already
    /// continues it.
    pub(crate) fn stop_deployment(&mut self, arn: &str) -> Result<(), StopRefused> {
        let found = self.services.iter().enumerate().find_map(|(index, service)| {
            let position = service.service_deployments.iter().position(|it| it.arn == arn)?;
            Some((index, position))
        });
        let (service, position) = found.ok_or(StopRefused::NotFound)?;
        let it = &self.services[service];
        match it.service_deployments[position].status {
            DeploymentStatus::RollbackInProgress => return Ok(()),
            DeploymentStatus::Pending | DeploymentStatus::InProgress => {}
            DeploymentStatus::Successful
            | DeploymentStatus::Stopped
            | DeploymentStatus::RollbackSuccessful => return Err(StopRefused::Conflict),
        }
        if !it
            .deployments
            .iter()
            .any(|older| older.rollout == Rollout::Completed)
        {
            return Err(StopRefused::Conflict);
        }
        let reason = "Service deployment rolled back because a stop was requested.";
        self.services[service].service_deployments[position]
            .started_at
            .get_or_insert(self.now);
        self.fail_deployment(service, "ECS deployment was stopped.", reason);
        Ok(())
    }
}
